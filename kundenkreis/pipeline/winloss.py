"""Win and loss: of what was closed, how much was won, by any cut, and how sure that is.

Rates are of opportunities that were won or lost; what was no loss of ours (`CloseReason.is_neutral`) is told apart, and a project with
several bidders counts once. `analyse` adds up any rows in the database, in a number of queries that does not grow; of all that somebody sees
`winloss_kept` has the same figures a hundred times as fast.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Count, Exists, F, FloatField, Func, OuterRef, Q, QuerySet, Sum, Window
from django.db.models.functions import Cast, Round, RowNumber

from kundenkreis.core.proportions import Share, likeness
from kundenkreis.pipeline.models import CloseReason, Interview
from kundenkreis.pipeline.winloss_cuts import Cut

ENOUGH = 10  # closed opportunities under which no rate is told
SURE = 0.05
LISTED = 200  # groups of a cut

WON, LOST, NEUTRAL = "won", "lost", "neutral"


@dataclass(frozen=True)
class Figures:
    """What was closed. Values in house currency; `gap` the mean price gap in % of the `gaps` lost ones that have one; `days` the median
    from the opening to the end.
    """

    won: int = 0
    lost: int = 0
    neutral: int = 0
    won_value: Decimal = Decimal(0)
    lost_value: Decimal = Decimal(0)
    gap: Decimal | None = None
    gaps: int = 0
    days: float | None = None

    @property
    def number(self) -> int:
        """How many the rate is of."""
        return self.won + self.lost

    @property
    def is_enough(self) -> bool:
        return self.number >= ENOUGH

    @property
    def share(self) -> Share:
        return Share(self.won, self.number)

    @property
    def rate(self) -> float | None:
        """Won of what was won or lost, by count; None where too few to say."""
        return self.share.value if self.is_enough else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the rate (Wilson 1927)."""
        return self.share.interval if self.is_enough else None

    @property
    def value_rate(self) -> float | None:
        """The same by value. It has no interval: a few large ones decide it."""
        whole = self.won_value + self.lost_value
        return float(self.won_value / whole) if self.is_enough and whole else None


class Counts(NamedTuple):
    """So many opportunities of a kind, what they come to in hundredths, and the tenths of % of the price gap of the `gaps` that have one."""

    number: int = 0
    cents: int = 0
    tenths: int = 0
    gaps: int = 0


def made(kinds: Mapping[str, Counts], days: float | None) -> Figures:
    """The figures of what was won, lost and no loss of ours."""
    won, lost, neutral = (kinds.get(kind, Counts()) for kind in (WON, LOST, NEUTRAL))
    gap = (Decimal(lost.tenths) / lost.gaps / 10).quantize(Decimal("0.1")) if lost.gaps else None
    won_value, lost_value = ((Decimal(one.cents) / 100).quantize(Decimal("0.01")) for one in (won, lost))
    return Figures(won.number, lost.number, neutral.number, won_value, lost_value, gap, lost.gaps, days)


@dataclass(frozen=True)
class Group:
    """One group of a cut. `beside` is "higher" or "lower" where its rate differs from that of all others for sure, else ""."""

    key: Any
    name: str
    figures: Figures
    beside: str = ""
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reason:
    """One reason of losses, with those that are part of it; `share` of all losses, `so_far` with those before it (Pareto)."""

    key: int | None
    name: str
    number: int
    value: Decimal
    share: float
    so_far: float
    below: tuple[tuple[int, str, int], ...] = ()


@dataclass(frozen=True)
class Asked:
    """What customers said in interviews: how many, and how gladly (0 to 10) they would ask us again; None where too few to say."""

    number: int = 0
    agree: int = 0  # of `compared`: the decisive criterion is the one that we wrote down
    compared: int = 0
    again: Mapping[str, tuple[int, float | None]] = field(default_factory=dict)  # won, lost → how many said it, mean


@dataclass(frozen=True)
class Analysis:
    """`whole` of all rows, `groups` by the cut. `tested` is how many groups were compared: the more, the surer each has to be."""

    whole: Figures
    groups: tuple[Group, ...]
    reasons: tuple[Reason, ...]
    asked: Asked
    tested: int = 0
    more: bool = False


def analyse(rows: QuerySet, cut: Cut) -> Analysis:
    """Win and loss of the opportunities `rows`, those of them that are closed, by a cut. Nine queries at most."""
    closed = rows.exclude(outcome="").counted().order_by()  # type: ignore[attr-defined]
    whole = _figures(closed, None, "").get(None, Figures())
    of_groups = _figures(_grouped(closed, cut), cut, "opportunity__" if cut.many else "")
    return analysis(whole, of_groups, cut, _reasons(closed), _asked(closed))


def analysis(
    whole: Figures, of_groups: Mapping[Any, Figures], cut: Cut, why: tuple[Reason, ...], said: Asked
) -> Analysis:
    """What follows from the figures of all and of each group, by its key."""
    of_groups = {key: one for key, one in of_groups.items() if cut.many is None or key not in (None, "")}
    names = cut.names(list(of_groups))
    tested = sum(one.is_enough for one in of_groups.values()) if not cut.is_share else 0
    groups = [
        Group(key, names.get(key, ""), one, _beside(one, whole, tested), cut.rows(key))
        for key, one in of_groups.items()
    ]
    groups = _in_order(groups, cut)
    return Analysis(whole, tuple(groups[:LISTED]), why, said, tested, len(groups) > LISTED)


def _in_order(groups: list[Group], cut: Cut) -> list[Group]:
    """By what they are, where they are in an order; else the largest first. What is not known comes last."""
    if cut.ordered:
        return sorted(groups, key=lambda one: (one.key is None, one.key if one.key is not None else 0))
    return sorted(
        groups,
        key=lambda one: (one.key in (None, ""), -one.figures.number, -one.figures.neutral, one.name, str(one.key)),
    )


def _beside(one: Figures, whole: Figures, tested: int) -> str:
    """Whether its rate differs from that of all others. With many looks one differs by chance: each has to be surer (Bonferroni)."""
    others = Share(whole.won - one.won, whole.number - one.number)
    if not one.is_enough or others.cases < ENOUGH or likeness(one.share, others) * max(tested, 1) >= SURE:
        return ""
    return "higher" if (one.share.value or 0) > (others.value or 0) else "lower"


# --- out of the database -----------------------------------------------------------------------------------------------


def _grouped(closed: QuerySet, cut: Cut) -> QuerySet:
    """The rows that are grouped: opportunities, or what hangs on them, each group once for each opportunity."""
    if cut.many is None:
        return closed
    by = cut.by()
    parts: Any = cut.many
    living = parts._base_manager.filter(deleted_at=None)
    same = living.filter(
        opportunity_id=OuterRef("opportunity_id"), pk__lt=OuterRef("pk"), **{by.name: OuterRef(by.name)}
    )
    return living.filter(opportunity_id__in=closed.values("pk")).exclude(Exists(same)).order_by()


def _figures(rows: QuerySet, cut: Cut | None, path: str) -> dict[Any, Figures]:
    """{group: figures}, under None all when there is no cut. Two queries."""
    by = {"g": cut.by()} if cut is not None else {}
    neutral = Q(**{f"{path}close_reason__is_neutral": True})
    rows = rows.annotate(**by)
    told = rows.values(*by, f"{path}outcome", f"{path}close_reason__is_neutral").annotate(
        n=Count("pk"), cents=_whole(f"{path}value_house", 100), tenths=_whole(f"{path}price_gap", 10),
        gaps=Count(f"{path}price_gap"),
    )  # fmt: skip
    found: dict[Any, dict[str, Counts]] = defaultdict(dict)
    for row in told:
        kind = NEUTRAL if row[f"{path}close_reason__is_neutral"] else row[f"{path}outcome"]
        # An opportunity without a reason has no answer to whether that is neutral, and comes in a row of its own.
        before = found[row.get("g")].get(kind, Counts())
        counts = Counts(row["n"], row["cents"] or 0, row["tenths"] or 0, row["gaps"])
        found[row.get("g")][kind] = Counts(*map(sum, zip(before, counts, strict=True)))
    days = _medians(rows.exclude(neutral), bool(by), path)
    return {key: made(kinds, days.get(key)) for key, kinds in found.items()}


def _whole(path: str, times: int) -> Sum:
    """A sum in whole units of the smallest, which is exact on both engines; SQLite adds decimals as floats."""
    return Sum(Cast(Round(F(path) * times), BigIntegerField()))


class _Lasted(Func):
    """Days between two moments. SQLite does it without calling Python for each row, which Django's own difference would."""

    output_field = FloatField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="(julianday(%(expressions)s))", arg_joiner=") - julianday(")

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="(EXTRACT(EPOCH FROM (%(expressions)s)) / 86400.0)::float8", arg_joiner=" - "
        )


def _medians(rows: QuerySet, is_grouped: bool, path: str) -> dict[Any, float]:
    """{group: median days from the opening to the end}: the middle row of each, or the two around the middle. One query, few rows."""
    lasted = _Lasted(F(f"{path}closed_at"), F(f"{path}opened_at"))
    within: dict[str, Any] = {"partition_by": [F("g")]} if is_grouped else {}
    placed = rows.annotate(lasted=lasted).annotate(
        place=Window(RowNumber(), order_by=[F("lasted").asc(), F("pk").asc()], **within),
        of=Window(Count("pk"), **within),
    )
    middle = placed.filter(place__gte=F("of") / 2.0, place__lte=F("of") / 2.0 + 1)
    found: dict[Any, list[float]] = defaultdict(list)
    for row in middle.values(*(["g"] if is_grouped else []), "lasted"):
        found[row.get("g")].append(row["lasted"])
    return {key: round(sum(some) / len(some), 3) for key, some in found.items()}


def _reasons(closed: QuerySet) -> tuple[Reason, ...]:
    """Why we lost, the most frequent first, what is part of a reason under it. Two queries."""
    lost = closed.filter(outcome=LOST).exclude(close_reason__is_neutral=True)
    told = lost.values_list("close_reason_id").annotate(n=Count("pk"), cents=_whole("value_house", 100))
    return reasons({pk: (number, cents or 0) for pk, number, cents in told})


def reasons(of: Mapping[int | None, tuple[int, int]]) -> tuple[Reason, ...]:
    """Why we lost, from {reason: (number, cents)}. One query."""
    counts = {pk: (number, Decimal(cents) / 100) for pk, (number, cents) in of.items()}
    some = CloseReason._base_manager.filter(pk__in=[pk for pk in counts if pk]).select_related("parent")
    known = {one.pk: one for one in some}
    roots: dict[int | None, list[int | None]] = defaultdict(list)
    for pk in counts:
        roots[known[pk].parent_id or pk if pk in known else None].append(pk)
    all_lost = sum(number for number, _value in counts.values())
    found = [_root(root, pks, counts, known, all_lost) for root, pks in roots.items()]
    found.sort(key=lambda one: (-one.number, one.name, str(one.key)))
    so_far, out = 0, []
    for one in found:
        so_far += one.number
        out.append(replace(one, so_far=so_far / all_lost))
    return tuple(out)


def _root(
    root: int | None, pks: Sequence[int | None], counts: Mapping[int | None, tuple], known: Mapping, of: int
) -> Reason:
    number, value = sum(counts[pk][0] for pk in pks), sum((counts[pk][1] for pk in pks), Decimal(0))
    first = known.get(pks[0])
    name = "" if first is None else (first.parent or first).name
    below = [
        (pk, known[pk].name, counts[pk][0]) for pk in pks if pk is not None and pk in known and known[pk].parent_id
    ]
    return Reason(
        root, name, number, value, number / of, 0, tuple(sorted(below, key=lambda one: (-one[2], one[1], one[0])))
    )


def _asked(closed: QuerySet) -> Asked:
    """What was said in the interviews about these. One query."""
    held = Interview.objects.living().filter(opportunity_id__in=closed.values("pk")).order_by()
    return asked(held.values_list("opportunity__outcome", "again", "criterion", "opportunity__criterion"))


def asked(told: Iterable[tuple[str, int | None, str, str]]) -> Asked:
    """From what was said in each interview: (outcome, would ask us again, what decided as they say, as we wrote it down)."""
    rows = list(told)
    both = [(theirs, ours) for _outcome, _again, theirs, ours in rows if theirs and ours]
    again: dict[str, tuple[int, float | None]] = {}
    for outcome in dict.fromkeys(row[0] for row in rows):
        said = [row[1] for row in rows if row[0] == outcome and row[1] is not None]
        again[outcome] = len(said), sum(said) / len(said) if len(said) >= ENOUGH else None
    return Asked(len(rows), sum(theirs == ours for theirs, ours in both), len(both), again)
