"""Where texts of others name a person: every column that the inventory says is searched, table by table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models.functions import Cast
from django.utils.text import capfirst

from kundenkreis.activities.models import Activity
from kundenkreis.core import patience
from kundenkreis.customers.models import Contact
from kundenkreis.files.models import Document, DocumentText
from kundenkreis.privacy import inventory
from kundenkreis.privacy.holding import Category, Fate, Field, Holding
from kundenkreis.privacy.needles import Needles, around, each_text
from kundenkreis.privacy.person import Person

MOST = 200  # places that a preview shows
PATIENCE_MS = 800  # for one table, while somebody waits; the erasure itself reads all of it
_SLICE = 500


@dataclass(frozen=True)
class Mention:
    """One place in which a person is named. `place` is by what it is ruled out: "activities.activity:12:body"."""

    model: type[models.Model]
    pk: int
    field: str
    before: str
    found: str
    after: str
    in_file: bool = False

    @property
    def where(self) -> str:
        """What it stands in, for a person."""
        kind = capfirst(str(self.model._meta.verbose_name))
        if self.in_file:
            return kind
        field: Any = self.model._meta.get_field(self.field)
        return f"{kind} {self.pk}, {field.verbose_name}"

    @property
    def place(self) -> str:
        return f"{self.model._meta.label_lower}:{self.pk}:{self.field}"


def searched() -> list[tuple[Holding, type[models.Model], list[str]]]:
    """The tables with columns that are searched, and these columns; what stands in files is told apart.

    A note that is emptied with its own person may name somebody else as well: it is searched for her too.
    """
    found = []
    for line in inventory.holdings():
        model = inventory.model_of(line)
        names = [name for name, field in line.fields.items() if _is_searched(field)]
        if model is not None and names and model is not DocumentText:
            found.append((line, model, names))
    return found


def _is_searched(field: Field) -> bool:
    return field.fate is Fate.SEARCH or (
        field.fate is Fate.EMPTY and field.category in (Category.FREE_TEXT, Category.CUSTOM)
    )


@models.Field.register_lookup
class Roughly(models.Lookup):
    """`_body__roughly="%hub%r%"`: LIKE in any case. A tenth of what a regular expression costs, of which SQLite asks Python for each row."""

    lookup_name = "roughly"

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, values = self.process_lhs(compiler, connection)
        how = "ILIKE" if connection.vendor == "postgresql" else "LIKE"
        return f"{left} {how} %s", [*values, self.rhs]


def candidates(model: type[models.Model], names: list[str], needles: Needles, after: int = 0) -> Iterator[Any]:
    """Rows of a table whose texts may name her, by their number, read some hundred at a time. The database only looks roughly."""
    rough, texts = models.Q(), {}
    for name in names:
        # JSON is asked as the text that it is stored as; what it escapes the pattern knows too.
        texts[f"_{name}"] = Cast(name, models.TextField())
        for one in needles.rough():
            rough |= models.Q(**{f"_{name}__roughly": one})
    last = after
    while rough:
        rows = list(model._base_manager.annotate(**texts).filter(rough, pk__gt=last).order_by("pk")[:_SLICE])
        if not rows:
            return
        yield from rows
        last = rows[-1].pk


def own_rows(person: Person) -> dict[type[models.Model], models.Q]:
    """Texts in which her bare last name means her: activities with her or with her accounts."""
    with_her = models.Q(contact_id__in=person.contacts) | models.Q(participants__in=person.contacts)
    return {Activity: with_her | models.Q(account_id__in=person.accounts)}


def find(person: Person, needles: Needles, most: int = MOST) -> tuple[list[Mention], list[str]]:
    """Where she is named, `most` places at most, and the names of tables that were too long to be read while somebody waits."""
    found: list[Mention] = []
    unread: list[str] = []
    for _line, model, names in searched():
        try:
            with patience.at_most(PATIENCE_MS):
                found += _of_table(person, needles, model, names, most - len(found))
        except patience.TookTooLong:
            unread.append(str(model._meta.verbose_name_plural))
        if len(found) >= most:
            return found, unread
    try:
        with patience.at_most(PATIENCE_MS):
            found += in_files(person, needles, most - len(found))
    except patience.TookTooLong:
        unread.append(str(DocumentText._meta.verbose_name_plural))
    return found, unread


def _of_table(
    person: Person, needles: Needles, model: type[models.Model], names: list[str], most: int
) -> list[Mention]:
    found: list[Mention] = []
    for record, own in rows_to_read(person, needles, model, names):
        if model is Contact and record.pk in person.contacts:
            continue  # her own record goes as a whole
        pattern = needles.pattern(own=own)
        for name in names if pattern else ():
            for text in each_text(getattr(record, name)):
                if match := pattern.search(text):  # type: ignore[union-attr]
                    found.append(Mention(model, record.pk, name, *around(text, match)))
                    break
        if len(found) >= most:
            break
    return found


def rows_to_read(
    person: Person, needles: Needles, model: type[models.Model], names: list[str], after: int = 0
) -> Iterator[tuple[Any, bool]]:
    """(row, whether it is her own) of a table: those that match somewhere, and all that are her own."""
    own = own_rows(person).get(model)
    hers = set(model._base_manager.filter(own).values_list("pk", flat=True)) if own is not None else set()
    pattern = needles.pattern(own=False)
    seen: set[int] = set()
    for record in candidates(model, names, needles, after) if pattern else ():
        seen.add(record.pk)
        yield record, record.pk in hers
    for record in model._base_manager.filter(pk__in=hers - seen, pk__gt=after).order_by("pk"):
        yield record, True


def in_files(person: Person, needles: Needles, most: int = MOST) -> list[Mention]:
    """Documents of others in whose files she is named: a colleague decides what becomes of them."""
    pattern = needles.pattern(own=False)
    if pattern is None or most < 1:
        return []
    found = []
    hers = Document._base_manager.filter(subject_type="customers.contact", subject_id__in=person.contacts)
    gone = set(hers.values_list("pk", flat=True))
    for read in candidates(DocumentText, ["text"], needles):
        if read.pk not in gone and (match := pattern.search(read.text)):
            found.append(Mention(Document, read.pk, "text", *around(read.text, match), in_file=True))
            if len(found) >= most:
                break
    return found
