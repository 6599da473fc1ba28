"""What can be asked of accounts and contacts: the filters that every list, view, export and API call shares."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.countries import countries
from kundenkreis.core.filters import Filter, Many, Relation
from kundenkreis.customers.grouping import OF_ACCOUNT_ITSELF
from kundenkreis.customers.models import Account, Contact, Position, Tag
from kundenkreis.fields import asking as fields
from kundenkreis.fields import sources
from kundenkreis.fields.sources import Measure, Source
from kundenkreis.lists import asking
from kundenkreis.lists.asking import seen_with_account
from kundenkreis.staff import access
from kundenkreis.staff.models import Team, Territory, User


def people() -> list[tuple[int, str]]:
    return [(p.pk, str(p)) for p in User.objects.living().order_by("last_name", "first_name")]


def _teams() -> list[tuple[int, str]]:
    return list(Team.objects.living().values_list("pk", "name"))


def _territories() -> list[tuple[int, str]]:
    return list(Territory.objects.living().values_list("pk", "name"))


def tags() -> list[tuple[int, str]]:
    return list(Tag.objects.living().values_list("pk", "name"))


def tagged(model: type[Account] | type[Contact], here: str) -> Filter:
    """By its tags: one of them, none of them, none at all."""
    return Filter(
        "tag", "choice", _("Tag"), "tag_id", choices=tags, many=Many(model.tags.through._base_manager.all, here)
    )


ACCOUNT = (
    Filter("name", "text", _("Name"), "key"),
    OF_ACCOUNT_ITSELF,
    Filter("owner", "person", _("Owner"), "owner_id", choices=people),
    Filter("revenue", "number", _("Revenue 12 m"), "revenue_12m", aliases=("revenue_12m",)),
    Filter("last", "date", _("Last order"), "last_order_on", aliases=("last_ordered_on",)),
    Filter("touched", "date", _("Last touch"), "last_touch_on"),
    Filter("touch", "date", _("Next touch due"), "next_touch_on"),
    Filter("country", "choice", _("Country"), choices=lambda: [c for c in countries() if c[0]]),
    Filter("place", "text", _("Place")),
    Filter("postcode", "text", _("Postcode")),
    fields.picked("tier", _("Tier"), "accounts.tier"),
    fields.picked("relation", _("Relation"), "accounts.relation"),
    fields.picked("industry", _("Industry"), "accounts.industry"),
    Filter("team", "choice", _("Team"), "team_id", choices=_teams, own="own_teams"),
    Filter("territory", "choice", _("Territory"), "territory_id", choices=_territories),
    Filter("by_hand", "flag", _("Territory set by hand"), "territory_by_hand"),
    tagged(Account, "account_id"),
    Filter("since", "date", _("Customer since"), "customer_since", aliases=("customer_since",)),
    Filter("employees", "number", _("Employees")),
    Filter("number", "text", _("Number")),
    Filter("email", "text", _("E-mail")),
)


def _accounts(person: Any) -> Any:
    return Account.objects.visible_to(person).living()


def account_at(there: str) -> Filter:
    """By the account to which a foreign key leads, as far as the person sees it; and by what hangs on that."""
    return Filter(
        "accounts",
        "relation",
        _("Account"),
        relation=Relation(
            _accounts,
            lambda: (*ACCOUNT, *asking.of("accounts"), *fields.filters("accounts")),
            here="pk",
            there=there,
            drivers=frozenset({"owner", "team", "territory", "country", "revenue", "last", "name"}),
        ),
    )


def _positions(person: Any) -> Any:
    """People at an account: whoever sees contacts as far as accounts sees those of every account that she sees."""
    rows = Position.objects.filter(deleted_at=None, contact__deleted_at=None)
    reach = access.reach(person, "contacts.see")
    if not reach:
        return rows.none()
    if reach == access.reach(person, "accounts.see"):
        return rows
    return rows.filter(contact__in=Contact.objects.within(reach))


CONTACTS = Filter(
    "contacts",
    "relation",
    _("Contact"),
    relation=Relation(
        _positions,
        lambda: (
            Filter("name", "text", _("Name"), "contact__key"),
            Filter("position", "text", _("Position"), "job_title"),
            fields.picked("department", _("Department"), "contacts.department"),
            Filter("email", "text", _("E-mail"), "contact__email"),
            Filter("owner", "person", _("Owner"), "contact__owner_id", choices=people),
            Filter(
                "language",
                "choice",
                _("Language"),
                "contact__language",
                choices=[("de", _("German")), ("en", _("English"))],
            ),
            *fields.filters("contacts", "contact__"),
            Filter("count", "number", _("How many"), total=Count("contact_id", distinct=True)),
        ),
        here="account_id",
    ),
)


_OF_POSITION = (
    Filter("position", "text", _("Position"), "job_title"),
    fields.picked("department", _("Department"), "contacts.department"),
    Filter("main", "flag", _("Main position"), "is_main"),
    Filter("ends", "date", _("Until"), "ends_on"),
)


def _tell_sources() -> None:
    rows = Position.objects.living().filter(contact__deleted_at=None).all
    people_at = Source(
        "contacts", _("Contacts"), Position, rows, ("account_id",), {"since": Measure("starts_on", "date", _("Since"))},
        lambda: _OF_POSITION, "contacts.see", part={"customers.contact": "contact_id"},
    )  # fmt: skip
    sources.tell("accounts", people_at)


def tell() -> None:
    _tell_sources()
    asking.tell("accounts", CONTACTS)
    asking.tell("contacts", account_at("main_account_id"))


__all__ = ["ACCOUNT", "account_at", "people", "seen_with_account", "tagged", "tell"]
