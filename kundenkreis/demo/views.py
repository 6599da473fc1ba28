"""Views of the accounts that the whole demo house shares."""

from __future__ import annotations

from typing import Any

from kundenkreis.lists.models import SavedView

VIEWS = (
    ("Large customers, nothing planned", "f=tier:in:A,B&f=activities:without(open:is:yes)&sort=-revenue"),
    ("Silent for 90 days", "f=last:before:-90d&f=revenue:over:1000&sort=-revenue"),
    (
        "Much more to win",
        "f=custom_our_share:under:20&f=custom_annual_purchases:over:10000&sort=-custom_annual_purchases&columns=name,owner,revenue,custom_annual_purchases,custom_our_share",
    ),
    ("Due to be spoken with", "f=touch:before:today&sort=-revenue"),
)


def add(by: Any) -> None:
    for position, (name, query) in enumerate(VIEWS, start=1):
        SavedView.add(
            by=by,
            list_name="accounts",
            name=name,
            query=query,
            owner=by,
            shared=SavedView.Shared.ALL,
            position=position,
        )
