"""Alerts on odd sign-ins and masses of records that went out, their rules, and problems that people report."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from kundenkreis import __version__
from kundenkreis.customers.asking import people
from kundenkreis.privacy import breach_clock, watching
from kundenkreis.privacy.models import Alert, AlertRule, Oddity, Problem
from kundenkreis.staff import access
from kundenkreis.web import formats
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms.privacy import AlertRuleForm, NoteForm, ProblemForm
from kundenkreis.web.htmx import go, is_htmx
from kundenkreis.web.lists import REGISTRY, Column, Filter, ListPage
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views.privacy_requests import small_form

# Which columns of a rule say something about which oddity.
_ASKED = {
    Oddity.MASS: ("records",),
    Oddity.UNUSUAL: ("records", "factor", "days"),
    Oddity.NIGHT: ("records", "from_hour", "to_hour"),
    Oddity.NEW: ("records", "days"),
    Oddity.FAILURES: ("records",),
    Oddity.DEVICE: ("days",),
    Oddity.HOURS: ("from_hour", "to_hour"),
    Oddity.DORMANT: ("days",),
}

_CONDITIONS = {
    Oddity.MASS: lazy("more than %(records)s records in an hour"),
    Oddity.UNUSUAL: lazy(
        "more than %(records)s records in an hour, and more than %(factor)s times her most within %(days)s"
    ),
    Oddity.NIGHT: lazy("more than %(records)s records in an hour, between %(from)s and %(to)s"),
    Oddity.NEW: lazy("more than %(records)s records in an hour, the account not older than %(days)s"),
    Oddity.FAILURES: lazy("from %(records)s failures on"),
    Oddity.DEVICE: lazy("not signed in for %(days)s or longer"),
    Oddity.HOURS: lazy("between %(from)s and %(to)s"),
    Oddity.DORMANT: lazy("not signed in for %(days)s or longer"),
}


def _alerts(count: int) -> str:
    return ngettext("%(count)s alert", "%(count)s alerts", count) % {"count": formats.count(count)}


def _problems(count: int) -> str:
    return ngettext("%(count)s problem", "%(count)s problems", count) % {"count": formats.count(count)}


def figures(alert: Alert) -> str:
    """What was counted, in words."""
    if alert.kind in (Oddity.DEVICE, Oddity.DORMANT):
        return ngettext("%(count)s day silent", "%(count)s days silent", alert.count) % {
            "count": formats.count(alert.count)
        }
    if alert.kind == Oddity.FAILURES:
        return ngettext("%(count)s failure", "%(count)s failures", alert.count) % {"count": formats.count(alert.count)}
    if alert.kind == Oddity.HOURS:
        return ""
    counted = ngettext("%(count)s record", "%(count)s records", alert.count) % {"count": formats.count(alert.count)}
    return counted if alert.usual is None else _("%(counted)s; usually %(usual)s at most") % {
        "counted": counted, "usual": formats.count(alert.usual),
    }  # fmt: skip


def condition(rule: AlertRule) -> str:
    """From when on it is odd, as a sentence's part."""
    days = ngettext("%(count)s day", "%(count)s days", rule.days) % {"count": formats.count(rule.days)}
    given = {
        "records": formats.count(rule.records), "factor": formats.count(rule.factor), "days": days,
        "from": f"{rule.from_hour:02}:00", "to": f"{rule.to_hour:02}:00",
    }  # fmt: skip
    return _CONDITIONS[Oddity(rule.kind)] % given


def went_out(alert: Alert) -> str:
    """The list or noun whose records went out, by its name."""
    return str(REGISTRY[alert.what].title) if alert.what in REGISTRY else alert.what


ALERTS = ListPage(
    name="privacy_alerts",
    model=Alert,
    title=lazy("Alerts"),
    icon="bell-ring",
    name_column="kind",
    sort="-at",
    columns=(
        Column("kind", lazy("What is odd"), "name", value=lambda one: str(one), needs=("kind",), always=True),
        Column(
            "person", lazy("Person"), "person", related=("person",), needs=("person__first_name", "person__last_name")
        ),
        Column("figures", lazy("Counted"), value=figures, needs=("kind", "count", "usual")),
        Column("what", lazy("What went out"), value=went_out, needs=("what",)),
        Column("at", lazy("When"), "moment", sort="at", first_down=True),
        Column("state", lazy("State"), "choice"),
    ),
    filters=(
        Filter("kind", "choice", lazy("What is odd"), choices=Oddity.choices),
        Filter("state", "choice", lazy("State"), choices=Alert.State.choices),
        Filter("person", "person", lazy("Person"), "person_id", choices=people),
        Filter("at", "moment", lazy("When"), "at"),
    ),
    counted=_alerts,
    empty=lazy("Nothing odd was noticed."),
)
PROBLEMS = ListPage(
    name="problems",
    model=Problem,
    title=lazy("Reported problems"),
    icon="message-circle",
    name_column="what",
    sort="-created_at",
    columns=(
        Column("what", lazy("What happened"), "name", value=lambda one: one.what[:120], needs=("what",), always=True),
        Column("kind", lazy("Kind"), "choice"),
        Column("page", lazy("Page")),
        Column(
            "reported_by", lazy("Reported by"), "person", related=("reported_by",),
            needs=("reported_by__first_name", "reported_by__last_name"),
        ),
        Column("created_at", lazy("Reported"), "moment", sort="created_at", first_down=True),
        Column("settled_at", lazy("Settled"), "moment"),
    ),
    filters=(
        Filter("kind", "choice", lazy("Kind"), choices=Problem.Kind.choices),
        Filter("page", "text", lazy("Page")),
        Filter("reported", "moment", lazy("Reported"), "created_at"),
    ),
    add_url="problems:add",
    add_label=lazy("Problem"),
    add_action="people.see",
    counted=_problems,
    empty=lazy("Nobody has reported a problem. “Report a problem” stands in everybody's own menu."),
)  # fmt: skip


def require(request: HttpRequest, action: str) -> None:
    if not access.may(request.user, action):
        raise PermissionDenied


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request, "privacy.see")
    links = [(_("Rules"), reverse("privacy_alerts:rules"), "list-checks")]
    return ALERTS.answer(request, head_part="privacy/_tabs.html", here="alerts", more_links=links)


def seen(request: HttpRequest, pk: int) -> Alert:
    return get_object_or_404(Alert.objects.visible_to(request.user).for_list(), pk=pk)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert, and what somebody said to it."""
    one = seen(request, pk)
    context = {
        "one": one,
        "figures": figures(one),
        "what": went_out(one),
        "may_change": access.may(request.user, "privacy.change"),
    }
    return render(request, "privacy/alert.html", context | steps_of(request, one))


@require_http_methods(["GET", "POST"])
def clear(request: HttpRequest, pk: int) -> HttpResponse:
    """It is all right, and why."""
    one, back = seen(request, pk), reverse("privacy_alerts:list")
    require(request, "privacy.change")
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return go(request, back, _("Noted: all right."), undo=one.clear(by=request.user, **form.cleaned_data))
        except ValidationError as trouble:
            apply_errors(form, trouble)
    hint = _("Ask the person, or whoever leads her, before you decide.")
    return small_form(request, form, str(one), _("All right"), hint, _("All right"), back)


@require_http_methods(["GET", "POST"])
def make_breach(request: HttpRequest, pk: int) -> HttpResponse:
    """It is a breach: ask, then let the clock run from now."""
    one = seen(request, pk)
    require(request, "privacy.change")
    if request.method != "POST":
        what = _(
            "A breach is opened as noticed now: within 72 hours the authority is told, or it stands there why not (Art. 33 GDPR)."
            " Whoever keeps data protection is reminded until then. The alert is answered by it and cannot be opened again."
        )
        back = reverse("privacy_alerts:detail", args=[pk])
        return small_form(request, Form(), str(one), _("Make it a breach?"), what, _("Make it a breach"), back)
    try:
        breach = one.make_breach(by=request.user)
    except ValidationError as trouble:
        return go(request, reverse("privacy_alerts:detail", args=[pk]), " ".join(trouble.messages))
    return go(request, reverse("privacy_breaches:edit", args=[breach.pk]), _("Now say what happened."))


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """From which number on something is odd."""
    require(request, "privacy.see")
    every = [(rule, condition(rule)) for rule in watching.rules().values()]
    return render(
        request, "privacy/rules.html", {"rules": every, "may_change": access.may(request.user, "privacy.change")}
    )


@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, kind: str) -> HttpResponse:
    """One rule, to be changed."""
    require(request, "privacy.change")
    if kind not in Oddity.values:
        raise Http404
    present: AlertRule = watching.rules()[kind]
    form = AlertRuleForm(request.POST or None, instance=present)
    for name in set(form.fields) - {"is_on", *_ASKED[Oddity(kind)]}:
        del form.fields[name]
    back = reverse("privacy_alerts:rules")
    if request.method == "POST" and form.is_valid():
        try:
            watching.set_rule(kind, by=request.user, **form.cleaned_data)
            return go(request, back, _("Saved."))
        except ValidationError as trouble:
            apply_errors(form, trouble)
    hint = _("It holds for everybody, from the next record and the next sign-in on.")
    return small_form(request, form, str(present), str(present), hint, _("Save"), back)


# --- problems


@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    """All for whoever keeps data protection; one's own for everybody."""
    return PROBLEMS.answer(
        request,
        head_part="privacy/_problems_head.html",
        here="problems",
        may_see=access.may(request.user, "privacy.see"),
    )


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Report a problem; `?page=` is where it was. Nothing of the page itself is kept."""
    asked = request.GET.get("page", "")[:500].split("?")[0]
    form = ProblemForm(request.POST or None, initial={"page": asked if asked.startswith("/") else ""})
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        browser = request.headers.get("User-Agent", "")[:300].replace("\0", "")
        breach_clock.report(by=request.user, browser=browser, program=__version__, **given)
        said = _("Thank you. It is on its way to whoever keeps the house.")
        return go(request, given["page"] if _is_page(given["page"]) else reverse("problems:list"), said)
    context = {"form": form, "version": __version__, "asked": asked}
    if is_htmx(request):
        return small_form(request, form, "", _("Report a problem"), _hint(), _("Report"), reverse("problems:list"))
    return render(request, "privacy/report.html", context | {"hint": _hint()}, status=422 if form.is_bound else 200)


def _hint() -> str:
    return _(
        "The address of the page, your browser and the program's version go along; nothing that stood on the page does."
    )


def _is_page(page: str) -> bool:
    """A page of ours to go back to: a path, and no address of another house."""
    return page.startswith("/") and not page.startswith("//") and "\\" not in page


@require_safe
def problem(request: HttpRequest, pk: int) -> HttpResponse:
    """One reported problem, and what was done."""
    one = get_object_or_404(Problem.objects.visible_to(request.user).for_list(), pk=pk)
    context = {
        "one": one,
        "may_change": access.may(request.user, "privacy.change"),
        "may_see": access.may(request.user, "privacy.see"),
    }
    return render(request, "privacy/problem.html", context | steps_of(request, one))


@require_http_methods(["GET", "POST"])
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what was done about it."""
    one = get_object_or_404(Problem.objects.visible_to(request.user).living(), pk=pk)
    require(request, "privacy.change")
    form, back = NoteForm(request.POST or None), reverse("problems:detail", args=[pk])
    if request.method == "POST" and form.is_valid():
        try:
            event = one.settle_it(by=request.user, note=form.cleaned_data["note"])
            return go(request, back, _("Settled."), undo=event)
        except ValidationError as trouble:
            apply_errors(form, trouble)
    return small_form(request, form, str(one), _("Settled"), _("Whoever reported it reads this."), _("Settled"), back)
