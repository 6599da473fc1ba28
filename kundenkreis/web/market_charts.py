"""The two pictures of the market as SVG: the Ansoff matrix and the portfolio. Geometry only, from plain numbers; colours are the style sheet's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from kundenkreis.web import formats

WIDTH, HEIGHT = 640, 360
_LEFT, _BOTTOM = 8, 28
_LARGEST = 52.0  # radius of the largest bubble
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


def _area(share: float) -> float:
    """The radius of a bubble whose area means the share of the largest one."""
    return _LARGEST * math.sqrt(max(share, 0.0))


def ansoff(quarters: Sequence[Quarter], title: str) -> Markup:
    """Four fields, products from left to right, markets from the top down; bubbles mean revenue by their area. Each is a link."""
    most = max((one.share for one in quarters), default=0.0) or 1.0
    parts = []
    half, tall = WIDTH / 2, (HEIGHT - _BOTTOM) / 2
    for place, one in enumerate(quarters):
        x, y = half * (place % 2), tall * (place // 2)
        said = f"{one.name}: {one.amount} ({formats.percent(100 * one.share, 1)})"
        parts.append(
            f'<a href="{escape(one.url)}" aria-label="{escape(said)}"><rect class="quad" x="{x + 2:.0f}" y="{y + 2:.0f}"'
            f' width="{half - 4:.0f}" height="{tall - 4:.0f}" rx="6"/>'
            f'<circle class="quad-bubble" cx="{x + half - 68:.0f}" cy="{y + tall / 2:.0f}" r="{_area(one.share / most):.1f}"/>'
            f'<text class="chart-direct" x="{x + 16:.0f}" y="{y + 28:.0f}">{escape(one.name)}</text>'
            f'<text x="{x + 16:.0f}" y="{y + 48:.0f}">{escape(one.amount)}</text>'
            f'<text x="{x + 16:.0f}" y="{y + 66:.0f}">{escape(formats.percent(100 * one.share, 1))}</text></a>'
        )
    names = (_("existing products"), _("new products"))
    for place, name in enumerate(names):
        parts.append(f'<text x="{half * place + 16:.0f}" y="{HEIGHT - 8}">{escape(name)} →</text>')
    return _svg(parts, title)


def portfolio(bubbles: Sequence[Bubble], title: str, fast: Decimal) -> Markup:
    """Relative share from right (small) to left (large) by its logarithm, growth from the bottom up; area means our revenue."""
    if not bubbles:
        return Markup("")
    most = max(float(one.revenue) for one in bubbles) or 1.0
    low = min(*(float(one.growth) for one in bubbles), 0.0) - 0.02
    high = max(*(float(one.growth) for one in bubbles), float(fast) * 2) + 0.02

    def y(growth: Decimal | float) -> float:
        return 12 + (HEIGHT - _BOTTOM - 24) * (1 - (float(growth) - low) / (high - low))

    middle, cut = _x(Decimal(1)), y(fast)
    parts = [
        f'<line class="chart-axis" x1="{middle:.1f}" x2="{middle:.1f}" y1="0" y2="{HEIGHT - _BOTTOM}"/>',
        f'<line class="chart-axis" x1="0" x2="{WIDTH}" y1="{cut:.1f}" y2="{cut:.1f}"/>',
    ]
    corners = (
        (_LEFT, 16, "start", _("stars")), (WIDTH - 8, 16, "end", _("question marks")),
        (_LEFT, HEIGHT - _BOTTOM - 8, "start", _("cash cows")), (WIDTH - 8, HEIGHT - _BOTTOM - 8, "end", _("poor dogs")),
    )  # fmt: skip
    parts += [f'<text x="{x}" y="{at}" text-anchor="{anchor}">{escape(name)}</text>' for x, at, anchor, name in corners]
    for one in sorted(bubbles, key=lambda bubble: -bubble.revenue):
        x, at = _x(one.relative), y(one.growth)
        said = f"{one.name}: {one.amount}"
        radius = max(_area(float(one.revenue) / most) * 0.6, 3.0)
        anchor = "end" if x > WIDTH * 0.7 else "start"
        beside = x - radius - 4 if anchor == "end" else x + radius + 4
        parts.append(
            f'<a href="{escape(one.url)}" aria-label="{escape(said)}"><circle class="quad-bubble" cx="{x:.1f}" cy="{at:.1f}" r="{radius:.1f}">'
            f"<title>{escape(said)}</title></circle>"
            f'<text class="chart-direct" x="{beside:.1f}" y="{at + 4:.1f}" text-anchor="{anchor}">{escape(one.name[:40])}</text></a>'
        )
    axis = ((_("← larger than the largest competitor"), _LEFT, "start"), (_("smaller →"), WIDTH - 8, "end"))
    parts += [
        f'<text x="{x}" y="{HEIGHT - 8}" text-anchor="{anchor}">{escape(name)}</text>' for name, x, anchor in axis
    ]
    return _svg(parts, title)


def _x(relative: Decimal) -> float:
    low, high = (math.log2(float(edge)) for edge in _SHARES)
    at = min(max(math.log2(max(float(relative), 1e-6)), low), high)
    return 24 + (WIDTH - 48) * (1 - (at - low) / (high - low))


def _svg(parts: Sequence[str], title: str) -> Markup:
    drawn = Markup("".join(parts))  # noqa: S704 (numbers, and texts escaped above)
    return Markup('<svg viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>').format(WIDTH, HEIGHT, title, drawn)
