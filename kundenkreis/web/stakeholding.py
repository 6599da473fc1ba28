"""What other pages tell of stakeholder maps: an account's page how well its roles are known, a contact's page on which maps she stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from kundenkreis.customers.discretion import within_reach
from kundenkreis.customers.models import Contact
from kundenkreis.staff import access
from kundenkreis.stakeholders.covering import KEY_ROLES, Missing, covered, missing
from kundenkreis.stakeholders.models import Judgement, Stakeholder

JUDGEMENTS = 200  # on a contact's page


@dataclass(frozen=True)
class OfAccount:
    count: int
    covered: int
    missing: list[Missing]
    all: int = len(KEY_ROLES)


def of_account(accounts: Collection[int], user: Any) -> OfAccount | None:
    """One query. None for whoever may not see any map."""
    if not access.reach(user, "stakeholders.see"):
        return None
    rows = Stakeholder.objects.present().filter(account_id__in=accounts)
    roles = list(rows.order_by().values_list("role", flat=True)[:1000])
    return OfAccount(len(roles), covered(roles), missing(roles))


def of_contact(contact: Contact, user: Any) -> list[Stakeholder]:
    """Her places on maps that the person sees, each with `told`: (kind, value, day, source) of what was judged. Three queries."""
    rows = Stakeholder.objects.visible_to(user).living().filter(contact=contact).select_related("account")
    found = list(rows.order_by("until", "account__key", "pk")[:50])
    judged = Judgement._base_manager.filter(stakeholder__in=[one.pk for one in found] or [0], deleted_at=None)
    some = list(judged.select_related("superior__contact").order_by("-on", "-pk")[:JUDGEMENTS])
    known = within_reach(user, Contact, [one.superior.contact_id for one in some if one.superior is not None] or [0])
    for one in found:
        one.told = [
            (_kind(each), _said(each, known), each.on, each.source) for each in some if each.stakeholder_id == one.pk
        ]  # type: ignore[attr-defined]
    return found


def _kind(one: Judgement) -> str:
    return str(one.get_kind_display())


def _said(one: Judgement, known: set[int]) -> str:
    hidden = one.superior is not None and one.superior.contact_id not in known
    return _("somebody outside your reach") if hidden else one.said
