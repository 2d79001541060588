-- Who may see and write what. Row level security is enabled and forced on every table; a grant names
-- columns where not all may be seen; each command has its own policy and each write its WITH CHECK.
--
-- authenticated   a signed-in person or a Supabase client: own rows, never a hash or a token
-- aura_accounts   sign-up, sign-in, sessions, connecting: the claimed person, address or session
-- aura_worker     sync and import: the one brand that its transaction claims

set lock_timeout = '5s';
set statement_timeout = '60s';

-- A hosted project grants everything on new tables to these roles: take it back first. Only from our
-- five tables: what else a project keeps in public is not ours.
revoke all on public.users, public.brands, public.integrations, public.metrics, public.insights
from public, anon, authenticated, aura_accounts, aura_worker;
revoke all on all tables in schema aura from public, anon, authenticated, aura_accounts, aura_worker;
revoke all on all sequences in schema aura from public, anon, authenticated, aura_accounts, aura_worker;

do $$
begin
    -- a hosted project's service key bypasses row level security and Aura has no use for it: whoever
    -- holds it would read every tenant's rows, hashes and sealed tokens
    if exists (select 1 from pg_catalog.pg_roles where rolname = 'service_role') then
        revoke all on public.users, public.brands, public.integrations, public.metrics, public.insights
        from service_role;
        revoke all on all tables in schema aura from service_role;
        revoke all on all sequences in schema aura from service_role;
        revoke all on all functions in schema aura from service_role;
        revoke all on schema aura from service_role;
    end if;
end
$$;

do $$
declare
    relation regclass;
    named record;
begin
    for relation in
        select c.oid::regclass
        from pg_catalog.pg_class as c
        where
            c.relkind = 'r'
            and (
                c.relnamespace = 'aura'::regnamespace
                or c.oid in (
                    'public.users'::regclass, 'public.brands'::regclass, 'public.integrations'::regclass,
                    'public.metrics'::regclass, 'public.insights'::regclass
                )
            )
    loop
        execute format('alter table %s enable row level security', relation);
        execute format('alter table %s force row level security', relation);
    end loop;
    -- policies below are created anew, so that this file may run again
    for named in
        select p.policyname, p.schemaname, p.tablename
        from pg_catalog.pg_policies as p
        where p.schemaname in ('aura', 'public') and p.policyname like 'aura:%'
    loop
        execute format('drop policy %I on %I.%I', named.policyname, named.schemaname, named.tablename);
    end loop;
end
$$;

-- ---------------------------------------------------------------------------------------- users
grant select (id, email, name, created_at, updated_at, is_active), update (name)
on public.users to authenticated;
grant select, insert (id, email, password_hash, name), update (password_hash, name), delete
on public.users to aura_accounts;

create policy "aura: a person sees themself" on public.users for select to authenticated
using (id = (select aura.user_id()) and is_active);

create policy "aura: a person renames themself" on public.users for update to authenticated
using (id = (select aura.user_id()) and is_active)
with check (id = (select aura.user_id()) and is_active);

create policy "aura: accounts sees the claimed person" on public.users for select to aura_accounts
using (
    -- an inactive person is seen only by address: it stays taken
    lower(email) = (select aura.claim('email'))
    or (is_active and id = (select aura.user_id()))
    or (is_active and id = any(array(select s.user_id from aura.sessions as s)))
);

create policy "aura: accounts signs up the claimed address" on public.users for insert to aura_accounts
with check (lower(email) = (select aura.claim('email')));

create policy "aura: accounts changes the claimed person" on public.users for update to aura_accounts
using (id = (select aura.user_id()) and is_active)
with check (id = (select aura.user_id()) and is_active);

create policy "aura: accounts deletes the claimed person" on public.users for delete to aura_accounts
using (id = (select aura.user_id()) and is_active);

-- --------------------------------------------------------------------------------------- brands
grant select, delete on public.brands to authenticated;
-- a person chooses no id: the error of a taken one would tell that somebody else's row has it
grant insert (user_id, name, domain, currency, timezone),
update (name, domain, currency, timezone, user_id) on public.brands to authenticated;
grant select on public.brands to aura_accounts, aura_worker;

create policy "aura: own brands" on public.brands for select to authenticated, aura_accounts
using (user_id = (select aura.active_user_id()));

create policy "aura: add own brands" on public.brands for insert to authenticated
with check (user_id = (select aura.active_user_id()));

create policy "aura: change own brands" on public.brands for update to authenticated
using (user_id = (select aura.active_user_id()))
with check (user_id = (select aura.active_user_id()));

create policy "aura: delete own brands" on public.brands for delete to authenticated
using (user_id = (select aura.active_user_id()));

create policy "aura: worker sees its brand" on public.brands for select to aura_worker
using (id = (select aura.worker_brand_id()));

-- --------------------------------------------------------------------------------- integrations
grant select (
    id, brand_id, platform, status, token_expires_at, platform_account_id, platform_account_name,
    last_sync_at, metadata, created_at, updated_at
) on public.integrations to authenticated;
grant select, insert, update on public.integrations to aura_accounts, aura_worker;

-- -------------------------------------------------------------------------- metrics and insights
grant select on public.metrics to authenticated;
grant select, insert, update, delete on public.metrics to aura_worker;
grant select, update (is_read) on public.insights to authenticated;
grant select, insert, update on public.insights to aura_worker;

create policy "aura: mark own insights read" on public.insights for update to authenticated
using (
    brand_id = any(array(
        select b.id from public.brands as b
        where b.user_id = (select aura.active_user_id())
    ))
)
with check (
    brand_id = any(array(
        select b.id from public.brands as b
        where b.user_id = (select aura.active_user_id())
    ))
);

-- ---------------------------------------------------------------------------------- schema aura
grant select on aura.accounts, aura.entities, aura.entity_days, aura.revisions, aura.orders,
aura.refunds, aura.brand_days, aura.sync_state, aura.sync_runs, aura.imports, aura.findings
to authenticated;
grant select (brand_id, revenue_basis, history_complete_from, is_sample, settings, updated_at),
insert (brand_id, revenue_basis, settings), update (revenue_basis, settings)
on aura.brand_settings to authenticated;
grant update (status, snoozed_until, dismissed_reason, is_useful) on aura.findings to authenticated;

grant select, insert, update, delete on aura.accounts, aura.oauth_states to aura_accounts;
grant select, insert on aura.sync_state to aura_accounts, aura_worker;
-- due work stays with its integration, also for a worker that has not yet said for which brand it works
grant update (due_at, leased_until, leased_by, attempts, cursor, days_done, days_total)
on aura.sync_state to aura_accounts, aura_worker;
-- a session is prolonged, never given to another person
grant select, insert, update (last_seen_at, expires_at), delete on aura.sessions to aura_accounts;

grant select, insert, update, delete on aura.entities, aura.entity_days, aura.orders, aura.refunds,
aura.brand_days to aura_worker;
grant select, insert on aura.revisions to aura_worker;
grant select, insert, update on aura.accounts, aura.sync_runs, aura.imports, aura.findings,
aura.brand_settings to aura_worker;

grant select on aura.migrations to authenticated, aura_accounts, aura_worker;
create policy "aura: the schema version is no secret" on aura.migrations
for select to authenticated, aura_accounts, aura_worker using (true);

-- Tables with a brand: read one's own; one policy a command, so that none is widened by another.
do $$
declare
    own_brands constant text :=
        'brand_id = any(array(select b.id from public.brands as b where b.user_id = (select aura.active_user_id())))';
    claimed_brand constant text := 'brand_id = (select aura.worker_brand_id())';
    claimed_integration constant text :=
        ' and integration_id = any(array('
        'select i.id from public.integrations as i where i.brand_id = (select aura.worker_brand_id())))';
    claimed_insight constant text :=
        ' and (insight_id is null or insight_id = any(array('
        'select i.id from public.insights as i where i.brand_id = (select aura.worker_brand_id()))))';
    brands_owner constant text :=
        ' and (created_by is null or created_by = any(array('
        'select b.user_id from public.brands as b where b.id = (select aura.worker_brand_id()))))';
    own_integration constant text :=
        ' and integration_id = any(array(select i.id from public.integrations as i))';
    relation text;
    written text;
begin
    foreach relation in array array[
        'public.integrations', 'public.metrics', 'public.insights', 'aura.accounts', 'aura.entities',
        'aura.entity_days', 'aura.revisions', 'aura.orders', 'aura.refunds', 'aura.brand_days', 'aura.sync_state',
        'aura.sync_runs', 'aura.imports', 'aura.findings', 'aura.brand_settings'
    ] loop
        execute format(
            'create policy "aura: see own brands'' rows" on %s for select to %s using (%s)',
            relation,
            case
                when relation in ('public.integrations', 'aura.accounts', 'aura.sync_state')
                    then 'authenticated, aura_accounts'
                else 'authenticated'
            end,
            own_brands
        );
    end loop;

    foreach relation in array array[
        'public.integrations', 'public.metrics', 'public.insights', 'aura.accounts', 'aura.entities',
        'aura.entity_days', 'aura.revisions', 'aura.orders', 'aura.refunds', 'aura.brand_days',
        'aura.sync_runs', 'aura.imports', 'aura.findings', 'aura.brand_settings'
    ] loop
        written := claimed_brand;
        if relation in (
            'public.metrics', 'aura.accounts', 'aura.entities', 'aura.orders', 'aura.refunds', 'aura.sync_runs',
            'aura.imports'
        ) then
            written := written || claimed_integration;
        end if;
        if relation = 'aura.findings' then
            written := written || claimed_insight;
        elsif relation = 'aura.imports' then
            written := written || brands_owner;
        end if;
        execute format(
            'create policy "aura: worker sees its brand" on %s for select to aura_worker using (%s)',
            relation, claimed_brand
        );
        execute format(
            'create policy "aura: worker adds to its brand" on %s for insert to aura_worker with check (%s)',
            relation, written
        );
        if relation <> 'aura.revisions' then
            execute format(
                'create policy "aura: worker changes its brand" on %s for update to aura_worker'
                ' using (%s) with check (%s)',
                relation, claimed_brand, written
            );
        end if;
        if relation in (
            'public.metrics', 'aura.entities', 'aura.entity_days', 'aura.orders', 'aura.refunds', 'aura.brand_days'
        ) then
            execute format(
                'create policy "aura: worker deletes from its brand" on %s for delete to aura_worker using (%s)',
                relation, claimed_brand
            );
        end if;
    end loop;

    -- connecting a platform: for the claimed person's own brands
    foreach relation in array array[
        'public.integrations', 'aura.accounts', 'aura.sync_state', 'aura.oauth_states'
    ] loop
        written := own_brands;
        if relation in ('aura.accounts', 'aura.sync_state') then
            written := written || own_integration;
        end if;
        execute format(
            'create policy "aura: connect own brands" on %s for insert to aura_accounts with check (%s)',
            relation, written
        );
        execute format(
            'create policy "aura: change own connections" on %s for update to aura_accounts'
            ' using (%s) with check (%s)',
            relation, own_brands, written
        );
    end loop;
    execute 'create policy "aura: see own consents" on aura.oauth_states for select to aura_accounts using ('
    || own_brands || ')';
    execute 'create policy "aura: forget own consents" on aura.oauth_states for delete to aura_accounts using ('
    || own_brands || ')';
    execute 'create policy "aura: forget own accounts" on aura.accounts for delete to aura_accounts using ('
    || own_brands || ')';

    -- what a person may write in aura
    execute 'create policy "aura: choose settings" on aura.brand_settings for insert to authenticated'
    ' with check (' || own_brands || ')';
    execute 'create policy "aura: change settings" on aura.brand_settings for update to authenticated'
    ' using (' || own_brands || ') with check (' || own_brands || ')';
    execute 'create policy "aura: answer a finding" on aura.findings for update to authenticated'
    ' using (' || own_brands || ') with check (' || own_brands || ')';
end
$$;

-- A worker that looks for work sees every due row; one that has taken a brand's work sees that brand.
create policy "aura: worker sees due work" on aura.sync_state for select to aura_worker
using ((select aura.worker_brand_id()) is null or brand_id = (select aura.worker_brand_id()));

create policy "aura: worker takes due work" on aura.sync_state for update to aura_worker
using ((select aura.worker_brand_id()) is null or brand_id = (select aura.worker_brand_id()))
with check ((select aura.worker_brand_id()) is null or brand_id = (select aura.worker_brand_id()));

create policy "aura: worker plans its brand" on aura.sync_state for insert to aura_worker
with check (
    brand_id = (select aura.worker_brand_id())
    and integration_id = any(array(
        select i.id from public.integrations as i
        where i.brand_id = (select aura.worker_brand_id())
    ))
);

-- ------------------------------------------------------------------------------------- sessions
create policy "aura: the claimed session or person" on aura.sessions for select to aura_accounts
using (token_hash = (select decode(aura.claim('session'), 'hex')) or user_id = (select aura.user_id()));

create policy "aura: sign the claimed person in" on aura.sessions for insert to aura_accounts
with check (user_id = (select aura.active_user_id()));

create policy "aura: keep the claimed session" on aura.sessions for update to aura_accounts
using (token_hash = (select decode(aura.claim('session'), 'hex')) or user_id = (select aura.user_id()))
with check (token_hash = (select decode(aura.claim('session'), 'hex')) or user_id = (select aura.user_id()));

create policy "aura: sign the claimed person out" on aura.sessions for delete to aura_accounts
using (token_hash = (select decode(aura.claim('session'), 'hex')) or user_id = (select aura.user_id()));
