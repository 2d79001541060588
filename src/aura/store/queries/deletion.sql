-- name: tables_of_brands
-- Tables whose rows belong to a brand, in an order in which nothing points at what is gone.
select
    n.nspname as place,
    c.relname as relation
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attname = 'brand_id'
where n.nspname in ('public', 'aura') and c.relkind = 'r'
order by
    array_position(
        array[
            'metrics', 'revisions', 'entity_days', 'brand_days', 'brand_months', 'refunds', 'orders',
            'findings', 'insights', 'events', 'sync_runs', 'sync_state', 'imports', 'entities', 'accounts'
        ],
        c.relname::text
    ) nulls last,
    c.relname = 'integrations',
    c.relname;

-- name: delete_brand
-- The brand itself; what was written meanwhile goes with it.
delete from public.brands
where id = %(brand_id)s;

-- name: stop_syncing
-- No worker takes up work for the brand from here on.
update aura.sync_state set due_at = null
where brand_id = %(brand_id)s;

-- name: brands_of_person
-- The brands that go with an account.
select
    b.id,
    b.name
from public.brands as b
inner join public.users as u on u.id = b.user_id
where lower(u.email) = lower(%(email)s::text)
order by b.name;
