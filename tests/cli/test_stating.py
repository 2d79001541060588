"""What a brand states, by shell: the same statements as the page makes."""

from __future__ import annotations

import json

import psycopg
import pytest
from typer.testing import CliRunner

from aura.cli.main import application
from aura.errors import AuraError


@pytest.fixture
def aura(owner_url, tmp_path):
    with psycopg.connect(owner_url) as connection:
        connection.execute(
            "with person as (insert into public.users (email, password_hash)"
            " values ('maya@example.com', '!') returning id)"
            " insert into public.brands (user_id, name, currency, timezone)"
            " select id, 'Aurora', 'EUR', 'Europe/Berlin' from person"
        )
    environment = {"AURA_HOME": str(tmp_path / "home"), "AURA_DATABASE_URL": owner_url}

    def aura(*words):
        done = CliRunner().invoke(application, list(words), env=environment)
        if isinstance(done.exception, AuraError):
            return done.exception.message
        assert done.exit_code == 0, done.output
        return done.output

    return aura


def test_settings_are_shown_and_changed(aura):
    assert "Not stated, so profit is blank: goods, shipping, fees, spend, other" in aura(
        "settings", "show"
    )
    said = aura("settings", "set", "--revenue", "net_sales", "--currency", "gbp")
    assert "Aurora: GBP, Europe/Berlin, revenue is net_sales" in said
    assert "revenue" in aura("settings", "set", "--revenue", "profit").lower()


def test_every_kind_is_stated_and_one_is_removed(aura):
    assert "60 % margin on net sales, after payment fees, from the beginning" in aura(
        "costs", "goods", "60", "--after-fees"
    )
    assert "€4.50 an order" in aura("costs", "shipping", "4.50")
    assert "2.9 % of total sales and €0.25 an order" in aura("costs", "fees", "2.9", "0.25")
    assert "€1,200.00 a month" in aura("costs", "other", "Rent", "1200", "--from", "2026-01-01")
    assert "€70.00 a week" in aura("spend", "add", "TikTok", "70", "--every", "weekly")
    assert "3.50x" in aura("targets", "set", "mer", "3.5", "--month", "2026-11")
    assert "1 USD = 0.92 EUR, from the beginning" in aura("rates", "set", "usd", "0.92")
    assert "name: USD needs no rate" in aura("rates", "set", "usd", "1", "--into", "USD")
    assert "Sale" in aura("promotions", "add", "Sale", "--from", "2026-11-27", "--to", "2026-11-30")
    shown = json.loads(aura("settings", "show", "--json"))
    assert {one["what"] for one in shown["statements"]} == {
        "goods",
        "shipping",
        "fees",
        "other",
        "spend",
        "target",
        "promotion",
        "rate",
    }
    [rent] = [one for one in shown["statements"] if one["name"] == "Rent"]
    assert "Removed: Rent" in aura("settings", "remove", rent["ids"][0])
    assert "Rent" not in aura("settings", "show")
    assert "does not exist any more" in aura("settings", "remove", rent["ids"][0])


def test_what_is_wrong_is_named_with_its_field(aura):
    said = aura("spend", "add", "TikTok", "1,234", "--every", "yearly")
    assert "amount: The amount cannot be read" in said
    assert "every: Choose one of" in said
    assert "not an id" in aura("settings", "remove", "nonsense")


def test_files_are_tried_and_brought(aura, tmp_path):
    path = tmp_path / "tiktok.csv"
    path.write_text("day,name,amount\n2026-03-01,TikTok,10\n")
    assert "Nothing was kept" in aura("spend", "import", str(path), "--dry-run")
    assert "1 added" in aura("spend", "import", str(path))
    assert "1 as before" in aura("spend", "import", str(path))
    sales = tmp_path / "sales.csv"
    sales.write_text("name,from,to\nSpring,2026-04-01,2026-04-03\n")
    assert "1 promotion, 2026-04-01 to 2026-04-03" in aura("promotions", "import", str(sales))
