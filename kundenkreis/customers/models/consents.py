"""Consents: what a person allowed us, for one purpose over one channel, and the wordings that people agree to."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.customers.models.contacts import Contact, of_contacts
from kundenkreis.files.models import Document
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access

# A clock of another machine may be ahead of ours by so much.
_AHEAD = dt.timedelta(minutes=2)


class Purpose(models.TextChoices):
    """What advertising is for; courts read "direct marketing" widely, so that surveys and invitations count as well."""

    ADVERTISING = "advertising", _("Advertising")
    NEWSLETTER = "newsletter", _("Newsletter")
    SURVEY = "survey", _("Surveys")
    EVENTS = "events", _("Invitations")


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    SMS = "sms", _("Text message")
    LETTER = "letter", _("Letter")


class WordingQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.all() if access.reach(user, "wordings.see") else self.none()

    def in_force(self, on: dt.date) -> Self:
        """Those that people may be shown on a day."""
        return self.living().filter(valid_from__lte=on)


class ConsentWording(Recorded):
    """The text that people agree to, in both languages. Once somebody has agreed to it, it stays as it is."""

    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    edition = models.CharField(_("version"), max_length=60)
    channels = models.JSONField(_("channels"), default=list)
    text_de = models.TextField(_("text in German"), max_length=5000)
    text_en = models.TextField(_("text in English"), max_length=5000)
    valid_from = models.DateField(_("valid from"))

    objects = WordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("wording")
        verbose_name_plural = _("wordings")
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "edition"],
                condition=models.Q(deleted_at=None),
                name="customers_wording_once",
                violation_error_message=_("There is a wording with this purpose and version already."),
            )
        ]
        indexes = [bin_index("customers_wording_bin")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}, {self.edition}"

    def text(self, language: str) -> str:
        """The wording in a person's language; German where there is no other."""
        return self.text_en if language == "en" else self.text_de

    @property
    def is_used(self) -> bool:
        """Whether somebody agreed to it, or was asked to."""
        return Consent._base_manager.filter(wording=self.pk).exists()

    def channel_names(self) -> list[str]:
        return [str(Channel(one).label) for one in self.channels if one in Channel.values]

    def clean(self) -> None:
        known = set(Channel.values)
        if not self.channels or not isinstance(self.channels, list) or set(map(str, self.channels)) - known:
            raise ValidationError({"channels": _("Choose one or more of: %(known)s.") % {"known": ", ".join(known)}})

    @transaction.atomic
    def change(self, *, by: Any, **values: Any) -> Event | None:  # type: ignore[override]
        """As of every noun; one that was agreed to is not changed any more: make a new version."""
        type(self)._base_manager.select_for_update(of=("self",)).get(pk=self.pk)
        event = super().change(by=by, **values)
        if event is not None and self.is_used:
            raise ValidationError(_("People have agreed to this text, so it stays as it is. Make a new version."))
        return event


class ConsentQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(of_contacts(access.reach(user, "contacts.see")))


class Consent(Recorded):
    """What a person allowed us, for one purpose over one channel. Its history is the proof of when and how.

    Of one that is asked for by double opt-in, `ticket` is in the link that confirms it: it is taken away when it was used.
    """

    Purpose = Purpose
    Channel = Channel

    class State(models.TextChoices):
        GIVEN = "given", _("given")
        PENDING = "pending", _("not confirmed yet")
        CUSTOMER = "customer", _("customer exception")
        WITHDRAWN = "withdrawn", _("withdrawn")
        OBJECTED = "objected", _("objected")

    class How(models.TextChoices):
        WRITTEN = "written", _("in writing")
        ORAL = "oral", _("orally")
        WEB_FORM = "web_form", _("by a form on a web page")
        DOUBLE_OPT_IN = "double_opt_in", _("by double opt-in")

    contact = models.ForeignKey(Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    state = models.CharField(_("state"), max_length=10, choices=State)
    since = models.DateTimeField(_("since"))
    how = models.CharField(_("given how"), max_length=16, choices=How, blank=True)
    source = models.CharField(_("source"), max_length=200)
    wording = models.ForeignKey(
        ConsentWording,
        verbose_name=_("wording"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="consents",
    )
    proof = models.CharField(
        _("proof"),
        max_length=300,
        blank=True,
        help_text=_("What shows it: the form and address it came from, the number of a message, who was present."),
    )
    document = models.ForeignKey(
        Document,
        verbose_name=_("proof as a document"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="proves",
    )
    # The customer exception's first three conditions (§ 174 (4) Z 1 to 3 TKG 2021); the fourth is asked each time.
    with_sale = models.BooleanField(
        _("the address was received with a sale or service to this customer"), default=False
    )
    own_similar = models.BooleanField(_("for own, similar products or services only"), default=False)
    could_refuse = models.BooleanField(
        _("refusing was offered, clearly and free of charge, when it was collected, and is offered in each message"),
        default=False,
    )
    ticket = models.CharField(max_length=32, blank=True, editable=False)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "purpose", "channel"],
                name="customers_consent_once",
                violation_error_message=_("There is an entry for this purpose and channel already; change that one."),
            )
        ]
        indexes = [
            bin_index("customers_consent_bin"),
            models.Index(fields=["purpose", "channel", "state", "contact"], name="customers_consent_who"),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}, {self.get_channel_display()}: {self.get_state_display()}"

    def timeline_account_id(self) -> int | None:
        return self.contact.main_account_id

    def within(self, reach: access.Reach) -> bool:
        return self.contact.within(reach)

    @property
    def may_withdraw(self) -> bool:
        return self.state in (self.State.GIVEN, self.State.PENDING, self.State.CUSTOMER)

    def lacks(self) -> list[str]:
        """Which of wording, source and proof is missing for it to count (GDPR Art. 7 (1)): names of its fields."""
        found = [] if self.wording_id else ["wording"]
        found += [] if self.source.strip() else ["source"]
        return found + ([] if self.proof.strip() or self.document_id else ["proof"])

    def prepare(self, touched: set[str]) -> set[str]:
        self.source, self.proof = self.source.strip(), self.proof.strip()
        return set()

    def discard(self, **values: Any) -> Event:  # type: ignore[override]
        """To the bin; a refusal is not taken out, only undone by whoever wrote it by mistake."""
        if values.get("undoes") is None and self.state in (self.State.OBJECTED, self.State.WITHDRAWN):
            raise ValidationError(_("A refusal stays. If the person says something else, change the entry."))
        return super().discard(**values)

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        if self.since is not None and self.since > timezone.now() + _AHEAD:
            errors["since"] = _("This lies in the future: write the moment at which it happened.")
        if self.state == self.State.CUSTOMER and self.channel not in (Channel.EMAIL, Channel.SMS):
            errors["state"] = _(
                "The customer exception is for e-mail and text messages only; calls always need consent."
            )
        if self.wording is not None and (problem := self._wording_problem(self.wording)):
            errors["wording"] = problem
        if self.document is not None and not self._is_hers(self.document):
            errors["document"] = _("This document does not hang on the contact.")
        if errors:
            raise ValidationError(errors)

    def _is_hers(self, document: Document) -> bool:
        return (document.subject_type, document.subject_id) == (Contact._meta.label_lower, self.contact_id)

    def _wording_problem(self, wording: ConsentWording) -> Any:
        if wording.purpose != self.purpose or self.channel not in wording.channels:
            return _("This wording is for another purpose or channel.")
        gave = self.state in (self.State.GIVEN, self.State.PENDING) and self.since is not None
        if gave and wording.valid_from > timezone.localdate(self.since):
            return _("This wording was not valid yet.")
        return None

    @transaction.atomic
    def withdraw(self, *, by: Any, source: str = "", now: dt.datetime | None = None) -> Event | None:
        """The person takes it back, as easily as it was given (GDPR Art. 7 (3)). Raises ValidationError when there is nothing to."""
        now = now or timezone.now()
        self.refresh_from_db()
        if not self.may_withdraw:
            raise ValidationError(_("There is no consent to withdraw."))
        values: dict[str, Any] = {"state": self.State.WITHDRAWN, "since": now}
        if source.strip():
            values["source"] = source.strip()[:200]
        event = self.change(by=by, now=now, verb="withdrawn", **values)
        type(self)._base_manager.filter(pk=self.pk).update(ticket="")
        return event
