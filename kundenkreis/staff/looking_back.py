"""Who may see what happened, and who may take it back today: one answer for every door.

Nobody takes back what she may not do now, whoever did it: an undo of a change asks the right to change that record, and one that moves
an account to another owner, team or territory the right to assign it. The same holds for one event and for a whole batch.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.history.models import Batch, BatchChunk, Event
from kundenkreis.history.taking_back import MERGE
from kundenkreis.history.undo import parts_of
from kundenkreis.staff import access
from kundenkreis.staff.models import User

# The noun of `access.TABLE` that decides over a model; what is not here is decided by who may see history.
_DECIDED_BY = {
    "customers.account": "accounts",
    "customers.accountlink": "accounts",
    "customers.partnerfunction": "accounts",
    "customers.relation": "accounts",
    "customers.accountteammember": "accounts",
    "customers.tag": "accounts",
    "customers.contact": "contacts",
    "customers.position": "contacts",
    "customers.consent": "contacts",
    "customers.address": "contacts",
    "customers.contactpoint": "contacts",
    "customers.consentwording": "wordings",
    "customers.suppression": "suppressions",
    "activities.activity": "activities",
    "fields.customfield": "fields",
    "fields.picklist": "fields",
    "fields.layout": "fields",
    "files.document": "documents",
    "catalogue.product": "products",
    "catalogue.family": "products",
    "catalogue.unit": "products",
    "catalogue.price": "products",
    "catalogue.pricelist": "products",
    "orders.order": "orders",
    "orders.orderline": "orders",
    "orders.delivery": "orders",
    "orders.openitem": "orders",
    "orders.creditstanding": "orders",
    "insights.signal": "signals",
    "quality.duplicatepair": "duplicates",
    "quality.importrun": "imports",
    "staff.user": "people",
    "staff.team": "people",
    "staff.territory": "people",
    "staff.deputy": "people",
    "lists.savedview": "views",
    "rates.exchangerate": "rates",
    "pipeline.opportunity": "opportunities",
    "pipeline.opportunityline": "opportunities",
    "pipeline.opportunitycontact": "opportunities",
    "pipeline.opportunitycompetitor": "opportunities",
    "pipeline.qualification": "opportunities",
    "pipeline.opportunityorder": "opportunities",
    "pipeline.interview": "opportunities",
    "pipeline.interviewguide": "pipelines",
    "pipeline.project": "opportunities",
    "pipeline.projectparty": "opportunities",
    "pipeline.actionplan": "opportunities",
    "pipeline.planstep": "opportunities",
    "pipeline.planlink": "opportunities",
    "pipeline.plancomment": "opportunities",
    "pipeline.plantemplate": "pipelines",
    "pipeline.templatestep": "pipelines",
    "pipeline.pipeline": "pipelines",
    "pipeline.stage": "pipelines",
    "pipeline.closereason": "pipelines",
    "trips.trip": "trips",
    "trips.leg": "trips",
    "trips.mileagerate": "mileage_rates",
    "privacy.subjectrequest": "privacy",
    "privacy.purpose": "privacy",
    "privacy.controller": "privacy",
    "privacy.breach": "privacy",
    "privacy.problem": "privacy",
    "privacy.alert": "privacy",
    "privacy.alertrule": "privacy",
    "automation.automationrule": "automation",
    "leads.lead": "leads",
    "leads.leadconsent": "leads",
    "leads.leadform": "lead_settings",
    "leads.scorerule": "lead_settings",
    "leads.routingrule": "lead_settings",
    "leads.leadhours": "lead_settings",
    "market.marketsegment": "market",
    "market.segmentsize": "market",
    "market.competitor": "market",
    "market.competitorshare": "market",
    "market.pricepoint": "market",
    "market.battlecard": "market",
    "market.objection": "market",
    "market.study": "market",
    "forecast.forecastcall": "forecasts",
    "market.strategy": "market",
    "market.initiative": "market",
    "market.target": "targets",
    "prospecting.targetaccount": "target_accounts",
    "prospecting.researchanswer": "target_accounts",
    "prospecting.triggerevent": "target_accounts",
    "prospecting.judgement": "target_accounts",
    "prospecting.criteriaset": "pipelines",
    "prospecting.fitcriterion": "pipelines",
    "prospecting.researchquestion": "pipelines",
    "stakeholders.stakeholder": "stakeholders",
    "stakeholders.judgement": "stakeholders",
    "stakeholders.influenceline": "stakeholders",
    "stakeholders.counterpart": "stakeholders",
    "stakeholders.relationshipgrade": "stakeholders",
    "needs.need": "needs",
    "needs.needfit": "needs",
    "needs.needstalk": "needs",
    "needs.talkanswer": "needs",
    "needs.questionset": "pipelines",
    "needs.questionedition": "pipelines",
    "needs.wish": "wishes",
    "needs.wishask": "wishes",
    "needs.wishtelling": "wishes",
    "planning.selectionset": "selection",
    "planning.selectioncriterion": "selection",
    "planning.tierrule": "selection",
    "planning.accountjudgement": "selection",
    "planning.scoringround": "selection",
    "planning.tieroverride": "selection",
    "territories.reassignment": "reassignments",
    "territories.territorychange": "reassignments",
    "territories.accountchoice": "reassignments",
}
# Parts of an account or a contact, and what one action keeps whole: putting one into the bin asks what changing does.
_PARTS = frozenset(
    {
        "customers.accountlink",
        "customers.partnerfunction",
        "customers.relation",
        "customers.accountteammember",
        "customers.position",
        "customers.consent",
        "customers.address",
        "customers.contactpoint",
        "orders.orderline",
        "customers.consentwording",
        "fields.customfield",
        "fields.picklist",
        "fields.layout",
        "rates.exchangerate",
        "pipeline.opportunityline",
        "pipeline.opportunitycontact",
        "pipeline.opportunitycompetitor",
        "pipeline.qualification",
        "pipeline.opportunityorder",
        "pipeline.interview",
        "pipeline.interviewguide",
        "pipeline.projectparty",
        "pipeline.actionplan",
        "pipeline.planstep",
        "pipeline.planlink",
        "pipeline.plancomment",
        "pipeline.plantemplate",
        "pipeline.templatestep",
        "pipeline.pipeline",
        "pipeline.stage",
        "pipeline.closereason",
        "prospecting.researchanswer",
        "prospecting.triggerevent",
        "prospecting.judgement",
        "prospecting.criteriaset",
        "prospecting.fitcriterion",
        "prospecting.researchquestion",
        "stakeholders.judgement",
        "stakeholders.influenceline",
        "stakeholders.counterpart",
        "stakeholders.relationshipgrade",
        "needs.needfit",
        "needs.talkanswer",
        "needs.questionset",
        "needs.questionedition",
        "needs.wishask",
        "needs.wishtelling",
        "planning.selectionset",
        "planning.selectioncriterion",
        "planning.tierrule",
        "planning.accountjudgement",
        "planning.scoringround",
        "planning.tieroverride",
        "trips.leg",
        "trips.mileagerate",
        "privacy.subjectrequest",
        "privacy.purpose",
        "privacy.controller",
        "privacy.breach",
        "privacy.problem",
        "privacy.alert",
        "privacy.alertrule",
        "automation.automationrule",
        "leads.leadconsent",
        "leads.leadform",
        "leads.scorerule",
        "leads.routingrule",
        "leads.leadhours",
        "territories.territorychange",
        "territories.accountchoice",
    }
)
# What tells of one colleague's days or relationships: others read what happened to it only as far as they see the record, the whole history or not.
_OF_ONE_PERSON = frozenset({"trips.trip", "trips.leg", "stakeholders.relationshipgrade"})
# Fields that need an action to be seen stay hidden in history as well: model → field → action.
_HIDDEN = {
    "catalogue.product": {"cost": "products.see_cost"},
    "customers.account": {"iban": "accounts.see_bank"},
}
ASSIGNED = frozenset(access.ASSIGNED)
_SLICE = 900  # SQLite takes so many parameters everywhere


def noun_of(record: Model) -> str:
    """The noun of `access.TABLE` that decides over a record; "" when there is none."""
    return _DECIDED_BY.get(record._meta.label_lower, "")


# --- seeing


def subject_of(event: Event) -> Any:
    """The record an event is about; None when it is gone for good."""
    try:
        return apps.get_model(event.subject_type)._base_manager.filter(pk=event.subject_id).first()
    except (LookupError, ValueError):
        return None


def may_see(user: User, subject: Model) -> bool:
    """Whoever may see a record may see its history; a person's own only herself and those who keep people."""
    if access.may(user, "history.see") and subject._meta.label_lower not in _OF_ONE_PERSON:
        return True
    if isinstance(subject, User):
        return subject.pk == user.pk or access.may(user, "people.change")
    visible = getattr(type(subject)._default_manager, "visible_to", None)
    return bool(visible and visible(user).filter(pk=subject.pk).exists())


def events_seen_by(user: User) -> QuerySet[Event]:
    """The whole history for those who see it; of colleagues' days only under a works agreement, her own always."""
    if access.reach(user, "trips.see").everything and House.known().counts_people(clock.today()):
        return Event.objects.all()
    return Event.objects.exclude(Q(subject_type__in=_OF_ONE_PERSON) & ~Q(actor_id=user.pk))


def may_see_event(user: User, event: Event) -> bool:
    if access.may(user, "history.see") and event.subject_type not in _OF_ONE_PERSON:
        return True
    subject = subject_of(event)
    return subject is not None and may_see(user, subject)


def batches_seen_by(user: User) -> QuerySet[Batch]:
    """All of them for those who see the whole history; else one's own work, and imports as far as one sees imports."""
    if access.may(user, "history.see"):
        return Batch.objects.all()
    seen = access.reach(user, "imports.see")
    imports = Q(kind="import") if seen.everything else Q(kind="import", actor_id__in=seen.owners)
    return Batch.objects.filter(Q(actor_id=user.pk) | imports)


def hidden_fields(user: User, subject_type: str) -> set[str]:
    """Fields of a model that this person may not see, in its history either."""
    return {name for name, action in _HIDDEN.get(subject_type, {}).items() if not access.may(user, action)}


def without_hidden(user: User, event: Event) -> Event:
    """The event as this person may read it: a product's cost is for some roles only. Never saved."""
    if hidden := hidden_fields(user, event.subject_type) & set(event.changes):
        event.changes = {name: values for name, values in event.changes.items() if name not in hidden}
    return event


# --- taking back


def may_undo(user: User, event: Event, subject: Any) -> bool:
    """May this person take the event back, with what was done together with it?"""
    events = [(event, subject), *((part, subject_of(part)) for part in parts_of(event))]
    return all(_may_undo(user, *one) for one in events)


def _may_undo(user: User, event: Event, subject: Any) -> bool:
    """As she may change, or put into the bin, the record; her own fresh one as she may add such."""
    label = subject._meta.label_lower
    noun = _DECIDED_BY.get(label)
    if noun is None:
        return False
    if label == "lists.savedview":
        return subject.owner_id == user.pk
    kind = event.verb.rpartition(".")[2]
    if label == "files.document" and not (deciding := _of_document(subject, kind)).startswith("documents."):
        return access.may(user, deciding, subject)
    if kind == "added" and event.actor_id == user.pk and getattr(subject, "version", 0) == 1 and _adds(user, label):
        return True
    if label == "customers.account" and ASSIGNED & set(event.changes) and kind != "added":
        return access.may(user, "accounts.assign", subject) and access.may(user, "accounts.change", subject)
    if label == "orders.order" and event.changes and all(name.startswith("custom_") for name in event.changes):
        return kind == "changed" and access.may(user, "orders.fill_in", subject)
    return access.may(user, _action(label, discards=kind in ("added", "discarded", "restored")), subject)


def may_undo_batch(user: User, batch: Batch) -> bool:
    """One's own batch, an import within `imports.undo`, or any for those who see all of history; with today's rights over what is in it.

    Emptying the bin is for good.
    """
    if batch.kind == "purge" or batch.state not in (Batch.State.DONE, Batch.State.CANCELLED, Batch.State.FAILED):
        return False
    if batch.kind == "hand_over":
        return access.may(user, "people.change")
    if batch.kind == "reassignment":
        return access.may(user, "reassignments.change")
    if batch.kind == "import":
        reach = access.reach(user, "imports.undo")
        return (reach.everything or batch.actor_id in reach.owners) and _may_assign_back(user, batch)
    if batch.actor_id != user.pk and not access.may(user, "history.see"):
        return False
    if batch.kind == MERGE:
        return all(_may_unmerge(user, batch, label) for label in _models(batch))
    return _may_assign_back(user, batch) and all(_may_take_back(user, batch, label) for label in _models(batch))


def _may_unmerge(user: User, batch: Batch, label: str) -> bool:
    """What hangs on merged records goes back with them; it asks for no right of its own."""
    if label not in ("customers.account", "customers.contact"):
        return True
    reach = access.reach(user, f"{_DECIDED_BY[label]}.merge")
    ids = _changed(batch.chunks.filter(model=label))
    return reach.everything or all(_within(apps.get_model(label), some, reach) for some in ids)


def _models(batch: Batch) -> list[str]:
    return list(batch.chunks.order_by().values_list("model", flat=True).distinct())


def _may_assign_back(user: User, batch: Batch) -> bool:
    if access.may(user, "accounts.assign"):
        return True
    changed = batch.chunks.filter(model="customers.account").values_list("fields", flat=True)
    return not any(ASSIGNED & {name.removesuffix("_id") for name in fields} for fields in changed)


def _may_take_back(user: User, batch: Batch, label: str) -> bool:
    """Whether the person may do with every record of one model what the undo would."""
    model = apps.get_model(label)
    if model._meta.auto_created:  # rows between two nouns: a tag on an account changes the account
        return bool(access.reach(user, _action(model._meta.auto_created._meta.label_lower, discards=False)))
    if label not in _DECIDED_BY:
        return access.may(user, "history.see")
    of_model = batch.chunks.filter(model=label)
    takes_out = access.reach(user, _action(label, discards=True)).everything
    if not takes_out and not (batch.actor_id == user.pk and _adds(user, label)) and of_model.exclude(added=[]).exists():
        return False
    reach = access.reach(user, _action(label, discards=False))
    if reach.everything:
        return True
    return all(_within(model, ids, reach) for ids in _changed(of_model)) if reach else not any(_changed(of_model))


def _changed(of_model: QuerySet[BatchChunk]) -> Iterator[list[int]]:
    """The changed records of chunks, some hundred ids at a time."""
    for packed in of_model.exclude(ids=b"").values_list("ids", flat=True).iterator():
        ids = array("q")
        ids.frombytes(bytes(packed))
        for start in range(0, len(ids), _SLICE):
            yield list(ids[start : start + _SLICE])


def _within(model: type[Model], ids: list[int], reach: access.Reach) -> bool:
    """Whether all of these records that still exist are inside the reach."""
    records = model._base_manager.filter(pk__in=ids)
    held: Any = getattr(model._default_manager, "within", None)
    if held is None:
        return all(record.within(reach) for record in records)  # type: ignore[attr-defined]
    return held(reach).filter(pk__in=ids).count() == records.count()


def _adds(user: User, label: str) -> bool:
    return bool(access.reach(user, f"{_DECIDED_BY[label]}.add") or access.reach(user, _action(label, discards=False)))


def _action(label: str, *, discards: bool) -> str:
    if label == "quality.duplicatepair":
        return "duplicates.decide"
    return f"{_DECIDED_BY[label]}.{'discard' if discards and label not in _PARTS else 'change'}"


def _of_document(document: Any, kind: str) -> str:
    """A document knows itself what decides over it: what it hangs on."""
    return document.deciding_action("discard" if kind in ("added", "discarded", "restored") else "change")
