"""What is in an order and what it costs: lines, discount, tax, shipping, duties, as sales."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from aura_sandbox.scenario import Promotion, Shop
from aura_sandbox.world.catalogue import GIFT_CARDS, PRODUCTS, TAX_RATES
from aura_sandbox.world.chance import pick
from aura_sandbox.world.orders import Line, Sale

_PRODUCT_WEIGHTS = [product[3] for product in PRODUCTS]
SHIPPING_FEE, FREE_FROM = 795, 10_000


@dataclass(frozen=True, slots=True)
class Basket:
    """Lines, their sales in the order agreement, and the code that was typed in."""

    lines: tuple[Line, ...]
    sales: tuple[Sale, ...]
    code: str | None
    tax_rate: float


def _draw_lines(random: Random) -> tuple[Line, ...]:
    lines: list[Line] = []
    chosen: dict[str, int] = {}
    for _ in range(pick(random, (1, 2, 3), (69, 25, 6))):
        title, sku, price, _weight = pick(random, PRODUCTS, _PRODUCT_WEIGHTS)
        if sku in chosen:
            continue
        chosen[sku] = price
        quantity = pick(random, (1, 2, 3), (84, 13, 3)) if price < 9_000 else 1
        lines.append(Line(title, sku, quantity, price, gift_card=False))
    if random.random() < 0.015:
        card = Line("Gift card", "AO-GIFT", 1, random.choice(GIFT_CARDS), gift_card=True)
        lines = [card] if random.random() < 0.5 else [*lines, card]
    return tuple(lines)


def _discount(random: Random, promotion: Promotion | None) -> tuple[str | None, float]:
    if promotion and random.random() < 0.7:
        return promotion.name.upper().replace(" ", ""), promotion.discount
    if random.random() < 0.16:
        return pick(random, (("WELCOME10", 0.10), ("TRAIL15", 0.15)), (3, 1))
    return None, 0.0


def priced(
    line: Line, index: int, *, discount_rate: float, tax_rate: float, taxes_included: bool
) -> Sale:
    """The sale of one line. With taxes inside prices the discount before tax is the smaller one."""
    price = line.quantity * line.unit_price
    if line.gift_card:
        return Sale("GIFT_CARD", "ORDER", line.quantity, price, 0, 0, index)
    discount = round(price * discount_rate)
    if not taxes_included:
        tax = round((price - discount) * tax_rate)
        return Sale("PRODUCT", "ORDER", line.quantity, price - discount + tax, discount, tax, index)
    total = price - discount
    tax = round(total * tax_rate / (1 + tax_rate))
    before_tax = round(discount / (1 + tax_rate))
    return Sale("PRODUCT", "ORDER", line.quantity, total, before_tax, tax, index)


def _shipping(random: Random, goods: int, tax_rate: float, shop: Shop) -> Sale | None:
    """Shipping is free from a value on; a free-shipping code makes it a discounted fee."""
    if goods == 0 or goods >= FREE_FROM:
        return None
    discount = SHIPPING_FEE if random.random() < 0.05 else 0
    fee = SHIPPING_FEE - discount
    tax = round(fee * tax_rate / (1 + tax_rate)) if shop.taxes_included else 0
    return Sale("SHIPPING", "ORDER", 1, fee, discount, tax)


def draw_basket(random: Random, shop: Shop, promotion: Promotion | None, *, duty: bool) -> Basket:
    """A basket and its sales."""
    lines = _draw_lines(random)
    code, rate = _discount(random, promotion)
    if shop.taxes_included:
        tax_rate = 0.19
    else:
        tax_rate, _ = pick(random, TAX_RATES, [weight for _, weight in TAX_RATES])
    sales = [
        priced(
            line,
            index,
            discount_rate=rate,
            tax_rate=tax_rate,
            taxes_included=shop.taxes_included,
        )
        for index, line in enumerate(lines)
    ]
    goods = sum(sale.total - sale.tax for sale in sales if sale.line_type == "PRODUCT")
    shipping = _shipping(random, goods, tax_rate, shop)
    if shipping:
        sales.append(shipping)
    if duty and goods:
        sales.append(Sale("DUTY", "ORDER", 1, goods * 12 // 100, 0, 0))
    return Basket(lines, tuple(sales), code, tax_rate)
