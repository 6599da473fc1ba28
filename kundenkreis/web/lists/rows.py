"""The rows of a page as HTML, fast.

A page has five hundred cells, and calling a macro for each costs more than all its queries. So the macros draw one row with marks in the
places of its values, once for each language, and the rows are filled into that. What a row looks like still stands in the macros alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language
from markupsafe import Markup, escape

from kundenkreis.web.addresses import around
from kundenkreis.web.components import component
from kundenkreis.web.lists.columns import Column

if TYPE_CHECKING:
    from kundenkreis.web.lists.page import ListPage

# Marks that no value contains: HTML forbids these characters.
HREF, PEEK, PK, NAME, CELLS, TEXT, MARK = "\x01", "\x02", "\x03", "\x04", "\x05", "\x06", "\x0e"
_MARKS = re.compile(f"([{HREF}{PEEK}{PK}{NAME}{CELLS}{TEXT}{MARK}])")
_PLACE = Markup(MARK)  # noqa: S704 a single character
_UNSAFE = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f]")


@cache
def _frame(language: str, selectable: bool, peek: bool) -> tuple[str, ...]:
    row = component(
        "row", href=HREF, peek=PEEK if peek else "", id=PK, selectable=selectable, name=NAME, caller=lambda: CELLS
    )
    return tuple(_MARKS.split(str(row)))


@cache
def _lead(language: str) -> tuple[str, ...]:
    return tuple(_MARKS.split(f'<td class="lead">{component("row_name", TEXT, HREF, mark=_PLACE)}</td>'))


def _cell(column: Column) -> tuple[str, Callable[[Any], Any]]:
    kind = "num" if column.is_figure else "dim"
    return f'<td class="{kind}" data-label="{escape(column.label)}">', column.shower()


def drawn(page: ListPage, columns: tuple[Column, ...], rows: Iterable[Any], *, selectable: bool) -> Markup:
    """All `<tr>`s of a page."""
    language = get_language() or ""
    frame, lead = _frame(language, selectable, page.peek), _lead(language)
    cells = [(None, column.shower()) if column.key == page.name_column else _cell(column) for column in columns]
    name = page.column(page.name_column)
    before, after = around(page.row_url)
    parts: list[str] = []
    for row in rows:
        href = f"{before}{row.pk}{after}"
        filled = {HREF: href, PEEK: f"{href}?peek=1", PK: str(row.pk), NAME: _clean(page.row_name(row))}
        filled |= {MARK: _clean(page.mark(row)), TEXT: _clean(name.shower()(row))}
        filled[CELLS] = "".join(
            [f"{opening}{_clean(show(row))}</td>" if opening else _filled(lead, filled) for opening, show in cells]
        )
        parts.append(_filled(frame, filled))
    return Markup("".join(parts))  # noqa: S704 (every value went through escape)


def _filled(pieces: tuple[str, ...], values: dict[str, str]) -> str:
    return "".join([values.get(piece, piece) for piece in pieces])


def _clean(value: Any) -> str:
    text = str(escape(value))
    return _UNSAFE.sub("", text) if not text.isprintable() else text
