-- What the five public tables cannot hold. Every table carries brand_id (sessions: user_id), so the
-- tenant is in every key and every query.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- The shops and ad accounts that a grant covers; the user picks which of them are synced.
create table if not exists aura.accounts (
    id uuid primary key default gen_random_uuid(),
    brand_id uuid not null references public.brands (id) on delete cascade,
    integration_id uuid not null references public.integrations (id) on delete cascade,
    external_id text not null,
    name text not null,
    currency varchar(3),
    timezone text,
    status text not null default 'active',
    is_manager boolean not null default false,
    -- Google Ads: the manager account through which this one is reached
    login_external_id text,
    is_selected boolean not null default false,
    updated_at timestamptz not null default now(),
    unique (integration_id, external_id)
);
create index if not exists accounts_brand_id on aura.accounts (brand_id);

-- What a number can be about below the brand: an account, a campaign, later an ad set or an ad.
create table if not exists aura.entities (
    id bigint generated always as identity primary key,
    brand_id uuid not null references public.brands (id) on delete cascade,
    integration_id uuid not null references public.integrations (id) on delete cascade,
    platform text not null,
    level text not null check (level in ('account', 'campaign', 'ad_set', 'ad')),
    external_id text not null,
    parent_id bigint,
    name text not null default '',
    status text not null default '',
    updated_at timestamptz not null default now(),
    unique (integration_id, level, external_id),
    unique (brand_id, id),
    -- a foreign key sees past row level security: with the brand in it, a parent is one's own
    foreign key (brand_id, parent_id) references aura.entities (brand_id, id) on delete cascade
);
create index if not exists entities_brand_id on aura.entities (brand_id, level);
create index if not exists entities_parent_id on aura.entities (brand_id, parent_id);

-- One wide row per entity and day, exact: no rounding to cents, fractional conversions whole.
-- Days are the account's own calendar days; a null means the platform has no such figure.
create table if not exists aura.entity_days (
    brand_id uuid not null references public.brands (id) on delete cascade,
    entity_id bigint not null,
    date date not null,
    currency varchar(3) not null,
    -- when these values were first seen: the superseded ones are in aura.revisions
    observed_at timestamptz not null,
    revenue numeric,
    gross_sales numeric,
    discounts numeric,
    returns numeric,
    shipping numeric,
    taxes numeric,
    duties numeric,
    orders numeric,
    new_customers numeric,
    ad_spend numeric,
    impressions numeric,
    clicks numeric,
    all_clicks numeric,
    conversions numeric,
    conversion_value numeric,
    conversions_by_conversion_date numeric,
    conversion_value_by_conversion_date numeric,
    -- Meta: which purchase action the conversions are
    action_type text,
    source text not null default 'api' check (source in ('api', 'file')),
    import_id uuid,
    primary key (brand_id, date, entity_id)
);
alter table aura.entity_days set (autovacuum_vacuum_insert_scale_factor = 0.02);

-- Append-only: values that a platform has since restated, with the time in which they held.
create table if not exists aura.revisions (
    brand_id uuid not null references public.brands (id) on delete cascade,
    entity_id bigint not null,
    date date not null,
    observed_at timestamptz not null,
    replaced_at timestamptz not null,
    run_id uuid,
    currency varchar(3) not null,
    revenue numeric,
    gross_sales numeric,
    discounts numeric,
    returns numeric,
    shipping numeric,
    taxes numeric,
    duties numeric,
    orders numeric,
    new_customers numeric,
    ad_spend numeric,
    impressions numeric,
    clicks numeric,
    all_clicks numeric,
    conversions numeric,
    conversion_value numeric,
    conversions_by_conversion_date numeric,
    conversion_value_by_conversion_date numeric,
    primary key (brand_id, date, entity_id, replaced_at)
);

-- The store's order ledger: the sale of each order on its own day. No personal data: a customer is a
-- keyed hash of the platform's id, an e-mail address a keyed hash of its normal form.
create table if not exists aura.orders (
    brand_id uuid not null references public.brands (id) on delete cascade,
    integration_id uuid not null references public.integrations (id) on delete cascade,
    order_id text not null,
    processed_at timestamptz not null,
    date date not null,
    customer_key bytea,
    email_key bytea,
    currency varchar(3) not null,
    gross_sales numeric not null,
    discounts numeric not null,
    shipping numeric not null,
    taxes numeric not null,
    duties numeric not null,
    total_sales numeric not null,
    -- false: a test or voided order, which counts for nothing
    is_counted boolean not null default true,
    first_visit jsonb,
    last_visit jsonb,
    platform_updated_at timestamptz,
    source text not null default 'api' check (source in ('api', 'file')),
    import_id uuid,
    primary key (brand_id, integration_id, order_id)
);
create index if not exists orders_integration_id on aura.orders (integration_id);
create index if not exists orders_day on aura.orders (brand_id, date);
create index if not exists orders_customer on aura.orders (brand_id, customer_key, processed_at)
where customer_key is not null;
create index if not exists orders_email on aura.orders (brand_id, email_key, processed_at)
where email_key is not null;

-- What happened to an order after its sale: refunds, returns, edits, cancellations, each on the day
-- it happened. Signed as they change total sales: a refund's total_sales is negative.
create table if not exists aura.refunds (
    brand_id uuid not null,
    integration_id uuid not null,
    order_id text not null,
    event_id text not null,
    kind text not null check (kind in ('refund', 'return', 'edit', 'cancellation')),
    happened_at timestamptz not null,
    date date not null,
    gross_sales numeric not null default 0,
    discounts numeric not null default 0,
    returns numeric not null default 0,
    shipping numeric not null default 0,
    taxes numeric not null default 0,
    duties numeric not null default 0,
    total_sales numeric not null,
    primary key (brand_id, integration_id, order_id, event_id),
    foreign key (brand_id, integration_id, order_id)
    references aura.orders (brand_id, integration_id, order_id) on delete cascade
);
create index if not exists refunds_day on aura.refunds (brand_id, date);

-- The one rollup: a brand's day on one platform, written in the transaction that wrote the facts.
create table if not exists aura.brand_days (
    brand_id uuid not null references public.brands (id) on delete cascade,
    date date not null,
    platform text not null,
    currency varchar(3) not null,
    revenue numeric,
    gross_sales numeric,
    discounts numeric,
    returns numeric,
    shipping numeric,
    taxes numeric,
    duties numeric,
    orders numeric,
    new_customers numeric,
    ad_spend numeric,
    impressions numeric,
    clicks numeric,
    all_clicks numeric,
    conversions numeric,
    conversion_value numeric,
    conversions_by_conversion_date numeric,
    conversion_value_by_conversion_date numeric,
    primary key (brand_id, date, platform)
);
alter table aura.brand_days set (autovacuum_vacuum_insert_scale_factor = 0.02);

-- Due work is a row: a worker takes it under a lease that it renews.
create table if not exists aura.sync_state (
    integration_id uuid not null references public.integrations (id) on delete cascade,
    kind text not null check (kind in ('daily', 'backfill')),
    brand_id uuid not null references public.brands (id) on delete cascade,
    -- null: nothing to do (a finished backfill, a disconnected integration)
    due_at timestamptz,
    leased_until timestamptz,
    leased_by text,
    attempts integer not null default 0,
    cursor jsonb not null default '{}',
    days_done integer not null default 0,
    days_total integer not null default 0,
    updated_at timestamptz not null default now(),
    primary key (integration_id, kind)
);
create index if not exists sync_state_due on aura.sync_state (due_at) where due_at is not null;
create index if not exists sync_state_brand_id on aura.sync_state (brand_id);

-- What each sync did, in figures and, when it failed, in plain words.
create table if not exists aura.sync_runs (
    id uuid primary key,
    brand_id uuid not null references public.brands (id) on delete cascade,
    integration_id uuid not null references public.integrations (id) on delete cascade,
    kind text not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    first_day date,
    last_day date,
    rows_read integer not null default 0,
    rows_changed integer not null default 0,
    requests integer not null default 0,
    outcome text not null check (outcome in ('running', 'succeeded', 'try_later', 'needs_reconnect', 'bad_data')),
    message text
);
create index if not exists sync_runs_brand_id on aura.sync_runs (brand_id, started_at desc);
create index if not exists sync_runs_integration_id on aura.sync_runs (integration_id);

-- Files a user brought, each with what was read from it.
create table if not exists aura.imports (
    id uuid primary key,
    brand_id uuid not null references public.brands (id) on delete cascade,
    integration_id uuid not null references public.integrations (id) on delete cascade,
    platform text not null,
    format text not null,
    sha256 bytea not null,
    file_name text not null,
    bytes bigint not null,
    encoding text not null,
    delimiter text not null,
    rows_read integer not null,
    orders integer not null default 0,
    date_from date,
    date_to date,
    currency varchar(3),
    control_total numeric,
    is_complete_history boolean not null default false,
    warnings jsonb not null default '[]',
    created_by uuid references public.users (id) on delete set null,
    created_at timestamptz not null default now(),
    undone_at timestamptz
);
create index if not exists imports_brand_id on aura.imports (brand_id, created_at desc);
create index if not exists imports_integration_id on aura.imports (integration_id);
create index if not exists imports_created_by on aura.imports (created_by);

-- Signed-in browsers. Only a hash of the cookie is kept.
create table if not exists aura.sessions (
    token_hash bytea primary key,
    user_id uuid not null references public.users (id) on delete cascade,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null
);
create index if not exists sessions_user_id on aura.sessions (user_id);

-- A consent that is under way at a platform. Each state value is good once and for ten minutes.
create table if not exists aura.oauth_states (
    state_hash bytea primary key,
    brand_id uuid not null references public.brands (id) on delete cascade,
    platform text not null,
    -- the browser session that began it: a callback from another browser is refused
    session_hash bytea,
    shop text,
    code_verifier text,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz
);
create index if not exists oauth_states_brand_id on aura.oauth_states (brand_id);

-- What the brand chose, and the key (sealed) that its customers are hashed with.
create table if not exists aura.brand_settings (
    brand_id uuid primary key references public.brands (id) on delete cascade,
    customer_hash_key text,
    revenue_basis text not null default 'total_sales' check (revenue_basis in ('total_sales', 'net_sales')),
    -- the store's first day, when all of its orders are known
    history_complete_from date,
    is_sample boolean not null default false,
    settings jsonb not null default '{}',
    updated_at timestamptz not null default now()
);

-- The state of every finding: of each insight, and of findings about data health, which are ours and
-- never a row of public.insights.
create table if not exists aura.findings (
    id uuid primary key,
    brand_id uuid not null references public.brands (id) on delete cascade,
    insight_id uuid references public.insights (id) on delete cascade,
    finding_type text not null,
    scope_level text not null check (scope_level in ('brand', 'platform', 'campaign')),
    platform text not null default '',
    entity_external_id text not null default '',
    dedup_key text not null,
    status text not null check (status in ('open', 'resolved', 'expired', 'snoozed', 'dismissed')),
    opened_on date not null,
    updated_on date not null,
    closed_on date,
    snoozed_until timestamptz,
    dismissed_reason text,
    is_useful boolean,
    title text not null,
    evidence jsonb not null default '{}'
);
create index if not exists findings_brand_id on aura.findings (brand_id, status);
create index if not exists findings_insight_id on aura.findings (insight_id);
create unique index if not exists findings_one_open
on aura.findings (brand_id, finding_type, scope_level, platform, entity_external_id)
where status in ('open', 'snoozed');

-- Which migrations this database has seen, with their checksums; written by `aura db migrate`.
create table if not exists aura.migrations (
    version text primary key,
    name text not null,
    checksum bytea not null,
    applied_at timestamptz not null default now()
);

create or replace trigger touch_updated_at before update on aura.accounts
for each row execute function aura.touch_updated_at();

create or replace trigger touch_updated_at before update on aura.entities
for each row execute function aura.touch_updated_at();

create or replace trigger touch_updated_at before update on aura.sync_state
for each row execute function aura.touch_updated_at();

create or replace trigger touch_updated_at before update on aura.brand_settings
for each row execute function aura.touch_updated_at();
