"""A review of access that is under way in the demo house: some looked at, one to be changed, most still open."""

from __future__ import annotations

import datetime as dt

from kundenkreis.demo.people import House
from kundenkreis.staff.models import AccessReview, ApiToken, User

# When each was last here, in days before the demo's last day; Rita has been away for long.
LAST_HERE = {"Ada": 0, "Cem": 1, "Noah": 3, "Dora": 0, "Ben": 2, "Gerda": 1, "Hana": 6, "Lea": 12, "Rita": 130}
KEPT = ("Ada", "Cem", "Dora", "Gerda")
TO_BE_CHANGED = {"Rita": "The traineeship has ended: lock the access, after her manager has confirmed it."}


def add(house: House, now: dt.datetime) -> None:
    """Begun a week before `now` by Alma, who keeps people."""
    for name, days in LAST_HERE.items():
        User.objects.filter(pk=house.people[name].pk).update(last_login=now - dt.timedelta(days=days))
    cem, alma = house.people["Cem"], house.people["Alma"]
    token, _key = ApiToken.issue(user=cem, name="Figures for the controller", scopes=["orders:read"], by=cem)
    ApiToken.objects.filter(pk=token.pk).update(created_at=now, last_used_at=now - dt.timedelta(days=2))
    begun = now - dt.timedelta(days=7)
    review = AccessReview.begin(by=alma, name="Winter 2010", now=begun)
    for name in KEPT:
        review.judge(house.people[name], by=alma, verdict="kept", now=begun)
    for name, note in TO_BE_CHANGED.items():
        review.judge(house.people[name], by=alma, verdict="change", note=note, now=begun)
