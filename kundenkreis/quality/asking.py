"""What accounts and contacts can be asked about the rules that they fail."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from kundenkreis.core.filters import Filter, Relation
from kundenkreis.lists import asking
from kundenkreis.quality.rules import Noun, QualityFinding, QualityRule
from kundenkreis.quality.standards.demands import Kind, Reason
from kundenkreis.staff import access


def _of(noun: str) -> Filter:
    """By the findings of a record, which every list of that noun shows only of records that the person sees."""

    def rules() -> list[tuple[int, str]]:
        return [(rule.pk, rule.name) for rule in QualityRule.objects.living().filter(noun_of=noun)]

    def rows(person: Any) -> Any:
        if not access.reach(person, "quality.see"):
            return QualityFinding.objects.none()
        living = list(QualityRule.objects.living().filter(noun_of=noun).values_list("pk", flat=True))
        return QualityFinding.objects.filter(rule_id__in=living)

    asked = (
        Filter("rule", "choice", _("Rule"), "rule_id", choices=rules),
        Filter("kind", "choice", _("Demand"), "rule__kind", choices=Kind.choices),
        Filter("reason", "choice", _("Reason"), choices=Reason.choices),
        Filter("since", "moment", _("since")),
    )
    return Filter(
        "findings",
        "relation",
        _("Data quality"),
        relation=Relation(rows, lambda: asked, f"{noun}_id", drivers=frozenset({"rule"}), beside=frozenset()),
    )


def tell() -> None:
    asking.tell("accounts", _of(Noun.ACCOUNT.value))
    asking.tell("contacts", _of(Noun.CONTACT.value))
