"""Charts drawn by the server: SVG without styles or scripts; the colours come from the style sheet's tokens.

Geometry only, from plain numbers: nothing here reads the database. Lengths mean amounts, so every bar starts at zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from kundenkreis.web import formats

Figure = Decimal | float | int


@dataclass(frozen=True)
class Bar:
    """One month (or other step): its label, this year's figure, last year's, and whether it is still running."""

    label: str
    value: Figure | None
    before: Figure | None = None
    is_open: bool = False
    url: str = ""


@dataclass(frozen=True)
class Beam:
    """One line of a waterfall: from which sum to which it leads, its amount in words, and its rows. A whole stands on zero (`is_up` None)."""

    label: str
    begin: float
    end: float
    said: str
    url: str = ""
    is_up: bool | None = None


@dataclass(frozen=True)
class _Frame:
    """Pixels of the drawing and the scale from figures to heights."""

    width: int
    height: int
    low: float
    high: float
    left: int = 0
    right: int = 0
    top: int = 22
    bottom: int = 26

    def y(self, figure: Figure) -> float:
        span = self.high - self.low
        return self.top + (self.height - self.top - self.bottom) * (1 - (float(figure) - self.low) / span)

    def step(self, count: int) -> float:
        return (self.width - self.left - self.right) / max(count, 1)


def ticks(low: float, high: float, wanted: float = 3.5) -> list[float]:
    """Round figures (steps of 1, 2, 2.5 or 5 × a power of ten) between low and high, zero always among them."""
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        high = 1.0
    rough = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


def monthly_bars(bars: Sequence[Bar], *, title: str, this: str, last: str, currency: str = "EUR") -> Markup:
    """Bars of this year against a dashed line of last year, once wide and once for a phone, with direct labels.

    `this` and `last` name the two series ("2010", "2009"). An open month is drawn as an outline. Nothing sold, nothing drawn:
    the sentence above the chart says so.
    """
    figures = [float(f) for bar in bars for f in (bar.value, bar.before) if f]
    if not figures:
        return Markup("")
    low, high = min(*figures, 0.0), max(*figures, 0.0)
    lines = ticks(low, high)
    wide = _draw(bars, lines, _Frame(824, 212, low, high, right=34), currency, this, last)
    phone = _draw(bars, lines, _Frame(358, 190, low, high, right=34), currency, this, last)
    # A picture, unless its months are links: what is in a picture, no screen reader comes to.
    role = "group" if any(bar.url for bar in bars) else "img"
    return Markup(
        '<svg class="chart-wide" viewBox="0 0 824 212" role="{3}" aria-label="{0}">{1}</svg>'
        '<svg class="chart-phone" viewBox="0 0 358 190" role="{3}" aria-label="{0}">{2}</svg>'
    ).format(title, wide, phone, role)


def _draw(bars: Sequence[Bar], lines: list[float], frame: _Frame, currency: str, this: str, last: str) -> Markup:
    step = frame.step(len(bars))
    width = round(min(step * 0.6, 44), 1)
    parts = [_grid(lines, frame, currency)]
    for index, bar in enumerate(bars):
        middle = frame.left + step * (index + 0.5)
        parts.append(_bar(bar, middle, width, frame))
        narrow = step < 34
        label = bar.label[:1] if narrow else bar.label
        parts.append(f'<text x="{middle:.1f}" y="{frame.height - 6}" text-anchor="middle">{escape(label)}</text>')
    parts.append(_last_line(bars, frame, step))
    parts.append(_names(bars, frame, step, this, last))
    for index, bar in enumerate(bars):
        parts.append(_hit(bar, frame.left + step * index, step, frame, currency, this, last))
    return Markup("".join(parts))  # noqa: S704 (numbers, and labels escaped above)


def _grid(lines: list[float], frame: _Frame, currency: str) -> str:
    parts = []
    for line in lines:
        y = frame.y(line)
        kind = "chart-axis" if line == 0 else "chart-grid"
        parts.append(f'<line class="{kind}" x1="0" x2="{frame.width}" y1="{y:.1f}" y2="{y:.1f}"/>')
        if line:
            text = escape(formats.short(Decimal(str(line))))
            parts.append(f'<text x="{frame.width}" y="{y - 5:.1f}" text-anchor="end">{text}</text>')
    return "".join(parts)


def _bar(bar: Bar, middle: float, width: float, frame: _Frame) -> str:
    if not bar.value:
        return ""
    zero, top = frame.y(0), frame.y(bar.value)
    height = abs(zero - top)
    radius = min(3.0, height / 2)
    kind = "chart-bar-negative" if bar.value < 0 else "chart-bar-open" if bar.is_open else "chart-bar"
    return (
        f'<rect class="{kind}" x="{middle - width / 2:.1f}" y="{min(zero, top):.1f}" width="{width}"'
        f' height="{max(height, 0.5):.1f}" rx="{radius:.1f}"/>'
    )


def _points(bars: Sequence[Bar], frame: _Frame, step: float) -> list[tuple[float, float]]:
    return [
        (frame.left + step * (i + 0.5), frame.y(bar.before)) for i, bar in enumerate(bars) if bar.before is not None
    ]


def _last_line(bars: Sequence[Bar], frame: _Frame, step: float) -> str:
    points = _points(bars, frame, step)
    if len(points) < 2:
        return ""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    # A line in the page's colour below keeps the dashes readable where they cross a bar.
    return f'<polyline class="chart-last-case" points="{path}"/><polyline class="chart-last" points="{path}"/>'


def _names(bars: Sequence[Bar], frame: _Frame, step: float, this: str, last: str) -> str:
    """Each series carries its name once, where it ends; so no legend has to be looked up."""
    parts = []
    done = [(i, bar) for i, bar in enumerate(bars) if bar.value and not bar.is_open]
    if done:
        index, bar = max(done, key=lambda pair: float(pair[1].value or 0))
        x, y = frame.left + step * (index + 0.5), frame.y(max(bar.value or 0, 0)) - 6
        before = bar.before is not None and abs(frame.y(bar.before) - y) < 10
        parts.append(_name(x, y - (8 if before else 0), this, "middle"))
    points = _points(bars, frame, step)
    if len(points) > 1:
        x, y = points[-1]
        parts.append(_name(x, y - 8, last, "middle"))
    return "".join(parts)


def _name(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text class="chart-direct" x="{x:.1f}" y="{max(y, 11):.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _hit(bar: Bar, x: float, step: float, frame: _Frame, currency: str, this: str, last: str) -> str:
    """An invisible column that says the exact figures on hover and opens its rows."""
    said = _("%(label)s: %(amount)s") % {
        "label": f"{bar.label} {this}",
        "amount": formats.money(bar.value, currency, 0),
    }
    if bar.before is not None:
        said += f" · {last}: {formats.money(bar.before, currency, 0)}"
    rect = (
        f'<rect class="chart-hit" x="{x:.1f}" y="{frame.top}" width="{step:.1f}"'
        f' height="{frame.height - frame.top - frame.bottom}"><title>{escape(said)}</title></rect>'
    )
    return f'<a href="{escape(bar.url)}" aria-label="{escape(said)}">{rect}</a>' if bar.url else rect


def waterfall(beams: Sequence[Beam], *, title: str) -> Markup:
    """From one sum over its changes to another, each line below the other, once wide and once for a phone. Lengths mean amounts."""
    reach = [figure for beam in beams for figure in (beam.begin, beam.end)]
    low, high = min(*reach, 0.0), max(*reach, 0.0)
    if low == high:
        return Markup("")
    wide, phone = (
        _beams(beams, low, high, width, left, right) for width, left, right in ((824, 200, 120), (358, 128, 84))
    )
    height = len(beams) * _LINE
    return Markup(
        '<svg class="chart-wide" viewBox="0 0 824 {3}" role="group" aria-label="{0}">{1}</svg>'
        '<svg class="chart-phone" viewBox="0 0 358 {3}" role="group" aria-label="{0}">{2}</svg>'
    ).format(title, wide, phone, height)


_LINE = 28  # pixels of a line of a waterfall


def _beams(beams: Sequence[Beam], low: float, high: float, width: int, left: int, right: int) -> Markup:
    def x(figure: float) -> float:
        return left + (figure - low) / (high - low) * (width - left - right)

    zero = f"{x(0):.1f}"
    parts = [f'<line class="chart-axis" x1="{zero}" x2="{zero}" y1="0" y2="{len(beams) * _LINE}"/>']
    for index, beam in enumerate(beams):
        top, middle = index * _LINE, index * _LINE + _LINE / 2
        start, end = sorted((x(beam.begin), x(beam.end)))
        kind = "chart-bar" if beam.is_up is None else "chart-bar-up" if beam.is_up else "chart-bar-negative"
        line = (
            f'<text class="chart-direct" x="0" y="{middle + 4:.1f}">{escape(beam.label)}</text>'
            f'<rect class="{kind}" x="{start:.1f}" y="{top + 5}" width="{max(end - start, 1):.1f}" height="{_LINE - 10}" rx="2"/>'
            f'<text x="{width}" y="{middle + 4:.1f}" text-anchor="end">{escape(beam.said)}</text>'
        )
        if beam.url:
            hit = f'<rect class="chart-hit" x="0" y="{top}" width="{width}" height="{_LINE}"/>'
            line = f'<a href="{escape(beam.url)}" aria-label="{escape(f"{beam.label}: {beam.said}")}">{line}{hit}</a>'
        parts.append(line)
        if index + 1 < len(beams):
            at = f"{x(beam.end):.1f}"
            parts.append(
                f'<line class="chart-grid" x1="{at}" x2="{at}" y1="{top + _LINE - 5}" y2="{top + _LINE + 5}"/>'
            )
    return Markup("".join(parts))  # noqa: S704 (numbers, and texts escaped above)


def sparkline(figures: Sequence[Figure], *, mood: str = "", label: str = "") -> Markup:
    """A trend in a table's cell, 72 × 20. `mood` good, warn or bad colours the last point; `label` says it in words."""
    values = [float(figure) for figure in figures]
    if len(values) < 2:
        return Markup("")
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    step = 66 / (len(values) - 1)
    points = [(2 + step * i, 17 - 14 * (value - low) / span if high != low else 10.0) for i, value in enumerate(values)]
    x, y = points[-1]
    hidden = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup(
        '<svg class="spark {}" viewBox="0 0 72 20" {}><polyline class="spark-line" points="{}"/>'
        '<circle class="spark-dot" cx="{}" cy="{}" r="2"/></svg>'
    ).format(
        f"spark-{mood}" if mood else "",
        hidden,
        " ".join(f"{px:.1f},{py:.1f}" for px, py in points),
        f"{x:.1f}",
        f"{y:.1f}",
    )
