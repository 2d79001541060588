-- Rules of isolation. Each row that a rule's query returns is a complaint. The parameters are the named
-- exceptions and lists at the top of catalog.py; `tables` stands before every rule, as `with tables as`.

-- name: tables
select
    c.oid, c.relrowsecurity, c.relforcerowsecurity, c.relowner,
    n.nspname || '.' || c.relname as name
from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('public', 'aura') and c.relkind in ('r', 'p')

-- name: row_level_security_is_enabled_and_forced
select name || ' lacks ' || case when relrowsecurity then 'force' else 'row level security' end
from tables where not (relrowsecurity and relforcerowsecurity)

-- name: every_table_has_a_primary_key
select name || ' has no primary key' from tables
where not exists (select from pg_index as i where i.indrelid = oid and i.indisprimary)

-- name: every_table_leads_to_a_tenant_by_an_index
select name || ' has no tenant column with an index that begins with it' from tables
where
    name <> all(%(without_tenant)s)
    and not exists (
        select from pg_index as i
        inner join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where
            i.indrelid = tables.oid and i.indpred is null and i.indisvalid
            and (
                a.attname in ('brand_id', 'user_id')
                or (a.attname = 'id' and tables.name = any(%(row_is_tenant)s))
            )
    )

-- name: every_granted_command_has_its_own_policy
, granted as (
    select t.name, t.oid, r.oid as role, r.rolname, v.command, v.letter
    from tables as t
    cross join pg_roles as r
    cross join (
        values ('SELECT', 'r'), ('INSERT', 'a'), ('UPDATE', 'w'), ('DELETE', 'd')
    ) as v (command, letter)
    where
        r.rolname !~ '^pg_' and not r.rolsuper and not r.rolbypassrls and r.oid <> t.relowner
        and case
            when v.command = 'DELETE' then has_table_privilege(r.oid, t.oid, 'DELETE')
            else has_any_column_privilege(r.oid, t.oid, v.command)
        end
)
select g.rolname || ' may ' || g.command || ' on ' || g.name || ' without a whole policy'
from granted as g
where
    not exists (
        select from pg_policy as p
        where
            p.polrelid = g.oid and p.polcmd::text = g.letter and p.polpermissive
            and exists (
                select from unnest(p.polroles) as named (oid)
                where named.oid <> 0 and pg_has_role(g.role, named.oid, 'usage')
            )
            and (g.letter = 'a' or p.polqual is not null)
            and (g.letter not in ('a', 'w') or p.polwithcheck is not null)
    )

-- name: every_policy_is_for_one_command_and_named_roles
select
    t.name || ': policy "' || p.polname || '" is for every command, for everybody, or lacks '
    || 'its WITH CHECK'
from pg_policy as p inner join tables as t on t.oid = p.polrelid
where
    p.polcmd = '*' or 0 = any(p.polroles)
    or (p.polcmd in ('a', 'w') and p.polwithcheck is null)
    or (p.polcmd in ('r', 'w', 'd') and p.polqual is null)

-- name: every_function_is_pinned_and_closed
select p.oid::regprocedure || case
    when p.prosecdef then ' runs with the rights of its owner'
    when has_function_privilege('anon', p.oid, 'execute') then ' may be called by everybody'
    else ' has an open search_path'
end
from pg_proc as p
where
    p.pronamespace = 'aura'::regnamespace
    and (
        p.prosecdef
        or has_function_privilege('anon', p.oid, 'execute')
        or not coalesce('search_path=""' = any(p.proconfig), false)
    )

-- name: public_holds_no_function
select p.oid::regprocedure || ' stands in public' from pg_proc as p
where p.pronamespace = 'public'::regnamespace

-- name: only_tables_stand_beside_tables
select c.oid::regclass || ' is of kind ' || c.relkind::text
from pg_class as c
where
    c.relnamespace in ('public'::regnamespace, 'aura'::regnamespace)
    and c.relkind not in ('r', 'p', 'i', 'I')
    -- a view obeys policies only as who reads it; a sequence belongs to an identity column
    and not (
        c.relkind = 'v' and c.relnamespace = 'aura'::regnamespace
        and coalesce('security_invoker=true' = any(c.reloptions), false)
    )
    and not (
        c.relkind = 'S'
        and exists (select from pg_depend as d where d.objid = c.oid and d.deptype = 'i')
    )

-- name: anon_has_nothing
select 'anon reaches ' || c.oid::regclass
from pg_class as c
where
    c.relnamespace in ('public'::regnamespace, 'aura'::regnamespace)
    and case
        when c.relkind = 'S' then has_sequence_privilege('anon', c.oid, 'USAGE, SELECT, UPDATE')
        when c.relkind in ('i', 'I') then false
        else
            has_table_privilege('anon', c.oid, 'DELETE, TRUNCATE, TRIGGER')
            or has_any_column_privilege('anon', c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
    end
union all
select 'anon may use the schema aura' where has_schema_privilege('anon', 'aura', 'USAGE, CREATE')
union all
select 'anon is a member of ' || r.rolname
from pg_roles as r where r.rolname <> 'anon' and pg_has_role('anon', r.oid, 'member')

-- name: nobody_but_the_owner_creates
select r.rolname || ' may create in ' || n.nspname
from pg_roles as r cross join pg_namespace as n
where
    r.rolname = any(%(roles)s) and n.nspname in ('public', 'aura', 'extensions')
    and has_schema_privilege(r.oid, n.oid, 'CREATE')

-- name: nobody_gets_around_row_level_security
select r.rolname || ' may truncate, reference, trigger or maintain ' || t.name
from tables as t cross join pg_roles as r
where
    r.rolname = any(%(roles)s)
    and (
        has_table_privilege(r.oid, t.oid, %(unfiltered)s)
        or has_any_column_privilege(r.oid, t.oid, 'REFERENCES')
    )
union all
select r.rolname || ' is a superuser, bypasses policies, or makes roles or databases'
from pg_roles as r
where
    r.rolname = any(%(roles)s)
    and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication)

-- name: people_read_no_secret
select r.rolname || ' may read or write ' || t.name || '.' || a.attname
from tables as t
inner join pg_attribute as a on a.attrelid = t.oid and a.attname = any(%(secrets)s)
cross join pg_roles as r
where
    r.rolname in ('anon', 'authenticated')
    and has_column_privilege(r.oid, t.oid, a.attnum, 'SELECT, INSERT, UPDATE')

-- name: people_choose_no_key
select 'authenticated may choose ' || t.name || '.' || a.attname
from tables as t
inner join pg_index as i on i.indrelid = t.oid and i.indisunique
inner join pg_attribute as a on a.attrelid = t.oid and a.attnum = any(i.indkey::smallint[])
where
    has_column_privilege('authenticated', t.oid, a.attnum, 'INSERT, UPDATE')
    and a.attname not in ('brand_id', 'user_id')
    and not exists (
        select from pg_attribute as tenant
        where
            tenant.attrelid = t.oid and tenant.attnum = any(i.indkey::smallint[])
            and tenant.attname in ('brand_id', 'user_id')
    )

-- name: only_our_roles_hold_privileges
, held as (
    select c.oid::regclass::text as name, x.grantee
    from pg_class as c cross join lateral aclexplode(c.relacl) as x
    where
        c.relnamespace in ('public'::regnamespace, 'aura'::regnamespace)
        and x.grantee <> c.relowner
    union all
    select c.oid::regclass || '.' || a.attname, x.grantee
    from pg_class as c
    inner join pg_attribute as a on a.attrelid = c.oid
    cross join lateral aclexplode(a.attacl) as x
    where
        c.relnamespace in ('public'::regnamespace, 'aura'::regnamespace)
        and x.grantee <> c.relowner
    union all
    select p.oid::regprocedure::text, x.grantee
    from pg_proc as p
    cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as x
    where p.pronamespace = 'aura'::regnamespace and x.grantee <> p.proowner
    union all
    select 'schema aura', x.grantee
    from pg_namespace as n cross join lateral aclexplode(n.nspacl) as x
    where n.nspname = 'aura' and x.grantee <> n.nspowner
)
select distinct coalesce(r.rolname, 'everybody') || ' holds a privilege on ' || held.name
from held left join pg_roles as r on r.oid = held.grantee
where coalesce(r.rolname, 'everybody') <> all(%(holders)s)

-- name: aura_stays_small
select 'aura has ' || count(*) || ' tables' from pg_class as c
where c.relnamespace = 'aura'::regnamespace and c.relkind in ('r', 'p')
having count(*) > %(most_aura_tables)s
