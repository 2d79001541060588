"""Logins for production: the owner's URL comes in, one for the web and one for the worker go out.

The logins own nothing, bypass nothing and inherit nothing: each transaction lowers itself to a role
it is a member of. Making them again changes both passwords, because a password cannot be read back;
the server and its logs only ever see the SCRAM verifier. Logins belong to the whole server, so
databases that share one also share them.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from aura.errors import DatabaseError
from aura.store.database import Connection, connect, login_of
from aura.store.statements import statements

WEB_LOGIN = "aura_web_login"
WORKER_LOGIN = "aura_worker_login"
ROLES: Mapping[str, tuple[str, ...]] = {
    WEB_LOGIN: ("authenticated", "aura_accounts"),
    WORKER_LOGIN: ("aura_worker",),
}


@dataclass(frozen=True, slots=True)
class LoginRoles:
    """The URLs to put into AURA_WEB_DATABASE_URL and AURA_WORKER_DATABASE_URL: secret."""

    web_url: str = field(repr=False)
    worker_url: str = field(repr=False)


async def make_login_roles(owner_url: str) -> LoginRoles:
    """Make both logins with new passwords, or change the passwords of those made earlier.

    The database must have been migrated. Raises DatabaseError when the owner may not create or
    grant roles, and when a login of that name has powers it must not have.
    """
    passwords = {login: secrets.token_urlsafe(32) for login in ROLES}
    async with await connect(owner_url) as connection:
        owner = await (await connection.execute(statements("roles")["owner"])).fetchone()
        if owner is None:
            raise DatabaseError("The server does not say who we are.")
        for login, password in passwords.items():
            try:
                await _make(connection, login, password, owner["database"])
            except psycopg.errors.InsufficientPrivilege as error:
                raise DatabaseError(
                    f"{owner['login']} may not make the login {login}: "
                    f"{error.diag.message_primary}. Run this as a role with CREATEROLE that may "
                    f"grant {' and '.join(ROLES[login])}."
                ) from error
            except psycopg.errors.UndefinedObject as error:
                raise DatabaseError(
                    "The roles of Aura are not there yet: run `aura db migrate` first."
                ) from error
    return LoginRoles(
        url_for(owner_url, owner["login"], WEB_LOGIN, passwords[WEB_LOGIN]),
        url_for(owner_url, owner["login"], WORKER_LOGIN, passwords[WORKER_LOGIN]),
    )


async def _make(connection: Connection, login: str, password: str, database: str) -> None:
    query = {"login": login}
    found = await (await connection.execute(statements("roles")["login_role"], query)).fetchone()
    if found is not None and found["is_powerful"]:
        raise DatabaseError(
            f"The login {login} exists and may do more than it should (superuser, bypassrls, "
            "createrole, createdb or replication). Drop it, then run this again."
        )
    names = {"login": sql.Identifier(login), "database": sql.Identifier(database)}
    verifier = connection.pgconn.encrypt_password(
        password.encode(), login.encode(), b"scram-sha-256"
    ).decode()
    name = "create_login" if found is None else "change_login"
    await _run(connection, name, names | {"password": sql.Literal(verifier)})
    await _run(connection, "allow_connect", names)
    member_of = set() if found is None else set(found["member_of"])
    for role in member_of - set(ROLES[login]):
        await _run(connection, "leave_role", names | {"role": sql.Identifier(role)})
    for role in ROLES[login]:
        await _run(connection, "join_role", names | {"role": sql.Identifier(role)})


async def _run(connection: Connection, name: str, parts: Mapping[str, sql.Composable]) -> None:
    text = statements("roles")[name]
    wanted = {key: value for key, value in parts.items() if f"{{{key}}}" in text}
    await connection.execute(sql.SQL(text).format(**wanted))


def url_for(owner_url: str, owner: str, login: str, password: str) -> str:
    """The owner's URL with another login.

    A shared pooler routes by a suffix of the user name (`postgres.project`): it is kept.
    """
    parts = login_of(owner_url)
    user = str(parts.pop("user", owner))
    parts.pop("password", None)
    suffix = user.removeprefix(owner) if user.startswith(f"{owner}.") else ""
    database = quote(str(parts.pop("dbname", user)), safe="")
    hosts = [str(host) for host in str(parts.pop("host", "")).split(",")]
    ports = [str(port) for port in str(parts.pop("port", "")).split(",")]
    ports *= len(hosts) if len(ports) == 1 else 1
    address = ",".join(
        (f"[{host}]" if ":" in host else quote(host, safe="")) + (f":{port}" if port else "")
        for host, port in zip(hosts, ports, strict=True)
    )
    query = f"?{urlencode(parts)}" if parts else ""
    credentials = f"{quote(login + suffix, safe='')}:{quote(password, safe='')}"
    return f"postgresql://{credentials}@{address}/{database}{query}"
