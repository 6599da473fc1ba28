"""All stakeholders as a table: its columns and filters."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from markupsafe import Markup

from kundenkreis.lists import asking
from kundenkreis.stakeholders.asking import DRIVERS, LIST
from kundenkreis.stakeholders.models import Stakeholder
from kundenkreis.web import formats
from kundenkreis.web.lists import Column, ListPage
from kundenkreis.web.views.of_account import BY_NAME

_NAME = ("contact__title_before", "contact__given_name", "contact__family_name", "contact__title_after")


def _counted(count: int) -> str:
    return ngettext("%(count)s stakeholder", "%(count)s stakeholders", count) % {"count": formats.count(count)}


def _name(row: Any) -> str:
    return row.contact.full_name if row.contact_id is not None else str(_("somebody outside your reach"))


def _judged(name: str) -> Any:
    """A value as a link to the dialog in which it is judged anew; read-only people see its page refuse."""

    def cell(row: Any) -> Any:
        shown = getattr(row, f"get_{name}_display")() if getattr(row, name) not in (None, "") else "–"
        address = reverse("stakeholders:judge", args=[row.pk, name]) + "?from=list"
        return Markup('<a class="link" href="{}" data-dialog-href>{}</a>').format(address, shown)

    return cell


def _shown(name: str) -> Any:
    return lambda row: getattr(row, f"get_{name}_display")() if getattr(row, name) not in (None, "") else ""


def _map(row: Any) -> Any:
    return Markup('<a class="link" href="{}">{}</a>').format(
        reverse("stakeholders:map", args=[row.account_id]), row.account.name
    )


STAKEHOLDERS = ListPage(
    name="stakeholders",
    model=Stakeholder,
    title=_("Stakeholders"),
    icon="network",
    sort="-changed",
    name_column="name",
    columns=(
        Column("name", _("Name"), "name", value=_name, related=("contact",), needs=("contact_id", *_NAME), always=True),
        Column(
            "account", _("Account"), value="account__name", cell=_map, related=("account",), needs=("account__name",)
        ),
        Column("role", _("Buying role"), value=_shown("role"), cell=_judged("role"), needs=("role",)),
        Column(
            "attitude", _("Attitude"), value=_shown("attitude"), cell=_judged("attitude"), needs=("attitude",), sort="attitude"
        ),
        Column(
            "influence", _("Influence"), value=_shown("influence"), cell=_judged("influence"), needs=("influence",),
            sort="influence", first_down=True,
        ),
        Column(
            "relationship", _("Relationship"), value=_shown("relationship"), cell=_judged("relationship"),
            needs=("relationship",), sort="relationship", first_down=True,
        ),
        Column("since", _("On the map since"), "date", shown=False),
        Column("until", _("Off the map since"), "date", shown=False),
        Column("changed", _("Last change"), "moment", value="changed_at", sort="changed_at", first_down=True, shown=False),
    ),
    row_name=_name,
    filters=(*LIST, BY_NAME, *asking.of("stakeholders")),
    base=lambda request: Stakeholder.objects.gathered_for(request.user).living().filter(contact__deleted_at=None),
    drivers=DRIVERS,
    spared=("contact",),
    export="stakeholders.export",
    counted=_counted,
    empty=_("Nobody is on a map yet. Open an account, go to its stakeholders, and put the first person there."),
)  # fmt: skip
