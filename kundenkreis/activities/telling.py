"""Who is given something to do by somebody else finds it in the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kundenkreis.inbox.models import Notification
from kundenkreis.staff import access

if TYPE_CHECKING:
    from kundenkreis.activities.models import Activity


def given(activity: Activity, by: Any) -> None:
    """Tell the owner of something still to be done that it is hers now, unless she took it herself or cannot sign in."""
    owner = activity.owner
    if not activity.is_open or owner is None or by is None or owner.pk == by.pk or not owner.is_active:
        return
    with translation.override(owner.language):
        account = named_account(activity)
        values = {"name": by, "subject": activity.subject, "account": account}
        said = _("%(name)s gives you: %(subject)s") % values
        if account:
            said = _("%(name)s gives you: %(subject)s (%(account)s)") % values
    Notification.send(owner, "assigned", said, address(activity))


def named_account(activity: Activity) -> Any:
    """The account, if whoever is told may see it."""
    return (
        activity.account if activity.account and access.may(activity.owner, "accounts.see", activity.account) else None
    )


def address(activity: Activity) -> str:
    """Where the activity is shown; "" in a process without pages."""
    try:
        return reverse("activities:detail", args=[activity.pk])
    except NoReverseMatch:
        return ""
