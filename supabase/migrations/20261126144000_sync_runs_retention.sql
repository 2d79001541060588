-- Records of syncs are forgotten after a while: a busy shop makes one every few minutes.

set lock_timeout = '5s';
set statement_timeout = '60s';

grant delete on aura.sync_runs to aura_worker;

drop policy if exists "aura: worker deletes from its brand" on aura.sync_runs;
create policy "aura: worker deletes from its brand" on aura.sync_runs for delete to aura_worker using (
    brand_id = (select aura.worker_brand_id())
);
