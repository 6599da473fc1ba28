"""A form field that finds a record by typing a part of its name; without JavaScript the exact name or number will do."""

from __future__ import annotations

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


class RecordInput(forms.TextInput):
    """The combobox of `ui.combobox`, as a widget: a hidden number and the typed text beside it."""

    def __init__(self, url: str):
        super().__init__()
        self.url = url
        self.named: Any = None  # the chosen record, so that its name stands in the box

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
        ).format(reverse(self.url), name, chosen, Markup(flatatt(given)), key, _("Suggestions"))  # noqa: S704 (flatatt escapes)


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
        words = text.split()
        named = Q(key=fold(text)) | Q(
            key=fold(" ".join([*words[-1:], *words[:-1]]))
        )  # people are keyed by their last name first
        if any(f.name == "number" for f in self.queryset.model._meta.fields):
            named |= Q(number=text)
        found = list(self.queryset.filter(named)[:2])
        if len(found) != 1:
            raise ValidationError(self.error_messages["several" if found else "unknown"], params={"text": text})
        self.widget.named = found[0]
        return found[0]
