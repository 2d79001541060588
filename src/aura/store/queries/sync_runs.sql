-- name: start
-- A sync begins.
insert into aura.sync_runs (
    id, brand_id, integration_id, kind, started_at, outcome
)
values (%(run_id)s, %(brand_id)s, %(integration_id)s, %(kind)s, %(now)s, 'running');

-- name: add_window
-- What a window has added to the run, in the transaction that wrote the window.
update aura.sync_runs set
    rows_read = rows_read + %(rows_read)s,
    rows_changed = rows_changed + %(rows_changed)s,
    requests = %(requests)s,
    first_day = least(first_day, %(first_day)s),
    last_day = greatest(last_day, %(last_day)s)
where id = %(run_id)s;

-- name: finish
-- A sync has ended, one way or the other.
update aura.sync_runs set
    finished_at = %(now)s,
    requests = %(requests)s,
    outcome = %(outcome)s,
    message = %(message)s
where id = %(run_id)s;

-- name: abandon
-- Runs of a worker that died: they never ended.
update aura.sync_runs set
    finished_at = %(now)s,
    outcome = 'try_later',
    message = 'The worker stopped before the sync had ended; what was complete was kept.'
where integration_id = %(integration_id)s and outcome = 'running';

-- name: forget
-- Of an integration's runs that began before a moment only the last success of a day is kept: it says
-- what was known on that morning.
delete from aura.sync_runs as r
where
    r.brand_id = %(brand_id)s
    and r.integration_id = %(integration_id)s
    and r.started_at < %(before)s
    and exists (
        select from aura.sync_runs as later
        where
            later.brand_id = %(brand_id)s
            and later.integration_id = %(integration_id)s
            and later.kind = r.kind
            and later.outcome = 'succeeded'
            and later.started_at > r.started_at
            and (later.started_at at time zone 'UTC')::date = (r.started_at at time zone 'UTC')::date
    );
