"""The files of the embedded server: where they may lie, whose they are, how a new cluster is made.

PostgreSQL refuses to run as root. Started by root, it runs as `postgres`, else `nobody`; where that
account cannot reach AURA_HOME (a root home is closed to it), the files live in /var/lib/aura
instead.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aura.errors import DatabaseError
from aura.store.binaries import Binaries

SHARED_FOLDER = Path("/var/lib/aura")
SUPERUSER = "postgres"
ACCOUNTS = ("postgres", "nobody")

# No statement and no parameter of ours is ever logged: tokens and keys travel as parameters.
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "on",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "password_encryption": "scram-sha-256",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_line_prefix": "%m [%p] ",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "jit": "off",
}


@dataclass(frozen=True, slots=True)
class Account:
    """The system account a server runs as."""

    name: str
    uid: int
    gid: int


def server_account() -> Account | None:
    """Whom the server runs as when we are root; None when we are not: then it is ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise DatabaseError(
        "PostgreSQL does not run as root, and this system has neither an account `postgres` nor "
        "`nobody`. Start Aura as an ordinary user, or set AURA_DATABASE_URL."
    )


def place_for(home: Path, *, account: Account | None, shared: Path = SHARED_FOLDER) -> Path:
    """Where the embedded server of that AURA_HOME keeps its files.

    `home/postgresql`, unless the server's account cannot get there; then a folder under `shared`
    whose name is made from the home's path, so that each home keeps its own database. Once a
    database has been made it stays where it is: DatabaseError when it can no longer be reached,
    because a new empty one elsewhere would look like a loss.
    """
    home = home.expanduser().absolute()
    inside = home / "postgresql"
    if account is None:
        return inside
    outside = shared / hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    reachable = can_traverse(home, account)
    if (inside / "data").exists() and not reachable:
        raise DatabaseError(
            f"The database in {inside} runs as {account.name}, who may no longer pass through "
            f"{home}: run `chmod a+x` on that folder and those above it."
        )
    if reachable and not (outside / "data").exists():
        return inside
    return outside


def can_traverse(folder: Path, account: Account) -> bool:
    """Whether that account may pass through the folder; one that we would make counts as open."""
    resolved = folder.resolve()
    for step in (resolved, *resolved.parents):
        if not step.is_dir():  # not made yet, or in the way: making it will say so
            continue
        found = step.stat()
        bit = stat.S_IXOTH
        if found.st_uid == account.uid:
            bit = stat.S_IXUSR
        elif found.st_gid == account.gid:
            bit = stat.S_IXGRP
        if not found.st_mode & bit:
            return False
    return True


def make_place(place: Path, account: Account | None) -> None:
    """Make the folder: closed to others, only to be passed through by the server's account."""
    try:
        for folder in reversed([place, *place.parents]):
            if not folder.exists():
                folder.mkdir(exist_ok=True)
                folder.chmod(0o700 if account is None else 0o711)
    except OSError as error:
        raise DatabaseError(
            f"The folder {place} for the embedded database cannot be made: {error.strerror}. "
            "Set AURA_HOME to a folder that you may write to."
        ) from error


def password(place: Path, name: str) -> str:
    """The password kept in `place/<name>.password` (mode 600), made when there is none."""
    path = place / f"{name}.password"
    if not path.exists():
        handle, half_done = tempfile.mkstemp(dir=place, prefix=".password-")
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
        Path(half_done).replace(path)
    return path.read_text(encoding="ascii")


def prepare_cluster(place: Path, binaries: Binaries, account: Account | None) -> Path:
    """The data folder of that place, made by initdb when there is none."""
    data = place / "data"
    if data.exists():
        _check_major(data, binaries)
        return data
    for cut_short in (*place.glob("data-*"), *place.glob("key-*")):
        shutil.rmtree(cut_short)
    half_done = Path(tempfile.mkdtemp(dir=place, prefix="data-"))
    key_folder = Path(tempfile.mkdtemp(dir=place, prefix="key-"))
    try:
        # initdb cannot read the password from a pipe
        key = key_folder / "password"
        key.touch(mode=0o600)
        key.write_text(password(place, SUPERUSER), encoding="ascii")
        if account is not None:
            for path in (half_done, key_folder, key):
                os.chown(path, account.uid, account.gid)
        _initdb(half_done, key, binaries, account)
        half_done.rename(data)
    finally:
        shutil.rmtree(key_folder, ignore_errors=True)
        shutil.rmtree(half_done, ignore_errors=True)
    return data


def _check_major(data: Path, binaries: Binaries) -> None:
    made_by = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    if made_by != str(binaries.major):
        raise DatabaseError(
            f"The database in {data} was made by PostgreSQL {made_by}; the programs found are "
            f"{binaries.version}. Dump it with pg_dump of version {made_by}, move the folder away, "
            "start Aura again and restore."
        )


def _initdb(data: Path, key: Path, binaries: Binaries, account: Account | None) -> None:
    # without a UTF-8 locale lower('É') stays 'É', and e-mail addresses are compared in lower case
    locale = ["--locale=C.UTF-8"]
    if binaries.major >= 17:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    command = [binaries.program("initdb"), "-D", str(data), "-U", SUPERUSER, "-A", "scram-sha-256"]
    command += [f"--pwfile={key}", "-E", "UTF8", "--data-checksums", *locale]
    answer = subprocess.run(  # noqa: S603 - PostgreSQL's own initdb
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=data,
        env=binaries.environment() | {"HOME": str(data)},
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else [],
    )
    if answer.returncode != 0:
        raise DatabaseError(
            f"A new database could not be made in {data.parent}: "
            f"{answer.stderr.strip().rpartition(chr(10))[2]}"
        )


def server_command(
    data: Path, port: int, binaries: Binaries, options: Mapping[str, str]
) -> list[str]:
    """The command that runs the server in the foreground."""
    command = [binaries.program("postgres"), "-D", str(data), "-c", f"port={port}"]
    for name, value in {**SETTINGS, **options}.items():
        command += ["-c", f"{name}={value}"]
    return command
