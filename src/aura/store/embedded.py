"""The embedded PostgreSQL: a folder comes in, the URL of a running server of its own goes out.

The first user of a folder starts the server, later ones share it, and it stops with the last: see
`keeper.py`. Three locked files make that safe whatever dies when: `start.lock` (one process at a
time starts or stops), `users.lock` (shared by all who use the server), `server.lock` (held while it
lives).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from aura.errors import DatabaseError
from aura.store import cluster
from aura.store.binaries import Binaries, find_binaries
from aura.store.statements import statements

LOGGER = logging.getLogger(__name__)
OWNER = "aura"
START_SECONDS = 60
PORT_ATTEMPTS = 5
KEPT_LOG_BYTES = 10_000_000


class PortTakenError(DatabaseError):
    """Another program took the port between our looking for a free one and the server's start."""


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A running server that we use until `release`.

    Attributes:
        url: login of the owner of the database `aura`, who is no superuser: as on a hosted project.
        superuser_url: login of the superuser, for tests and repairs.
        place: the folder that holds data, log and passwords.
    """

    url: str = field(repr=False)
    superuser_url: str = field(repr=False)
    place: Path
    users: int = field(repr=False)

    def release(self) -> None:
        """Use the server no longer; returns when it has stopped, if nobody else uses it."""
        with _locked(self.place / "start.lock"):
            try:
                fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_last = True
            except BlockingIOError:
                is_last = False
            os.close(self.users)
            if is_last:
                with _locked(self.place / "server.lock"):
                    LOGGER.info("the embedded database has stopped")


def start(
    home: Path, *, binaries: Binaries | None = None, options: Mapping[str, str] | None = None
) -> EmbeddedServer:
    """Use the embedded server of that AURA_HOME, starting it if it does not run.

    `binaries` and `options` (server settings) matter only to who starts it. Blocks: about a second
    the first time, then a fifth of one. Raises DatabaseError.
    """
    account = cluster.server_account()
    place = cluster.place_for(home, account=account)
    cluster.make_place(place, account)
    with _locked(place / "start.lock"):
        users = _open_lock(place / "users.lock")
        try:
            fcntl.flock(users, fcntl.LOCK_SH)
            port = _port_of_running(place)
            if port is None:
                found = binaries or find_binaries(_folder_for_binaries(place))
                port = _start_on_free_port(place, found, account, options or {})
                _ensure_owner(place, _superuser_url(place, port))
        except BaseException:
            os.close(users)
            raise
    return EmbeddedServer(
        _url(place, OWNER, port, "aura"), _superuser_url(place, port), place, users
    )


def folder_for_programs(home: Path) -> Path:
    """Where PostgreSQL's programs are unpacked for that AURA_HOME."""
    return _folder_for_binaries(cluster.place_for(home, account=cluster.server_account()))


def _folder_for_binaries(place: Path) -> Path:
    """Homes whose data lie in the shared folder share one copy of the programs too."""
    return place.parent if place.parent == cluster.SHARED_FOLDER else place


def _superuser_url(place: Path, port: int) -> str:
    return _url(place, cluster.SUPERUSER, port, "postgres")


def _url(place: Path, user: str, port: int, database: str) -> str:
    return f"postgresql://{user}:{cluster.password(place, user)}@127.0.0.1:{port}/{database}"


def _open_lock(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError as error:
        raise DatabaseError(
            f"The embedded database in {path.parent} belongs to another user of this machine. "
            "Set AURA_HOME to a folder of your own."
        ) from error


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[int]:
    lock = _open_lock(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock
    finally:
        os.close(lock)


def _port_of_running(place: Path) -> int | None:
    """The port of the server that runs in that place; None when none does.

    One that is just stopping, because what kept it was killed, is waited for.
    """
    deadline = time.monotonic() + START_SECONDS
    while not _is_free(place / "server.lock"):
        port = _ready_port(place / "data")
        if port is not None:
            with contextlib.suppress(psycopg.OperationalError):
                _ensure_owner(place, _superuser_url(place, port))
                return port
        if time.monotonic() > deadline:
            raise DatabaseError(
                f"The embedded database in {place} runs but does not let us in; its log is "
                f"{place / 'server.log'}. Stop the process that keeps it, then start Aura again."
            )
        time.sleep(0.02)
    return None


def _is_free(path: Path) -> bool:
    lock = _open_lock(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True


def _ready_port(data: Path) -> int | None:
    """The port from postmaster.pid once its last line says that the server takes connections."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    return int(lines[3]) if len(lines) > 7 and lines[7].strip() == "ready" else None


def _start_on_free_port(
    place: Path, binaries: Binaries, account: cluster.Account | None, options: Mapping[str, str]
) -> int:
    data = cluster.prepare_cluster(place, binaries, account)
    _clear_stale_pid(data)
    for attempt in range(PORT_ATTEMPTS):
        port = _free_port()
        command = cluster.server_command(data, port, binaries, options)
        try:
            _start_keeper(place, command, binaries, account)
        except PortTakenError:
            if attempt + 1 == PORT_ATTEMPTS:
                raise
        else:
            LOGGER.info("the embedded database runs on port %d, files in %s", port, place)
            return port
    raise AssertionError("the last attempt returns or raises")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _clear_stale_pid(data: Path) -> None:
    """Remove a postmaster.pid whose process is gone or is another program by now.

    We hold `server.lock`'s right to start, so no keeper lives; a server whose keeper was killed has
    been told to stop and is waited for.
    """
    path = data / "postmaster.pid"
    deadline = time.monotonic() + START_SECONDS
    told = False
    while path.exists():
        first_line = path.read_text(encoding="utf-8").partition("\n")[0]
        pid = int(first_line) if first_line.strip().isdigit() else 0
        if pid == 0 or not _is_server_on(pid, data):
            path.unlink(missing_ok=True)
            return
        if not told:
            os.kill(pid, signal.SIGINT)
            told = True
        if time.monotonic() > deadline:
            raise DatabaseError(f"A PostgreSQL (process {pid}) still uses {data}: stop it first.")
        time.sleep(0.05)


def _is_server_on(pid: int, data: Path) -> bool:
    answer = subprocess.run(  # noqa: S603 - a program of the system, a number
        ["ps", "-ww", "-o", "command=", "-p", str(pid)],  # noqa: S607 - where ps lies differs
        capture_output=True,
        text=True,
        check=False,
    )
    return "postgres" in answer.stdout and str(data) in answer.stdout


def _start_keeper(
    place: Path, command: list[str], binaries: Binaries, account: cluster.Account | None
) -> None:
    log_path = place / "server.log"
    if log_path.exists() and log_path.stat().st_size > KEPT_LOG_BYTES:
        log_path.replace(place / "server.log.1")
    log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    log_start = os.fstat(log).st_size
    users, server = _open_lock(place / "users.lock"), _open_lock(place / "server.lock")
    try:
        fcntl.flock(server, fcntl.LOCK_EX | fcntl.LOCK_NB)
        order = {
            "command": command,
            "environment": binaries.environment() | {"HOME": str(place / "data")},
            "folder": str(place / "data"),
            "uid": None if account is None else account.uid,
            "gid": None if account is None else account.gid,
            "log": log,
            "users": users,
            "server": server,
        }
        # returns at once: the keeper goes on as a process of its own
        subprocess.run(  # noqa: S603 - our own keeper, with our own interpreter
            [sys.executable, "-I", "-S", Path(__file__).with_name("keeper.py"), json.dumps(order)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            pass_fds=(log, users, server),
            start_new_session=True,
            check=True,
        )
    finally:
        for descriptor in (log, users, server):
            os.close(descriptor)
    _wait_until_ready(place, log_start)


def _wait_until_ready(place: Path, log_start: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while _ready_port(place / "data") is None:
        if _is_free(place / "server.lock") or time.monotonic() > deadline:
            raise _start_failure(place / "server.log", log_start)
        time.sleep(0.01)


def _start_failure(log: Path, log_start: int) -> DatabaseError:
    said = log.read_bytes()[log_start:].decode(errors="replace")
    if "Address already in use" in said:
        return PortTakenError("The embedded database found no free port on 127.0.0.1.")
    failures = [line for line in said.splitlines() if "FATAL" in line or "PANIC" in line]
    reason = (failures or said.splitlines() or ["it said nothing"])[-1]
    return DatabaseError(f"The embedded database did not start: {reason} (log: {log})")


def _ensure_owner(place: Path, superuser_url: str) -> None:
    """Make the role and the database `aura`, unless they are there."""
    with psycopg.connect(superuser_url, autocommit=True, prepare_threshold=None) as connection:
        verifier = connection.pgconn.encrypt_password(
            cluster.password(place, OWNER).encode(), OWNER.encode(), b"scram-sha-256"
        ).decode()
        found = connection.execute(statements("embedded")["owner_and_database"]).fetchone()
        has_role, has_database = found or (False, False)
        if not has_role:
            connection.execute(
                sql.SQL(statements("embedded")["create_owner"]).format(password=verifier)
            )
        if not has_database:
            connection.execute(statements("embedded")["create_database"])
