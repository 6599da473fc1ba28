"""The verbs that every noun has: add, change, discard (to the bin) and restore. Each is one transaction and one Event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import wraps
from typing import Any, ClassVar, Protocol, Self, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import search, search_texts
from kundenkreis.core.records import Record, Stale
from kundenkreis.history import trail
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.values import plain

Verb = TypeVar("Verb", bound=Callable[..., Any])


class Actor(Protocol):
    """Whoever does it: a person of staff. None means the house itself (a scheduled job)."""

    @property
    def pk(self) -> Any: ...

    def get_full_name(self) -> str: ...


def record_event(
    subject: models.Model,
    verb: str,
    *,
    by: Actor | None,
    now: dt.datetime | None = None,
    changes: dict[str, list] | None = None,
    batch: Batch | None = None,
    undoes: Event | None = None,
) -> Event:
    """Write that `verb` ("account.changed") happened to `subject`. Belongs into the transaction of the change itself."""
    account = getattr(subject, "timeline_account_id", None)
    return Event.objects.create(
        at=now or timezone.now(),
        actor_id=by.pk if by else None,
        actor_name=by.get_full_name()[:200] if by else "",
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_label=str(subject)[:200],
        changes=changes or {},
        account_id=account() if callable(account) else None,
        version=getattr(subject, "version", None),
        batch=batch,
        undoes=undoes,
    )


def join(part: Event, to: Event) -> None:
    """From now on the event `part` is taken back with the event `to`. Belongs into the transaction of both."""
    part.goes_with = to
    part.save(update_fields=["goes_with"])


def _told(verb: Verb) -> Verb:
    """A verb that was allowed when it looked, and that the database refused because somebody else was faster, says so in words."""

    @wraps(verb)
    def told(*args: Any, **values: Any) -> Any:
        try:
            return verb(*args, **values)
        except IntegrityError as broken:
            said = _("Somebody else has stored something at the same moment with which this does not go together.")
            raise ValidationError(said) from broken

    return cast(Verb, told)


class Recorded(Record):
    """A noun whose every change is history."""

    # Fields whose change is recorded without their values.
    secret_fields: ClassVar[frozenset[str]] = frozenset()
    # Foreign keys to the record that this one is a part of, in whose fate it shares when a batch is undone.
    part_of: ClassVar[tuple[str, ...]] = ()
    # Whether the bin deletes it for good after 30 days.
    leaves_the_bin: ClassVar[bool] = True
    # What the search box finds the record as, and the fields which that depends on (None: it is not searched).
    search_kind: ClassVar[int | None] = None
    searched_fields: ClassVar[frozenset[str]] = frozenset()
    # As what its text is found by its words, which depends on the same fields (None: it has none).
    text_kind: ClassVar[int | None] = None
    # The fields by whose change a record may become like another one (see `keep_alike`).
    alike_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        abstract = True

    def timeline_account_id(self) -> int | None:
        """The account on whose timeline this record's events stand, if any."""
        return getattr(self, "account_id", None)

    @classmethod
    def noun(cls) -> str:
        return cls._meta.model_name or ""

    @classmethod
    @_told
    @transaction.atomic
    def add(
        cls, *, by: Actor | None, now: dt.datetime | None = None, batch: Batch | None = None, **values: Any
    ) -> Self:
        """Make a record. Raises ValidationError, by field, and then nothing is written."""
        now = now or timezone.now()
        cls.complete([values], by)
        many, single = cls._split(values)
        record = cls(created_at=now, changed_at=now, **single)
        record.prepare(set(single))
        record.full_clean()
        record.save(force_insert=True)
        for name, related in many.items():
            getattr(record, name).set(related)
        changes = {
            name: [None, *record._shown(name)] for name in [*single, *many] if plain(values[name]) not in (None, "", [])
        }
        record_event(
            record,
            f"{cls.noun()}.added",
            by=by,
            now=now,
            changes=record._without_secrets(cls.told_apart(_from_nothing(changes))),
            batch=batch,
        )
        record.settle(set(values))
        return record

    @_told
    @transaction.atomic
    def change(
        self,
        *,
        by: Actor | None,
        now: dt.datetime | None = None,
        version: int | None = None,
        batch: Batch | None = None,
        undoes: Event | None = None,
        verb: str = "changed",
        **values: Any,
    ) -> Event | None:
        """Change fields. `version` is the one the person looked at.

        Returns the event, or None when nothing differs. Raises Stale when somebody else changed one of the same fields since that
        version (another field is no conflict), ValidationError by field otherwise; nothing is written then.
        """
        now = now or timezone.now()
        present = type(self)._base_manager.select_for_update(of=("self",)).get(pk=self.pk)
        if version is not None and version != present.version:
            self._refuse_if_overwritten(present, version, set(values))
        before = {name: present._shown(name) for name in values}
        touched = present._fill(values)
        changes = present._differing(before)
        if not changes:
            return None
        present.version += 1
        present.changed_at = now
        present.save(update_fields=[*touched, "version", "changed_at"])
        self.__dict__.update({k: v for k, v in present.__dict__.items() if k != "_prefetched_objects_cache"})
        event = record_event(
            present,
            f"{self.noun()}.{verb}",
            by=by,
            now=now,
            changes=self._without_secrets(changes),
            batch=batch,
            undoes=undoes,
        )
        self.settle(self.columns_of(changes))
        return event

    @transaction.atomic
    def discard(
        self,
        *,
        by: Actor | None,
        now: dt.datetime | None = None,
        batch: Batch | None = None,
        undoes: Event | None = None,
    ) -> Event:
        """Put it into the bin, from where it can be restored for 30 days."""
        return self._move(now or timezone.now(), "discarded", by, batch, undoes, into_bin=True)

    def restore(
        self,
        *,
        by: Actor | None,
        now: dt.datetime | None = None,
        batch: Batch | None = None,
        undoes: Event | None = None,
    ) -> Event:
        """Take it out of the bin. Raises ValidationError, with a sentence, when another record has taken its place meanwhile."""
        try:
            with transaction.atomic():
                self._refuse_if_replaced()
                return self._move(now or timezone.now(), "restored", by, batch, undoes, into_bin=False)
        except IntegrityError as taken:  # by somebody who was faster
            raise self._replaced() from taken

    @classmethod
    def complete(cls, rows: Sequence[dict[str, Any]], by: Actor | None) -> None:
        """What a room fills into the values of new records because of who adds them; changes the rows."""

    def prepare(self, touched: set[str]) -> set[str]:
        """A room's own derived columns before they are checked; returns the names of those it set."""
        return set()

    @classmethod
    def prepare_many(cls, records: Sequence[Self], touched: Sequence[set[str]]) -> None:
        """`prepare` for new records that are made at once; a room that draws numbers takes them as one block here."""
        for record, names in zip(records, touched, strict=True):
            record.prepare(names)

    @classmethod
    def refused(cls, rows: Sequence[Mapping[str, Any]]) -> dict[int, ValidationError]:
        """Which of many new rows `add` would refuse for another reason than the record's own fields, by their place."""
        return {}

    def columns_of(self, names: Iterable[str]) -> set[str]:
        """The columns in which fields stand by which history names a change, as far as anything is kept in step with them."""
        return set(names)

    def knows(self, name: str) -> bool:
        """Whether it has a field of this name that an undo may set back."""
        return name not in self.secret_fields and any(field.name == name for field in self._meta.get_fields())

    @classmethod
    def told_apart(cls, changes: dict[str, list]) -> dict[str, list]:
        """What a batch did to the columns of one record, by the names that its events have."""
        return changes

    def search_row(self) -> tuple:
        """(number, name, further text, number) as `core.search.index` takes it."""
        raise NotImplementedError

    def search_text(self) -> str:
        """What `core.search_texts` finds it by."""
        raise NotImplementedError

    def settle(self, changed: set[str]) -> None:
        """What is kept in step in the same transaction after a change: the search index, and what a room adds."""
        if self.text_kind is not None and changed & self.searched_fields:
            search_texts.put(self.text_kind, [(self.pk, self.search_text())])
        if changed & self.alike_fields or (self.alike_fields and "deleted_at" in changed):
            self.keep_alike([self])
        if self.search_kind is None:
            return
        if self.deleted_at is not None:
            search.remove(self.search_kind, [self.pk])
        elif changed & (self.searched_fields | {"deleted_at"}):
            search.index(self.search_kind, [self.search_row()])

    @classmethod
    def keep_alike(cls, records: Iterable[Self]) -> None:
        """Keep by which keys these records are found by others that may be the same."""

    @classmethod
    def settle_wholes(cls, whole: type[models.Model], ids: Collection[int]) -> None:
        """`settle` for records `ids` of `whole` whose parts (rows of this noun, see `part_of`) an undo has changed or deleted."""

    @classmethod
    def taken_back(cls, ids: Collection[int]) -> None:
        """What follows when the undo of a batch has given these records old values."""

    @classmethod
    def summed_on(cls, ids: Collection[int]) -> set[int]:
        """Numbers of the records that keep sums over these: an undo asks before and after it changes or deletes them."""
        return set()

    @classmethod
    def sum_again(cls, numbers: Collection[int]) -> None:
        """Bring the sums that these records keep over rows of this noun up to date (see `summed_on`)."""

    @classmethod
    def kept_over(cls, ids: Collection[int]) -> Mapping[str, Collection[int]]:
        """Of which other nouns' records a roll-up is kept over these: an undo asks before and after it changes or deletes them."""
        return {}

    @classmethod
    def keep_again(cls, found: Mapping[str, Collection[int]]) -> None:
        """Bring the roll-ups of these records into step (see `kept_over`)."""

    @classmethod
    def indispensable(cls, after: Mapping[int, Mapping[str, Any] | None]) -> set[int]:
        """Which of these records must stay as they are. `after` says what an undo would make of each: {column: value}, or None for gone."""
        return set()

    def _move(
        self,
        now: dt.datetime,
        verb: str,
        by: Actor | None,
        batch: Batch | None,
        undoes: Event | None,
        *,
        into_bin: bool,
    ) -> Event:
        moved = (
            type(self)
            ._base_manager.filter(pk=self.pk, deleted_at__isnull=into_bin)
            .update(deleted_at=now if into_bin else None, version=models.F("version") + 1, changed_at=now)
        )
        if not moved:
            raise ValidationError(_("It is in the bin already.") if into_bin else _("It is not in the bin."))
        self.refresh_from_db(fields=["deleted_at", "version", "changed_at"])
        self.settle({"deleted_at"})
        return record_event(self, f"{self.noun()}.{verb}", by=by, now=now, batch=batch, undoes=undoes)

    def _refuse_if_replaced(self) -> None:
        """Only what is not in the bin has to be unique: see what the database would say before it does."""
        present = type(self)._base_manager.select_for_update(of=("self",)).filter(pk=self.pk).first()
        if present is None:
            return
        present.deleted_at = None
        try:
            present.validate_constraints()
        except ValidationError as taken:
            raise self._replaced() from taken

    def _replaced(self) -> ValidationError:
        said = _("“%(record)s” cannot come back from the bin: another one has taken its place. Change that one.")
        return ValidationError(said, params={"record": self})

    @classmethod
    def _split(cls, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        many_names = {f.name for f in cls._meta.many_to_many}
        return {k: v for k, v in values.items() if k in many_names}, {
            k: v for k, v in values.items() if k not in many_names
        }

    def _shown(self, name: str) -> list:
        """[value] as JSON keeps it, and [value, name] where the value is a reference."""
        field: Any = self._meta.get_field(name)
        if field.many_to_many:
            related = sorted(getattr(self, name).all(), key=lambda r: r.pk)
            return [[r.pk for r in related], ", ".join(map(str, related))]
        if field.is_relation:
            return [getattr(self, field.attname), str(getattr(self, name) or "")]
        value = field.to_python(getattr(self, name))
        if isinstance(value, Decimal):
            value = value.normalize()
            return [format(value, "f")]
        return [plain(value)] if not hasattr(value, "_proxy____args") else [force_str(value)]

    def _fill(self, values: dict[str, Any]) -> set[str]:
        """Set the fields and check them; returns those to save. Raises ValidationError, by field."""
        many, single = self._split(values)
        for name, value in single.items():
            setattr(self, name, value)
        touched = set(single) | self.prepare(set(single))
        self.full_clean(exclude=[f.name for f in self._meta.fields if f.name not in touched])
        for name, related in many.items():
            getattr(self, name).set(related)
        return touched

    def _differing(self, before: Mapping[str, list]) -> dict[str, list]:
        """[from, to, name of from, name of to] of those fields that are not any more as they were shown before."""
        shown = {name: (was, self._shown(name)) for name, was in before.items()}
        return {n: [was[0], now[0], *was[1:], *now[1:]] for n, (was, now) in shown.items() if now[0] != was[0]}

    def _refuse_if_overwritten(self, present: Self, version: int, names: Iterable[str]) -> None:
        wanted = set(names)
        steps = trail.since(present, version)
        theirs = {name for step in steps for name in {*step.changes, *present.columns_of(step.changes)}} & wanted
        if len(steps) < present.version - version:  # a step without any trace: compare with what was read
            theirs |= {n for n in wanted if n in self.__dict__ and self._shown(n)[0] != present._shown(n)[0]}
        if theirs:
            raise Stale(present, {name: getattr(present, name) for name in theirs})

    def _without_secrets(self, changes: dict[str, list]) -> dict[str, list]:
        return {name: (["…", "…"] if name in self.secret_fields else values) for name, values in changes.items()}


def _from_nothing(changes: dict[str, list]) -> dict[str, list]:
    """[None, value, name] of a new record becomes [None, value, "", name], the shape that a change has."""
    return {n: [v[0], v[1], "", v[2]] if len(v) == 3 else v for n, v in changes.items()}
