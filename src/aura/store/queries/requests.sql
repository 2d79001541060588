-- name: claim
-- Notes that a request is being carried out; no row when it is or was, and not too long ago.
insert into aura.events as e (brand_id, event_id, kind, received_at, details)
values (%(brand_id)s, %(event_id)s, 'api/request', %(now)s, %(details)s)
on conflict (brand_id, event_id) do update
    set
        received_at = excluded.received_at,
        answered_at = null,
        details = excluded.details
    where
    e.received_at < %(kept_since)s
    or (e.answered_at is null and e.received_at < %(lost_before)s and not e.details ? 'written')
returning e.event_id;

-- name: kept
-- What is kept of a request of one brand.
select
    answered_at,
    details
from aura.events
where brand_id = %(brand_id)s and event_id = %(event_id)s;

-- name: find
-- What is kept of a request that named no brand, among the claimed person's brands.
select
    answered_at,
    details
from aura.events
where
    brand_id = any(array(select b.id from public.brands as b))
    and event_id = %(event_id)s
    and received_at >= %(since)s
limit 1;

-- name: answer
-- Keeps what a request was answered.
update aura.events
set answered_at = %(now)s, details = details || %(details)s
where brand_id = %(brand_id)s and event_id = %(event_id)s;

-- name: note_written
-- Notes, in the transaction of what a request writes, that it has been carried out.
update aura.events
set details = details || '{"written": true}'
where brand_id = %(brand_id)s and event_id = %(event_id)s;

-- name: note_added
-- The same for a request that adds a brand: the one that this transaction has made.
insert into aura.events (brand_id, event_id, kind, received_at, details)
select
    b.id,
    %(event_id)s,
    'api/request',
    %(now)s,
    %(details)s || '{"written": true}'::jsonb
from public.brands as b
where b.xmin = pg_current_xact_id()::xid
on conflict (brand_id, event_id) do nothing;

-- name: release
-- A request that failed may be tried again: one that was refused, and one that fell over before
-- anything was written.
update aura.events
set received_at = 'epoch', answered_at = null, details = details - 'written'
where
    brand_id = %(brand_id)s
    and event_id = %(event_id)s
    and (%(was_refused)s or not details ? 'written');
