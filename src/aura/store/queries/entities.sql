-- name: account_entity
-- The id of the entity of a shop or ad account, which has the given name and status afterwards.
with known as (
    select
        e.id,
        e.name,
        e.status
    from aura.entities as e
    where
        e.brand_id = %(brand_id)s
        and e.integration_id = %(integration_id)s
        and e.level = 'account'
        and e.external_id = %(external_id)s
),

written as (
    insert into aura.entities as e (
        brand_id, integration_id, platform, level, external_id, name, status
    )
    select
        %(brand_id)s,
        %(integration_id)s,
        %(platform)s,
        'account',
        %(external_id)s,
        %(name)s,
        %(status)s
    -- one that is as it was takes no number of the sequence of ids
    where
        not exists (
            select from known as k
            where (k.name, k.status) is not distinct from (
                coalesce(nullif(%(name)s, ''), k.name), coalesce(nullif(%(status)s, ''), k.status)
            )
        )
    on conflict (integration_id, level, external_id) do update
        set
            name = coalesce(nullif(excluded.name, ''), e.name),
            status = coalesce(nullif(excluded.status, ''), e.status)
    returning e.id
)

select w.id
from written as w
union
select k.id
from known as k;

-- name: rename_shop
-- A shop that was known from a file only gets the name under which the platform knows it.
update aura.entities set external_id = %(external_id)s
where
    brand_id = %(brand_id)s
    and integration_id = %(integration_id)s
    and level = 'account'
    and external_id <> %(external_id)s;

-- name: upsert_campaigns
-- The ids of campaigns, which have the given name and status afterwards, the latest that was read.
with given as (
    select g.*
    from
        unnest(%(levels)s::text[], %(external_ids)s::text[], %(names)s::text[], %(statuses)s::text[])
            as g (level, external_id, name, status)
),

written as (
    insert into aura.entities as e (
        brand_id, integration_id, platform, level, external_id, parent_id, name, status
    )
    select
        %(brand_id)s,
        %(integration_id)s,
        %(platform)s,
        g.level,
        g.external_id,
        %(account_id)s,
        g.name,
        g.status
    from given as g
    left join aura.entities as k
        on
            k.brand_id = %(brand_id)s
            and k.integration_id = %(integration_id)s
            and k.level = g.level
            and k.external_id = g.external_id
    -- one that is as it was takes no number of the sequence of ids
    where
        k.id is null
        or (k.parent_id, k.name, k.status) is distinct from (
            %(account_id)s, coalesce(nullif(g.name, ''), k.name), coalesce(nullif(g.status, ''), k.status)
        )
    on conflict (integration_id, level, external_id) do update
        set
            parent_id = excluded.parent_id,
            name = coalesce(nullif(excluded.name, ''), e.name),
            status = coalesce(nullif(excluded.status, ''), e.status)
    returning e.id, e.level, e.external_id
)

select
    w.level,
    w.external_id,
    w.id
from written as w
union
select
    k.level,
    k.external_id,
    k.id
from given as g
inner join aura.entities as k
    on
        k.brand_id = %(brand_id)s
        and k.integration_id = %(integration_id)s
        and k.level = g.level
        and k.external_id = g.external_id;

-- name: account_and_campaigns
-- The ids of an account's entity and of everything below it, and those of the account that files are
-- about which name none: what the platform or a better file says of a day takes its place.
select e.id
from aura.entities as e
left join aura.entities as p on p.id = e.parent_id and p.brand_id = e.brand_id
where
    e.brand_id = %(brand_id)s
    and e.integration_id = %(integration_id)s
    and (
        %(account_id)s in (e.id, e.parent_id)
        or %(file_account)s in (e.external_id, p.external_id)
    );

-- name: campaigns_by_name
-- The ids of an account's campaigns whose names only one of them has.
select
    c.name,
    min(c.external_id) as external_id
from aura.entities as c
inner join aura.entities as a on a.id = c.parent_id and a.brand_id = c.brand_id
where
    c.brand_id = %(brand_id)s
    and c.integration_id = %(integration_id)s
    and c.level = 'campaign'
    and a.external_id = %(external_id)s
group by c.name
having count(*) = 1;

-- name: platform_of
-- The platform of an integration, the account it is connected to, if any, whether files were about it, and
-- whether temporary tables may be made beside it.
select
    i.platform,
    i.platform_account_id,
    i.platform_account_name,
    exists(
        select from aura.imports as m
        where m.brand_id = %(brand_id)s and m.integration_id = i.id
    ) as has_files,
    has_database_privilege(current_database(), 'temporary') as may_be_temporary
from public.integrations as i
where i.id = %(integration_id)s and i.brand_id = %(brand_id)s;
