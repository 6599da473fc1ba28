"""An Event in words: its headline, and each field from what to what."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import translation
from django.utils.encoding import force_str
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.customers.discretion import Discretion
from kundenkreis.fields.picking import event_says
from kundenkreis.fields.picks import pick_of, said
from kundenkreis.fields.picks import words as words_on
from kundenkreis.history.models import Event
from kundenkreis.staff.models import AccessCheck
from kundenkreis.web import customs, formats

_HIDDEN = {"key", "is_open", "done_at", "contact", "account", "stage_since"}
_MOST = 12
# What events tell beside the fields of their record.
_BESIDE = {
    "accounts": lazy("Accounts"),
    "opportunities": lazy("Opportunities"),
    "records": lazy("Records"),
    "added": lazy("added"),
    "undone": lazy("undone"),
    "kept": lazy("kept"),
    "merged": lazy("merged"),
    "pairs": lazy("pairs"),
    "address": lazy("address"),
    "to": lazy("Accounts and contacts go to"),
    "quiet": lazy("not in the inbox"),
    "unmailed": lazy("not in the daily mail"),
    "digest": lazy("daily mail"),
    "hour": lazy("hour of the daily mail"),
    "verdict": lazy("verdict"),
    "note": lazy("note"),
    "review": lazy("access review"),
    "sha256": lazy("SHA-256 of the file"),
    "form": lazy("form"),
    "values": lazy("values"),
    "rectified": lazy("rectified"),
    "place": lazy("place"),
    "request": lazy("request"),
    "reason": lazy("reason"),
    "choice_order": lazy("order"),
    "order": lazy("order number"),
    "opportunity": lazy("opportunity"),
}
# Words for their values, where those are for programs.
_BESIDE_WORDS: dict[str, dict[str, Any]] = {"verdict": dict(AccessCheck.Verdict.choices)}


def spared(user: Any, events: Iterable[Event]) -> list[Event]:
    """The events as this person may read them: without the names of accounts and contacts outside her reach. Never saved."""
    found = list(events)
    discretion = Discretion(user, [(event.subject_type, event.subject_id, event.changes) for event in found])
    for event in found:
        if not discretion.may_name(event.subject_type, event.subject_id):
            event.subject_label = _("outside your reach")
        event.changes = {
            name: values
            for name, values in event.changes.items()
            if discretion.may_tell(event.subject_type, name, values)
        }
    return found


def told(event: Event) -> tuple[str, list[tuple[str, str, str]], str]:
    """Headline, changed fields as (name, from, to), and the kind of line it is in a timeline."""
    noun, _dot, verb = event.verb.partition(".")
    model = _model(event.subject_type)
    what = capfirst(force_str(model._meta.verbose_name)) if model else capfirst(noun)
    headline = _headline(noun, "undone" if event.undoes_id else verb)
    kind = {
        "added": "created",
        "discarded": "bin",
        "restored": "restored",
        "finished": "task",
        "succeeded": "log-in",
        "locked": "lock",
    }.get(verb, "change")
    # What an import counted is told in words on its own page; the names of its counts are for programs.
    counted = event.verb == "import.finished"
    changes = [] if verb == "added" or counted else fields_told(model, event.changes)
    return headline % {"what": what, "name": _name_told(model, event.subject_label)}, changes, kind


def _headline(noun: str, verb: str) -> str:
    """What happened, with room for what it happened to and its name."""
    return (
        _of_noun(noun, verb)
        or {
            "added": _("%(what)s added: %(name)s"),
            "changed": _("%(what)s changed: %(name)s"),
            "discarded": _("%(what)s moved to the bin: %(name)s"),
            "restored": _("%(what)s restored: %(name)s"),
            "finished": _("%(what)s done: %(name)s"),
            "reopened": _("%(what)s opened again: %(name)s"),
            "moved": _("%(what)s goes on: %(name)s"),
            "won": _("%(what)s won: %(name)s"),
            "lost": _("%(what)s lost: %(name)s"),
            "put_off": _("%(what)s put off: %(name)s"),
            "version_added": _("New version of %(name)s"),
            "locked": _("%(name)s may not sign in any more"),
            "unlocked": _("%(name)s may sign in again"),
            "password_changed": _("%(name)s has a new password"),
            "handed_over": _("%(name)s handed over"),
            "notifications_chosen": _("%(name)s chose what to be told"),
            "app_set_up": _("%(name)s signs in with an authenticator app too"),
            "app_removed": _("%(name)s signs in without an authenticator app"),
            "issued": _("%(what)s made: %(name)s"),
            "revoked": _("%(what)s revoked: %(name)s"),
            "mailed": _("%(what)s mailed: %(name)s"),
            "undone": _("Undone: %(what)s %(name)s"),
            "purged": "%(name)s",
            "cancelled": _("%(what)s cancelled: %(name)s"),
            "access_reviewed": _("Access of %(name)s reviewed"),
            "begun": _("%(what)s begun: %(name)s"),
            "ended": _("%(what)s ended: %(name)s"),
            "merged": _("Merged: %(name)s"),
            "unmerged": _("Merge taken back: %(name)s"),
        }.get(verb)
        or _rarer(verb)
    )


def _of_noun(noun: str, verb: str) -> str:
    """What has words of its own with some nouns."""
    if noun == "signin" and verb != "undone":
        locked = _("Signing in as %(name)s was locked after repeated failures")
        return _("%(name)s signed in") if verb == "succeeded" else locked
    if noun in ("lead", "submission"):
        return _of_lead(verb)
    return _of_need(verb) if noun in ("need", "wish", "wishask", "wishtelling") else ""


def _of_lead(verb: str) -> str:
    """What becomes of a lead, and of what was sent by a form."""
    return {
        "routed": _("%(what)s given to somebody: %(name)s"),
        "taken_over": _("%(what)s taken over: %(name)s"),
        "touched": _("%(what)s worked on: %(name)s"),
        "disqualified": _("%(what)s disqualified: %(name)s"),
        "converted": _("%(what)s converted: %(name)s"),
        "erased": _("%(what)s erased: %(name)s"),
        "released": _("%(what)s released: %(name)s"),
        "held": _("%(what)s waits again: %(name)s"),
    }.get(verb, "")


def _of_need(verb: str) -> str:
    """What becomes of a need, of a wish, and of who asks for it."""
    return {
        "sold": _("%(what)s became an opportunity: %(name)s"),
        "met": _("%(what)s met: %(name)s"),
        "dropped": _("%(what)s not pursued: %(name)s"),
        "joined": _("%(what)s became part of another one: %(name)s"),
        "moved": _("%(what)s goes along: %(name)s"),
        "told": _("Customer told: %(name)s"),
    }.get(verb, "")


def _rarer(verb: str) -> str:
    """What happens to consents, lists, custom fields and the like; what has no headline of its own is told by its noun."""
    return {
        "passkey_added": _("%(name)s added a passkey"),
        "passkey_removed": _("%(name)s removed a passkey"),
        "recovery_codes_made": _("%(name)s made new recovery codes"),
        "signed_out_elsewhere": _("%(name)s signed out elsewhere"),
        "asked": _("Asked for consent: %(name)s"),
        "confirmed": _("Consent confirmed by the person: %(name)s"),
        "withdrawn": _("Consent withdrawn: %(name)s"),
        "objected": _("%(name)s objects to all advertising"),
        "objection_ended": _("The objection of %(name)s has ended"),
        "lifted": _("Suppression lifted: %(name)s"),
        "loaded": _("%(name)s is in force"),
        "verified": _("Confirmed as right: %(name)s"),
        "retired": _("%(what)s retired: %(name)s"),
        "brought_back": _("%(what)s brought back: %(name)s"),
        "converted": _("%(what)s of another kind: %(name)s"),
        "identified": _("Identity checked: %(name)s"),
        "disclosed": _("Disclosed to the person: %(name)s"),
        "passage_blacked_out": _("Passage blacked out for the disclosure: %(name)s"),
        "passage_shown_again": _("Passage shown again in the disclosure: %(name)s"),
        "extended": _("%(what)s extended: %(name)s"),
        "answered": _("%(what)s answered: %(name)s"),
        "refused": _("%(what)s refused: %(name)s"),
        "rectified": _("%(what)s: data put right (%(name)s)"),
        "notified": _("Authority notified: %(name)s"),
        "planned": _("%(what)s planned: %(name)s"),
        "carried_out": _("%(what)s carried out: %(name)s"),
        "ordered": _("%(what)s became an order: %(name)s"),
        "tied": _("%(what)s belongs to an opportunity: %(name)s"),
        "awarded": _("%(what)s awarded: %(name)s"),
        "reassigned": _("Accounts reassigned: %(name)s"),
        "stopped": _("%(what)s stopped: %(name)s"),
    }.get(verb, _("%(what)s: %(name)s"))


# Records without a name of their own: what stands for them is made of choices, in the language of who wrote it.
_NAMED_BY_CHOICES = {
    "customers.relation",
    "customers.partnerfunction",
    "customers.accountteammember",
    "customers.consent",
    "customers.consentwording",
    "customers.suppression",
    "customers.register",
}


def _name_told(model: type[models.Model] | None, label: str) -> str:
    """A record's label at the time, the words of its choices in the reader's language."""
    if model is None or model._meta.label_lower not in _NAMED_BY_CHOICES:
        return label
    words = _words_of_choices(model) | _words_on_lists(model)
    return "".join(force_str(words.get(piece, piece)) for piece in re.split(r"(, |: | \(|\))", label))


@cache
def _words_of_choices(model: type[models.Model]) -> dict[str, Any]:
    """Every word of the model's choices in every language → the lazy text."""
    found: dict[str, Any] = {}
    for code, _language in settings.LANGUAGES:
        with translation.override(code):
            found |= {str(text): text for field in model._meta.fields for _value, text in field.flatchoices}
    return found


def _words_on_lists(model: type[models.Model]) -> dict[str, Any]:
    """The same of the house's own words, which may be others by now than when something was written."""
    lists = {pick for field in model._meta.fields if (pick := pick_of(field))}
    return {
        text: choice.label
        for pick in lists
        for choice in words_on(pick).choices
        for text in (choice.en, choice.de)
        if text
    }


def fields_told(model: type[models.Model] | None, changes: dict[str, list]) -> list[tuple[str, str, str]]:
    """Each changed field's name and its values as people read them."""
    found = []
    for name, values in list(changes.items())[:_MOST]:
        if name in _HIDDEN or len(values) < 2:
            continue
        if key := event_says(name):
            before, after = map(_choice_told, values[:2])
            found.append((_("Value “%(name)s”") % {"name": key}, before, after))
            continue
        if own := customs.field_of(model, name):
            found.append((str(own.label), customs.said(own, values[0]), customs.said(own, values[1])))
            continue
        field = _field(model, name)
        label = capfirst(force_str(getattr(field, "verbose_name", "") or _BESIDE.get(name, name)))
        if len(values) >= 4:
            before, after = values[2], values[3]
        else:
            words = _BESIDE_WORDS.get(name, {}) if field is None else {}
            before, after = (words.get(str(value), _readable(field, value)) for value in values[:2])
        found.append((label, force_str(before or ""), force_str(after or "")))
    return found


def _choice_told(one: Any) -> str:
    """A choice of a list as history kept it: its names, and what it is beside that."""
    if not isinstance(one, dict):
        return ""
    marks = (
        ("merged", _("merged into “%(name)s”") % {"name": one.get("merged")}),
        ("retired", _("retired")),
        ("default", _("the usual one")),
    )
    said_of = [text for mark, text in marks if one.get(mark)][:1]
    return ", ".join(filter(None, (" | ".join(filter(None, (one.get("en"), one.get("de")))), *said_of)))


def _readable(field: Any, value: Any) -> Any:
    if value is None or field is None:
        return value
    if pick := pick_of(field):
        return said(pick, value)
    if getattr(field, "choices", None):
        return dict(field.flatchoices).get(value, value)
    if isinstance(value, list):
        counted = bool(value) and isinstance(value[0], dict)
        return _("%(n)s choices") % {"n": len(value)} if counted else ", ".join(map(str, value))
    if isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    try:
        if isinstance(field, models.DateTimeField):
            return formats.moment(dt.datetime.fromisoformat(value))
        if isinstance(field, models.DateField):
            return formats.day(dt.date.fromisoformat(value))
        if isinstance(field, models.DecimalField):
            return formats.number(Decimal(str(value)), field.decimal_places if field.decimal_places <= 2 else None)
    except (ValueError, InvalidOperation, TypeError):
        return value
    return value


@cache
def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


@cache
def _field(model: type[models.Model] | None, name: str) -> Any:
    if model is None:
        return None
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
