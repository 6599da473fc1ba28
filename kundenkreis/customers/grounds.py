"""What of accounts a reach can meet, for the explanation of who sees a record (`staff.explaining`)."""

from __future__ import annotations

from collections.abc import Sequence

from kundenkreis.core import clock
from kundenkreis.customers.models.accounts import Account
from kundenkreis.customers.models.dated import holding
from kundenkreis.customers.models.structure import AccountTeamMember
from kundenkreis.staff.explaining import By, Ground


def grounds_of(accounts: Sequence[Account], *, through: bool = False) -> tuple[Ground, ...]:
    """Owner, seats of today, team and territory, as `Account.within` asks for them. One query.

    With `through` each ground says of which account it is: for records that are seen with their account.
    """
    named = {account.pk: (account.pk, account.name) if through else None for account in accounts}
    seats = _seats(named) if named else {}
    grounds = []
    for account in accounts:
        held = ((By.OWNER, account.owner_id), (By.TEAM, account.team_id), (By.TERRITORY, account.territory_id))
        grounds += [Ground(what, pk, named[account.pk]) for what, pk in held if pk is not None]
        grounds += seats.get(account.pk, [])
    return tuple(grounds)


def _seats(named: dict[int, tuple[int, str] | None]) -> dict[int, list[Ground]]:
    """Those of each account, and their deputies."""
    found: dict[int, list[Ground]] = {}
    held = AccountTeamMember._base_manager.filter(holding(clock.today()), account_id__in=named, deleted_at=None)
    for seat in held.order_by("pk"):
        role, whose = str(seat.get_role_display()), named[seat.account_id]
        grounds = found.setdefault(seat.account_id, [])
        grounds.append(Ground(By.SEAT, seat.person_id, whose, role))
        if seat.deputy_id:
            grounds.append(Ground(By.SEAT_DEPUTY, seat.deputy_id, whose, role, seat.person_id))
    return found
