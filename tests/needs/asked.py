"""Talks, needs and wishes for tests."""

from __future__ import annotations

from typing import Any

from kundenkreis.needs import usual
from kundenkreis.needs.models import Need, NeedsTalk, QuestionEdition, QuestionSet, Wish, WishAsk

QUESTIONS = [
    {"step": "situation", "kind": "choice", "name_en": "How do you order?", "choices": [{"name_en": "By hand"}, {"name_en": "By plan"}]},
    {"step": "problem", "kind": "text", "name_en": "What goes wrong?"},
    {"step": "implication", "kind": "money", "name_en": "What does it cost a year?"},
    {"step": "payoff", "kind": "yes_no", "name_en": "Would it help?"},
]  # fmt: skip


def edition(*questions: dict[str, Any], **values: Any) -> QuestionEdition:
    """The current edition of the only set."""
    QuestionEdition._base_manager.filter(talks=None).delete()
    QuestionSet._base_manager.filter(editions=None).delete()
    made = QuestionSet.add(by=None, **{"name_en": "Short", **values})
    made.revise([dict(one) for one in questions or QUESTIONS], by=None)
    found = made.current()
    assert found is not None
    return found


def talk(world: Any, **values: Any) -> NeedsTalk:
    by = values.pop("by", world.ada)
    given = {"account": world.lindner, "contact": world.maria, "edition": values.pop("edition", None) or edition()}
    return NeedsTalk.add(by=by, **{**given, **values})


def need(world: Any, **values: Any) -> Need:
    by = values.pop("by", world.ada)
    return Need.add(by=by, **{"account": world.lindner, "title": "Goods run out", **values})


def wish(world: Any, *accounts: Any, **values: Any) -> Wish:
    made = Wish.add(by=world.ada, **{"title": "Smaller packs", **values})
    for account in accounts:
        WishAsk.add(by=world.ada, wish=made, account=account)
    return made


__all__ = ["edition", "need", "talk", "usual", "wish"]
