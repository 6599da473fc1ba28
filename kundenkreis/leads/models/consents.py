"""What a lead agreed to on a form, until she becomes a contact and it becomes a contact's consent."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.customers.models import ConsentWording
from kundenkreis.history.recording import Recorded
from kundenkreis.leads.models.leads import Lead
from kundenkreis.staff import access


class LeadConsentQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(lead__in=Lead.objects.visible_to(user))


class LeadConsent(Recorded):
    """One wording that she ticked. It allows nothing before she has confirmed it by the link in a mail (double opt-in)."""

    part_of = ("lead",)

    class State(models.TextChoices):
        PENDING = "pending", _("not confirmed yet")
        GIVEN = "given", _("given")
        WITHDRAWN = "withdrawn", _("withdrawn")

    lead = models.ForeignKey(Lead, verbose_name=_("lead"), on_delete=models.CASCADE, related_name="consents")
    wording = models.ForeignKey(
        ConsentWording, verbose_name=_("wording"), on_delete=models.PROTECT, related_name="lead_consents"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    since = models.DateTimeField(_("since"), default=timezone.now)
    source = models.CharField(_("source"), max_length=200, blank=True)
    proof = models.CharField(_("proof"), max_length=300, blank=True)
    asked_at = models.DateTimeField(_("mail sent"), null=True, blank=True)
    ticket = models.CharField(max_length=40, blank=True, editable=False)

    objects = LeadConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent of a lead")
        verbose_name_plural = _("consents of leads")
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "wording"], condition=models.Q(deleted_at=None), name="leads_consent_once"
            )
        ]
        indexes = [bin_index("leads_consent_bin")]

    def __str__(self) -> str:
        return str(self.wording)

    def within(self, reach: access.Reach) -> bool:
        return self.lead.within(reach)
