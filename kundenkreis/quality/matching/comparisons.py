"""In what two records are compared, and how far they may agree: each level as SQL for DuckDB and as Python for one pair.

The first level that holds counts, from the closest agreement down; none is "different", and what either record lacks is not compared.

The model adds the fields' bits up as if they agreed independently of each other. Couples share name, address and line, companies of one group
address, host and switchboard; counted apart, that would make each of them one. What goes together so is therefore one comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from kundenkreis.customers.likeness.companies import COMPANIES
from kundenkreis.customers.likeness.persons import PERSONS
from kundenkreis.customers.likeness.sounds import edits
from kundenkreis.customers.likeness.traits import Kind, Traits

DIFFERENT, UNKNOWN = "different", "unknown"


class Test(NamedTuple):
    """A condition on two records: as DuckDB asks it of columns `…_l` and `…_r`, and as Python asks it of two records' traits."""

    sql: str
    holds: Callable[[Traits, Traits], bool]


def same(*names: str) -> Test:
    """They agree in all these traits."""
    sql = " AND ".join(f"{name}_l = {name}_r" for name in names)
    return Test(sql, lambda one, other: all(one[n] is not None and one[n] == other[n] for n in names))


def near(name: str, most: int, shortest: int) -> Test:
    """Texts of at least `shortest` signs (bytes) are at most `most` typing errors apart."""
    sql = (
        f"strlen({name}_l) >= {shortest} AND strlen({name}_r) >= {shortest} AND abs(strlen({name}_l) - strlen({name}_r)) <= {most}"
        f" AND damerau_levenshtein({name}_l, {name}_r) <= {most}"
    )

    def holds(one: Traits, other: Traits) -> bool:
        if one[name] is None or other[name] is None:
            return False
        # DuckDB counts bytes; Latin-1 gives each of them a letter of its own.
        left, right = (text.encode().decode("latin-1") for text in (one[name], other[name]))
        long_enough = min(len(left), len(right)) >= shortest and abs(len(left) - len(right)) <= most
        return long_enough and edits(left, right) <= most

    return Test(sql, holds)


def crossed(name: str, with_: str) -> Test:
    """What the one has in the first column the other has in the second, and the other way round."""
    sql = f"{name}_l = {with_}_r AND {with_}_l = {name}_r"
    return Test(
        sql,
        lambda one, other: (
            None not in (one[name], one[with_]) and (one[name], one[with_]) == (other[with_], other[name])
        ),
    )


def shares(name: str) -> Test:
    """Their lists have a text in common."""
    sql = f"list_has_any({name}_l, {name}_r)"
    return Test(sql, lambda one, other: not set(one[name] or ()).isdisjoint(other[name] or ()))


def within(name: str) -> Test:
    """One's list holds all of the other's."""
    sql = f"list_has_all({name}_l, {name}_r) OR list_has_all({name}_r, {name}_l)"

    def holds(one: Traits, other: Traits) -> bool:
        if one[name] is None or other[name] is None:
            return False
        left, right = set(one[name]), set(other[name])
        return left <= right or right <= left

    return Test(sql, holds)


def initial(name: str) -> Test:
    """One is the first letter of the other."""
    sql = f"(strlen({name}_l) = 1 OR strlen({name}_r) = 1) AND {name}_l[1] = {name}_r[1]"

    def holds(one: Traits, other: Traits) -> bool:
        left, right = one[name] or "", other[name] or ""
        return 1 in (len(left.encode()), len(right.encode())) and left[:1] == right[:1]

    return Test(sql, holds)


def either(*tests: Test) -> Test:
    """At least one of them holds."""
    sql = " OR ".join(f"({test.sql})" for test in tests)
    return Test(sql, lambda one, other: any(test.holds(one, other) for test in tests))


def apart(name: str) -> Test:
    """They do not agree in a trait, or one of them lacks it."""
    return Test(
        f"{name}_l IS DISTINCT FROM {name}_r OR {name}_l IS NULL",
        lambda one, other: one[name] is None or one[name] != other[name],
    )


def both(*tests: Test) -> Test:
    """All of them hold."""
    sql = " AND ".join(f"({test.sql})" for test in tests)
    return Test(sql, lambda one, other: all(test.holds(one, other) for test in tests))


@dataclass(frozen=True)
class Comparison:
    """One thing in which records are compared. It is unknown unless both records have all traits of one of `needs`, and when `unless` holds."""

    field: str
    needs: tuple[tuple[str, ...], ...]
    levels: tuple[tuple[str, Test], ...]
    unless: Test | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """The levels' names, the closest first, "different" last."""
        return (*(code for code, _test in self.levels), DIFFERENT)

    @property
    def unknown_sql(self) -> str:
        ways = (" OR ".join(f"{name}_l IS NULL OR {name}_r IS NULL" for name in way) for way in self.needs)
        lacking = " AND ".join(f"({way})" for way in ways)
        return f"({lacking}) OR ({self.unless.sql})" if self.unless else lacking

    def level(self, one: Traits, other: Traits) -> str:
        """The code of the level on which two records agree, "different" or "unknown"."""
        if not any(all(one[n] is not None and other[n] is not None for n in way) for way in self.needs):
            return UNKNOWN
        if self.unless and self.unless.holds(one, other):
            return UNKNOWN
        return next((code for code, test in self.levels if test.holds(one, other)), DIFFERENT)


_HOUSE = same("street", "house", "postcode")
_LIVING_TOGETHER = either(_HOUSE, both(same("line"), apart("employer")))
_SWAPPED = crossed("family", "given")
_FAMILY = either(same("family"), shares("family_parts"), near("family", 1, 4), same("family_sound"))
OF_PERSONS = (
    Comparison(
        "given_name",
        (("given",),),
        (
            ("same", same("given")),
            ("pet_form", same("called")),
            ("initial", initial("given")),
            ("typing", near("given", 1, 4)),
            ("sound", same("called_sound")),
        ),
        unless=_SWAPPED,
    ),
    Comparison(
        "family_name",
        (("family",),),
        (
            ("swapped", _SWAPPED),
            ("at_home", both(_FAMILY, _LIVING_TOGETHER)),
            ("other_at_home", _LIVING_TOGETHER),
            ("same", same("family")),
            ("part", shares("family_parts")),
            ("typing", near("family", 1, 4)),
            ("sound", same("family_sound")),
            ("typing_two", near("family", 2, 7)),
        ),
    ),
    Comparison("form_of_address", (("sex",),), (("same", same("sex")),)),
    Comparison("email", (("email",),), (("same", same("email")), ("typing", near("email", 1, 10)))),
    Comparison("mobile", (("mobile",),), (("same", same("mobile")),)),
    Comparison(
        "account",
        (("employer",), ("host",)),
        (
            ("line", same("employer", "line")),
            ("same", same("employer")),
            ("typing", near("employer", 1, 6)),
            ("host", same("host")),
        ),
    ),
    Comparison(
        "address",
        (("postcode",),),
        (("street", same("street", "postcode")), ("postcode", same("postcode"))),
        unless=_LIVING_TOGETHER,
    ),
)
_REACHED = either(same("email"), same("line"))
_SAME_ROOF = either(same("host"), same("trunk"))
OF_COMPANIES = (
    Comparison(
        "name",
        (("joined",),),
        (
            ("same", same("joined")),
            ("words", same("sorted")),
            ("typing", near("joined", 1, 6)),
            ("typing_two", near("joined", 2, 10)),
            ("sound", same("sound")),
            ("within", both(within("words"), same("rarest"))),
        ),
    ),
    Comparison("legal_form", (("form",),), (("same", same("form")),)),
    Comparison("vat_id", (("uid",),), (("same", same("uid")), ("typing", near("uid", 1, 8)))),
    Comparison("register_number", (("register",),), (("same", same("register")),)),
    Comparison("gln", (("gln",),), (("same", same("gln")),)),
    Comparison(
        "site",
        (("email",), ("host",), ("line",), ("postcode",), ("place",)),
        (
            ("reached_and_house", both(_REACHED, _HOUSE)),
            ("reached", _REACHED),
            ("roof_and_house", both(_SAME_ROOF, _HOUSE)),
            ("roof", _SAME_ROOF),
            ("house", _HOUSE),
            ("street", either(same("street", "postcode"), both(near("street", 2, 6), same("postcode")))),
            ("postcode", same("postcode")),
            ("place", same("place")),
        ),
    ),
)


@dataclass(frozen=True)
class Matched:
    """A kind of record and in what its records are compared."""

    kind: Kind
    comparisons: tuple[Comparison, ...]

    @property
    def name(self) -> str:
        return self.kind.name


CONTACTS, ACCOUNTS = Matched(PERSONS, OF_PERSONS), Matched(COMPANIES, OF_COMPANIES)
BY_KIND = {matched.name: matched for matched in (ACCOUNTS, CONTACTS)}
