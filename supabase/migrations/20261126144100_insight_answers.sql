-- What became of a finding: whether people were told, what they did, and how it turned out.
set lock_timeout = '5s';
set statement_timeout = '60s';

alter table aura.findings add column if not exists notified_on date;
alter table aura.findings add column if not exists done_at timestamptz;
-- by days after the opening ("14", "28"): state, the numbers it rests on, whether advice was followed
alter table aura.findings add column if not exists outcomes jsonb not null default '{}';

grant update (done_at) on aura.findings to authenticated;
