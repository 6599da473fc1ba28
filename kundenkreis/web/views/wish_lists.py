"""The wish register as a list, ranked by the revenue behind each wish; and who is still to be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from kundenkreis.needs.asking import TELLING, WISH
from kundenkreis.needs.models import Wish, WishTelling
from kundenkreis.needs.weighing import behind, ranked
from kundenkreis.web import formats
from kundenkreis.web.components import component
from kundenkreis.web.lists import Column, ListPage
from kundenkreis.web.lists.boards import Board
from kundenkreis.web.views.of_account import account_column

TONES = {"new": "", "looked_at": "accent", "planned": "info", "done": "good", "declined": "bad"}


def _counted(count: int) -> str:
    return ngettext("%(count)s wish", "%(count)s wishes", count) % {"count": formats.count(count)}


def _tellings(count: int) -> str:
    return ngettext("%(count)s customer", "%(count)s customers", count) % {"count": formats.count(count)}


def status(row: Wish) -> Any:
    """The status as a badge."""
    return component("badge", row.get_status_display(), kind=TONES[row.status])


def _behind(rows: Sequence[Any], request: HttpRequest) -> None:
    """Hang on each wish what stands behind it, once for a page whatever columns are shown."""
    if not rows or hasattr(rows[0], "behind"):
        return
    found = behind(rows, request.user)
    for row in rows:
        row.behind = found[row.pk]


def _customers(row: Any) -> str:
    shown, hidden = len(row.behind.accounts), row.behind.hidden
    return (
        _("%(count)s and %(hidden)s that you do not see") % {"count": shown, "hidden": hidden} if hidden else str(shown)
    )


def _waiting(row: Any) -> Any:
    return component("badge", str(row.behind.waiting), kind="warn") if row.behind.waiting else ""


def about(row: Wish) -> str:
    return str(row.product or row.family or "")


def _put(row: Wish, value: str, by: Any) -> Any:
    """A card in another column; what is declined needs words for the customer, and is refused with that."""
    return row.change(by=by, status=value)


WISHES = ListPage(
    name="wishes",
    model=Wish,
    title=_("Wishes"),
    icon="gift",
    name_column="title",
    sort="-revenue",
    search_kind=Wish.search_kind,
    columns=(
        Column("title", pgettext_lazy("of a customer", "Wish"), "name", always=True),
        Column("status", _("Status"), value=lambda row: row.get_status_display(), cell=status, needs=("status",)),
        Column("customers", _("Customers who ask"), value=_customers, needs=(), with_extra=True),
        Column("revenue", _("Revenue behind it, 12 months"), "money", value=lambda row: row.behind.revenue, needs=(),
            sort="revenue", first_down=True, with_extra=True),
        Column("open_value", _("Open opportunities behind it"), "money", value=lambda row: row.behind.open_value, needs=(), with_extra=True),
        Column("waiting", _("Still to tell"), "number", value=lambda row: row.behind.waiting, cell=_waiting, needs=(), with_extra=True),
        Column("about", _("Product"), value=about, related=("product", "family"), needs=("product__name", "family__name")),
        Column("status_since", _("In this status since"), "date", shown=False),
        Column("added", _("Written down"), "date", value="created_at", shown=False),
        Column("owner", _("Owner"), "person", related=("owner",), needs=("owner__first_name", "owner__last_name")),
    ),
    filters=WISH,
    base=lambda request: ranked(Wish.objects.visible_to(request.user).current(), request.user),
    annotate=dict.fromkeys(("customers", "revenue", "open_value", "waiting"), _behind),
    boards=(
        Board("status", _("Status"), "status", lambda: Wish.Status.choices, _put, "wishes.change", line=about,
              needs=("title", "product__name", "family__name")),
    ),
    add_url="wishes:add",
    add_label=pgettext_lazy("of a customer", "Wish"),
    export="wishes.export",
    counted=_counted,
    empty=_("No wishes yet. What customers ask for stands here, with who asks and what they buy from us; and who has been told what became of it."),
)  # fmt: skip


def _state(row: WishTelling) -> Any:
    if row.told_on is None:
        return component("badge", _("still to tell"), kind="warn")
    return f"{formats.day(row.told_on)} · {row.get_how_display()}"


TELLINGS = ListPage(
    name="wish_tellings",
    model=WishTelling,
    title=_("Told about wishes"),
    icon="message-circle",
    name_column="wish",
    sort="told",
    columns=(
        Column("wish", pgettext_lazy("of a customer", "Wish"), "name", value="wish__title", related=("wish",), needs=("wish__title",), always=True),
        account_column(),
        Column("status", _("Status to be told"), "choice"),
        Column("told", _("Told on"), value=lambda row: row.told_on or "", cell=_state, needs=("told_on", "how"), sort="told_on"),
        Column("contact", _("Whom"), value=lambda row: row.contact.full_name if row.contact else "", related=("contact",), needs=(
            "contact__given_name", "contact__family_name", "contact__title_before", "contact__title_after")),
        Column("told_by", _("Told by"), "person", related=("told_by",), needs=("told_by__first_name", "told_by__last_name")),
        Column("owner", _("Who tells"), "person", related=("owner",), needs=("owner__first_name", "owner__last_name")),
    ),
    row_name=lambda row: str(row),
    filters=TELLING,
    base=lambda request: WishTelling.objects.gathered_for(request.user).living(),
    spared=("contact",),
    export="wishes.export",
    counted=_tellings,
    empty=_("Nobody is to be told anything. When a wish comes to another status, each customer who asked stands here until she has been told."),
)  # fmt: skip
