"""What can be imported, by name. A target says which columns become which fields and stores a chunk of rows."""

from __future__ import annotations

from kundenkreis.quality.targets.base import Target


def all_targets() -> dict[str, Target]:
    """Every target by its name, in the order in which people are offered them."""
    from kundenkreis.quality.targets import (
        accounts,
        contacts,
        credit_standings,
        deliveries,
        open_items,
        people,
        products,
        rates,
        sales,
    )

    modules = (accounts, contacts, products, sales, deliveries, open_items, credit_standings, people, rates)
    return {module.TARGET.name: module.TARGET for module in modules}


def get(name: str) -> Target:
    """The target of that name; KeyError when there is none."""
    return all_targets()[name]
