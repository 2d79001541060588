-- name: entries
-- The brand's statements of some kinds that hold on any day of a range, oldest first.
select
    id,
    kind,
    name,
    first_day,
    last_day,
    cadence,
    amount,
    currency,
    details,
    source,
    created_at,
    updated_at
from aura.brand_entries
where
    brand_id = %(brand_id)s
    and kind = any(%(kinds)s::text[])
    and first_day <= coalesce(%(last)s::date, 'infinity'::date)
    and coalesce(last_day, 'infinity'::date) >= coalesce(%(first)s::date, '-infinity'::date)
order by kind, name, first_day, created_at, id;

-- name: entry
-- One statement of the brand.
select
    id,
    kind,
    name,
    first_day,
    last_day,
    cadence,
    amount,
    currency,
    details,
    source,
    created_at,
    updated_at
from aura.brand_entries
where brand_id = %(brand_id)s and id = %(entry_id)s;

-- name: lock_entries
-- Holds back another writer of the brand's statements until this transaction ends.
select pg_advisory_xact_lock(hashtextextended('aura: statements of ' || %(brand_id)s::text, 0));

-- name: add_entries
-- New statements of the brand, one for each element of the arrays; the ids in their order.
insert into aura.brand_entries (
    brand_id, kind, name, first_day, last_day, cadence, amount, currency, details, source
)
select
    %(brand_id)s as brand_id,
    e.kind,
    e.name,
    e.first_day,
    e.last_day,
    e.cadence,
    e.amount,
    e.currency,
    e.details,
    e.source
from
    unnest(
        %(kind)s::text[],
        %(name)s::text[],
        %(first_day)s::date[],
        %(last_day)s::date[],
        %(cadence)s::text[],
        %(amount)s::numeric[],
        %(currency)s::text[],
        %(details)s::jsonb[],
        %(source)s::text[]
    ) with ordinality
        as e (kind, name, first_day, last_day, cadence, amount, currency, details, source, place)
order by e.place
returning id;

-- name: change_entry
-- Restate one statement; its kind and its brand stay.
update aura.brand_entries set
    name = %(name)s,
    first_day = %(first_day)s,
    last_day = %(last_day)s,
    cadence = %(cadence)s,
    amount = %(amount)s,
    currency = %(currency)s,
    details = %(details)s,
    source = %(source)s
where brand_id = %(brand_id)s and id = %(entry_id)s
returning id;

-- name: delete_entries
-- Withdraw statements; the ids of those that were the brand's.
delete from aura.brand_entries
where brand_id = %(brand_id)s and id = any(%(entry_ids)s::uuid[])
returning id;

-- name: sales_days
-- The store's sales by day, which stated costs follow: exact, null where a day does not know a part.
select
    d.date,
    d.revenue as total_sales,
    d.orders,
    d.currency::text as currency,
    d.gross_sales - d.discounts - d.returns as net_sales
from aura.brand_days as d
where
    d.brand_id = %(brand_id)s
    and d.platform = 'shopify'
    and d.date between %(first)s and %(last)s;

-- name: delete_from_files
-- Withdraw what files stated about something, in any case of its name.
delete from aura.brand_entries
where
    brand_id = %(brand_id)s
    and kind = %(kind)s
    and source = 'file'
    and lower(name) = lower(%(name)s::text)
returning id;
