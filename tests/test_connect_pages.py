"""The page of each platform says what the program does: addresses, scopes, versions, fields."""

from __future__ import annotations

from pathlib import Path

import pytest

from aura.cli.platform_diagnosis import docs_page
from aura.config import Settings
from aura.connectors.registry import build_connectors
from aura.connectors.versions import used_versions
from aura.model import PLATFORMS
from aura.sync.own_credentials import FIELDS

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platforms_page_names_what_the_program_uses(platform, tmp_path):
    text = (ROOT / docs_page(platform)).read_text(encoding="utf-8")
    connector = build_connectors(Settings(home=tmp_path))[platform]
    assert f"https://YOUR-ADDRESS/oauth/{platform}/callback" in text
    assert [scope for scope in connector.needed_scopes if f"`{scope}`" not in text] == []
    assert used_versions()[platform].name in text
    names = [f"`{platform}_{field.name}`".upper() for field in FIELDS[platform]]
    assert [name for name in names if name not in text] == []
    for command in (f"aura connect {platform}", f"aura doctor {platform}"):
        assert command in text
    assert docs_page(platform) in (ROOT / "README.md").read_text(encoding="utf-8")
