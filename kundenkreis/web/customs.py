"""Custom fields on pages: their values as people read them, the fields of a form, the columns of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from kundenkreis.core.models import House
from kundenkreis.fields import known, references, rolling, values
from kundenkreis.fields.filling import Fielded
from kundenkreis.fields.known import PREFIX, Field
from kundenkreis.fields.references import Named
from kundenkreis.fields.stored import REASON
from kundenkreis.staff.models import User
from kundenkreis.web import formats
from kundenkreis.web.components import component
from kundenkreis.web.forms import DateField, DecimalField
from kundenkreis.web.lists.columns import Column

_PEOPLE = "customs.people"


def field_of(model: Any, name: str) -> Field | None:
    """The custom field of that name (`custom_seats`), a retired one too; None for every other name."""
    if not name.startswith(PREFIX) or model is None or not issubclass(model, Fielded):
        return None
    return model.own_fields().by_name.get(name)


def said(field: Field, value: Any) -> str:
    """A stored value as people read it; "" for none."""
    if value in (None, "", []):
        return ""
    if field.holds in ("number", "money"):
        amount = values.as_decimal(value)
        if amount is None:
            return str(value)
        return figure(field, amount)
    if field.holds == "date":
        day = values.python(field, value)
        return formats.day(day) if day else str(value)
    if field.kind == "choice":
        return field.choice[value].label if value in field.choice else str(value)
    if field.kind == "several":
        return ", ".join(field.choice[one].label if one in field.choice else str(one) for one in value)
    if field.kind == "person":
        return people().get(value, "")
    if field.kind == "reference":  # whoever tells it to somebody has asked whether she sees it
        record = references.model_of(field)._base_manager.filter(pk=value).first()
        return str(record) if record is not None else _("no longer there")
    return str(value)


def record_told(noun: str, named: Named | None) -> Any:
    """A referred record on a page: its name as a link, and what has become of it; without a name for whom it is not visible."""
    if named is None:
        return ""
    if named.state in _WITHOUT_NAME:
        return Markup('<span class="second">{}</span>').format(_WITHOUT_NAME[named.state])
    link = Markup('<a class="link" href="{}">{}</a>').format(reverse(f"{noun}:detail", args=[named.pk]), named.text)
    return link if not named.state else link + " " + component("badge", _("in the bin"))


def record_exported(named: Named | None) -> str:
    """The same in a file: number and name."""
    if named is None:
        return ""
    return str(_WITHOUT_NAME.get(named.state) or named.exported)


_WITHOUT_NAME = {"unseen": gettext_lazy("not visible to you"), "gone": gettext_lazy("no longer there")}


def figure(field: Field, amount: Decimal) -> str:
    """An amount with its currency, or a number with as many decimals as it has."""
    if field.holds == "money":
        return formats.money(amount, field.currency or House.known().currency, field.decimals)
    return formats.number(amount, max(0, -int(amount.normalize().as_tuple().exponent)))


def why_empty(values_of: Mapping[str, Any], field: Field) -> str:
    """Why a formula has no value, as a sentence; "" when it has one or simply lacks what it reads."""
    return {"zero": _("Divided by zero"), "large": _("Too large a number")}.get(
        str(values_of.get(field.key + REASON, "")), ""
    )


def rolled(record: Fielded, field: Field) -> Any:
    """A roll-up's figure with the day as of which it is: today's, unless it counts days back and was worked out at night."""
    text = shown(record, field) or why_empty(record.custom, field) or "–"
    if not field.is_filled:
        said = _("is being worked out")
    elif field.moves and field.rolled_on:
        said = _("as of %(day)s") % {"day": formats.day(field.rolled_on)}
    else:
        said = _("as of now")
    return Markup('{} <span class="small second">{}</span>').format(text, said)


def shown(record: Fielded, field: Field) -> str:
    return said(field, record.custom.get(field.key))


def people() -> dict[int, str]:
    """Everybody of the staff by her number, as known half a minute ago at most."""
    found = cache.get(_PEOPLE)
    if found is None:
        found = {one.pk: str(one) for one in User._base_manager.only("first_name", "last_name", "email")}
        cache.set(_PEOPLE, found, 30)
    return found


def typed(field: Field, text: str, person: Any = None) -> Any:
    """What a person typed into one line, as it is stored: figures and days as she writes them, choices by their labels, people and
    records by their names.

    Raises ValidationError.
    """
    given: Any = text.strip()
    if given and field.kind in ("number", "money"):
        given = DecimalField().clean(given)
    elif given and field.kind == "date":
        given = DateField().clean(given)
    elif given and field.kind == "person":
        named = [pk for pk, name in people().items() if name.casefold() == given.casefold()]
        given = named[0] if len(named) == 1 else given
    elif given and field.kind == "reference":
        picked = references.asked(field, field.path).picked
        found = picked.called(given, person) if picked else []
        given = found[0] if len(found) == 1 else "?"
    return values.stored(field, given)


# --- lists -----------------------------------------------------------------------------------------------------------


def columns(noun: str) -> tuple[Column, ...]:
    """A column for each active field, made once for the same definitions. It is sorted by as soon as its index is ready."""
    fields = known.of(noun)
    made = fields.__dict__.get("_columns")
    if made is None:
        made = fields.__dict__["_columns"] = tuple(_column(one) for one in fields.active)
    return made


def _column(field: Field) -> Column:
    if field.kind == "reference":
        return _column_of_records(field)
    kind: Any = {"number": "number", "money": "money", "date": "date"}.get(field.holds, "text")
    sortable = field.is_ready and field.holds in ("number", "money", "date", "text")
    return Column(
        field.name,
        field.label,
        kind,
        value=lambda row: _exported(field, row.custom.get(field.key)),
        cell=(lambda row: shown(row, field)) if kind in ("number", "money") else None,
        sort=field.path if sortable else "",
        needs=("custom",),
        shown=False,
        first_down=kind in ("number", "money"),
        may=(lambda person: rolling.may_see(person, field)) if field.rolls else None,
    )


def _column_of_records(field: Field) -> Column:
    def hang(rows: Sequence[Any], person: Any) -> None:
        found = references.named(person, field.refers_to, [pk for row in rows if (pk := row.custom.get(field.key))])
        for row in rows:
            row.__dict__.setdefault("_referred", {})[field.key] = found.get(row.custom.get(field.key))

    def told(row: Any) -> Named | None:
        return row.__dict__.get("_referred", {}).get(field.key)

    return Column(
        field.name,
        field.label,
        "text",
        value=lambda row: record_exported(told(row)),
        cell=lambda row: record_told(field.refers_to, told(row)),
        needs=("custom",),
        shown=False,
        hang=hang,
    )


def _exported(field: Field, value: Any) -> Any:
    """Figures and days as such, everything else as it is read."""
    return values.python(field, value) if field.holds in ("number", "money", "date") else said(field, value)
