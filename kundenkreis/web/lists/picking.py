"""Records that the builder's conditions ask for: chosen by name, and where a record belongs to groups, alone or with one of them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from kundenkreis.core.filter_nouns import Filter, Found
from kundenkreis.web.lists.drafts import Block, Row


def pick(block: Block, person: Any) -> None:
    """Find what was typed or chosen in each of these conditions, and say beside it what this person cannot find."""
    for part in block.parts:
        if isinstance(part, Block):
            pick(part, person)
        elif part.asked is not None and part.entry == "record":
            _pick(part, part.asked, person)


def _pick(row: Row, asked: Filter, person: Any) -> None:
    if not row.values and row.text and asked.picked is not None:
        numbers = asked.picked.called(row.text, person)
        row.values = [str(number) for number in numbers] if len(numbers) == 1 else []
        if not row.values:
            said = (
                _("Several are called “%(text)s”. Type a part of the name and choose.")
                if numbers
                else _("Nothing is called “%(text)s”. Type a part of the name and choose.")
            )
            row.problem = said % {"text": row.text}
    if not row.values or asked.find is None:
        return
    found = asked.find(row.values[0], person)
    if found is None:
        row.values, row.text, row.problem = [], "", _("Choose one of those that are suggested.")
    else:
        _show(row, found)


def _show(row: Row, found: Found) -> None:
    """Its name, and the groups to which it belongs today."""
    group = found.group
    row.text = found.name if group is None else group.account.name
    if group is not None:
        row.values = [group.written]
        row.groups = group.choices
