"""By what win and loss can be looked at: each cut groups closed opportunities by an expression, names the groups, and says which rows they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Case, F, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import TruncQuarter
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.catalogue.models import Family
from kundenkreis.core.countries import country_name
from kundenkreis.core.filters import condition, relation
from kundenkreis.fields import known, picks
from kundenkreis.pipeline.models import CloseReason, OpportunityCompetitor, OpportunityLine, Pipeline
from kundenkreis.staff.models import Team, User

# Edges in house currency.
VALUES = (Decimal(1_000), Decimal(5_000), Decimal(20_000), Decimal(100_000))
# People at the account: micro, small, medium-sized and large (Commission Recommendation 2003/361/EC).
SIZES = (Decimal(10), Decimal(50), Decimal(250))
EMPTY = ""  # the group of what is not known


@dataclass(frozen=True)
class Cut:
    """`by` is the expression of an opportunity's group; with `many` (model, what of it), an opportunity may be in several.

    `names(keys)` are the groups' names, `rows(key)` the conditions of the list that bring a group's rows. `of_account`: what is read of the
    account, and only as far as a person sees it. `is_share`: what only one outcome has, of which there is no rate. `ordered`: the keys are
    in an order of their own.
    """

    key: str
    label: Any
    by: Callable[[], Any]
    names: Callable[[Collection[Any]], Mapping[Any, str]]
    rows: Callable[[Any], tuple[str, ...]]
    many: type[models.Model] | None = None
    of_account: bool = False
    is_share: bool = False
    ordered: bool = False
    of_people: bool = field(default=False)


def cuts() -> dict[str, Cut]:
    """All of the house, those of custom fields with one choice too, by their keys."""
    found = [
        *_OWN, *_of_fields("opportunities", "", lambda one: one),
        *_of_fields("accounts", "account__", lambda one: relation("accounts", "with", one)),
    ]  # fmt: skip
    return {one.key: one for one in found}


# --- how groups are named ----------------------------------------------------------------------------------------------


def _called(model: Any, named: Callable[[Any], str] = str) -> Callable[[Collection[Any]], Mapping[Any, str]]:
    return lambda keys: {one.pk: named(one) for one in model._base_manager.filter(pk__in=[key for key in keys if key])}


def _picked(pick: str) -> Callable[[Collection[Any]], Mapping[Any, str]]:
    return lambda keys: {key: picks.said(pick, key) for key in keys}


def _itself(keys: Collection[Any]) -> Mapping[Any, str]:
    return {key: str(key) for key in keys}


def _countries(keys: Collection[Any]) -> Mapping[Any, str]:
    return {key: country_name(key) or key for key in keys}


def _reasons(keys: Collection[Any]) -> Mapping[Any, str]:
    rows = CloseReason._base_manager.filter(pk__in=[key for key in keys if key]).select_related("parent")
    return {one.pk: str(one) for one in rows}


def _quarters(keys: Collection[Any]) -> Mapping[Any, str]:
    return {
        key: _("Q%(quarter)s %(year)s") % {"quarter": (key.month + 2) // 3, "year": key.year} for key in keys if key
    }


# --- bands -------------------------------------------------------------------------------------------------------------


def _band(column: str, edges: tuple[Decimal, ...]) -> Any:
    """0 for what lies below the first edge, 1 for what lies below the second, and so on."""
    cases = [When(**{f"{column}__lt": edge}, then=Value(number)) for number, edge in enumerate(edges)]
    unknown = When(**{f"{column}__isnull": True}, then=Value(None))
    return Case(unknown, *cases, default=Value(len(edges)), output_field=models.IntegerField(null=True))


def _bands(edges: tuple[Decimal, ...]) -> Callable[[Collection[Any]], Mapping[Any, str]]:
    def names(keys: Collection[Any]) -> Mapping[Any, str]:
        shown = [f"{edge:,.0f}".replace(",", "\u202f") for edge in edges]
        said = [_("below %(edge)s") % {"edge": shown[0]}]
        said += [_("%(low)s to below %(high)s") % {"low": a, "high": b} for a, b in zip(shown, shown[1:], strict=False)]
        said.append(_("%(edge)s and more") % {"edge": shown[-1]})
        return dict(enumerate(said))

    return names


def _within(name: str, edges: tuple[Decimal, ...], key: Any) -> tuple[str, ...]:
    low = (condition(name, "from", edges[key - 1]),) if key else ()
    return (*low, condition(name, "under", edges[key])) if key < len(edges) else low


# --- which rows a group is ---------------------------------------------------------------------------------------------


def _column(name: str, operation: str = "in") -> Callable[[Any], tuple[str, ...]]:
    return lambda key: (condition(name, "empty") if key in (None, EMPTY) else condition(name, operation, key),)


def _at_account(name: str, pick: str = "") -> Callable[[Any], tuple[str, ...]]:
    """What is empty is also what has no account. A pick list of the house's own is a text until something is on it."""

    def rows(key: Any) -> tuple[str, ...]:
        if key in (None, EMPTY):
            return (relation("accounts", "without", condition(name, "filled")),)
        operation = "is" if pick and not picks.is_closed(pick) else "in"
        return (relation("accounts", "with", condition(name, operation, key)),)

    return rows


def _sizes(key: Any) -> tuple[str, ...]:
    if key is None:
        return (relation("accounts", "without", condition("employees", "filled")),)
    return (relation("accounts", "with", *_within("employees", SIZES, key)),)


def _quarter(key: dt.date | None) -> tuple[str, ...]:
    if key is None:
        return ()
    first = timezone.localtime(key).date() if isinstance(key, dt.datetime) else key
    last = (first + dt.timedelta(days=95)).replace(day=1) - dt.timedelta(days=1)
    return (condition("closed", "between", first.isoformat(), last.isoformat()),)


def _of_fields(noun: str, path: str, wrapped: Callable[[str], str]) -> list[Cut]:
    """The custom fields with one choice: of the opportunity, and of its account."""

    def cut(one: Any) -> Cut:
        labels = one.labels
        return Cut(
            f"{noun}.{one.name}", one.label, lambda: KeyTextTransform(one.key, f"{path}custom"),
            lambda keys: {str(value): str(label) for value, label in labels()},
            lambda key: (wrapped(condition(one.name, "in", key)),) if key else (),
            of_account=bool(path),
        )  # fmt: skip

    return [cut(one) for one in known.of(noun).active if one.kind == "choice"]


_OWN = (
    Cut("reason", lazy("Reason"), lambda: F("close_reason_id"), _reasons, _column("reason"), is_share=True),
    Cut("competitor", lazy("Competitor met"), lambda: F("name"), _itself, _column("competitor", "is"), many=OpportunityCompetitor),
    Cut("lost_to", lazy("Lost to"), lambda: F("lost_to__name"), _itself, _column("lost_to", "is"), is_share=True),
    Cut(
        "criterion", lazy("Decisive criterion"), lambda: F("criterion"), _picked("opportunities.criterion"),
        _column("criterion"),
    ),
    Cut("owner", lazy("Owner"), lambda: F("owner_id"), _called(User), _column("owner", "is"), of_people=True),
    Cut("team", lazy("Team"), lambda: F("team_id"), _called(Team), _column("team"), of_people=True),
    Cut("pipeline", lazy("Pipeline"), lambda: F("pipeline_id"), _called(Pipeline), _column("pipeline")),
    Cut("source", lazy("Source"), lambda: F("source"), _picked("opportunities.source"), _column("source")),
    Cut(
        "industry", lazy("Industry"), lambda: F("account__industry"), _picked("accounts.industry"), _at_account("industry", "accounts.industry"),
        of_account=True,
    ),
    Cut("country", lazy("Country"), lambda: F("account__country"), _countries, _at_account("country"), of_account=True),
    Cut(
        "size", lazy("Employees of the account"), lambda: _band("account__employees", SIZES), _bands(SIZES), _sizes,
        of_account=True, ordered=True,
    ),
    Cut(
        "family", lazy("Product family"), lambda: F("product__family_id"), _called(Family),
        lambda key: (condition("family", "in", key),) if key else (), many=OpportunityLine,
    ),
    Cut(
        "value", lazy("Value in house currency"), lambda: _band("value_house", VALUES), _bands(VALUES),
        lambda key: _within("value", VALUES, key), ordered=True,
    ),
    Cut("quarter", lazy("Quarter"), lambda: TruncQuarter("closed_at"), _quarters, _quarter, ordered=True),
)  # fmt: skip
