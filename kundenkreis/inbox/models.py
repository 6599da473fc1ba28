"""Notifications in the product."""

from __future__ import annotations

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
