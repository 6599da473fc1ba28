"""By what a person is found in texts: her name, her mail addresses and her numbers, in any spelling. A sum: no database."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kundenkreis.core.text import words

_BETWEEN = r"(?:[\s+_.,;/\-]|%20|%2B|\\u00a0|&nbsp;|\u00a0){1,3}"
_FORMS = r"(?:frau|herrn?|fr\.|hr\.|hrn\.|fräulein|familie|fam\.|mrs\.?|mr\.?|ms\.?|miss)"
_TITLES = r"(?:(?:univ|prof|dr|mag|dipl|di|ing|dkfm|mba|msc|bsc|ma|ba|kommr|kommerzialrat|hofrat|med|iur|phil|techn|ddr|fh)[.\-\s(),a]*)*"
_LETTERS = {
    "ä": "(?:ä|ae|a|A|Ä|%C3%A4|\\\\u00e4|\\\\u00c4|a\u0308)", "ö": "(?:ö|oe|o|Ö|%C3%B6|\\\\u00f6|\\\\u00d6|o\u0308)",
    "ü": "(?:ü|ue|u|Ü|%C3%BC|\\\\u00fc|\\\\u00dc|u\u0308)", "ß": "(?:ß|ss|ẞ|%C3%9F|\\\\u00df)",
}  # fmt: skip
_MARKS = r"[\s()/.\-\u00a0+]*(?:%20)*"
SHORTEST_NAME = 3
_LEAST_DIGITS = 6


@dataclass(frozen=True)
class Needles:
    """What a person is called and reached by. `alone` are words that in her own records stand for her without more."""

    names: tuple[tuple[str, str], ...] = ()  # (given, family), former ones too
    mails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()  # national digits, as `dialling.Number.national`
    phrases: tuple[str, ...] = ()  # an account's name, an address in one line
    is_rare: bool = True  # nobody else has her family name

    def pattern(self, *, own: bool) -> re.Pattern[str] | None:
        """What finds her in a text; `own` texts are those of her own records, where her bare family name is enough. None without any."""
        parts = [
            *self._mails(),
            *self._phones(),
            *(rf"(?<!\w){_spelt(p)}(?!\w)" for p in self.phrases if len(p) >= 6),
            *self._names(own),
        ]
        return re.compile("|".join(parts), re.IGNORECASE) if parts else None

    def _mails(self) -> list[str]:
        return [rf"(?<![\w.]){re.escape(m).replace('@', '(?:@|%40)')}(?![\w])" for m in self.mails if "@" in m]

    def _phones(self) -> list[str]:
        return [
            rf"(?:(?:\+|00|%2B){_MARKS}\d{{1,3}}{_MARKS}(?:\(?0\)?)?{_MARKS}|\b0{_MARKS}|\b){_MARKS.join(digits)}(?!\d)"
            for digits in self.phones
            if len(digits) >= _LEAST_DIGITS
        ]

    def _names(self, own: bool) -> list[str]:
        """First and last name in either order, then the last one with a form of address, then alone: the longest first."""
        both, addressed, bare = [], [], []
        for given, family in self.names:
            if len(family) < 2:
                continue
            last = _spelt(family)
            if given:
                first = _spelt(given)
                both.append(rf"(?<![^\W_]){first}{_BETWEEN}(?:\w\.?{_BETWEEN})?{last}s?(?![^\W_])")
                both.append(rf"(?<![^\W_]){last}{_BETWEEN}{first}s?(?![^\W_])")
            if len(family) >= SHORTEST_NAME:
                addressed.append(rf"(?<!\w){_FORMS}{_BETWEEN}{_TITLES}{last}s?(?!\w)")
                bare.append(rf"(?<!\w){last}s?(?!\w)")
        return [*both, *(addressed if self.is_rare or own else ()), *(bare if own else ())]

    def rough(self) -> list[str]:
        """For the database: LIKE patterns of which every text that names her fits one. What is no ASCII letter or digit may be anything."""
        texts = [*(family for _given, family in self.names if len(family) > 1), *self.mails, *self.phrases]
        found = {re.sub(r"[^A-Za-z0-9]+", "%", text) for text in texts}
        found |= {"%".join(digits) for digits in self.phones if len(digits) >= _LEAST_DIGITS}
        return [f"%{one.strip('%')}%" for one in sorted(found) if one.strip("%")]

    def terms(self) -> set[str]:
        """Folded words that the indexes may know of her."""
        texts = [*self.mails, *self.phrases, *self.phones, *(part for pair in self.names for part in pair)]
        return {word for text in texts for word in words(text)} | set(self.phones)

    def stored(self) -> dict[str, Any]:
        return {
            "names": [list(n) for n in self.names], "mails": list(self.mails), "phones": list(self.phones),
            "phrases": list(self.phrases), "is_rare": self.is_rare,
        }  # fmt: skip

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Needles:
        """As `stored` made it."""
        return cls(
            tuple((n[0], n[1]) for n in kept.get("names", [])), tuple(kept.get("mails", [])), tuple(kept.get("phones", [])),
            tuple(kept.get("phrases", [])), kept.get("is_rare", True),
        )  # fmt: skip


def _spelt(text: str) -> str:
    """A text in every usual spelling: umlauts written out or not, blanks of any kind."""
    found = []
    for sign in text.strip():
        low = sign.lower()
        if low in _LETTERS:
            found.append(_LETTERS[low])
        elif sign.isspace() or sign == "-":
            found.append(_BETWEEN)
        elif sign.isascii():
            found.append(re.escape(sign))
        else:
            escaped = json.dumps(sign)[1:-1].replace("\\", "\\\\")
            found.append(f"(?:{re.escape(sign)}|{escaped})")
    return "".join(found)


@dataclass
class Replacer:
    """Puts a mark in the place of what a pattern finds, in texts and in whatever JSON holds."""

    pattern: re.Pattern[str]
    mark: str
    found: list[str] = field(default_factory=list)

    def text(self, value: str) -> str:
        def replaced(match: re.Match[str]) -> str:
            self.found.append(match[0])
            return self.mark

        return self.pattern.sub(replaced, value)

    def any(self, value: Any) -> Any:
        """The same in each text of a value, keys of objects too."""
        return mapped(value, self.text)


def mapped(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value with each of its texts changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [mapped(one, change) for one in value]
    if isinstance(value, dict):
        return {change(str(key)): mapped(one, change) for key, one in value.items()}
    return value


def around(text: str, match: re.Match[str], most: int = 60) -> tuple[str, str, str]:
    """What stands before a find, the find, and what stands behind it, on one line."""
    before, after = text[max(0, match.start() - most) : match.start()], text[match.end() : match.end() + most]
    return " ".join(before.split()), match[0], " ".join(after.split())


def each_text(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from each_text(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from each_text(one)
