"""What can be asked of needs, talks, coverage and wishes, and of accounts about them."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kundenkreis.catalogue.models import Family
from kundenkreis.core import clock
from kundenkreis.core.filters import Filter, Relation
from kundenkreis.customers.asking import account_at, people
from kundenkreis.customers.grouping import OF_ACCOUNT
from kundenkreis.lists import asking
from kundenkreis.needs.models import Coverage, Need, NeedFit, NeedsTalk, QuestionSet, Wish, WishAsk, WishTelling


def families() -> list[tuple[int, str]]:
    return list(Family.objects.living().order_by("name", "pk").values_list("pk", "name"))


def sets() -> list[tuple[int, str]]:
    return [(one.pk, one.name) for one in QuestionSet.objects.living()]


STATES = (
    ("open", pgettext_lazy("a need", "open")),
    ("overdue", _("overdue")),
    ("unsold", _("open, without an opportunity")),
)


def state(value: str) -> Q:
    """The condition for each of the states."""
    still = Q(status__in=Need.OPEN)
    if value == "overdue":
        return still & Q(solve_by__lt=clock.today())
    if value == "unsold":
        ties = Need.opportunities.through._base_manager.filter(need_id=OuterRef("pk"), opportunity__deleted_at=None)
        return still & Q(~Exists(ties))
    return still


def of_family(value: Any) -> Q:
    """That a product of this family, or the family itself, fits the need."""
    fits = NeedFit.objects.living().filter(need_id=OuterRef("pk"))
    return Q(Exists(fits.filter(Q(family_id=value) | Q(product__family_id=value)).order_by()))


NEED = (
    Filter("title", "text", _("Need")),
    Filter("state", "choice", _("State"), choices=STATES, asks=state),
    Filter("status", "choice", _("Status"), choices=Need.Status.choices),
    Filter("urgency", "choice", _("Urgency"), choices=Need.Urgency.choices),
    Filter("owner", "person", _("Owner"), "owner_id", choices=people),
    Filter("effect", "number", _("Effect a year in house currency"), "base_house"),
    Filter("said", "date", _("Said on"), "said_on"),
    Filter("solve_by", "date", _("To be solved by"), "solve_by"),
    Filter("family", "choice", _("Product family that fits"), choices=families, asks=of_family),
)
NEEDS = (OF_ACCOUNT, *NEED)
DRIVERS = frozenset({"status", "owner", "effect"})

TALK = (
    Filter("set", "choice", _("Set of questions"), "edition__of_set_id", choices=sets),
    Filter("person", "person", _("Who asked"), "person_id", choices=people),
    Filter("held", "date", _("Held on"), "held_on"),
    Filter("kind", "choice", _("Kind"), choices=NeedsTalk.Kind.choices),
)
TALKS = (OF_ACCOUNT, *TALK)

COVERAGE = (
    Filter("percent", "number", _("Coverage in %")),
    Filter("owner", "person", _("Owner of the account"), "account__owner_id", choices=people),
    Filter("oldest", "date", _("Oldest answer"), "oldest_on"),
    Filter("last", "date", _("Last needs talk"), "last_on"),
    Filter("open_needs", "number", _("Open needs")),
    Filter("set", "choice", _("Set of questions"), "of_set_id", choices=sets),
)

WISH_STATES = (("undecided", _("not decided yet")), ("to_tell", _("somebody is still to be told")))


def wish_state(value: str) -> Q:
    if value == "to_tell":
        return Q(Exists(WishTelling.objects.waiting().filter(wish_id=OuterRef("pk")).order_by()))
    return Q(status__in=Wish.UNDECIDED)


WISH = (
    Filter("title", "text", _("Wish")),
    Filter("state", "choice", _("State"), choices=WISH_STATES, asks=wish_state),
    Filter("status", "choice", _("Status"), choices=Wish.Status.choices),
    Filter("owner", "person", _("Owner"), "owner_id", choices=people),
    Filter("family", "choice", _("Product family"), "family_id", choices=families),
    Filter("added", "moment", _("Written down"), "created_at"),
)
TELLING = (
    OF_ACCOUNT,
    Filter("told", "date", _("Told on"), "told_on"),
    Filter("status", "choice", _("Status to be told"), choices=Wish.Status.choices),
    Filter("owner", "person", _("Who tells"), "owner_id", choices=people),
)


def _needs_of(person: Any) -> Any:
    return asking.seen_with_account(Need.objects.all(), person, "needs.see")


def _coverage_of(person: Any) -> Any:
    return Coverage.objects.visible_to(person).living()


def _asks_of(person: Any) -> Any:
    return asking.seen_with_account(WishAsk.objects.all(), person, "wishes.see")


ASK = (
    Filter("wish_status", "choice", _("Status of the wish"), "wish__status", choices=Wish.Status.choices),
    Filter("asked", "date", _("Asked on"), "asked_on"),
    Filter("weight", "choice", _("Weight"), choices=WishAsk.Weight.choices),
)


def tell() -> None:
    needs = Relation(_needs_of, lambda: NEED, "account_id", drivers=DRIVERS)
    coverage = Relation(_coverage_of, lambda: COVERAGE, "account_id")
    asks = Relation(_asks_of, lambda: ASK, "account_id")
    asking.tell(
        "accounts",
        Filter("needs", "relation", _("Need"), relation=needs),
        Filter("coverage", "relation", _("Coverage of needs"), relation=coverage),
        Filter("wishes", "relation", _("Wish"), relation=asks),
    )
    asking.tell("needs", account_at("account_id"))
    asking.tell("needs_talks", account_at("account_id"))
