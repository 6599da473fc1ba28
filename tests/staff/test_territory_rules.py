"""Which territory an account falls to: the most specific rule has it, and ties are told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kundenkreis.staff.territory_rules import Key, Node, Rulebook, named_length, size_of, with_changes


def node(pk, parent=None, *, countries=(), postcodes=(), industries=(), sizes=(), owner=None):
    return Node(pk, f"T{pk}", parent, countries, postcodes, industries, sizes, owner)


def place(nodes, country="AT", postcode="4600", industry="", employees=None):
    return Rulebook(nodes).place(Key(country, postcode, industry, employees))


@pytest.mark.parametrize(
    ("postcode", "parts", "length"),
    [
        ("4600", ["46"], 2), ("4600", ["4"], 1), ("4600", ["4", "460"], 3), ("4600", ["4000-4699"], 4), ("4600", ["40-45"], 0),
        ("4600", ["46000"], 0), ("", ["4"], 0), ("SW1A1AA", ["SW"], 2), ("4700", ["4000-4699"], 0), ("4699", ["4000-4699"], 4),
    ],
)  # fmt: skip
def test_a_postcode_lies_in_beginnings_and_ranges(postcode, parts, length):
    assert named_length(postcode, parts) == length


@pytest.mark.parametrize(
    ("employees", "size"),
    [
        (None, ""),
        (0, "micro"),
        (9, "micro"),
        (10, "small"),
        (49, "small"),
        (50, "medium"),
        (249, "medium"),
        (250, "large"),
    ],
)
def test_sizes_are_those_of_the_european_union(employees, size):
    assert size_of(employees) == size


def test_the_longer_postcode_has_the_account():
    nodes = [
        node(1, countries=["AT"]),
        node(2, countries=["AT"], postcodes=["4"]),
        node(3, countries=["AT"], postcodes=["46"]),
    ]
    assert place(nodes).territory == 3
    assert place(nodes, postcode="4020").territory == 2
    assert place(nodes, postcode="1010").territory == 1
    assert place(nodes, country="DE").territory is None


def test_an_industry_comes_before_a_size_and_a_size_before_a_country():
    nodes = [node(1, countries=["AT"]), node(2, sizes=["large"]), node(3, industries=["Trade"])]
    assert place(nodes, industry="Trade", employees=300).territory == 3
    assert place(nodes, employees=300).territory == 2
    assert place(nodes, employees=3).territory == 1


def test_a_child_narrows_down_its_parent_and_wins_over_it():
    nodes = [node(1, countries=["AT"]), node(2, 1, postcodes=["46"]), node(3, 2, industries=["Trade"])]
    assert place(nodes).territory == 2
    assert place(nodes, industry="Trade").territory == 3
    assert place(nodes, country="DE", industry="Trade").territory is None


def test_a_territory_that_says_nothing_takes_nothing_by_rule():
    assert place([node(1), node(2, 1)]).territory is None


def test_of_two_that_fit_equally_the_older_has_it_and_the_other_is_told():
    placed = place([node(7, countries=["AT"], postcodes=["46"]), node(4, countries=["AT"], postcodes=["40-47"])])
    assert (placed.territory, placed.ties) == (4, (7,))


def test_overlaps_are_known_from_the_rules_alone():
    nodes = [
        node(1, countries=["AT"], postcodes=["46"]),
        node(2, countries=["AT", "DE"], postcodes=["40-47"]),
        node(3, countries=["AT"], postcodes=["4"]),
        node(4, countries=["DE"], postcodes=["48"]),
        node(5, countries=["AT"], postcodes=["46"], industries=["Trade"]),
    ]
    assert Rulebook(nodes).overlaps() == [(1, 2)]


def test_an_owner_holds_for_the_territories_below_that_have_none():
    book = Rulebook([node(1, owner=9), node(2, 1), node(3, 2, owner=8), node(4, 3)])
    assert [book.owner(pk) for pk in (1, 2, 3, 4, None, 99)] == [9, 9, 8, 8, None, None]
    assert book.below([2]) == {2, 3, 4}


def test_other_rules_can_be_tried_without_being_stored():
    nodes = [node(1, countries=["AT"]), node(2, countries=["DE"])]
    assert (
        with_changes(nodes, {2: {"countries": ["AT"], "postcodes": ["46"]}})
        .place(Key("AT", "4600", "", None))
        .territory
        == 2
    )
    assert Rulebook(nodes).place(Key("AT", "4600", "", None)).territory == 1


_codes = st.lists(st.sampled_from(["1", "10", "46", "4600", "40-47", "4000-4699", "9"]), max_size=3)
_countries = st.lists(st.sampled_from(["AT", "DE"]), max_size=2)
_rules = st.tuples(_countries, _codes, st.lists(st.sampled_from(["a", "b"]), max_size=1), st.integers(-1, 5))


@given(
    st.lists(_rules, max_size=6),
    st.sampled_from(["AT", "DE", ""]),
    st.sampled_from(["4600", "1010", "4", ""]),
    st.sampled_from(["a", "b", ""]),
)
def test_what_a_rulebook_says_is_what_every_rule_says_by_itself(rules, country, postcode, industry):
    nodes = [
        node(pk, parent if 0 < parent < pk else None, countries=c, postcodes=p, industries=i)
        for pk, (c, p, i, parent) in enumerate(rules, start=1)
    ]
    book, key = Rulebook(nodes), Key(country, postcode, industry, None)
    placed = book.place(key)
    fitting = {pk for _fit, pk in book.fits(key)}
    for one in nodes:
        line = book.line(one.pk)
        holds = one.says and all(
            (not t.countries or country in t.countries)
            and (not t.postcodes or named_length(postcode, t.postcodes) > 0)
            and (not t.industries or industry in t.industries)
            for t in line
        )
        assert holds == (one.pk in fitting)
    assert placed.territory in fitting or not fitting
    overlapping = {frozenset(pair) for pair in book.overlaps()}
    assert all(frozenset((placed.territory, tie)) in overlapping for tie in placed.ties), (
        "a tie is foreseen by the rules"
    )
