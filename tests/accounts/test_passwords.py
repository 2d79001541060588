from __future__ import annotations

import threading

import bcrypt
import pytest

from aura.accounts.passwords import hash_password, password_matches
from aura.errors import InputError

PASSWORD = "correct horse battery"


async def test_a_password_is_hashed_with_bcrypt_at_cost_12_and_matches_itself_only():
    hashed = await hash_password(PASSWORD)

    assert hashed.startswith("$2b$12$")
    assert await password_matches(PASSWORD, hashed)
    assert not await password_matches(PASSWORD + "!", hashed)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("123456789", "too short: use at least 10 characters"),
        ("é" * 9, "too short: use at least 10 characters"),
        ("x" * 73, "too long: use at most 72 bytes"),
        ("é" * 37, "too long: use at most 72 bytes"),
        ("\ud800" * 10, "too long"),
    ],
    ids=["short", "short though 18 bytes", "73 letters", "74 bytes", "half a character"],
)
async def test_a_password_that_bcrypt_would_cut_or_that_is_short_is_refused(password, reason):
    with pytest.raises(InputError, match=reason):
        await hash_password(password)


async def test_the_longest_password_counts_to_its_last_byte():
    hashed = await hash_password("x" * 72)

    assert await password_matches("x" * 72, hashed)
    assert not await password_matches("x" * 71 + "y", hashed)
    assert not await password_matches("x" * 73, hashed)


async def test_the_same_letters_from_another_keyboard_are_the_same_password():
    hashed = await hash_password("Zoe\u0308 in winter")

    assert await password_matches("Zo\u00eb in winter", hashed)


@pytest.mark.parametrize("stored", [None, "!", "", "not a hash", "$2b$12$short"])
async def test_without_a_usable_hash_as_much_work_is_done_as_with_one(stored, monkeypatch):
    checked = []
    check = bcrypt.checkpw

    def counted(password, hashed):
        matches = check(password, hashed)
        checked.append((hashed[:7], threading.current_thread() is threading.main_thread()))
        return matches

    monkeypatch.setattr(bcrypt, "checkpw", counted)
    assert not await password_matches(PASSWORD, stored)
    assert checked[-1] == (b"$2b$12$", False)
