-- name: take_turn
-- One migrator at a time on this database; released when its transaction ends, poolers included.
select pg_advisory_xact_lock(hashtextextended('aura: migrate', 0));

-- name: login_facts
-- What the login may do, and whether the server can give us pgcrypto.
select
    r.rolname as login,
    r.rolsuper or r.rolbypassrls as may_bypass_policies,
    r.rolsuper or r.rolcreaterole as may_create_roles,
    exists(
        select 1 from pg_catalog.pg_available_extensions as e
        where e.name = 'pgcrypto'
    ) as pgcrypto_is_available,
    (
        select count(*) = 4
        from pg_catalog.pg_roles as ours
        where ours.rolname in ('anon', 'authenticated', 'aura_worker', 'aura_accounts')
    ) as roles_exist
from pg_catalog.pg_roles as r
where r.rolname = current_user;

-- name: bookkeeping
-- Which of the two tables that remember migrations are there.
select
    to_regclass('supabase_migrations.schema_migrations') is not null as has_history,
    to_regclass('aura.migrations') is not null as has_checksums;

-- name: create_history
-- The Supabase CLI's own table, exactly as it makes it.
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
alter table supabase_migrations.schema_migrations add column if not exists statements text[];
alter table supabase_migrations.schema_migrations add column if not exists name text;

-- name: history
-- Every migration this database has seen, whoever applied it.
select
    version,
    name,
    statements
from supabase_migrations.schema_migrations
order by version;

-- name: checksums
-- The migrations that Aura applied or has taken over, with the checksums of their files.
select
    version,
    checksum
from aura.migrations
order by version;

-- name: record
-- Remember an applied migration as the Supabase CLI does.
insert into supabase_migrations.schema_migrations (version, name, statements)
values (%(version)s, %(name)s, %(statements)s);

-- name: record_checksum
-- Remember the checksum of an applied migration's file.
insert into aura.migrations (version, name, checksum)
values (%(version)s, %(name)s, %(checksum)s)
on conflict (version) do nothing;

-- name: relations_of
-- Ordinary columns of every relation in one schema, to compare shapes.
select
    c.relname as relation,
    c.relkind::text as kind,
    a.attname as column_name,
    format_type(a.atttypid, a.atttypmod) as column_type
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname = %(schema)s and c.relkind in ('r', 'p', 'v', 'm', 'f')
order by c.relname, a.attnum;
