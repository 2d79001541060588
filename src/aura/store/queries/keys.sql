-- name: lock_keys
-- Holds back another key of the same person until this transaction ends: they are counted.
select pg_advisory_xact_lock(hashtextextended('aura: keys of ' || %(user_id)s::text, 0));

-- name: add_key
-- A key of the claimed person; no row when they have as many as anybody may have.
insert into aura.sessions (
    token_hash, user_id, created_at, last_seen_at, expires_at, kind, id, name, scopes, prefix
)
select
    %(token_hash)s as token_hash,
    %(user_id)s::uuid as user_id,
    %(now)s::timestamptz as created_at,
    %(now)s::timestamptz as last_seen_at,
    %(expires_at)s::timestamptz as expires_at,
    'key' as kind,
    %(id)s::uuid as id,
    %(name)s as name,
    %(scopes)s as scopes,
    %(prefix)s as prefix
where
    (
        select count(*)
        from aura.sessions as s
        where s.user_id = %(user_id)s and s.kind = 'key'
    ) < %(most)s
returning id;

-- name: keys_of_person
-- The claimed person's keys, newest first, expired ones among them.
select
    id,
    name,
    scopes,
    prefix,
    created_at,
    expires_at,
    last_used_at
from aura.sessions
where user_id = %(user_id)s and kind = 'key'
order by created_at desc, id;

-- name: person_of_key
-- Whose key it is and what it may do; no row when it has expired or they are inactive.
select
    s.id as key_id,
    s.scopes,
    s.last_used_at,
    u.id,
    u.email,
    u.name
from aura.sessions as s
inner join public.users as u on s.user_id = u.id
where s.token_hash = %(token_hash)s and s.kind = 'key' and s.expires_at > %(now)s and u.is_active;

-- name: note_used
-- A key is in use.
update aura.sessions
set last_used_at = %(now)s
where token_hash = %(token_hash)s;

-- name: revoke_key
-- Ends a key of the claimed person; no row when they have none of that id.
delete from aura.sessions
where id = %(id)s and user_id = %(user_id)s and kind = 'key'
returning id;
