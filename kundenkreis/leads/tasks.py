"""Mails to leads, for the worker."""

from __future__ import annotations

from django_tasks import task

from kundenkreis.leads import opting_in


@task()
def ask_to_confirm(consent: int) -> None:
    """The mail with which somebody confirms what she ticked on a form."""
    opting_in.send(consent)
