-- name: sources
-- How far each of the brand's platforms had been read at a moment: the days that were read by then,
-- within those that are known now, when they were read, and the files that stood.
with observed as (
    select
        d.entity_id,
        d.date,
        d.observed_at
    from aura.entity_days as d
    where d.brand_id = %(brand_id)s and d.observed_at <= %(as_of)s
    union all
    select
        r.entity_id,
        r.date,
        r.observed_at
    from aura.revisions as r
    where r.brand_id = %(brand_id)s and r.observed_at <= %(as_of)s and r.replaced_at > %(as_of)s
),

seen as (
    select
        e.integration_id,
        min(o.date) as first_day,
        max(o.date) as last_day,
        max(o.observed_at) as read_at
    from observed as o
    inner join aura.entities as e on e.brand_id = %(brand_id)s and o.entity_id = e.id
    where e.level = 'account'
    group by e.integration_id
),

runs as (
    select
        r.integration_id,
        min(r.first_day) as first_day,
        max(r.last_day) as last_day,
        max(r.finished_at) filter (where r.outcome = 'succeeded') as read_at
    from aura.sync_runs as r
    where r.brand_id = %(brand_id)s and r.finished_at <= %(as_of)s
    group by r.integration_id
),

files as (
    select
        f.integration_id,
        min(f.date_from) as first_day,
        max(f.date_to) as last_day,
        max(f.created_at) as read_at
    from aura.imports as f
    where
        f.brand_id = %(brand_id)s
        and f.created_at <= %(as_of)s
        and (f.undone_at is null or f.undone_at > %(as_of)s)
    group by f.integration_id
)

select
    i.id as integration_id,
    files.first_day as file_first_day,
    files.last_day as file_last_day,
    files.read_at as file_read_at,
    greatest(
        least(runs.first_day, seen.first_day), (i.metadata ->> 'known_from')::date
    ) as known_from,
    least(
        greatest(runs.last_day, seen.last_day), (i.metadata ->> 'known_through')::date
    ) as known_through,
    coalesce(
        runs.read_at, case when i.last_sync_at <= %(as_of)s then i.last_sync_at end, seen.read_at
    ) as read_at
from public.integrations as i
left join seen on i.id = seen.integration_id
left join runs on i.id = runs.integration_id
left join files on i.id = files.integration_id
where i.brand_id = %(brand_id)s;
