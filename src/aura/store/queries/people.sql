-- name: person_by_email
-- The person with an address, in any case; one written exactly so comes first.
select
    id,
    email,
    name,
    password_hash,
    coalesce(is_active, false) as is_active
from public.users
where lower(email) = %(email)s
order by email = %(email)s desc, created_at
limit 1;

-- name: person_by_id
-- A person whose sign-ins and tokens count: not one who was switched off.
select
    id,
    email,
    name
from public.users
where id = %(user_id)s and is_active;

-- name: add_person
-- A new person; no row when the address is taken. The server logs no address for it.
insert into public.users (id, email, password_hash, name)
values (%(user_id)s, %(email)s, %(password_hash)s, %(name)s)
on conflict (email) do nothing
returning id, email, name;

-- name: change_password
-- Another password hash for the claimed person.
update public.users
set password_hash = %(password_hash)s
where id = %(user_id)s
returning id, email, name;

-- name: first_people
-- Up to two people who may sign in; for the command line, as owner.
select
    id,
    email,
    name
from public.users
where is_active
order by created_at, id
limit 2;

-- name: count_people
-- Everybody, switched off or not; for the command line, as owner.
select count(*) as people
from public.users;

-- name: start_session
-- A signed-in browser of the claimed person.
insert into aura.sessions (token_hash, user_id, created_at, last_seen_at, expires_at)
values (%(token_hash)s, %(user_id)s, %(now)s, %(now)s, %(expires_at)s);

-- name: forget_expired_sessions
-- The claimed person's sessions that have run out; a key that has is still listed as such.
delete from aura.sessions
where user_id = %(user_id)s and kind = 'browser' and expires_at <= %(now)s;

-- name: person_of_session
-- Whose session it is, and when it was last prolonged; no row when it has run out or they are inactive.
select
    u.id,
    u.email,
    u.name,
    s.last_seen_at
from aura.sessions as s
inner join public.users as u on s.user_id = u.id
where s.token_hash = %(token_hash)s and s.kind = 'browser' and s.expires_at > %(now)s and u.is_active;

-- name: prolong_session
-- Moves the end of a session that is in use.
update aura.sessions
set last_seen_at = %(now)s, expires_at = %(expires_at)s
where token_hash = %(token_hash)s;

-- name: end_session
-- Signs one browser out.
delete from aura.sessions
where token_hash = %(token_hash)s;

-- name: end_sessions_of
-- Signs every browser of the claimed person out. Keys are ended one by one: programs use them.
delete from aura.sessions
where user_id = %(user_id)s and kind = 'browser';
