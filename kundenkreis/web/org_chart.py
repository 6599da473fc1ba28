"""A stakeholder map drawn by the server: boxes with links in them, lines between them. The colours come from the style sheet.

Geometry and words only, from what `stakeholders.mapping` and `stakeholders.tree` say: nothing here reads the database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _
from markupsafe import Markup

from kundenkreis.stakeholders.mapping import Map, Person
from kundenkreis.stakeholders.models import InfluenceLine
from kundenkreis.stakeholders.models.people import Influence, Relationship
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


def order_of(shown: Map) -> Drawing:
    return laid_out({pk: one.superior for pk, one in shown.people.items()}, list(shown.people))


def lines_of(shown: Map) -> list[tuple[Person, int]]:
    """Everybody with her level, each under her superior: the map as an indented list."""
    drawing = order_of(shown)
    below: dict[int | None, list[int]] = {}
    for pk, one in shown.people.items():
        key = one.superior if drawing.levels[pk] else None
        below.setdefault(key, []).append(pk)
    found: list[tuple[Person, int]] = []
    open_ends = list(reversed(below.get(None, [])))
    while open_ends:
        pk = open_ends.pop()
        found.append((shown.people[pk], drawing.levels[pk]))
        open_ends += reversed(below.get(pk, []))
    return found


def described(one: Person, shown: Map) -> str:
    """A person in a sentence, for whoever does not see the drawing."""
    parts = [name_of(one), one.job_title if one.is_named else ""]
    parts.append(one.role_label or _("no role known"))
    if one.attitude is not None:
        parts.append(_("attitude %(what)s") % {"what": one.attitude_label})
    if one.influence is not None:
        parts.append(_("influence %(what)s") % {"what": Influence(one.influence).label})
    if one.relationship is not None:
        parts.append(_("relationship %(what)s") % {"what": Relationship(one.relationship).label})
    if one.superior is not None:
        parts.append(_("reports to %(name)s") % {"name": name_of(shown.people[one.superior])})
    if one.counterpart is not None:
        parts.append(_("looked after by %(name)s") % {"name": one.counterpart.get_full_name()})
    if one.is_outside:
        parts.append(_("from outside"))
    return ", ".join(filter(None, parts))


def drawn(shown: Map, deal: Deal | None = None) -> Markup:
    """The whole map as SVG."""
    drawing = order_of(shown)
    chart = _Chart(shown, drawing, deal)
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
    deal: Deal | None

    def at(self, pk: int) -> tuple[int, int]:
        column, row = self.drawing.places[pk]
        return int(column * (WIDE + GAP)), row * (HIGH + ROW)

    def reporting(self) -> list[Markup]:
        found = []
        for pk, one in self.shown.people.items():
            if one.superior is None or not self.drawing.levels[pk]:
                continue
            (x, y), (above_x, above_y) = self.at(pk), self.at(one.superior)
            begin, middle = f"M{above_x + WIDE // 2} {above_y + HIGH}V{above_y + HIGH + ROW // 2}", x + WIDE // 2
            hangs = self._hangs(pk, one.superior)
            path = f"{begin}H{x - 10}V{y + HIGH // 2}H{x}" if hangs else f"{begin}H{middle}V{y}"
            found.append(Markup('<path class="org-line" d="{}"/>').format(path))
        return found

    def _hangs(self, pk: int, superior: int) -> bool:
        column, row = self.drawing.places[pk]
        if row > self.drawing.places[superior][1] + 1:
            return True
        beside: Collection[int] = [
            k for k, other in self.shown.people.items() if other.superior == superior and k != pk
        ]
        return any(self.drawing.places[k][0] == column for k in beside)

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
        role = one.role_label
        sign, tone = SIGNS[one.attitude], _tone(one.attitude)
        text = described(one, self.shown)
        if deal is not None:
            role, sign = deal[0], deal[2] or sign
            text += "; " + _("in the opportunity: %(roles)s") % {"roles": ", ".join(filter(None, deal[:2]))}
        dimmed = self.deal is not None and deal is None
        dots = (
            "●" * (one.relationship or 0) + "○" * (5 - (one.relationship or 0)) if one.relationship is not None else ""
        )
        above = one.superior if one.superior is not None and self.drawing.levels[one.pk] else ""
        classes = f"org-person is-{tone}{' is-dimmed' if dimmed else ''}{' is-outside' if one.is_outside else ''}"
        return Markup(
            '<g class="{classes}" data-who="{pk}" data-above="{above}" transform="translate({x} {y})">'
            '<a href="{href}" aria-label="{text}"><rect class="org-box" width="{w}" height="{h}" rx="6"/></a>'
            '<g class="org-drawn" aria-hidden="true"><rect class="org-bar" width="5" height="{h}" rx="2"/>'
            '<circle class="org-face" cx="27" cy="25" r="14"/><text class="org-initials" x="27" y="29">{initials}</text>'
            '<text class="org-name" x="48" y="22">{name}</text><text class="org-job" x="48" y="38">{job}</text>'
            '<text class="org-role" x="13" y="60">{role}</text><text class="org-dots" x="13" y="80">{dots}</text>'
            '<text class="org-sign" x="178" y="80">{sign}</text><text class="org-ours" x="150" y="80">{ours}</text></g></g>'
        ).format(
            classes=classes, href=reverse("stakeholders:detail", args=[one.pk]), pk=one.pk, above=above, text=text, x=x, y=y, w=WIDE, h=HIGH,
            initials=initials(one), name=_cut(name_of(one), NAME), job=_cut(one.job_title if one.is_named else "", LINE - 4),
            role=_cut(role, LINE), dots=dots, sign=sign, ours=_short(one),
        )  # fmt: skip


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


__all__ = ["Deal", "described", "drawn", "influence_said", "lines_of", "name_of"]
