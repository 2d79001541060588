"""Every operation of the API, asked about another tenant's ids and about ids that do not exist.

Operations and their parameters come from the description: a new one is covered as it is, and one
with a parameter of an unknown kind is a complaint. An own id must be answered otherwise, for a wall
without a door proves nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import httpx

from aura.accounts.keys import create_key
from aura.accounts.tokens import TokenSigner
from aura.api.description import operations
from aura.store.database import Database

NOW = datetime(2026, 11, 22, 14, 20, tzinfo=UTC)
# parameters of a path that are no ids of a tenant's
WORDS = {"code": "not-found", "day": "2026-11-21", "dataset": "metrics"}
# bodies whose words the description does not list
SAID = {"answer_insight": {"answer": "read"}}
# what differs between two requests that are the same
MOVING = {"date", "ratelimit"}


@dataclass
class Tenant:
    """A person with a row of everything that an address can name."""

    access: str = field(repr=False)
    ids: dict[str, str] = field(default_factory=dict)


async def make_tenant(database: Database, signer: TokenSigner, email: str) -> Tenant:
    """A brand with a row of everything that has an id, and a key of its owner."""
    ids: dict[str, str] = {}
    async with database.as_owner() as connection:

        async def add(statement: str, *values: object) -> str:
            cursor = await connection.execute(statement, values)
            row = await cursor.fetchone()
            assert row is not None
            return str(row["id"])

        person = await add(
            "insert into public.users (email, password_hash) values (%s, '!') returning id", email
        )
        brand = await add(
            "insert into public.brands (user_id, name) values (%s, 'Brand') returning id", person
        )
        integration = await add(
            "insert into public.integrations (brand_id, platform, status, platform_account_id)"
            " values (%s, 'meta', 'connected', 'act_1') returning id",
            brand,
        )
        campaign = await add(
            "insert into aura.entities (brand_id, integration_id, platform, level, external_id)"
            " values (%s, %s, 'meta', 'campaign', '1') returning id",
            brand,
            integration,
        )
        ids["brand_id"], ids["integration_id"] = brand, integration
        ids["campaign_id"] = ids["entity_id"] = campaign
        ids["insight_id"] = await add(
            "insert into public.insights (brand_id, insight_type, title, description)"
            " values (%s, 'high_cpa', 'T', 'D') returning id",
            brand,
        )
        ids["entry_id"] = await add(
            "insert into aura.brand_entries (brand_id, kind, name, first_day)"
            " values (%s, 'promotion', 'Sale', '2026-11-01') returning id",
            brand,
        )
        ids["import_id"] = await add(
            "insert into aura.imports (id, brand_id, integration_id, platform, format, sha256,"
            " file_name, bytes, encoding, delimiter, rows_read) values (gen_random_uuid(), %s, %s,"
            " 'meta', 'meta.daily', '', 'days.csv', 1, 'utf-8', ',', 1) returning id",
            brand,
            integration,
        )
    owner = UUID(person)
    made = await create_key(
        database, user_id=owner, name="K", scopes=["read", "write"], days=9, now=NOW
    )
    ids["key_id"] = str(made.key.id)
    return Tenant(signer.issue(owner, now=NOW), ids)


def body_of(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """A small document that the schema allows."""
    if "$ref" in schema:
        return body_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return body_of(schema["anyOf"][0], schemas)
    kind = schema.get("type")
    if kind == "object":
        wanted = schema.get("required") or list(schema.get("properties", {}))[:1]
        return {name: body_of(schema["properties"][name], schemas) for name in wanted}
    if kind == "array":
        return [body_of(schema["items"], schemas)]
    return {"integer": 1, "number": 1, "boolean": True}.get(str(kind), "x")


def nobodys(name: str) -> str:
    """An id of that kind that nobody has."""
    return "9" * 17 if name in {"campaign_id", "entity_id"} else str(uuid4())


@dataclass
class Trial:
    """How many answers were compared, and what was found."""

    client: httpx.AsyncClient
    document: dict[str, Any]
    compared: int = 0
    complaints: list[str] = field(default_factory=list)

    async def ask(self, tenant: Tenant, method: str, path: str, body: Any) -> httpx.Response:
        return await self.client.request(
            method,
            f"/v1{path}",
            json=body,
            headers={"authorization": f"Bearer {tenant.access}"},
        )

    async def compare(self, attacker: Tenant, victim: Tenant) -> None:
        """Each operation with each mixture of own and foreign ids, beside one that is missing."""
        schemas = self.document["components"]["schemas"]
        for path, method, operation in operations(self.document):
            names = [one["name"] for one in operation.get("parameters", []) if one["in"] == "path"]
            names = [name for name in names if name not in WORDS]
            for word, value in WORDS.items():
                path = path.replace(f"{{{word}}}", value)  # noqa: PLW2901 - the rest asks for it
            unknown = set(names) - set(attacker.ids)
            if unknown:
                self.complaints.append(f"{method} {path}: no foreign id is known for {unknown}")
            if not names or unknown:
                continue
            content = operation.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema")
            body = body_of(schema, schemas) if schema else None
            body = SAID.get(operation.get("operationId", ""), body)
            for foreign in product((False, True), repeat=len(names)):
                if any(foreign):
                    chosen = dict(zip(names, foreign, strict=True))
                    await self._pair(attacker, victim, method, path, chosen, body)

    async def _pair(
        self,
        attacker: Tenant,
        victim: Tenant,
        method: str,
        path: str,
        foreign: dict[str, bool],
        body: Any,
    ) -> None:
        theirs, missing = path, path
        for name, is_foreign in foreign.items():
            own = attacker.ids[name]
            theirs = theirs.replace(f"{{{name}}}", victim.ids[name] if is_foreign else own)
            missing = missing.replace(f"{{{name}}}", nobodys(name) if is_foreign else own)
        answers = [await self.ask(attacker, method, one, body) for one in (theirs, missing)]
        seen = [
            (a.status_code, a.content, {k: v for k, v in a.headers.items() if k not in MOVING})
            for a in answers
        ]
        self.compared += 1
        if seen[0] != seen[1]:
            self.complaints.append(f"{method} {path} tells {foreign}: {seen[0]} is not {seen[1]}")
        elif seen[0][0] != 404:
            self.complaints.append(f"{method} {path} with {foreign} is answered with {seen[0][0]}")

    async def doors(self, tenant: Tenant) -> AsyncIterator[tuple[str, bytes]]:
        """What a tenant reads with their own ids; a complaint where it cannot be read."""
        for path, method, operation in operations(self.document):
            names = [one["name"] for one in operation.get("parameters", []) if one["in"] == "path"]
            if method != "get" or not names or not set(names) <= set(tenant.ids):
                continue
            own = path
            for name in names:
                own = own.replace(f"{{{name}}}", tenant.ids[name])
            answer = await self.ask(tenant, method, own, None)
            # what is there may still be unable to say anything
            if answer.status_code not in {200, 422}:
                self.complaints.append(f"{method} {own} is closed: {answer.status_code}")
            yield own, answer.content


async def try_foreign_ids(
    client: httpx.AsyncClient, document: dict[str, Any], first: Tenant, second: Tenant
) -> Trial:
    """Both directions; what either reads of their own stays what it was, byte for byte."""
    trial = Trial(client, document)
    before = [{path: body async for path, body in trial.doors(one)} for one in (first, second)]
    await trial.compare(first, second)
    await trial.compare(second, first)
    after = [{path: body async for path, body in trial.doors(one)} for one in (first, second)]
    for path in (one for x, y in zip(before, after, strict=True) for one in x if x[one] != y[one]):
        trial.complaints.append(f"{path} was changed")
    return trial
