"""What can be changed on many records at once, in each list that offers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy, ngettext

from kundenkreis.customers.bulk_editing import Change as AccountChange
from kundenkreis.fields.bulk_editing import Change
from kundenkreis.needs.bulk_editing import Change as NeedChange
from kundenkreis.pipeline.bulk_editing import Change as OpportunityChange
from kundenkreis.web import formats
from kundenkreis.web.forms import bulk as forms
from kundenkreis.web.lists import ListPage
from kundenkreis.web.views.account_list import ACCOUNTS
from kundenkreis.web.views.needs_lists import NEEDS_LIST
from kundenkreis.web.views.opportunity_list import OPPORTUNITIES
from kundenkreis.web.views.touch_list import TOUCHES


@dataclass(frozen=True)
class Kind:
    """One change; `action` is what a person must be allowed for it, of each record."""

    form: type[forms.ValueForm]
    title: Any
    action: str


@dataclass(frozen=True)
class Noun:
    """Records of one kind. `sample` are the columns of those that are shown by name, `beside` what is said of them."""

    change: type[Change]
    action: str
    kinds: Mapping[str, Kind]
    counted: Callable[[int], str]
    order: tuple[str, ...]
    sample: tuple[str, ...]
    beside: Callable[[Any], str]


def _accounts(count: int) -> str:
    return ngettext("%(count)s account", "%(count)s accounts", count) % {"count": formats.count(count)}


ACCOUNT = Noun(
    AccountChange,
    "accounts.change",
    {
        "owner": Kind(forms.OwnerForm, gettext_lazy("Change owner"), "accounts.assign"),
        "tags": Kind(forms.TagForm, gettext_lazy("Tag"), "accounts.change"),
        "tier": Kind(forms.TierForm, gettext_lazy("Change tier"), "accounts.change"),
        "custom": Kind(forms.CustomForm, gettext_lazy("Custom field"), "accounts.change"),
    },
    _accounts,
    ("key", "pk"),
    ("name", "tier", "place"),
    lambda row: row.place,
)
OPPORTUNITY = Noun(
    OpportunityChange,
    "opportunities.change",
    {
        "owner": Kind(forms.OwnerForm, gettext_lazy("Change owner"), "opportunities.change"),
        "close": Kind(forms.ExpectedCloseForm, gettext_lazy("Expected close"), "opportunities.change"),
        "category": Kind(forms.CategoryForm, gettext_lazy("Forecast category"), "opportunities.change"),
        "campaign": Kind(forms.CampaignForm, gettext_lazy("Campaign"), "opportunities.change"),
        "custom": Kind(forms.CustomForm, gettext_lazy("Custom field"), "opportunities.change"),
    },
    OPPORTUNITIES.counted,
    ("pk",),
    ("name", "number"),
    lambda row: row.number,
)
NEED = Noun(
    NeedChange,
    "needs.change",
    {"owner": Kind(forms.OwnerForm, gettext_lazy("Change owner"), "needs.change")},
    NEEDS_LIST.counted,
    ("pk",),
    ("title",),
    lambda row: "",
)
LISTS: dict[str, tuple[ListPage, Noun]] = {
    ACCOUNTS.name: (ACCOUNTS, ACCOUNT), TOUCHES.name: (TOUCHES, ACCOUNT), OPPORTUNITIES.name: (OPPORTUNITIES, OPPORTUNITY),
    NEEDS_LIST.name: (NEEDS_LIST, NEED),
}  # fmt: skip
