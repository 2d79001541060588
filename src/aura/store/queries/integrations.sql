-- name: keep_consent
-- A consent that is about to be asked for; only the hash of its state is kept.
insert into aura.events (brand_id, event_id, kind, received_at, details)
values (
    %(brand_id)s,
    %(event_id)s,
    'consent',
    %(now)s,
    jsonb_build_object(
        'platform', %(platform)s::text,
        'session', encode(%(session_hash)s::bytea, 'hex'),
        'shop', %(shop)s::text,
        'code_verifier', %(code_verifier)s::text,
        'expires_at', %(expires_at)s::timestamptz
    )
);

-- name: forget_old_consents
-- Consents that came to nothing need not be kept.
delete from aura.events
where kind = 'consent' and (details ->> 'expires_at')::timestamptz <= %(now)s;

-- name: take_consent
-- Takes a consent that is still good, once: from the browser that began it, within its time.
delete from aura.events
where
    event_id = %(event_id)s
    and kind = 'consent'
    and details ->> 'platform' = %(platform)s
    and details ->> 'session' = encode(%(session_hash)s::bytea, 'hex')
    and (details ->> 'expires_at')::timestamptz > %(now)s
returning
    brand_id,
    details ->> 'shop' as shop,
    details ->> 'code_verifier' as code_verifier;

-- name: brand_of_person
-- The brand, where it is the claimed person's.
select id
from public.brands
where id = %(brand_id)s;

-- name: integration
-- An integration without its tokens.
select
    id,
    brand_id,
    platform,
    status,
    platform_account_id,
    platform_account_name,
    last_sync_at,
    metadata
from public.integrations
where id = %(integration_id)s;

-- name: integration_of_platform
-- The brand's integration of a platform, locked until the transaction ends.
select
    platform_account_id,
    metadata
from public.integrations
where brand_id = %(brand_id)s and platform = %(platform)s
for update;

-- name: connect
-- Adds the brand's integration of a platform or takes the one it has.
insert into public.integrations as i (brand_id, platform, status)
values (%(brand_id)s, %(platform)s, 'connected')
on conflict (brand_id, platform) do update set status = 'connected'
returning i.id;

-- name: keep_grant
-- Stores a sealed grant; what is known about it beside the tokens goes into the metadata.
update public.integrations set
    access_token = %(access_token)s,
    refresh_token = %(refresh_token)s,
    token_expires_at = %(token_expires_at)s,
    metadata = (coalesce(metadata, '{}') - 'problem') || %(metadata)s
where id = %(integration_id)s;

-- name: sealed_grant
-- The sealed tokens, locked so that one process alone refreshes them.
select
    platform,
    status,
    access_token,
    refresh_token,
    token_expires_at,
    platform_account_id,
    metadata
from public.integrations
where id = %(integration_id)s
for update;

-- name: lock
-- One writer an integration at a time; tells whether it is still connected.
select status
from public.integrations
where id = %(integration_id)s
for update;

-- name: name_account
-- Which account the integration stands for.
update public.integrations set
    platform_account_id = %(external_id)s,
    platform_account_name = %(name)s,
    metadata = (coalesce(metadata, '{}') - 'known_from' - 'known_through' - 'hidden_days' - 'problem')
    || %(metadata)s
where id = %(integration_id)s;

-- name: disconnect
-- Forgets the tokens and keeps the row: its numbers stay.
update public.integrations set
    status = 'disconnected',
    access_token = null,
    refresh_token = null,
    token_expires_at = null,
    metadata = metadata - 'problem' - 'scopes' - 'missing_scopes' - 'grant_kind'
    - 'refresh_expires_at' - 'data_access_expires_at'
where id = %(integration_id)s;

-- name: fail
-- Says why an integration cannot be read; one that a person disconnected stays disconnected.
update public.integrations set
    status = 'error',
    metadata = coalesce(metadata, '{}') || jsonb_build_object('problem', %(problem)s::text)
where id = %(integration_id)s and status <> 'disconnected';

-- name: synced
-- Notes a read: how far the days are known, which of those the platform hid, and that nothing is wrong.
-- A read of today says how far they are known, whatever was said by a clock that was ahead.
update public.integrations set
    status = case when status = 'error' then 'connected' else status end,
    last_sync_at = coalesce(%(last_sync_at)s, last_sync_at),
    metadata = (coalesce(metadata, '{}') - 'problem' - 'hidden_days') || jsonb_strip_nulls(
        jsonb_build_object(
            'known_from', least((metadata ->> 'known_from')::date, %(first_day)s::date),
            'known_through', case
                when %(last_sync_at)s::timestamptz is null
                    then greatest((metadata ->> 'known_through')::date, %(last_day)s::date)
                else %(last_day)s::date
            end,
            'hidden_days', nullif(
                (
                    coalesce((metadata ->> 'hidden_days')::datemultirange, '{}')
                    + case
                        when %(first_hidden)s::date is null then '{}'::datemultirange
                        else datemultirange(daterange(%(first_hidden)s, %(last_hidden)s, '[]'))
                    end
                    - datemultirange(daterange(%(first_day)s, %(last_day)s, '[]'))
                )::text,
                '{}'
            )
        )
    )
where id = %(integration_id)s;

-- name: accounts
-- The accounts that the grant covers, or covered.
select
    external_id,
    name,
    currency,
    timezone,
    status,
    is_manager,
    login_external_id,
    is_selected
from aura.accounts
where integration_id = %(integration_id)s
order by name, external_id;

-- name: keep_account
-- Adds an account or brings it up to date; the person's selection stays.
insert into aura.accounts as a (
    brand_id, integration_id, external_id, name, currency, timezone, status, is_manager,
    login_external_id
)
values (
    %(brand_id)s, %(integration_id)s, %(external_id)s, %(name)s, %(currency)s, %(timezone)s,
    %(status)s, %(is_manager)s, %(login_external_id)s
)
on conflict (integration_id, external_id) do update set
    name = excluded.name,
    currency = excluded.currency,
    timezone = excluded.timezone,
    status = excluded.status,
    is_manager = excluded.is_manager,
    login_external_id = excluded.login_external_id;

-- name: lose_accounts
-- Accounts that the new grant does not cover: their days stay, they are not read any more.
update aura.accounts set status = 'gone'
where integration_id = %(integration_id)s and not external_id = any(%(external_ids)s);

-- name: select_accounts
-- The accounts that are read from now on.
update aura.accounts set is_selected = external_id = any(%(external_ids)s)
where integration_id = %(integration_id)s;

-- name: note_arrival
-- Keeps the age from which an ad platform's days hardly change, and what part of a day's conversions
-- is in at each age, where either has changed.
update public.integrations set
    metadata = coalesce(metadata, '{}')
    || jsonb_build_object(
        'settles_in_days', %(age)s::integer, 'arrived_shares', %(shares)s::jsonb
    )
where
    brand_id = %(brand_id)s
    and platform = %(platform)s
    and (
        (metadata ->> 'settles_in_days')::integer is distinct from %(age)s::integer
        or metadata -> 'arrived_shares' is distinct from %(shares)s::jsonb
    );
