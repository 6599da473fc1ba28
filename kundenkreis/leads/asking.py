"""What leads can be asked: by lists and the API (`LEAD`), and by the house's rules about them (`RULED`)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from kundenkreis.core.countries import countries
from kundenkreis.core.filters import Filter
from kundenkreis.customers.asking import people
from kundenkreis.fields import asking as fields
from kundenkreis.leads.models import Lead, LeadForm
from kundenkreis.staff.models import Team, Territory


def _teams() -> list[tuple[int, str]]:
    return list(Team.objects.living().values_list("pk", "name"))


def _territories() -> list[tuple[int, str]]:
    return list(Territory.objects.living().values_list("pk", "name"))


def forms() -> list[tuple[int, str]]:
    return list(LeadForm.objects.living().order_by("name").values_list("pk", "name"))


def _countries() -> list[Any]:
    return [one for one in countries() if one[0]]


# Facts of the lead itself, which do not change by the mere passing of time: of these rules are made.
RULED = (
    Filter("company", "text", _("Company")),
    Filter("country", "choice", _("Country"), choices=_countries),
    Filter("postcode", "text", _("Postcode")),
    Filter("place", "text", _("Place")),
    Filter("territory", "choice", _("Territory"), "territory_id", choices=_territories),
    fields.picked("industry", _("Industry"), "accounts.industry"),
    Filter("employees", "number", _("Employees")),
    fields.picked("source", _("Source"), "leads.source"),
    Filter("campaign", "text", _("Campaign")),
    Filter("medium", "text", _("Medium")),
    Filter("form", "choice", _("Form"), "form_id", choices=forms),
    Filter("origin", "choice", _("Came in by"), choices=Lead.Origin.choices),
    Filter("inquiry", "flag", _("Has asked us"), "is_inquiry"),
    Filter("language", "choice", _("Language"), choices=[("de", _("German")), ("en", _("English"))]),
    Filter("position", "text", _("Position"), "job_title"),
    Filter("email", "text", _("E-mail")),
    Filter("phone", "text", _("Phone")),
    Filter("website", "text", _("Website")),
    Filter("interest", "text", _("Interested in")),
    Filter("message", "text", _("Message")),
)
LEAD = (
    Filter("name", "text", _("Name"), "key"),
    Filter("status", "choice", _("Status"), choices=Lead.Status.choices),
    Filter("owner", "person", _("Owner"), "owner_id", choices=people),
    Filter("score", "number", _("Score")),
    Filter("received", "moment", _("Received"), "received_at"),
    Filter("due", "moment", _("First touch due"), "first_touch_due"),
    Filter("touched", "moment", _("First touch"), "first_touched_at"),
    fields.picked("reason", _("Reason"), "leads.reason"),
    Filter("team", "choice", _("Team"), "team_id", choices=_teams, own="own_teams"),
    Filter("number", "text", _("Number")),
    *RULED,
)
