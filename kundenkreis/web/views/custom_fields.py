"""The house's custom fields: which there are, a new one, change, order, retire, another kind with a look at what becomes of the values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core.text import fold
from kundenkreis.fields import converting, known, sources, tasks
from kundenkreis.fields.models import CustomField
from kundenkreis.fields.nouns import NOUNS, FieldedNoun
from kundenkreis.history.models import Event
from kundenkreis.staff import access
from kundenkreis.web.forms import rollups
from kundenkreis.web.forms.fields import CustomFieldForm
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing

ACTION = "fields.change"
SUGGESTED = 10
KINDS: dict[str, tuple[str, Any]] = {
    "text": ("square-pen", lazy("A line of text, such as opening hours")),
    "number": ("hash", lazy("A number, such as seats or a share in percent")),
    "money": ("banknote", lazy("An amount in one currency")),
    "date": ("calendar", lazy("A day")),
    "choice": ("circle-dot", lazy("One of several answers that you name")),
    "several": ("list-checks", lazy("As many of several answers as apply")),
    "person": ("user", lazy("One of your colleagues")),
    "rollup": (
        "chart-no-axes-column",
        lazy("What belongs to a record, counted or added up: orders, activities, open items"),
    ),
    "reference": ("link", lazy("An account, a contact or a product, chosen by typing its name")),
    "formula": ("command", lazy("Worked out from other fields, by itself at every change")),
}


def require(request: HttpRequest) -> None:
    if not access.may(request.user, ACTION):
        raise PermissionDenied


def noun_of(request: HttpRequest) -> FieldedNoun:
    """The noun that the address names; the first one when it names none."""
    name = request.GET.get("of", next(iter(NOUNS)))
    if name not in NOUNS:
        raise Http404
    return NOUNS[name]


def list_url(noun: str) -> str:
    return f"{reverse('fields:list')}?of={noun}"


def _told(one: CustomField) -> str:
    """To what a reference leads, and what a roll-up makes of which records."""
    if one.refers_to in NOUNS:
        return str(NOUNS[one.refers_to].label)
    source = sources.SOURCES.get(one.belongs_to, {}).get(one.rollup.get("of", ""))
    if source is None:
        return ""
    measure = source.measures.get(one.rollup.get("what", ""))
    return " · ".join(
        str(text) for text in (source.label, measure and measure.label, sources.HOW[one.rollup["how"]]) if text
    )


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request)
    noun = noun_of(request)
    rows = list(CustomField.objects.visible_to(request.user).living().filter(belongs_to=noun.name).in_order())
    groups: dict[str, list[CustomField]] = {}
    for one in rows:
        if one.retired_at is None:
            groups.setdefault(one.group, []).append(one)
    context = {
        "noun": noun,
        "tabs": [(one.label, list_url(one.name), one.name == noun.name, None) for one in NOUNS.values()],
        "groups": sorted(groups.items(), key=lambda pair: pair[0] != ""),
        "retired": [one for one in rows if one.retired_at is not None],
        "kinds": KINDS,
        "told": {one.key: _told(one) for one in rows},
        "add_url": f"{reverse('fields:add')}?of={noun.name}",
    }
    return render(request, "fields/list.html", context)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """First the kind, then what a field of that kind needs."""
    require(request)
    noun, kind = noun_of(request), request.GET.get("kind", "")
    if kind not in KINDS:
        kinds = [(f"?of={noun.name}&kind={one}", CustomField.Kind(one).label, *KINDS[one]) for one in KINDS]
        return render(request, "fields/kinds.html", {"noun": noun, "kinds": kinds, "list_url": list_url(noun.name)})
    form = CustomFieldForm(request.POST or None, user=request.user, noun=noun.name, kind=kind)
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).earliest("pk")
        return go(request, list_url(noun.name), _("“%(name)s” was added.") % {"name": form.record}, undo=event)
    context = _around(noun, kind) | {"form": form, "record": None}
    return render(request, "fields/edit.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """All that a definition says, with what happened to it."""
    record = _seen(request, pk)
    form = CustomFieldForm(request.POST or None, instance=record, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, list_url(record.belongs_to), _("Saved."), undo=form.event)
    context = _around(NOUNS[record.belongs_to], record.kind)
    context |= {"conditions": rollups.said(record.belongs_to, record.rollup) if record.rollup else []}
    context |= {"may_convert": record.kind in converting.KINDS, "retired_choices": _retired(record)}
    return editing.whole(request, form, record, "fields/edit.html", **context | steps_of(request, record))


def _retired(record: CustomField) -> list[str]:
    """The retired choices as they are brought back: with their key."""
    return [f"{one['en'] or one['de']} [{one['key']}]" for one in record.choices if one.get("retired")]


def _around(noun: FieldedNoun, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "noun": noun,
        "kind": CustomField.Kind(kind).label,
        "list_url": list_url(noun.name),
        "events": [],
    }
    if kind == "rollup":
        found["known_conditions"] = rollups.known_conditions(noun.name)
    if kind == "formula":
        own = noun.model._meta
        read = known.read_kinds(noun.name, known.of(noun.name).active)
        labels = {one.key: str(one.label) for one in known.of(noun.name).active}
        found["readable"] = [(key, labels.get(key) or str(own.get_field(key).verbose_name)) for key in read]  # type: ignore[union-attr]
    return found


def _seen(request: HttpRequest, pk: int) -> CustomField:
    record = get_object_or_404(CustomField.objects.visible_to(request.user).living(), pk=pk)
    require(request)
    return record


def _step(request: HttpRequest, pk: int, verb: Callable[..., Any], said: str) -> HttpResponse:
    record = _seen(request, pk)
    back = list_url(record.belongs_to)
    try:
        event = verb(record, by=request.user)
    except ValidationError as refused:
        return go(request, back, " ".join(refused.messages))
    return go(request, back, said % {"name": record}, undo=event)


@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, pk, CustomField.retire, _("“%(name)s” is retired. What it holds stays."))


@require_POST
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, pk, CustomField.bring_back, _("“%(name)s” is back."))


@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """`move=up:seats`: before the one above it. The buttons are reached by keyboard."""
    require(request)
    noun = noun_of(request)
    way, _colon, key = request.POST.get("move", "").partition(":")
    keys = [one.key for one in known.of(noun.name).all if not one.is_retired]
    if way in ("up", "down") and key in keys:
        at = keys.index(key)
        to = max(0, at - 1) if way == "up" else min(len(keys) - 1, at + 1)
        keys.insert(to, keys.pop(at))
        CustomField.order(noun.name, keys, by=request.user)
    return go(request, f"{list_url(noun.name)}#{key}" if key.isidentifier() else list_url(noun.name))


@require_http_methods(["GET", "POST"])
def kind(request: HttpRequest, pk: int) -> HttpResponse:
    """Another kind: choose, look at what becomes of the values, do it."""
    record = _seen(request, pk)
    to = request.POST.get("to") or request.GET.get("to", "")
    kinds = [(one, CustomField.Kind(one).label) for one in converting.KINDS if one != record.kind]
    if record.kind not in converting.KINDS:
        raise Http404
    context: dict[str, Any] = {
        "record": record,
        "kinds": kinds,
        "to": to,
        "list_url": list_url(record.belongs_to),
        "noun": NOUNS[record.belongs_to],
    }
    if to in dict(kinds):
        try:
            context["preview"] = converting.preview(record, to)
            if request.method == "POST":
                return go(request, list_url(record.belongs_to), _convert(request, record, to, context["preview"]))
            context["to_label"] = CustomField.Kind(to).label
        except ValidationError as refused:
            context["problem"] = " ".join(refused.messages)
    return render(request, "fields/kind.html", context, status=422 if "problem" in context else 200)


def _convert(request: HttpRequest, record: CustomField, to: str, preview: converting.Preview) -> str:
    """Do it, very many values in the background; returns what to say."""
    if preview.total > converting.AT_ONCE:
        batch = converting.begin(record, to, by=request.user)
        tasks.convert.enqueue(batch.pk)
        return _("It is being done in the background. The history says when it is finished.")
    converting.convert(record, to, by=request.user)
    return _("“%(name)s” has another kind. It can be undone in the history.") % {"name": record}


@require_safe
def options(request: HttpRequest, pk: int) -> HttpResponse:
    """What a combobox over many choices finds for `?q=`; everybody who is signed in sees which choices there are."""
    record = get_object_or_404(CustomField.objects.visible_to(request.user).living(), pk=pk)
    text = fold(request.GET.get("q", "")[:100])
    field = known.of(record.belongs_to).by_key.get(record.key)
    fitting = [c for c in (field.choices if field else ()) if not c.retired and text in fold(c.label)]
    fitting.sort(key=lambda choice: not fold(choice.label).startswith(text))
    return fragment(request, "fields/options.html", {"found": fitting[:SUGGESTED]})
