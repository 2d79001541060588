-- name: brand
-- The claimed brand's currency and time zone.
select
    b.currency,
    b.timezone
from public.brands as b
where b.id = %(brand_id)s;

-- name: sources
-- How far each of the brand's platforms had been read at a moment, and the time zones of its accounts.
select
    i.platform,
    i.status,
    coalesce(
        (
            select max(r.finished_at)
            from aura.sync_runs as r
            where
                r.brand_id = %(brand_id)s
                and r.integration_id = i.id
                and r.outcome = 'succeeded'
                and r.finished_at <= %(as_of)s
        ),
        case when i.last_sync_at <= %(as_of)s then i.last_sync_at end
    ) as read_at,
    -- what the newest sync vouches for says nothing about an earlier morning
    case
        when i.last_sync_at <= %(as_of)s then (i.metadata ->> 'known_through')::date
    end as known_through,
    array(
        select distinct a.timezone
        from aura.accounts as a
        where
            a.brand_id = %(brand_id)s
            and a.integration_id = i.id
            and a.is_selected
            and a.timezone is not null
    ) as timezones
from public.integrations as i
where i.brand_id = %(brand_id)s
order by i.platform;

-- name: series
-- The days of every account and campaign as they were known at a moment, one row an entity.
with seen as (
    select
        d.entity_id,
        d.date,
        d.currency,
        d.ad_spend,
        d.clicks,
        d.conversions,
        d.conversion_value,
        d.orders
    from aura.entity_days as d
    where
        d.brand_id = %(brand_id)s
        and d.date between %(first_day)s and %(last_day)s
        and d.observed_at <= %(as_of)s
    union all
    select
        r.entity_id,
        r.date,
        r.currency,
        r.ad_spend,
        r.clicks,
        r.conversions,
        r.conversion_value,
        r.orders
    from aura.revisions as r
    where
        r.brand_id = %(brand_id)s
        and r.date between %(first_day)s and %(last_day)s
        and r.observed_at <= %(as_of)s
        and r.replaced_at > %(as_of)s
)

select
    e.platform,
    e.level,
    e.external_id,
    e.name,
    coalesce(p.external_id, e.external_id) as account_id,
    array_agg(distinct s.currency) as currencies,
    array_agg(s.date - %(first_day)s::date order by s.date) as days,
    array_agg(s.ad_spend::double precision order by s.date) as spend,
    array_agg(s.clicks::double precision order by s.date) as clicks,
    array_agg(s.conversions::double precision order by s.date) as conversions,
    array_agg(s.conversion_value::double precision order by s.date) as value,
    array_agg(s.orders::double precision order by s.date) as orders
from seen as s
inner join aura.entities as e on e.brand_id = %(brand_id)s and e.id = s.entity_id
left join aura.entities as p on p.brand_id = %(brand_id)s and p.id = e.parent_id
group by e.id, p.external_id
order by e.platform, e.level, e.external_id;

-- name: observations
-- What was said of the recent days of ad accounts and campaigns, and in which time it held.
with said as (
    select
        d.entity_id,
        d.date,
        d.observed_at,
        null::timestamptz as replaced_at,
        d.conversions
    from aura.entity_days as d
    where
        d.brand_id = %(brand_id)s
        and d.date between %(first_day)s and %(last_day)s
        and d.observed_at <= %(as_of)s
    union all
    select
        r.entity_id,
        r.date,
        r.observed_at,
        r.replaced_at,
        r.conversions
    from aura.revisions as r
    where
        r.brand_id = %(brand_id)s
        and r.date between %(first_day)s and %(last_day)s
        and r.observed_at <= %(as_of)s
)

select
    e.platform,
    e.level,
    e.external_id,
    coalesce(p.external_id, e.external_id) as account_id,
    array_agg(s.date - %(first_day)s::date order by s.date, s.observed_at) as days,
    array_agg(
        extract(epoch from s.observed_at)::double precision order by s.date, s.observed_at
    ) as observed,
    array_agg(
        extract(epoch from s.replaced_at)::double precision order by s.date, s.observed_at
    ) as replaced,
    array_agg(s.conversions::double precision order by s.date, s.observed_at) as conversions
from said as s
inner join aura.entities as e on e.brand_id = %(brand_id)s and e.id = s.entity_id
left join aura.entities as p on p.brand_id = %(brand_id)s and p.id = e.parent_id
where s.conversions is not null
group by e.id, p.external_id
order by e.platform, e.level, e.external_id;

-- name: lock_findings
-- One evaluation of a brand at a time.
select pg_advisory_xact_lock(hashtextextended('aura insights ' || %(brand_id)s::text, 0));

-- name: standing_findings
-- Findings that are open, and those dismissed lately.
select
    f.id,
    f.insight_id,
    f.finding_type,
    f.platform,
    f.entity_external_id as entity_id,
    f.status,
    i.priority,
    f.updated_on,
    f.opened_on,
    f.snoozed_until
from aura.findings as f
left join public.insights as i on i.id = f.insight_id
where
    f.brand_id = %(brand_id)s
    and (
        f.status in ('open', 'snoozed')
        or (f.status = 'dismissed' and f.updated_on >= %(dismissed_since)s)
    );

-- name: ended_findings
-- Findings that stood before a morning and ended on it.
select
    f.finding_type,
    f.platform,
    f.entity_external_id as entity_id
from aura.findings as f
where
    f.brand_id = %(brand_id)s
    and f.opened_on < %(day)s
    and f.closed_on = %(day)s;

-- name: add_insight
-- A new row for people; its state is kept beside it in aura.findings.
insert into public.insights (
    id, brand_id, insight_type, priority, title, description, action_items, related_data, is_read,
    created_at, expires_at
)
values (
    %(id)s, %(brand_id)s, %(insight_type)s, %(priority)s, %(title)s, %(description)s,
    %(action_items)s, %(related_data)s, false, %(now)s, %(expires_at)s
);

-- name: update_insight
-- What stands is told anew in place; read stays read unless it became more pressing, and what became
-- of it after two weeks stays too.
update public.insights
set
    priority = %(priority)s,
    title = %(title)s,
    description = %(description)s,
    action_items = %(action_items)s,
    related_data = %(related_data)s::jsonb
    || case
        when related_data ? 'outcomes' then jsonb_build_object('outcomes', related_data -> 'outcomes')
        else '{}'::jsonb
    end,
    is_read = is_read and not %(is_escalated)s,
    expires_at = %(expires_at)s
where id = %(id)s and brand_id = %(brand_id)s;

-- name: close_insight
-- What is over keeps its evidence and says since when it is over.
update public.insights
set
    expires_at = least(expires_at, %(now)s),
    related_data = related_data
    || jsonb_strip_nulls(
        jsonb_build_object(
            'status', %(status)s::text,
            'closed_on', %(run_day)s::date,
            'continued_by', %(continued_by)s::text
        )
    )
where id = %(id)s and brand_id = %(brand_id)s;

-- name: add_finding
-- The state of a new finding.
insert into aura.findings (
    id, brand_id, insight_id, finding_type, scope_level, platform, entity_external_id, dedup_key,
    status, opened_on, updated_on, title, evidence
)
values (
    %(id)s, %(brand_id)s, %(insight_id)s, %(finding_type)s, %(scope_level)s, %(platform)s,
    %(entity_id)s, %(dedup_key)s, 'open', %(run_day)s, %(run_day)s, %(title)s, %(evidence)s
);

-- name: update_finding
-- A morning that confirms a finding.
update aura.findings
set
    status = %(status)s,
    updated_on = %(run_day)s,
    title = %(title)s,
    evidence = %(evidence)s
where id = %(id)s and brand_id = %(brand_id)s;

-- name: close_finding
-- A finding that is over.
update aura.findings
set
    status = %(status)s,
    closed_on = %(run_day)s
where id = %(id)s and brand_id = %(brand_id)s;

-- name: open_insights
-- Insights that stand, as their owner sees them; of other programs' rows those that have not expired.
select
    i.id,
    i.insight_type,
    coalesce(i.priority, 'medium') as priority,
    i.title,
    i.description,
    coalesce(i.action_items, '[]') as action_items,
    coalesce(i.related_data, '{}') as related_data,
    coalesce(i.is_read, false) as is_read,
    i.created_at,
    i.expires_at
from public.insights as i
left join aura.findings as f on f.insight_id = i.id and f.brand_id = i.brand_id
where
    i.brand_id = %(brand_id)s
    and (
        f.status = 'open'
        or (f.status = 'snoozed' and f.snoozed_until <= now())
        or (f.id is null and (i.expires_at is null or i.expires_at > now()))
    )
order by i.created_at desc, i.id;

-- name: open_health_findings
-- Findings about the data that stand, newest first.
select
    f.id,
    f.finding_type,
    f.platform,
    f.title,
    f.opened_on,
    f.updated_on,
    f.evidence
from aura.findings as f
where f.brand_id = %(brand_id)s and f.insight_id is null and f.status = 'open'
order by f.opened_on desc, f.id;
