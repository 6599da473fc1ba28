"""Whose a new lead is, until when somebody has to speak with her, and telling whom it comes to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kundenkreis.core import bulk, clock, working_days
from kundenkreis.core.filters import BadFilter
from kundenkreis.core.models import House
from kundenkreis.history.models import Event
from kundenkreis.inbox.models import Notification
from kundenkreis.leads.models import Lead, LeadHours, RoutingRule
from kundenkreis.staff import access
from kundenkreis.staff.models import Deputy, Team, Territory, User

CHUNK = 500


def moment() -> dt.datetime:
    """Now, as the house sees it: in a demo house the same hour of the day on which its data ends."""
    now = timezone.localtime()
    return clock.midnight(clock.today()) + (now - now.replace(hour=0, minute=0, second=0, microsecond=0))


def due(received: dt.datetime) -> dt.datetime:
    """Until when somebody has to have spoken with a lead that came at this moment: so many of the house's working hours on."""
    agreed, house = LeadHours.current(), House.known()
    zone = timezone.get_default_timezone()
    return working_days.after_hours(received, agreed.hours, agreed.opens, agreed.closes, zone, house.country)


@transaction.atomic
def route(lead: Lead, *, by: Any, batch: Any = None, now: dt.datetime | None = None) -> Event | None:
    """Give the lead to whom the first fitting rule finds; None when none finds anybody."""
    rules = list(RoutingRule.objects.in_force().select_related("person", "team"))
    for rule in rules:
        if _fits(rule, lead) and (person := _whom(rule, lead)) is not None:
            return lead.change(by=by, verb="routed", batch=batch, now=now, owner=person, team=person.team)
    return None


def route_many(numbers: Sequence[int]) -> int:
    """The same for leads that came in together and have no owner: a question for each rule, one notification for each person.

    It belongs to what brought them in, and leaves no event of its own. How many found somebody.
    """
    left = dict(
        Lead._base_manager.filter(pk__listed=sorted(numbers), owner=None)
        .order_by("pk")
        .values_list("pk", "territory_id")
    )
    given: dict[int, User] = {}
    load = dict(Lead.objects.open().exclude(owner=None).order_by().values_list("owner_id").annotate(n=Count("pk")))
    for rule in RoutingRule.objects.in_force().select_related("person", "team"):
        for pk, person in _many(rule, left, load):
            given[pk] = person
            del left[pk]
    rows = [(pk, person.pk, person.team_id) for pk, person in given.items()]
    if rows:
        bulk.update_rows(Lead, ["id", "owner_id", "team_id"], rows)
    for person in {one.pk: one for one in given.values()}.values():
        with translation.override(person.language):
            count = sum(one.pk == person.pk for one in given.values())
            said = ngettext("%(count)s lead for you", "%(count)s leads for you", count) % {"count": count}
        Notification.send(person, "lead", said, list_address())
    return len(given)


def _many(rule: RoutingRule, left: Mapping[int, int | None], load: dict[int, int]) -> Iterator[tuple[int, User]]:
    """Which of these leads a rule gives to whom. `load` is counted on."""
    try:
        asked = rule.asked().q() if rule.conditions else Q()
    except BadFilter:
        return
    fitting = list(
        Lead._base_manager.filter(asked, pk__listed=sorted(left)).order_by("pk").values_list("pk", flat=True)
    )
    one = _or_deputy(rule.person) if rule.way == RoutingRule.Way.PERSON else None
    team = User.objects.filter(team_id__in=access.below(Team, {rule.team_id})) if rule.team_id else []
    members = present(team)
    of_territory: dict[int | None, list[User]] = {}
    for pk in fitting:
        if rule.way == RoutingRule.Way.TERRITORY:
            where = left[pk]
            if where not in of_territory:
                of_territory[where] = _of_territory(Territory.objects.filter(pk=where).select_related("owner").first())
            members = of_territory[where]
        if rule.way == RoutingRule.Way.TURN:
            person = _in_turn(rule, members)
        else:
            person = one or min(members, key=lambda some: (load.get(some.pk, 0), some.pk), default=None)
        if person is not None:
            load[person.pk] = load.get(person.pk, 0) + 1
            yield pk, person


def list_address() -> str:
    """Where one's own leads are listed; "" in a process without pages."""
    try:
        return reverse("leads:list") + "?f=owner:is:me"
    except NoReverseMatch:
        return ""


def _fits(rule: RoutingRule, lead: Lead) -> bool:
    try:
        return not rule.conditions or Lead._base_manager.filter(rule.asked().q(), pk=lead.pk).exists()
    except BadFilter:
        return False


def _whom(rule: RoutingRule, lead: Lead) -> User | None:
    """The person whom a rule finds now: nobody who has left, and for whoever is away her deputy or the next."""
    if rule.way == RoutingRule.Way.PERSON:
        return _or_deputy(rule.person)
    if rule.way == RoutingRule.Way.TERRITORY:
        return _least_loaded(_of_territory(lead.territory))
    members = present(User.objects.filter(team_id__in=access.below(Team, {rule.team_id})) if rule.team_id else [])
    return _in_turn(rule, members) if rule.way == RoutingRule.Way.TURN else _least_loaded(members)


def _of_territory(territory: Territory | None) -> list[User]:
    """To whom its leads go: its owner; while she is away, or where there is none, its people."""
    if territory is None:
        return []
    return present([territory.owner] if territory.owner else []) or present(territory.people.all())


def present(people: Iterable[User]) -> list[User]:
    """Those of them who work here, may work on leads, and are not away (whoever has a deputy today is)."""
    some = [one for one in people if _can(one)]
    away = _away(one.pk for one in some)
    return sorted((one for one in some if one.pk not in away), key=lambda one: one.pk)


def _can(person: User) -> bool:
    return person.is_active and person.deleted_at is None and bool(access.reach(person, "leads.change"))


def _away(numbers: Iterable[int]) -> dict[int, int]:
    """Who of them has a deputy today, and whom."""
    today = clock.today()
    rows = Deputy.objects.living().filter(Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today)
    return dict(rows.filter(person_id__in=list(numbers)).order_by("-pk").values_list("person_id", "deputy_id"))


def _or_deputy(person: User | None) -> User | None:
    if person is None or person.deleted_at is not None or not person.is_active:
        return None
    away = _away([person.pk])
    if person.pk not in away:
        return person if _can(person) else None
    deputy = User.objects.living().filter(pk=away[person.pk]).first()
    return deputy if deputy is not None and _can(deputy) and not _away([deputy.pk]) else None


def _in_turn(rule: RoutingRule, members: list[User]) -> User | None:
    """Whoever comes after the one who had the last. The rule's row is locked, so that two leads at once go to two people."""
    if not members:
        return None
    locked = RoutingRule._base_manager.select_for_update().get(pk=rule.pk)
    after = [one for one in members if locked.last_id is not None and one.pk > locked.last_id]
    chosen = (after or members)[0]
    RoutingRule._base_manager.filter(pk=rule.pk).update(last=chosen)  # whose turn it is: no change that a person made
    return chosen


def _least_loaded(members: list[User]) -> User | None:
    if not members:
        return None
    counted = Lead.objects.open().filter(owner__in=members).order_by().values_list("owner_id")
    load = dict(counted.annotate(count=Count("pk")))
    return min(members, key=lambda one: (load.get(one.pk, 0), one.pk))


def of_one_who_leaves(person: User) -> Any:
    """Her open leads, which go along when she hands over."""
    return Lead.objects.open().filter(owner=person)


def left_behind() -> Any:
    """Open leads whose owner has left: nobody would ever speak with them."""
    gone = Q(owner__is_active=False) | Q(owner__deleted_at__isnull=False)
    return Lead.objects.open().filter(gone)


def take_from_those_who_left() -> int:
    """Route open leads of people who have left anew; whom no rule finds becomes nobody's, where everybody sees it. How many."""
    moved = 0
    for lead in left_behind().select_related("territory")[:CHUNK]:
        if route(lead, by=None) is None:
            lead.change(by=None, verb="routed", owner=None)
        moved += 1
    return moved


def tell(lead: Lead, by: Any) -> None:
    """Tell the owner that the lead is hers now, unless she took it herself or cannot sign in."""
    owner = lead.owner
    if owner is None or not owner.is_active or (by is not None and by.pk == owner.pk) or not lead.is_open:
        return
    with translation.override(owner.language):
        said = _("A lead for you: %(lead)s") % {"lead": lead}
    Notification.send(owner, "lead", said, address(lead))


def address(lead: Lead) -> str:
    """Where the lead is shown; "" in a process without pages."""
    try:
        return reverse("leads:detail", args=[lead.pk])
    except NoReverseMatch:
        return ""
