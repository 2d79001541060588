-- name: add_place
-- The place that files belong to: the brand's integration of their platform, made when missing.
insert into public.integrations (id, brand_id, platform, status)
values (%(integration_id)s, %(brand_id)s, %(platform)s, 'disconnected')
on conflict (brand_id, platform) do nothing;

-- name: lock_place
-- Holds back other writers of the integration's facts until this transaction ends.
select id
from public.integrations
where brand_id = %(brand_id)s and platform = %(platform)s
for update;

-- name: ad_place
-- What is known of an ad platform's integration: the days that were read without a gap, and the
-- currency of its days.
select
    i.id,
    (i.metadata ->> 'known_from')::date as known_from,
    (i.metadata ->> 'known_through')::date as known_through,
    coalesce(
        (
            select b.currency
            from aura.brand_days as b
            where b.brand_id = i.brand_id and b.platform = i.platform
            order by b.date desc
            limit 1
        ),
        (
            select a.currency
            from aura.accounts as a
            where a.integration_id = i.id and a.is_selected
            limit 1
        )
    ) as currency
from public.integrations as i
where i.brand_id = %(brand_id)s and i.platform = %(platform)s;

-- name: place_accounts
-- The accounts of an integration: those that a grant covers, and those that files were about.
with filed as (
    select
        external_id,
        name
    from aura.entities
    where integration_id = %(integration_id)s and level = 'account'
),

granted as (
    select
        external_id,
        name,
        is_selected
    from aura.accounts
    where integration_id = %(integration_id)s
)

select
    coalesce(a.external_id, e.external_id) as external_id,
    coalesce(a.name, e.name) as name,
    coalesce(a.is_selected, false) as is_selected,
    coalesce(not a.is_selected, false) as is_left_out
from granted as a
full join filed as e on a.external_id = e.external_id
order by 2, 1;

-- name: filed_sums
-- What files said of an account's days: the number of campaigns, and what one column comes to.
select
    d.date,
    count(*) filter (where e.level = 'campaign') as campaigns,
    coalesce(
        sum(
            case %(of)s
                when 'ad_spend' then d.ad_spend
                when 'conversions' then d.conversions
                when 'conversion_value' then d.conversion_value
            end
        ) filter (where e.level = 'account'),
        0
    ) as total
from aura.entity_days as d
inner join aura.entities as e on e.id = d.entity_id and e.brand_id = d.brand_id
left join aura.entities as p on p.id = e.parent_id and p.brand_id = e.brand_id
where
    d.brand_id = %(brand_id)s
    and d.date = any(%(dates)s::date[])
    and d.source = 'file'
    and e.integration_id = %(integration_id)s
    and coalesce(p.external_id, e.external_id) = any(%(external_ids)s::text[])
group by d.date
order by d.date;

-- name: latest_import
-- The last file of a kind about any of these days.
select
    id,
    sha256
from aura.imports
where
    brand_id = %(brand_id)s
    and integration_id = %(integration_id)s
    and format = %(format)s
    and undone_at is null
    and date_from <= %(last_day)s
    and date_to >= %(first_day)s
order by created_at desc, id desc
limit 1;

-- name: shop
-- What is known of a brand's shop: where it is connected to, the days that were read from there, those
-- between that it did not show, and since when its orders are complete.
select
    i.id,
    a.currency,
    a.timezone,
    s.history_complete_from,
    (i.metadata ->> 'known_from')::date as known_from,
    (i.metadata ->> 'known_through')::date as known_through,
    (i.metadata ->> 'hidden_days')::datemultirange as hidden_days
from public.integrations as i
left join aura.accounts as a on i.id = a.integration_id and a.is_selected
left join aura.brand_settings as s on i.brand_id = s.brand_id
where i.brand_id = %(brand_id)s and i.platform = 'shopify'
order by a.updated_at desc
limit 1;

-- name: reported_days
-- Days of a shop as reports can find them: whether orders of a file speak of the day, whether its new
-- customers are known from orders, and the revenue that an earlier report stated.
with shop as (
    select e.id
    from aura.entities as e
    where
        e.brand_id = %(brand_id)s
        and e.integration_id = %(integration_id)s
        and e.level = 'account'
)

select
    t.date,
    exists(
        select from aura.imports as o
        where
            o.brand_id = %(brand_id)s
            and o.integration_id = %(integration_id)s
            and o.format = 'shopify.orders'
            and o.undone_at is null
            and t.date between o.date_from and o.date_to
    ) as has_orders,
    coalesce(d.new_customers is not null and m.id is null, false) as has_new_customers,
    case when m.id is not null then d.revenue end as revenue
from unnest(%(dates)s::date[]) as t (date)
left join aura.entity_days as d
    on
        d.brand_id = %(brand_id)s
        and d.entity_id = any(array(select s.id from shop as s))
        and d.date = t.date
left join aura.imports as m
    on m.id = d.import_id and m.brand_id = d.brand_id and m.format like 'shopify.%%.daily'
order by t.date;

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
-- The files of one of the claimed person's brands, those included that were undone, the latest first.
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
    created_at,
    undone_at
from aura.imports
where brand_id = %(brand_id)s
order by created_at desc, id desc;

-- name: import_to_undo
-- An import, locked with its integration, and the newest other one that has stated some of its days
-- since.
select
    m.integration_id,
    m.format,
    m.file_name,
    m.created_at,
    m.undone_at,
    m.replaced is not null as has_replaced,
    (
        select o.file_name
        from aura.imports as o
        where
            o.brand_id = m.brand_id
            and o.integration_id = m.integration_id
            and o.undone_at is null
            and (o.created_at, o.id) > (m.created_at, m.id)
            and o.date_from <= m.date_to
            and o.date_to >= m.date_from
        order by o.created_at desc, o.id desc
        limit 1
    ) as newer
from aura.imports as m
inner join public.integrations as i on m.integration_id = i.id
where m.brand_id = %(brand_id)s and m.id = %(id)s
for update of m, i;

-- name: mark_undone
-- An import that does not hold any more; what it was stays in the list's history.
update aura.imports set undone_at = %(now)s
where id = %(id)s and brand_id = %(brand_id)s;

-- name: brand_of_import
-- The brand of one of the claimed person's imports.
select brand_id
from aura.imports
where id = %(id)s;
