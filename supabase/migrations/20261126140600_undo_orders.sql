-- An import of orders can be undone: it keeps, for thirty days, the orders that it replaced.

set lock_timeout = '5s';
set statement_timeout = '60s';

alter table aura.imports add column if not exists replaced jsonb;
