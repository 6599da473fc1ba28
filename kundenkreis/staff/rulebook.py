"""The rules of the house's territories, as every process knows them; and what a territory is checked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.at_hand import AtHand
from kundenkreis.staff.territory_rules import DEEPEST, MOST, MOST_PARTS, Node, Rulebook, Size, bare

COLUMNS = ("pk", "name", "parent_id", "countries", "postcodes", "industries", "sizes", "owner_id")


def read() -> list[Node]:
    """All living territories, as they are now."""
    from kundenkreis.staff.structure import Territory

    return [Node(*row) for row in Territory.objects.living().order_by("pk").values_list(*COLUMNS)]


def _made(rows: list[Node]) -> Rulebook:
    return Rulebook(rows)


KNOWN: AtHand[Rulebook] = AtHand("staff.territories", read, _made)


def known() -> Rulebook:
    return KNOWN.now()


def spelt(values: Any, *, upper: bool = True) -> Any:
    """A rule's list in its usual spelling: no blanks, each once. What is no list of texts is left for `check` to refuse."""
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        return values
    return list(dict.fromkeys(bare(one) if upper else one.strip() for one in values if one.strip()))


def check(territory: Any) -> dict[str, ValidationError]:
    """What is wrong with the rules of a territory, by field."""
    wrong: dict[str, ValidationError] = {}
    checks = {"countries": _countries, "postcodes": _postcodes, "industries": _texts, "sizes": _sizes}
    for name, checked in checks.items():
        try:
            checked(_texts(getattr(territory, name)))
        except ValidationError as bad:
            wrong[name] = bad
    return wrong


def _texts(values: Any) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(one, str) and one and len(one) <= 100 for one in values):
        raise ValidationError(_("Write a list of texts."))
    if len(values) > MOST_PARTS:
        raise ValidationError(_("At most %(count)s entries."), params={"count": MOST_PARTS})
    if any("\x00" in one for one in values):
        raise ValidationError(_("Null characters are not allowed."))
    return values


def _countries(values: list[str]) -> None:
    for code in values:
        if len(code) != 2 or not code.isalpha() or not code.isascii():
            raise ValidationError(_("“%(code)s” is not a country's two letters."), params={"code": code})


def _postcodes(values: list[str]) -> None:
    for one in values:
        first, dash, last = one.partition("-")
        if not first or len(first) > 12 or (dash and (len(first) != len(last) or first > last)):
            raise ValidationError(_("“%(range)s” is no range of postcodes; write 4000-4699."), params={"range": one})


def _sizes(values: list[str]) -> None:
    for one in values:
        if one not in Size.values:
            raise ValidationError(_("“%(size)s” is no size class."), params={"size": one})


def check_tree(territory: Any) -> dict[str, ValidationError]:
    """A house has so many territories, so deep: pages and rules stay quick."""
    nodes = [node for node in read() if node.pk != territory.pk]
    if territory.pk is None and len(nodes) >= MOST:
        return {"name": ValidationError(_("A house has at most %(count)s territories."), params={"count": MOST})}
    me = Node(territory.pk or 0, "", territory.parent_id, (), (), (), ())
    book = Rulebook([*nodes, me])
    if max((len(book.line(pk)) for pk in book.below([me.pk])), default=0) > DEEPEST:
        said = _("Territories lie at most %(count)s deep.")
        return {"parent": ValidationError(said, params={"count": DEEPEST})}
    return {}


def names(pks: Iterable[int]) -> str:
    book = known().by_pk
    return ", ".join(book[pk].name for pk in pks if pk in book)
