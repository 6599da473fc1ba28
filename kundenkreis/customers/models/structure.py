"""How accounts belong together and to us: hierarchies, partner functions, relations, the account team."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.customers.models.accounts import Account, of_accounts
from kundenkreis.customers.models.dated import Dated
from kundenkreis.staff import access
from kundenkreis.staff.access import Reach
from kundenkreis.staff.models import User


class OfAccountQuerySet(RecordQuerySet):
    """Rows that are seen with their account. The room's models name it `account`."""

    def visible_to(self, user: Any) -> Self:
        return self.filter(of_accounts(access.reach(user, "accounts.see")))


class AccountLink(Dated):
    """`account` lies under `parent` in one of the hierarchies, for a time. Written by `hierarchy.place` only, which refuses cycles."""

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


class PartnerFunction(Dated):
    """Another account (or the same) to which goods of a sold-to account go, who gets the invoice, or who pays."""

    class Function(models.TextChoices):
        SHIP_TO = "ship_to", _("Ship-to")
        BILL_TO = "bill_to", _("Bill-to")
        PAYER = "payer", _("Payer")

    account = models.ForeignKey(
        Account, verbose_name=_("sold-to"), on_delete=models.CASCADE, related_name="partner_functions"
    )
    function = models.CharField(_("function"), max_length=8, choices=Function)
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
    kind = models.CharField(_("relation"), max_length=12, choices=Account.RelationKind)
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
    role = models.CharField(_("role"), max_length=10, choices=Role)
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
