"""The search index asked for one person: she finds what her lists show, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from kundenkreis.core import search
from kundenkreis.core.prepared import prepared
from kundenkreis.core.text import words
from kundenkreis.customers.discretion import held, within_reach
from kundenkreis.customers.models import Account, Contact
from kundenkreis.customers.models.accounts import is_narrow
from kundenkreis.staff import access

# Who sees so few records of a kind is searched among hers, so that a million strangers' names cannot push them out of the candidates.
FEW = 3000
# Kinds of which one sees what lies within one's reach; for whoever reaches few accounts they are known to be few before anything is searched.
_BY_REACH = frozenset({search.ACCOUNT, search.CONTACT})


def find(user: Any, kinds: Mapping[int, type[models.Model]], text: str, limit: int) -> list[search.Hit]:
    """`core.search.find` over these kinds (kind of the index → model), restricted to what `user` may see and what is not in the bin."""

    def seen(kind: int) -> models.QuerySet:
        return kinds[kind]._default_manager.visible_to(user).living()

    def within(kind: int) -> access.Reach:
        return access.reach(user, f"{kinds[kind]._meta.model_name}s.see")

    def visible(kind: int, ids: list[int]) -> set[int]:
        if kind in _BY_REACH:
            return held(within(kind), kinds[kind], ids, living=True)
        return set(seen(kind).filter(pk__listed=ids).values_list("pk", flat=True))

    def among(kind: int) -> list[int] | None:
        if kind in _BY_REACH:
            mine = _first(model=kinds[kind], reach=within(kind), narrow=_is_narrow(within(kind)))
        else:
            mine = list(seen(kind).values_list("pk", flat=True)[: FEW + 1])
        return mine if len(mine) <= FEW else None

    def confined(kind: int) -> list[int] | None:
        return among(kind) if kind in _BY_REACH else None

    reach = access.reach(user, "accounts.see")
    asked = {"confined": confined} if _is_narrow(reach) else {"among": among}
    found = search.find(kinds, text, limit=limit, visible=visible, **asked)
    hits = [hit for hit in found if hit.kind == search.CONTACT and hit.rank > 0]
    if not hits or reach.everything:
        return found
    unsaid = _found_by_a_hidden_account(user, [hit.subject_id for hit in hits], text)
    return [hit for hit in found if hit.kind != search.CONTACT or hit.subject_id not in unsaid]


def _is_narrow(reach: access.Reach) -> bool:
    return bool(reach) and not reach.everything and is_narrow(reach)


@prepared
def _first(*, model: Any, reach: access.Reach, narrow: bool) -> models.QuerySet:
    """Of all that a reach holds so many as show whether they are few; `narrow` decides how they are asked for."""
    return model.objects.within(reach).living().values_list("pk", flat=True)[: FEW + 1]


def _found_by_a_hidden_account(user: Any, ids: list[int], text: str) -> set[int]:
    """Contacts that only the name of their account explains, where this person may not see that account."""
    rows = list(Contact.objects.filter(pk__in=ids).only("given_name", "family_name", "email", "main_account_id"))
    seen = within_reach(user, Account, [row.main_account_id for row in rows])
    asked = words(text)
    hidden = set()
    for row in rows:
        if row.main_account_id is not None and row.main_account_id not in seen:
            own = words(f"{row.given_name} {row.family_name} {row.email}")
            if not all(any(word.startswith(typed) for word in own) for typed in asked):
                hidden.add(row.pk)
    return hidden
