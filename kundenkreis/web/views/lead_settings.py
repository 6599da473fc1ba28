"""What a house settles about leads: its forms, what makes a lead promising, whose a new one is, and how soon somebody speaks with her."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.fields import picks
from kundenkreis.history.models import Event
from kundenkreis.leads.models import Lead, LeadForm, LeadHours, RoutingRule, ScoreRule, Submission
from kundenkreis.staff import access
from kundenkreis.web.forms.lead_rules import ConditionsDraft
from kundenkreis.web.forms.leads import LeadFormForm, LeadHoursForm
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing

MODELS: dict[str, Any] = {"score": ScoreRule, "routing": RoutingRule}


def require(request: HttpRequest, action: str = "lead_settings.change") -> None:
    if not access.may(request.user, action):
        raise PermissionDenied


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Everything on one page: there is little of each."""
    require(request, "lead_settings.see")
    held = Count("submissions", filter=Q(submissions__state=Submission.State.HELD))
    context = {
        "forms": LeadForm.objects.living().annotate(held=held).order_by("name")[:100],
        "held": Submission.objects.held().order_by()[:1000].count(),
        "score": ScoreRule.objects.living().order_by("position", "pk"),
        "routing": RoutingRule.objects.living().select_related("person", "team").order_by("position", "pk"),
        "hours": LeadHours.current(),
        "may_change": access.may(request.user, "lead_settings.change"),
    }
    return render(request, "lead_settings/index.html", context)


@require_http_methods(["GET", "POST"])
def hours(request: HttpRequest) -> HttpResponse:
    require(request)
    agreed = LeadHours.current()
    form = LeadHoursForm(request.POST if request.method == "POST" else None, instance=agreed, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, reverse("lead_settings:index"), _("Saved."), undo=form.event)
    return editing.whole(request, form, agreed, "lead_settings/hours.html")


# --- forms


def seen(request: HttpRequest, pk: int) -> LeadForm:
    return get_object_or_404(LeadForm.objects.visible_to(request.user).select_related("wording"), pk=pk)


@require_safe
def form_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A form with its address, the lines for a website, and what came in by it."""
    form = seen(request, pk)
    counts = dict(form.submissions.order_by().values_list("state").annotate(count=Count("pk")))
    address = request.build_absolute_uri(reverse("lead_public:form", args=[form.token]))
    sources = dict(picks.LISTS["leads.source"].values)
    context = {
        "form": form,
        "source": sources.get(form.source, form.source),
        "address": address,
        "snippets": _snippets(form, address),
        "may_change": access.may(request.user, "lead_settings.change"),
        "counts": [(label, counts.get(state, 0), state) for state, label in Submission.State.choices],
    }
    return render(request, "lead_settings/form.html", context | steps_of(request, form))


def _snippets(form: LeadForm, address: str) -> list[tuple[str, str]]:
    """Lines that a website needs, without any script: the form in a frame, and fields of one's own."""
    title = form.text("title", form.language).replace('"', "&quot;")
    frame = f'<iframe src="{address}" title="{title}" width="100%" height="720" loading="lazy"></iframe>'
    with translation.override(form.language):
        called = {name: escape(capfirst(str(Lead._meta.get_field(name).verbose_name))) for name in form.fields}
    rows = [f'  <label>{called[name]} <input name="{name}"></label>' for name in form.fields if name != "message"]
    rows += (
        [f'  <label>{called["message"]} <textarea name="message"></textarea></label>']
        if "message" in form.fields
        else []
    )
    plain = "\n".join([f'<form method="post" action="{address}">', *rows, "  <button>OK</button>", "</form>"])
    return [
        (_("In a frame"), frame),
        (_("Fields of your own; what was written is shown once more before it is sent"), plain),
    ]


@require_http_methods(["GET", "POST"])
def form_add(request: HttpRequest) -> HttpResponse:
    require(request)
    form = LeadFormForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        return go(request, reverse("lead_settings:form", args=[form.record.pk]), _("Saved."), undo=event)
    context = {"form": form, "record": None}
    return render(request, "lead_settings/form_edit.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def form_edit(request: HttpRequest, pk: int) -> HttpResponse:
    require(request)
    record = seen(request, pk)
    if record.deleted_at is not None:
        raise Http404
    form = LeadFormForm(request.POST if request.method == "POST" else None, instance=record, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, reverse("lead_settings:form", args=[pk]), _("Saved."), undo=form.event)
    return editing.whole(request, form, record, "lead_settings/form_edit.html")


@require_POST
def form_discard(request: HttpRequest, pk: int) -> HttpResponse:
    require(request)
    return _discarded(request, seen(request, pk))


def _discarded(request: HttpRequest, record: Any) -> HttpResponse:
    back = reverse("lead_settings:index")
    try:
        event = record.discard(by=request.user)
    except ValidationError:
        return go(request, back, _("It is in the bin already."))
    return go(request, back, _("“%(name)s” is in the bin.") % {"name": record}, undo=event)


# --- rules


def _rule(request: HttpRequest, kind: str, pk: int) -> Any:
    return get_object_or_404(MODELS[kind].objects.visible_to(request.user).living(), pk=pk)


@require_http_methods(["GET", "POST"])
def rule_add(request: HttpRequest, kind: str) -> HttpResponse:
    require(request)
    return _answered(request, kind, None)


@require_http_methods(["GET", "POST"])
def rule_edit(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    require(request)
    return _answered(request, kind, _rule(request, kind, pk))


@require_POST
def rule_discard(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    require(request)
    return _discarded(request, _rule(request, kind, pk))


def _answered(request: HttpRequest, kind: str, rule: Any) -> HttpResponse:
    """A button of the form: one more condition, or all of it is stored."""
    model = MODELS[kind]
    if request.method != "POST":
        return _draw(request, kind, ConditionsDraft.of_rule(model, rule, request.user), rule)
    draft = ConditionsDraft.of_form(model, request.user, request.POST)
    verb, _colon, place = request.POST.get("do", "").partition(":")
    if verb != "save":
        draft.altered(verb, place)
        return _draw(request, kind, draft, rule)
    values = draft.values()
    if values is None:
        return _draw(request, kind, draft, rule, 422)
    try:
        if rule is None:
            event = Event.objects.about(model.add(by=request.user, **values)).latest("pk")
        else:
            event = rule.change(by=request.user, **values)
    except ValidationError as refused:
        draft.refused(refused.message_dict if hasattr(refused, "error_dict") else {NON_FIELD_ERRORS: refused.messages})
        return _draw(request, kind, draft, rule, 422)
    return go(request, reverse("lead_settings:index"), _("Saved."), undo=event)


def _draw(request: HttpRequest, kind: str, draft: ConditionsDraft, rule: Any, status: int = 200) -> HttpResponse:
    context = {"draft": draft, "record": rule, "kind": kind, "root": draft.root, "address": request.get_full_path()}
    return fragment(request, "lead_settings/rule.html", context, status)
