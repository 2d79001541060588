-- name: make_incoming_orders
-- Orders as they came in, in the order in which they came.
create temporary table incoming_orders (
    position bigint primary key,
    order_id text not null,
    processed_at timestamptz not null,
    date date not null,
    customer_key bytea,
    email_key bytea,
    currency text not null,
    gross_sales numeric not null,
    discounts numeric not null,
    shipping numeric not null,
    taxes numeric not null,
    duties numeric not null,
    total_sales numeric not null,
    is_counted boolean not null,
    first_visit jsonb,
    last_visit jsonb,
    platform_updated_at timestamptz,
    named_id text
) on commit drop;

-- name: make_incoming_refunds
-- What happened to the incoming orders after their sale.
create temporary table incoming_refunds (
    position bigint not null,
    order_id text not null,
    event_id text not null,
    kind text not null,
    happened_at timestamptz not null,
    date date not null,
    gross_sales numeric not null,
    discounts numeric not null,
    returns numeric not null,
    shipping numeric not null,
    taxes numeric not null,
    duties numeric not null,
    total_sales numeric not null,
    primary key (position, event_id)
) on commit drop;

-- name: make_changed_orders
-- Orders that appear, change or vanish, as they were and as they will be.
create temporary table changed_orders (
    order_id text primary key,
    -- whether it may change who is a new customer
    is_rekeyed boolean not null,
    is_vanished boolean not null,
    -- the import that brought it
    filed_by uuid,
    -- whether it was a new customer's, where redaction has fixed that
    is_new_customer boolean,
    old_date date,
    old_processed_at timestamptz,
    old_customer_key bytea,
    old_email_key bytea,
    new_date date,
    new_processed_at timestamptz,
    new_customer_key bytea,
    new_email_key bytea
) on commit drop;

-- name: copy_orders
-- Streams orders into their temporary table.
copy incoming_orders (
    position, order_id, processed_at, date, customer_key, email_key, currency, gross_sales,
    discounts, shipping, taxes, duties, total_sales, is_counted, first_visit, last_visit,
    platform_updated_at, named_id
) from stdin;

-- name: copy_refunds
-- Streams what happened to the orders into its temporary table.
copy incoming_refunds (
    position, order_id, event_id, kind, happened_at, date, gross_sales, discounts, returns,
    shipping, taxes, duties, total_sales
) from stdin;

-- name: superfluous_orders
-- Positions of orders that are not what holds, as text of an array. One that changed while its pages were
-- read comes twice: the later one holds. What the platform itself said about an order is not replaced by
-- a file, and not by orders that were collected before it said so.
with repeated as (
    select
        r.order_id,
        max(r.position) as position
    from incoming_orders as r
    group by r.order_id
    having count(*) > 1
),

superfluous as (
    select i.position
    from incoming_orders as i
    inner join repeated as r on r.order_id = i.order_id and r.position > i.position
    union all
    select i.position
    from incoming_orders as i
    inner join aura.orders as o on o.order_id = i.order_id
    where
        o.brand_id = %(brand_id)s
        and o.integration_id = %(integration_id)s
        and o.source = 'api'
        and (
            %(source)s = 'file'
            or (%(as_of)s::timestamptz is not null and o.platform_updated_at > i.platform_updated_at)
        )
)

select array_agg(s.position)::text as positions
from superfluous as s;

-- name: drop_orders
-- Of some positions.
delete from incoming_orders as i
where i.position = any(%(positions)s::bigint[]);

-- name: drop_refunds
-- What happened to them.
delete from incoming_refunds as i
where i.position = any(%(positions)s::bigint[]);

-- name: index_orders
-- Found by their id from now on.
create unique index on incoming_orders (order_id);

-- name: index_refunds
-- Found by their order from now on.
create unique index on incoming_refunds (order_id, event_id);

-- name: analyze_orders
-- A temporary table has no statistics until it is told to.
analyze incoming_orders;

-- name: analyze_refunds
-- A temporary table has no statistics until it is told to.
analyze incoming_refunds;

-- name: analyze_changed
-- A temporary table has no statistics until it is told to.
analyze changed_orders;

-- name: currencies
-- The currencies of the incoming orders and of the ledger.
select i.currency from incoming_orders as i
group by i.currency
union
(
    select o.currency
    from aura.orders as o
    where o.brand_id = %(brand_id)s and o.integration_id = %(integration_id)s
    limit 1
);

-- name: find_changed_orders
-- Compares the incoming orders with the ledger. `offset 0`, here and below, keeps the planner from
-- anything but one index look-up a row: fresh tables have no statistics, and whole ledgers were read.
insert into changed_orders (
    order_id, is_rekeyed, is_vanished, filed_by, old_date, old_processed_at, old_customer_key,
    old_email_key, new_date, new_processed_at, new_customer_key, new_email_key
)
select
    i.order_id,
    (
        (o.processed_at, o.is_counted, o.customer_key, o.email_key)
        is distinct from (i.processed_at, i.is_counted, i.customer_key, i.email_key)
    ),
    false,
    o.import_id,
    o.date,
    o.processed_at,
    o.customer_key,
    o.email_key,
    i.date,
    i.processed_at,
    i.customer_key,
    i.email_key
from incoming_orders as i
left join lateral (
    select s.*
    from aura.orders as s
    where
        s.brand_id = %(brand_id)s
        and s.integration_id = %(integration_id)s
        and s.order_id = i.order_id
    offset 0
) as o on true
where
    o.order_id is null
    or (
        o.processed_at, o.date, o.customer_key, o.email_key, o.currency, o.gross_sales,
        o.discounts, o.shipping, o.taxes, o.duties, o.total_sales, o.is_counted, o.first_visit,
        o.last_visit, o.platform_updated_at, o.source
    ) is distinct from (
        i.processed_at, i.date, i.customer_key, i.email_key, i.currency, i.gross_sales,
        i.discounts, i.shipping, i.taxes, i.duties, i.total_sales, i.is_counted, i.first_visit,
        i.last_visit, i.platform_updated_at, %(source)s
    );

-- name: find_named_orders
-- Orders that a file without ids called by the names of orders that the platform has now stated.
insert into changed_orders (
    order_id, is_rekeyed, is_vanished, filed_by, is_new_customer, old_date, old_processed_at,
    old_customer_key, old_email_key
)
select
    o.order_id,
    true,
    true,
    o.import_id,
    o.is_new_customer,
    o.date,
    o.processed_at,
    o.customer_key,
    o.email_key
from incoming_orders as i
cross join
    lateral (
        select s.*
        from aura.orders as s
        where
            s.brand_id = %(brand_id)s
            and s.integration_id = %(integration_id)s
            and s.order_id = i.named_id
        offset 0
    ) as o
where %(source)s = 'api' and o.source = 'file' and o.order_id <> i.order_id
on conflict do nothing;

-- name: find_vanished_orders
-- Orders that the platform stated for these days once and does not state any more, and those that
-- a file without ids called by their names on days that the platform has now stated itself.
insert into changed_orders (
    order_id, is_rekeyed, is_vanished, filed_by, old_date, old_processed_at, old_customer_key,
    old_email_key
)
select
    o.order_id,
    true,
    true,
    o.import_id,
    o.date,
    o.processed_at,
    o.customer_key,
    o.email_key
from aura.orders as o
where
    o.brand_id = %(brand_id)s
    and o.integration_id = %(integration_id)s
    and (
        o.source = 'api'
        or (
            o.order_id like '#%%'
            and exists (
                select from incoming_orders as i
                where i.date = o.date
            )
        )
    )
    and o.date between %(first_day)s and %(last_day)s
    -- what changed after the orders were collected is not missing among them
    and coalesce(o.platform_updated_at < %(as_of)s::timestamptz, true)
    and not exists (
        select from incoming_orders as i
        where i.order_id = o.order_id
    )
on conflict do nothing;

-- name: touch_order_days
-- Days on which a changed order stands or stood, or on which something happened to it.
select c.old_date as date from changed_orders as c
where c.old_date is not null
union
select c.new_date as date from changed_orders as c
where c.new_date is not null
union
select r.date
from changed_orders as c
cross join
    lateral (
        select s.date
        from aura.refunds as s
        where
            s.brand_id = %(brand_id)s
            and s.integration_id = %(integration_id)s
            and s.order_id = c.order_id
        offset 0
    ) as r
union
select r.date
from incoming_refunds as r
inner join changed_orders as c on c.order_id = r.order_id;

-- name: find_changed_refunds
-- Days of events that appear, change or vanish; one row an event.
with stored as (
    select r.*
    from incoming_orders as i
    cross join lateral (
        select s.*
        from aura.refunds as s
        where
            s.brand_id = %(brand_id)s
            and s.integration_id = %(integration_id)s
            and s.order_id = i.order_id
        offset 0
    ) as r
),

changed as (
    select
        r.date as old_date,
        i.date as new_date
    from stored as r
    full outer join incoming_refunds as i on i.order_id = r.order_id and i.event_id = r.event_id
    where
        (
            r.kind, r.happened_at, r.date, r.gross_sales, r.discounts, r.returns, r.shipping,
            r.taxes, r.duties, r.total_sales
        ) is distinct from (
            i.kind, i.happened_at, i.date, i.gross_sales, i.discounts, i.returns, i.shipping,
            i.taxes, i.duties, i.total_sales
        )
)

select
    count(*) as changed,
    count(*) filter (where c.new_date is null) as gone,
    array_remove(array_agg(distinct c.old_date) || array_agg(distinct c.new_date), null) as days
from changed as c;

-- name: delete_vanished_orders
-- Takes vanished orders out of the ledger, with what happened to them.
delete from aura.orders as o
where
    o.brand_id = %(brand_id)s
    and o.integration_id = %(integration_id)s
    and o.order_id = any(array(
        select c.order_id from changed_orders as c
        where c.is_vanished
    ));

-- name: merge_orders
-- Brings new and changed orders into the ledger. An order that a file brought keeps the file's mark
-- when the platform states it: the file still vouches for its day.
insert into aura.orders (
    brand_id, integration_id, order_id, processed_at, date, customer_key, email_key, currency,
    gross_sales, discounts, shipping, taxes, duties, total_sales, is_counted, first_visit,
    last_visit, platform_updated_at, source, import_id, is_new_customer
)
select
    %(brand_id)s,
    %(integration_id)s,
    i.order_id,
    i.processed_at,
    i.date,
    i.customer_key,
    i.email_key,
    i.currency,
    i.gross_sales,
    i.discounts,
    i.shipping,
    i.taxes,
    i.duties,
    i.total_sales,
    i.is_counted,
    i.first_visit,
    i.last_visit,
    i.platform_updated_at,
    %(source)s,
    coalesce(%(import_id)s, c.filed_by, f.filed_by),
    f.is_new_customer
from incoming_orders as i
inner join changed_orders as c on c.order_id = i.order_id
left join changed_orders as f on f.order_id = i.named_id and f.is_vanished
on conflict (brand_id, integration_id, order_id) do update set
    processed_at = excluded.processed_at,
    date = excluded.date,
    customer_key = excluded.customer_key,
    email_key = excluded.email_key,
    currency = excluded.currency,
    gross_sales = excluded.gross_sales,
    discounts = excluded.discounts,
    shipping = excluded.shipping,
    taxes = excluded.taxes,
    duties = excluded.duties,
    total_sales = excluded.total_sales,
    is_counted = excluded.is_counted,
    first_visit = excluded.first_visit,
    last_visit = excluded.last_visit,
    platform_updated_at = excluded.platform_updated_at,
    source = excluded.source,
    import_id = excluded.import_id;

-- name: delete_gone_refunds
-- Takes out events that an order has no more.
delete from aura.refunds as r
where
    r.brand_id = %(brand_id)s
    and r.integration_id = %(integration_id)s
    and r.order_id = any(array(select i.order_id from incoming_orders as i))
    and not exists (
        select from incoming_refunds as n
        where n.order_id = r.order_id and n.event_id = r.event_id
    );

-- name: merge_refunds
-- Brings new and changed events into the ledger.
insert into aura.refunds as r (
    brand_id, integration_id, order_id, event_id, kind, happened_at, date, gross_sales, discounts,
    returns, shipping, taxes, duties, total_sales
)
select
    %(brand_id)s,
    %(integration_id)s,
    i.order_id,
    i.event_id,
    i.kind,
    i.happened_at,
    i.date,
    i.gross_sales,
    i.discounts,
    i.returns,
    i.shipping,
    i.taxes,
    i.duties,
    i.total_sales
from incoming_refunds as i
on conflict (brand_id, integration_id, order_id, event_id) do update set
    kind = excluded.kind,
    happened_at = excluded.happened_at,
    date = excluded.date,
    gross_sales = excluded.gross_sales,
    discounts = excluded.discounts,
    returns = excluded.returns,
    shipping = excluded.shipping,
    taxes = excluded.taxes,
    duties = excluded.duties,
    total_sales = excluded.total_sales
where
(
    r.kind, r.happened_at, r.date, r.gross_sales, r.discounts, r.returns, r.shipping, r.taxes,
    r.duties, r.total_sales
) is distinct from (
    excluded.kind, excluded.happened_at, excluded.date, excluded.gross_sales,
    excluded.discounts, excluded.returns, excluded.shipping, excluded.taxes, excluded.duties,
    excluded.total_sales
);

-- name: complete_history
-- Notes that the brand's orders are known from the very first one.
insert into aura.brand_settings as s (brand_id, history_complete_from)
select
    %(brand_id)s,
    min(o.date)
from aura.orders as o
where o.brand_id = %(brand_id)s and o.is_counted
having min(o.date) is not null
on conflict (brand_id) do update set
    history_complete_from = least(s.history_complete_from, excluded.history_complete_from)
where s.history_complete_from is distinct from least(s.history_complete_from, excluded.history_complete_from);

-- name: history
-- The shop's first known day, the days that were read, those of them that were hidden, and the first day of which the
-- new customers are known: from the first order where all orders are known, else a year after the
-- first known one, and never while a backfill still brings older orders. An older order that came
-- because it changed says nothing of the days around it, but that the shop was open by then.
select
    f.first_day,
    (i.metadata ->> 'known_from')::date as known_from,
    (i.metadata ->> 'known_through')::date as known_through,
    coalesce(i.metadata ->> 'hidden_days', '{}') as hidden_days,
    case
        when s.history_complete_from is not null then s.history_complete_from
        when b.cursor is not null and not coalesce((b.cursor ->> 'done')::boolean, false) then null
        else f.first_day + 365
    end as new_customers_from
from public.integrations as i
cross join
    lateral (
        select
            min(
                case
                    when o.source = 'file' or o.import_id is not null then o.date
                    else greatest(o.date, (i.metadata ->> 'known_from')::date)
                end
            ) as first_day
        from aura.orders as o
        where o.brand_id = i.brand_id and o.is_counted
    ) as f
left join aura.brand_settings as s on s.brand_id = i.brand_id
left join aura.sync_state as b on b.integration_id = i.id and b.kind = 'backfill'
where i.id = %(integration_id)s and i.brand_id = %(brand_id)s;

-- name: touch_later_days
-- Days of later orders by customers of whom an order appeared, changed or vanished: they may have
-- been new there, or may be now.
select l.date
from (
    select
        v.customer_key,
        min(v.since) as since
    from changed_orders as c
    cross join
        lateral (
            values (c.old_customer_key, c.old_processed_at), (c.new_customer_key, c.new_processed_at)
        ) as v (customer_key, since)
    where c.is_rekeyed and v.customer_key is not null
    group by v.customer_key
) as k
cross join
    lateral (
        select o.date
        from aura.orders as o
        where
            o.brand_id = %(brand_id)s
            and o.customer_key = k.customer_key
            and o.processed_at >= k.since
        offset 0
    ) as l
where l.date >= %(new_customers_from)s
union
select l.date
from (
    select
        v.email_key,
        min(v.since) as since
    from changed_orders as c
    cross join
        lateral (
            values (c.old_email_key, c.old_processed_at), (c.new_email_key, c.new_processed_at)
        ) as v (email_key, since)
    where c.is_rekeyed and v.email_key is not null
    group by v.email_key
) as k
cross join
    lateral (
        select o.date
        from aura.orders as o
        where
            o.brand_id = %(brand_id)s
            and o.email_key = k.email_key
            and o.processed_at >= k.since
        offset 0
    ) as l
where l.date >= %(new_customers_from)s;

-- name: touch_days_of_other_history
-- Days whose new customers have become known or unknown.
select d.date
from aura.brand_days as d
where
    d.brand_id = %(brand_id)s
    and d.platform = %(platform)s
    and (d.new_customers is not null)
    <> (%(new_customers_from)s::date is not null and d.date >= %(new_customers_from)s);

-- name: touch_empty_days
-- Days that were read and have no row yet: nothing was sold on them.
select series.day::date as date
from
    generate_series(
        greatest(%(first_day)s::date, %(known_from)s::date)::timestamp,
        %(known_through)s::date::timestamp,
        interval '1 day'
    ) as series (day)
where
    not series.day::date <@ %(hidden_days)s::datemultirange
    and not exists (
        select from aura.brand_days as d
        where
            d.brand_id = %(brand_id)s
            and d.platform = %(platform)s
            and d.date = series.day::date
    );

-- name: touch_hidden_days
-- Days with a row of which nothing can be known any more: the last one before the platform hid some.
select d.date
from aura.brand_days as d
where
    d.brand_id = %(brand_id)s
    and d.platform = %(platform)s
    and d.date <@ %(hidden_days)s::datemultirange;

-- name: touch_filed_days
-- Days that a sales report stated and that orders state now: those that were read from the shop, those
-- between the first and the last order of a file. Two sources of one day are never mixed.
select d.date
from aura.entity_days as d
inner join aura.imports as m on m.id = d.import_id and m.brand_id = d.brand_id
where
    d.brand_id = %(brand_id)s
    and d.entity_id = %(entity_id)s
    and m.format like 'shopify.%%.daily'
    and d.revenue is not null
    and (
        (
            d.date between %(known_from)s and %(known_through)s
            and not d.date <@ %(hidden_days)s::datemultirange
        )
        or (
            %(source)s = 'file'
            and d.date between (select min(i.date) from incoming_orders as i)
            and (select max(i.date) from incoming_orders as i)
        )
    );

-- name: days_to_sum
-- Touched days, oldest first, but for those that only a sales report speaks of: they stay as it states
-- them.
select t.date
from unnest(%(days)s::date[]) as t (date)
where
    not (
        exists (
            select
            from aura.entity_days as d
            inner join aura.imports as m on m.id = d.import_id and m.brand_id = d.brand_id
            where
                d.brand_id = %(brand_id)s
                and d.entity_id = %(entity_id)s
                and d.date = t.date
                and m.format like 'shopify.%%.daily'
                and (
                    d.revenue is null
                    or not exists (
                        select from aura.imports as o
                        where
                            o.brand_id = d.brand_id
                            and o.format = 'shopify.orders'
                            and o.undone_at is null
                            and d.date between o.date_from and o.date_to
                    )
                )
        )
        and not coalesce(
            t.date between %(known_from)s and %(known_through)s
            and not t.date <@ %(hidden_days)s::datemultirange,
            false
        )
        and not exists (
            select from aura.orders as o
            where
                o.brand_id = %(brand_id)s
                and o.integration_id = %(integration_id)s
                and o.date = t.date
        )
        and not exists (
            select from aura.refunds as r
            where
                r.brand_id = %(brand_id)s
                and r.integration_id = %(integration_id)s
                and r.date = t.date
        )
        and not coalesce(
            %(source)s = 'file'
            and t.date between (select min(i.date) from incoming_orders as i)
            and (select max(i.date) from incoming_orders as i),
            false
        )
    )
order by t.date;

-- name: sum_days
-- Sums the ledger by day: a sale counts on its own day, a refund on the day it happened. A new
-- customer is a counted order with no earlier counted order of the brand by the same customer or
-- e-mail address; an order without either has no customer. A day before those that were read, or one
-- that the platform hid, is unknown unless a file brought it, whatever single orders are known of it.
with touched_days as (
    select t.date
    from unnest(%(days)s::date[]) as t (date)
),

sold as (
    select
        o.date,
        sum(o.total_sales) as revenue,
        sum(o.gross_sales) as gross_sales,
        sum(o.discounts) as discounts,
        sum(o.shipping) as shipping,
        sum(o.taxes) as taxes,
        sum(o.duties) as duties,
        count(*) as orders,
        bool_or(o.source = 'file' or o.import_id is not null) as is_filed
    from touched_days as t
    cross join
        lateral (
            select s.*
            from aura.orders as s
            where
                s.brand_id = %(brand_id)s
                and s.integration_id = %(integration_id)s
                and s.date = t.date
            offset 0
        ) as o
    where o.is_counted
    group by o.date
),

happened as (
    select
        r.date,
        sum(r.total_sales) as revenue,
        sum(r.gross_sales) as gross_sales,
        sum(r.discounts) as discounts,
        sum(r.returns) as returns,
        sum(r.shipping) as shipping,
        sum(r.taxes) as taxes,
        sum(r.duties) as duties,
        bool_or(o.is_filed) as is_filed
    from touched_days as t
    cross join
        lateral (
            select s.*
            from aura.refunds as s
            where
                s.brand_id = %(brand_id)s
                and s.integration_id = %(integration_id)s
                and s.date = t.date
            offset 0
        ) as r
    cross join
        lateral (
            select
                o.is_counted,
                o.source = 'file' or o.import_id is not null as is_filed
            from aura.orders as o
            where
                o.brand_id = %(brand_id)s
                and o.integration_id = %(integration_id)s
                and o.order_id = r.order_id
            offset 0
        ) as o
    where o.is_counted
    group by r.date
),

met as (
    select
        o.date,
        count(*) as new_customers
    from touched_days as t
    cross join
        lateral (
            select s.*
            from aura.orders as s
            where
                s.brand_id = %(brand_id)s
                and s.integration_id = %(integration_id)s
                and s.date = t.date
            offset 0
        ) as o
    where
        t.date >= %(new_customers_from)s
        and o.is_counted
        -- kept from before the order, or one that the answer hung on, was redacted
        and coalesce(
            o.is_new_customer,
            (
                (o.customer_key is not null or o.email_key is not null)
                and (
                    select true
                    from aura.orders as p
                    where
                        p.brand_id = %(brand_id)s
                        and p.is_counted
                        and p.customer_key = o.customer_key
                        and p.processed_at <= o.processed_at
                        and (p.processed_at, p.order_id) < (o.processed_at, o.order_id)
                    limit 1
                ) is null
                and (
                    select true
                    from aura.orders as p
                    where
                        p.brand_id = %(brand_id)s
                        and p.is_counted
                        and p.email_key = o.email_key
                        and p.processed_at <= o.processed_at
                        and (p.processed_at, p.order_id) < (o.processed_at, o.order_id)
                    limit 1
                ) is null
            )
        )
    group by o.date
),

stated as (
    select
        d.date,
        d.observed_at,
        d.import_id,
        d.new_customers
    from touched_days as t
    inner join aura.entity_days as d on d.date = t.date
    where d.brand_id = %(brand_id)s and d.entity_id = %(entity_id)s and d.new_customers is not null
    union all
    select
        r.date,
        r.observed_at,
        r.import_id,
        r.new_customers
    from touched_days as t
    inner join aura.revisions as r on r.date = t.date
    where r.brand_id = %(brand_id)s and r.entity_id = %(entity_id)s and r.new_customers is not null
),

-- what a report of new and returning customers said of days whose older orders are not all known
reported as (
    select distinct on (s.date)
        s.date,
        s.new_customers
    from stated as s
    inner join aura.imports as m on m.id = s.import_id
    where
        m.brand_id = %(brand_id)s
        and m.undone_at is null
        and m.format like 'shopify.%%.daily'
    order by s.date asc, s.observed_at desc
)

insert into incoming_days (
    entity_id, date, currency, revenue, gross_sales, discounts, returns, shipping, taxes, duties,
    orders, new_customers
)
select
    %(entity_id)s,
    t.date,
    %(currency)s,
    coalesce(s.revenue, 0) + coalesce(h.revenue, 0),
    coalesce(s.gross_sales, 0) + coalesce(h.gross_sales, 0),
    coalesce(s.discounts, 0) + coalesce(h.discounts, 0),
    coalesce(h.returns, 0),
    coalesce(s.shipping, 0) + coalesce(h.shipping, 0),
    coalesce(s.taxes, 0) + coalesce(h.taxes, 0),
    coalesce(s.duties, 0) + coalesce(h.duties, 0),
    coalesce(s.orders, 0),
    case
        when t.date >= %(new_customers_from)s then coalesce(m.new_customers, 0)
        else n.new_customers
    end
from touched_days as t
left join sold as s on s.date = t.date
left join happened as h on h.date = t.date
left join met as m on m.date = t.date
left join reported as n on n.date = t.date
where
    (
        (s.date is not null or h.date is not null)
        and (
            (
                t.date >= coalesce(%(known_from)s::date, '-infinity')
                and not t.date <@ %(hidden_days)s::datemultirange
            )
            or coalesce(s.is_filed, false)
            or coalesce(h.is_filed, false)
        )
    )
    or (
        t.date >= %(first_day)s
        and t.date between %(known_from)s and %(known_through)s
        and not t.date <@ %(hidden_days)s::datemultirange
    );

-- name: currency
-- The currency that the ledger is kept in.
select o.currency
from aura.orders as o
where o.brand_id = %(brand_id)s and o.integration_id = %(integration_id)s
limit 1;

-- name: drop_incoming_orders
-- Another write may follow in the same transaction.
drop table incoming_orders;

-- name: drop_incoming_refunds
-- Another write may follow in the same transaction.
drop table incoming_refunds;

-- name: drop_changed_orders
-- Another write may follow in the same transaction.
drop table changed_orders;
