"""Leads from a list: matched by number, mail address or company, scored, and given to whom the house's rules say."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from kundenkreis.core import numbering
from kundenkreis.core.text import fold
from kundenkreis.customers import sealed_addresses
from kundenkreis.history.models import Batch
from kundenkreis.leads import routing, scoring
from kundenkreis.leads.models import Lead
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.targets import references
from kundenkreis.quality.targets.base import MatchKey, Outcome, Target
from kundenkreis.quality.targets.by_columns import NewAlike
from kundenkreis.quality.targets.records import Key, Records, Row

FIELDS = (
    FieldSpec("number", _("lead number"), synonyms=("lead id", "leadnummer")),
    FieldSpec("company", _("company"), synonyms=("account", "firma", "unternehmen", "organisation")),
    FieldSpec("form_of_address", _("form of address"), synonyms=("salutation", "anrede")),
    FieldSpec("title_before", _("title"), synonyms=("titel",)),
    FieldSpec("given_name", _("first name"), synonyms=("vorname",)),
    FieldSpec("family_name", _("last name"), synonyms=("surname", "nachname", "familienname")),
    FieldSpec("title_after", _("title after the name"), synonyms=("titel nachgestellt",)),
    FieldSpec("job_title", _("position"), synonyms=("job title", "funktion", "role")),
    FieldSpec("email", _("e-mail"), "email", synonyms=("mail",)),
    FieldSpec("phone", _("phone"), "phone", synonyms=("telefon",)),
    FieldSpec("mobile", _("mobile"), "phone", synonyms=("handy", "mobil")),
    FieldSpec("website", _("website"), synonyms=("url", "web", "homepage")),
    FieldSpec("street", _("street"), synonyms=("straße", "address", "adresse")),
    FieldSpec("postcode", _("postcode"), synonyms=("zip", "plz", "postleitzahl")),
    FieldSpec("place", _("place"), synonyms=("city", "town", "ort", "stadt")),
    FieldSpec("country", _("country"), "country", synonyms=("land",)),
    FieldSpec("language", _("language"), "language", synonyms=("sprache",)),
    FieldSpec("industry", _("industry"), synonyms=("branche",)),
    FieldSpec("employees", _("employees"), "integer", synonyms=("mitarbeiter", "size", "größe")),
    FieldSpec("interest", _("interested in"), synonyms=("product interest", "interesse")),
    FieldSpec("message", _("message"), synonyms=("need", "bedarf", "nachricht", "note", "notiz")),
    FieldSpec("is_inquiry", _("has asked us"), "boolean", synonyms=("inquiry", "anfrage")),
    FieldSpec("source", _("source"), synonyms=("lead source", "quelle", "herkunft")),
    FieldSpec("campaign", _("campaign"), synonyms=("kampagne",)),
    FieldSpec("medium", _("medium")),
    FieldSpec("owner", _("owner"), synonyms=("betreuer", "zuständig")),
)


class Leads(Records):
    model = Lead
    noun = "leads"
    fields = FIELDS
    columns_of = {spec.name: spec.name for spec in FIELDS}
    special = {"message": {"multiline": True}}
    lenient = frozenset({"phone", "mobile"})

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        texts = (str(row.values.get(name) or "") for row in rows for name in sealed_addresses.COLUMNS)
        found, good = sealed_addresses.taken(texts), []
        for row in rows:
            wrong = next((n for n in sealed_addresses.COLUMNS if found and row.values.get(n) in found), None)
            if wrong:
                self.refuse(outcome, row, wrong, "sealed")
            else:
                good.append(row)
        good = self.replace(good, "owner", references.people, "unknown_person", outcome)
        for row in good:
            if "owner" in row.values and hasattr(row.values["owner"], "pk"):
                row.values["owner"] = row.values["owner"].pk
        return good

    def key_of(self, row: Row) -> Key | None:
        by, values = self.job.run.match_by, row.values
        if by == "number" and "number" in values:
            return ("number", values["number"])
        if by != "company" and values.get("email"):
            return ("email", values["email"].strip().lower())
        name = values.get("company") or " ".join(
            filter(None, (values.get("family_name", ""), values.get("given_name", "")))
        )
        return ("key", fold(name)[:200]) if name else None

    def find(self, keys: Sequence[Key]) -> dict[Key, list[int]]:
        found: dict[Key, list[int]] = {}
        for column in ("number", "email", "key"):
            wanted = [key[1] for key in keys if key[0] == column]
            for start in range(0, len(wanted), 5000):
                rows = Lead._base_manager.filter(**{f"{column}__listed": wanted[start : start + 5000]})
                if column != "number":  # who is closed may come in anew
                    rows = rows.filter(status__in=Lead.OPEN, deleted_at=None)
                for value, pk in rows.values_list(column, "pk"):
                    found.setdefault((column, value), []).append(pk)
        return found

    def shown(self, row: Row) -> str:
        return str(row.key[1])

    def make(self, row: Row) -> Lead:
        return Lead(origin=Lead.Origin.IMPORT, source=Lead.Source.LIST)

    def number_new(self, rows: list[Row], new: NewAlike | None) -> None:
        unnumbered = [row.record for row in rows if not row.record.number]
        if self.job.write:
            numbers = numbering.next_numbers("lead", len(unnumbered), "L-") if unnumbered else []
            for record, number in zip(unnumbered, numbers, strict=True):
                record.number = number


def _settle(batch: Batch) -> None:
    """Points, and an owner for those who have none; both may be done twice."""
    runs = batch.chunks.filter(model="leads.lead", is_undone=False).values_list("added", flat=True)
    numbers = [pk for some in runs for first, last in some for pk in range(first, last + 1)]
    changed = batch.chunks.filter(model="leads.lead").exclude(ids=b"").exists()
    for start in range(0, len(numbers), 5000):
        scoring.settle_all(numbers[start : start + 5000])
        routing.route_many(numbers[start : start + 5000])
    if changed:
        scoring.settle_all()


TARGET = Target(
    name="leads",
    label=_("Leads"),
    fields=FIELDS,
    keys=(
        MatchKey("email", _("e-mail, else the name"), ("email",)),
        MatchKey("number", _("lead number"), ("number",)),
        MatchKey("company", _("company or name"), ("company",)),
    ),
    needs=("leads.add", "leads.change"),
    loader=Leads,
    row_model="leads.lead",
    after=_settle,
)
