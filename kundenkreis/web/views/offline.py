"""What a phone needs to work without a connection: the app's manifest, its service worker, and what the worker keeps for whom.

A browser cannot keep anything encrypted at rest. So the worker keeps pages for one person only, and forgets them when she signs out or
somebody else signs in: every page says whose it is (`X-Person`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kundenkreis.activities.models import Activity
from kundenkreis.activities.reporting import KINDS
from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.staff import access
from kundenkreis.web.jinja import DIST, _built, asset
from kundenkreis.web.places import address

BRIEFS = 20
COLOURS = ("#fafbfb", "#007085")


def person_tag(user: Any) -> str:
    """Tells people apart in a browser without saying who they are."""
    return salted_hmac("kundenkreis.person", str(user.pk)).hexdigest()[:20]


class PersonMiddleware:
    """Every page says whose it is; signing out takes what the browser has stored."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        signs_out = request.method == "POST" and request.path == address("account_logout")
        response = self.get_response(request)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.headers["X-Person"] = person_tag(user)
        elif signs_out:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a browser asks before it offers to install the product."""
    paper, petrol = COLOURS
    icons = [
        {"src": static(f"icons/{name}.png"), "sizes": size, "type": "image/png", "purpose": purpose}
        for name, size, purpose in (
            ("192", "192x192", "any"),
            ("512", "512x512", "any"),
            ("maskable", "512x512", "maskable"),
        )
    ]
    data = {
        "id": "/",
        "name": _("Kundenkreis"),
        "short_name": _("Kundenkreis"),
        "lang": get_language(),
        "start_url": reverse("day:home"),
        "scope": "/",
        "display": "standalone",
        "background_color": paper,
        "theme_color": petrol,
        "icons": icons,
        "shortcuts": [
            {"name": _("What is to be done"), "url": reverse("activities:list")},
            {"name": _("New activity"), "url": reverse("activities:plan")},
        ],
    }
    return HttpResponse(json.dumps(data), content_type="application/manifest+json")


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, from the root so that it may serve every page; it names the files of this build."""
    files = sorted(_built("manifest.json")["files"])
    shell = {
        "version": _built("manifest.json")["sources"][:16] or "built",
        "files": [asset(name) for name in files if name != "worker.js"],
        "offline": reverse("offline:page"),
        "sign_out": address("account_logout"),
        "sign_in": address("account_login"),
        "pages": [reverse("day:home"), reverse("activities:list"), reverse("activities:plan")],
    }
    script = (DIST / asset("worker.js").rpartition("/")[2]).read_text()
    response = HttpResponse(f"self.SHELL = {json.dumps(shell)};\n{script}", content_type="text/javascript")
    response.headers["Service-Worker-Allowed"] = "/"
    response.headers["Cache-Control"] = "no-cache"
    return response


@login_not_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Shown for a page that is not kept here. Says nothing of anybody, because it is kept for everybody."""
    return render(request, "offline/page.html")


@require_safe
def token(request: HttpRequest) -> HttpResponse:
    """A fresh token against forgery for what was written offline, and whose session this is."""
    response = JsonResponse({"person": person_tag(request.user), "csrf": get_token(request)})
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def wanted(request: HttpRequest) -> HttpResponse:
    """The addresses that a phone fetches ahead: her day, her agenda, the form for a new activity, and of what is planned until today
    the accounts and the forms for its reports.
    """
    today = clock.today()
    pages = [reverse("day:home"), reverse("activities:list")]
    if access.may(request.user, "activities.add"):
        pages.append(reverse("activities:plan"))
    hers = Activity.objects.visible_to(request.user).open().filter(owner=request.user, due_on__lte=today)
    planned = hers.filter(kind__in=KINDS).order_by("-due_on", "at").values_list("pk", flat=True)[:BRIEFS]
    pages += [reverse("activities:report", args=[pk]) for pk in planned]
    accounts = list(
        hers.exclude(account=None).order_by("-due_on", "at").values_list("account", flat=True)[: BRIEFS * 3]
    )
    seen = Account.objects.visible_to(request.user).living().filter(pk__in=accounts).values_list("pk", flat=True)
    visible = set(seen)
    wanted = [pk for pk in dict.fromkeys(accounts) if pk in visible][:BRIEFS]
    pages += [reverse("accounts:detail", args=[pk]) for pk in wanted]
    response = JsonResponse({"pages": pages})
    response.headers["Cache-Control"] = "no-store"
    return response
