-- name: schema_version
-- Which migration this database has reached: proof that it answers.
select max(version) as version
from aura.migrations;

-- name: brands
-- The person's brands by name, for the switcher.
select
    b.id,
    b.name,
    s.history_complete_from,
    coalesce(s.revenue_basis, 'total_sales') as revenue_basis,
    coalesce(b.currency, 'USD') as currency,
    coalesce(b.timezone, 'UTC') as timezone,
    coalesce(s.is_sample, false) as is_sample
from public.brands as b
left join aura.brand_settings as s on b.id = s.brand_id
order by lower(b.name), b.created_at, b.id;

-- name: brand
-- One brand with what bears on its figures; no row when it does not exist or is somebody else's.
select
    b.id,
    b.name,
    s.history_complete_from,
    coalesce(s.revenue_basis, 'total_sales') as revenue_basis,
    coalesce(b.currency, 'USD') as currency,
    coalesce(b.timezone, 'UTC') as timezone,
    coalesce(s.is_sample, false) as is_sample
from public.brands as b
left join aura.brand_settings as s on b.id = s.brand_id
where b.id = %(brand_id)s;

-- name: sources
-- The platforms of brands: their state, and the days that were read from each without a gap.
select
    i.brand_id,
    i.id as integration_id,
    i.platform,
    i.platform_account_name as account_name,
    i.last_sync_at,
    i.metadata ->> 'problem' as problem,
    (i.metadata ->> 'settles_in_days')::integer as settles_in_days,
    i.metadata -> 'arrived_shares' as arrived_shares,
    (i.metadata ->> 'known_from')::date as known_from,
    (i.metadata ->> 'known_through')::date as known_through,
    (i.metadata ->> 'hidden_days')::datemultirange as hidden_days,
    files.first_day as file_first_day,
    files.last_day as file_last_day,
    files.read_at as file_read_at,
    coalesce(i.status, 'disconnected') as status,
    coalesce(selected.currencies, '{}') as currencies,
    coalesce(selected.timezones, '{}') as timezones
from public.integrations as i
left join lateral (
    select
        min(f.date_from) as first_day,
        max(f.date_to) as last_day,
        max(f.created_at) as read_at
    from aura.imports as f
    where f.integration_id = i.id and f.undone_at is null
) as files on true
left join lateral (
    select
        array_agg(distinct a.currency::text) filter (where a.currency is not null) as currencies,
        array_agg(distinct a.timezone) filter (where a.timezone is not null) as timezones
    from aura.accounts as a
    where a.integration_id = i.id and a.is_selected
) as selected on true
where i.brand_id = any(%(brand_ids)s::uuid[])
order by i.brand_id, array_position(array['shopify', 'meta', 'google_ads'], i.platform::text), i.id;

-- name: totals_and_days
-- Sums of a range and of the one it is compared with, by platform, and each day of both: a row of the
-- rollup each, exact and in the currency that the platform states. `known` are the numbers of
-- days with a value; a day's own need not be counted.
with compared_days as materialized (
    select
        d.platform,
        w.is_current,
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
        d.conversions,
        d.conversion_value
    from (
        values
        (true, %(first)s::date, %(last)s::date),
        (false, %(previous_first)s::date, %(previous_last)s::date)
    ) as w (is_current, first, last)
    cross join
        lateral (
            -- a range of the index each: the planner thinks little of a brand's rows under row level
            -- security, and would read its whole history once
            select n.*
            from aura.brand_days as n
            where n.brand_id = %(brand_id)s and n.date between w.first and w.last
            offset 0
        ) as d
)

select
    d.platform,
    d.is_current,
    null::date as date,
    count(*) as days,
    string_agg(distinct d.currency, ',') as currencies,
    sum(d.revenue) as revenue,
    sum(d.gross_sales) as gross_sales,
    sum(d.discounts) as discounts,
    sum(d.returns) as returns,
    sum(d.shipping) as shipping,
    sum(d.taxes) as taxes,
    sum(d.duties) as duties,
    sum(d.orders) as orders,
    sum(d.new_customers) as new_customers,
    sum(d.ad_spend) as ad_spend,
    sum(d.impressions) as impressions,
    sum(d.clicks) as clicks,
    sum(d.conversions) as conversions,
    sum(d.conversion_value) as conversion_value,
    array[
        count(d.revenue),
        count(d.gross_sales),
        count(d.discounts),
        count(d.returns),
        count(d.shipping),
        count(d.taxes),
        count(d.duties),
        count(d.orders),
        count(d.new_customers),
        count(d.ad_spend),
        count(d.impressions),
        count(d.clicks),
        count(d.conversions),
        count(d.conversion_value)
    ] as known
from compared_days as d
group by d.platform, d.is_current
union all
select
    d.platform,
    d.is_current,
    d.date,
    1,
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
    d.conversions,
    d.conversion_value,
    null
from compared_days as d;

-- name: totals_and_days_anew
-- The same with amounts times the rate of their day where one is given; `currencies` says what they are
-- in, `stated` what the platform states. With as_of, days as they were known then.
with windows (is_current, first, last) as (
    values
    (true, %(first)s::date, %(last)s::date),
    (false, %(previous_first)s::date, %(previous_last)s::date)
),

seen as (
    select
        w.is_current,
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
                and n.observed_at <= %(as_of)s::timestamptz
            offset 0
        ) as d
    union all
    select
        w.is_current,
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
        r.conversions,
        r.conversion_value
    from windows as w
    cross join
        lateral (
            select n.*
            from aura.revisions as n
            where
                n.brand_id = %(brand_id)s
                and n.date between w.first and w.last
                and n.observed_at <= %(as_of)s::timestamptz
                and n.replaced_at > %(as_of)s::timestamptz
            offset 0
        ) as r
),

known_days as (
    select
        w.is_current,
        b.platform,
        b.date,
        b.currency,
        b.revenue,
        b.gross_sales,
        b.discounts,
        b.returns,
        b.shipping,
        b.taxes,
        b.duties,
        b.orders,
        b.new_customers,
        b.ad_spend,
        b.impressions,
        b.clicks,
        b.conversions,
        b.conversion_value
    from windows as w
    cross join
        lateral (
            select n.*
            from aura.brand_days as n
            where
                n.brand_id = %(brand_id)s
                and n.date between w.first and w.last
                and %(as_of)s::timestamptz is null
            offset 0
        ) as b
    union all
    -- as of an earlier moment: summed as the rollup is, from what was known then
    select
        s.is_current,
        e.platform,
        s.date,
        max(s.currency) as currency,
        sum(s.revenue) as revenue,
        sum(s.gross_sales) as gross_sales,
        sum(s.discounts) as discounts,
        sum(s.returns) as returns,
        sum(s.shipping) as shipping,
        sum(s.taxes) as taxes,
        sum(s.duties) as duties,
        sum(s.orders) as orders,
        sum(s.new_customers) as new_customers,
        case
            when min(s.currency) = max(s.currency) and count(s.ad_spend) = count(*) then sum(s.ad_spend)
        end as ad_spend,
        case when count(s.impressions) = count(*) then sum(s.impressions) end as impressions,
        case when count(s.clicks) = count(*) then sum(s.clicks) end as clicks,
        sum(s.conversions) as conversions,
        case when min(s.currency) = max(s.currency) then sum(s.conversion_value) end as conversion_value
    from seen as s
    inner join aura.entities as e on e.brand_id = %(brand_id)s and e.id = s.entity_id
    where
        %(as_of)s::timestamptz is not null
        and e.level = 'account'
        and not exists (
            select from aura.accounts as a
            where
                a.integration_id = e.integration_id
                and a.external_id = e.external_id
                and not a.is_selected
        )
    group by s.is_current, e.platform, s.date
)

select
    d.platform,
    d.is_current,
    d.date,
    count(*) as days,
    string_agg(distinct coalesce(x.target, d.currency), ',') as currencies,
    sum(d.revenue * coalesce(x.rate, 1)) as revenue,
    sum(d.gross_sales * coalesce(x.rate, 1)) as gross_sales,
    sum(d.discounts * coalesce(x.rate, 1)) as discounts,
    sum(d.returns * coalesce(x.rate, 1)) as returns,
    sum(d.shipping * coalesce(x.rate, 1)) as shipping,
    sum(d.taxes * coalesce(x.rate, 1)) as taxes,
    sum(d.duties * coalesce(x.rate, 1)) as duties,
    sum(d.orders) as orders,
    sum(d.new_customers) as new_customers,
    sum(d.ad_spend * coalesce(x.rate, 1)) as ad_spend,
    sum(d.impressions) as impressions,
    sum(d.clicks) as clicks,
    sum(d.conversions) as conversions,
    sum(d.conversion_value * coalesce(x.rate, 1)) as conversion_value,
    array[
        count(d.revenue),
        count(d.gross_sales),
        count(d.discounts),
        count(d.returns),
        count(d.shipping),
        count(d.taxes),
        count(d.duties),
        count(d.orders),
        count(d.new_customers),
        count(d.ad_spend),
        count(d.impressions),
        count(d.clicks),
        count(d.conversions),
        count(d.conversion_value)
    ] as known,
    string_agg(distinct d.currency, ',') as stated
from known_days as d
-- a full join is hashed, whatever the planner thinks of a brand's rows; a left one was looped over
full join
    unnest(
        %(rate_days)s::date[],
        %(rate_currencies)s::text[],
        %(rates)s::numeric[],
        array_fill(%(rate_into)s::text, array[cardinality(%(rates)s::numeric[])])
    ) as x (day, currency, rate, target)
    on d.date = x.day and d.currency = x.currency
where coalesce(d.platform, '') <> ''
group by grouping sets ((d.platform, d.is_current), (d.platform, d.is_current, d.date));

-- name: mark_insight_read
-- A person has seen an insight of one of their brands.
update public.insights set is_read = true
where id = %(insight_id)s and brand_id = %(brand_id)s
returning id;

-- name: totals_of_brands
-- Sums of two ranges for many brands by platform, each brand's in its own days, exact and in the currency
-- that the platform states. Two currencies say that there are several: such sums mean nothing.
with windows as (
    select
        b.place,
        b.brand_id,
        r.*,
        p.platform
    from
        unnest(
            %(brand_ids)s::uuid[], %(firsts)s::date[], %(lasts)s::date[], %(previous_firsts)s::date[],
            %(previous_lasts)s::date[]
        ) with ordinality as b (brand_id, first, last, previous_first, previous_last, place)
    cross join
        lateral (
            values (true, b.first, b.last), (false, b.previous_first, b.previous_last)
        ) as r (is_current, first, last)
    cross join unnest(%(platforms)s::text[]) as p (platform)
)

select
    w.place,
    w.platform,
    w.is_current,
    d.days,
    concat_ws(',', d.lowest_currency, nullif(d.highest_currency, d.lowest_currency)) as currencies,
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
    d.conversions,
    d.conversion_value,
    d.known
from windows as w
cross join
    lateral (
        -- one index range, added up as it is read: nothing is sorted, nothing hashed, and codes are compared
        -- as bytes, not in a language's order (the linter takes the name of that order for a column)
        select
            count(*) as days,
            min(n.currency collate "C") as lowest_currency,  -- noqa: RF03
            max(n.currency collate "C") as highest_currency,  -- noqa: RF03
            sum(n.revenue) as revenue,
            sum(n.gross_sales) as gross_sales,
            sum(n.discounts) as discounts,
            sum(n.returns) as returns,
            sum(n.shipping) as shipping,
            sum(n.taxes) as taxes,
            sum(n.duties) as duties,
            sum(n.orders) as orders,
            sum(n.new_customers) as new_customers,
            sum(n.ad_spend) as ad_spend,
            sum(n.impressions) as impressions,
            sum(n.clicks) as clicks,
            sum(n.conversions) as conversions,
            sum(n.conversion_value) as conversion_value,
            array[
                count(n.revenue),
                count(n.gross_sales),
                count(n.discounts),
                count(n.returns),
                count(n.shipping),
                count(n.taxes),
                count(n.duties),
                count(n.orders),
                count(n.new_customers),
                count(n.ad_spend),
                count(n.impressions),
                count(n.clicks),
                count(n.conversions),
                count(n.conversion_value)
            ] as known
        from aura.brand_days as n
        where n.brand_id = w.brand_id and n.date between w.first and w.last and n.platform = w.platform
    ) as d
where d.days > 0;

-- name: long_totals_of_brands
-- The same for ranges of many days: whole calendar months come from the rollup by month, the days before and
-- after them from the rollup by day.
with windows as (
    select
        b.place,
        b.brand_id,
        r.*,
        date_trunc('month', r.first + interval '1 month' - interval '1 day')::date as first_month,
        date_trunc('month', r.last + interval '1 day')::date as after_months,
        p.platform
    from
        unnest(
            %(brand_ids)s::uuid[], %(firsts)s::date[], %(lasts)s::date[], %(previous_firsts)s::date[],
            %(previous_lasts)s::date[]
        ) with ordinality as b (brand_id, first, last, previous_first, previous_last, place)
    cross join
        lateral (
            values (true, b.first, b.last), (false, b.previous_first, b.previous_last)
        ) as r (is_current, first, last)
    cross join unnest(%(platforms)s::text[]) as p (platform)
)

select
    w.place,
    w.platform,
    w.is_current,
    d.days,
    concat_ws(',', d.lowest_currency, nullif(d.highest_currency, d.lowest_currency)) as currencies,
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
    d.conversions,
    d.conversion_value,
    d.known
from windows as w
cross join
    -- the linter would have what is asked of each range stand apart, where it would be asked of all at once
    lateral (  -- noqa: ST05
        with parts as (
            select
                m.days,
                m.lowest_currency,
                m.highest_currency,
                m.revenue,
                m.gross_sales,
                m.discounts,
                m.returns,
                m.shipping,
                m.taxes,
                m.duties,
                m.orders,
                m.new_customers,
                m.ad_spend,
                m.impressions,
                m.clicks,
                m.conversions,
                m.conversion_value,
                m.known
            from aura.brand_months as m
            where
                m.brand_id = w.brand_id
                and m.month >= w.first_month
                and m.month < w.after_months
                and m.platform = w.platform
            union all
            select
                1 as days,
                e.currency as lowest_currency,
                e.currency as highest_currency,
                e.revenue,
                e.gross_sales,
                e.discounts,
                e.returns,
                e.shipping,
                e.taxes,
                e.duties,
                e.orders,
                e.new_customers,
                e.ad_spend,
                e.impressions,
                e.clicks,
                e.conversions,
                e.conversion_value,
                array[
                    (e.revenue is not null)::integer,
                    (e.gross_sales is not null)::integer,
                    (e.discounts is not null)::integer,
                    (e.returns is not null)::integer,
                    (e.shipping is not null)::integer,
                    (e.taxes is not null)::integer,
                    (e.duties is not null)::integer,
                    (e.orders is not null)::integer,
                    (e.new_customers is not null)::integer,
                    (e.ad_spend is not null)::integer,
                    (e.impressions is not null)::integer,
                    (e.clicks is not null)::integer,
                    (e.conversions is not null)::integer,
                    (e.conversion_value is not null)::integer
                ] as known
            from (
                values
                -- without a whole month, the first of the two is the whole range and the other is empty
                (w.first, least(w.last, w.first_month - 1)),
                (greatest(w.first_month, w.after_months), w.last)
            ) as s (first, last)
            cross join
                lateral (
                    select o.*
                    from aura.brand_days as o
                    where
                        o.brand_id = w.brand_id
                        and o.date between s.first and s.last
                        and o.platform = w.platform
                    offset 0
                ) as e
        )

        select
            sum(n.days) as days,
            min(n.lowest_currency collate "C") as lowest_currency,  -- noqa: RF03
            max(n.highest_currency collate "C") as highest_currency,  -- noqa: RF03
            sum(n.revenue) as revenue,
            sum(n.gross_sales) as gross_sales,
            sum(n.discounts) as discounts,
            sum(n.returns) as returns,
            sum(n.shipping) as shipping,
            sum(n.taxes) as taxes,
            sum(n.duties) as duties,
            sum(n.orders) as orders,
            sum(n.new_customers) as new_customers,
            sum(n.ad_spend) as ad_spend,
            sum(n.impressions) as impressions,
            sum(n.clicks) as clicks,
            sum(n.conversions) as conversions,
            sum(n.conversion_value) as conversion_value,
            array[
                sum(n.known[1]),
                sum(n.known[2]),
                sum(n.known[3]),
                sum(n.known[4]),
                sum(n.known[5]),
                sum(n.known[6]),
                sum(n.known[7]),
                sum(n.known[8]),
                sum(n.known[9]),
                sum(n.known[10]),
                sum(n.known[11]),
                sum(n.known[12]),
                sum(n.known[13]),
                sum(n.known[14])
            ] as known
        from parts as n
    ) as d
where d.days > 0;

-- name: converted_totals_of_brands
-- The same with amounts at the rates of each brand and whatever currencies there are: `currencies` says what
-- the sums are in, `stated` what the platform states.
with windows as (
    select
        b.place,
        b.brand_id,
        r.*
    from
        unnest(
            %(brand_ids)s::uuid[], %(firsts)s::date[], %(lasts)s::date[], %(previous_firsts)s::date[],
            %(previous_lasts)s::date[]
        ) with ordinality as b (brand_id, first, last, previous_first, previous_last, place)
    cross join
        lateral (
            values (true, b.first, b.last), (false, b.previous_first, b.previous_last)
        ) as r (is_current, first, last)
)

select
    w.place,
    d.platform,
    w.is_current,
    count(*) as days,
    string_agg(distinct coalesce(x.target, d.currency), ',') as currencies,
    sum(d.revenue * coalesce(x.rate, 1)) as revenue,
    sum(d.gross_sales * coalesce(x.rate, 1)) as gross_sales,
    sum(d.discounts * coalesce(x.rate, 1)) as discounts,
    sum(d.returns * coalesce(x.rate, 1)) as returns,
    sum(d.shipping * coalesce(x.rate, 1)) as shipping,
    sum(d.taxes * coalesce(x.rate, 1)) as taxes,
    sum(d.duties * coalesce(x.rate, 1)) as duties,
    sum(d.orders) as orders,
    sum(d.new_customers) as new_customers,
    sum(d.ad_spend * coalesce(x.rate, 1)) as ad_spend,
    sum(d.impressions) as impressions,
    sum(d.clicks) as clicks,
    sum(d.conversions) as conversions,
    sum(d.conversion_value * coalesce(x.rate, 1)) as conversion_value,
    array[
        count(d.revenue),
        count(d.gross_sales),
        count(d.discounts),
        count(d.returns),
        count(d.shipping),
        count(d.taxes),
        count(d.duties),
        count(d.orders),
        count(d.new_customers),
        count(d.ad_spend),
        count(d.impressions),
        count(d.clicks),
        count(d.conversions),
        count(d.conversion_value)
    ] as known,
    string_agg(distinct d.currency, ',') as stated
from windows as w
cross join
    lateral (
        select n.*
        from aura.brand_days as n
        where n.brand_id = w.brand_id and n.date between w.first and w.last
        offset 0
    ) as d
left join
    unnest(
        %(rate_brands)s::uuid[],
        %(rate_days)s::date[],
        %(rate_currencies)s::text[],
        %(rates)s::numeric[],
        %(rate_intos)s::text[]
    ) as x (brand_id, day, currency, rate, target)
    on d.brand_id = x.brand_id and d.date = x.day and d.currency = x.currency
group by w.place, d.platform, w.is_current;

-- name: own_rates_of_brands
-- The exchange rates that brands state themselves: one `name` is `amount` of `currency`.
select
    e.brand_id,
    e.name,
    e.first_day,
    e.last_day,
    e.amount,
    e.currency
from aura.brand_entries as e
where e.brand_id = any(%(brand_ids)s::uuid[]) and e.kind = 'rate'
order by e.brand_id, e.name, e.first_day;

-- name: waiting_in_brands
-- How many insights and findings about data stand in each brand, counted as its own page lists them.
select
    w.brand_id,
    (
        select count(*)
        from public.insights as i
        left join aura.findings as f on i.id = f.insight_id and i.brand_id = f.brand_id
        where
            i.brand_id = w.brand_id
            and (f.status = 'open' or (f.id is null and (i.expires_at is null or i.expires_at > now())))
    ) as insights,
    (
        select count(*)
        from aura.findings as f
        where f.brand_id = w.brand_id and f.insight_id is null and f.status = 'open'
    ) as health
from unnest(%(brand_ids)s::uuid[]) as w (brand_id);
