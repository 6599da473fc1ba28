"""What the rights of people leave behind: restrictions, legal holds, erasures. None of it is shown anywhere but on the pages for privacy."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any, Self

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import RecordQuerySet
from kundenkreis.staff import access
from kundenkreis.staff.models import User


class AboutPeople(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.all() if access.reach(user, "privacy.see").everything else self.none()


class Noun(models.TextChoices):
    CONTACT = "contact", _("contact")
    ACCOUNT = "account", _("private customer")
    USER = "user", _("colleague")


class Restriction(models.Model):
    """That a person's data are kept and not used (Art. 18 GDPR). What her record held lies in `sealed` until it is lifted."""

    noun = models.CharField(_("kind"), max_length=8, choices=Noun)
    record_id = models.BigIntegerField()
    name = models.CharField(_("name"), max_length=300)
    reason = models.CharField(_("reason"), max_length=500)
    since = models.DateTimeField(_("since"), default=timezone.now)
    until = models.DateField(_("until"), null=True, blank=True)
    by = models.ForeignKey(User, verbose_name=_("by whom"), null=True, on_delete=models.SET_NULL, related_name="+")
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    sealed = models.JSONField(default=dict)

    objects = AboutPeople.as_manager()

    class Meta:
        verbose_name = _("restriction")
        verbose_name_plural = _("restrictions")
        constraints = [
            models.UniqueConstraint(
                fields=["noun", "record_id"], condition=models.Q(lifted_at=None), name="privacy_restriction_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_noun_display()} {self.record_id}"


class LegalHold(models.Model):
    """That a person's data are needed for a legal claim (Art. 17 (3) e GDPR): nothing of her is erased until it is lifted."""

    noun = models.CharField(_("kind"), max_length=8, choices=Noun)
    record_id = models.BigIntegerField()
    reason = models.CharField(_("reason"), max_length=500)
    since = models.DateTimeField(_("since"), default=timezone.now)
    by = models.ForeignKey(User, verbose_name=_("by whom"), null=True, on_delete=models.SET_NULL, related_name="+")
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = AboutPeople.as_manager()

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        constraints = [
            models.UniqueConstraint(
                fields=["noun", "record_id"], condition=models.Q(lifted_at=None), name="privacy_hold_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_noun_display()} {self.record_id}"


class Erasure(models.Model):
    """The erasure of one person: how far it has come, and what is kept until which date. Her values stand in it while it works only."""

    class State(models.TextChoices):
        RUNNING = "running", _("at work")
        KEPT = "kept", _("erased but for what the books need")
        DONE = "done", _("erased")

    state = models.CharField(_("state"), max_length=8, choices=State, default=State.RUNNING)
    token = models.UUIDField(
        default=uuid.uuid4, unique=True, editable=False
    )  # by which the list outside the database knows it
    contacts = models.JSONField(default=list)  # numbers of her contacts, merged ones too
    accounts = models.JSONField(default=list)  # of her accounts as a private customer
    colleagues = models.JSONField(default=list)  # of herself as somebody who worked here
    request_number = models.CharField(_("request"), max_length=40, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    begun_at = models.DateTimeField(_("begun"), default=timezone.now)
    begun_by = models.ForeignKey(
        User, verbose_name=_("by whom"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    begun_by_name = models.CharField(_("by whom"), max_length=200, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    step = models.CharField(max_length=20, blank=True)  # the one it is at; a step that is begun again does no harm
    # What she is found by, and what was ruled out: emptied at the end.
    values = models.JSONField(default=dict)
    spared = models.JSONField(default=list)
    counts = models.JSONField(_("counts"), default=dict)
    # What the books need, by column of her account, and until when; emptied on that day.
    kept = models.JSONField(default=dict)
    kept_until = models.DateField(_("kept until"), null=True, blank=True)
    law = models.CharField(_("by which law"), max_length=200, blank=True)
    is_compacted = models.BooleanField(default=False)

    objects = AboutPeople.as_manager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        indexes = [models.Index(fields=["state", "kept_until"], name="privacy_erasure_state")]

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    @transaction.atomic
    def begin(cls, **values: Any) -> Self:
        """A new erasure, found by each of its records from now on."""
        erasure = cls.objects.create(**values)
        of_records = [(Noun.CONTACT, pk) for pk in erasure.contacts] + [(Noun.ACCOUNT, pk) for pk in erasure.accounts]
        of_records += [(Noun.USER, pk) for pk in erasure.colleagues]
        Erased.objects.bulk_create([Erased(noun=noun, record_id=pk, erasure=erasure) for noun, pk in of_records])
        return erasure

    def take_along(self, contacts: Collection[int], accounts: Collection[int]) -> None:
        """These records are the same person too. Belongs into the transaction that empties them."""
        new = [(Noun.CONTACT, pk) for pk in sorted(set(contacts) - set(self.contacts))]
        new += [(Noun.ACCOUNT, pk) for pk in sorted(set(accounts) - set(self.accounts))]
        Erased.objects.bulk_create([Erased(noun=noun, record_id=pk, erasure=self) for noun, pk in new])
        self.contacts, self.accounts = sorted({*self.contacts, *contacts}), sorted({*self.accounts, *accounts})

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING


class Erased(models.Model):
    """A record that an erasure is about: by its number the erasure is found at once, however many there were."""

    noun = models.CharField(max_length=8, choices=Noun)
    record_id = models.BigIntegerField()
    erasure = models.ForeignKey(Erasure, on_delete=models.CASCADE, related_name="records")

    class Meta:
        verbose_name = _("erased record")
        indexes = [models.Index(fields=["noun", "record_id"], name="privacy_erased_record")]

    def __str__(self) -> str:
        return f"{self.noun} {self.record_id}"


FORSAKEN = dt.timedelta(minutes=5)
