"""The house itself, and dated exchange rates."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from kundenkreis.api import problems, shapes
from kundenkreis.api.answers import answered
from kundenkreis.api.auth import Caller
from kundenkreis.api.noun import Noun
from kundenkreis.api.resource import Routes
from kundenkreis.configuration import document
from kundenkreis.core import clock
from kundenkreis.core.filters import Filter
from kundenkreis.core.models import House
from kundenkreis.rates.models import ExchangeRate
from kundenkreis.staff import access


class HouseAnswer(shapes.Read):
    """The company that uses this installation; `today` is the day from which its figures count."""

    name: str
    currency: str
    country: str
    language: str
    today: shapes.Day
    is_demo: bool


def _house(request: HttpRequest) -> HttpResponse:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_reach("house", "read")
    house = House.current()
    today = clock.today().isoformat()
    names = ("name", "currency", "country", "language", "is_demo")
    return answered({name: getattr(house, name) for name in names} | {"today": today})


class ConfigurationAnswer(shapes.Read):
    """The file that `/house/configuration/` saves: definitions by part and key; `base` is there in a test copy, and is what it began with."""

    format: str
    version: int
    program: str
    house: str
    made_at: shapes.Moment
    parts: dict[str, dict[str, dict[str, Any]]]
    base: dict[str, dict[str, dict[str, Any]]] | None


def _configuration(request: HttpRequest) -> HttpResponse:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_reach("house", "read")
    if not access.may(caller.user, "configuration.change"):
        raise problems.forbidden()
    return answered({"base": None} | document.as_json())


def _known(user: Any, verb: str, record: Any) -> bool:
    """Everyone sees the rates; whoever keeps them may write them."""
    return user.is_authenticated if verb == "see" else access.may(user, "rates.change")


RATES = Noun(
    path="exchange-rates",
    title="ExchangeRate",
    model=ExchangeRate,
    area="house",
    tag="House",
    about="How many units of a currency one euro bought on a day, as the ECB quotes it.",
    allowed=_known,
    read=("currency", "on", "rate", "source"),
    write=("currency", "on", "rate", "source"),
    filters=(Filter("currency", "text", "currency"), Filter("on", "date", "day")),
    sorts={"on": "on"},
)

NOUNS = [RATES]


def routers() -> list[Router]:
    router = Router(tags=["House"])
    router.add_api_operation(
        "/house", ["GET"], _house, response=HouseAnswer, operation_id="house_get", summary="The house"
    )
    router.add_api_operation(
        "/configuration",
        ["GET"],
        _configuration,
        response=ConfigurationAnswer,
        operation_id="configuration_get",
        summary="What the house has made its own without code; for administrators",
    )
    return [router, Routes(RATES).router]
