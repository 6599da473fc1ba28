"""Of which nouns rules can be made: by which filters they are asked, which of their fields can start a rule, which a rule can set."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kundenkreis.activities.models import Activity
from kundenkreis.core.filters import Filter
from kundenkreis.customers import asking as customers
from kundenkreis.customers.asking import people
from kundenkreis.customers.models import Account, Contact
from kundenkreis.fields import asking as fields
from kundenkreis.fields import known
from kundenkreis.fields.known import Field
from kundenkreis.insights.models import Kind as SignalKind
from kundenkreis.insights.models import Signal
from kundenkreis.lists import asking
from kundenkreis.orders.models import OpenItem, Order
from kundenkreis.pipeline.asking import OPPORTUNITY, stages
from kundenkreis.pipeline.models import Opportunity, Stage


class When(TextChoices):
    """What starts a rule."""

    ADDED = "added", _("is added")
    MEETS = "meets", _("newly fulfils the conditions")
    CHANGED = "changed", _("has another value in a field")
    DAY = "day", _("reaches a day")


@dataclass(frozen=True)
class Noun:
    """`one` is the subject of a sentence ("an account"). `watched` are the fields whose change starts a rule, `settable` those that a
    rule can set; custom fields are both. `change` and `assign` are what whoever answers for the rule must be allowed for that.
    `account`, `contact` and `owner` lead from a record to what a task stands at and whose it is; `ties` is the noun's own list of
    activities, in which a task is then.
    """

    name: str
    model: Any
    label: Any
    one: Any
    filters: Callable[[], Iterable[Filter]]
    whens: tuple[str, ...]
    account: Callable[[Any], Account | None]
    contact: Callable[[Any], Contact | None] = lambda record: None
    owner: Callable[[Any], Any] = lambda record: record.account.owner if record.account else None
    watched: tuple[str, ...] = ()
    settable: tuple[str, ...] = ()
    change: str = ""
    assign: str = ""
    fielded: str = ""
    ties: str = ""

    def asked(self) -> tuple[Filter, ...]:
        """What conditions can ask: what lists are asked by, without what only a link says."""
        own = [one for one in self.filters() if one.kind != "record" or one.picked is not None]
        return (*own, *(fields.filters(self.fielded) if self.fielded else ()))

    def readable(self) -> tuple[Filter, ...]:
        """With the custom fields that were retired: a condition that asks by one is told why it cannot."""
        return (*self.asked(), *(fields.refused(self.fielded) if self.fielded else ()))

    def days(self) -> dict[str, Filter]:
        """The dates by which a rule can wait for a day."""
        return {one.name: one for one in self.asked() if one.kind in ("date", "moment")}

    def own(self) -> dict[str, Field]:
        """Its custom fields that people fill in, by the name that history gives them; a reference is for people to choose."""
        written = known.of(self.fielded).written if self.fielded else ()
        return {one.name: one for one in written if not one.is_retired and one.kind != "reference"}

    def watched_fields(self) -> dict[str, Any]:
        """Name → label of the fields whose change starts a rule."""
        return self._labelled(self.watched)

    def settable_fields(self) -> dict[str, Any]:
        """Name → label of the fields that a rule can set."""
        return self._labelled(self.settable) if self.change else {}

    def _labelled(self, names: Iterable[str]) -> dict[str, Any]:
        columns = {name: self.model._meta.get_field(name).verbose_name for name in names}
        return columns | {name: one.label for name, one in self.own().items()}

    def choices(self, name: str) -> list[tuple[str, str]]:
        """The values among which one chooses; none where a value is typed."""
        if (field := self.own().get(name)) is not None:
            if field.kind in ("choice", "several"):
                return [(one.key, str(one.label)) for one in field.choices if not one.retired]
            return [(str(pk), label) for pk, label in people()] if field.kind == "person" else []
        if name not in {*self.watched, *self.settable}:
            return []
        column = self.model._meta.get_field(name)
        if column.is_relation:
            if column.related_model is Stage:
                return [(str(pk), label) for pk, label in stages()]  # several pipelines call theirs alike
            rows = column.related_model.objects.living()
            return [(str(one.pk), str(one)) for one in rows[:300]]
        if column.get_internal_type() == "BooleanField":
            return [("yes", str(_("yes"))), ("no", str(_("no")))]
        return [(str(value), str(label)) for value, label in column.choices or () if value not in (None, "")]


def _contact_filters() -> tuple[Filter, ...]:
    return (
        Filter("name", "text", _("Name"), "key"),
        Filter("position", "text", _("Position"), "job_title"),
        Filter("email", "text", _("E-mail")),
        Filter("owner", "person", _("Owner"), "owner_id", choices=people),
        Filter("language", "choice", _("Language"), choices=[("de", _("German")), ("en", _("English"))]),
        customers.tagged(Contact, "contact_id"),
        *asking.of("contacts"),
    )


_ACTIVITY = (
    Filter("subject", "text", _("Subject")),
    Filter("kind", "choice", _("Kind"), choices=Activity.Kind.choices),
    Filter("owner", "person", _("Whose"), "owner_id", choices=people),
    Filter("outcome", "choice", _("Outcome"), choices=Activity.Outcome.choices),
    Filter("at", "moment", _("When")),
    Filter("due", "date", _("Due"), "due_on"),
    Filter("open", "flag", _("To do"), "is_open"),
)
_ORDER = (
    Filter("number", "text", _("Number")),
    Filter("kind", "choice", _("Kind"), choices=Order.Kind.choices),
    Filter("day", "date", _("Day"), "ordered_on"),
    Filter("net", "number", _("Net in house currency"), "total_house"),
)
_OPEN_ITEM = (
    Filter("number", "text", _("Document number")),
    Filter("due", "date", _("Due"), "due_on"),
    Filter("booked", "date", _("Booked on"), "booked_on"),
    Filter("open", "number", _("Still open"), "open_amount"),
    Filter("level", "number", _("Dunning level"), "dunning_level"),
    Filter("currency", "text", _("Currency")),
)
_SIGNAL = (
    Filter("kind", "choice", _("Signal"), choices=SignalKind.choices),
    Filter("value", "number", _("At stake")),
    Filter("since", "date", _("Since"), "raised_on"),
)
_EVERY = tuple(When.values)
_OF_SIGNAL = (*_SIGNAL, customers.account_at("account_id"))


def _of_contact(record: Contact) -> Any:
    return record.owner or (record.main_account.owner if record.main_account else None)


NOUNS: dict[str, Noun] = {
    one.name: one
    for one in (
        Noun(
            "accounts", Account, _("Accounts"), _("an account"), lambda: (*customers.ACCOUNT, *asking.of("accounts")), _EVERY,
            account=lambda record: record, owner=lambda record: record.owner,
            watched=("relation", "tier", "owner", "team", "territory", "industry", "country", "place", "touch_days", "name"),
            settable=("relation", "tier", "industry", "language", "touch_days"),
            change="accounts.change", assign="accounts.assign", fielded="accounts",
        ),
        Noun(
            "contacts", Contact, _("Contacts"), _("a contact"), _contact_filters, _EVERY,
            account=lambda record: record.main_account, contact=lambda record: record, owner=_of_contact,
            watched=("owner", "language", "preferred_channel", "email", "phone", "mobile", "bar"),
            settable=("language", "preferred_channel"),
            change="contacts.change", assign="contacts.change", fielded="contacts",
        ),
        Noun(
            "activities", Activity, _("Activities"), _("an activity"), lambda: (*_ACTIVITY, *asking.of("log")), _EVERY,
            account=lambda record: record.account, contact=lambda record: record.contact, owner=lambda record: record.owner,
            watched=("kind", "outcome", "is_open", "due_on", "owner", "is_pinned"), settable=("outcome", "is_pinned", "due_on"),
            change="activities.change", assign="activities.change", fielded="activities",
        ),
        Noun(
            "orders", Order, _("Orders"), _("an order"), lambda: (*_ORDER, *asking.of("orders")), _EVERY,
            account=lambda record: record.account, change="orders.fill_in", fielded="orders",
        ),
        Noun(
            "opportunities", Opportunity, _("Opportunities"), _("an opportunity"),
            lambda: (*OPPORTUNITY, *asking.of("opportunities")), _EVERY,
            account=lambda record: record.account, owner=lambda record: record.owner,
            watched=("stage", "outcome", "owner", "team", "value", "forecast_category", "expected_close_on", "decision_on", "source", "campaign"),
            settable=("forecast_category", "source", "campaign"),
            change="opportunities.change", assign="opportunities.change", fielded="opportunities", ties="activities",
        ),
        Noun(
            "open_items", OpenItem, _("Open items"), _("an open item"), lambda: (*_OPEN_ITEM, *asking.of("open_items")), _EVERY,
            account=lambda record: record.account, watched=("dunning_level", "due_on", "open_amount"),
        ),
        Noun(
            "signals", Signal, _("Signals"), _("a signal"), lambda: _OF_SIGNAL, (When.ADDED.value,),
            account=lambda record: record.account,
        ),
    )
}  # fmt: skip
BY_LABEL: dict[str, Noun] = {one.model._meta.label_lower: one for one in NOUNS.values()}


def choices() -> list[tuple[str, Any]]:
    return [(one.name, one.label) for one in NOUNS.values()]
