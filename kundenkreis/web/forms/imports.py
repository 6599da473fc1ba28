"""Forms of the import pages: a new file, how it is read, what goes where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import lazystr
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.core.models import House
from kundenkreis.quality import importing, targets
from kundenkreis.quality.importing import Look
from kundenkreis.quality.models import ImportRun
from kundenkreis.quality.targets.base import Target
from kundenkreis.rates.models import ExchangeRate
from kundenkreis.staff.models import User
from kundenkreis.staff.roles import Role

ENCODINGS = (
    "utf-8",
    "windows-1252",
    "iso-8859-15",
    "iso-8859-2",
    "windows-1250",
    "windows-1251",
    "mac-roman",
    "cp850",
    "utf-16",
)
DELIMITERS = ((";", lazy("semicolon")), (",", lazy("comma")), ("\t", lazy("tab")), ("|", lazy("vertical bar")))
MARKS = ((",", "1.234,56"), (".", "1,234.56"))
ORDERS = (("dmy", lazy("day first, 31.12.")), ("mdy", lazy("month first, 12/31")))
WITH_CURRENCY = {"sales", "products", "open_items", "opportunities"}
MOST_CHOICES = 40  # with more columns each field is typed with suggestions, so that the page stays small


def allowed_targets(user: User) -> list[tuple[str, Target]]:
    """What this person may import."""
    return [(name, target) for name, target in targets.all_targets().items() if importing.may_run(user, target)]


class NewImportForm(forms.Form):
    """A file, or cells pasted from a spreadsheet, and what they hold."""

    file = forms.FileField(label=lazy("File"), required=False, allow_empty_file=True)
    pasted = forms.CharField(label=lazy("Cells"), required=False, strip=False, widget=forms.Textarea)
    target = forms.ChoiceField(label=lazy("What it is"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: list[tuple[str, Any]] = [(name, target.label) for name, target in allowed_targets(user)]
        self.fields["target"].choices = [("", lazy("Find out by the headings")), *offered]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("file") and not (given.get("pasted") or "").strip() and not self.errors:
            self.add_error("file", _("Choose a file, or paste cells from a spreadsheet."))
        return given


class ReadingForm(forms.Form):
    """How the file is read. An empty choice leaves it to the reader; the choice says what the reader has found."""

    target = forms.ChoiceField(label=lazy("What it is"))
    sheet = forms.ChoiceField(label=lazy("Sheet"), required=False)
    header_rows = forms.TypedChoiceField(
        label=lazy("Rows of column names"), coerce=int, empty_value=None, required=False
    )
    header_at = forms.IntegerField(label=lazy("They begin in row"), min_value=1, max_value=10_000, required=False)
    delimiter = forms.ChoiceField(label=lazy("Between the columns"), required=False)
    encoding = forms.ChoiceField(label=lazy("Text encoding"), required=False)
    decimal_mark = forms.ChoiceField(label=lazy("Numbers"), required=False)
    date_order = forms.ChoiceField(label=lazy("Dates"), required=False)
    currency = forms.ChoiceField(label=lazy("Amounts are in"), required=False)

    def __init__(
        self, *args: Any, run: ImportRun, look: Look, decided: dict[str, dict[str, str]], user: User, **kwargs: Any
    ) -> None:
        options = run.options
        names = [name for name in self.base_fields if name not in ("target", "header_rows")]
        initial = {
            "target": run.target,
            "header_rows": options.get("header_rows"),
            **{name: options.get(name) or "" for name in names},
        }
        super().__init__(*args, initial=initial, **kwargs)
        source = look.source
        offered = allowed_targets(user)
        self._offer("target", [(name, target.label) for name, target in offered])
        self._offer("sheet", [(name, name) for name in source.sheets])
        self._offer("header_rows", [(0, _("none")), (1, "1"), (2, "2")], found=str(source.header_rows))
        self._offer(
            "delimiter", _with(DELIMITERS, options.get("delimiter")), found=_named(DELIMITERS, source.delimiter)
        )
        self._offer(
            "encoding",
            _with([(name, name.upper()) for name in ENCODINGS], options.get("encoding")),
            found=(source.encoding or "").upper(),
        )
        self._offer("decimal_mark", MARKS, found=_decided(decided, "decimal_mark", MARKS))
        self._offer("date_order", ORDERS, found=_decided(decided, "date_order", ORDERS))
        self._offer(
            "currency", [(code, code) for code in _currencies(options.get("currency"))], found=House.known().currency
        )
        for name in self._without_use(source, run.target, decided):
            del self.fields[name]

    def _offer(self, name: str, choices: Sequence[tuple[Any, Any]], found: str = "") -> None:
        if name not in ("target", "sheet"):
            said = _("%(found)s (found)") if name != "currency" else _("%(found)s (of the house)")
            choices = [("", said % {"found": found} if found else _("find out")), *choices]
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _without_use(self, source: Any, target: str, decided: dict[str, dict[str, str]]) -> list[str]:
        """Choices that would change nothing about this file."""
        left = [] if source.kind == "delimited" else ["delimiter", "encoding"]
        left += [] if len(source.sheets) > 1 else ["sheet"]
        left += ["header_rows", "header_at"] if source.kind == "parquet" else []
        left += [] if target in WITH_CURRENCY else ["currency"]
        said = {name for hints in decided.values() for name in hints}
        return left + [
            name for name in ("decimal_mark", "date_order") if name not in said and not self.initial.get(name)
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "sheet" in self.fields and given.get("sheet") == "":
            given["sheet"] = None
        return given

    def changes(self) -> tuple[str | None, dict[str, Any]]:
        """(another target or None, options that are other than before) for `importing.set_mapping`."""
        given = {name: value if value != "" else None for name, value in self.cleaned_data.items()}
        target = given.pop("target", None)
        before = {name: self.initial.get(name) if self.initial.get(name) != "" else None for name in given}
        changed = {name: value for name, value in given.items() if value != before[name]}
        return (target if target != self.initial["target"] else None), changed


def _with(choices: Sequence[tuple[str, Any]], present: str | None) -> list[tuple[str, Any]]:
    """The choices, and what was said before even when it is none of them."""
    known = list(choices)
    return known if not present or present in dict(known) else [*known, (present, present)]


def _named(choices: Sequence[tuple[str, Any]], value: str | None) -> str:
    return str(dict(choices).get(value or "", value or ""))


def _decided(decided: dict[str, dict[str, str]], name: str, choices: Sequence[tuple[str, Any]]) -> str:
    found = {hints[name] for hints in decided.values() if name in hints}
    return " / ".join(sorted(_named(choices, value) for value in found))


def _currencies(present: str | None) -> list[str]:
    known = set(ExchangeRate.objects.order_by("currency").values_list("currency", flat=True).distinct())
    return sorted(known | {House.known().currency, "EUR"} | ({present} if present else set()))


class MappingForm(forms.Form):
    """Which column goes into which field, by what a row finds its record, and what may happen to it."""

    match_by = forms.ChoiceField(label=lazy("A row finds its record by"), widget=forms.RadioSelect)
    mode = forms.ChoiceField(label=lazy("What may happen"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, run: ImportRun, look: Look, target: Target, **kwargs: Any) -> None:
        initial = {"match_by": run.match_by, "mode": run.mode}
        super().__init__(*args, initial=initial, **kwargs)
        self.run, self.target, self.headers = run, target, look.headers
        self.is_typed = len(look.headers) > MOST_CHOICES
        self.fields["match_by"].choices = [(key.name, key.label) for key in target.keys]  # type: ignore[attr-defined]
        self.fields["mode"].choices = ImportRun.Mode.choices  # type: ignore[attr-defined]
        for spec in target.fields:
            self.fields[f"map-{spec.name}"] = self._column(spec.label)
            self.initial[f"map-{spec.name}"] = run.mapping.get(spec.name, "")
        for name, field in _target_options(run.target).items():
            self.fields[f"option-{name}"] = field
            self.initial[f"option-{name}"] = run.options.get(name, "")

    def _column(self, label: Any) -> forms.Field:
        if self.is_typed:
            return forms.CharField(
                label=label, required=False, strip=False, widget=forms.TextInput(attrs={"list": "columns"})
            )
        choices = [("", lazystr("–")), *((header, header) for header in self.headers)]
        return forms.ChoiceField(label=label, required=False, choices=choices)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for spec in self.target.fields:
            column = given.get(f"map-{spec.name}", "")
            if column and column not in self.headers:
                self.add_error(f"map-{spec.name}", _("The file has no column “%(column)s”.") % {"column": column})
        return given

    def mapping(self) -> dict[str, str]:
        columns = {spec.name: self.cleaned_data.get(f"map-{spec.name}", "") for spec in self.target.fields}
        return {name: column for name, column in columns.items() if column}

    def options(self) -> dict[str, Any]:
        return {
            name.removeprefix("option-"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("option-")
        }

    def changed(self) -> bool:
        """False when everything stands as it did before, so that a finished check stays good."""
        return bool(self.changed_data)

    def option_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("option-")]


def _target_options(target: str) -> dict[str, forms.Field]:
    """What else a kind of import wants to know."""
    if target == "sales":
        return {
            "credit_prefix": forms.CharField(label=lazy("Credit notes begin with"), max_length=10, required=False),
            "adjustment_prefix": forms.CharField(label=lazy("Adjustments begin with"), max_length=10, required=False),
            "credit_if_negative": forms.BooleanField(
                label=lazy("A document below zero is a credit note"), required=False
            ),
        }
    if target == "products":
        return {"price_list": forms.CharField(label=lazy("Price list"), max_length=20, required=False)}
    if target == "people":
        return {
            "mail_domain": forms.CharField(label=lazy("Mail addresses end with @"), max_length=100, required=False),
            "role": forms.ChoiceField(
                label=lazy("Role of new people"), choices=[("", lazy("read only")), *Role.choices], required=False
            ),
        }
    return {}
