-- name: login_role
-- One login role and what it may: powers it must not have, and whether it exists at all.
select
    r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication as is_powerful,
    coalesce(
        (
            select array_agg(g.rolname::text)
            from pg_catalog.pg_auth_members as m
            inner join pg_catalog.pg_roles as g on g.oid = m.roleid
            where m.member = r.oid
        ),
        '{}'
    ) as member_of
from pg_catalog.pg_roles as r
where r.rolname = %(login)s;

-- name: owner
-- The role we are, which a pooler's user name may carry a suffix to, and the database.
select current_user::text as login, current_database()::text as database;

-- name: create_login
-- A login that owns nothing and inherits nothing: it lowers itself in every transaction.
create role {login} login noinherit password {password};

-- name: change_login
-- A new password for a login made earlier.
alter role {login} with login noinherit password {password};

-- name: allow_connect
-- Not every database leaves connecting to PUBLIC.
grant connect on database {database} to {login};

-- name: join_role
-- Let the login lower itself to one role.
grant {role} to {login};

-- name: leave_role
-- Take back a membership that the login must not have.
revoke {role} from {login};
