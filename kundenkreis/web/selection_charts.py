"""The portfolio of accounts as SVG: geometry only, from plain numbers; colours are the style sheet's. Drawn wide and for a phone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from markupsafe import Markup, escape

from kundenkreis.web import formats
from kundenkreis.web.market_charts import FOOT, both

FIELDS = 4  # in each direction
NAMED = 12  # bubbles with their name beside them
QUADRANTS = {
    "star": lazy("star customers"), "development": lazy("development customers"), "yield": lazy("yield customers"),
    "incidental": lazy("incidental customers"),
}  # fmt: skip


@dataclass(frozen=True)
class Bubble:
    """An account; both axes from 0 to 100. `amount` is said of it."""

    name: str
    tier: str
    attractiveness: int
    position: int
    revenue: Decimal
    amount: str
    url: str


@dataclass(frozen=True)
class Cell:
    """A field with the accounts that are not drawn: `up` and `across` from 0 to 3."""

    up: int
    across: int
    number: int
    url: str


def portfolio(bubbles: Sequence[Bubble], cells: Sequence[Cell], title: str) -> Markup:
    """Our position from left to right, attractiveness from the bottom up; area means revenue. Every bubble and every field's rest is a link."""
    return both(lambda width, height: _plane(bubbles, cells, width, height), title, (1000, 560), (358, 460))


def _plane(bubbles: Sequence[Bubble], cells: Sequence[Cell], width: int, height: int) -> str:
    floor = height - FOOT
    parts = [
        f'<line class="chart-axis" x1="{width / 2:.1f}" x2="{width / 2:.1f}" y1="0" y2="{floor}"/>',
        f'<line class="chart-axis" x1="0" x2="{width}" y1="{floor / 2:.1f}" y2="{floor / 2:.1f}"/>',
    ]
    words = (
        (8, 18, "start", QUADRANTS["development"]), (width - 8, 18, "end", QUADRANTS["star"]),
        (8, floor - 8, "start", QUADRANTS["incidental"]), (width - 8, floor - 8, "end", QUADRANTS["yield"]),
        (8, height - 8, "start", _("weak position")), (width - 8, height - 8, "end", _("strong position →")),
    )  # fmt: skip
    parts += [
        f'<text x="{x}" y="{at}" text-anchor="{anchor}">{escape(str(name))}</text>' for x, at, anchor, name in words
    ]
    parts += [_cell(one, width, floor) for one in cells]
    most = max((float(one.revenue) for one in bubbles), default=0.0) or 1.0
    large = min(width, 700) / 22
    for place, one in enumerate(sorted(bubbles, key=lambda bubble: -bubble.revenue)):
        radius = max(large * math.sqrt(max(float(one.revenue) / most, 0.0)), 3.0)
        x = 14 + (width - 28) * one.position / 100
        y = 14 + (floor - 28) * (1 - one.attractiveness / 100)
        parts.append(_bubble(one, x, y, radius, width, named=place < (NAMED if width > 500 else 4)))
    return "".join(parts)


def _bubble(one: Bubble, x: float, y: float, radius: float, width: int, *, named: bool) -> str:
    anchor, beside = ("end", x - radius - 3) if x > width / 2 else ("start", x + radius + 3)
    said = escape(
        _("%(name)s: attractiveness %(attractiveness)s, our position %(position)s, %(amount)s")
        % {"name": one.name, "attractiveness": one.attractiveness, "position": one.position, "amount": one.amount}
    )
    text = (
        f'<text class="chart-direct" x="{beside:.1f}" y="{y + 4:.1f}" text-anchor="{anchor}">{escape(one.name[:24])}</text>'
        if named
        else ""
    )
    return (
        f'<a href="{escape(one.url)}" aria-label="{said}"><title>{said}</title>'
        f'<circle class="quad-bubble tier-bubble-{escape(one.tier.lower() or "none")}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>{text}</a>'
    )


def _cell(one: Cell, width: int, floor: int) -> str:
    """How many more lie in a field, in its middle."""
    x, y = width * (one.across + 0.5) / FIELDS, floor * (FIELDS - one.up - 0.5) / FIELDS
    text = "+" + formats.number(one.number)
    said = escape(_("%(count)s more accounts in this field") % {"count": formats.number(one.number)})
    return (
        f'<a href="{escape(one.url)}" aria-label="{said}"><title>{said}</title>'
        f'<text class="chart-more" x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{text}</text></a>'
    )
