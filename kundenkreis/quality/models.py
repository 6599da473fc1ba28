"""Runs of the importer, their problems row by row, remembered mappings; merges of records."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import RecordQuerySet, reached_from
from kundenkreis.customers.models import Account, Contact
from kundenkreis.history.models import Batch
from kundenkreis.staff import access, explaining
from kundenkreis.staff.models import User


class ImportRunQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        reach = access.reach(user, "imports.see")
        if reach.everything:
            return self
        return self.filter(owner_id__in=reach.owners) if reach else self.none()

    def for_list(self) -> Self:
        return self.select_related("owner", "batch")


class ImportRun(models.Model):
    """One file on its way in. The state, the next row and the counts are saved with each chunk, so a killed run goes on where it was."""

    class Mode(models.TextChoices):
        CREATE = "create", _("create only")
        UPDATE = "update", _("update only")
        BOTH = "both", _("create and update")

    class State(models.TextChoices):
        DRAFT = "draft", _("being prepared")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked")
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        FINISHING = "finishing", _("finishing")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", _("failed")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    target = models.CharField(_("what"), max_length=40)  # "sales", "accounts", …
    file_name = models.CharField(_("file"), max_length=255)
    path = models.CharField(max_length=500, blank=True)  # where the uploaded file lies
    size = models.BigIntegerField(_("size in bytes"), default=0)
    options = models.JSONField(
        _("how to read it"), default=dict
    )  # sheet, delimiter, encoding, header rows, decimal mark, day order, currency
    mapping = models.JSONField(_("mapping"), default=dict)  # {field: column}
    match_by = models.CharField(_("matched by"), max_length=40, blank=True)
    mode = models.CharField(_("mode"), max_length=8, choices=Mode, default=Mode.BOTH)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    owner = models.ForeignKey(User, verbose_name=_("who"), null=True, on_delete=models.SET_NULL, related_name="imports")
    undo_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    rows_total = models.BigIntegerField(_("rows in the file"), null=True, blank=True)
    rows_read = models.BigIntegerField(_("rows read"), default=0)
    next_chunk = models.PositiveIntegerField(default=0)
    next_offset = models.BigIntegerField(default=0)
    share = models.FloatField(_("share done"), default=0)  # 0 to 1
    seconds = models.FloatField(_("seconds of work"), default=0)  # without the time between a kill and going on
    # {"added": n, "changed": n, "unchanged": n, "rejected": n, "without_account": n, …}; added + changed + unchanged + rejected = rows read
    counts = models.JSONField(_("counts"), default=dict)
    forecast = models.JSONField(_("counts of the dry run"), default=dict)  # like counts
    notes = models.JSONField(_("notes"), default=list)  # [[code, params], …] about the whole file
    failure = models.JSONField(default=dict)  # {"code": …, "params": …} when it failed
    wants_cancel = models.BooleanField(default=False)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["-created_at"], name="quality_run_created")]

    def __str__(self) -> str:
        return self.file_name

    def within(self, reach: access.Reach) -> bool:
        return self.owner_id in reach.owners

    def grounds(self) -> tuple[explaining.Ground, ...]:
        return (explaining.Ground(explaining.By.OWNER, self.owner_id),) if self.owner_id else ()

    def access_rule(self) -> explaining.Rule:
        return explaining.Within("imports.see", self.grounds())


class ImportProblem(models.Model):
    """Why a row was not stored (or, `is_note`, what was noticed on one that was)."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="problems")
    row = models.BigIntegerField(_("row"))  # as the person counts in the file
    field = models.CharField(_("field"), max_length=60, blank=True)
    code = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    is_note = models.BooleanField(default=False)
    cells = models.JSONField(default=dict)  # the row as it was, to be repaired and imported again

    class Meta:
        verbose_name = _("problem")
        verbose_name_plural = _("problems")
        constraints = [models.UniqueConstraint(fields=["run", "row", "field", "code"], name="quality_problem_once")]

    def __str__(self) -> str:
        return f"{self.row}: {self.code}"


class Mapping(models.Model):
    """Which column became which field the last time a file with these headers came in; some are delivered with the product."""

    target = models.CharField(max_length=40)
    signature = models.CharField(max_length=64)  # of the header names
    name = models.CharField(_("name"), max_length=120, blank=True)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("mapping")
        constraints = [models.UniqueConstraint(fields=["target", "signature"], name="quality_mapping_once")]

    def __str__(self) -> str:
        return self.name or self.signature[:8]


class MergeQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Merges of records that the person sees: the one that is kept stands for both."""
        seen = models.Q(pk__in=[])
        for noun in (Account, Contact):
            seen |= models.Q(noun=noun.noun()) & reached_from("kept_id", noun.objects.visible_to(user))
        return self.filter(seen)

    def standing(self) -> Self:
        """Those that were not taken back, alone or with their batch."""
        return self.filter(undone_at=None).exclude(batch__state=Batch.State.UNDONE)


class Merge(models.Model):
    """Two records that became one: chunk `number` of `batch` holds what that changed."""

    noun = models.CharField(_("kind"), max_length=10)  # "account", "contact"
    kept_id = models.BigIntegerField()
    gone_id = models.BigIntegerField()
    kept_label = models.CharField(_("kept"), max_length=200)
    gone_label = models.CharField(_("merged"), max_length=200)
    at = models.DateTimeField(_("when"))
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="merges")
    number = models.PositiveIntegerField()
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="quality_merge_once")]
        indexes = [
            models.Index(fields=["noun", "kept_id", "-id"], name="quality_merge_kept"),
            models.Index(fields=["noun", "gone_id", "-id"], name="quality_merge_gone"),
        ]

    def __str__(self) -> str:
        return f"{self.gone_label} → {self.kept_label}"


from kundenkreis.quality.edited import EditedSheet, SheetCell  # noqa: E402, F401
from kundenkreis.quality.lookups import Lookup  # noqa: E402, F401
from kundenkreis.quality.pairs import DuplicatePair, DuplicateRun  # noqa: E402, F401
from kundenkreis.quality.rules import QualityFigure, QualityFinding, QualityMark, QualityRule, QualityRun, QualityWaiver  # noqa: E402, F401
