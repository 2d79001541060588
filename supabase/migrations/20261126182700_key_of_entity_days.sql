-- The index of the migration before becomes the key. In a transaction of its own: who waits to write while
-- an index is built has the table open, and would never let go of it for this.

set lock_timeout = '5s';

do $$
begin
    if to_regclass('aura.entity_days_covering') is not null then
        alter table aura.entity_days
        drop constraint entity_days_pkey,
        add constraint entity_days_pkey primary key using index entity_days_covering;
    end if;
end
$$;
