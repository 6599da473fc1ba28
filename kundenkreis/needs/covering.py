"""How much is known of accounts: which set of questions fits them, what of it is answered, and what needs they have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Sum

from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.needs.models import Coverage, Need, NeedFit, NeedsTalk, QuestionEdition, QuestionSet, TalkAnswer

CHUNK = 2000
OLD_DAYS = 365  # what was answered longer ago may have changed
CUSTOMER_DAYS = 730  # who has ordered within so many days is a customer whose needs we should know


@dataclass(frozen=True)
class Asked:
    """A set that is asked now, with its current edition and the families that it is for."""

    of_set: QuestionSet
    edition: QuestionEdition
    families: frozenset[int]

    def points(self, industry: str, families: Collection[int]) -> int:
        """How well it fits: -1 not at all, 0 because it is for all, more for an industry and for families."""
        industries, points = self.of_set.industries, 0
        if industries:
            if industry not in industries:
                return -1
            points += 2
        if self.families:
            if not self.families & set(families):
                return -1
            points += 1
        return points


def asked_now() -> list[Asked]:
    """All sets that are asked now, in the house's order. Three queries."""
    sets = list(QuestionSet.objects.living().filter(is_active=True).prefetch_related("families"))
    current: dict[int, QuestionEdition] = {}
    for edition in QuestionEdition.objects.living().filter(of_set__in=sets).order_by("edition"):
        current[edition.of_set_id] = edition
    return [
        Asked(one, current[one.pk], frozenset(family.pk for family in one.families.all()))
        for one in sets
        if one.pk in current
    ]


def fitting(industry: str, families: Collection[int], sets: Sequence[Asked]) -> list[Asked]:
    """Those of the sets that fit, the closest first."""
    points = [(one.points(industry, families), one) for one in sets]
    return [one for found, one in sorted(points, key=lambda pair: -pair[0]) if found >= 0]


def sets_for(account: Account) -> list[Asked]:
    return fitting(account.industry, families_of([account.pk]).get(account.pk, frozenset()), asked_now())


def families_of(accounts: Collection[int]) -> dict[int, set[int]]:
    """The product families in which accounts have an open need."""
    found: dict[int, set[int]] = {}
    rows = NeedFit.objects.living().filter(need__account_id__listed=list(accounts), need__deleted_at=None)
    rows = rows.filter(need__status__in=Need.OPEN).order_by()
    for account, family, by_product in rows.values_list("need__account_id", "family_id", "product__family_id"):
        found.setdefault(account, set()).update({family, by_product} - {None})
    return found


Known = dict[tuple[int, int], dict[str, tuple[dt.date, str]]]
"""(account, set) → {key of a question: (day, answer)}, each the newest."""


def known_of(accounts: Collection[int]) -> Known:
    """What was answered last to each question, in whatever edition it was asked."""
    rows = TalkAnswer.objects.living().filter(talk__account_id__listed=list(accounts), talk__deleted_at=None)
    rows = rows.exclude(value="").order_by("talk__held_on", "pk")
    found: Known = {}
    for account, of_set, key, day, value in rows.values_list(
        "talk__account_id", "talk__edition__of_set_id", "key", "talk__held_on", "value"
    ):
        found.setdefault((account, of_set), {})[key] = (day, value)
    return found


@dataclass(frozen=True)
class Line:
    """A question of the fitting set, with what is known."""

    question: Mapping[str, Any]
    day: dt.date | None = None
    value: str = ""

    @property
    def is_old(self) -> bool:
        return self.day is not None and (clock.today() - self.day).days > OLD_DAYS


def lines_of(account: Account) -> tuple[Asked | None, list[Line]]:
    """The set that fits an account best, and each of its questions with what is known."""
    fits = sets_for(account)
    if not fits:
        return None, []
    best = fits[0]
    known = known_of([account.pk]).get((account.pk, best.of_set.pk), {})
    return best, [Line(one, *known.get(one["key"], (None, ""))) for one in best.edition.questions]


def effect_of(accounts: Sequence[int]) -> tuple[int, Decimal, Decimal, Decimal]:
    """How many open needs these accounts have, and what they come to in a year: low, likely, high, in house currency."""
    rows = Need.objects.open().filter(account_id__listed=list(accounts)).order_by()
    sums = [Decimal(0)] * 3
    count = 0
    for values in rows.values_list("low_house", "base_house", "high_house"):  # SQLite adds floats
        count += 1
        sums = [whole + value for whole, value in zip(sums, values, strict=True)]
    return count, sums[0], sums[1], sums[2]


# --- kept for the list of all accounts


def refigure(accounts: Iterable[int]) -> int:
    """Bring the coverage of these accounts into step; returns how many."""
    numbers = sorted(set(accounts))
    for start in range(0, len(numbers), CHUNK):
        _chunk(numbers[start : start + CHUNK])
    return len(numbers)


@transaction.atomic
def _chunk(numbers: list[int]) -> None:
    sets, families, known = asked_now(), families_of(numbers), known_of(numbers)
    talks = NeedsTalk.objects.living().filter(account_id__listed=numbers).order_by()
    last = dict(talks.values_list("account_id").annotate(Max("held_on")))
    needs = Need.objects.open().filter(account_id__listed=numbers).order_by()
    open_needs = {
        pk: (count, effect)
        for pk, count, effect in needs.values_list("account_id").annotate(Count("pk"), Sum("base_house"))
    }
    rows = []
    for pk, industry in Account._base_manager.filter(pk__listed=numbers).values_list("pk", "industry"):
        best = next(iter(fitting(industry, families.get(pk, ()), sets)), None)
        keys = best.edition.keys if best else []
        answers = known.get((pk, best.of_set.pk), {}) if best else {}
        days = [answers[key][0] for key in keys if key in answers]
        count, effect = open_needs.get(pk, (0, 0))
        rows.append(
            Coverage(
                account_id=pk, of_set=best.of_set if best else None, asked=len(keys), answered=len(days),
                percent=round(100 * len(days) / len(keys)) if keys else 0, oldest_on=min(days, default=None),
                last_on=last.get(pk), open_needs=count, base_house=round(Decimal(effect or 0), 2),
            )
        )  # fmt: skip
    _write(numbers, rows)


_FIGURED = ("of_set_id", "asked", "answered", "percent", "oldest_on", "last_on", "open_needs", "base_house")


def _write(numbers: list[int], rows: list[Coverage]) -> None:
    """Only what is not there already: at night nearly everything is."""
    there = {
        pk: tuple(rest)
        for pk, *rest in Coverage.objects.filter(account_id__listed=numbers).values_list("account_id", *_FIGURED)
    }
    new = [row for row in rows if there.get(row.account_id) != tuple(getattr(row, name) for name in _FIGURED)]
    names = [name.removesuffix("_id") for name in _FIGURED]
    Coverage.objects.bulk_create(new, update_conflicts=True, unique_fields=["account"], update_fields=names)


def figure_all() -> int:
    """The night's walk: customers of ours come in with nothing known, and what is known is figured by the sets as they are now."""
    since = clock.today() - dt.timedelta(days=CUSTOMER_DAYS)
    last = Account._base_manager.aggregate(last=Max("pk"))["last"] or 0
    figured, start = 0, 0
    while start <= last:
        some = Account._base_manager.filter(pk__gte=start, pk__lt=start + CHUNK, deleted_at=None, restricted_at=None)
        customers = some.filter(last_order_on__gte=since).order_by().values_list("pk", flat=True)
        there = Coverage.objects.filter(account_id__gte=start, account_id__lt=start + CHUNK)
        figured += refigure({*customers, *there.values_list("account_id", flat=True)})
        start += CHUNK
    return figured
