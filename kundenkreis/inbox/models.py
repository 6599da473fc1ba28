"""What people are told, what they wish to be told where, and when somebody last looked what is new."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, Self

from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kundenkreis.core.prepared import prepared
from kundenkreis.history.recording import record_event
from kundenkreis.inbox.kinds import NAMES
from kundenkreis.staff.models import User

READ_KEPT = dt.timedelta(days=90)
UNREAD_KEPT = dt.timedelta(days=365)
MOST = 2_000  # for each person


class NotificationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(person=user, is_shown=True) if user.is_authenticated else self.none()

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def for_mail_to(self, person: User) -> Self:
        """What her next daily mail tells."""
        return self.filter(person=person, is_for_mail=True, read_at=None)


class Preference(models.Model):
    """What a person wishes to be told where. Who never chose is told everything, in the inbox and once a day by mail."""

    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="told_as", primary_key=True)
    quiet = models.JSONField(default=list, blank=True)  # kinds that do not come into the inbox
    unmailed = models.JSONField(default=list, blank=True)  # kinds that the daily mail leaves out
    digest = models.BooleanField(_("one mail a day with what is new"), default=True)
    hour = models.PositiveSmallIntegerField(_("at"), default=7, validators=[MaxValueValidator(23)])
    mailed_on = models.DateField(null=True, blank=True, editable=False)  # the day whose mail is sent, or on its way
    told_due_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("what a person is told")

    def __str__(self) -> str:
        return str(self.person)

    @classmethod
    def of(cls, person: User) -> Preference:
        return cls.objects.filter(person=person).first() or cls(person=person)

    @classmethod
    def of_everybody(cls) -> models.QuerySet[Preference]:
        """Of all who can sign in; made for those who never chose."""
        people = User.objects.living().filter(is_active=True)
        missing = people.filter(told_as=None).values_list("pk", flat=True)
        cls.objects.bulk_create([cls(person_id=pk) for pk in missing], ignore_conflicts=True)
        return cls.objects.filter(person__in=people).select_related("person")

    @classmethod
    @transaction.atomic
    def choose(
        cls,
        person: User,
        *,
        by: User | None,
        quiet: Collection[str],
        unmailed: Collection[str],
        digest: bool,
        hour: int,
    ) -> Preference:
        """What she wishes from now on; one Event, if anything differs."""
        chosen, _new = cls.objects.select_for_update().get_or_create(person=person)
        values = {
            "quiet": sorted(NAMES & set(quiet)),
            "unmailed": sorted(NAMES & set(unmailed)),
            "digest": digest,
            "hour": hour,
        }
        changes = {
            name: [getattr(chosen, name), value] for name, value in values.items() if getattr(chosen, name) != value
        }
        if changes:
            for name, value in values.items():
                setattr(chosen, name, value)
            chosen.full_clean()
            chosen.save(update_fields=list(values))
            record_event(person, "user.notifications_chosen", by=by, changes=changes)
        return chosen

    def claim(self, column: str, day: dt.date) -> bool:
        """True for the first who asks for this day: `mailed_on` or `told_due_on`. However many workers there are, one does it."""
        before = models.Q(**{column: None}) | models.Q(**{f"{column}__lt": day})
        return bool(type(self).objects.filter(before, pk=self.pk).update(**{column: day}))


class Notification(models.Model):
    """A sentence in the person's language at the time, and where it leads."""

    person = models.ForeignKey(User, verbose_name=_("person"), on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(_("kind"), max_length=40)
    text = models.CharField(_("text"), max_length=300)
    path = models.CharField(_("leads to"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)
    read_at = models.DateTimeField(pgettext_lazy("notification", "read"), null=True, blank=True)
    is_shown = models.BooleanField(default=True)
    is_for_mail = models.BooleanField(default=False)  # until the daily mail has told it

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = [
            models.Index(fields=["person", "read_at", "-at"], name="inbox_notification_person"),
            models.Index(fields=["person", "id"], name="inbox_notification_mail", condition=models.Q(is_for_mail=True)),
        ]

    def __str__(self) -> str:
        return self.text

    @classmethod
    def send(cls, person: User, kind: str, text: str, path: str = "") -> Notification | None:
        """Tell her where she wishes to be told; None when she wishes it nowhere."""
        wishes = Preference.of(person)
        shown = kind not in wishes.quiet
        mailed = wishes.digest and kind not in wishes.unmailed
        if not shown and not mailed:
            return None
        return cls.objects.create(
            person=person, kind=kind, text=text[:300], path=path, is_shown=shown, is_for_mail=mailed
        )

    def read(self) -> None:
        if self.read_at is None:
            self.read_at = timezone.now()
            self.save(update_fields=["read_at"])

    @classmethod
    def read_all(cls, person: User) -> int:
        """Everything that the person has not looked at yet is read now. Returns how many."""
        return cls.objects.filter(person=person, read_at=None).update(read_at=timezone.now())

    @classmethod
    def forget_old(cls, now: dt.datetime | None = None) -> int:
        """Delete what was read three months ago, what nobody read for a year, and what is beyond 2,000 for one person; how many."""
        now = now or timezone.now()
        old = models.Q(read_at__lt=now - READ_KEPT) | models.Q(at__lt=now - UNREAD_KEPT)
        gone, _by_model = cls.objects.filter(old).delete()
        full = cls.objects.values("person").annotate(count=models.Count("pk")).filter(count__gt=MOST)
        for person in full.values_list("person", flat=True):
            last = cls.objects.filter(person=person).order_by("-pk").values_list("pk", flat=True)[MOST]
            gone += cls.objects.filter(person=person, pk__lte=last).delete()[0]
        return gone


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
        look = next(iter(_looks(person.pk)), None)
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


def how_many_wait(person: Any) -> int:
    """Notifications that she has not read, up to a hundred."""
    return len(_unread(person.pk)) if person.is_authenticated else 0


@prepared
def _unread(person: Any) -> models.QuerySet:
    return Notification.objects.filter(person_id=person, is_shown=True).unread().values_list("pk", flat=True)[:100]


@prepared
def _looks(person: Any) -> models.QuerySet:
    return LastLook.objects.filter(person_id=person)
