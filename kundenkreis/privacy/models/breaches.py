"""Breaches of data protection, and what people report as a problem (Art. 33 and 34 GDPR)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import numbering
from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.privacy import deadlines
from kundenkreis.staff import access
from kundenkreis.staff.models import User

LONG = 10_000


class BreachQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self if access.reach(user, "privacy.see") else self.none()

    def open(self) -> Self:
        return self.filter(closed_at=None, deleted_at=None)

    def unnotified(self) -> Self:
        """Of which nobody has decided yet whether the authority is told."""
        return self.open().filter(authority_told_at=None, authority_not_told="")


class Breach(Recorded):
    """One breach. Every one is written down, whether it is notified or not (Art. 33 (5))."""

    documents_follow: ClassVar[str] = "privacy"

    class Risk(models.TextChoices):
        UNLIKELY = "unlikely", _("unlikely to be a risk")
        RISK = "risk", _("a risk")
        HIGH = "high", _("a high risk")

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    title = models.CharField(_("what happened, in a line"), max_length=200)
    happened = models.TextField(_("what happened"), blank=True, max_length=LONG)
    happened_at = models.DateTimeField(_("happened"), null=True, blank=True)
    noticed_at = models.DateTimeField(_("noticed"), default=timezone.now)
    categories = models.CharField(_("categories of people and data"), max_length=500, blank=True)
    people_count = models.PositiveIntegerField(_("people, about"), null=True, blank=True)
    record_count = models.PositiveIntegerField(_("records, about"), null=True, blank=True)
    consequences = models.TextField(_("likely consequences"), blank=True, max_length=LONG)
    measures = models.TextField(_("measures taken and proposed"), blank=True, max_length=LONG)
    risk = models.CharField(_("risk for the people"), max_length=10, choices=Risk, blank=True)
    risk_reason = models.TextField(_("why that risk"), blank=True, max_length=LONG)
    authority_told_at = models.DateTimeField(_("authority notified"), null=True, blank=True, editable=False)
    authority_reference = models.CharField(_("reference of the authority"), max_length=120, blank=True, editable=False)
    authority_not_told = models.CharField(
        _("why the authority is not notified"), max_length=1_000, blank=True, editable=False
    )
    late_reason = models.CharField(_("why it is late"), max_length=1_000, blank=True, editable=False)
    people_told_at = models.DateTimeField(_("people told"), null=True, blank=True, editable=False)
    people_told_how = models.CharField(_("how the people were told"), max_length=1_000, blank=True, editable=False)
    people_not_told = models.CharField(_("why the people are not told"), max_length=1_000, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    reminded_hour = models.SmallIntegerField(null=True, blank=True, editable=False)  # of `breach_clock.HOURS`

    objects = BreachQuerySet.as_manager()

    class Meta:
        verbose_name = _("breach")
        verbose_name_plural = _("breaches")
        indexes = [
            models.Index(fields=["-noticed_at", "-id"], name="privacy_breach_noticed"),
            bin_index("privacy_breach_bin"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.title}"

    @classmethod
    def complete(cls, rows: Sequence[dict[str, Any]], by: Any) -> None:
        for row in rows:
            row["number"] = numbering.next_number("privacy_breach", "DV-", 4)

    @property
    def notify_by(self) -> dt.datetime:
        return deadlines.notify_by(self.noticed_at)

    @property
    def hours_left(self) -> int:
        return deadlines.hours_left(self.noticed_at, timezone.now())

    @property
    def is_undecided(self) -> bool:
        """Whether the clock still runs."""
        return self.closed_at is None and self.authority_told_at is None and not self.authority_not_told

    def clean(self) -> None:
        now = timezone.now()
        if self.noticed_at and self.noticed_at > now:
            raise ValidationError({"noticed_at": _("That moment has not come yet.")})
        if self.happened_at and self.noticed_at and self.happened_at > self.noticed_at:
            raise ValidationError({"happened_at": _("It cannot have been noticed before it happened.")})

    @transaction.atomic
    def notify(
        self, *, by: Any, at: dt.datetime | None = None, reference: str = "", late_reason: str = "",
        now: dt.datetime | None = None,
    ) -> Event | None:  # fmt: skip
        """The authority was notified. After 72 hours the reasons for the delay go with it (Art. 33 (1))."""
        at = at or timezone.now()
        if at > timezone.now():
            raise ValidationError({"at": _("That moment has not come yet.")})
        if at < self.noticed_at:
            raise ValidationError({"at": _("That is before it was noticed.")})
        if at > self.notify_by and not late_reason.strip():
            raise ValidationError({"late_reason": _("More than 72 hours have passed. Write why.")})
        self._must_be_open()
        values: dict[str, Any] = {
            "authority_told_at": at,
            "authority_reference": reference.strip(),
            "late_reason": late_reason.strip(),
        }
        return self.change(by=by, now=now, verb="notified", authority_not_told="", **values)

    @transaction.atomic
    def leave_unnotified(self, *, by: Any, reason: str, now: dt.datetime | None = None) -> Event | None:
        """The authority is not notified, because no risk is likely; why is written down (Art. 33 (1) and (5))."""
        self._must_be_open()
        if not reason.strip():
            raise ValidationError({"reason": _("Write why no risk is likely.")})
        if self.risk != self.Risk.UNLIKELY:
            raise ValidationError(_("First judge the risk. Only where none is likely the authority need not be told."))
        return self.change(by=by, now=now, verb="left_unnotified", authority_not_told=reason.strip())

    @transaction.atomic
    def tell_people(
        self,
        *,
        by: Any,
        how: str = "",
        at: dt.datetime | None = None,
        why_not: str = "",
        now: dt.datetime | None = None,
    ) -> Event | None:
        """The people were told, or why not (Art. 34). Exactly one of `how` and `why_not`."""
        self._must_be_open()
        if bool(how.strip()) == bool(why_not.strip()):
            raise ValidationError({"how": _("Write either how they were told, or why they are not.")})
        at = (at or timezone.now()) if how.strip() else None
        if at is not None and at > timezone.now():
            raise ValidationError({"at": _("That moment has not come yet.")})
        values: dict[str, Any] = {
            "people_told_at": at,
            "people_told_how": how.strip(),
            "people_not_told": why_not.strip(),
        }
        return self.change(by=by, now=now, verb="people_told", **values)

    @transaction.atomic
    def close(self, *, by: Any, now: dt.datetime | None = None) -> Event | None:
        """Nothing is left to do. Raises ValidationError while a decision is missing."""
        self._must_be_open()
        if self.is_undecided:
            raise ValidationError(_("Decide first whether the authority is notified."))
        if not self.risk or not self.measures.strip():
            raise ValidationError(_("Judge the risk and write down the measures first (Art. 33 (5))."))
        if self.risk == self.Risk.HIGH and not (self.people_told_at or self.people_not_told):
            raise ValidationError(_("With a high risk the people are told, or it is written down why not (Art. 34)."))
        return self.change(by=by, now=now, verb="closed", closed_at=now or timezone.now())

    @transaction.atomic
    def reopen(self, *, by: Any, now: dt.datetime | None = None) -> Event | None:
        return self.change(by=by, now=now, verb="reopened", closed_at=None)

    def _must_be_open(self) -> None:
        present = type(self)._base_manager.select_for_update(of=("self",)).get(pk=self.pk)
        if present.closed_at is not None or present.deleted_at is not None:
            raise ValidationError(_("This breach is closed."))
        self.__dict__.update({k: v for k, v in present.__dict__.items() if k != "_prefetched_objects_cache"})


class ProblemQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """All for whoever keeps data protection; to others what they reported."""
        if access.reach(user, "privacy.see").everything:
            return self
        return self.filter(reported_by_id=user.pk) if getattr(user, "is_authenticated", False) else self.none()

    def for_list(self) -> Self:
        return self.select_related("reported_by", "breach")


class Problem(Recorded):
    """What somebody reported from a page. Of the page only its address is kept, never what stood on it."""

    class Kind(models.TextChoices):
        BROKEN = "broken", _("something does not work")
        WRONG = "wrong", _("something is wrong or missing")
        INCIDENT = "incident", _("data protection incident")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.BROKEN)
    what = models.TextField(_("what happened"), max_length=4_000)
    page = models.CharField(_("page"), max_length=500, blank=True)  # the path only: what was searched for stays out
    browser = models.CharField(_("browser"), max_length=300, blank=True)
    program = models.CharField(_("program's version"), max_length=40, blank=True)
    reference = models.CharField(_("number of the error"), max_length=80, blank=True)
    reported_by = models.ForeignKey(
        User, verbose_name=_("reported by"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    breach = models.ForeignKey(
        Breach, verbose_name=_("breach"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True, editable=False)
    settled_note = models.CharField(_("what was done"), max_length=1_000, blank=True, editable=False)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = _("reported problem")
        verbose_name_plural = _("reported problems")
        indexes = [bin_index("privacy_problem_bin")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.what[:80]}"

    @transaction.atomic
    def settle_it(self, *, by: Any, note: str, now: dt.datetime | None = None) -> Event | None:
        """Somebody has seen to it. Who reported it reads what was done."""
        if not note.strip():
            raise ValidationError({"note": _("Write what was done; whoever reported it reads it.")})
        return self.change(by=by, now=now, verb="settled", settled_at=now or timezone.now(), settled_note=note.strip())
