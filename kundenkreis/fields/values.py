"""One value of a custom field: from what a person, an import or a program gives to what is stored, and back. A sum; only a person is looked up."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.fields import references
from kundenkreis.fields.known import Field, folded
from kundenkreis.fields.stored import FOLDED
from kundenkreis.staff.models import User

LONGEST_TEXT = 1000
DIGITS = 15  # that a double tells apart
FIRST_DAY, LAST_DAY = dt.date(1000, 1, 1), dt.date(9998, 12, 31)
_NUMBER = re.compile(r"[+-]?\d{1,20}(?:[.,]\d{1,20})?", re.ASCII)
_SEPARATED = re.compile(r"\s*[;|\n]\s*")


def stored(field: Field, given: Any, present: Any = None) -> Any:
    """What is kept of a value: a number, a text, an ISO date, a choice's key, a list of those, a person's number; None for nothing.

    `present` is what is kept now: a retired choice may stay. Raises ValidationError.
    """
    if isinstance(given, str):
        if "\0" in given:
            raise ValidationError(_("Null characters are not allowed."))
        given = given.strip()
    if given is None or given == "" or given == []:
        return None
    return _READERS[field.kind](field, given, present)


def _text(field: Field, given: Any, present: Any) -> str:
    if not isinstance(given, str):
        given = str(given)
    if len(given) > LONGEST_TEXT:
        raise ValidationError(_("At most %(n)d characters."), params={"n": LONGEST_TEXT})
    return given


def _number(field: Field, given: Any, present: Any) -> int | float:
    """A JSON number. A text has a point, or a comma, before its decimals and nothing else."""
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal | str):
        raise ValidationError(_("Write a number such as 1234.56."))
    text = str(given)
    try:
        if isinstance(given, str) and not _NUMBER.fullmatch(text):
            raise InvalidOperation
        number = Decimal(text.replace(",", "."))
        if not number.is_finite():
            raise InvalidOperation
    except InvalidOperation as wrong:
        raise ValidationError(_("Write a number such as 1234.56.")) from wrong
    return _kept(number, field.decimals)


def _kept(number: Decimal, decimals: int) -> int | float:
    number = number.normalize()
    places = max(0, -int(number.as_tuple().exponent))
    if places > decimals:
        raise ValidationError(_("At most %(n)d decimals."), params={"n": decimals})
    if abs(number) >= Decimal(10) ** (DIGITS - decimals):
        raise ValidationError(_("At most %(n)d digits before the decimals."), params={"n": DIGITS - decimals})
    return as_json(number)


def as_json(number: Decimal) -> int | float:
    """A number of at most 15 digits as JSON has it; nothing of it is lost."""
    return int(number) if number == number.to_integral_value() else float(number)


def as_decimal(value: Any) -> Decimal | None:
    """A stored number, exactly as it was given."""
    return None if isinstance(value, bool) or not isinstance(value, int | float) else Decimal(repr(value))


def _date(field: Field, given: Any, present: Any) -> str:
    if isinstance(given, dt.datetime):
        given = given.date()
    try:
        day = given if isinstance(given, dt.date) else dt.date.fromisoformat(given)
    except (TypeError, ValueError) as wrong:
        raise ValidationError(_("Write a day such as 31.12.2010.")) from wrong
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError(_("Write a day such as 31.12.2010."))
    return day.isoformat()


def _choice(field: Field, given: Any, present: Any) -> str:
    """By its key or one of its labels; a retired one only where it stands already."""
    key = given if isinstance(given, str) and given in field.choice else field.choice_written.get(str(given).casefold())
    if key is None or (field.choice[key].retired and key != present and key not in _listed(present)):
        raise ValidationError(_("“%(value)s” is none of the choices."), params={"value": str(given)[:60]})
    return key


def _listed(present: Any) -> list[Any]:
    return present if isinstance(present, list) else []


def _several(field: Field, given: Any, present: Any) -> list[str]:
    """In the order of the choices, each once."""
    some = _SEPARATED.split(given) if isinstance(given, str) else given
    if not isinstance(some, list | tuple | set):
        raise ValidationError(_("These must be several choices."))
    if len(some) > 10_000:
        raise ValidationError(_("These are too many choices."))
    keys = {_choice(field, one, present) for one in some if one not in (None, "")}
    return [one.key for one in field.choices if one.key in keys] or None  # type: ignore[return-value]


def _person(field: Field, given: Any, present: Any) -> int:
    pk = given.pk if isinstance(given, User) else given
    if isinstance(pk, str) and pk.isascii() and pk.isdigit():
        pk = int(pk)
    known = isinstance(pk, int) and not isinstance(pk, bool) and 0 < pk < 2**53
    if not known or (pk != present and not User.objects.living().filter(pk=pk).exists()):
        raise ValidationError(_("There is no such person."))
    return int(pk)


def _reference(field: Field, given: Any, present: Any) -> int:
    """A record by its number; of a merged one, the one that was kept. What stands there already may have gone to the bin since."""
    pk = references.number_of(given)
    if pk is not None and pk == present:
        return pk
    found = references.standing(field, pk) if pk is not None else None
    if found is None:
        raise ValidationError(references.NO_SUCH)
    return int(found.pk)


def _formula(field: Field, given: Any, present: Any) -> Any:
    raise ValidationError(
        _("A roll-up is worked out by itself.") if field.kind == "rollup" else _("A formula is worked out by itself.")
    )


_READERS = {
    "text": _text, "number": _number, "money": _number, "date": _date, "choice": _choice, "several": _several, "person": _person,
    "reference": _reference, "formula": _formula, "rollup": _formula,
}  # fmt: skip


def required(field: Field) -> ValidationError:
    """That it may not be empty; named, because a form that does not have it can only say so above its fields."""
    return ValidationError(_("“%(label)s” is required."), "required", {"label": field.label})


def beside(field: Field, value: Any) -> dict[str, Any]:
    """What stands in the column beside a value so that it is found and sorted by: a text folded."""
    if field.holds != "text":
        return {}
    return {field.key + FOLDED: (folded(value) or None) if value else None}


def python(field: Field, value: Any) -> Any:
    """A stored value as Python has it: Decimal, date; everything else as it is."""
    if value is None:
        return None
    if field.holds in ("number", "money"):
        return as_decimal(value)
    if field.holds == "date":
        try:
            return dt.date.fromisoformat(value)
        except (TypeError, ValueError):
            return None
    return value


def for_formula(field: Field, value: Any) -> Any:
    """As a formula reads it: a choice by its English label, so that a formula does not depend on who looks."""
    if field.kind == "choice":
        found = field.choice.get(value)
        return found.en or found.de if found else None
    return python(field, value)
