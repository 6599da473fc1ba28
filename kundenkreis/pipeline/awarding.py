"""A project is awarded to one of its bidders: hers goes on or is won, and the others' are closed, which is no loss of ours."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kundenkreis.core import clock
from kundenkreis.history.models import Event
from kundenkreis.history.recording import join
from kundenkreis.pipeline.models import CloseReason, Opportunity, Project


def neutral_reason() -> CloseReason | None:
    """Why an opportunity is closed that was decided elsewhere in its project; None when the house has taken it off its list."""
    reasons = CloseReason.objects.living().filter(outcome="lost", is_neutral=True)
    return reasons.order_by("position", "pk").first()


def others(project: Project, winner: Opportunity) -> list[Opportunity]:
    """The open opportunities of the project that an award to `winner` would close."""
    rows = Opportunity._base_manager.filter(project=project, project_id__isnull=False, deleted_at=None, outcome="")
    return list(rows.exclude(pk=winner.pk).select_related("pipeline", "stage").order_by("pk"))


@transaction.atomic
def award(
    project: Project, to: Opportunity, *, by: Any, on: dt.date | None = None, won: bool = False, **of_the_end: Any
) -> Event:
    """The project is awarded to the bidder of the opportunity `to`, which is won with it if `won` (with `of_the_end`, as `win` takes it).

    Returns the project's event, with which everything else is taken back. Raises ValidationError by field, and then nothing is written.
    """
    _refuse(project, to)
    values: dict[str, Any] = {
        "status": Project.Status.AWARDED,
        "awarded_on": on or clock.today(),
        "awarded_to": to,
        "leading": to,
    }
    event = project.change(by=by, verb="awarded", **values)
    assert event is not None  # another status at least
    parts: list[Event | None] = []
    if rest := others(project, to):
        reason = neutral_reason()
        if reason is None:
            raise ValidationError(
                _("There is no neutral reason for those of the other bidders. Add one under Pipelines and stages.")
            )
        parts = [one.lose(by=by, close_reason=reason) for one in rest]
    if won and to.is_open:
        parts.append(to.win(by=by, **of_the_end))
    for part in parts:
        if part is not None:
            join(part, event)
    return event


def _refuse(project: Project, to: Opportunity) -> None:
    if project.deleted_at is not None or to.deleted_at is not None:
        raise ValidationError(_("It is in the bin."))
    if to.project_id != project.pk:
        raise ValidationError({"to": _("This opportunity is not one of the project.")})
    if to.outcome == "lost":
        raise ValidationError({"to": _("This opportunity is lost. Open it again first.")})
    if project.status == Project.Status.AWARDED and project.awarded_to_id is not None:
        raise ValidationError(_("It is awarded already. Take that back first."))
