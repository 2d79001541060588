-- name: plan
-- Makes one kind of work due. A cursor that is there stays unless the work starts over; then who reads
-- just now loses the lease, for it reads the accounts of before.
insert into aura.sync_state as s (integration_id, kind, brand_id, due_at, cursor)
values (%(integration_id)s, %(kind)s, %(brand_id)s, %(due_at)s, '{}')
on conflict (integration_id, kind) do update set
    due_at = excluded.due_at,
    attempts = 0,
    leased_until = case when %(starts_over)s then null else s.leased_until end,
    leased_by = case when %(starts_over)s then null else s.leased_by end,
    cursor = case when %(starts_over)s then '{}' else s.cursor end,
    days_done = case when %(starts_over)s then 0 else s.days_done end,
    days_total = case when %(starts_over)s then 0 else s.days_total end;

-- name: resume_backfill
-- A backfill that was not finished is due again.
update aura.sync_state set due_at = %(due_at)s, attempts = 0
where
    integration_id = %(integration_id)s
    and kind = 'backfill'
    and not coalesce((cursor ->> 'done')::boolean, false);

-- name: widen_backfill
-- A backfill that ended at the few days that were in sight begins anew.
update aura.sync_state set
    due_at = %(due_at)s,
    attempts = 0,
    cursor = '{}',
    days_done = 0,
    days_total = 0
where
    integration_id = %(integration_id)s
    and kind = 'backfill'
    and due_at is null
    and coalesce((cursor ->> 'done')::boolean, false)
    and (
        days_total <= %(most_days)s
        or exists (
            select from public.integrations as i
            where
                i.id = %(integration_id)s
                and (i.metadata ->> 'hidden_days')::datemultirange && daterange(%(oldest)s, null)
        )
    );

-- name: stop
-- Nothing is due any more for the integration.
update aura.sync_state set due_at = null
where integration_id = %(integration_id)s;

-- name: hurry
-- A person does not want to wait for the next daily sync. One that is running does not answer the wish:
-- it may have read what the person waits for already.
update aura.sync_state set due_at = least(due_at, %(now)s), requested_at = %(now)s, attempts = 0
where integration_id = %(integration_id)s and kind = 'daily'
returning coalesce(leased_until > %(now)s, false) as is_running;

-- name: answer_request
-- The sync that a person asked for begins.
update aura.sync_state set requested_at = null
where integration_id = %(integration_id)s and kind = %(kind)s and requested_at is not null;

-- name: take
-- Takes the most urgent due work of an integration that nobody works on: daily before backfill, then
-- who has waited longest. The lease covers both kinds: an integration is read by one worker at a
-- time. The daily row is the gate: whoever takes either kind holds its lock while taking. No lease
-- reaches an hour and no work waits two days: what does was written by a clock that was ahead.
with free as (
    select
        s.integration_id,
        s.kind
    from aura.sync_state as s
    inner join aura.sync_state as gate on gate.integration_id = s.integration_id and gate.kind = 'daily'
    where
        (s.due_at <= %(now)s or s.due_at > %(now)s + interval '2 days')
        and (s.leased_until > %(now)s and s.leased_until <= %(now)s + interval '1 hour') is not true
        and (gate.leased_until > %(now)s and gate.leased_until <= %(now)s + interval '1 hour') is not true
    order by s.kind = 'backfill', s.due_at, s.integration_id
    limit 1
    for update of s, gate skip locked
),

leased as (
    update aura.sync_state as s set
        leased_until = %(leased_until)s,
        leased_by = %(owner)s,
        attempts = s.attempts + (s.kind = f.kind)::integer
    from free as f
    where s.integration_id = f.integration_id
)

select
    s.brand_id,
    s.integration_id,
    s.kind
from free as f
inner join aura.sync_state as s on s.integration_id = f.integration_id and s.kind = f.kind;

-- name: lease
-- Takes one integration for work that was asked for by name, if nobody works on it.
with gate as (
    select integration_id
    from aura.sync_state
    where
        integration_id = %(integration_id)s
        and kind = 'daily'
        and (
            (leased_until > %(now)s and leased_until <= %(now)s + interval '1 hour') is not true
            or leased_by = %(owner)s
        )
    for update
)

update aura.sync_state as s set
    leased_until = %(leased_until)s,
    leased_by = %(owner)s
from gate as g
where s.integration_id = g.integration_id
returning s.kind;

-- name: renew
-- Keeps a lease; no row means that it was lost.
update aura.sync_state set leased_until = %(leased_until)s
where integration_id = %(integration_id)s and leased_by = %(owner)s
returning kind;

-- name: release
-- Gives an integration back, so that its other work need not wait for the lease to end.
update aura.sync_state set leased_until = null, leased_by = null
where integration_id = %(integration_id)s and leased_by = %(owner)s;

-- name: state
-- The state of one kind of work.
select
    due_at,
    leased_until,
    leased_by,
    attempts,
    cursor,
    days_done,
    days_total
from aura.sync_state
where integration_id = %(integration_id)s and kind = %(kind)s;

-- name: advance
-- Moves the cursor of work under a lease; no row means that the lease was lost.
update aura.sync_state set cursor = %(cursor)s, days_done = %(days_done)s, days_total = %(days_total)s
where integration_id = %(integration_id)s and kind = %(kind)s and leased_by = %(owner)s
returning integration_id;

-- name: reschedule
-- Says when the work is due again, if ever; a person who disconnected or chose anew meanwhile wins. One
-- who asked for a sync meanwhile gets it at once, unless the platform wants a pause.
update aura.sync_state set
    due_at = case
        when due_at is null then null
        when requested_at is not null and not %(failed)s then requested_at
        else %(due_at)s::timestamptz
    end,
    attempts = case when %(failed)s then attempts else 0 end
where
    integration_id = %(integration_id)s
    and kind = %(kind)s
    and (%(owner)s::text is null or leased_by = %(owner)s);

-- name: due_in_brand
-- Whether more daily work of the brand is due right now.
select count(*) as due
from aura.sync_state
where brand_id = %(brand_id)s and kind = 'daily' and due_at <= %(now)s;

-- name: daily_waits
-- Whether a daily sync is due of an integration that nobody reads: a backfill gives way to it.
select exists(
    select 1
    from aura.sync_state
    where
        kind = 'daily'
        and due_at <= %(now)s
        and (leased_until > %(now)s and leased_until <= %(now)s + interval '1 hour') is not true
) as waits;

-- name: next_due
-- When the next work is due, null when there is none.
select min(due_at) as due_at
from aura.sync_state;

-- name: reads_elsewhere
-- Whether the shop is read for another connection than this one.
select exists(
    select 1
    from aura.accounts as a
    inner join aura.sync_state as s on a.brand_id = s.brand_id and a.integration_id = s.integration_id
    where
        a.external_id = %(shop)s
        and a.integration_id <> %(integration_id)s
        and s.kind = 'daily'
        and s.due_at is not null
) as is_read;
