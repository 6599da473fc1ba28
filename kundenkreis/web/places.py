"""The places of the house: the rail, what can be made new, and the further pages that the palette knows; and who can go where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

from django.urls import NoReverseMatch, get_urlconf, reverse
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Place:
    """One entry of the rail. `action` is what a person must be allowed; `key` is the letter after `g`."""

    name: str
    label: Any
    icon: str
    action: str = ""
    key: str = ""
    on_phone: bool = False


@dataclass(frozen=True)
class Group:
    label: Any
    places: tuple[Place, ...]


# The whole house as planned; a place appears when the site map knows its name.
RAIL = (
    Group(
        "",
        (
            Place("day:home", lazy("My day"), "calendar", key="d", on_phone=True),
            Place("accounts:list", lazy("Accounts"), "building-2", "accounts.see", "a", on_phone=True),
            Place("contacts:list", lazy("Contacts"), "user", "contacts.see", "c", on_phone=True),
            Place("activities:list", lazy("Activities"), "activity", "activities.see", "t"),
            Place("lookup", lazy("Who is calling?"), "phone", "contacts.see", "w"),
        ),
    ),
    Group(
        lazy("Sell"),
        (
            Place("leads:list", lazy("Leads"), "user-plus", "leads.see", "e"),
            Place("target_accounts:list", lazy("Target accounts"), "target", "target_accounts.see", "z"),
            Place("needs:list", lazy("Needs"), "circle-help", "needs.see", "j"),
            Place("wishes:list", lazy("Wishes"), "gift", "wishes.see"),
            Place("opportunities:list", lazy("Pipeline"), "square-kanban", "opportunities.see", "k"),
            Place("forecast:index", lazy("Forecast"), "chart-line", "forecasts.see", "f"),
            Place("projects:list", lazy("Projects"), "building", "opportunities.see", "y"),
            Place("winloss:index", lazy("Win/loss"), "scale", "opportunities.see", "x"),
            Place("orders:list", lazy("Orders"), "package", "orders.see", "o", on_phone=True),
            Place("products:list", lazy("Products"), "tag", "products.see", "p"),
        ),
    ),
    Group(
        lazy("Understand"),
        (
            Place("signals:list", lazy("Insights"), "chart-no-axes-combined", "signals.see", "n"),
            Place("targets:index", lazy("Targets"), "target", "targets.see"),
            Place("selection:index", lazy("Key accounts"), "award", "selection.see"),
            Place("market_segments:list", lazy("Market"), "shapes", "market.see"),
            Place("imports:list", lazy("Imports"), "database", "imports.see", "i"),
            Place("duplicates:list", lazy("Duplicates"), "copy", "duplicates.see", "l"),
            Place("quality:index", lazy("Data quality"), "list-checks", "quality.see", "q"),
            Place("history:list", lazy("History"), "history", "history.see", "h"),
            Place("bin:list", lazy("Bin"), "trash-2", "", "b"),
        ),
    ),
    Group(
        lazy("House"),
        (
            Place("people:list", lazy("People and teams"), "users", "people.see", "u"),
            Place("privacy_requests:list", lazy("Data protection"), "shield", "privacy.see", "v"),
            Place("house:settings", lazy("Settings"), "settings", "house.change", "s"),
        ),
    ),
)

# What "New" and `c` offer: name of the form's page, label, icon, permission, key.
CREATE = (
    Place("accounts:add", lazy("Account"), "building-2", "accounts.add", "a"),
    Place("contacts:add", lazy("Contact"), "user-plus", "contacts.add", "c"),
    Place("leads:add", lazy("Lead"), "user-plus", "leads.add", "e"),
    Place("activities:plan", lazy("Activity"), "list-todo", "activities.add", "t"),
    Place("opportunities:add", lazy("Opportunity"), "square-kanban", "opportunities.add", "o"),
    Place("products:add", lazy("Product"), "tag", "products.add", "p"),
    Place("imports:add", lazy("Import"), "upload", "imports.run", "i"),
    Place("people:add", lazy("Person"), "user-cog", "people.add", "u"),
)

# What only the palette leads to: pages that hang below others, and forms that need no key of their own.
FURTHER = (
    Place("forecast:changes", lazy("What changed in the forecast"), "history", "forecasts.see"),
    Place("forecast:accuracy", lazy("How right the forecast was"), "scale", "forecasts.see"),
    Place("touches:list", lazy("Touch plan"), "phone", "activities.see"),
    Place("activities:week", lazy("Week of visits"), "car", "activities.see"),
    Place("lead_settings:index", lazy("Forms and rules for leads"), "settings", "lead_settings.see"),
    Place("submissions:list", lazy("Sent by forms"), "inbox", "lead_settings.see"),
    Place("trips:list", lazy("Trips"), "route", "trips.see"),
    Place("competitors:list", lazy("Competitors"), "building-2", "market.see"),
    Place("studies:list", lazy("Market studies"), "scroll-text", "market.see"),
    Place("strategies:list", lazy("Strategies"), "flag", "market.see"),
    Place("market_pictures:ansoff", lazy("Ansoff matrix"), "layout-grid", "market.see"),
    Place("market_pictures:portfolio", lazy("Portfolio"), "chart-no-axes-combined", "market.see"),
    Place("targets:list", lazy("All targets"), "list", "targets.see"),
    Place("selection:portfolio", lazy("Customer portfolio"), "chart-no-axes-combined", "selection.see"),
    Place("selection:criteria", lazy("Criteria for key accounts"), "list-checks", "selection.see"),
    Place("selection_results:list", lazy("Results of a round"), "list", "selection.see"),
    Place("targets:plan", lazy("Plan a year"), "table", "targets.change"),
    Place("trips:mileage", lazy("Mileage list"), "car", "trips.see"),
    Place("activities:team_week", lazy("The team's week"), "users", "people.lead"),
    Place("stakeholders:list", lazy("Stakeholders"), "network", "stakeholders.see"),
    Place("needs_talks:list", lazy("Needs talks"), "message-circle", "needs.see"),
    Place("needs_coverage:list", lazy("Coverage of needs"), "list-checks", "needs.see"),
    Place("question_sets:list", lazy("Questions of needs talks"), "settings", "pipelines.see"),
    Place("wish_tellings:list", lazy("Told about wishes"), "message-circle", "wishes.see"),
    Place("fitting_accounts:list", lazy("Accounts that fit"), "sparkles", "target_accounts.see"),
    Place("prospecting:index", lazy("Criteria and questions for target accounts"), "settings", "pipelines.see"),
    Place("plan_templates:list", lazy("Templates of action plans"), "list-checks", "pipelines.see"),
    Place("log:list", lazy("All activities"), "activity", "activities.see"),
    Place("pipelines:list", lazy("Pipelines and stages"), "square-kanban", "pipelines.see"),
    Place("open_items:list", lazy("Open items"), "receipt", "orders.see"),
    Place("lines:list", lazy("Order lines"), "list", "orders.see"),
    Place("products:price_lists", lazy("Price lists"), "tags", "products.see"),
    Place("families:list", lazy("Product families"), "shapes", "products.see"),
    Place("units:list", lazy("Units"), "ruler", "products.see"),
    Place("tags:list", lazy("Tags"), "tag", "accounts.see"),
    Place("rates:list", lazy("Exchange rates"), "arrow-left-right", "rates.change"),
    Place("mileage_rates:list", lazy("Mileage rates"), "car", "trips.see"),
    Place("wordings:list", lazy("Wordings of consents"), "scroll-text", "wordings.see"),
    Place("permission:index", lazy("Permission to contact"), "shield-check", "registers.change"),
    Place("quality_rules:list", lazy("Data quality rules"), "list-checks", "quality.see"),
    Place("privacy_record:index", lazy("Record of processing"), "scroll-text", "privacy.see"),
    Place("privacy_breaches:list", lazy("Breaches"), "triangle-alert", "privacy.see"),
    Place("privacy_alerts:list", lazy("Alerts"), "bell-ring", "privacy.see"),
    Place("problems:list", lazy("Reported problems"), "message-circle"),
    Place("fields:list", lazy("Custom fields"), "list-checks", "fields.change"),
    Place("automation:list", lazy("Automation"), "zap", "automation.see"),
    Place("automation_runs:list", lazy("Runs of rules"), "zap", "automation.see"),
    Place("picks:list", lazy("Pick lists"), "list-checks", "fields.change"),
    Place("layouts:list", lazy("Layouts"), "layers", "fields.change"),
    Place("configuration:index", lazy("Configuration"), "settings", "configuration.change"),
    Place("history:batches", lazy("Batches"), "layers", "history.see"),
    Place("teams:list", lazy("Teams"), "users", "people.see"),
    Place("territories:list", lazy("Territories"), "map", "people.see"),
    Place("reassignments:list", lazy("Reassignments"), "map", "reassignments.see"),
    Place("people:roles", lazy("Roles"), "shield", "people.see"),
    Place("inbox:list", lazy("Inbox"), "bell"),
    Place("me:profile", lazy("My profile"), "circle-user"),
    Place("me:notifications", lazy("What I am told"), "bell-ring"),
    Place("me:calendar", lazy("My calendar"), "calendar", "activities.see"),
    Place("tokens:list", lazy("My tokens"), "key-round", "tokens.add"),
    Place("usersessions_list", lazy("Where I am signed in"), "monitor"),
    Place("mfa_index", lazy("Second factor"), "shield-check"),
)
FURTHER_CREATE = (
    Place("privacy_requests:add", lazy("Privacy request"), "shield", "requests.add"),
    Place("privacy_breaches:add", lazy("Breach"), "triangle-alert", "privacy.change"),
    Place("privacy_record:add", lazy("Purpose of processing"), "scroll-text", "privacy.change"),
    Place("problems:add", lazy("Report a problem"), "message-circle"),
    Place("leads:card", lazy("Lead from a business card"), "id-card", "leads.add"),
    Place("lead_settings:form_add", lazy("Form for leads"), "inbox", "lead_settings.change"),
    Place("trips:add", lazy("Trip"), "route", "trips.add"),
    Place("pipelines:add", lazy("Pipeline"), "square-kanban", "pipelines.change"),
    Place("projects:add", lazy("Project"), "building", "opportunities.add"),
    Place("pipelines:questions", lazy("Questions of interviews"), "list-checks", "pipelines.change"),
    Place("pipelines:reason_add", lazy("Reason of an outcome"), "badge-check", "pipelines.change"),
    Place("products:add_price_list", lazy("Price list"), "tags", "products.change"),
    Place("families:add", lazy("Product family"), "shapes", "products.add"),
    Place("units:add", lazy("Unit"), "ruler", "products.add"),
    Place("tags:add", lazy("Tag"), "tag", "accounts.change"),
    Place("rates:add", lazy("Exchange rate"), "arrow-left-right", "rates.change"),
    Place("mileage_rates:add", lazy("Mileage rate"), "car", "mileage_rates.change"),
    Place("wordings:add", lazy("Wording"), "scroll-text", "wordings.change"),
    Place("fields:add", lazy("Custom field"), "list-checks", "fields.change"),
    Place("automation:add", lazy("Automation rule"), "zap", "automation.change"),
    Place("teams:add", lazy("Team"), "users", "people.change"),
    Place("market_segments:add", lazy("Market segment"), "shapes", "market.add"),
    Place("needs_talks:add", lazy("Needs talk"), "message-circle", "needs.add"),
    Place("needs:add", pgettext_lazy("of a customer", "Need"), "circle-help", "needs.add"),
    Place("wishes:add", pgettext_lazy("of a customer", "Wish"), "gift", "wishes.add"),
    Place("question_sets:add", lazy("Set of questions"), "list-checks", "pipelines.change"),
    Place("target_accounts:add", lazy("Target account"), "target", "target_accounts.add"),
    Place("competitors:add", lazy("Competitor"), "building-2", "market.add"),
    Place("studies:add", lazy("Market study"), "scroll-text", "market.add"),
    Place("strategies:add", lazy("Strategy"), "flag", "market.add"),
    Place("targets:add", lazy("Target"), "target", "targets.add"),
    Place("selection:add", lazy("Scoring round"), "award", "selection.arrange"),
    Place("territories:add", lazy("Territory"), "map", "people.change"),
    Place("reassignments:add", lazy("Reassignment"), "map", "reassignments.add"),
    Place("tokens:add", lazy("Token"), "key-round", "tokens.add"),
)


# Every right that a place asks for ("" asks for no more than being signed in).
ACTIONS = frozenset(
    place.action for places in (*(group.places for group in RAIL), CREATE, FURTHER, FURTHER_CREATE) for place in places
)


@dataclass(frozen=True)
class Link:
    """A place as this person sees it on this page."""

    label: str
    url: str
    icon: str
    key: str = ""
    is_current: bool = False
    count: int | None = None
    on_phone: bool = False


@dataclass(frozen=True)
class Reachable:
    """The places that somebody with these rights can go to, in her language, without what depends on the page."""

    rail: tuple[tuple[str, tuple[tuple[str, Link], ...]], ...]  # (group, ((name of the place, link), ...))
    create: tuple[Link, ...]
    further: tuple[Link, ...]
    further_create: tuple[Link, ...]

    @cached_property
    def places(self) -> tuple[Link, ...]:
        return tuple(link for _group, links in self.rail for _name, link in links)


def address(name: str) -> str:
    """The page's address, or "" when it is not built."""
    return _address(name, get_urlconf())


@cache
def _address(name: str, _urlconf: Any) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=256)
def reachable(_language: str, allowed: frozenset[str], _urlconf: Any) -> Reachable:
    """Labels speak the language of the thread, which is why it is one of the keys."""

    def links(places: tuple[Place, ...]) -> tuple[tuple[str, Link], ...]:
        found = [(place, address(place.name)) for place in places if place.action in allowed]
        return tuple(
            (place.name, Link(str(place.label), url, place.icon, place.key, on_phone=place.on_phone))
            for place, url in found
            if url
        )

    rail = tuple((str(group.label), found) for group in RAIL if (found := links(group.places)))
    create, further, further_create = (
        tuple(link for _name, link in links(places)) for places in (CREATE, FURTHER, FURTHER_CREATE)
    )
    return Reachable(rail, create, further, further_create)
