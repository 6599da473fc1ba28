"""Which texts of a disclosure somebody was shown before she lets them go out: the house remembers it itself, whatever a form or a program says.

Place and hash of each whole text by person, for 30 days. A text that has changed since is another one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from kundenkreis.privacy.belonging import Person
from kundenkreis.privacy.disclosure import Value
from kundenkreis.privacy.models import Shown

KEPT = dt.timedelta(days=30)


def note(person: Person, values: Iterable[Value], *, by: Any, now: dt.datetime | None = None) -> int:
    """These texts were shown to somebody; how many of them were new to her. A text counts from when it was shown last."""
    now = now or timezone.now()
    wanted = {(value.place[:160], value.whole): value for value in values}
    known = _rows(person, by).filter(place__in=[place for place, _whole in wanted])
    there = {(place, digest): pk for pk, place, digest in known.values_list("pk", "place", "digest")}
    Shown.objects.filter(pk__in=[pk for key, pk in there.items() if key in wanted]).update(at=now)
    new = [key for key in wanted if key not in there]
    Shown.objects.bulk_create([Shown(**_whose(person), by=by, place=p, digest=d, at=now) for p, d in new])
    return len(new)


def unseen(person: Person, values: Sequence[Value], *, by: Any, now: dt.datetime | None = None) -> list[int]:
    """The places in `values` of those texts that were not shown to her, as they are now."""
    since = (now or timezone.now()) - KEPT
    seen = set(_rows(person, by).filter(at__gte=since).values_list("place", "digest"))
    return [at for at, value in enumerate(values) if (value.place[:160], value.whole) not in seen]


def forget_old(now: dt.datetime | None = None) -> int:
    return Shown.objects.filter(at__lt=(now or timezone.now()) - KEPT).delete()[0]


def _rows(person: Person, by: Any) -> QuerySet[Shown]:
    return Shown.objects.filter(**_whose(person), by=by)


def _whose(person: Person) -> dict[str, Any]:
    if person.contact is not None:
        return {"contact_id": person.contact.pk}
    return {"account_id": person.accounts[0].pk}
