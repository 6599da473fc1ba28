"""What a person opened last: hers alone, and not many of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from kundenkreis.lists.models import Opened
from kundenkreis.staff.models import User

MOST = 50


@transaction.atomic
def note(person: User, noun: str, record_id: int, now: dt.datetime | None = None) -> None:
    """`person` has opened this record now. The oldest beyond fifty are forgotten."""
    Opened.objects.update_or_create(
        person=person, noun=noun, record_id=record_id, defaults={"at": now or timezone.now()}
    )
    beyond = list(Opened.objects.filter(person=person).order_by("-at", "-pk").values_list("pk", flat=True)[MOST:])
    if beyond:
        Opened.objects.filter(pk__in=beyond).delete()


def opened(person: Any) -> list[tuple[str, int]]:
    """(noun, number) of what she opened, the last one first. Whether she may still see it is for the reader to ask."""
    rows = Opened.objects.filter(person=person).order_by("-at", "-pk")
    return list(rows.values_list("noun", "record_id")[:MOST])
