"""The house's rules for its data: list, page, adding, changing, to the bin, and the usual ones to begin with."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.history.models import Event
from kundenkreis.quality.rules import Noun, QualityRule
from kundenkreis.quality.standards import judging, usual
from kundenkreis.quality.standards.demands import Kind
from kundenkreis.staff import access
from kundenkreis.web import formats
from kundenkreis.web.forms.quality import QualityRuleForm
from kundenkreis.web.htmx import go
from kundenkreis.web.lists import Column, Filter, ListPage
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.quality import whom, worklist

ACTION = "quality.change"


def _counted(count: int) -> str:
    return ngettext("%(count)s rule", "%(count)s rules", count) % {"count": formats.count(count)}


RULES = ListPage(
    name="quality_rules",
    model=QualityRule,
    title=lazy("Data quality rules"),
    icon="list-checks",
    name_column="name",
    sort="name",
    columns=(
        Column("name", lazy("Rule"), "name", needs=("noun_of", "field", "kind"), sort="noun_of", always=True),
        Column(
            "who", lazy("For whom"), cell=lambda rule: whom(rule) or _("all"), needs=("noun_of", "field", "conditions")
        ),
        Column("days", lazy("Days"), "number"),
        Column("weight", lazy("Weight"), "number", sort="weight"),
        Column("note", lazy("Why")),
        Column("changed_at", lazy("Last change"), "moment", shown=False),
    ),
    filters=(
        Filter("of", "choice", lazy("of"), "noun_of", choices=Noun.choices),
        Filter("kind", "choice", lazy("Demand"), choices=Kind.choices),
        Filter("weight", "number", lazy("Weight")),
    ),
    add_url="quality_rules:add",
    add_label=lazy("Rule"),
    add_action=ACTION,
    counted=_counted,
    empty=lazy("No rules yet. Begin with the usual ones, and change them to what your house needs."),
)


def seen(request: HttpRequest, pk: int) -> QualityRule:
    return get_object_or_404(QualityRule.objects.visible_to(request.user), pk=pk)


def require(request: HttpRequest) -> None:
    if not access.may(request.user, ACTION):
        raise PermissionDenied


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return RULES.answer(
        request, head_part="quality/_rules_head.html", may_begin=access.may(request.user, ACTION) and usual.lacking()
    )


@require_POST
def take_over(request: HttpRequest) -> HttpResponse:
    """The usual rules become the house's own."""
    require(request)
    added = len(usual.take_over(request.user))  # type: ignore[arg-type]
    said = ngettext("%(count)s rule was added.", "%(count)s rules were added.", added) % {"count": added}
    return go(request, reverse("quality_rules:list"), said)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    require(request)
    form = QualityRuleForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        said = _("“%(name)s” was added.") % {"name": form.record}
        return go(request, reverse("quality_rules:detail", args=[form.record.pk]), said, undo=event)
    context = {"form": form, "record": None}
    return render(request, "quality/edit.html", context, status=422 if form.is_bound else 200)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One rule: whom it asks, who fails it, and who changed it when."""
    rule = seen(request, pk)
    context = {
        "rule": rule,
        "who": whom(rule),
        "trouble": judging.unreadable(rule),
        "worklist": worklist(rule),
        "may_change": access.may(request.user, ACTION),
    } | steps_of(request, rule)
    return render(request, "quality/detail.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    rule = seen(request, pk)
    require(request)
    if rule.deleted_at is not None:
        raise Http404
    form = QualityRuleForm(request.POST or None, instance=rule, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, reverse("quality_rules:detail", args=[pk]), _("Saved."), undo=form.event)
    return editing.whole(request, form, rule, "quality/edit.html")


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """The house does not demand it any more; its worklist goes with the next measurement."""
    rule = seen(request, pk)
    require(request)
    try:
        event = rule.discard(by=request.user)
    except ValidationError:
        return go(request, reverse("quality_rules:list"), _("It is in the bin already."))
    return go(request, reverse("quality_rules:list"), _("“%(name)s” is in the bin.") % {"name": rule}, undo=event)
