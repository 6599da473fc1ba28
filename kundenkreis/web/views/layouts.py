"""Layouts: which groups and fields of a noun stand where, on its page and in its form; a look at it as a role; back to the shipped one."""

from __future__ import annotations

import copy
import re
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core.records import Stale
from kundenkreis.fields import arranging, known, layouts
from kundenkreis.fields.layouts import Arranged, Section
from kundenkreis.fields.models import Layout
from kundenkreis.fields.shaping import settled
from kundenkreis.history.models import Event
from kundenkreis.staff import access
from kundenkreis.staff.roles import Role
from kundenkreis.web.forms.activities import ActivityForm
from kundenkreis.web.forms.customers import AccountAddForm, AccountForm, ContactAddForm, ContactForm
from kundenkreis.web.forms.orders import OrderForm
from kundenkreis.web.htmx import go
from kundenkreis.web.trails import steps_of

ACTION = "fields.change"
FORMS: dict[str, list[tuple[Any, Any]]] = {
    "accounts": [("add", AccountAddForm), ("edit", AccountForm)],
    "contacts": [("add", ContactAddForm), ("edit", ContactForm)],
    "activities": [("edit", ActivityForm)],
    "orders": [("edit", OrderForm)],
}


def require(request: HttpRequest) -> None:
    if not access.may(request.user, ACTION):
        raise PermissionDenied


def _asked(request: HttpRequest, noun: str) -> tuple[Arranged, str]:
    """The noun and the role that the address names."""
    require(request)
    role = request.GET.get("role", "")
    if noun not in layouts.NOUNS or (role and role not in Role.values):
        raise Http404
    return layouts.NOUNS[noun], role


def _url(noun: str, role: str, page: str = "edit") -> str:
    return reverse(f"layouts:{page}", args=[noun]) + (f"?role={role}" if role else "")


def label_of(arranged: Arranged, name: str) -> str:
    own = known.of(arranged.name).by_name.get(name)
    return capfirst(str(own.label if own else arranged.label_of(name)))


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request)
    kept = {(one.belongs_to, one.role): one for one in Layout.objects.visible_to(request.user).living()}
    rows = []
    for noun, arranged in layouts.NOUNS.items():
        own = [("", _("Everybody"), kept.get((noun, "")))]
        own += [(role, label, kept[noun, role]) for role, label in Role.choices if (noun, role) in kept]
        others = [(label, _url(noun, role)) for role, label in Role.choices if (noun, role) not in kept]
        rows.append((arranged.label, [(label, _url(noun, role), one) for role, label, one in own], others))
    return render(request, "layouts/list.html", {"nouns": rows})


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, noun: str) -> HttpResponse:
    """The layout of a noun for everybody, or for `?role=`. A button within the form (`move=up:tier`) saves what stands there, and moves."""
    arranged, role = _asked(request, noun)
    present = Layout.objects.living().filter(belongs_to=noun, role=role).first()
    sections = layouts.of(noun, role) or layouts.shipped(noun)
    groups, problem = arranging.as_kept(sections), ""
    if request.method == "POST":
        groups = _moved(_given(request.POST), request.POST.get("move", ""))
        try:
            record, event = settled(noun, role, groups, by=request.user, **_read(request, present))
        except ValidationError as refused:
            problem = " ".join(refused.messages)
        except Stale:
            problem = _(
                "Somebody else has changed the layout meanwhile. What you see is yours; reload the page to see theirs."
            )
        else:
            event = event or Event.objects.about(record).latest("pk")
            where = request.POST.get("move", "").partition(":")[2]
            anchor = f"#{where}" if re.fullmatch(r"[a-z0-9_:]{1,60}", where) else ""
            return go(request, _url(noun, role) + anchor, "" if anchor else _("Saved."), undo=None if anchor else event)
    context: dict[str, Any] = {
        "arranged": arranged,
        "role": role,
        "role_label": Role(role).label if role else _("Everybody"),
        "groups": [_told(arranged, group) for group in groups],
        "headings": [(group["key"], _heading(group)) for group in groups],
        "problem": problem,
        "record": present,
        "preview_url": _url(noun, role, "preview"),
        "reset_url": _url(noun, role, "reset"),
        "events": [],
    }
    if present is not None:
        context |= steps_of(request, present)
    return render(request, "layouts/edit.html", context, status=422 if problem else 200)


def _read(request: HttpRequest, present: Layout | None) -> dict[str, int]:
    """The version that the person had before her."""
    sent = request.POST.get("version", "")
    return (
        {"version": int(sent)} if present is not None and sent.isascii() and sent.isdigit() and len(sent) < 10 else {}
    )


def _heading(group: dict[str, Any]) -> str:
    return str(known._said(group["en"], group["de"]))


def _told(arranged: Arranged, group: dict[str, Any]) -> dict[str, Any]:
    """A group for the page: each field with its label and what can be said of it."""
    own = known.of(arranged.name).by_name
    rows = []
    for one in group["fields"]:
        name, field = one["name"], own.get(one["name"])
        if name not in arranged.names and field is None:
            continue
        asked = (name in arranged.form) if field is None else not field.is_worked_out
        needed = name in arranged.needed or bool(field and field.is_required)
        shown = field is not None or any(name in shipped.names for shipped in arranged.groups)
        rows.append(
            one
            | {
                "label": label_of(arranged, name),
                "asked": asked,
                "needed": needed,
                "shown": shown,
                "own": field is not None,
            }
        )
    return group | {"rows": rows}


def _given(data: QueryDict) -> list[dict[str, Any]]:
    """The groups as the form has them; one without a heading and without fields is none."""
    names = data.getlist("field")[:1000]
    groups: dict[str, dict[str, Any]] = {}
    for place, key in enumerate(data.getlist("group")[: arranging.MOST_GROUPS + 1]):
        english, german = (data.getlist(part)[place : place + 1] or [""] for part in ("en", "de"))
        groups[key or _free(groups, english[0] or german[0])] = {
            "en": english[0].strip(),
            "de": german[0].strip(),
            "fields": [],
        }
    first = next(iter(groups), "")
    for name in names:
        group = data.get(f"in:{name}", "")
        one = {
            "name": name,
            "page": f"page:{name}" in data,
            "form": f"form:{name}" in data,
            "required": f"required:{name}" in data,
        }
        groups.get(group, groups.get(first, {"fields": []}))["fields"].append(one)
    return [{"key": key, **one} for key, one in groups.items() if one["fields"] or one["en"] or one["de"]]


def _free(taken: dict[str, Any], label: str) -> str:
    base = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:40] or "group"
    return next(key for key in (base, *(f"{base}_{n}" for n in range(2, 100))) if key not in taken)


def _moved(groups: list[dict[str, Any]], move: str) -> list[dict[str, Any]]:
    """`up:tier`: a field past its neighbour in its group; `up:group:care`: a group past its neighbour."""
    way, _colon, name = move.partition(":")
    step = {"up": -1, "down": 1}.get(way, 0)
    if name.startswith("group:"):
        _swap(groups, "key", name.removeprefix("group:"), step)
    for group in groups:
        _swap(group["fields"], "name", name, step)
    return groups


def _swap(some: list[dict[str, Any]], part: str, wanted: str, step: int) -> None:
    at = next((place for place, one in enumerate(some) if one[part] == wanted), None)
    if at is not None and step and 0 <= at + step < len(some):
        some[at], some[at + step] = some[at + step], some[at]


@require_safe
def preview(request: HttpRequest, noun: str) -> HttpResponse:
    """Page and forms as a person of the role has them; nothing in it can be sent."""
    arranged, role = _asked(request, noun)
    person = _as_role(request.user, role)
    sections = layouts.of(noun, person.role) or layouts.shipped(noun)
    titles = {"add": _("Form of a new one"), "edit": _("Form of one that is there")}
    forms = [(titles[kind], made(user=person, auto_id=f"{kind}_%s")) for kind, made in FORMS[noun]]
    for _title, form in forms:
        for field in form.fields.values():
            field.disabled = True
    context = {
        "arranged": arranged,
        "page": [
            (str(one.label) or _("Further details"), _shown(arranged, one)) for one in sections if _shown(arranged, one)
        ],
        "forms": forms,
        "roles": [(_url(noun, one, "preview"), label, one == person.role) for one, label in Role.choices],
        "edit_url": _url(noun, role),
    }
    return render(request, "layouts/preview.html", context)


def _shown(arranged: Arranged, section: Section) -> list[str]:
    return [label_of(arranged, one.name) for one in section.fields if one.page]


def _as_role(user: Any, role: str) -> Any:
    """Somebody like the person with another role; never saved."""
    person = copy.copy(user._wrapped if hasattr(user, "_wrapped") else user)
    for name in [name for name in person.__dict__ if name.startswith("_") and name != "_state"]:
        del person.__dict__[name]
    person.role = role or Role.KEY_ACCOUNT_MANAGER
    return person


@require_POST
def reset(request: HttpRequest, noun: str) -> HttpResponse:
    """Back to the shipped layout, or from a role's own one to everybody's."""
    _arranged, role = _asked(request, noun)
    present = Layout.objects.living().filter(belongs_to=noun, role=role).first()
    event = present.discard(by=request.user) if present is not None else None
    return go(request, reverse("layouts:list"), _("The layout is as it was before."), undo=event)
