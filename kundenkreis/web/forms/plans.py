"""Forms of mutual action plans: ours, those of the house's templates, and what a customer writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kundenkreis.customers.models import Contact
from kundenkreis.pipeline import mailing, planning
from kundenkreis.pipeline.models import (
    ActionPlan,
    Opportunity,
    PlanComment,
    PlanLink,
    PlanStep,
    PlanTemplate,
    TemplateStep,
)
from kundenkreis.pipeline.models.plans import LANGUAGES, MOST_TEXT
from kundenkreis.staff.models import User
from kundenkreis.web.forms import DateField, VerbForm
from kundenkreis.web.forms.records import RecordField

_TALL = {"rows": 3}


class BeginForm(forms.Form):
    """From which template, for which day, in which language."""

    template = forms.ModelChoiceField(label=_("plan template"), queryset=PlanTemplate.objects.none(), required=False)
    decision_on = DateField(label=_("decision date"), required=False)
    language = forms.ChoiceField(label=_("language"), choices=LANGUAGES)

    def __init__(self, *args: Any, whose: Opportunity, language: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        template: Any = self.fields["template"]
        template.queryset = planning.templates_offered()
        template.empty_label = _("none: begin with an empty plan")
        template.initial = template.queryset.values_list("pk", flat=True).first()
        self.fields["decision_on"].initial = whose.decision_on
        self.fields["decision_on"].help_text = _("The steps are laid out backwards from it, on working days.")
        self.fields["language"].initial = language


class PlanForm(VerbForm):
    class Meta:
        model = ActionPlan
        fields = ["title", "intro"]
        widgets = {"intro": forms.Textarea(attrs=_TALL)}


class OfPlanForm(VerbForm):
    """The form of something that belongs to a plan."""

    def __init__(self, *args: Any, whose: ActionPlan, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.whose = whose

    def values(self) -> dict[str, Any]:
        return super().values() | ({} if self.instance.pk else {"plan": self.whose})


class PlanStepForm(OfPlanForm):
    contact = RecordField(Contact, label=_("contact"), url="contacts:options", required=False)

    class Meta:
        model = PlanStep
        fields = ["title", "side", "owner", "contact", "due_on", "note", "internal_note"]
        widgets = {"note": forms.Textarea(attrs=_TALL), "internal_note": forms.Textarea(attrs=_TALL)}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.offer("owner", User.objects.visible_to(self.user).living().filter(is_active=True))
        self.offer("contact", Contact.objects.visible_to(self.user).living())
        self.fields["owner"].help_text = _("For a step of ours.")
        self.fields["contact"].help_text = _("For a step of the customer's.")


class LinkForm(forms.Form):
    """For whom a link is, in which language, and until when it holds."""

    contact = RecordField(Contact, label=_("for whom"), url="contacts:options", required=False)
    language = forms.ChoiceField(label=_("language"), choices=[("", _("of the contact")), *LANGUAGES], required=False)
    expires_on = DateField(label=_("holds until"), required=False)

    def __init__(self, *args: Any, whose: ActionPlan, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        contact: Any = self.fields["contact"]
        contact.queryset = Contact.objects.visible_to(user).living()
        contact.help_text = _("Empty: whoever has the link says who she is.")
        self.fields["expires_on"].initial = planning.usual_expiry(whose)


class MailForm(forms.Form):
    """To which buying contacts the link is mailed, with what words in each of their languages, and until when it holds."""

    def __init__(self, *args: Any, whose: ActionPlan, people: list[Contact], why_not: Mapping[int, str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in people if one.pk not in why_not}
        self.fields["people"] = forms.MultipleChoiceField(
            label=_("to whom"), choices=[(pk, f"{one.full_name} ({one.email})") for pk, one in self.people.items()],
            widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip
        languages = {one.language for one in self.people.values()}
        for code, name in LANGUAGES:
            if code in languages:
                self.fields[f"text_{code}"] = forms.CharField(
                    label=_("text above the link (%(language)s)") % {"language": name}, initial=mailing.usual_text(code),
                    required=len(languages) == 1, widget=forms.Textarea(attrs=_TALL), help_text=_("The form of address and the link are added."),
                )  # fmt: skip
        self.fields["expires_on"] = DateField(
            label=_("holds until"), required=False, initial=planning.usual_expiry(whose)
        )

    def asked(self) -> dict[str, Any]:
        given = self.cleaned_data
        texts = {name.removeprefix("text_"): text for name, text in given.items() if name.startswith("text_")}
        return {
            "people": [self.people[pk] for pk in given["people"]], "texts": texts, "expires_on": given["expires_on"]
        }  # fmt: skip


class ExpiryForm(VerbForm):
    class Meta:
        model = PlanLink
        fields = ["expires_on", "language"]


class AnswerForm(OfPlanForm):
    """What one of us says."""

    class Meta:
        model = PlanComment
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs=_TALL)}

    def __init__(self, *args: Any, answers: PlanComment | None = None, step: PlanStep | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.about = {"answers": answers, "step": step} if not self.instance.pk else {}

    def values(self) -> dict[str, Any]:
        return super().values() | {name: one for name, one in self.about.items() if one is not None}


class VisitorForm(forms.Form):
    """What a customer writes: her name, asked once, and what she has to say."""

    name = forms.CharField(label=_("your name"), max_length=100)
    text = forms.CharField(
        label=_("your comment"), max_length=MOST_TEXT, widget=forms.Textarea(attrs={"rows": 3, "maxlength": MOST_TEXT})
    )


class TemplateForm(VerbForm):
    class Meta:
        model = PlanTemplate
        fields = ["name_de", "name_en", "position", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("name_de", "name_en"):
            self.fields[name].required = False


class TemplateStepForm(VerbForm):
    class Meta:
        model = TemplateStep
        fields = ["name_de", "name_en", "side", "days_before", "position"]

    def __init__(self, *args: Any, template: PlanTemplate, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.template = template
        for name in ("name_de", "name_en"):
            self.fields[name].required = False

    def values(self) -> dict[str, Any]:
        return super().values() | ({} if self.instance.pk else {"template": self.template})
