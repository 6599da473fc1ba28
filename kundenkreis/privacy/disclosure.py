"""Everything that the house holds about a person, as she may ask for it (Art. 15 and 20 GDPR).

Driven by the inventory, so that nothing is forgotten: each of its lines that leads to a person becomes a section. What may be about
somebody else is marked for a colleague to look at (Art. 15 (4)), and colleagues are not named: they are no recipients (ECJ C-579/21).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from kundenkreis.customers import barring
from kundenkreis.privacy import belonging, elsewhere, inventory, past, processing, saying
from kundenkreis.privacy.belonging import Person
from kundenkreis.privacy.holding import Category, Holding
from kundenkreis.privacy.models import Controller, Purpose, Redaction
from kundenkreis.privacy.others import Others
from kundenkreis.privacy.telling import text_of

# Columns that say nothing beside what stands next to them, and one that is a key to a door.
LEFT_OUT = {
    "customers.Contact": {"key", "merged_into"},
    "customers.Account": {"key", "merged_into"},
    "customers.Consent": {"ticket"},
    "pipeline.PlanLink": {"digest"},
    # The activity is told in its own place; the source says which it was.
    "stakeholders.Judgement": {"activity"},
    "files.Document": {"subject_type", "subject_id", "account_id", "latest"},
    "lists.Opened": {"noun", "record_id"},
    "automation.AutomationRun": {"noun", "record_id"},
    "automation.AutomationMet": {"rule", "record_id"},
    "quality.Merge": {"kept_id", "gone_id"},
    "quality.SheetCell": {"record_id", "params"},
    "privacy.Redaction": {"contact", "account", "by"},
    "privacy.Shown": {"contact", "account", "by"},
    "privacy.Restriction": {"noun", "record_id", "sealed"},
    "privacy.LegalHold": {"noun", "record_id"},
}
# What Art. 20 gives back is what she gave: no judgements, no notes of colleagues.
PORTABLE = frozenset(
    {Category.IDENTITY, Category.CONTACT, Category.PREFERENCE, Category.COMMERCE, Category.CUSTOM, Category.ROLE}
)
BLACK = "█████"


@dataclass
class Value:
    """One value as she reads it. `place` names it for a redaction; `is_text`: written freely, so that anybody may be named in it."""

    place: str
    name: str
    label: str
    text: str
    category: Category
    is_text: bool = False
    names_others: bool = False
    section: str = ""
    blacked: list[str] = field(default_factory=list)  # why, for each passage that is left out
    is_elsewhere: bool = False  # a passage of somebody else's record
    unsure: bool = False  # somebody else has the same name
    whole: str = ""  # the hash of the text before anything was left out of it

    @property
    def digest(self) -> str:
        return digest(self.text)


@dataclass
class Section:
    """One line of the inventory with her rows, and what Art. 15 (1) wants said about it."""

    key: str
    title: str
    rows: list[list[Value]]
    purposes: list[Purpose]
    retention: str
    origin: str

    @property
    def values(self) -> Iterator[Value]:
        return (value for row in self.rows for value in row)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Disclosure:
    """What is told, in the language that is spoken while it is made."""

    person: Person
    portable: bool = False
    thorough: bool = False  # read long tables for longer to find where else she is named

    @cached_property
    def controller(self) -> Controller:
        return Controller.current()

    @cached_property
    def purposes(self) -> list[Purpose]:
        return list(Purpose.objects.living().order_by("position", "pk"))

    @cached_property
    def _redactions(self) -> dict[str, list[Redaction]]:
        found: dict[str, list[Redaction]] = defaultdict(list)
        for one in redactions_of(self.person).order_by("place", "start"):
            found[one.place].append(one)
        return found

    @cached_property
    def _others(self) -> Others:
        return Others.around(self.person)

    @cached_property
    def sections(self) -> list[Section]:
        """Those that hold anything, in the inventory's order; then what her addresses are barred by, and her history."""
        found = [self._section(line) for line in inventory.holdings() if belonging.is_told(line)]
        if not self.portable:
            found += [self._elsewhere(), self._bars(), self._history()]
        return [one for one in found if one.rows]

    @cached_property
    def texts(self) -> list[Value]:
        """What a colleague has to look at before it goes out: freely written; what names others first."""
        found = []
        for section in self.sections:
            for value in section.values:
                if value.is_text:
                    value.section = section.title
                    found.append(value)
        return sorted(found, key=lambda v: (not v.unsure, not v.names_others, not v.is_elsewhere))

    @cached_property
    def elsewhere(self) -> elsewhere.Found:
        """Where she is named in what is about others."""
        if self.portable:
            return elsewhere.Found()
        return elsewhere.Search(self.person).found(elsewhere.THOROUGH if self.thorough else elsewhere.QUICK)

    @property
    def derived(self) -> list[str]:
        """What is made of these data and holds nothing else about her."""
        return sorted({saying.named(line) for line in inventory.holdings() if line.retention in belonging.DERIVED})

    @property
    def judgements(self) -> list[str]:
        """The sections in which she is judged or profiled (Art. 15 (1) h)."""
        return [s.title for s in self.sections if any(v.category is Category.JUDGEMENT for v in s.values)]

    @property
    def recipients(self) -> list[str]:
        return _each(one.said("recipients") for one in self.purposes)

    @property
    def count(self) -> int:
        return sum(len(row) for section in self.sections for row in section.rows)

    def _section(self, line: Holding) -> Section:
        rows = [values for row in belonging.rows(line, self.person) if (values := self._values(line, row))]
        return Section(
            line.what,
            saying.named(line),
            rows,
            processing.purposes_of(line, self.purposes),
            str(line.retention.label),
            str(line.origin),
        )

    def _values(self, line: Holding, row: models.Model) -> list[Value]:
        found = []
        for name, said in line.fields.items():
            if name in LEFT_OUT.get(line.what, ()) or (self.portable and said.category not in PORTABLE):
                continue
            if text := text_of(row, name, self.person):
                free = said.category in (Category.FREE_TEXT, Category.CUSTOM)
                place = f"{line.what}:{row.pk}:{name}"
                found.append(self._value(place, name, saying.column(line, name), text, said.category, free))
        return found

    def _value(self, place: str, name: str, label: str, text: str, category: Category, free: bool) -> Value:
        value = Value(place, name, label, text, category, is_text=free, names_others=free and self._others.are_in(text))
        value.whole = value.digest
        holding = [one for one in self._redactions.get(place, ()) if one.digest == value.whole]
        if holding:
            value.text, value.blacked = blacked_out(text, holding), [one.reason for one in holding]
            value.names_others = self._others.are_in(value.text)
        return value

    def text_at(self, place: str) -> str | None:
        """The text of one place as it would go out without any redaction. None when there is none."""
        if place.startswith(elsewhere.PREFIX):
            passage = elsewhere.Search(self.person).at(place)
            return passage.text if passage is not None else None
        self.__dict__ |= {"_redactions": {}, "elsewhere": elsewhere.Found()}
        return next((value.text for value in self.texts if value.place == place), None)

    def _elsewhere(self) -> Section:
        """Passages of others' records and files (Art. 15 (1)): her data too, though nothing but her name leads there."""
        rows, lines = [], {}
        for one in self.elsewhere.passages:
            value = self._value(one.place, "passage", one.where, one.text, Category.FREE_TEXT, True)
            value.is_elsewhere, value.unsure = True, one.unsure and not value.blacked
            rows.append([value])
            lines[one.line.what] = one.line
        purposes = {p.pk: p for line in lines.values() for p in processing.purposes_of(line, self.purposes)}
        return Section(
            "elsewhere",
            _("Where you are named elsewhere"),
            rows,
            list(purposes.values()),
            "; ".join(_each(str(line.retention.label) for line in lines.values())),
            _("what was written about somebody or something else"),
        )

    def _bars(self) -> Section:
        """Suppressions and public lists that hold for her addresses: they are kept as hashes and found by her own addresses only."""
        rows: list[list[Value]] = []
        if self.person.contact is not None:
            bars = barring.of_contacts([self.person.contact])[self.person.contact.pk]
            for kind, one in bars.suppressed.items():
                said = _("%(kind)s suppressed since %(day)s: %(why)s") % {
                    "kind": one.get_kind_display(), "day": f"{one.since:%d.%m.%Y}", "why": one.get_reason_display(),
                }  # fmt: skip
                rows.append([Value(f"bar:{kind}", kind, _("Suppression list"), said, Category.PREFERENCE)])
            for kind, day in bars.listed.items():
                rows.append(
                    [Value(f"list:{kind}", kind, _("Public list"), f"{kind}, {day:%d.%m.%Y}", Category.PREFERENCE)]
                )
        line = inventory.lines()["customers.Suppression"]
        assert isinstance(line, Holding)
        return Section(
            line.what,
            saying.named(line),
            rows,
            processing.purposes_of(line, self.purposes),
            str(line.retention.label),
            str(line.origin),
        )

    def _history(self) -> Section:
        line = inventory.lines()["history.Event"]
        assert isinstance(line, Holding)
        rows = [
            [
                self._value(change.place, change.name, change.label, change.text, Category.IDENTITY, change.is_text)
                for change in step
            ]
            for step in past.steps(self.person)
        ]
        title = _("What was changed in these data")
        return Section(
            line.what,
            title,
            rows,
            processing.purposes_of(line, self.purposes),
            str(line.retention.label),
            str(line.origin),
        )

    def as_data(self) -> dict[str, Any]:
        """The same for programs: plain types only."""
        head = ("name", "address", "email", "phone", "representative", "officer", "authority")
        return {
            "person": str(self.person),
            "controller": {name: getattr(self.controller, name) for name in head},
            "sections": [_section_data(section) for section in self.sections],
            "not_searched": self.elsewhere.unread,
            "derived_from_these": self.derived,
            "judgements_in": self.judgements,
            "recipients": self.recipients,
            "automated_decisions": False,
        }


def _section_data(section: Section) -> dict[str, Any]:
    return {
        "what": section.key,
        "title": section.title,
        "purposes": [one.said("name") for one in section.purposes],
        "legal_bases": sorted({basis for one in section.purposes for basis in one.bases}),
        "retention": section.retention,
        "origin": section.origin,
        "rows": [[{"name": v.name, "label": v.label, "value": v.text} for v in row] for row in section.rows],
    }


def _each(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


def redactions_of(person: Person) -> models.QuerySet[Redaction]:
    hers = models.Q(contact_id__in=person.contact_ids) | models.Q(account_id__in=person.account_ids)
    return Redaction.objects.filter(hers)


def blacked_out(text: str, passages: Sequence[Redaction]) -> str:
    """The text without these passages. They may lie over each other."""
    kept, at = [], 0
    for one in sorted(passages, key=lambda passage: passage.start):
        if one.start + one.length <= at:
            continue
        if one.start >= at:
            kept += [text[at : one.start], BLACK]
        at = one.start + one.length
    return "".join([*kept, text[at:]])
