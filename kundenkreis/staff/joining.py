"""People come, change and leave. Whatever happens, one active administrator remains."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kundenkreis.history.models import Event
from kundenkreis.staff.models import Territory, User
from kundenkreis.staff.roles import Role


@transaction.atomic
def invite(*, by: User | None, email: str, territories: list | None = None, **values: Any) -> User:
    """A new person, who chooses her password by a link that the door sends. Raises ValidationError by field."""
    if User.objects.filter(email__iexact=email.strip()).exists():
        raise ValidationError({"email": _("Somebody with this mail address is here already, perhaps in the bin.")})
    person = User.objects.create_user(email.strip(), None, by=by, **values)
    place(person, territories or [], by=by)
    return person


@transaction.atomic
def edit(person: User, *, by: User | None, territories: list | None = None, **values: Any) -> Event | None:
    """Change what an administrator keeps about a person."""
    event = person.change(by=by, **values)
    if territories is not None:
        place(person, territories, by=by)
    return event


def refuse_without_administrator(person: User, role: str) -> None:
    """Raise ValidationError at `role` when giving the person this role would leave the house without an administrator."""
    if role != Role.ADMINISTRATOR:
        person.refuse_without_administrator("role")


@transaction.atomic
def place(person: User, territories: list, *, by: User | None) -> None:
    """These and no other territories are the person's; each territory that changes has its event."""
    wanted, present = set(territories), set(Territory.objects.living().filter(people=person))
    for territory in wanted ^ present:
        people = set(territory.people.all())
        territory.change(
            by=by, people=sorted(people | {person} if territory in wanted else people - {person}, key=lambda p: p.pk)
        )


@transaction.atomic
def lock(person: User, *, by: User | None) -> Event | None:
    """The person cannot sign in from now on, and her programs' tokens stop working."""
    if by is not None and by.pk == person.pk:
        raise ValidationError(_("You cannot lock yourself out."))
    return person.change(by=by, verb="locked", is_active=False)


@transaction.atomic
def unlock(person: User, *, by: User | None) -> Event | None:
    return person.change(by=by, verb="unlocked", is_active=True)


def leave(person: User, *, by: User | None) -> Event:
    """Into the bin: locked, and no longer offered as a colleague."""
    if by is not None and by.pk == person.pk:
        raise ValidationError(_("You cannot lock yourself out."))
    return person.discard(by=by)
