"""What a person's record holds is taken out of it: into a sealed place that only this room reads, or for good.

A nameless record stays in its place, set aside (`restricted_at`). So no list, search, export or page has to know of it: what is not
there cannot be shown.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kundenkreis.core import bulk, search
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account, Contact, Position
from kundenkreis.files.models import Document
from kundenkreis.history.values import plain
from kundenkreis.privacy import inventory, leads_forgotten, unnaming, unsaying
from kundenkreis.privacy.holding import Fate, Holding, Retention
from kundenkreis.privacy.person import Person
from kundenkreis.stakeholders import closing_up

ENCODER = DjangoJSONEncoder
Noun = type[Contact] | type[Account]
# Their rows go by another way: the record itself is emptied, search is told, history is marked, others' texts are searched.
_BY_OTHER_WAYS = {"customers.Contact", "customers.Account", "core.SearchEntry", "quality.SheetCell", "files.Document"}


def nameless(model: Noun, pk: int, *, erased: bool) -> str:
    """What the record is called from now on, in the language of the house."""
    with translation.override(House.known().language or "en"):
        if model is Contact:
            said = _("Erased person %(number)s") if erased else _("Restricted person %(number)s")
        else:
            said = _("Erased customer %(number)s") if erased else _("Restricted customer %(number)s")
        return said % {"number": pk}


def personal(model: Noun) -> list[str]:
    """The columns of a record that are emptied."""
    line = inventory.of(model)
    assert isinstance(line, Holding)
    gone = {Fate.EMPTY, Fate.BOOKS, Fate.SEARCH, Fate.DELETE}
    fields = [model._meta.get_field(name) for name, field in line.fields.items() if field.fate in gone]
    return [field.attname for field in fields if field.concrete and not field.many_to_many]  # type: ignore[union-attr]


def empty(record: Contact | Account, *, erased: bool, now: dt.datetime) -> dict[str, Any]:
    """Take out what a record holds, and set it aside; what it held, by column."""
    model: Noun = type(record)
    held = {name: plain(getattr(record, name)) for name in personal(model)}
    held |= {"deleted_at": plain(record.deleted_at), "restricted_at": plain(record.restricted_at)}
    for name in personal(model):
        setattr(record, name, _nothing(model._meta.get_field(name)))
    said = nameless(model, record.pk, erased=erased)
    named = {"family_name": said} if model is Contact else {"name": said, "language": record.language}
    for name, value in named.items():
        setattr(record, name, value)
    record.key = f"~{record.pk}"
    record.deleted_at, record.restricted_at, record.changed_at = record.deleted_at or now, now, now
    record.version += 1
    record.save(update_fields=[*personal(model), "deleted_at", "restricted_at", "changed_at", "version"])
    search.remove(model.search_kind, [record.pk])  # type: ignore[arg-type]
    model.keep_alike([record])  # type: ignore[list-item]
    return held


def _nothing(field: Any) -> Any:
    if field.null:
        return None
    return field.get_default() if field.has_default() else ""


def refill(record: Contact | Account, held: dict[str, Any]) -> None:
    """Put back what `empty` took out."""
    model = type(record)
    columns = {name: value for name, value in held.items() if name in {f.attname for f in model._meta.concrete_fields}}
    for name, value in columns.items():
        field: Any = model._meta.get_field(name)
        setattr(record, name, field.to_python(value))
    record.version += 1
    record.changed_at = timezone.now()
    record.save(update_fields=[*columns, "version", "changed_at"])
    record.refresh_from_db()
    if record.deleted_at is None:
        search.index(model.search_kind, [record.search_row()])  # type: ignore[arg-type]
    model.keep_alike([record])  # type: ignore[list-item]
    model.sum_again([record.pk])


def parts(person: Person) -> list[tuple[Holding, type[models.Model], models.QuerySet]]:
    """Rows of other tables that are deleted with a person: what she is made of, and what was calculated of her."""
    found = []
    for line in inventory.holdings():
        model = inventory.model_of(line)
        deleted = any(field.fate is Fate.DELETE for field in line.fields.values())
        if model is None or not deleted or line.what in _BY_OTHER_WAYS or not (line.contact or line.account):
            continue
        rows = person.rows(line, model)
        if rows is not None:
            found.append((line, model, rows))
    return found


def take_rows(person: Person) -> tuple[dict[str, list[dict[str, Any]]], int]:
    """Delete them. Those that could not be calculated again, as they were, by model; and how many there were."""
    kept: dict[str, list[dict[str, Any]]] = {}
    count = 0
    touched: set[int] = set()
    found = parts(person)
    for (
        line,
        model,
        rows,
    ) in found:  # all are read before any is deleted, because a row takes those that hang on it along
        some = list(rows.values(*(field.attname for field in model._meta.concrete_fields)))
        if model is Position:
            touched |= {row["account_id"] for row in some}
        if line.retention is not Retention.DERIVED and line.retention is not Retention.DAYS and some:
            kept[model._meta.label_lower] = [{name: plain(value) for name, value in row.items()} for row in some]
    for _line, _model, rows in found:
        count += rows.delete()[0]
    if touched:
        Account.sum_again(touched)
    return kept, count


def put_rows(kept: dict[str, list[dict[str, Any]]]) -> None:
    """Put back the rows that `take_rows` deleted, with their numbers; those whose other end is gone meanwhile stay away."""
    for line in inventory.holdings():  # in the inventory's order, which is that of the floors
        model = inventory.model_of(line)
        rows = kept.get(model._meta.label_lower, []) if model else []
        if model is None or not rows:
            continue
        fields = list(model._meta.concrete_fields)
        for row in rows:
            if all(_is_there(field, row.get(field.attname)) for field in fields if field.is_relation):
                values = [[field.to_python(row.get(field.attname)) for field in fields]]
                bulk.insert_rows(model, [field.attname for field in fields], values)


def _is_there(field: Any, number: Any) -> bool:
    return number is None or field.related_model._base_manager.filter(pk=number).exists()


def seal(record: Contact | Account, person: Person, now: dt.datetime) -> dict[str, Any]:
    """Everything of a person out of sight, so that `unseal` can put it back. Belongs into one transaction."""
    told = unsaying.parts_of(person)
    sealed: dict[str, Any] = {"records": [], "events": [], "chunks": {}, "merges": []}
    sealed["names"] = _unname(person)
    for model, ids in ((Contact, person.contacts), (Account, person.accounts)):
        for one in model._base_manager.select_for_update(of=("self",)).filter(pk__in=ids, restricted_at=None):
            label = nameless(model, one.pk, erased=False)
            sealed["records"].append([model._meta.label_lower, one.pk, empty(one, erased=False, now=now)])
            unsaying.unsay_events([(model._meta.label_lower, one.pk)], label, sealed["events"])
        rows = sealed["chunks"].setdefault(model._meta.label_lower, [])
        unsaying.unsay_chunks(model, ids, rows)
    label = nameless(type(record), record.pk, erased=False)
    told["files.document"] = set(documents_of(person).values_list("pk", flat=True))
    unsaying.unsay_events([(model, pk) for model, ids in told.items() for pk in ids], label, sealed["events"])
    for part in unsaying.PARTS:
        rows = sealed["chunks"].setdefault(part._meta.label_lower, [])
        unsaying.unsay_chunks(part, told[part._meta.label_lower], rows)
    sealed["merges"] = _unlabel_merges(person, label)
    sealed["documents"] = _off_timelines(person)
    mails = {text for text in addresses(sealed) if "@" in text}
    sealed["leads"] = leads_forgotten.take(person.contacts, mails)
    sealed["reporting"] = closing_up.close_up(person.contacts)
    sealed["rows"] = take_rows(person)[0]
    return sealed


def addresses(sealed: dict[str, Any]) -> set[str]:
    """The mail addresses and numbers that lie sealed."""
    held = [
        record.get(name) for _label, _pk, record in sealed.get("records", []) for name in ("email", "phone", "mobile")
    ]
    points = [row["value"] for row in sealed.get("rows", {}).get("customers.contactpoint", []) if row["kind"] != "web"]
    return {text for text in (*held, *points) if text}


def _off_timelines(person: Person) -> list[list[int]]:
    """Her documents stand on no account's timeline; on which they did."""
    rows = documents_of(person).exclude(account_id=None)
    before = [list(row) for row in rows.values_list("pk", "account_id")]
    rows.update(account_id=None)
    return before


def documents_of(person: Person) -> models.QuerySet:
    """Documents that hang on the person herself."""
    hers = models.Q(subject_type="customers.contact", subject_id__in=person.contacts)
    return Document._base_manager.filter(
        hers | models.Q(subject_type="customers.account", subject_id__in=person.accounts)
    )


def _unname(person: Person) -> list[list[Any]]:
    """Out of what history tells of others, as long as her records still say what she is called."""
    labels: dict[type[models.Model], dict[int, str]] = {}
    names: dict[str, str] = {}
    for model, ids in ((Contact, person.contacts), (Account, person.accounts)):
        labels[model] = {pk: nameless(model, pk, erased=False) for pk in ids}
        names |= {str(one): labels[model][one.pk] for one in model._base_manager.filter(pk__in=ids)}
    return unnaming.unname(person, labels, {name: said for name, said in names.items() if len(name) > 3})


def _unlabel_merges(person: Person, label: str) -> list[list]:
    line, model = inventory.lines()["quality.Merge"], inventory.model_of(inventory.lines()["quality.Merge"])
    assert isinstance(line, Holding)
    assert model is not None
    rows = person.rows(line, model)
    if rows is None:
        return []
    before = [list(row) for row in rows.values_list("pk", "kept_label", "gone_label")]
    rows.update(kept_label=label[:200], gone_label=label[:200])
    return before


def unseal(sealed: dict[str, Any]) -> None:
    """Put everything back where it was. Belongs into one transaction."""
    from django.apps import apps

    for label, pk, held in sealed.get("records", []):
        record = apps.get_model(label)._base_manager.filter(pk=pk).first()
        if record is not None:
            refill(record, held)
    leads_forgotten.put(sealed.get("leads", {}))
    put_rows(sealed.get("rows", {}))
    closing_up.open_again(sealed.get("reporting", []))
    for pk, account in sealed.get("documents", []):
        Document._base_manager.filter(pk=pk).update(account_id=account)
    unsaying.say_again(sealed.get("events", []))
    unnaming.name_again(sealed.get("names", []))
    for kept in sealed.get("chunks", {}).values():
        unsaying.say_chunks_again(kept)
    merge = inventory.model_of(inventory.lines()["quality.Merge"])
    assert merge is not None
    for pk, kept_label, gone_label in sealed.get("merges", []):
        merge._base_manager.filter(pk=pk).update(kept_label=kept_label, gone_label=gone_label)
    for label, pk, _held in sealed.get("records", []):
        record = apps.get_model(label)._base_manager.filter(pk=pk, deleted_at=None).first()
        if record is not None:  # what it is found and told apart by reads its parts, which are there again
            search.index(record.search_kind, [record.search_row()])
            type(record).keep_alike([record])
            type(record).sum_again([record.pk])
