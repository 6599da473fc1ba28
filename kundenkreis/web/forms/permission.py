"""Forms around permission to contact: consents, wordings, objections, suppressed addresses, lists by file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock
from kundenkreis.customers.models import Consent, ConsentWording, Contact, Register, Suppression
from kundenkreis.files.models import Document
from kundenkreis.web.forms import DateField, DateTimeField, VerbForm, apply_errors
from kundenkreis.web.forms.customers import PartForm

_CONDITIONS = ("with_sale", "own_similar", "could_refuse")


class ConsentForm(PartForm):
    """What a person said. Without a moment of its own a new state is of now; the wording must be of its purpose and channel."""

    since = DateTimeField(label=_("since"), required=False, help_text=_("Empty: now."))

    class Meta:
        model = Consent
        fields = ["purpose", "channel", "state", "since", "how", "source", "wording", "proof", "document", *_CONDITIONS]
        help_texts = {
            "source": _("How it came to us: form, call, fair, contract; with the customer exception the order."),
            "wording": _("Which text the person saw."),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        wordings = ConsentWording.objects.living()
        if self.instance.pk:
            for name in ("purpose", "channel"):
                del self.fields[name]
            wordings = wordings.filter(purpose=self.instance.purpose) | ConsentWording.objects.filter(
                pk=self.instance.wording_id or 0
            )
        self.fields["wording"].queryset = wordings.order_by("purpose", "-valid_from", "-pk")  # type: ignore[attr-defined]
        documents = Document.objects.on(self.whose).living()
        self.fields["document"].queryset = documents  # type: ignore[attr-defined]
        if not documents.exists() and not self.instance.document_id:
            del self.fields["document"]
        for name in _CONDITIONS:
            label = str(self.fields[name].label)
            self.fields[name].label = _("Customer exception: %(condition)s") % {"condition": label}

    def values(self) -> dict[str, Any]:
        values = super().values()
        if not values.get("since"):
            before = Consent._base_manager.get(pk=self.instance.pk) if self.instance.pk else None
            state = values.get("state")
            fresh = before is None or (state is not None and state != before.state)
            values = {name: value for name, value in values.items() if name != "since"}
            return values | ({"since": timezone.now()} if fresh else {})
        before = Consent._base_manager.filter(pk=self.instance.pk).first()
        changed = before is not None and values.get("state", before.state) != before.state
        if changed and "since" not in self.changed_data:  # the old state's moment is not the new one's
            values["since"] = timezone.now()
        return values


class WordingForm(VerbForm):
    channels = forms.MultipleChoiceField(
        label=_("channels"), choices=Consent.Channel.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = ConsentWording
        fields = ["purpose", "edition", "channels", "text_de", "text_en", "valid_from"]
        widgets = {"text_de": forms.Textarea(attrs={"rows": 4}), "text_en": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"edition": _("A name by which the text is known again, such as 2026-01.")}


class SourceForm(forms.Form):
    """How the person said so."""

    source = forms.CharField(label=_("source"), max_length=200, help_text=_("How it came to us: mail, call, letter."))


class SuppressForm(forms.Form):
    """Why all addresses of a contact go onto the suppression list."""

    reason = forms.ChoiceField(label=_("reason"), choices=Suppression.Reason.choices)
    source = forms.CharField(
        label=_("source"),
        max_length=200,
        required=False,
        help_text=_("It stays when the person is erased: write no name and no address here."),
    )


class AddressForm(forms.Form):
    """A mail address or a number, as somebody wrote or said it."""

    kind = forms.ChoiceField(
        label=_("kind"), choices=[one for one in Suppression.Kind.choices if one[0] != Suppression.Kind.ADDRESS]
    )
    address = forms.CharField(label=_("address"), max_length=254)


class SuppressAddressForm(AddressForm, SuppressForm):
    """An address without a contact onto the suppression list."""

    field_order = ["kind", "address", "reason", "source"]


class LiftForm(forms.Form):
    reason = forms.CharField(label=_("why it is lifted"), max_length=300)


class OptInForm(forms.Form):
    """Which wording the person is asked to confirm by mail."""

    wording = forms.ModelChoiceField(label=_("wording"), queryset=ConsentWording.objects.none())
    source = forms.CharField(
        label=_("source"), max_length=200, required=False, help_text=_("On which occasion the person was asked.")
    )

    def __init__(self, *args: Any, whose: Contact, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.whose = whose
        by_mail = [one.pk for one in ConsentWording.objects.in_force(clock_day()) if "email" in one.channels]
        rows = ConsentWording.objects.filter(pk__in=by_mail).order_by("purpose", "-valid_from", "-pk")
        self.fields["wording"].queryset = rows  # type: ignore[attr-defined]


class RegisterForm(forms.Form):
    """A list by file, and of which day it is."""

    kind = forms.ChoiceField(label=_("list"), choices=Register.Kind.choices)
    as_of = DateField(label=_("as of"))
    file = forms.FileField(label=_("file"), allow_empty_file=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["as_of"].initial = clock.today()


def clock_day() -> Any:
    """The later of the house's day and the clock's: a wording made today holds in a demo house too."""
    return max(clock.today(), timezone.localdate())


def refused(form: forms.Form, error: ValidationError) -> None:
    """What a verb refused, beside the fields it is about."""
    apply_errors(form, error)
