-- name: shop_read
-- The brand's shop and how far it was read; `is_complete` once its whole history was.
select
    i.id as integration_id,
    i.status,
    i.last_sync_at,
    a.external_id,
    a.name,
    a.currency,
    a.timezone,
    coalesce(i.metadata -> 'scopes', '[]') as scopes,
    (i.metadata ->> 'known_from')::date as known_from,
    coalesce(s.days_total > 0 and s.days_done >= s.days_total, false) as is_complete,
    i.metadata -> 'reconciliation' as reconciliation
from public.integrations as i
inner join aura.accounts as a on a.integration_id = i.id and a.is_selected
left join aura.sync_state as s on s.integration_id = i.id and s.kind = 'backfill'
where i.brand_id = %(brand_id)s and i.platform = 'shopify';

-- name: sales_days
-- The shop's stored days; a day without a row had neither orders nor returns.
select
    b.date,
    b.revenue as total_sales,
    b.gross_sales,
    b.discounts,
    b.returns,
    b.gross_sales - b.discounts - b.returns as net_sales,
    b.shipping,
    b.taxes,
    b.orders
from aura.brand_days as b
where
    b.brand_id = %(brand_id)s
    and b.platform = 'shopify'
    and b.date between %(first)s and %(last)s;

-- name: keep_reconciliation
-- What came of the last comparison.
update public.integrations set
    metadata = coalesce(metadata, '{}') || jsonb_build_object('reconciliation', %(document)s::jsonb)
where id = %(integration_id)s and status <> 'disconnected';

-- name: reconciliation
-- What came of the last comparison of the brand's shop, and the shop's currency.
select
    i.metadata -> 'reconciliation' as document,
    coalesce(i.metadata ->> 'currency', b.currency) as currency
from public.integrations as i
inner join public.brands as b on b.id = i.brand_id
where
    i.brand_id = %(brand_id)s
    and i.platform = 'shopify'
    and i.status <> 'disconnected'
    and i.metadata ? 'reconciliation';

-- name: day_evidence
-- What bears on why a day may differ: what happened on it to orders of other days (`here`) and on
-- other days to its own orders (`later`), edits apart from what went back; orders that a file brought,
-- that sold nothing but gift cards, and that count for nothing.
with days as (
    select unnest(%(days)s::date[]) as date
),

moved as (
    select
        r.date,
        'here' as place,
        r.kind = 'edit' as is_edit,
        r.total_sales
    from aura.refunds as r
    inner join aura.orders as o
        on r.brand_id = o.brand_id and r.integration_id = o.integration_id and r.order_id = o.order_id
    where
        r.brand_id = %(brand_id)s
        and r.date = any(%(days)s::date[])
        and o.is_counted
        and o.date <> r.date
    union all
    select
        o.date,
        'later' as place,
        r.kind = 'edit' as is_edit,
        r.total_sales
    from aura.orders as o
    inner join aura.refunds as r
        on o.brand_id = r.brand_id and o.integration_id = r.integration_id and o.order_id = r.order_id
    where
        o.brand_id = %(brand_id)s
        and o.date = any(%(days)s::date[])
        and o.is_counted
        and o.date <> r.date
),

moves as (
    select
        m.date,
        coalesce(sum(m.total_sales) filter (where m.place = 'here' and m.is_edit), 0) as edits_here,
        coalesce(sum(m.total_sales) filter (where m.place = 'later' and m.is_edit), 0) as edits_later,
        coalesce(sum(m.total_sales) filter (where m.place = 'here' and not m.is_edit), 0) as returns_here,
        coalesce(sum(m.total_sales) filter (where m.place = 'later' and not m.is_edit), 0) as returns_later
    from moved as m
    group by m.date
),

sold as (
    select
        o.date,
        count(*) filter (where o.source = 'file') as file_orders,
        count(*) filter (where o.is_counted and o.gross_sales = 0) as empty_orders,
        count(*) filter (where not o.is_counted) as uncounted_orders,
        coalesce(sum(o.total_sales) filter (where not o.is_counted), 0) as uncounted_sales
    from aura.orders as o
    where o.brand_id = %(brand_id)s and o.date = any(%(days)s::date[])
    group by o.date
)

select
    d.date,
    coalesce(m.edits_here, 0) as edits_here,
    coalesce(m.edits_later, 0) as edits_later,
    coalesce(m.returns_here, 0) as returns_here,
    coalesce(m.returns_later, 0) as returns_later,
    coalesce(s.file_orders, 0)::integer as file_orders,
    coalesce(s.empty_orders, 0)::integer as empty_orders,
    coalesce(s.uncounted_orders, 0)::integer as uncounted_orders,
    coalesce(s.uncounted_sales, 0) as uncounted_sales
from days as d
left join moves as m on d.date = m.date
left join sold as s on d.date = s.date;

-- name: claims_by_date
-- What each ad platform claims of some days, by the day of the click and by that of the purchase; the
-- latter is null where a day does not know it.
select
    d.platform,
    sum(d.conversions) as by_click,
    case when count(*) = count(d.conversions_by_conversion_date) then sum(d.conversions_by_conversion_date) end
        as by_purchase
from aura.brand_days as d
where
    d.brand_id = %(brand_id)s
    and d.date between %(first)s and %(last)s
    and d.platform in ('meta', 'google_ads')
group by d.platform;
