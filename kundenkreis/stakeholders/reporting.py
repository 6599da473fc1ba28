"""Who reports to whom on a day, and what would close a circle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from kundenkreis.stakeholders.models import Judgement

Fact = tuple[dt.date, int, int | None]
"""(day, number of the judgement, superior or None)"""


def superiors_on(facts: Mapping[int, list[Fact]], day: dt.date) -> dict[int, int | None]:
    """{stakeholder: superior} as of a day, from what was judged until then."""
    found: dict[int, int | None] = {}
    for pk, some in facts.items():
        until = [one for one in some if one[0] <= day]
        if until:
            found[pk] = max(until)[2]
    return found


def facts_of(ids: Any) -> dict[int, list[Fact]]:
    """The living judgements of who reports to whom, by stakeholder. One query."""
    from kundenkreis.stakeholders.models import Judgement

    rows = Judgement._base_manager.filter(stakeholder_id__in=ids, kind=Judgement.Kind.REPORTS_TO, deleted_at=None)
    found: dict[int, list[Fact]] = {}
    for stakeholder, on, pk, superior in rows.values_list("stakeholder_id", "on", "pk", "superior_id"):
        found.setdefault(stakeholder, []).append((on, pk, superior))
    return found


def chain_back(one: Judgement) -> list[int]:
    """The circle that this judgement would close on any day on which it holds, from its person back to her; empty when it closes none."""
    from kundenkreis.stakeholders.models import Stakeholder, group_of

    facts = facts_of(Stakeholder._base_manager.filter(account_id__in=group_of(one.stakeholder.account)).values("pk"))
    own = [fact for fact in facts.get(one.stakeholder_id, []) if fact[1] != one.pk]
    number = one.pk or 1 << 62  # the newest of its day
    after = [fact[0] for fact in own if (fact[0], fact[1]) > (one.on, number)]
    facts[one.stakeholder_id] = [*own, (one.on, number, one.superior_id)]
    ends = min(after, default=dt.date.max)
    days = {one.on} | {fact[0] for some in facts.values() for fact in some if one.on <= fact[0] < ends}
    for day in sorted(days):
        if chain := _walk(superiors_on(facts, day), one.stakeholder_id):
            return chain
    return []


def _walk(above: Mapping[int, int | None], start: int) -> list[int]:
    chain, at = [start], above.get(start)
    while at is not None and at not in chain:
        chain.append(at)
        at = above.get(at)
    return [*chain, start] if at == start else []


def refusal(chain: list[int]) -> str:
    """ "That would be a circle: Anna reports to Max, Max reports to Anna." """
    from kundenkreis.stakeholders.models import Stakeholder

    names = {one.pk: str(one) for one in Stakeholder._base_manager.filter(pk__in=chain).select_related("contact")}
    said = _("%(who)s reports to %(whom)s")
    steps = [said % {"who": names[who], "whom": names[whom]} for who, whom in zip(chain, chain[1:], strict=False)]
    return _("That would be a circle: %(steps)s.") % {"steps": ", ".join(steps)}
