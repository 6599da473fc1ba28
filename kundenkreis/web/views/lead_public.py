"""What anybody fills in without signing in: a lead form, on its own page or framed by a site that the house names.

No CSRF token is asked: the page reads and writes no session, a post does nothing in anybody's name, and what protects it is its own stamp
(`leads.receiving`): signed, of this form, with its time, and good once. A post without one, such as from plain HTML on another site, is
shown again to be sent by a person. The frame's policy is of this page alone: it names the form's sites, and everything else stays closed.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from kundenkreis.core.models import House
from kundenkreis.leads import opting_in, receiving
from kundenkreis.leads.models import LeadForm
from kundenkreis.leads.models.forms import ASKABLE
from kundenkreis.web.bodies import length_of
from kundenkreis.web.forms.leads import PublicForm
from kundenkreis.web.views import errors

LARGEST = 64 * 1024  # bytes
UTM = {"utm_campaign": "campaign", "utm_medium": "medium", "page": "landing_page"}


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, token: str) -> HttpResponse:
    """The form; what was sent is kept, and thanked for whether it became a lead or waits for a look."""
    if length_of(request) > LARGEST:
        return errors.too_large(request)
    form = LeadForm.objects.living().filter(token=token).select_related("wording").first()
    if form is None:
        raise Http404
    asked = request.POST.get("lang") or request.GET.get("lang", "")
    language = asked if asked in ("de", "en") else form.language
    with translation.override(language):
        if request.method != "POST":
            return _form(request, form, language, PublicForm(form, language), _beside(request))
        return _sent(request, form, language)


def _sent(request: HttpRequest, form: LeadForm, language: str) -> HttpResponse:
    filled = PublicForm(form, language, request.POST)
    beside = {name: request.POST.get(name, "")[:500] for name in receiving.BESIDE}
    stamp = receiving.read_stamp(request.POST.get("stamp", "")[:500], form)
    trapped = bool(request.POST.get(receiving.TRAP))
    if stamp is None and not trapped:
        said = _("Please look over what you wrote, and send it.")
        return _form(request, form, language, filled, beside, notice=said)
    if not filled.is_valid() and not trapped:
        return _form(request, form, language, filled, beside, 422)
    raw = {name: request.POST.get(name, "").strip() for name in ASKABLE if name in form.fields}
    try:
        receiving.submit(
            form, raw | beside, stamp=stamp, trapped=trapped, agreed=bool(request.POST.get("agree")), language=language,
            address=request.META.get("REMOTE_ADDR", ""), agent=request.META.get("HTTP_USER_AGENT", ""),
        )  # fmt: skip
    except receiving.TooMany:
        return _page(request, form, "leads/public_full.html", {"language": language}, 429)
    if form.redirect_url:
        return _framed(HttpResponseRedirect(form.redirect_url), form)
    agreed = form.wording_id is not None and bool(request.POST.get("agree"))
    return _page(request, form, "leads/public_thanks.html", {"language": language, "agreed": agreed})


def _beside(request: HttpRequest) -> dict[str, str]:
    """From where she came, as the address and the browser say."""
    found = {name: request.GET.get(given, "")[:500] for given, name in UTM.items()}
    source = request.META.get("HTTP_REFERER", "")
    return found | {"referrer": source[:500] if source.startswith(("https://", "http://")) else ""}


def _form(
    request: HttpRequest, form: LeadForm, language: str, filled: PublicForm, beside: dict[str, str], status: int = 200,
    notice: str = "",
) -> HttpResponse:  # fmt: skip
    if not form.is_active:
        return _page(request, form, "leads/public_closed.html", {"language": language})
    context = {
        "filled": filled, "beside": beside, "language": language, "stamp": receiving.stamp(form), "trap": receiving.TRAP, "notice": notice,
        "other": "en" if language == "de" else "de",
    }  # fmt: skip
    return _page(request, form, "leads/public.html", context, status)


def _page(
    request: HttpRequest, form: LeadForm, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    answer = render(request, template, context | {"form": form, "house": House.known().name}, status=status)
    return _framed(answer, form)


def _framed(answer: HttpResponse, form: LeadForm) -> HttpResponse:
    """Only the sites that the form names may show it, and its own page when it names none."""
    policy: dict[str, Any] = {}
    if form.origins:
        policy["frame-ancestors"] = form.origins
        answer.xframe_options_exempt = True  # type: ignore[attr-defined]  # an older header that knows no list
    if form.redirect_url:  # browsers ask this of where a form's answer leads as well
        parts = urlsplit(form.redirect_url)
        policy["form-action"] = ["'self'", f"{parts.scheme}://{parts.netloc}"]
    if policy:
        answer._csp_replace = policy  # type: ignore[attr-defined]
    answer["X-Robots-Tag"] = "noindex"
    answer["Cache-Control"] = "no-store"
    return answer


@csrf_exempt  # the signed link says who it is, and does nothing else
@login_not_required
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Shows what is to be confirmed; the button confirms it. Only POST does, because mail scanners open every link."""
    if request.method == "POST":
        link = opting_in.confirm(token, address=request.META.get("REMOTE_ADDR", ""))
    else:
        link = opting_in.of_link(token)
    if link.consent is None:
        return _consent(request, {"state": "unknown"}, 404)
    language = link.consent.lead.language
    with translation.override(language):
        text = link.consent.wording.text(language)
        return _consent(request, {"state": link.state, "consent": link.consent, "text": text})


def _consent(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    answer = render(request, "leads/public_confirm.html", context | {"house": House.known().name}, status=status)
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer
