"""What a person may be told, each of which she can switch off for the inbox and for the daily mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Kind:
    name: str
    label: Any
    icon: str


KINDS = (
    Kind("mention", _("Somebody mentions me"), "at-sign"),
    Kind("assigned", _("I am given something to do"), "user-check"),
    Kind(
        "taken_along",
        _("I am put on a colleague's appointment, or it is moved or called off"),
        "users-round",
    ),
    Kind("lead", _("A lead comes to me, or a form holds something back"), "user-plus"),
    Kind("plan", _("A customer ticks or comments in a mutual action plan"), "list-checks"),
    Kind("due", _("Something is due today or overdue"), "calendar-clock"),
    Kind("reminder", _("A reminder that I set"), "alarm-clock"),
    Kind("hand_over", _("I take over from somebody"), "users"),
    Kind("territories", _("Accounts come to me or leave me by a reassignment"), "map"),
    Kind("import", _("An import has ended"), "upload"),
    Kind("automation", _("A rule of the house tells me, or a rule that I answer for has failed"), "zap"),
    Kind("privacy", _("Data protection: requests, breaches, alerts, problems"), "shield"),
    Kind("new_device", _("Somebody signs in as me with a new device"), "smartphone"),
    Kind("undo", _("An import was taken back"), "undo-2"),
)
NAMES = frozenset(kind.name for kind in KINDS)
ICONS = {kind.name: kind.icon for kind in KINDS}
