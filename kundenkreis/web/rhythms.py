"""How often an account or a person should be spoken with, and why, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kundenkreis.customers import cadence
from kundenkreis.customers.models import Account, Position


def every(days: int) -> str:
    """ "every 90 days"."""
    return ngettext("every day", "every %(days)s days", days) % {"days": days}


def told(account: Account, person: Position | None) -> str:
    """What sets the day of the account's next touch; `person` is the position whose own rhythm does. "" without a rule."""
    if person is not None and person.touch_days is not None:
        return f"{person.contact.full_name}: {every(person.touch_days)}"
    if account.touch_days is not None:
        agreed = _("agreed") if not account.touch_reason else account.touch_reason
        return f"{every(account.touch_days)}, {agreed}"
    days = cadence.rules().get(account.tier)
    return "" if days is None else _("%(every)s, tier %(tier)s") % {"every": every(days), "tier": account.tier}
