-- The index of the migration before becomes the key. In a transaction of its own: who waits to write while
-- an index is built has the table open, and would never let go of it for this.

set lock_timeout = '5s';

do $$
begin
    if to_regclass('aura.brand_days_covering') is not null then
        alter table aura.brand_days
        drop constraint brand_days_pkey,
        add constraint brand_days_pkey primary key using index brand_days_covering;
    end if;
end
$$;
