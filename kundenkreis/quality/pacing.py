"""How much an import stores in one transaction while other people work: as many rows as hold the database for a blink only.

Every transaction has a share that does not depend on its rows (the commit, the run's own row, the questions to the database), so rows a
second would be the wrong measure: small pieces look slow by it, and become smaller still. What is steered by is the time held itself.
"""

from __future__ import annotations

import time

FIRST = 500  # rows
# On SQLite an edit waits until our transaction ends: about so long (seconds). With what it needs itself it stays below a tenth of a second.
HELD = 0.045
# So long nothing is written between two transactions: who waits for SQLite looks again every 25 milliseconds.
REST = 0.03
GROW, SHRINK = 1.5, 0.4  # at most so fast from one piece to the next


class Pace:
    """The size of the next piece, steered by how long the pieces before have held the database; never below `least` rows."""

    def __init__(self, least: int) -> None:
        self.least = least
        self.rows = max(FIRST, least)
        self._ended = 0.0

    def note(self, rows: int, held: float) -> None:
        """A transaction of so many rows has just ended that held the database for so many seconds."""
        self.ended()
        if held <= HELD and rows < self.rows / 2:
            return  # the short rest of a chunk says nothing about a whole piece
        wanted = min(rows, self.rows) * min(GROW, max(SHRINK, HELD / max(held, 1e-6)))
        self.rows = max(self.least, round(wanted))

    def ended(self) -> None:
        """A transaction has just ended."""
        self._ended = time.monotonic()

    def rest(self) -> None:
        """Let those in who wait for the database; what was done since the last transaction counts as rest."""
        time.sleep(max(0.0, self._ended + REST - time.monotonic()))
