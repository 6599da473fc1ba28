"""Who may see an event, and who may take it back: asked of the record it is about."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Model
from django_tasks import task

from kundenkreis.history.models import Batch, Event
from kundenkreis.history.undo import CannotUndo, Undone, undo_batch
from kundenkreis.staff import access
from kundenkreis.staff.models import User

AT_ONCE = 10  # so many chunks of a batch are undone while the person waits

# The noun of `access.TABLE` that decides over a model; what is not here is decided by who may see history.
_DECIDED_BY = {
    "customers.account": "accounts",
    "customers.accountlink": "accounts",
    "customers.partnerfunction": "accounts",
    "customers.relation": "accounts",
    "customers.accountteammember": "accounts",
    "customers.tag": "accounts",
    "customers.contact": "contacts",
    "customers.position": "contacts",
    "customers.consent": "contacts",
    "customers.address": "contacts",
    "customers.contactpoint": "contacts",
    "activities.activity": "activities",
    "files.document": "documents",
    "catalogue.product": "products",
    "catalogue.family": "products",
    "catalogue.unit": "products",
    "catalogue.price": "products",
    "catalogue.pricelist": "products",
    "orders.order": "orders",
    "orders.delivery": "orders",
    "orders.openitem": "orders",
    "orders.creditstanding": "orders",
    "staff.user": "people",
    "staff.team": "people",
    "staff.territory": "people",
    "staff.deputy": "people",
    "lists.savedview": "views",
    "rates.exchangerate": "rates",
}


def subject_of(event: Event) -> Any:
    """The record an event is about; None when it is gone for good."""
    try:
        return apps.get_model(event.subject_type)._base_manager.filter(pk=event.subject_id).first()
    except (LookupError, ValueError):
        return None


def may_see(user: User, subject: Model) -> bool:
    """Whoever may see a record may see its history; a person's own only herself and those who keep people."""
    if access.may(user, "history.see"):
        return True
    if isinstance(subject, User):
        return subject.pk == user.pk or access.may(user, "people.change")
    visible = getattr(type(subject)._default_manager, "visible_to", None)
    return bool(visible and visible(user).filter(pk=subject.pk).exists())


def may_see_event(user: User, event: Event) -> bool:
    if access.may(user, "history.see"):
        return True
    subject = subject_of(event)
    return subject is not None and may_see(user, subject)


def without_hidden(user: User, event: Event) -> Event:
    """The event as this person may read it: a product's cost is for some roles only. Never saved."""
    if (
        event.subject_type == "catalogue.product"
        and "cost" in event.changes
        and not access.may(user, "products.see_cost")
    ):
        event.changes = {name: values for name, values in event.changes.items() if name != "cost"}
    return event


def may_undo(user: User, event: Event, subject: Any) -> bool:
    """May this person take the event back? As she may change, or put into the bin, the record; her own fresh record she always may."""
    noun = _DECIDED_BY.get(subject._meta.label_lower)
    if noun is None:
        return False
    if subject._meta.label_lower == "lists.savedview":
        return subject.owner_id == user.pk
    kind = event.verb.rpartition(".")[2]
    if kind == "added" and event.actor_id == user.pk and getattr(subject, "version", 0) == 1:
        return True
    verb = "discard" if kind in ("added", "discarded", "restored") else "change"
    if noun == "rates":
        return access.may(user, "rates.change")
    if noun == "orders" and verb == "discard":
        return access.may(user, "orders.discard", subject)
    return access.may(user, f"{noun}.{verb}", subject)


def may_undo_batch(user: User, batch: Batch) -> bool:
    """Whoever did it, and whoever sees all of history. Emptying the bin is for good; an import is undone on its own page."""
    if batch.kind in ("purge", "import") or batch.state not in (
        Batch.State.DONE,
        Batch.State.CANCELLED,
        Batch.State.FAILED,
    ):
        return False
    if batch.kind == "hand_over":
        return access.may(user, "people.change")
    return batch.actor_id == user.pk or access.may(user, "history.see")


def kept_records(user: User, would: Undone) -> list[tuple[str, str]]:
    """(noun, name) of records that an undo would keep, as far as this person may see them."""
    found = []
    for label, pk in would.kept_records:
        record = apps.get_model(label)._base_manager.filter(pk=pk).first()
        if record is not None and may_see(user, record):
            found.append((str(record._meta.verbose_name), str(record)))
    return found


def in_background(batch: Batch, user: User) -> None:
    """Put the undo of a large batch into the queue. The batch says how it goes."""
    _undo.enqueue(batch.pk, user.pk)


@task()
def _undo(batch_id: int, user_id: int) -> None:
    try:
        undo_batch(Batch.objects.get(pk=batch_id), by=User.objects.get(pk=user_id))
    except CannotUndo:
        return  # somebody else was quicker; the batch's page says what became of it
