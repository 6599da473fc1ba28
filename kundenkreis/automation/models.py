"""Rules, what they did, and what they remember."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from kundenkreis.automation import actions, checking, nouns
from kundenkreis.automation.nouns import NOUNS, Noun, When
from kundenkreis.core import clock
from kundenkreis.core.filters import Filters, parse
from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.recording import Recorded
from kundenkreis.insights.models import Signal
from kundenkreis.staff import access
from kundenkreis.staff.models import User

MOST = 200  # rules of one house: each is asked at every change of its noun
KEPT = dt.timedelta(days=90)  # what is remembered of a run
# By a change of these a rule begins anew: it has to look which records fulfil its conditions now, and acts on what happens from then on.
ASKED_BY = frozenset({"when", "field", "days", "conditions", "is_on", "responsible"})


class AutomationQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self if access.reach(user, "automation.see") else self.none()

    def on(self) -> Self:
        return self.living().filter(is_on=True)

    def for_list(self) -> Self:
        return self.select_related("responsible")


class AutomationRule(Recorded):
    """When something happens to a record of a noun, and conditions hold, then actions are done in their order (`actions`).

    `conditions` are written as the filters of lists are. It acts as `responsible`, with her rights and in her name. `days` are counted
    from the date `field`: below zero before it. `from_value` and `to_value` are the values between which `field` changes, "" for any.
    """

    key = models.SlugField(_("key"), max_length=60, blank=True)
    name = models.CharField(_("name"), max_length=100)
    belongs_to = models.CharField(_("of"), max_length=20, choices=nouns.choices)
    when = models.CharField(_("when it"), max_length=8, choices=When, default=When.ADDED)
    field = models.CharField(_("field"), max_length=60, blank=True)
    from_value = models.CharField(_("from"), max_length=200, blank=True)
    to_value = models.CharField(_("to"), max_length=200, blank=True)
    days = models.SmallIntegerField(
        _("days after it"), default=0, validators=[MinValueValidator(-3650), MaxValueValidator(3650)]
    )
    conditions = models.JSONField(_("if"), default=list, blank=True)
    actions = models.JSONField(_("then"), default=list, blank=True)
    responsible = models.ForeignKey(
        User, verbose_name=_("acts as"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    for_imports = models.BooleanField(_("for imports too"), default=False)
    most_a_day = models.PositiveIntegerField(
        _("at most a day"), default=200, validators=[MinValueValidator(1), MaxValueValidator(10_000)]
    )
    note = models.CharField(_("why"), max_length=300, blank=True)
    is_on = models.BooleanField(_("switched on"), default=False)
    # Why the house itself has switched it off, in words.
    stopped_why = models.CharField(max_length=300, blank=True, editable=False)
    # What the worker remembers: from which event (signal) on it holds; whether it is known which records fulfil it; how far the look at
    # all records has come; the last day that was looked at; which trouble was told.
    since_event = models.BigIntegerField(default=0, editable=False)
    is_prepared = models.BooleanField(default=False, editable=False)
    reached = models.BigIntegerField(default=0, editable=False)
    looked_on = models.DateField(null=True, editable=False)
    told = models.CharField(max_length=300, blank=True, editable=False)

    objects = AutomationQuerySet.as_manager()

    class Meta:
        verbose_name = _("automation rule")
        verbose_name_plural = _("automation rules")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=models.Q(deleted_at=None),
                name="automation_rule_key",
                violation_error_message=_("There is a rule with this key already."),
            )
        ]
        indexes = [bin_index("automation_rule_bin")]

    def __str__(self) -> str:
        return self.name

    @property
    def of(self) -> Noun:
        return NOUNS[self.belongs_to]

    def asked(self) -> Filters:
        """Its conditions, read with the eyes of whoever answers for it. Raises BadFilter when one of them cannot be asked (any more)."""
        return parse(self.conditions, self.of.readable(), by=self.responsible, today=clock.today())

    def prepare(self, touched: set[str]) -> set[str]:
        derived = super().prepare(touched)
        # Whoever switches a broken rule off, or renames it, is not asked to mend it; to be switched on it has to be whole.
        self.__dict__["_is_looked_at"] = (
            self.pk is None or bool(touched & checking.LOOKED_AT) or ("is_on" in touched and self.is_on)
        )
        if not self.key and self.name:
            self.key = self._free_key()
            derived.add("key")
        if "actions" in touched and isinstance(self.actions, list):
            self.actions = [actions.tidied(one) for one in self.actions]
        if "is_on" in touched and self.is_on:
            self.stopped_why, self.told = "", ""
            derived |= {"stopped_why", "told"}
        if touched & ASKED_BY or self.pk is None:
            self.is_prepared, self.reached, self.looked_on = False, 0, None
            followed = Signal if self.belongs_to == "signals" else Event
            self.since_event = followed._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
            derived |= {"is_prepared", "reached", "looked_on", "since_event"}
        return derived

    def _free_key(self) -> str:
        taken = set(AutomationRule.objects.living().exclude(pk=self.pk).values_list("key", flat=True))
        root = slugify(self.name)[:50] or "rule"
        return next(key for n in range(1, len(taken) + 2) if (key := root if n == 1 else f"{root}-{n}") not in taken)

    def clean(self) -> None:
        super().clean()
        if self.__dict__.pop("_is_looked_at", True) and (wrong := checking.wrong(self)):
            raise ValidationError(wrong)
        if self.pk is None and AutomationRule.objects.living().count() >= MOST:
            raise ValidationError(translated("A house has at most %(most)d rules.") % {"most": MOST})

    @transaction.atomic
    def change(self, *, by: Any, **values: Any) -> Event | None:  # type: ignore[override]
        """As of every noun. To switch it on or off is an event of that name; a rule with something wrong in it cannot be switched on."""
        present = type(self)._base_manager.filter(pk=self.pk).values_list("is_on", flat=True).first()
        is_on = values.get("is_on", present)
        verb = values.pop("verb", "changed")
        if verb == "changed" and is_on != present:
            verb = "switched_on" if is_on else "switched_off"
        return super().change(by=by, verb=verb, **values)

    def switch(self, on: bool, *, by: Any, version: int | None = None) -> Event | None:
        """On: from now on it acts on what happens. Off: what waits is not done."""
        return self.change(by=by, version=version, is_on=on)

    def stop(self, why: str) -> Event | None:
        """The house switches it off, and says why."""
        return self.change(by=None, verb="stopped", is_on=False, stopped_why=why[:300])

    def _move(self, *args: Any, **values: Any) -> Event:
        event = super()._move(*args, **values)
        type(self)._base_manager.filter(pk=self.pk).update(is_prepared=False, reached=0, looked_on=None)
        return event


class AutomationRunQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        return self if access.reach(user, "automation.see") else self.none()

    def waiting(self) -> Self:
        return self.filter(state=AutomationRun.State.WAITING)

    def for_list(self) -> Self:
        return self.select_related("rule")


class AutomationRun(models.Model):
    """That a rule holds for a record on one occasion, and what was done then. Noted once, done once.

    `occasion` says which: "e17" event 17, "c9" chunk 9 of a batch, "n" new, "d2026-03-02" the day that was waited for. `chain` are the
    rules whose deeds led to it. `deeds` are what was done, one entry for each action; `events` the history that it left.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        SKIPPED = "skipped", _("not done")

    rule = models.ForeignKey(
        AutomationRule, verbose_name=_("rule"), on_delete=models.CASCADE, related_name="runs", db_index=False
    )
    noun = models.CharField(_("of"), max_length=20, choices=nouns.choices)
    record_id = models.BigIntegerField(_("record"))
    occasion = models.CharField(max_length=40)
    at = models.DateTimeField(_("when"), default=timezone.now)
    actor_id = models.BigIntegerField(null=True)  # whoever did what started it
    chain = models.JSONField(default=list)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    done_at = models.DateTimeField(_("done at"), null=True)
    deeds = models.JSONField(_("what was done"), default=list)
    problem = models.CharField(_("why not"), max_length=500, blank=True)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="+")
    events = models.JSONField(default=list)

    objects = AutomationRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run of a rule")
        verbose_name_plural = _("runs of rules")
        constraints = [
            models.UniqueConstraint(fields=["rule", "record_id", "occasion"], name="automation_run_once"),
        ]
        indexes = [
            models.Index(fields=["rule", "-at", "-id"], name="automation_run_rule"),
            models.Index(fields=["id"], name="automation_run_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["at", "id"], name="automation_run_at"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.noun} {self.record_id}"

    @classmethod
    def forget_old(cls, now: dt.datetime | None = None) -> int:
        """Delete what came to its end 90 days ago, some thousand rows at a time. Returns how many."""
        old = cls.objects.filter(at__lt=(now or timezone.now()) - KEPT).exclude(state=cls.State.WAITING)
        gone = 0
        while some := list(old.order_by("at").values_list("pk", flat=True)[:5_000]):
            gone += cls.objects.filter(pk__in=some).delete()[0]
        return gone


class AutomationMet(models.Model):
    """That a record fulfils a rule's conditions: only who has no such row can newly fulfil them."""

    rule = models.ForeignKey(AutomationRule, on_delete=models.CASCADE, related_name="+", db_index=False)
    record_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "record_id"], name="automation_met_once")]

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.record_id}"


class AutomationMark(models.Model):
    """How far was read: the last event, and the last signal."""

    event = models.BigIntegerField(default=0)
    chunk = models.BigIntegerField(default=0)  # of the batch that the next event is about
    signal = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.event} {self.signal}"

    @classmethod
    def held(cls) -> AutomationMark:
        """The mark, held until the transaction ends: of two workers the second reads on where the first has come."""
        cls.objects.get_or_create(pk=1)
        return cls.objects.select_for_update().get(pk=1)
