"""Workbooks that come back from a spreadsheet, and the cells in which they differ from what is here."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import RecordQuerySet
from kundenkreis.history.models import Batch
from kundenkreis.staff.models import User


class EditedSheetQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """One's own: what she may do decides what it changes, so nobody else confirms it."""
        return self.filter(owner_id=user.pk) if user.is_authenticated and user.is_active else self.none()


class EditedSheet(models.Model):
    """An edited workbook on its way in. Nothing is written before its owner has confirmed what differs."""

    class State(models.TextChoices):
        COMPARING = "comparing", _("being compared")
        COMPARED = "compared", _("compared")
        APPLYING = "applying", _("being taken over")
        DONE = "done", _("taken over")
        FAILED = "failed", _("failed")

    noun = models.CharField(_("what"), max_length=20)  # "accounts"
    file_name = models.CharField(_("file"), max_length=255)
    path = models.CharField(max_length=500, blank=True)
    owner = models.ForeignKey(User, verbose_name=_("who"), on_delete=models.CASCADE, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.COMPARING)
    created_at = models.DateTimeField(_("brought in"), default=timezone.now)
    made_at = models.DateTimeField(_("exported"), null=True, blank=True)
    made_by = models.CharField(_("exported by"), max_length=200, blank=True)
    # {"rows": n, "unchanged": n, "changed": cells, "emptied": cells, "conflicts": cells, "refused": rows, "taken": records}
    counts = models.JSONField(_("counts"), default=dict)
    notes = models.JSONField(_("notes"), default=list)  # [[code, params], …] about the whole file
    failure = models.JSONField(default=dict)  # {"code": …, "params": …} when it failed
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    next_chunk = models.PositiveIntegerField(default=0)
    heartbeat_at = models.DateTimeField(default=timezone.now)

    objects = EditedSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("edited workbook")
        verbose_name_plural = _("edited workbooks")
        indexes = [models.Index(fields=["owner", "-id"], name="quality_sheet_owner")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def open_conflicts(self) -> int:
        """Cells about which she has not decided yet; those of rows that are refused anyway do not count."""
        undecided = self.cells.filter(kind=SheetCell.Kind.CONFLICT, decision="", is_blocked=False)
        return undecided.count()

    def forget_file(self) -> None:
        """What it says is kept cell by cell from now on."""
        if self.path:
            Path(self.path).unlink(missing_ok=True)
            self.path = ""
            type(self).objects.filter(pk=self.pk).update(path="")


class SheetCell(models.Model):
    """A cell in which a workbook differs, or a row (or one of its cells) that is refused.

    `was`, `now` and `new` are the field's value when the workbook was made, when it was compared, and in the workbook, as history keeps
    values; `texts` the same three as people read them. `was` of a conflict may be unknown: then `texts` has None there.
    """

    class Kind(models.TextChoices):
        CHANGE = "change", _("change")
        CONFLICT = "conflict", _("conflict")
        PROBLEM = "problem", _("refused")

    class Decision(models.TextChoices):
        NOW = "now", _("keep what is here now")
        SHEET = "sheet", _("take what the workbook says")

    sheet = models.ForeignKey(EditedSheet, on_delete=models.CASCADE, related_name="cells")
    row = models.PositiveIntegerField(_("row"))
    record_id = models.BigIntegerField(null=True, blank=True)
    label = models.CharField(_("record"), max_length=200, blank=True)
    field = models.CharField(_("field"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    was = models.JSONField(null=True, blank=True)
    now = models.JSONField(null=True, blank=True)
    new = models.JSONField(null=True, blank=True)
    texts = models.JSONField(default=list)
    decision = models.CharField(_("decision"), max_length=5, choices=Decision, blank=True)
    is_blocked = models.BooleanField(default=False)  # another cell of its row is refused, and so is the row
    by = models.CharField(_("changed since by"), max_length=200, blank=True)
    at = models.DateTimeField(_("changed since"), null=True, blank=True)
    code = models.CharField(max_length=60, blank=True)
    params = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("cell of an edited workbook")
        indexes = [models.Index(fields=["sheet", "kind", "row", "id"], name="quality_sheetcell_row")]

    def __str__(self) -> str:
        return f"{self.row}/{self.field}"
