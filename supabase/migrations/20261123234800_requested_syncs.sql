-- A person may ask for a sync while one is running: the wish is kept with the due work until the sync
-- that answers it begins.

set lock_timeout = '5s';
set statement_timeout = '60s';

alter table aura.sync_state add column if not exists requested_at timestamptz;

grant update (requested_at) on aura.sync_state to aura_accounts, aura_worker;
