-- An import can be undone: a superseded value keeps which import had stated it, so that undoing a newer
-- one gives it back to the older one.

set lock_timeout = '5s';
set statement_timeout = '60s';

alter table aura.revisions add column if not exists import_id uuid;
