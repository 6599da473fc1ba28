"""Passages that a disclosure leaves out because they are about somebody else (Art. 15 (4) GDPR), and who was shown which texts before."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.customers.models import Account, Contact
from kundenkreis.staff.models import User


class Redaction(models.Model):
    """Where a passage stands, never what it says. `digest` is the whole text's: a text that changes is to be looked at anew."""

    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(_("where"), max_length=160)  # "activities.Activity:12:body"
    start = models.PositiveIntegerField()
    length = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    reason = models.CharField(_("why"), max_length=300)
    by = models.ForeignKey(User, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("blacked out passage")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(contact__isnull=False, account=None) | models.Q(contact=None, account__isnull=False),
                name="privacy_redaction_of_one",
            )
        ]

    def __str__(self) -> str:
        return self.place


class Shown(models.Model):
    """That a text of a person's disclosure was shown to a colleague: its place and a hash of the whole text, never what it says."""

    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=160)
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("text that was shown")
        indexes = [models.Index(fields=["at"], name="privacy_shown_at")]

    def __str__(self) -> str:
        return self.place
