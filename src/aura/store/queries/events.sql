-- name: do_not_wait
-- A delivery is answered in time or sent again: it waits for no sync that is writing.
select set_config('lock_timeout', '300ms', true);

-- name: shops
-- The connections that stand for a shop: one in each brand that has connected it.
select
    brand_id,
    integration_id
from aura.accounts
where external_id = %(shop)s
order by brand_id;

-- name: note
-- Notes what came in; no row when it had come in before.
insert into aura.events (
    brand_id, event_id, kind, received_at, due_at, answered_at, details, sealed_request
)
values (
    %(brand_id)s, %(event_id)s, %(kind)s, %(received_at)s, %(due_at)s, %(answered_at)s,
    %(details)s, %(sealed_request)s
)
on conflict do nothing;

-- name: want_daily
-- A change was announced: the daily sync is wanted soon, once for all changes until then. While one
-- runs only the wish is kept, for what changed may be on a page that it has read already.
update aura.sync_state set
    requested_at = %(at)s,
    due_at = least(due_at, %(at)s)
where
    integration_id = %(integration_id)s
    and kind = 'daily'
    and due_at is not null
    and requested_at is null;

-- name: want_backfill
-- The platform says that what the backfill waits for is ready.
update aura.sync_state set due_at = least(due_at, %(at)s)
where integration_id = %(integration_id)s and kind = 'backfill' and due_at is not null;

-- name: take
-- Takes the event that is due longest. It is due again a while later, unless it was answered by then:
-- a worker that dies leaves it to another.
update aura.events as e set due_at = %(again_at)s
from (
    select
        n.brand_id,
        n.event_id
    from aura.events as n
    where n.due_at <= %(now)s
    order by n.due_at
    limit 1
    for update skip locked
) as due
where e.brand_id = due.brand_id and e.event_id = due.event_id
returning e.brand_id, e.event_id, e.kind, e.received_at;

-- name: request
-- Whom an event is about, sealed; locked until it is answered.
select
    kind,
    received_at,
    answered_at,
    details,
    sealed_request
from aura.events
where brand_id = %(brand_id)s and event_id = %(event_id)s
for update;

-- name: answer
-- Notes the answer; whom it was about is forgotten.
update aura.events set
    answered_at = %(now)s,
    due_at = null,
    details = %(details)s,
    sealed_request = null
where brand_id = %(brand_id)s and event_id = %(event_id)s;

-- name: leave_to_a_person
-- Notes what was found; a person is to hand it over.
update aura.events set
    due_at = null,
    details = %(details)s
where brand_id = %(brand_id)s and event_id = %(event_id)s;

-- name: forget_deliveries
-- Forgets the ids of deliveries that no platform sends again, and requests of programs, answered or not;
-- privacy requests stay, and so does what is no delivery: only those are called by a platform's topic,
-- such as orders/updated.
delete from aura.events
where
    brand_id = %(brand_id)s
    and (answered_at is not null or kind = 'api/request')
    and received_at < %(before)s
    and kind like '%%/%%'
    and not kind = any(%(kept)s);

-- name: privacy_requests
-- The privacy requests of all brands, newest first.
select
    e.brand_id,
    b.name as brand,
    e.event_id,
    e.kind,
    e.received_at,
    e.answered_at,
    e.due_at,
    e.details
from aura.events as e
inner join public.brands as b on b.id = e.brand_id
where e.kind = any(%(kinds)s)
order by e.received_at desc, e.event_id;

-- name: end_grant
-- The platform has ended the grant: its tokens go, the numbers stay, a person is to connect again.
update public.integrations set
    status = 'error',
    access_token = null,
    refresh_token = null,
    token_expires_at = null,
    metadata = (coalesce(metadata, '{}') - 'webhooks') || jsonb_build_object('problem', %(problem)s::text)
where id = %(integration_id)s and status <> 'disconnected';

-- name: note_scopes
-- The scopes that the platform says the grant has now.
update public.integrations set
    metadata = coalesce(metadata, '{}') || %(scopes)s::jsonb
where id = %(integration_id)s;

-- name: webhooks
-- What is known of the subscriptions at the platform.
select metadata -> 'webhooks' as webhooks
from public.integrations
where id = %(integration_id)s;

-- name: note_webhooks
-- Notes whether the platform tells of changes at once.
update public.integrations set
    metadata = coalesce(metadata, '{}') || jsonb_build_object('webhooks', %(webhooks)s::jsonb)
where id = %(integration_id)s;
