"""Forms of leads: a lead, what was spoken, why not, into what it is converted; the public form; and the house's settings about leads."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.core.countries import countries
from kundenkreis.core.text import fold
from kundenkreis.customers.models import Account, Contact
from kundenkreis.fields import picks
from kundenkreis.leads.models import Lead, LeadForm, LeadHours
from kundenkreis.leads.models.forms import ASKABLE
from kundenkreis.quality.matching import entry
from kundenkreis.staff import access
from kundenkreis.staff.models import User
from kundenkreis.web.forms import DateField, VerbForm, WholeField, apply_errors
from kundenkreis.web.forms.custom import FieldedForm
from kundenkreis.web.forms.records import RecordField

OWN = (
    "company", "form_of_address", "title_before", "given_name", "family_name", "title_after", "job_title", "email", "phone", "mobile",
    "website", "street", "postcode", "place", "country", "language", "industry", "employees", "interest", "message", "is_inquiry", "source",
    "campaign", "medium",
)  # fmt: skip
WIDE = ("company", "message", "interest")


def _countries() -> list[tuple[str, Any]]:
    return [("", "–"), *((code, name) for code, name in countries() if code)]


class LeadDetailsForm(FieldedForm):
    """All that is known of a lead. Whose it is may be said by whoever may assign leads."""

    class Meta:
        model = Lead
        fields = [*OWN, "owner"]
        widgets = {"message": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        if "country" in self.fields:
            self.fields["country"] = forms.ChoiceField(label=_("country"), choices=_countries, required=False)
        if "owner" in self.fields:
            if access.may(user, "leads.assign"):
                self.fields["owner"].queryset = User.objects.living().filter(is_active=True)
            else:
                del self.fields["owner"]

    def twins(self) -> dict[str, list[Any]]:
        """Accounts, contacts and open leads that she may be, as far as the person may see them."""
        return twins_of(self.cleaned_data, self.user)


class LeadAddForm(LeadDetailsForm):
    """A new lead, typed or read from a business card. Without an owner the rules say whose it is."""

    mine = forms.BooleanField(label=_("I work on it myself"), required=False, initial=True)
    card = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        given = {name: value for name, value in super().values().items() if name not in ("mine", "card")}
        origin = Lead.Origin.CARD if self.cleaned_data.get("card") else Lead.Origin.HAND
        if self.cleaned_data.get("mine") and not given.get("owner"):
            given["owner"] = self.user
        return given | {"origin": origin}


def twins_of(values: Any, user: Any, but: int | None = None) -> dict[str, list[Any]]:
    """Accounts and contacts that somebody with these values of a lead may be, and other open leads (not `but` itself) like it."""
    company = {"name": values.get("company") or ""} | {
        name: values.get(name) or "" for name in ("street", "postcode", "place", "country", "website")
    }
    person = {name: values.get(name) or "" for name in ("given_name", "family_name", "email", "phone", "mobile")}
    accounts = entry.accounts_like(company, user) if company["name"] else []
    contacts = entry.contacts_like(person, user) if person["family_name"] or person["email"] else []
    return {"accounts": accounts, "contacts": contacts, "leads": _leads_like(values, user, but)}


def _leads_like(values: Any, user: Any, but: int | None) -> list[Lead]:
    """Open leads with the same mail address or company, five at most."""
    mail, key = (values.get("email") or "").strip().lower(), fold(values.get("company") or "")[:200]
    same = Q(email=mail) if mail else Q(pk__in=[])
    if key:
        same |= Q(key=key)
    return list(Lead.objects.visible_to(user).open().filter(same).exclude(pk=but).order_by("-received_at", "-pk")[:5])


class CardForm(forms.Form):
    text = forms.CharField(
        label=_("Business card or signature"), max_length=4000, widget=forms.Textarea(attrs={"rows": 8})
    )


class TouchForm(forms.Form):
    """What was spoken with a lead, or is to be done: `text` is the subject (its first line) and the body."""

    kind = forms.ChoiceField(choices=lambda: picks.offered("activities.kind"))
    text = forms.CharField(label=_("what happened"), max_length=20_000)
    due_on = DateField(label=_("due"), required=False)
    outcome = forms.ChoiceField(
        label=_("outcome"), choices=lambda: [("", "–"), *picks.offered("activities.outcome")], required=False
    )

    def values(self) -> dict[str, Any]:
        """What `Lead.touch` is told. A task, and what has a day ahead, is still to be done."""
        given = self.cleaned_data
        first, _line, rest = given["text"].strip().partition("\n")
        is_task = given["kind"] == Activity.Kind.TASK
        is_open = is_task or bool(
            given["due_on"] and given["kind"] != Activity.Kind.NOTE and given["due_on"] > clock.today()
        )
        values: dict[str, Any] = {
            "kind": given["kind"], "subject": first.strip()[:200], "is_open": is_open,
            "body": given["text"] if len(first.strip()) > 200 else rest.strip(), "at": timezone.now(),
        }  # fmt: skip
        return values | ({"due_on": given["due_on"]} if is_open else {"outcome": given["outcome"]})

    def save_by(self, lead: Lead, user: Any) -> Any:
        """The event, or None with messages when something is missing or may not be."""
        if not self.is_valid():
            return None
        try:
            return lead.touch(by=user, **self.values())[1]
        except ValidationError as refused:
            apply_errors(self, refused)
            return None


class DisqualifyForm(forms.Form):
    reason = forms.ChoiceField(label=_("reason"), choices=lambda: [("", "–"), *picks.offered("leads.reason")])
    reason_note = forms.CharField(label=_("what was said"), max_length=300, required=False)


class ConvertForm(forms.Form):
    """Into which account and contact; empty: a new one."""

    account = RecordField(Account, label=_("account"), url="accounts:options", required=False)
    contact = RecordField(Contact, label=_("contact"), url="contacts:options", required=False)
    opportunity = forms.BooleanField(label=_("make an opportunity too"), required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not access.may(user, "opportunities.add"):
            del self.fields["opportunity"]
        self.fields["account"].queryset = Account.objects.visible_to(user).living()
        self.fields["contact"].queryset = Contact.objects.visible_to(user).living()
        self.fields["account"].help_text = _("Empty: a new account.")
        self.fields["contact"].help_text = _("Empty: a new contact.")


# --- the public form


class PublicForm(forms.Form):
    """What one of the house's forms asks of anybody, in the language of the moment."""

    def __init__(self, form: LeadForm, language: str, *args: Any, **kwargs: Any):
        super().__init__(*args, auto_id="lead_%s", **kwargs)
        self.form = form
        for name in ASKABLE:
            if name in form.fields:
                self.fields[name] = _public_field(name, name in form.required)
        if form.wording is not None:
            self.fields["agree"] = forms.BooleanField(label=form.wording.text(language), required=False)

    def clean_country(self) -> str:
        return self.cleaned_data.get("country") or ""


_COMPLETED = {
    "company": "organization", "given_name": "given-name", "family_name": "family-name", "email": "email", "phone": "tel", "mobile": "tel",
    "website": "url", "street": "street-address", "postcode": "postal-code", "place": "address-level2", "country": "country",
    "job_title": "organization-title", "title_before": "honorific-prefix",
}  # fmt: skip


def _public_field(name: str, required: bool) -> forms.Field:
    column: Any = Lead._meta.get_field(name)
    given: dict[str, Any] = {"label": column.verbose_name, "required": required}
    auto = {"autocomplete": _COMPLETED[name]} if name in _COMPLETED else {}
    if name == "country":
        return forms.ChoiceField(choices=_countries, **given)
    if name == "form_of_address":
        return forms.ChoiceField(choices=[("", "–"), *Contact.FormOfAddress.choices], **given)
    if name == "employees":
        return WholeField(min_value=0, max_value=9_999_999, **given)
    if name == "message":
        return forms.CharField(max_length=10_000, widget=forms.Textarea(attrs={"rows": 5}), **given)
    if name == "email":
        return forms.EmailField(max_length=254, widget=forms.EmailInput(attrs=auto), **given)
    if name == "website":
        return forms.URLField(max_length=200, assume_scheme="https", widget=forms.URLInput(attrs=auto), **given)
    kind = "tel" if name in ("phone", "mobile") else "text"
    return forms.CharField(max_length=column.max_length, widget=forms.TextInput(attrs={"type": kind, **auto}), **given)


# --- settings


def _askable() -> list[tuple[str, Any]]:
    return [(name, str(Lead._meta.get_field(name).verbose_name)) for name in ASKABLE]


class LeadFormForm(VerbForm):
    """A public form as the house keeps it."""

    fields_asked = forms.MultipleChoiceField(
        label=_("what it asks"), choices=_askable, widget=forms.CheckboxSelectMultiple
    )
    fields_required = forms.MultipleChoiceField(
        label=_("what has to be filled in"), choices=_askable, required=False, widget=forms.CheckboxSelectMultiple
    )
    sites = forms.CharField(
        label=_("sites that may show it"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One in each line, such as https://www.example.com. Empty: only its own page."),
    )  # fmt: skip

    class Meta:
        model = LeadForm
        fields: ClassVar[list[str]] = [
            "name", "is_active", "language", "title_de", "title_en", "intro_de", "intro_en", "thanks_de", "thanks_en", "privacy_url", "wording",
            "source", "campaign", "redirect_url", "per_address", "per_hour", "least_seconds",
        ]  # fmt: skip
        widgets: ClassVar[dict[str, Any]] = {
            name: forms.Textarea(attrs={"rows": 2}) for name in ("intro_de", "intro_en", "thanks_de", "thanks_en")
        }

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.fields["source"] = forms.ChoiceField(label=_("source"), choices=lambda: picks.offered("leads.source"))
        if self.instance.pk:
            self.initial = {**self.initial,
                "fields_asked": self.instance.fields, "fields_required": self.instance.required,
                "sites": "\n".join(self.instance.origins)
            }  # fmt: skip
        else:
            self.initial = {**self.initial,
                "fields_asked": ["company", "given_name", "family_name", "email", "phone", "message"],
                "fields_required": ["family_name", "email"], "source": "website"
            }  # fmt: skip

    def values(self) -> dict[str, Any]:
        given = dict(super().values())
        own = {name: given.pop(name, None) for name in ("fields_asked", "fields_required", "sites")}
        lines = [line.strip().rstrip("/") for line in (own["sites"] or "").splitlines()]
        return given | {
            "fields": own["fields_asked"] or [], "required": own["fields_required"] or [], "origins": [line for line in lines if line],
        }  # fmt: skip

    def _touched(self, read: Any) -> dict[str, Any]:
        """All of it: the lists are no columns of the form, whose digests would tell whether they were touched."""
        values = self.values()
        lists = {name: values[name] for name in ("fields", "required", "origins")}
        plain = {name: value for name, value in values.items() if name not in lists}
        if read is None:
            return values
        return lists | {n: v for n, v in plain.items() if read.digests.get(n) != self._digest_of(n, v)}


class LeadHoursForm(VerbForm):
    class Meta:
        model = LeadHours
        fields: ClassVar[list[str]] = ["hours", "opens", "closes"]
        widgets: ClassVar[dict[str, Any]] = {
            name: forms.TimeInput(format="%H:%M", attrs={"type": "time"}) for name in ("opens", "closes")
        }
