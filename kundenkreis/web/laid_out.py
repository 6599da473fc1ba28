"""A record's facts on its page, in the groups and the order of its layout. What is handed in is what the person may see; a layout hides more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from kundenkreis.fields import layouts

Fact = tuple[str, Any]  # label, value


def groups(
    noun: str, person: Any, built_in: Callable[[str], Fact | None], own: Mapping[str, Fact]
) -> list[tuple[str, str, list[Fact]]]:
    """(key, heading, facts) of every group in which something stands. `built_in` tells a field by its name, None for one that is not there;
    `own` are the custom fields by theirs.
    """
    layout = layouts.of(noun, getattr(person, "role", ""))
    sections = layout if layout is not None else layouts.shipped(noun)
    found = []
    for section in sections:
        names = [one.name for one in section.fields if one.page]
        told = [own.get(name) if layouts.is_custom(name) else built_in(name) for name in names]
        if facts := [fact for fact in told if fact is not None]:
            found.append((section.key, str(section.label) or _("Further details"), facts))
    return found


def teller(
    noun: str, person: Any, own: Mapping[str, Fact]
) -> Callable[[Mapping[str, Fact]], list[tuple[str, list[Fact]]]]:
    """For a template that tells its facts itself: `told({"kind": (label, value), …})` are (heading, facts). What no layout knows stands at the
    end of the first group; what is empty is left out.
    """
    known = set(layouts.NOUNS[noun].names)

    def told(facts: Mapping[str, Fact]) -> list[tuple[str, list[Fact]]]:
        found = groups(noun, person, lambda name: fact if (fact := facts.get(name)) and fact[1] else None, own)
        rest = [fact for name, fact in facts.items() if name not in known and fact[1]]
        made = [(heading, some) for _key, heading, some in found]
        if rest:
            made = [(made[0][0], made[0][1] + rest), *made[1:]] if made else [("", rest)]
        return made

    return told
