"""One change for many accounts: one Batch, one Event, before and after kept by chunk, so that it is undone as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from kundenkreis.core import bulk, search
from kundenkreis.customers.models import Account, Tag
from kundenkreis.fields.filling import put, work_out
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch, Event
from kundenkreis.staff.models import User

CHUNK = 2000


@dataclass(frozen=True)
class Change:
    """Columns of the account and the value that they get; or a tag that is put on; or a custom field (its key) and its stored value."""

    values: dict[str, Any]
    tag: Tag | None = None
    own: tuple[str, Any] | None = None

    @classmethod
    def owner(cls, person: User | None) -> Change:
        """A new owner, and with her the team."""
        return cls({"owner_id": person.pk if person else None, "team_id": person.team_id if person else None})

    @classmethod
    def tier(cls, tier: str) -> Change:
        return cls({"tier": tier})

    @classmethod
    def tagged(cls, tag: Tag) -> Change:
        return cls({}, tag)

    @classmethod
    def custom(cls, key: str, value: Any) -> Change:
        """A custom field gets a value, as `fields.values.stored` gives it; None takes its value away."""
        return cls({}, own=(key, value))

    def differing(self, accounts: models.QuerySet[Account]) -> models.QuerySet[Account]:
        """Those of `accounts` that the change would alter."""
        if self.tag is not None:
            has = Account.tags.through.objects.filter(account_id=models.OuterRef("pk"), tag_id=self.tag.pk)
            return accounts.filter(~models.Exists(has))
        same = models.Q()
        if self.own is not None:
            key, value = self.own
            there = models.Q(custom__has_key=key)
            same = ~there if value is None else there & models.Q(**{f"custom__{key}": value})
        for column, value in self.values.items():
            same &= models.Q(**{f"{column}__isnull": True}) if value is None else models.Q(**{column: value})
        # NULL is unequal to nothing in SQL: a condition that is neither true nor false must count as different.
        return accounts.exclude(pk__in=accounts.filter(same).values("pk"))


def edit(
    accounts: models.QuerySet[Account],
    change: Change,
    *,
    label: str,
    by: User,
    now: dt.datetime | None = None,
    progress: Callable[[int], None] | None = None,
) -> Batch:
    """Apply `change` to every account that it alters, in chunks of 2,000 in one transaction.

    `accounts` are those that the person may change (the door asks). `label` says in words what is done ("Owner: Ada Huber").
    """
    now = now or timezone.now()
    with transaction.atomic():
        batch = Batch.objects.create(
            kind="bulk_edit", label=label[:200], actor_id=by.pk, actor_name=by.get_full_name()[:200], started_at=now
        )
        ids = list(change.differing(accounts.order_by()).values_list("pk", flat=True))
        for number, start in enumerate(range(0, len(ids), CHUNK)):
            some = ids[start : start + CHUNK]
            apply(batch, number, some, change, now)
            if progress:
                progress(start + len(some))
        counts = {"customers.account": {"changed": len(ids)}}
        Batch.objects.filter(pk=batch.pk).update(state=Batch.State.DONE, counts=counts, ended_at=timezone.now())
        batch.refresh_from_db()
        tell(batch, by, now, len(ids))
    return batch


def apply(batch: Batch, number: int, ids: Sequence[int], change: Change, now: dt.datetime) -> None:
    """Chunk `number` of a batch: these accounts, which all differ. Belongs into a transaction."""
    if change.tag is not None:
        _tag(batch, number, ids, change, now)
    elif change.own is not None:
        _fill(batch, number, ids, change.own, now)
    else:
        _set(batch, number, ids, change.values, now)
        if "tier" in change.values:
            Account.sum_again(ids)
    Account._base_manager.filter(pk__in=ids).update(version=models.F("version") + 1, changed_at=now)


def _set(batch: Batch, number: int, ids: Sequence[int], values: dict[str, Any], now: dt.datetime) -> None:
    columns = list(values)
    rows = Account._base_manager.select_for_update().filter(pk__in=ids).values_list("pk", *columns)
    changed = [(*row, *values.values()) for row in rows]
    names = [Account._meta.get_field(column.removesuffix("_id")).name for column in columns]
    Account._base_manager.filter(pk__in=ids).update(**values)
    chunks.keep(batch, number, Account, fields=names, changed=changed, now=now)


def _fill(batch: Batch, number: int, ids: Sequence[int], own: tuple[str, Any], now: dt.datetime) -> None:
    """One custom field of these accounts, with what formulas make of it. A field that was retired meanwhile is left alone."""
    fields, (key, value) = Account.own_fields(), own
    field = fields.by_key.get(key)
    if field is None or field.is_retired:
        return
    changed = []
    for account in Account._base_manager.select_for_update(of=("self",)).filter(pk__in=ids):
        before, account.custom = account.custom, dict(account.custom)
        put(account.custom, field, value)
        work_out(account, fields)
        changed.append((account.pk, before, account.custom))
    bulk.update_rows(Account, ["id", "custom"], [(pk, after) for pk, _before, after in changed])
    chunks.keep(batch, number, Account, fields=["custom"], changed=changed, now=now)
    if field in fields.searched:
        search.index(search.ACCOUNT, [account.search_row() for account in Account.objects.living().filter(pk__in=ids)])


def _tag(batch: Batch, number: int, ids: Sequence[int], change: Change, now: dt.datetime) -> None:
    through: Any = Account.tags.through
    assert change.tag is not None
    first = bulk.reserve_ids(through, len(ids))
    rows = [(first + step, pk, change.tag.pk) for step, pk in enumerate(ids)]
    bulk.insert_rows(through, ["id", "account_id", "tag_id"], rows)
    chunks.keep(batch, number, through, added=[row[0] for row in rows], now=now)
    chunks.tell(batch, number, Account, ids, {"tags": [[], [change.tag.pk], "", change.tag.name]}, now=now)


def tell(batch: Batch, by: User, now: dt.datetime, count: int, verb: str = "edited") -> None:
    Event.objects.create(
        at=now,
        actor_id=by.pk,
        actor_name=by.get_full_name()[:200],
        verb=f"batch.{verb}",
        subject_type=batch._meta.label_lower,
        subject_id=batch.pk,
        subject_label=batch.label,
        changes={"accounts": [None, count]},
        batch=batch,
    )
