"""Forms of data protection: requests and their steps, purposes, breaches, alerts, problems."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock
from kundenkreis.customers.models import Contact
from kundenkreis.privacy import processing
from kundenkreis.privacy.models import AlertRule, Basis, Breach, Controller, Problem, Purpose, SubjectRequest
from kundenkreis.staff.models import User
from kundenkreis.web.forms import DateField, DateTimeField, VerbForm
from kundenkreis.web.forms.records import RecordField

_ROWS = {"rows": 4}


class SubjectRequestForm(VerbForm):
    """What came in. Only what is asked and who asks must be said; the rest can follow."""

    contact = RecordField(
        Contact, label=_("contact"), url="contacts:options", required=False,
        help_text=_("Empty for somebody who is no contact (yet): then write her name."),
    )  # fmt: skip

    class Meta:
        model = SubjectRequest
        fields = ["kind", "contact", "name", "address", "how", "received_on", "wish", "responsible", "note"]
        widgets = {"wish": forms.Textarea(attrs=_ROWS), "note": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "received_on": _("The day on which it reached the house, whoever opened it. The month runs from here."),
            "responsible": _("Empty: whoever keeps data protection is told."),
        }

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        if "received_on" in self.fields and not self.instance.pk:
            self.initial.setdefault("received_on", clock.today())
        if "contact" in self.fields:
            self.offer("contact", Contact.objects.visible_to(user).living())
        if "responsible" in self.fields:
            self.offer("responsible", User.objects.living().filter(is_active=True).order_by("last_name", "first_name"))


class AskIdentityForm(forms.Form):
    note = forms.CharField(label=_("why there is doubt"), max_length=300)


class IdentifyForm(forms.Form):
    how = forms.CharField(
        label=_("how it was checked"),
        max_length=300,
        help_text=_("Such as: answered from the address that we know, called back, recognised. Keep no copy of an ID."),
    )
    on = DateField(label=_("on"), required=False, help_text=_("Empty: today."))


class ExtendForm(forms.Form):
    reason = forms.CharField(label=_("why it takes longer"), max_length=500, help_text=_("Tell the person the same."))


class RespondForm(forms.Form):
    answer = forms.CharField(label=_("answer"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6}))
    on = DateField(label=_("answered on"), required=False, help_text=_("Empty: today."))
    recipients_told = forms.CharField(
        label=_("recipients who were told (Art. 19)"), max_length=4_000, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("After a rectification, erasure or restriction: to whom it was passed on, one in each line."),
    )  # fmt: skip
    late_reason = forms.CharField(label=_("why it is late"), max_length=500, required=False)


class RefuseForm(forms.Form):
    reason = forms.CharField(label=_("why it is refused"), max_length=4_000, widget=forms.Textarea(attrs=_ROWS))
    told_of_complaint = forms.BooleanField(
        label=_("She was told that she can complain to the data protection authority and go to court"), required=False
    )
    on = DateField(label=_("answered on"), required=False, help_text=_("Empty: today."))
    late_reason = forms.CharField(label=_("why it is late"), max_length=500, required=False)


class PurposeForm(VerbForm):
    """All fields of a line of the record. The key stays once it is there."""

    bases = forms.MultipleChoiceField(
        label=_("legal basis"), choices=Basis.choices, widget=forms.CheckboxSelectMultiple
    )
    covers = forms.MultipleChoiceField(
        label=_("data, as the inventory names them"), choices=processing.choices, required=False,
        widget=forms.SelectMultiple(attrs={"size": 10}),
    )  # fmt: skip

    class Meta:
        model = Purpose
        fields = [
            "key", "position", "name_de", "name_en", "bases", "interest_de", "interest_en", "people_de", "people_en", "covers",
            "recipients_de", "recipients_en", "transfers_de", "transfers_en", "retention_de", "retention_en", "retention_source",
            "measures_de", "measures_en", "responsible",
        ]  # fmt: skip
        widgets = {
            name: forms.Textarea(attrs={"rows": 3})
            for part in ("interest", "people", "recipients", "transfers", "retention", "measures")
            for name in (f"{part}_de", f"{part}_en")
        }

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.offer("responsible", User.objects.living().filter(is_active=True).order_by("last_name", "first_name"))
        if self.instance.pk:
            del self.fields["key"]


class ControllerForm(forms.ModelForm):
    class Meta:
        model = Controller
        fields = ["name", "address", "email", "phone", "register", "representative", "officer", "authority"]

    def _post_clean(self) -> None:
        """The verb checks."""


class BreachForm(VerbForm):
    class Meta:
        model = Breach
        fields = [
            "title", "happened", "happened_at", "noticed_at", "categories", "people_count", "record_count", "consequences", "measures",
            "risk", "risk_reason",
        ]  # fmt: skip
        widgets = {
            name: forms.Textarea(attrs={"rows": 3}) for name in ("happened", "consequences", "measures", "risk_reason")
        }
        help_texts = {"noticed_at": _("From here the 72 hours run.")}


class NotifyForm(forms.Form):
    at = DateTimeField(label=_("notified"), required=False, help_text=_("Empty: now."))
    reference = forms.CharField(label=_("reference of the authority"), max_length=120, required=False)
    late_reason = forms.CharField(label=_("why it is late"), max_length=1_000, required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("why"), max_length=1_000)


class TellPeopleForm(forms.Form):
    how = forms.CharField(label=_("how they were told"), max_length=1_000, required=False)
    why_not = forms.CharField(label=_("or why they are not told"), max_length=1_000, required=False)


class NoteForm(forms.Form):
    note = forms.CharField(label=_("note"), max_length=500)


class AlertRuleForm(forms.ModelForm):
    class Meta:
        model = AlertRule
        fields = ["is_on", "records", "factor", "days", "from_hour", "to_hour"]

    def _post_clean(self) -> None:
        """The verb checks."""


class ProblemForm(forms.Form):
    """What happened; of the page its address only."""

    kind = forms.ChoiceField(
        label=_("kind"), choices=Problem.Kind.choices, widget=forms.RadioSelect, initial=Problem.Kind.BROKEN
    )
    what = forms.CharField(
        label=_("what happened"), max_length=4_000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What did you do, what did you expect, what came? Names of customers are not needed."),
    )  # fmt: skip
    reference = forms.CharField(
        label=_("number of the error"), max_length=80, required=False, help_text=_("If the page showed one.")
    )
    page = forms.CharField(max_length=500, required=False, widget=forms.HiddenInput)

    def clean_page(self) -> str:
        page = self.cleaned_data["page"].split("?")[0].split("#")[0]
        if page and not page.startswith("/"):
            raise ValidationError(_("That is no page of this house."))
        return page


class BlackOutForm(forms.Form):
    passage = forms.CharField(
        label=_("passage"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Copy it as it stands in the text. Empty: the whole text."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("why"), max_length=300, help_text=_("It is told to the person in place of the passage.")
    )
