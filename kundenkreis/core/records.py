"""What every noun of the house is: a row with a version, two times and a bin."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Self

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models.lookups import In
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.prepared import Blank, listed


class Stale(Exception):
    """Somebody else changed the record since it was read.

    `theirs` maps each field that they changed to its present value, so that a door can show both side by side.
    """

    def __init__(self, record: models.Model, theirs: dict[str, Any]):
        self.record = record
        self.theirs = theirs
        super().__init__(f"{record._meta.label} {record.pk} was changed by somebody else: {sorted(theirs)}")


class RecordQuerySet(models.QuerySet):
    """Deny by default: a room that does not say who may see its noun shows it to nobody."""

    # Set on rows that are everything but these few numbers (a query), as long as nothing else is asked of them.
    everything_but: models.QuerySet | None = None

    def visible_to(self, user: Any) -> Self:
        return self.none()

    def living(self) -> Self:
        """Those that are not in the bin."""
        return self.filter(deleted_at=None)

    def in_bin(self) -> Self:
        return self.filter(deleted_at__isnull=False)

    def for_list(self) -> Self:
        """With everything that one row of its list shows, in a constant number of queries."""
        return self


class AskedOfEachRow(models.Exists):
    """EXISTS for rows that are walked. PostgreSQL would first gather everything that fits, to answer fifty rows out of a table of it."""

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="((%(subquery)s) IS NOT NULL)", **extra)


@models.ForeignKey.register_lookup
@models.Field.register_lookup
class OneOf(In):
    """`team_id__one_of=numbers`: as `team_id__in`, for a handful or hundreds of whole numbers.

    PostgreSQL's driver takes a query with more than fifty parameters apart anew each time it is asked; an array is one of them.
    """

    lookup_name = "one_of"

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        if not self.rhs:
            raise EmptyResultSet
        left, values = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::bigint[])", [*values, sorted(self.rhs)]


@models.ForeignKey.register_lookup
@models.Field.register_lookup
class GatheredFirst(In):
    """`pk__gathered=queryset`: as `pk__in`, for a few numbers from which the rows are to be read.

    PostgreSQL, which misjudges how many a union will bring, then walked the whole table instead; an array it always takes as the way in.
    """

    lookup_name = "gathered"

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        left, left_values = self.process_lhs(compiler, connection)
        numbers, values = self.process_rhs(compiler, connection)
        return f"{left} = ANY(ARRAY{numbers})", [*left_values, *values]


@models.ForeignKey.register_lookup
@models.Field.register_lookup
class Listed(models.Lookup):
    """`order_id__listed=numbers`: as `order_id__in`, for thousands of whole numbers that are at hand and are the way in.

    They are one parameter of the query, not thousands. PostgreSQL multiplied them by what it thought each brings, and read the whole
    table of ten million lines for those of a thousand orders; of an array that it cannot see it expects little.
    """

    lookup_name = "listed"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, values = self.process_lhs(compiler, connection)
        numbers = self.rhs if isinstance(self.rhs, Blank) else listed(self.rhs, connection.vendor)
        if connection.vendor == "postgresql":
            return f"{left} = ANY(ARRAY(SELECT unnest(%s::bigint[])))", [*values, numbers]  # noqa: S608 Django's own column
        return f"{left} IN (SELECT value FROM json_each(%s))", [*values, numbers]  # noqa: S608 Django's own column


@models.CharField.register_lookup
class ListedTexts(models.Lookup):
    """`number__listed=texts`: the same for texts. Thousands of parameters cost more than finding what they name."""

    lookup_name = "listed"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, values = self.process_lhs(compiler, connection)
        texts = list(self.rhs)
        if connection.vendor == "postgresql":
            return f"{left} = ANY(ARRAY(SELECT unnest(%s::text[])))", [*values, texts]  # noqa: S608 Django's own column
        listed = json.dumps(texts, ensure_ascii=False)
        return f"{left} IN (SELECT value FROM json_each(%s))", [*values, listed]  # noqa: S608 Django's own column


def reached_from(column: str, targets: models.QuerySet) -> models.Q:
    """That the record whose number stands in `column` is one of `targets`.

    Asked row by row, by its key, so that a page of a long list never gathers all of `targets` first; not asked at all when they
    are everything.
    """
    if not targets.query.where:
        return models.Q(**{f"{column}__isnull": False})
    if (few := getattr(targets, "everything_but", None)) is not None:
        return models.Q(**{f"{column}__isnull": False}) & ~models.Q(**{f"{column}__in": few})
    return models.Q(AskedOfEachRow(targets.order_by().filter(pk=models.OuterRef(column))))


def bin_index(name: str) -> models.Index:
    """The index from which a noun's bin is read; it costs nothing for what is not in the bin."""
    return models.Index(fields=["deleted_at"], name=name, condition=models.Q(deleted_at__isnull=False))


def null_characters(record: models.Model) -> dict[str, Any]:
    """What is wrong with its texts, by field: PostgreSQL keeps no null character, and verbs are called past the forms that refuse it."""
    texts = [f.name for f in record._meta.fields if isinstance(f, models.CharField | models.TextField)]
    return {name: _("Null characters are not allowed.") for name in texts if "\x00" in (getattr(record, name) or "")}


class Record(models.Model):
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("last change"), default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(_("in the bin since"), null=True, blank=True, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: models.Field) -> str:
        """As Django's, which puts all choices of the field into the reader's language to find the one; a list asks for each row."""
        value = getattr(self, field.attname)
        return force_str(_labels(field).get(value, value), strings_only=True)


@cache
def _labels(field: models.Field) -> dict[Any, Any]:
    """The labels of a field's choices, lazy where they are; its values are plain."""
    return dict(field.flatchoices)
