"""Where a person is named in what is not about her: in others' records, and in files. Each place with its passage, for her disclosure."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from kundenkreis.core import patience
from kundenkreis.customers.models import Contact
from kundenkreis.files.models import Document, DocumentText
from kundenkreis.privacy import belonging, erasing_steps, inventory, mentions, sealing
from kundenkreis.privacy import person as people
from kundenkreis.privacy.belonging import Person
from kundenkreis.privacy.holding import Holding
from kundenkreis.privacy.needles import Needles, each_text

PREFIX = "elsewhere/"  # of a place: "elsewhere/activities.Activity:12:body"
MOST = 2_000  # places; what lies behind them is said not to be read
QUICK = (mentions.PATIENCE_MS, 8_000)  # milliseconds for one table, and for all
THOROUGH = (10_000, 60_000)  # when somebody asked for it: a proxy waits for two minutes
_AROUND = 200  # signs that are told before and behind her name


@dataclass(frozen=True)
class Passage:
    """`unsure`: found by a name that somebody else has too."""

    place: str
    where: str
    text: str
    line: Holding
    unsure: bool = False


@dataclass
class Found:
    """What was found, and the tables that were not read to their end."""

    passages: list[Passage] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    same_name: list[Contact] = field(default_factory=list)


class Search:
    """One person's places. Her own rows are left out, because her disclosure tells them whole; of somebody else of the same name those
    rows are left out that only hold the name.
    """

    def __init__(self, person: Person) -> None:
        self.person = person
        self.needles = erasing_steps.needles_of(person.numbers, None)
        self.pattern = self.needles.pattern(own=False)
        sure = Needles((), self.needles.mails, self.needles.phones, self.needles.phrases)
        self.sure = sure.pattern(own=False)
        self.same_name = people.same_name(self.needles.names, person.numbers)
        self._others = [Person.of_contact(one) for one in self.same_name]

    def found(self, most_ms: tuple[int, int] = QUICK) -> Found:
        """All places; `most_ms` are milliseconds for one table and for all of them."""
        found = Found(same_name=self.same_name)
        if self.pattern is None:
            return found
        until = time.monotonic() + most_ms[1] / 1000
        for line, model, names in _tables():
            left = min(most_ms[0], int((until - time.monotonic()) * 1000))
            try:
                if left <= 0:
                    raise patience.TookTooLong
                with patience.at_most(left):
                    some = list(self._of_table(line, model, names, MOST + 1 - len(found.passages)))
            except patience.TookTooLong:
                some = []
                found.unread.append(capfirst(str(model._meta.verbose_name_plural)))
            found.passages += some
            if len(found.passages) > MOST:
                del found.passages[MOST:]
                found.unread.append(_("whatever stands behind the first %(count)s places") % {"count": MOST})
                break
        return found

    def at(self, place: str) -> Passage | None:
        """The passage at one place, as it is now; None when she is not named there any more."""
        label, _colon, rest = place.removeprefix(PREFIX).partition(":")
        number, _colon, name = rest.partition(":")
        searched = {model._meta.label: (line, names) for line, model, names in _tables()}
        if self.pattern is None or label not in searched or not (number.isascii() and number.isdigit()):
            return None
        line, names = searched[label]
        rows = apps.get_model(label)._base_manager.filter(pk=min(int(number), 2**53))
        record = rows.first() if name in names else None
        return self._passage(line, record, name, False) if record is not None else None

    def _of_table(self, line: Holding, model: Any, names: list[str], most: int) -> Iterator[Passage]:
        hers = self._rows_of(line, model, self.person)
        others = {pk for one in self._others for pk in self._rows_of(line, model, one)}
        count = 0
        for record in mentions.candidates(model, names, self.needles):
            if record.pk in hers:
                continue
            for name in names:
                found = self._passage(line, record, name, record.pk in others)
                if found is not None:
                    count += 1
                    yield found
            if count >= most:
                return

    def _rows_of(self, line: Holding, model: Any, person: Person) -> set[int]:
        """What is about a person herself."""
        if model is DocumentText:
            return set(sealing.documents_of(person.numbers).values_list("pk", flat=True))
        if not belonging.is_told(line):
            return set()
        return set(belonging.about(line, person).values_list("pk", flat=True))

    def _passage(self, line: Holding, record: Any, name: str, is_other: bool) -> Passage | None:
        assert self.pattern is not None
        texts = [text for text in each_text(getattr(record, name)) if self.pattern.search(text)]
        certain = self.sure is not None and any(self.sure.search(text) for text in texts)
        if not texts or (is_other and not certain):
            return None
        said = " … ".join(passages(text, self.pattern) for text in texts)
        place = f"{PREFIX}{type(record)._meta.label}:{record.pk}:{name}"
        return Passage(place, _where(record, name), said, line, unsure=bool(self.same_name) and not certain)


def passages(text: str, pattern: re.Pattern[str]) -> str:
    """Her name wherever it stands in a text, with what stands around it; "…" for what is left out."""
    windows: list[list[int]] = []
    for match in pattern.finditer(text):
        start, end = max(0, match.start() - _AROUND), min(len(text), match.end() + _AROUND)
        if windows and start <= windows[-1][1]:
            windows[-1][1] = end
        else:
            windows.append([start, end])
    parts = [text[start:end].strip() for start, end in windows]
    before = "… " if windows and windows[0][0] > 0 else ""
    behind = " …" if windows and windows[-1][1] < len(text) else ""
    return before + " … ".join(parts) + behind


def _tables() -> list[tuple[Holding, type[models.Model], list[str]]]:
    """Those that are searched, files at the end."""
    line = inventory.of(DocumentText)
    assert isinstance(line, Holding)
    return [*mentions.searched(), (line, DocumentText, ["text"])]


def _where(record: models.Model, name: str) -> str:
    """ "Activity 12, What happened": a kind, a number and a column, because a record's own name may be somebody else's."""
    if isinstance(record, DocumentText):
        return f"{capfirst(str(Document._meta.verbose_name))} {record.pk}, {_('text of the file')}"
    column: Any = record._meta.get_field(name)
    return f"{capfirst(str(record._meta.verbose_name))} {record.pk}, {column.verbose_name}"
