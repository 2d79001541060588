-- name: orders_of_person
-- The orders that are a person's: by the keyed hash of their id or address, or by the order's id.
select
    o.integration_id,
    o.order_id,
    o.processed_at,
    o.date,
    o.customer_key is not null as has_customer_key,
    o.email_key is not null as has_email_key,
    o.currency,
    o.gross_sales,
    o.discounts,
    o.shipping,
    o.taxes,
    o.duties,
    o.total_sales,
    o.is_counted,
    o.first_visit,
    o.last_visit,
    o.platform_updated_at,
    o.source
from aura.orders as o
where
    o.brand_id = %(brand_id)s
    and (
        o.customer_key = %(customer_key)s
        or o.email_key = %(email_key)s
        or o.order_id = any(%(order_ids)s)
    )
    and not o.order_id like '%%redacted:%%'
order by o.processed_at, o.order_id;

-- name: events_of_orders
-- What happened to some orders after their sale.
select
    r.integration_id,
    r.order_id,
    r.event_id,
    r.kind,
    r.happened_at,
    r.date,
    r.gross_sales,
    r.discounts,
    r.returns,
    r.shipping,
    r.taxes,
    r.duties,
    r.total_sales
from aura.refunds as r
where r.brand_id = %(brand_id)s and r.order_id = any(%(order_ids)s)
order by r.happened_at, r.event_id;

-- name: forget_replaced_orders
-- Imports that keep orders of a person among those they replaced forget what they replaced.
update aura.imports as m
set replaced = null
where
    m.brand_id = %(brand_id)s
    and m.replaced is not null
    and exists (
        select from jsonb_array_elements(m.replaced) as e
        where
            e ->> 'order_id' = any(%(order_ids)s)
            or e ->> 'customer_key' = %(customer_key)s::bytea::text
            or e ->> 'email_key' = %(email_key)s::bytea::text
    );

-- name: lock_shop
-- No sync writes the brand's orders until the transaction ends.
select id
from public.integrations
where brand_id = %(brand_id)s and platform = 'shopify'
for update;

-- name: keep_new_customers
-- Who was new is kept where redacting some orders could change it: on these orders themselves, and on
-- other orders that were a returning customer's because of them.
with redacted as (
    select
        o.order_id,
        o.customer_key,
        o.email_key
    from aura.orders as o
    where o.brand_id = %(brand_id)s and o.order_id = any(%(order_ids)s)
),

concerned as (
    select
        o.integration_id,
        o.order_id,
        o.order_id = any(%(order_ids)s) as is_redacted,
        (
            (o.customer_key is not null or o.email_key is not null)
            and not exists (
                select from aura.orders as p
                where
                    p.brand_id = o.brand_id
                    and p.is_counted
                    and p.customer_key = o.customer_key
                    and (p.processed_at, p.order_id) < (o.processed_at, o.order_id)
            )
            and not exists (
                select from aura.orders as p
                where
                    p.brand_id = o.brand_id
                    and p.is_counted
                    and p.email_key = o.email_key
                    and (p.processed_at, p.order_id) < (o.processed_at, o.order_id)
            )
        ) as is_new
    from aura.orders as o
    where
        o.brand_id = %(brand_id)s
        and (
            o.order_id = any(%(order_ids)s)
            or o.customer_key = any(array(select r.customer_key from redacted as r))
            or o.email_key = any(array(select r.email_key from redacted as r))
        )
)

update aura.orders as o set is_new_customer = c.is_new
from concerned as c
where
    o.brand_id = %(brand_id)s
    and o.integration_id = c.integration_id
    and o.order_id = c.order_id
    and o.is_new_customer is null
    and (c.is_redacted or not c.is_new);

-- name: copy_unlinked
-- The orders once more under names that lead to nobody: the same money, without keys and visits.
insert into aura.orders (
    brand_id, integration_id, order_id, processed_at, date, currency, gross_sales, discounts,
    shipping, taxes, duties, total_sales, is_counted, platform_updated_at, source, import_id,
    is_new_customer
)
select
    o.brand_id,
    o.integration_id,
    n.alias,
    o.processed_at,
    o.date,
    o.currency,
    o.gross_sales,
    o.discounts,
    o.shipping,
    o.taxes,
    o.duties,
    o.total_sales,
    o.is_counted,
    o.platform_updated_at,
    o.source,
    o.import_id,
    o.is_new_customer
from aura.orders as o
inner join unnest(%(order_ids)s::text[], %(aliases)s::text[]) as n (order_id, alias)
    on n.order_id = o.order_id
where o.brand_id = %(brand_id)s;

-- name: move_events
-- What happened to the orders follows them.
update aura.refunds as r set
    order_id = n.order_alias,
    event_id = n.event_alias
from
    unnest(
        %(order_ids)s::text[], %(event_ids)s::text[], %(order_aliases)s::text[], %(event_aliases)s::text[]
    ) as n (order_id, event_id, order_alias, event_alias)
where r.brand_id = %(brand_id)s and r.order_id = n.order_id and r.event_id = n.event_id;

-- name: drop_linked
-- The orders under their own names go.
delete from aura.orders
where brand_id = %(brand_id)s and order_id = any(%(order_ids)s);

-- name: redacted_names
-- Names of the redacted orders of a shop: few or none.
select o.order_id
from aura.orders as o
where o.brand_id = %(brand_id)s and o.order_id like '%%redacted:%%';

-- name: shop
-- The brand's shop, and its access token as it is sealed, if there is a grant for it.
select
    id,
    access_token as sealed_token
from public.integrations
where brand_id = %(brand_id)s and platform = 'shopify';

-- name: erase_revisions
-- What the shop's numbers were before.
delete from aura.revisions
where
    brand_id = %(brand_id)s
    and entity_id = any(array(
        select e.id from aura.entities as e
        where e.integration_id = %(integration_id)s
    ));

-- name: erase_days
-- The shop's exact days.
delete from aura.entity_days
where
    brand_id = %(brand_id)s
    and entity_id = any(array(
        select e.id from aura.entities as e
        where e.integration_id = %(integration_id)s
    ));

-- name: erase_rollup
-- The shop's days as pages read them.
delete from aura.brand_days
where brand_id = %(brand_id)s and platform = 'shopify';

-- name: erase_metrics
-- The shop's published metrics, which outlive a connection.
delete from public.metrics
where brand_id = %(brand_id)s and integration_id = %(integration_id)s;

-- name: count_orders
-- How many orders of the shop there are.
select count(*) as orders
from aura.orders
where brand_id = %(brand_id)s and integration_id = %(integration_id)s;

-- name: erase_shop
-- The connection goes, and with it its orders, accounts, files, runs and due work.
delete from public.integrations
where id = %(integration_id)s and brand_id = %(brand_id)s;

-- name: erase_key
-- No customer is left that the key could hash.
update aura.brand_settings set customer_hash_key = null, history_complete_from = null
where brand_id = %(brand_id)s;

-- name: end_open_requests
-- What people asked about is gone.
update aura.events set
    answered_at = %(now)s,
    due_at = null,
    details = %(details)s,
    sealed_request = null
where
    brand_id = %(brand_id)s
    and kind in ('customers/data_request', 'customers/redact', 'shop/redact')
    and answered_at is null;
