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
NAMED = 14  # bubbles with their name beside them, at most
_LETTER, _LINE = 7.5, 16  # about as wide is a letter, as high a line
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
    taken: list[tuple[float, float, float]] = []
    for one in sorted(bubbles, key=lambda bubble: -bubble.revenue):
        radius = max(large * math.sqrt(max(float(one.revenue) / most, 0.0)), 3.0)
        x = 14 + (width - 28) * one.position / 100
        y = 14 + (floor - 28) * (1 - one.attractiveness / 100)
        beside = _label(one, x, y, radius, width, taken) if len(taken) < NAMED else ""
        parts.append(_bubble(one, x, y, radius, beside))
    return "".join(parts)


def _label(one: Bubble, x: float, y: float, radius: float, width: int, taken: list[tuple[float, float, float]]) -> str:
    """The name on the side where there is room; nothing where another name stands already."""
    name, to_left = one.name[:24], x > width / 2
    long = len(name) * _LETTER
    first = x - radius - 3 - long if to_left else x + radius + 3
    if first < 0 or any(abs(y - at) < _LINE and first < end and begin < first + long for begin, end, at in taken):
        return ""
    taken.append((first, first + long, y))
    beside, anchor = (x - radius - 3, "end") if to_left else (first, "start")
    return f'<text class="chart-direct" x="{beside:.1f}" y="{y + 4:.1f}" text-anchor="{anchor}">{escape(name)}</text>'


def _bubble(one: Bubble, x: float, y: float, radius: float, text: str) -> str:
    said = escape(
        _("%(name)s: attractiveness %(attractiveness)s, our position %(position)s, %(amount)s")
        % {"name": one.name, "attractiveness": one.attractiveness, "position": one.position, "amount": one.amount}
    )
    return (
        f'<a href="{escape(one.url)}"><title>{said}</title>'
        f'<circle class="quad-bubble tier-bubble-{escape(one.tier.lower() or "none")}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>{text}</a>'
    )


def _cell(one: Cell, width: int, floor: int) -> str:
    """How many more lie in a field, in its lower corner."""
    x = width * (one.across + 1) / FIELDS - 12
    y = floor * (FIELDS - one.up) / FIELDS - (28 if one.up == 0 else 10)
    text = "+" + formats.number(one.number)
    said = escape(_("%(count)s more accounts in this field") % {"count": formats.number(one.number)})
    return (
        f'<a href="{escape(one.url)}"><title>{said}</title>'
        f'<text class="chart-more" x="{x:.1f}" y="{y:.1f}" text-anchor="end">{text}</text></a>'
    )
