"""Events and batches. Append-only for people: nothing here is changed by a screen but a batch's own state."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Batch(models.Model):
    """One piece of work on many records (an import, a bulk edit, an undo) that can be undone as a whole."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", _("failed")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    kind = models.CharField(_("kind"), max_length=20)
    label = models.CharField(_("what"), max_length=200)
    actor_id = models.BigIntegerField(_("who"), null=True)
    actor_name = models.CharField(_("who"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # {"customers.account": {"added": 10, "changed": 2}}, and after an undo "undone" and "kept" beside them
    counts = models.JSONField(_("counts"), default=dict)
    # How far an undo has come, and before it begins what it was counted that it would do:
    # {"undone": 10, "kept": 2, "kept_records": [["customers.account", 7], …]}
    undo_report = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("batch")
        indexes = [models.Index(fields=["-started_at"], name="history_batch_started")]

    def __str__(self) -> str:
        return self.label


class BatchChunk(models.Model):
    """What one chunk of a batch did, compactly: `added` as runs of ids, `changed` as compressed before and after.

    The history of one record asks which chunks touched it: `first` and `last` narrow it down by index, `added` and `ids` decide.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    model = models.CharField(max_length=60)
    added = models.JSONField(default=list)  # [[first, last], …], both included
    changed = models.BinaryField(default=b"")  # `chunks.pack`: before and after of each row
    is_undone = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)
    # The lowest and the highest id that it added or changed; 0 and -1 for none.
    first = models.BigIntegerField(default=0)
    last = models.BigIntegerField(default=-1)
    ids = models.BinaryField(default=b"")  # of the changed rows, ascending, 8 bytes each (`chunks.holds`)
    fields = models.JSONField(default=list)  # names of the fields that hold another value afterwards, in any row
    # What happened to every row of `ids` alike and is undone elsewhere, as an event's `changes`: a tag that was put on.
    alike = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number", "model"], name="history_chunk_once")]
        indexes = [models.Index(fields=["model", "last", "first"], name="history_chunk_range")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.number} {self.model}"


class TakenBack(models.Model):
    """How many steps of a record's version came and went by batches and their undos.

    A version only ever rises, so that nobody's stale form wins; the version less these steps says whether somebody touched the record.
    """

    model = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    steps = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "record_id"], name="history_takenback_once")]

    def __str__(self) -> str:
        return f"{self.model} {self.record_id}: {self.steps}"


class EventQuerySet(models.QuerySet):
    def about(self, record: models.Model) -> Self:
        return self.filter(subject_type=record._meta.label_lower, subject_id=record.pk)

    def since(self, cursor: int) -> Self:
        """What came after event number `cursor`, oldest first: how a higher room follows a lower one."""
        return self.filter(pk__gt=cursor).order_by("pk")


class Event(models.Model):
    at = models.DateTimeField(_("when"), default=timezone.now)
    actor_id = models.BigIntegerField(_("who"), null=True)
    actor_name = models.CharField(_("who"), max_length=200, blank=True)
    verb = models.CharField(_("what"), max_length=60)  # "account.changed"
    subject_type = models.CharField(max_length=60)  # "customers.account"
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(_("record"), max_length=200)
    # {field: [from, to]} and, where a value is a reference, {field: [from, to, name of from, name of to]}
    changes = models.JSONField(_("changes"), default=dict)
    account_id = models.BigIntegerField(null=True)  # whose timeline it belongs to
    version = models.PositiveIntegerField(null=True)  # that the record had afterwards
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.SET_NULL, related_name="events")
    undoes = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="undone_by")
    # The event of the same piece of work with which this one is taken back: of a report, the next step that it made.
    goes_with = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="parts", db_index=False
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-id"], name="history_event_subject"),
            models.Index(fields=["account_id", "-at", "-id"], name="history_event_account"),
            models.Index(fields=["at", "id"], name="history_event_at"),
            models.Index(fields=["actor_id", "-id"], name="history_event_actor"),
            models.Index(fields=["goes_with"], name="history_event_part", condition=models.Q(goes_with__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_label}"
