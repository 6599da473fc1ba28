"""What a run leaves beside the facts for the next one: figures, details, scores and signals of each account, and what they were held against.

As the facts are: a whole, and parts that replace it for some accounts. So a run that has computed 500 of a million accounts writes 500.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kundenkreis.insights import figuring
from kundenkreis.insights.computing import Basis
from kundenkreis.insights.facts import store
from kundenkreis.insights.judging import House

if TYPE_CHECKING:
    import pyarrow as pa

NAMES = ("figures", "found", "details", "scores", "signals")
MOST_PARTS = 12
# The house's yardstick (its quintiles, its rhythm, its shares) is made anew when so many of its accounts have changed since, and in a
# house of fewer accounts by each run: it takes no time there, and one order may move it.
MOST_CHANGED = 0.01
MANY = 50_000


@dataclass(frozen=True)
class Part:
    """A file for each of `NAMES`; of all but the first part also one with the accounts whose older rows it replaces."""

    files: dict[str, str]
    accounts: str = ""


@dataclass(frozen=True)
class Kept:
    basis: dict[str, Any] = field(default_factory=dict)
    house: dict[str, Any] = field(default_factory=dict)
    hidden: list[int] = field(default_factory=list)  # accounts in the bin
    count: int = 0  # accounts with figures
    changed: int = 0  # accounts computed since the yardstick was made
    parts: list[Part] = field(default_factory=list)

    @classmethod
    def of(cls, manifest: store.Manifest) -> Kept:
        state = {name: value for name, value in manifest.state.items() if name != "files"}
        return cls(**state | {"parts": [Part(**part) for part in state.get("parts", [])]})

    def as_state(self) -> dict[str, Any]:
        files = [name for part in self.parts for name in (*part.files.values(), part.accounts) if name]
        return asdict(self) | {"files": files}

    def holds_for(self, basis: Basis) -> bool:
        """Whether the figures of accounts that have not changed are still right."""
        return bool(self.parts) and self.basis == figuring.as_kept(basis)

    def changed_since(self, basis: Basis, accounts: set[int] | None, hidden: set[int]) -> set[int] | None:
        """Of which accounts the figures or the place in the bin are others now; None when all have to be computed."""
        if accounts is None or not self.holds_for(basis):
            return None
        return accounts | (hidden ^ set(self.hidden))

    def yardstick(self, asked: int) -> House | None:
        """What the house's accounts were held against, if that is good enough to hold so many more against it."""
        is_near = self.count >= MANY and self.changed + asked <= self.count * MOST_CHANGED
        return House.from_kept(self.house) if is_near else None

    def newest(self, name: str) -> str:
        """A query for the rows of one of `NAMES`, of each account the newest."""
        return store.newest([([part.files[name]], part.accounts) for part in self.parts])

    def with_others(self, con: Any, figures: pa.Table) -> pa.Table:
        """These figures, and the tables `found` and `details`, completed by the accounts that are not in `asked`."""
        import pyarrow as pa

        def others(name: str) -> str:
            return f"SELECT * FROM ({self.newest(name)}) WHERE account NOT IN (SELECT account FROM asked)"  # noqa: S608

        for name in figuring.KEPT:
            con.execute(f"INSERT INTO {name} BY NAME {others(name)}")
        return pa.concat_tables([figures, con.sql(others("figures")).to_arrow_table().select(figures.column_names)])

    def load_written(self, con: Any, *, only_asked: bool) -> None:
        """The tables `written_scores` and `written_signals`: what the database has."""
        where = "WHERE account IN (SELECT account FROM asked)" if only_asked else ""
        for name in ("scores", "signals"):
            rows = f"SELECT * FROM ({self.newest(name)}) {where}"  # noqa: S608
            con.execute(f"CREATE OR REPLACE TEMP TABLE written_{name} AS {rows}")


def whole(con: Any, basis: Basis, house: House, hidden: set[int]) -> Kept:
    """Write what the tables say of all accounts."""
    count = con.execute("SELECT count(*) FROM figures").fetchall()[0][0]
    return Kept(figuring.as_kept(basis), house.as_kept(), sorted(hidden), count, 0, [Part(_written(con))])


def with_some(con: Any, kept: Kept, hidden: set[int], asked: set[int]) -> Kept:
    """Write what the tables say of the accounts in `asked`, beside what is kept of the others."""
    accounts = store.new_name("accounts")
    con.execute(f"COPY asked TO '{store.path(accounts)}' (FORMAT parquet)")
    parts = [*kept.parts, Part(_written(con), accounts)]
    if len(parts) > MOST_PARTS:
        parts = [parts[0], _merged(con, parts[1:])]
    more = Kept(kept.basis, kept.house, sorted(hidden), 0, kept.changed + len(asked), parts)
    count = con.execute(f"SELECT count(*) FROM ({more.newest('figures')})").fetchall()[0][0]  # noqa: S608
    return replace(more, count=count)


def _written(con: Any) -> dict[str, str]:
    files = {name: store.new_name(name) for name in NAMES}
    for name, file in files.items():
        con.execute(f"COPY (SELECT * FROM {name}) TO '{store.path(file)}' (FORMAT parquet)")  # noqa: S608
    return files


def _merged(con: Any, parts: list[Part]) -> Part:
    """One part that says what all of these say."""
    one = Part({name: store.new_name(name) for name in NAMES}, store.new_name("accounts"))
    some = Kept(parts=parts)
    for name, file in one.files.items():
        con.execute(f"COPY ({some.newest(name)}) TO '{store.path(file)}' (FORMAT parquet)")
    store.merge_accounts(con, [part.accounts for part in parts], one.accounts)
    return one
