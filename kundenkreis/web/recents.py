"""The records that a person opened last, as lines of the palette: only those that she may still see."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse

from kundenkreis.activities.models import Activity
from kundenkreis.catalogue.models import Product
from kundenkreis.customers.models import Account, Contact
from kundenkreis.files.models import Document
from kundenkreis.leads.models import Lead
from kundenkreis.lists import recent
from kundenkreis.needs.models import Need, Wish
from kundenkreis.orders.models import Order
from kundenkreis.pipeline.models import Opportunity, Project
from kundenkreis.prospecting.models import TargetAccount

# noun in the address: model, icon
NOUNS: dict[str, tuple[type[models.Model], str]] = {
    "accounts": (Account, "building-2"),
    "contacts": (Contact, "user"),
    "products": (Product, "tag"),
    "orders": (Order, "package"),
    "opportunities": (Opportunity, "square-kanban"),
    "projects": (Project, "building"),
    "activities": (Activity, "activity"),
    "documents": (Document, "file-text"),
    "leads": (Lead, "user-plus"),
    "target_accounts": (TargetAccount, "target"),
    "needs": (Need, "circle-help"),
    "wishes": (Wish, "gift"),
}


def seen(user: Any, noun: str, ids: list[int]) -> models.QuerySet:
    """Those of these records that she may see and that are not in the bin."""
    return NOUNS[noun][0]._default_manager.visible_to(user).living().filter(pk__in=ids)  # type: ignore[attr-defined]


def lines(user: Any, most: int) -> list[tuple[str, str, str]]:
    """(label, icon, address), the last one opened first; one query for each noun among them."""
    opened = recent.opened(user)[: most * 2]
    labels: dict[tuple[str, int], str] = {}
    for noun in {noun for noun, _pk in opened if noun in NOUNS}:
        ids = [pk for other, pk in opened if other == noun]
        labels |= {(noun, record.pk): str(record) for record in seen(user, noun, ids)}
    return [
        (labels[one], NOUNS[one[0]][1], reverse(f"{one[0]}:detail", args=[one[1]])) for one in opened if one in labels
    ][:most]


def order(user: Any) -> dict[tuple[str, int], int]:
    """(noun, number) → how long ago in the row of what she opened, 0 for the last."""
    return {one: place for place, one in enumerate(recent.opened(user))}
