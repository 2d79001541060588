-- name: metrics
-- Every day of every platform, exact, in the platform's own currency.
select
    d.date as day,
    d.platform,
    d.currency,
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
from aura.brand_days as d
where
    d.brand_id = %(brand_id)s
    and d.date between coalesce(%(first_day)s::date, '-infinity') and coalesce(%(last_day)s::date, 'infinity')
order by d.date, d.platform;

-- name: entities
-- Every day of every campaign, exact, in its account's currency.
select
    d.date as day,
    e.platform,
    p.external_id as account_id,
    p.name as account,
    e.external_id as campaign_id,
    e.name as campaign,
    e.status,
    d.currency,
    d.ad_spend,
    d.impressions,
    d.clicks,
    d.all_clicks,
    d.conversions,
    d.conversion_value,
    d.conversions_by_conversion_date,
    d.conversion_value_by_conversion_date,
    d.source
from aura.entity_days as d
inner join aura.entities as e on e.brand_id = d.brand_id and e.id = d.entity_id
inner join aura.entities as p on p.brand_id = e.brand_id and p.id = e.parent_id
where
    d.brand_id = %(brand_id)s
    and d.date between coalesce(%(first_day)s::date, '-infinity') and coalesce(%(last_day)s::date, 'infinity')
    and e.level = 'campaign'
order by d.date, e.platform, p.external_id, e.external_id;

-- name: insights
-- Every insight, the newest first.
select
    i.created_at,
    i.insight_type,
    i.priority,
    i.title,
    i.description,
    i.is_read,
    i.expires_at,
    i.id::text as insight_id
from public.insights as i
where
    i.brand_id = %(brand_id)s
    and i.created_at::date
    between coalesce(%(first_day)s::date, '-infinity') and coalesce(%(last_day)s::date, 'infinity')
order by i.created_at desc, i.id;

-- name: history
-- One row each time that a value was first or newly stated, in the format that `aura insights backtest`
-- replays: of accounts and campaigns, by the brand's day on which it was seen.
with seen as (
    select
        d.entity_id,
        d.date,
        d.observed_at,
        d.currency,
        d.revenue,
        d.orders,
        d.new_customers,
        d.ad_spend,
        d.impressions,
        d.clicks,
        d.conversions,
        d.conversion_value
    from aura.entity_days as d
    where d.brand_id = %(brand_id)s
    union all
    select
        r.entity_id,
        r.date,
        r.observed_at,
        r.currency,
        r.revenue,
        r.orders,
        r.new_customers,
        r.ad_spend,
        r.impressions,
        r.clicks,
        r.conversions,
        r.conversion_value
    from aura.revisions as r
    where r.brand_id = %(brand_id)s
),

stated as (
    select distinct on (s.date, s.entity_id, m.metric_type, (s.observed_at at time zone b.timezone)::date)
        (s.observed_at at time zone b.timezone)::date as observed_on,
        b.name as brand,
        b.timezone,
        s.entity_id,
        s.date,
        s.currency,
        m.metric_type,
        m.value
    from seen as s
    cross join public.brands as b
    cross join
        lateral (
            values
            ('revenue', s.revenue),
            ('orders', s.orders),
            ('new_customers', s.new_customers),
            ('ad_spend', s.ad_spend),
            ('impressions', s.impressions),
            ('clicks', s.clicks),
            ('conversions', s.conversions),
            ('conversion_value', s.conversion_value)
        ) as m (metric_type, value)
    where
        b.id = %(brand_id)s
        and m.value is not null
        and s.date between coalesce(%(first_day)s::date, '-infinity') and coalesce(%(last_day)s::date, 'infinity')
    order by
        s.date asc, s.entity_id asc, m.metric_type asc, (s.observed_at at time zone b.timezone)::date asc,
        s.observed_at desc
),

compared as (
    select
        t.*,
        lag(t.value) over (
            partition by t.date, t.entity_id, t.metric_type
            order by t.observed_on
        ) as value_before
    from stated as t
)

select
    c.observed_on,
    c.brand,
    c.currency,
    c.timezone,
    e.platform,
    e.level,
    case when e.level = 'account' then '' else e.external_id end as entity_id,
    case when e.level = 'account' then '' else e.name end as entity_name,
    c.date,
    c.metric_type,
    c.value
from compared as c
inner join aura.entities as e on e.brand_id = %(brand_id)s and e.id = c.entity_id
where c.value is distinct from c.value_before and e.level in ('account', 'campaign')
order by c.observed_on, c.date, e.platform, e.level, e.external_id, c.metric_type;
