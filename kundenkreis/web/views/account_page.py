"""What each tab of an account's page shows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from kundenkreis.activities.models import Activity
from kundenkreis.activities.suggesting import setting_the_day
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.core.prepared import prepared
from kundenkreis.customers import checks, hierarchy
from kundenkreis.customers.discretion import spare
from kundenkreis.customers.grouping import Group, group_of
from kundenkreis.customers.models import (
    Account,
    AccountLink,
    AccountTeamMember,
    Address,
    ContactPoint,
    PartnerFunction,
    Relation,
    Tag,
)
from kundenkreis.customers.models.dated import holding
from kundenkreis.insights.models import Score, Signal
from kundenkreis.orders.models import OpenItem, Order
from kundenkreis.orders.receivables import in_house_currency
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.prospecting.models import TargetAccount
from kundenkreis.staff import access, looking_back
from kundenkreis.web import laid_out, opening, rhythms, stakeholding, timeline
from kundenkreis.web.account360 import Overview, people_at, why_visible
from kundenkreis.web.forms.activities import ComposerOwn
from kundenkreis.web.reasons import tell
from kundenkreis.web.selected import selected
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing, opportunity_list

ITEMS = 20
SIGNALS = 4


@dataclass
class AccountPage:
    account: Account
    request: HttpRequest

    TABS = ("overview", "people", "opportunities", "orders", "structure", "details", "files", "history")

    @property
    def user(self) -> Any:
        return self.request.user

    @property
    def tab(self) -> str:
        return self.request.GET.get("tab", "overview")

    @property
    def url(self) -> str:
        return reverse("accounts:detail", args=[self.account.pk])

    @cached_property
    def group(self) -> Group:
        return group_of(self.account, self.request.GET.get("group", ""), self.user)

    @cached_property
    def overview(self) -> Overview:
        return Overview(self.group, self.user)

    @cached_property
    def may_change(self) -> bool:
        return self.account.deleted_at is None and access.may(self.user, "accounts.change", self.account)

    def address(self, tab: str = "overview", group: str | None = None) -> str:
        chosen = self.group.chosen if group is None else group
        asked = "&".join(
            f"{name}={value}" for name, value in (("tab", "" if tab == "overview" else tab), ("group", chosen)) if value
        )
        return self.url + (f"?{asked}" if asked else "")

    def context(self) -> dict[str, Any]:
        """What all tabs show above their own part, and that part."""
        parts = {
            "overview": self._overview,
            "people": self._people,
            "opportunities": self._opportunities,
            "orders": self._orders,
            "structure": self._structure,
            "details": self._details,
            "files": self._files,
            "history": self._history,
        }
        return self._head() | parts[self.tab]()

    def _head(self) -> dict[str, Any]:
        account, user = self.account, self.user
        labels = [
            ("overview", _("Overview")),
            ("people", _("People")),
            ("opportunities", _("Opportunities")),
            ("orders", _("Orders")),
            ("structure", _("Structure")),
            ("details", _("Details")),
            ("files", _("Files")),
            ("history", _("History")),
        ]
        return {
            "account": account,
            "group": self.group,
            "crumbs": self._crumbs(),
            "switch": [(text, self.address(self.tab, value), chosen) for text, value, chosen in self.group.options],
            "tabs": [(text, self.address(key), key == self.tab, None) for key, text in labels],
            "team": [(str(seat.person), seat.person_id) for seat in self.seats if seat.holds(clock.today())],
            "seats": self.seats,
            "tags": _tags(account.pk),
            "may_change": self.may_change,
            "may_discard": access.may(user, "accounts.discard", account),
            "may_merge": access.may(user, "accounts.merge", account),
            "may_see_privacy": access.may(user, "privacy.see"),
            "may_log": account.deleted_at is None and access.may(user, "activities.add", account),
            "composer_own": ComposerOwn(user),
            "why_visible": why_visible(account, user, self.seats),
            "self_url": self.url,
            "group_url": opening.accounts_of(self.group),
        }

    @cached_property
    def seats(self) -> list[AccountTeamMember]:
        return _seats(self.account.pk)

    def _crumbs(self) -> list[tuple[str, str]]:
        chosen = self.group.chosen or (self.group.hierarchies[0] if self.group.hierarchies else "")
        above = hierarchy.ancestors(self.account, chosen)[1:] if chosen else []
        known = Account.objects.visible_to(self.user).only("name").in_bulk(above) if above else {}
        steps = [(known[pk].name, reverse("accounts:detail", args=[pk])) for pk in reversed(above) if pk in known]
        return [(_("Accounts"), reverse("accounts:list")), *steps, (self.account.name, "")]

    def _overview(self) -> dict[str, Any]:
        present, _past = people_at(self.group.ids, clock.today(), most=40)
        own = [p for p in present if p.account_id == self.account.pk]
        known = {p.contact_id: p.contact.full_name for p in own}
        shown = {
            "figures": self.overview,
            "people": present[:6],
            "people_count": len(present) if len(present) < 40 else "40+",
            "composer_people": list(known.items()),
            "rhythm": rhythms.told(self.account, setting_the_day(own, self.account.next_touch_on)),
        }
        shown |= self._insights() | {"wanted": self._wanted(), "selected": selected(self.account, self.user)}
        shown |= {"sees_needs": access.may(self.user, "needs.see")}
        shown |= {"stakeholders": stakeholding.of_account(self.group.ids, self.user)}
        # The timeline comes right after the page: the figures are there first, and the page stays as quick as a list.
        return shown | {"stream_url": self.stream_url}

    def _wanted(self) -> TargetAccount | None:
        """Its line on the wanted list."""
        seen = access.reach(self.user, "target_accounts.see")
        return next(iter(_wanted(self.account.pk)), None) if seen else None

    def _insights(self) -> dict[str, Any]:
        """What the orders say of the account itself, its group aside."""
        if self.group.chosen or not access.reach(self.user, "signals.see"):
            return {"score": None, "told": []}
        signals = _signals(self.account.pk)
        for signal in signals:
            signal.account = self.account
        return {"score": next(iter(_score(self.account.pk)), None), "told": tell(signals)}

    @property
    def stream_url(self) -> str:
        return reverse("accounts:timeline", args=[self.account.pk]) + f"?group={self.group.chosen}"

    def stream(self) -> dict[str, Any]:
        """The timeline's first page and its filter."""
        kind = self.request.GET.get("kind", "")
        names = (
            dict(Account.objects.filter(pk__in=self.group.ids).values_list("pk", "name")) if self.group.chosen else {}
        )
        after = self.request.GET.get("after", "")
        stream = timeline.Timeline(self.user, self.group.ids, kind=kind, after=after, names=names)
        return {
            "stream": stream,
            "stream_url": self.stream_url,
            "stream_kinds": timeline.KINDS,
            "stream_kind": kind,
            "activities_url": opening.activities_of(self.group) if self._sees_activities else "",
        }

    @property
    def _sees_activities(self) -> bool:
        return bool(access.reach(self.user, "activities.see"))

    def _people(self) -> dict[str, Any]:
        present, past = people_at(self.group.ids, clock.today())
        return {
            "present": present,
            "past": past,
            "today": clock.today(),
            "every": rhythms.every,
            "contacts_url": opening.contacts_of(self.group),
            "may_add_contact": access.may(self.user, "contacts.add"),
        }

    def _opportunities(self) -> dict[str, Any]:
        """What may be sold here, and what became of the rest: open ones by their day, closed ones the latest first."""
        if not access.reach(self.user, "opportunities.see"):
            return {"open": [], "closed": [], "may_sell": False}
        rows = Opportunity.objects.living().filter(account_id__in=self.group.ids).for_list()
        current = list(rows.filter(outcome="").order_by(F("expected_close_on").asc(nulls_last=True), "pk")[:50])
        opportunity_list.plan(current)
        return {
            "open": current,
            "closed": list(rows.exclude(outcome="").select_related("close_reason").order_by("-closed_at", "-pk")[:25]),
            "open_sum": sum((one.value_house for one in current), Decimal(0)),
            "weighted_sum": sum((one.weighted_house for one in current), Decimal(0)),
            "currency": House.known().currency,
            "opportunities_url": opening.opportunities_of(self.group),
            "may_sell": self.account.deleted_at is None and access.may(self.user, "opportunities.add"),
        }

    def _orders(self) -> dict[str, Any]:
        if not access.reach(self.user, "orders.see"):
            return {"orders": [], "items": [], "figures": self.overview}
        orders = (
            Order.objects.living()
            .filter(account_id__in=self.group.ids)
            .select_related("account")
            .order_by("-ordered_on", "-pk")[:25]
        )
        items = list(
            OpenItem.objects.living()
            .filter(account_id__in=self.group.ids)
            .select_related("account")
            .order_by("due_on", "pk")[:ITEMS]
        )
        return {
            "orders": list(orders),
            "items": items,
            "in_house": in_house_currency(items),
            "figures": self.overview,
            "today": clock.today(),
            "may_keep_credit": self.account.deleted_at is None and access.may(self.user, "orders.change", self.account),
        }

    def products(self) -> dict[str, Any]:
        """The fragment that comes after the page: what was bought most."""
        return {
            "products": self.overview.top_products(),
            "figures": self.overview,
        }

    def _structure(self) -> dict[str, Any]:
        own = self.account
        links = list(AccountLink.objects.living().filter(account=own).order_by("hierarchy", "starts_on", "pk"))
        ordered = PartnerFunction.objects.living().order_by("function", "pk")
        functions, functions_for = list(ordered.filter(account=own)), list(ordered.filter(partner=own))
        others = [*(one.parent_id for one in links), *(one.partner_id for one in functions)]
        others += [one.account_id for one in functions_for]
        return {
            # By number; who is missing lies outside the person's reach and stays without a name.
            "known": Account.objects.visible_to(self.user).only("name").in_bulk(set(others)),
            "trees": [self._tree(name) for name in hierarchy.hierarchies_of(own)],
            "links": links,
            "relations": list(Relation.objects.living().filter(account=own).order_by("kind", "pk")),
            "functions": functions,
            "functions_for": functions_for,
        }

    def _tree(self, name: str) -> dict[str, Any]:
        """One hierarchy as lines with a depth; accounts that the person may not see stand there without a name."""
        ids = hierarchy.group(self.account, name)
        known = Account.objects.visible_to(self.user).only("name", "tier", "place", "revenue_12m").in_bulk(ids)
        links = AccountLink.objects.living().filter(
            holding(clock.today()), hierarchy=name, account_id__in=ids, parent_id__in=ids
        )
        below: dict[int, list[AccountLink]] = {}
        for link in links.order_by("account__key", "pk"):
            below.setdefault(link.parent_id, []).append(link)
        lines: list[dict[str, Any]] = []
        open_ends: list[tuple[int, int, Any]] = [(ids[0], 0, None)]
        while open_ends and len(lines) < 200:
            pk, depth, share = open_ends.pop()
            lines.append(
                {"account": known.get(pk), "depth": min(depth, 6), "share": share, "here": pk == self.account.pk}
            )
            open_ends += [(link.account_id, depth + 1, link.share) for link in reversed(below.get(pk, []))]
        return {"label": AccountLink.Hierarchy(name).label, "lines": lines, "more": len(ids) - len(lines)}

    def _details(self) -> dict[str, Any]:
        others = access.not_hers_to_assign(self.user, access.ASSIGNED)
        edit = reverse("accounts:edit", args=[self.account.pk])
        own = editing.own_told(self.account, edit, self.may_change, self.user)

        def told(name: str) -> tuple[str, Any] | None:
            if name == "person" and self.account.kind != Account.Kind.PERSON and not self.account.person_id:
                return None
            return self._fact(name, edit, self.may_change and name not in others)

        return {
            "groups": laid_out.groups("accounts", self.user, told, own),
            "addresses": list(Address.objects.living().filter(account=self.account).order_by("use", "pk")),
            "points": list(ContactPoint.objects.living().filter(account=self.account).order_by("kind", "pk")),
        }

    def _fact(self, name: str, edit: str, may: bool) -> tuple[str, Any]:
        label = str(Account._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        label = label[:1].upper() + label[1:]
        shown = editing.shown(self.account, name)
        if name in looking_back.hidden_fields(self.user, self.account._meta.label_lower):
            shown, may = checks.iban_display(self.account.iban, whole=False), False
        return label, editing.inline(self.account, name, label, shown, edit, may=may)

    def _files(self) -> dict[str, Any]:
        return {"record": self.account, "subject": self.account}

    def _history(self) -> dict[str, Any]:
        return steps_of(self.request, self.account, 50)

    def peek(self) -> dict[str, Any]:
        """The side peek: what matters before a call."""
        stream = timeline.Timeline(self.user, [self.account.pk], size=5)
        steps = list(Activity.objects.open().filter(account=self.account).for_list().order_by("due_on", "at", "pk")[:3])
        spare(self.user, steps, "contact")
        return {
            "account": self.account,
            "items": stream.items[:5],
            "steps": steps,
            "may_log": access.may(self.user, "activities.add", self.account),
            "composer_own": ComposerOwn(self.user),
            "self_url": self.url,
        }


def page_of(account: Account, request: HttpRequest) -> AccountPage:
    return AccountPage(account, request)


# --- what is asked of every account alike: the SQL of each is made once


@prepared
def _seats(account: Any) -> QuerySet:
    names = [f"{who}__{name}" for who in ("person", "deputy") for name in ("first_name", "last_name")]
    rows = AccountTeamMember.objects.living().filter(account_id=account).select_related("person", "deputy")
    rows = rows.only("account_id", "role", "starts_on", "ends_on", *names)
    return rows.order_by(F("ends_on").desc(nulls_first=True), "role", "pk")


@prepared
def _tags(account: Any) -> QuerySet:
    return Tag.objects.filter(accounts=account)


@prepared
def _signals(account: Any) -> QuerySet:
    return Signal.objects.active().filter(account_id=account).by_value()[:SIGNALS]


@prepared
def _wanted(account: Any) -> QuerySet:
    return TargetAccount.objects.living().filter(account_id=account).select_related("owner")


@prepared
def _score(account: Any) -> QuerySet:
    return Score.objects.filter(pk=account)
