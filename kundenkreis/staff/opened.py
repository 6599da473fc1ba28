"""What a change of rights opened to whom, and closed: of each event what it says itself, not what others may have done since.

Whoever has another way to a record keeps it; who sees it now is told by `explaining`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from kundenkreis.history.models import Event
from kundenkreis.staff.access import TABLE, Scope
from kundenkreis.staff.models import AccountMove, Deputy, Team
from kundenkreis.staff.rights_changes import SEATS
from kundenkreis.staff.roles import Role


@dataclass(frozen=True)
class Effect:
    """`what` was opened (else closed) to `whom`, both in words."""

    is_open: bool
    whom: str
    what: str


def of(events: Sequence[Event]) -> dict[int, list[Effect]]:
    """By event. Five queries at most, however many events there are."""
    moves = AccountMove.objects.in_bulk([event.pk for event in events if event.subject_type == "customers.account"])
    teams = dict(Team._base_manager.values_list("pk", "name")) if moves else {}
    seats = _rows(apps.get_model(SEATS), SEATS, events, "account", "person", "deputy")
    deputies = _rows(Deputy, "staff.deputy", events, "person", "deputy")
    found = {event.pk: list(_of(event, seats, deputies)) for event in events if event.pk}
    for pk, move in moves.items():
        label = next(event.subject_label for event in events if event.pk == pk)
        found[pk] += (
            _brought(move, label, teams)
            if not any("team" in event.changes for event in events if event.pk == pk)
            else []
        )
    return found


def _brought(move: AccountMove, label: str, teams: dict[int, str]) -> list[Effect]:
    """The team that came with another owner, which the event does not tell."""
    if move.team_before == move.team_after:
        return []
    before, after = (
        _("team %(name)s") % {"name": teams[pk]} if pk in teams else "" for pk in (move.team_before, move.team_after)
    )
    return _both(label, before, after)


def _rows(model: Any, label: str, events: Iterable[Event], *names: str) -> dict[int, Any]:
    numbers = {event.subject_id for event in events if event.subject_type == label}
    return model._base_manager.select_related(*names).in_bulk(numbers) if numbers else {}


def _of(event: Event, seats: dict[int, Any], deputies: dict[int, Any]) -> Iterable[Effect]:
    kind = event.subject_type
    if kind == "customers.account":
        return _of_account(event)
    if kind == SEATS:
        return _of_seat(event, seats.get(event.subject_id))
    if kind == "staff.deputy":
        return _of_deputy(event, deputies.get(event.subject_id))
    if kind == "staff.territory":
        return _of_territory(event)
    return _of_person(event) if kind == "staff.user" else ()


def _pair(event: Event, name: str) -> tuple[str, str]:
    """What a reference led to before and after, by name; "" for nothing."""
    values = event.changes.get(name, [])
    return (str(values[2] or ""), str(values[3] or "")) if len(values) == 4 else ("", "")


def _both(what: str, before: str, after: str) -> list[Effect]:
    found = [Effect(True, after, what)] if after else []
    return found + ([Effect(False, before, what)] if before else [])


def _of_account(event: Event) -> list[Effect]:
    found = _both(event.subject_label, *_pair(event, "owner"))
    for name, said in (("team", _("team %(name)s")), ("territory", _("territory %(name)s"))):
        before, after = _pair(event, name)
        found += _both(
            event.subject_label, said % {"name": before} if before else "", said % {"name": after} if after else ""
        )
    return found


def _of_seat(event: Event, seat: Any) -> list[Effect]:
    """A place in an account team opens the account to the person and her deputy, as long as it runs."""
    account = _pair(event, "account")[1] or (str(seat.account) if seat else "")
    verb = event.verb.rpartition(".")[2]
    if verb in ("added", "restored", "discarded"):
        named = [_pair(event, name)[1] for name in ("person", "deputy")]
        if not any(named) and seat is not None:
            named = [str(seat.person), str(seat.deputy or "")]
        return [Effect(verb != "discarded", _until(name, event, seat), account) for name in named if name and account]
    found = [one for name in ("person", "deputy") for one in _both(account, *_pair(event, name))]
    if not found and seat is not None and event.changes.keys() & {"starts_on", "ends_on"}:
        found = [Effect(True, _until(str(seat.person), event, seat), account)]
    return found if account else []


def _of_deputy(event: Event, row: Any) -> list[Effect]:
    """Whatever is a person's own is open to her deputy meanwhile."""
    person = _pair(event, "person")[1] or (str(row.person) if row else "")
    deputy = _pair(event, "deputy")[1] or (str(row.deputy) if row else "")
    if not person or not deputy:
        return []
    what = _("what is %(name)s's own") % {"name": person}
    return [Effect(not event.verb.endswith(".discarded"), _until(deputy, event, row), what)]


def _until(name: str, event: Event, row: Any) -> str:
    """A name with the days between which it counts."""
    days = []
    for field in ("starts_on", "ends_on"):
        values = event.changes.get(field)
        day = values[1] if values else getattr(row, field, None) if row is not None else None
        days.append(".".join(reversed(str(day).split("-"))) if day else "")
    if days == ["", ""]:
        return name
    return f"{name} ({days[0]} – {days[1] or '…'})"


def _of_territory(event: Event) -> list[Effect]:
    values, what = event.changes.get("people", []), _("territory %(name)s") % {"name": event.subject_label}
    alone = [one for name in ("owner", "deputy") for one in _both(what, *_pair(event, name))]
    if len(values) != 4:
        return alone
    sides = [
        dict(zip(side or [], str(names or "").split(", "), strict=False))
        for side, names in ((values[0], values[2]), (values[1], values[3]))
    ]
    came = [name for pk, name in sides[1].items() if pk not in sides[0]]
    left = [name for pk, name in sides[0].items() if pk not in sides[1]]
    return alone + [Effect(True, name, what) for name in came] + [Effect(False, name, what) for name in left]


def _of_person(event: Event) -> list[Effect]:
    """Another team opens what that team owns; a role that reaches everything, or no longer does, opens or closes all accounts."""
    before, after = _pair(event, "team")
    found = [Effect(True, event.subject_label, _("team %(name)s") % {"name": after})] if after else []
    found += [Effect(False, event.subject_label, _("team %(name)s") % {"name": before})] if before else []
    roles = event.changes.get("role", [])[:2]
    wide = [
        bool(TABLE.get(role, {}).get("accounts.see", Scope.NONE) & Scope.ALL) if role in Role.values else None
        for role in roles
    ]
    if len(wide) == 2 and wide[0] != wide[1]:
        found.append(Effect(bool(wide[1]), event.subject_label, _("all accounts")))
    active = event.changes.get("is_active", [])[:2]
    if event.verb in ("user.locked", "user.discarded") or (active and active[1] is False):
        found.append(Effect(False, event.subject_label, _("the house")))
    elif active and active[1] is True and active[0] is not None:
        found.append(Effect(True, event.subject_label, _("the house")))
    return found


__all__ = ["Effect", "of"]
