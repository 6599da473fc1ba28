"""Scoring rounds: all accounts of a year by one edition of the criteria, and what each came to."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock, fiscal
from kundenkreis.core.models import House
from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.customers.models import Account
from kundenkreis.customers.models.accounts import but_of_restricted, of_accounts
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.recording import Recorded
from kundenkreis.planning.models.criteria import SelectionSet
from kundenkreis.staff import access, explaining

# In place of a tier: the account was not in that round, or is not in this one any more. "" is in it, and has no tier.
ABSENT = "-"


class RoundQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Whoever sees accounts sees that there are rounds; which accounts she sees in them is asked of the results."""
        return self.all() if access.reach(user, "selection.see") else self.none()

    def standing(self) -> Self:
        """Those that were put into force and not taken back, the latest first."""
        rows = self.living().filter(state=ScoringRound.State.IN_FORCE)
        taken_back = models.Q(batch__state__in=(Batch.State.UNDONE, Batch.State.UNDOING))
        return rows.exclude(taken_back).order_by("-starts_on", "-pk")


class ScoringRound(Recorded):
    """A fiscal year's look at all accounts, as of a day. `counts` and `basis` are written with its results (`selection.running`)."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("is being scored")
        READY = "ready", _("scored")
        IN_FORCE = "in_force", _("put into force")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", _("failed")

    AT_WORK = (State.WAITING, State.RUNNING)
    SCORED = (State.READY, State.IN_FORCE)

    starts_on = models.DateField(_("fiscal year from"))
    as_of = models.DateField(_("as of"), default=clock.today)
    of_set = models.ForeignKey(
        SelectionSet, verbose_name=_("criteria for key accounts"), on_delete=models.PROTECT, related_name="rounds"
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.WAITING, editable=False)
    # The round with which it is compared: the last one in force of an earlier year.
    before = models.ForeignKey(
        "self", verbose_name=_("compared with"), null=True, blank=True, editable=False, on_delete=models.SET_NULL,
        related_name="followed_by",
    )  # fmt: skip
    expected = models.PositiveIntegerField(_("accounts"), default=0, editable=False)
    seen = models.PositiveIntegerField(_("accounts scored"), default=0, editable=False)
    stepped_at = models.DateTimeField(null=True, blank=True, editable=False)  # the last sign of life of its worker
    problem = models.CharField(_("problem"), max_length=300, blank=True, editable=False)
    counts = models.JSONField(default=dict, blank=True, editable=False)  # see `selection.counting`
    basis = models.JSONField(
        default=dict, blank=True, editable=False
    )  # {"bounds": {criterion: […]}, "unknown": [criterion]}
    in_force_on = models.DateField(_("in force since"), null=True, blank=True, editable=False)
    batch = models.ForeignKey(
        Batch, verbose_name=_("batch"), null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )  # fmt: skip
    is_generated = models.BooleanField(_("generated"), default=False, editable=False)  # of the demo house

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("scoring round")
        verbose_name_plural = _("scoring rounds")
        ordering = ["-starts_on", "-pk"]
        indexes = [
            models.Index(fields=["-starts_on", "-id"], name="planning_round_year"),
            bin_index("planning_round_bin"),
        ]

    def __str__(self) -> str:
        return f"{fiscal.name(self.starts_on)} ({self.as_of.isoformat()})"

    @classmethod
    def present(cls) -> ScoringRound | None:
        """The one whose tiers are in force."""
        return cls.objects.standing().select_related("of_set").first()

    @property
    def year(self) -> str:
        return fiscal.name(self.starts_on)

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK

    @property
    def is_scored(self) -> bool:
        return self.state in self.SCORED

    def within(self, reach: access.Reach) -> bool:
        return reach.everything

    def access_rule(self) -> explaining.Rule:
        return explaining.Role("selection.see")

    def timeline_account_id(self) -> None:
        return None

    def clean(self) -> None:
        super().clean()
        wrong: dict[str, Any] = {}
        if "\x00" in (self.note or ""):
            wrong["note"] = _("Null characters are not allowed.")
        if self.starts_on is not None and self.starts_on.day != 1:
            wrong["starts_on"] = _("A fiscal year begins on the first of a month.")
        if self.as_of is not None and self.as_of > clock.today():
            wrong["as_of"] = _("This day is still to come.")
        if self._state.adding and self.of_set_id and self.of_set.state != SelectionSet.State.IN_FORCE:
            wrong["of_set"] = _("A round is scored by the edition that is in force.")
        if wrong:
            raise ValidationError(wrong)

    @classmethod
    def start(
        cls, *, by: Any, starts_on: dt.date | None = None, as_of: dt.date | None = None, **values: Any
    ) -> ScoringRound:
        """A round that waits for its worker (`selection.running.score`). Raises ValidationError without criteria in force."""
        present = SelectionSet.present()
        if present is None:
            raise ValidationError(_("No criteria are in force. Put an edition into force first."))
        as_of = as_of or clock.today()
        year = starts_on or fiscal.year_of(as_of, House.current().fiscal_month)
        return cls.add(by=by, starts_on=year, as_of=as_of, of_set=present, **values)

    def discard(self, *, by: Any, **how: Any) -> Event:
        if self.is_at_work:
            raise ValidationError(_("It is being scored. Cancel it first."))
        if self.state == self.State.IN_FORCE:
            raise ValidationError(_("It was put into force: it stays, so that next year can be compared with it."))
        return super().discard(by=by, **how)


class ResultQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Of the accounts that she sees: few are gathered by their index, of many each row is asked."""
        reach = access.reach(user, "selection.see")
        return but_of_restricted(self) if reach.everything else self.filter(of_accounts(reach))

    def present(self) -> Self:
        """Without those that only tell that an account is not in the round any more."""
        return self.exclude(tier=ABSENT)

    def for_list(self) -> Self:
        return self.select_related("account")


class RoundResult(models.Model):
    """What an account came to in a round. Written by `selection.running`; a decision of a person may put another tier in its place.

    `figures` and `points` go by the criteria in the edition's order; `tier` is what holds, `computed` what the rules say, `before` the tier
    of last year's round, `had` the account's own when it was scored.
    """

    derived_from: ClassVar[tuple[str, ...]] = ("account", "round")

    round = models.ForeignKey(
        ScoringRound, verbose_name=_("scoring round"), on_delete=models.CASCADE, related_name="results", db_index=False
    )
    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="selection_results", db_index=False
    )
    tier = models.CharField(_("tier"), max_length=1, blank=True)
    computed = models.CharField(_("computed tier"), max_length=1, blank=True)
    before = models.CharField(_("tier last year"), max_length=1, blank=True)
    had = models.CharField(_("tier when it was scored"), max_length=1, blank=True)
    attractiveness = models.PositiveSmallIntegerField(_("attractiveness"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("our position"), null=True, blank=True)
    rule = models.PositiveSmallIntegerField(null=True, blank=True)  # the place of the one that held
    revenue = models.DecimalField(_("revenue, 12 months"), max_digits=16, decimal_places=2, default=Decimal(0))
    open = models.PositiveSmallIntegerField(_("not judged yet"), default=0)  # criteria that people judge, and have not
    figures = models.JSONField(default=list, blank=True)
    points = models.JSONField(_("points"), default=list, blank=True)

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("result of a round")
        verbose_name_plural = _("results of rounds")
        constraints = [models.UniqueConstraint(fields=["round", "account"], name="planning_result_once")]
        indexes = [
            models.Index(fields=["account", "round"], name="planning_result_account"),
            models.Index(fields=["round", "-revenue", "-id"], name="planning_result_revenue"),
            models.Index(
                fields=["round", "-revenue", "-id"], name="planning_result_open", condition=models.Q(open__gt=0)
            ),
            models.Index(
                fields=["round", "-revenue", "-id"],
                name="planning_result_change",
                condition=~models.Q(tier=models.F("had")),
            ),
            models.Index(
                fields=["round", "-revenue", "-id"],
                name="planning_result_hand",
                condition=~models.Q(tier=models.F("computed")),
            ),
            models.Index(fields=["round", "tier", "before", "-revenue", "-id"], name="planning_result_tier"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.tier}"

    @property
    def cents(self) -> int:
        """The revenue as `selection.scoring` takes it."""
        return int(self.revenue * 100)

    @property
    def is_by_hand(self) -> bool:
        return self.tier != self.computed

    @property
    def moved(self) -> str:
        """ "up", "down", "same", "new" or "gone", against last year. No tier is the lowest, development the next."""
        if self.tier == ABSENT:
            return "gone"
        if self.before == ABSENT:
            return "new"
        now, then = (_HIGH.get(tier, 0) for tier in (self.tier, self.before))
        return "up" if now > then else "down" if now < then else "same"


# Development is beside C: who is moved there is told as a step up, for it means that more is wanted of her.
_HIGH = {"A": 4, "B": 3, "D": 2, "C": 1}
