"""Targets, and how one stands: as the pages have it, by the same rule on figures about people."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.schema import Schema
from pydantic import Field, WithJsonSchema

from kundenkreis.api import shapes
from kundenkreis.api.answers import answered
from kundenkreis.api.auth import Caller
from kundenkreis.api.noun import Noun, of
from kundenkreis.api.problems import MEDIA_TYPE, invalid, not_found
from kundenkreis.api.resource import Pk, Routes
from kundenkreis.core import fiscal
from kundenkreis.core.filters import Filter
from kundenkreis.market.attainment import Attained, attained
from kundenkreis.market.closing import Closing, closing
from kundenkreis.market.models import MONTHS, Target

_OF = ("starts_on", "level", "team", "person", "account", "family", "business")

NOUNS = [
    Noun(
        path="targets",
        title="Target",
        model=Target,
        area="targets",
        tag="Targets",
        allowed=of("targets"),
        about="Revenue in house currency that is wanted of the house, a team, a person or an account in each month of the fiscal year that"
        " begins on `starts_on`; `month_1` is its first month. There is one for each holder, family and kind of business.",
        read=(*_OF, *MONTHS, "total", "note", "is_generated"),
        fixed=_OF,
        write=(*MONTHS, "note"),
        filters=(
            Filter("starts_on", "date", "fiscal year from"),
            Filter("level", "choice", "whose", choices=Target.Level.choices),
            Filter("business", "choice", "business", choices=Target.Business.choices),
            *(Filter(name, "number", name, f"{name}_id") for name in ("team", "person", "account", "family")),
        ),
        sorts={"starts_on": "starts_on", "total": "total"},
    )
]
Money = Annotated[str, WithJsonSchema({"type": "string", "pattern": r"^-?\d{1,18}\.\d{2}$", "examples": ["12.50"]})]
_NONE = {
    "description": "There is no such target, or the caller does not see it.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_ABOUT = (
    "Expected by today counts the months that are over, and of the running one the share of its working days; the run rate is what came in "
    "a working day until today, times all working days of the part. `is_told` is false, and the figures are empty, where they would tell of a "
    "colleague without a works agreement; they are empty too before sales were summed for the first time. `open_*` are open opportunities "
    "expected in this time, `silent_*` accounts that ordered in the same months last year and not yet now."
)


class AttainmentQuery(Schema):
    part: str = Field(
        "year", max_length=4, description="`year`, a quarter `q1` to `q4`, or a month `m1` to `m12` of the fiscal year."
    )


class AttainmentAnswer(shapes.Read):
    """How a target stands in a part of its year; money in house currency."""

    part: str
    first: shapes.Day
    last: shapes.Day
    wanted: Money
    is_told: bool
    actual: Money | None
    expected: Money | None
    projected: Money | None
    gap: Money | None
    open_count: int | None
    open_value: Money | None
    open_weighted: Money | None
    silent_count: int | None
    silent_revenue: Money | None


def _attainment(request: HttpRequest, id: Pk, query: Query[AttainmentQuery]) -> HttpResponse:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_reach("targets", "read")
    target = Target.objects.visible_to(caller.user).living().for_list().filter(pk=id).first()
    if target is None:
        raise not_found()
    part = fiscal.part(target.starts_on, query.part)
    if part is None:
        raise invalid([{"parameter": "part", "detail": _("There is no such part of a year.")}])
    stand = attained([target], part.key, caller.user)[target.pk]
    closes = closing(target, part, caller.user) if stand.pace else Closing(None, None)
    return answered(_shown(stand, closes))


def _shown(stand: Attained, closes: Closing) -> dict[str, Any]:
    pace, part = stand.pace, stand.part
    chances, silent = closes.chances, closes.silent
    return {
        "part": part.key,
        "first": part.first.isoformat(),
        "last": part.last.isoformat(),
        "wanted": _money(stand.wanted),
        "is_told": stand.is_told,
        **{name: _money(getattr(pace, name, None)) for name in ("actual", "expected", "projected", "gap")},
        "open_count": chances.count if chances else None,
        "open_value": _money(chances.value if chances else None),
        "open_weighted": _money(chances.weighted if chances else None),
        "silent_count": silent.count if silent else None,
        "silent_revenue": _money(silent.revenue if silent else None),
    }


def _money(amount: Any) -> str | None:
    return None if amount is None else format(amount, ".2f")


def routers() -> list[Router]:
    router = Router(tags=["Targets"])
    router.add_api_operation(
        "/targets/{int:id}/attainment",
        ["GET"],
        _attainment,
        response=AttainmentAnswer,
        operation_id="target_attainment",
        summary="How a target stands",
        description=_ABOUT,
        openapi_extra={"responses": {404: _NONE}},
    )
    return [*(Routes(noun).router for noun in NOUNS), router]
