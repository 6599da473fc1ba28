"""The lists of the market: segments, competitors, studies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kundenkreis.core.countries import country_name
from kundenkreis.customers.asking import people
from kundenkreis.customers.models.accounts import INDUSTRY
from kundenkreis.fields import picks
from kundenkreis.market.models import Competitor, MarketSegment, SegmentSize, Strategy, Study
from kundenkreis.web import formats
from kundenkreis.web.lists import Column, Filter, ListPage


def _segments() -> list[tuple[int, str]]:
    return list(MarketSegment.objects.living().values_list("pk", "name"))


def industries(segment: MarketSegment) -> str:
    known = picks.words(INDUSTRY).by_key
    return ", ".join(str(known[one].label) if one in known else one for one in segment.industries)


def countries(segment: MarketSegment) -> str:
    return ", ".join(country_name(code) for code in segment.countries)


def _latest(rows: Sequence[MarketSegment], request: HttpRequest) -> None:
    """The last size of each that is known. One query."""
    sizes = SegmentSize.objects.living().filter(segment__in=[row.pk for row in rows]).order_by("year")
    last = {size.segment_id: size for size in sizes}
    for row in rows:
        row.last = last.get(row.pk)  # type: ignore[attr-defined]


def _size(row: Any) -> str:
    return f"{formats.money(row.last.volume, digits=0)} ({row.last.year})" if row.last else ""


def _counted_segments(count: int) -> str:
    return ngettext("%(count)s segment", "%(count)s segments", count) % {"count": formats.count(count)}


def _counted_competitors(count: int) -> str:
    return ngettext("%(count)s competitor", "%(count)s competitors", count) % {"count": formats.count(count)}


def _counted_studies(count: int) -> str:
    return ngettext("%(count)s study", "%(count)s studies", count) % {"count": formats.count(count)}


def _counted_strategies(count: int) -> str:
    return ngettext("%(count)s strategy", "%(count)s strategies", count) % {"count": formats.count(count)}


SEGMENTS = ListPage(
    name="market_segments",
    model=MarketSegment,
    title=_("Market segments"),
    icon="shapes",
    columns=(
        Column("name", _("Segment"), "name", sort="name", always=True),
        Column("industries", _("Industries"), value=industries, needs=("industries",)),
        Column("countries", _("Countries"), value=countries, needs=("countries",)),
        Column("size", _("Size"), value=_size, needs=(), with_extra=True),
        Column("note", _("Note"), shown=False),
    ),
    filters=(Filter("name", "text", _("Name")),),
    annotate={"size": _latest},
    add_url="market_segments:add",
    add_label=_("Market segment"),
    add_action="market.add",
    export="market.export",
    counted=_counted_segments,
    empty=_("No segments yet. Name the industries and countries in which you sell, and how large they are."),
)
COMPETITORS = ListPage(
    name="competitors",
    model=Competitor,
    title=_("Competitors"),
    icon="building-2",
    columns=(
        Column("name", _("Competitor"), "name", sort="name", always=True),
        Column(
            "country", _("Country"), value=lambda c: country_name(c.country) if c.country else "", needs=("country",)
        ),
        Column("website", _("Website")),
        Column("profile", _("Profile"), shown=False),
    ),
    filters=(Filter("name", "text", _("Name")), Filter("country", "text", _("Country"))),
    add_url="competitors:add",
    add_label=_("Competitor"),
    add_action="market.add",
    export="market.export",
    counted=_counted_competitors,
    empty=_("No competitors yet. Write down whom you meet at your customers, what they ask, and how you win."),
)
STUDIES = ListPage(
    name="studies",
    model=Study,
    title=_("Market studies"),
    icon="scroll-text",
    name_column="title",
    columns=(
        Column("title", _("Study"), "name", sort="title", always=True),
        Column("segment", _("Segment"), related=("segment",), needs=("segment__name",)),
        Column("by_whom", _("Carried out by")),
        Column("starts_on", _("From"), "date"),
        Column("ends_on", _("Until"), "date"),
        Column("question", _("Question"), shown=False),
    ),
    filters=(
        Filter("title", "text", _("Title")),
        Filter("segment", "choice", _("Segment"), "segment_id", choices=_segments),
        Filter("ends_on", "date", _("Until")),
    ),
    add_url="studies:add",
    add_label=_("Market study"),
    add_action="market.add",
    export="market.export",
    counted=_counted_studies,
    empty=_("No studies yet. Keep the question, the sample, the method and the findings in one place, with the files."),
)
STRATEGIES = ListPage(
    name="strategies",
    model=Strategy,
    title=_("Strategies"),
    icon="flag",
    columns=(
        Column("name", _("Strategy"), "name", sort="name", always=True),
        Column("owner", _("Owner"), "person", related=("owner",), needs=("owner__first_name", "owner__last_name")),
        Column("starts_on", _("From"), "date"),
        Column("ends_on", _("Until"), "date"),
        Column("text", _("What we want, and why"), shown=False),
    ),
    filters=(
        Filter("name", "text", _("Name")),
        Filter("owner", "person", _("Owner"), "owner_id", choices=people),
        Filter("ends_on", "date", _("Until")),
    ),
    add_url="strategies:add",
    add_label=_("Strategy"),
    add_action="market.add",
    export="market.export",
    counted=_counted_strategies,
    empty=_("No strategy yet. Say what you want to reach in your market, and by which initiatives."),
)
