"""Groups, stretches of time, "my team" and relations in the filter language: read, said, written, and refused at the right place."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db.models import Count, Q
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from kundenkreis.core.filters import BadFilter, Filter, Relation, condition, group, parse, relation
from kundenkreis.history.models import Batch

TODAY = dt.date(2026, 3, 31)  # a Tuesday
INNER = (
    Filter("day", "date", "Day", "ordered_on"),
    Filter("net", "number", "Net"),
    Filter("count", "number", "How many", total=Count("pk")),
)
DECLARED = [
    Filter("tier", "choice", "Tier", choices=[("A", "A"), ("B", "B")]),
    Filter("place", "text", "Place"),
    Filter("last", "date", "Last order", "last_on", aliases=("last_order_on",)),
    Filter("at", "moment", "When"),
    Filter("owner", "person", "Owner", "owner_id", choices=[(7, "Anna Huber")]),
    Filter("team", "choice", "Team", "team_id", choices=[(3, "North")], own="own_teams"),
    Filter("orders", "relation", "Order", relation=Relation(lambda by: None, lambda: INNER, "account_id")),
]
ANNA = SimpleNamespace(pk=7, own_teams=(3, 4), colleagues=(7, 8))


def read(*conditions):
    return parse(list(conditions), DECLARED, today=TODAY, by=ANNA)


def refused(*conditions):
    with override("en"), pytest.raises(BadFilter) as bad:
        read(*conditions)
    return bad.value


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("any(tier:in:A;place:is:Linz)", Q(tier__in=("A",)) | Q(place__iexact="Linz")),
        ("all(tier:in:A;place:is:Linz)", Q(tier__in=("A",)) & Q(place__iexact="Linz")),
        ("none(tier:in:A;place:is:Linz)", ~(Q(tier__in=("A",)) | Q(place__iexact="Linz"))),
        (
            "any(tier:in:A;all(place:is:Linz;none(tier:in:B)))",
            Q(tier__in=("A",)) | (Q(place__iexact="Linz") & ~Q(tier__in=("B",))),
        ),
        (
            r"any(place:is:Linz \(Urfahr\)\; Donau;tier:in:B)",
            Q(place__iexact="Linz (Urfahr); Donau") | Q(tier__in=("B",)),
        ),
        ("any(place:is:Linz (Urfahr);tier:in:B)", Q(place__iexact="Linz (Urfahr)") | Q(tier__in=("B",))),
        ("place:is:any(thing; else", Q(place__iexact="any(thing; else")),
        ("owner:is:my_team", Q(owner_id__in=(7, 8))),
        ("owner:not:my_team,9", ~Q(owner_id__in=(7, 8, 9))),
        ("team:in:mine", Q(team_id__in=(3, 4))),
        ("last_order_on:on:today", Q(last_on__in=(TODAY,))),
    ],
)
def test_groups_and_own_people_become_a_question_to_the_database(written, expected):
    assert read(written).q() == expected


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("last:90d", (2025, 12, 31), (2026, 3, 31)),
        ("last:2w", (2026, 3, 17), (2026, 3, 31)),
        ("last:1m", (2026, 2, 28), (2026, 3, 31)),
        ("last:1y", (2025, 3, 31), (2026, 3, 31)),
        ("next:4w", (2026, 3, 31), (2026, 4, 28)),
        ("this:day", (2026, 3, 31), (2026, 3, 31)),
        ("this:week", (2026, 3, 30), (2026, 4, 5)),
        ("this:month", (2026, 3, 1), (2026, 3, 31)),
        ("this:quarter", (2026, 1, 1), (2026, 3, 31)),
        ("this:year", (2026, 1, 1), (2026, 12, 31)),
        ("previous:week", (2026, 3, 23), (2026, 3, 29)),
        ("previous:month", (2026, 2, 1), (2026, 2, 28)),
        ("previous:quarter", (2025, 10, 1), (2025, 12, 31)),
        ("previous:year", (2025, 1, 1), (2025, 12, 31)),
        ("following:month", (2026, 4, 1), (2026, 4, 30)),
        ("following:quarter", (2026, 4, 1), (2026, 6, 30)),
    ],
)
def test_stretches_of_time_move_with_today(written, first, last):
    assert read(f"last:{written}").q() == Q(last_on__gte=dt.date(*first), last_on__lte=dt.date(*last))


def test_a_stretch_of_days_asks_a_point_in_time_from_the_first_moment_to_the_last():
    (found,) = read("at:this:day").q().children[0:1]
    assert found[0] == "at__gte" and found[1].isoformat().startswith("2026-03-31T00:00:00")
    assert read("at:this:day").q() == read("at:on:today").q()


def test_overdue_is_before_today():
    assert read("last:overdue").q() == Q(last_on__lt=TODAY)
    assert read("last:overdue").describe()[0].text == "is past"


@pytest.mark.parametrize(
    ("written", "label", "text"),
    [
        ("any(tier:in:A;place:has:Linz)", "Any of these", "Tier is A or Place contains Linz"),
        ("none(tier:in:A)", "None of these", "Tier is A"),
        ("all(tier:in:A;any(place:is:Linz;tier:in:B))", "All of these", "Tier is A and (Place is Linz or Tier is B)"),
        ("orders:with", "Order", "there is one"),
        ("orders:without(day:last:90d)", "Order", "there is none: Day in the last 90 days"),
        (
            "orders:with(day:this:quarter;net:over:500)",
            "Order",
            "there is one: Day this quarter and Net is more than 500",
        ),
        ("owner:is:me,my_team", "Owner", "is me or my team"),
        ("last:next:1w", "Last order", "in the next 1 week"),
    ],
)
def test_groups_and_relations_are_said_in_words(written, label, text):
    with override("en"):
        (chip,) = read(written).describe()
    assert (chip.label, chip.text) == (label, text)


@pytest.mark.parametrize(
    ("written", "at", "word"),
    [
        ("any(tier:in:A;place)", (1, 1), "Place"),
        ("any(tier:in:A;all(place:is:Linz;tier:in:Z))", (1, 1, 1), "Tier"),
        ("orders:with(day:last:90d;net:over:much)", (1, 1), "Net"),
        ("orders:with(any(net:over:1;count:over:3))", (1, 0), "together"),
        ("any(tier:in:A", (1,), "not closed"),
        ("any(tier:in:A)x", (1,), "behind the bracket"),
        ("any()", (1,), "needs a condition"),
        ("some(tier:in:A)", (1,), "cannot be filtered"),
        ("orders:has:3", (1,), "does not know"),
        ("orders:with:3", (1,), "too many values"),
        ("last:last:90", (1,), "length of time"),
        ("last:last:99999y", (1,), "length of time"),
        ("last:last:9999y", (1,), "length of time"),
        ("last:this:decade", (1,), "stretch of the calendar"),
        ("any(any(any(any(any(tier:in:A)))))", (1, 0, 0, 0, 0, 0), "deep"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(written, at, word):
    bad = refused("tier:in:A", written)
    assert bad.at == at
    assert word in str(bad)


def test_my_team_needs_a_team():
    with override("en"), pytest.raises(BadFilter, match="belong to none"):
        parse(["team:in:mine"], DECLARED, by=SimpleNamespace(pk=7, own_teams=()))
    with pytest.raises(BadFilter):
        parse(["owner:is:my_team"], DECLARED, me=7)


def test_conditions_in_groups_count_too():
    assert "At most 20" in str(refused(group("any", *[f"place:is:{n}" for n in range(20)])))
    assert read(group("any", *[f"place:is:{n}" for n in range(19)]))


def test_what_is_written_by_the_program_is_read_again():
    odd = r"A, B; (C) \ D)"
    inner = group("all", condition("place", "is", odd), condition("tier", "in", "A", "B"))
    written = group("any", inner, relation("orders", "without", condition("day", "last", "90d")), "last:overdue")
    (part,) = read(written).parts
    assert part.param == written
    assert part.parts[0].parts[0].values == (odd,)
    assert part.parts[1].parts[0].texts == ("90d",)


ALPHABET = st.text(alphabet="anyloe()();:,\\ASt1d39 \x00\ud800", max_size=60)


@given(st.lists(ALPHABET | st.sampled_from(["any(", "orders:with(", "tier:in:A", ";", ")"]), max_size=12).map("".join))
def test_no_brackets_break_it(written):
    try:
        found = read(written)
    except BadFilter as bad:
        refusal = bad
    else:
        assert all(chip.text for chip in found.describe())
        return
    assert str(refusal) and all(place >= 0 for place in refusal.at)


def test_what_the_row_itself_answers_is_asked_before_other_records():
    asked = ["orders:without", "tier:in:A", "any(orders:with;place:is:Linz)"]
    rows = lambda by: Batch.objects.all()  # noqa: E731 any table will do
    declared = [*DECLARED[:-1], Filter("orders", "relation", "Order", relation=Relation(rows, tuple, "pk"))]
    first, *others = parse(asked, declared, by=ANNA).q().children
    assert first == ("tier__in", ("A",)) and len(others) == 2
