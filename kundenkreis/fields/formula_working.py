"""Working a formula out for one record (see `formula`): values in, a value or the reason why there is none out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException, localcontext
from typing import Any

from kundenkreis.fields.formula import ARITHMETIC, COMPARISONS, Call, Constant, Name, Node

Value = Decimal | str | dt.date | bool | None
TODAY = "today()"  # the key under which the values say which day it is
PRECISE = Context(prec=28, rounding=ROUND_HALF_UP)


class NoValue(Exception):
    """There is no value, and `reason` says why: "zero" (divided by zero), "large" (too large to be kept)."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


def worked_out(node: Node, values: Mapping[str, Value]) -> Value:
    """The value of a formula; None where something that it needs is empty. Raises NoValue."""
    with localcontext(PRECISE):
        try:
            return _value(node, values)
        except DecimalException as wrong:
            raise NoValue("large") from wrong


def _value(node: Node, values: Mapping[str, Value]) -> Value:
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, Name):
        return values.get(node.key)
    if node.name == "today":
        return values.get(TODAY)
    if node.name == "if":
        test, yes, no = node.parts
        return _value(yes if _value(test, values) else no, values)
    found = [_value(part, values) for part in node.parts]
    if node.name in ARITHMETIC:
        return _arithmetic(node.name, found)
    if node.name in COMPARISONS:
        return _compared(node.name, *found)
    return _called(node, found)


def _arithmetic(sign: str, found: list[Any]) -> Decimal | None:
    one, other = found
    if one is None or other is None:
        return None
    if sign == "/":
        if not other:
            raise NoValue("zero")
        return one / other
    return one + other if sign == "+" else one - other if sign == "-" else one * other


def _compared(sign: str, one: Any, other: Any) -> bool:
    """What is empty is like what is empty, and neither more nor less than anything."""
    if sign in ("=", "<>"):
        return (one == other) == (sign == "=")
    if one is None or other is None:
        return False
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[sign]


def _called(node: Call, found: list[Any]) -> Value:
    name, there = node.name, [value for value in found if value is not None]
    if name == "and":
        return all(found)
    if name == "or":
        return any(found)
    if name == "not":
        return not found[0]
    if name == "empty":
        return found[0] is None
    if name == "join":
        return "".join(map(_text, there)) or None
    if name in ("min", "max", "sum"):
        return {"min": min, "max": max, "sum": sum}[name](there) + Decimal(0) if there else None  # type: ignore[operator]
    if len(there) < len(found):
        return None
    if name == "abs":
        return abs(found[0])
    if name == "days":
        return Decimal((found[1] - found[0]).days)
    places = int(found[1]) if len(found) > 1 else 0
    return found[0].quantize(Decimal(1).scaleb(-max(-6, min(6, places))))


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, dt.date) else str(value)
