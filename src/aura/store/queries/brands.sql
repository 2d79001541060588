-- name: lock_brand_names
-- Holds back another addition of a brand by the same person until this transaction ends.
select pg_advisory_xact_lock(hashtextextended('aura: brands of ' || %(user_id)s::text, 0));

-- name: add_brand
-- A new brand of the claimed person; no row when one of this name, in any case, is there.
insert into public.brands (user_id, name, domain, currency, timezone)
select
    %(user_id)s as user_id,
    %(name)s::text as name,
    %(domain)s as domain,
    %(currency)s as currency,
    %(timezone)s as timezone
where
    not exists (
        select 1
        from public.brands
        where user_id = %(user_id)s and lower(name) = lower(%(name)s::text)
    )
returning id;

-- name: brands_of_person
-- The claimed person's brands by name.
select
    id,
    name,
    domain,
    currency,
    timezone
from public.brands
where user_id = %(user_id)s
order by lower(name), id;

-- name: brand_of_person
-- One brand of the claimed person.
select
    id,
    name,
    domain,
    currency,
    timezone
from public.brands
where id = %(brand_id)s and user_id = %(user_id)s;

-- name: change_brand
-- The currency and the time zone of one of the claimed person's brands.
update public.brands set currency = %(currency)s, timezone = %(timezone)s
where id = %(brand_id)s and user_id = %(user_id)s
returning id;

-- name: choose_revenue_basis
-- What the brand calls revenue.
insert into aura.brand_settings (brand_id, revenue_basis)
values (%(brand_id)s, %(revenue_basis)s)
on conflict (brand_id) do update set revenue_basis = excluded.revenue_basis;

-- name: name_is_taken
-- Whether another brand of the claimed person has this name, in any case.
select id
from public.brands
where user_id = %(user_id)s and lower(name) = lower(%(name)s::text) and id <> %(brand_id)s;

-- name: update_brand
-- Other words for a brand of the claimed person.
update public.brands
set
    name = %(name)s,
    domain = %(domain)s,
    currency = %(currency)s,
    timezone = %(timezone)s
where id = %(brand_id)s and user_id = %(user_id)s
returning id;

-- name: delete_brand
-- A brand of the claimed person goes with everything that hangs on it.
delete from public.brands
where id = %(brand_id)s and user_id = %(user_id)s
returning id;

-- name: file_columns
-- What the brand's people said of the columns of files.
select coalesce(settings -> 'file_columns', '[]'::jsonb) as said
from aura.brand_settings
where brand_id = %(brand_id)s
for update;

-- name: keep_file_columns
-- Keeps what was said of the columns of files; other settings stay.
insert into aura.brand_settings as s (brand_id, settings)
values (%(brand_id)s, jsonb_build_object('file_columns', %(said)s::jsonb))
on conflict (brand_id) do update set
    settings = s.settings || jsonb_build_object('file_columns', %(said)s::jsonb);
