"""Accounts: companies and persons, with owner, place in a hierarchy, and tags left to the screens."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, ClassVar

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kundenkreis.activities import touching
from kundenkreis.core.numbering import next_numbers
from kundenkreis.core.text import fold
from kundenkreis.customers import checks, sealed_addresses
from kundenkreis.customers.models import Account, AccountLink, Contact
from kundenkreis.customers.models.accounts import RHYTHM
from kundenkreis.customers.placing import place_many
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch, BatchChunk
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.models import ImportProblem
from kundenkreis.quality.targets import references
from kundenkreis.quality.targets.alike import Alike
from kundenkreis.quality.targets.base import Job, Kept, MatchKey, Outcome, Problem, Target
from kundenkreis.quality.targets.by_columns import NewAlike
from kundenkreis.quality.targets.changes import Changes
from kundenkreis.quality.targets.records import Key, Records, Row
from kundenkreis.quality.targets.rows import rows_of
from kundenkreis.staff import access
from kundenkreis.staff.models import User

if TYPE_CHECKING:
    import polars as pl

    from kundenkreis.quality.reading import Source

FIELDS = (
    FieldSpec("number", _("account number"), synonyms=("customer id", "customer number", "kundennummer")),
    FieldSpec("name", _("name"), required=True, synonyms=("account", "company", "firma", "kunde")),
    FieldSpec("kind", _("kind")),
    FieldSpec("relation", _("relation"), synonyms=("beziehung",)),
    FieldSpec("tier", _("tier"), synonyms=("class", "abc", "klasse")),
    FieldSpec(
        "touch_days", _("days between two touches"), "integer", synonyms=("rhythm", "rhythmus", "kontaktrhythmus")
    ),
    FieldSpec("touch_reason", _("why so often")),
    FieldSpec("industry", _("industry"), synonyms=("sector", "branche")),
    FieldSpec("employees", _("employees"), "integer", synonyms=("mitarbeiter",)),
    FieldSpec("language", _("language of documents"), "language", synonyms=("sprache",)),
    FieldSpec("currency", _("currency"), "currency", synonyms=("währung",)),
    FieldSpec("vat_id", _("VAT ID (UID)"), synonyms=("uid", "vat number", "ust id", "umsatzsteuer id")),
    FieldSpec("register_number", _("company register number"), synonyms=("firmenbuchnummer", "fn")),
    FieldSpec("gln", _("GLN")),
    FieldSpec("iban", _("IBAN"), synonyms=("bank account", "bankverbindung", "kontonummer", "konto iban")),
    FieldSpec("email", _("e-mail"), "email"),
    FieldSpec("phone", _("phone"), "phone"),
    FieldSpec("website", _("website"), synonyms=("url", "homepage", "web")),
    FieldSpec("street", _("street"), synonyms=("address", "straße", "adresse")),
    FieldSpec("postcode", _("postcode"), synonyms=("zip", "plz")),
    FieldSpec("place", _("place"), synonyms=("city", "town", "ort")),
    FieldSpec("country", _("country"), "country", synonyms=("land", "office location")),
    FieldSpec("owner", _("owner"), synonyms=("account manager", "betreuer", "verantwortlich")),
    FieldSpec("team", _("team")),
    FieldSpec("territory", _("territory"), synonyms=("region", "gebiet")),
    FieldSpec("customer_since", _("customer since"), "date", synonyms=("kunde seit",)),
    FieldSpec("description", _("description"), synonyms=("note", "bemerkung")),
    FieldSpec("person", _("person"), synonyms=("contact e-mail", "contact", "kontakt", "kontaktperson")),
    FieldSpec("parent", _("belongs to"), synonyms=("subsidiary of", "parent", "parent account", "mutter", "konzern")),
)
OWN = {"parent"}
# Places in the hierarchy that are stored in one transaction: at most so many, and no more than take that long (seconds),
# so that others wait for it no longer than for an edit.
LINKS, PATIENCE = 500, 0.04
REACHED = ("email", "phone")  # by which a private customer is reached


class Accounts(Records):
    model = Account
    noun = "accounts"
    fields = FIELDS
    columns_of = {spec.name: spec.name for spec in FIELDS if spec.name not in OWN}
    special = {"description": {"multiline": True}, "name": {"max_length": 200}}
    lenient = frozenset({"phone"})
    by_itself: ClassVar[Mapping[str, Callable[[str], str] | None]] = {
        "number": None, "name": None, "industry": None, "employees": None, "email": None, "phone": None, "website": None,
        "street": None, "postcode": None, "place": None, "customer_since": None, "description": None, **Account.CHECKED,
    }  # fmt: skip
    needed = ("name",)
    apart = frozenset({"person"})
    unique = ("number",)

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.parents: list[tuple[int, int, str]] = []  # row, account, name of its parent
        self.names: dict[str, str] = {}  # of parents: one string for all rows that name it
        self.links = min(LINKS, 100)
        self.persons: dict[
            int, int
        ] = {}  # whose own account is which; of new ones, that have no number yet, the row's below zero
        self.teams: dict[int, int | None] = {}  # of the people who are given accounts
        self.may_bring_banks = job.by is None or access.may(job.by, "accounts.see_bank")
        self.sealed: set[str] = set()  # texts of the rows at hand that are a restricted person's address
        self.sees_all = job.reach("accounts.see").everything

    def key_of(self, row: Row) -> Key | None:
        by, values = self.job.run.match_by, row.values
        if by == "name":
            return (fold(values["name"])[:200],)
        if by == "name_postcode":
            return (fold(values["name"])[:200], values["postcode"]) if "postcode" in values else None
        if by == "vat_id" and "vat_id" in values:
            try:
                return (checks.uid(values["vat_id"], values.get("country", "")),)
            except checks.BadValue:
                return (values["vat_id"],)
        if by == "email" and "email" in values:
            return (values["email"].strip().lower(),)
        return (values[by],) if by in values else None

    def keyed_by(self) -> tuple[str, ...]:
        return ("vat_id", "country") if self.job.run.match_by == "vat_id" else super().keyed_by()

    def find(self, keys: Sequence[Key]) -> dict[Key, list[int]]:
        by = self.job.run.match_by
        if by == "name_postcode":
            found: dict[Key, list[int]] = defaultdict(list)
            wanted = set(keys)
            for pk, key, postcode in (
                Account.objects.living().filter(key__listed={k[0] for k in keys}).values_list("pk", "key", "postcode")
            ):
                if (key, postcode) in wanted:
                    found[key, postcode].append(pk)
            return found
        column = {"name": "key"}.get(by, by)
        # The indexes of what may be empty leave that out, and are used only when it is said.
        filled = [~Q(**{column: ""})] if by in ("email", "vat_id") else []
        return self.by_column(column, keys, *filled, **({} if by == "number" else {"deleted_at": None}))

    def is_unique(self) -> bool:
        return self.job.run.match_by == "number"

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        self.sealed = sealed_addresses.taken(str(row.values.get(name) or "") for row in rows for name in REACHED)
        rows = self.replace(rows, "owner", references.people, "unknown_person", outcome)
        rows = self.replace(rows, "team", references.teams, "unknown_team", outcome)
        rows = self.replace(rows, "territory", references.territories, "unknown_territory", outcome)
        rows = self.replace(rows, "person", self._contacts, "no_contact", outcome)
        if self.job.run.match_by != "number":
            rows = self._free_numbers(rows, outcome)
        for row in rows:
            if (owner := row.values.pop("owner", None)) is not None:
                row.values["owner"] = owner.pk
                self.teams[owner.pk] = owner.team_id
            for name in ("team", "territory", "person"):
                if hasattr(row.values.get(name), "pk"):
                    row.values[name] = row.values[name].pk
        return rows

    def _contacts(self, texts: list[str]) -> Mapping[str, Contact]:
        """The people whose own accounts the rows are, and which accounts are theirs already."""
        found = references.contacts(texts, self.job.reach("contacts.see"))
        ids = {contact.pk for contact in found.values()}
        held = Account._base_manager.filter(person__in=ids).values_list("person_id", "pk")
        self.persons |= dict(held)
        return found

    def _free_numbers(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        """A number is unique: one that another account has is refused here, with words, not by the database."""
        keys = [(row.values["number"],) for row in rows if "number" in row.values]
        taken = {key[0]: some[0] for key, some in self.by_column("number", keys).items()} if keys else {}
        doubtful = [key for row in rows if row.values.get("number") in taken and (key := self.key_of(row))]
        found = self._standing(doubtful)
        good: list[Row] = []
        given: set[str] = set()
        for row in rows:
            number = row.values.get("number")
            same = found.get(self.key_of(row) or (), [])
            if number is not None and (number in given or (number in taken and taken[number] not in same)):
                self.refuse(outcome, row, "number", "taken", value=number)
            else:
                given |= {number} if number is not None else set()
                good.append(row)
        return good

    def make(self, row: Row) -> Account:
        """A new account belongs to the person who brings it, if she would not see it otherwise or names herself.

        One that is somebody's own is an account of the kind “person”, unless the row says otherwise.
        """
        account: Account = self.shape.empty()
        account.language = "de" if row.values.get("country", "AT") in ("AT", "DE", "CH", "LI") else "en"
        if "person" in row.values:
            account.kind = Account.Kind.PERSON
        by: User | None = self.job.by
        if by is not None and (not self.sees_all if "owner" not in row.values else row.values["owner"] == by.pk):
            account.owner, account.team_id = by, by.team_id
        return account

    def agree(self, row: Row) -> None:
        """Whoever gets the account brings her team, if the row does not say another one.

        What is known by a merged account's name or number tells of the kept one only what that lacks.
        """
        record, column = row.record, {"name": "key"}.get(self.job.run.match_by, self.job.run.match_by)
        if row.state != "added" and row.key and getattr(record, column, row.key[0]) != row.key[0]:
            row.values = {
                n: v for n, v in row.values.items() if getattr(record, self.attnames.get(n, n), "") in ("", None)
            }
        owner = row.values.get("owner")
        if owner is not None and owner != row.record.owner_id:
            row.values.setdefault("team", self.teams[owner])

    def forbid(self, row: Row, differs: set[str]) -> Problem | None:
        refused = access.not_hers_to_assign(self.job.by, (column.removesuffix("_id") for column in differs))
        if refused:
            return Problem(row.number, refused[0], "may_not_assign")
        if "iban" in differs and not self.may_bring_banks:
            return Problem(row.number, "iban", "may_not_see")
        if self.sealed and row.values.get("kind", row.record.kind) == Account.Kind.PERSON:
            brings = [name for name in REACHED if name in differs and row.values.get(name) in self.sealed]
            if brings:  # whose address it is is not said
                return Problem(row.number, brings[0], "restricted")
        return self._claim_person(row) if "person_id" in differs else None

    def _claim_person(self, row: Row) -> Problem | None:
        """A person has one account at most; one that another account has is refused here, with words, not by the database."""
        mine = row.record.pk or -row.number
        if self.persons.setdefault(row.values["person"], mine) != mine:
            return Problem(
                row.number, "person", "has_account", {"value": str(Contact.objects.get(pk=row.values["person"]))}
            )
        return None

    def refer_alike(self, alike: Alike) -> tuple[Alike, pl.DataFrame]:
        """What brings a restricted person's address, or a bank account that this person may not bring, goes the usual way to be told."""
        columns = [alike.cells(name) for name in REACHED]
        sealed = sealed_addresses.taken(text for cells in columns for text in cells if text)
        banks = alike.cells("iban") if not self.may_bring_banks else [None] * alike.height
        rows = zip(zip(*columns, strict=True), banks, strict=True)
        return alike.split(not sealed.intersection(texts) and bank is None for texts, bank in rows)

    def free(self, alike: Alike) -> Iterable[bool]:
        """An account's number is unique, also where it is matched by something else."""
        if self.job.run.match_by == "number" or "number" not in alike.raw.columns:
            return super().free(alike)
        numbers = alike.cells("number")
        taken = self.by_column("number", [(number,) for number in numbers if number is not None])
        return ((number,) not in taken for number in numbers)

    def number_new(self, rows: list[Row], new: NewAlike | None) -> None:
        """In the order of the file."""
        given = new.frame["number"].to_list() if new else []
        lacking = [row.number for row in rows if not row.record.number]
        lacking += [row for row, number in zip(new.numbers, given, strict=True) if not number] if new else []
        if not lacking or not self.job.write:
            return
        drawn = dict(zip(sorted(lacking), next_numbers("account", len(lacking), "K-"), strict=True))
        for row in rows:
            row.record.number = row.record.number or drawn[row.number]
        if new:
            new.put(number=[number or drawn[row] for row, number in zip(new.numbers, given, strict=True)])

    def _change(self, rows: list[Row], changes: Changes, outcome: Outcome) -> None:
        """Another tier is another day of the next touch, as by hand."""
        super()._change(rows, changes, outcome)
        if self.job.write:
            Account.sum_again([pk for pk, before in changes.before.items() if before.keys() & RHYTHM])

    def follow(self, rows: list[Row], outcome: Outcome) -> None:
        """Parents may stand further down in the file, so they are looked for at the end."""
        for row in rows:
            if name := row.values.get("parent"):
                self.parents.append((row.number, row.record.pk, self.names.setdefault(name, name)))

    def follow_alike(self, new: NewAlike, ids: Sequence[int], outcome: Outcome) -> None:
        for row, pk, name in zip(new.numbers, ids, new.alike.cells("parent"), strict=True):
            if name:
                self.parents.append((row, pk, self.names.setdefault(name, name)))

    def resume(self, source: Source) -> None:
        """The parents that the chunks before had named, by reading them again."""
        if "parent" not in self.columns.mapping:
            return
        rejected = set(ImportProblem.objects.filter(run=self.job.run, is_note=False).values_list("row", flat=True))
        end = source.first_data_row + self.job.run.rows_read + self.job.run.counts.get("blank", 0)
        for chunk in source.chunks():
            rows, alike, _problems = self.read(chunk)
            rows += rows_of(alike.raw) if alike else []
            named = [row for row in rows if row.number < end and row.number not in rejected and "parent" in row.values]
            found = self._standing([key for row in named if (key := self.key_of(row))])
            for row in named:
                for pk in found.get(self.key_of(row) or (), [])[:1]:
                    name = row.values["parent"]
                    self.parents.append((row.number, pk, self.names.setdefault(name, name)))
            if chunk.first_row + chunk.height >= end:
                return

    def _standing(self, keys: Sequence[Key]) -> dict[Key, list[int]]:
        """`find`, of those accounts that the person may change."""
        found = self.find(keys) if keys else {}
        mine = self.within("change", sorted({pk for some in found.values() for pk in some}))
        return {key: [pk for pk in some if pk in mine] for key, some in found.items()}

    def last_steps(self) -> Iterator[Callable[[], Outcome]]:
        """Put accounts below their parents, some at a time; a circle is told and left out."""
        found = references.accounts(list(self.names), self.job.reach("accounts.see"))
        known = {name: account.pk for name, account in found.items()}
        step, start = self._link if self.job.write else self._link_nothing, 0
        self.parents.sort(key=itemgetter(0))
        while some := self.parents[start : start + self.links]:
            start += self.links
            yield partial(step, some, known)

    def _link(self, parents: Sequence[tuple[int, int, str]], known: Mapping[str, int]) -> Outcome:
        outcome, began = Outcome(), time.monotonic()
        placed = place_many(
            ((pk, known[name]) for _row, pk, name in parents if name in known), _LEGAL, now=self.job.now
        )
        pace = len(parents) / max(time.monotonic() - began, 0.001)
        self.links = min(LINKS, max(20, int(pace * PATIENCE)))
        for row, pk, name in parents:
            code = placed.refused.get((pk, known[name])) if name in known else "no_account"
            if code:
                outcome.problems.append(Problem(row, "parent", str(code), {"value": name}, is_note=True))
        if placed.added:
            outcome.kept.append(Kept(AccountLink, placed.added))
            outcome.counts["links_added"] = len(placed.added)
        return outcome

    def _link_nothing(self, parents: Sequence[tuple[int, int, str]], known: Mapping[str, int]) -> Outcome:
        """A rehearsal looks only whether there is such an account, in the file or stored."""
        made = list(self.rehearsed.values())
        there = {r.key for r in made} | {r.number for r in made}  # type: ignore[attr-defined]
        absent = [one for one in parents if one[2] not in known and not {one[2], fold(one[2])[:200]} & there]
        problems = [Problem(row, "parent", "no_account", {"value": name}, is_note=True) for row, _pk, name in absent]
        return Outcome(problems=problems)


_LEGAL = AccountLink.Hierarchy.LEGAL


def in_another_rhythm(batch: Batch) -> set[int]:
    """Accounts for which a batch has changed how often they are to be spoken with."""
    found: set[int] = set()
    for chunk in BatchChunk.objects.filter(batch=batch, model=Account._meta.label_lower).exclude(changed=b""):
        if RHYTHM & set(chunk.fields):
            found |= {row[0] for row in chunks.unpack(chunk.changed)[1]}
    return found


def after_undo(accounts: set[int] | None) -> None:
    touching.push_down(accounts)


def _keys() -> tuple[MatchKey, ...]:
    return (
        MatchKey("number", _("account number"), ("number",)),
        MatchKey("vat_id", _("VAT ID (UID)"), ("vat_id",)),
        MatchKey("email", _("e-mail"), ("email",)),
        MatchKey("name_postcode", _("name and postcode"), ("name", "postcode")),
        MatchKey("name", _("name"), ("name",)),
    )


TARGET = Target(
    name="accounts",
    label=_("Accounts"),
    fields=FIELDS,
    keys=_keys(),
    needs=("accounts.add", "accounts.change"),
    loader=Accounts,
    row_model="customers.account",
    touched=in_another_rhythm,
    after_undo=after_undo,
)
