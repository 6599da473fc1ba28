"""The access review: a round in which whoever is responsible looks at what each person may, and keeps it or wants it changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.history.models import Event
from kundenkreis.history.recording import record_event
from kundenkreis.staff import access
from kundenkreis.staff.models import User
from kundenkreis.staff.roll import Roll


class AccessReview(models.Model):
    """One round. While it is open people are looked at; once it has ended it stays as it is."""

    name = models.CharField(_("name"), max_length=120)
    is_open = models.BooleanField(_("open"), default=True)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    started_by = models.ForeignKey(
        User, verbose_name=_("started by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("access review")
        verbose_name_plural = _("access reviews")
        constraints = [
            models.UniqueConstraint(fields=["is_open"], condition=models.Q(is_open=True), name="staff_review_open_once")
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> AccessReview | None:
        """The open round; else the one that ended last; None before the first."""
        return cls.objects.order_by("-is_open", "-pk").first()

    @classmethod
    @transaction.atomic
    def begin(cls, *, by: User | None, name: str, now: dt.datetime | None = None) -> AccessReview:
        """Open a round. Raises ValidationError, at `name`, for a bad name and while another one is open."""
        _refuse_unstorable("name", name)
        review = cls(name=" ".join(name.split()), started_by=by, started_at=now or timezone.now())
        review.full_clean(validate_constraints=False)
        try:
            with transaction.atomic():
                review.save()
        except IntegrityError as another:
            raise ValidationError({"name": _("A review is open already; end that one first.")}) from another
        record_event(review, "accessreview.begun", by=by, now=now)
        return review

    @transaction.atomic
    def end(self, *, by: User | None, now: dt.datetime | None = None) -> Event:
        """Nothing of it is changed any more. Raises ValidationError when it has ended."""
        now = now or timezone.now()
        if not type(self).objects.filter(pk=self.pk, is_open=True).update(is_open=False, ended_at=now):
            raise ValidationError(_("This review has ended."))
        self.refresh_from_db()
        return record_event(self, "accessreview.ended", by=by, now=now)

    @transaction.atomic
    def judge(
        self, person: User, *, by: User | None, verdict: str, note: str = "", now: dt.datetime | None = None
    ) -> Event:
        """Somebody looked at what a person may: it is kept, or is to be changed as the note says. One's own access somebody else judges.

        What the person may at that moment is kept with it. Raises ValidationError by field.
        """
        review = type(self).objects.select_for_update().get(pk=self.pk)
        _refuse_unstorable("note", note)
        note = note.strip()
        if not review.is_open:
            raise ValidationError(_("This review has ended."))
        if by is not None and by.pk == person.pk:
            raise ValidationError(_("Nobody reviews her own access."))
        if verdict == AccessCheck.Verdict.CHANGE and not note:
            raise ValidationError({"note": _("Write what is to be changed.")})
        before = AccessCheck.objects.filter(review=review, person=person).first()
        check = before or AccessCheck(review=review, person=person)
        was = (check.verdict, check.note) if before else (None, None)
        check.verdict, check.note, check.by, check.at = verdict, note, by, now or timezone.now()
        check.rights = rights_now(Roll([person]), person)
        check.full_clean(validate_unique=False)
        check.save()
        changes = {"verdict": [was[0], verdict], "note": [was[1], note], "review": [None, str(review)]}
        changes = {name: values for name, values in changes.items() if (values[0] or "") != values[1]}
        return record_event(person, "user.access_reviewed", by=by, now=now, changes=changes)


def _refuse_unstorable(field: str, text: str) -> None:
    """A zero byte is nobody's typing, and PostgreSQL keeps none."""
    if "\0" in text:
        raise ValidationError({field: _("There are signs in it that are no text.")})


class AccessCheck(models.Model):
    """That somebody looked at what a person may, in one review."""

    class Verdict(models.TextChoices):
        KEPT = "kept", _("kept")
        CHANGE = "change", _("to be changed")

    review = models.ForeignKey(AccessReview, on_delete=models.CASCADE, related_name="checks")
    person = models.ForeignKey(User, verbose_name=_("person"), on_delete=models.CASCADE, related_name="+")
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict)
    note = models.CharField(_("note"), max_length=500, blank=True)
    by = models.ForeignKey(User, verbose_name=_("reviewed by"), null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(_("reviewed"), default=timezone.now)
    rights = models.JSONField(default=dict)  # `rights_now` of then

    class Meta:
        verbose_name = _("reviewed access")
        constraints = [models.UniqueConstraint(fields=["review", "person"], name="staff_check_once")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.verdict}"


def rights_now(roll: Roll, person: User) -> dict[str, Any]:
    """What decides what a person may, so that a later change of it shows: role, team, territories, whom she stands in for, signing in."""
    return {
        "role": person.role,
        "team": person.team_id,
        "territories": roll.territories(person),
        "stands_in_for": sorted(access.standing_in(person, roll.today)),
        "is_active": person.is_active,
    }
