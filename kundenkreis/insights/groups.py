"""Sums of neighbouring rows with the same keys, in columns that are sorted by them: no hash table, no sort, a few passes over an array."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


class Groups:
    """The groups of rows that are the same in each of the columns `keys`, in the order of the rows. All results have one value a group."""

    def __init__(self, *keys: np.ndarray) -> None:
        import numpy as np

        self.rows = len(keys[0])
        begins = np.ones(self.rows, bool)
        if self.rows:
            begins[1:] = keys[0][1:] != keys[0][:-1]
            for key in keys[1:]:
                begins[1:] |= key[1:] != key[:-1]
        self.first = np.flatnonzero(begins)

    def __len__(self) -> int:
        return len(self.first)

    @cached_property
    def sizes(self) -> np.ndarray:
        """How many rows."""
        import numpy as np

        return np.diff(self.first, append=self.rows)

    @cached_property
    def last(self) -> np.ndarray:
        """The last row's place, as `first` is the first one's."""
        return self.first + self.sizes - 1

    @cached_property
    def of_rows(self) -> np.ndarray:
        """The number of each row's group: one value a row."""
        return self.spread(_numbers(len(self)))

    def spread(self, values: np.ndarray) -> np.ndarray:
        """What is said of groups, said of each of their rows."""
        import numpy as np

        return np.repeat(values, self.sizes)

    def sums(self, values: np.ndarray, where: np.ndarray | None = None) -> np.ndarray:
        """Of whole numbers, so exact; of the rows for which `where` holds."""
        import numpy as np

        if not self.rows:
            return np.empty(0, "int64")
        upto = np.cumsum(values if where is None else np.where(where, values, 0), dtype="int64")
        found = upto[self.last]
        found[1:] = np.diff(found)
        return found

    def counts(self, where: np.ndarray) -> np.ndarray:
        return self.sums(where)

    def firsts(self, values: np.ndarray, where: np.ndarray) -> np.ndarray:
        """The value of the first row for which `where` holds; 0 without one."""
        import numpy as np

        rows = np.flatnonzero(where)[::-1]
        found = np.zeros(len(self), values.dtype)
        found[self.of_rows[rows]] = values[rows]  # of several rows of a group, the last one here stays
        return found

    def lasts(self, values: np.ndarray, where: np.ndarray) -> np.ndarray:
        """The value of the last row for which `where` holds; 0 without one."""
        import numpy as np

        rows = np.flatnonzero(where)
        found = np.zeros(len(self), values.dtype)
        found[self.of_rows[rows]] = values[rows]
        return found


def _numbers(size: int) -> np.ndarray:
    import numpy as np

    return np.arange(size)
