"""The cells of a heat map of relationships, written by Python and not by a template: there may be thousands of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markupsafe import Markup, escape

from kundenkreis.core import clock
from kundenkreis.core.filters import condition
from kundenkreis.stakeholders.mapping import Person
from kundenkreis.stakeholders.relationships import Cell, Sheet, is_key
from kundenkreis.stakeholders.warmth import WINDOW
from kundenkreis.web import formats


@dataclass(frozen=True)
class Row:
    them: Person
    is_key: bool
    cells: Markup


def said(cell: Cell) -> str:
    """The figures of a cell in words."""
    one = cell.warmth
    if one is None:
        text = _("no touch within a year")
    else:
        text = ngettext(
            "%(points)s of 100: one touch within a year, on %(day)s",
            "%(points)s of 100: %(count)s touches within a year, the last on %(day)s", one.count,
        ) % {"points": one.points, "count": one.count, "day": formats.day(one.last_on)}  # fmt: skip
        if one.directed:
            text += "; " + _("%(theirs)s of %(all)s calls and mails came from them") % {
                "theirs": one.from_them, "all": one.directed,
            }  # fmt: skip
    if cell.grade is not None:
        text += "; " + _("graded %(grade)s of 5 on %(day)s") % {"grade": cell.grade, "day": formats.day(cell.graded_on)}
    return text


class Writer:
    """`gradable` are those of us whose relationships the reader may grade; `csrf` is the hidden field of a form ("" : no tasks)."""

    def __init__(self, sheet: Sheet, gradable: set[int], csrf: str):
        self.sheet, self.gradable, self.csrf = sheet, gradable, csrf
        self.names = {us.pk: us.get_full_name() for us in sheet.ours}
        self.place, self.log = reverse("stakeholders:list"), reverse("log:list")
        after = condition("at", "after", (clock.today() - dt.timedelta(days=WINDOW)).isoformat())
        self.since = urlencode({"f": after})
        self.grade, self.to_grade = _("grade %(grade)s"), _("Grade %(ours)s and %(theirs)s")
        self.task, self.to_do = _("Task"), _("Task for %(ours)s: get to know %(theirs)s")

    def rows(self) -> Iterator[Row]:
        for them in self.sheet.theirs:
            name = them.contact.full_name
            cells = [self._cell(us.pk, them, name, self.sheet.cells[us.pk, them.pk]) for us in self.sheet.ours]
            yield Row(them, is_key(them), Markup("").join(cells))

    def _cell(self, us: int, them: Person, name: str, cell: Cell) -> Markup:
        named = {"ours": self.names[us], "theirs": name}
        inside = self._strength(us, them, cell)
        if us in self.gradable:
            inside += self._grade(us, them, cell, named)
        elif cell.grade is not None:
            inside += f"<small>{self.grade % {'grade': cell.grade}}</small>"
        if cell.is_red and self.csrf:
            inside += self._task(us, them, named)
        level, ours = "red" if cell.is_red else cell.level, " data-ours" if cell.is_counterpart else ""
        return Markup(f'<td class="is-{level}"{ours}>{inside}</td>')  # noqa: S704 what people wrote is escaped

    def _strength(self, us: int, them: Person, cell: Cell) -> str:
        if cell.warmth is None:
            return "–"
        asked = f"f=with%3Ais%3A{them.stakeholder.contact_id}&amp;f=took_part%3Ais%3A{us}&amp;{self.since}"
        text = escape(said(cell))
        return f'<a href="{self.log}?{asked}" title="{text}" aria-label="{text}">{cell.points}</a>'

    def _grade(self, us: int, them: Person, cell: Cell, named: dict[str, Any]) -> str:
        shown = self.grade % {"grade": cell.grade} if cell.grade is not None else ""
        label = escape(": ".join(filter(None, (shown, self.to_grade % named))))
        address = f"{self.place}{them.pk}/grade/{us}/"
        return f'<a class="heat-grade" href="{address}" data-dialog-href aria-label="{label}">{shown or "+"}</a>'

    def _task(self, us: int, them: Person, named: dict[str, Any]) -> str:
        label = escape(self.to_do % named)
        return (
            f'<form method="post" action="{self.place}{them.pk}/task/">{self.csrf}<input type="hidden" name="person" value="{us}">'
            f'<button class="button button-small" type="submit" aria-label="{label}">{self.task}</button></form>'
        )
