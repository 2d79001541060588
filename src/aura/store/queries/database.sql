-- name: server_facts
-- What a server must have before it is used: version, the schema aura, pgcrypto where we call it.
select
    current_setting('server_version_num')::int as version_number,
    current_setting('server_version') as version,
    exists(
        select 1
        from pg_catalog.pg_class as c
        inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = 'aura' and c.relname = 'migrations'
    ) as is_migrated,
    exists(
        select 1
        from pg_catalog.pg_extension as e
        inner join pg_catalog.pg_namespace as n on n.oid = e.extnamespace
        where e.extname = 'pgcrypto' and n.nspname = 'extensions'
    ) as has_pgcrypto;

-- name: lower
-- Become a role with its claims until the transaction ends; failing statements log no parameters.
select
    set_config('log_parameter_max_length_on_error', '0', true),
    set_config('request.jwt.claims', %(claims)s::text, true),
    set_config('role', %(role)s::text, true);

-- name: stay_owner
-- Keep the login's own role; failing statements log no parameters.
select set_config('log_parameter_max_length_on_error', '0', true);

-- name: time
-- What time it is for the database.
select clock_timestamp() as now;

-- name: has_written
-- Whether this transaction has changed anything yet.
select pg_current_xact_id_if_assigned() is not null as has_written;
