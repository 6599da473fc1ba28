"""My day: what a person should do today and why, composed from the rooms for her, her team, or all whom she sees.

Each part costs the same for thirty customers and for a million: it is read by an index, best first, and cut.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.cache import cache
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.activities.agenda import Agenda
from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.core.records import AskedOfEachRow, reached_from
from kundenkreis.customers.discretion import spare
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.inbox.models import LastLook
from kundenkreis.lists.models import SavedView
from kundenkreis.orders.models import Order
from kundenkreis.staff import access
from kundenkreis.staff.models import Team, User
from kundenkreis.staff.roles import Role
from kundenkreis.web.changes import spared, told
from kundenkreis.web.needs import Need, needs

MINE, TEAM, ALL = "mine", "team", "all"
LISTED = 60  # open activities looked at for the agenda
# What the page tells of each of them; of their accounts alone there are forty columns.
OF_ACTIVITIES = (
    *("kind", "subject", "at", "time_zone", "due_on", "is_open", "account__name", "account__place"),
    *("contact__title_before", "contact__given_name", "contact__family_name", "contact__title_after"),
    *("owner__first_name", "owner__last_name"),
)
SHOWN = 8  # lines of one part
NEWS = 6
SLICE = 900  # SQLite takes so many parameters everywhere
FEW = 4000  # accounts that lead to what is theirs; whoever looks after more gets it out of everybody's
STILL_MANY = 300  # seconds for which whoever has many accounts is taken to have them
LATEST = 1000  # so many of the house's newest events and orders are looked through for her
LATE = dt.timedelta(days=14)  # an order may come in that much after its day and still be news
NEW = dt.timedelta(days=14)
COUNTED = 500  # orders
WORTH_A_STEP = (Account.Tier.A, Account.Tier.B)


@dataclass
class Circle:
    """Whose customers a day is about."""

    user: User
    whose: str = MINE

    @classmethod
    def asked(cls, user: Any, wanted: str) -> Circle:
        """What the address asks for, as far as there is something to see; else the one that fits the role."""
        known = [key for key, _label in choices(user)]
        if wanted in known:
            return cls(user, wanted)
        leads = user.role in (Role.HEAD_OF_SALES, Role.READ_ONLY, Role.ADMINISTRATOR) and len(known) > 1
        return cls(user, known[1] if leads else known[0])

    @cached_property
    def people(self) -> frozenset[int]:
        """I, and whom I stand in for today."""
        return frozenset({self.user.pk, *access.stands_in_for(self.user, clock.today())})

    @cached_property
    def teams(self) -> frozenset[int]:
        """My team and those below it."""
        return access.below(Team, {self.user.team_id} - {None})

    @property
    def accounts(self) -> Any:
        """Living accounts of the circle that the person may see."""
        rows = Account.objects.visible_to(self.user).living()
        if self.whose == TEAM:
            return rows.filter(team_id__in=self.teams)
        if self.whose == ALL or not access.reach(self.user, "accounts.see"):
            return rows
        # One's own accounts and those with a seat are within the reach of everybody who sees any: asking once is enough.
        return Account.objects.living().within(self._own)

    @cached_property
    def _own(self) -> access.Reach:
        return access.Reach(owners=self.people, members=self.people)

    @cached_property
    def few(self) -> list[int] | None:
        """The numbers of its accounts if they are few: then they lead to what is theirs. None: everybody's is walked, best first."""
        known = f"day.many:{self.user.pk}:{self.whose}"  # counting 4,000 takes longer than all other questions of a large circle
        if cache.get(known):
            return None
        rows = self.accounts.order_by().values_list("pk", flat=True)
        if rows[: FEW + 1].count() > FEW:
            cache.set(known, True, STILL_MANY)
            return None
        return list(rows)

    @property
    def is_few(self) -> bool:
        return self.few is not None

    @property
    def activities(self) -> Any:
        """Open activities: her own, those of her team's people, or all that she may see."""
        if self.whose == MINE and self.people <= access.reach(self.user, "activities.see").owners:
            return Activity.objects.open().filter(owner_id__in=self.people)  # as owners are seen whatever their account
        rows = Activity.objects.visible_to(self.user).open()
        if self.whose == MINE:
            return rows.filter(owner_id__in=self.people)
        if self.whose == ALL:
            return rows
        people = User._base_manager.filter(team_id__in=self.teams)
        if self.is_few:
            return rows.filter(owner_id__in=list(people.values_list("pk", flat=True)))
        return rows.filter(AskedOfEachRow(people.filter(pk=OuterRef("owner_id"))))


def choices(user: Any) -> list[tuple[str, str]]:
    """Mine; my team's if I have one; everybody's for those who see everything."""
    found = [(MINE, _("Mine"))]
    reach = access.reach(user, "accounts.see")
    if user.team_id and (reach.everything or reach.teams):
        found.append((TEAM, _("My team")))
    if reach.everything:
        found.append((ALL, _("All")))
    return found


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
        if not access.reach(self.user, "activities.see"):
            return []
        rows = self.circle.activities.for_list().only(*OF_ACTIVITIES)
        found = list(rows.order_by("due_on", "at", "pk")[:LISTED])
        spare(self.user, found, "account", "contact")
        return found

    @cached_property
    def agenda(self) -> Agenda:
        """What is to be done and is no appointment of today."""
        appointed = {one.pk for one in self.appointments}
        return Agenda.of([one for one in self._open if one.pk not in appointed], self.today)

    @cached_property
    def appointments(self) -> list[Activity]:
        """Today's calls, visits and meetings by the hour."""
        kinds = (Activity.Kind.CALL, Activity.Kind.VISIT, Activity.Kind.MEETING)
        found = [one for one in self._open if one.kind in kinds and self._is_today(one)]
        return sorted(found, key=lambda one: (one.at, one.pk))

    def _is_today(self, one: Activity) -> bool:
        return timezone.localdate(one.at) == self.today and one.due_on in (None, self.today)

    @cached_property
    def tasks(self) -> list[tuple[str, str, list[Activity]]]:
        """(heading, tone, activities): overdue, today, the next days."""
        agenda = self.agenda
        parts = (
            (_("Overdue"), "bad", agenda.overdue[:4]),
            (_("Today"), "", agenda.today[:SHOWN]),
            (_("Next"), "", (agenda.soon or agenda.later or agenda.someday)[:3]),
        )
        return [part for part in parts if part[2]]

    @cached_property
    def needs(self) -> list[Need]:
        """Customers with a reason to act, the most at stake first."""
        if not access.reach(self.user, "signals.see"):
            return []
        return needs(self.user, self.circle.accounts, few=self.circle.few, most=SHOWN)

    @cached_property
    def forgotten(self) -> list[Account]:
        """Important accounts (tier A and B) with nothing planned, the largest first."""
        if not access.reach(self.user, "activities.see"):
            return []
        planned = Activity.objects.open().filter(account_id=OuterRef("pk"))
        rows, few = Account.objects.living(), self.circle.few
        if few is not None:
            rows = rows.filter(pk__listed=few)
        else:
            rows = rows.filter(AskedOfEachRow(self.circle.accounts.filter(pk=OuterRef("pk"))))
        rows = rows.filter(tier__in=WORTH_A_STEP).exclude(Exists(planned))
        shown = ("name", "tier", "revenue_12m", "last_order_on", "place", "owner__first_name", "owner__last_name")
        return list(rows.select_related("owner").only(*shown).order_by("-revenue_12m", "-pk")[:SHOWN])

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
        rows = Order.objects.living().filter(ordered_on__gte=from_day, created_at__gt=self.since)
        rows = rows.exclude(kind=Order.Kind.ADJUSTMENT)
        if self.circle.few is not None:
            rows, most = rows.filter(account_id__listed=self.circle.few).order_by("-total_house"), COUNTED
        else:
            # What was stored last has the highest numbers: the newest of the house are looked at, whoever's they are.
            newest = Order._base_manager.order_by("-pk").values_list("pk", flat=True)[LATEST - 1 : LATEST].first() or 0
            rows, most = rows.filter(reached_from("account_id", self.circle.accounts), pk__gte=newest), LATEST - 1
        found = list(rows.values_list("total_house", "pk", "kind")[: most + 1])
        if not found:
            return None
        sold = sorted((total, pk) for total, pk, kind in found if kind == Order.Kind.ORDER)
        latest = Order.objects.select_related("account").filter(pk__in=[pk for _total, pk in sold[-3:]])
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
        names = dict(
            Account.objects.visible_to(self.user)
            .filter(pk__in={e.account_id for e in events} or {0})
            .values_list("pk", "name")
        )
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
        fresh = Event.objects.filter(at__gt=self.since, at__lte=self.now)
        fresh = fresh.exclude(actor_id=self.user.pk).exclude(account_id=None).order_by("-at", "-pk")
        if self.circle.few is not None:
            ids = list(fresh.filter(account_id__listed=self.circle.few).values_list("pk", flat=True)[:NEWS])
        else:
            latest = list(fresh.values_list("pk", "account_id")[:LATEST])
            seen = self._seen({account for _pk, account in latest})
            ids = [pk for pk, account in latest if account in seen][:NEWS]
        return list(Event.objects.filter(pk__in=ids).order_by("-at", "-pk"))

    def _seen(self, accounts: set[int]) -> set[int]:
        """Those of these accounts that are in the circle."""
        wanted, found = sorted(accounts) or [0], set()
        for start in range(0, len(wanted), SLICE):
            some = self.circle.accounts.filter(pk__in=wanted[start : start + SLICE])
            found |= set(some.values_list("pk", flat=True))
        return found

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
            wrote = Activity.objects.filter(owner=user).exists()
            steps.append(
                Lesson(
                    _("Plan a call or a visit, so that this page knows what you are going to do."),
                    reverse("activities:plan"),
                    _("Plan something"),
                    wrote,
                )
            )
        kept = SavedView.objects.filter(owner=user).exists()
        steps.append(
            Lesson(
                _("Filter the accounts as you need them and keep that as a view."),
                reverse("accounts:list"),
                _("Make a view"),
                kept,
            )
        )
        return steps if not all(step.is_done for step in steps) else []
