"""The brands of the person who asks, alone and side by side."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from aura.api.answers import BrandAnswer, ConvertedAnswer, FigureAnswer
from aura.api.asking import Caller, PartsPart
from aura.reports.periods import DEFAULT_PRESET, preset_of
from aura.reports.portfolio import (
    Portfolio,
    Together,
    brands_question,
    display_currency,
    portfolio,
)
from aura.store import reports

routes = APIRouter()


class Brands(BaseModel):
    """Every brand of the person, by name."""

    brands: list[BrandAnswer]


class BrandLineAnswer(BaseModel):
    """A brand with its figures by metric, in its own currency, and what waits for a person."""

    brand: BrandAnswer
    figures: dict[str, FigureAnswer]
    data: str
    data_sentence: str
    open_insights: int
    open_data_findings: int


class SumAnswer(BaseModel):
    """A metric over `brands` brands; `note` names those that are left out, and why."""

    value: Decimal | None
    brands: int
    note: str | None


class TogetherAnswer(BaseModel):
    """All brands together in one currency, each row converted at its own day's rate."""

    currency: str
    figures: dict[str, SumAnswer]
    converted: list[ConvertedAnswer]

    @classmethod
    def of(cls, together: Together) -> TogetherAnswer:
        """From the report."""
        return cls(
            currency=together.currency,
            figures={
                one.metric.key: SumAnswer(value=one.value, brands=one.brands, note=one.note)
                for one in together.sums
            },
            converted=[ConvertedAnswer.of(one) for one in together.converted],
        )


class PortfolioAnswer(BaseModel):
    """Every brand over its last `days` days, each ending yesterday in its own time zone."""

    days: int
    brands: list[BrandLineAnswer]
    together: TogetherAnswer | None

    @classmethod
    def of(cls, report: Portfolio) -> PortfolioAnswer:
        """From the report."""
        return cls(
            days=report.days,
            brands=[
                BrandLineAnswer(
                    brand=BrandAnswer.of(line.brand),
                    figures={figure.metric.key: FigureAnswer.of(figure) for figure in line.figures},
                    data=line.data,
                    data_sentence=line.data_sentence,
                    open_insights=line.waiting.insights,
                    open_data_findings=line.waiting.health,
                )
                for line in report.lines
            ],
            together=None if report.together is None else TogetherAnswer.of(report.together),
        )


@routes.get("/brands")
async def list_brands(parts: PartsPart, person: Caller) -> Brands:
    """The person's brands."""
    async with parts.database.as_user(person.id) as connection:
        found = await reports.brands(connection)
    return Brands(brands=[BrandAnswer.of(brand) for brand in found])


@routes.get("/overview")
async def all_brands(
    parts: PartsPart,
    person: Caller,
    days: Annotated[str, Query(description="7, 28, 91 or 365.")] = str(DEFAULT_PRESET),
    search: Annotated[str, Query(description="Part of a brand's name.")] = "",
    sort: Annotated[str, Query(description="A metric of the answer, or name.")] = "",
    order: Annotated[str, Query(description="asc or desc.")] = "",
    currency: Annotated[str, Query(description="Adds a sum of all brands in it.")] = "",
) -> PortfolioAnswer:
    """The person's brands side by side."""
    report = await portfolio(
        parts.database,
        user_id=person.id,
        days=preset_of({"days": days}),
        question=brands_question({"search": search, "sort": sort, "order": order}),
        now=parts.clock(),
        currency=display_currency({"currency": currency}),
    )
    return PortfolioAnswer.of(report)
