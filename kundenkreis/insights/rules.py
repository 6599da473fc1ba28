"""When there is a signal, what it is worth, and which figures its sentence needs: one rule for each kind.

Rules are conditions over the row of one account (its figures and what was judged of it), as SQL with the limits named in braces.
Amounts and days are kept in figures as text, so that they stay exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kundenkreis.insights.computing import CHANGED_BY, Basis
from kundenkreis.insights.windows import Compared

FORGOTTEN_AFTER = 365  # days after the late day: the account is a former customer, no longer one who missed an order
RECENT = 30  # days in which a first order, or a return after a long silence, is news
SETTLING = 90  # days of records before an account can be told from one that was a customer before them
DEPENDENT = 0.05  # of the house's revenue
CARRIED = 0.6  # of an account's revenue
RETURNS = 0.05  # of what was sold, and twice the house's share
GONE_SHARE = 0.2  # of the base's revenue that the missing families made


@dataclass(frozen=True)
class Rule:
    """`figures` maps a name to an expression; those in `texts` are kept as text. `compared` is the window that it needs, if any.

    `is_news`: worth a sentence whatever its value.
    """

    kind: str
    condition: str
    value: str
    texts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    compared: str = ""
    is_news: bool = False


RULES = (
    Rule(
        # What a year of its own brings, times the chance that it does not come back (`rhythm.loss`).
        "missed_order",
        "is_missed AND silent <= late + {forgotten_after}",
        "usual * loss::DECIMAL(9, 2)",
        ("last_on", "early_on", "expected_on", "late_on", "usual"),
        ("gaps", "loss"),
    ),
    Rule(
        # What is missing from what was to be expected; no more than it bought before.
        "falling",
        "base_days >= 2 AND now > 0 AND base > 0 AND now < {expected} * {kept}",
        "least({expected} - now, base)",
        ("now", "base"),
        renamed=(("expected", "{expected}"),),
        compared="trend",
    ),
    Rule(
        "rising",
        "base_days >= 2 AND base > 0 AND now * {kept} > {expected}",
        "now - {expected}",
        ("now", "base"),
        renamed=(("expected", "{expected}"),),
        compared="trend",
    ),
    Rule(
        "lost_products",
        "lost_count > 0",
        "lost_amount",
        renamed=(("amount", "lost_amount"), ("count", "lost_count")),
    ),
    Rule("new_products", "new_count > 0", "new_amount", renamed=(("amount", "new_amount"), ("count", "new_count"))),
    Rule(
        "narrower",
        "gone_count > 0 AND families_now > 0 AND families_now < families_base"
        " AND gone_amount >= half_base * {gone_share} AND NOT is_missed",
        "gone_amount",
        numbers=("families_now", "families_base"),
        renamed=(("amount", "gone_amount"), ("count", "gone_count")),
        compared="breadth",
    ),
    Rule(
        # What it sent back beyond what customers send back anyway.
        "returns",
        "credit_days >= 2 AND returned > sold * {returns_limit}",
        "returned - sold * {returns}::DECIMAL(9, 4)",
        ("returned", "sold"),
        renamed=(("house", "{returns}"),),
    ),
    Rule(
        "first_order",
        "first_on > {as_of} - {recent} AND first_on > {since} + {settling}",
        "first_amount",
        ("first_on",),
        renamed=(("amount", "first_amount"),),
        is_news=True,
    ),
    Rule(
        "reactivated",
        "is_back AND last_on > {as_of} - {recent}",
        "usual",
        ("last_on", "before_on", "usual"),
        renamed=(("gap", "last_gap"),),
        is_news=True,
    ),
    Rule(
        # Its revenue times the chance of losing it: by its silence, at least that of any order to be the last.
        "concentration",
        "{house_revenue} > 0 AND revenue >= {house_revenue}::DECIMAL(18, 2) * {dependent}",
        "revenue * greatest(loss, {last_orders})::DECIMAL(9, 2)",
        ("revenue",),
        renamed=(("house", "{house_revenue}::DECIMAL(18, 2)"),),
    ),
    Rule(
        "one_product",
        "revenue > 0 AND top_amount >= revenue * {carried} AND order_days >= 3",
        "top_amount * greatest(loss, {last_orders})::DECIMAL(9, 2)",
        ("revenue",),
        renamed=(("product", "top_product"), ("amount", "top_amount")),
    ),
)
# The kinds that name products or families (`products`, `computing.gone`).
WITH_ITEMS = {"falling", "rising", "lost_products", "new_products", "narrower"}
_AS_NUMBERS = {"count", "gap", "product"}


def statement(basis: Basis, house: Any) -> str:
    """The signals that hold: account, kind, value and figures (JSON as text).

    Read from the relations `whole` (an account's row) and `named` (the items of an account and kind as JSON).
    """
    limits = _limits(basis, house)
    return " UNION ALL ".join(_select(rule, limits, compared) for rule, compared in _rules(basis))


def _select(rule: Rule, limits: dict[str, Any], compared: Compared | None) -> str:
    figures, table = _figures(rule, limits, compared), "whole"
    told = f"json_object({figures})"
    if rule.kind in WITH_ITEMS:
        told = f"CASE WHEN items IS NULL THEN {told} ELSE json_object({figures}, 'items', items) END"
        table = f"whole LEFT JOIN (SELECT account, items FROM named WHERE kind = '{rule.kind}') USING (account)"  # noqa: S608
    return (
        f"SELECT account, '{rule.kind}' AS kind, {_value(rule, limits)} AS value, ({told})::VARCHAR AS figures"  # noqa: S608
        f" FROM {table} WHERE {_condition(rule, limits)}"
    )


def any_holds(basis: Basis, house: Any) -> str:
    """The condition that an account's row has a signal at all: one look at all accounts, so that `statement` looks at few."""
    limits = _limits(basis, house)
    return " OR ".join(f"({_condition(rule, limits)})" for rule, _compared in _rules(basis))


def _rules(basis: Basis) -> Iterator[tuple[Rule, Compared | None]]:
    """Those that can be asked: a rule that compares needs its window."""
    for rule in RULES:
        compared = getattr(basis.windows, rule.compared) if rule.compared else None
        if compared is not None or not rule.compared:
            yield rule, compared


def _limits(basis: Basis, house: Any) -> dict[str, Any]:
    """What stands for the names in braces."""
    return {
        "as_of": f"DATE '{basis.windows.as_of}'",
        "expected": f"(base * {basis.ratio}::DECIMAL(9, 2))::DECIMAL(18, 2)",
        "kept": 1 - CHANGED_BY,
        "forgotten_after": FORGOTTEN_AFTER,
        "recent": RECENT,
        "settling": SETTLING,
        "since": f"DATE '{house.since}'" if house.since else "NULL::DATE",
        "dependent": DEPENDENT,
        "carried": CARRIED,
        "gone_share": GONE_SHARE,
        "returns": house.returns,
        "returns_limit": max(RETURNS, 2 * house.returns),
        "house_revenue": house.revenue,
        "last_orders": house.last_orders,
        "worth": f"{house.worth}::DECIMAL(18, 2)",
    }


def _value(rule: Rule, limits: dict[str, Any]) -> str:
    return f"({rule.value.format(**limits)})::DECIMAL(16, 2)"


def _condition(rule: Rule, limits: dict[str, Any]) -> str:
    worth = "" if rule.is_news else f" AND {_value(rule, limits)} >= {limits['worth']}"
    return f"{rule.condition.format(**limits)}{worth}"


def _figures(rule: Rule, limits: dict[str, Any], compared: Compared | None) -> str:
    """The members of the JSON object: names and expressions."""
    parts = [f"'{name}', {name}::VARCHAR" for name in rule.texts]
    parts += [f"'{name}', {name}" for name in rule.numbers]
    for name, expression in rule.renamed:
        as_text = "" if name in _AS_NUMBERS else "::VARCHAR"
        parts.append(f"'{name}', ({expression.format(**limits)}){as_text}")
    if compared:
        days = {"first": compared.now.first, "last": compared.now.last}
        days |= {"base_first": compared.base.first, "base_last": compared.base.last}
        parts += [f"'{name}', '{day}'" for name, day in days.items()]
        parts.append(f"'by_year', {str(compared.by_year).lower()}")
    return ", ".join(parts)
