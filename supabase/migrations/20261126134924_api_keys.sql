-- Keys for programs stand beside the sessions of browsers: of both only a hash is kept. And a program
-- may say a write twice: the answer of the first time is kept among the brand's events.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- browser: a signed-in browser; key: a program, until it is revoked; link: one read-only address
alter table aura.sessions add column if not exists kind text not null default 'browser';
-- what a person calls it by; a browser has none
alter table aura.sessions add column if not exists id uuid;
alter table aura.sessions add column if not exists name text;
-- what it may do, as OAuth writes it: words with a space between
alter table aura.sessions add column if not exists scopes text;
-- the first characters of a key, by which its owner tells it from others
alter table aura.sessions add column if not exists prefix text;
-- when a key was last used, to the minute
alter table aura.sessions add column if not exists last_used_at timestamptz;

do $$
begin
    if not exists (
        select 1 from pg_catalog.pg_constraint
        where conname = 'sessions_kind' and conrelid = 'aura.sessions'::regclass
    ) then
        alter table aura.sessions add constraint sessions_kind check (
            kind = 'browser' or (kind in ('key', 'link') and id is not null and scopes is not null)
        ) not valid;
    end if;
end
$$;
alter table aura.sessions validate constraint sessions_kind;
create index if not exists sessions_id on aura.sessions (id) where id is not null;

-- a key is noted as used, never given another scope or another person
grant update (last_used_at) on aura.sessions to aura_accounts;

-- What a program asked for twice is answered as it was the first time. Kept by the role that keeps
-- sessions: a person who could write events themselves could make a worker act on them.
grant select (brand_id, event_id, kind, received_at, due_at, answered_at, details)
on aura.events to aura_accounts;
grant update (received_at, answered_at, details) on aura.events to aura_accounts;

do $$
declare
    own_brands constant text :=
        'brand_id = any(array(select b.id from public.brands as b where b.user_id = (select aura.active_user_id())))';
    claimed_shop constant text :=
        'brand_id = any(array(select a.brand_id from aura.accounts as a'
        ' where a.external_id = (select aura.claim(''shop''))))';
    named record;
begin
    -- policies below are created anew, so that this file may run again
    for named in
        select p.policyname
        from pg_catalog.pg_policies as p
        where
            p.schemaname = 'aura' and p.tablename = 'events'
            and p.policyname in (
                'aura: note what came in', 'aura: accounts sees own brands'' requests',
                'aura: accounts answers own brands'' requests'
            )
    loop
        execute format('drop policy %I on aura.events', named.policyname);
    end loop;

    execute 'create policy "aura: note what came in" on aura.events for insert to aura_accounts with check ('
    || claimed_shop || ' or ' || own_brands || ')';
    execute 'create policy "aura: accounts sees own brands'' requests" on aura.events'
    ' for select to aura_accounts using (' || own_brands || ')';
    execute 'create policy "aura: accounts answers own brands'' requests" on aura.events'
    ' for update to aura_accounts using (' || own_brands || ') with check (' || own_brands || ')';
end
$$;
