"""Shopify's own reports by day: what each becomes, and how it stands beside orders and the shop."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from aura.errors import FileRefusedError
from aura.imports.any_file import import_file, kind_of
from aura.imports.report_result import ReportTerms
from aura.imports.shop_reports import range_in_name, read_shop_report
from aura.imports.undo import undo_import
from aura.model import DayRange

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 6, tzinfo=UTC)
FILES = Path(__file__).parent / "files"
SALES = FILES / "total_sales_compared.csv"
CUSTOMERS = FILES / "new_or_returning.csv"
MAY = [date(2026, 5, day) for day in (1, 2, 3)]
HEADER = "Day,Orders,Gross sales,Discounts,Returns,Net sales,Shipping charges,Taxes,Total sales\n"
TITLES = """
Tag;Bestellungen;Bruttoumsatz;Rabatte;Rückgaben;Nettoumsatz;Versandkosten;Steuern;Gesamtumsatz
Jour;Commandes;Ventes brutes;Réductions;Retours;Ventes nettes;Expédition;Taxes;Ventes totales
Día;Pedidos;Ventas brutas;Descuentos;Devoluciones;Ventas netas;Envío;Impuestos;Ventas totales
Giorno;Ordini;Vendite lorde;Sconti;Resi;Vendite nette;Spedizione;Imposte;Vendite totali
Dia;Pedidos;Vendas brutas;Descontos;Devoluções;Vendas líquidas;Frete;Impostos;Total de vendas
Dag;Bestellingen;Bruto-omzet;Kortingen;Retouren;Netto-omzet;Verzendkosten;Belastingen;Totale omzet
Dag;Ordrar;Bruttoförsäljning;Rabatter;Returer;Nettoförsäljning;Frakt;Skatter;Total försäljning
day;orders;gross_sales;discounts;returns;net_sales;shipping_charges;taxes;total_sales
"""
ORDERS = (
    "Name,Email,Created at,Total,Financial Status,Currency,Id\n"
    "#1,a@example.com,2026-05-02 10:00:00 -0400,70.00,paid,USD,501\n"
)


@pytest.fixture
def bring(shop, write_file):
    async def bring(file: Path | str, *, now: datetime = NOW, dry_run: bool = False, **terms):
        return await import_file(
            shop.database,
            shop.keyring,
            path=file if isinstance(file, Path) else write_file(file, "report.csv"),
            brand_id=shop.brand,
            now=now,
            created_by=shop.person,
            terms=ReportTerms(**terms),
            complete_history=False,
            dry_run=dry_run,
        )

    return bring


def refusal(write_file, text: str) -> FileRefusedError:
    with pytest.raises(FileRefusedError) as refused:
        read_shop_report(write_file(text, "report.csv"))
    return refused.value


async def test_total_sales_become_the_shops_days_without_the_compared_period(shop, bring):
    result = await bring(SALES)
    metrics = await shop.metrics()
    revenue = [Decimal("4610.11"), Decimal("2359.62"), Decimal(-66)]
    assert metrics["revenue"] == dict(zip(MAY, revenue, strict=True))
    assert metrics["orders"] == dict(zip(MAY, [18, 11, 0], strict=True))
    assert "new_customers" not in metrics
    [day] = await shop.rows("select * from aura.brand_days where date = '2026-05-03'")
    assert (day["returns"], day["taxes"], day["discounts"]) == (Decimal("60.5"), Decimal("-5.5"), 0)
    assert result.total == Decimal("6903.73")
    assert any("11 comparison columns were ignored" in note for note in result.notes)
    assert any("taken as USD" in note for note in result.notes)
    assert "orders (previous period)" in result.glance.ignored
    assert result.glance.rows[0]["revenue"] == "4610.11"


async def test_new_customers_join_the_days_that_sales_state(shop, bring):
    for first, second in ((SALES, CUSTOMERS), (CUSTOMERS, SALES)):
        one, two = await bring(first), await bring(second, now=LATER)
        metrics = await shop.metrics()
        assert metrics["new_customers"] == {MAY[0]: 9, MAY[1]: 4}
        assert metrics["orders"] == dict(zip(MAY, [18, 11, 0], strict=True))
        for result in (two, one):
            await undo_import(
                shop.database, import_id=result.import_id, user_id=shop.person, now=LATER
            )
        assert await shop.metrics() == {}


async def test_the_same_report_again_changes_nothing_and_a_dry_run_keeps_nothing(shop, bring):
    before = await shop.contents()
    tried = await bring(SALES, dry_run=True)
    assert await shop.contents() == before
    done = await bring(SALES)
    assert tried.rows_changed == done.rows_changed == 3
    before = await shop.contents()
    assert (await bring(SALES, now=LATER)).was_known
    assert await shop.contents() == before


async def test_orders_and_a_report_of_the_same_days_are_never_mixed(shop, bring, write_file):
    report_first = []
    for files in ((SALES, ORDERS), (ORDERS, SALES)):
        for file in files:
            await bring(file)
        metrics = await shop.metrics()
        report_first.append((metrics["revenue"], metrics["orders"]))
        results = await shop.rows("select id from aura.imports where undone_at is null")
        assert len(results) == 2
        async with shop.database.as_owner() as connection:
            await connection.execute(
                "delete from public.integrations where brand_id = %s", [shop.brand]
            )
            await connection.execute("delete from public.metrics where brand_id = %s", [shop.brand])
    assert report_first[0] == report_first[1]
    assert report_first[0][0] == {MAY[0]: Decimal("4610.11"), MAY[1]: 70, MAY[2]: Decimal(-66)}


async def test_orders_that_do_not_tell_who_was_new_leave_it_to_the_report(shop, bring):
    await bring(CUSTOMERS)
    await bring(ORDERS, now=LATER)
    metrics = await shop.metrics()
    assert metrics["new_customers"] == {MAY[0]: 9, MAY[1]: 4}
    assert metrics["revenue"] == {MAY[1]: 70}
    await bring(ORDERS.replace("70.00", "71.00"), now=LATER.replace(day=24))
    assert (await shop.metrics())["new_customers"] == {MAY[0]: 9, MAY[1]: 4}


async def test_days_that_were_read_from_the_shop_stay_as_they_are(shop, bring, make_integration):
    integration = await make_integration(shop.brand, "shopify", account_id="acme.myshopify.com")
    known = '{"known_from": "2026-05-01", "known_through": "2026-05-02"}'
    async with shop.database.as_owner() as connection:
        await connection.execute(
            "update public.integrations set metadata = %s where id = %s", [known, integration]
        )
    result = await bring(SALES)
    assert result.days_left_out == 2
    assert (await shop.metrics())["revenue"] == {MAY[2]: Decimal(-66)}
    with pytest.raises(FileRefusedError) as refused:
        await bring(CUSTOMERS)
    assert refused.value.code == "overlap_api"


async def test_a_report_with_clearly_less_is_asked_about(shop, bring):
    await bring(SALES)
    less = HEADER + "2026-05-01,18,4000,0,0,4000,0,0,4000\n"
    with pytest.raises(FileRefusedError, match=r"4,000\.00 USD of total sales on 2026-05-01") as no:
        await bring(less, now=LATER)
    assert no.value.code == "shrink"
    await bring(less, now=LATER, may_shrink=True)
    assert (await shop.metrics())["revenue"][MAY[0]] == 4000


def test_sales_by_product_keep_rows_without_a_title_and_count_no_orders(write_file):
    text = (
        "Day,Product title,Product variant SKU,Month,Net items sold,Gross sales,Discounts,Returns,"
        "Net sales,Taxes,Total sales,Orders\n"
        "2026-05-01,Mug,M1,2026-05-01,2,20,-1,0,19,1,20,2\n"
        "2026-05-01,,,2026-05-01,0,0,0,0,0,0,4.90,0\n"
        "2026-05-01,Cup,C1,2026-05-01,1,10,0,-5,5,0,5,1\n"
    )
    report = read_shop_report(write_file(text, "report.csv"))
    [day] = report.values.values()
    assert day["revenue"] == Decimal("29.90")
    assert (day["discounts"], day["returns"]) == (1, 5)
    assert "orders" not in report.columns
    assert any("each of its products" in note for note in report.notes)


def test_orders_by_sales_channel_add_up_and_by_anything_unknown_do_not(write_file):
    rows = "2026-05-01,Online Store,3,30\n2026-05-01,POS,1,9\n"
    channel = "Day,Sales channel,Orders,Total sales\n" + rows
    assert read_shop_report(write_file(channel, "a.csv")).values[MAY[0]]["orders"] == 4
    unknown = channel.replace("Sales channel", "Customer tag")
    assert "orders" not in read_shop_report(write_file(unknown, "b.csv")).columns


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("Month,Orders,Gross sales,Total sales\n2026-05-01,1,2,2\n", "not_daily", "Day"),
        ("Week,Total sales,Net sales\n2026-05-04,1,2\n", "not_daily", "time dimension"),
        ("Product title,Net sales,Total sales\nMug,1,2\n", "not_daily", "Day"),
        ("Day,Online store visitors,Sessions\n2026-05-01,1,2\n", "wrong_report", "has no sales"),
        ("Day,Gross sales,Orders\n2026-05-01,1,2\n", "no_revenue", '"Total sales"'),
        ("Day,New or returning customer,Orders\n2026-05-01,New,2\n", "no_metrics", '"Customers"'),
        (HEADER, "empty", "0 rows"),
        (HEADER + "2026-05-01,1,x,0,0,1,0,0,1\n", "bad_rows", "line 2"),
        ("Day,Orders,Total sales\n03/04/2026,1,2\n", "ambiguous_dates", "--day-first"),
    ],
)
def test_other_reports_are_refused_with_what_to_export(write_file, text, code, words):
    found = refusal(write_file, text)
    assert found.code == code
    assert words in found.message


def test_the_range_in_the_files_name_tells_day_from_month_and_is_compared(write_file):
    text = "Day,Orders,Total sales\n04/03/2026,1,2\n04/04/2026,1,2\n"
    name = "Total sales over time - 2026-04-03 - 2026-04-04.csv"
    report = read_shop_report(write_file(text, name))
    assert report.days == DayRange(date(2026, 4, 3), date(2026, 4, 4))
    assert not any("name says" in note for note in report.notes)
    longer = read_shop_report(write_file(text, name.replace("04-04", "04-30")))
    assert any("name says 2026-04-03 to 2026-04-30" in note for note in longer.notes)
    assert range_in_name("report.csv") is None


@pytest.mark.parametrize(
    "header",
    TITLES.strip().splitlines(),
)
def test_titles_in_other_languages_and_of_shopifyql_mean_the_same(write_file, header):
    path = write_file(header + "\n2026-05-01;3;1.000,50;-10,50;-90;900;15;10;925\n", "report.csv")
    assert kind_of(path) == "shop"
    [day] = read_shop_report(path).values.values()
    assert day == {
        "revenue": 925,
        "orders": 3,
        "gross_sales": Decimal("1000.5"),
        "discounts": Decimal("10.5"),
        "returns": 90,
        "shipping": 15,
        "taxes": 10,
    }
