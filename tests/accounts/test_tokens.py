from __future__ import annotations

import base64
import hashlib
import hmac
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import SecretStr

from aura.accounts.tokens import KEY_FILE, TokenSigner
from aura.config import Settings
from aura.errors import ConfigurationError, SignInError

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
ISSUER = "https://aura.example"
SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home", public_url=ISSUER)


@pytest.fixture
def signer(settings):
    return TokenSigner.load_or_make(settings)


def shared(settings, secret=SECRET):
    return TokenSigner.load_or_make(
        settings.model_copy(update={"jwt_algorithm": "HS256", "jwt_secret": SecretStr(secret)})
    )


def claims_of(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def test_a_token_states_what_postgrest_and_supabase_read(signer):
    person = uuid4()
    token = signer.issue(person, now=NOW, ttl=timedelta(minutes=5))

    assert claims_of(token) == {
        "sub": str(person),
        "role": "authenticated",
        "aud": "authenticated",
        "iss": ISSUER,
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 300,
    }
    assert jwt.get_unverified_header(token) == {
        "alg": "ES256",
        "kid": signer.key_id,
        "typ": "JWT",
    }
    assert signer.verify(token, now=NOW) == person


def test_anybody_can_check_a_token_with_the_served_keys_alone(signer):
    person = uuid4()
    token = signer.issue(person, now=datetime.now(UTC))
    [key] = signer.jwks()["keys"]
    assert "d" not in key

    public = jwt.PyJWKSet.from_dict(signer.jwks())[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(
        token, public, algorithms=["ES256"], audience="authenticated", issuer=ISSUER
    )
    assert claims["sub"] == str(person)


def test_the_openid_configuration_leads_to_the_keys(signer):
    found = signer.openid_configuration(ISSUER + "/")
    assert found["issuer"] == ISSUER == signer.issuer
    assert found["jwks_uri"] == ISSUER + "/.well-known/jwks.json"
    assert found["id_token_signing_alg_values_supported"] == ["ES256"]


def test_the_key_is_made_once_and_only_its_owner_can_read_it(settings, signer):
    file = settings.home / KEY_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
    assert [path.name for path in settings.home.iterdir()] == [KEY_FILE]

    again = TokenSigner.load_or_make(settings)
    assert again.key_id == signer.key_id
    assert again.verify(signer.issue(uuid4(), now=NOW), now=NOW)


def test_processes_that_start_at_once_agree_on_one_key(settings):
    with ThreadPoolExecutor(8) as threads:
        signers = list(threads.map(lambda _: TokenSigner.load_or_make(settings), range(8)))
    assert len({signer.key_id for signer in signers}) == 1


@pytest.mark.parametrize("content", [b"", b"junk", b"-----BEGIN PRIVATE KEY-----\nAAAA"])
def test_a_file_that_is_no_key_is_a_clear_answer(settings, content):
    settings.home.mkdir()
    file = settings.home / KEY_FILE
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(ConfigurationError, match="not a P-256 private key"):
        TokenSigner.load_or_make(settings)


def test_a_key_that_others_can_read_is_refused(settings, signer):
    (settings.home / KEY_FILE).chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        TokenSigner.load_or_make(settings)


def test_a_home_that_cannot_be_made_is_a_clear_answer(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="AURA_HOME"):
        TokenSigner.load_or_make(Settings(home=tmp_path / "file" / "home"))


def test_a_shared_secret_signs_too_and_is_served_nowhere(settings):
    signer = shared(settings)
    person = uuid4()
    token = signer.issue(person, now=NOW)

    assert jwt.get_unverified_header(token)["alg"] == "HS256"
    assert signer.verify(token, now=NOW) == person
    assert signer.jwks() == {"keys": []}
    assert SECRET not in repr(signer) + repr(vars(signer)["issuer"])
    assert not settings.home.exists()


@pytest.mark.parametrize("secret", ["", "x" * 31])
def test_a_short_secret_is_refused(settings, secret):
    with pytest.raises(ConfigurationError, match="at least 32 bytes"):
        shared(settings, secret)


def forge(token, *, header=None, claims=None, key=SECRET, algorithm="HS256"):
    old = jwt.get_unverified_header(token) | (header or {})
    del old["alg"]
    return jwt.encode(claims_of(token) | (claims or {}), key, algorithm=algorithm, headers=old)


def test_the_token_does_not_choose_its_algorithm(settings, signer):
    token = signer.issue(uuid4(), now=NOW)
    public = signer._key.public_key()
    raw = base64.urlsafe_b64decode(signer.jwks()["keys"][0]["x"] + "==")
    forged = [forge(token, key=raw), forge(token), forge(token, key="", algorithm="none")]
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    # the public key as the secret of HS256, signed without the library that refuses it
    forged.append(_hs256_by_hand(token, pem))
    for attempt in forged:
        with pytest.raises(SignInError):
            signer.verify(attempt, now=NOW)
    with pytest.raises(SignInError):
        shared(settings).verify(token, now=NOW)


def _hs256_by_hand(token, secret):
    def encode(octets):
        return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()

    header = encode(json.dumps(jwt.get_unverified_header(token) | {"alg": "HS256"}).encode())
    signed = f"{header}.{token.split('.')[1]}"
    return f"{signed}.{encode(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(NOW.timestamp())},
        {"exp": "soon"},
        {"exp": None},
        {"exp": True},
        {"exp": float("inf")},
        {"iat": int(NOW.timestamp()) + 3600},
        {"iss": "https://other.example"},
        {"aud": "anon"},
        {"aud": ["authenticated", "other"]},
        {"role": "service_role"},
        {"role": "aura_worker"},
        {"sub": "nobody"},
        {"sub": 7},
    ],
    ids=repr,
)
def test_a_token_with_other_claims_is_refused(signer, claims):
    token = signer.issue(uuid4(), now=NOW)
    attempt = forge(token, claims=claims, key=signer._key, algorithm="ES256")
    with pytest.raises(SignInError, match="not valid or has expired"):
        signer.verify(attempt, now=NOW)


def test_a_missing_claim_another_key_or_another_key_id_is_refused(signer):
    token = signer.issue(uuid4(), now=NOW)
    attempts = [
        forge(token, header={"kid": "other"}, key=signer._key, algorithm="ES256"),
        forge(token, key=ec.generate_private_key(ec.SECP256R1()), algorithm="ES256"),
        jwt.encode({"sub": str(uuid4())}, signer._key, "ES256", {"kid": signer.key_id}),
    ]
    for attempt in attempts:
        with pytest.raises(SignInError):
            signer.verify(attempt, now=NOW)


@pytest.mark.parametrize(
    "text", ["", ".", "a.b.c", "ä.ö.ü", "\ud800", "x" * 100_000, "e30.e30.e30", "[" * 3000]
)
def test_any_text_is_refused_with_the_same_answer(signer, text):
    with pytest.raises(SignInError, match="not valid or has expired"):
        signer.verify(text, now=NOW)


def test_a_changed_character_anywhere_breaks_the_token(signer):
    token = signer.issue(uuid4(), now=NOW)
    header, payload, signature = token.split(".")
    for part in (header, payload):
        for position in range(0, len(part), 7):
            other = "A" if part[position] != "A" else "B"
            changed = part[:position] + other + part[position + 1 :]
            with pytest.raises(SignInError):
                signer.verify(token.replace(part, changed), now=NOW)
    with pytest.raises(SignInError):
        signer.verify(f"{header}.{payload}.{signature[::-1]}", now=NOW)
