"""A program of its own that reads an SQLite database as Arrow: `python arrow_reader.py FILE`; see `core.arrow.Elsewhere`.

A line of JSON is a statement. The answer is "+" and its rows as an Arrow stream, or "-" and a line of JSON that says what was wrong. All
statements see the database as of the first one. It ends when nothing more is asked. It knows nothing of the house: it must start quickly.
"""

from __future__ import annotations

import json
import sys
from typing import IO, Any

import adbc_driver_sqlite.dbapi
import pyarrow as pa


def main(path: str, asked: IO[bytes], told: IO[bytes]) -> None:
    with adbc_driver_sqlite.dbapi.connect(path, autocommit=False) as database:
        for line in asked:
            with database.cursor() as cursor:
                try:
                    cursor.execute(json.loads(line))
                    rows = cursor.fetch_record_batch()
                except Exception as wrong:  # noqa: BLE001 whatever it is, the other side says it
                    told.write(b"-" + json.dumps(str(wrong)).encode() + b"\n")
                else:
                    _stream(rows, told)
            told.flush()
        database.rollback()


def _stream(rows: Any, told: IO[bytes]) -> None:
    told.write(b"+")
    with pa.ipc.new_stream(told, rows.schema) as stream:
        for batch in rows:
            stream.write_batch(batch)


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer)
