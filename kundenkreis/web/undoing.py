"""Taking back from the screen: what an undo would keep, and the undo of a large batch in the background."""

from __future__ import annotations

from django.apps import apps
from django_tasks import task

from kundenkreis.history.models import Batch
from kundenkreis.history.undo import CannotUndo, Undone, undo_batch
from kundenkreis.staff.looking_back import may_see
from kundenkreis.staff.models import User

AT_ONCE = 10  # so many chunks of a batch are undone while the person waits


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
