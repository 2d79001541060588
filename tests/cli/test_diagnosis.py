from __future__ import annotations

from datetime import date, timedelta

import pytest
import typer

from aura.cli import diagnosis
from aura.cli.diagnosis import version_checks
from aura.connectors.versions import READ_ON, used_versions

LAST_DAY = date(2027, 10, 16)


def shopify_check(today: date) -> diagnosis.Check:
    return next(check for check in version_checks(today) if check.name == "Shopify API")


@pytest.mark.parametrize(
    ("today", "is_fine", "needs_attention"),
    [
        (LAST_DAY - timedelta(days=91), True, False),
        (LAST_DAY - timedelta(days=90), True, True),
        (LAST_DAY, True, True),
        (LAST_DAY + timedelta(days=1), False, True),
    ],
)
def test_a_version_is_warned_about_for_its_last_ninety_days(
    today: date, *, is_fine: bool, needs_attention: bool
) -> None:
    check = shopify_check(today)
    assert (check.is_fine, check.needs_attention) == (is_fine, needs_attention)
    assert "2026-10" in check.detail
    assert str(LAST_DAY) in check.detail
    assert ("update Aura" in check.detail) is needs_attention


def test_today_every_platform_has_its_version_in_the_diagnosis() -> None:
    checks = version_checks(READ_ON)
    assert len(checks) == len(used_versions())
    assert all(check.is_fine and not check.needs_attention for check in checks)


def test_a_warning_is_shown_and_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    diagnosis.show(version_checks(LAST_DAY), as_json=False)
    assert "WARNING  Shopify API: 2026-10" in capsys.readouterr().out
    with pytest.raises(typer.Exit):
        diagnosis.show(version_checks(LAST_DAY + timedelta(days=1)), as_json=False)
    assert "PROBLEM  Shopify API: 2026-10 has ended" in capsys.readouterr().out
