"""Whose number is this: from a caller's number, however it is written, to the accounts and contacts that have it.

Numbers stand in the records as somebody wrote them. An index of each column holds its digits without blanks, marks and extension, so that
nothing has to be kept in step by edits, imports and undo.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.deconstruct import deconstructible

# What is asked in full; a caller's last digits beyond it may be an extension that our record does not know.
SHORTEST = 5
EXTENSION = 5


@deconstructible(path="kundenkreis.customers.dialling.Dialled")
class Dialled(models.Func):
    """The digits of a phone column: without blanks, marks and an extension behind ";". Written out, so that its index serves it."""

    output_field = models.CharField()
    _BARE = "%(expressions)s"
    for _mark in " -/().+":
        _BARE = f"replace({_BARE}, '{_mark}', '')"
    template = _BARE

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        cut = self.template.replace(
            "%(expressions)s", "substr(%(expressions)s, 1, instr(%(expressions)s || ';', ';') - 1)"
        )
        return self.as_sql(compiler, connection, template=cut, **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        cut = self.template.replace("%(expressions)s", "split_part(%(expressions)s, ';', 1)")
        return self.as_sql(compiler, connection, template=cut, **more)


@dataclass(frozen=True)
class Number:
    """A caller's number: country calling code, national number, extension if it was said."""

    code: str
    national: str
    extension: str = ""

    @classmethod
    def read(cls, text: str, country: str) -> Number | None:
        """In any way of writing; without a country code as dialled in `country`. None for what is no number."""
        import phonenumbers

        written = text[:60]
        if written.startswith(" ") and written.strip()[:1] in set("123456789"):
            written = "+" + written.strip()  # a plus that a telephone system put into an address unescaped
        try:
            parsed = phonenumbers.parse(written, country.upper() or "AT")
        except phonenumbers.NumberParseException:
            return None
        national = phonenumbers.national_significant_number(parsed)
        if len(national) < SHORTEST:
            return None
        return cls(str(parsed.country_code), national, parsed.extension or "")

    @property
    def whole(self) -> str:
        """Country code, number and extension in one: what two numbers are compared by."""
        return self.code + self.national + self.extension

    def written(self) -> set[str]:
        """The digits that records may hold for it, or for the main number in front of an extension."""
        found = set()
        for length in range(max(SHORTEST, len(self.national) - EXTENSION), len(self.national) + 1):
            part = self.national[:length]
            for before in (self.code, f"{self.code}0", f"00{self.code}", f"00{self.code}0", "0", ""):
                found.add(before + part)
        return found

    def fits(self, stored: Number) -> bool:
        """Is it the stored number, an extension of it, or the main number in front of it?"""
        if self.code != stored.code:
            return False
        same_main = self.national == stored.national and not (self.extension and stored.extension)
        beyond = len(self.whole) - len(stored.whole)
        return (
            same_main
            or self.whole == stored.whole
            or (0 < beyond <= EXTENSION and not stored.extension and self.whole.startswith(stored.whole))
        )


def holding(rows: models.QuerySet, column: str, number: Number) -> models.QuerySet:
    """Rows whose `column` may be `number`, by its index. Whether it is says `fits`, once the row's country is known."""
    return rows.annotate(_dialled=Dialled(column)).filter(_dialled__in=sorted(number.written())).order_by("pk")
