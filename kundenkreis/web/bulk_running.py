"""A bulk edit of all that match a list's address, run by the worker when they are many."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django_tasks import task

from kundenkreis.fields import editing_very_many
from kundenkreis.history.models import Batch
from kundenkreis.staff import access
from kundenkreis.staff.models import User
from kundenkreis.web.bulk_kinds import LISTS
from kundenkreis.web.lists import state

AT_ONCE = 2_000  # so many records are changed while the person waits


def in_background(
    query: str, kind: str, value: Any, expected: int, *, label: str, by: User, list_name: str = "accounts"
) -> Batch:
    """Put it into the queue: `kind` is one of the noun's (`bulk_kinds`), `value` what its form calls plain."""
    batch = editing_very_many.begin(LISTS[list_name][1].change, expected, label=label, by=by)
    _run.enqueue(batch.pk, by.pk, query, kind, value, list_name)
    return batch


@task()
def _run(batch_id: int, user_id: int, query: str, kind: str, value: Any, list_name: str = "accounts") -> None:
    """Run it, or go on where a killed worker left it."""
    batch, user = Batch.objects.get(pk=batch_id), User.objects.get(pk=user_id)
    if batch.state != Batch.State.RUNNING:
        return
    noun = LISTS[list_name][1]
    try:
        change = noun.kinds[kind].form.changed(noun.change, value)
        editing_very_many.go_on(batch, _matching(user, query, kind, list_name), change, by=user)
    except Exception:
        editing_very_many.give_up(batch)
        raise


def _matching(user: User, query: str, kind: str, list_name: str) -> QuerySet:
    """What the list's address matches for this person now, as far as she may still change it."""
    listed, noun = LISTS[list_name]
    request = HttpRequest()
    request.user, request.GET = user, QueryDict(query)
    if not access.may(user, noun.kinds[kind].action):
        return noun.change.model.objects.none()
    rows: Any = listed.matching(request, state.read(listed, request))
    return rows.within(access.reach(user, noun.action))
