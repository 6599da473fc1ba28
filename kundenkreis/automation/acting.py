"""Doing what a rule says on one record, by the verbs that people use and as the person who answers for the rule.

She must see the record and may do what the rule does; nobody is given or told what she does not see. What one rule does on one record is
done as a whole or not at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kundenkreis.activities.models import Activity
from kundenkreis.automation import actions
from kundenkreis.automation.actions import Do
from kundenkreis.automation.models import AutomationRule, AutomationRun
from kundenkreis.automation.telling import KIND
from kundenkreis.core import clock
from kundenkreis.core.working_days import next_working_day
from kundenkreis.fields import values
from kundenkreis.history.models import Batch, Event
from kundenkreis.inbox.models import Notification
from kundenkreis.staff import access
from kundenkreis.staff.models import Team, User


class NotDone(Exception):
    """A rule cannot do what it says; the message says why, in words."""


@dataclass
class Work:
    """One rule on one record: what it has to go by, and what it has done so far."""

    rule: AutomationRule
    run: AutomationRun
    record: Any
    batch: Batch | None
    made: list[Activity] = field(default_factory=list)
    tied: list[int] = field(default_factory=list)  # rows that tie a task to the record
    events: list[int] = field(default_factory=list)

    @property
    def by(self) -> User:
        assert self.rule.responsible is not None
        return self.rule.responsible


def do(work: Work) -> list[dict[str, Any]]:
    """All actions in their order; returns what each did. Raises NotDone, and ValidationError as the verbs do. In one transaction."""
    deeds = []
    for action in work.rule.actions:
        deeds.append(_DOING[action["do"]](work, action))
        work.record.refresh_from_db()
    return deeds


def _task(work: Work, action: Mapping[str, Any]) -> dict[str, Any]:
    noun, owner = work.rule.of, _person(work, action["who"])
    if not sees(owner, work.record):
        raise NotDone(_("%(name)s, for whom the task is, does not see the record.") % {"name": owner})
    account, contact = _seen(noun.account(work.record), work.by), _seen(noun.contact(work.record), work.by)
    if not access.may(work.by, "activities.add", account):
        raise NotDone(_("%(name)s may make no task there.") % {"name": work.by})
    told = placed(work, owner)
    task = Activity.add(
        by=work.by,
        batch=work.batch,
        kind=action["kind"],
        subject=actions.filled(action["title"], told)[:200],
        body=actions.filled(action["text"], told),
        account=account,
        contact=contact,
        owner=owner,
        due_on=due_on(clock.today(), action["days"], working=action["working"]),
        purpose=action["purpose"],
        is_open=True,
    )
    work.made.append(task)
    if noun.ties:
        through = getattr(type(work.record), noun.ties).through
        ends = {f"{type(work.record)._meta.model_name}_id": work.record.pk, "activity_id": task.pk}
        work.tied.append(through.objects.create(**ends).pk)
    _note_event(work, Event.objects.about(task).latest("pk"))
    return {"do": "task", "activity": task.pk, "person": owner.pk}


def _owner(work: Work, action: Mapping[str, Any]) -> dict[str, Any]:
    person, noun = _person(work, action["who"]), work.rule.of
    if not (access.may(work.by, noun.assign, work.record) and access.may(work.by, noun.change, work.record)):
        raise NotDone(_("%(name)s may not set the owner.") % {"name": work.by})
    event = work.record.change(by=work.by, batch=work.batch, owner=person)
    _note_event(work, event)
    return {"do": "owner", "person": person.pk, "changed": event is not None}


def _field(work: Work, action: Mapping[str, Any]) -> dict[str, Any]:
    noun, name = work.rule.of, action["field"]
    if not access.may(work.by, noun.change, work.record):
        raise NotDone(_("%(name)s may not change the record.") % {"name": work.by})
    value = actions.value_for(noun, name, action["value"])
    event = work.record.change(by=work.by, batch=work.batch, **{name: value})
    _note_event(work, event)
    return {"do": "field", "field": name, "value": action["value"], "changed": event is not None}


def _notify(work: Work, action: Mapping[str, Any]) -> dict[str, Any]:
    """Whoever does not see the record is not told of it; the log says how many."""
    asked = {person.pk: person for one in action["to"] for person in _people(work, one)}
    told = [person for person in asked.values() if sees(person, work.record)]
    for person in told:
        with translation.override(person.language):
            words = placed(work, person)
            text = actions.filled(action["text"], words) or _("%(rule)s: %(record)s") % words
        Notification.send(person, KIND, text, address(work.rule, work.record))
    if asked and not told:
        raise NotDone(_("Nobody who is to be told sees the record."))
    return {"do": "notify", "people": [person.pk for person in told], "unseen": len(asked) - len(told)}


_DOING: dict[str, Callable[[Work, Mapping[str, Any]], dict[str, Any]]] = {
    Do.TASK: _task, Do.OWNER: _owner, Do.FIELD: _field, Do.NOTIFY: _notify,
}  # fmt: skip


def _note_event(work: Work, event: Event | None) -> None:
    if event is not None:
        work.events.append(event.pk)


# --- people


def sees(person: User, record: Any) -> bool:
    """Whether this person sees the record: asked as every page asks it, so that what is set aside is hidden here too."""
    return type(record).objects.visible_to(person).living().filter(pk=record.pk).exists()


def _seen(record: Any, person: User) -> Any:
    return record if record is not None and sees(person, record) else None


def _person(work: Work, who: str) -> User:
    """The one person that an action names. Raises NotDone when there is none, or when she has left."""
    person: User | None
    if who == "owner":
        person = work.rule.of.owner(work.record)
    elif who == "lead":
        person = lead(work.rule.of.owner(work.record))
    elif who == "actor":
        person = User._base_manager.filter(pk=work.run.actor_id).first()
    else:
        person = actions.named(who)
    if person is None:
        raise NotDone(_("There is nobody who is: %(who)s.") % {"who": actions.person_said(who)})
    if not person.is_active or person.deleted_at is not None:
        raise NotDone(_("%(name)s has left.") % {"name": person})
    return person


def _people(work: Work, who: str) -> list[User]:
    """All that an action names; of a role everybody who can sign in."""
    kind, _colon, role = who.partition(":")
    if kind == "role":
        return list(User.objects.living().filter(role=role, is_active=True).order_by("pk"))
    return [_person(work, who)]


def lead(person: User | None) -> User | None:
    """Who leads a person: in her team, or the next one above it, whoever may lead people and is not herself."""
    team = person.team if person is not None else None
    known: set[int] = set()
    while team is not None and team.pk not in known:
        known.add(team.pk)
        colleagues = User.objects.living().filter(team=team, is_active=True).exclude(pk=person.pk if person else None)
        found = next((one for one in colleagues.order_by("pk") if access.may(one, "people.lead")), None)
        if found is not None:
            return found
        team = Team.objects.living().filter(pk=team.parent_id).first()
    return None


# --- words and days


def placed(work: Work, reader: User) -> dict[str, str]:
    """What takes the place of each placeholder, as far as this person sees it."""
    noun, record = work.rule.of, work.record
    account, contact = _seen(noun.account(record), reader), _seen(noun.contact(record), reader)
    own = {name: _own_said(one, record) for name, one in noun.own().items()}
    return own | {
        "record": str(record),
        "account": str(account or ""),
        "contact": str(contact or ""),
        "owner": str(noun.owner(record) or ""),
        "today": date_format(clock.today(), "SHORT_DATE_FORMAT"),
        "rule": work.rule.name,
    }


def _own_said(one: Any, record: Any) -> str:
    value = record.custom.get(one.key)
    if value is None:
        return ""
    if one.kind == "choice":
        return str(one.choice[value].label) if value in one.choice else str(value)
    if one.kind == "person":
        return str(User._base_manager.filter(pk=value).first() or "")
    return str(values.as_decimal(value) if isinstance(value, float) else value)


def due_on(today: dt.date, days: int, *, working: bool) -> dt.date:
    """The day so many days on; of working days Saturdays, Sundays and Austria's public holidays count for nothing."""
    if not working:
        return today + dt.timedelta(days=days)
    day = next_working_day(today)
    for _step in range(days):
        day = next_working_day(day + dt.timedelta(days=1))
    return day


def address(rule: AutomationRule, record: Any) -> str:
    """Where a record is shown, or the account to which it belongs; "" in a process without pages."""
    own = (f"{rule.belongs_to}:detail", record.pk)
    account = rule.of.account(record)
    for name, pk in (own, ("accounts:detail", account.pk if account else None)):
        try:
            return reverse(name, args=[pk])
        except NoReverseMatch:
            continue
    return ""
