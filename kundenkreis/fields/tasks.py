"""Work on the values of many records for the worker."""

from __future__ import annotations

from django_tasks import task

from kundenkreis.fields import converting, indexing, recomputing, rolling, unifying
from kundenkreis.fields.models import CustomField
from kundenkreis.history.models import Batch


@task()
def make_index(field: int) -> None:
    """The index of a field that was defined."""
    if (found := CustomField.objects.active().filter(pk=field).first()) is not None:
        indexing.prepare(found)


@task()
def work_out(noun: str) -> None:
    """Formulas of a noun after one of them was changed."""
    recomputing.everything(noun)


@task()
def roll_up() -> None:
    """Roll-ups that were defined, and records that very many changes have left behind."""
    rolling.go_on()


@task()
def search_again(noun: str) -> None:
    """What the search finds a noun's records by."""
    recomputing.search_again(noun)


@task()
def convert(batch: int) -> None:
    """The values of a field that was given another kind."""
    converting.go_on(Batch.objects.get(pk=batch))


@task()
def merge_values(batch: int) -> None:
    """The records that hold a value of a list which became another one."""
    unifying.go_on(Batch.objects.get(pk=batch))
