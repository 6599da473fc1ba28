"""The search index asked for one person: she finds what her lists show, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from kundenkreis.core import search

# Who sees so few records of a kind is searched among hers, so that a million strangers' names cannot push them out of the candidates.
FEW = 3000


def find(user: Any, kinds: Mapping[int, type[models.Model]], text: str, limit: int) -> list[search.Hit]:
    """`core.search.find` over these kinds (kind of the index → model), restricted to what `user` may see and what is not in the bin."""

    def seen(kind: int) -> models.QuerySet:
        return kinds[kind]._default_manager.visible_to(user).living()

    def visible(kind: int, ids: list[int]) -> set[int]:
        return set(seen(kind).filter(pk__in=ids).values_list("pk", flat=True))

    def among(kind: int) -> list[int] | None:
        mine = list(seen(kind).values_list("pk", flat=True)[: FEW + 1])
        return mine if len(mine) <= FEW else None

    return search.find(kinds, text, limit=limit, visible=visible, among=among)
