"""Whole files, ours and the shared ones: what each comes to, day by day."""

from __future__ import annotations

import gzip
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from aura.errors import FileRefusedError
from requirements import require

FILES = Path(__file__).parent / "files"
EXPORTS = Path(__file__).parents[2].parent / "shared" / "fixtures" / "exports"
MARCH = date(2026, 3, 1)


def days(values: dict[int, str]) -> dict[date, Decimal]:
    return {MARCH.replace(day=day): Decimal(value) for day, value in values.items()}


@pytest.mark.parametrize("name", ["orders.csv", "titled.csv", "wrapped.csv"])
async def test_an_export_with_every_quirk_becomes_the_right_days(shop, name):
    result = await shop.bring(FILES / name, complete_history=True)

    metrics = await shop.metrics()
    assert metrics["revenue"] == days(
        {6: "64.30", 8: "50.00", 9: "66.00", 10: "50.00", 12: "10.00"}
    )
    assert metrics["orders"] == days({6: "1", 8: "2", 9: "2", 10: "2", 12: "2"})
    # Ann on the 6th, Bob on the 8th, Cy and Di on the 9th, Ed (whose first was voided), Fay
    assert metrics["new_customers"] == days({6: "1", 8: "1", 9: "2", 10: "1", 12: "1"})
    assert (result.orders, result.revenue, result.currency) == (10, Decimal("240.30"), "USD")
    assert result.rows == 11


async def test_the_parts_of_total_sales_stand_beside_the_revenue(shop):
    await shop.bring(FILES / "orders.csv")
    rows = await shop.rows("select * from public.metrics where metric_type = 'revenue'")
    parts = {row["date"].day: row["metadata"] for row in rows}

    assert parts[6] | {} == {
        "gross_sales": 50.00,
        "discounts": 0,
        "returns": 0,
        "net_sales": 50.00,
        "shipping": 9.30,
        "taxes": 5.00,
        "duties": 0,
    }
    assert (parts[8]["gross_sales"], parts[8]["discounts"]) == (56.00, 6.00)
    assert (parts[9]["returns"], parts[9]["taxes"]) == (77.00, 8.00)


async def test_the_notes_say_how_the_figures_came_to_be(shop):
    notes = " ".join((await shop.bring(FILES / "orders.csv")).notes)

    assert "refunds: an orders export does not say when" in notes
    assert "1 order voided" in notes
    assert "2 orders worth 50.00 USD are pending and included" in notes
    assert "1 order worth 15.00 USD were cancelled" in notes
    assert "1 order without an e-mail address" in notes
    assert "New customers are unknown before 2027-03-06" in notes


async def test_days_are_those_of_the_brands_time_zone(make_shop):
    shop = await make_shop(timezone="UTC")
    await shop.bring(FILES / "orders.csv")
    assert date(2026, 3, 7) in (await shop.metrics())["revenue"]


async def test_a_reduced_file_is_read_and_says_what_it_lacks(shop):
    result = await shop.bring(FILES / "reduced.csv")

    assert (await shop.metrics())["revenue"] == {
        date(2026, 1, 5): Decimal(100),
        date(2026, 1, 20): Decimal(50),
        date(2026, 1, 25): Decimal(25),
        date(2026, 2, 10): Decimal(30),
    }
    notes = " ".join(result.notes)
    assert "no usable order ids" in notes
    assert "not told apart from gross sales: Shipping, Taxes, Discount Amount" in notes


async def test_a_german_spreadsheet_is_read_as_it_was_meant(make_shop):
    shop = await make_shop(currency="EUR", timezone="Europe/Berlin")
    result = await shop.bring(FILES / "german_spreadsheet.csv")

    assert (await shop.metrics())["revenue"] == days({5: "1009.90", 29: "33.40"})
    assert (result.encoding, result.delimiter) == ("cp1252", ";")
    notes = " ".join(result.notes)
    assert "read as Windows-1252" in notes
    assert "2 orders without an offset from UTC: read as Europe/Berlin" in notes
    assert "no usable order ids" in notes


async def test_an_american_spreadsheet_is_read_as_it_was_meant(shop):
    result = await shop.bring(FILES / "american_spreadsheet.csv")
    assert (await shop.metrics())["revenue"] == days({4: "1204.50", 14: "20.00"})
    assert result.encoding == "utf-16"
    assert any('no column "Refunded Amount"' in note for note in result.notes)


async def test_a_compressed_file_is_the_same_file_under_any_name(shop, tmp_path):
    packed = tmp_path / "export.txt"
    packed.write_bytes(gzip.compress((FILES / "orders.csv").read_bytes()))
    first = await shop.bring(FILES / "orders.csv")
    again = await shop.bring(packed)
    assert (again.was_known, again.rows_changed, again.sha256) == (True, 0, first.sha256)


async def test_the_shared_export_with_refunds_equals_its_expected_days(make_shop):
    name = "synthetic_shopify_orders_refund_void_guest_dst.csv"
    require("the shared export files (../shared/fixtures/exports)", EXPORTS.exists())
    [entry] = [e for e in json.loads((EXPORTS / "MANIFEST.json").read_text()) if e["file"] == name]
    shop = await make_shop(currency="EUR")
    await shop.bring(EXPORTS / name)

    metrics = await shop.metrics()
    expected = {d: v for d, v in entry["expected"].items() if d != "note"}
    assert {str(day) for day in metrics["revenue"]} == set(expected)
    for day, value in expected.items():
        assert metrics["revenue"][date.fromisoformat(day)] == Decimal(str(value["revenue_net"]))
        assert metrics["orders"][date.fromisoformat(day)] == value["orders"]


SHARED_TOTALS = {
    "shopify_orders_generated_sample.csv": (31, "3714.00"),
    "shopify_orders_minimal_synthetic.csv": (8, "985.00"),
    "synthetic_shopify_orders_refund_void_guest_dst.csv": (7, "215.00"),
    "synthetic_shopify_orders_wrapped_rows.csv": (1, "95.00"),
}
SHARED_REFUSALS = {
    "synthetic_google_ambiguous_dates_no_currency.csv": "wrong_report",
    "synthetic_google_day_device_segment.csv": "wrong_report",
    "synthetic_html_login_page.csv": "html",
    "synthetic_meta_campaign_period_not_daily.csv": "wrong_report",
    "synthetic_meta_es_day_summary_row.csv": "wrong_report",
    "synthetic_meta_raw_data_report.xlsx": "wrong_report",
    "synthetic_shopify_new_vs_returning_daily.csv": "wrong_report",
    "synthetic_shopify_total_sales_over_time_prev.csv": "wrong_report",
}


@pytest.mark.parametrize("name", sorted(SHARED_TOTALS | SHARED_REFUSALS))
def test_every_shared_export_is_read_or_refused_by_name(read_file, name):
    require("the shared export files (../shared/fixtures/exports)", EXPORTS.exists())
    if name in SHARED_TOTALS:
        orders, revenue = SHARED_TOTALS[name]
        summary = read_file(EXPORTS / name)[1]
        assert (summary.orders, summary.counted.amount) == (orders, Decimal(revenue))
        return
    with pytest.raises(FileRefusedError) as refused:
        read_file(EXPORTS / name)
    assert refused.value.code == SHARED_REFUSALS[name]


def test_the_shared_folder_holds_no_export_that_is_not_tried():
    require("the shared export files (../shared/fixtures/exports)", EXPORTS.exists())
    present = {path.name for path in EXPORTS.iterdir() if path.name != "MANIFEST.json"}
    assert present == SHARED_TOTALS.keys() | SHARED_REFUSALS.keys()
