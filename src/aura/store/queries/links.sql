-- name: add_link
-- A new read-only address of the claimed person's.
insert into aura.sessions (
    token_hash, user_id, created_at, last_seen_at, expires_at, kind, id, name, scopes, prefix
)
values (
    %(token_hash)s, %(user_id)s, %(now)s, %(now)s, %(expires_at)s, 'link', %(id)s, %(name)s, %(scopes)s,
    %(prefix)s
);

-- name: links
-- The claimed person's read-only addresses of one brand, the newest first.
select
    s.id,
    s.name,
    s.scopes,
    s.prefix,
    s.created_at,
    s.expires_at,
    s.last_used_at
from aura.sessions as s
where s.user_id = %(user_id)s and s.kind = 'link' and split_part(s.scopes, ' ', 1) = %(brand_id)s::text
order by s.created_at desc, s.id desc;

-- name: use_link
-- The claimed address while it holds and its person is active; the use is noted.
update aura.sessions as s set last_used_at = %(now)s
from public.users as u
where
    s.token_hash = %(token_hash)s
    and s.kind = 'link'
    and s.expires_at > %(now)s
    and u.id = s.user_id
    and u.is_active
returning s.user_id, s.scopes;

-- name: end_link
-- A read-only address ends at once.
delete from aura.sessions
where
    user_id = %(user_id)s
    and id = %(id)s
    and kind = 'link'
    and split_part(scopes, ' ', 1) = %(brand_id)s::text;
