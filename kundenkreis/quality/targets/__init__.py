"""What can be imported, by name. A target says which columns become which fields and stores a chunk of rows."""

from __future__ import annotations

from dataclasses import replace

from kundenkreis.quality.targets.base import Target


def all_targets() -> dict[str, Target]:
    """Every target by its name, in the order in which people are offered them, with the custom fields of its noun."""
    return {name: _with_custom(target) for name, target in _declared().items()}


def names() -> list[str]:
    """The targets' names, without asking the database for anything."""
    return list(_declared())


def _declared() -> dict[str, Target]:
    from kundenkreis.quality.targets import (
        accounts,
        contacts,
        credit_standings,
        deliveries,
        leads,
        lookups,
        open_items,
        opportunities,
        people,
        products,
        projects,
        rates,
        sales,
        sales_targets,
        target_accounts,
    )

    modules = (
            accounts, contacts, products, leads, opportunities, sales, deliveries, open_items, credit_standings, lookups, people, rates,
            projects, target_accounts, sales_targets,
    )  # fmt: skip
    return {module.TARGET.name: module.TARGET for module in modules}


def _with_custom(target: Target) -> Target:
    """With the custom fields of its noun, and what the house calls the others."""
    if target.synonyms is not None:
        more = target.synonyms()
        fields = (replace(one, synonyms=(*one.synonyms, *more.get(one.name, ()))) for one in target.fields)
        target = replace(target, fields=tuple(fields))
    from kundenkreis.quality.targets import custom

    own = custom.specs("orders" if target.name == "sales" else target.name)
    return replace(target, fields=(*target.fields, *own)) if own else target


def get(name: str) -> Target:
    """The target of that name; KeyError when there is none."""
    return _with_custom(_declared()[name])
