-- A consent that is under way at a platform is an event of its brand, of the kind 'consent': its id holds the hash
-- of the state, its details what the callback is compared with. It is taken once, within ten minutes, and is gone
-- then; nobody sees it but the role that connects platforms, and nobody changes it.
--
-- Who is at a platform's consent page while this runs presses Connect again.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- few rows at any time; writers of events wait while those of all kinds are read once
create index if not exists events_consents on aura.events (brand_id) where kind = 'consent';

grant delete on aura.events to aura_accounts;

do $$
declare
    own_brands constant text :=
        'brand_id = any(array(select b.id from public.brands as b where b.user_id = (select aura.active_user_id())))';
    claimed_shop constant text :=
        'brand_id = any(array(select a.brand_id from aura.accounts as a'
        ' where a.external_id = (select aura.claim(''shop''))))';
    claimed_brand constant text := 'brand_id = (select aura.worker_brand_id())';
    due_or_claimed constant text :=
        '(((select aura.worker_brand_id()) is null and due_at is not null) or ' || claimed_brand || ')';
    consent constant text := ' and kind = ''consent''';
    no_consent constant text := ' and kind <> ''consent''';
    named record;
begin
    -- policies are created anew, so that this file may run again
    for named in
        select p.policyname
        from pg_catalog.pg_policies as p
        where p.schemaname = 'aura' and p.tablename = 'events'
    loop
        execute format('drop policy %I on aura.events', named.policyname);
    end loop;

    execute 'create policy "aura: see own brands'' rows" on aura.events for select to authenticated using ('
    || own_brands || no_consent || ')';

    execute 'create policy "aura: accounts sees own brands'' requests" on aura.events'
    ' for select to aura_accounts using (' || own_brands || ')';
    execute 'create policy "aura: note what came in" on aura.events for insert to aura_accounts with check ('
    || own_brands || ' or (' || claimed_shop || no_consent || '))';
    execute 'create policy "aura: accounts answers own brands'' requests" on aura.events'
    ' for update to aura_accounts using (' || own_brands || no_consent
    || ') with check (' || own_brands || no_consent || ')';
    execute 'create policy "aura: take own consents" on aura.events for delete to aura_accounts using ('
    || own_brands || consent || ')';

    -- a worker that looks for work sees every due event; one that has taken a brand's sees that brand
    execute 'create policy "aura: worker sees due events" on aura.events for select to aura_worker using ('
    || due_or_claimed || no_consent || ')';
    execute 'create policy "aura: worker takes due events" on aura.events for update to aura_worker using ('
    || due_or_claimed || no_consent || ') with check (' || due_or_claimed || no_consent || ')';
    execute 'create policy "aura: worker adds to its brand" on aura.events for insert to aura_worker with check ('
    || claimed_brand || no_consent || ')';
    execute 'create policy "aura: worker deletes from its brand" on aura.events for delete to aura_worker using ('
    || claimed_brand || no_consent || ')';
end
$$;

-- squawk-ignore ban-drop-table
drop table if exists aura.oauth_states;
