"""My day: what a person should do today and why, composed from the rooms for her, her team, or all whom she sees.

Each part costs the same for thirty customers and for a million: it is read by an index, best first, and cut.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.activities.agenda import Agenda
from kundenkreis.activities.models import Activity
from kundenkreis.activities.participating import by_day
from kundenkreis.core import clock
from kundenkreis.customers.discretion import spare
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.inbox.models import LastLook
from kundenkreis.leads import routing as lead_routing
from kundenkreis.leads.models import Lead
from kundenkreis.market.attainment import Attained
from kundenkreis.orders.models import Order
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.privacy.models import SubjectRequest
from kundenkreis.staff import access
from kundenkreis.staff.models import User
from kundenkreis.web import day_asking, own_target
from kundenkreis.web.changes import spared, told
from kundenkreis.web.circles import MINE, Circle
from kundenkreis.web.day_asking import COUNTED, LATEST, NEWS, SHOWN
from kundenkreis.web.needs import Need, needs

LATE = dt.timedelta(days=14)  # an order may come in that much after its day and still be news
NEW = dt.timedelta(days=14)


@dataclass(frozen=True)
class News:
    """One line of what happened since the person last looked. `text` says it, `detail` what exactly."""

    text: str
    detail: str = ""
    account_id: int | None = None
    at: dt.datetime | None = None
    kind: str = ""


@dataclass(frozen=True)
class NewOrders:
    number: int
    total: Decimal
    credit_notes: int
    latest: Sequence[Order] = ()
    is_more: bool = False  # only the largest were counted


@dataclass(frozen=True)
class Lesson:
    """A step that teaches a new person: what to do, where, and whether it is done."""

    text: str
    url: str
    button: str
    is_done: bool


@dataclass
class Day:
    """The parts of the page. Amounts are in house currency."""

    circle: Circle
    now: dt.datetime = field(default_factory=timezone.now)
    today: dt.date = field(default_factory=clock.today)

    @property
    def user(self) -> User:
        return self.circle.user

    @cached_property
    def _open(self) -> list[Activity]:
        """When they are due decides which of them are shown: no more is read of them."""
        if not access.reach(self.user, "activities.see"):
            return []
        return by_day([*day_asking.open_ones(circle=self.circle), *self._along])

    @cached_property
    def _along(self) -> list[Activity]:
        """What is others' to do, and she comes along."""
        return list(day_asking.open_along(circle=self.circle)) if self.circle.whose == MINE else []

    @cached_property
    def agenda(self) -> Agenda:
        """What is to be done and is no appointment of today."""
        appointed = {one.pk for one in self._appointed}
        return Agenda.of([one for one in self._open if one.pk not in appointed], self.today)

    @cached_property
    def _appointed(self) -> list[Activity]:
        kinds = (Activity.Kind.CALL, Activity.Kind.VISIT, Activity.Kind.MEETING)
        found = [one for one in self._open if one.kind in kinds and self._is_today(one)]
        return sorted(found, key=lambda one: (one.at, one.pk))

    def _is_today(self, one: Activity) -> bool:
        return timezone.localdate(one.at) == self.today and one.due_on in (None, self.today)

    @property
    def appointments(self) -> list[Activity]:
        """Today's calls, visits and meetings by the hour."""
        return [self._shown[one.pk] for one in self._appointed if one.pk in self._shown]

    @cached_property
    def tasks(self) -> list[tuple[str, str, list[Activity]]]:
        """(heading, tone, activities): overdue, today, the next days."""
        parts = ((_("Overdue"), "bad"), (_("Today"), ""), (_("Next"), ""))
        shown = [
            (heading, tone, [self._shown[one.pk] for one in rows if one.pk in self._shown])
            for (heading, tone), rows in zip(parts, self._parts, strict=True)
        ]
        return [part for part in shown if part[2]]

    @property
    def _parts(self) -> tuple[list[Activity], list[Activity], list[Activity]]:
        agenda = self.agenda
        coming = agenda.soon or agenda.later or agenda.someday
        return agenda.overdue[:4], agenda.today[:SHOWN], coming[:3]

    @cached_property
    def _shown(self) -> dict[int, Activity]:
        """By number what the page shows of the agenda, with all that it tells of them."""
        ids = [one.pk for part in (self._appointed, *self._parts) for one in part]
        found = day_asking.activities(ids)
        spare(self.user, found, "account", "contact")
        along = {one.pk for one in self._along}
        for one in found:
            one.is_along = one.pk in along  # type: ignore[attr-defined]
        return {one.pk: one for one in found}

    @cached_property
    def requests(self) -> list[SubjectRequest]:
        """Privacy requests that she answers for, what is due first on top."""
        if self.circle.whose != MINE or not access.reach(self.user, "requests.add"):
            return []
        hers = SubjectRequest.objects.open().filter(responsible_id__in=access.herself(self.user))
        return list(hers.order_by("due_on", "pk")[:SHOWN])

    @cached_property
    def leads(self) -> list[Lead]:
        """Her leads with whom nobody has spoken yet, what is due first on top."""
        if self.circle.whose != MINE or not access.reach(self.user, "leads.change"):
            return []
        hers = Lead.objects.waiting().filter(owner_id__in=access.herself(self.user))
        found = list(hers.order_by("first_touch_due", "pk")[:SHOWN])
        now = lead_routing.moment()
        for one in found:
            one.is_late = one.first_touch_due is not None and one.first_touch_due < now  # type: ignore[attr-defined]
        return found

    @cached_property
    def target(self) -> Attained | None:
        """How her own target of the quarter stands."""
        return own_target.of_person(self.user) if self.circle.whose == MINE else None

    @cached_property
    def needs(self) -> list[Need]:
        """Customers with a reason to act, the most at stake first."""
        if not access.reach(self.user, "signals.see"):
            return []
        return needs(self.circle, most=SHOWN)

    @cached_property
    def forgotten(self) -> list[Account]:
        """Important accounts (tier A and B) with nothing planned, the largest first."""
        if not access.reach(self.user, "activities.see"):
            return []
        return day_asking.forgotten(self.circle.few or [], circle=self.circle)

    @cached_property
    def opportunities(self) -> list[Opportunity]:
        """Open opportunities that nothing is planned for, or that should have been decided by now."""
        if not access.reach(self.user, "opportunities.see"):
            return []
        found = list(day_asking.opportunities(self.today, circle=self.circle))
        spare(self.user, found, "account")
        return found

    # --- since the last look

    @cached_property
    def since(self) -> dt.datetime:
        return LastLook.take(self.user, self.now)

    @cached_property
    def new_orders(self) -> NewOrders | None:
        """What came in since then; orders that are long past are an import's business."""
        if not access.reach(self.user, "orders.see"):
            return None
        # By the house's calendar, which in a demo house is not today's.
        from_day = self.today - (self.now - self.since) - LATE
        few = self.circle.few
        if few is not None:
            found, most = day_asking.orders_of_few(from_day, self.since, few), COUNTED
        else:
            newest = next(iter(day_asking.thousandth_order()), 0)
            found, most = day_asking.orders_of_many(from_day, self.since, newest, circle=self.circle), LATEST - 1
        if not found:
            return None
        sold = sorted((total, pk) for total, pk, kind in found if kind == Order.Kind.ORDER)
        latest = day_asking.orders([pk for _total, pk in sold[-3:]])
        return NewOrders(
            len(sold),
            sum((total for total, _pk in sold), Decimal(0)),
            len(found) - len(sold),
            sorted(latest, key=lambda one: (-one.total_house, -one.pk)),
            is_more=len(found) > most,
        )

    @cached_property
    def news(self) -> list[News]:
        """What others did at these accounts, newest first."""
        events = spared(self.user, self._events())
        names = dict(day_asking.names([event.account_id for event in events], circle=self.circle))
        found = []
        for event in events:
            headline, changes, kind = told(event)
            detail = " · ".join(f"{name}: {after}" for name, _before, after in changes[:2] if after)
            by = event.actor_name or _("the system")
            found.append(
                News(headline, ", ".join(filter(None, (names.get(event.account_id or 0, ""), by, detail))),
                     event.account_id if event.account_id in names else None, event.at, kind)
            )  # fmt: skip
        return found

    def _events(self) -> list[Event]:
        asked = (self.since, self.now, self.user.pk)
        if self.circle.few is not None:
            ids = day_asking.events_of_few(*asked, self.circle.few)
        else:
            latest = day_asking.newest_events(*asked)
            seen = self._seen({account for _pk, account in latest})
            ids = [pk for pk, account in latest if account in seen][:NEWS]
        return day_asking.events(ids)

    def _seen(self, accounts: set[int]) -> set[int]:
        """Those of these accounts that are in the circle."""
        return set(day_asking.seen(sorted(accounts), circle=self.circle))

    # --- for whoever is new

    @property
    def is_new(self) -> bool:
        """Has the person nothing to do and nobody to think of, or has she been here for less than two weeks?"""
        joined = self.user.created_at
        return not (self._open or self.forgotten or self.needs) or self.now - joined < NEW

    @cached_property
    def lessons(self) -> list[Lesson]:
        """Three steps, for as long as one of them is not done."""
        user = self.user
        has_accounts = self.circle.few != []
        steps = []
        if access.reach(user, "accounts.see"):
            imports = access.may(user, "imports.run")
            steps.append(
                Lesson(
                    _("Bring your customers in, or look at those who are here."),
                    reverse("imports:add" if imports and not has_accounts else "accounts:list"),
                    _("Import a file") if imports and not has_accounts else _("Look at the accounts"),
                    has_accounts,
                )
            )
        if access.reach(user, "activities.add"):
            wrote = bool(day_asking.one_of_hers(user.pk))
            steps.append(
                Lesson(
                    _("Plan a call or a visit, so that this page knows what you are going to do."),
                    reverse("activities:plan"),
                    _("Plan something"),
                    wrote,
                )
            )
        kept = bool(day_asking.view_of_hers(user.pk))
        steps.append(
            Lesson(
                _("Filter the accounts as you need them and keep that as a view."),
                reverse("accounts:list"),
                _("Make a view"),
                kept,
            )
        )
        return steps if not all(step.is_done for step in steps) else []
