-- name: sealed_by_key
-- How many stored secrets each key has sealed, for the person who wants to put a key away.
select
    split_part(s.sealed, ':', 2) as key_id,
    count(*) as secrets
from (
    select i.access_token as sealed
    from public.integrations as i
    where i.access_token is not null
    union all
    select i.refresh_token as sealed
    from public.integrations as i
    where i.refresh_token is not null
    union all
    select b.customer_hash_key as sealed
    from aura.brand_settings as b
    where b.customer_hash_key is not null
    union all
    select e.sealed_request as sealed
    from aura.events as e
    where e.sealed_request is not null
) as s
group by 1
order by 1;

-- name: due_access_tokens
-- The next access tokens that another key than the first has sealed.
select
    i.id as row_id,
    i.id::text as place,
    i.access_token as sealed
from public.integrations as i
where split_part(i.access_token, ':', 2) <> %(key_id)s and i.id::text > %(after)s
order by i.id::text
limit %(limit)s;

-- name: reseal_access_tokens
-- Puts the text that the first key has sealed in place, unless the token was renewed meanwhile.
update public.integrations set access_token = %(resealed)s
where id::text = %(place)s and access_token = %(sealed)s;

-- name: due_refresh_tokens
-- The next refresh tokens that another key than the first has sealed.
select
    i.id as row_id,
    i.id::text as place,
    i.refresh_token as sealed
from public.integrations as i
where split_part(i.refresh_token, ':', 2) <> %(key_id)s and i.id::text > %(after)s
order by i.id::text
limit %(limit)s;

-- name: reseal_refresh_tokens
-- Puts the text that the first key has sealed in place, unless the token was renewed meanwhile.
update public.integrations set refresh_token = %(resealed)s
where id::text = %(place)s and refresh_token = %(sealed)s;

-- name: due_customer_keys
-- The next keys of brands' customers that another key than the first has sealed.
select
    b.brand_id as row_id,
    b.brand_id::text as place,
    b.customer_hash_key as sealed
from aura.brand_settings as b
where split_part(b.customer_hash_key, ':', 2) <> %(key_id)s and b.brand_id::text > %(after)s
order by b.brand_id::text
limit %(limit)s;

-- name: reseal_customer_keys
-- Puts the text that the first key has sealed in place.
update aura.brand_settings set customer_hash_key = %(resealed)s
where brand_id::text = %(place)s and customer_hash_key = %(sealed)s;

-- name: due_requests
-- The next privacy requests that another key than the first has sealed.
select
    e.brand_id as row_id,
    e.brand_id::text || ' ' || e.event_id as place,
    e.sealed_request as sealed
from aura.events as e
where
    split_part(e.sealed_request, ':', 2) <> %(key_id)s
    and e.brand_id::text || ' ' || e.event_id > %(after)s
order by e.brand_id::text || ' ' || e.event_id
limit %(limit)s;

-- name: reseal_requests
-- Puts the text that the first key has sealed in place, unless the request was answered meanwhile.
update aura.events set sealed_request = %(resealed)s
where brand_id::text || ' ' || event_id = %(place)s and sealed_request = %(sealed)s;
