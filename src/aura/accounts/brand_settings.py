"""What a brand is read in: its currency, its time zone, and what it calls revenue.

In: texts of a form or of the shell. Out: nothing, or FieldsError with what is wrong with each. The
public tables stay as they are: only how Aura's figures are read changes.
"""

from __future__ import annotations

from typing import Final, get_args
from uuid import UUID

from aura.accounts.brands import check_currency, check_timezone
from aura.errors import FieldsError, InputError, NotFoundError
from aura.store import brands as store
from aura.store.database import Database
from aura.store.reports import RevenueBasis

REVENUE_BASES: Final[tuple[RevenueBasis, ...]] = get_args(RevenueBasis)


async def change_settings(
    database: Database,
    *,
    user_id: UUID,
    brand_id: UUID,
    currency: str,
    timezone: str,
    revenue_basis: str,
) -> None:
    """Set all three. Raises FieldsError, NotFoundError for a brand that is not the person's."""
    problems = {}
    for name, check, text in (
        ("currency", check_currency, currency),
        ("timezone", check_timezone, timezone),
        ("revenue_basis", check_revenue_basis, revenue_basis),
    ):
        try:
            check(text)
        except InputError as error:
            problems[name] = error.message
    if problems:
        raise FieldsError(problems)
    async with database.as_user(user_id) as connection:
        is_theirs = await store.change_brand(
            connection,
            user_id=user_id,
            brand_id=brand_id,
            currency=check_currency(currency),
            timezone=check_timezone(timezone),
        )
        if not is_theirs:
            raise NotFoundError("This brand does not exist, or it is not yours.")
        await store.choose_revenue_basis(
            connection, brand_id=brand_id, revenue_basis=check_revenue_basis(revenue_basis)
        )


def check_revenue_basis(text: str) -> str:
    """One of REVENUE_BASES; raises InputError for another text."""
    if text not in REVENUE_BASES:
        raise InputError("Revenue is total_sales or net_sales.")
    return text
