-- An address that a spreadsheet reads one table of one brand from: a key of its own kind beside the
-- sessions of browsers, of which only a hash is kept.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- browser: a signed-in browser; key: a program, until it is revoked; link: one read-only address
alter table aura.sessions add column if not exists kind text not null default 'browser';
-- what it is known by where it is listed; a browser has none
alter table aura.sessions add column if not exists id uuid;
-- what a person calls it by
alter table aura.sessions add column if not exists name text;
-- what it may do: words with a space between
alter table aura.sessions add column if not exists scopes text;
-- the first characters, by which its owner tells it from others
alter table aura.sessions add column if not exists prefix text;
-- when it was last used
alter table aura.sessions add column if not exists last_used_at timestamptz;

grant update (last_used_at) on aura.sessions to aura_accounts;
