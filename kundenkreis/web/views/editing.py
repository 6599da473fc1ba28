"""Changing a record from its page: one field in its place, or all in a form; and two people at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import models
from django.forms import modelform_factory
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from kundenkreis.core.countries import country_name
from kundenkreis.customers import checks
from kundenkreis.fields import picks, references, rolling
from kundenkreis.fields.filling import Fielded, as_of_now
from kundenkreis.fields.known import Field
from kundenkreis.history import trail
from kundenkreis.history.recording import Recorded
from kundenkreis.web import customs, formats
from kundenkreis.web.components import component
from kundenkreis.web.forms import VerbForm
from kundenkreis.web.htmx import fragment, go, is_htmx, toast


def one_field(
    request: HttpRequest, record: Recorded, name: str, form_class: type[VerbForm], show: Callable[[str], Any]
) -> HttpResponse:
    """GET: the value as a form (with `cancel`: as text). POST: save it, answer the text; 422 with the message, 409 with the conflict."""
    own = customs.field_of(type(record), name)
    if name not in form_class._meta.fields and own is None:  # type: ignore[operator, attr-defined]
        raise Http404
    single = modelform_factory(type(record), form=form_class, fields=[] if own else [name])
    single.lays_out = False  # type: ignore[attr-defined]
    form = single(
        request.POST if request.method == "POST" else None,
        instance=record,
        user=request.user,
        auto_id=f"edit-{name}-%s",
    )
    if name not in form.fields:
        raise Http404  # a field that this person may not change
    for other in set(form.fields) - {name, "version"}:
        del form.fields[other]
    context: dict[str, Any] = {
        "record": record,
        "name": name,
        "form": form,
        "id": f"field-{name}",
        "address": request.path + f"?field={name}",
    }
    if request.method != "POST":
        if "cancel" in request.GET and is_htmx(request):
            return _closed(request, record, name, show)
        return _open(request, context)
    if form.save_by():
        record.refresh_from_db()
        if not is_htmx(request):
            return go(request, request.path.removesuffix("edit/"), _("Saved."), undo=form.event)
        response = _closed(request, record, name, show, saved=True)
        return toast(request, response, _("Saved."), undo=form.event) if form.event else response
    if form.conflict:
        return _conflict(request, context)
    return _open(request, context, status=422)


def whole(request: HttpRequest, form: VerbForm, record: Recorded, template: str, **context: Any) -> HttpResponse:
    """The form of all fields: empty, with its errors (422), or with the conflict (409)."""
    context |= {"form": form, "record": record, "who": who_was_faster(form), "address": request.get_full_path()}
    status = 409 if form.conflict else 422 if form.is_bound else 200
    return render(request, template, context, status=status)


def who_was_faster(form: VerbForm) -> str:
    """The name of whoever changed one of the disputed fields last, since the form was opened."""
    if form.conflict is None:
        return ""
    read, disputed = form.cleaned_data.get("version"), set(form.conflict.theirs)
    steps = trail.since(form.conflict.record, read.version if read else 0)
    return next((step.actor_name for step in steps if disputed & set(step.changes)), "")


def inline(record: Recorded, name: str, label: Any, text: Any, url: str, *, may: bool, saved: bool = False) -> Markup:
    """One value on the page, ready to be changed by those who may."""
    return component(
        "inline", f"field-{name}", f"{url}?field={name}", text, capfirst(str(label)), readonly=not may, saved=saved
    )


def shown(record: models.Model, name: str) -> Any:
    """A field's value as people read it; "" for none."""
    if own := customs.field_of(type(record), name):
        return customs.shown(record, own)  # type: ignore[arg-type]
    field: Any = record._meta.get_field(name)
    if field.many_to_many:
        return ", ".join(str(one) for one in getattr(record, name).all())
    value = getattr(record, name)
    if value in (None, ""):
        return ""
    if field.choices or picks.pick_of(field):
        return getattr(record, f"get_{name}_display")()
    if name == "country":
        return country_name(value)
    if name == "iban":
        return checks.iban_display(value, whole=True)
    if name in ("phone", "mobile"):
        return formats.telephone(value)
    if isinstance(field, models.DateField):
        return formats.day(value)
    if isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, models.IntegerField | models.DecimalField):
        return formats.number(value)
    if isinstance(field, models.TextField):
        return Markup("<br>").join(escape(line) for line in str(value).splitlines())
    return str(value)


def _closed(
    request: HttpRequest, record: Recorded, name: str, show: Callable[[str], Any], saved: bool = False
) -> HttpResponse:
    own = customs.field_of(type(record), name)
    label = own.label if own else record._meta.get_field(name).verbose_name  # type: ignore[union-attr]
    text = inline(record, name, label, show(name), request.path, may=True, saved=saved)
    return fragment(request, "shared/piece.html", {"piece": text})


def _open(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    template = "accounts/_field.html" if is_htmx(request) else "accounts/field.html"
    return fragment(request, template, context, status=status)


def _conflict(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    context["who"] = who_was_faster(context["form"])
    return _open(request, context, status=409)


MOST_EMPTY = (
    30  # fields of which a page shows the empty ones too, so that they can be filled in there; of more, the form does
)


def own_facts(record: Fielded, edit: str, may: bool, person: Any) -> list[tuple[str, list[tuple[str, Any]]]]:
    """The custom fields of a record under their headings, as `person` reads them, each ready to be changed by those who may."""
    told = own_told(record, edit, may, person)
    some = [one for one in record.own_fields().active if one.name in told]
    return [(heading, [told[one.name] for one in group]) for heading, group in record.own_fields().groups(some)]


def own_told(record: Fielded, edit: str, may: bool, person: Any) -> dict[str, tuple[str, Any]]:
    """The same by the names of the fields: (label, value)."""
    fields = record.own_fields()
    all_of_them = may and len(fields.active) <= MOST_EMPTY
    some = [one for one in fields.active if all_of_them or one.key in record.custom]
    some = [one for one in some if not one.rolls or rolling.may_see(person, one)]
    now = as_of_now(record)
    referred = _referred(record, some, person)
    return {
        field.name: (str(field.label), referred.get(field.key) or _own_fact(record, field, edit, may, now))
        for field in some
    }


def _referred(record: Fielded, some: list[Field], person: Any) -> dict[str, Any]:
    """What is told of the records to which fields lead, by key; one question for each noun."""
    own = [one for one in some if one.kind == "reference"]
    found: dict[str, Any] = {}
    for noun in {one.refers_to for one in own}:
        of_noun = [one for one in own if one.refers_to == noun]
        named = references.named(person, noun, [record.custom[one.key] for one in of_noun if one.key in record.custom])
        told = {one.key: customs.record_told(noun, named.get(record.custom.get(one.key))) for one in of_noun}
        found |= {key: text or "–" for key, text in told.items()}
    return found


def _own_fact(record: Fielded, field: Field, edit: str, may: bool, now: Mapping[str, Any]) -> Any:
    """A formula is worked out and says why it is empty."""
    text = customs.said(field, now.get(field.key))
    if field.kind == "rollup":
        return customs.rolled(record, field)
    if field.kind == "formula":
        return text or customs.why_empty(now, field) or "–"
    return inline(record, field.name, field.label, text, edit, may=may)
