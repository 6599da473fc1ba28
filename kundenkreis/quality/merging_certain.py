"""Merging many pairs of duplicates at once: those that a person asks for, and those that the house's rule takes for certain."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from kundenkreis.core.models import House
from kundenkreis.customers.models import Account, Contact
from kundenkreis.customers.models.merged import Mergeable
from kundenkreis.history.models import Batch
from kundenkreis.quality.merge_fields import KEPT
from kundenkreis.quality.merging import Pair, merge_many
from kundenkreis.quality.pairs import DuplicatePair, DuplicatePairQuerySet, certain
from kundenkreis.staff import access
from kundenkreis.staff.models import User

LEAST = 0.99  # below, somebody has to look at each pair
MOST = 10_000  # pairs in one batch; the next run takes the others
_NOUNS: dict[str, type[Mergeable]] = {"account": Account, "contact": Contact}


def kept_first(pair: DuplicatePair) -> tuple[Mergeable, Mergeable]:
    """Which one is kept unless somebody says otherwise: the account that has ordered last; else the one that was there first."""
    first, second = pair.first, pair.second
    if pair.kind == DuplicatePair.Kind.ACCOUNT and second.last_order_on > first.last_order_on:
        return second, first
    return first, second


def merge_by_rule() -> list[Batch]:
    """What the administrator wants merged without anybody having looked, after each search; nothing unless the settings say so."""
    from_ = House.current().merge_duplicates_from
    if from_ is None:
        return []
    done = [_merge(kind, certain(max(from_, LEAST)), None) for kind in _NOUNS]
    return [batch for batch in done if batch is not None]


def merge_asked(user: User, at_least: float, kind: str = "", owner: int | None = None) -> list[Batch]:
    """Pairs that wait, of this probability at least, as far as the person sees both and may merge both."""
    seen = certain(max(at_least, LEAST)).visible_to(user)
    if owner is not None:
        seen = seen.owned_by(owner)
    kinds = [kind] if kind else list(_NOUNS)
    done = [_merge(one, seen, user) for one in kinds]
    return [batch for batch in done if batch is not None]


def _merge(kind: str, pairs: DuplicatePairQuerySet, by: User | None) -> Batch | None:
    model = _NOUNS[kind]
    found = list(pairs.filter(kind=kind).for_list()[:MOST])
    if by is not None:
        reach = access.reach(by, f"{kind}s.merge")
        may = _within(model, found, reach)
        found = [pair for pair in found if {pair.first.pk, pair.second.pk} <= may]
    if not found:
        return None
    fixed = _fixed(model, by)
    chosen = [(kept_first(pair)) for pair in found]
    label = _("Duplicates merged: %(count)s") % {"count": len(found)}
    return merge_many(model, [Pair(kept.pk, gone.pk, fixed) for kept, gone in chosen], by=by, label=label)


def _within(model: type[Mergeable], pairs: list[DuplicatePair], reach: access.Reach) -> set[int]:
    ids = {one.pk for pair in pairs for one in (pair.first, pair.second)}
    rows: Any = model._default_manager
    return set(rows.within(reach).filter(pk__listed=list(ids)).values_list("pk", flat=True))


def _fixed(model: type[Mergeable], by: User | None) -> dict[str, str]:
    """Who gives no accounts to others does not do so by merging."""
    if model is not Account or by is None or access.may(by, "accounts.assign"):
        return {}
    return dict.fromkeys(access.ASSIGNED, KEPT)
