"""Forms of needs, needs talks and the questions that are asked in them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kundenkreis.activities.models import Activity
from kundenkreis.catalogue.models import Family, Product
from kundenkreis.customers.models import Account, Contact
from kundenkreis.customers.models.accounts import INDUSTRY
from kundenkreis.fields import picks
from kundenkreis.needs import answers, covering
from kundenkreis.needs.models import AnswerKind, Need, NeedFit, NeedsTalk, QuestionEdition, QuestionSet, Step
from kundenkreis.needs.models.questions import LONGEST, MOST_QUESTIONS
from kundenkreis.pipeline.models import Opportunity, Pipeline
from kundenkreis.staff.models import User
from kundenkreis.web.forms import DateField, DecimalField, RecordsField, VerbForm
from kundenkreis.web.forms.records import RecordField

_TALL = {"rows": 3}
NEW_ROWS = 3  # empty questions at the end of the form


def _people(user: Any) -> Any:
    return User.objects.visible_to(user).living().filter(is_active=True)


class NeedForm(VerbForm):
    account = RecordField(Account, label=_("account"), url="accounts:options")
    contact = RecordField(Contact, label=_("who said it"), url="contacts:options", required=False)

    class Meta:
        model = Need
        fields = [
            "account", "contact", "title", "pain", "effect_low", "effect_base", "effect_high", "currency", "urgency", "said_on",
            "solve_by", "status", "drop_reason", "owner", "next_question",
        ]  # fmt: skip
        widgets = {"pain": forms.Textarea(attrs=_TALL)}

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        if "owner" in self.fields:
            self.offer("owner", _people(user))
        if "contact" in self.fields:
            self.offer("contact", Contact.objects.visible_to(user).living())
        if "currency" in self.fields:
            self.fields["currency"].help_text = _("Empty: as the account.")
        if self.instance.pk:
            self.fields.pop("account", None)
            return
        self.offer("account", Account.objects.visible_to(user).living())
        for name in ("status", "drop_reason"):
            self.fields.pop(name, None)
        self.initial.setdefault("owner", user.pk)


class DropNeedForm(VerbForm):
    """Why it is not pursued."""

    class Meta:
        model = Need
        fields = ["drop_reason"]

    def act(self) -> Any:
        present = Need._base_manager.get(pk=self.instance.pk)
        read = self.cleaned_data.get("version")
        self.event = present.drop(
            self.cleaned_data["drop_reason"], by=self.user, version=read.version if read else None
        )
        return present


class FitForm(VerbForm):
    """What of ours would help: a product, or a family."""

    product = RecordField(Product, label=_("product"), url="products:options", required=False)

    class Meta:
        model = NeedFit
        fields = ["product", "family", "degree", "quantity", "note"]

    def __init__(self, *args: Any, whose: Need, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.whose = whose
        self.offer("product", Product.objects.visible_to(self.user).living())
        family: Any = self.fields["family"]
        family.queryset = Family.objects.living().order_by("name", "pk")

    def values(self) -> dict[str, Any]:
        """What is left empty is empty: a fit may be moved from a product to its family."""
        given = super().values()
        given |= {name: self.cleaned_data.get(name) for name in ("product", "family", "quantity")}
        return given | ({} if self.instance.pk else {"need": self.whose})


class PlainForm(forms.Form):
    """A form that changes no fields of a record; nobody can be faster with it."""

    conflict = None


class SellForm(PlainForm):
    """An opportunity of a need."""

    name = forms.CharField(label=_("name"), max_length=200)
    pipeline: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("pipeline"), queryset=Pipeline.objects.none(), empty_label=None
    )
    expected_close_on = DateField(label=_("expected close"), required=False)

    def __init__(self, *args: Any, need: Need, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["pipeline"]
        field.queryset = Pipeline.objects.living().filter(is_active=True)
        field.initial = field.queryset.values_list("pk", flat=True).first()
        self.fields["name"].initial = need.title
        self.fields["expected_close_on"].initial = need.solve_by


class TieForm(PlainForm):
    """An opportunity with the customer that there is already."""

    opportunity: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("opportunity"), queryset=Opportunity.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, need: Need, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["opportunity"]
        rows = Opportunity.objects.visible_to(user).living().filter(account_id=need.account_id)
        field.queryset = rows.exclude(needs=need).order_by("outcome", "-pk")
        field.label_from_instance = lambda one: f"{one.number} · {one.name}"


class TalkForm(VerbForm):
    """With whom, by which questions. `activity` is the one that it is tied to."""

    account = RecordField(Account, label=_("account"), url="accounts:options")
    contact = RecordField(Contact, label=_("with whom"), url="contacts:options", required=False)

    class Meta:
        model = NeedsTalk
        fields = ["account", "contact", "edition", "kind", "held_on", "note"]
        widgets = {"note": forms.Textarea(attrs=_TALL)}

    def __init__(self, *args: Any, user: Any, activity: Activity | None = None, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.activity = activity
        self.offer("contact", Contact.objects.visible_to(user).living())
        edition: Any = self.fields["edition"]
        edition.label = _("set of questions")
        if self.instance.pk:
            self.fields.pop("account")
            self.fields.pop("edition")
            return
        self.offer("account", Account.objects.visible_to(user).living())
        account = self.initial.get("account")
        fits = covering.sets_for(account) if isinstance(account, Account) else covering.asked_now()
        edition.queryset = QuestionEdition.objects.filter(pk__in=[one.edition.pk for one in fits])
        edition.choices = [(one.edition.pk, one.of_set.name) for one in fits]
        edition.initial = fits[0].edition.pk if fits else None
        del self.fields["note"]

    def values(self) -> dict[str, Any]:
        return super().values() | ({"activity": self.activity} if self.activity is not None else {})


class AnswerForm(PlainForm):
    """One question. The answer is shown and read as people write it, and given on as `answers.stored` keeps it."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(
        self, *args: Any, question: answers.Question, value: str = "", version: int | None = None, **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        self.fields["value"] = _answer_field(question, value)
        self.fields["version"].initial = version

    @property
    def text(self) -> str:
        value = self.cleaned_data.get("value")
        return "" if value is None else format(value, "f") if isinstance(value, Decimal) else str(value)


def _answer_field(question: answers.Question, value: str) -> forms.Field:
    label, kind = answers.in_language(question), question["kind"]
    if kind in (AnswerKind.NUMBER, AnswerKind.MONEY):
        figure = Decimal(value) if value else None
        return DecimalField(label=label, required=False, initial=figure)
    if kind in (AnswerKind.CHOICE, AnswerKind.YES_NO):
        choices = [(one["key"], answers.in_language(one)) for one in question["choices"]]
        return forms.ChoiceField(
            label=label, required=False, initial=value, widget=forms.RadioSelect,
            choices=choices if kind == AnswerKind.CHOICE else [("yes", _("yes")), ("no", _("no"))],
        )  # fmt: skip
    return forms.CharField(
        label=label, required=False, initial=value, max_length=answers.LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )


# --- what the house arranges


class SetForm(VerbForm):
    lines = forms.CharField(
        label=_("industries"), required=False, widget=forms.Textarea(attrs=_TALL),
        help_text=_("One in each line. Empty: for all of them."),
    )  # fmt: skip
    families = RecordsField(
        label=_("product families"), queryset=Family.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Asked of accounts that have a need in one of them. None: whatever they need."),
    )  # fmt: skip

    class Meta:
        model = QuestionSet
        fields = ["name_de", "name_en", "is_active", "position", "families"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("name_de", "name_en"):
            self.fields[name].required = False
        families: Any = self.fields["families"]
        families.queryset = Family.objects.living().order_by("name", "pk")
        self.initial["lines"] = "\n".join(self.instance.industry_names if self.instance.pk else [])

    def values(self) -> dict[str, Any]:
        given = super().values()
        lines = [line.strip() for line in given.pop("lines", "").splitlines()]
        given["families"] = list(given.get("families") or [])
        return given | {"industries": [picks.key_of(INDUSTRY, line) for line in lines if line]}

    def _touched(self, read: Any) -> dict[str, Any]:
        """Only what differs; industries and families are compared with what is kept."""
        given = self.values()
        same = super()._touched(None if read is None else read)
        kept = sorted(one.pk for one in self.instance.families.all())
        if sorted(one.pk for one in given["families"]) == kept:
            same.pop("families", None)
        return same


class QuestionsForm(PlainForm):
    """The questions of a set, a row each; an empty row asks nothing. What stays the same question keeps its key."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args: Any, edition: QuestionEdition | None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.known = list(edition.questions) if edition else []
        self.rows = min(len(self.known) + NEW_ROWS, MOST_QUESTIONS)
        self.fields["version"].initial = edition.version if edition else None
        for at in range(self.rows):
            one = self.known[at] if at < len(self.known) else {}
            for name, label in (("name_de", _("question in German")), ("name_en", _("question in English"))):
                self.fields[f"{name}_{at}"] = forms.CharField(
                    label=label, required=False, max_length=LONGEST, initial=one.get(name, "")
                )
            self.fields[f"step_{at}"] = forms.ChoiceField(
                label=_("step"), choices=Step.choices, initial=one.get("step", Step.SITUATION), required=False
            )
            self.fields[f"kind_{at}"] = forms.ChoiceField(
                label=_("kind of answer"),
                choices=AnswerKind.choices,
                initial=one.get("kind", AnswerKind.TEXT),
                required=False,
            )
            self.fields[f"choices_{at}"] = forms.CharField(
                label=_("answers to choose from"), required=False, initial=_written(one.get("choices", [])),
                widget=forms.Textarea(attrs={"rows": 2}), help_text=_("One in each line: German | English."),
            )  # fmt: skip

    def of_rows(self) -> list[tuple[int, list[Any]]]:
        """For the page: (number, the row's fields)."""
        names = ("name_de", "name_en", "step", "kind", "choices")
        return [(at + 1, [self[f"{name}_{at}"] for name in names]) for at in range(self.rows)]

    def questions(self) -> list[dict[str, Any]]:
        found = []
        for at in range(self.rows):
            texts = {name: (self.cleaned_data.get(f"{name}_{at}") or "").strip() for name in ("name_de", "name_en")}
            if not any(texts.values()):
                continue
            before = self.known[at] if at < len(self.known) else {}
            kind = self.cleaned_data.get(f"kind_{at}") or AnswerKind.TEXT
            choices = self._choices(at, before) if kind == AnswerKind.CHOICE else []
            same = {"key": before["key"]} if before.get("kind") == kind else {}
            step = self.cleaned_data.get(f"step_{at}") or Step.SITUATION
            found.append({**same, "step": str(step), "kind": str(kind), **texts, "choices": choices})
        return found

    def _choices(self, at: int, before: dict[str, Any]) -> list[dict[str, str]]:
        """What reads the same keeps its key."""
        known = {(one["name_de"], one["name_en"]): one["key"] for one in before.get("choices", [])}
        made = []
        for line in (self.cleaned_data.get(f"choices_{at}") or "").splitlines():
            german, _bar, english = (part.strip() for part in line.partition("|"))
            if not german and not english:
                continue
            names = (german or english, english or german)
            made.append({"name_de": names[0], "name_en": names[1]} | ({"key": known[names]} if names in known else {}))
        return made


def _written(choices: list[dict[str, str]]) -> str:
    return "\n".join(f"{one['name_de']} | {one['name_en']}" for one in choices)
