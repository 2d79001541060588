"""What a Supabase client gets with one of our tokens: PostgREST's part is done as it documents it.

The token is checked by the keys that Aura publishes, then its claims become the request's: `set
local role` and `request.jwt.claims`. PostgREST itself comes in no package that the tests install.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from psycopg import errors

from aura.accounts.tokens import TokenSigner
from conftest import MakeBrand, MakePerson
from integrations import make_integration
from requirements import require
from store.filled_brand import fill_brand

__all__ = ["make_integration"]

PAGE = Path(__file__).parents[2] / "docs/supabase.md"
OF_THE_PAGE = (
    "select date, metric_type, value, currency from public.metrics"
    " where brand_id = %s and date >= '2000-01-01' order by date"
)


class DataApi:
    """Requests of a client: each is a transaction of the token's role with the token's claims."""

    def __init__(self, url: str, signer: TokenSigner) -> None:
        self._url = url
        self._keys = jwt.PyJWKSet.from_dict(signer.jwks())
        self._issuer = signer.openid_configuration(signer.issuer)["issuer"]

    def ask(self, token: str | None, question: str, *parameters: object) -> list[tuple]:
        claims = {"role": "anon"} if token is None else self._checked(token)
        with psycopg.connect(self._url) as connection:
            connection.execute(
                "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true)",
                [claims["role"], json.dumps(claims)],
            )
            cursor = connection.execute(question, parameters)
            return cursor.fetchall() if cursor.description else []

    def _checked(self, token: str) -> dict:
        key = self._keys[jwt.get_unverified_header(token)["kid"]]
        return jwt.decode(
            token, key, algorithms=["ES256"], audience="authenticated", issuer=self._issuer
        )


@pytest.fixture
def signer() -> TokenSigner:
    return TokenSigner(ec.generate_private_key(ec.SECP256R1()), issuer="https://aura.example.com")


@pytest.fixture
def api(owner_url, signer) -> DataApi:
    return DataApi(owner_url, signer)


@pytest.fixture
async def people(
    database, keyring, make_person: MakePerson, make_brand: MakeBrand, make_integration
):
    """Two people with a filled brand each: id of the person, id of the brand."""
    found = []
    for _ in range(2):
        person = await make_person()
        brand = await make_brand(person)
        await fill_brand(database, keyring, make_integration, brand)
        found.append((person, brand))
    return found


@pytest.fixture
def token(signer):
    return lambda person: signer.issue(person, now=datetime.now(UTC))


def test_a_client_reads_its_persons_numbers(api, people, token, owner_url):
    (anna, brand), _ = people
    found = api.ask(token(anna), OF_THE_PAGE, brand)
    with psycopg.connect(owner_url) as connection:
        assert found == connection.execute(OF_THE_PAGE, [brand]).fetchall() != []


def test_another_persons_rows_are_as_if_they_were_not_there(api, people, token):
    (anna, mine), (_, other) = people
    assert api.ask(token(anna), OF_THE_PAGE, other) == []
    for table in ("metrics", "integrations", "insights"):
        rows = api.ask(token(anna), f"select distinct brand_id from public.{table}")
        assert {row[0] for row in rows} <= {mine}, table
    assert api.ask(token(anna), "select id from public.brands") == [(mine,)]
    assert api.ask(token(anna), "select id from public.users") == [(anna,)]
    api.ask(token(anna), "update public.brands set name = 'mine now' where id = %s", other)
    names = "select count(*) from public.brands where name = 'mine now'"
    assert api.ask(token(people[1][0]), names) == [(0,)]


@pytest.mark.parametrize(
    "question",
    [
        "select * from public.users",
        "select password_hash from public.users",
        "select * from public.integrations",
        "select access_token from public.integrations",
        "insert into public.metrics (value) values (1)",
        "delete from public.metrics",
        "truncate public.insights",
        "select * from aura.sessions",
    ],
)
def test_what_is_no_clients_is_refused(api, people, token, question):
    with pytest.raises(errors.InsufficientPrivilege):
        api.ask(token(people[0][0]), question)


@pytest.mark.parametrize("table", ["users", "brands", "integrations", "metrics", "insights"])
def test_without_a_token_there_is_nothing(api, people, table):
    with pytest.raises(errors.InsufficientPrivilege):
        api.ask(None, f"select id from public.{table}")


def test_a_token_of_somebody_elses_key_or_of_yesterday_is_none(api, people, signer):
    anna = people[0][0]
    forged = TokenSigner(ec.generate_private_key(ec.SECP256R1()), issuer=signer.issuer)
    with pytest.raises(KeyError):
        api.ask(forged.issue(anna, now=datetime.now(UTC)), "select 1")
    with pytest.raises(jwt.ExpiredSignatureError):
        api.ask(signer.issue(anna, now=datetime.now(UTC) - timedelta(days=1)), "select 1")


async def test_an_inactive_persons_token_reads_nothing(api, people, token, database):
    anna, brand = people[0]
    async with database.as_owner() as connection:
        await connection.execute("update public.users set is_active = false where id = %s", (anna,))
    assert api.ask(token(anna), OF_THE_PAGE, brand) == []
    assert api.ask(token(anna), "select id from public.users") == []


def test_the_clients_code_of_the_page_can_be_read(tmp_path):
    require("node", shutil.which("node") is not None)
    blocks = re.findall(
        r"^```js\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len(blocks) == 1
    script = tmp_path / "page.mjs"
    script.write_text(blocks[0], encoding="utf-8")
    ran = subprocess.run(["node", "--check", script], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    asked = re.search(r'\.from\("(\w+)"\)\s*\.select\("([^"]+)"\)', blocks[0])
    assert asked is not None
    # what the test above asks is what the page asks
    assert f"select {asked[2]} from public.{asked[1]} where brand_id" in OF_THE_PAGE
