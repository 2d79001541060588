"""Money as Shopify writes it: decimal text with at least one decimal, in two currencies at once."""

from __future__ import annotations

from functools import lru_cache

from aura_sandbox.world.orders import Presentment

_DECIMALS = {"JPY": 0, "KWD": 3}
Money = dict[str, str]
MoneyBag = dict[str, Money]


def amount_text(minor: int, decimals: int = 2) -> str:
    """`1230` is "12.3", `1200` is "12.0", as in the live API."""
    sign, minor = ("-", -minor) if minor < 0 else ("", minor)
    whole, part = divmod(minor, 10**decimals)
    fraction = f"{part:0{decimals}d}".rstrip("0") if decimals else ""
    return f"{sign}{whole}.{fraction or '0'}"


@lru_cache(maxsize=65_536)
def money_bag(minor: int, currency: str, presentment: Presentment | None) -> MoneyBag:
    """A MoneyBag of an amount in minor units of the shop's currency."""
    shop: Money = {"amount": amount_text(minor), "currencyCode": currency}
    if presentment is None:
        return {"shopMoney": shop, "presentmentMoney": shop}
    decimals = _DECIMALS.get(presentment.currency, 2)
    paid = round(minor / 100 * presentment.rate * 10**decimals)
    return {
        "shopMoney": shop,
        "presentmentMoney": {
            "amount": amount_text(paid, decimals),
            "currencyCode": presentment.currency,
        },
    }
