"""The way of each opportunity through the stages."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.pipeline.models.pipelines import Stage


class StageChange(models.Model):
    """That an opportunity came into a stage: its way as history has it, for figures. `days` is how long it stood in the one before.

    Derived from the opportunity's own columns (`follow`), so that an undo shortens the way as well.
    """

    derived_from: ClassVar[tuple[str, ...]] = ("opportunity",)

    opportunity = models.ForeignKey(
        "pipeline.Opportunity", on_delete=models.CASCADE, related_name="stage_changes", db_index=False
    )
    from_stage = models.ForeignKey(Stage, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    to_stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("when"))
    days = models.FloatField(_("days in the stage before"), null=True)

    class Meta:
        verbose_name = _("change of stage")
        verbose_name_plural = _("changes of stages")
        indexes = [
            models.Index(fields=["opportunity", "at", "id"], name="pipeline_way_opportunity"),
            # What velocity reads: how long cards stood in a stage, the latest first.
            models.Index(fields=["from_stage", "-at", "days", "opportunity"], name="pipeline_way_from"),
            models.Index(fields=["to_stage", "at"], name="pipeline_way_to"),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id}: {self.from_stage_id} → {self.to_stage_id}"

    @classmethod
    def follow(cls, ids: Collection[int]) -> None:
        """Bring the ways of these opportunities in step with the stages in which they stand, and since when."""
        opportunities: Any = cls._meta.get_field("opportunity").related_model
        standing = opportunities._base_manager.filter(pk__listed=list(ids)).values_list("pk", "stage_id", "stage_since")
        ways: dict[int, list[StageChange]] = {}
        for way in cls.objects.filter(opportunity_id__listed=list(ids)).order_by("at", "pk"):
            ways.setdefault(way.opportunity_id, []).append(way)
        gone: list[int] = []
        new: list[Any] = []
        for pk, stage, since in standing.order_by("pk"):
            kept = [way for way in ways.get(pk, []) if way.at <= since]
            gone += [way.pk for way in ways.get(pk, []) if way.at > since]
            last = kept[-1] if kept else None
            if last is None:
                new.append(cls(opportunity_id=pk, to_stage_id=stage, at=since))
            elif last.to_stage_id != stage:
                days = (since - last.at).total_seconds() / 86_400
                new.append(
                    cls(opportunity_id=pk, from_stage_id=last.to_stage_id, to_stage_id=stage, at=since, days=days)
                )
        cls.objects.filter(pk__in=gone).delete()
        cls.objects.bulk_create(new, batch_size=500)
