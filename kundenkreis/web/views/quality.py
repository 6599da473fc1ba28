"""The cockpit of data quality, and what a record's page says of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core.filters import condition
from kundenkreis.core.filters import relation as related
from kundenkreis.customers.models import Account, Contact
from kundenkreis.quality import asking_vies
from kundenkreis.quality.lookups import Lookup
from kundenkreis.quality.models import ImportRun
from kundenkreis.quality.rules import Noun, QualityRule, QualityWaiver
from kundenkreis.quality.standards import cockpit, judging, measuring
from kundenkreis.quality.standards.demands import DIMENSIONS
from kundenkreis.quality.tasks import measure_quality
from kundenkreis.staff import access
from kundenkreis.staff.models import Team, User
from kundenkreis.web import charts, formats
from kundenkreis.web.forms.quality import WaiverForm
from kundenkreis.web.htmx import fragment, go, is_htmx

NOUNS: dict[str, Any] = {"account": Account, "contact": Contact}
LOOKUPS = 3  # of an account, on its page
NONE = "0"


def require(request: HttpRequest, action: str) -> None:
    if not access.may(request.user, action):
        raise PermissionDenied


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """`?noun=contact&owner=7&by=team`: the figures of one noun, of one owner, team or source, and side by side."""
    require(request, "quality.see")
    noun = request.GET.get("noun", "")
    noun = noun if noun in Noun.values else Noun.ACCOUNT.value
    shown = cockpit.Cockpit(request.user, noun, _narrowed(request))
    by = request.GET.get("by", "")
    by = by if by in cockpit.DIMENSIONS else "owner"
    may_change = access.may(request.user, "quality.change")
    context = {
        "shown": shown,
        "noun": noun,
        "tabs": [(one.label, _at(shown, noun=one.value), one.value == noun, None) for one in Noun],
        "kinds": [(kind.value, DIMENSIONS[kind], shown.of_kind(kind)) for kind in cockpit.kinds_of(shown.rules)],
        "lines": [_line(shown, line) for line in shown.lines],
        "spark": _spark(shown.trend),
        "by": by,
        "dimensions": [(text, _at(shown, by=key), key == by, None) for key, text in _DIMENSIONS.items()],
        "parts": [_part(shown, by, part, names) for names in [_names(request, by)] for part in shown.parts(by)],
        "narrowed": _chips(request, shown),
        "may_change": may_change,
        "listed": cockpit.LISTED,
    }
    return render(request, "quality/index.html", context)


_DIMENSIONS = {"owner": lazy("Owner"), "team": lazy("Team"), "source": lazy("Source")}


def _narrowed(request: HttpRequest) -> dict[str, int | None]:
    """One owner, team or source that is asked for; none of them for what makes no sense."""
    found: dict[str, int | None] = {}
    for name in cockpit.DIMENSIONS:
        text = request.GET.get(name, "")
        if text.isascii() and text.isdigit() and len(text) < 19:
            found[name] = int(text) if text != NONE else None
    return found


def _at(shown: cockpit.Cockpit, **more: str) -> str:
    """The address of the cockpit as it is narrowed, with something else in it."""
    asked = {"noun": shown.noun} | {name: str(key or NONE) for name, key in shown.narrowed.items()} | more
    return reverse("quality:index") + "?" + urlencode({name: value for name, value in asked.items() if value})


def _line(shown: cockpit.Cockpit, line: cockpit.Line) -> dict[str, Any]:
    return {
        "line": line,
        "rule": line.rule,
        "spark": _spark(line.shares),
        "change": line.change * 100 if line.change and abs(line.change) >= 0.0005 else None,
        "worklist": worklist(line.rule, shown.narrowed),
        "who": whom(line.rule),
    }


def _spark(shares: list[float]) -> Any:
    """A trend drawn, if there is one."""
    return charts.sparkline(shares) if len(set(shares)) > 1 else ""


def worklist(rule: QualityRule, narrowed: dict[str, int | None] | None = None) -> str:
    """The list of the records that fail a rule, of one owner or team if asked; where they came from no list can be asked."""
    asked = [("f", related("findings", "with", condition("rule", "in", str(rule.pk))))]
    for name in ("owner", "team"):
        if narrowed and name in narrowed and not (name == "team" and rule.noun_of == Noun.CONTACT):
            key = narrowed[name]
            asked.append(("f", condition(name, "in", str(key)) if key is not None else f"{name}:empty"))
    return reverse(f"{rule.noun_of}s:list") + "?" + urlencode(asked)


def whom(rule: QualityRule) -> str:
    """For whom a rule holds, in words; "" for everybody."""
    if judging.unreadable(rule):
        return ""
    return "; ".join(f"{chip.label} {chip.text}" for chip in rule.narrowed().describe())


def _names(request: HttpRequest, by: str) -> dict[int, str]:
    """What owners, teams or imports are called; an import that the person may not see is told by its day."""
    if by == "owner":
        return {person.pk: str(person) for person in User.objects.all()}
    if by == "team":
        return dict(Team._base_manager.values_list("pk", "name"))
    seen = set(ImportRun.objects.visible_to(request.user).values_list("pk", flat=True))
    return {
        run.pk: run.file_name if run.pk in seen else _("Import of %(day)s") % {"day": formats.day(run.created_at)}
        for run in ImportRun.objects.exclude(batch=None).only("file_name", "created_at")
    }


def _part(shown: cockpit.Cockpit, by: str, part: cockpit.Part, names: dict[int, str]) -> dict[str, Any]:
    none = _("by hand or by the API") if by == "source" else _("none")
    return {
        "part": part,
        "name": none if part.key is None else names.get(part.key, f"#{part.key}"),
        "url": _at(shown, **{by: str(part.key or NONE), "by": by}),
    }


def _chips(request: HttpRequest, shown: cockpit.Cockpit) -> list[tuple[str, str, str]]:
    """(what it is narrowed by, to whom, the address without that)."""
    found = []
    for name, key in shown.narrowed.items():
        rest = cockpit.Cockpit(shown.user, shown.noun, {k: v for k, v in shown.narrowed.items() if k != name})
        called = _names(request, name).get(key, f"#{key}") if key is not None else _("none")
        found.append((str(_DIMENSIONS[name]), called, _at(rest)))
    return found


@require_POST
def measure(request: HttpRequest) -> HttpResponse:
    """Hold all records against the rules, in the background."""
    require(request, "quality.change")
    measure_quality.enqueue(request.user.pk)
    return go(request, reverse("quality:index"), _("Measuring has begun. The figures will stand here in a moment."))


def _record(request: HttpRequest, noun: str, pk: int) -> Any:
    """The living account or contact that the person sees."""
    if noun not in NOUNS:
        raise Http404
    return get_object_or_404(NOUNS[noun].objects.visible_to(request.user).living(), pk=pk)


@require_safe
def record(request: HttpRequest, noun: str, pk: int) -> HttpResponse:
    """Which rules a record fails now, from which it is let off, and what was asked about its number."""
    require(request, "quality.see")
    one = _record(request, noun, pk)
    lookups = (
        list(Lookup.objects.living().filter(account=one).order_by("-asked_on", "-pk")) if noun == "account" else []
    )
    context = {
        "record": one,
        "noun": noun,
        "told": judging.told_of(one),
        "waivers": list(QualityWaiver.objects.living().filter(**{noun: one}).select_related("rule").order_by("pk")),
        "lookups": lookups[:LOOKUPS],
        "more_lookups": len(lookups) > LOOKUPS,
        "vies": noun == "account" and asking_vies.may_be_asked(one),
        "vies_state": asking_vies.state_of(one) if noun == "account" else None,
        "has_rules": QualityRule.objects.living().filter(noun_of=noun).exists(),
        "may_change": access.may(request.user, f"{noun}s.change", one),
        "may_waive": access.may(request.user, "quality.waive", one),
        "edit_url": reverse(f"{noun}s:edit", args=[pk]),
    }
    template = "quality/_record.html" if is_htmx(request) else "quality/record.html"
    return render(request, template, context)


@require_POST
def confirm(request: HttpRequest, noun: str, pk: int) -> HttpResponse:
    """The person has looked at the record, and it is right."""
    one = _record(request, noun, pk)
    if not access.may(request.user, f"{noun}s.change", one):
        raise PermissionDenied
    measuring.confirm(one, by=request.user)  # type: ignore[arg-type]
    return go(request, _page(noun, pk), _("Confirmed: it is right as it stands today."))


@require_POST
def ask_vies(request: HttpRequest, pk: int) -> HttpResponse:
    """Have VIES asked about the account's number, in the background."""
    one = _record(request, "account", pk)
    if not access.may(request.user, "accounts.change", one):
        raise PermissionDenied
    try:
        asking_vies.ask_for(one, by=request.user)
    except ValidationError as refused:
        return go(request, _page("account", pk), " ".join(refused.messages))
    return go(request, _page("account", pk), _("VIES is being asked. Its answer will stand here in a moment."))


@require_http_methods(["GET", "POST"])
def waive(request: HttpRequest, noun: str, pk: int, rule_pk: int) -> HttpResponse:
    """The record is let off from a rule, with a reason."""
    one = _record(request, noun, pk)
    if not access.may(request.user, "quality.waive", one):
        raise PermissionDenied
    rule = get_object_or_404(QualityRule.objects.visible_to(request.user).living(), pk=rule_pk, noun_of=noun)
    form = WaiverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            QualityWaiver.add(by=request.user, rule=rule, reason=form.cleaned_data["reason"], **{noun: one})
        except ValidationError as refused:
            return go(request, _page(noun, pk), " ".join(refused.messages))
        measuring.again(one)
        return go(request, _page(noun, pk), _("It is not asked any more."))
    context = {
        "form": form,
        "whose": one,
        "title": _("An exception from the rule"),
        "hint": _("“%(rule)s” is not asked of this record any more, neither here nor in the figures.") % {"rule": rule},
        "save": _("Let it off"),
        "address": request.get_full_path(),
        "back": _page(noun, pk),
    }
    return fragment(request, "permission/form.html", context, status=422 if form.is_bound else 200)


@require_POST
def unwaive(request: HttpRequest, pk: int) -> HttpResponse:
    """The rule is asked of the record again."""
    waiver = get_object_or_404(QualityWaiver.objects.visible_to(request.user).living(), pk=pk)
    noun, one = ("account", waiver.account) if waiver.account_id else ("contact", waiver.contact)
    if not access.may(request.user, "quality.waive", one):
        raise PermissionDenied
    try:
        event = waiver.discard(by=request.user)
    except ValidationError as refused:
        return go(request, _page(noun, one.pk), " ".join(refused.messages))
    measuring.again(one)
    return go(request, _page(noun, one.pk), _("It is asked again."), undo=event)


def _page(noun: str, pk: int) -> str:
    return reverse(f"{noun}s:detail", args=[pk]) + ("?tab=details" if noun == "account" else "")
