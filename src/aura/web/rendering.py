"""The templates' environment: everything is escaped, an unknown name is an error."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from aura.model import PLATFORM_NAMES
from aura.reports import present
from aura.reports.comparisons import KINDS
from aura.reports.periods import NAMED
from aura.web.assets import asset_path
from aura.web.heads import remedy_page


@cache
def environment() -> Environment:
    """The environment with the words that templates use."""
    made = Environment(
        loader=PackageLoader("aura.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["asset"] = asset_path
    made.globals["platform_names"] = PLATFORM_NAMES
    made.globals["range_names"] = NAMED
    made.globals["comparison_names"] = KINDS
    made.filters["remedy_page"] = remedy_page
    made.filters["day"] = present.day
    made.filters["day_with_year"] = present.day_with_year
    made.filters["day_range"] = present.day_range
    made.filters["money_exact"] = present.money_exact
    made.filters["count"] = present.count
    made.filters["grouped"] = "{:,}".format
    return made
