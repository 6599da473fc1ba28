"""Whose data lie where: one line for every model of the house and of its packages, every other table, and every place outside the database.

A test holds the lines against the models: a new one, or a new column of one that holds people, has no line and fails it.
"""

from __future__ import annotations

from functools import cache

from django.apps import apps
from django.db import models

from kundenkreis.privacy.holding import Category, Fate, Field, Holding, Nothing, Purpose
from kundenkreis.privacy.holdings import customers, house, own, places, rights, selling, work

# Columns that every noun has; they tell when something happened to a row and not to whom.
EVERYWHERE = frozenset({"id", "version", "created_at", "changed_at", "deleted_at"})
SHELVES = {
    "customers": customers.SHELF,
    "work": work.SHELF,
    "selling": selling.SHELF,
    "house": house.SHELF,
    "privacy": own.SHELF,
    "rights": rights.SHELF,
    "places": places.SHELF,
}


@cache
def lines() -> dict[str, Holding | Nothing]:
    """All lines by what they are about. Raises ValueError when something has two."""
    found: dict[str, Holding | Nothing] = {}
    for shelf in SHELVES.values():
        for line in shelf.lines:
            if line.what in found:
                raise ValueError(f"{line.what} has two lines")
            found[line.what] = line
    return found


def holdings() -> list[Holding]:
    return [line for line in lines().values() if isinstance(line, Holding)]


def of(model: type[models.Model]) -> Holding | Nothing:
    """The line of a model. Raises KeyError when it has none."""
    return lines()[model._meta.label]


def model_of(line: Holding | Nothing) -> type[models.Model] | None:
    """The model that a line is about; None for a table or place that has none."""
    app, dot, name = line.what.partition(".")
    return apps.get_model(app, name) if dot and app in apps.app_configs and name[:1].isupper() else None


def missing() -> list[str]:
    """What has no line, or whose line misses a column or names one that there is not."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        line = lines().get(label)
        if line is None:
            found.append(label)
        elif isinstance(line, Holding):
            found += [f"{label}.{name}" for name in sorted(_columns(model) ^ (set(line.fields) | line.plain))]
    return found


def _columns(model: type[models.Model]) -> set[str]:
    return {field.name for field in model._meta.local_fields} - EVERYWHERE


def stale() -> list[str]:
    """Lines about models that are not any more."""
    known = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    return [
        what
        for what in lines()
        if "." in what and what[:1].islower() and what.split(".")[1][:1].isupper() and what not in known
    ]


def about_contacts() -> list[Holding]:
    return [line for line in holdings() if line.contact]


def about_private_accounts() -> list[Holding]:
    return [line for line in holdings() if line.account]


def about_staff() -> list[Holding]:
    return [line for line in holdings() if line.staff]


__all__ = [
    "Category", "Fate", "Field", "Holding", "Nothing", "Purpose", "about_contacts", "about_private_accounts", "about_staff",
    "holdings", "lines", "missing", "model_of", "of", "stale",
]  # fmt: skip
