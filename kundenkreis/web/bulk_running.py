"""A bulk edit of all that match a list's address, run by the worker when they are many."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django_tasks import task

from kundenkreis.customers import editing_very_many
from kundenkreis.customers.bulk_editing import Change
from kundenkreis.customers.models import Account, Tag
from kundenkreis.history.models import Batch
from kundenkreis.staff import access
from kundenkreis.staff.models import User
from kundenkreis.web.lists import state
from kundenkreis.web.views.account_list import ACCOUNTS
from kundenkreis.web.views.touch_list import TOUCHES

AT_ONCE = 2_000  # so many accounts are changed while the person waits
LISTS = {page.name: page for page in (ACCOUNTS, TOUCHES)}


def in_background(
    query: str, kind: str, value: Any, expected: int, *, label: str, by: User, list_name: str = "accounts"
) -> Batch:
    """Put it into the queue: `kind` is "owner", "tier", "tags" or "custom", `value` a person's or tag's number, the tier, or key and
    stored value of a custom field.
    """
    batch = editing_very_many.begin(expected, label=label, by=by)
    _run.enqueue(batch.pk, by.pk, query, kind, value, list_name)
    return batch


@task()
def _run(batch_id: int, user_id: int, query: str, kind: str, value: Any, list_name: str = "accounts") -> None:
    """Run it, or go on where a killed worker left it."""
    batch, user = Batch.objects.get(pk=batch_id), User.objects.get(pk=user_id)
    if batch.state != Batch.State.RUNNING:
        return
    try:
        editing_very_many.go_on(batch, _matching(user, query, kind, list_name), _change(kind, value), by=user)
    except Exception:
        editing_very_many.give_up(batch)
        raise


def _change(kind: str, value: Any) -> Change:
    if kind == "custom":
        return Change.custom(*value)
    if kind == "owner":
        return Change.owner(User.objects.get(pk=value) if value is not None else None)
    return Change.tagged(Tag.objects.get(pk=value)) if kind == "tags" else Change.tier(value)


def _matching(user: User, query: str, kind: str, list_name: str) -> QuerySet[Account]:
    """What the list's address matches for this person now, as far as she may still change it."""
    request = HttpRequest()
    request.user, request.GET = user, QueryDict(query)
    if not access.may(user, "accounts.assign" if kind == "owner" else "accounts.change"):
        return Account.objects.none()
    rows = LISTS[list_name].matching(request, state.read(LISTS[list_name], request))
    return rows.within(access.reach(user, "accounts.change"))
