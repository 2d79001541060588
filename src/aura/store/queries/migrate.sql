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
        select n.nspname
        from pg_catalog.pg_extension as e
        inner join pg_catalog.pg_namespace as n on n.oid = e.extnamespace
        where e.extname = 'pgcrypto'
    ) as pgcrypto_is_in,
    r.rolsuper as is_superuser,
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
-- Every migration this database has seen, whoever applied it; an old CLI's table has fewer columns.
select
    to_jsonb(m) ->> 'version' as version,
    to_jsonb(m) -> 'statements' as statements
from supabase_migrations.schema_migrations as m
order by to_jsonb(m) ->> 'version';

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
-- Columns of everything in one schema that has a name like a table's, to compare shapes; of an index
-- also whose it is.
select
    c.relname as relation,
    c.relkind::text as kind,
    o.relname as index_of,
    a.attname as column_name,
    format_type(a.atttypid, a.atttypmod) as column_type
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
left join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_catalog.pg_index as i on i.indexrelid = c.oid
left join pg_catalog.pg_class as o on o.oid = i.indrelid
where n.nspname = %(schema)s
order by c.relname, a.attnum;

-- name: things_in
-- What a schema holds beside tables: functions and types.
select p.proname as name
from pg_catalog.pg_proc as p
inner join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
where n.nspname = %(schema)s
union all
select t.typname
from pg_catalog.pg_type as t
inner join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
where n.nspname = %(schema)s and t.typrelid = 0 and t.typelem = 0
order by name;
