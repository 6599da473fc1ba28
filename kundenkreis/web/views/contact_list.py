"""The list of contacts: its columns and filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from markupsafe import Markup

from kundenkreis.core import search
from kundenkreis.customers.asking import people, tagged
from kundenkreis.customers.grouping import OF_CONTACT
from kundenkreis.customers.models import Contact
from kundenkreis.lists import asking
from kundenkreis.web import formats
from kundenkreis.web.components import component
from kundenkreis.web.lists import Column, Filter, ListPage, link
from kundenkreis.web.permissions import guarded, with_permission
from kundenkreis.web.phones import dial, with_reports


def _account(row: Contact) -> Any:
    if row.main_account is None:
        return ""
    return link("accounts:detail", row.main_account_id, row.main_account.name)


def _mail(row: Contact) -> Any:
    return guarded(row, Markup('<a href="mailto:{0}">{0}</a>').format(row.email) if row.email else "", row.email)


def _phone(row: Contact) -> Any:
    number = row.mobile or row.phone
    return guarded(row, dial(row, number, "contact"), formats.telephone(number))


def _counted(count: int) -> str:
    return ngettext("%(count)s contact", "%(count)s contacts", count) % {"count": formats.count(count)}


def _with_reports_and_permission(rows: Sequence[Contact], request: HttpRequest) -> None:
    with_reports(rows, request)
    with_permission(rows, request)


# What decides whether there is a link to call or write.
GUARDED = ("bar", "objected_at", "deleted_at", "main_account_id")
NAME = ("title_before", "given_name", "family_name", "title_after")

CONTACTS = ListPage(
    name="contacts",
    model=Contact,
    title=_("Contacts"),
    icon="users",
    columns=(
        Column("name", _("Name"), "name", value="full_name", sort="key", needs=NAME, always=True),
        Column("job_title", _("Position")),
        Column(
            "account",
            _("Account"),
            value="main_account__name",
            cell=_account,
            related=("main_account",),
            needs=("main_account__name",),
        ),
        Column("email", _("E-mail"), cell=_mail, needs=("email", *GUARDED)),
        Column(
            "phone",
            _("Phone"),
            value=lambda c: c.mobile or c.phone,
            cell=_phone,
            needs=("phone", "mobile", *GUARDED),
        ),
        Column(
            "owner",
            _("Owner"),
            "person",
            related=("owner",),
            needs=("owner__first_name", "owner__last_name"),
            shown=False,
        ),
        Column("language", _("Language"), "choice", shown=False),
        Column("preferred_channel", _("Preferred channel"), "choice", shown=False),
        Column("created_at", _("Created"), "moment", shown=False),
    ),
    filters=(
        Filter("name", "text", _("Name"), "key"),
        OF_CONTACT,
        Filter("account", "text", _("Account"), "main_account__key"),
        Filter("position", "text", _("Position"), "job_title"),
        Filter("place", "text", _("Place"), "main_account__place"),
        Filter(
            "tier",
            "choice",
            _("Tier of the account"),
            "main_account__tier",
            choices=[("A", "A"), ("B", "B"), ("C", "C"), ("D", "D")],
        ),
        Filter("email", "text", _("E-mail")),
        Filter("owner", "person", _("Owner"), "owner_id", choices=people),
        Filter("language", "choice", _("Language"), choices=[("de", _("German")), ("en", _("English"))]),
        tagged(Contact, "contact_id"),
        *asking.of("contacts"),
    ),
    spared=("main_account",),
    drivers=frozenset({"owner", "name"}),
    fielded="contacts",
    search_kind=search.CONTACT,
    annotate={"phone": _with_reports_and_permission, "email": with_permission},
    mark=lambda row: component("avatar", row.full_name, row.pk, hidden=True),
    peek=True,
    add_url="contacts:add",
    add_label=_("Contact"),
    export="contacts.export",
    edited={
        "name": ("title_before", "given_name", "family_name", "title_after", "tags"),
        "email": ("email",),
        "phone": ("phone", "mobile"),
        "owner": ("owner",),
        "language": ("language",),
        "preferred_channel": ("preferred_channel",),
    },
    counted=_counted,
    empty=_("No contacts yet. People at your customers stand here, with how to address and how to reach them."),
)
