from __future__ import annotations

import copy
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.connectors.fields import Document
from aura.connectors.shopify.normalise import order_of, shop_account
from aura.errors import BadDataError
from aura.model import Sales, Visit
from connectors.shopify.orders import agreement, money, order, sale


def amounts(**components: str) -> Sales:
    return Sales(**{name: Decimal(value) for name, value in components.items()})


def test_a_sale_is_split_into_gross_discount_tax_and_shipping() -> None:
    read = order_of(
        order(
            1001,
            agreement(
                1,
                "2026-11-01T12:00:05Z",
                sale("97.20", tax="7.20", discount="10.00"),
                sale("5.40", tax="0.40", line="SHIPPING"),
                sale("3.00", line="DUTY"),
            ),
        )
    )
    assert read.order_id == "1001"
    assert read.processed_at == datetime(2026, 11, 1, 12, tzinfo=UTC)
    assert read.sales == amounts(
        gross_sales="100", discounts="10", taxes="7.60", shipping="5", duties="3"
    )
    assert read.sales.total_sales == Decimal("105.60")
    assert read.events == ()


def test_gross_sales_are_without_tax_where_prices_include_it() -> None:
    # 120.00 with 20 % tax inside, 12.00 off: 10.00 of it is discount, 2.00 is tax not owed
    read = order_of(
        order(1, agreement(1, "2026-11-01T12:00:00Z", sale("108", tax="18", discount="10")))
    )
    assert read.sales == amounts(gross_sales="100", discounts="10", taxes="18")


def test_gift_cards_and_tips_are_no_sales() -> None:
    read = order_of(
        order(
            1,
            agreement(
                1,
                "2026-11-01T12:00:00Z",
                sale("50", line="GIFT_CARD"),
                sale("4", line="TIP"),
                sale("20"),
            ),
        )
    )
    assert read.sales == amounts(gross_sales="20")


def test_a_refund_is_an_event_of_its_own_day_and_leaves_the_sale_alone() -> None:
    read = order_of(
        order(
            1,
            agreement(1, "2026-11-01T12:00:00Z", sale("108", tax="8")),
            agreement(
                2,
                "2026-11-20T09:00:00Z",
                sale("-54", tax="-4", discount="-3", action="RETURN"),
                sale("5", line="ADJUSTMENT", action="RETURN"),
                sale("-6", line="SHIPPING", action="RETURN"),
                reason="REFUND",
            ),
        )
    )
    (event,) = read.events
    assert event.event_id == "RefundAgreement/2"
    assert event.kind == "refund"
    assert event.happened_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert event.sales == amounts(returns="45", taxes="-4", shipping="-6")
    assert event.sales.total_sales == Decimal(-55)
    assert read.sales.total_sales == Decimal(108)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("REFUND", "refund"),
        ("RETURN", "return"),
        ("ORDER_EDIT", "edit"),
        ("ORDER", "edit"),
        ("UNKNOWN", "edit"),
    ],
)
def test_each_later_agreement_has_its_kind(reason: str, kind: str) -> None:
    later = agreement(2, "2026-11-02T12:00:00Z", sale("5", action="UPDATE"), reason=reason)
    read = order_of(order(1, agreement(1, "2026-11-01T12:00:00Z", sale("10")), later))
    assert [event.kind for event in read.events] == [kind]
    assert read.events[0].sales == amounts(gross_sales="5")


def test_what_a_cancellation_takes_back_is_a_cancellation() -> None:
    back = agreement(2, "2026-11-02T12:00:01Z", sale("-10", action="RETURN"), reason="REFUND")
    late = agreement(3, "2026-11-03T12:00:00Z", sale("0"), reason="REFUND")
    read = order_of(
        order(
            1,
            agreement(1, "2026-11-01T12:00:00Z", sale("10")),
            back,
            late,
            cancelledAt="2026-11-02T12:00:00Z",
        )
    )
    assert [event.kind for event in read.events] == ["cancellation", "refund"]
    assert read.is_counted


def test_the_sale_is_the_oldest_agreement_wherever_it_stands() -> None:
    first = agreement(1, "2026-11-01T12:00:00Z", sale("10"))
    edit = agreement(2, "2026-11-01T13:00:00Z", sale("3"), reason="ORDER_EDIT")
    assert order_of(order(1, edit, first)) == order_of(order(1, first, edit))


def test_a_test_order_does_not_count() -> None:
    read = order_of(order(1, agreement(1, "2026-11-01T12:00:00Z", sale("10")), test=True))
    assert not read.is_counted


def test_customer_and_visits_are_read_and_personal_data_stay_out_of_the_repr() -> None:
    journey = {
        "ready": True,
        "firstVisit": {
            "source": "Facebook",
            "utmParameters": {"source": "meta", "medium": "paid", "campaign": "Spring"},
        },
        "lastVisit": {"source": "direct", "utmParameters": None},
    }
    read = order_of(
        order(
            1,
            agreement(1, "2026-11-01T12:00:00Z", sale("10")),
            email="jane@example.com",
            customer={"id": "gid://shopify/Customer/77"},
            customerJourneySummary=journey,
        )
    )
    assert (read.customer_id, read.email) == ("77", "jane@example.com")
    assert read.first_visit == Visit("meta", "paid", "Spring")
    assert read.last_visit == Visit("direct")
    assert "jane" not in repr(read)


def test_visits_still_being_attributed_are_missing() -> None:
    journey = {"ready": False, "firstVisit": None, "lastVisit": None}
    read = order_of(
        order(
            1,
            agreement(1, "2026-11-01T12:00:00Z", sale("10")),
            customerJourneySummary=journey,
        )
    )
    assert (read.first_visit, read.last_visit) == (None, None)


def test_the_shop_is_an_account() -> None:
    account = shop_account(
        Document(
            {
                "shop": {
                    "name": "Aurora Outfitters",
                    "myshopifyDomain": "aurora-outfitters.myshopify.com",
                    "ianaTimezone": "America/New_York",
                    "currencyCode": "USD",
                }
            },
            "answer",
        )
    )
    assert account.external_id == "aurora-outfitters.myshopify.com"
    assert (account.currency, account.timezone) == ("USD", "America/New_York")


WHOLE = order(
    1,
    agreement(1, "2026-11-01T12:00:00Z", sale("10")),
    agreement(2, "2026-11-02T12:00:00Z", sale("-10", action="RETURN"), reason="REFUND"),
)


@pytest.mark.parametrize(
    "path",
    [
        ("id",),
        ("processedAt",),
        ("updatedAt",),
        ("test",),
        ("currencyCode",),
        ("agreements",),
        ("agreements", "pageInfo"),
        ("agreements", "nodes"),
        ("agreements", "nodes", 0, "reason"),
        ("agreements", "nodes", 1, "happenedAt"),
        ("agreements", "nodes", 1, "sales"),
        ("agreements", "nodes", 1, "sales", "pageInfo", "hasNextPage"),
        ("agreements", "nodes", 1, "sales", "nodes", 0, "totalAmount"),
        ("agreements", "nodes", 1, "sales", "nodes", 0, "totalAmount", "shopMoney", "amount"),
        ("agreements", "nodes", 1, "sales", "nodes", 0, "lineType"),
    ],
)
@pytest.mark.parametrize("wrong", ["missing", None, 7.5])
def test_a_field_that_is_missing_or_wrong_is_never_passed_over(
    path: tuple[Any, ...], wrong: Any
) -> None:
    broken = copy.deepcopy(WHOLE)
    place = broken
    for step in path[:-1]:
        place = place[step]
    if wrong == "missing":
        del place[path[-1]]
    else:
        place[path[-1]] = wrong
    with pytest.raises(BadDataError, match="Shopify order"):
        order_of(broken)


def test_an_order_without_an_agreement_about_its_sale_is_refused() -> None:
    with pytest.raises(BadDataError, match="Shopify order 1 has no agreement"):
        order_of(order(1))


@pytest.mark.parametrize("level", ["agreements", "sales"])
def test_a_connection_with_further_pages_is_never_taken_for_whole(level: str) -> None:
    cut = copy.deepcopy(WHOLE)
    connection = cut["agreements"]
    if level == "sales":
        connection = connection["nodes"][1]["sales"]
    connection["pageInfo"] = {"hasNextPage": True, "endCursor": "x"}
    with pytest.raises(BadDataError, match="further pages"):
        order_of(cut)


def test_another_currency_inside_an_order_is_refused() -> None:
    mixed = sale("10")
    mixed["totalTaxAmount"] = money("1", "EUR")
    with pytest.raises(BadDataError, match="currency"):
        order_of(order(1, agreement(1, "2026-11-01T12:00:00Z", mixed)))


def test_a_line_type_of_a_later_version_is_counted_and_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    read = order_of(order(1, agreement(1, "2026-11-01T12:00:00Z", sale("9", line="HOLOGRAM"))))
    assert read.sales.total_sales == Decimal(9)
    assert "unknown line type" in caplog.text


cents = st.integers(-100_000, 100_000).map(lambda number: str(Decimal(number).scaleb(-2)))
sales = st.builds(
    sale,
    cents,
    tax=cents,
    discount=cents,
    line=st.sampled_from(
        ["PRODUCT", "SHIPPING", "DUTY", "FEE", "ADDITIONAL_FEE", "ADJUSTMENT", "TIP", "GIFT_CARD"]
    ),
    action=st.sampled_from(["ORDER", "RETURN", "UPDATE", "UNKNOWN"]),
)


@given(
    first=st.lists(sales, max_size=5),
    later=st.lists(st.tuples(st.integers(2, 28), st.lists(sales, max_size=5)), max_size=4),
)
def test_total_sales_by_day_are_what_the_sales_of_the_day_amount_to(
    first: list[dict[str, Any]], later: list[tuple[int, list[dict[str, Any]]]]
) -> None:
    agreements = [agreement(1, "2026-11-01T12:00:00Z", *first)]
    agreements += [
        agreement(number, f"2026-11-{day:02}T12:00:00Z", *sold, reason="REFUND")
        for number, (day, sold) in enumerate(later, 2)
    ]
    read = order_of(order(1, *agreements))
    by_day: defaultdict[date, Decimal] = defaultdict(Decimal)
    by_day[read.processed_at.date()] += read.sales.total_sales
    for event in read.events:
        by_day[event.happened_at.date()] += event.sales.total_sales
    expected: defaultdict[date, Decimal] = defaultdict(Decimal)
    for day, sold in [(1, first), *later]:
        for line in sold:
            if line["lineType"] not in {"TIP", "GIFT_CARD"}:
                amount = Decimal(line["totalAmount"]["shopMoney"]["amount"])
                expected[date(2026, 11, day)] += amount
    assert all(by_day[day] == expected[day] for day in {*by_day, *expected})
