-- name: owner_and_database
-- Whether the owner's role and its database have been made.
select
    exists(select 1 from pg_catalog.pg_roles where rolname = 'aura') as has_role,
    exists(select 1 from pg_catalog.pg_database where datname = 'aura') as has_database;

-- name: create_owner
-- The owner is no superuser, like the owner of a hosted project; bypassrls is for data migrations.
create role aura login createrole bypassrls password {password};

-- name: create_database
-- The one database of an embedded server.
create database aura owner aura;
