-- What the public tables need to hold a time series exactly: the natural key of a metric, the index
-- behind its second foreign key, honest updated_at, and a visibility map that keeps index-only scans.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- One row per integration, day and type. include (value) lets period totals be read from the index.
create unique index if not exists metrics_natural_key
on public.metrics (brand_id, date, metric_type, integration_id) include (value);

create index if not exists idx_metrics_integration_id on public.metrics (integration_id);

-- e-mail addresses are compared without case
create index if not exists users_lower_email on public.users (lower(email));

alter table public.metrics set (autovacuum_vacuum_insert_scale_factor = 0.02);

create or replace trigger touch_updated_at before update on public.users
for each row execute function aura.touch_updated_at();

create or replace trigger touch_updated_at before update on public.brands
for each row execute function aura.touch_updated_at();

create or replace trigger touch_updated_at before update on public.integrations
for each row execute function aura.touch_updated_at();
