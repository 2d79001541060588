-- What a brand states about itself, each statement with the days that it holds for.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- What a brand states about itself, with dates: money spent outside the ad platforms, promotions, costs,
-- targets, exchange rates. A statement that ends makes room for the next and rewrites no day before it.
create table if not exists aura.brand_entries (
    id uuid primary key default gen_random_uuid(),
    brand_id uuid not null references public.brands (id) on delete cascade,
    kind text not null check (kind in ('spend', 'promotion', 'cost', 'target', 'rate')),
    -- what it is about: a channel, a promotion, a cost of the catalogue, a metric, a currency
    name text not null,
    first_day date not null,
    -- null: open ended
    last_day date,
    -- how often the amount falls due; once: it covers all of its days together
    cadence text not null default 'once' check (cadence in ('once', 'daily', 'weekly', 'monthly')),
    amount numeric,
    -- null: the amount is not money
    currency varchar(3),
    details jsonb not null default '{}',
    source text not null default 'typed' check (source in ('typed', 'file')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint brand_entries_days check (last_day >= first_day)
);
create index if not exists brand_entries_brand_id on aura.brand_entries (brand_id, kind);

create or replace trigger touch_updated_at before update on aura.brand_entries
for each row execute function aura.touch_updated_at();

alter table aura.brand_entries enable row level security;
alter table aura.brand_entries force row level security;
revoke all on aura.brand_entries from public, anon, authenticated, aura_accounts, aura_worker;

do $$
begin
    if exists (select 1 from pg_catalog.pg_roles where rolname = 'service_role') then
        revoke all on aura.brand_entries from service_role;
    end if;
end
$$;

-- a person chooses no id: the error of a taken one would tell that somebody else's row has it
grant select, delete on aura.brand_entries to authenticated;
grant insert (brand_id, kind, name, first_day, last_day, cadence, amount, currency, details, source),
update (name, first_day, last_day, cadence, amount, currency, details, source)
on aura.brand_entries to authenticated;
grant select on aura.brand_entries to aura_worker;

do $$
declare
    own_brands constant text :=
        'brand_id = any(array(select b.id from public.brands as b where b.user_id = (select aura.active_user_id())))';
    claimed_brand constant text := 'brand_id = (select aura.worker_brand_id())';
    named record;
begin
    -- policies below are created anew, so that this file may run again
    for named in
        select p.policyname
        from pg_catalog.pg_policies as p
        where p.schemaname = 'aura' and p.tablename = 'brand_entries'
    loop
        execute format('drop policy %I on aura.brand_entries', named.policyname);
    end loop;

    execute 'create policy "aura: see own brands'' rows" on aura.brand_entries for select to authenticated using ('
    || own_brands || ')';
    execute 'create policy "aura: state for own brands" on aura.brand_entries for insert to authenticated'
    ' with check (' || own_brands || ')';
    execute 'create policy "aura: restate for own brands" on aura.brand_entries for update to authenticated'
    ' using (' || own_brands || ') with check (' || own_brands || ')';
    execute 'create policy "aura: withdraw for own brands" on aura.brand_entries for delete to authenticated'
    ' using (' || own_brands || ')';
    execute 'create policy "aura: worker sees its brand" on aura.brand_entries for select to aura_worker using ('
    || claimed_brand || ')';
end
$$;
