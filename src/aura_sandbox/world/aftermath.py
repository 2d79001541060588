"""What happens to an order after its sale: edits, returns, refunds, cancellation.

It keeps what is left of every line, so that nothing comes back twice and a full return is exact.
"""

from __future__ import annotations

from random import Random

from aura_sandbox.world.orders import Action, Agreement, Line, Reason, Refund, Sale

DAY = 86_400


def portion(sale: Sale, quantity: int) -> Sale:
    """This many units of a sale, rounded down; all of them are exactly the sale."""
    whole = sale.quantity or 1
    if quantity >= whole:
        return sale
    return sale._replace(
        quantity=quantity,
        total=sale.total * quantity // whole,
        discount=sale.discount * quantity // whole,
        tax=sale.tax * quantity // whole,
    )


def reversed_sale(sale: Sale) -> Sale:
    """The sale taken back."""
    return sale._replace(
        action="RETURN",
        quantity=None if sale.quantity is None else -sale.quantity,
        total=-sale.total,
        discount=-sale.discount,
        tax=-sale.tax,
    )


class Aftermath:
    """What follows one order; `agreements`, `refunds`, `added` lines, `cancelled_at` result."""

    def __init__(self, number: int, first: Agreement) -> None:
        self.agreements = [first]
        self.refunds: list[Refund] = []
        self.cancelled_at: int | None = None
        self.added: list[Line] = []
        self._number = number
        self._left: list[Sale] = list(first.sales)

    @property
    def last_at(self) -> int:
        """When the newest thing happened."""
        return self.agreements[-1].at

    def _agree(self, reason: Reason, at: int, sales: list[Sale]) -> None:
        self.agreements.append(
            Agreement(self._number * 10 + len(self.agreements), reason, at, tuple(sales))
        )

    def _refund(self, at: int, sales: list[Sale], note: str | None) -> None:
        number = self._number * 10 + len(self.refunds)
        self.refunds.append(Refund(number, at, -sum(sale.total for sale in sales), note))

    def _take(self, index: int, quantity: int) -> Sale:
        """Take units of what is left of a line."""
        sale = self._left[index]
        taken = portion(sale, quantity)
        self._left[index] = sale._replace(
            quantity=(sale.quantity or 1) - (taken.quantity or 1),
            total=sale.total - taken.total,
            discount=sale.discount - taken.discount,
            tax=sale.tax - taken.tax,
        )
        return reversed_sale(taken)

    def _returnable(self) -> list[int]:
        return [
            index
            for index, sale in enumerate(self._left)
            if sale.line_type == "PRODUCT" and (sale.quantity or 0) > 0
        ]

    def everything_back(self, at: int, *, note: str, money: bool) -> None:
        """All that is left goes back: a cancellation or a full refund."""
        sales = [
            self._take(index, sale.quantity or 1)
            for index, sale in enumerate(self._left)
            if (sale.quantity or 0) > 0
        ]
        if sales:
            self._agree("REFUND", at, sales)
            if money:
                self._refund(at, sales, note)

    def cancel(self, at: int, *, paid: bool) -> None:
        """The order is called off."""
        self.cancelled_at = at
        self.everything_back(at, note="Cancelled", money=paid)

    def some_back(self, random: Random, at: int) -> None:
        """Some units of some lines come back; now and then through a return that was announced."""
        indexes = self._returnable()
        if not indexes:
            return
        chosen = random.sample(indexes, random.randint(1, len(indexes)))
        sales = [
            self._take(index, random.randint(1, self._left[index].quantity or 1))
            for index in sorted(chosen)
        ]
        self._agree("RETURN" if random.random() < 0.2 else "REFUND", at, sales)
        self._refund(at, sales, None)

    def goodwill(self, random: Random, at: int) -> None:
        """Money back for no goods: an adjustment."""
        limit = sum(sale.total for sale in self._left if sale.line_type == "PRODUCT")
        amount = min(random.choice((500, 800, 1000, 1500)), limit)
        if amount > 0:
            sale = Sale("ADJUSTMENT", "RETURN", None, -amount, 0, 0)
            self._agree("REFUND", at, [sale])
            self._refund(at, [sale], "Sorry for the late parcel")

    def edit(self, random: Random, at: int, line: Line, extra: Sale) -> None:
        """The order is edited: a line more, a unit less, or a price reduction."""
        indexes = self._returnable()
        choice = random.random()
        if choice < 0.5 or not indexes:
            self._left.append(extra)
            self.added.append(line)
            self._agree("ORDER_EDIT", at, [extra])
            return
        index = random.choice(indexes)
        if choice < 0.75:
            self._agree("ORDER_EDIT", at, [self._take(index, 1)])
            return
        sale = self._left[index]
        cut = min(1000, (sale.total - sale.tax) // 2)
        tax = sale.tax * cut // max(1, sale.total - sale.tax)
        self._left[index] = sale._replace(
            total=sale.total - cut - tax, discount=sale.discount + cut, tax=sale.tax - tax
        )
        action: Action = "UPDATE"
        change = Sale("PRODUCT", action, 0, -cut - tax, cut, -tax, sale.line)
        self._agree("ORDER_EDIT", at, [change])
