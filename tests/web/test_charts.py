"""Charts drawn by the server: the geometry tells the truth, and nothing in it breaks the content security policy."""

import re
import xml.etree.ElementTree as ET

import pytest
from django.utils import translation

from kundenkreis.web import charts
from kundenkreis.web.charts import Bar, Beam


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def draw(bars):
    return charts.monthly_bars(bars, title="Revenue", this="2010", last="2009")


def wide(drawing):
    return ET.fromstring(re.match(r"<svg.*?</svg>", drawing, re.DOTALL).group())


def rects(drawing, kind):
    return [r for r in wide(drawing).iter("rect") if r.get("class") == kind]


def test_twice_the_amount_is_twice_the_height():
    small, large = (float(r.get("height")) for r in rects(draw([Bar("Jan", 10), Bar("Feb", 20)]), "chart-bar"))
    assert large == pytest.approx(2 * small, abs=0.2)


def test_all_bars_stand_on_zero():
    feet = {
        round(float(r.get("y")) + float(r.get("height")))
        for r in rects(draw([Bar("Jan", 10), Bar("Feb", 7)]), "chart-bar")
    }
    assert len(feet) == 1


def test_a_month_with_more_returns_than_sales_hangs_below_zero():
    drawing = draw([Bar("Jan", 10), Bar("Feb", -5)])
    (up,), (down,) = rects(drawing, "chart-bar"), rects(drawing, "chart-bar-negative")
    assert float(down.get("y")) == pytest.approx(float(up.get("y")) + float(up.get("height")), abs=0.2)


def test_a_running_month_looks_different():
    assert len(rects(draw([Bar("Jan", 10), Bar("Feb", 3, is_open=True)]), "chart-bar-open")) == 1


def test_last_year_is_a_dashed_line_with_its_name_at_its_end():
    drawing = wide(draw([Bar("Jan", 10, 8), Bar("Feb", 12, 9), Bar("Mar", None, 7)]))
    line = next(p for p in drawing.iter("polyline") if p.get("class") == "chart-last")
    assert len(line.get("points").split()) == 3
    assert {t.text for t in drawing.iter("text") if t.get("class") == "chart-direct"} == {"2010", "2009"}


def test_without_last_year_there_is_no_line():
    assert "chart-last" not in draw([Bar("Jan", 10), Bar("Feb", 12)])


def test_each_month_says_its_exact_figures():
    assert "Jan 2010: €12,345 · 2009: €8" in draw([Bar("Jan", 12345, 8)])


def test_where_nothing_was_sold_nothing_is_drawn():
    assert draw([]) == draw([Bar("Jan", 0, 0), Bar("Feb", None)]) == ""


def test_a_year_of_returns_only_is_drawn():
    assert len(rects(draw([Bar("Jan", -3), Bar("Feb", -5)]), "chart-bar-negative")) == 2


def test_labels_and_addresses_are_escaped():
    drawing = draw([Bar('<script>"', 1, url='/x?a="><script>')])
    assert "<script" not in drawing
    assert wide(drawing) is not None


def test_drawings_carry_no_styles_and_no_scripts():
    drawing = draw([Bar("Jan", 1, 2, url="/orders/")]) + charts.sparkline([1, 2], mood="bad")
    assert "style=" not in drawing
    assert not re.search(r"\son\w+=", drawing)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 61_000, [0, 20_000, 40_000, 60_000]),
        (0, 3, [0, 1, 2, 3]),
        (-50, 100, [-50, 0, 50, 100]),
        (0, 0, [0, 0.5, 1]),
    ],
)
def test_ticks_are_round_figures_with_zero_among_them(low, high, expected):
    assert charts.ticks(low, high) == pytest.approx(expected)


def test_a_sparkline_rises_when_the_figures_rise():
    line = re.search(r'points="([^"]*)"', charts.sparkline([1, 5, 9])).group(1)
    heights = [float(point.split(",")[1]) for point in line.split()]
    assert heights == sorted(heights, reverse=True)


def test_a_sparkline_of_equal_figures_is_flat_and_of_one_figure_is_nothing():
    line = re.search(r'points="([^"]*)"', charts.sparkline([4, 4, 4])).group(1)
    assert len({point.split(",")[1] for point in line.split()}) == 1
    assert charts.sparkline([4]) == ""


def test_a_sparkline_is_hidden_from_screen_readers_unless_it_has_words():
    assert 'aria-hidden="true"' in charts.sparkline([1, 2])
    assert 'aria-label="falling"' in charts.sparkline([2, 1], label="falling")


def test_a_waterfall_leads_from_one_sum_to_the_other_and_its_lengths_mean_amounts():
    beams = [
        Beam("then", 0, 100, "€100"),
        Beam("Won <b>", 100, 40, "−€60", "/x/?a=1&b=2", is_up=False),
        Beam("New", 40, 60, "+€20", is_up=True),
        Beam("now", 0, 60, "€60"),
    ]
    drawing = charts.waterfall(beams, title="What changed")
    whole, now = (float(one.get("width")) for one in rects(drawing, "chart-bar"))
    won, new = rects(drawing, "chart-bar-negative")[0], rects(drawing, "chart-bar-up")[0]
    assert float(won.get("width")) == pytest.approx(0.6 * whole, abs=0.2)
    assert float(new.get("x")) == pytest.approx(float(won.get("x")), abs=0.2)
    assert now == pytest.approx(0.6 * whole, abs=0.2)
    assert wide(drawing).find("a").get("href") == "/x/?a=1&b=2"
    assert charts.waterfall([Beam("then", 0, 0, "€0"), Beam("now", 0, 0, "€0")], title="Nothing") == ""
