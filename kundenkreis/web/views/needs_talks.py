"""Needs talks: one question after the other, each answer kept at once; and what came out."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.activities.models import Activity
from kundenkreis.core.models import House
from kundenkreis.core.records import Stale
from kundenkreis.customers.discretion import spare
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.needs import answers
from kundenkreis.needs.models import AnswerKind, Need, NeedsTalk, Step, TalkAnswer
from kundenkreis.staff import access
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms.needs import AnswerForm, TalkForm
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.lists.exporting import export as export_list
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.needs import account_in, number_in, require
from kundenkreis.web.views.needs_lists import TALKS_LIST
from kundenkreis.web.views.needs_of_account import said


def seen(request: HttpRequest, pk: int) -> NeedsTalk:
    return get_object_or_404(NeedsTalk.objects.visible_to(request.user).for_list(), pk=pk)


def changeable(request: HttpRequest, pk: int, action: str = "needs.change") -> NeedsTalk:
    talk = seen(request, pk)
    if talk.deleted_at is not None:
        raise Http404
    if not access.may(request.user, action, talk):
        raise PermissionDenied
    return talk


def here(talk: NeedsTalk) -> str:
    return reverse("needs_talks:detail", args=[talk.pk])


def question_url(talk: NeedsTalk, key: str) -> str:
    """The page of a question; of none, the talk's own."""
    return reverse("needs_talks:ask", args=[talk.pk, key]) if key else here(talk)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request, "needs.see")
    return TALKS_LIST.answer(request)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    return export_list(TALKS_LIST, request)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A talk begins: `?account=` and `?contact=` say with whom, `?activity=` to which call, visit or meeting it belongs."""
    require(request, "needs.add")
    activity = _activity(request)
    initial: dict[str, Any] = {}
    if account := (activity.account if activity else None) or account_in(request):
        initial["account"] = account
    if activity is not None:
        initial |= {"contact": activity.contact, "held_on": activity.day}
        if activity.kind in NeedsTalk.Kind.values:
            initial["kind"] = activity.kind
    form = TalkForm(
        request.POST if request.method == "POST" else None, user=request.user, initial=initial, activity=activity
    )
    if request.method == "POST" and form.save_by():
        talk = form.record
        return go(request, question_url(talk, talk.next_key()))
    return editing.whole(request, form, None, "needs/talk_edit.html")


def _activity(request: HttpRequest) -> Activity | None:
    pk = number_in(request, "activity")
    return Activity.objects.visible_to(request.user).living().filter(pk=pk).first() if pk else None


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What was answered, and what needs were made of it."""
    talk = seen(request, pk)
    may = talk.deleted_at is None and access.may(request.user, "needs.change", talk)
    spare(request.user, [talk], "contact")
    needs: dict[int, Need] = {}
    for need in Need.objects.living().filter(answer__talk=talk):
        needs[need.answer_id] = need  # type: ignore[index]
    rows = [
        {"question": question, "text": answers.in_language(question), "step": Step(question["step"]).label, "answer": answer,
         "said": said(question, answer.value) if answer else "", "need": needs.get(answer.pk) if answer else None,
         "shows_need": bool(answer and answer.value and question["step"] in (Step.PROBLEM, Step.IMPLICATION))}
        for question, answer in talk.told()
    ]  # fmt: skip
    context = {
        "talk": talk,
        "subject": talk,
        "rows": rows,
        "answered": sum(bool(row["said"]) for row in rows),
        "may_change": may,
        "may_discard": access.may(request.user, "needs.discard", talk),
        "next_key": talk.next_key(),
        "sees_account": Account.objects.visible_to(request.user).filter(pk=talk.account_id).exists(),
        "trail": steps_of(request, talk),
    }
    return render(request, "needs/talk.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    talk = changeable(request, pk)
    form = TalkForm(request.POST if request.method == "POST" else None, instance=talk, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, here(talk), _("Saved."), undo=form.event)
    return editing.whole(request, form, talk, "needs/talk_edit.html")


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """One question. POST keeps the answer (or passes over it: `skip=1`) and goes on to the next."""
    talk = changeable(request, pk)
    question = talk.edition.question(key)
    if question is None:
        raise Http404
    keys = talk.edition.keys
    at = keys.index(key)
    after = keys[at + 1] if at + 1 < len(keys) else ""
    form, theirs = _form(request, talk, question), None
    if request.method == "POST" and form.is_valid():
        theirs = _keep(request, talk, key, form)
        if theirs is None and not form.errors:
            return go(request, question_url(talk, after))
    context = {
        "talk": talk, "form": form, "question": question, "step": Step(question["step"]), "number": at + 1, "all": len(keys),
        "before": question_url(talk, keys[at - 1]) if at else here(talk), "after": question_url(talk, after), "address": request.path,
        "theirs": said(question, theirs.value) if theirs else "", "who": _who(theirs), "conflict": theirs is not None,
        "theirs_version": theirs.version if theirs else None,
        "unit": House.known().currency if question["kind"] == AnswerKind.MONEY else "",
    }  # fmt: skip
    form.use_required_attribute, form.fields["value"].required = (
        False,
        True,
    )  # said to be asked, though it may be skipped
    status = 409 if theirs is not None else 422 if form.is_bound else 200
    return render(request, "needs/ask.html", context, status=status)


def _form(request: HttpRequest, talk: NeedsTalk, question: Any) -> AnswerForm:
    present = talk.given().get(question["key"])
    given = {"value": present.value, "version": present.version} if present else {}
    return AnswerForm(request.POST if request.method == "POST" else None, question=question, **given)


def _keep(request: HttpRequest, talk: NeedsTalk, key: str, form: AnswerForm) -> TalkAnswer | None:
    """Keep what was answered; the answer of whoever was faster, or None. What is no answer stands at its field."""
    skipped = "skip" in request.POST
    try:
        talk.answer(key, form.text, by=request.user, version=form.cleaned_data["version"], skipped=skipped)
    except Stale as faster:
        return faster.record  # type: ignore[return-value]
    except ValidationError as wrong:
        apply_errors(form, wrong)
    return None


def _who(theirs: TalkAnswer | None) -> str:
    event = Event.objects.about(theirs).order_by("-pk").first() if theirs else None
    return event.actor_name if event else ""


@require_POST
def keep(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """While somebody writes: the answer is kept, and a word says so. An answer that somebody else has changed is left for the page to ask."""
    talk = changeable(request, pk)
    question = talk.edition.question(key)
    if question is None:
        raise Http404
    form, kept, theirs = _form(request, talk, question), None, None
    if form.is_valid() and form.text.strip():
        theirs = _keep(request, talk, key, form)
        kept = talk.given().get(key) if theirs is None and not form.errors else None
    return fragment(request, "needs/_kept.html", {"kept": kept, "theirs": theirs, "who": _who(theirs)})


@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    talk = changeable(request, pk)
    try:
        event = talk.finish(by=request.user)
    except ValidationError as refused:
        return go(request, here(talk), " ".join(refused.messages))
    return go(request, here(talk), _("The talk is finished and stands among the activities."), undo=event)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    talk = changeable(request, pk, "needs.discard")
    try:
        event = talk.discard(by=request.user)
    except ValidationError:
        return go(request, reverse("needs_talks:list"), _("It is in the bin already."))
    return go(request, reverse("needs_talks:list"), _("“%(name)s” is in the bin.") % {"name": talk}, undo=event)


@require_POST
def make_need(request: HttpRequest, pk: int, answer_pk: int) -> HttpResponse:
    """One tap: a need of what was answered."""
    talk = changeable(request, pk)
    if not access.may(request.user, "needs.add", talk):
        raise PermissionDenied
    answer = get_object_or_404(talk.answers.living(), pk=answer_pk)
    try:
        need = Need.of_answer(answer, by=request.user)
    except ValidationError as refused:
        return go(request, here(talk), " ".join(refused.messages))
    event = Event.objects.about(need).latest("pk")
    return go(request, reverse("needs:detail", args=[need.pk]), _("“%(name)s” was added.") % {"name": need}, undo=event)
