"""Figures and times as people read them, in the language that is active.

German: `1.234,56 €`, `3,1 %`, `6. Dez. 2010`. English: `€1,234.56`, `3.1%`, `6 Dec 2010`. A missing value is an en dash.
Rounding is commercial (half away from zero) and for display only; sums are rounded where they are computed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from typing import Any

from babel import Locale
from babel.lists import format_list
from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from kundenkreis.core import clock, zones
from kundenkreis.core.money import SYMBOLS
from kundenkreis.customers.checks import phone_display

NONE = "–"
MINUS = "−"
HARD_SPACE = "\N{NO-BREAK SPACE}"
WHOLE_CURRENCIES = {"JPY", "KRW", "HUF"}
_TO_GERMAN = str.maketrans(",.", ".,")


def is_german() -> bool:
    return (get_language() or "en").startswith("de")


@cache
def _locale(german: bool) -> Locale:
    return Locale.parse("de_AT" if german else "en_GB")


def _decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def number(value: Any, digits: int | None = None, sign: bool = False) -> str:
    """A number with grouped thousands; `digits` after the point (None: as many as it has, at most three).

    `sign` writes a plus before what is more than zero.
    """
    if value is None or value == "":
        return NONE
    amount = _decimal(value)
    if digits is None:
        amount = amount.quantize(Decimal("0.001"), ROUND_HALF_UP).normalize()
        exponent = amount.as_tuple().exponent
        digits = max(0, -exponent) if isinstance(exponent, int) else 0
    amount = amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{abs(amount):,.{digits}f}"
    if is_german():
        text = text.translate(_TO_GERMAN)
    if amount < 0:
        return MINUS + text
    return "+" + text if sign and amount > 0 else text


def money(value: Any, currency: str = "EUR", digits: int | None = None, sign: bool = False) -> str:
    """An amount with its currency. `digits` is 2 unless told (0 for strips of figures)."""
    if value is None or value == "":
        return NONE
    if digits is None:
        digits = 0 if currency in WHOLE_CURRENCIES else 2
    text = number(value, digits, sign)
    symbol = SYMBOLS.get(currency)
    if is_german():
        return f"{text}{HARD_SPACE}{symbol or currency}"
    before = text[0] if text[0] in f"{MINUS}+" else ""
    return (
        f"{before}{symbol}{text[len(before) :]}" if symbol else f"{before}{currency}{HARD_SPACE}{text[len(before) :]}"
    )


def short(value: Any, currency: str = "") -> str:
    """A large number in few characters: `60 k`, `8.1 m` (German `60 Tsd.`, `8,1 Mio.`), with the currency if given."""
    if value is None or value == "":
        return NONE
    amount = _decimal(value)
    for limit, unit in (
        (1_000_000_000, pgettext("billion", "bn")),
        (1_000_000, pgettext("million", "m")),
        (1_000, pgettext("thousand", "k")),
    ):
        if abs(amount) >= limit:
            scaled = amount / limit
            text = f"{number(scaled, 1 if abs(scaled) < 10 and scaled % 1 else 0)}{HARD_SPACE}{unit}"
            break
    else:
        text = number(amount, 0)
    if not currency:
        return text
    symbol = SYMBOLS.get(currency, currency)
    return f"{text}{HARD_SPACE}{symbol}" if is_german() else f"{symbol}{text}"


def percent(value: Any, digits: int = 1, sign: bool = False) -> str:
    """`value` is already in percent (8.4, not .084)."""
    if value is None or value == "":
        return NONE
    return f"{number(value, digits, sign)}{HARD_SPACE if is_german() else ''}%"


def delta(value: Any, unit: str = "%", digits: int = 1, good: str = "up") -> Markup:
    """A change with its sign, green when it is good. `unit` "%" or "" (points); `good` is "up", "down" or "" (no colour)."""
    if value is None or value == "":
        return Markup('<span class="third">{}</span>').format(NONE)
    amount = _decimal(value)
    text = percent(amount, digits, sign=True) if unit == "%" else number(amount, digits, sign=True)
    if not amount or not good:
        return Markup("<span>{}</span>").format(text)
    return Markup('<span class="{}">{}</span>').format(
        "delta-up" if (amount > 0) == (good == "up") else "delta-down", text
    )


def change(new: Any, old: Any) -> Decimal | None:
    """The change from `old` to `new` in percent of `old`; None when there is nothing to compare with."""
    if new is None or old is None or not _decimal(old):
        return None
    return (_decimal(new) - _decimal(old)) / abs(_decimal(old)) * 100


def month(value: int, wide: bool = False) -> str:
    """A month's name by its number 1 to 12: "Dec", or "December" if wide."""
    german = is_german()
    names = _locale(german).months["stand-alone" if wide else "format"]["wide" if wide else "abbreviated"]
    return names[value] if wide or german else names[value][:3]


def weekday(value: dt.date) -> str:
    return _locale(is_german()).days["format"]["wide"][value.weekday()]


def day(value: dt.date | dt.datetime | None, year: bool = True) -> str:
    """`6 Dec 2010`, German `6. Dez. 2010`; without the year `6 Dec`."""
    if value is None:
        return NONE
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    text = f"{value.day}{'.' if is_german() else ''}{HARD_SPACE}{month(value.month)}"
    return f"{text}{HARD_SPACE}{value.year}" if year else text


def long_day(value: dt.date) -> str:
    """`Thursday, 9 December 2010`."""
    dot = "." if is_german() else ""
    return f"{weekday(value)}, {value.day}{dot}{HARD_SPACE}{month(value.month, wide=True)} {value.year}"


def clock_time(value: dt.datetime) -> str:
    """`16:40` in the house's time zone."""
    return f"{timezone.localtime(value) if timezone.is_aware(value) else value:%H:%M}"


def moment(value: dt.datetime | None) -> str:
    """`6 Dec 2010, 16:40`."""
    return NONE if value is None else f"{day(value)}, {clock_time(value)}"


def zoned_time(value: dt.datetime, zone: str) -> str:
    """`10:00 London · 11:00 Vienna`: there, then in the house's zone; only `11:00` where both clocks show the same.

    The day is written as well where it is another one there: `20:00 New York · 02:00 Vienna (8 Dec)`.
    """
    if not zones.is_foreign(zone, value):
        return clock_time(value)
    there, here = zones.local(value, zone), zones.local(value, "")
    text = f"{there:%H:%M} {zones.city(zone)} · {here:%H:%M} {zones.city('')}"
    return text if there.date() == here.date() else f"{text} ({day(here.date(), year=False)})"


def there_time(value: dt.datetime, zone: str) -> str:
    """`10:00`: what the clock of the place shows."""
    return f"{zones.local(value, zone):%H:%M}"


def zoned_moment(value: dt.datetime, zone: str) -> str:
    """`7 Dec 2010, 10:00 London · 11:00 Vienna`: the day is that of the place."""
    return f"{day(zones.local(value, zone).date())}, {zoned_time(value, zone)}"


def days_from_today(value: dt.date, today: dt.date) -> str:
    """`today`, `tomorrow`, `in 12 days`, `3 days ago`; beyond a month the day itself."""
    distance = (value - today).days
    if distance in (-1, 0, 1):
        return (_("yesterday"), _("today"), _("tomorrow"))[distance + 1]
    if 1 < distance <= 31:
        return ngettext("in %(count)s day", "in %(count)s days", distance) % {"count": distance}
    if -7 <= distance < -1:
        return ngettext("%(count)s day ago", "%(count)s days ago", -distance) % {"count": -distance}
    return day(value, year=value.year != today.year)


def _spoken(value: dt.datetime, now: dt.datetime, today: dt.date) -> str:
    """Minutes and hours by the real clock for what has just happened; otherwise days by the house's calendar."""
    seconds = (now - value).total_seconds()
    if 0 <= seconds < 60:
        return _("just now")
    if 60 <= seconds < 3600:
        return _("%(count)s min") % {"count": int(seconds // 60)}
    local = timezone.localtime(value)
    if 0 <= seconds < 6 * 86400:
        today = timezone.localtime(now).date()
        if local.date() == today:
            return _("%(count)s h") % {"count": int(seconds // 3600)}
    return days_from_today(local.date(), today)


def when(value: dt.date | dt.datetime | None, today: dt.date | None = None) -> Markup:
    """A `<time>` that reads as people speak, with the exact one in its title. A list passes `today` so that it is asked once."""
    if value is None:
        return Markup('<span class="third">{}</span>').format(NONE)
    today = today or clock.today()
    if isinstance(value, dt.datetime):
        if timezone.is_naive(value):
            value = timezone.make_aware(value)
        spoken, exact = _spoken(value, timezone.now(), today), moment(value)
    else:
        spoken, exact = days_from_today(value, today), long_day(value)
    return Markup(f'<time datetime="{value.isoformat()}" title="{escape(exact)}">{escape(spoken)}</time>')  # noqa: S704


def size(value: int | None) -> str:
    """Bytes as `840 B`, `12 kB`, `3.4 MB`."""
    if value is None:
        return NONE
    amount = Decimal(value)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{number(amount, 1 if unit not in ('B', 'kB') and amount < 10 else 0)}{HARD_SPACE}{unit}"


def duration(seconds: float | None) -> str:
    """`40 s`, `3 min`, `1 h 20 min`."""
    if seconds is None:
        return NONE
    whole = round(seconds)
    if whole < 60:
        return _("%(count)s s") % {"count": whole}
    minutes = round(whole / 60)
    if minutes < 60:
        return _("%(count)s min") % {"count": minutes}
    return _("%(hours)s h %(minutes)s min") % {"hours": minutes // 60, "minutes": minutes % 60}


def count(value: int, bound: int = 10_000) -> str:
    """A bounded count: exact up to `bound`, `10,000+` beyond."""
    return f"{number(bound, 0)}+" if value > bound else number(value, 0)


def opened(figure: str, url: str) -> str:
    """A figure that leads to its rows; without an address, the figure."""
    return Markup('<a href="{}">{}</a>').format(url, figure) if url else figure


def listed(names: Sequence[str]) -> str:
    """ "Anna, Otto and Ben"."""
    return format_list(names, locale=_locale(is_german()))


def initials(name: str) -> str:
    """At most two letters for an avatar: `Ada Huber` gives AH."""
    words = [word for word in name.replace(".", " ").split() if word[0].isalpha()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@lru_cache(maxsize=20_000)
def telephone(value: str) -> str:
    """A phone number in groups and with its country: +43 7242 12345. Whatever is no such number stays as it is."""
    return phone_display(value, country="") if value else ""


FILTERS = {
    "number": number,
    "money": money,
    "short": short,
    "percent": percent,
    "delta": delta,
    "day": day,
    "long_day": long_day,
    "clock_time": clock_time,
    "moment": moment,
    "is_foreign": lambda value, zone: zones.is_foreign(zone, value),
    "there_time": there_time,
    "zoned_time": zoned_time,
    "zoned_moment": zoned_moment,
    "when": when,
    "size": size,
    "duration": duration,
    "bounded": count,
    "initials": initials,
    "month_name": month,
    "telephone": telephone,
    "weekday": weekday,
}
