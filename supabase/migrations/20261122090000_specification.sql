-- The five public tables of the specification (schema version 1.0), to the letter.
-- Nothing is added to them and nothing else stands in the schema public. What Aura needs beside
-- them lives in the schema aura, in the migrations that follow.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table if not exists public.users (
    id uuid primary key default gen_random_uuid(),
    email varchar(255) not null,
    password_hash varchar(255) not null,
    name varchar(100),
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    is_active boolean default true,
    -- one index serves the specification's unique constraint and its idx_users_email
    constraint idx_users_email unique (email)
);

create table if not exists public.brands (
    id uuid primary key default gen_random_uuid(),
    user_id uuid references public.users (id) on delete cascade,
    name varchar(100) not null,
    domain varchar(255),
    currency varchar(3) default 'USD',
    timezone varchar(50) default 'UTC',
    created_at timestamptz default now(),
    updated_at timestamptz default now()
);

create index if not exists idx_brands_user_id on public.brands (user_id);

create table if not exists public.integrations (
    id uuid primary key default gen_random_uuid(),
    brand_id uuid references public.brands (id) on delete cascade,
    platform varchar(50) not null,
    status varchar(20) default 'disconnected',
    access_token text,
    refresh_token text,
    token_expires_at timestamptz,
    platform_account_id varchar(255),
    platform_account_name varchar(255),
    last_sync_at timestamptz,
    metadata jsonb default '{}',
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    constraint unique_brand_platform unique (brand_id, platform)
);

create index if not exists idx_integrations_brand_id on public.integrations (brand_id);
create index if not exists idx_integrations_platform on public.integrations (platform);
create index if not exists idx_integrations_status on public.integrations (status);

create table if not exists public.metrics (
    id uuid primary key default gen_random_uuid(),
    brand_id uuid references public.brands (id) on delete cascade,
    integration_id uuid references public.integrations (id) on delete set null,
    date date not null,
    metric_type varchar(50) not null,
    value numeric(15, 2) not null,
    currency varchar(3) default 'USD',
    metadata jsonb default '{}',
    created_at timestamptz default now()
);

create index if not exists idx_metrics_brand_date on public.metrics (brand_id, date desc);
create index if not exists idx_metrics_type_date on public.metrics (metric_type, date desc);
create index if not exists idx_metrics_created on public.metrics (created_at desc);

create table if not exists public.insights (
    id uuid primary key default gen_random_uuid(),
    brand_id uuid references public.brands (id) on delete cascade,
    insight_type varchar(50) not null,
    priority varchar(20) default 'medium',
    title varchar(255) not null,
    description text not null,
    action_items jsonb default '[]',
    related_data jsonb default '{}',
    is_read boolean default false,
    created_at timestamptz default now(),
    expires_at timestamptz
);

create index if not exists idx_insights_brand_created on public.insights (brand_id, created_at desc);
create index if not exists idx_insights_priority on public.insights (priority);
create index if not exists idx_insights_is_read on public.insights (is_read);
