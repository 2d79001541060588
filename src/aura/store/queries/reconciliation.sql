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
