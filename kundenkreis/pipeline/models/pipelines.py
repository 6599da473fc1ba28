"""Pipelines with their stages, and why business is won or lost: what the house arranges."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access, explaining

PERCENT = [MinValueValidator(0), MaxValueValidator(100)]
MOST_STAGES = 20  # of one pipeline: a board has a column for each


class ArrangedQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Whoever works with opportunities reads how they are arranged."""
        return self.all() if access.may(user, "pipelines.see") else self.none()

    def called(self, text: str) -> Self:
        """Those with this name, in either language and any case."""
        return self.filter(models.Q(name_en__iexact=text) | models.Q(name_de__iexact=text))


class Arranged(Recorded):
    """What stands on one of the house's own lists of this room, in its order, named in both languages."""

    # What was in use is named by what came of it for good.
    leaves_the_bin: ClassVar[bool] = False

    position = models.PositiveSmallIntegerField(_("order"), default=0)
    name_en = models.CharField(_("name in English"), max_length=60)
    name_de = models.CharField(_("name in German"), max_length=60)

    objects = ArrangedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """As the reader's language calls it."""
        return self.name_de if (get_language() or "").startswith("de") else self.name_en

    def access_rule(self) -> explaining.Rule:
        return explaining.Role("pipelines.see")

    def prepare(self, touched: set[str]) -> set[str]:
        """A name in one language serves for both until there is another."""
        self.name_en, self.name_de = (" ".join(text.split()) for text in (self.name_en or "", self.name_de or ""))
        self.name_en, self.name_de = self.name_en or self.name_de, self.name_de or self.name_en
        return {"name_en", "name_de"} | super().prepare(touched)


class Pipeline(Arranged):
    class Kind(models.TextChoices):
        NEW = "new", _("new business")
        EXISTING = "existing", _("existing business")
        PROJECT = "project", _("project sale")
        TENDER = "tender", _("tender")
        RENEWAL = "renewal", _("renewal")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.NEW)
    is_active = models.BooleanField(_("takes new opportunities"), default=True)

    class Meta:
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        ordering = ["position", "pk"]
        indexes = [bin_index("pipeline_pipeline_bin")]

    def first_stage(self) -> Stage | None:
        """Where a new opportunity begins."""
        return self.stages.living().filter(kind=Stage.Kind.OPEN).first()

    def stage_of_kind(self, kind: str) -> Stage | None:
        return self.stages.living().filter(kind=kind).first()

    def discard(self, *, by: Any, **how: Any) -> Event:
        """Into the bin, as long as no opportunity is in it. Raises ValidationError."""
        from kundenkreis.pipeline.models.opportunities import Opportunity, counted

        if count := Opportunity._base_manager.filter(pipeline=self).count():
            said = _("%(kept)s (those in the bin included) are in this pipeline. Switch it off instead.")
            raise ValidationError(said, params={"kept": counted(count)})
        return super().discard(by=by, **how)


class Stage(Arranged):
    """One column of a pipeline's board. `needs_to_enter` and `needs_to_leave` name what must be known then (`criteria`)."""

    class Kind(models.TextChoices):
        OPEN = "open", _("open")
        WON = "won", _("won")
        LOST = "lost", _("lost")

    pipeline = models.ForeignKey(
        Pipeline, verbose_name=_("pipeline"), on_delete=models.PROTECT, related_name="stages", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=4, choices=Kind, default=Kind.OPEN)
    probability = models.PositiveSmallIntegerField(_("probability in %"), default=0, validators=PERCENT)
    needs_to_enter = models.JSONField(_("needed to come in"), default=list, blank=True)
    needs_to_leave = models.JSONField(_("needed to go on"), default=list, blank=True)
    old_after_days = models.PositiveSmallIntegerField(
        _("old after days"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["pipeline", "position", "pk"]
        indexes = [
            models.Index(fields=["pipeline", "position", "id"], name="pipeline_stage_order"),
            bin_index("pipeline_stage_bin"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(probability__lte=100),
                name="pipeline_stage_probability",
                violation_error_message=_("A probability is at most 100 %."),
            ),
            models.UniqueConstraint(
                fields=["pipeline", "kind"],
                condition=models.Q(deleted_at=None) & ~models.Q(kind="open"),
                name="pipeline_stage_ends_once",
                violation_error_message=_("A pipeline has one stage for what is won, and one for what is lost."),
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.kind == self.Kind.OPEN

    def prepare(self, touched: set[str]) -> set[str]:
        """What is won is certain, and what is lost is not."""
        derived = super().prepare(touched)
        if not self.is_open:
            self.probability = 100 if self.kind == self.Kind.WON else 0
            derived.add("probability")
        if self._state.adding and not self.position and self.pipeline_id:
            last = self.pipeline.stages.living().order_by("position").last()
            self.position = last.position + 1 if last else 1
        return derived

    def settle(self, changed: set[str]) -> None:
        """Which opportunity counts in its project hangs on how likely each is."""
        super().settle(changed)
        if "probability" in changed:
            from kundenkreis.pipeline.models import counting

            projects = self.opportunities.filter(project_id__isnull=False).order_by()
            counting.follow(projects.values_list("project_id", flat=True).distinct())

    def clean(self) -> None:
        from kundenkreis.pipeline import criteria

        super().clean()
        wrong: dict[str, Any] = {}
        for name in ("needs_to_enter", "needs_to_leave"):
            if not criteria.are_known(getattr(self, name)):
                wrong[name] = _("That cannot be asked of an opportunity.")
        if self._state.adding and self.pipeline_id and self.pipeline.stages.living().count() >= MOST_STAGES:
            wrong["pipeline"] = ValidationError(
                _("A pipeline has at most %(most)d stages."), params={"most": MOST_STAGES}
            )
        if wrong:
            raise ValidationError(wrong)

    def change(self, *, by: Any, **values: Any) -> Event | None:
        """As of every noun. What stands in it keeps its kind, and a stage its pipeline."""
        other_kind = "kind" in values and values["kind"] != self.kind
        if other_kind and self.opportunities.exists():
            raise ValidationError({"kind": _("Opportunities are in this stage; their outcome would change with it.")})
        if "pipeline" in values and values["pipeline"] != self.pipeline:
            raise ValidationError({"pipeline": _("A stage stays in its pipeline.")})
        return super().change(by=by, **values)


class CloseReason(Arranged):
    """Why business was won or lost; a reason may be part of another one (a tree of two levels)."""

    class Outcome(models.TextChoices):
        WON = "won", _("won")
        LOST = "lost", _("lost")

    outcome = models.CharField(_("for"), max_length=4, choices=Outcome, default=Outcome.LOST)
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )

    is_neutral = models.BooleanField(
        _("no loss of ours"), default=False,
        help_text=_("What was decided elsewhere, such as for another bidder of the project: told apart in win/loss."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("reason of an outcome")
        verbose_name_plural = _("reasons of outcomes")
        ordering = ["outcome", "position", "pk"]
        indexes = [bin_index("pipeline_closereason_bin")]

    def __str__(self) -> str:
        return f"{self.parent.name}: {self.name}" if self.parent is not None else self.name

    def clean(self) -> None:
        super().clean()
        if self.is_neutral and self.outcome != self.Outcome.LOST:
            raise ValidationError({"is_neutral": _("Only what was not won can be no loss of ours.")})
        above = self.parent
        if above is None:
            return
        if above.pk == self.pk or above.parent_id is not None or (self.pk and self.children.living().exists()):
            raise ValidationError({"parent": _("Reasons have two levels.")})
        if above.outcome != self.outcome:
            raise ValidationError({"parent": _("A reason belongs to one for the same outcome.")})

    def settle(self, changed: set[str]) -> None:
        """Which opportunity of a project counts hangs on whether it was a loss of ours."""
        super().settle(changed)
        if "is_neutral" in changed:
            from kundenkreis.pipeline.models import counting

            counting.of_reason(self.pk)

    def discard(self, *, by: Any, **how: Any) -> Event:
        """Into the bin; what was closed with it keeps it. Raises ValidationError while others are part of it."""
        if self.children.living().exists():
            raise ValidationError(_("Other reasons are part of this one. Take these out first."))
        return super().discard(by=by, **how)
