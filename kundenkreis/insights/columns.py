"""Columns of a relation as numpy arrays and back again, by Arrow and without a copy.

Money comes as whole cents and a day as the number of days since 1970 began, so that sums of them are exact and quick. No column may hold
a NULL.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Columns = dict[str, np.ndarray]

_EPOCH = dt.date(1970, 1, 1)
MONEY = "money"
DAY = "day"


def number_of(day: dt.date) -> int:
    """A day as these columns have it."""
    return (day - _EPOCH).days


def fetch(con: Any, query: str, order: tuple[str, ...] = ()) -> Columns:
    """The rows of a query; sorted by these columns, if they are not already."""
    columns = of_table(con.sql(query).to_arrow_table())
    return in_order(columns, order) if order else columns


def of_table(table: pa.Table, names: tuple[str, ...] = ()) -> Columns:
    """All columns of a table, or some."""
    return {name: _values(table[name]) for name in names or table.column_names}


def _values(column: pa.ChunkedArray) -> np.ndarray:
    import numpy as np
    import pyarrow as pa

    whole = column.combine_chunks()
    if pa.types.is_decimal(whole.type):
        if whole.type.bit_width != 64:
            raise TypeError(f"not a sum of money in 64 bits: {whole.type}")
        return np.frombuffer(whole.buffers()[1], "int64", len(whole), whole.offset * 8) if len(whole) else _nothing()
    if pa.types.is_date(whole.type):
        whole = whole.view(pa.int32())
    return whole.to_numpy(zero_copy_only=False)


def _nothing() -> np.ndarray:
    import numpy as np

    return np.empty(0, "int64")


def in_order(columns: Columns, order: tuple[str, ...]) -> Columns:
    """The rows sorted by these columns, the first of them first. Most often they are, because the files of facts are: then nothing is moved."""
    import numpy as np

    if _is_in_order([columns[name] for name in order]):
        return columns
    places = np.lexsort([columns[name] for name in reversed(order)])
    return {name: values[places] for name, values in columns.items()}


def _is_in_order(keys: list[np.ndarray]) -> bool:
    """Whether no row is less than the one before."""
    import numpy as np

    less = np.zeros(max(len(keys[0]) - 1, 0), bool)
    for key in reversed(keys):
        less = (key[1:] < key[:-1]) | (less & (key[1:] == key[:-1]))
    return not less.any()


def as_table(columns: Mapping[str, Any], kinds: Mapping[str, str]) -> pa.Table:
    """A table of arrays; `kinds` says which of them are `MONEY` or a `DAY`. What is an Arrow array already stays as it is."""
    import pyarrow as pa

    types = {MONEY: ("int64", pa.decimal64(18, 2)), DAY: ("int32", pa.date32())}

    def array(name: str, values: Any) -> Any:
        if name not in kinds:
            return values
        width, kind = types[kinds[name]]
        return pa.Array.from_buffers(
            kind, len(values), [None, pa.py_buffer(values.astype(width, order="C", copy=False))]
        )

    return pa.table({name: array(name, values) for name, values in columns.items()})
