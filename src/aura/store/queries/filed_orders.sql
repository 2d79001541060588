-- name: find_missing_orders
-- Orders of earlier files on days of which the new file has orders, but not these: a file replaces the
-- days that it states.
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
    and o.source = 'file'
    and o.date = any(array(select distinct i.date from incoming_orders as i))
    and not exists (
        select from incoming_orders as i
        where i.order_id = o.order_id
    )
on conflict do nothing;

-- name: make_replaced_orders
-- The orders of files as they were before they changed or went, with what had happened to them.
create temporary table replaced_orders (
    stated jsonb not null
) on commit drop;

-- name: keep_replaced_orders
-- Keeps them: orders that change or go, and those of which a refund alone does.
insert into replaced_orders (stated)
with incoming as (
    select
        i.order_id,
        jsonb_agg(jsonb_build_array(n.event_id, n.total_sales) order by n.event_id)
        filter (where n.event_id is not null) as refunds
    from incoming_orders as i
    left join incoming_refunds as n on n.order_id = i.order_id
    where
        not exists (
            select from changed_orders as c
            where c.order_id = i.order_id
        )
    group by i.order_id
)

select
    to_jsonb(o) || jsonb_build_object(
        'refunds',
        coalesce(
            (
                select jsonb_agg(to_jsonb(r) order by r.event_id)
                from aura.refunds as r
                where
                    r.brand_id = o.brand_id
                    and r.integration_id = o.integration_id
                    and r.order_id = o.order_id
            ),
            '[]'::jsonb
        )
    )
from aura.orders as o
where
    o.brand_id = %(brand_id)s
    and o.integration_id = %(integration_id)s
    and o.source = 'file'
    and o.order_id = any(array(
        select c.order_id from changed_orders as c
        where c.old_date is not null
        union
        select i.order_id from incoming as i
        where
            i.refunds is distinct from (
                select jsonb_agg(jsonb_build_array(r.event_id, r.total_sales) order by r.event_id)
                from aura.refunds as r
                where
                    r.brand_id = %(brand_id)s
                    and r.integration_id = %(integration_id)s
                    and r.order_id = i.order_id
            )
    ));

-- name: smaller_days
-- Days of which earlier files have orders, beside what the new file has of them.
with stored as (
    select
        o.date,
        count(*) as orders,
        sum(o.total_sales) as amount
    from aura.orders as o
    where
        o.brand_id = %(brand_id)s
        and o.integration_id = %(integration_id)s
        and o.source = 'file'
        and o.date = any(array(select distinct i.date from incoming_orders as i))
    group by o.date
),

brought as (
    select
        i.date,
        count(*) as orders,
        sum(i.total_sales) as amount
    from incoming_orders as i
    group by i.date
)

select
    s.date,
    s.orders as stored_orders,
    s.amount as stored_amount,
    b.orders,
    b.amount
from stored as s
inner join brought as b on b.date = s.date
where b.orders < %(keep)s * s.orders or b.amount < %(keep)s * s.amount
order by s.date;

-- name: note_replaced
-- An import keeps the orders that it replaced. Those of imports that can no longer be undone go.
update aura.imports as m set
    replaced = case
        when m.id = %(id)s
            then
                coalesce(m.replaced, '[]'::jsonb)
                || coalesce((select jsonb_agg(r.stated) from replaced_orders as r), '[]'::jsonb)
    end
where
    m.brand_id = %(brand_id)s
    and (m.id = %(id)s or (m.replaced is not null and m.created_at < %(undoable_since)s));

-- name: drop_replaced_orders
-- Another write may follow in the same transaction.
drop table replaced_orders;

-- name: find_replaced_orders
-- The orders that an import had replaced, as they were before it first did.
insert into replaced_orders (stated)
select distinct on (e.stated ->> 'order_id') e.stated
from aura.imports as m
cross join lateral jsonb_array_elements(m.replaced) with ordinality as e (stated, position)
where
    m.id = %(import_id)s
    and m.brand_id = %(brand_id)s
    and e.stated ->> 'brand_id' = m.brand_id::text
    and e.stated ->> 'integration_id' = m.integration_id::text
order by e.stated ->> 'order_id', e.position;

-- name: find_imported_orders
-- The orders that an import brought or gave other refunds, and that the shop has not stated since; those
-- that it had replaced come back.
insert into changed_orders (
    order_id, is_rekeyed, is_vanished, filed_by, old_date, old_processed_at, old_customer_key,
    old_email_key, new_date, new_processed_at, new_customer_key, new_email_key
)
with replaced as (
    select o.*
    from replaced_orders as r
    cross join lateral jsonb_populate_record(null::aura.orders, r.stated) as o
),

imported as (
    select o.*
    from aura.orders as o
    where
        o.brand_id = %(brand_id)s
        and o.integration_id = %(integration_id)s
        and o.source = 'file'
        and (
            o.import_id = %(import_id)s
            or o.order_id = any(array(select r.order_id from replaced as r))
        )
)

select
    coalesce(o.order_id, r.order_id),
    true,
    o.order_id is not null,
    o.import_id,
    o.date,
    o.processed_at,
    o.customer_key,
    o.email_key,
    r.date,
    r.processed_at,
    r.customer_key,
    r.email_key
from imported as o
full join replaced as r on r.order_id = o.order_id;

-- name: loosen_confirmed_orders
-- Orders that the shop itself has stated since stay; the file no longer vouches for their days, which
-- are given.
with loosened as (
    update aura.orders
    set import_id = null
    where
        brand_id = %(brand_id)s
        and integration_id = %(integration_id)s
        and source = 'api'
        and import_id = %(import_id)s
    returning date
)

select distinct l.date
from loosened as l;

-- name: give_back_orders
-- The orders that an import had replaced, as they were.
insert into aura.orders
select o.*
from replaced_orders as r
cross join lateral jsonb_populate_record(null::aura.orders, r.stated) as o
on conflict do nothing;

-- name: give_back_refunds
-- What had happened to them, and the days on which it had.
with back as (
    insert into aura.refunds
    select r.*
    from replaced_orders as g
    cross join lateral jsonb_populate_recordset(null::aura.refunds, g.stated -> 'refunds') as r
    where
        r.brand_id = %(brand_id)s
        and r.integration_id = %(integration_id)s
        -- the shop itself has stated the others since
        and r.order_id = any(array(
            select c.order_id from changed_orders as c
            where c.new_date is not null
        ))
        and not exists (
            select from aura.orders as o
            where
                o.brand_id = r.brand_id
                and o.integration_id = r.integration_id
                and o.order_id = r.order_id
                and o.source = 'api'
        )
    on conflict do nothing
    returning date
)

select distinct b.date
from back as b;

-- name: forget_history
-- An undone file was what said that all orders of the shop are known.
update aura.brand_settings as s
set history_complete_from = null
where
    s.brand_id = %(brand_id)s
    and s.history_complete_from is not null
    and exists (
        select from aura.imports as m
        where m.id = %(import_id)s and m.brand_id = s.brand_id and m.is_complete_history
    )
    and not exists (
        select from aura.imports as o
        where
            o.brand_id = s.brand_id
            and o.id <> %(import_id)s
            and o.is_complete_history
            and o.undone_at is null
    )
    and not exists (
        select from public.integrations as i
        where
            i.id = %(integration_id)s
            and i.brand_id = s.brand_id
            and i.metadata ->> 'known_from' is not null
    );
