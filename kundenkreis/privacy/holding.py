"""What a line of the inventory says: whose data a table or a place holds, which, what for, how long, and what erasure does with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Category(models.TextChoices):
    IDENTITY = "identity", _("identity")
    CONTACT = "contact", _("contact data")
    ROLE = "role", _("role at work")
    COMMUNICATION = "communication", _("communication")
    PREFERENCE = "preference", _("preferences and consents")
    JUDGEMENT = "judgement", _("judgement and profiling")
    COMMERCE = "commerce", _("commerce")
    TECHNICAL = "technical", _("technical data")
    FREE_TEXT = "free_text", _("free text")
    CUSTOM = "custom", _("custom fields")
    CREDENTIAL = "credential", _("sign-in")
    REFERENCE = "reference", _("reference to a person")


class Purpose(models.TextChoices):
    """What data are held for. The record of processing activities (Art. 30 GDPR) says of each what it rests on."""

    CARE = "care", _("looking after customers")
    ADVERTISING = "advertising", _("advertising, and who does not want any")
    SALES = "sales", _("orders, invoices and receivables")
    ANALYSIS = "analysis", _("figures and signals about customers")
    QUALITY = "quality", _("taking over data and keeping them right")
    STAFF = "staff", _("work of one's own people")
    SECURITY = "security", _("sign-in and security")
    PROOF = "proof", _("proof of what was done")
    PRIVACY = "privacy", _("rights of the people whose data are held")


class Fate(models.TextChoices):
    """What erasure does with a value."""

    DELETE = "delete", _("its row is deleted")
    EMPTY = "empty", _("emptied")
    MARK = "mark", _("a mark takes its place")
    SEARCH = "search", _("searched for the person; a mark takes the place of what names her")
    HASH = "hash", _("kept as a hash, so that a refusal goes on holding")
    BOOKS = "books", _("kept and blocked until the books' retention ends, then emptied")
    REBUILD = "rebuild", _("made anew without her")
    STAYS = "stays", _("stays; it leads to a nameless record")
    EXPIRES = "expires", _("goes by itself")


class Retention(models.TextChoices):
    """How long data are held when nobody asks for their erasure."""

    RELATION = (
        "relation",
        _("as long as the business relation lasts, and until they are put into the bin and 30 days more"),
    )
    BOOKS = "books", _("seven years from the end of the year (§ 132 BAO, § 212 UGB)")
    REFUSAL = "refusal", _("as long as the refusal holds")
    CONSENT = "consent", _("as long as the consent is used, and three years more as its proof (§ 1489 ABGB)")
    RECORD = "record", _("as long as the record that they belong to")
    HISTORY = "history", _("as long as the house keeps its history")
    TWO_WEEKS = "two_weeks", _("two weeks at most")
    NINETY_DAYS = "ninety_days", _("90 days")
    DAYS = "days", _("some days at most")
    DERIVED = "derived", _("made anew from other data at any time")
    EMPLOYMENT = (
        "employment",
        _(
            "as long as the person works here, and then so many months as the house has set (36 to begin with, § 1486 ABGB)"
        ),
    )
    OPERATOR = "operator", _("as long as whoever runs the house keeps it")


@dataclass(frozen=True)
class Field:
    category: Category
    fate: Fate


@dataclass(frozen=True)
class Holding:
    """A table, or a place outside the database, that holds data about people.

    `contact`, `account` and `staff` are the ways from a row to a person: names of columns, or look-ups, that hold the number of a
    contact, of an account (a private customer's is the person's own) and of a colleague. `texts` says that a row may name anybody.
    """

    what: str  # a model's label ("customers.Contact"), a table's name or a place's key
    purpose: Purpose
    retention: Retention
    fields: Mapping[str, Field]
    plain: frozenset[str] = frozenset()  # its other columns, which tell nothing about a person
    contact: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    left: Fate = Fate.STAYS  # what becomes of a colleague's rows when her account is erased
    origin: Text = ""
    note: Text = ""

    @property
    def texts(self) -> bool:
        """Whether people are found in it by their names only."""
        return any(f.fate is Fate.SEARCH for f in self.fields.values())

    def by_category(self) -> dict[Category, list[str]]:
        found: dict[Category, list[str]] = {}
        for name, line in self.fields.items():
            found.setdefault(line.category, []).append(name)
        return found

    def fates_of(self, names: list[str]) -> list[str]:
        """What erasure does with these columns, in words, each once."""
        return list(dict.fromkeys(str(self.fields[name].fate.label) for name in names))

    def fates(self) -> list[Fate]:
        """What erasure does with its values, each once."""
        return list(dict.fromkeys(line.fate for line in self.fields.values()))


@dataclass(frozen=True)
class Nothing:
    """A table or place that holds nothing about a person, and why not."""

    what: str
    why: Text


@dataclass
class Shelf:
    """The lines of a part of the house, as they are written down."""

    lines: list[Holding | Nothing] = field(default_factory=list)

    def holds(
        self, what: str, purpose: Purpose, retention: Retention, *fields: Mapping[str, Field], **rest: object
    ) -> None:
        merged: dict[str, Field] = {}
        for some in fields:
            merged |= some
        ways = {name: tuple(str(rest.get(name, "")).split()) for name in ("contact", "account", "staff")}
        plain = frozenset(str(rest.get("plain", "")).split())
        said = {name: rest[name] for name in ("origin", "note", "left") if name in rest}
        self.lines.append(Holding(what, purpose, retention, merged, plain=plain, **ways, **said))  # type: ignore[arg-type]

    def nothing(self, what: str, why: Text) -> None:
        self.lines.append(Nothing(what, why))


def some(category: Category, fate: Fate, names: str) -> dict[str, Field]:
    """These columns, by name, are of that category and meet that fate."""
    return {name: Field(category, fate) for name in names.split()}
