-- name: metric_rows
-- Rows of public.metrics in the order of days, after a place; the exact value where cents lost some.
select
    m.id,
    m.date,
    m.metric_type,
    i.platform,
    m.integration_id,
    m.value,
    m.currency,
    (m.metadata ->> 'exact')::numeric as exact
from public.metrics as m
left join public.integrations as i on m.integration_id = i.id
where
    m.brand_id = %(brand_id)s
    and m.date between %(first)s and %(last)s
    and (%(metric)s::text is null or m.metric_type = %(metric)s)
    and (%(platform)s::text is null or i.platform = %(platform)s)
    and (%(after_date)s::date is null or (m.date, m.id) > (%(after_date)s, %(after_id)s::uuid))
order by m.date, m.id
limit %(most)s;

-- name: entities
-- Accounts and campaigns in the order in which they became known, after a place.
select
    e.id,
    e.integration_id,
    e.platform,
    e.level,
    e.external_id,
    e.parent_id,
    e.name,
    e.status
from aura.entities as e
where
    e.brand_id = %(brand_id)s
    and (%(level)s::text is null or e.level = %(level)s)
    and (%(platform)s::text is null or e.platform = %(platform)s)
    and e.id > %(after)s
order by e.id
limit %(most)s;

-- name: entity
-- One account or campaign; no row when it does not exist or is somebody else's.
select
    id,
    integration_id,
    platform,
    level,
    external_id,
    parent_id,
    name,
    status
from aura.entities
where brand_id = %(brand_id)s and id = %(entity_id)s;

-- name: entity_days
-- What is known of an account's or campaign's days now, oldest first, after a place. With as_of, what
-- was known then; of values that were restated since, the source is not kept.
select
    d.date,
    d.currency,
    d.observed_at,
    d.source,
    d.revenue,
    d.gross_sales,
    d.discounts,
    d.returns,
    d.shipping,
    d.taxes,
    d.duties,
    d.orders,
    d.new_customers,
    d.ad_spend,
    d.impressions,
    d.clicks,
    d.all_clicks,
    d.conversions,
    d.conversion_value
from aura.entity_days as d
where
    d.brand_id = %(brand_id)s
    and d.entity_id = %(entity_id)s
    and d.date between %(first)s and %(last)s
    and (%(after)s::date is null or d.date > %(after)s)
    and (%(as_of)s::timestamptz is null or d.observed_at <= %(as_of)s::timestamptz)
union all
select
    r.date,
    r.currency,
    r.observed_at,
    null as source,
    r.revenue,
    r.gross_sales,
    r.discounts,
    r.returns,
    r.shipping,
    r.taxes,
    r.duties,
    r.orders,
    r.new_customers,
    r.ad_spend,
    r.impressions,
    r.clicks,
    r.all_clicks,
    r.conversions,
    r.conversion_value
from aura.revisions as r
where
    %(as_of)s::timestamptz is not null
    and r.brand_id = %(brand_id)s
    and r.entity_id = %(entity_id)s
    and r.date between %(first)s and %(last)s
    and (%(after)s::date is null or r.date > %(after)s)
    and r.observed_at <= %(as_of)s::timestamptz
    and r.replaced_at > %(as_of)s::timestamptz
order by date
limit %(most)s;

-- name: entity_revisions
-- What was said of an account's or campaign's days before, oldest day first, after a place.
select
    r.date,
    r.currency,
    r.observed_at,
    r.replaced_at,
    r.revenue,
    r.gross_sales,
    r.discounts,
    r.returns,
    r.shipping,
    r.taxes,
    r.duties,
    r.orders,
    r.new_customers,
    r.ad_spend,
    r.impressions,
    r.clicks,
    r.all_clicks,
    r.conversions,
    r.conversion_value
from aura.revisions as r
where
    r.brand_id = %(brand_id)s
    and r.entity_id = %(entity_id)s
    and r.date between %(first)s and %(last)s
    and (
        %(after_date)s::date is null
        or (r.date, r.replaced_at) > (%(after_date)s, %(after_moment)s::timestamptz)
    )
order by r.date, r.replaced_at
limit %(most)s;
