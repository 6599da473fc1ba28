"""What of other records goes along when one record becomes part of another, and what cannot.

Every foreign key that points at a merged record is turned, whatever room it is in, and every document that hangs on it. A row that would
stand twice afterwards (the same tag, the same seat), close a circle, or break what must be unique stays with the merged record, which
is kept as it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models, transaction

from kundenkreis.customers.models import AccountLink, Consent, Contact, Position
from kundenkreis.customers.models.structure import comes_back, overlap
from kundenkreis.fields import references as references_of
from kundenkreis.history.models import Event
from kundenkreis.stakeholders.models import Counterpart, InfluenceLine, Judgement, RelationshipGrade, Stakeholder

Model = type[models.Model]
Targets = Mapping[int, int]
"""merged record → the one that is kept."""

# What a person has refused outweighs what she has allowed, and that outweighs what she has not confirmed; else the kept record's holds.
_STRICTNESS = {"pending": 0, "given": 1, "customer": 1, "withdrawn": 2, "objected": 3}


class Rows:
    """New values of rows, by model and id, and to which merged record's fate each belongs."""

    def __init__(self) -> None:
        self.new: dict[Model, dict[int, dict[str, Any]]] = defaultdict(dict)
        self.of: dict[tuple[Model, int], int] = {}
        self.stay: dict[Model, dict[int, int]] = defaultdict(dict)  # row → the merged record that it stays with

    def set(self, model: Model, pk: int, merged: int, **values: Any) -> None:
        self.new[model].setdefault(pk, {}).update(values)
        self.of[model, pk] = merged


@cache
def references(model: Model) -> tuple[tuple[Model, str], ...]:
    """(model, foreign key) of everything that points at a record of `model`; nothing that is computed anew from other rows anyway."""
    return tuple(
        (other, field.name)
        for other in apps.get_models(include_auto_created=True)
        for field in other._meta.concrete_fields
        if field.is_relation and field.related_model is model and field.name not in getattr(other, "derived_from", ())
    )


@cache
def _hanging_on() -> tuple[Model, ...]:
    """Models whose rows name the record that they hang on by type and number. History keeps what was, under what it was."""
    asked = {"subject_type", "subject_id"}
    return tuple(m for m in apps.get_models() if asked <= {f.name for f in m._meta.fields} and m is not Event)


def gather(model: Model, targets: Targets) -> Rows:
    """All rows that a merge of these records of `model` would turn. Reads only."""
    rows = Rows()
    pointing: dict[Model, dict[int, dict[str, int]]] = defaultdict(dict)
    for other, name in references(model):
        found = other._base_manager.filter(**{f"{name}__listed": list(targets)}).values_list("pk", name)
        for pk, of in found:
            pointing[other].setdefault(pk, {})[name] = of
    for other, some in pointing.items():
        rule = _RULES.get(other)
        staying = rule(rows, model, some, targets) if rule else _twice(model, other, some, targets)
        for pk, links in some.items():
            merged = next(iter(links.values()))
            if pk in staying:
                rows.stay[other][pk] = merged
            else:
                rows.set(other, pk, merged, **{name: targets[of] for name, of in links.items()})
    for other, pk, merged, custom in references_of.pointing(model, targets):
        rows.set(other, pk, merged, custom=custom)
    _stricter_consents(rows, model, targets)
    _documents(rows, model, targets)
    return rows


def _twice(model: Model, other: Model, some: Mapping[int, Mapping[str, int]], targets: Targets) -> set[int]:
    """Rows that the database would refuse beside one that the kept record has already."""
    staying: set[int] = set()
    mine = {name for of, name in references(model) if of is other}
    for columns, condition in _unique_over(other, mine):
        rows = other._base_manager.all() if condition is None else other._base_manager.filter(condition)
        held = {
            tuple(row[1:])
            for name in mine & set(columns)
            for row in rows.filter(**{f"{name}__listed": list(targets.values())}).values_list("pk", *columns)
            if row[0] not in some
        }
        for pk, *values in rows.filter(pk__listed=list(some)).order_by("pk").values_list("pk", *columns):
            after = tuple(
                targets.get(value, value) if column in mine else value
                for column, value in zip(columns, values, strict=True)
            )
            if after in held:
                staying.add(pk)
            held.add(after)
    return staying


@cache
def _unique_sets(other: Model) -> tuple[tuple[tuple[str, ...], models.Q | None], ...]:
    found: list[tuple[tuple[str, ...], models.Q | None]] = [
        (tuple(c.fields), c.condition) for c in other._meta.constraints if isinstance(c, models.UniqueConstraint)
    ]
    found += [(tuple(some), None) for some in other._meta.unique_together]
    found += [((f.name,), None) for f in other._meta.concrete_fields if f.unique and not f.primary_key]
    return tuple(found)


def _unique_over(other: Model, names: set[str]) -> list[tuple[tuple[str, ...], models.Q | None]]:
    return [(columns, condition) for columns, condition in _unique_sets(other) if names & set(columns)]


# --- what rooms know of their rows ------------------------------------------------------------------------------------


def _links(rows: Rows, model: Model, some: Mapping[int, Mapping[str, int]], targets: Targets) -> set[int]:
    """Of places in a hierarchy those stay that would lead to themselves, to a second parent at the same time, or round in a circle."""
    staying = set()
    undo = transaction.savepoint()
    for link in AccountLink._base_manager.filter(pk__in=list(some)).order_by("pk"):
        before = link.account_id, link.parent_id
        link.account_id, link.parent_id = (targets.get(end, end) for end in before)
        if link.account_id != link.parent_id and (link.deleted_at is not None or _may_stand(link)):
            AccountLink._base_manager.filter(pk=link.pk).update(account=link.account_id, parent=link.parent_id)
        else:
            staying.add(link.pk)
    transaction.savepoint_rollback(undo)
    return staying


def _may_stand(link: AccountLink) -> bool:
    others = AccountLink._base_manager.filter(account=link.account_id, hierarchy=link.hierarchy, deleted_at=None)
    return not any(overlap(link, other) for other in others.exclude(pk=link.pk)) and not comes_back(link)


def _positions(rows: Rows, model: Model, some: Mapping[int, Mapping[str, int]], targets: Targets) -> set[int]:
    """The same work at the same account need not stand twice; a person has one main position, which is the kept contact's."""
    by = "contact" if model is Position._meta.get_field("contact").related_model else "account"
    at_kept = Position._base_manager.filter(**{f"{by}__listed": list(targets.values())}, deleted_at=None)
    known = {_work(one, targets) for one in at_kept}
    has_main = set(at_kept.filter(is_main=True).values_list("contact_id", flat=True))
    staying = set()
    for position in Position._base_manager.filter(pk__listed=list(some), deleted_at=None).order_by("pk"):
        work = _work(position, targets)
        if work in known and (by == "contact" or not position.is_main):
            staying.add(position.pk)
            continue
        known.add(work)
        contact = targets[position.contact_id] if by == "contact" else None
        if position.is_main and contact is not None:
            if contact in has_main:
                rows.set(Position, position.pk, some[position.pk][by], is_main=False)
            has_main.add(contact)
    return staying


def _work(position: Position, targets: Targets) -> tuple[Any, ...]:
    contact, account = position.contact_id, position.account_id
    return targets.get(contact, contact), targets.get(account, account), position.job_title.casefold(), position.ends_on


def _stakeholders(rows: Rows, model: Model, some: Mapping[int, Mapping[str, int]], targets: Targets) -> set[int]:
    """Of two places on one map that become one, the kept record's stays, and what was judged of the other goes along to it."""
    staying = _twice(model, Stakeholder, some, targets)
    for pk, account, contact in Stakeholder._base_manager.filter(pk__in=staying).values_list(
        "pk", "account", "contact"
    ):
        if model is Contact:
            contact = targets[contact]
        else:
            account = targets[account]
        kept = (
            Stakeholder._base_manager.filter(account=account, contact=contact, deleted_at=None).exclude(pk=pk).first()
        )
        if kept is not None:
            _judgements(rows, pk, kept.pk, next(iter(some[pk].values())))
    return staying


def _judgements(rows: Rows, gone: int, kept: int, merged: int) -> None:
    """What hangs on one place on a map, to the other one; what would stand twice, or lead to itself, stays."""
    for name, other in (("stakeholder", "superior"), ("superior", "stakeholder")):
        found = Judgement._base_manager.filter(**{f"{name}_id": gone}).exclude(**{f"{other}_id": kept})
        for pk in found.values_list("pk", flat=True):
            rows.set(Judgement, pk, merged, **{name: kept})
    for name, other in (("stakeholder", "influenced"), ("influenced", "stakeholder")):
        here = InfluenceLine._base_manager.filter(**{name: kept}).values(f"{other}_id")
        lines = InfluenceLine._base_manager.filter(**{f"{name}_id": gone}).exclude(**{f"{other}_id__in": here})
        for pk in lines.exclude(**{f"{other}_id": kept}).values_list("pk", flat=True):
            rows.set(InfluenceLine, pk, merged, **{name: kept})
    there = Counterpart._base_manager.filter(stakeholder=kept, deleted_at=None)
    main = there.filter(is_main=True).exists()
    for one in Counterpart._base_manager.filter(stakeholder=gone).exclude(person__in=there.values("person")):
        rows.set(Counterpart, one.pk, merged, stakeholder=kept, is_main=one.is_main and not main)
    for pk in RelationshipGrade._base_manager.filter(stakeholder=gone).values_list("pk", flat=True):
        rows.set(RelationshipGrade, pk, merged, stakeholder=kept)


def _stricter_consents(rows: Rows, model: Model, targets: Targets) -> None:
    """Where both have an entry for a purpose and channel, the kept one takes over what is stricter."""
    staying = rows.stay.get(Consent, {})
    if not staying or model is not Consent._meta.get_field("contact").related_model:
        return
    mine = {
        (one.contact_id, one.purpose, one.channel): one
        for one in Consent._base_manager.filter(contact__in=[targets[merged] for merged in staying.values()])
    }
    copied = [
        f.name
        for f in Consent._meta.concrete_fields
        if f.name not in {"id", "version", "created_at", "changed_at", "contact", "purpose", "channel"}
    ]
    for theirs in Consent._base_manager.filter(pk__in=staying, deleted_at=None):
        kept = mine[targets[theirs.contact_id], theirs.purpose, theirs.channel]
        is_stricter = _STRICTNESS.get(theirs.state, 0) > _STRICTNESS.get(kept.state, 0)
        if kept.deleted_at is not None or is_stricter:
            values = {name: getattr(theirs, Consent._meta.get_field(name).attname) for name in copied}  # type: ignore[union-attr]
            rows.set(Consent, kept.pk, theirs.contact_id, **values)


def _documents(rows: Rows, model: Model, targets: Targets) -> None:
    """What hangs on a merged record by type and number, and whose timeline it stands on."""
    for other in _hanging_on():
        ids = list(targets)
        hanging = other._base_manager.filter(subject_type=model._meta.label_lower, subject_id__in=ids)
        for pk, of in hanging.values_list("pk", "subject_id"):
            rows.set(other, pk, of, subject_id=targets[of])
        if model is AccountLink._meta.get_field("account").related_model:
            for pk, of in other._base_manager.filter(account_id__in=ids).values_list("pk", "account_id"):
                rows.set(other, pk, of, account_id=targets[of])


_RULES: dict[Model, Callable[[Rows, Model, Mapping[int, Mapping[str, int]], Targets], set[int]]] = {
    AccountLink: _links,
    Position: _positions,
    Stakeholder: _stakeholders,
}
