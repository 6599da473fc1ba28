"""The files that `bin/bench importing` imports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.import_steps import PEOPLE_AT

SALES = Path(__file__).parent.parent / "kundenkreis" / "demo" / "data" / "online-retail-ii-2009-2010.parquet"
LINES = 50_000  # of a file of accounts or contacts, when nobody says how many
ROW_GROUP = 1_048_576  # what most programs write


def make_csv(path: Path, lines: int) -> None:
    """A CSV of that many lines: the real ones again and again, with other order numbers each time."""
    with path.open("wb") as out:
        for turn, some in enumerate(_again_and_again(lines)):
            some.write_csv(out, include_header=not turn)


def make_parquet(path: Path, lines: int) -> None:
    """The same lines as a Parquet file with row groups as large as most programs write them."""
    import polars as pl

    pl.concat(_again_and_again(lines), rechunk=True).write_parquet(path, row_group_size=ROW_GROUP)


def _again_and_again(lines: int) -> Iterator[Any]:
    import polars as pl

    frame = pl.read_parquet(SALES).with_columns(pl.col("Customer ID").cast(pl.Int64))
    for turn in range(-(-lines // frame.height)):
        some = frame.head(lines - turn * frame.height)
        yield some.with_columns(pl.col("Invoice").str.replace(r"(\d)", f"{turn}-$1")) if turn else some


def make_file(target: str, kind: str, lines: int | None, folder: Path) -> Path:
    """A file of the target in that format; sales are the real ones, as often as it takes, the others are made up."""
    import polars as pl

    path = folder / f"{target}.{kind}"
    if target == "sales":
        if kind == "parquet" and not lines:
            return SALES
        lines = lines or pl.scan_parquet(SALES).select(pl.len()).collect().item()
        (make_parquet if kind == "parquet" else make_csv)(path, lines)
        return path
    number = pl.int_range(lines or LINES, eager=True)
    frame = _accounts(number) if target == "accounts" else _contacts(number)
    frame.write_parquet(path, row_group_size=ROW_GROUP) if kind == "parquet" else frame.write_csv(path)
    return path


def _numbered(text: str, number: Any) -> Any:
    import polars as pl

    return pl.select(pl.format(text, number)).to_series()


def _accounts(number: Any) -> Any:
    import polars as pl

    return pl.DataFrame({
        "account number": _numbered("B-{}", number), "name": _numbered("Weinhofer Handel {} GmbH", number),
        "street": _numbered("Hauptplatz {}", number % 99), "postcode": _numbered("46{}0", number % 10),
        "place": ["Wels"] * len(number), "country": ["AT"] * len(number), "email": _numbered("office{}@kunde.test", number),
        "phone": _numbered("+43 7242 {}", 10_000 + number % 80_000),
    })  # fmt: skip


def _contacts(number: Any) -> Any:
    import polars as pl

    return pl.DataFrame({
        "last name": _numbered("Lindhofer {}", number % 9_000), "first name": ["Eva"] * len(number),
        "e-mail": _numbered("eva{}@kunde.test", number), "phone": _numbered("+43 7242 {}", 10_000 + number % 80_000),
        "account number": _numbered("BASE-{}", number % PEOPLE_AT), "job title": ["Einkauf"] * len(number),
    })  # fmt: skip
