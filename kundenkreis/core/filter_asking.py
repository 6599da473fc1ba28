"""Conditions, groups and relations that were understood, and what they ask of the database (see `filters`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from kundenkreis.core.filter_kinds import OPERATIONS, Operation
from kundenkreis.core.filter_nouns import BadFilter, Filter, Reading, Relation
from kundenkreis.core.filter_writing import values_of
from kundenkreis.core.records import AskedOfEachRow


@dataclass(frozen=True)
class Condition:
    """One condition; a relation's has `parts` that its records must fulfil and the person `by` whom they are asked."""

    filter: Filter
    operation: str
    values: tuple[Any, ...]
    texts: tuple[str, ...]
    param: str
    parts: tuple[Part, ...] = ()
    by: Any = None

    @property
    def name(self) -> str:
        return self.filter.name

    def q(self) -> Q:
        """The condition for a queryset, asked row by row."""
        if self.filter.relation is not None:
            here = self._of_relation(self.filter.relation)
            return here if self.operation == "with" else ~here
        if self.filter.many is not None:
            return self._of_many()
        if self.filter.asks is not None:
            return self._asked(self.filter.asks)
        return OPERATIONS[self.filter.kind][self.operation].q(self.filter, self.values)

    def _of_relation(self, relation: Relation) -> Q:
        """That there is one of its records, by whatever way they lead to the row."""
        # Whether there is anything at all decides hardly any row, or nearly every one: PostgreSQL chooses better itself.
        ask = AskedOfEachRow if self.parts else Exists
        if relation.ways and _together(self):
            return Q(ask(_of_one_row(self, relation)))
        found = Q()
        for way in (relation.here, *relation.ways):
            found |= Q(ask(related(self).filter(**{way: OuterRef(relation.there)})))
        return found

    def _asked(self, asks: Callable[[str], Q]) -> Q:
        """That one of the values holds, by the condition that each has; "is not" and "is empty" that none does."""
        values = self.texts or tuple(self.filter.labels())
        found = Q()
        for value in values:
            found |= asks(value)
        return ~found if self.operation in ("not", "empty") else found

    def _of_many(self) -> Q:
        """That one of the other rows fulfils it; "is not" and "is empty" that none does."""
        many = self.filter.many
        assert many is not None
        rows = many.rows()
        denied = {"not": "in", "empty": "filled"}.get(self.operation)
        operation = denied or self.operation
        if operation != "filled":
            rows = rows.filter(OPERATIONS[self.filter.kind][operation].q(self.filter, self.values))
        if many.are_few:
            found = Q(**{f"{many.there}__in": rows.values(many.here)})
        else:
            found = Q(AskedOfEachRow(rows.filter(**{many.here: OuterRef(many.there)})))
        return ~found if denied else found


@dataclass(frozen=True)
class Group:
    """Parts of which all, any or none hold."""

    joined: str
    parts: tuple[Part, ...]
    param: str

    @property
    def name(self) -> str:
        return self.joined

    def q(self) -> Q:
        if self.joined == "all":
            return all_of(self.parts)
        whole = Q()
        for part in _cheapest_first(self.parts):
            whole |= part.q()
        return ~whole if self.joined == "none" else whole


Part = Condition | Group


def all_of(parts: Iterable[Part]) -> Q:
    """That all of these hold."""
    whole = Q()
    for part in _cheapest_first(parts):
        whole &= part.q()
    return whole


def _cheapest_first(parts: Iterable[Part]) -> list[Part]:
    """What the row itself answers before what other records must be asked for: databases stop at the first answer that decides."""

    def elsewhere(part: Part) -> int:
        return sum(1 for one in leaves((part,)) if one.filter.relation or one.filter.many or one.filter.asks)

    return sorted(parts, key=elsewhere)


def related(one: Condition, *, single: bool = False) -> QuerySet:
    """The records that a relation's condition asks for, of whatever row; `single` leaves out what is asked of all of them together."""
    relation, together = _relation(one), _together(one)
    rows = relation.rows(one.by)
    for part in one.parts:
        if part not in together:
            rows = rows.filter(part.q())
    if single or not together:
        return rows.order_by()
    # Asked of all the records of one row together: grouped by what leads back to it.
    return _summed(rows, together, relation.here)


def _together(one: Condition) -> list[Condition]:
    """What is asked of all the records of a row together."""
    return [part for part in one.parts if isinstance(part, Condition) and part.filter.total is not None]


def asks_together(one: Condition) -> bool:
    """Whether something is asked of all the records of a row together: their number, their sum."""
    return bool(_together(one))


def _of_one_row(one: Condition, relation: Relation) -> QuerySet:
    """The records of one row to which several ways lead, each once, if all of them together are as asked."""
    together, there = _together(one), OuterRef(OuterRef(relation.there))
    rows = relation.rows(one.by)
    plain = rows.model._base_manager
    first, *others = [plain.filter(**{way: there}).order_by().values("pk") for way in (relation.here, *relation.ways)]
    # The few that lead here are looked at, not all of the last 90 days for each row.
    rows = rows.filter(pk__gathered=first.union(*others))
    if singly := [part for part in one.parts if part not in together]:
        rows = rows.filter(walked(all_of(singly)))
    # None of them is in the bin, so that this is one group.
    return _summed(rows, together, "deleted_at")


class Walked(Case):
    """A condition in a shape from which no planner takes an index. Whatever compiles inside it can see that (`compiler.walks`)."""

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> Any:
        compiler.walks = True
        try:
            return super().as_sql(compiler, connection, *args, **extra)
        finally:
            compiler.walks = False


def walked(condition: Q) -> Walked:
    """The condition asked of one row after the other, so that another index leads: the sorting's, or the key's."""
    return Walked(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def _summed(rows: QuerySet, together: Iterable[Condition], by: str) -> QuerySet:
    """The groups whose sums are as asked."""
    rows = rows.order_by().values(by)
    for part in together:
        rows = rows.annotate(**{f"total_{part.filter.name}": part.filter.total})
    for part in together:
        rows = rows.filter(OPERATIONS["number"][part.operation].q(_on_total(part.filter), part.values))
    return rows


def _relation(one: Condition) -> Relation:
    assert one.filter.relation is not None
    return one.filter.relation


def _on_total(asked: Filter) -> Filter:
    return Filter(asked.name, "number", asked.label, f"total_{asked.name}")


def leaves(parts: Iterable[Part]) -> Iterator[Condition]:
    """The conditions in these parts and their groups; not those on a relation's records."""
    for part in parts:
        if isinstance(part, Group):
            yield from leaves(part.parts)
        else:
            yield part


def condition_of(asked: Filter, rest: str, reading: Reading, written: str, parts: tuple[Part, ...] = ()) -> Condition:
    """The condition that `operation:values` is for this filter. Raises BadFilter."""
    operation, _colon, values = rest.partition(":")
    operations = OPERATIONS[asked.kind]
    if operation not in operations:
        raise BadFilter(
            _("“%(label)s” does not know the condition “%(operation)s”. It knows: %(known)s.")
            % {"label": asked.label, "operation": operation[:40], "known": ", ".join(operations)}
        )
    how = operations[operation]
    texts = tuple(values_of(values))
    _check_number(asked, how, texts)
    read = tuple(how.read(asked, one, reading) for one in texts or how.unsaid)
    return Condition(asked, operation, read, texts, written, parts, reading.by if asked.relation else None)


def _check_number(asked: Filter, how: Operation, texts: tuple[str, ...]) -> None:
    least, most = how.count
    if len(texts) < least:
        raise BadFilter(_("“%(label)s” needs a value to compare with.") % {"label": asked.label})
    if len(texts) > most:
        raise BadFilter(_("“%(label)s” has too many values.") % {"label": asked.label})
