"""Which stored records a chunk changes, and what they were before it: what undo needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kundenkreis.history.recording import Recorded


@dataclass
class Changes:
    """Existing records of one chunk and what they were before it."""

    before: dict[int, dict[str, Any]] = field(default_factory=dict)
    records: dict[int, Recorded] = field(default_factory=dict)

    def note(self, record: Recorded, before: Mapping[str, Any]) -> None:
        """The record has changed; these columns were so before. What was noted first stays."""
        self.records[record.pk] = record
        self.before[record.pk] = {**before, **self.before.get(record.pk, {})}
