"""People on maps, for tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.customers.models import Account, Contact, Position
from kundenkreis.stakeholders.models import Judgement, Stakeholder


def ago(days: int) -> dt.date:
    return clock.today() - dt.timedelta(days=days)


def contact(name: str, account: Account, title: str = "") -> Contact:
    given, _space, family = name.rpartition(" ")
    one = Contact.add(by=None, given_name=given, family_name=family)
    Position.add(by=None, contact=one, account=account, job_title=title)
    return one


def on_map(world: Any, name: str, account: Account | None = None, since: int = 400, **judged: Any) -> Stakeholder:
    """A new contact on the map of Lindner's, judged a year ago: `role="user"`, `reports_to=other`…"""
    account = account or world.lindner
    one = Stakeholder.add(by=world.ada, account=account, contact=contact(name, account), since=ago(since))
    for kind, value in judged.items():
        judge(world, one, kind, value, 365)
    return one


def judge(world: Any, one: Stakeholder, kind: str, value: Any, days: int = 0, **more: Any) -> Judgement:
    named = {"reports_to": "superior", "goal": "text", "own_goal": "text"}.get(kind, kind)
    given = {"by": world.ada, "source": "Meeting", **more, named: value}
    return Judgement.add(stakeholder=one, kind=kind, on=ago(days), **given)


def met(world: Any, whom: Contact, days: int, who: Any = None, kind: str = "meeting", **more: Any) -> Activity:
    at = clock.midnight(ago(days)) + dt.timedelta(hours=10)
    given = {"account": world.lindner, "owner": who or world.ada, "subject": "Talk", **more}
    return Activity.add(by=world.ada, kind=kind, contact=whom, at=at, **given)
