-- name: visits
-- Orders and revenue of some days by the store's own first and last visit, at the rate of the day where
-- one is given. An order counts on its own day and a return on the day it happened, as in the day's
-- revenue, so both add up to the overview. `lacking` says why there is no visit: a file knows none, the
-- store had not made up its mind when it was last read, or there was none.
with moved as (
    select
        o.first_visit,
        o.last_visit,
        o.source,
        o.processed_at,
        o.date,
        o.currency,
        1 as orders,
        case when %(is_net)s then o.gross_sales - o.discounts else o.total_sales end as revenue
    from aura.orders as o
    where
        o.brand_id = %(brand_id)s
        and o.date between %(first)s and %(last)s
        and o.is_counted
    union all
    select
        o.first_visit,
        o.last_visit,
        o.source,
        o.processed_at,
        r.date,
        o.currency,
        0 as orders,
        case
            when %(is_net)s then r.gross_sales - r.discounts - r.returns else r.total_sales
        end as revenue
    from aura.refunds as r
    inner join aura.orders as o
        on r.brand_id = o.brand_id and r.integration_id = o.integration_id and r.order_id = o.order_id
    where
        r.brand_id = %(brand_id)s
        and r.date between %(first)s and %(last)s
        and o.is_counted
),

seen as (
    select
        t.touch,
        t.visit ->> 'source' as visit_source,
        t.visit ->> 'medium' as visit_medium,
        t.visit ->> 'campaign' as visit_campaign,
        case
            when t.visit is not null then null
            when m.source = 'file' then 'file'
            when m.processed_at >= %(ready_before)s then 'not_ready'
            else 'no_visit'
        end as lacking,
        m.orders,
        m.revenue * coalesce(x.rate, 1) as revenue
    from moved as m
    cross join lateral (values ('first', m.first_visit), ('last', m.last_visit)) as t (touch, visit)
    left join
        unnest(%(rate_days)s::date[], %(rate_currencies)s::text[], %(rates)s::numeric[]) as x (day, currency, rate)
        on m.date = x.day and m.currency = x.currency
)

select
    s.touch,
    s.visit_source as source,
    s.visit_medium as medium,
    s.visit_campaign as campaign,
    s.lacking,
    sum(s.orders)::integer as orders,
    sum(s.revenue) as revenue
from seen as s
group by s.touch, s.visit_source, s.visit_medium, s.visit_campaign, s.lacking;
