"""Account 360: what the house knows of one account, or of its whole group, composed from the rooms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.cache import cache
from django.db.models import CharField, QuerySet, Sum
from django.db.models.functions import Cast, Substr
from django.utils.translation import gettext as _
from markupsafe import Markup

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.core.prepared import prepared
from kundenkreis.customers.grouping import Group
from kundenkreis.customers.models import Account, AccountTeamMember, Position
from kundenkreis.market.attainment import Attained
from kundenkreis.orders import figures
from kundenkreis.orders.models import CreditStanding, Order
from kundenkreis.orders.receivables import Receivables, receivables_of
from kundenkreis.staff import access
from kundenkreis.web import charts, formats, opening, own_target

TRENDS_KEPT = 3600  # seconds
OF_TRENDS = ("revenue_12m", "revenue_before", "last_order_on")  # fields of an account that its trend is kept by


@dataclass
class Overview:
    """The figures of the first page. Amounts are in house currency."""

    group: Group
    user: Any
    today: dt.date = field(default_factory=clock.today)

    @cached_property
    def currency(self) -> str:
        return House.known().currency

    @cached_property
    def _months(self) -> list[figures.Stretch]:
        """Since the first day of last year; each lies on one side of the same day last year."""
        first = dt.date(self.today.year - 1, 1, 1)
        return figures.by_stretch(self.group.ids, first, self.today, self.last_year_to_date)

    def _sum(self, first: dt.date, last: dt.date) -> Decimal:
        return sum((part.revenue for part in self._months if first <= part.on <= last), Decimal(0))

    @cached_property
    def last_year_to_date(self) -> dt.date:
        """The same day last year; 28 February for the 29th."""
        try:
            return self.today.replace(year=self.today.year - 1)
        except ValueError:
            return self.today.replace(year=self.today.year - 1, day=28)

    @cached_property
    def recorded_since(self) -> dt.date | None:
        """The house's first day of orders when last year is not recorded from its start; then there is no comparison."""
        since = cache.get_or_set("web.recorded_since", figures.recorded_since, 30)
        return since if since and since > dt.date(self.today.year - 1, 1, 7) else None

    @cached_property
    def revenue(self) -> Decimal:
        return self._sum(dt.date(self.today.year, 1, 1), self.today)

    @cached_property
    def revenue_before(self) -> Decimal:
        return self._sum(dt.date(self.today.year - 1, 1, 1), self.last_year_to_date)

    @cached_property
    def change(self) -> Decimal | None:
        known = self.revenue_before > 0 and not self.recorded_since
        return formats.change(self.revenue, self.revenue_before) if known else None

    @cached_property
    def target(self) -> Attained | None:
        """How the account's own target of the fiscal year stands; of a group none is told."""
        return None if self.group.chosen else own_target.of_account(self.group.account.pk, self.user)

    @cached_property
    def orders(self) -> int:
        """Orders of the last 12 months."""
        return sum(part.orders for part in self._months if part.on > self.last_year_to_date)

    @cached_property
    def returns(self) -> Decimal:
        """Credit notes of the last 12 months, as a positive amount."""
        return sum((part.returns for part in self._months if part.on > self.last_year_to_date), Decimal(0))

    @cached_property
    def returns_share(self) -> Decimal | None:
        """Returns in percent of what was sold in the last 12 months, before returns."""
        sold = sum(
            (part.revenue + part.returns for part in self._months if part.on > self.last_year_to_date), Decimal(0)
        )
        return self.returns / sold * 100 if sold > 0 else None

    @cached_property
    def last_order_on(self) -> dt.date | None:
        if not self.group.chosen:
            return self.group.account.last_ordered
        days = Account.objects.filter(pk__in=self.group.ids).values_list("last_order_on", flat=True)
        newest = max(days, default=None)
        return Account(last_order_on=newest).last_ordered if newest else None

    @cached_property
    def open_items(self) -> Receivables:
        """How many, how much in house currency, how much of it is overdue, and what the documents say."""
        return receivables_of(self.group.ids, self.today)

    @cached_property
    def rows(self) -> dict[str, str]:
        """Where the rows behind each figure are."""
        year = opening.between(dt.date(self.today.year, 1, 1), self.today)
        twelve = opening.between(self.last_year_to_date + dt.timedelta(days=1), self.today)
        return {
            "revenue": opening.orders_of(self.group, opening.SOLD, year),
            "orders": opening.orders_of(self.group, "kind:in:order", twelve),
            "returns": opening.orders_of(self.group, "kind:in:credit_note", twelve),
            "all": opening.orders_of(self.group),
            "open_items": opening.open_items_of(self.group),
            "overdue": opening.open_items_of(self.group, f"due:before:{self.today.isoformat()}"),
        }

    def month_url(self, year: int, number: int) -> str:
        return opening.orders_of(self.group, opening.SOLD, opening.month(year, number, self.today))

    def product_url(self, product: int) -> str:
        """The lines behind what the account, or group, bought of a product in the last 12 months."""
        twelve = opening.between(self.last_year_to_date + dt.timedelta(days=1), self.today)
        return opening.lines_of(product, twelve, whose=self.group)

    @cached_property
    def credit(self) -> CreditStanding | None:
        return next(iter(_credit(self.group.account.pk)), None)

    @cached_property
    def next_steps(self) -> list[Activity]:
        """What is open, soonest first."""
        if not access.reach(self.user, "activities.see"):
            return []
        # Whoever sees an account sees what is planned with it; asking each activity again would cost more than the page.
        return _next_steps(self.group.ids)

    @cached_property
    def months(self) -> list[charts.Bar]:
        this, last = [Decimal(0)] * 12, [Decimal(0)] * 12
        for part in self._months:
            (this if part.on.year == self.today.year else last)[part.on.month - 1] += part.revenue
        return [
            charts.Bar(
                formats.month(number),
                this[number - 1] if number <= self.today.month else None,
                last[number - 1] if self._is_recorded(number) else None,
                is_open=number == self.today.month,
                url=self.month_url(self.today.year, number) if number <= self.today.month else "",
            )
            for number in range(1, 13)
        ]

    def _is_recorded(self, month: int) -> bool:
        """Whether that month of last year is recorded from its first week on."""
        return not self.recorded_since or self.recorded_since <= dt.date(self.today.year - 1, month, 7)

    @cached_property
    def question(self) -> str:
        """The chart's headline: a question, and what the figures answer."""
        # A German day ends in a full stop ("9. Dez."), which is the sentence's too.
        return self._answer().replace("..", ".")

    def _answer(self) -> str:
        asked = _("Did %(name)s buy more than last year?") % {"name": self.group.account.name}
        if self.recorded_since:
            since = formats.day(self.recorded_since)
            return f"{asked} {_('That is not known: orders are recorded since %(day)s.') % {'day': since}}"
        until = formats.day(self.today, year=False)
        if not self.revenue and not self.revenue_before:
            return f"{asked} {_('Nothing was sold in either year.')}"
        if self.revenue_before <= 0:
            return f"{asked} {_('Yes: there was nothing by this day last year.')}"
        change = formats.percent(abs(self.change or 0))
        if self.revenue > self.revenue_before:
            return f"{asked} {_('Yes, %(change)s more until %(day)s.') % {'change': change, 'day': until}}"
        if self.revenue < self.revenue_before:
            return f"{asked} {_('No, %(change)s less until %(day)s.') % {'change': change, 'day': until}}"
        return f"{asked} {_('Exactly as much until %(day)s.') % {'day': until}}"

    @property
    def chart(self) -> Markup:
        this, last = str(self.today.year), str(self.today.year - 1)
        title = _("Revenue by month, %(this)s against %(last)s") % {"this": this, "last": last}
        return charts.monthly_bars(self.months, title=title, this=this, last=last, currency=self.currency)

    @property
    def chart_rows(self) -> list[list[Any]]:
        return [
            [
                formats.month(number, wide=True),
                formats.opened(formats.money(bar.value, self.currency, 0), bar.url if bar.value else ""),
                formats.opened(
                    formats.money(bar.before, self.currency, 0),
                    self.month_url(self.today.year - 1, number) if bar.before else "",
                ),
                formats.delta(formats.change(bar.value, bar.before))
                if bar.value is not None and not bar.is_open
                else "",
            ]
            for number, bar in enumerate(self.months, 1)
        ]

    def top_products(self, limit: int = 8) -> list[figures.TopProduct]:
        """What the account bought most of in the last 12 months."""
        return figures.top_products(self.group.ids, self.last_year_to_date + dt.timedelta(days=1), self.today, limit)


def trends(accounts: Sequence[Account], today: dt.date) -> dict[int, list[Decimal]]:
    """Revenue of each account in the last twelve months, month by month, in one query at most.

    The largest have thousands of orders in them, and are looked at by many all day: what was added up is kept for as long as the
    account's own figures, which every booking renews, say the same (an hour at most, since an order may move within the twelve months).
    """
    keys = {
        one.pk: ":".join(["web.trend", str(one.pk), str(today), *(str(getattr(one, name)) for name in OF_TRENDS)])
        for one in accounts
    }
    kept = cache.get_many(keys.values())
    found = {pk: kept[key] for pk, key in keys.items() if key in kept}
    if missing := [pk for pk in keys if pk not in found]:
        added = _trends(missing, today)
        cache.set_many({keys[pk]: trend for pk, trend in added.items()}, TRENDS_KEPT)
        found |= added
    return found


def _trends(ids: Sequence[int], today: dt.date) -> dict[int, list[Decimal]]:
    first = (today.replace(day=1) - dt.timedelta(days=330)).replace(day=1)
    found = {pk: [Decimal(0)] * 12 for pk in ids}
    for account, month, revenue in _by_month(ids, first, today):
        step = (int(month[:4]) - first.year) * 12 + int(month[5:]) - first.month
        if 0 <= step < 12:
            found[account][step] += revenue
    return found


def why_visible(account: Account, user: Any, seats: Sequence[AccountTeamMember]) -> str:
    """Which rule lets this person see the account, in words. `seats` are the account team's."""
    reach = access.reach(user, "accounts.see")
    if account.owner_id == user.pk:
        return _("You see this account because you own it.")
    running = [seat for seat in seats if seat.holds(clock.today())]
    if any(seat.person_id == user.pk for seat in running):
        return _("You see this account because you are in its account team.")
    if any(seat.deputy_id == user.pk for seat in running):
        return _("You see this account because you are a deputy in its account team.")
    if account.owner_id in reach.owners:
        return _("You see this account as deputy of %(name)s.") % {"name": account.owner}
    if account.team_id in reach.teams:
        return _("You see this account because it belongs to %(team)s.") % {"team": account.team}
    if account.territory_id in reach.territories:
        return _("You see this account because it lies in %(territory)s.") % {"territory": account.territory}
    if reach.everything:
        return _("You see this account because your role sees all accounts.")
    return _("You see this account as deputy of somebody in its account team.")


_SHOWN = ("title_before", "given_name", "family_name", "title_after", "email", "phone", "mobile", "bar", "key")


def people_at(ids: Sequence[int], today: dt.date, most: int = 200) -> tuple[list[Position], list[Position]]:
    """Positions at these accounts: those of today, main ones first, and past ones, newest first; `most` altogether."""
    listed = _people_at(ids, most=most)
    present = [p for p in listed if p.ends_on is None or p.ends_on >= today]
    past = sorted((p for p in listed if p not in present), key=lambda p: p.ends_on or today, reverse=True)
    return present, past


# --- what is asked of every account alike: the SQL of each is made once


@prepared
def _credit(account: Any) -> QuerySet:
    return CreditStanding.objects.living().filter(account_id=account)[:1]


@prepared
def _next_steps(accounts: Any) -> QuerySet:
    shown = ("kind", "subject", "due_on", "at", "owner__first_name", "owner__last_name")
    rows = Activity.objects.open().filter(account_id__listed=accounts).select_related("owner").only(*shown)
    return rows.order_by("due_on", "at", "pk")[:5]


@prepared
def _people_at(accounts: Any, *, most: int) -> QuerySet:
    shown = ("job_title", "department", "is_main", "starts_on", "ends_on", "account__name")
    rhythm = ("touch_days", "last_touch_on", "created_at")
    rows = Position.objects.living().filter(account_id__listed=accounts, contact__deleted_at=None)
    rows = rows.select_related("contact", "account").only(*shown, *rhythm, *(f"contact__{name}" for name in _SHOWN))
    return rows.order_by("-is_main", "contact__key", "pk")[:most]


@prepared
def _by_month(ids: Any, first: Any, last: Any) -> QuerySet:
    return (
        Order.objects.filter(account_id__listed=ids, ordered_on__gte=first, ordered_on__lte=last, deleted_at=None)
        .exclude(kind=Order.Kind.ADJUSTMENT)
        .values_list("account_id", Substr(Cast("ordered_on", CharField()), 1, 7))
        .annotate(revenue=Sum("total_house"))
        .order_by()
    )
