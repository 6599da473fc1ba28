"""Scoring rounds for the worker."""

from __future__ import annotations

from django_tasks import task

from kundenkreis.fields import editing_very_many
from kundenkreis.history.models import Batch
from kundenkreis.insights.running import Busy
from kundenkreis.planning.models import ScoringRound
from kundenkreis.planning.selection import running, tiering
from kundenkreis.staff.models import User


@task()
def score_round(round_id: int) -> None:
    """Score a round to its end. While insights are at work nothing happens: the timetable asks again."""
    one = ScoringRound.objects.filter(pk=round_id).first()
    if one is None:
        return
    try:
        running.score(one)
    except Busy:
        return
    except Exception:
        running.give_up(one)
        raise


@task()
def put_in_force(batch_id: int, user_id: int) -> None:
    """Give the accounts the tiers of a round that was put into force, or go on where a killed worker left it."""
    batch, one = Batch.objects.get(pk=batch_id), ScoringRound.objects.filter(batch_id=batch_id).first()
    if one is None or batch.state != Batch.State.RUNNING:
        return
    try:
        tiering.go_on(one, by=User.objects.get(pk=user_id))
    except Exception:
        editing_very_many.give_up(batch)
        raise
