-- name: owned_tables
-- Every table that holds a person's rows, by which column they are theirs, its columns but for secrets.
select
    n.nspname as place,
    c.relname as relation,
    min(a.attname::text) filter (where a.attname in ('brand_id', 'user_id')) as by_column,
    array_agg(a.attname::text order by a.attnum) filter (where a.attname <> all(%(secrets)s::text[])) as columns,
    array_agg(a.attname::text order by a.attnum) filter (where a.attname = any(%(secrets)s::text[])) as withheld
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname in ('public', 'aura') and c.relkind = 'r' and c.relname <> 'migrations'
group by n.nspname, c.relname
order by n.nspname desc, c.relname;

-- name: person
-- Whose rows they are.
select id
from public.users
where lower(email) = lower(%(email)s::text);
