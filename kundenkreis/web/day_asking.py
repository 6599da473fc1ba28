"""What My day asks of the database, of everybody alike: the SQL of each question is made once.

Each costs the same for thirty customers and for a million: it is read by an index, best first, and cut.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from kundenkreis.activities.models import Activity
from kundenkreis.activities.participating import taken_along
from kundenkreis.core.prepared import prepared
from kundenkreis.core.records import AskedOfEachRow, reached_from
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.lists.models import SavedView
from kundenkreis.orders.models import Order
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.web.circles import MINE, TEAM, Circle

LISTED = 60  # open activities looked at for the agenda
# What the page tells of each of them; of their accounts alone there are forty columns.
OF_ACTIVITIES = (
    *("kind", "subject", "at", "time_zone", "due_on", "is_open", "account__name", "account__place"),
    *("contact__title_before", "contact__given_name", "contact__family_name", "contact__title_after"),
    *("owner__first_name", "owner__last_name"),
)
SHOWN = 8  # lines of one part
NEWS = 6
LATEST = 1000  # so many of the house's newest events and orders are looked through for her
COUNTED = 500  # orders
WORTH_A_STEP = (Account.Tier.A, Account.Tier.B)


@prepared
def open_ones(*, circle: Circle) -> QuerySet:
    return circle.activities.only("kind", "at", "due_on").order_by("due_on", "at", "pk")[:LISTED]


@prepared
def open_along(*, circle: Circle) -> QuerySet:
    """Those of others to which she is taken along."""
    rows = taken_along(circle.user, circle.people).only("kind", "at", "due_on")
    return rows.order_by("due_on", "at", "pk")[:LISTED]


@prepared
def one_of_hers(person: Any) -> QuerySet:
    """An activity of hers, to know whether there is any."""
    return Activity._base_manager.filter(owner_id=person).order_by().values_list("pk", flat=True)[:1]


@prepared
def view_of_hers(person: Any) -> QuerySet:
    return SavedView._base_manager.filter(owner_id=person).order_by().values_list("pk", flat=True)[:1]


@prepared
def activities(ids: Any) -> QuerySet:
    return Activity.objects.open().filter(pk__listed=ids).for_list().only(*OF_ACTIVITIES)


@prepared
def forgotten(few: Any, *, circle: Circle) -> QuerySet:
    planned = Activity.objects.open().filter(account_id=OuterRef("pk"))
    rows = Account.objects.living()
    if circle.is_few:
        rows = rows.filter(pk__listed=few)
    else:
        rows = rows.filter(AskedOfEachRow(circle.accounts.filter(pk=OuterRef("pk"))))
    rows = rows.filter(tier__in=WORTH_A_STEP).exclude(Exists(planned))
    shown = ("name", "tier", "revenue_12m", "last_order_on", "place", "owner__first_name", "owner__last_name")
    return rows.select_related("owner").only(*shown).order_by("-revenue_12m", "-pk")[:SHOWN]


@prepared
def opportunities(today: Any, *, circle: Circle) -> QuerySet:
    """Open ones that nothing is planned for, or whose day is over; the most valuable first."""
    rows = Opportunity.objects.open()
    if circle.whose == MINE:
        rows = rows.filter(owner_id__in=circle.people)
    elif circle.whose == TEAM:
        rows = rows.filter(team_id__one_of=circle.teams)
    else:
        rows = rows.visible_to(circle.user)
    planned = Opportunity.objects.all().planned(OuterRef("pk"))
    rows = rows.filter(Q(expected_close_on__lt=today) | ~Exists(planned)).select_related("account", "owner", "stage")
    shown = ("name", "value_house", "expected_close_on", "outcome", "account__name", "stage__name_en", "stage__name_de")
    return rows.only(*shown, "owner__first_name", "owner__last_name").order_by("-value_house", "-pk")[:SHOWN]


def _new_orders(from_day: Any, since: Any) -> QuerySet:
    rows = Order.objects.living().filter(ordered_on__gte=from_day, created_at__gt=since)
    return rows.exclude(kind=Order.Kind.ADJUSTMENT).values_list("total_house", "pk", "kind")


@prepared
def orders_of_few(from_day: Any, since: Any, few: Any) -> QuerySet:
    return _new_orders(from_day, since).filter(account_id__listed=few).order_by("-total_house")[: COUNTED + 1]


@prepared
def orders_of_many(from_day: Any, since: Any, newest: Any, *, circle: Circle) -> QuerySet:
    """What was stored last has the highest numbers: the newest of the house are looked at, whoever's they are."""
    return _new_orders(from_day, since).filter(reached_from("account_id", circle.accounts), pk__gte=newest)[:LATEST]


@prepared
def thousandth_order() -> QuerySet:
    return Order._base_manager.order_by("-pk").values_list("pk", flat=True)[LATEST - 1 : LATEST]


@prepared
def orders(ids: Any) -> QuerySet:
    return Order.objects.select_related("account").filter(pk__listed=ids)


def _others_events(since: Any, now: Any, me: Any) -> QuerySet:
    fresh = Event.objects.filter(at__gt=since, at__lte=now).exclude(account_id=None)
    return fresh.exclude(actor_id=me).order_by("-at", "-pk")


@prepared
def events_of_few(since: Any, now: Any, me: Any, few: Any) -> QuerySet:
    return _others_events(since, now, me).filter(account_id__listed=few).values_list("pk", flat=True)[:NEWS]


@prepared
def newest_events(since: Any, now: Any, me: Any) -> QuerySet:
    return _others_events(since, now, me).values_list("pk", "account_id")[:LATEST]


@prepared
def events(ids: Any) -> QuerySet:
    return Event.objects.filter(pk__listed=ids).order_by("-at", "-pk")


@prepared
def seen(ids: Any, *, circle: Circle) -> QuerySet:
    return circle.accounts.filter(pk__listed=ids).order_by().values_list("pk", flat=True)


@prepared
def names(ids: Any, *, circle: Circle) -> QuerySet:
    return Account.objects.visible_to(circle.user).filter(pk__listed=ids).order_by().values_list("pk", "name")
