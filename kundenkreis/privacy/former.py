"""Colleagues who left: until when their account is held, and what its erasure would do.

Whoever cannot sign in any more has left. After the months that the house has set (House.forget_colleagues_months; three years to begin
with, because so long claims from employment can be raised, § 1486 ABGB) her account is erased by itself: name, addresses, sign-ins and
preferences go, and her number stays where records and history point at her. What travelling cost is part of the books (§ 132 BAO).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Max, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.core.text import fold
from kundenkreis.customers.dialling import Number
from kundenkreis.customers.models import Contact
from kundenkreis.history.models import Event
from kundenkreis.lists.models import SavedView
from kundenkreis.privacy import deadlines, inventory, retention
from kundenkreis.privacy.holding import Fate, Holding
from kundenkreis.privacy.models import LegalHold, Noun
from kundenkreis.privacy.needles import Needles
from kundenkreis.privacy.person import Person
from kundenkreis.privacy.saying import named
from kundenkreis.staff.models import User
from kundenkreis.trips.models import Trip

LAW = "§ 132 BAO"
_CALLED = {"first_name": "given", "last_name": "family", "email": "email", "phone": "phone"}


def nameless(pk: int) -> str:
    """What she is called from now on, in the language of the house."""
    with translation.override(House.known().language or "en"):
        return _("Former colleague %(number)s") % {"number": pk}


# --- who has left, and since when ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Former:
    """A colleague who left. `due_on` is the day on which her account is erased by itself; None when the house has set none."""

    person: User
    left_at: dt.datetime
    due_on: dt.date | None
    is_held: bool


def has_left(person: User) -> bool:
    return not person.is_active or person.deleted_at is not None


def gone() -> models.QuerySet[User]:
    """Those who left and are not erased yet."""
    return User.objects.filter(Q(is_active=False) | Q(deleted_at__isnull=False), erased_at=None).order_by("pk")


def everybody() -> list[Former]:
    """All of them, whoever is due first in front. Four queries."""
    people = list(gone())
    since, months = moments(people), House.current().forget_colleagues_months
    numbers = [one.pk for one in people]
    held = LegalHold.objects.filter(noun=Noun.USER, record_id__in=numbers, lifted_at=None)
    holds = set(held.values_list("record_id", flat=True))
    found = [Former(one, since[one.pk], due_on(since[one.pk], months), one.pk in holds) for one in people]
    return sorted(found, key=lambda one: (one.left_at, one.person.pk))


def due(today: dt.date | None = None) -> list[User]:
    """Whose time is over, and who is not held for a claim."""
    today = today or clock.today()
    return [one.person for one in everybody() if one.due_on and one.due_on < today and not one.is_held]


def due_on(left: dt.datetime, months: int | None) -> dt.date | None:
    """The last day on which the account is held."""
    return deadlines.months_later(timezone.localtime(left).date(), months) if months else None


def moments(people: Iterable[User]) -> dict[int, dt.datetime]:
    """Since when each cannot sign in any more, as history tells; where it does not, since her account was last changed."""
    known = {one.pk: one for one in people}
    events = Event.objects.filter(subject_type="staff.user", subject_id__in=list(known))
    locked = events.filter(Q(verb__in=("user.locked", "user.discarded")) | Q(changes__is_active__1=False))
    found = dict(locked.order_by().values_list("subject_id").annotate(last=Max("at")))
    return {pk: found.get(pk) or one.deleted_at or one.changed_at for pk, one in known.items()}


# --- by what she is found --------------------------------------------------------------------------------------------------


def needles_of(person: User) -> Needles:
    """By what texts and history name her: what her account holds, and what it held before."""
    held = [{said: str(getattr(person, name) or "") for name, said in _CALLED.items()}, *_before(person.pk)]
    given = {one["given"].strip() for one in held if one.get("given")}
    family = {one["family"].strip() for one in held if one.get("family")}
    names = sorted((first, last) for first in given or {""} for last in family if last and not last.startswith("⟨"))
    country = House.known().country
    read = [Number.read(one["phone"], country) for one in held if one.get("phone")]
    mails = sorted({one["email"].lower() for one in held if "@" in one.get("email", "")})
    phones = sorted({number.national for number in read if number and not _is_anothers(number, person, country)})
    return Needles(tuple(names), tuple(mails), tuple(phones), (), not _is_common(family, person))


def _before(pk: int) -> Iterator[dict[str, str]]:
    events = Event.objects.filter(subject_type="staff.user", subject_id=pk)
    for changes in events.values_list("changes", flat=True):
        for place in (0, 1):
            values = {
                said: changes[name][place] for name, said in _CALLED.items() if len(changes.get(name, ())) > place
            }
            yield {said: value for said, value in values.items() if isinstance(value, str)}


def _is_anothers(number: Number, person: User, country: str) -> bool:
    """Whether a living colleague has the number too: that of a desk or of the whole office."""
    others = User.objects.living().exclude(pk=person.pk).exclude(phone="").values_list("phone", flat=True)
    read = (Number.read(other, country) for other in others)
    return any(one is not None and one.whole == number.whole for one in read)


def _is_common(family: Iterable[str], person: User) -> bool:
    """Whether somebody else has one of her last names."""
    keys = {fold(name) for name in family} - {""}
    contacts = Contact.objects.living()
    colleagues = User.objects.filter(erased_at=None).exclude(pk=person.pk).values_list("last_name", flat=True)
    return bool(keys & {fold(name) for name in colleagues}) or any(
        contacts.filter(key__startswith=f"{key} ").exists() for key in keys
    )


def same_name(needles: Needles, person: User) -> list[Contact | User]:
    """Contacts and other colleagues of her name, ten of each at most."""
    keys = {fold(f"{family} {given}")[:210] for given, family in needles.names if given}
    contacts = Contact.objects.living().filter(key__in=keys).select_related("main_account").order_by("pk")[:10]
    named = {(fold(given), fold(family)) for given, family in needles.names}
    others = User.objects.filter(erased_at=None).exclude(pk=person.pk).order_by("pk")
    colleagues = [one for one in others if (fold(one.first_name), fold(one.last_name)) in named]
    return [*contacts, *colleagues[:10]]


# --- what goes -------------------------------------------------------------------------------------------------------------


def parts(person: User, mails: Iterable[str] = ()) -> list[tuple[Holding, type[models.Model], models.QuerySet]]:
    """Rows of other tables that are deleted with her account, as the inventory says. `mails` are those she ever signed in with."""
    found = []
    for line in inventory.about_staff():
        model = inventory.model_of(line)
        if model is None or line.left is not Fate.DELETE:
            continue
        asked = Q()
        for way in line.staff:
            asked |= _signed_in(way, mails or {person.email}) if way == "username" else Q(**{way: person.pk})
        rows = model._base_manager.filter(asked)
        found.append((line, model, rows.filter(shared=SavedView.Shared.PRIVATE) if model is SavedView else rows))
    return found


def _signed_in(way: str, mails: Iterable[str]) -> Q:
    """Of sign-ins the address is known that was typed, in any case."""
    asked = Q(pk__in=[])
    for mail in mails:
        asked |= Q(**{f"{way}__iexact": mail})
    return asked


def trips_of(numbers: Iterable[int]) -> models.QuerySet[Trip]:
    return Trip._base_manager.filter(person_id__in=list(numbers))


def books_until(numbers: Iterable[int]) -> dt.date | None:
    """Until when her trips must be kept: seven years from the end of the year of the last one. None without any."""
    last = trips_of(numbers).aggregate(last=Max("ends_at"))["last"]
    return retention.ends(timezone.localtime(last).date()) if last else None


def over(numbers: Iterable[int], today: dt.date) -> models.QuerySet[Trip]:
    """Her trips that need not be kept any more on that day."""
    first = dt.datetime(today.year - retention.YEARS, 1, 1, tzinfo=timezone.get_default_timezone())
    return trips_of(numbers).filter(ends_at__lt=first)


def rows_of(person: User) -> dict[str, int]:
    """How many rows go at once, by the name of their table."""
    rows: Counter[str] = Counter()
    for line, _model, some in parts(person):
        rows[named(line)] += some.count()
    return {name: count for name, count in rows.items() if count}


def person_of(person: Any) -> Person:
    return Person(colleagues=(person.pk,))
