"""What the API tells of another tenant: every operation, every foreign id, both directions."""

from __future__ import annotations

import httpx

from aura.accounts.tokens import TokenSigner
from aura.cli.faces import compose
from aura.config import Settings
from aura.store.secrets import Keyring
from claims.place import Claim, Place
from foreign_ids import NOW, make_tenant, try_foreign_ids


async def claim(place: Place) -> Claim:
    """Two tenants; each answer to a foreign id is compared with that to a missing one."""
    settings = Settings(home=place.folder / "api", api_requests_per_minute=1_000_000)
    settings.home.mkdir(exist_ok=True)
    signer = TokenSigner.load_or_make(settings)
    async with place.database() as database:
        application = compose(
            database=database,
            keyring=Keyring.generate(),
            connectors={},
            signer=signer,
            settings=settings,
            clock=lambda: NOW,
        )
        tenants = [
            await make_tenant(database, signer, f"{name}@claims.example") for name in ("a", "b")
        ]
        transport = httpx.ASGITransport(application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            document = (await client.get("/v1/openapi.json")).json()
            trial = await try_foreign_ids(client, document, *tenants)
    for complaint in trial.complaints[:5]:
        print(f"      {complaint}")
    return Claim(
        "the API tells nobody's id from somebody else's",
        f"{len(trial.complaints)} differences in {trial.compared:,} pairs of answers",
        "make test ARGS=tests/api/test_foreign_ids.py",
        not trial.complaints and trial.compared > 0,
        {"pairs": trial.compared, "differences": len(trial.complaints)},
    )
