"""Notifications in the product, and when somebody last looked what is new."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kundenkreis.staff.models import User


class NotificationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(person=user) if user.is_authenticated else self.none()

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Notification(models.Model):
    """A sentence in the person's language at the time, and where it leads."""

    person = models.ForeignKey(User, verbose_name=_("person"), on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(_("kind"), max_length=40)
    text = models.CharField(_("text"), max_length=300)
    path = models.CharField(_("leads to"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)
    read_at = models.DateTimeField(pgettext_lazy("notification", "read"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = [models.Index(fields=["person", "read_at", "-at"], name="inbox_notification_person")]

    def __str__(self) -> str:
        return self.text

    @classmethod
    def send(cls, person: User, kind: str, text: str, path: str = "") -> Notification:
        return cls.objects.create(person=person, kind=kind, text=text[:300], path=path)

    def read(self) -> None:
        if self.read_at is None:
            self.read_at = timezone.now()
            self.save(update_fields=["read_at"])

    @classmethod
    def read_all(cls, person: User) -> int:
        """Everything that the person has not looked at yet is read now. Returns how many."""
        return cls.objects.filter(person=person, read_at=None).update(read_at=timezone.now())


class LastLook(models.Model):
    """When a person last looked at her day, so that it can tell what happened since.

    No part of the history: it is written by looking, and says nothing about the work.
    """

    PAUSE = dt.timedelta(minutes=45)  # shorter absences are one look
    OFTEN = dt.timedelta(minutes=5)  # so often at most a look is written down

    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="last_look")
    at = models.DateTimeField()
    since = models.DateTimeField()  # the end of the look before: what happened later is new

    def __str__(self) -> str:
        return f"{self.person_id} {self.at:%Y-%m-%d %H:%M}"

    @classmethod
    def take(cls, person: User, now: dt.datetime | None = None) -> dt.datetime:
        """Remember that the person looks now; returns from when on things are new to her. A first look begins a day back."""
        now = now or timezone.now()
        look = cls.objects.filter(person=person).first()
        if look is None:
            begun, _made = cls.objects.get_or_create(
                person=person, defaults={"at": now, "since": now - dt.timedelta(days=1)}
            )
            return begun.since
        if now - look.at > cls.PAUSE:
            # Two windows opened at once: the second finds the first one's mark and keeps it.
            if cls.objects.filter(person=person, at=look.at).update(since=look.at, at=now):
                return look.at
            return cls.objects.get(person=person).since
        if now - look.at > cls.OFTEN:
            cls.objects.filter(person=person, at=look.at).update(at=now)
        return look.since
