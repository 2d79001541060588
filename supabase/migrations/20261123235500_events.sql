-- What a platform or a person asked of a brand's data, and what became of it: webhook deliveries by
-- their id, privacy requests, later whatever else an audit needs. No personal data: whom a privacy
-- request is about stands sealed in a column of its own until it is answered.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table if not exists aura.events (
    brand_id uuid not null references public.brands (id) on delete cascade,
    -- the delivery's id where a platform gave one: the same event comes in once
    event_id text not null,
    kind text not null,
    received_at timestamptz not null,
    -- when a worker is to answer it; null: answered, or waiting for a person
    due_at timestamptz,
    answered_at timestamptz,
    details jsonb not null default '{}',
    sealed_request text,
    primary key (brand_id, event_id)
);
create index if not exists events_received on aura.events (brand_id, received_at);
create index if not exists events_due on aura.events (due_at) where due_at is not null;

-- Who was a new customer, kept when the order was redacted; null: it follows from the keys.
alter table aura.orders add column if not exists is_new_customer boolean;
create index if not exists orders_redacted on aura.orders (brand_id, order_id)
where order_id like '%redacted:%';

alter table aura.events enable row level security;
alter table aura.events force row level security;
revoke all on aura.events from public, anon, authenticated, aura_accounts, aura_worker;

do $$
begin
    if exists (select 1 from pg_catalog.pg_roles where rolname = 'service_role') then
        revoke all on aura.events from service_role;
    end if;
end
$$;

grant select (brand_id, event_id, kind, received_at, due_at, answered_at, details)
on aura.events to authenticated;
-- the page only notes what came in, for the brands of the shop whose signature it has checked
grant insert on aura.events to aura_accounts;
grant select, insert, update (due_at, answered_at, details, sealed_request), delete
on aura.events to aura_worker;
-- a shop that asks for its erasure takes its connection and the past of its numbers along
grant delete on public.integrations, aura.revisions to aura_worker;

do $$
declare
    own_brands constant text :=
        'brand_id = any(array(select b.id from public.brands as b where b.user_id = (select aura.active_user_id())))';
    own_integration constant text :=
        ' and integration_id = any(array(select i.id from public.integrations as i))';
    claimed_brand constant text := 'brand_id = (select aura.worker_brand_id())';
    claimed_shop constant text :=
        'brand_id = any(array(select a.brand_id from aura.accounts as a'
        ' where a.external_id = (select aura.claim(''shop''))))';
    due_or_claimed constant text :=
        '((select aura.worker_brand_id()) is null and due_at is not null) or ' || claimed_brand;
    named record;
begin
    -- policies below are created anew, so that this file may run again
    for named in
        select p.policyname, p.schemaname, p.tablename
        from pg_catalog.pg_policies as p
        where
            (p.schemaname = 'aura' and p.tablename = 'events')
            or (
                p.schemaname = 'aura' and p.tablename in ('accounts', 'sync_state')
                and p.policyname = 'aura: see own brands'' rows'
            )
            or (
                p.schemaname = 'aura' and p.tablename = 'sync_state' and p.cmd = 'UPDATE'
                and p.policyname = 'aura: change own connections'
            )
            or p.policyname in ('aura: see own or the claimed shop', 'aura: worker erases a shop')
    loop
        execute format('drop policy %I on %I.%I', named.policyname, named.schemaname, named.tablename);
    end loop;

    execute 'create policy "aura: see own brands'' rows" on aura.events for select to authenticated using ('
    || own_brands || ')';
    execute 'create policy "aura: note what came in" on aura.events for insert to aura_accounts with check ('
    || claimed_shop || ')';
    -- a worker that looks for work sees every due event; one that has taken a brand's sees that brand
    execute 'create policy "aura: worker sees due events" on aura.events for select to aura_worker using ('
    || due_or_claimed || ')';
    execute 'create policy "aura: worker takes due events" on aura.events for update to aura_worker using ('
    || due_or_claimed || ') with check (' || due_or_claimed || ')';
    execute 'create policy "aura: worker adds to its brand" on aura.events for insert to aura_worker with check ('
    || claimed_brand || ')';
    execute 'create policy "aura: worker deletes from its brand" on aura.events for delete to aura_worker using ('
    || claimed_brand || ')';

    execute 'create policy "aura: see own brands'' rows" on aura.accounts for select to authenticated using ('
    || own_brands || ')';
    execute 'create policy "aura: see own or the claimed shop" on aura.accounts for select to aura_accounts'
    ' using (' || own_brands || ' or external_id = (select aura.claim(''shop'')))';
    execute 'create policy "aura: see own brands'' rows" on aura.sync_state for select to authenticated using ('
    || own_brands || ')';
    execute 'create policy "aura: see own or the claimed shop" on aura.sync_state for select to aura_accounts'
    ' using (' || own_brands || ' or ' || claimed_shop || ')';
    execute 'create policy "aura: change own connections" on aura.sync_state for update to aura_accounts'
    ' using (' || own_brands || ' or ' || claimed_shop || ') with check ((' || own_brands || own_integration
    || ') or ' || claimed_shop || ')';

    execute 'create policy "aura: worker erases a shop" on public.integrations for delete to aura_worker using ('
    || claimed_brand || ')';
    execute 'create policy "aura: worker erases a shop" on aura.revisions for delete to aura_worker using ('
    || claimed_brand || ')';
end
$$;
