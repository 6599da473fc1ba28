"""The two pictures of the market as SVG: the Ansoff matrix and the portfolio. Geometry only, from plain numbers; colours are the style sheet's.

Each is drawn once wide and once for a phone, as the other charts are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from kundenkreis.web import formats

_WIDE, _PHONE = (1000, 380), (358, 380)
FOOT = 26  # for the words below the picture
_SHARES = (Decimal("0.125"), Decimal(8))  # relative shares at the right and left edge


@dataclass(frozen=True)
class Quarter:
    """A field of the Ansoff matrix: how it is called, its revenue as text, its share of all, and where its rows are."""

    name: str
    amount: str
    share: float
    url: str


@dataclass(frozen=True)
class Bubble:
    """A segment in the portfolio. `relative` and `growth` as in `market.portfolio`; `amount` is said of it."""

    name: str
    relative: Decimal
    growth: Decimal
    revenue: Decimal
    amount: str
    url: str


def ansoff(quarters: Sequence[Quarter], title: str) -> Markup:
    """Four fields, products from left to right, markets from the top down; bubbles mean revenue by their area. Each is a link."""
    return both(lambda width, height: _fields(quarters, width, height), title)


def _fields(quarters: Sequence[Quarter], width: int, height: int) -> str:
    most = max((one.share for one in quarters), default=0.0) or 1.0
    half, tall = width / 2, (height - FOOT) / 2
    largest = min(half / 4, tall / 2) - 10
    parts = []
    for place, one in enumerate(quarters):
        x, y = half * (place % 2), tall * (place // 2)
        share = formats.percent(100 * one.share, 1)
        radius = max(largest * math.sqrt(max(one.share, 0.0) / most), 1.5 if one.share > 0 else 0)
        lines = ((one.name, "chart-direct"), (one.amount, ""), (share, ""))
        texts = "".join(
            f'<text class="{kind}" x="{x + 14:.0f}" y="{y + 26 + 18 * line:.0f}">{escape(text)}</text>'
            for line, (text, kind) in enumerate(lines)
        )
        parts.append(
            f'<a href="{escape(one.url)}" aria-label="{escape(f"{one.name}: {one.amount} ({share})")}">'
            f'<rect class="quad" x="{x + 2:.0f}" y="{y + 2:.0f}" width="{half - 4:.0f}" height="{tall - 4:.0f}" rx="6"/>'
            f'<circle class="quad-bubble" cx="{x + half - largest - 16:.0f}" cy="{y + tall - largest - 12:.0f}" r="{radius:.1f}"/>{texts}</a>'
        )
    for place, name in enumerate((_("existing products"), _("new products"))):
        parts.append(f'<text x="{half * place + 14:.0f}" y="{height - 8}">{escape(name)}</text>')
    return "".join(parts)


def portfolio(bubbles: Sequence[Bubble], title: str, fast: Decimal) -> Markup:
    """Relative share from right (small) to left (large) by its logarithm, growth from the bottom up; area means our revenue."""
    if not bubbles:
        return Markup("")
    return both(lambda width, height: _plane(bubbles, fast, width, height), title)


def _plane(bubbles: Sequence[Bubble], fast: Decimal, width: int, height: int) -> str:
    low = min(*(float(one.growth) for one in bubbles), 0.0) - 0.02
    high = max(*(float(one.growth) for one in bubbles), float(fast) * 2) + 0.02
    floor = height - FOOT

    def y(growth: Decimal) -> float:
        return 12 + (floor - 24) * (1 - (float(growth) - low) / (high - low))

    middle, cut = _x(Decimal(1), width), y(fast)
    parts = [
        f'<line class="chart-axis" x1="{middle:.1f}" x2="{middle:.1f}" y1="0" y2="{floor}"/>',
        f'<line class="chart-axis" x1="0" x2="{width}" y1="{cut:.1f}" y2="{cut:.1f}"/>',
    ]
    words = (
        (8, 16, "start", _("stars")), (width - 8, 16, "end", _("question marks")),
        (8, floor - 8, "start", _("cash cows")), (width - 8, floor - 8, "end", _("poor dogs")),
        (8, height - 8, "start", _("← larger than the largest competitor")), (width - 8, height - 8, "end", _("smaller →")),
    )  # fmt: skip
    parts += [f'<text x="{x}" y="{at}" text-anchor="{anchor}">{escape(name)}</text>' for x, at, anchor, name in words]
    most = max(float(one.revenue) for one in bubbles) or 1.0
    for one in sorted(bubbles, key=lambda bubble: -bubble.revenue):
        radius = max(32 * math.sqrt(max(float(one.revenue) / most, 0.0)), 3.0)
        parts.append(_bubble(one, _x(one.relative, width), y(one.growth), radius, width))
    return "".join(parts)


def _bubble(one: Bubble, x: float, y: float, radius: float, width: int) -> str:
    """With its name on the side where there is room."""
    anchor, beside = ("end", x - radius - 4) if x > width / 2 else ("start", x + radius + 4)
    said = escape(f"{one.name}: {one.amount}")
    return (
        f'<a href="{escape(one.url)}"><title>{said}</title><circle class="quad-bubble" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
        f'<text class="chart-direct" x="{beside:.1f}" y="{y + 4:.1f}" text-anchor="{anchor}">{escape(one.name[:40])}</text></a>'
    )


def _x(relative: Decimal, width: int) -> float:
    low, high = (math.log2(float(edge)) for edge in _SHARES)
    at = min(max(math.log2(max(float(relative), 1e-6)), low), high)
    return 36 + (width - 72) * (1 - (at - low) / (high - low))


def both(
    draw: Callable[[int, int], str], title: str, wide: tuple[int, int] = _WIDE, phone: tuple[int, int] = _PHONE
) -> Markup:
    """A picture in its two sizes, of which the style sheet shows one."""
    found = Markup("")
    for kind, (width, height) in (("wide", wide), ("phone", phone)):
        drawn = Markup(draw(width, height))  # noqa: S704 (numbers, and texts escaped above)
        found += Markup('<svg class="chart-{}" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>').format(
            kind, width, height, title, drawn
        )
    return found
