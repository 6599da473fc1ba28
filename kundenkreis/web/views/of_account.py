"""What lists of an account's records have in common: the column that leads to the account, and the filter by its name."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from kundenkreis.web.lists import Column, Filter, link

BY_NAME = Filter("account", "text", _("Account"), "account__key")


def _linked(row: Any, without: Any) -> Any:
    if row.account is None:
        return Markup('<span class="third">{}</span>').format(without) if without else ""
    return link("accounts:detail", row.account_id, row.account.name)


def account_column(without: Any = "") -> Column:
    """`without` stands in the rows that have no account."""
    return Column(
        "account",
        _("Account"),
        value="account__name",
        cell=lambda row: _linked(row, without),
        related=("account",),
        needs=("account__name",),
    )
