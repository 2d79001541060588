-- name: plan_without_statistics
-- A ledger that was written moments ago has no statistics: without this the plan may loop over it
-- once for each return.
set local enable_nestloop = off;

-- name: plan_as_usual
-- What follows in the transaction is planned as usual.
set local enable_nestloop = on;

-- name: cohort_months
-- What the customers of each first-order month bought and gave back in each month, and, in a row
-- without a cohort, what belongs to none. A customer's orders are linked as new customers are counted:
-- an order points at the earliest counted order of the same customer or e-mail address, and from there
-- on to the first of all; an order that points at none is a new customer's. Who was new before an
-- order was redacted was kept with it.
with recursive own as (
    select
        o.integration_id,
        o.order_id,
        case when %(is_net)s then o.gross_sales - o.discounts else o.total_sales end as revenue,
        o.customer_key,
        o.email_key,
        o.is_new_customer,
        date_trunc('month', o.date)::date as month,
        row_number() over (order by o.processed_at, o.order_id) as place
    from aura.orders as o
    where o.brand_id = %(brand_id)s and o.is_counted
),

by_customer as (
    select
        w.customer_key,
        min(w.place) as place
    from own as w
    where w.customer_key is not null
    group by w.customer_key
),

by_email as (
    select
        w.email_key,
        min(w.place) as place
    from own as w
    where w.email_key is not null
    group by w.email_key
),

pointed as (
    select
        w.place,
        case when w.is_new_customer then w.place else least(c.place, e.place) end as earliest
    from own as w
    left join by_customer as c on w.customer_key = c.customer_key
    left join by_email as e on w.email_key = e.email_key
),

links as (
    select
        p.place,
        p.earliest
    from pointed as p
    where p.earliest < p.place
),

chained as (
    select
        l.place,
        l.earliest as first_place
    from links as l
    union all
    select
        c.place,
        l.earliest as first_place
    from chained as c
    inner join links as l on c.first_place = l.place
),

linked as (
    select
        c.place,
        min(c.first_place) as first_place
    from chained as c
    group by c.place
),

bought as (
    select
        w.integration_id,
        w.order_id,
        w.revenue,
        w.month,
        case when coalesce(f.is_new_customer, f.place is not null) then f.month end as cohort,
        f.place is null and w.is_new_customer is null as is_nobodys,
        row_number() over by_customer as nth,
        coalesce(lag(w.month) over by_customer <> w.month, true) as is_first_of_month
    from own as w
    inner join pointed as p on w.place = p.place
    left join linked as l on w.place = l.place
    left join own as f on f.place = coalesce(l.first_place, p.earliest)
    window by_customer as (partition by f.place order by w.place)
),

sold as (
    select
        b.cohort,
        b.month,
        count(*) filter (where b.nth = 1) as newcomers,
        count(*) filter (where b.nth = 2) as returned_first,
        count(*) filter (where b.is_first_of_month) as customers,
        count(*) as orders,
        sum(b.revenue) as revenue
    from bought as b
    where b.cohort is not null
    group by b.cohort, b.month
),

happened as (
    select
        b.cohort,
        date_trunc('month', r.date)::date as month,
        sum(
            case when %(is_net)s then r.gross_sales - r.discounts - r.returns else r.total_sales end
        ) as revenue
    from aura.refunds as r
    inner join bought as b on r.integration_id = b.integration_id and r.order_id = b.order_id
    where r.brand_id = %(brand_id)s and b.cohort is not null
    group by b.cohort, date_trunc('month', r.date)::date
)

select
    coalesce(s.cohort, h.cohort) as cohort,
    coalesce(s.month, h.month) as month,
    coalesce(s.newcomers, 0) as newcomers,
    coalesce(s.returned_first, 0) as returned_first,
    coalesce(s.customers, 0) as customers,
    coalesce(s.orders, 0) as orders,
    coalesce(s.revenue, 0) + coalesce(h.revenue, 0) as revenue
from sold as s
full outer join happened as h on s.cohort = h.cohort and s.month = h.month
union all
select
    null as cohort,
    null as month,
    0 as newcomers,
    count(*) filter (where not b.is_nobodys) as returned_first,
    0 as customers,
    count(*) as orders,
    coalesce(sum(b.revenue), 0) as revenue
from bought as b
where b.cohort is null
order by cohort nulls last, month;

-- name: spend_by_month
-- What each ad platform charged in each month, at the rate of the day where one is given.
select
    date_trunc('month', d.date)::date as month,
    d.platform,
    min(coalesce(x.target, d.currency)) as lowest_currency,
    max(coalesce(x.target, d.currency)) as highest_currency,
    sum(d.ad_spend * coalesce(x.rate, 1)) as ad_spend
from aura.brand_days as d
left join
    unnest(
        %(rate_days)s::date[],
        %(rate_currencies)s::text[],
        %(rates)s::numeric[],
        array_fill(%(rate_into)s::text, array[cardinality(%(rates)s::numeric[])])
    ) as x (day, currency, rate, target)
    on d.date = x.day and d.currency = x.currency
where
    d.brand_id = %(brand_id)s
    and d.date >= %(first)s
    and d.platform in ('meta', 'google_ads')
group by date_trunc('month', d.date), d.platform
order by month asc, d.platform asc;
