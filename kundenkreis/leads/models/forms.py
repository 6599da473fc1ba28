"""Forms that anybody may fill in, and what was sent by them, kept as it came."""

from __future__ import annotations

import re
import secrets
from typing import Any, Self
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.customers.models import ConsentWording
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access

# What a form can ask, in the order in which it asks.
ASKABLE = (
    "company", "form_of_address", "title_before", "given_name", "family_name", "job_title", "email", "phone", "mobile", "website", "street",
    "postcode", "place", "country", "industry", "employees", "interest", "message",
)  # fmt: skip
_TOKEN = re.compile(r"[A-Za-z0-9_-]{6,40}")


def new_token() -> str:
    """Part of a public address: it is no secret, only not to be guessed by going through numbers."""
    return secrets.token_urlsafe(9)


class LeadFormQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.all() if access.reach(user, "lead_settings.see") else self.none()


class LeadForm(Recorded):
    """A public form: what it asks, in which words, who may show it, and how much it takes in an hour."""

    name = models.CharField(_("name"), max_length=100)
    token = models.CharField(_("part of its address"), max_length=40, unique=True, default=new_token)
    is_active = models.BooleanField(_("takes what is sent"), default=True)
    language = models.CharField(
        _("language"), max_length=2, default="de", choices=[("de", _("German")), ("en", _("English"))]
    )
    title_de = models.CharField(_("title in German"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200)
    intro_de = models.TextField(_("introduction in German"), blank=True, max_length=2000)
    intro_en = models.TextField(_("introduction in English"), blank=True, max_length=2000)
    thanks_de = models.TextField(_("thanks in German"), blank=True, max_length=2000)
    thanks_en = models.TextField(_("thanks in English"), blank=True, max_length=2000)
    # How the person's data are used (Art. 13 GDPR): the address of the house's own page.
    privacy_url = models.URLField(_("page about data protection"), blank=True)
    fields = models.JSONField(_("what it asks"), default=list)
    required = models.JSONField(_("what has to be filled in"), default=list, blank=True)
    wording = models.ForeignKey(
        ConsentWording, verbose_name=_("consent asked for"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="lead_forms",
    )  # fmt: skip
    redirect_url = models.URLField(_("page after sending"), blank=True)
    origins = models.JSONField(_("sites that may show it"), default=list, blank=True)
    source = models.CharField(_("source"), max_length=12, default="website")
    campaign = models.CharField(_("campaign"), max_length=120, blank=True)
    per_address = models.PositiveIntegerField(
        _("accepted an hour from one network address"), default=10,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
    )  # fmt: skip
    per_hour = models.PositiveIntegerField(
        _("accepted an hour in all"), default=200, validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )
    least_seconds = models.PositiveSmallIntegerField(
        _("seconds a person needs at least"), default=2, validators=[MaxValueValidator(120)]
    )

    objects = LeadFormQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead form")
        verbose_name_plural = _("lead forms")
        indexes = [bin_index("leads_form_bin")]

    def __str__(self) -> str:
        return self.name

    def text(self, part: str, language: str) -> str:
        """ "title", "intro" or "thanks" in a language; in the form's own where that is empty."""
        other = "de" if language == "en" else "en"
        return getattr(self, f"{part}_{language}") or getattr(self, f"{part}_{other}")

    def clean(self) -> None:
        wrong: dict[str, Any] = {}
        asked = self.fields if isinstance(self.fields, list) else []
        if not asked or set(map(str, asked)) - set(ASKABLE):
            wrong["fields"] = _("Choose what the form asks.")
        elif not set(asked) & {"email", "phone", "mobile"}:
            wrong["fields"] = _("Ask for a mail address or a number, else nobody can answer.")
        if not isinstance(self.required, list) or set(map(str, self.required)) - set(map(str, asked)):
            wrong["required"] = _("Only what the form asks can be required.")
        if self.wording_id and "email" not in asked:
            wrong["wording"] = _("Consent is confirmed by mail: ask for the mail address.")
        elif self.wording is not None and "email" not in self.wording.channels:
            wrong["wording"] = _("This wording is for another purpose or channel.")
        if not _TOKEN.fullmatch(self.token or ""):
            wrong["token"] = _("Six to forty letters, digits, “-” and “_”.")
        if not isinstance(self.origins, list) or not all(map(_is_origin, self.origins)):
            wrong["origins"] = _("Write each site as https://www.example.com, without a path.")
        if wrong:
            raise ValidationError(wrong)


def _is_origin(text: Any) -> bool:
    """Whether it is what a browser sends as an origin: anything else could add a directive of its own to the page's policy."""
    if not isinstance(text, str) or len(text) > 200 or not text.isascii() or set(text) & set(" ;,'\"*\\"):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("https", "http") and bool(parts.hostname) and text == f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        return False


class SubmissionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.all() if access.reach(user, "lead_settings.see") else self.none()

    def living(self) -> Self:
        return self

    def for_list(self) -> Self:
        return self.select_related("form", "lead")

    def held(self) -> Self:
        """Those about which somebody still has to say what they are."""
        return self.filter(state=Submission.State.HELD)


class Submission(models.Model):
    """What came in by a form, kept raw before anything else is done with it: a robot's too, so that no person's is lost among them."""

    class State(models.TextChoices):
        ACCEPTED = "accepted", _("became a lead")
        HELD = "held", _("held back")
        RELEASED = "released", _("released")
        DISCARDED = "discarded", _("discarded")

    class Why(models.TextChoices):
        TRAP = "trap", _("a field was filled in that people do not see")
        FAST = "fast", _("sent faster than a person types")
        REPLAYED = "replayed", _("the same page was sent again")
        ADDRESS = "address", _("too many from this network address")
        FORM = "form", _("too many by this form")
        CLOSED = "closed", _("the form is closed")
        SEALED = "sealed", _("the address is of a person whose data must not be used")
        REFUSED = "refused", _("could not be made a lead")

    form = models.ForeignKey(LeadForm, verbose_name=_("form"), on_delete=models.CASCADE, related_name="submissions")
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.HELD)
    why = models.CharField(_("why"), max_length=10, choices=Why, blank=True)
    problem = models.CharField(_("what was wrong"), max_length=300, blank=True)
    data = models.JSONField(_("what was sent"), default=dict)
    language = models.CharField(_("language"), max_length=2, default="de")
    agreed = models.BooleanField(_("consent was ticked"), default=False)
    wording = models.ForeignKey(
        ConsentWording, verbose_name=_("wording"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    address = models.CharField(_("network address"), max_length=45, blank=True)
    agent = models.CharField(_("browser"), max_length=300, blank=True)
    lead = models.ForeignKey(
        "leads.Lead", verbose_name=_("lead"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="submissions",
    )  # fmt: skip
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        "staff.User", verbose_name=_("who"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        indexes = [
            models.Index(fields=["state", "-received_at", "-id"], name="leads_submission_state"),
            models.Index(fields=["-received_at", "-id"], name="leads_submission_received"),
        ]

    def __str__(self) -> str:
        said = [self.data.get(name, "") for name in ("company", "family_name", "email")]
        return next((str(one) for one in said if one), f"{self._meta.verbose_name} {self.pk}")[:200]

    def timeline_account_id(self) -> None:
        return None
