"""Automation: the rules of the house, a new one, change, look at what it would do, switch on and off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.automation import acting, saying, usual
from kundenkreis.automation.models import AutomationRule, AutomationRun
from kundenkreis.automation.nouns import NOUNS, When, choices
from kundenkreis.automation.preview import BACK, BOUND, preview
from kundenkreis.core.records import Stale
from kundenkreis.history.models import Event
from kundenkreis.staff import access
from kundenkreis.web import formats
from kundenkreis.web.components import component
from kundenkreis.web.forms.automation import RuleDraft
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.lists import Column, Filter, ListPage
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views.automation_runs import hang_words

ACTION = "automation.change"
ICONS = {
    "accounts": "building-2", "contacts": "user", "activities": "activity", "orders": "shopping-cart", "open_items": "receipt",
    "signals": "bell-ring", "opportunities": "square-kanban",
}  # fmt: skip
LATEST = 10


def _counted(count: int) -> str:
    return ngettext("%(count)s rule", "%(count)s rules", count) % {"count": formats.count(count)}


def state(rule: AutomationRule) -> Any:
    """On, off, stopped or broken, as a badge. What the worker found broken it has told."""
    if rule.deleted_at:
        return component("badge", _("in the bin"), kind="bad", icon="trash-2")
    if rule.stopped_why:
        return component("badge", _("stopped"), kind="bad", title=rule.stopped_why)
    if rule.is_on and rule.told:
        return component("badge", _("broken"), kind="warn", title=rule.told)
    return component("badge", _("on"), kind="good") if rule.is_on else component("badge", _("off"))


def _last(rows: Sequence[AutomationRule], request: HttpRequest) -> None:
    """When each rule last did something, and how often today."""
    day = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    runs = AutomationRun.objects.filter(rule__in=[rule.pk for rule in rows])
    today = dict(runs.filter(at__gte=day).order_by().values_list("rule_id").annotate(count=Count("pk")))
    last = dict(runs.order_by().values_list("rule_id").annotate(last=Max("at")))
    for rule in rows:
        rule.today, rule.last_at = today.get(rule.pk, 0), last.get(rule.pk)  # type: ignore[attr-defined]


RULES = ListPage(
    name="automation",
    model=AutomationRule,
    title=lazy("Automation"),
    icon="zap",
    name_column="name",
    sort="name",
    needs=("is_on", "told", "stopped_why", "deleted_at"),
    columns=(
        Column("name", lazy("Rule"), "name", sort="name", always=True),
        Column("state", lazy("State"), value="is_on", cell=state, needs=("is_on", "told", "stopped_why", "deleted_at")),
        Column("of", lazy("Of what"), value=lambda rule: str(rule.of.label), needs=("belongs_to",)),
        Column("when", lazy("When it"), "choice"),
        Column(
            "responsible",
            lazy("Acts as"),
            "person",
            related=("responsible",),
            needs=("responsible__first_name", "responsible__last_name"),
        ),
        Column("today", lazy("Today"), "number", value=lambda rule: rule.today, needs=(), with_extra=True),
        Column(
            "last", lazy("Last time"), value=lambda rule: rule.last_at, needs=(), with_extra=True,
            cell=lambda rule: formats.when(rule.last_at) if rule.last_at else "",
        ),
        Column("note", lazy("Why"), shown=False),
    ),
    filters=(
        Filter("of", "choice", lazy("of"), "belongs_to", choices=choices),
        Filter("on", "flag", lazy("switched on"), "is_on"),
        Filter("when", "choice", lazy("When it"), choices=When.choices),
    ),
    annotate={"today": _last, "last": lambda rows, request: None},
    add_url="automation:add",
    add_label=lazy("Rule"),
    add_action=ACTION,
    counted=_counted,
    empty=lazy("No rules yet. Begin with an example, and change it to what your house needs."),
)  # fmt: skip


def require(request: HttpRequest) -> None:
    if not access.may(request.user, ACTION):
        raise PermissionDenied


def seen(request: HttpRequest, pk: int) -> AutomationRule:
    return get_object_or_404(AutomationRule.objects.visible_to(request.user).select_related("responsible"), pk=pk)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    if not access.may(request.user, "automation.see"):
        raise PermissionDenied
    examples = [] if AutomationRule.objects.living().exists() else list(usual.examples().items())
    return RULES.answer(
        request, head_part="automation/_head.html", examples=examples, may=access.may(request.user, ACTION)
    )


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """First of what, or an example; then when, if and then."""
    require(request)
    example = usual.examples().get(request.GET.get("begin", ""))
    noun = NOUNS.get(example["belongs_to"] if example else request.GET.get("of", ""))
    if noun is None:
        kinds = [(f"?of={one.name}", one.label, ICONS[one.name]) for one in NOUNS.values()]
        return render(request, "automation/kinds.html", {"kinds": kinds, "examples": usual.examples().items()})
    if request.method == "POST":
        return _posted(request, RuleDraft.of_form(noun, request.user, request.POST), None)
    return _draw(
        request, RuleDraft.of_values(noun, request.user, {"responsible": request.user} | (example or {})), None
    )


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    rule = seen(request, pk)
    require(request)
    if rule.deleted_at is not None:
        raise Http404
    if request.method == "POST":
        return _posted(request, RuleDraft.of_form(rule.of, request.user, request.POST), rule)
    return _draw(request, RuleDraft.of_rule(rule, request.user), rule)


def _posted(request: HttpRequest, draft: RuleDraft, rule: AutomationRule | None) -> HttpResponse:
    """A button of the form: one more condition or action, or all of it is stored."""
    verb, _colon, place = request.POST.get("do", "").partition(":")
    if verb != "save":
        draft.altered(verb, place)
        return _draw(request, draft, rule)
    values = draft.values()
    if values is None:
        return _draw(request, draft, rule, 422)
    version = request.POST.get("version", "")
    try:
        if rule is None:
            rule = AutomationRule.add(by=request.user, belongs_to=draft.noun.name, **values)  # type: ignore[misc]
            event = Event.objects.about(rule).latest("pk")
        else:
            read = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
            event = rule.change(by=request.user, version=read, **values)  # type: ignore[assignment]
    except Stale:
        draft.problems["version"] = _(
            "Somebody else has changed this rule meanwhile. What you wrote is here; save again to let it hold."
        )
        return _draw(request, draft, seen(request, rule.pk) if rule else None, 409)
    except ValidationError as refused:
        draft.refused(refused.message_dict if hasattr(refused, "error_dict") else {NON_FIELD_ERRORS: refused.messages})
        return _draw(request, draft, rule, 422)
    return go(request, reverse("automation:detail", args=[rule.pk]), _("Saved."), undo=event)


def _draw(request: HttpRequest, draft: RuleDraft, rule: AutomationRule | None, status: int = 200) -> HttpResponse:
    context = {"draft": draft, "record": rule, "root": draft.root, "address": request.get_full_path()}
    return fragment(request, "automation/edit.html", context, status)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One rule as a sentence, what it would do, what it did, and who changed it when."""
    rule = seen(request, pk)
    runs = list(AutomationRun.objects.filter(rule=rule).select_related("rule", "batch").order_by("-at", "-pk")[:LATEST])
    hang_words(runs, request)
    context = {
        "rule": rule,
        "state": state(rule),
        "said": saying.sentence(rule),
        "runs": runs,
        "runs_url": f"{reverse('automation_runs:list')}?f=rule:is:{rule.pk}",
        "may_change": access.may(request.user, ACTION),
    } | steps_of(request, rule)
    return render(request, "automation/detail.html", context)


@require_safe
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """What it would have done, and would do."""
    rule = seen(request, pk)
    found = preview(rule, request.user)
    records = [(record, acting.address(rule, record)) for record in found.records]
    context = {"rule": rule, "found": found, "records": records, "back": BACK, "bound": BOUND}
    return fragment(request, "automation/preview.html", context)


@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    rule = seen(request, pk)
    require(request)
    here = reverse("automation:detail", args=[pk])
    try:
        event = rule.switch(request.POST.get("on") == "yes", by=request.user)
    except ValidationError as refused:
        return go(request, here, " ".join(refused.messages))
    return go(request, here, _("The rule is on.") if rule.is_on else _("The rule is off."), undo=event)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    rule = seen(request, pk)
    require(request)
    try:
        event = rule.discard(by=request.user)
    except ValidationError:
        return go(request, reverse("automation:list"), _("It is in the bin already."))
    return go(request, reverse("automation:list"), _("“%(name)s” is in the bin.") % {"name": rule}, undo=event)
