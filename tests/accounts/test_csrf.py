from __future__ import annotations

import pytest

from aura.accounts.csrf import check_csrf, csrf_token
from aura.accounts.sessions import make_session_token, session_hash
from aura.errors import ForbiddenError


def test_a_form_is_good_in_its_own_session_only():
    ours, theirs = make_session_token(), make_session_token()
    check_csrf(ours, csrf_token(ours))
    for wrong in (csrf_token(theirs), "", None, ours, csrf_token(ours) + "0", "\ud800", "ä"):
        with pytest.raises(ForbiddenError, match="Load the page again"):
            check_csrf(ours, wrong)


def test_the_form_token_gives_nothing_of_the_session_away():
    token = make_session_token()
    assert token not in csrf_token(token)
    assert csrf_token(token) != session_hash(token).hex()


def test_a_session_token_holds_32_random_bytes():
    tokens = {make_session_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {43}
