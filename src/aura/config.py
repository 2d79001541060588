"""Settings: `AURA_*` environment variables, typed and documented here and nowhere else.

`docs/reference/settings.md` is generated from this class. Secrets are `SecretStr`: they do not
appear in a repr, a log or an error.
"""

from __future__ import annotations

from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

# the path of the address that Shopify sends webhooks to
SHOPIFY_WEBHOOKS = "/webhooks/shopify"


def default_home() -> Path:
    """The user data folder of the platform (XDG on Linux)."""
    return Path(platformdirs.user_data_dir("aura", appauthor=False))


class Settings(BaseSettings):
    """Everything that can be set from outside."""

    model_config = SettingsConfigDict(env_prefix="AURA_", extra="ignore", frozen=True)

    home: Path = Field(
        default_factory=default_home,
        description="Folder for the embedded database, keys and demo.json.",
    )
    host: str = Field(default="127.0.0.1", description="Address the web page listens on.")
    port: int = Field(
        default=8321, ge=0, le=65535, description="Port of the page; 0 picks a free one."
    )
    public_url: str | None = Field(
        default=None,
        description="Address under which browsers and platforms reach Aura, for callbacks and "
        "token issuer. Default: http://HOST:PORT.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL 15 to 18 to use instead of the embedded one; may be the owner's.",
    )
    web_database_url: SecretStr | None = Field(
        default=None,
        description="Login of the web process (made by `aura db roles`).",
    )
    worker_database_url: SecretStr | None = Field(
        default=None, description="Login of the worker in production (made by `aura db roles`)."
    )
    token_keys: SecretStr | None = Field(
        default=None,
        description="Keys that seal OAuth tokens: id:base64 of 32 bytes, separated by commas; the "
        "first seals, all open. Default: made in AURA_HOME by `aura demo` and `aura up`.",
    )
    jwt_algorithm: str = Field(
        default="ES256",
        pattern="^(ES256|HS256)$",
        description="How access tokens are signed: ES256 (public keys) or HS256 (shared secret).",
    )
    jwt_secret: SecretStr | None = Field(
        default=None, description="Shared secret of at least 32 bytes for HS256."
    )
    api_requests_per_minute: int = Field(
        default=600,
        ge=1,
        le=1_000_000,
        description="How many requests to /v1 each API key or person may make in a minute, for "
        "each process that serves.",
    )
    pool_size: int = Field(default=8, ge=1, le=100, description="Database connections per process.")

    shopify_client_id: str = Field(default="", description="Client id of your Shopify app.")
    shopify_client_secret: SecretStr = Field(
        default=SecretStr(""), description="Client secret of your Shopify app."
    )
    shopify_url: str = Field(
        default="https://{shop}", description="Where shops answer; {shop} is the shop's host name."
    )
    shopify_bulk: bool = Field(
        default=True,
        description="Whether a backfill of a shop with many orders lets Shopify export them "
        "(bulk operations). Off: every order is read page by page, as fast as the shop's plan "
        "allows.",
    )
    shopify_webhooks: bool = Field(
        default=True,
        description="Let shops tell of changes at once, where AURA_PUBLIC_URL is an https address.",
    )
    meta_client_id: str = Field(default="", description="App id of your Meta app.")
    meta_client_secret: SecretStr = Field(
        default=SecretStr(""), description="App secret of your Meta app."
    )
    meta_login_url: str = Field(
        default="https://www.facebook.com", description="Where Meta asks for consent."
    )
    meta_api_url: str = Field(
        default="https://graph.facebook.com", description="Where Meta's Graph API answers."
    )
    google_ads_client_id: str = Field(
        default="", description="OAuth client id of your Google Cloud project."
    )
    google_ads_client_secret: SecretStr = Field(
        default=SecretStr(""), description="OAuth client secret of your Google Cloud project."
    )
    google_ads_login_url: str = Field(
        default="https://accounts.google.com", description="Where Google asks for consent."
    )
    google_ads_token_url: str = Field(
        default="https://oauth2.googleapis.com",
        description="Where Google issues and revokes tokens.",
    )
    google_ads_api_url: str = Field(
        default="https://googleads.googleapis.com", description="Where the Google Ads API answers."
    )
    rates_url: str = Field(
        default="https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip",
        description="Where `aura rates refresh` reads exchange rates: a file in the format of the "
        "European Central Bank (eurofxref-hist, CSV or zipped).",
    )
    backfill_days: int = Field(
        default=1126,
        ge=1,
        le=1126,
        description="How many days a first sync reads back; 1126 are 37 months, all that the ad "
        "platforms keep.",
    )
    log_level: str = Field(
        default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="How much is logged."
    )

    @property
    def webhook_address(self) -> str | None:
        """Where shops may send webhooks; None where no platform could, or is asked to.

        Platforms send to https only; a sandbox on this machine reaches its loopback.
        """
        address = (self.public_url or "").rstrip("/")
        is_local = "://127.0.0.1" in self.shopify_url and address.startswith("http://127.0.0.1")
        if not self.shopify_webhooks or not (address.startswith("https://") or is_local):
            return None
        return address + SHOPIFY_WEBHOOKS
