"""The market: segments with sizes and shares, competitors with prices and battle cards, studies."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Any

from ninja import Router

from kundenkreis.api.noun import Noun
from kundenkreis.api.resource import Routes
from kundenkreis.core.filters import Filter
from kundenkreis.market.models import (
    BattleCard,
    Competitor,
    CompetitorShare,
    Initiative,
    MarketSegment,
    Objection,
    PricePoint,
    SegmentSize,
    Strategy,
    Study,
)
from kundenkreis.staff import access


def _whole(user: Any, verb: str, record: Any) -> bool:
    return access.may(user, f"market.{verb}")


def _part(user: Any, verb: str, record: Any) -> bool:
    return access.may(user, "market.see" if verb == "see" else "market.change")


def _noun(
    path: str, title: str, model: Any, about: str, write: tuple[str, ...], fixed: tuple[str, ...] = (), **more: Any
) -> Noun:
    return Noun(
        path=path, title=title, model=model, area="market", tag="Market", about=about, allowed=_part if fixed else _whole,
        read=(*fixed, *write), fixed=fixed, write=write, **more,
    )  # fmt: skip


def _of(name: str) -> Filter:
    return Filter(name, "number", name, f"{name}_id")


_NAME, _YEAR = Filter("name", "text", "name"), Filter("year", "number", "year")
NOUNS = [
    _noun(
        "market-segments", "MarketSegment", MarketSegment,
        "Parts of the market by industries and countries; an empty list holds for all.",
        ("name", "industries", "countries", "note"), filters=(_NAME,), sorts={"name": "name"},
    ),
    _noun(
        "market-sizes", "MarketSize", SegmentSize, "How large a segment is in a year, in the house's currency, and who says so.",
        ("year", "volume", "kind", "source", "stated_on"), ("segment",), filters=(_of("segment"), _YEAR),
    ),
    _noun(
        "competitors", "Competitor", Competitor, "Others who sell to our market; one may be an account of ours too.",
        ("name", "account", "country", "website", "profile"), filters=(_NAME, _of("account")), sorts={"name": "name"},
    ),
    _noun(
        "competitor-shares", "CompetitorShare", CompetitorShare,
        "What of a segment competitors have in a year, in percent; together not more than 100.",
        ("year", "percent", "source", "stated_on"), ("segment", "competitor"), filters=(_of("segment"), _of("competitor"), _YEAR),
    ),
    _noun(
        "price-points", "PricePoint", PricePoint, "What a competitor asked for something on a day.",
        ("what", "product", "family", "price", "currency", "seen_on", "source"), ("competitor",),
        filters=(_of("competitor"), _of("product"), _of("family"), Filter("seen_on", "date", "seen on")),
    ),
    _noun(
        "battle-cards", "BattleCard", BattleCard, "What to know when one meets a competitor.",
        ("title", "strengths", "weaknesses", "how_we_win"), ("competitor",), filters=(_of("competitor"),),
    ),
    _noun(
        "objections", "Objection", Objection, "What customers say for a competitor, and what one answers.",
        ("objection", "answer"), ("card",), filters=(_of("card"),),
    ),
    _noun(
        "market-studies", "MarketStudy", Study, "Question, sample, method and findings; files hang on it as documents of `market.study`.",
        ("title", "question", "segment", "sample", "method", "findings", "by_whom", "starts_on", "ends_on"),
        filters=(Filter("title", "text", "title"), _of("segment")), sorts={"title": "title"},
    ),
    _noun(
        "strategies", "Strategy", Strategy, "What the house wants to reach in its market in a period, and why.",
        ("name", "owner", "starts_on", "ends_on", "text"), filters=(_NAME, _of("owner")), sorts={"name": "name"},
    ),
    _noun(
        "initiatives", "Initiative", Initiative,
        "Steps of a strategy. What one is to bring is a target, or a `goal` for what its segment's accounts order; not both.",
        (
            "name", "owner", "starts_on", "ends_on", "status", "ansoff", "budget", "segment", "target", "goal", "measure", "campaign",
            "activities",
        ),
        ("strategy",),
        filters=(
            _of("strategy"), _of("segment"), _of("owner"), Filter("status", "choice", "status", choices=Initiative.Status.choices),
        ),
    ),
]  # fmt: skip


def routers() -> list[Router]:
    return [Routes(noun).router for noun in NOUNS]
