"""The form in which an administrator defines a custom field: of each kind only what it needs."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.models import House
from kundenkreis.fields import checking
from kundenkreis.fields.models import CustomField
from kundenkreis.fields.nouns import NOUNS
from kundenkreis.fields.references import TARGETS
from kundenkreis.staff.roles import Role
from kundenkreis.web.forms import VerbForm, rollups

_LINE = re.compile(r"(?P<labels>.*?)(?:\s*\[(?P<key>[a-z0-9_]{1,40})\])?", re.DOTALL)
LABELS = ("label_en", "label_de", "group_en", "group_de", "help_en", "help_de")
OF_KIND: dict[str, tuple[str, ...]] = {
    "text": ("is_required", "required_roles", "required_stages", "is_indexed", "is_searched"),
    "number": ("decimals", "is_required", "required_roles", "required_stages", "is_indexed"),
    "money": ("currency", "decimals", "is_required", "required_roles", "required_stages", "is_indexed"),
    "date": ("is_required", "required_roles", "required_stages", "is_indexed"),
    "choice": ("choices", "is_required", "required_roles", "required_stages", "is_indexed"),
    "several": ("choices", "is_required", "required_roles", "required_stages"),
    "person": ("is_required", "required_roles", "required_stages", "is_indexed"),
    "rollup": (*rollups.NAMES, "decimals", "is_indexed"),
    "reference": ("refers_to", "is_required", "required_roles", "required_stages"),
    "formula": ("formula", "decimals", "currency", "is_indexed"),
}


class ChoicesField(forms.CharField):
    """One choice on each line: `English | German [key]`. A line that is taken away retires its choice, for it may be in use."""

    widget = forms.Textarea(attrs={"rows": 8})

    def __init__(self, **kwargs: Any):
        super().__init__(strip=False, **kwargs)
        self.present: list[dict[str, Any]] = []

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        lines = [(" | ".join(filter(None, (c["en"], c["de"]))), c["key"]) for c in value if not c.get("retired")]
        return "\n".join(f"{labels} [{key}]" for labels, key in lines)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        text = super().clean(value)
        of_key = {one["key"]: one for one in self.present}
        of_label = {(one["en"] or one["de"]).casefold(): one["key"] for one in self.present}
        found: dict[str, dict[str, Any]] = {}
        given = []
        for line in filter(str.strip, text.splitlines()):
            read = _LINE.fullmatch(line.strip())
            assert read is not None
            english, _bar, german = (part.strip() for part in read["labels"].partition("|"))
            key = read["key"] or of_label.get((english or german).casefold(), "")
            if read["key"] and key not in of_key:
                raise ValidationError(_("There is no choice with the key “%(key)s”."), params={"key": key})
            given.append({"key": key, "en": english, "de": german, "retired": False})
            found[key] = given[-1]
        gone = [one | {"retired": True} for key, one in of_key.items() if key not in found]
        try:
            return checking.choices([*given, *gone])
        except ValidationError as wrong:
            raise ValidationError(wrong.message_dict["choices"]) from wrong


def _is_searched(noun: str) -> bool:
    """Whether the search box finds records of this noun at all by what stands in them."""
    model = NOUNS[noun].model
    return model.search_kind is not None or model.text_kind is not None


class CustomFieldForm(VerbForm):
    choices = ChoicesField(
        label=_("choices"),
        help_text=_(
            "One on each line: English | German. What stands in brackets is the key of a choice and stays. "
            "A line that you take away retires its choice."
        ),
    )
    required_roles = forms.MultipleChoiceField(
        label=_("required for these roles only"),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: for everybody."),
    )

    required_stages = forms.MultipleChoiceField(
        label=_("required in these relations only"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "None: in every relation. Accounts that are there already stay as they are; a quality rule lists what they lack."
        ),
    )

    class Meta:
        model = CustomField
        fields = [*LABELS, "refers_to", "formula", "currency", "decimals", "is_required", "is_indexed", "is_searched"]
        widgets = {"formula": forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})}

    def __init__(self, *args: Any, noun: str = "", kind: str = "", **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.noun, self.kind = noun, kind or self.instance.kind
        self.initial.setdefault("choices", self.instance.choices)
        self.initial.setdefault("required_roles", self.instance.required_roles)
        if self.kind == "rollup":
            self.fields |= rollups.form_fields(self.instance.belongs_to or noun)
            self.initial = rollups.initial(self.instance.rollup) | dict(self.initial)
        kept = {*LABELS, *OF_KIND[self.kind], "version"}
        for name in set(self.fields) - kept:
            del self.fields[name]
        stages = NOUNS[self.instance.belongs_to or noun].stages
        if "required_stages" in self.fields and stages:
            self.fields["required_stages"].choices = list(stages.items())  # type: ignore[attr-defined]
            self.initial.setdefault("required_stages", self.instance.required_stages)
        else:
            self.fields.pop("required_stages", None)
        if not _is_searched(self.instance.belongs_to or noun):
            self.fields.pop("is_searched", None)
        if "choices" in self.fields:
            self.fields["choices"].present = self.instance.choices if self.instance.pk else []  # type: ignore[attr-defined]
        self.fields["label_en"].help_text = _("One of the two labels is needed.")
        if "refers_to" in self.fields:
            self._offer_targets()
        if "formula" in self.fields:
            self.fields["formula"].required = True
            self.fields["currency"].help_text = _("With a currency its number is an amount of money.")
        if not self.instance.pk:
            self.initial.setdefault("currency", House.known().currency if self.kind == "money" else "")
            self.initial.setdefault("decimals", 0 if self.kind == "number" else 2)
        self.order_fields(
            ["label_en", "label_de", "refers_to", *rollups.NAMES, "choices", "formula", "decimals", "currency"]
        )

    def _offer_targets(self) -> None:
        """To what it leads is chosen once."""
        if self.instance.pk:
            del self.fields["refers_to"]
            return
        offered = [(one, NOUNS[one].label) for one in TARGETS]
        self.fields["refers_to"] = forms.ChoiceField(label=_("leads to"), choices=offered)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.rollup = rollups.chosen(self, self.instance.belongs_to or self.noun) if self.kind == "rollup" else None
        return cleaned

    def values(self) -> dict[str, Any]:
        values = super().values()
        values = {name: value for name, value in values.items() if name not in rollups.NAMES}
        if self.rollup is not None and self.rollup != self.instance.rollup:
            values["rollup"] = self.rollup
        return values if self.instance.pk else values | {"belongs_to": self.noun, "kind": self.kind}
