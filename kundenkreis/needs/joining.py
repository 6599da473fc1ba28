"""Two wishes that are the same become one, with one undo."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kundenkreis.history.models import Event
from kundenkreis.history.recording import join as go_with
from kundenkreis.needs import telling
from kundenkreis.needs.models import Wish, WishAsk, WishTelling


@transaction.atomic
def join(kept: Wish, gone: Wish, *, by: Any) -> Event:
    """`gone` becomes part of `kept`: who asks for it asks for that one, and who was to be told of it is told of that one.

    A customer who asks for both stands there once. Raises ValidationError.
    """
    pair = {
        one.pk: one
        for one in Wish.objects.select_for_update(of=("self",)).filter(pk__in=[kept.pk, gone.pk]).order_by("pk")
    }
    kept, gone = pair[kept.pk], pair[gone.pk]
    if kept.pk == gone.pk:
        raise ValidationError({"into": _("Choose another wish.")})
    if any(one.deleted_at is not None or one.merged_into_id is not None for one in (kept, gone)):
        raise ValidationError({"into": _("One of them is in the bin, or part of another one already.")})
    event = gone.change(by=by, verb="joined", merged_into=kept)
    assert event is not None
    there = set(WishAsk.objects.living().filter(wish=kept).values_list("account_id", "contact_id"))
    moved = []
    for ask in WishAsk.objects.living().filter(wish=gone).select_related("account").order_by("pk"):
        if (ask.account_id, ask.contact_id) in there:
            continue
        _with(ask.change(by=by, verb="moved", wish=kept), event)
        moved.append(ask.account)
    for one in WishTelling.objects.waiting().filter(wish=gone).order_by("pk"):
        _with(one.discard(by=by), event)
    if kept.status != Wish.Status.NEW:
        telling.remember(kept, {one.pk: one for one in moved}.values(), event, by=by)
    return event


def _with(part: Event | None, event: Event) -> None:
    if part is not None:
        go_with(part, event)
