-- name: accounts
-- The shops and ad accounts behind a brand's connections, the chosen ones first.
select
    a.integration_id,
    a.external_id,
    a.name,
    a.currency,
    a.timezone,
    a.status,
    a.is_manager,
    a.is_selected
from aura.accounts as a
where a.brand_id = %(brand_id)s
order by a.is_selected desc, a.is_manager asc, lower(a.name) asc, a.external_id asc;

-- name: work
-- What is due for a brand's connections and how far each backfill has come.
select
    w.integration_id,
    w.kind,
    w.due_at,
    w.leased_until,
    w.requested_at,
    w.days_done,
    w.days_total
from aura.sync_state as w
where w.brand_id = %(brand_id)s;

-- name: runs
-- The last syncs of each connection since a moment, newest first. The brand's index holds them by time,
-- so a connection with years of runs costs no more than one with a few.
select
    r.id,
    r.integration_id,
    r.kind,
    r.started_at,
    r.finished_at,
    r.first_day,
    r.last_day,
    r.rows_read,
    r.rows_changed,
    r.requests,
    r.outcome,
    r.message
from public.integrations as i
inner join lateral (
    select n.*
    from aura.sync_runs as n
    where n.brand_id = i.brand_id and n.integration_id = i.id and n.started_at >= %(since)s
    order by n.started_at desc
    limit (%(most)s)
) as r on true
where i.brand_id = %(brand_id)s
order by r.integration_id asc, r.started_at desc;

-- name: run_days
-- How the syncs of each day went, by the calendar of the brand's time zone.
select
    r.integration_id,
    (r.started_at at time zone %(timezone)s)::date as day,
    count(*) filter (where r.outcome = 'succeeded')::integer as succeeded,
    count(*) filter (where r.outcome in ('try_later', 'needs_reconnect', 'bad_data'))::integer as failed
from aura.sync_runs as r
where r.brand_id = %(brand_id)s and r.started_at >= %(since)s
group by r.integration_id, (r.started_at at time zone %(timezone)s)::date;

-- name: failing_since
-- Since when each connection has not been read: its first failure after the last sync that succeeded.
select
    r.integration_id,
    min(r.started_at) as failing_since
from aura.sync_runs as r
where
    r.brand_id = %(brand_id)s
    and r.started_at >= %(since)s
    and r.outcome in ('try_later', 'needs_reconnect', 'bad_data')
    and not exists (
        select 1
        from aura.sync_runs as s
        where
            s.brand_id = r.brand_id
            and s.integration_id = r.integration_id
            and s.started_at >= r.started_at
            and s.outcome = 'succeeded'
    )
group by r.integration_id;

-- name: restated
-- Of the last daily sync of each connection that ended well: how many values of past days it changed,
-- and on how many days. Only the accounts' own days count, as the pages show them.
with latest as (
    select distinct on (r.integration_id)
        r.id,
        r.integration_id,
        r.started_at
    from aura.sync_runs as r
    where
        r.brand_id = %(brand_id)s
        and r.started_at >= %(since)s
        and r.kind = 'daily'
        and r.outcome = 'succeeded'
    order by r.integration_id, r.started_at desc
),

replaced as (
    select
        o.run_id,
        o.date,
        (o.revenue is distinct from d.revenue)::integer
        + (o.orders is distinct from d.orders)::integer
        + (o.new_customers is distinct from d.new_customers)::integer
        + (o.ad_spend is distinct from d.ad_spend)::integer
        + (o.impressions is distinct from d.impressions)::integer
        + (o.clicks is distinct from d.clicks)::integer
        + (o.conversions is distinct from d.conversions)::integer
        + (o.conversion_value is distinct from d.conversion_value)::integer as changed
    from latest as l
    inner join aura.revisions as o
        on
            o.brand_id = %(brand_id)s
            and o.date >= %(first_day)s
            and o.date < (l.started_at at time zone %(timezone)s)::date
            and l.id = o.run_id
    inner join aura.entities as e on o.brand_id = e.brand_id and o.entity_id = e.id and e.level = 'account'
    left join aura.entity_days as d
        on o.brand_id = d.brand_id and o.date = d.date and o.entity_id = d.entity_id
)

select
    l.integration_id,
    l.started_at,
    count(distinct p.date)::integer as days,
    coalesce(sum(p.changed), 0)::integer as changed
from latest as l
left join replaced as p on l.id = p.run_id and p.changed > 0
group by l.integration_id, l.started_at;

-- name: account_totals
-- The sums of each chosen ad account and of its campaigns, over days that were given for its connection.
with accounts as (
    select
        s.integration_id,
        s.first_day,
        s.last_day,
        a.external_id,
        a.name,
        own.id
    from
        unnest(
            %(integration_ids)s::uuid[], %(first_days)s::date[], %(last_days)s::date[]
        ) as s (integration_id, first_day, last_day)
    inner join aura.accounts as a
        on a.brand_id = %(brand_id)s and s.integration_id = a.integration_id and a.is_selected
    inner join aura.entities as own
        on
            a.brand_id = own.brand_id
            and a.integration_id = own.integration_id
            and own.level = 'account'
            and a.external_id = own.external_id
),

placed as materialized (
    select
        w.id as account_id,
        w.first_day,
        w.last_day,
        e.id,
        e.level
    from accounts as w
    inner join aura.entities as e
        on
            e.brand_id = %(brand_id)s
            and (e.id = w.id or (e.parent_id = w.id and e.level = 'campaign'))
),

-- read as one range of days: the offset keeps it from being looked up campaign by campaign
known_days as (
    select
        n.entity_id,
        n.date,
        n.currency,
        n.source,
        n.ad_spend,
        n.clicks,
        n.conversions,
        n.conversion_value
    from aura.entity_days as n
    where
        n.brand_id = %(brand_id)s
        and n.date between %(first)s and %(last)s
    offset 0
),

sums as (
    select
        p.account_id,
        d.currency,
        count(*) filter (where p.level = 'account')::integer as account_days,
        count(*) filter (where p.level = 'campaign')::integer as campaign_days,
        count(*) filter (where d.source = 'file')::integer as file_days,
        sum(d.ad_spend) filter (where p.level = 'account') as account_ad_spend,
        sum(d.clicks) filter (where p.level = 'account') as account_clicks,
        sum(d.conversions) filter (where p.level = 'account') as account_conversions,
        sum(d.conversion_value) filter (where p.level = 'account') as account_conversion_value,
        sum(d.ad_spend) filter (where p.level = 'campaign') as campaigns_ad_spend,
        sum(d.clicks) filter (where p.level = 'campaign') as campaigns_clicks,
        sum(d.conversions) filter (where p.level = 'campaign') as campaigns_conversions,
        sum(d.conversion_value) filter (where p.level = 'campaign') as campaigns_conversion_value
    from placed as p
    inner join known_days as d
        on p.id = d.entity_id and d.date between p.first_day and p.last_day
    group by p.account_id, d.currency
)

select
    w.integration_id,
    w.external_id,
    w.name,
    s.currency,
    s.account_days,
    s.campaign_days,
    s.file_days,
    s.account_ad_spend,
    s.account_clicks,
    s.account_conversions,
    s.account_conversion_value,
    s.campaigns_ad_spend,
    s.campaigns_clicks,
    s.campaigns_conversions,
    s.campaigns_conversion_value
from accounts as w
inner join sums as s on w.id = s.account_id
order by w.integration_id asc, lower(w.name) asc, w.external_id asc, s.currency asc;
