-- name: export_moment
-- The name under which pg_dump sees what this transaction sees.
select pg_export_snapshot() as snapshot;

-- name: text_forms
-- Rows are turned into text the same way whatever the server's settings are.
set local timezone = 'UTC';
set local datestyle = 'ISO, YMD';
set local intervalstyle = 'iso_8601';
set local bytea_output = 'hex';
set local extra_float_digits = 1;
set local search_path = '';

-- name: tables
-- Aura's tables, in order.
select n.nspname || '.' || c.relname as name
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    c.relkind = 'r'
    and (
        n.nspname = 'aura'
        or (n.nspname = 'public' and c.relname in ('users', 'brands', 'integrations', 'metrics', 'insights'))
    )
order by 1;

-- name: has_rows
-- Whether anything is stored here already.
select exists (select 1 from public.users) or exists (select 1 from public.brands) as found;

-- name: version
-- The newest migration and the server's major version.
select
    (select max(m.version) from aura.migrations as m) as migration,
    current_setting('server_version_num')::integer / 10000 as major;
