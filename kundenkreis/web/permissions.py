"""Permission to contact as pages show it: the table on a contact's page, and what a link to call or write asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from markupsafe import Markup

from kundenkreis.activities import permission
from kundenkreis.activities.permission import Channel, Purpose
from kundenkreis.customers import barring
from kundenkreis.customers.models import Contact
from kundenkreis.staff import access
from kundenkreis.web.components import component


def on_page(contact: Contact, user: Any) -> dict[str, Any]:
    """What a contact's page says: each purpose with its channels and answers, what is suppressed, and what this person may do."""
    answers = permission.table_of(contact)
    suppressed = barring.SUPPRESSING & barring.asked_kinds()
    bars = barring.of_contacts([contact], suppressed)[contact.pk] if suppressed else barring.Bars()
    return {
        "permissions": [(one, [(channel, answers[one, channel]) for channel in Channel]) for one in Purpose],
        "advertising_call": answers["advertising", "phone"],
        "suppressed": list(bars.suppressed.values()),
        "may_suppress": access.may(user, "suppressions.add"),
        "may_lift": access.may(user, "suppressions.change"),
        "channels": list(Channel),
    }


def with_permission(rows: Sequence[Contact], request: HttpRequest) -> None:
    """Hang `at_all` on these contacts: whether they may be called or written to about running business. One query."""
    if rows and not hasattr(rows[0], "at_all"):
        answers = permission.at_all(rows)
        for row in rows:
            row.at_all = answers[row.pk]  # type: ignore[attr-defined]


def guarded(row: Contact, link: Any, plain: str) -> Any:
    """The link to call or write, with a discreet mark where the person objects to advertising; bare text and the rule where service is
    forbidden too.
    """
    if not link:
        return ""
    answer = getattr(row, "at_all", None)
    if answer is not None and not answer.allowed:
        return Markup("{} {}").format(plain, component("badge", answer.rule.label, title=answer.sentence))
    if row.objected_at is not None:
        mark = component("badge", _("no advertising"), kind="outline", title=_("This person objects to advertising."))
        return Markup("{} {}").format(link, mark)
    return link
