-- name: listed
-- Insights of a brand with their state, newest first; a snooze that has run out counts as open.
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
    i.expires_at,
    case
        when f.id is null and i.expires_at <= %(now)s then 'expired'
        when f.id is null then 'open'
        when f.status = 'snoozed' and f.snoozed_until <= %(now)s then 'open'
        else f.status
    end as state,
    f.id is not null as is_ours,
    f.opened_on,
    f.updated_on,
    f.closed_on,
    f.snoozed_until,
    f.dismissed_reason,
    f.is_useful,
    f.done_at,
    f.notified_on,
    coalesce(nullif(f.outcomes, '{}'), i.related_data -> 'outcomes', '{}') as outcomes
from public.insights as i
left join aura.findings as f on f.insight_id = i.id and f.brand_id = i.brand_id
where
    i.brand_id = %(brand_id)s
    and (%(insight_id)s::uuid is null or i.id = %(insight_id)s::uuid)
order by i.created_at desc, i.id
limit 500;

-- name: answer
-- A person's answer to an insight: what is null stays as it is.
update aura.findings
set
    status = coalesce(%(status)s::text, status),
    snoozed_until = case
        when %(status)s::text is null then snoozed_until else %(snoozed_until)s::timestamptz
    end,
    dismissed_reason = case
        when %(status)s::text is null then dismissed_reason else %(dismissed_reason)s::text
    end,
    is_useful = coalesce(%(is_useful)s::boolean, is_useful),
    done_at = coalesce(%(done_at)s::timestamptz, done_at)
where
    brand_id = %(brand_id)s
    and insight_id = %(insight_id)s
    and (%(status)s::text is null or status in ('open', 'snoozed', 'dismissed'))
returning id;

-- name: due_outcomes
-- Insights that opened a given number of days ago or more and have not been judged for it yet.
select
    f.id,
    f.opened_on,
    f.done_at,
    f.outcomes,
    i.insight_type,
    i.related_data
from aura.findings as f
inner join public.insights as i on i.id = f.insight_id
where
    f.brand_id = %(brand_id)s
    and f.opened_on between %(oldest)s and %(newest)s
    and not (f.outcomes ? '14' and f.outcomes ? '28')
order by f.opened_on;

-- name: keep_outcome
-- How an insight turned out after so many days: beside its state, and in the row for people.
with kept as (
    update aura.findings
    set outcomes = outcomes || jsonb_build_object(%(days)s::text, %(outcome)s::jsonb)
    where id = %(id)s and brand_id = %(brand_id)s
    returning insight_id, outcomes
)

update public.insights as i
set related_data = i.related_data || jsonb_build_object('outcomes', k.outcomes)
from kept as k
where i.id = k.insight_id and i.brand_id = %(brand_id)s;

-- name: notified_since
-- How many insights people were told of since a day.
select count(*) as told
from aura.findings as f
where f.brand_id = %(brand_id)s and f.notified_on > %(day)s;

-- name: note_notified
-- People are told of an insight: its finding keeps the day.
update aura.findings
set notified_on = %(day)s
where brand_id = %(brand_id)s and insight_id = %(insight_id)s;

-- name: looked_at
-- How many campaigns spent since a day, and when an ad platform was last read to its end.
select
    (
        select count(distinct d.entity_id)
        from aura.entity_days as d
        inner join aura.entities as e on e.brand_id = %(brand_id)s and e.id = d.entity_id
        where
            d.brand_id = %(brand_id)s
            and d.date >= %(since)s
            and d.ad_spend > 0
            and e.level = 'campaign'
    ) as campaigns,
    (
        select max(i.last_sync_at)
        from public.integrations as i
        where i.brand_id = %(brand_id)s and i.platform <> 'shopify'
    ) as read_at;

-- name: stood
-- Findings that stood at the end of a day, as the ledger says, with the row for people where there is
-- one. Of those that a person dismissed, when is not kept: they stood while they were confirmed.
select
    f.id as finding_id,
    f.platform,
    f.entity_external_id as entity_id,
    i.id,
    f.finding_type as insight_type,
    coalesce(i.priority, f.evidence ->> 'priority', 'medium') as priority,
    coalesce(i.title, f.title) as title,
    coalesce(i.description, f.evidence ->> 'description', '') as description,
    coalesce(i.action_items, f.evidence -> 'action_items', '[]') as action_items,
    coalesce(i.related_data, f.evidence) as related_data,
    coalesce(i.is_read, false) as is_read,
    coalesce(i.created_at, f.opened_on::timestamptz) as created_at,
    i.expires_at,
    case when f.status = 'snoozed' and f.snoozed_until <= %(now)s then 'open' else f.status end as state,
    true as is_ours,
    f.opened_on,
    f.updated_on,
    f.closed_on,
    f.snoozed_until,
    f.dismissed_reason,
    f.is_useful,
    f.done_at,
    f.notified_on,
    f.outcomes
from aura.findings as f
left join public.insights as i on i.id = f.insight_id and i.brand_id = f.brand_id
where
    f.brand_id = %(brand_id)s
    and f.opened_on <= %(day)s::date
    and (f.closed_on is null or f.closed_on > %(day)s::date)
    and (f.status <> 'dismissed' or f.updated_on >= %(day)s::date - %(dismissed_days)s::integer)
order by f.opened_on desc, f.id;

-- name: ledger_began
-- Since when a brand's findings are kept: its first reading, or the first finding.
select
    (
        select min(f.opened_on)
        from aura.findings as f
        where f.brand_id = %(brand_id)s
    ) as first_finding,
    (
        select min(r.finished_at)
        from aura.sync_runs as r
        where r.brand_id = %(brand_id)s and r.outcome = 'succeeded'
    ) as first_run;

-- name: record
-- Every insight that was told, with what became of it; one that another one continued is told by that.
select
    f.finding_type,
    f.opened_on,
    coalesce(nullif(f.outcomes, '{}'), i.related_data -> 'outcomes', '{}') as outcomes
from aura.findings as f
inner join public.insights as i on i.id = f.insight_id and i.brand_id = f.brand_id
where f.brand_id = %(brand_id)s and not i.related_data ? 'continued_by'
order by f.opened_on, f.id;

-- name: volumes
-- What each campaign that spent in a range of days sold in it, as its platform states it.
select coalesce(sum(d.conversions), 0) as conversions
from aura.entity_days as d
inner join aura.entities as e on e.brand_id = %(brand_id)s and d.entity_id = e.id
where
    d.brand_id = %(brand_id)s
    and d.date between %(first)s and %(last)s
    and d.ad_spend > 0
    and e.level = 'campaign'
group by d.entity_id;
