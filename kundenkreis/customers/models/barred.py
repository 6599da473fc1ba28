"""Who must not get advertising whatever we hold of her: the house's own suppression list, and the lists of the ECG and Robinson.

None of it holds an address in plain words. An address is found again only by whoever has it already (see `fingerprints`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.customers.models.contacts import Contact
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access


class SuppressionQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.all() if access.reach(user, "suppressions.see") else self.none()

    def in_force(self) -> Self:
        return self.living().filter(lifted_at=None)


class Suppression(Recorded):
    """One address that gets no advertising any more, as a hash: it survives imports, and the person's erasure."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        PHONE = "phone", _("Phone")
        ADDRESS = "address", _("Postal address")

    class Reason(models.TextChoices):
        OBJECTION = "objection", _("objection to advertising")
        ERASURE = "erasure", _("erased on request")
        COMPLAINT = "complaint", _("complaint about advertising")
        WRONG = "wrong", _("it reaches somebody else")
        OTHER = "other", _("another reason")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    digest = models.CharField(_("hash"), max_length=64, editable=False)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    source = models.CharField(_("source"), max_length=200, blank=True)
    since = models.DateTimeField(_("since"))
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True, editable=False)
    lift_reason = models.CharField(_("why it was lifted"), max_length=300, blank=True, editable=False)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["digest"],
                condition=models.Q(deleted_at=None, lifted_at=None),
                name="customers_suppression_once",
            )
        ]
        indexes = [bin_index("customers_suppression_bin")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.digest[:12]}"

    @transaction.atomic
    def lift(self, *, by: Any, reason: str, now: dt.datetime | None = None) -> Event | None:
        """Advertising may reach this address again if a rule allows it. Who may is asked by the door; the reason is needed."""
        if not reason.strip():
            raise ValidationError({"reason": _("Write why it is lifted.")})
        self.refresh_from_db()
        if self.lifted_at is not None or self.deleted_at is not None:
            raise ValidationError(_("It is lifted already."))
        now = now or timezone.now()
        return self.change(by=by, now=now, verb="lifted", lifted_at=now, lift_reason=reason.strip()[:300])

    @transaction.atomic
    def change(self, *, by: Any, **values: Any) -> Event | None:  # type: ignore[override]
        from kundenkreis.customers import barring

        event = super().change(by=by, **values)
        if event is not None and "lifted_at" in event.changes:
            barring.mark_like(self)
        return event

    def _move(self, *args: Any, **values: Any) -> Event:
        """Undone and brought back again: who is barred by it follows."""
        from kundenkreis.customers import barring

        event = super()._move(*args, **values)
        barring.mark_like(self)
        return event


class RegisterQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.all() if access.reach(user, "registers.change") else self.none()

    def current(self) -> Self:
        return self.living().filter(state=Register.State.CURRENT)


class Register(Recorded):
    """One edition of a public list, brought in by file. The newest one that came in whole is asked."""

    class Kind(models.TextChoices):
        ECG = "ecg", _("ECG list")
        ROBINSON = "robinson", _("Robinson list")

    class State(models.TextChoices):
        LOADING = "loading", _("is coming in")
        CURRENT = "current", _("in force")
        REPLACED = "replaced", _("replaced")
        FAILED = "failed", _("did not come in")

    kind = models.CharField(_("list"), max_length=8, choices=Kind)
    as_of = models.DateField(_("as of"))
    file_name = models.CharField(_("file"), max_length=200)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.LOADING)
    count = models.PositiveBigIntegerField(_("entries"), default=0)
    bad_count = models.PositiveBigIntegerField(_("lines that were not understood"), default=0)
    bad_lines = models.JSONField(_("their numbers"), default=list, blank=True)  # the first hundred
    trouble = models.CharField(_("what went wrong"), max_length=300, blank=True)

    objects = RegisterQuerySet.as_manager()

    class Meta:
        verbose_name = _("list by file")
        verbose_name_plural = _("lists by file")
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=models.Q(state="current"), name="customers_register_current"
            )
        ]
        indexes = [bin_index("customers_register_bin")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.as_of.isoformat()}"


class RegisterEntry(models.Model):
    """One line of a list: the hash of an address, or of a whole domain."""

    register = models.ForeignKey(Register, on_delete=models.CASCADE, related_name="entries")
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["digest", "register"], name="customers_register_digest")]

    def __str__(self) -> str:
        return self.digest


class Barred(models.Model):
    """That one of a contact's addresses is on a list, kept for filters, which cannot hash. `permission.may_contact` asks the lists."""

    class Kind(models.TextChoices):
        EMAIL = "email"
        PHONE = "phone"
        ADDRESS = "address"
        ECG = "ecg"
        ROBINSON = "robinson"

    derived_from = ("contact",)

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="bars", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "kind"], name="customers_barred_once")]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.kind}"
