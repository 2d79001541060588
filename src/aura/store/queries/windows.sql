-- name: make_incoming_days
-- What the days of the touched entities must look like when the transaction ends.
create temporary table incoming_days (
    entity_id bigint not null,
    date date not null,
    currency text not null,
    revenue numeric,
    gross_sales numeric,
    discounts numeric,
    returns numeric,
    shipping numeric,
    taxes numeric,
    duties numeric,
    orders numeric,
    new_customers numeric,
    ad_spend numeric,
    impressions numeric,
    clicks numeric,
    all_clicks numeric,
    conversions numeric,
    conversion_value numeric,
    conversions_by_conversion_date numeric,
    conversion_value_by_conversion_date numeric,
    action_type text,
    -- the import that had stated it, where an import is undone
    import_id uuid
) on commit drop;

-- name: drop_incoming_days
-- A second window may follow in the same transaction.
drop table incoming_days;

-- name: copy_ad_days
-- Streams an ad platform's rows, whose entities are known.
copy incoming_days (
    entity_id, date, currency, ad_spend, impressions, clicks, all_clicks, conversions, conversion_value,
    conversions_by_conversion_date, conversion_value_by_conversion_date, action_type
) from stdin;

-- name: set_stated_days_aside
-- Days of which a report states only some figures are not yet what the days must look like.
alter table incoming_days rename to stated_days;

-- name: keep_other_figures
-- A report that states only some figures of its days leaves the others as they are stored. Stored days
-- of campaigns that it has no row of had nothing of what it states.
insert into incoming_days (
    entity_id, date, currency, ad_spend, impressions, clicks, all_clicks, conversions,
    conversion_value, conversions_by_conversion_date, conversion_value_by_conversion_date,
    action_type
)
with stored as (
    select s.*
    from aura.entity_days as s
    where
        s.brand_id = %(brand_id)s
        and s.date = any(%(dates)s::date[])
        and s.entity_id = any(%(entities)s::bigint[])
    offset 0
)

select
    coalesce(i.entity_id, d.entity_id),
    coalesce(i.date, d.date),
    coalesce(i.currency, d.currency),
    case
        when d.date is null then i.ad_spend
        when 'ad_spend' <> all(%(columns)s::text[]) then d.ad_spend
        when i.date is null then 0
        else i.ad_spend
    end,
    case
        when d.date is null then i.impressions
        when 'impressions' <> all(%(columns)s::text[]) then d.impressions
        when i.date is null then 0
        else i.impressions
    end,
    case
        when d.date is null then i.clicks
        when 'clicks' <> all(%(columns)s::text[]) then d.clicks
        when i.date is null then 0
        else i.clicks
    end,
    case
        when d.date is null then i.all_clicks
        when 'all_clicks' <> all(%(columns)s::text[]) then d.all_clicks
        when i.date is null then 0
        else i.all_clicks
    end,
    case
        when d.date is null then i.conversions
        when 'conversions' <> all(%(columns)s::text[]) then d.conversions
        when i.date is null then 0
        else i.conversions
    end,
    case
        when d.date is null then i.conversion_value
        when 'conversion_value' <> all(%(columns)s::text[]) then d.conversion_value
        when i.date is null then 0
        else i.conversion_value
    end,
    case
        when d.date is null then i.conversions_by_conversion_date
        when 'conversions_by_conversion_date' <> all(%(columns)s::text[]) then d.conversions_by_conversion_date
        when i.date is null then 0
        else i.conversions_by_conversion_date
    end,
    case
        when d.date is null then i.conversion_value_by_conversion_date
        when 'conversion_value_by_conversion_date' <> all(%(columns)s::text[])
            then d.conversion_value_by_conversion_date
        when i.date is null then 0
        else i.conversion_value_by_conversion_date
    end,
    case when d.date is null then i.action_type else d.action_type end
from stated_days as i
full join stored as d on i.entity_id = d.entity_id and i.date = d.date;

-- name: drop_stated_days
-- A second window may follow in the same transaction.
drop table stated_days;

-- name: write_days
-- Makes the days of the given entities and dates equal to the incoming ones. Values that change, and days
-- that are stated no longer, go to the append-only revisions; those that were first seen at this very
-- moment held for no time and leave no trace. A row that is equal is left alone. Returns how many rows
-- changed by day.
with stored as (
    select
        s.*,
        s.ctid as place
    from aura.entity_days as s
    where
        s.brand_id = %(brand_id)s
        and s.date = any(%(dates)s::date[])
        and s.entity_id = any(%(entities)s::bigint[])
    offset 0
),

changed as materialized (
    select
        i.*,
        -- each by itself: a whole row would be put together for each that is stored
        d.entity_id as before_entity_id,
        d.date as before_date,
        d.observed_at as before_observed_at,
        d.import_id as before_import_id,
        d.currency as before_currency,
        d.revenue as before_revenue,
        d.gross_sales as before_gross_sales,
        d.discounts as before_discounts,
        d.returns as before_returns,
        d.shipping as before_shipping,
        d.taxes as before_taxes,
        d.duties as before_duties,
        d.orders as before_orders,
        d.new_customers as before_new_customers,
        d.ad_spend as before_ad_spend,
        d.impressions as before_impressions,
        d.clicks as before_clicks,
        d.all_clicks as before_all_clicks,
        d.conversions as before_conversions,
        d.conversion_value as before_conversion_value,
        d.conversions_by_conversion_date as before_conversions_by_conversion_date,
        d.conversion_value_by_conversion_date as before_conversion_value_by_conversion_date,
        d.place,
        coalesce(i.date, d.date) as day
    from incoming_days as i
    -- a full join is hashed, whatever the planner knows about a fresh table
    full join stored as d on i.entity_id = d.entity_id and i.date = d.date
    where
        i.date is null
        or d.date is null
        or (
            d.currency, d.revenue, d.gross_sales, d.discounts, d.returns, d.shipping, d.taxes,
            d.duties, d.orders, d.new_customers, d.ad_spend, d.impressions, d.clicks, d.all_clicks,
            d.conversions, d.conversion_value, d.conversions_by_conversion_date,
            d.conversion_value_by_conversion_date, d.action_type
        ) is distinct from (
            i.currency, i.revenue, i.gross_sales, i.discounts, i.returns, i.shipping, i.taxes,
            i.duties, i.orders, i.new_customers, i.ad_spend, i.impressions, i.clicks, i.all_clicks,
            i.conversions, i.conversion_value, i.conversions_by_conversion_date,
            i.conversion_value_by_conversion_date, i.action_type
        )
),

-- by their places: a join would be looped over, a brand's whole history for each row that changed
gone as (
    delete from aura.entity_days as d
    where
        d.brand_id = %(brand_id)s
        -- where none is, none is looked for
        and exists (
            select from changed as c
            where c.date is null
        )
        and d.ctid = any(array(
            select c.place
            from changed as c
            where c.date is null
        ))
),

kept as (
    insert into aura.revisions (
        brand_id, entity_id, date, observed_at, replaced_at, run_id, import_id,
        currency, revenue, gross_sales, discounts, returns, shipping, taxes, duties, orders,
        new_customers, ad_spend, impressions, clicks, all_clicks, conversions, conversion_value,
        conversions_by_conversion_date, conversion_value_by_conversion_date
    )
    select
        %(brand_id)s,
        c.before_entity_id,
        c.before_date,
        c.before_observed_at,
        %(observed_at)s,
        %(run_id)s,
        c.before_import_id,
        c.before_currency,
        c.before_revenue,
        c.before_gross_sales,
        c.before_discounts,
        c.before_returns,
        c.before_shipping,
        c.before_taxes,
        c.before_duties,
        c.before_orders,
        c.before_new_customers,
        c.before_ad_spend,
        c.before_impressions,
        c.before_clicks,
        c.before_all_clicks,
        c.before_conversions,
        c.before_conversion_value,
        c.before_conversions_by_conversion_date,
        c.before_conversion_value_by_conversion_date
    from changed as c
    where c.before_observed_at <> %(observed_at)s
    on conflict (brand_id, date, entity_id, replaced_at) do nothing
),

written as (
    insert into aura.entity_days as d (
        brand_id, entity_id, date, observed_at, source, import_id,
        currency, revenue, gross_sales, discounts, returns, shipping, taxes, duties, orders,
        new_customers, ad_spend, impressions, clicks, all_clicks, conversions, conversion_value,
        conversions_by_conversion_date, conversion_value_by_conversion_date, action_type
    )
    select
        %(brand_id)s,
        c.entity_id,
        c.date,
        %(observed_at)s,
        %(source)s,
        %(import_id)s,
        c.currency,
        c.revenue,
        c.gross_sales,
        c.discounts,
        c.returns,
        c.shipping,
        c.taxes,
        c.duties,
        c.orders,
        c.new_customers,
        c.ad_spend,
        c.impressions,
        c.clicks,
        c.all_clicks,
        c.conversions,
        c.conversion_value,
        c.conversions_by_conversion_date,
        c.conversion_value_by_conversion_date,
        c.action_type
    from changed as c
    where c.date is not null
    on conflict (brand_id, date, entity_id) do update set
        observed_at = excluded.observed_at,
        source = excluded.source,
        import_id = excluded.import_id,
        currency = excluded.currency,
        revenue = excluded.revenue,
        gross_sales = excluded.gross_sales,
        discounts = excluded.discounts,
        returns = excluded.returns,
        shipping = excluded.shipping,
        taxes = excluded.taxes,
        duties = excluded.duties,
        orders = excluded.orders,
        new_customers = excluded.new_customers,
        ad_spend = excluded.ad_spend,
        impressions = excluded.impressions,
        clicks = excluded.clicks,
        all_clicks = excluded.all_clicks,
        conversions = excluded.conversions,
        conversion_value = excluded.conversion_value,
        conversions_by_conversion_date = excluded.conversions_by_conversion_date,
        conversion_value_by_conversion_date = excluded.conversion_value_by_conversion_date,
        action_type = excluded.action_type
)

select
    c.day as date,
    count(*) as changed
from changed as c
group by c.day;

-- name: confirm_days
-- What the platform states as a file had stated it is the platform's from now on: to undo the file
-- leaves it alone.
update aura.entity_days as d set
    source = 'api',
    import_id = null
from incoming_days as i
where
    d.brand_id = %(brand_id)s
    and d.entity_id = i.entity_id
    and d.date = i.date
    and d.import_id is not null;

-- name: refresh_brand_days
-- Sums the account level of the integration's selected accounts into the rollup. Where accounts of two
-- currencies meet on a day, one of a file and a connected one, the day's money is unknown: never added.
-- What an account was given and showed is known on every day that its platform states; where a file left it
-- out of one account, the others' sum would be too little.
with summed as (
    select
        d.date,
        max(d.currency) as currency,
        sum(d.revenue) as revenue,
        sum(d.gross_sales) as gross_sales,
        sum(d.discounts) as discounts,
        sum(d.returns) as returns,
        sum(d.shipping) as shipping,
        sum(d.taxes) as taxes,
        sum(d.duties) as duties,
        sum(d.orders) as orders,
        sum(d.new_customers) as new_customers,
        case
            when min(d.currency) = max(d.currency) and count(d.ad_spend) = count(*) then sum(d.ad_spend)
        end as ad_spend,
        case when count(d.impressions) = count(*) then sum(d.impressions) end as impressions,
        case when count(d.clicks) = count(*) then sum(d.clicks) end as clicks,
        sum(d.all_clicks) as all_clicks,
        sum(d.conversions) as conversions,
        case when min(d.currency) = max(d.currency) then sum(d.conversion_value) end as conversion_value,
        sum(d.conversions_by_conversion_date) as conversions_by_conversion_date,
        case
            when min(d.currency) = max(d.currency) then sum(d.conversion_value_by_conversion_date)
        end as conversion_value_by_conversion_date
    from aura.entity_days as d
    where
        d.brand_id = %(brand_id)s
        and d.date = any(%(dates)s::date[])
        and d.entity_id = any(
            array(
                select e.id
                from aura.entities as e
                where
                    e.brand_id = %(brand_id)s
                    and e.integration_id = %(integration_id)s
                    and e.level = 'account'
                    and not exists (
                        select from aura.accounts as a
                        where
                            a.integration_id = e.integration_id
                            and a.external_id = e.external_id
                            and not a.is_selected
                    )
            )
        )
    group by d.date
),

written as (
    insert into aura.brand_days as b (
        brand_id, date, platform, currency, revenue, gross_sales, discounts, returns, shipping,
        taxes, duties, orders, new_customers, ad_spend, impressions, clicks, all_clicks,
        conversions, conversion_value, conversions_by_conversion_date,
        conversion_value_by_conversion_date
    )
    select
        %(brand_id)s,
        s.date,
        %(platform)s,
        s.currency,
        s.revenue,
        s.gross_sales,
        s.discounts,
        s.returns,
        s.shipping,
        s.taxes,
        s.duties,
        s.orders,
        s.new_customers,
        s.ad_spend,
        s.impressions,
        s.clicks,
        s.all_clicks,
        s.conversions,
        s.conversion_value,
        s.conversions_by_conversion_date,
        s.conversion_value_by_conversion_date
    from summed as s
    on conflict (brand_id, date, platform) do update set
        currency = excluded.currency,
        revenue = excluded.revenue,
        gross_sales = excluded.gross_sales,
        discounts = excluded.discounts,
        returns = excluded.returns,
        shipping = excluded.shipping,
        taxes = excluded.taxes,
        duties = excluded.duties,
        orders = excluded.orders,
        new_customers = excluded.new_customers,
        ad_spend = excluded.ad_spend,
        impressions = excluded.impressions,
        clicks = excluded.clicks,
        all_clicks = excluded.all_clicks,
        conversions = excluded.conversions,
        conversion_value = excluded.conversion_value,
        conversions_by_conversion_date = excluded.conversions_by_conversion_date,
        conversion_value_by_conversion_date = excluded.conversion_value_by_conversion_date
    where
    (
        b.currency, b.revenue, b.gross_sales, b.discounts, b.returns, b.shipping, b.taxes,
        b.duties, b.orders, b.new_customers, b.ad_spend, b.impressions, b.clicks, b.all_clicks,
        b.conversions, b.conversion_value, b.conversions_by_conversion_date,
        b.conversion_value_by_conversion_date
    ) is distinct from (
        excluded.currency, excluded.revenue, excluded.gross_sales, excluded.discounts,
        excluded.returns, excluded.shipping, excluded.taxes, excluded.duties, excluded.orders,
        excluded.new_customers, excluded.ad_spend, excluded.impressions, excluded.clicks,
        excluded.all_clicks, excluded.conversions, excluded.conversion_value,
        excluded.conversions_by_conversion_date, excluded.conversion_value_by_conversion_date
    )
)

delete from aura.brand_days as b
where
    b.brand_id = %(brand_id)s
    and b.platform = %(platform)s
    and b.date = any(%(dates)s::date[])
    and not exists (
        select from summed as s
        where s.date = b.date
    );

-- name: refresh_metrics
-- Writes public.metrics from the rollup: one row per type that the platform states, rounded half up
-- to two digits. New rows take the ids made by the client, in the order of day and type.
with facts as (
    select
        b.date,
        f.metric_type,
        round(f.value, 2) as value,
        b.currency,
        f.metadata
        || case
            when f.value = round(f.value, 2) then '{}'::jsonb
            else jsonb_build_object('exact', f.value)
        end as metadata
    from aura.brand_days as b
    cross join
        lateral (
            values
            (
                'revenue',
                b.revenue,
                jsonb_build_object(
                    'gross_sales', b.gross_sales,
                    'discounts', b.discounts,
                    'returns', b.returns,
                    'net_sales', b.gross_sales - b.discounts - b.returns,
                    'shipping', b.shipping,
                    'taxes', b.taxes,
                    'duties', b.duties
                )
            ),
            ('orders', b.orders, '{}'::jsonb),
            ('new_customers', b.new_customers, '{}'::jsonb),
            ('ad_spend', b.ad_spend, '{}'::jsonb),
            ('impressions', b.impressions, '{}'::jsonb),
            ('clicks', b.clicks, '{}'::jsonb),
            ('conversions', b.conversions, jsonb_build_object('conversion_value', b.conversion_value))
        ) as f (metric_type, value, metadata)
    where
        b.brand_id = %(brand_id)s
        and b.platform = %(platform)s
        and b.date = any(%(dates)s::date[])
        and f.value is not null
),

gone as (
    delete from public.metrics as m
    where
        m.brand_id = %(brand_id)s
        and m.integration_id = %(integration_id)s
        and m.date = any(%(dates)s::date[])
        and not exists (
            select from facts as f
            where f.date = m.date and f.metric_type = m.metric_type
        )
),

changed as (
    select
        f.date,
        f.metric_type,
        f.value,
        f.currency,
        f.metadata,
        row_number() over (order by f.date, f.metric_type) as position
    from facts as f
    left join lateral (
        select s.*
        from public.metrics as s
        where
            s.brand_id = %(brand_id)s
            and s.integration_id = %(integration_id)s
            and s.date = f.date
            and s.metric_type = f.metric_type
        offset 0
    ) as m on true
    where
        m.id is null
        or (m.value, m.currency, m.metadata) is distinct from (f.value, f.currency, f.metadata)
)

insert into public.metrics as m (
    id, brand_id, integration_id, date, metric_type, value, currency, metadata
)
select
    fresh.id,
    %(brand_id)s,
    %(integration_id)s,
    c.date,
    c.metric_type,
    c.value,
    c.currency,
    c.metadata
from changed as c
inner join unnest(%(ids)s::uuid[]) with ordinality as fresh (id, position)
    on fresh.position = c.position
on conflict (brand_id, date, metric_type, integration_id) do update set
    value = excluded.value,
    currency = excluded.currency,
    metadata = excluded.metadata;

-- name: all_days
-- Every day that the integration has, for a rollup that is made anew.
select distinct d.date
from aura.entity_days as d
inner join aura.entities as e on e.id = d.entity_id
where
    d.brand_id = %(brand_id)s
    and e.brand_id = %(brand_id)s
    and e.integration_id = %(integration_id)s
    and e.level = 'account'
order by d.date;

-- name: place_shop_report
-- A shop's days as a report states them; what it does not state stays as it is.
insert into incoming_days (
    entity_id, date, currency, revenue, gross_sales, discounts, returns, shipping, taxes, duties, orders,
    new_customers
)
select
    %(entity_id)s,
    i.date,
    %(currency)s,
    case when 'revenue' = any(%(columns)s::text[]) then i.revenue else d.revenue end,
    case when 'gross_sales' = any(%(columns)s::text[]) then i.gross_sales else d.gross_sales end,
    case when 'discounts' = any(%(columns)s::text[]) then i.discounts else d.discounts end,
    case when 'returns' = any(%(columns)s::text[]) then i.returns else d.returns end,
    case when 'shipping' = any(%(columns)s::text[]) then i.shipping else d.shipping end,
    case when 'taxes' = any(%(columns)s::text[]) then i.taxes else d.taxes end,
    case when 'duties' = any(%(columns)s::text[]) then i.duties else d.duties end,
    case when 'orders' = any(%(columns)s::text[]) then i.orders else d.orders end,
    case when 'new_customers' = any(%(columns)s::text[]) then i.new_customers else d.new_customers end
from
    unnest(
        %(dates)s::date[], %(revenue)s::numeric[], %(gross_sales)s::numeric[], %(discounts)s::numeric[],
        %(returns)s::numeric[], %(shipping)s::numeric[], %(taxes)s::numeric[],
        %(duties)s::numeric[], %(orders)s::numeric[], %(new_customers)s::numeric[]
    ) as i (date, revenue, gross_sales, discounts, returns, shipping, taxes, duties, orders, new_customers)
left join aura.entity_days as d
    on d.brand_id = %(brand_id)s and d.entity_id = %(entity_id)s and d.date = i.date;

-- name: place_prior_days
-- What the days that an import wrote looked like before it, as far as they had a row.
insert into incoming_days (
    entity_id, date, currency, revenue, gross_sales, discounts, returns, shipping, taxes, duties, orders, new_customers,
    ad_spend, impressions, clicks, all_clicks, conversions, conversion_value,
    conversions_by_conversion_date, conversion_value_by_conversion_date, import_id
)
select distinct on (r.entity_id, r.date)
    r.entity_id,
    r.date,
    r.currency,
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
    r.conversion_value,
    r.conversions_by_conversion_date,
    r.conversion_value_by_conversion_date,
    r.import_id
from aura.revisions as r
left join aura.entity_days as d
    on d.brand_id = r.brand_id and d.date = r.date and d.entity_id = r.entity_id
where
    r.brand_id = %(brand_id)s
    and r.run_id = %(import_id)s
    and (d.entity_id is null or d.import_id = %(import_id)s)
order by r.entity_id asc, r.date asc, r.replaced_at asc;

-- name: days_of_import
-- The entities and days that an import wrote or deleted, and which of them had a row before, of whom.
with written as (
    select
        s.entity_id,
        s.date
    from aura.entity_days as s
    where s.brand_id = %(brand_id)s and s.import_id = %(import_id)s
)

select
    coalesce(i.entity_id, d.entity_id) as entity_id,
    coalesce(i.date, d.date) as date,
    i.date is not null as had_row,
    i.import_id
from incoming_days as i
full join written as d on d.entity_id = i.entity_id and d.date = i.date;

-- name: place_other_days
-- The rows that others wrote stay as they are.
insert into incoming_days (
    entity_id, date, currency, revenue, gross_sales, discounts, returns, shipping, taxes, duties, orders, new_customers,
    ad_spend, impressions, clicks, all_clicks, conversions, conversion_value,
    conversions_by_conversion_date, conversion_value_by_conversion_date, action_type
)
select
    d.entity_id,
    d.date,
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
    d.conversion_value,
    d.conversions_by_conversion_date,
    d.conversion_value_by_conversion_date,
    d.action_type
from aura.entity_days as d
where
    d.brand_id = %(brand_id)s
    and d.entity_id = any(%(entities)s::bigint[])
    and d.date = any(%(dates)s::date[])
    and d.import_id is distinct from %(import_id)s;

-- name: give_back_days
-- Rows that were brought back belong to the import that had stated them.
update aura.entity_days as d set
    source = case when p.import_id is null then 'api' else 'file' end,
    import_id = p.import_id
from
    unnest(%(entities)s::bigint[], %(dates)s::date[], %(import_ids)s::uuid[])
        as p (entity_id, date, import_id)
where
    d.brand_id = %(brand_id)s
    and d.date = p.date
    and d.entity_id = p.entity_id;
