"""A stakeholder map drawn by the server: boxes with links in them, lines between them. The colours come from the style sheet.

Geometry and words only, from what `stakeholders.mapping` and `stakeholders.tree` say: nothing here reads the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from kundenkreis.fields.picks import said
from kundenkreis.stakeholders.mapping import Map, Person
from kundenkreis.stakeholders.models import InfluenceLine
from kundenkreis.stakeholders.models.people import Attitude, Influence, Relationship
from kundenkreis.stakeholders.tree import Drawing, laid_out

WIDE, HIGH, GAP, ROW = 190, 92, 22, 36
NAME, LINE = 21, 27  # letters that fit
SIGNS = {-2: "−−", -1: "−", 0: "○", 1: "+", 2: "++", None: "?"}


@dataclass(frozen=True)
class Deal:
    """What an opportunity laid over the map says: {contact: (roles in words, stance in words, sign)}."""

    contacts: Mapping[int, tuple[str, str, str]] = field(default_factory=dict)


def name_of(one: Person) -> str:
    return one.contact.full_name if one.is_named else _("somebody outside your reach")


def initials(one: Person) -> str:
    return one.contact.initials if one.is_named else "?"


class Words:
    """What is said of everybody on a map, put into the reader's language once and not for each of them."""

    def __init__(self, shown: Map):
        self.people = shown.people
        self.names = {pk: name_of(one) for pk, one in shown.people.items()}
        self.roles = {
            role: said("opportunities.role", role) for role in {one.role for one in shown.people.values()} - {""}
        }
        self.attitudes = {one.value: _("attitude %(what)s") % {"what": one.label} for one in Attitude}
        self.influences = {one.value: _("influence %(what)s") % {"what": one.label} for one in Influence}
        self.relationships = {one.value: _("relationship %(what)s") % {"what": one.label} for one in Relationship}
        self.no_role, self.outside = _("no role known"), _("from outside")
        self.reports_to, self.looked_after = _("reports to %(name)s"), _("looked after by %(name)s")

    def job(self, one: Person) -> str:
        return one.job_title if one.is_named else ""

    def described(self, one: Person) -> str:
        """A person in a sentence, for whoever does not see the drawing."""
        parts = [self.names[one.pk], self.job(one), self.roles.get(one.role, self.no_role)]
        if one.attitude is not None:
            parts.append(self.attitudes[one.attitude])
        if one.influence is not None:
            parts.append(self.influences[one.influence])
        if one.relationship is not None:
            parts.append(self.relationships[one.relationship])
        if one.superior is not None:
            parts.append(self.reports_to % {"name": self.names[one.superior]})
        if one.counterpart is not None:
            parts.append(self.looked_after % {"name": one.counterpart.get_full_name()})
        if one.is_outside:
            parts.append(self.outside)
        return ", ".join(filter(None, parts))

    def line(self, one: Person) -> str:
        """The same in short, under her name in the list."""
        parts = [self.job(one), self.roles.get(one.role, self.no_role), self.attitudes.get(one.attitude, "")]
        parts += [
            self.relationships.get(one.relationship, ""),
            one.counterpart.get_full_name() if one.counterpart else "",
        ]
        return " · ".join(filter(None, (*parts, self.outside if one.is_outside else "")))


def order_of(shown: Map) -> Drawing:
    return laid_out({pk: one.superior for pk, one in shown.people.items()}, list(shown.people))


def lines_of(shown: Map, drawing: Drawing, words: Words) -> list[tuple[int, int, str, str]]:
    """Everybody as (number, level, name, line), each under her superior: the map as an indented list."""
    below: dict[int | None, list[int]] = {}
    for pk, one in shown.people.items():
        key = one.superior if drawing.levels[pk] else None
        below.setdefault(key, []).append(pk)
    found: list[tuple[int, int, str, str]] = []
    open_ends = list(reversed(below.get(None, [])))
    while open_ends:
        pk = open_ends.pop()
        found.append((pk, min(drawing.levels[pk], 5), words.names[pk], words.line(shown.people[pk])))
        open_ends += reversed(below.get(pk, []))
    return found


def drawn(shown: Map, drawing: Drawing, words: Words, deal: Deal | None = None) -> Markup:
    """The whole map as SVG."""
    chart = _Chart(shown, drawing, words, deal, reverse("stakeholders:list"))
    width, height = int(drawing.width * (WIDE + GAP)) + 40, drawing.rows * (HIGH + ROW) + 10
    inside = Markup().join(
        [*chart.reporting(), *map(chart.influence, shown.lines), *map(chart.person, shown.people.values())]
    )
    return Markup(
        '<svg class="org" viewBox="-20 -5 {w} {h}" width="{w}" height="{h}" role="group" aria-label="{label}">'
        '<defs><marker id="org-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" orient="auto"'
        ' markerUnits="userSpaceOnUse"><path d="M0 0L8 4L0 8z" class="org-tip"/></marker></defs>{inside}</svg>'
    ).format(w=width, h=height, label=_("Stakeholder map"), inside=inside)  # fmt: skip


@dataclass(frozen=True)
class _Chart:
    shown: Map
    drawing: Drawing
    words: Words
    deal: Deal | None
    place: str  # the address under which all of them are

    def at(self, pk: int) -> tuple[int, int]:
        column, row = self.drawing.places[pk]
        return int(column * (WIDE + GAP)), row * (HIGH + ROW)

    def reporting(self) -> list[Markup]:
        columns: dict[tuple[int, float], int] = {}
        for pk, one in self.shown.people.items():
            if one.superior is not None:
                key = one.superior, self.drawing.places[pk][0]
                columns[key] = columns.get(key, 0) + 1
        found = []
        for pk, one in self.shown.people.items():
            if one.superior is None or not self.drawing.levels[pk]:
                continue
            (x, y), (above_x, above_y) = self.at(pk), self.at(one.superior)
            begin = f"M{above_x + WIDE // 2} {above_y + HIGH}V{above_y + HIGH + ROW // 2}"
            hangs = columns[one.superior, self.drawing.places[pk][0]] > 1
            path = f"{begin}H{x - 10}V{y + HIGH // 2}H{x}" if hangs else f"{begin}H{x + WIDE // 2}V{y}"
            found.append(Markup(f'<path class="org-line" d="{path}"/>'))  # noqa: S704 numbers only
        return found

    def influence(self, line: InfluenceLine) -> Markup:
        (x1, y1), (x2, y2) = self.at(line.stakeholder_id), self.at(line.influenced_id)
        rightwards = x2 >= x1
        start = (x1 + (WIDE if rightwards or x1 == x2 else 0), y1 + HIGH // 3)
        end = (x2 + (0 if rightwards and x1 != x2 else WIDE), y2 + HIGH * 2 // 3)
        bend = 40 if x1 == x2 else (end[0] - start[0]) // 2
        c1, c2 = start[0] + bend, (end[0] + bend if x1 == x2 else end[0] - bend)
        path = f"M{start[0]} {start[1]}C{c1} {start[1]} {c2} {end[1]} {end[0]} {end[1]}"
        return Markup(
            '<path class="org-influence is-{}" d="{}" marker-end="url(#org-tip)"><title>{}</title></path>'
        ).format(line.strength, path, influence_said(line, self.shown))

    def person(self, one: Person) -> Markup:
        x, y = self.at(one.pk)
        deal = self.deal.contacts.get(one.stakeholder.contact_id) if self.deal is not None else None
        role, sign, text = self.words.roles.get(one.role, ""), SIGNS[one.attitude], self.words.described(one)
        if deal is not None:
            role, sign = deal[0], deal[2] or sign
            text += "; " + _("in the opportunity: %(roles)s") % {"roles": ", ".join(filter(None, deal[:2]))}
        dimmed = " is-dimmed" if self.deal is not None and deal is None else ""
        dots = "●" * one.relationship + "○" * (5 - one.relationship) if one.relationship is not None else ""
        above = one.superior if one.superior is not None and self.drawing.levels[one.pk] else ""
        classes = f"org-person is-{_tone(one.attitude)}{dimmed}{' is-outside' if one.is_outside else ''}"
        name, job = _cut(self.words.names[one.pk], NAME), _cut(self.words.job(one), LINE - 4)
        return Markup(  # noqa: S704 what people wrote is escaped
            f'<g class="{classes}" data-who="{one.pk}" data-above="{above}" transform="translate({x} {y})">'
            f'<a href="{self.place}{one.pk}/" aria-label="{escape(text)}"><rect class="org-box" width="{WIDE}" height="{HIGH}" rx="6"/></a>'
            f'<g class="org-drawn" aria-hidden="true"><rect class="org-bar" width="5" height="{HIGH}" rx="2"/>'
            f'<circle class="org-face" cx="27" cy="25" r="14"/><text class="org-initials" x="27" y="29">{escape(initials(one))}</text>'
            f'<text class="org-name" x="48" y="22">{escape(name)}</text><text class="org-job" x="48" y="38">{escape(job)}</text>'
            f'<text class="org-role" x="13" y="60">{escape(_cut(role, LINE))}</text><text class="org-dots" x="13" y="80">{dots}</text>'
            f'<text class="org-sign" x="178" y="80">{sign}</text><text class="org-ours" x="150" y="80">{escape(_short(one))}</text></g></g>'
        )


def _short(one: Person) -> str:
    return one.counterpart.first_name[:1] + one.counterpart.last_name[:1] if one.counterpart else ""


def _tone(attitude: int | None) -> str:
    if attitude is None:
        return "unknown"
    return "good" if attitude > 0 else "bad" if attitude < 0 else "neutral"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def influence_said(line: InfluenceLine, shown: Map) -> str:
    """ "Anna Huber has the ear of Max Egger (3: strong): used to work for her." """
    values = {
        "who": name_of(shown.people[line.stakeholder_id]),
        "whom": name_of(shown.people[line.influenced_id]),
        "strength": line.get_strength_display(),
    }
    text = _("%(who)s influences %(whom)s (%(strength)s)") % values
    return f"{text}: {line.note}" if line.note else text
