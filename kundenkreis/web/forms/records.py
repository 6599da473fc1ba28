"""A form field that finds a record by typing a part of its name; without JavaScript the exact name or number will do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from kundenkreis.core.text import fold
from kundenkreis.web.forms import RecordsField


def called(text: str) -> Q:
    """Records with a folded name that are called so; people are keyed by their last name first."""
    words = text.split()
    return Q(key=fold(text)) | Q(key=fold(" ".join([*words[-1:], *words[:-1]])))


class RecordInput(forms.TextInput):
    """The combobox of `ui.combobox`, as a widget: a hidden number and the typed text beside it."""

    def __init__(self, url: str):
        super().__init__()
        self.url = url
        self.named: Any = None  # the chosen record, so that its name stands in the box

    def address(self) -> str:
        return reverse(self.url)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        chosen, typed = data.get(name, "").strip(), data.get(f"{name}_text", "").strip()
        return chosen or (f"?{typed}" if typed else "")

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> Any:
        attrs = dict(attrs or {})
        key = attrs.pop("id", f"id_{name}")
        chosen, typed = (
            ("", str(value)[1:]) if str(value or "").startswith("?") else (value or "", str(self.named or ""))
        )
        given = {
            "type": "text", "id": key, "name": f"{name}_text", "value": typed, "role": "combobox", "aria-expanded": "false",
            "aria-autocomplete": "list", "aria-controls": f"{key}-list", "autocomplete": "off", **attrs, "class": "input",
        }  # fmt: skip
        return Markup(
            '<kk-combobox class="combobox" data-url="{}"><input type="hidden" name="{}" value="{}"><input{}>'
            '<div class="combobox-list" role="listbox" id="{}-list" aria-label="{}" hidden></div></kk-combobox>'
        ).format(self.address(), name, chosen, Markup(flatatt(given)), key, _("Suggestions"))  # noqa: S704 (flatatt escapes)


class RecordField(forms.ModelChoiceField):
    """One record of `queryset` (set it in the form's __init__, to what the person may see)."""

    default_error_messages = {
        "invalid_choice": _("Choose one of those that are suggested."),
        "unknown": _("Nothing is called “%(text)s”. Type a part of the name and choose."),
        "several": _("Several are called “%(text)s”. Type a part of the name and choose."),
    }

    def __init__(self, model: Any, *, url: str, **kwargs: Any):
        super().__init__(queryset=model._base_manager.none(), widget=RecordInput(url), **kwargs)

    def to_python(self, value: Any) -> Any:
        text = str(value or "")
        if text.startswith("?"):
            return self._named(text[1:])
        found = super().to_python(value)
        self.widget.named = found
        return found

    def prepare_value(self, value: Any) -> Any:
        if value and self.widget.named is None and not str(value).startswith("?"):
            number = str(value)
            known = number.isdecimal() and len(number) < 19  # else it is no number of a record, only sent as one
            self.widget.named = (
                value if hasattr(value, "pk") else self.queryset.filter(pk=value).first() if known else None
            )
        return super().prepare_value(value)

    def _named(self, text: str) -> Any:
        columns = {f.name for f in self.queryset.model._meta.fields}
        named = called(text) if "key" in columns else Q(name__iexact=text)
        if "number" in columns:
            named |= Q(number=text)
        found = list(self.queryset.filter(named)[:2])
        if len(found) != 1:
            raise ValidationError(self.error_messages["several" if found else "unknown"], params={"text": text})
        self.widget.named = found[0]
        return found[0]


class RecordsInput(forms.SelectMultiple):
    """Several records: each chosen one is a ticked box, and the combobox below finds one more (kk-picker ticks it).

    Without JavaScript the typed name of one more is looked up when the form is sent.
    """

    def __init__(self, url: str):
        super().__init__()
        self.url = url
        self.named: dict[str, str] = {}  # number → name of those that are chosen

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        typed = data.get(f"{name}_text", "").strip()
        return [*data.getlist(name), *([f"?{typed}"] if typed else [])]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False  # no box is ticked: nobody is chosen

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> Any:
        attrs = dict(attrs or {})
        key = attrs.pop("id", f"id_{name}")
        chosen = [str(one) for one in value or [] if not str(one).startswith("?")]
        typed = next((str(one)[1:] for one in value or [] if str(one).startswith("?")), "")
        boxes = Markup().join(
            Markup(
                '<label class="check picked"><input type="checkbox" class="box" name="{}" value="{}" checked><span>{}</span></label>'
            ).format(name, one, self.named[one])
            for one in chosen
            if one in self.named
        )
        given = {
            "type": "text", "id": key, "name": f"{name}_text", "value": typed, "role": "combobox", "aria-expanded": "false",
            "aria-autocomplete": "list", "aria-controls": f"{key}-list", "autocomplete": "off", **attrs, "class": "input",
        }  # fmt: skip
        return Markup(
            '<kk-picker class="picker" data-name="{}"><span class="choices">{}</span>'
            '<kk-combobox class="combobox" data-url="{}"><input type="hidden"><input{}>'
            '<div class="combobox-list" role="listbox" id="{}-list" aria-label="{}" hidden></div></kk-combobox></kk-picker>'
        ).format(name, boxes, reverse(self.url), Markup(flatatt(given)), key, _("Suggestions"))  # noqa: S704 (flatatt escapes)


class PickedField(RecordsField):
    """Several records of `queryset` (set it in the form's __init__, to what the person may see), found by typing.

    `named` turns a typed name into the condition for the records that are called so.
    """

    def __init__(self, model: Any, *, url: str, named: Callable[[str], Q] | None = None, **kwargs: Any):
        super().__init__(queryset=model._base_manager.none(), widget=RecordsInput(url), required=False, **kwargs)
        self.named = named or called

    def prepare_value(self, value: Any) -> Any:
        prepared = super().prepare_value(value)
        numbers = [str(one) for one in prepared or [] if str(one).isdecimal() and len(str(one)) < 19]
        rows = self.queryset.filter(pk__in=numbers) if numbers else []
        self.widget.named = {str(one.pk): str(one) for one in rows}
        return prepared

    def clean(self, value: Any) -> list[Any]:  # type: ignore[override]
        typed = [str(one)[1:] for one in value or [] if str(one).startswith("?")]
        chosen = super().clean([one for one in value or [] if not str(one).startswith("?")])
        found = [*chosen, *(self._one_called(text) for text in typed)]
        return list(dict.fromkeys(found))

    def _one_called(self, text: str) -> Any:
        found = list(self.queryset.filter(self.named(text))[:2])
        if len(found) != 1:
            said = RecordField.default_error_messages["several" if found else "unknown"]
            raise ValidationError(said, params={"text": text})
        return found[0]
