"""What every process knows of the house's own without asking at each page: processes share a token that says whether it is still true."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.core.cache import cache
from django.db import DatabaseError, transaction

Known = TypeVar("Known")
_AT_HAND = 0.05  # seconds for which a process asks nobody
_ALL: list[AtHand] = []


class AtHand(Generic[Known]):
    """`now()` is what `make(read())` came to, half a minute ago at most; made once for the same rows."""

    def __init__(self, key: str, read: Callable[[], list[Any]], make: Callable[[list[Any]], Known]):
        self.key, self.read, self.make = key, read, make
        self._token, self._until, self._rows = "", 0.0, None  # type: tuple[str, float, list[Any] | None]
        self._made: Any = None
        _ALL.append(self)

    def now(self) -> Known:
        if time.monotonic() < self._until:
            return self._made
        token = cache.get(self.key)
        if token is None or token != self._token:
            try:
                rows = self.read()
            except DatabaseError:  # the tables are not there yet: Django looks at the models before it makes them
                return self.make([])
            if token is None:
                token = secrets.token_hex(8)
                cache.set(self.key, token, 30)
            if rows != self._rows:
                self._made, self._rows = self.make(rows), rows
        self._token, self._until = token, time.monotonic() + _AT_HAND
        return self._made

    def forget(self) -> None:
        """Read anew at the next call, in this process at once and in all when the transaction is through."""
        self._drop()
        transaction.on_commit(self._drop)

    def _drop(self) -> None:
        cache.delete(self.key)
        self._token, self._until = "", 0.0


def forget_all() -> None:
    for one in _ALL:
        one._drop()
