"""Reassignments, what they change in territories, and accounts that are excepted by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kundenkreis.core import clock
from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access, explaining, rulebook
from kundenkreis.staff.models import Territory, User

MOST_TERRITORIES = 200
MOST_ACCOUNTS = 1_000
LISTS = ("countries", "postcodes", "industries", "sizes")


class ReassignmentQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.all() if access.may(user, "reassignments.see") else self.none()

    def for_list(self) -> Self:
        return self.select_related("batch")


class Reassignment(Recorded):
    """Other owners, people or rules for territories from a day on, with the accounts that move because of it."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("reassignment", "draft")
        PLANNED = "planned", pgettext_lazy("reassignment", "planned")
        RUNNING = "running", pgettext_lazy("reassignment", "being carried out")
        DONE = "done", pgettext_lazy("reassignment", "carried out")
        FAILED = "failed", pgettext_lazy("reassignment", "interrupted")

    class Owners(models.TextChoices):
        FORMER = "former", _("those of the former owner, and those without one")
        ALL = "all", _("all accounts that move or whose territory gets another owner")
        NONE = "none", _("none: every account keeps its owner")

    name = models.CharField(_("name"), max_length=100)
    due_on = models.DateField(_("holds from"), null=True, blank=True)
    owners = models.CharField(
        _("which accounts get another owner"), max_length=8, choices=Owners, default=Owners.FORMER
    )
    hands_over = models.BooleanField(_("what is open goes along with its accounts"), default=True)
    takes_by_hand = models.BooleanField(_("accounts whose territory was set by hand move too"), default=False)
    whole_house = models.BooleanField(_("the rules are applied to all accounts"), default=False)
    note = models.TextField(_("why"), blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT, editable=False)
    problem = models.CharField(max_length=300, blank=True, editable=False)
    planned_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False)
    # Whose each territory was when it began, and what each person won and lost so far: {"7": [accounts, accounts]}.
    former = models.JSONField(default=dict, editable=False)
    tally = models.JSONField(default=dict, editable=False)
    # What `forecasting` came to, and when it was asked for and counted; {} when something has changed since.
    forecast = models.JSONField(default=dict, editable=False)

    objects = ReassignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("reassignment")
        verbose_name_plural = _("reassignments")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="planned") | models.Q(due_on__isnull=False), name="territories_planned_day"
            )
        ]
        indexes = [
            models.Index(fields=["-id"], name="territories_reass_id"),
            models.Index(fields=["state", "due_on"], name="territories_reass_due"),
            bin_index("territories_reass_bin"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """May it still be changed?"""
        return self.state == self.State.DRAFT and self.deleted_at is None

    @property
    def is_undone(self) -> bool:
        return self.batch is not None and self.batch.state in (Batch.State.UNDONE, Batch.State.UNDOING)

    def within(self, reach: access.Reach) -> bool:
        return reach.everything

    def access_rule(self) -> explaining.Rule:
        return explaining.Role("reassignments.see")

    def prepare(self, touched: set[str]) -> set[str]:
        self.name = " ".join(self.name.split())
        self._touched = touched
        self.forecast = {}
        return {"forecast"}

    def clean(self) -> None:
        touched = self.__dict__.pop("_touched", set())
        refuse_null(self, "name", "note")
        if "due_on" in touched and self.due_on is not None and self.due_on < clock.today():
            raise ValidationError({"due_on": _("This day is over. Choose today or a later one.")})

    @transaction.atomic
    def change(self, *, by: Any, **values: Any) -> Event | None:  # type: ignore[override]
        """As of every noun, while it is a draft."""
        if values.get("verb", "changed") == "changed":
            self.refuse_unless_open()
        return super().change(by=by, **values)

    def refuse_unless_open(self) -> None:
        present = type(self)._base_manager.filter(pk=self.pk).values_list("state", flat=True).first()
        if present != self.State.DRAFT:
            raise ValidationError(_("Only a draft can be changed. Make it one again first."))

    @transaction.atomic
    def discard(self, **how: Any) -> Event:
        if type(self)._base_manager.filter(pk=self.pk, state=self.State.RUNNING).exists():
            raise ValidationError(_("It is being carried out."))
        if self.state == self.State.PLANNED:
            self.reopen(by=how["by"])
        return super().discard(**how)

    @transaction.atomic
    def plan(self, *, by: User | None) -> Event | None:
        """It holds from its day on: the worker carries it out then."""
        self.refresh_from_db()
        self.refuse_unless_open()
        if self.due_on is None:
            raise ValidationError({"due_on": _("Say from which day it holds.")})
        if self.due_on < clock.today():
            raise ValidationError({"due_on": _("This day is over. Choose today or a later one.")})
        self.refuse_if_impossible()
        return self.change(by=by, verb="planned", state=self.State.PLANNED, planned_by=by, problem="")

    @transaction.atomic
    def reopen(self, *, by: User | None) -> Event | None:
        """A draft again: it is not carried out, and can be changed."""
        self.refresh_from_db()
        if self.state != self.State.PLANNED:
            raise ValidationError(_("It is not planned."))
        return self.change(by=by, verb="reopened", state=self.State.DRAFT)

    def refuse_if_impossible(self) -> None:
        """Raise ValidationError when it would do nothing, or would give accounts to somebody who left."""
        changes = list(
            TerritoryChange.objects.living().filter(reassignment=self).select_related("new_owner", "territory")
        )
        some = AccountChoice.objects.living().filter(reassignment=self)
        if not (changes or self.whole_house or some.filter(territory__isnull=False).exists()):
            raise ValidationError(_("It changes nothing yet: name a territory or an account."))
        for change in changes:
            if change.territory.deleted_at is not None:
                raise ValidationError(_("The territory %(name)s is in the bin."), params={"name": change.territory})
            gone = [one for one in (change.new_owner, *change.new_people.all()) if one and _has_left(one)]
            if gone:
                raise ValidationError(_("%(name)s does not work here any more."), params={"name": gone[0]})
        gone_to = some.filter(territory__deleted_at__isnull=False).select_related("territory").first()
        if gone_to is not None:
            raise ValidationError(_("The territory %(name)s is in the bin."), params={"name": gone_to.territory})


def _has_left(person: User) -> bool:
    return not person.is_active or person.deleted_at is not None


def refuse_null(record: Any, *names: str) -> None:
    """Plain texts come past every form by the API: PostgreSQL cannot keep this character."""
    if wrong := [name for name in names if "\x00" in (getattr(record, name) or "")]:
        raise ValidationError({wrong[0]: _("Null characters are not allowed.")})


class _PartQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.all() if access.may(user, "reassignments.see") else self.none()


class _Part(Recorded):
    """Of a reassignment that is still a draft."""

    part_of: ClassVar[tuple[str, ...]] = ("reassignment",)

    class Meta:
        abstract = True

    def within(self, reach: access.Reach) -> bool:
        return reach.everything

    def settle(self, changed: set[str]) -> None:
        super().settle(changed)
        Reassignment._base_manager.filter(pk=self.reassignment_id).update(  # type: ignore[attr-defined]
            forecast={"changed_at": timezone.now().isoformat()}
        )

    def discard(self, **how: Any) -> Event:
        self.reassignment.refuse_unless_open()  # type: ignore[attr-defined]
        return super().discard(**how)

    def restore(self, **how: Any) -> Event:
        self.reassignment.refuse_unless_open()  # type: ignore[attr-defined]
        return super().restore(**how)

    def refuse_too_many(self, most: int) -> None:
        others = type(self)._base_manager.filter(reassignment=self.reassignment_id, deleted_at=None)  # type: ignore[attr-defined]
        if self._state.adding and others[:most].count() >= most:
            raise ValidationError(_("At most %(count)s entries."), params={"count": most})


class TerritoryChange(_Part):
    """What becomes of one territory: another owner, other people, other rules, or several of these."""

    reassignment = models.ForeignKey(
        Reassignment,
        verbose_name=_("reassignment"),
        on_delete=models.CASCADE,
        related_name="territories",
        db_index=False,
    )
    territory = models.ForeignKey(Territory, verbose_name=_("territory"), on_delete=models.CASCADE, related_name="+")
    sets_owner = models.BooleanField(_("another owner"), default=False)
    new_owner = models.ForeignKey(
        User, verbose_name=_("new owner"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    sets_people = models.BooleanField(_("other people"), default=False)
    new_people: models.ManyToManyField = models.ManyToManyField(
        User, verbose_name=_("who works there then"), blank=True, related_name="+"
    )
    sets_rules = models.BooleanField(_("other rules"), default=False)
    countries = models.JSONField(_("countries"), default=list, blank=True)
    postcodes = models.JSONField(_("postcodes"), default=list, blank=True)
    industries = models.JSONField(_("industries"), default=list, blank=True)
    sizes = models.JSONField(_("sizes"), default=list, blank=True)

    objects = _PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a territory")
        verbose_name_plural = _("changes of territories")
        constraints = [
            models.UniqueConstraint(
                fields=["reassignment", "territory"],
                condition=models.Q(deleted_at=None),
                name="territories_change_once",
                violation_error_message=_("This territory is in the reassignment already. Change that one."),
            )
        ]
        indexes = [bin_index("territories_change_bin")]

    def __str__(self) -> str:
        return str(self.territory)

    def prepare(self, touched: set[str]) -> set[str]:
        for name in LISTS:
            setattr(self, name, rulebook.spelt(getattr(self, name), upper=name in ("countries", "postcodes")))
        return set(touched & set(LISTS))

    def clean(self) -> None:
        self.reassignment.refuse_unless_open()
        self.refuse_too_many(MOST_TERRITORIES)
        wrong = rulebook.check(self)
        if self.new_owner is not None and _has_left(self.new_owner):
            wrong["new_owner"] = ValidationError(
                _("%(name)s does not work here any more."), params={"name": self.new_owner}
            )
        if self.territory_id and self.territory.deleted_at is not None:
            wrong["territory"] = ValidationError(
                _("The territory %(name)s is in the bin."), params={"name": self.territory}
            )
        if not (self.sets_owner or self.sets_people or self.sets_rules):
            wrong["sets_owner"] = ValidationError(_("Say what changes: the owner, the people or the rules."))
        if wrong:
            raise ValidationError(wrong)

    def values(self) -> dict[str, Any]:
        """What the territory is told when it is carried out."""
        found: dict[str, Any] = {"owner": self.new_owner} if self.sets_owner else {}
        if self.sets_people:
            found["people"] = list(self.new_people.all())
        return found | ({name: getattr(self, name) for name in LISTS} if self.sets_rules else {})


class AccountChoice(_Part):
    """One account by hand: it goes to a territory whatever the rules say, or (without one) stays as it is."""

    reassignment = models.ForeignKey(
        Reassignment, verbose_name=_("reassignment"), on_delete=models.CASCADE, related_name="choices", db_index=False
    )
    account = models.ForeignKey(Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="+")
    territory = models.ForeignKey(
        Territory,
        verbose_name=_("goes to"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Empty: the account stays where and whose it is."),
    )

    objects = _PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("account by hand")
        verbose_name_plural = _("accounts by hand")
        constraints = [
            models.UniqueConstraint(
                fields=["reassignment", "account"],
                condition=models.Q(deleted_at=None),
                name="territories_choice_once",
                violation_error_message=_("This account is in the reassignment already. Change that one."),
            )
        ]
        indexes = [bin_index("territories_choice_bin")]

    def __str__(self) -> str:
        return str(self.account)

    def timeline_account_id(self) -> None:
        return None

    def clean(self) -> None:
        self.reassignment.refuse_unless_open()
        self.refuse_too_many(MOST_ACCOUNTS)
        if self.territory is not None and self.territory.deleted_at is not None:
            said = _("The territory %(name)s is in the bin.")
            raise ValidationError({"territory": ValidationError(said, params={"name": self.territory})})


def due(day: dt.date) -> models.QuerySet[Reassignment]:
    """Planned ones whose day has come."""
    return (
        Reassignment.objects.living().filter(state=Reassignment.State.PLANNED, due_on__lte=day).order_by("due_on", "pk")
    )
