-- name: visits
-- Orders and revenue of some days by the store's own first and last visit. An order counts on its own
-- day and a return on the day it happened, as in the day's revenue, so both add up to the overview.
-- `lacking` says why there is no visit: a file knows none, the store had not made up its mind when it
-- was last read, or there was none.
with moved as (
    select
        o.first_visit,
        o.last_visit,
        o.source,
        o.processed_at,
        1 as orders,
        o.total_sales as revenue
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
        0 as orders,
        r.total_sales as revenue
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
        m.revenue
    from moved as m
    cross join lateral (values ('first', m.first_visit), ('last', m.last_visit)) as t (touch, visit)
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
