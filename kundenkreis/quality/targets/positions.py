"""The positions that rows of contacts name: several at different accounts for one person, the first of them her main one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from kundenkreis.core import bulk, clock
from kundenkreis.core.bulk_frames import insert_frame
from kundenkreis.customers.models import Contact, Position
from kundenkreis.quality.targets.base import Job, Kept, Outcome, Runs, with_defaults
from kundenkreis.quality.targets.by_columns import NewAlike
from kundenkreis.quality.targets.changes import Changes
from kundenkreis.quality.targets.rows import Row
from kundenkreis.quality.targets.shapes import shape_of

SAID = ("job_title", "department")


class Places:
    """`own` are the contacts that this run has added."""

    def __init__(self, job: Job, own: Runs) -> None:
        self.job, self.own, self.shape = job, own, shape_of(Position)
        self.added = job.own(Position)
        self.rehearsed: dict[int, dict[int, Position]] = defaultdict(dict)  # by contact and account
        self.has_main: set[int] = set()

    def store(self, rows: list[Row], changes: Changes, outcome: Outcome) -> None:
        """Add and change positions, and tell `changes` of contacts whose copy of the main one is another now."""
        held = self._held({row.record.pk for row in rows} - {row.record.pk for row in rows if row.state == "added"})
        new: list[Any] = []
        before: dict[int, tuple[Position, list[str]]] = {}  # changed stored positions, and what they said
        for row in rows:
            account, said = row.values["account"], {n: row.values[n] for n in SAID if n in row.values}
            position = held[row.record.pk].get(account.pk)
            if position is None:
                if not self.job.may_add:
                    continue
                main = row.record.pk not in self.has_main
                position = self.shape.empty()
                position.contact_id, position.account_id, position.is_main = row.record.pk, account.pk, main
                for name, text in said.items():
                    setattr(position, name, text)
                held[row.record.pk][account.pk] = position
                new.append(position)
            elif any(getattr(position, n) != text for n, text in said.items()) and self.job.may_change:
                if position.pk is not None:
                    before.setdefault(position.pk, (position, [getattr(position, n) for n in SAID]))
                for name, text in said.items():
                    setattr(position, name, text)
            else:
                continue
            row.state = "changed" if row.state == "unchanged" else row.state
            if position.is_main:
                self.has_main.add(row.record.pk)
                self._copy(position, row.record, account, changes)
        if new:
            kept = self.job.add_records(new)
            self.added.add(kept.added)  # type: ignore[arg-type]
            outcome.kept.append(kept)
            outcome.counts["positions_added"] += len(new)
        self._change(before, outcome)

    def copy_alike(self, new: NewAlike) -> None:
        """The contacts' own copies of their main positions, as `make` gives them to a new one."""
        accounts = new.alike.referred["account"]
        titles = new.alike.cells("job_title")
        new.put(
            main_account_id=[account and account.pk for account in accounts],
            job_title=[(account and title) or "" for account, title in zip(accounts, titles, strict=True)],
        )

    def store_alike(self, new: NewAlike, ids: Sequence[int], outcome: Outcome) -> None:
        """The first positions of new people, stored by columns."""
        import polars as pl

        frame = new.frame.select(contact_id="id", account_id="main_account_id")
        said = [pl.Series(name, new.alike.cells(name), dtype=pl.String).fill_null("") for name in SAID]
        frame = frame.with_columns(*said).drop_nulls("account_id")
        if not frame.height:
            return
        kept = Kept(Position, self.job.new_ids(Position, frame.height))
        self.added.add(kept.added)  # type: ignore[arg-type]
        frame = frame.with_columns(pl.Series("id", kept.added, dtype=pl.Int64), pl.lit(True).alias("is_main"))
        insert_frame(Position, with_defaults(Position, frame, self.job))
        outcome.kept.append(kept)
        outcome.counts["positions_added"] += frame.height

    def _held(self, contacts: set[int]) -> dict[int, dict[int, Position]]:
        """The positions that these people have now, by contact and account. Notes who has a main one, even if it has ended."""
        held = self.rehearsed if not self.job.write else defaultdict(dict)
        stored = sorted(pk for pk in contacts if pk > 0)
        self.has_main = {pk for pk, some in held.items() if any(p.is_main for p in some.values())}
        lasting = Position.objects.living().filter(Q(ends_on=None) | Q(ends_on__gte=clock.today()))
        mains = Position.objects.living().filter(is_main=True)
        for start in range(0, len(stored), 5000):
            some = stored[start : start + 5000]
            self.has_main |= set(mains.filter(contact__in=some).values_list("contact_id", flat=True))
            for position in lasting.filter(contact__in=some).order_by("pk"):
                held[position.contact_id].setdefault(position.account_id, position)
        return held

    def _copy(self, position: Position, contact: Contact, account: Any, changes: Changes) -> None:
        """The contact's own copy of its main position, as `Position.settle` keeps it."""
        copies = {"main_account_id": account.pk, "job_title": position.job_title}
        before = {n: getattr(contact, n) for n, value in copies.items() if getattr(contact, n) != value}
        if before:
            contact.main_account, contact.job_title = account, position.job_title
            if self.job.write:
                changes.note(contact, before)

    def _change(self, before: dict[int, tuple[Position, list[str]]], outcome: Outcome) -> None:
        if not before:
            return
        positions = [position for position, _said in before.values()]
        for position in positions:
            position.version += position.pk not in self.added  # by the first version undo knows what is this run's own
            position.changed_at = self.job.now
        if self.job.write:
            columns = ["id", *SAID, "version", "changed_at"]
            bulk.update_rows(Position, columns, ([getattr(p, c) for c in columns] for p in positions))
        kept = [[p.pk, *said, *(getattr(p, n) for n in SAID)] for p, said in before.values() if p.pk not in self.added]
        if kept:
            outcome.kept.append(Kept(Position, (), SAID, kept))
