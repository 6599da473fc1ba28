"""Runs, scores and signals: what was computed of the orders, and what people made of it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock
from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.customers.grounds import grounds_of
from kundenkreis.customers.models import Account
from kundenkreis.customers.models.accounts import of_accounts
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.insights.rfm import Segment
from kundenkreis.staff import access, explaining
from kundenkreis.staff.models import User


class Run(models.Model):
    """One recomputation of everything, as of a day."""

    as_of = models.DateField(_("as of"))
    is_full = models.BooleanField(_("from all facts"), default=True)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # {"accounts": 4300, "stale": 12, "raised": 3, "changed": 1, "closed": 2}
    counts = models.JSONField(_("counts"), default=dict)
    # What it computed with: quintile bounds, the prior of the rhythm, the share of last orders, the periods compared.
    basis = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("recomputation")
        indexes = [models.Index(fields=["-started_at"], name="insights_run_started")]

    def __str__(self) -> str:
        return self.as_of.isoformat()

    @property
    def token(self) -> str:
        """By which the files beside the database know that they belong to it."""
        return f"{self.pk} {self.started_at.isoformat()}"

    @classmethod
    def latest(cls) -> Run | None:
        """The last one that came to its end."""
        return cls.objects.exclude(ended_at=None).order_by("-pk").first()


class OfAccountQuerySet(RecordQuerySet):
    """Rows that are seen with their account."""

    def visible_to(self, user: Any) -> Self:
        return self.filter(of_accounts(access.reach(user, "signals.see")))


class Score(models.Model):
    """What the orders say of an account: its segment, scores and rhythm. Recomputed by runs; nobody changes it by hand."""

    derived_from = ("account",)

    account = models.OneToOneField(
        Account, verbose_name=_("account"), primary_key=True, on_delete=models.CASCADE, related_name="score"
    )
    segment = models.CharField(_("segment"), max_length=12, choices=Segment)
    recency = models.PositiveSmallIntegerField(_("recency"))
    frequency = models.PositiveSmallIntegerField(_("frequency"))
    monetary = models.PositiveSmallIntegerField(_("monetary value"))
    first_on = models.DateField(_("first order"))
    last_on = models.DateField(_("last order"))
    order_days = models.PositiveIntegerField(_("days with an order, 12 months"))
    revenue = models.DecimalField(_("revenue, 12 months"), max_digits=16, decimal_places=2)
    # Of the twelve months up to its last order: what is at stake when it stays away.
    usual_revenue = models.DecimalField(_("revenue in a year of its own"), max_digits=16, decimal_places=2)
    gaps = models.PositiveIntegerField(_("gaps between orders"))
    early_on = models.DateField(_("next order, early"))
    expected_on = models.DateField(_("next order expected"))
    late_on = models.DateField(_("next order, late"))

    objects = OfAccountQuerySet.as_manager()

    COMPUTED = (
        "segment",
        "recency",
        "frequency",
        "monetary",
        "first_on",
        "last_on",
        "order_days",
        "revenue",
        "usual_revenue",
        "gaps",
        "early_on",
        "expected_on",
        "late_on",
    )

    class Meta:
        verbose_name = _("score")
        indexes = [
            models.Index(fields=["segment", "account"], name="insights_score_segment"),
            models.Index(fields=["expected_on", "account"], name="insights_score_expected"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.segment}"

    @property
    def has_rhythm(self) -> bool:
        """Whether it has gaps enough of its own for an expected day."""
        from kundenkreis.insights.rhythm import FEWEST_GAPS

        return self.gaps >= FEWEST_GAPS


class Kind(models.TextChoices):
    MISSED_ORDER = "missed_order", _("Missed order")
    FALLING = "falling", _("Falling revenue")
    RISING = "rising", _("Rising revenue")
    LOST_PRODUCTS = "lost_products", _("Lost products")
    NEW_PRODUCTS = "new_products", _("New products")
    NARROWER = "narrower", _("Fewer families")
    RETURNS = "returns", _("Many returns")
    FIRST_ORDER = "first_order", _("First order")
    REACTIVATED = "reactivated", _("Came back")
    CONCENTRATION = "concentration", _("We depend on it")
    ONE_PRODUCT = "one_product", _("One product carries it")


class SignalQuerySet(OfAccountQuerySet):
    def visible_to(self, user: Any) -> Self:
        return super().visible_to(user).filter(account__deleted_at=None)

    def current(self) -> Self:
        """What holds now, whatever people answered."""
        return self.living().filter(closed_on=None)

    def active(self, today: dt.date | None = None) -> Self:
        """What holds now and waits for somebody: nobody has answered it, or its snooze is over."""
        over = models.Q(answer=Signal.Answer.SNOOZED, snoozed_until__lte=today or clock.today())
        return self.current().filter(models.Q(answer="") | over)

    def by_value(self) -> Self:
        """The most at stake first; with a key that tells two alike apart."""
        return self.order_by("-value", "-pk")

    def for_list(self) -> Self:
        return self.select_related("account", "account__owner")


class Signal(Recorded):
    """A reason to act on an account. A run raises it, keeps its figures up to date and closes it; people answer it.

    It stays the same signal as long as it holds: its age counts from the day of which it was first true.
    """

    derived_from = ("account",)

    class Answer(models.TextChoices):
        DONE = "done", _("done")
        SNOOZED = "snoozed", _("snoozed")
        NOT_USEFUL = "not_useful", _("not useful")

    class Verdict(models.TextChoices):
        RIGHT = "right", _("was right")
        WRONG = "wrong", _("was wrong")

    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="signals", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    value = models.DecimalField(_("at stake"), max_digits=16, decimal_places=2)  # house currency
    figures = models.JSONField(_("figures"), default=dict)  # amounts and days as text; `sentences` puts them into words
    raised_on = models.DateField(_("since"))
    closed_on = models.DateField(_("closed"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=12, choices=Answer, blank=True)
    answered_by = models.ForeignKey(
        User,
        verbose_name=_("answered by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    snoozed_until = models.DateField(_("snoozed until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    # What happened in the days after it was raised (`outcomes`).
    verdict = models.CharField(_("what happened"), max_length=8, choices=Verdict, blank=True)
    outcome = models.JSONField(default=dict)

    objects = SignalQuerySet.as_manager()

    class Meta:
        verbose_name = _("signal")
        verbose_name_plural = _("signals")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind"], name="insights_signal_once", condition=models.Q(closed_on=None)
            )
        ]
        indexes = [
            bin_index("insights_signal_bin"),
            models.Index(fields=["account", "closed_on", "value"], name="insights_signal_account"),
            models.Index(
                fields=["value", "id", "account", "kind", "answer"],
                name="insights_signal_value",
                condition=models.Q(closed_on=None),
            ),
            models.Index(
                fields=["kind", "value", "id", "account"],
                name="insights_signal_kind",
                condition=models.Q(closed_on=None),
            ),
            models.Index(fields=["raised_on"], name="insights_signal_unjudged", condition=models.Q(verdict="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.account}"

    def within(self, reach: access.Reach) -> bool:
        return self.account.within(reach)

    def grounds(self) -> tuple[explaining.Ground, ...]:
        return grounds_of([self.account], through=True)

    def access_rule(self) -> explaining.Rule:
        living = explaining.If(self.account.deleted_at is None, explaining.Want.OUT_OF_BIN)
        return explaining.Every((explaining.Within("signals.see", self.grounds()), living), told=(0,))

    @property
    def days(self) -> int:
        """How long it has held."""
        return ((self.closed_on or clock.today()) - self.raised_on).days

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has answered it, or the snooze is over."""
        over = self.answer == self.Answer.SNOOZED and self.snoozed_until and self.snoozed_until <= clock.today()
        return self.closed_on is None and (not self.answer or bool(over))

    @transaction.atomic
    def done(self, *, by: User | None, note: str = "", now: dt.datetime | None = None) -> Event | None:
        """Somebody has acted on it. It is quiet until it is no longer true."""
        return self._answer("done", by, now, answer=self.Answer.DONE, snoozed_until=None, note=note)

    @transaction.atomic
    def snooze(
        self, *, by: User | None, until: dt.date, note: str = "", now: dt.datetime | None = None
    ) -> Event | None:
        """Leave it alone until a day. Raises ValidationError for a day that is not to come."""
        if until <= clock.today():
            raise ValidationError({"until": _("Choose a day to come.")})
        return self._answer("snoozed", by, now, answer=self.Answer.SNOOZED, snoozed_until=until, note=note)

    @transaction.atomic
    def not_useful(self, *, by: User | None, note: str = "", now: dt.datetime | None = None) -> Event | None:
        """It does not help here; the note says why. For a year it is not raised for this account again, unless it is reopened."""
        return self._answer("not_useful", by, now, answer=self.Answer.NOT_USEFUL, snoozed_until=None, note=note)

    @transaction.atomic
    def reopen(self, *, by: User | None, now: dt.datetime | None = None) -> Event | None:
        """Take the answer back: it waits again."""
        return self.change(
            by=by, now=now, verb="reopened", answer="", snoozed_until=None, note="", answered_by=None, answered_at=None
        )

    def _answer(self, verb: str, by: User | None, now: dt.datetime | None, **values: Any) -> Event | None:
        now = now or timezone.now()
        return self.change(by=by, now=now, verb=verb, answered_by=by, answered_at=now, **values)
