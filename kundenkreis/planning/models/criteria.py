"""By what key accounts are told apart: a set of criteria on two axes, and the rules that make a tier of them. A set has editions."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kundenkreis.core import clock
from kundenkreis.core.records import bin_index
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.pipeline.models.pipelines import Arranged, ArrangedQuerySet
from kundenkreis.planning.models.measures import LESS_IS_BETTER, UNIT, Measure
from kundenkreis.staff import access, explaining

MOST_CRITERIA, MOST_RULES, MOST_STEPS = 20, 12, 20
WHOLE = 100  # percent: what the weights of an axis come to
POINTS = [MinValueValidator(0), MaxValueValidator(100)]
REVIEWS = [MinValueValidator(1), MaxValueValidator(12)]


class SelectionQuerySet(ArrangedQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.all() if access.reach(user, "selection.see") else self.none()


class Selecting(Arranged):
    """What is arranged about selection; read by whoever sees its results."""

    objects = SelectionQuerySet.as_manager()

    class Meta:
        abstract = True

    def within(self, reach: access.Reach) -> bool:
        return reach.everything

    def access_rule(self) -> explaining.Rule:
        return explaining.Role("selection.see")

    def clean(self) -> None:
        super().clean()
        wrong: dict[str, Any] = {
            name: _("Null characters are not allowed.")
            for name in ("name_en", "name_de")
            if "\x00" in (getattr(self, name) or "")
        }
        wrong |= self.wrong()
        if wrong:
            raise ValidationError(wrong)

    def wrong(self) -> dict[str, Any]:
        """What else is wrong, by field."""
        return {}


class SelectionSet(Selecting):
    """An edition of the house's criteria. A draft is arranged freely; what is or was in force stays as the rounds were scored by it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        IN_FORCE = "in_force", _("in force")
        FORMER = "former", _("former")

    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT, editable=False)
    edition = models.PositiveSmallIntegerField(_("edition"), default=1, editable=False)
    in_force_on = models.DateField(_("in force since"), null=True, blank=True, editable=False)
    # How many business reviews a year an account of a tier gets; empty: none by rule. These may change in force: no figure hangs on them.
    reviews_a = models.PositiveSmallIntegerField(
        _("reviews a year, tier A"), null=True, blank=True, default=4, validators=REVIEWS
    )
    reviews_b = models.PositiveSmallIntegerField(
        _("reviews a year, tier B"), null=True, blank=True, default=2, validators=REVIEWS
    )
    reviews_c = models.PositiveSmallIntegerField(_("reviews a year, tier C"), null=True, blank=True, validators=REVIEWS)
    reviews_d = models.PositiveSmallIntegerField(
        _("reviews a year, development"), null=True, blank=True, default=2, validators=REVIEWS
    )

    class Meta:
        verbose_name = _("criteria for key accounts")
        verbose_name_plural = _("criteria for key accounts")
        ordering = ["-edition", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(deleted_at=None, state="in_force"),
                name="planning_set_in_force",
                violation_error_message=_("Another edition is in force."),
            )
        ]
        indexes = [bin_index("planning_set_bin")]

    def __str__(self) -> str:
        return f"{self.name} ({self.edition})"

    @classmethod
    def present(cls) -> SelectionSet | None:
        """The edition that is in force."""
        return cls.objects.living().filter(state=cls.State.IN_FORCE).first()

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    def reviews(self, tier: str) -> int | None:
        """Business reviews a year for a tier; None without a rule."""
        return {"A": self.reviews_a, "B": self.reviews_b, "C": self.reviews_c, "D": self.reviews_d}.get(tier)

    def weights(self) -> dict[str, int]:
        """Axis → what its weights come to; 100 each is right."""
        found = {str(axis): 0 for axis in SelectionCriterion.Axis.values}
        for axis, weight in self.criteria.living().order_by().values_list("axis", "weight"):
            found[axis] += weight
        return found

    @classmethod
    def complete(cls, rows: Sequence[dict[str, Any]], by: Any) -> None:
        last = cls._base_manager.aggregate(models.Max("edition"))["edition__max"] or 0
        for place, row in enumerate(rows, start=1):
            row["edition"] = last + place

    def wrong(self) -> dict[str, Any]:
        if self.is_draft and self.pk and self.rounds.exists():
            return {"__all__": _("Rounds were or are scored by it: it stays.")}
        return {}

    @transaction.atomic
    def put_in_force(self, *, by: Any, version: int | None = None) -> Event | None:
        """From now on rounds are scored by it; what was in force is a former edition. Raises ValidationError."""
        if not self.is_draft:
            raise ValidationError(_("Only a draft can be put into force."))
        wrong = [axis for axis, whole in self.weights().items() if whole != WHOLE]
        if wrong:
            names = ", ".join(str(SelectionCriterion.Axis(axis).label) for axis in wrong)
            said = _("The weights of each axis have to come to 100 %%; those of %(axes)s do not.")
            raise ValidationError(said, params={"axes": names})
        if not self.rules.living().exists():
            raise ValidationError(_("There is no rule yet that makes a tier."))
        present = SelectionSet.present()
        if present is not None:
            present.change(by=by, verb="replaced", state=self.State.FORMER)
        return self.change(
            by=by, version=version, verb="put_in_force", state=self.State.IN_FORCE, in_force_on=clock.today()
        )

    @transaction.atomic
    def copy(self, *, by: Any) -> SelectionSet:
        """The next edition: a draft with the same criteria and rules."""
        kept = {name: getattr(self, name) for name in ("name_en", "name_de", *REVIEWED)}
        new = SelectionSet.add(by=by, position=self.position, **kept)
        for model, rows in ((SelectionCriterion, self.criteria), (TierRule, self.rules)):
            for one in rows.living():
                model.add(by=by, of_set=new, **{name: getattr(one, name) for name in model.COPIED})
        return new

    def discard(self, *, by: Any, **how: Any) -> Event:
        if not self.is_draft:
            raise ValidationError(_("Rounds were or are scored by it: it stays."))
        return super().discard(by=by, **how)


REVIEWED = ("reviews_a", "reviews_b", "reviews_c", "reviews_d")


class OfSet(Selecting):
    """A part of an edition. It changes as long as that is a draft."""

    COPIED: ClassVar[tuple[str, ...]] = ()
    part_of: ClassVar[tuple[str, ...]] = ("of_set",)
    of_set: Any
    of_set_id: int

    class Meta:
        abstract = True

    def wrong(self) -> dict[str, Any]:
        if self.of_set_id and not SelectionSet._base_manager.get(pk=self.of_set_id).is_draft:
            return {"__all__": _("This edition is or was in force. Make a new edition, and change that.")}
        return {}

    def change(self, *, by: Any, **values: Any) -> Event | None:
        if "of_set" in values and values["of_set"] != self.of_set:
            raise ValidationError({"of_set": _("It stays in its edition.")})
        return super().change(by=by, **values)

    def discard(self, *, by: Any, **how: Any) -> Event:
        if said := OfSet.wrong(self):
            raise ValidationError(said)
        return super().discard(by=by, **how)


class SelectionCriterion(OfSet):
    """One criterion: on which axis, figured or judged from what (`measures`), and how a figure becomes points from 0 to 100.

    `low` has no points and `high` 100, whichever is the larger; `steps` are [[from, points], …]. In the measure's own unit: house currency,
    percent, number.
    """

    COPIED = (
        "position", "name_en", "name_de", "axis", "measure", "weight", "scale", "low", "high", "steps", "missing"
    )  # fmt: skip

    class Axis(models.TextChoices):
        ATTRACTIVENESS = "attractiveness", _("customer attractiveness")
        POSITION = "position", pgettext_lazy("with a customer", "our position")

    class Scale(models.TextChoices):
        RANGE = "range", _("evenly between two figures")
        STEPS = "steps", _("by steps")
        RANK = "rank", _("by its rank among all accounts")
        JUDGED = "judged", _("as judged, 0 to 3")

    class Missing(models.TextChoices):
        NOTHING = "nothing", _("no points")
        MIDDLE = "middle", _("half of the points")
        OUT = "out", _("does not count")

    of_set = models.ForeignKey(
        SelectionSet, verbose_name=_("criteria for key accounts"), on_delete=models.CASCADE, related_name="criteria"
    )
    axis = models.CharField(_("axis"), max_length=14, choices=Axis, default=Axis.ATTRACTIVENESS)
    measure = models.CharField(_("figured from"), max_length=16, choices=Measure, default=Measure.REVENUE)
    weight = models.PositiveSmallIntegerField(
        _("weight in %"), default=10, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    scale = models.CharField(_("how it becomes points"), max_length=8, choices=Scale, default=Scale.RANGE)
    low = models.DecimalField(_("no points at"), max_digits=14, decimal_places=2, null=True, blank=True)
    high = models.DecimalField(_("all points at"), max_digits=14, decimal_places=2, null=True, blank=True)
    steps = models.JSONField(_("steps"), default=list, blank=True)
    missing = models.CharField(_("where nothing is known"), max_length=8, choices=Missing, default=Missing.NOTHING)

    class Meta:
        verbose_name = _("criterion for key accounts")
        verbose_name_plural = _("criteria for key accounts")
        ordering = ["of_set", "axis", "position", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(weight__gte=1, weight__lte=100), name="planning_crit_weight"),
            models.UniqueConstraint(
                fields=["of_set", "axis", "measure"],
                condition=models.Q(deleted_at=None),
                name="planning_crit_once",
                violation_error_message=_("This is a criterion of this axis already."),
            ),
        ]
        indexes = [bin_index("planning_crit_bin")]

    @property
    def is_judged(self) -> bool:
        return self.scale == self.Scale.JUDGED

    @property
    def unit(self) -> int:
        """How many parts of a whole number make 1 in the measure's own unit."""
        return UNIT[self.measure]

    def prepare(self, touched: set[str]) -> set[str]:
        """A judged measure is scored as it is judged; what a scale does not ask is empty."""
        derived = super().prepare(touched)
        if self.measure in Measure.judged():
            self.scale = self.Scale.JUDGED
        elif self.scale == self.Scale.JUDGED:
            self.scale = self.Scale.RANGE
        if self.scale != self.Scale.RANGE:
            self.low = self.high = None
        if self.scale != self.Scale.STEPS:
            self.steps = []
        return derived | {"scale", "low", "high", "steps"}

    def wrong(self) -> dict[str, Any]:
        wrong = super().wrong()
        if self._state.adding and self.of_set_id and self.of_set.criteria.living().count() >= MOST_CRITERIA:
            wrong["of_set"] = _("There are enough criteria: nobody would understand more of them.")
        if self.scale == self.Scale.RANGE:
            for name in ("low", "high"):
                if getattr(self, name) is None:
                    wrong[name] = _("Say at which figure there are no points, and at which there are all.")
            if self.low is not None and self.low == self.high:
                wrong["high"] = _("The two figures have to differ.")
        if self.scale == self.Scale.RANK and self.measure in LESS_IS_BETTER:
            wrong["scale"] = _("Of this figure less is better: say between which two figures it is scored.")
        if self.scale == self.Scale.STEPS:
            wrong |= self._wrong_steps()
        return wrong

    def _wrong_steps(self) -> dict[str, Any]:
        """[["10000", 25], …]: figures rise, points are 0 to 100."""
        said = {"steps": _("Write each step as a figure and its points, such as “10000: 25”, the figures rising.")}
        if not isinstance(self.steps, list) or not self.steps or len(self.steps) > MOST_STEPS:
            return said
        try:
            pairs = [(Decimal(str(bound)), points) for bound, points in self.steps]
        except (ArithmeticError, TypeError, ValueError):
            return said
        figures = [bound for bound, _points in pairs]
        right = all(type(points) is int and 0 <= points <= 100 for _bound, points in pairs)
        rising = all(one < other for one, other in zip(figures, figures[1:], strict=False))
        bounded = all(bound.is_finite() and abs(bound) < 10**12 for bound in figures)
        return {} if right and rising and bounded else said


class TierRule(OfSet):
    """What an account must have for a tier. The first rule that holds makes it; without one an account has no tier."""

    COPIED = ("position", "name_en", "name_de", "tier", "attractiveness", "reached", "below", "revenue")

    of_set = models.ForeignKey(
        SelectionSet, verbose_name=_("criteria for key accounts"), on_delete=models.CASCADE, related_name="rules"
    )
    tier = models.CharField(_("tier"), max_length=1, choices=Account.Tier)
    attractiveness = models.PositiveSmallIntegerField(
        _("attractiveness at least"), null=True, blank=True, validators=POINTS
    )
    reached = models.PositiveSmallIntegerField(_("position at least"), null=True, blank=True, validators=POINTS)
    below = models.PositiveSmallIntegerField(_("position below"), null=True, blank=True, validators=POINTS)
    revenue = models.DecimalField(
        _("revenue of 12 months at least"), max_digits=14, decimal_places=2, null=True, blank=True
    )

    class Meta:
        verbose_name = _("rule of a tier")
        verbose_name_plural = _("rules of tiers")
        ordering = ["of_set", "position", "pk"]
        indexes = [bin_index("planning_rule_bin")]

    def prepare(self, touched: set[str]) -> set[str]:
        """A rule is called as its tier, unless somebody gives it a name."""
        label = str(dict(Account.Tier.choices).get(self.tier, self.tier))
        self.name_en, self.name_de = self.name_en or self.name_de or label, self.name_de or self.name_en or label
        return super().prepare(touched)

    def wrong(self) -> dict[str, Any]:
        wrong = super().wrong()
        if self._state.adding and self.of_set_id and self.of_set.rules.living().count() >= MOST_RULES:
            wrong["of_set"] = _("There are enough rules: nobody would understand more of them.")
        if self.reached is not None and self.below is not None and self.below <= self.reached:
            wrong["below"] = _("It has to lie above the position that is asked at least.")
        return wrong
