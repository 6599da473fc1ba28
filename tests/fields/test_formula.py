"""Formulas: what is read, what is refused, and that they come to what Python's own decimals come to."""

import contextlib
import datetime as dt
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException, localcontext

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kundenkreis.fields import formula
from kundenkreis.fields.formula_working import NoValue, worked_out

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine takes its time
KINDS = {"seats": "number", "volume": "number", "since": "date", "until": "date", "city": "text"}


def of(text, **values):
    return worked_out(formula.read(text), values)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("-2 - -3", 1),
        ("1,5 * 2", 3),
        ("10 / 4", Decimal("2.5")),
        ("if(1 < 2; 10; 20)", 10),
        ("wenn(1 > 2; 10; 20)", 20),
        ("if(1 = 2; 1 / 0; 5)", 5),
        ("min(3; 1; 2) + max(3; 1; 2)", 4),
        ("round(2.345; 2)", Decimal("2.35")),
        ("runden(1250; -2)", 1300),
        ("abs(-3)", 3),
        ('join("a"; "b"; 1,50)', "ab1.5"),
        ("if(and(1 < 2; not(2 < 1)); 1; 0)", 1),
        ("if(or(1 > 2; empty(nothing)); 1; 0)", 1),
    ],
)
def test_a_formula_comes_to_what_one_expects(text, value):
    assert of(text) == value


def test_what_is_empty_makes_the_whole_empty_but_sums_leave_it_out():
    assert of("seats * 2", seats=None) is None
    assert of("sum(seats; 2)", seats=None) == 2
    assert of("max(seats; volume)", seats=None, volume=None) is None
    assert of('join(city; "!")', city=None) == "!"


def test_days_are_counted_between_two_dates():
    assert of("days(since; until)", since=dt.date(2024, 2, 28), until=dt.date(2024, 3, 1)) == 2


def test_a_division_by_zero_has_no_value_and_says_so():
    with pytest.raises(NoValue) as none:
        of("1 / (seats - seats)", seats=Decimal(3))
    assert none.value.reason == "zero"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "needs something"),
        ("1 +", "ends too early"),
        ("(1", "not closed"),
        ("1 2", "not expected"),
        ("__import__('os')", "not understood"),
        ("system(1)", "There is no function"),
        ("if(1 < 2; 1)", "another number of values"),
        ("(" * 40 + "1" + ")" * 40, "at most 30 deep"),
        ("1+" * 400 + "1", "at most 300 parts"),
        ("9" * 20, "at most 15 digits"),
        ("1" * 1001, "at most 1000 characters"),
        ("a.b", "not understood"),
        ("\0", "not understood"),
    ],
)
def test_what_is_no_formula_is_refused_in_words(text, said):
    with pytest.raises(formula.BadFormula, match=said.replace("(", r"\(")):
        formula.read(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seats + city", "needs a number"),
        ("days(since; 5)", "needs a date"),
        ("if(seats; 1; 2)", "needs a comparison"),
        ("if(seats > 1; 1; city)", "same kind"),
        ("unknown * 2", "no field “unknown”"),
        ("if(since > 5; 1; 2)", "compares two of the same kind"),
        ("join(seats > 1)", "takes no comparison"),
    ],
)
def test_kinds_that_do_not_go_together_are_refused(text, said):
    with pytest.raises(formula.BadFormula, match=said):
        formula.kind_of(formula.read(text), KINDS)


def test_a_loop_is_named():
    trees = {key: formula.read(text) for key, text in {"a": "b + 1", "b": "c + 1", "c": "a + 1", "d": "1"}.items()}
    with pytest.raises(formula.BadFormula, match="a → b → c → a"):
        formula.ordered(trees)


def test_a_long_chain_of_formulas_is_put_in_order():
    trees = {f"f{n}": formula.read(f"f{n + 1} + 1") for n in range(2000)} | {"f2000": formula.read("1")}
    assert formula.ordered(trees)[0] == "f2000"


NUMBERS = st.decimals(min_value=-10_000, max_value=10_000, places=2)


def trees(depth=3):
    """(text of a formula, function of its values that does the same with Python's decimals)."""
    leaf = st.one_of(
        NUMBERS.map(lambda n: (f"({n})", lambda _v, n=n: n)),
        st.sampled_from(["seats", "volume"]).map(lambda name: (name, lambda v, name=name: v[name])),
    )

    def joined(inner):
        signs = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b}
        both = st.tuples(st.sampled_from(sorted(signs)), inner, inner).map(
            lambda t: (f"({t[1][0]} {t[0]} {t[2][0]})", lambda v: signs[t[0]](t[1][1](v), t[2][1](v)))
        )
        least = st.tuples(inner, inner).map(
            lambda t: (f"min({t[0][0]}; {t[1][0]})", lambda v: min(t[0][1](v), t[1][1](v)))
        )
        chosen = st.tuples(inner, inner, inner).map(
            lambda t: (
                f"if({t[0][0]} > {t[1][0]}; {t[2][0]}; {t[0][0]})",
                lambda v: t[2][1](v) if t[0][1](v) > t[1][1](v) else t[0][1](v),
            )
        )
        return st.one_of(both, least, chosen)

    return st.recursive(leaf, joined, max_leaves=8)


@CALM
@given(trees(), NUMBERS, NUMBERS)
def test_arithmetic_is_that_of_python_s_decimals(tree, seats, volume):
    text, python = tree
    values = {"seats": seats, "volume": volume}
    with localcontext(Context(prec=28, rounding=ROUND_HALF_UP)):
        try:
            expected = python(values)
        except DecimalException:
            expected = None
    try:
        found = worked_out(formula.read(text), values)
    except NoValue:
        found = None
    assert found == expected


@CALM
@given(st.text(max_size=60))
def test_any_text_is_a_formula_or_refused_and_nothing_else(text):
    try:
        tree = formula.read(text)
        formula.kind_of(tree, KINDS)
    except formula.BadFormula:
        return
    with contextlib.suppress(NoValue):
        worked_out(tree, {"seats": Decimal(1), "volume": Decimal(0), "city": "Wels", "since": None, "until": None})


def test_today_is_the_house_s_and_days_are_counted_from_it():
    tree = formula.read("days(today(); due)")
    assert formula.reads_today(tree)
    assert not formula.reads_today(formula.read("days(begun; due)"))
    assert formula.kind_of(tree, {"due": "date"}) == "number"
    assert formula.read("tage(heute(); due)") == tree
    values = {"due": dt.date(2026, 2, 10), "today()": dt.date(2026, 2, 1)}
    assert worked_out(tree, values) == 9
    for wrong in ("today(1)", "today", "days(today(; a)", "max()"):
        with pytest.raises(formula.BadFormula):
            formula.kind_of(formula.read(wrong), {})
