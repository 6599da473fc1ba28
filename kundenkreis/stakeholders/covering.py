"""Which of the roles that decide a purchase nobody is known for: the four buying influences of Miller and Heiman (Strategic Selling, 1985)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

# The role that is offered when it is missing, the roles that fill it, and how it is said that it is missing.
KEY_ROLES: tuple[tuple[str, frozenset[str], Any], ...] = (
    ("economic_buyer", frozenset({"economic_buyer"}), _("No economic buyer known.")),
    ("user", frozenset({"user"}), _("Nobody known who would use it.")),
    ("technical", frozenset({"technical", "purchaser", "gatekeeper"}), _("Nobody known who examines offers.")),
    ("champion", frozenset({"champion"}), _("No champion known who speaks for us.")),
)  # fmt: skip
KEY = frozenset().union(*(roles for _name, roles, _said in KEY_ROLES)) | {"decider"}


@dataclass(frozen=True)
class Missing:
    """A role that nobody is known for: what to add, and the sentence."""

    role: str
    sentence: str


def missing(roles: Iterable[str]) -> list[Missing]:
    known = set(roles)
    return [Missing(name, str(said)) for name, fill, said in KEY_ROLES if not known & fill]


def covered(roles: Iterable[str]) -> int:
    """How many of the four are known."""
    return len(KEY_ROLES) - len(missing(roles))
