-- name: permissions
-- What is known of the permissions of a brand's connections, nothing secret.
select
    i.id as integration_id,
    i.platform,
    i.token_expires_at as access_ends_at,
    (i.metadata ->> 'refresh_expires_at')::timestamptz as refresh_ends_at,
    (i.metadata ->> 'data_access_expires_at')::timestamptz as data_ends_at,
    coalesce(i.status, 'disconnected') as status,
    coalesce(i.metadata ->> 'grant_kind', 'consent') as grant_kind,
    coalesce(i.metadata -> 'missing_scopes', '[]') as missing_scopes,
    (i.metadata ->> 'hidden_days')::datemultirange as hidden_days
from public.integrations as i
where i.brand_id = %(brand_id)s
order by array_position(array['shopify', 'meta', 'google_ads'], i.platform::text), i.id;
