"""Which of the market's competitors one meets in an opportunity: the same account, or the same name."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from kundenkreis.core.text import fold
from kundenkreis.customers.models import Account
from kundenkreis.market.models import Competitor
from kundenkreis.pipeline.models import OpportunityCompetitor


def known(met: Collection[OpportunityCompetitor], user: Any) -> dict[int, Competitor]:
    """By the number of who offers beside us: what the house knows of them, as far as the person reads the market.

    That a competitor is an account is told to whom sees the account. Two queries.
    """
    numbers = {each.account_id for each in met if each.account_id}
    seen = set(Account.objects.visible_to(user).filter(pk__in=numbers).values_list("pk", flat=True)) if numbers else ()
    rows = list(Competitor.objects.visible_to(user).living().order_by("-pk"))
    by_account = {one.account_id: one for one in rows if one.account_id in seen}
    by_name = {fold(one.name): one for one in rows}
    found = {each.pk: by_account.get(each.account_id) or by_name.get(fold(each.name)) for each in met}
    return {pk: one for pk, one in found.items() if one is not None}
