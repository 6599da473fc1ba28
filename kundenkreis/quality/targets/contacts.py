"""Contacts: people at accounts, matched by their mail address or by name at an account, never stored twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext_lazy as _

from kundenkreis.core.text import fold
from kundenkreis.customers import sealed_addresses
from kundenkreis.customers.models import Contact, ContactPoint
from kundenkreis.customers.salutation import parse_name
from kundenkreis.fields import picks
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.targets import references
from kundenkreis.quality.targets.alike import Alike
from kundenkreis.quality.targets.base import Job, MatchKey, Outcome, Target
from kundenkreis.quality.targets.by_columns import NewAlike
from kundenkreis.quality.targets.changes import Changes
from kundenkreis.quality.targets.positions import Places
from kundenkreis.quality.targets.records import Key, Prepared, Records, Row

if TYPE_CHECKING:
    import polars as pl

FIELDS = (
    FieldSpec("family_name", _("last name"), synonyms=("surname", "last name", "nachname", "familienname")),
    FieldSpec("given_name", _("first name"), synonyms=("first name", "vorname")),
    FieldSpec("full_name", _("full name"), synonyms=("name", "contact", "ansprechpartner", "kontakt")),
    FieldSpec("form_of_address", _("form of address"), synonyms=("salutation", "anrede")),
    FieldSpec("title_before", _("title"), synonyms=("titel", "akademischer titel")),
    FieldSpec("title_after", _("title after the name"), synonyms=("titel nachgestellt",)),
    FieldSpec("email", _("e-mail"), "email"),
    FieldSpec("phone", _("phone"), "phone", synonyms=("telefon",)),
    FieldSpec("mobile", _("mobile"), "phone", synonyms=("handy", "mobil")),
    FieldSpec("language", _("language"), "language", synonyms=("sprache",)),
    FieldSpec("preferred_channel", _("preferred channel")),
    FieldSpec("owner", _("owner"), synonyms=("betreuer",)),
    FieldSpec("note", _("note"), synonyms=("bemerkung", "notiz")),
    FieldSpec("account", _("account"), synonyms=("account number", "company", "firma", "kundennummer", "customer id")),
    FieldSpec("job_title", _("position"), synonyms=("position", "job title", "funktion", "role")),
    FieldSpec("department", _("department"), synonyms=("abteilung",)),
)
DEPARTMENT = "contacts.department"
OWN = {"full_name", "account", "job_title", "department"}


class Contacts(Records):
    model = Contact
    fields = FIELDS
    columns_of = {spec.name: spec.name for spec in FIELDS if spec.name not in OWN}
    special = {"note": {"multiline": True}, "job_title": {"max_length": 120}, "department": {"max_length": 120}}
    lenient = frozenset({"phone", "mobile"})
    noun = "contacts"
    related = ("main_account",)
    by_itself = dict.fromkeys(
        ("family_name", "given_name", "title_before", "title_after", "email", "phone", "mobile", "note")
    )
    needed = ("family_name",)
    apart = frozenset({"full_name"})
    picked: ClassVar[Mapping[str, str]] = {"department": DEPARTMENT}

    def __init__(self, job: Job) -> None:
        if picks.is_closed(DEPARTMENT):  # then it is read row by row
            self.apart = Contacts.apart | {"department"}
        super().__init__(job)
        self.places = Places(job, self.own)
        self.sees_all = job.reach("contacts.see").everything

    def key_of(self, row: Row) -> Key | None:
        values = row.values
        # Without an address it is known by its name and account, so that a list with gaps does not store people twice.
        if self.job.run.match_by == "email" and "email" in values:
            return ("mail", values["email"].lower())
        if "family_name" not in values:
            return None
        account = values.get("account")
        return (
            "name",
            fold(f"{values['family_name']} {values.get('given_name', '')}")[:210],
            account.pk if account else None,
        )

    def keyed_by(self) -> tuple[str, ...]:
        return ("email", "family_name", "given_name", "account")

    def find(self, keys: Sequence[Key]) -> dict[Key, list[int]]:
        found: dict[Key, list[int]] = defaultdict(list)
        mails = [key[1] for key in keys if key[0] == "mail"]
        names = {key for key in keys if key[0] == "name"}
        living = Contact.objects.living()
        for start in range(0, len(mails), 5000):
            # Its index leaves out who has no address, and is used only when that is said.
            stored = Contact._base_manager.filter(email__listed=mails[start : start + 5000]).exclude(email="")
            for mail, pk in stored.values_list("email", "pk"):
                found["mail", mail].append(pk)
        self._find_by_further_address(mails, found)
        some = list({key[1] for key in names})
        for start in range(0, len(some), 5000):
            rows = living.filter(key__listed=some[start : start + 5000]).values_list(
                "key", "main_account_id", "pk", "email"
            )
            for name, account, pk, email in rows:
                # By its name only a person without an address, unless names are what to match by.
                if ("name", name, account) in names and (self.job.run.match_by == "name_account" or not email):
                    found["name", name, account].append(pk)
        return found

    def _find_by_further_address(self, mails: list[str], found: dict[Key, list[int]]) -> None:
        """Who has the address beside another one, if it is nobody's main one."""
        further = ContactPoint.objects.living().filter(kind=ContactPoint.Kind.EMAIL, contact__deleted_at=None)
        unknown = [mail for mail in mails if ("mail", mail) not in found]
        for start in range(0, len(unknown), 5000):
            some = further.filter(value__listed=unknown[start : start + 5000])
            for mail, pk in some.exclude(contact=None).values_list("value", "contact_id").distinct():
                found["mail", mail].append(pk)

    def shown(self, row: Row) -> str:
        names = (row.values.get("given_name"), row.values.get("family_name"))
        return row.key[1] if row.key[0] == "mail" else " ".join(filter(None, names))

    def agree(self, row: Row) -> None:
        """A further address by which the person was found does not become the main one."""
        if row.key[0] == "mail" and row.record.pk and row.record.email != row.key[1]:
            del row.values["email"]

    def not_sealed(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        """Without rows that bring the address of a person whose data must not be used; whose it is is not said."""
        found = sealed_addresses.taken(
            str(row.values.get(name) or "") for row in rows for name in sealed_addresses.COLUMNS
        )
        good = []
        for row in rows:
            wrong = next((name for name in sealed_addresses.COLUMNS if found and row.values.get(name) in found), None)
            if wrong:
                self.refuse(outcome, row, wrong, "restricted")
            else:
                good.append(row)
        return good

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        rows = self.not_sealed(rows, outcome)
        rows = self.replace(rows, "owner", references.people, "unknown_person", outcome)
        rows = self.replace(rows, "account", self._accounts, "no_account", outcome)
        good = []
        for row in rows:
            if "owner" in row.values:
                row.values["owner"] = row.values["owner"].pk
            if name := row.values.pop("full_name", None):
                self._split(row, name)
            if "family_name" in row.values or "email" in row.values:
                good.append(row)
            else:
                self.refuse(outcome, row, "family_name", "missing")
        return good

    def _accounts(self, names: list[str]) -> Mapping[str, references.Account]:
        return references.accounts(names, self.job.reach("accounts.see"))

    def refer_alike(self, alike: Alike) -> tuple[Alike, pl.DataFrame]:
        names = alike.cells("account")
        known = self._accounts(list({name for name in names if name is not None}))
        alike.referred["account"] = [known.get(name) for name in names]
        columns = [alike.cells(name) for name in sealed_addresses.COLUMNS]
        sealed = sealed_addresses.taken(text for cells in columns for text in cells if text)
        free = [not sealed.intersection(texts) for texts in zip(*columns, strict=True)]
        return alike.split((name is None or name in known) and good for name, good in zip(names, free, strict=True))

    def searched_by(self, new: NewAlike, name: str) -> Sequence[Any]:
        return new.alike.referred["account"] if name == "main_account" else super().searched_by(new, name)

    def number_new(self, rows: list[Row], new: NewAlike | None) -> None:
        """A contact has no number; what its main position says is copied onto it."""
        if new:
            self.places.copy_alike(new)

    def follow_alike(self, new: NewAlike, ids: Sequence[int], outcome: Outcome) -> None:
        self.places.store_alike(new, ids, outcome)

    def _split(self, row: Row, name: str) -> None:
        """A whole name into its parts, as Austria writes them; cells of their own win."""
        person = parse_name(name)
        for field in ("form_of_address", "title_before", "given_name", "family_name", "title_after"):
            if value := getattr(person, field):
                row.values.setdefault(field, value)

    def make(self, row: Row) -> Contact:
        account = row.values.get("account")
        if "family_name" not in row.values:
            row.values["family_name"] = row.values["email"].partition("@")[0].replace(".", " ").title()
        contact: Contact = self.shape.empty()
        if account:
            contact.main_account, contact.job_title = account, row.values.get("job_title", "")
        if self.job.by is not None and not self.sees_all and "owner" not in row.values:
            contact.owner = self.job.by  # else she might not see whom she brought
        return contact

    def store(self, prepared: Prepared) -> Outcome:
        """As of all records; an address on the suppression list, or a public one, is barred under its new record at once."""
        outcome = super().store(prepared)
        if self.job.write:
            of_contacts = [kept for kept in outcome.kept if kept.model is Contact]
            Contact.sum_again({*(pk for kept in of_contacts for pk in kept.added)})
            Contact.sum_again({row[0] for kept in of_contacts for row in kept.changed})
        return outcome

    def _change(self, rows: list[Row], changes: Changes, outcome: Outcome) -> None:
        """Positions first: the main one is copied onto its contact, which is then stored with its other changes."""
        self.places.store([row for row in rows if row.values.get("account")], changes, outcome)
        super()._change(rows, changes, outcome)


TARGET = Target(
    name="contacts",
    label=_("Contacts"),
    fields=FIELDS,
    keys=(
        MatchKey("email", _("e-mail"), ("email",)),
        MatchKey("name_account", _("name and account"), ("family_name", "account")),
    ),
    needs=("contacts.add", "contacts.change"),
    loader=Contacts,
    row_model="customers.contact",
)
