"""Lists: one deep module behind every list page. A view declares a `ListPage` with its `Column`s and answers with it.

ACCOUNTS = ListPage(name="accounts", model=Account, title=_("Accounts"), columns=(Column("name", _("Account"), sort="key"), …))

def index(request):
    return ACCOUNTS.answer(request)
"""

from kundenkreis.core.filters import Filter
from kundenkreis.web.components import component
from kundenkreis.web.lists.columns import Column, link
from kundenkreis.web.lists.page import REGISTRY, ListPage

__all__ = ["REGISTRY", "Column", "Filter", "ListPage", "component", "link"]
