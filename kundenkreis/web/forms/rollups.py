"""What a roll-up is made of, as an administrator says it: which records, how, and under which conditions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.filters import parse
from kundenkreis.fields import checking, sources

NAMES = ("rollup_of", "rollup_how", "rollup_where")


def form_fields(noun: str) -> dict[str, forms.Field]:
    offered = []
    for source in sources.SOURCES.get(noun, {}).values():
        own = [(source.name, source.label)]
        own += [(f"{source.name}.{name}", f"{source.label}: {one.label}") for name, one in source.measures.items()]
        offered.append((source.label, own))
    hint = _(
        "One on each line, as they stand behind f= in the address of a list: day:last:365d. All of them hold. Empty: all records count."
    )
    return {
        "rollup_of": forms.ChoiceField(label=_("Of what"), choices=offered),
        "rollup_how": forms.ChoiceField(label=_("How"), choices=list(sources.HOW.items())),
        "rollup_where": forms.CharField(
            label=_("Only those for which this holds"),
            required=False,
            help_text=hint,
            widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        ),
    }


def initial(rollup: dict[str, Any]) -> dict[str, Any]:
    if not rollup:
        return {"rollup_how": "count"}
    of = f"{rollup['of']}.{rollup['what']}" if rollup["what"] else rollup["of"]
    return {"rollup_of": of, "rollup_how": rollup["how"], "rollup_where": "\n".join(rollup["where"])}


def chosen(form: forms.Form, noun: str) -> dict[str, Any] | None:
    """What is rolled up, as the model keeps it; None where something is wrong, which then stands beside its field."""
    given = form.cleaned_data
    if not {"rollup_of", "rollup_how"} <= given.keys():
        return None
    of, _dot, what = given["rollup_of"].partition(".")
    asked = {"of": of, "how": given["rollup_how"], "what": what}
    where = given.get("rollup_where", "").splitlines()
    try:
        checking.rollup(noun, asked)
    except ValidationError as wrong:
        form.add_error("rollup_how", wrong.message_dict["rollup"])
        return None
    try:
        return checking.rollup(noun, asked | {"where": where})
    except ValidationError as wrong:
        form.add_error("rollup_where", wrong.message_dict["rollup"])
        return None


def said(noun: str, rollup: dict[str, Any]) -> list[tuple[Any, str]]:
    """The conditions in words, for the page of the definition."""
    source = sources.of(noun, rollup.get("of", ""))
    if source is None:
        return []
    return [(chip.label, chip.text) for chip in parse(rollup["where"], source.asked()).describe()]


def known_conditions(noun: str) -> list[tuple[Any, list[tuple[str, Any]]]]:
    """Source → (name, label) of what a condition can ask."""
    some = sources.SOURCES.get(noun, {}).values()
    return [(source.label, [(one.name, one.label) for one in source.asked()]) for source in some]
