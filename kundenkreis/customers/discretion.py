"""Names of accounts and contacts are told only to those within whose reach they lie, wherever another record refers to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from kundenkreis.core.prepared import prepared
from kundenkreis.customers.models import Account, Contact
from kundenkreis.customers.models.accounts import of_accounts
from kundenkreis.fields import known, references
from kundenkreis.fields.nouns import NOUNS
from kundenkreis.staff import access

# The kinds of record whose name is made of other records' names, and the fields that lead to those; "pk" is the record itself.
_NAMED_BY = {
    "customers.account": ("pk",),
    "customers.contact": ("pk",),
    "customers.accountlink": ("account", "parent"),
    "customers.partnerfunction": ("partner",),
    "customers.position": ("contact", "account"),
    "pipeline.opportunitycontact": ("contact",),
    "pipeline.opportunitycompetitor": ("account",),
    "pipeline.projectparty": ("account",),
    "stakeholders.stakeholder": ("contact",),
    "stakeholders.judgement": ("stakeholder__contact",),
    "stakeholders.influenceline": ("stakeholder__contact", "influenced__contact"),
    "stakeholders.counterpart": ("stakeholder__contact",),
    "stakeholders.relationshipgrade": ("stakeholder__contact",),
}


def sees_all(user: Any) -> bool:
    """Does the person reach every account and contact, so that no name needs to be left out?"""
    return all(access.reach(user, action).everything for action in ("accounts.see", "contacts.see"))


def within_reach(user: Any, model: type[models.Model], ids: Iterable[int | None]) -> set[int]:
    """Those of these accounts or contacts that the person may see, in one query."""
    return held(access.reach(user, f"{model._meta.model_name}s.see"), model, ids)


def held(
    reach: access.Reach, model: type[models.Model], ids: Iterable[int | None], *, living: bool = False
) -> set[int]:
    """Those of these few accounts or contacts that lie inside a reach, and, if asked, not in the bin. One query, asked of each of them."""
    wanted = sorted(set(ids) - {None})  # type: ignore[type-var]
    return set(_held(wanted, model=model, reach=reach, living=living)) if wanted else set()


@prepared
def _held(ids: Any, *, model: Any, reach: access.Reach, living: bool) -> models.QuerySet:
    rows = model.objects.held_by(reach).filter(pk__listed=ids)
    return (rows.living() if living else rows).order_by().values_list("pk", flat=True)


def spare(user: Any, rows: Sequence[Any], *names: str) -> None:
    """Take the accounts and contacts outside the person's reach out of these foreign keys, in memory only: never save such a row."""
    if sees_all(user):
        return
    for name in names:
        # Asked even for nothing, so that a page asks as often for a quiet record as for a busy one.
        model = Contact if name == "contact" else Account
        seen = within_reach(user, model, {getattr(row, f"{name}_id") for row in rows} - {None} or {0})
        for row in rows:
            if getattr(row, f"{name}_id") not in seen:
                setattr(row, name, None)


def name_within_reach(user: Any, name: str) -> models.Q:
    """The condition for rows whose account, to which the foreign key `name` leads, the person may see."""
    reach = access.reach(user, "accounts.see")
    if reach.everything:
        return models.Q()
    return of_accounts(reach, f"{name}_id") if reach else models.Q(pk__in=[])


class Discretion:
    """What of some events a person may be told. `events` are (subject type, subject number, changes as history keeps them)."""

    def __init__(self, user: Any, events: Iterable[tuple[str, int, Mapping[str, Sequence]]]):
        self.everything = sees_all(user)
        self.named: dict[tuple[str, int], list[tuple[Any, int | None]]] = {}
        self.seen: dict[Any, set[int]] = {}
        if not self.everything:
            self._look(user, list(events))

    def _look(self, user: Any, events: list[tuple[str, int, Mapping[str, Sequence]]]) -> None:
        wanted: dict[Any, set[int | None]] = {Account: set(), Contact: set()}
        for subject_type, _pk, changes in events:
            for name, values in changes.items():
                if (model := _refers_to(subject_type, name)) is not None:
                    wanted[model] |= _numbers(values)
        for label, fields in _NAMED_BY.items():
            self._name(label, fields, {pk for subject_type, pk, _changes in events if subject_type == label})
        for several in self.named.values():
            for model, pk in several:
                wanted[model].add(pk)
        # Asked even for nothing, as above and below: the number of queries does not depend on what the events are about.
        self.seen = {model: within_reach(user, model, ids - {None} or {0}) for model, ids in wanted.items()}

    def _name(self, label: str, fields: tuple[str, ...], ids: set[int]) -> None:
        model: Any = apps.get_model(label)
        if fields == ("pk",):
            self.named |= {(label, pk): [(model, pk)] for pk in ids}
            return
        kinds = [_led_to(model, name) for name in fields]
        for row in model._base_manager.filter(pk__in=ids or {0}).values("pk", *fields):
            self.named[label, row["pk"]] = [(kind, row[name]) for kind, name in zip(kinds, fields, strict=True)]

    def may_name(self, subject_type: str, pk: int) -> bool:
        """May the person read the subject's name? What is gone for good cannot be asked any more, and is not named."""
        if self.everything or subject_type not in _NAMED_BY:
            return True
        several = self.named.get((subject_type, pk))
        return several is not None and all(one is None or one in self.seen[model] for model, one in several)

    def may_tell(self, subject_type: str, name: str, values: Sequence) -> bool:
        """May the person read this field's values, before and after?"""
        model = None if self.everything else _refers_to(subject_type, name)
        return model is None or _numbers(values) <= self.seen[model]


def _led_to(model: Any, path: str) -> Any:
    """The model at the end of foreign keys."""
    for name in path.split("__"):
        model = model._meta.get_field(name).related_model
    return model


def _numbers(values: Sequence) -> set[int]:
    """The records that a reference, or several in one field, led to before and after."""
    sides = [side if isinstance(side, list) else [side] for side in values[:2]]
    return {one for side in sides for one in side if isinstance(one, int)}


def _refers_to(subject_type: str, name: str) -> Any:
    """Account or Contact, if that is what a field of this kind of record points at."""
    return (
        _custom_refers_to(subject_type, name)
        if name.startswith(known.PREFIX)
        else _column_refers_to(subject_type, name)
    )


@cache
def _column_refers_to(subject_type: str, name: str) -> Any:
    try:
        related = apps.get_model(subject_type)._meta.get_field(name).related_model
    except (
        LookupError,
        ValueError,
        FieldDoesNotExist,
    ):  # a model or field that is no more, or is told beside the fields
        return None
    return related if related in (Account, Contact) else None


def _custom_refers_to(subject_type: str, name: str) -> Any:
    """The same of a custom field, which may be defined at any time; a retired one too."""
    noun = next((one for one in NOUNS.values() if one.model._meta.label_lower == subject_type), None)
    field = known.of(noun.name).by_name.get(name) if noun else None
    related = references.model_of(field) if field is not None and field.kind == "reference" else None
    return related if related in (Account, Contact) else None
