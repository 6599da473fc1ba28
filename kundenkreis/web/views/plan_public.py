"""What a customer opens by the secret link of a mutual action plan: she reads it, ticks her own steps and comments. It needs no script.

No CSRF token is asked: the page reads and writes no session and no cookie, and a post needs the secret that is in its address. The
address goes to nobody: no referrer, no index, nothing kept on the way. Unknown, expired and revoked links are one and the same answer.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from kundenkreis.core.models import House
from kundenkreis.pipeline import planning, sharing
from kundenkreis.pipeline.models import PlanLink
from kundenkreis.web.bodies import length_of
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms.plans import VisitorForm
from kundenkreis.web.views import errors

LARGEST = 32 * 1024  # bytes


@login_not_required
@require_safe
def show(request: HttpRequest, token: str) -> HttpResponse:
    """The plan; 404 for a link that opens nothing (any more), 429 for who tries many."""
    return _with(request, token, _shown)


@csrf_exempt
@login_not_required
@require_POST
def tick(request: HttpRequest, token: str, step_pk: int) -> HttpResponse:
    """`done=1`: she has done it; else it is open again. What is so already, gone, or not hers stays as it is, and she is told the present."""
    return _with(request, token, lambda _request, link: _ticked(request, link, token, step_pk))


@csrf_exempt
@login_not_required
@require_POST
def comment(request: HttpRequest, token: str) -> HttpResponse:
    return _with(request, token, lambda _request, link: _commented(request, link, token))


def _with(request: HttpRequest, token: str, act: Any) -> HttpResponse:
    if length_of(request) > LARGEST:
        return _bare(errors.too_large(request))
    try:
        link = sharing.opened(token, request.META.get("REMOTE_ADDR", ""))
        if link is None:
            return _page(request, "plans/public_gone.html", {"language": _asked(request)}, 404)
        with translation.override(link.language):
            return act(request, link)
    except sharing.TooMany:
        return _page(request, "plans/public_full.html", {"language": _asked(request)}, 429)


def _asked(request: HttpRequest) -> str:
    return (translation.get_language_from_request(request) or House.known().language)[:2]


def _shown(
    request: HttpRequest, link: PlanLink, form: VisitorForm | None = None, status: int = 200, about: str = ""
) -> HttpResponse:
    if request.method == "GET":
        sharing.looked(link)
    steps = sharing.steps_of(link.plan)
    context = {
        "plan": link.plan, "steps": steps, "progress": planning.progress(steps), "general": sharing.general(link.plan), "trap": sharing.TRAP,
        "form": form or VisitorForm(initial={"name": link.visitor}), "language": link.language, "link": link, "about": about,
        "token": request.resolver_match.kwargs["token"] if request.resolver_match else "",
    }  # fmt: skip
    return _page(request, "plans/public.html", context, status)


def _ticked(request: HttpRequest, link: PlanLink, token: str, step_pk: int) -> HttpResponse:
    if not request.POST.get(sharing.TRAP):
        sharing.tick(link, step_pk, request.POST.get("done") == "1")
    return _back(token, f"#step-{step_pk}")


def _commented(request: HttpRequest, link: PlanLink, token: str) -> HttpResponse:
    """Kept, unless a field was filled in that people do not see; a robot is answered in the same way."""
    if request.POST.get(sharing.TRAP):
        return _back(token, "")
    form, asked = VisitorForm(request.POST), request.POST.get("step", "")
    about = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    if form.is_valid():
        try:
            sharing.comment(link, form.cleaned_data["text"], form.cleaned_data["name"], about)
        except ValidationError as refused:
            apply_errors(form, refused)
        else:
            return _back(token, f"#step-{about}" if about else "#comments")
    return _shown(request, link, form, 422, asked if about else "")


def _back(token: str, where: str) -> HttpResponse:
    """To the page as it is now, by GET, so that going back or loading it again sends nothing twice."""
    answer = HttpResponseRedirect(reverse("shared_plan:show", args=[token]) + where)
    answer.status_code = 303
    return _bare(answer)


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    with translation.override(context["language"]):
        return _bare(render(request, template, context | {"house": House.known().name}, status=status))


def _bare(answer: HttpResponse) -> HttpResponse:
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "no-referrer"
    answer["Cache-Control"] = "no-store"
    return answer
