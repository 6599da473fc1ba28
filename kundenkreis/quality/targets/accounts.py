"""Accounts: companies and persons, with owner, place in a hierarchy, and tags left to the screens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.numbering import next_numbers
from kundenkreis.core.text import fold
from kundenkreis.customers import checks, hierarchy
from kundenkreis.customers.models import Account, AccountLink
from kundenkreis.history.recording import Recorded
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.models import ImportProblem
from kundenkreis.quality.targets import references
from kundenkreis.quality.targets.base import Job, Kept, MatchKey, Outcome, Problem, Target
from kundenkreis.quality.targets.records import Key, Records, Row
from kundenkreis.staff import access

if TYPE_CHECKING:
    from kundenkreis.quality.reading import Source

FIELDS = (
    FieldSpec("number", _("account number"), synonyms=("customer id", "customer number", "kundennummer")),
    FieldSpec("name", _("name"), required=True, synonyms=("account", "company", "firma", "kunde")),
    FieldSpec("kind", _("kind")),
    FieldSpec("relation", _("relation"), synonyms=("beziehung",)),
    FieldSpec("tier", _("tier"), synonyms=("class", "abc", "klasse")),
    FieldSpec("industry", _("industry"), synonyms=("sector", "branche")),
    FieldSpec("employees", _("employees"), "integer", synonyms=("mitarbeiter",)),
    FieldSpec("language", _("language of documents"), "language", synonyms=("sprache",)),
    FieldSpec("currency", _("currency"), "currency", synonyms=("währung",)),
    FieldSpec("vat_id", _("VAT ID (UID)"), synonyms=("uid", "vat number", "ust id", "umsatzsteuer id")),
    FieldSpec("register_number", _("company register number"), synonyms=("firmenbuchnummer", "fn")),
    FieldSpec("gln", _("GLN")),
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
    FieldSpec("parent", _("belongs to"), synonyms=("subsidiary of", "parent", "parent account", "mutter", "konzern")),
)
OWN = {"parent"}


class Accounts(Records):
    model = Account
    fields = FIELDS
    columns_of = {spec.name: spec.name for spec in FIELDS if spec.name not in OWN}
    special = {"description": {"multiline": True}, "name": {"max_length": 200}}
    lenient = frozenset({"phone"})

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.parents: list[tuple[int, int, str]] = []  # row, account, name of its parent

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
        return (values[by],) if by in values else None

    def find(self, keys: Sequence[Key]) -> dict[Key, list[int]]:
        by = self.job.run.match_by
        if by == "name_postcode":
            found: dict[Key, list[int]] = defaultdict(list)
            wanted = set(keys)
            for pk, key, postcode in (
                Account.objects.living().filter(key__in={k[0] for k in keys}).values_list("pk", "key", "postcode")
            ):
                if (key, postcode) in wanted:
                    found[key, postcode].append(pk)
            return found
        column = {"name": "key"}.get(by, by)
        return self.by_column(column, keys, **({} if by == "number" else {"deleted_at": None}))

    def within(self, ids: Sequence[int]) -> set[int]:
        reach = access.reach(self.job.by, "accounts.change")
        return (
            set(ids)
            if reach.everything
            else set(Account.objects.within(reach).filter(pk__in=ids).values_list("pk", flat=True))
        )

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        rows = self.replace(rows, "owner", references.people, "unknown_person", outcome)
        rows = self.replace(rows, "team", references.teams, "unknown_choice", outcome)
        rows = self.replace(rows, "territory", references.territories, "unknown_choice", outcome)
        if self.job.run.match_by != "number":
            rows = self._free_numbers(rows, outcome)
        for row in rows:
            if (owner := row.values.pop("owner", None)) is not None:
                row.values["owner"] = owner.pk
                if owner.team_id:
                    row.values.setdefault("team", owner.team)
            for name in ("team", "territory"):
                if hasattr(row.values.get(name), "pk"):
                    row.values[name] = row.values[name].pk
        return rows

    def _free_numbers(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        """A number is unique: one that another account has is refused here, with words, not by the database."""
        keys = [(row.values["number"],) for row in rows if "number" in row.values]
        taken = {key[0]: some[0] for key, some in self.by_column("number", keys).items()} if keys else {}
        doubtful = [key for row in rows if row.values.get("number") in taken and (key := self.key_of(row))]
        found = self.find(doubtful) if doubtful else {}
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
        return Account(language="de" if row.values.get("country", "AT") in ("AT", "DE", "CH", "LI") else "en")

    def number_new(self, records: list[Recorded]) -> None:
        lacking = [record for record in records if not record.number]  # type: ignore[attr-defined]
        if lacking and self.job.write:
            for record, number in zip(lacking, next_numbers("account", len(lacking), "K-"), strict=True):
                record.number = number  # type: ignore[attr-defined]

    def follow(self, rows: list[Row], outcome: Outcome) -> None:
        """Parents may stand further down in the file, so they are looked for at the end."""
        self.parents += [(row.number, row.record.pk, row.values["parent"]) for row in rows if "parent" in row.values]

    def resume(self, source: Source) -> None:
        """The parents that the chunks before had named, by reading them again."""
        if "parent" not in self.columns.mapping:
            return
        rejected = set(ImportProblem.objects.filter(run=self.job.run, is_note=False).values_list("row", flat=True))
        end = source.first_data_row + self.job.run.rows_read + self.job.run.counts.get("blank", 0)
        for chunk in source.chunks():
            rows, _problems = self.read(chunk)
            named = [row for row in rows if row.number < end and row.number not in rejected and "parent" in row.values]
            found = self.find([key for row in named if (key := self.key_of(row))])
            for row in named:
                for pk in found.get(self.key_of(row) or (), [])[:1]:
                    self.parents.append((row.number, pk, row.values["parent"]))
            if chunk.first_row + chunk.height >= end:
                return

    def finish(self) -> Outcome:
        """Put accounts below their parents, one by one, as the screen does: a circle is told and left out."""
        outcome = Outcome()
        known = references.accounts(list(dict.fromkeys(name for _row, _pk, name in self.parents)))
        if not self.job.write:
            rehearsed = {r.key for r in self.rehearsed.values()}  # type: ignore[attr-defined]
            for row, _pk, name in self.parents:
                if name not in known and fold(name)[:200] not in rehearsed:
                    outcome.problems.append(Problem(row, "parent", "no_account", {"value": name}, is_note=True))
            return outcome
        children = Account.objects.in_bulk([pk for _row, pk, _name in self.parents])
        present = dict(
            AccountLink.objects.living()
            .filter(account__in=children, hierarchy=_LEGAL)
            .values_list("account_id", "parent_id")
        )
        added = []
        for row, pk, name in self.parents:
            if name not in known:
                outcome.problems.append(Problem(row, "parent", "no_account", {"value": name}, is_note=True))
            elif present.get(pk) == known[name].pk:
                continue
            elif pk in present:
                outcome.problems.append(Problem(row, "parent", "other_parent", {"value": name}, is_note=True))
            elif link := self._place(children[pk], known[name]):
                added.append(link)
                present[pk] = known[name].pk
            else:
                outcome.problems.append(Problem(row, "parent", "circle", {"value": name}, is_note=True))
        if added:
            outcome.kept.append(Kept(AccountLink, added))
            outcome.counts["links_added"] = len(added)
        return outcome

    def _place(self, account: Account, parent: Account) -> int | None:
        try:
            return hierarchy.place(account, parent, _LEGAL, by=self.job.by, now=self.job.now).pk
        except ValidationError:
            return None


_LEGAL = AccountLink.Hierarchy.LEGAL


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
)
