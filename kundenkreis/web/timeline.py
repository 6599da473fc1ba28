"""The timeline: activities, orders, documents and changes of an account (or group, or contact) as one stream, newest first.

Each kind is read from its own index, one page at most, and the pages are merged; so a page costs the same at the start and ten years back,
for a customer with three orders and for one with fifty thousand lines. A cursor names the last entry shown: its time, kind and number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kundenkreis.activities.models import Activity
from kundenkreis.activities.participating import attach
from kundenkreis.customers.discretion import spare
from kundenkreis.customers.models import Account, Contact
from kundenkreis.files.models import Document
from kundenkreis.history import trail
from kundenkreis.history.models import Event
from kundenkreis.history.trail import Place, Step
from kundenkreis.orders.models import Order
from kundenkreis.staff import access
from kundenkreis.web import formats
from kundenkreis.web.changes import spared, told
from kundenkreis.web.trails import named

SIZE = 20
# What the filter over the stream offers: key, label. An activity's kinds count as one each.
KINDS = [
    ("note", gettext_lazy("Notes")),
    ("call", gettext_lazy("Calls")),
    ("visit", gettext_lazy("Visits and meetings")),
    ("mail", gettext_lazy("Mails")),
    ("task", gettext_lazy("Tasks")),
    ("order", gettext_lazy("Orders")),
    ("document", gettext_lazy("Documents")),
    ("change", gettext_lazy("Changes")),
]
_ACTIVITY_KINDS = {
    "note": ["note"],
    "call": ["call"],
    "visit": ["visit", "meeting"],
    "mail": ["mail"],
    "task": ["task"],
}
# Events that stand in the stream as records already, or that say nothing to a reader.
_PERSON = ("first_name", "last_name")
_NAMED = ("title_before", "given_name", "family_name", "title_after")
_OF_ACTIVITY = (
    *("kind", "subject", "body", "account_id", "at", "minutes", "outcome", "is_pinned", "done_at"),
    *(f"owner__{name}" for name in _PERSON),
    *(f"contact__{name}" for name in _NAMED),
)
_OF_ORDER = ("kind", "number", "ordered_on", "line_count", "total", "currency", "account_id")
_TOLD_ELSEWHERE = [
    "activity.added",
    "order.added",
    "document.added",
    "delivery.added",
    "openitem.added",
    "creditstanding.added",
    # on the pages of the talk, the need and the round: each has a dozen of them
    "talkanswer.added",
    "talkanswer.changed",
    "needfit.added",
    "accountjudgement.added",
]


@dataclass(frozen=True)
class Item:
    """One line of the stream. `rank` orders kinds at the same moment; `changes` are (field, from, to)."""

    at: dt.datetime
    rank: int
    pk: int
    kind: str
    title: str
    when: dt.datetime | dt.date
    by: str = ""
    text: str = ""
    tone: str = ""
    url: str = ""
    pinned: bool = False
    changes: Sequence[tuple[str, str, str]] = ()
    about: str = ""  # which account, when the stream is a group's
    record: Any = None

    @property
    def key(self) -> tuple[dt.datetime, int, int]:
        return (self.at, self.rank, self.pk)


@dataclass
class Timeline:
    """The stream of some accounts, or of one contact."""

    user: Any
    accounts: Sequence[int] = ()
    contact: int | None = None
    kind: str = ""
    after: str = ""
    size: int = SIZE
    names: dict[int, str] = field(default_factory=dict)
    _floors: list[tuple[dt.datetime, int, int]] = field(default_factory=list)

    @cached_property
    def cursor(self) -> Place | None:
        return Place.read(self.after) if self.after else None

    @cached_property
    def _found(self) -> list[Item]:
        """The merged page of every kind, one entry too long when there are more."""
        listed = [*self._activities(), *self._documents(), *self._orders(), *self._changes()]
        # Below the last row of a kind that has more to come, its hidden rows would be missing between the others'.
        floor = max(self._floors, default=None)
        return sorted((i for i in listed if floor is None or i.key >= floor), key=lambda item: item.key, reverse=True)

    @cached_property
    def items(self) -> list[Item]:
        """One page: what is pinned first (on the first page only), then the newest."""
        return self._pinned() + self._found[: self.size]

    @cached_property
    def next(self) -> str:
        """The cursor of the next page, "" at the end."""
        if not self._found or (len(self._found) <= self.size and not self._floors):
            return ""
        last = self._found[: self.size][-1]
        return str(Place(*last.key))

    def _wants(self, kind: str) -> bool:
        return not self.kind or self.kind == kind

    def _seen(self, action: str) -> bool:
        return bool(access.reach(self.user, action))

    def _page(self, rows: QuerySet, rank: int, column: str, *order: str) -> list[Any]:
        if self.cursor is not None:
            rows = rows.filter(self.cursor.below(rank, column))
        found = list(rows.order_by(*(order or (f"-{column}", "-pk")))[: self.size + 1])
        if len(found) > self.size:
            self._floors.append((getattr(found[-1], column), rank, found[-1].pk))
        return found

    def _of(self, rows: QuerySet) -> QuerySet:
        if self.contact is not None:
            return rows.with_contact(self.contact) if rows.model is Activity else rows.filter(contact_id=self.contact)  # type: ignore[attr-defined]
        one = len(self.accounts) == 1
        return rows.filter(account_id=self.accounts[0]) if one else rows.filter(account_id__in=self.accounts)

    def _about(self, account_id: int | None) -> str:
        return self.names.get(account_id or 0, "") if len(self.accounts) > 1 else ""

    def _all_activities(self) -> QuerySet:
        # A contact may work for several accounts, and not all of them lie within this person's reach.
        seen = Activity.objects.all() if self.contact is None else Activity.objects.visible_to(self.user)
        rows = self._of(seen.living()).filter(is_open=False)
        if self.kind in _ACTIVITY_KINDS:
            rows = rows.filter(kind__in=_ACTIVITY_KINDS[self.kind])
        return rows.select_related("owner", "contact").only(*_OF_ACTIVITY)

    def _activities(self) -> list[Item]:
        if (self.kind and self.kind not in _ACTIVITY_KINDS) or not self._seen("activities.see"):
            return []
        return self.told(self._page(self._all_activities().filter(is_pinned=False), 4, "at"))

    def _pinned(self) -> list[Item]:
        if (
            self.cursor is not None
            or (self.kind and self.kind not in _ACTIVITY_KINDS)
            or not self._seen("activities.see")
        ):
            return []
        rows = self._all_activities().filter(is_pinned=True).order_by("-at", "-pk")[:10]
        return self.told(list(rows))

    def told(self, rows: list[Activity]) -> list[Item]:
        """These activities as lines of the stream."""
        spare(self.user, rows, "contact")
        attach(self.user, rows)
        return [self._activity(a) for a in rows]

    def _activity(self, one: Activity) -> Item:
        parts = [_("with %(name)s") % {"name": names}] if (names := self._with(one)) else []
        if one.minutes:
            parts.append(_("%(count)s min") % {"count": one.minutes})
        if one.outcome:
            parts.append(one.get_outcome_display())
        said = one.body.strip() if one.body.strip() != one.subject.strip() else ""
        text = "\n".join(filter(None, (said[:2000], " · ".join(parts))))
        title = one.subject if one.kind in ("note", "task") else f"{one.get_kind_display()}: {one.subject}"
        tone = "good" if one.kind == "task" and one.done_at else ""
        return Item(
            one.at, 4, one.pk, one.kind, title, one.at, str(one.owner or ""), text, tone, _address("activities:detail", one.pk),
            one.is_pinned, (), self._about(one.account_id), one,
        )  # fmt: skip

    def _with(self, one: Activity) -> str:
        """ "Anna Huber, Otto Lindner and colleague Ben Kern": who took part, but the contact whose timeline it is."""
        contacts = [*([one.contact] if one.contact else []), *one.also_with]  # type: ignore[attr-defined]
        names = [str(contact) for contact in contacts if contact.pk != self.contact]
        names += [_("colleague %(name)s") % {"name": who} for who in one.with_colleagues]  # type: ignore[attr-defined]
        return formats.listed(names)

    def _orders(self) -> list[Item]:
        if not self._wants("order") or self.contact is not None or not self._seen("orders.see"):
            return []
        rows = self._of(Order.objects.living()).only(*_OF_ORDER)
        if self.cursor is not None:
            rows = rows.filter(self._orders_below(self.cursor))
        found = [self._order(o) for o in rows.order_by("-ordered_on", "-pk")[: self.size + 1]]
        if len(found) > self.size:
            self._floors.append(found[-1].key)
        return found

    @staticmethod
    def _orders_below(cursor: Place) -> Q:
        # An order is booked on a day; in the stream it stands at that day's beginning.
        day = timezone.localtime(cursor.at).date()
        if _beginning(day) < cursor.at or cursor.rank > 2:
            return Q(ordered_on__lte=day)
        if cursor.rank < 2:
            return Q(ordered_on__lt=day)
        return Q(ordered_on__lte=day) & ~Q(ordered_on=day, pk__gte=cursor.pk)

    def _order(self, one: Order) -> Item:
        is_credit = one.kind == Order.Kind.CREDIT_NOTE
        lines = _("%(count)s lines") % {"count": formats.number(one.line_count)} if one.line_count != 1 else _("1 line")
        title = f"{capfirst(one.get_kind_display())} {one.number}"
        text = f"{lines} · {formats.money(one.total, one.currency)}"
        return Item(
            _beginning(one.ordered_on), 2, one.pk, "credit" if is_credit else "order", title, one.ordered_on, "", text,
            "warn" if is_credit else "", _address("orders:detail", one.pk), False, (), self._about(one.account_id), one,
        )  # fmt: skip

    def _documents(self) -> list[Item]:
        if not self._wants("document") or not self._seen("documents.see"):
            return []
        rows: QuerySet = Document.objects.living().select_related("latest__uploaded_by")
        if self.contact is not None:
            rows = rows.filter(subject_type="customers.contact", subject_id=self.contact)
        else:
            rows = self._of(rows)
        return [self._document(d) for d in self._page(rows, 3, "created_at")]

    def _document(self, one: Document) -> Item:
        latest = one.latest
        text = " · ".join(
            filter(
                None,
                (
                    formats.size(latest.size) if latest else "",
                    _("version %(n)s") % {"n": latest.number} if latest else "",
                ),
            )
        )
        by = str(latest.uploaded_by or "") if latest else ""
        return Item(
            one.created_at, 3, one.pk, "document", one.name, one.created_at, by, text, "", _address("documents:detail", one.pk),
            False, (), self._about(one.account_id), one,
        )  # fmt: skip

    def _changes(self) -> list[Item]:
        if not self._wants("change"):
            return []
        if self.contact is not None:
            rows: QuerySet = Event.objects.filter(subject_type="customers.contact", subject_id=self.contact)
            order: tuple[str, ...] = ("-pk",)
        else:
            rows, order = self._of(Event.objects.all()), ()
        events = self._page(rows.exclude(verb__in=_TOLD_ELSEWHERE), trail.EVENT, "at", *order)
        steps = [Step(Place(event.at, trail.EVENT, event.pk), event) for event in events] + self._by_batches()
        spared(self.user, [step.event for step in steps])
        newest_first = sorted(steps, key=lambda step: step.place, reverse=True)
        return [self._change(step, last) for step, last in _once_per_batch(newest_first)]

    def _by_batches(self) -> list[Step]:
        model: Any = Account if self.contact is None else Contact
        ids = self.accounts if self.contact is None else [self.contact]
        steps = trail.by_batches(model, ids, below=self.cursor, limit=self.size + 1)
        if len(steps) > self.size:
            last = steps[-1].place
            self._floors.append((last.at, last.rank, last.pk))
        return steps

    def _change(self, step: Step, last: Step) -> Item:
        event, place = step.event, last.place
        title, changes, kind = told(event)
        batch = named(event.batch) if event.pk is None and event.batch is not None else ""
        return Item(
            place.at, place.rank, place.pk, kind, title, event.at, event.actor_name, batch, "bad" if kind == "bin" else "",
            "", False, changes, self._about(event.account_id), event,
        )  # fmt: skip


def _once_per_batch(steps: Iterable[Step]) -> list[tuple[Step, Step]]:
    """A bulk edit or import is one line, however many of its changes stand here one after the other: its newest step and its oldest."""
    found: list[tuple[Step, Step]] = []
    for step in steps:
        if found and _one_work(found[-1][0].event, step.event):
            found[-1] = (found[-1][0], step)
        else:
            found.append((step, step))
    return found


def _one_work(one: Event, other: Event) -> bool:
    is_undo = [event.verb.endswith(".undone") for event in (one, other)]
    return one.batch_id is not None and one.batch_id == other.batch_id and is_undo[0] == is_undo[1]


def _beginning(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def _address(name: str, pk: int) -> str:
    before, after = _shape(name)
    return f"{before}{pk}{after}" if before else ""


@cache
def _shape(name: str) -> tuple[str, str]:
    """What stands before and after the number in a page's address; empty for a page that is not built."""
    try:
        before, _zero, after = reverse(name, args=[0]).rpartition("0")
    except NoReverseMatch:
        return "", ""
    return before, after
