"""Whoever answers for a rule, and the administrators, are told when it cannot act, was stopped, or has failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kundenkreis.inbox.models import Notification
from kundenkreis.staff.models import User
from kundenkreis.staff.roles import Role

if TYPE_CHECKING:
    from kundenkreis.automation.models import AutomationRule

KIND = "automation"


def keepers(rule: AutomationRule) -> list[User]:
    """The person as whom it acts, and the administrators; each once, and who can sign in."""
    people = list(User.objects.living().filter(role=Role.ADMINISTRATOR, is_active=True).order_by("pk"))
    own = rule.responsible
    if own is not None and own.is_active and own.deleted_at is None:
        people.insert(0, own)
    return list({person.pk: person for person in people}.values())


def broken(rule: AutomationRule, why: str) -> None:
    _tell(rule, "broken", why)


def stopped(rule: AutomationRule, why: str) -> None:
    _tell(rule, "stopped", why)


def failed(rule: AutomationRule, count: int, why: str) -> None:
    """Of all that failed in one go there is one notice, with the first reason."""
    _tell(rule, "failed", why, count)


def _tell(rule: AutomationRule, what: str, why: str, count: int = 0) -> None:
    for person in keepers(rule):
        with translation.override(person.language):
            words: dict[str, Any] = {"rule": rule.name, "why": why, "count": count}
            said = {
                "broken": _("The rule “%(rule)s” cannot act: %(why)s"),
                "stopped": _("The rule “%(rule)s” was stopped: %(why)s"),
                "failed": _("The rule “%(rule)s” has failed %(count)s times: %(why)s"),
            }[what] % words
        Notification.send(person, KIND, said, address(rule))


def address(rule: AutomationRule) -> str:
    try:
        return reverse("automation:detail", args=[rule.pk])
    except NoReverseMatch:  # a process without pages
        return ""
