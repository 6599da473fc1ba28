"""Contacts: people at accounts, matched by their mail address or by name at an account, never stored twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from kundenkreis.core import bulk, search
from kundenkreis.core.text import fold
from kundenkreis.customers.models import Contact, Position
from kundenkreis.customers.salutation import parse_name
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.targets import references
from kundenkreis.quality.targets.base import Kept, MatchKey, Outcome, Target
from kundenkreis.quality.targets.records import Key, Records, Row
from kundenkreis.staff import access

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
OWN = {"full_name", "account", "job_title", "department"}


class Contacts(Records):
    model = Contact
    fields = FIELDS
    columns_of = {spec.name: spec.name for spec in FIELDS if spec.name not in OWN}
    special = {"note": {"multiline": True}, "job_title": {"max_length": 120}, "department": {"max_length": 120}}
    lenient = frozenset({"phone", "mobile"})

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

    def find(self, keys: Sequence[Key]) -> dict[Key, list[int]]:
        found: dict[Key, list[int]] = defaultdict(list)
        mails = [key[1] for key in keys if key[0] == "mail"]
        names = {key for key in keys if key[0] == "name"}
        living = Contact.objects.living()
        for start in range(0, len(mails), 5000):
            for mail, pk in living.filter(email__in=mails[start : start + 5000]).values_list("email", "pk"):
                found["mail", mail].append(pk)
        some = list({key[1] for key in names})
        for start in range(0, len(some), 5000):
            rows = living.filter(key__in=some[start : start + 5000]).values_list(
                "key", "main_account_id", "pk", "email"
            )
            for name, account, pk, email in rows:
                # By its name only a person without an address, unless names are what to match by.
                if ("name", name, account) in names and (self.job.run.match_by == "name_account" or not email):
                    found["name", name, account].append(pk)
        return found

    def within(self, ids: Sequence[int]) -> set[int]:
        reach = access.reach(self.job.by, "contacts.change")
        return (
            set(ids)
            if reach.everything
            else set(Contact.objects.within(reach).filter(pk__in=ids).values_list("pk", flat=True))
        )

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        rows = self.replace(rows, "owner", references.people, "unknown_person", outcome)
        rows = self.replace(rows, "account", references.accounts, "no_account", outcome)
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
        return Contact(main_account=account, job_title=row.values.get("job_title", "") if account else "")

    def follow(self, rows: list[Row], outcome: Outcome) -> None:
        """A position at the account; the main one where the person has none."""
        placed = {row.record.pk: row for row in rows if row.values.get("account")}
        if not placed:
            return
        present: dict[int, dict[int, Position]] = defaultdict(dict)
        for held in Position.objects.living().filter(contact__in=[pk for pk in placed if pk > 0], ends_on=None):
            present[held.contact_id][held.account_id] = held
        new: list[Any] = []
        retitled: list[Any] = []
        for pk, row in placed.items():
            account, title = row.values["account"], row.values.get("job_title", "")
            position = present[pk].get(account.pk)
            if position is None:
                main = not any(p.is_main for p in present[pk].values())
                if self.job.may_add:
                    new.append(
                        Position(
                            contact_id=pk,
                            account_id=account.pk,
                            job_title=title,
                            department=row.values.get("department", ""),
                            is_main=main,
                        )
                    )
                    self._set_main(row, account, title, main)
            elif title and position.job_title != title and self.job.may_change:
                retitled.append((position, title))
                self._set_main(row, account, title, position.is_main)
                self._count_changed(row)
        if new:
            outcome.kept.append(self.job.add_records(new))
            outcome.counts["positions_added"] += len(new)
        if retitled:
            if self.job.write:
                bulk.update_rows(
                    Position, ["id", "job_title", "version"], [[p.pk, title, p.version + 1] for p, title in retitled]
                )
            outcome.kept.append(
                Kept(Position, (), ["job_title"], [[p.pk, p.job_title, title] for p, title in retitled])
            )

    def _set_main(self, row: Row, account: references.Account, title: str, main: bool) -> None:
        """The contact's own copy of its main position, as `Position.settle` keeps it."""
        contact = row.record
        if (
            main
            and self.job.write
            and row.state != "added"
            and (contact.main_account_id, contact.job_title) != (account.pk, title)
        ):
            Contact._base_manager.filter(pk=contact.pk).update(main_account=account, job_title=title)
            contact.main_account, contact.job_title = account, title
            search.index(search.CONTACT, [contact.search_row()])
            self._count_changed(row)

    @staticmethod
    def _count_changed(row: Row) -> None:
        if row.state == "unchanged":
            row.state = "changed"


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
