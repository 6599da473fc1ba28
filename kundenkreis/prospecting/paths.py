"""Warm paths: who of us knows whom at a target account, and how.

From conversations with people who are there now, or were; from seats on the account's team; and from its group, where we deliver already.
A person is told what she may see, and names only of contacts within her reach. How often somebody else has met somebody is a figure
about that colleague: it is told, and ranks, only where the house may count single people (`House.counts_people`, as in
`activities.team_week`). One's own is always told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.customers import hierarchy
from kundenkreis.customers.discretion import within_reach
from kundenkreis.customers.models import Account, AccountTeamMember, Contact, Position
from kundenkreis.customers.models.dated import holding
from kundenkreis.staff.models import User

YEARS_BACK = 5
HALF_LIFE = 365  # days after which a conversation counts half
MOST_PEOPLE, MOST_PATHS = 200, 20
MET = (Activity.Kind.CALL, Activity.Kind.VISIT, Activity.Kind.MEETING, Activity.Kind.MAIL)


@dataclass(frozen=True)
class Path:
    """One of us, and whom she knows there. `count` and `last_on` are None where nobody may be told them."""

    person: User
    words: str
    contact: Contact | None = None
    count: int | None = None
    last_on: dt.date | None = None
    is_mine: bool = False

    @property
    def strength(self) -> float:
        """Frequency × recency: each path's conversations, halved for each year since the last."""
        if self.count is None or self.last_on is None:
            return 0.0
        return self.count * 0.5 ** (max((clock.today() - self.last_on).days, 0) / HALF_LIFE)


def warm_paths(account: Account, user: Any) -> list[Path]:
    """Who of us knows whom at an account or in its group, one's own first, then the warmest (by name where nobody may be counted)."""
    group = _group(account, user)
    places = _people(group)
    known = set(within_reach(user, Contact, places))
    found = [*_met(user, known, places), *_seats(group, user)]
    found += _elsewhere(account, group, user)
    counts = House.known().counts_people(clock.today())
    found.sort(
        key=lambda one: (not one.is_mine, -one.strength if counts or one.is_mine else 0, str(one.person), one.words)
    )
    return found[:MOST_PATHS]


def _group(account: Account, user: Any) -> list[int]:
    """The account and those of its groups that the person may see."""
    ids = {account.pk}
    for name in hierarchy.hierarchies_of(account):
        ids |= set(hierarchy.group(account, name))
    return sorted(within_reach(user, Account, list(ids)[:2000]) | {account.pk})


def _people(group: Collection[int]) -> dict[int, tuple[str, bool]]:
    """Contacts who are, or were, at these accounts: their work there, and whether they are there still. The present ones first."""
    rows = Position.objects.living().filter(account_id__listed=list(group), contact__deleted_at=None)
    today = clock.today()
    found: dict[int, tuple[str, bool]] = {}
    some = rows.order_by("-is_main", "-pk").values_list("contact_id", "job_title", "ends_on")[:MOST_PEOPLE]
    for contact, title, ends in sorted(some, key=lambda row: row[2] is not None and row[2] < today):
        found.setdefault(contact, (title, ends is None or ends >= today))
    return found


def _met(user: Any, known: set[int], places: dict[int, tuple[str, bool]]) -> list[Path]:
    """Conversations with these people, at this account or at another one where they worked before or work now."""
    if not known:
        return []
    since = clock.midnight(clock.today() - dt.timedelta(days=365 * YEARS_BACK))
    seen = Activity.objects.visible_to(user).living().filter(is_open=False, kind__in=MET, at__gte=since)
    pairs: dict[tuple[int, int], tuple[int, dt.datetime]] = {}
    for who, whom in (("owner_id", "contact_id"), ("owner_id", "participants"), ("colleagues", "contact_id")):
        for person, contact, count, last in _counted(seen, who, whom, known):
            before = pairs.get((person, contact), (0, last))
            pairs[person, contact] = (before[0] + count, max(before[1], last))
    people = User.objects.living().filter(is_active=True).in_bulk({person for person, _contact in pairs})
    contacts = Contact._base_manager.in_bulk({contact for _person, contact in pairs})
    counts = House.known().counts_people(clock.today())
    return [
        _told(people[person], contacts[contact], places[contact], figures, user, counts)
        for (person, contact), figures in pairs.items()
        if person in people
    ]


def _counted(seen: QuerySet, who: str, whom: str, known: set[int]) -> Iterable[tuple[int, int, int, dt.datetime]]:
    rows = seen.filter(**{f"{whom}__in": known, f"{who.removesuffix('_id')}__isnull": False}).order_by()
    return rows.values_list(who, whom).annotate(count=Count("pk"), last=Max("at"))


def _told(
    person: User, contact: Contact, place: tuple[str, bool], figures: tuple[int, dt.datetime], user: Any, counts: bool
) -> Path:  # fmt: skip
    count, last = figures
    is_mine = person.pk == user.pk
    said = {"person": person.get_full_name(), "contact": contact.full_name, "count": count}
    if counts or is_mine:
        said["day"] = _day(timezone.localdate(last))
        words = ngettext(
            "%(person)s spoke with %(contact)s once, on %(day)s",
            "%(person)s spoke with %(contact)s %(count)s times, last on %(day)s", count,
        ) % said  # fmt: skip
    else:
        words = _("%(person)s knows %(contact)s") % said
    title, is_there = place
    if not is_there:
        words += ", " + _("who worked there before")
    elif title:
        words += f" ({title})"
    if not (counts or is_mine):
        return Path(person, words, contact)
    return Path(person, words, contact, count, timezone.localdate(last), is_mine)


def _day(day: dt.date) -> str:
    return date_format(day, "j. F Y" if (get_language() or "").startswith("de") else "j F Y")


def _seats(group: Collection[int], user: Any) -> list[Path]:
    """Who has a seat on the team of an account of the group."""
    seats = AccountTeamMember._base_manager.filter(
        holding(clock.today()), account_id__in=list(group)[:500], deleted_at=None, person__is_active=True
    ).select_related("person", "account")
    return [
        Path(
            one.person,
            _("%(person)s is in the account team of %(account)s (%(role)s)")
            % {"person": one.person.get_full_name(), "account": one.account, "role": one.get_role_display()},
            is_mine=one.person_id == user.pk,
        )
        for one in seats[:MOST_PATHS]
    ]


def _elsewhere(account: Account, group: Collection[int], user: Any) -> list[Path]:
    """Who owns an account of its group that orders from us, and accounts that name it as a partner."""
    others = Account.objects.visible_to(user).living().exclude(pk=account.pk).filter(owner__is_active=True)
    of_group = Q(pk__in=[pk for pk in group if pk != account.pk][:500], revenue_12m__gt=0)
    partners = Q(partner_functions__partner=account, partner_functions__deleted_at=None)
    rows = others.filter(of_group | partners).select_related("owner").distinct().order_by("-revenue_12m", "pk")
    said = _("%(person)s looks after %(account)s, which belongs to the same group or works with it")
    return [
        Path(
            one.owner,
            said % {"person": one.owner.get_full_name(), "account": one.name},
            is_mine=one.owner_id == user.pk,
        )
        for one in rows[:5]
        if one.owner is not None
    ]
