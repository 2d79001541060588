-- name: totals
-- Sums of each campaign over two ranges, exact and in the account's currency. A campaign without a row in
-- either range is absent; one of several currencies, which is rare, has a row of each. `lacking` is the
-- number of values that its days do not have, rarely any: to count the days of each measure takes nearly
-- as long as to add them up. Each range by itself: one join of the days with both takes a tenth longer.
with summed as (
    select
        d.entity_id,
        true as is_current,
        d.currency,
        count(*) as days,
        sum(num_nulls(d.ad_spend, d.impressions, d.clicks, d.conversions, d.conversion_value)) as lacking,
        sum(d.ad_spend) as ad_spend,
        sum(d.impressions) as impressions,
        sum(d.clicks) as clicks,
        sum(d.conversions) as conversions,
        sum(d.conversion_value) as conversion_value
    from aura.entity_days as d
    where d.brand_id = %(brand_id)s and d.date between %(first)s::date and %(last)s::date
    group by d.entity_id, d.currency
    union all
    select
        d.entity_id,
        false as is_current,
        d.currency,
        count(*) as days,
        sum(num_nulls(d.ad_spend, d.impressions, d.clicks, d.conversions, d.conversion_value)) as lacking,
        sum(d.ad_spend) as ad_spend,
        sum(d.impressions) as impressions,
        sum(d.clicks) as clicks,
        sum(d.conversions) as conversions,
        sum(d.conversion_value) as conversion_value
    from aura.entity_days as d
    where d.brand_id = %(brand_id)s and d.date between %(previous_first)s::date and %(previous_last)s::date
    group by d.entity_id, d.currency
),

own_campaigns as (
    select c.*
    from aura.entities as c
    where c.brand_id = %(brand_id)s and c.level = 'campaign'
)

select
    e.id as entity_id,
    e.integration_id,
    e.platform,
    e.external_id,
    e.name,
    e.status,
    coalesce(a.name, '') as account_name,
    s.is_current,
    s.lacking,
    s.days,
    s.currency,
    s.ad_spend,
    s.impressions,
    s.clicks,
    s.conversions,
    s.conversion_value
from summed as s
-- a full join is hashed: while the planner knows nothing of a brand yet, it would add up anew for each campaign
full join own_campaigns as e on s.entity_id = e.id
left join aura.entities as a on e.brand_id = a.brand_id and e.parent_id = a.id
where coalesce(s.entity_id, 0) <> 0 and coalesce(e.id, 0) <> 0;

-- name: totals_anew
-- The same with amounts times the rate of their day where one is given. With as_of, days as they were
-- known then.
with windows (is_current, first, last) as (
    values
    (true, %(first)s::date, %(last)s::date),
    (false, %(previous_first)s::date, %(previous_last)s::date)
),

known_days as (
    select
        w.is_current,
        d.entity_id,
        d.date,
        d.currency,
        d.ad_spend,
        d.impressions,
        d.clicks,
        d.conversions,
        d.conversion_value
    from windows as w
    cross join
        lateral (
            select n.*
            from aura.entity_days as n
            where
                n.brand_id = %(brand_id)s
                and n.date between w.first and w.last
                and (%(as_of)s::timestamptz is null or n.observed_at <= %(as_of)s::timestamptz)
            offset 0
        ) as d
    union all
    select
        w.is_current,
        r.entity_id,
        r.date,
        r.currency,
        r.ad_spend,
        r.impressions,
        r.clicks,
        r.conversions,
        r.conversion_value
    from windows as w
    cross join
        lateral (
            select n.*
            from aura.revisions as n
            where
                %(as_of)s::timestamptz is not null
                and n.brand_id = %(brand_id)s
                and n.date between w.first and w.last
                and n.observed_at <= %(as_of)s::timestamptz
                and n.replaced_at > %(as_of)s::timestamptz
            offset 0
        ) as r
),

summed as (
    select
        d.entity_id,
        d.is_current,
        count(*) as days,
        min(coalesce(x.target, d.currency)) as lowest_currency,
        max(coalesce(x.target, d.currency)) as highest_currency,
        min(d.currency) as lowest_stated,
        max(d.currency) as highest_stated,
        sum(d.ad_spend * coalesce(x.rate, 1)) as ad_spend,
        sum(d.impressions) as impressions,
        sum(d.clicks) as clicks,
        sum(d.conversions) as conversions,
        sum(d.conversion_value * coalesce(x.rate, 1)) as conversion_value,
        count(d.ad_spend) as known_ad_spend,
        count(d.impressions) as known_impressions,
        count(d.clicks) as known_clicks,
        count(d.conversions) as known_conversions,
        count(d.conversion_value) as known_conversion_value
    from known_days as d
    -- a full join is hashed, whatever the planner thinks of a brand's rows, and so is what is added up behind
    -- it: a left one takes half as long again for a year of 200 campaigns
    full join
        unnest(
            %(rate_days)s::date[],
            %(rate_currencies)s::text[],
            %(rates)s::numeric[],
            array_fill(%(rate_into)s::text, array[cardinality(%(rates)s::numeric[])])
        ) as x (day, currency, rate, target)
        on d.date = x.day and d.currency = x.currency
    where coalesce(d.entity_id, 0) <> 0
    group by d.entity_id, d.is_current
),

own_campaigns as (
    select c.*
    from aura.entities as c
    where c.brand_id = %(brand_id)s and c.level = 'campaign'
)

select
    e.id as entity_id,
    e.integration_id,
    e.platform,
    e.external_id,
    e.name,
    e.status,
    coalesce(a.name, '') as account_name,
    s.is_current,
    s.days,
    s.lowest_currency,
    s.highest_currency,
    s.lowest_stated,
    s.highest_stated,
    s.ad_spend,
    s.impressions,
    s.clicks,
    s.conversions,
    s.conversion_value,
    s.known_ad_spend,
    s.known_impressions,
    s.known_clicks,
    s.known_conversions,
    s.known_conversion_value
from summed as s
-- a full join is hashed: while the planner knows nothing of a brand yet, it would add up anew for each campaign
full join own_campaigns as e on s.entity_id = e.id
left join aura.entities as a on e.brand_id = a.brand_id and e.parent_id = a.id
where coalesce(s.entity_id, 0) <> 0 and coalesce(e.id, 0) <> 0;

-- name: campaign
-- One campaign; no row when it does not exist or is somebody else's.
select
    e.id as entity_id,
    e.integration_id,
    e.platform,
    e.external_id,
    e.name,
    e.status,
    coalesce(a.name, '') as account_name
from aura.entities as e
left join aura.entities as a on e.brand_id = a.brand_id and e.parent_id = a.id
where e.brand_id = %(brand_id)s and e.id = %(entity_id)s and e.level = 'campaign';

-- name: days
-- Each day of one campaign, oldest first. With as_of, days as they were known then.
select
    d.date,
    d.currency,
    d.observed_at,
    d.action_type,
    d.ad_spend,
    d.impressions,
    d.clicks,
    d.conversions,
    d.conversion_value
from aura.entity_days as d
where
    d.brand_id = %(brand_id)s
    and d.entity_id = %(entity_id)s
    and d.date between %(first)s and %(last)s
    and (%(as_of)s::timestamptz is null or d.observed_at <= %(as_of)s::timestamptz)
union all
select
    r.date,
    r.currency,
    r.observed_at,
    null as action_type,
    r.ad_spend,
    r.impressions,
    r.clicks,
    r.conversions,
    r.conversion_value
from aura.revisions as r
where
    %(as_of)s::timestamptz is not null
    and r.brand_id = %(brand_id)s
    and r.entity_id = %(entity_id)s
    and r.date between %(first)s and %(last)s
    and r.observed_at <= %(as_of)s::timestamptz
    and r.replaced_at > %(as_of)s::timestamptz
order by date;

-- name: revisions
-- What the platform restated about one campaign's days, newest first: the values before and those
-- that took their place; null where the day vanished. With as_of, what had been restated by then.
with states as (
    select
        r.date,
        case
            when %(as_of)s::timestamptz is null or r.replaced_at <= %(as_of)s::timestamptz then r.replaced_at
        end as replaced_at,
        r.ad_spend,
        r.impressions,
        r.clicks,
        r.conversions,
        r.conversion_value
    from aura.revisions as r
    where
        r.brand_id = %(brand_id)s
        and r.entity_id = %(entity_id)s
        and r.date between %(first)s and %(last)s
        and (%(as_of)s::timestamptz is null or r.observed_at <= %(as_of)s::timestamptz)
    union all
    select
        d.date,
        null as replaced_at,
        d.ad_spend,
        d.impressions,
        d.clicks,
        d.conversions,
        d.conversion_value
    from aura.entity_days as d
    where
        d.brand_id = %(brand_id)s
        and d.entity_id = %(entity_id)s
        and d.date between %(first)s and %(last)s
        and (%(as_of)s::timestamptz is null or d.observed_at <= %(as_of)s::timestamptz)
),

followed as (
    select
        s.*,
        lead(s.ad_spend) over in_time as next_ad_spend,
        lead(s.impressions) over in_time as next_impressions,
        lead(s.clicks) over in_time as next_clicks,
        lead(s.conversions) over in_time as next_conversions,
        lead(s.conversion_value) over in_time as next_conversion_value
    from states as s
    window in_time as (partition by s.date order by s.replaced_at nulls last)
)

select f.*
from followed as f
where f.replaced_at is not null
order by f.replaced_at desc, f.date desc
limit %(most)s;
