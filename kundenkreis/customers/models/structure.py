"""How accounts belong together and to us: hierarchies, partner functions, relations, the account team."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import bulk
from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.customers.models.accounts import Account, of_accounts
from kundenkreis.customers.models.dated import Dated
from kundenkreis.fields import picks
from kundenkreis.fields.picks import PickField
from kundenkreis.staff import access
from kundenkreis.staff.access import Reach
from kundenkreis.staff.models import User


class OfAccountQuerySet(RecordQuerySet):
    """Rows that are seen with their account. The room's models name it `account`."""

    def visible_to(self, user: Any) -> Self:
        return self.filter(of_accounts(access.reach(user, "accounts.see")))


class AccountLink(Dated):
    """`account` lies under `parent` in one of the hierarchies, for a time: on each day under one parent at most, and never in a circle.

    The hierarchy's links are checked over the whole period, by whatever verb one comes to hold (a change of its dates, a way out of the
    bin and an undo too): A under B until June and B under A from July is allowed, an overlap is not.
    """

    class Hierarchy(models.TextChoices):
        LEGAL = "legal", _("Legal")
        SALES = "sales", _("Sales")
        BUYING = "buying", _("Buying association")

    part_of = ("account",)

    hierarchy = models.CharField(_("hierarchy"), max_length=8, choices=Hierarchy)
    account = models.ForeignKey(Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="links_up")
    parent = models.ForeignKey(
        Account, verbose_name=_("belongs to"), on_delete=models.CASCADE, related_name="links_down"
    )
    share = models.DecimalField(_("share in %"), max_digits=5, decimal_places=2, null=True, blank=True)

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("place in a hierarchy")
        indexes = [
            bin_index("customers_link_bin"),
            models.Index(fields=["parent", "hierarchy"], name="customers_link_down"),
            models.Index(fields=["account", "hierarchy"], name="customers_link_up"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(account=models.F("parent")),
                name="customers_link_other",
                violation_error_message=_("An account cannot belong to itself."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.account} ← {self.parent}"

    def clean(self) -> None:
        super().clean()
        if self.account_id is not None and self.account_id == self.parent_id:
            raise ValidationError({"parent": _("An account cannot belong to itself.")})

    def settle(self, changed: set[str]) -> None:
        """Refuse to hold beside a second parent or in a circle: raises ValidationError at `parent`, which takes the verb back."""
        super().settle(changed)
        if self.deleted_at is not None or not changed & {
            "account",
            "parent",
            "hierarchy",
            "starts_on",
            "ends_on",
            "deleted_at",
        }:
            return
        one_placing(self.hierarchy)
        others = AccountLink._base_manager.filter(account=self.account_id, hierarchy=self.hierarchy, deleted_at=None)
        if any(overlap(self, other) for other in others.exclude(pk=self.pk)):
            name = {"account": self.account}
            raise ValidationError(
                {"parent": translated("%(account)s has another parent in this hierarchy at that time.") % name}
            )
        if comes_back(self):
            names = {"account": self.account, "parent": self.parent}
            raise ValidationError(
                {"parent": translated("%(parent)s belongs to %(account)s itself; that would be a circle.") % names}
            )


def one_placing(hierarchy: str) -> None:
    """Whoever places accounts in one hierarchy comes one after the other, for any link can close a circle with any other.

    It is asked for before rows of accounts are locked; a new link holds its accounts' keys only, which nobody here waits for.
    """
    bulk.one_at_a_time(f"hierarchy {hierarchy}")


def overlap(one: AccountLink, other: AccountLink) -> bool:
    first, last = dt.date.min, dt.date.max
    return (one.starts_on or first) <= (other.ends_on or last) and (other.starts_on or first) <= (one.ends_on or last)


def comes_back(link: AccountLink) -> bool:
    """Is there a day within the link's period on which walking up from its parent meets its account?

    Each link narrows the period that is carried along, so links that never hold on a common day make no path.
    """
    start = (link.parent_id, link.starts_on or dt.date.min, link.ends_on or dt.date.max)
    open_ends, seen = [start], {start}
    while open_ends:
        above: dict[int, list[AccountLink]] = {}
        nodes = {end[0] for end in open_ends}
        for one in AccountLink._base_manager.filter(account_id__in=nodes, hierarchy=link.hierarchy, deleted_at=None):
            above.setdefault(one.account_id, []).append(one)
        steps = {
            (one.parent_id, max(begin, one.starts_on or dt.date.min), min(end, one.ends_on or dt.date.max))
            for node, begin, end in open_ends
            for one in above.get(node, [])
        }
        open_ends = [step for step in steps - seen if step[1] <= step[2]]
        if any(step[0] == link.account_id for step in open_ends):
            return True
        seen.update(open_ends)
    return False


class PartnerFunction(Dated):
    """Another account (or the same) to which goods of a sold-to account go, who gets the invoice, or who pays."""

    @picks.administered("accounts.function", _("Partner function"))
    class Function(models.TextChoices):
        SHIP_TO = "ship_to", _("Ship-to")
        BILL_TO = "bill_to", _("Bill-to")
        PAYER = "payer", _("Payer")

    account = models.ForeignKey(
        Account, verbose_name=_("sold-to"), on_delete=models.CASCADE, related_name="partner_functions"
    )
    function = PickField(_("function"), max_length=8, choices=Function, pick="accounts.function")
    partner = models.ForeignKey(
        Account, verbose_name=_("partner"), on_delete=models.CASCADE, related_name="functions_for"
    )
    is_default = models.BooleanField(_("unless said otherwise"), default=True)

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner function")
        verbose_name_plural = _("partner functions")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "function", "partner"],
                condition=models.Q(deleted_at=None, ends_on=None),
                name="customers_function_once",
            )
        ]
        indexes = [bin_index("customers_function_bin")]

    def __str__(self) -> str:
        return f"{self.get_function_display()}: {self.partner}"


class Relation(Dated):
    """What the account is to us. `details` holds what only this kind of relation has, e.g. a reference's release."""

    account = models.ForeignKey(Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="relations")
    kind = PickField(_("relation"), max_length=12, choices=Account.RelationKind, pick="accounts.relation")
    released_until = models.DateField(_("reference released until"), null=True, blank=True)
    inform_public_relations = models.BooleanField(_("public relations must know"), default=False)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        indexes = [
            bin_index("customers_relation_bin"),
            models.Index(fields=["account", "kind"], name="customers_relation_account"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class AccountTeamMember(Dated):
    """A seat on an account's team. While it runs, it opens the account to the person and to the seat's deputy."""

    @picks.administered("accounts.seat", _("Role in the account team"))
    class Role(models.TextChoices):
        KEY_ACCOUNT_MANAGER = "kam", _("Key account manager")
        EXECUTIVE_SPONSOR = "sponsor", _("Executive sponsor")
        INSIDE_SALES = "inside", _("Inside sales")
        SERVICE = "service", _("Service")
        FINANCE = "finance", _("Finance")

    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="team_members"
    )
    person = models.ForeignKey(User, verbose_name=_("person"), on_delete=models.CASCADE, related_name="account_seats")
    role = PickField(_("role"), max_length=10, choices=Role, pick="accounts.seat")
    deputy = models.ForeignKey(
        User, verbose_name=_("deputy"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account team member")
        verbose_name_plural = _("account team")
        indexes = [
            bin_index("customers_seat_bin"),
            models.Index(fields=["person", "account"], name="customers_seat_person"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "person", "role"],
                condition=models.Q(deleted_at=None),
                name="customers_seat_once",
                violation_error_message=_("This person has this role in the account team already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} ({self.get_role_display()})"

    def within(self, reach: Reach) -> bool:
        return self.account.within(reach)
