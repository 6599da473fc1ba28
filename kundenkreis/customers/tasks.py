"""Lists by file for the worker."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ValidationError
from django_tasks import task

from kundenkreis.customers import registers
from kundenkreis.customers.models import Register
from kundenkreis.staff.models import User


@task()
def load_register(register: int, path: str, by: int | None) -> None:
    """Bring in the file of an edition, and take the file away; what went wrong stands in the edition."""
    person = User.objects.filter(pk=by).first()
    try:
        registers.load(Register.objects.get(pk=register), Path(path), by=person)
    except ValidationError:
        pass
    finally:
        Path(path).unlink(missing_ok=True)
