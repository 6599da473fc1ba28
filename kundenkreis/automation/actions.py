"""What a rule can do: make a task, set the owner, set a field, tell somebody. What is wrong with such an action, and how it is said.

An action is plain data: {"do": "task", "kind": "call", "title": "Welcome {account}", "text": "", "days": 3, "working": true, "who": "owner",
"purpose": ""}, {"do": "owner", "who": "person:7"}, {"do": "field", "field": "tier", "value": "A"}, {"do": "notify", "to": ["owner",
"role:head_of_sales"], "text": "…"}. People are "owner", "lead", "actor", "person:7" and, to be told, "role:…".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Consent
from kundenkreis.fields import values
from kundenkreis.staff.models import User
from kundenkreis.staff.roles import Role

if TYPE_CHECKING:
    from kundenkreis.automation.nouns import Noun

MOST = 10  # actions of one rule
LONGEST = 1_000  # letters of a text
FARTHEST = 3_650  # days


class Do(TextChoices):
    TASK = "task", _("make a task")
    OWNER = "owner", _("set the owner")
    FIELD = "field", _("set a field")
    NOTIFY = "notify", _("tell somebody")


# A task is what is still to be done, whatever its kind; a note is none.
TASKS = [(value, label) for value, label in Activity.Kind.choices if value != Activity.Kind.NOTE]
PLACEHOLDERS: dict[str, Any] = {
    "record": _("name of the record"),
    "account": _("name of the account"),
    "contact": _("name of the contact"),
    "owner": _("name of the owner"),
    "today": _("the day"),
    "rule": _("name of the rule"),
}
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_SHAPES: dict[str, dict[str, Any]] = {
    Do.TASK: {"kind": "task", "title": "", "text": "", "days": 0, "working": False, "who": "owner", "purpose": ""},
    Do.OWNER: {"who": ""},
    Do.FIELD: {"field": "", "value": ""},
    Do.NOTIFY: {"to": [], "text": ""},
}


def begun(do: str) -> dict[str, Any]:
    """An action of a kind as a form shows it first."""
    return {"do": do, **{name: list(v) if isinstance(v, list) else v for name, v in _SHAPES[do].items()}}


def is_action(action: Any) -> bool:
    """Whether it is an action of some kind, whatever its parts are."""
    return isinstance(action, Mapping) and isinstance(action.get("do"), str) and action["do"] in _SHAPES


def tidied(action: Any) -> Any:
    """With all parts that its kind has and no others; what is no action at all stays as it is, to be refused."""
    if not is_action(action):
        return action
    shape = _SHAPES[action["do"]]
    return {"do": action["do"], **{name: action.get(name, default) for name, default in shape.items()}}


def wrong(action: Any, noun: Noun, when: str) -> list[str]:
    """What is wrong with an action, in words: in its shape, or with what it leads to today."""
    if not is_action(action):
        return [translated("This is no action.")]
    shape = _SHAPES[action["do"]]
    if not all(_is_like(action.get(name, default), default) or name == "value" for name, default in shape.items()):
        return [translated("This is no action.")]
    texts = [text for text in action.values() if isinstance(text, str)]
    if any("\0" in text or len(text) > LONGEST for text in texts):
        return [translated("A text is too long, or has signs in it that are no text.")]
    return _CHECKS[action["do"]](tidied(action), noun, when)


def _is_like(value: Any, default: Any) -> bool:
    if isinstance(default, list):
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return type(value) is type(default)


def _wrong_task(action: Mapping[str, Any], noun: Noun, when: str) -> list[str]:
    found = _wrong_texts(noun, action["title"], action["text"])
    if not action["title"].strip():
        found.append(translated("A task needs a title."))
    if action["kind"] not in dict(TASKS):
        found.append(translated("There is no such kind of task."))
    if not 0 <= action["days"] <= FARTHEST:
        found.append(translated("A task is due in 0 to %(n)d days.") % {"n": FARTHEST})
    if action["purpose"] and action["purpose"] not in Consent.Purpose.values:
        found.append(translated("There is no such purpose."))
    return found + _wrong_person(action["who"], when)


def _wrong_owner(action: Mapping[str, Any], noun: Noun, when: str) -> list[str]:
    if not noun.assign:
        return [translated("Records of this kind have no owner of their own.")]
    if action["who"] == "owner":
        return [translated("Say who the new owner is.")]
    return _wrong_person(action["who"], when)


def _wrong_field(action: Mapping[str, Any], noun: Noun, when: str) -> list[str]:
    name, value = action["field"], action["value"]
    if name not in noun.settable_fields():
        return [translated("There is no field “%(name)s” that a rule can set.") % {"name": name[:60]}]
    try:
        value_for(noun, name, value)
    except ValidationError as refused:
        return [f"{noun.settable_fields()[name]}: {' '.join(refused.messages)}"]
    return []


def _wrong_notice(action: Mapping[str, Any], noun: Noun, when: str) -> list[str]:
    found = _wrong_texts(noun, action["text"])
    if not action["to"]:
        found.append(translated("Say who is to be told."))
    for one in action["to"]:
        kind, _colon, rest = one.partition(":")
        if kind == "role":
            found += [] if rest in Role.values else [translated("There is no such role.")]
        else:
            found += _wrong_person(one, when)
    return list(dict.fromkeys(found))


_CHECKS = {Do.TASK: _wrong_task, Do.OWNER: _wrong_owner, Do.FIELD: _wrong_field, Do.NOTIFY: _wrong_notice}


def _wrong_person(who: str, when: str) -> list[str]:
    """What is wrong with whom an action names: nobody, somebody who has left, or whoever did what nobody does."""
    if who in ("owner", "lead"):
        return []
    if who == "actor":
        return [translated("A day comes by itself: nobody does it.")] if when == "day" else []
    person = named(who)
    if person is None:
        return [translated("Say who it is.")]
    if not person.is_active or person.deleted_at is not None:
        return [translated("%(name)s has left.") % {"name": person}]
    return []


def named(who: str) -> User | None:
    """The person of "person:7"."""
    kind, _colon, number = who.partition(":")
    if kind != "person" or not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    return User._base_manager.filter(pk=int(number)).first()


def placeholders(noun: Noun) -> dict[str, Any]:
    """What can stand in braces in a text, and what takes its place."""
    return PLACEHOLDERS | {
        name: one.label for name, one in noun.own().items() if one.kind not in ("reference", "several")
    }


def _wrong_texts(noun: Noun, *texts: str) -> list[str]:
    known = placeholders(noun)
    strange = [name for text in texts for name in _PLACEHOLDER.findall(text) if name not in known]
    said = translated("Nothing is known of “{%(name)s}”. There are: %(names)s.")
    return [said % {"name": name[:60], "names": ", ".join(f"{{{one}}}" for one in known)} for name in strange[:1]]


def filled(text: str, told: Mapping[str, str]) -> str:
    """The text with what stands in braces replaced."""
    return _PLACEHOLDER.sub(lambda found: told.get(found[1], ""), text)


def value_for(noun: Noun, name: str, given: Any) -> Any:
    """A value as the noun's verb takes it. Raises ValidationError for what the field cannot hold."""
    if (own := noun.own().get(name)) is not None:
        return values.stored(own, given)
    column = noun.model._meta.get_field(name)
    if not isinstance(given, str) or "\0" in given:
        raise ValidationError(_("This is no value of the field."))
    if column.get_internal_type() == "BooleanField":
        if given not in ("yes", "no"):
            raise ValidationError(_("This is no value of the field."))
        return given == "yes"
    return column.clean(None if given == "" and column.null else given, None)


# --- in words


def said(action: Mapping[str, Any], noun: Noun) -> str:
    """An action in words, in the language of the moment."""
    do = action["do"] if is_action(action) else ""
    if do == Do.TASK:
        kind = dict(TASKS).get(action["kind"], action["kind"])
        words = {"kind": kind, "title": action["title"], "who": person_said(action["who"]), "due": _due(action)}
        return translated("make for %(who)s: %(kind)s “%(title)s”, due %(due)s") % words
    if do == Do.OWNER:
        return translated("the owner becomes: %(who)s") % {"who": person_said(action["who"])}
    if do == Do.FIELD:
        label = capfirst(str(noun.settable_fields().get(action["field"], action["field"])))
        return translated("set “%(field)s” to “%(value)s”") % {
            "field": label,
            "value": value_said(noun, action["field"], action["value"]),
        }
    if do == Do.NOTIFY:
        return translated("tell %(who)s") % {"who": ", ".join(person_said(one) for one in action["to"])}
    return translated("This is no action.")


def _due(action: Mapping[str, Any]) -> str:
    days = action["days"]
    if not days:
        return translated("on the same day")
    if action["working"]:
        return ngettext("in %(n)d working day", "in %(n)d working days", days) % {"n": days}
    return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}


WHO: dict[str, Any] = {"owner": _("the owner"), "lead": _("the team lead"), "actor": _("whoever did it")}


def person_said(who: str) -> str:
    kind, _colon, rest = who.partition(":")
    if who in WHO:
        return str(WHO[who])
    if kind == "role":
        return translated("everybody of the role %(role)s") % {"role": dict(Role.choices).get(rest, rest)}
    return str(named(who) or translated("nobody"))


def value_said(noun: Noun, name: str, value: Any) -> str:
    """A value of a field as people read it."""
    return labelled(dict(noun.choices(name)), value)


def labelled(labels: Mapping[str, str], value: Any) -> str:
    """A value, or several, by their labels."""
    some = value if isinstance(value, list) else [value]
    return ", ".join(labels.get(str(one), str(one)) for one in some) or translated("empty")
