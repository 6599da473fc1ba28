"""What can be asked of opportunities, and of accounts about theirs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, Exists, ExpressionWrapper, F, OuterRef, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from kundenkreis.catalogue.models import Family
from kundenkreis.core import clock
from kundenkreis.core.filters import Filter, Many, Relation
from kundenkreis.customers.asking import account_at, people
from kundenkreis.customers.grouping import OF_ACCOUNT
from kundenkreis.fields import asking as fields
from kundenkreis.fields import sources
from kundenkreis.fields.sources import Measure, Source
from kundenkreis.lists import asking
from kundenkreis.pipeline import velocity
from kundenkreis.pipeline.models import (
    CloseReason,
    Interview,
    Opportunity,
    OpportunityCompetitor,
    OpportunityLine,
    Pipeline,
    Stage,
)
from kundenkreis.staff.models import Team, User


def pipelines() -> list[tuple[int, str]]:
    return [(one.pk, one.name) for one in Pipeline.objects.living()]


def stages() -> list[tuple[int, str]]:
    """Those of all pipelines, each with its pipeline's name."""
    some = Stage.objects.living().select_related("pipeline").order_by("pipeline__position", "position", "pk")
    return [(one.pk, f"{one.pipeline.name}: {one.name}") for one in some]


def reasons() -> list[tuple[int, str]]:
    return [(one.pk, str(one)) for one in CloseReason.objects.living().select_related("parent")]


def _teams() -> list[tuple[int, str]]:
    return list(Team.objects.living().values_list("pk", "name"))


STATES = (
    ("open", _("open")),
    ("won", _("won")),
    ("lost", _("lost")),
    ("overdue", _("overdue")),
    ("no_step", _("without a next step")),
    ("stuck", _("longer in its stage than most that were won")),
    ("owner_left", _("whose owner has left")),
    ("won_once", _("won, each project once")),
    ("lost_ours", _("lost, and a loss of ours")),
    ("neutral", _("closed, but no loss of ours")),
    ("elsewhere", _("counted at another bidder of its project")),
    ("unasked", _("closed without an interview")),
)


_IS_NEUTRAL = Q(close_reason__is_neutral=True)
_CLOSED: dict[str, Q] = {
    "won_once": Q(outcome="won", shadowed=False),
    "lost_ours": Q(outcome="lost", shadowed=False) & (Q(close_reason=None) | Q(close_reason__is_neutral=False)),
    "neutral": Q(outcome="lost") & _IS_NEUTRAL,
    "elsewhere": Q(shadowed=True),
}


def state(value: str) -> Q:
    """The condition for each of the states."""
    if value in ("won", "lost"):
        return Q(outcome=value)
    if value in _CLOSED:
        return _CLOSED[value]
    if value == "unasked":
        return ~Q(outcome="") & ~Q(Exists(Interview.objects.living().filter(opportunity=OuterRef("pk")).order_by()))
    still = Q(outcome="")
    if value == "overdue":
        return still & Q(expected_close_on__lt=clock.today())
    if value == "no_step":
        return still & Q(~Exists(Opportunity.objects.all().planned(OuterRef("pk"))))
    if value == "stuck":
        return velocity.stuck()
    if value == "owner_left":
        gone = User._base_manager.filter(Q(is_active=False) | Q(deleted_at__isnull=False))
        return still & Q(owner_id__in=gone.values("pk"))
    return still


OPPORTUNITY = (
    Filter("name", "text", _("Name")),
    Filter("number", "text", _("Number")),
    Filter("state", "choice", _("State"), choices=STATES, asks=state),
    Filter("pipeline", "choice", _("Pipeline"), "pipeline_id", choices=pipelines),
    Filter("stage", "choice", _("Stage"), "stage_id", choices=stages),
    Filter("owner", "person", _("Owner"), "owner_id", choices=people),
    Filter("team", "choice", _("Team"), "team_id", choices=_teams, own="own_teams"),
    Filter("value", "number", _("Value in house currency"), "value_house", aliases=("value_house",)),
    Filter("close", "date", _("Expected close"), "expected_close_on", aliases=("expected_close_on",)),
    Filter("decision", "date", _("Decision date"), "decision_on", aliases=("decision_on",)),
    Filter("forecast", "choice", _("Forecast category"), "forecast_category", choices=Opportunity.Forecast.choices),
    fields.picked("source", _("Source"), "opportunities.source"),
    Filter("campaign", "text", _("Campaign")),
    Filter("opened", "moment", _("Opened"), "opened_at"),
    Filter("closed", "moment", _("Closed"), "closed_at"),
    Filter("stage_since", "moment", _("In this stage since"), "stage_since"),
    Filter("reason", "choice", _("Reason"), "close_reason_id", choices=reasons),
    Filter("qualified", "number", _("MEDDPICC points")),
    fields.picked("criterion", _("Decisive criterion"), "opportunities.criterion"),
)
_TOTALS = (
    Filter("sum", "number", _("Value of all together"), total=Sum("value_house")),
    Filter("count", "number", _("How many"), total=Count("pk")),
)


def _families() -> list[tuple[int, str]]:
    return list(Family.objects.living().values_list("pk", "name"))


# By what hangs on it.
_BESIDE = (
    Filter(
        "family", "choice", _("Product family"), "product__family_id", choices=_families,
        many=Many(OpportunityLine.objects.living, "opportunity_id"),
    ),
    Filter("competitor", "text", _("Competitor met"), "name", many=Many(OpportunityCompetitor.objects.living, "opportunity_id")),
    Filter("lost_to", "text", _("Lost to"), "lost_to__name"),
    Filter("project", "text", _("Project"), "project__name"),
)  # fmt: skip
LIST = (OF_ACCOUNT, *OPPORTUNITY, *_BESIDE)
DRIVERS = frozenset({"owner", "team", "pipeline", "value", "close"})


def _of_accounts(person: Any) -> Any:
    return Opportunity.objects.visible_to(person).living()


def _tell_sources() -> None:
    """What roll-ups can be made of: whoever sees an account sees its opportunities."""
    measures = {
        "value": Measure("value_house", "money", _("Value in house currency")),
        "close": Measure("expected_close_on", "date", _("Expected close")),
    }
    plain = tuple(one for one in OPPORTUNITY if one.asks is None)
    outcome = Filter("outcome", "choice", _("Outcome"), choices=[("", _("open")), *Opportunity.Outcome.choices])
    found = Source(
        "opportunities", _("Opportunities"), Opportunity, Opportunity.objects.living, ("account_id",), measures,
        lambda: (outcome, *plain, *fields.filters("opportunities")), "opportunities.see",
    )  # fmt: skip
    sources.tell("accounts", found)


def tell() -> None:
    _tell_sources()
    asked = lambda: (*OPPORTUNITY, *_TOTALS, *fields.filters("opportunities"))  # noqa: E731
    relation = Relation(_of_accounts, asked, "account_id", drivers=DRIVERS)
    asking.tell("accounts", Filter("opportunities", "relation", _("Opportunity"), relation=relation))
    asking.tell("opportunities", account_at("account_id"))


def weighted() -> Any:
    """The expression for value times probability: its own, or the stage's."""
    likely = Coalesce(F("probability"), F("stage__probability"))
    hundredth = Value(
        Decimal("0.01")
    )  # SQLite keeps round amounts as whole numbers, and would divide these without a rest
    return ExpressionWrapper(
        F("value_house") * likely * hundredth, output_field=DecimalField(max_digits=20, decimal_places=2)
    )
