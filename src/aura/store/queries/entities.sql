-- name: upsert_account
-- The entity of a shop or ad account; the name and status it has now.
insert into aura.entities as e (
    brand_id, integration_id, platform, level, external_id, name, status
)
values (
    %(brand_id)s, %(integration_id)s, %(platform)s, 'account', %(external_id)s, %(name)s, %(status)s
)
on conflict (integration_id, level, external_id) do update set
    name = coalesce(nullif(excluded.name, ''), e.name),
    status = coalesce(nullif(excluded.status, ''), e.status)
where
(e.name, e.status) is distinct from (
    coalesce(nullif(excluded.name, ''), e.name), coalesce(nullif(excluded.status, ''), e.status)
);

-- name: account_entity
-- The id of an account's entity.
select id
from aura.entities
where
    brand_id = %(brand_id)s
    and integration_id = %(integration_id)s
    and level = 'account'
    and external_id = %(external_id)s;

-- name: rename_shop
-- A shop that was known from a file only gets the name under which the platform knows it.
update aura.entities set external_id = %(external_id)s
where
    brand_id = %(brand_id)s
    and integration_id = %(integration_id)s
    and level = 'account'
    and external_id <> %(external_id)s;

-- name: upsert_campaigns
-- The campaigns among the incoming rows, with the name and status of their latest day.
insert into aura.entities as e (
    brand_id, integration_id, platform, level, external_id, parent_id, name, status
)
select distinct on (i.level, i.external_id)
    %(brand_id)s,
    %(integration_id)s,
    %(platform)s,
    i.level,
    i.external_id,
    %(account_id)s,
    i.name,
    i.status
from incoming_ad_days as i
where i.level <> 'account'
order by i.level, i.external_id, i.date desc
on conflict (integration_id, level, external_id) do update set
    parent_id = excluded.parent_id,
    name = coalesce(nullif(excluded.name, ''), e.name),
    status = coalesce(nullif(excluded.status, ''), e.status)
where
(e.parent_id, e.name, e.status) is distinct from (
    excluded.parent_id,
    coalesce(nullif(excluded.name, ''), e.name),
    coalesce(nullif(excluded.status, ''), e.status)
);

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
-- The platform of an integration and the account it is connected to, if any.
select
    platform,
    platform_account_id,
    platform_account_name
from public.integrations
where id = %(integration_id)s and brand_id = %(brand_id)s;
