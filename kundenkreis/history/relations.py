"""Which rows hang together: parts and wholes (`part_of`), and who points at whom."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from kundenkreis.history.models import Event

Model = type[models.Model]
_MOST_RUNS = 200  # beyond so many runs of ids a preview counts a batch's own references as a stranger's


@cache
def wholes_of(model: Model) -> tuple[tuple[str, Model], ...]:
    """(column, model) of what a row of `model` is a part of, as its class says by `part_of`; a many-to-many row is its record's."""
    names: tuple[str, ...] = getattr(model, "part_of", ())
    owner: Any = model._meta.auto_created
    if owner:
        names = tuple(f.m2m_field_name() for f in owner._meta.local_many_to_many if f.remote_field.through is model)
    specs: list[Any] = [model._meta.get_field(name) for name in names]
    return tuple((spec.attname, spec.related_model) for spec in specs)


def is_part(model: Model) -> bool:
    return bool(wholes_of(model))


@cache
def parts_of(model: Model) -> tuple[tuple[Model, str], ...]:
    """(model, column) of the rows that a record of `model` is made of."""
    all_ = apps.get_models(include_auto_created=True)
    return tuple((part, attname) for part in all_ for attname, whole in wholes_of(part) if whole is model)


@cache
def derived_from(model: Model) -> tuple[tuple[Model, str], ...]:
    """(model, column) of the rows that are computed from a record of `model`, as their classes say by `derived_from`: they go with it."""
    specs: list[tuple[Model, Any]] = [
        (other, other._meta.get_field(name))
        for other in apps.get_models()
        for name in getattr(other, "derived_from", ())
    ]
    return tuple((other, spec.attname) for other, spec in specs if spec.related_model is model)


def foreign_keys(model: Model) -> list[Any]:
    return [spec for spec in model._meta.concrete_fields if spec.is_relation and spec.related_model]


def refers_to_itself(model: Model) -> bool:
    return any(spec.related_model is model for spec in foreign_keys(model))


def strangers(model: Model, own: Callable[[Model], list[list[int]]] | None) -> list[models.Exists]:
    """Conditions that something but a part points at a row, by foreign key or by type and number.

    `own` gives the runs of ids that the same undo takes out, so that they do not count; None when they are gone by now.
    """
    me = models.OuterRef("pk")
    parts = set(parts_of(model))
    found = by_number(model)
    for other, name in pointers(model):
        if (other, f"{name}_id") not in parts:
            found.append(models.Exists(_but(other, own).filter(**{f"{name}_id": me})))
    return found


def by_number(model: Model) -> list[models.Exists]:
    """Conditions that something points at a row by type and number; history does not count."""
    found = []
    for other in apps.get_models():
        names = {f.name for f in other._meta.fields}
        if {"subject_type", "subject_id"} <= names and other is not Event:
            rows = other._base_manager.filter(subject_type=model._meta.label_lower, subject_id=models.OuterRef("pk"))
            found.append(models.Exists(rows))
    return found


def pointers(model: Model) -> list[tuple[Model, str]]:
    """(other model, its foreign key) of everything that can point at a record of `model`, many-to-many tables included; nothing derived."""
    found: list[tuple[Model, str]] = []
    relations: tuple[Any, ...] = (*model._meta.related_objects, *(f.remote_field for f in model._meta.many_to_many))
    for relation in relations:
        if relation.many_to_many:
            keys = [f.name for f in relation.through._meta.fields if f.remote_field and f.remote_field.model is model]
            found.append((relation.through, keys[0]))
        elif (relation.related_model, relation.field.attname) not in derived_from(model):
            found.append((relation.related_model, relation.field.name))
    return found


def _but(other: Model, own: Callable[[Model], list[list[int]]] | None) -> models.QuerySet:
    rows = other._base_manager.all()
    runs = own(other) if own else []
    for first, last in runs if len(runs) <= _MOST_RUNS else []:
        rows = rows.exclude(pk__range=(first, last))
    return rows
