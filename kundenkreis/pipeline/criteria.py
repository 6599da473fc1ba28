"""What can be asked of an opportunity before it comes into a stage or goes on from one, and what it lacks.

A criterion is named as history names the field; of what stands beside an opportunity (its lines, its people) by a word of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.fields import known
from kundenkreis.fields.known import PREFIX

if TYPE_CHECKING:
    from kundenkreis.pipeline.models import Opportunity, Stage

MOST = 20  # criteria of one stage


@dataclass(frozen=True)
class Criterion:
    """`is_met` says whether an opportunity has it; `column` whether a form can ask for it as a field."""

    name: str
    label: Any
    is_met: Callable[[Opportunity], bool]
    column: bool = False


def _filled(name: str) -> Callable[[Opportunity], bool]:
    return lambda one: getattr(one, name) not in (None, "", 0)


def _role(*roles: str) -> Callable[[Opportunity], bool]:
    return lambda one: one.pk is not None and one.contacts.living().filter(role__in=roles).exists()


def _some(related: str) -> Callable[[Opportunity], bool]:
    return lambda one: one.pk is not None and getattr(one, related).living().exists()


CRITERIA: dict[str, Criterion] = {
    one.name: one
    for one in (
        Criterion("account", _("account"), lambda one: one.account_id is not None, column=True),
        Criterion("value", _("value"), _filled("value"), column=True),
        Criterion("expected_close_on", _("expected close"), _filled("expected_close_on"), column=True),
        Criterion("decision_on", _("decision date"), _filled("decision_on"), column=True),
        Criterion("source", _("source"), _filled("source"), column=True),
        Criterion("campaign", _("campaign"), _filled("campaign"), column=True),
        Criterion("description", _("description"), _filled("description"), column=True),
        Criterion("criterion", _("decisive criterion"), _filled("criterion"), column=True),
        Criterion("close_reason", _("reason"), lambda one: one.close_reason_id is not None, column=True),
        Criterion("lines", _("product lines"), _some("lines")),
        Criterion("contacts", _("a buying contact"), _some("contacts")),
        Criterion("economic_buyer", _("the economic buyer"), _role("economic_buyer")),
        Criterion("champion", _("a champion or coach"), _role("champion")),
        Criterion("competitors", _("competitors"), _some("competitors")),
        Criterion("next_step", _("a next step"), lambda one: one.pk is not None and one.next_step() is not None),
    )
}


def offered() -> list[tuple[str, str]]:
    """What a stage can ask for: (name, label), the house's own fields last."""
    own = [(field.name, str(field.label)) for field in known.of("opportunities").written]
    return [(one.name, str(one.label)) for one in CRITERIA.values()] + own


def are_known(names: Any) -> bool:
    """Whether this is a list of criteria, each once. A field that was retired meanwhile asks nothing any more."""
    if not isinstance(names, list) or len(names) > MOST or not all(isinstance(name, str) for name in names):
        return False
    return len(set(names)) == len(names) and all(name in CRITERIA or name.startswith(PREFIX) for name in names)


def label(name: str) -> str:
    """What a criterion is called."""
    if name in CRITERIA:
        return str(CRITERIA[name].label)
    field = known.of("opportunities").by_name.get(name)
    return str(field.label) if field else name.removeprefix(PREFIX)


def is_column(name: str) -> bool:
    """Whether a form can ask for it as a field of the opportunity itself."""
    return name.startswith(PREFIX) or CRITERIA[name].column


def asked(before: Stage | None, after: Stage) -> list[str]:
    """What is asked of a card on its way: to go on asks what the old stage wants, and to come in what the new one does.

    To go back, and to lose, asks nothing.
    """
    if after.kind == "lost":
        return []
    if before is None:
        return list(after.needs_to_enter)
    if before.pipeline_id != after.pipeline_id:
        return list(after.needs_to_enter)
    if not before.is_open or (after.is_open and after.position <= before.position):
        return []
    return list(dict.fromkeys([*before.needs_to_leave, *after.needs_to_enter]))


def missing(opportunity: Opportunity, names: Iterable[str], given: Mapping[str, Any]) -> list[str]:
    """Which of these the opportunity lacks, with the values that come along."""
    return [name for name in names if not _is_met(opportunity, name, given)]


def _is_met(opportunity: Opportunity, name: str, given: Mapping[str, Any]) -> bool:
    if name in given:
        return given[name] not in (None, "", [], 0)
    if name in CRITERIA:
        return CRITERIA[name].is_met(opportunity)
    field = known.of("opportunities").by_name.get(name)
    return (
        field is None
        or field not in known.of("opportunities").written
        or opportunity.custom.get(field.key) not in (None, "", [])
    )


def refuse(opportunity: Opportunity, before: Stage | None, after: Stage, given: Mapping[str, Any]) -> None:
    """Raises ValidationError, by what is missing, when it may not go there yet."""
    if lacking := missing(opportunity, asked(before, after), given):
        raise ValidationError({name: said(after, name) for name in lacking})


def said(stage: Stage, name: str) -> ValidationError:
    """The sentence beside what is missing."""
    sentence = _("Needed for “%(stage)s”: %(what)s.")
    return ValidationError(sentence, code="needed", params={"stage": stage, "what": label(name)})
