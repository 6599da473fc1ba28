"""What can be asked of each kind of filter, how its values are read, and what it is in the ORM (see `filters`)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kundenkreis.core import filter_days
from kundenkreis.core.filter_days import Span, shifted
from kundenkreis.core.filter_nouns import BadFilter, Filter, Found, Reading, Unseen
from kundenkreis.core.text import fold

MOST_VALUES = 200


# --- reading values --------------------------------------------------------------------------------------------------


def _bad_value(asked: Filter, text: str, wanted: str) -> BadFilter:
    return BadFilter(
        _("“%(label)s”: “%(value)s” is not %(wanted)s.") % {"label": asked.label, "value": text[:60], "wanted": wanted}
    )


def _read_text(asked: Filter, text: str, reading: Reading) -> str:
    if not _is_folded(asked):
        return text
    key = fold(text)
    if not key:
        raise _bad_value(asked, text, _("a text with a letter or a digit"))
    return key


def _own(asked: Filter, reading: Reading) -> tuple[Any, ...]:
    """What "mine" stands for: the teams of whoever asks."""
    own = tuple(getattr(reading.by, asked.own, ()))
    if not own:
        raise BadFilter(_("“%(label)s”: you belong to none.") % {"label": asked.label})
    return own


def _read_choice(asked: Filter, text: str, reading: Reading) -> str | tuple[Any, ...]:
    if text == "mine" and asked.own:
        return _own(asked, reading)
    labels = asked.labels()
    if labels and text not in labels:
        # What is chosen from very many is typed by its label.
        if called := next((value for value, label in labels.items() if label.casefold() == text.casefold()), None):
            return called
        raise _bad_value(asked, text, _("one of its choices"))
    return text


def _read_number(asked: Filter, text: str, reading: Reading) -> Decimal | tuple[Any, ...]:
    if text == "mine" and asked.own:
        return _own(asked, reading)
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise _bad_value(asked, text, _("a number (like 20000 or 12.50)"))
    return number


_RELATIVE = re.compile(r"([+-])(\d{1,5})([dwmy])", re.ASCII)


def _read_date(asked: Filter, text: str, reading: Reading) -> dt.date:
    try:
        if text == "today":
            return reading.today()
        if relative := _RELATIVE.fullmatch(text):
            sign, amount, unit = relative.groups()
            return shifted(reading.today(), int(sign + amount), unit)
        if day := parse_date(text):
            return day
    except (ValueError, OverflowError):
        pass
    raise _bad_value(asked, text, _("a date (like 2026-01-31, today, -90d, +2w, -6m or -1y)"))


def _read_length(way: str) -> Callable[[Filter, str, Reading], Span]:
    return _read_span(way, filter_days.length)


def _read_calendar(way: str) -> Callable[[Filter, str, Reading], Span]:
    return _read_span(way, filter_days.calendar)


def _read_span(way: str, reader: Callable[[str, dt.date, str], Span | None]) -> Callable[[Filter, str, Reading], Span]:
    def read(asked: Filter, text: str, reading: Reading) -> Span:
        try:
            span = reader(text, reading.today(), way)
        except (ValueError, OverflowError):
            span = None
        if span is None:
            raise _bad_value(asked, text, filter_days.wanted(way))
        return span

    return read


def _read_flag(asked: Filter, text: str, reading: Reading) -> bool:
    if text not in ("yes", "no"):
        raise _bad_value(asked, text, _("yes or no"))
    return text == "yes"


def _read_person(asked: Filter, text: str, reading: Reading) -> int | tuple[int, ...]:
    if text == "me" and reading.me is not None:
        return reading.me
    if text == "my_team" and hasattr(reading.by, "colleagues"):
        return tuple(reading.by.colleagues)
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    raise _bad_value(asked, text, _("a person"))


def _read_record(asked: Filter, text: str, reading: Reading) -> Found:
    found = asked.find(text, reading.by) if asked.find else None
    if found is None:
        raise Unseen(str(_bad_value(asked, text, _("a record that you see"))))
    return found


# --- the operations --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Operation:
    """How many values, how each is read, the condition for the ORM, and the words before the values in a chip."""

    words: Any
    read: Callable[[Filter, str, Reading], Any]
    q: Callable[[Filter, tuple[Any, ...]], Q]
    count: tuple[int, int] = (1, 1)
    joined: str = "or"
    unsaid: tuple[str, ...] = ()  # the values when none are written


def _is_folded(asked: Filter) -> bool:
    return asked.path.rsplit("__", 1)[-1].endswith("key")


def _any(lookup: str) -> Callable[[Filter, tuple[Any, ...]], Q]:
    """One of the values by this lookup."""

    def build(asked: Filter, values: tuple[Any, ...]) -> Q:
        whole = Q()
        for value in values:
            whole |= Q(**{f"{asked.path}__{lookup}": value})
        return whole

    return build


def _text(lookup: str) -> Callable[[Filter, tuple[Any, ...]], Q]:
    """A folded key is in lower case already; other texts are compared without regard to case."""

    def build(asked: Filter, values: tuple[Any, ...]) -> Q:
        return _any(lookup if _is_folded(asked) else f"i{lookup}")(asked, values)

    return build


def _in(asked: Filter, values: tuple[Any, ...]) -> Q:
    """One of the values; "my team" is several at once."""
    single = [one for value in values for one in (value if isinstance(value, tuple) else (value,))]
    return Q(**{f"{asked.path}__in": tuple(dict.fromkeys(single))})


def _not_in(asked: Filter, values: tuple[Any, ...]) -> Q:
    return ~_in(asked, values)


def _span(asked: Filter, values: tuple[Any, ...]) -> Q:
    return Q(**{f"{asked.path}__gte": values[0].first, f"{asked.path}__lte": values[0].last})


def _between(asked: Filter, values: tuple[Any, ...]) -> Q:
    return Q(**{f"{asked.path}__gte": min(values), f"{asked.path}__lte": max(values)})


# A day of the house as points in time; the outermost years are no days of anybody's, and have none before or after them.
_FIRST_DAY, _LAST_DAY = dt.date(2, 1, 1), dt.date(9998, 12, 30)


def _beginning(day: dt.date) -> dt.datetime:
    """The day's first moment in the house's time zone."""
    day = min(max(day, _FIRST_DAY), _LAST_DAY)
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def _day_after(day: dt.date) -> dt.date:
    return min(day, _LAST_DAY) + dt.timedelta(days=1)


def _before_day(asked: Filter, values: tuple[Any, ...]) -> Q:
    return Q(**{f"{asked.path}__lt": _beginning(values[0])})


def _after_day(asked: Filter, values: tuple[Any, ...]) -> Q:
    return Q(**{f"{asked.path}__gte": _beginning(_day_after(values[0]))})


def _within_days(asked: Filter, first: dt.date, last: dt.date) -> Q:
    # Half open, on the bare column: a function of it (its date) would be worked out for every row, past every index.
    return Q(**{f"{asked.path}__gte": _beginning(first), f"{asked.path}__lt": _beginning(_day_after(last))})


def _on_days(asked: Filter, values: tuple[Any, ...]) -> Q:
    whole = Q()
    for day in values:
        whole |= _within_days(asked, day, day)
    return whole


def _between_days(asked: Filter, values: tuple[Any, ...]) -> Q:
    return _within_days(asked, min(values), max(values))


def _span_of_moments(asked: Filter, values: tuple[Any, ...]) -> Q:
    return _within_days(asked, values[0].first, values[0].last)


def _empty(asked: Filter, values: tuple[Any, ...]) -> Q:
    missing = Q(**{f"{asked.path}__isnull": True})
    is_text = asked.kind in ("text", "choice") and not asked.path.endswith(
        "_id"
    )  # a team or territory is chosen by its number
    return missing | Q(**{asked.path: ""}) if is_text else missing


def _filled(asked: Filter, values: tuple[Any, ...]) -> Q:
    return ~_empty(asked, values)


_NONE = (0, 0)
_MANY = (1, MOST_VALUES)
_EMPTY = Operation(gettext_lazy("is empty"), _read_text, _empty, _NONE)
_FILLED = Operation(gettext_lazy("is filled in"), _read_text, _filled, _NONE)


def _stretches(
    q: Callable[[Filter, tuple[Any, ...]], Q], before: Callable[[Filter, tuple[Any, ...]], Q]
) -> dict[str, Operation]:
    """What moves with today, for days and for points in time."""
    return {
        "last": Operation(gettext_lazy("in the last"), _read_length("last"), q),
        "next": Operation(gettext_lazy("in the next"), _read_length("next"), q),
        "this": Operation("", _read_calendar("this"), q),
        "previous": Operation("", _read_calendar("previous"), q),
        "following": Operation("", _read_calendar("following"), q),
        "overdue": Operation(gettext_lazy("is past"), _read_date, before, _NONE, unsaid=("today",)),
    }


def _nothing(asked: Filter, values: tuple[Any, ...]) -> Q:
    raise AssertionError("a relation is asked by its own conditions")


OPERATIONS: dict[str, dict[str, Operation]] = {
    "text": {
        "has": Operation(gettext_lazy("contains"), _read_text, _text("contains"), _MANY),
        "is": Operation(gettext_lazy("is"), _read_text, _text("exact"), _MANY),
        "starts": Operation(gettext_lazy("begins with"), _read_text, _text("startswith"), _MANY),
        "empty": _EMPTY,
        "filled": _FILLED,
    },
    "choice": {
        "in": Operation(gettext_lazy("is"), _read_choice, _in, _MANY),
        "not": Operation(gettext_lazy("is not"), _read_choice, _not_in, _MANY),
        "empty": _EMPTY,
        "filled": _FILLED,
    },
    "number": {
        "over": Operation(gettext_lazy("is more than"), _read_number, _any("gt")),
        "under": Operation(gettext_lazy("is less than"), _read_number, _any("lt")),
        "from": Operation(gettext_lazy("is at least"), _read_number, _any("gte")),
        "to": Operation(gettext_lazy("is at most"), _read_number, _any("lte")),
        "is": Operation(gettext_lazy("is"), _read_number, _in, _MANY),
        "in": Operation(gettext_lazy("is one of"), _read_number, _in, _MANY),
        "not": Operation(gettext_lazy("is not"), _read_number, _not_in, _MANY),
        "between": Operation(gettext_lazy("is between"), _read_number, _between, (2, 2), "and"),
        "empty": _EMPTY,
        "filled": _FILLED,
    },
    "date": {
        "before": Operation(gettext_lazy("is before"), _read_date, _any("lt")),
        "after": Operation(gettext_lazy("is after"), _read_date, _any("gt")),
        "on": Operation(gettext_lazy("is on"), _read_date, _in, _MANY),
        "between": Operation(gettext_lazy("is between"), _read_date, _between, (2, 2), "and"),
        **_stretches(_span, _any("lt")),
        "empty": _EMPTY,
        "filled": _FILLED,
    },
    "record": {"is": Operation(gettext_lazy("is"), _read_record, lambda asked, values: values[0].q)},
    "reference": {
        "is": Operation(gettext_lazy("is"), _read_record, lambda asked, values: values[0].q),
        "empty": _EMPTY,
        "filled": _FILLED,
    },
    "moment": {
        "before": Operation(gettext_lazy("is before"), _read_date, _before_day),
        "after": Operation(gettext_lazy("is after"), _read_date, _after_day),
        "on": Operation(gettext_lazy("is on"), _read_date, _on_days, _MANY),
        "between": Operation(gettext_lazy("is between"), _read_date, _between_days, (2, 2), "and"),
        **_stretches(_span_of_moments, _before_day),
        "empty": _EMPTY,
        "filled": _FILLED,
    },
    "flag": {"is": Operation(gettext_lazy("is"), _read_flag, _in)},
    "person": {
        "is": Operation(gettext_lazy("is"), _read_person, _in, _MANY),
        "not": Operation(gettext_lazy("is not"), _read_person, _not_in, _MANY),
        "empty": _EMPTY,
        "filled": _FILLED,
    },
    "relation": {
        "with": Operation(gettext_lazy("there is one"), _read_text, _nothing, _NONE),
        "without": Operation(gettext_lazy("there is none"), _read_text, _nothing, _NONE),
    },
}
