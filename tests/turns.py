"""What would take too long if all of it were asked of both databases goes to them by turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db import connection

One = TypeVar("One")


def here(number: int) -> bool:
    """Whether the case with this number is this database's: the even ones are SQLite's, the odd ones PostgreSQL's."""
    return number % 2 == (connection.vendor == "postgresql")


def of_this_database(cases: Sequence[One]) -> list[One]:
    return [case for number, case in enumerate(cases) if here(number)]
