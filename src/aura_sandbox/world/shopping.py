"""The order book: the shop's orders day by day, each day from a generator of its own.

A later day never changes an earlier one; it may only choose its returning customers among those who
bought before. The list is sorted by the moment of processing.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from random import Random

from aura_sandbox.scenario import Event, Scenario
from aura_sandbox.world import days
from aura_sandbox.world.aftermath import DAY, Aftermath
from aura_sandbox.world.basket import Basket, draw_basket, priced
from aura_sandbox.world.catalogue import CANCEL_REASONS, FIRST_NAMES, LAST_NAMES, PRODUCTS, VISITS
from aura_sandbox.world.chance import generator, moment_in_day, pick, poisson
from aura_sandbox.world.demand import Demand
from aura_sandbox.world.orders import Agreement, Line, Order, Person, Presentment, Visit
from aura_sandbox.world.tags import Tags

HOUR = 3_600
FIRST_NUMBER = 1001
_VISIT_WEIGHTS = [visit[4] for visit in VISITS]


class OrderBook:
    """All orders up to a day, made when they are first asked for."""

    def __init__(self, seed: int, scenario: Scenario, anchor: date, demand: Demand) -> None:
        self._seed, self._scenario, self._anchor, self._demand = seed, scenario, anchor, demand
        self._tags = Tags(seed, scenario, anchor)
        self._next_day = anchor - timedelta(days=scenario.history_days)
        self.first_day = self._next_day
        self._count = 0
        self.orders: list[Order] = []
        self.people: list[Person] = []
        self._by_person: dict[int, list[Order]] = {}
        # every moment at which anything changes, to know whether two moments look alike
        self.change_moments: list[int] = []
        self._waves = [event for event in scenario.events if event.kind == "refund_wave"]

    def through(self, last: date) -> list[Order]:
        """The orders of every day up to this one."""
        if self._next_day <= last:
            while self._next_day <= last:
                self._make(self._next_day)
                self._next_day += timedelta(days=1)
            self.change_moments.sort()
        return self.orders

    def orders_of(self, person: Person) -> list[Order]:
        """All orders of somebody, oldest first."""
        return self._by_person.get(person.number, [])

    def changes_until(self, at: int) -> int:
        """How many changes have happened; equal counts mean an equal shop."""
        return bisect_right(self.change_moments, at)

    def _make(self, day: date) -> None:
        random = generator(self._seed, "orders", day)
        shop = self._scenario.shop
        count = poisson(random, shop.orders_per_day * self._demand.of(day))
        moments = [days.moment_on(day, moment_in_day(random), shop.timezone) for _ in range(count)]
        start = days.midnight(day, shop.timezone)
        length = days.midnight(day + timedelta(days=1), shop.timezone) - start
        if length != 24 * HOUR:
            # the night of a clock change is where day boundaries go wrong: it is never empty
            moments += [
                start,
                start + HOUR,
                start + 2 * HOUR + 1800,
                start + 3 * HOUR,
                start + length - 1,
            ]
        made = [self._order(random, day, at) for at in sorted(moments)]
        self.orders.extend(made)
        for order in made:
            self.change_moments.extend(order.changes)

    def _order(self, random: Random, day: date, at: int) -> Order:
        number = FIRST_NUMBER + self._count
        self._count += 1
        shop = self._scenario.shop
        person, guest, email = self._buyer(random, at)
        foreign = random.random() < shop.foreign_share
        presentment = Presentment(*random.choice(shop.presentment)) if foreign else None
        duty = shop.duties and foreign and random.random() < 0.4
        basket = draw_basket(random, shop, self._demand.promotion(day), duty=duty)
        imported = shop.imported_orders and random.random() < 0.04
        created_at = at + random.randint(1, 5) * DAY if imported else at
        first = Agreement(number * 10, "ORDER", created_at, basket.sales)
        aftermath = Aftermath(number, first)
        voided = self._afterwards(random, day, aftermath, basket, person)
        return self._recorded(
            random,
            Order(
                number=number,
                processed_at=at,
                created_at=created_at,
                person=person,
                guest=guest,
                email=email,
                test=random.random() < 0.006,
                lines=(*basket.lines, *aftermath.added),
                agreements=tuple(aftermath.agreements),
                discount_code=basket.code,
                presentment=presentment,
                source_name="pos" if person is None else "web",
                first_visit=None,
                last_visit=None,
                position=None,
                paid_at=None if voided else created_at,
                fulfilled_at=None,
                cancelled_at=aftermath.cancelled_at,
                cancel_reason=random.choice(CANCEL_REASONS) if aftermath.cancelled_at else None,
                voided=voided,
                refunds=tuple(aftermath.refunds),
            ),
        )

    def _buyer(self, random: Random, at: int) -> tuple[Person | None, bool, str | None]:
        """Who buys: nobody known (at the till), a returning customer, or somebody new."""
        if random.random() < 0.015:
            return None, True, None
        person: Person | None = None
        if len(self.people) > 20 and random.random() < self._scenario.shop.repeat_share:
            # those who bought lately come back more often
            back = int(random.expovariate(1 / (0.35 * len(self.people))))
            person = self.people[-1 - back % len(self.people)]
        if person is None:
            person = self._newcomer(random, at)
        guest = random.random() < 0.12
        email = person.email
        if guest and random.random() < 0.25:
            email = email.title()
        return person, guest, email

    def _newcomer(self, random: Random, at: int) -> Person:
        first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
        number = len(self.people) + 1
        person = Person(number, first, last, f"{first}.{last}.{number}@example.com".lower(), at)
        self.people.append(person)
        return person

    def _afterwards(
        self,
        random: Random,
        day: date,
        aftermath: Aftermath,
        basket: Basket,
        person: Person | None,
    ) -> bool:
        """Let things happen to the order; returns whether its payment was never taken."""
        created = aftermath.last_at
        if random.random() < 0.016:
            # only a returning customer's payment is voided: a newcomer's first order stands
            voided = person is not None and person.known and random.random() < 0.5
            aftermath.cancel(created + random.randint(HOUR, 36 * HOUR), paid=not voided)
            return voided
        if random.random() < 0.015:
            title, sku, price, _ = random.choice(PRODUCTS)
            line = Line(title, sku, 1, price, gift_card=False)
            extra = priced(
                line,
                len(basket.lines),
                discount_rate=0.0,
                tax_rate=basket.tax_rate,
                taxes_included=self._scenario.shop.taxes_included,
            )
            aftermath.edit(random, created + random.randint(HOUR, 60 * HOUR), line, extra)
        if not self._refund_in_wave(random, day, aftermath):
            self._refund_some_day(random, aftermath)
        return False

    def _refund_in_wave(self, random: Random, day: date, aftermath: Aftermath) -> bool:
        offset = (day - self._anchor).days
        for wave in self._waves:
            if not wave.orders or not wave.orders[0] <= offset <= wave.orders[1]:
                continue
            if random.random() < wave.factor:
                at = self._moment_in(random, wave)
                if at > aftermath.last_at:
                    aftermath.everything_back(at, note="Faulty batch", money=True)
                return True
        return False

    def _moment_in(self, random: Random, wave: Event) -> int:
        offset = random.randint(wave.first, wave.last if wave.last is not None else wave.first)
        day = self._anchor + timedelta(days=offset)
        return days.moment_on(day, 0.38 + 0.35 * random.random(), self._scenario.shop.timezone)

    def _refund_some_day(self, random: Random, aftermath: Aftermath) -> None:
        chance = random.random()
        at = aftermath.last_at + int(DAY * (3 + min(random.expovariate(1 / 6), 40)))
        if chance < 0.035:
            aftermath.everything_back(at, note="Full refund", money=True)
        elif chance < 0.075:
            aftermath.some_back(random, at)
            if random.random() < 0.15:
                aftermath.some_back(random, at + int(DAY * (1 + 5 * random.random())))
        elif chance < 0.085:
            aftermath.goodwill(random, at)

    def _recorded(self, random: Random, order: Order) -> Order:
        """Payment, fulfilment, visits and the customer's history."""
        if order.paid_at is not None and random.random() < 0.05:
            order.paid_at += random.randint(HOUR, 48 * HOUR)
        if order.cancelled_at is not None and order.paid_at is not None:
            order.paid_at = min(order.paid_at, order.cancelled_at)
        if order.cancelled_at is None and random.random() < 0.97:
            order.fulfilled_at = order.created_at + int(DAY * (0.4 + 1.6 * random.random()))
        if order.source_name == "web":
            self._came(random, order)
        person = order.person
        if person is not None:
            self._by_person.setdefault(person.number, []).append(order)
            person.known = person.known or not order.test
            if not order.guest:
                person.account_orders += not order.test
                order.position = None if order.test else person.account_orders
        moments = {
            order.created_at,
            *(agreement.at for agreement in order.agreements),
            *(moment for moment in (order.paid_at, order.fulfilled_at) if moment is not None),
        }
        order.changes = tuple(sorted(moments))
        return order

    def _came(self, random: Random, order: Order) -> None:
        last = self._visit(random, order.number, order.processed_at, (60, 5400))
        order.last_visit = order.first_visit = last
        if random.random() < 0.4:
            order.first_visit = self._visit(random, order.number, last.at, (HOUR, 14 * DAY))

    def _visit(self, random: Random, number: int, before: int, seconds: tuple[int, int]) -> Visit:
        source, utm_source, medium, campaign, _ = pick(random, VISITS, _VISIT_WEIGHTS)
        at = before - random.randint(*seconds)
        tag = self._tags.campaign(number, at, utm_source, campaign)
        return Visit(at, source, utm_source, medium, tag)
