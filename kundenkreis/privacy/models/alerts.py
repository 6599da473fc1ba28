"""What went out of the house, who signed in from where, and what of that was odd enough to look at.

Not a means to watch people at work (§ 96 ArbVG): no page sums up what somebody did, all of it is deleted after 90 days, and what is
kept of a device and a network is a hash.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.privacy.models.breaches import Breach
from kundenkreis.staff import access
from kundenkreis.staff.models import User

KEPT = dt.timedelta(days=90)


class Way(models.TextChoices):
    """How records leave the house."""

    LIST = "list", _("list as a file")
    SHEET = "sheet", _("workbook to edit")
    API = "api", _("API")
    DISCLOSURE = "disclosure", _("disclosure")


class Outflow(models.Model):
    """So many records of a list went out to a person in an hour, by one way."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    hour = models.DateTimeField()  # its beginning
    way = models.CharField(max_length=10, choices=Way)
    what = models.CharField(max_length=60)  # the list or noun: "accounts"
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("records that went out")
        constraints = [models.UniqueConstraint(fields=["person", "hour", "way", "what"], name="privacy_outflow_once")]
        indexes = [models.Index(fields=["hour"], name="privacy_outflow_hour")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.hour:%Y-%m-%d %H}: {self.what} {self.count}"


class SignIn(models.Model):
    """A person signed in. `device` and `network` are hashes; the network is the first part of the address only."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    device = models.CharField(max_length=32)
    network = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("sign-in")
        indexes = [
            models.Index(fields=["person", "-at"], name="privacy_signin_person"),
            models.Index(fields=["at"], name="privacy_signin_at"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.at:%Y-%m-%d %H:%M}"


class Oddity(models.TextChoices):
    """What the rules look for."""

    MASS = "mass", _("very many records went out in an hour")
    UNUSUAL = "unusual", _("far more records went out than usual for this person")
    NIGHT = "night", _("many records went out at night")
    NEW = "new", _("many records went out to a new account")
    FAILURES = "failures", _("repeated failures to sign in")
    DEVICE = "device", _("a new device or network after a long silence")
    HOURS = "hours", _("a sign-in at night")
    DORMANT = "dormant", _("an account that was long unused")


class AlertQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self if access.reach(user, "privacy.see") else self.none()

    def for_list(self) -> Self:
        return self.select_related("person", "breach")


class AlertRule(Recorded):
    """When the house is told of an oddity. What a house has not changed is as `watching.USUAL` says."""

    kind = models.CharField(_("what is odd"), max_length=10, choices=Oddity, unique=True)
    is_on = models.BooleanField(_("in use"), default=True)
    records = models.PositiveIntegerField(
        _("records, or failures"), default=0, validators=[MaxValueValidator(10_000_000)]
    )
    factor = models.PositiveSmallIntegerField(_("times the usual"), default=5, validators=[MinValueValidator(2)])
    days = models.PositiveSmallIntegerField(
        _("days"), default=90, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )
    from_hour = models.PositiveSmallIntegerField(_("night from"), default=22, validators=[MaxValueValidator(23)])
    to_hour = models.PositiveSmallIntegerField(_("night until"), default=5, validators=[MaxValueValidator(23)])

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule for alerts")
        verbose_name_plural = _("rules for alerts")

    def __str__(self) -> str:
        return capfirst(str(self.get_kind_display()))

    def is_night(self, hour: int) -> bool:
        """Whether an hour by the house's clock lies in the night, which may go over midnight; from = until: never."""
        if self.from_hour <= self.to_hour:
            return self.from_hour <= hour < self.to_hour
        return hour >= self.from_hour or hour < self.to_hour


class Alert(Recorded):
    """Something odd that somebody should look at. It says what was counted, never which records."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ALL_RIGHT = "all_right", _("all right")
        BREACH = "breach", _("a breach")

    kind = models.CharField(_("what is odd"), max_length=10, choices=Oddity)
    person = models.ForeignKey(
        User, verbose_name=_("person"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    count = models.PositiveIntegerField(_("number"), default=0)
    usual = models.PositiveIntegerField(_("usual"), null=True, blank=True)
    what = models.CharField(_("what went out"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN, editable=False)
    verdict_note = models.CharField(_("why"), max_length=500, blank=True, editable=False)
    breach = models.ForeignKey(
        Breach,
        verbose_name=_("breach"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    # The hour for which it holds: one alert a kind, person and hour.
    slot = models.CharField(max_length=60, unique=True, editable=False)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        indexes = [models.Index(fields=["-at", "-id"], name="privacy_alert_at"), bin_index("privacy_alert_bin")]

    def __str__(self) -> str:
        return capfirst(str(self.get_kind_display()))

    @transaction.atomic
    def clear(self, *, by: Any, note: str, now: dt.datetime | None = None) -> Event | None:
        """It is all right, and why."""
        self._must_be_open()
        if not note.strip():
            raise ValidationError({"note": _("Write why it is all right.")})
        return self.change(by=by, now=now, verb="cleared", state=self.State.ALL_RIGHT.value, verdict_note=note.strip())

    @transaction.atomic
    def make_breach(self, *, by: Any, now: dt.datetime | None = None) -> Breach:
        """It is a breach: one is opened, noticed now."""
        self._must_be_open()
        now = now or timezone.now()
        title = _("%(what)s (%(who)s)") % {"what": self.get_kind_display(), "who": self.person or "–"}
        breach = Breach.add(by=by, now=now, title=title[:200], happened_at=min(self.at, now), noticed_at=now)
        self.change(by=by, now=now, verb="made_breach", state=self.State.BREACH.value, breach=breach)
        return breach

    def _must_be_open(self) -> None:
        present = type(self)._base_manager.select_for_update(of=("self",)).get(pk=self.pk)
        if present.state != self.State.OPEN or present.deleted_at is not None:
            raise ValidationError(_("Somebody has answered this already."))
