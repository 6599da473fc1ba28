"""The mutual action plan of an opportunity, as we see and keep it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core.models import House
from kundenkreis.customers.models import Contact
from kundenkreis.history.models import Event
from kundenkreis.pipeline import mailing, planning, sharing
from kundenkreis.pipeline.models import ActionPlan, Opportunity
from kundenkreis.staff import access
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms import plans as forms
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views.editing import who_was_faster
from kundenkreis.web.views.opportunities import changeable, seen

LOOKS = 5  # of each link that are told


def _plan(request: HttpRequest, pk: int) -> ActionPlan:
    """The plan of an opportunity that the person may change; 404 and 403 as the opportunity says, 404 when there is none."""
    plan = planning.plan_of(changeable(request, pk))
    if plan is None:
        raise Http404
    return plan


def _page(one: Opportunity) -> str:
    return reverse("opportunities:plan", args=[one.pk])


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan with its steps, links and what was said; an invitation to make one where there is none."""
    return _detail(request, seen(request, pk))


def _detail(request: HttpRequest, one: Opportunity, made: Any = None, address: str = "") -> HttpResponse:
    may_change = one.deleted_at is None and access.may(request.user, "opportunities.change", one)
    plan = planning.plan_of(one)
    context: dict[str, Any] = {"one": one, "plan": plan, "may_change": may_change, "made": made, "address": address}
    if plan is not None:
        steps = told_steps(request, plan)
        context |= {
            "steps": steps, "progress": planning.progress(steps), "is_behind": planning.is_behind(plan),
            "comments": _comments(plan), "links": _links(request, plan) if may_change else [],
        } | steps_of(request, plan)  # fmt: skip
    return render(request, "plans/detail.html", context)


def told_steps(request: HttpRequest, plan: ActionPlan) -> list[Any]:
    """The steps in their order; the name of a contact whom the person may not see is left out."""
    rows: list[Any] = list(plan.steps.living().select_related("owner", "contact"))
    asked = [row.contact_id for row in rows if row.contact_id]
    known = set(Contact.objects.visible_to(request.user).filter(pk__in=asked).values_list("pk", flat=True))
    for row in rows:
        row.is_named = row.contact_id in known
    return rows


def _comments(plan: ActionPlan) -> list[Any]:
    """What was said, each with the answers to it."""
    rows: list[Any] = list(plan.comments.living().select_related("step"))
    below: dict[int, list[Any]] = {}
    there = {row.pk for row in rows}
    for row in rows:
        if row.answers_id in there:
            below.setdefault(row.answers_id, []).append(row)
    for row in rows:
        row.replies = below.get(row.pk, [])
    return [row for row in rows if row.answers_id not in there]


def _links(request: HttpRequest, plan: ActionPlan) -> list[Any]:
    rows: list[Any] = list(plan.links.living().select_related("contact").prefetch_related("looks").order_by("-pk"))
    asked = [row.contact_id for row in rows if row.contact_id]
    known = set(Contact.objects.visible_to(request.user).filter(pk__in=asked).values_list("pk", flat=True))
    for row in rows:
        looks = sorted((look.at for look in row.looks.all()), reverse=True)
        row.seen, row.times = looks[:LOOKS], len(looks)
        row.is_named = row.contact_id is None or row.contact_id in known
    return rows


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    one = changeable(request, pk)
    if planning.plan_of(one) is not None:
        return go(request, _page(one), _("There is a plan already."))
    form = forms.BeginForm(_sent(request), whose=one, language=_language(one))
    if request.method == "POST" and form.is_valid():
        try:
            plan = planning.begin(one, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            apply_errors(form, refused)
        else:
            event = Event.objects.about(plan).filter(verb="actionplan.added").latest("pk")
            return go(request, _page(one), _("The plan is made. Look over its steps, then share it."), undo=event)
    return _dialog(request, form, one, _("Make a mutual action plan"))


def _language(one: Opportunity) -> str:
    """Of the first buying contact; else the house's."""
    first = one.contacts.living().select_related("contact").order_by("pk").first()
    return first.contact.language if first is not None else House.known().language


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    plan = _plan(request, pk)
    form = forms.PlanForm(_sent(request), instance=plan, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, _page(plan.opportunity), _("Saved."), undo=form.event)
    discard = reverse("opportunities:plan_discard", args=[pk])
    return _dialog(request, form, plan.opportunity, _("Mutual action plan"), discard=discard)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    plan = _plan(request, pk)
    event = plan.discard(by=request.user)
    said = _("The plan is in the bin; its links open nothing any more.")
    return go(request, reverse("opportunities:detail", args=[pk]), said, undo=event)


@require_POST
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """The open steps move along with the decision."""
    plan = _plan(request, pk)
    try:
        event = planning.follow(plan, by=request.user)
    except ValidationError as refused:
        return go(request, _page(plan.opportunity), " ".join(refused.messages))
    return go(request, _page(plan.opportunity), _("The open steps were moved along."), undo=event)


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, pk: int, step_pk: int | None = None) -> HttpResponse:
    """A new step, or one changed."""
    plan = _plan(request, pk)
    record = get_object_or_404(plan.steps.living(), pk=step_pk) if step_pk else None
    form = forms.PlanStepForm(_sent(request), instance=record, user=request.user, whose=plan)
    if request.method == "POST" and form.save_by():
        event = form.event or Event.objects.about(form.record).latest("pk")
        return go(request, _page(plan.opportunity), _("Saved."), undo=event)
    address = reverse("opportunities:plan_step_discard", args=[pk, step_pk]) if step_pk else ""
    return _dialog(request, form, plan.opportunity, _("Step"), discard=address)


@require_POST
def step_discard(request: HttpRequest, pk: int, step_pk: int) -> HttpResponse:
    plan = _plan(request, pk)
    record = get_object_or_404(plan.steps.living(), pk=step_pk)
    event = record.discard(by=request.user)
    return go(request, _page(plan.opportunity), _("“%(name)s” was taken out.") % {"name": record}, undo=event)


@require_POST
def tick(request: HttpRequest, pk: int, step_pk: int) -> HttpResponse:
    """`done=1`: it is done; else it is open again. What is so already stays so."""
    plan = _plan(request, pk)
    record = get_object_or_404(plan.steps.living(), pk=step_pk)
    event = record.tick(request.POST.get("done") == "1", by=request.user)
    return go(request, _page(plan.opportunity), _("Saved."), undo=event)


@require_http_methods(["GET", "POST"])
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """The steps to be dragged, or moved by the arrow buttons; `order` are their numbers as they stood when it was sent."""
    plan = _plan(request, pk)
    steps = list(plan.steps.living())
    if request.method == "POST":
        asked = [int(one) for one in request.POST.getlist("order")[:200] if one.isascii() and one.isdigit()]
        verb, _colon, which = request.POST.get("move", "").partition(":")
        if verb not in ("up", "down"):
            event = planning.arrange(plan, asked, by=request.user)
            return go(request, _page(plan.opportunity), _("Saved."), undo=event)
        steps = _moved(steps, asked, verb, which)
    context = {"plan": plan, "steps": steps, "address": request.path, "back": _page(plan.opportunity)}
    return fragment(request, "plans/order.html", context)


def _moved(steps: list[Any], asked: list[int], verb: str, which: str) -> list[Any]:
    """The steps as they stood on the form, with one of them a place further up or down. Nothing is stored yet."""
    there = {str(one.pk): one for one in steps}
    order = [str(pk) for pk in dict.fromkeys(asked) if str(pk) in there]
    order += [pk for pk in there if pk not in order]
    if which in order:
        at = order.index(which)
        to = at - 1 if verb == "up" else at + 1
        if 0 <= to < len(order):
            order[at], order[to] = order[to], order[at]
    return [there[pk] for pk in order]


@require_http_methods(["GET", "POST"])
@never_cache
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """A new link for the customer: its address is shown this once."""
    plan = _plan(request, pk)
    form = forms.LinkForm(_sent(request), whose=plan, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made, address = sharing.share(plan, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            apply_errors(form, refused)
        else:
            return _detail(request, plan.opportunity, made=made, address=address)
    context = {"form": form, "one": plan.opportunity, "back": _page(plan.opportunity)}
    return render(request, "plans/link.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """A link for each chosen buying contact, mailed to her with our own words; who may not be mailed is told with the reason."""
    plan = _plan(request, pk)
    people = mailing.buying_contacts(plan, Contact.objects.visible_to(request.user))
    why_not = mailing.hindrances(people)
    form = forms.MailForm(_sent(request), whose=plan, people=people, why_not=why_not)
    if request.method == "POST" and form.is_valid():
        try:
            told = mailing.send(plan, by=request.user, **form.asked())
        except ValidationError as refused:
            apply_errors(form, refused)
        else:
            for person, why in told.failed:
                form.add_error(None, _("Not mailed to %(name)s: %(why)s") % {"name": person.full_name, "why": why})
            names = ", ".join(one.full_name for one in told.to)
            if not told.failed:
                return go(request, _page(plan.opportunity), _("Mailed to %(names)s.") % {"names": names})
            if names:
                form.add_error(None, _("Mailed to %(names)s; do not choose them again.") % {"names": names})
    refused_people = [(one.full_name, why_not[one.pk]) for one in people if one.pk in why_not]
    context = {
        "form": form, "one": plan.opportunity, "back": _page(plan.opportunity), "refused": refused_people, "people": people
    }  # fmt: skip
    return render(request, "plans/mail.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def link_edit(request: HttpRequest, pk: int, link_pk: int) -> HttpResponse:
    """Until when a link holds."""
    plan = _plan(request, pk)
    record = get_object_or_404(plan.links.living().filter(revoked_at=None), pk=link_pk)
    form = forms.ExpiryForm(_sent(request), instance=record, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, _page(plan.opportunity), _("Saved."), undo=form.event)
    return _dialog(request, form, plan.opportunity, _("Link for %(name)s") % {"name": record})


@require_POST
def revoke(request: HttpRequest, pk: int, link_pk: int) -> HttpResponse:
    plan = _plan(request, pk)
    record = get_object_or_404(plan.links.living(), pk=link_pk)
    event = record.revoke(by=request.user)
    return go(request, _page(plan.opportunity), _("The link opens nothing any more."), undo=event)


@require_http_methods(["GET", "POST"])
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """One of us says something; `?answers=` to whom, `?step=` about what."""
    plan = _plan(request, pk)
    answers = _named(request, "answers", plan.comments)
    about = _named(request, "step", plan.steps) or (answers.step if answers else None)
    form = forms.AnswerForm(_sent(request), user=request.user, whose=plan, answers=answers, step=about)
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        return go(request, _page(plan.opportunity), _("Saved."), undo=event)
    title = _("Answer %(name)s") % {"name": answers.name} if answers else _("Comment")
    return _dialog(request, form, plan.opportunity, title)


def _named(request: HttpRequest, name: str, rows: Any) -> Any:
    asked = request.GET.get(name, "")
    return (
        rows.living().filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    )


@require_POST
def comment_discard(request: HttpRequest, pk: int, comment_pk: int) -> HttpResponse:
    plan = _plan(request, pk)
    record = get_object_or_404(plan.comments.living(), pk=comment_pk)
    event = record.discard(by=request.user)
    return go(request, _page(plan.opportunity), _("The comment was taken out."), undo=event)


@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """As the customer sees it, to be printed."""
    one = seen(request, pk)
    plan = planning.plan_of(one)
    if plan is None:
        raise Http404
    steps = sharing.steps_of(plan)
    context = {
        "plan": plan, "steps": steps, "progress": planning.progress(steps), "general": sharing.general(plan), "house": House.known().name,
        "language": get_language(), "printed": timezone.now(), "back": _page(one),
    }  # fmt: skip
    return render(request, "plans/paper.html", context)


def _dialog(request: HttpRequest, form: Any, one: Opportunity, title: str, discard: str = "") -> HttpResponse:
    """The dialog, or a page of its own: empty, with errors (422) or with a conflict (409)."""
    context = {
        "form": form, "whose": one, "title": title, "back": _page(one), "address": request.get_full_path(), "discard": discard,
        "who": who_was_faster(form) if hasattr(form, "conflict") else "",
    }  # fmt: skip
    status = 409 if getattr(form, "conflict", None) else 422 if form.is_bound else 200
    return fragment(request, "accounts/part.html", context, status=status)
