-- name: brands
-- every brand of the installation with its owner's address, for a command line run as the owner role
select
    b.id,
    b.name,
    b.user_id,
    u.email,
    b.currency,
    b.timezone
from public.brands as b
inner join public.users as u on u.id = b.user_id
where u.is_active
order by b.created_at, b.id;

-- name: integrations_of_brand
-- a brand's connections, in the order of a number's travel
select
    i.id,
    i.platform,
    i.status,
    i.platform_account_name,
    i.last_sync_at
from public.integrations as i
where i.brand_id = %(brand_id)s
order by array_position(array['shopify', 'meta', 'google_ads'], i.platform::text);

-- name: mark_sample
-- say that a brand holds sample data, so that its pages carry the banner
insert into aura.brand_settings (brand_id, is_sample)
values (%(brand_id)s, true)
on conflict (
    brand_id) do update set is_sample = true
where not brand_settings.is_sample;

-- name: forget_person
-- delete an account with everything it owns, as the owner role
delete from public.users
where lower(email) = lower(%(email)s::text);

-- name: server
-- what kind of database this is
select
    current_setting('server_version') as version,
    current_database() as name,
    pg_database_size(current_database()) as bytes,
    (select count(*) from public.users) as users,
    (select count(*) from public.brands) as brands,
    (select count(*) from public.metrics) as metrics;

-- name: described_tables
-- every table of public and aura with its columns and what its foreign keys refer to
select
    n.nspname || '.' || c.relname as name,
    array(
        select array[a.attname::text, replace(format_type(a.atttypid, a.atttypmod), ' ', '_')]
        from pg_catalog.pg_attribute as a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        order by a.attnum
    ) as columns,
    array(
        select distinct tn.nspname || '.' || t.relname
        from pg_catalog.pg_constraint as f
        inner join pg_catalog.pg_class as t on t.oid = f.confrelid
        inner join pg_catalog.pg_namespace as tn on tn.oid = t.relnamespace
        where f.conrelid = c.oid and f.contype = 'f'
        order by 1
    ) as refers_to
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('public', 'aura') and c.relkind = 'r'
order by n.nspname desc, c.relname;
