"""What a new opportunity begins with, and what follows when one comes to another stage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock
from kundenkreis.pipeline import criteria
from kundenkreis.pipeline.models.pipelines import CloseReason, Pipeline, Stage
from kundenkreis.staff.models import User

if TYPE_CHECKING:
    from kundenkreis.pipeline.models.opportunities import Opportunity

# Fields whose change has more to it than another value.
LOOKED_AT = frozenset(
    {"stage", "pipeline", "owner", "expected_close_on", "value", "sums_lines", "closed_at", "close_reason"}
)
VERBS = {"won": "won", "lost": "lost"}


def begin(rows: Sequence[dict[str, Any]], by: Any) -> None:
    """What new opportunities begin with: hers who adds them, in the first stage of the first pipeline. Changes the rows."""
    usual: Pipeline | None = None
    first: dict[int, Stage | None] = {}
    for row in rows:
        if isinstance(by, User):
            row.setdefault("owner", by)
        if row.get("currency") in (None, "") and row.get("account") is not None:
            row["currency"] = row["account"].currency
        stage, pipeline = row.get("stage"), row.get("pipeline")
        if stage is not None:
            row["pipeline"] = pipeline or stage.pipeline
        else:
            usual = usual or Pipeline.objects.living().filter(is_active=True).first()
            pipeline = pipeline or usual
            if pipeline is None:
                continue
            if pipeline.pk not in first:
                first[pipeline.pk] = pipeline.first_stage()
            row |= {"pipeline": pipeline, "stage": first[pipeline.pk]}
            if row["stage"] is None:
                del row["stage"]
        _dated(row)


def _dated(row: dict[str, Any]) -> None:
    """When it came where it is, and how what is closed from the beginning has ended."""
    stage: Stage | None = row.get("stage")
    opened = row.get("opened_at")
    if stage is not None and not stage.is_open:
        row["closed_at"] = row.get("closed_at") or timezone.now()
        row.setdefault("opened_at", row["closed_at"])
        row.setdefault("stage_since", row["closed_at"])
        row |= _of_the_end(stage)
    elif opened is not None:
        row.setdefault("stage_since", opened)


def _of_the_end(stage: Stage) -> dict[str, Any]:
    return {"outcome": stage.kind, "forecast_category": "closed" if stage.kind == "won" else "omitted"}


def wrong_with_new(one: Opportunity) -> dict[str, Any]:
    """What is wrong with a new opportunity beside what is wrong with any."""
    wrong: dict[str, Any] = {}
    if one.owner is not None and has_left(one.owner):
        wrong["owner"] = _left(one.owner)
    if one.is_open and is_past(one.expected_close_on):
        wrong["expected_close_on"] = PAST
    if one.is_open and one.closed_at is not None:
        wrong["closed_at"] = _("What is open has not been closed.")
    if one.stage_id and one.stage.deleted_at is not None:
        wrong["stage"] = _GONE
    if one.pipeline_id and (one.pipeline.deleted_at is not None or not one.pipeline.is_active) and one.is_open:
        wrong["pipeline"] = _("This pipeline takes no new opportunities.")
    if one.closed_at is not None and one.closed_at > _latest():
        wrong["closed_at"] = _FUTURE
    if one.stage_id and one.is_open:
        lacking = criteria.missing(
            one, [name for name in criteria.asked(None, one.stage) if criteria.is_column(name)], {}
        )
        wrong |= {name: criteria.said(one.stage, name) for name in lacking if name not in wrong}
    return wrong


def worked_out(
    present: Opportunity, values: Mapping[str, Any], verb: str, now: dt.datetime
) -> tuple[dict[str, Any], str]:
    """The values of a change with all that follows from them, and what its event is called. Raises ValidationError by field."""
    found = dict(values)
    _refuse(present, found)
    if found.get("sums_lines"):
        found["value"] = present.lines_sum()
    stage = _stage_of(present, found)
    if stage is None or stage.pk == present.stage_id:
        return found, verb
    before = present.stage
    criteria.refuse(present, before, stage, found)
    found.setdefault("stage_since", now)
    if not stage.is_open:
        found = _end(present, stage, found, now)
        return found, VERBS[stage.kind] if verb == "changed" else verb
    if present.outcome:
        found = {**present.OF_THE_END, "forecast_category": "pipeline"} | found
        return found, "reopened" if verb == "changed" else verb
    return found, "moved" if verb == "changed" else verb


def _end(present: Opportunity, stage: Stage, found: dict[str, Any], now: dt.datetime) -> dict[str, Any]:
    reasons = CloseReason.objects.living().filter(outcome=stage.kind)
    reason = found.get("close_reason")
    if stage.kind == "lost" and reason is None and reasons.exists():
        raise ValidationError({"close_reason": ValidationError(_("Say why it was lost."), code="needed")})
    if reason is not None and reason.outcome != stage.kind:
        raise ValidationError({"close_reason": _("This is a reason for another outcome.")})
    closed = found.get("closed_at") or now
    end = {**present.OF_THE_END, **_of_the_end(stage), "probability": None} | found
    return end | {"closed_at": closed, "outcome": stage.kind}


def _stage_of(present: Opportunity, found: dict[str, Any]) -> Stage | None:
    """The stage to which it comes; with another pipeline its first, and with a stage its pipeline."""
    pipeline, stage = found.get("pipeline"), found.get("stage")
    if "stage" in found and stage is None:
        raise ValidationError({"stage": _("Choose a stage.")})
    if pipeline is not None and stage is None and pipeline.pk != present.pipeline_id:
        stage = found["stage"] = pipeline.first_stage()
        if stage is None:
            raise ValidationError({"pipeline": _("This pipeline has no stages yet.")})
    if stage is not None and stage.pk != present.stage_id and stage.deleted_at is not None:
        raise ValidationError({"stage": _GONE})
    if stage is not None and pipeline is None and stage.pipeline_id != present.pipeline_id:
        found["pipeline"] = stage.pipeline
    return stage


def _refuse(present: Opportunity, found: Mapping[str, Any]) -> None:
    """What cannot be changed so, whatever stage it is in."""
    wrong: dict[str, Any] = {}
    owner, day = found.get("owner"), found.get("expected_close_on")
    stays_open = not present.outcome if found.get("stage") is None else found["stage"].is_open
    if owner is not None and owner.pk != present.owner_id and has_left(owner):
        wrong["owner"] = _left(owner)
    if day is not None and day != present.expected_close_on and stays_open and is_past(day):
        wrong["expected_close_on"] = PAST
    sums = found.get("sums_lines", present.sums_lines)
    if sums and "sums_lines" not in found and "value" in found and found["value"] != present.value:
        wrong["value"] = _("It is the sum of the lines. Change these, or say that it is not their sum.")
    closed = found.get("closed_at")
    if closed is not None and closed > _latest():
        wrong["closed_at"] = _FUTURE
    elif closed is not None and stays_open:
        wrong["closed_at"] = _("What is open has not been closed.")
    elif closed is not None and closed < present.opened_at:
        wrong["closed_at"] = _("It was closed before it was opened.")
    if wrong:
        raise ValidationError(wrong)


PAST = _("This day is over. Name one that is to come.")
_FUTURE = _("This day is still to come.")
_GONE = _("This stage is in the bin.")


def is_past(day: Any) -> bool:
    return isinstance(day, dt.date) and day < clock.today()


def has_left(person: User) -> bool:
    """Whether she works here no more."""
    return not person.is_active or person.deleted_at is not None


def _left(person: User) -> ValidationError:
    return ValidationError(_("%(name)s does not work here any more."), params={"name": person})


def _latest() -> dt.datetime:
    """The end of today, as the house sees it, or of the real day where that is later."""
    today = max(clock.today(), timezone.localdate())
    return clock.midnight(today + dt.timedelta(days=1))
