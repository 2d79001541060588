-- Roles, pgcrypto, the schema aura and the claims that every policy reads.
--
-- authenticated and anon are the names that PostgREST and Supabase use; on a plain PostgreSQL we make
-- them. aura_worker writes what was synced, aura_accounts signs people in and connects platforms.
-- None of them may log in: a login role is made a member by `aura db roles`.

set lock_timeout = '5s';
set statement_timeout = '60s';

do $$
declare
    role_name text;
    -- since PostgreSQL 16 a role's creator is its member without the right to `set role` to it
    membership constant text :=
        case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end;
begin
    foreach role_name in array array['anon', 'authenticated', 'aura_worker', 'aura_accounts'] loop
        begin
            if not exists (select 1 from pg_catalog.pg_roles where rolname = role_name) then
                execute format('create role %I nologin noinherit', role_name);
            end if;
        exception when duplicate_object or unique_violation then
            -- roles belong to the whole server: another database was migrated in the same moment
            null;
        end;
        if exists (
            select 1 from pg_catalog.pg_roles where rolname = role_name and (rolsuper or rolbypassrls)
        ) then
            raise exception 'the role % may not be a superuser or bypass row level security', role_name;
        end if;
        -- whoever migrates may lower itself to these roles with `set local role`
        if not pg_catalog.pg_has_role(current_user, role_name, membership) then
            execute format('grant %I to current_user', role_name);
        end if;
    end loop;
end
$$;

create schema if not exists extensions;
create extension if not exists pgcrypto with schema extensions;

do $$
begin
    if (
        select n.nspname
        from pg_catalog.pg_extension as e
        inner join pg_catalog.pg_namespace as n on n.oid = e.extnamespace
        where e.extname = 'pgcrypto'
    ) <> 'extensions' then
        alter extension pgcrypto set schema extensions;
    end if;
    -- the writer copies into temporary tables; not every database leaves that to PUBLIC
    execute format('grant temporary on database %I to aura_worker', current_database());
end
$$;

create schema if not exists aura;
revoke all on schema aura from public;
grant usage on schema aura to authenticated, aura_worker, aura_accounts;
grant usage on schema public to authenticated, aura_worker, aura_accounts;
grant usage on schema extensions to aura_worker, aura_accounts;

-- One claim of the request, null when there is none. Empty, missing and '{}' all mean nobody.
create or replace function aura.claim(claim_name text)
returns text
language sql
stable
set search_path = ''
as $$
    select nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> claim_name, '')
$$;

-- The user that the request speaks for, active or not.
create or replace function aura.user_id()
returns uuid
language sql
stable
set search_path = ''
as $$
    select aura.claim('sub')::uuid
$$;

-- The same user, null unless active: an inactive user owns no row.
create or replace function aura.active_user_id()
returns uuid
language sql
stable
set search_path = ''
as $$
    select id from public.users where id = (select aura.user_id()) and is_active
$$;

-- The one brand that a worker's transaction is about.
create or replace function aura.worker_brand_id()
returns uuid
language sql
stable
set search_path = ''
as $$
    select aura.claim('brand')::uuid
$$;

-- Keeps updated_at true whoever writes.
create or replace function aura.touch_updated_at()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.updated_at := now();
    return new;
end
$$;

revoke all on all functions in schema aura from public, anon;
grant execute on function aura.claim(text), aura.user_id(), aura.active_user_id()
to authenticated, aura_accounts, aura_worker;
grant execute on function aura.worker_brand_id() to aura_worker;
