-- name: add_shop
-- The place that files of a shop belong to: the brand's Shopify integration, made when missing.
insert into public.integrations (id, brand_id, platform, status)
values (%(integration_id)s, %(brand_id)s, 'shopify', 'disconnected')
on conflict (brand_id, platform) do nothing;

-- name: lock_shop
-- Holds back other writers of the shop's facts until this transaction ends.
select id
from public.integrations
where brand_id = %(brand_id)s and platform = 'shopify'
for update;

-- name: shop
-- What is known of a brand's shop: where it is connected to, the days that were read from there without
-- a gap, and since when its orders are complete.
select
    i.id,
    a.currency,
    a.timezone,
    s.history_complete_from,
    (i.metadata ->> 'known_from')::date as known_from,
    (i.metadata ->> 'known_through')::date as known_through
from public.integrations as i
left join aura.accounts as a on i.id = a.integration_id and a.is_selected
left join aura.brand_settings as s on i.brand_id = s.brand_id
where i.brand_id = %(brand_id)s and i.platform = 'shopify'
order by a.updated_at desc
limit 1;

-- name: first_order_day
-- The day of the first counted order that is known of the brand.
select min(o.date) as first_day
from aura.orders as o
where o.brand_id = %(brand_id)s and o.is_counted;

-- name: other_keys
-- Whether orders of these days are known by the other kind of key: Shopify's id, or `#` and a name.
select exists(
    select
    from aura.orders as o
    where
        o.brand_id = %(brand_id)s
        and o.integration_id = %(integration_id)s
        and o.date between %(first_day)s and %(last_day)s
        and (o.order_id not like '#%%') <> %(has_ids)s
) as found;

-- name: same_file
-- The import of a file with the same content, if there was one.
select
    id,
    is_complete_history
from aura.imports
where
    brand_id = %(brand_id)s
    and integration_id = %(integration_id)s
    and sha256 = %(sha256)s
    and undone_at is null
order by created_at
limit 1;

-- name: add_import
-- What was read from a file.
insert into aura.imports (
    id, brand_id, integration_id, platform, format, sha256, file_name, bytes, encoding, delimiter,
    rows_read, orders, date_from, date_to, currency, control_total, is_complete_history, warnings,
    created_by, created_at
)
values (
    %(id)s, %(brand_id)s, %(integration_id)s, %(platform)s, %(format)s, %(sha256)s, %(file_name)s,
    %(bytes)s, %(encoding)s, %(delimiter)s, %(rows_read)s, %(orders)s, %(date_from)s, %(date_to)s,
    %(currency)s, %(control_total)s, %(is_complete_history)s, %(notes)s, %(created_by)s,
    %(created_at)s
);

-- name: complete_import
-- A file that was imported before is now known to start with the shop's first order.
update aura.imports
set is_complete_history = true
where id = %(id)s and brand_id = %(brand_id)s;

-- name: imports_of_brand
-- The files of one of the claimed person's brands, the latest first.
select
    id,
    platform,
    format,
    file_name,
    bytes,
    rows_read,
    orders,
    date_from,
    date_to,
    currency,
    control_total,
    is_complete_history,
    warnings as notes,
    created_at
from aura.imports
where brand_id = %(brand_id)s and undone_at is null
order by created_at desc, id desc;
