"""What hangs under somebody whose data leave the house: her reports go on under her superior."""

from __future__ import annotations

from collections.abc import Collection

from kundenkreis.core import clock
from kundenkreis.stakeholders import reporting
from kundenkreis.stakeholders.models import Judgement, Stakeholder

Turned = list[list[int]]
"""[number of a judgement, whom it named before]"""


def close_up(contacts: Collection[int]) -> Turned:
    """Before the rows of these contacts are deleted: whoever was said to report to them reports to their superior of the last day on which
    that held. What was turned, so that `open_again` can turn it back.
    """
    gone = set(Stakeholder._base_manager.filter(contact_id__in=list(contacts)).values_list("pk", flat=True))
    rows = Judgement._base_manager.filter(superior_id__in=gone).exclude(stakeholder_id__in=gone)
    named = list(rows.order_by("pk"))
    of_those = {one.stakeholder_id for one in named}
    facts = reporting.facts_of(list(of_those))
    lines = reporting.facts_of(list(gone))
    turned: Turned = []
    for one in named:
        later = [day for day, pk, _who in facts.get(one.stakeholder_id, []) if (day, pk) > (one.on, one.pk)]
        above = reporting.superiors_on(lines, max(one.on, min(later, default=clock.today())))
        superior = _living_above(above, one.superior_id, gone | {one.stakeholder_id})
        turned.append([one.pk, one.superior_id or 0])
        Judgement._base_manager.filter(pk=one.pk).update(superior=superior)
    Stakeholder.keep_in_step(of_those)
    return turned


def _living_above(above: dict[int, int | None], start: int | None, gone: Collection[int]) -> int | None:
    at, seen = start, set()
    while at is not None and at in gone and at not in seen:
        seen.add(at)
        at = above.get(at)
    return at if at is not None and at not in gone else None


def open_again(turned: Turned) -> None:
    """After the rows are there again: what `close_up` turned names her again, unless somebody has changed it meanwhile."""
    touched: set[int] = set()
    for pk, superior in turned:
        there = Stakeholder._base_manager.filter(pk=superior).exists()
        row = Judgement._base_manager.filter(pk=pk).first()
        if there and row is not None:
            Judgement._base_manager.filter(pk=pk).update(superior=superior)
            touched.add(row.stakeholder_id)
    again = Judgement._base_manager.filter(superior_id__in={superior for _pk, superior in turned})
    touched |= set(again.values_list("stakeholder_id", flat=True))
    Stakeholder.keep_in_step(touched)
