-- name: full_names
-- Definitions are written with their schemas from here to the end of the transaction.
set local search_path = '';

-- name: shapes
-- What two schemas hold, a line each: columns, constraints, indexes, policies, triggers, functions,
-- row level security and what our roles may do. Names are written with their schemas.
with named as (
    select
        c.oid,
        c.relname::text as relation,
        n.nspname::text as place,
        n.nspname || '.' || c.relname as name,
        c.relrowsecurity,
        c.relforcerowsecurity,
        c.relacl,
        c.reloptions
    from pg_catalog.pg_class as c
    inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = any(%(schemas)s) and c.relkind in ('r', 'p', 'v', 'm', 'f')
),

ours (role_name) as (values ('anon'), ('authenticated'), ('aura_worker'), ('aura_accounts'))

select
    'table ' || t.name as item,
    'row level security ' || t.relrowsecurity || ', forced ' || t.relforcerowsecurity as detail
from named as t
union all
select
    'column ' || t.name || '.' || a.attname,
    format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
    || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
from named as t
inner join pg_catalog.pg_attribute as a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
left join pg_catalog.pg_attrdef as d on d.adrelid = t.oid and d.adnum = a.attnum
union all
select
    'constraint ' || o.conname || ' on ' || t.name,
    pg_get_constraintdef(o.oid)
from named as t
inner join pg_catalog.pg_constraint as o on o.conrelid = t.oid and o.contype <> 'n'
union all
select
    'index ' || i.relname || ' on ' || t.name,
    pg_get_indexdef(x.indexrelid)
from named as t
inner join pg_catalog.pg_index as x on x.indrelid = t.oid
inner join pg_catalog.pg_class as i on i.oid = x.indexrelid
union all
select
    'policy ' || p.policyname || ' on ' || t.name,
    p.cmd || ' to ' || p.roles::text || ' using ' || coalesce(p.qual, '') || ' check '
    || coalesce(p.with_check, '')
from named as t
inner join pg_catalog.pg_policies as p on p.schemaname = t.place and p.tablename = t.relation
union all
select
    'trigger ' || g.tgname || ' on ' || t.name,
    pg_get_triggerdef(g.oid)
from named as t
inner join pg_catalog.pg_trigger as g on g.tgrelid = t.oid and not g.tgisinternal
union all
select
    'rights of ' || o.role_name || ' on ' || t.name,
    string_agg(x.privilege_type, ', ' order by x.privilege_type)
from named as t
cross join lateral aclexplode(t.relacl) as x
inner join ours as o on x.grantee = to_regrole(o.role_name)
where x.privilege_type <> 'MAINTAIN'
group by o.role_name, t.name
union all
select
    'rights of ' || o.role_name || ' on ' || t.name || '.' || a.attname,
    string_agg(x.privilege_type, ', ' order by x.privilege_type)
from named as t
inner join pg_catalog.pg_attribute as a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
cross join lateral aclexplode(a.attacl) as x
inner join ours as o on x.grantee = to_regrole(o.role_name)
group by o.role_name, t.name, a.attname
union all
select
    'function ' || f.oid::regprocedure,
    f.prosrc
from pg_catalog.pg_proc as f
inner join pg_catalog.pg_namespace as n on n.oid = f.pronamespace
where n.nspname = any(%(schemas)s)
order by 1;

-- name: strong_locks
-- Locks of this transaction that would hold up others on the tables themselves.
select distinct l.relation::regclass::text as relation
from pg_catalog.pg_locks as l
inner join pg_catalog.pg_class as c on c.oid = l.relation
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    l.pid = pg_backend_pid()
    and n.nspname in ('public', 'aura')
    and l.mode not in ('AccessShareLock', 'RowShareLock');

-- name: all_brands
-- Every brand there is, to be looked at one by one.
select b.id as brand_id
from public.brands as b
order by b.id;

-- name: wrong_rollup
-- Days of one brand whose rollup is not the sum of its accounts' days.
with summed as (
    select
        d.date,
        e.platform,
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
    inner join aura.entities as e on e.brand_id = d.brand_id and e.id = d.entity_id
    where
        d.brand_id = %(brand_id)s
        and e.level = 'account'
        and not exists (
            select 1 from aura.accounts as a
            where
                a.brand_id = %(brand_id)s
                and a.integration_id = e.integration_id
                and a.external_id = e.external_id
                and not a.is_selected
        )
    group by d.date, e.platform
),

stored as (
    select r.*
    from aura.brand_days as r
    where r.brand_id = %(brand_id)s
)

select
    coalesce(s.date, b.date) as date,
    coalesce(s.platform, b.platform) as platform
from summed as s
full join stored as b on s.date = b.date and s.platform = b.platform
where
    (
        s.revenue, s.gross_sales, s.discounts, s.returns, s.shipping, s.taxes, s.duties, s.orders,
        s.new_customers, s.ad_spend, s.impressions, s.clicks, s.all_clicks, s.conversions,
        s.conversion_value, s.conversions_by_conversion_date, s.conversion_value_by_conversion_date
    ) is distinct from (
        b.revenue, b.gross_sales, b.discounts, b.returns, b.shipping, b.taxes, b.duties, b.orders,
        b.new_customers, b.ad_spend, b.impressions, b.clicks, b.all_clicks, b.conversions,
        b.conversion_value, b.conversions_by_conversion_date, b.conversion_value_by_conversion_date
    )
    or s.date is null
    or b.date is null
order by 1, 2;

-- name: wrong_months
-- Months of one brand whose sums are not those of its days.
with summed as (
    select
        d.platform,
        date_trunc('month', d.date::timestamp)::date as month,
        count(*) as days,
        min(d.currency collate "C") as lowest_currency,  -- noqa: RF03
        max(d.currency collate "C") as highest_currency,  -- noqa: RF03
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
        ]::integer[] as known
    from aura.brand_days as d
    where d.brand_id = %(brand_id)s
    group by 1, 2
),

stored as (
    select r.*
    from aura.brand_months as r
    where r.brand_id = %(brand_id)s
)

select
    coalesce(s.month, m.month) as date,
    coalesce(s.platform, m.platform) as platform
from summed as s
full join stored as m on s.month = m.month and s.platform = m.platform
where
    (
        s.days, s.lowest_currency, s.highest_currency, s.revenue, s.gross_sales, s.discounts, s.returns,
        s.shipping, s.taxes, s.duties, s.orders, s.new_customers, s.ad_spend, s.impressions, s.clicks,
        s.conversions, s.conversion_value, s.known
    ) is distinct from (
        m.days, m.lowest_currency, m.highest_currency, m.revenue, m.gross_sales, m.discounts, m.returns,
        m.shipping, m.taxes, m.duties, m.orders, m.new_customers, m.ad_spend, m.impressions, m.clicks,
        m.conversions, m.conversion_value, m.known
    )
order by 1, 2;

-- name: wrong_metrics
-- Days of one brand whose public.metrics are not the rollup, rounded to cents.
with facts as (
    select
        b.date,
        b.platform,
        f.metric_type,
        round(f.value, 2) as value,
        b.currency
    from aura.brand_days as b
    cross join
        lateral (
            values
            ('revenue', b.revenue),
            ('orders', b.orders),
            ('new_customers', b.new_customers),
            ('ad_spend', b.ad_spend),
            ('impressions', b.impressions),
            ('clicks', b.clicks),
            ('conversions', b.conversions)
        ) as f (metric_type, value)
    where b.brand_id = %(brand_id)s and f.value is not null
),

kept as (
    select
        m.date,
        i.platform,
        m.metric_type,
        m.value,
        m.currency
    from public.metrics as m
    left join public.integrations as i on i.brand_id = m.brand_id and i.id = m.integration_id
    where m.brand_id = %(brand_id)s
)

select distinct
    coalesce(f.date, k.date) as date,
    coalesce(f.platform, k.platform, 'no platform') as platform
from facts as f
full join kept as k
    on f.date = k.date and f.platform = k.platform and f.metric_type = k.metric_type
where (f.value, f.currency) is distinct from (k.value, k.currency)
order by 1, 2;

-- name: orphans
-- Rows that point at nothing, or at another brand's rows, by table.
select
    'aura.entity_days' as place,
    count(*) as found
from aura.entity_days as d
where
    not exists (
        select 1 from aura.entities as e
        where e.brand_id = d.brand_id and e.id = d.entity_id
    )
union all
select
    'aura.revisions',
    count(*)
from aura.revisions as r
where
    not exists (
        select 1 from aura.entities as e
        where e.brand_id = r.brand_id and e.id = r.entity_id
    )
union all
select
    'aura.entities',
    count(*)
from aura.entities as e
where
    not exists (
        select 1 from public.integrations as i
        where i.brand_id = e.brand_id and i.id = e.integration_id
    )
union all
select
    'aura.accounts',
    count(*)
from aura.accounts as a
where
    not exists (
        select 1 from public.integrations as i
        where i.brand_id = a.brand_id and i.id = a.integration_id
    )
union all
select
    'aura.orders',
    count(*)
from aura.orders as o
where
    not exists (
        select 1 from public.integrations as i
        where i.brand_id = o.brand_id and i.id = o.integration_id
    )
union all
select
    'public.metrics',
    count(*)
from public.metrics as m
where
    m.integration_id is not null and not exists (
        select 1 from public.integrations as i
        where i.brand_id = m.brand_id and i.id = m.integration_id
    )
union all
select
    'aura.findings',
    count(*)
from aura.findings as f
where f.insight_id is not null and not exists (
    select 1 from public.insights as i
    where i.brand_id = f.brand_id and i.id = f.insight_id
);
