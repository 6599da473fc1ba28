"""What can be edited in a spreadsheet: the nouns, their fields, and who keeps their rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kundenkreis.customers import sealed_addresses
from kundenkreis.customers.models import Contact
from kundenkreis.fields import known
from kundenkreis.history.recording import Recorded
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.models import ImportRun
from kundenkreis.quality.sheets.activities import ActivitiesByNumber
from kundenkreis.quality.sheets.by_number import ByNumber
from kundenkreis.quality.sheets.tags import TAGS, WithTags
from kundenkreis.quality.targets import references
from kundenkreis.quality.targets.accounts import REACHED, Accounts
from kundenkreis.quality.targets.base import Job, Outcome
from kundenkreis.quality.targets.contacts import Contacts
from kundenkreis.quality.targets.custom import specs
from kundenkreis.quality.targets.products import Products, families, units
from kundenkreis.quality.targets.rows import Row
from kundenkreis.staff.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class AccountsByNumber(WithTags, ByNumber, Accounts):
    by_itself = {}
    fields = (*Accounts.fields, TAGS)  # type: ignore[assignment]

    def put(self, rows: list[Row]) -> Outcome:
        owners = {row.values["owner"] for row in rows if row.values.get("owner")}
        self.teams |= dict(User.objects.filter(pk__in=owners).values_list("pk", "team_id"))
        self.sealed = sealed_addresses.taken(str(row.values.get(name) or "") for row in rows for name in REACHED)
        return super().put(rows)


class _Contacts(ByNumber, Contacts):
    by_itself = {}
    fields = (*Contacts.fields, TAGS)  # type: ignore[assignment]

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        rows = self.replace(rows, "owner", references.people, "unknown_person", outcome)
        for row in rows:
            if "owner" in row.values:
                row.values["owner"] = row.values["owner"].pk
        return rows

    def put(self, rows: list[Row]) -> Outcome:
        """As of an import: whether addresses are on a list that bars them is known at once, and no restricted person comes in by hers."""
        refused = Outcome()
        outcome = super().put(self.not_sealed(rows, refused))
        outcome.counts.update(refused.counts)
        outcome.problems += refused.problems
        if self.job.write:
            Contact.sum_again({row[0] for kept in outcome.kept for row in kept.changed})
        return outcome


class ContactsByNumber(WithTags, _Contacts):
    """Contacts with their tags."""


class ProductsByNumber(ByNumber, Products):
    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        """A family that is not there is a mistake here: new ones come in by an import."""
        rows = self.replace(rows, "family", families, "unknown_family", outcome)
        return self.replace(rows, "unit", units, "unknown_unit", outcome)


@dataclass(frozen=True)
class Editable:
    """A noun whose lists can be edited in a spreadsheet. `plural` names its rights and its list."""

    plural: str
    loader: type[ByNumber]
    left_out: frozenset[str]

    @property
    def model(self) -> type[Recorded]:
        return self.loader.model

    @property
    def fields(self) -> dict[str, FieldSpec]:
        """By the name that the noun's import has for each, which is the model field's; the house's custom fields after the others."""
        own = {spec.name: spec for spec in self.loader.fields}
        found = {name: own[name] for name in self.loader.columns_of if name not in self.left_out}
        return found | {name: own[name] for name in ("tags",) if name in own} | self.custom_fields

    @property
    def custom_fields(self) -> dict[str, FieldSpec]:
        """Without formulas, which work themselves out."""
        return {spec.name: spec for spec in specs(self.plural)}

    @property
    def labels(self) -> dict[str, StrOrPromise]:
        """What each field is called; a custom one that was retired too, because cells may still tell of it."""
        custom = {one.name: one.label for one in known.of(self.plural).all}
        return {name: spec.label for name, spec in self.fields.items()} | custom

    def loader_for(
        self, by: User | None, *, write: bool, now: Any, mapping: dict[str, str], batch: Any = None
    ) -> ByNumber:
        """The noun's rules for a person. `mapping` names the fields whose cells are to be read from text."""
        run = ImportRun(target=self.plural, mode=ImportRun.Mode.UPDATE, match_by="pk", mapping=mapping, owner=by)
        return self.loader(Job(run, write, by, now, batch))


EDITABLE: dict[str, Editable] = {
    "accounts": Editable("accounts", AccountsByNumber, frozenset({"number", "person", "kind", "iban"})),
    "contacts": Editable("contacts", ContactsByNumber, frozenset()),
    "activities": Editable("activities", ActivitiesByNumber, frozenset()),
    "products": Editable("products", ProductsByNumber, frozenset({"number", "cost"})),
}
