-- Totals of a long range add up months: those of ten years are 120 rows a platform, not 3,637.
--
-- Whoever writes a day, its month is made right by the database in the same statement: the worker of an
-- older Aura, an erasure and a statement by hand know nothing of months.
--
-- Writers of the rollup wait until what is stored has been added up: one to two seconds for a million rows, which
-- are a thousand brand-years of one platform. So no day is written between the first look and the triggers.

set lock_timeout = '5s';
set statement_timeout = '30min';

-- The rollup by month: a brand's days of one calendar month on one platform added up, kept by the triggers of
-- aura.brand_days. `known` says how many of the days know each sum, in the order of the sums.
create table if not exists aura.brand_months (
    brand_id uuid not null references public.brands (id) on delete cascade,
    -- its first day
    month date not null,
    platform text not null,
    days integer not null,
    lowest_currency varchar(3) not null,
    highest_currency varchar(3) not null,
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
    conversions numeric,
    conversion_value numeric,
    known integer[] not null,
    primary key (brand_id, month, platform) include (
        days, lowest_currency, highest_currency, revenue, gross_sales, discounts, returns, shipping, taxes, duties,
        orders, new_customers, ad_spend, impressions, clicks, conversions, conversion_value, known
    )
);

alter table aura.brand_months enable row level security;
alter table aura.brand_months force row level security;
revoke all on aura.brand_months from public, anon, authenticated, aura_accounts, aura_worker;

do $$
begin
    if exists (select 1 from pg_catalog.pg_roles where rolname = 'service_role') then
        revoke all on aura.brand_months from service_role;
    end if;
end
$$;

grant select on aura.brand_months to authenticated;
grant select, insert, update, delete on aura.brand_months to aura_worker;

drop policy if exists "aura: see own brands' rows" on aura.brand_months;
drop policy if exists "aura: worker sees its brand" on aura.brand_months;
drop policy if exists "aura: worker adds to its brand" on aura.brand_months;
drop policy if exists "aura: worker changes its brand" on aura.brand_months;
drop policy if exists "aura: worker deletes from its brand" on aura.brand_months;

create policy "aura: see own brands' rows" on aura.brand_months for select to authenticated
using (
    brand_id = any(array(
        select b.id from public.brands as b
        where b.user_id = (select aura.active_user_id())
    ))
);

create policy "aura: worker sees its brand" on aura.brand_months for select to aura_worker
using (brand_id = (select aura.worker_brand_id()));

create policy "aura: worker adds to its brand" on aura.brand_months for insert to aura_worker
with check (brand_id = (select aura.worker_brand_id()));

create policy "aura: worker changes its brand" on aura.brand_months for update to aura_worker
using (brand_id = (select aura.worker_brand_id()))
with check (brand_id = (select aura.worker_brand_id()));

create policy "aura: worker deletes from its brand" on aura.brand_months for delete to aura_worker
using (brand_id = (select aura.worker_brand_id()));

-- Makes the given months equal to their days; a month without days goes. An unchanged one is not rewritten.
create or replace function aura.add_up_months(brands uuid[], months date[], platforms text[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    with summed as (
        select
            t.brand_id,
            t.month,
            t.platform,
            d.*
        from unnest(brands, months, platforms) as t (brand_id, month, platform)
        cross join lateral (
            select
                count(*) as days,
                min(n.currency collate "C") as lowest_currency,
                max(n.currency collate "C") as highest_currency,
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
                    count(n.revenue), count(n.gross_sales), count(n.discounts), count(n.returns), count(n.shipping),
                    count(n.taxes), count(n.duties), count(n.orders), count(n.new_customers), count(n.ad_spend),
                    count(n.impressions), count(n.clicks), count(n.conversions), count(n.conversion_value)
                ]::integer[] as known
            from aura.brand_days as n
            where
                n.brand_id = t.brand_id
                and n.platform = t.platform
                and n.date >= t.month
                and n.date < (t.month + interval '1 month')::date
        ) as d
    ),

    emptied as (
        delete from aura.brand_months as m
        using summed as s
        where m.brand_id = s.brand_id and m.month = s.month and m.platform = s.platform and s.days = 0
    )

    insert into aura.brand_months as m
    select s.*
    from summed as s
    where s.days > 0
    on conflict (brand_id, month, platform) do update set
        days = excluded.days,
        lowest_currency = excluded.lowest_currency,
        highest_currency = excluded.highest_currency,
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
        conversions = excluded.conversions,
        conversion_value = excluded.conversion_value,
        known = excluded.known
    where m.* is distinct from excluded.*;
end
$$;

-- After a statement on aura.brand_days: the months of the days that it wrote.
create or replace function aura.keep_months()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
    brands uuid[];
    months date[];
    platforms text[];
begin
    -- where the brand itself goes its months go with it, and who deletes it may not write them
    select array_agg(t.brand_id), array_agg(t.month), array_agg(t.platform)
    into brands, months, platforms
    from (
        select distinct d.brand_id, date_trunc('month', d.date::timestamp)::date as month, d.platform
        from changed_days as d
    ) as t
    where exists (select from public.brands as b where b.id = t.brand_id);

    if tg_op = 'UPDATE' then
        -- the days as they were: the statement may have given them another month
        select array_agg(t.brand_id), array_agg(t.month), array_agg(t.platform)
        into brands, months, platforms
        from (
            select k.brand_id, k.month, k.platform
            from unnest(brands, months, platforms) as k (brand_id, month, platform)
            union
            select d.brand_id, date_trunc('month', d.date::timestamp)::date, d.platform
            from replaced_days as d
        ) as t;
    end if;

    -- a statement that wrote nothing comes here too
    if brands is null then
        return null;
    end if;

    -- one transaction at a time adds up the months of a brand's platform, and sees what the one before it has
    -- committed: each statement below sees anew. The number of locks is bounded, for one statement may write
    -- the days of thousands of brands.
    perform pg_advisory_xact_lock(k.space, k.number)
    from (
        select distinct
            hashtext('aura: months') as space,
            hashtext(t.brand_id::text || t.platform) & 1023 as number
        from unnest(brands, platforms) as t (brand_id, platform)
        order by space, number
    ) as k;
    perform aura.add_up_months(brands, months, platforms);
    return null;
end
$$;

revoke all on function aura.add_up_months(uuid[], date[], text[]), aura.keep_months() from public, anon;
grant execute on function aura.add_up_months(uuid[], date[], text[]) to aura_worker;

create or replace trigger keep_months_added after insert on aura.brand_days
referencing new table as changed_days
for each statement execute function aura.keep_months();

create or replace trigger keep_months_changed after update on aura.brand_days
referencing old table as replaced_days new table as changed_days
for each statement execute function aura.keep_months();

create or replace trigger keep_months_deleted after delete on aura.brand_days
referencing old table as changed_days
for each statement execute function aura.keep_months();

select aura.add_up_months(array_agg(t.brand_id), array_agg(t.month), array_agg(t.platform))
from (
    select distinct
        d.brand_id,
        d.platform,
        date_trunc('month', d.date::timestamp)::date as month
    from aura.brand_days as d
) as t;
