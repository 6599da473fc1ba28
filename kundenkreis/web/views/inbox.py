"""The inbox: what the house tells a person."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.activities import morning
from kundenkreis.inbox import kinds
from kundenkreis.inbox.models import Notification, Preference
from kundenkreis.web.forms.inbox import PreferenceForm
from kundenkreis.web.htmx import SeeOther, go

SIZE = 50


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Newest first; unread ones are marked."""
    rows = Notification.objects.visible_to(request.user).order_by("-at", "-pk")
    before = request.GET.get("before", "")
    if before.isdecimal():
        rows = rows.filter(pk__lt=min(int(before), 2**62))
    found = list(rows[: SIZE + 1])
    context = {
        "rows": [(one, kinds.ICONS.get(one.kind, "bell")) for one in found[:SIZE]],
        "next": found[SIZE - 1].pk if len(found) > SIZE else 0,
        "unread": Notification.objects.visible_to(request.user).unread().exists(),
    }
    return render(request, "inbox/list.html", context)


@require_POST
def open_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark it as read and go where it leads."""
    one = get_object_or_404(Notification.objects.visible_to(request.user), pk=pk)
    one.read()
    leads = one.path if one.path.startswith("/") and not one.path.startswith(("//", "/\\")) else reverse("inbox:list")
    return SeeOther(leads)


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    Notification.read_all(request.user)
    return go(request, reverse("inbox:list"), _("All read."))


@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """What I am told, and where: a box for each kind and channel, and the hour of the daily mail."""
    wishes = Preference.of(request.user)
    form = PreferenceForm(request.POST if request.method == "POST" else None, wishes=wishes)
    if request.method == "POST" and form.is_valid():
        Preference.choose(request.user, by=request.user, **form.values())
        return go(request, reverse("me:notifications"), _("Saved."))
    return render(
        request,
        "me/notifications.html",
        {"form": form, "rows": form.rows(), "tab": "notifications"},
        status=422 if form.errors else 200,
    )


@csrf_exempt  # a mail program posts here (RFC 8058); the signed link says who it is, and does nothing else
@login_not_required
@require_http_methods(["GET", "POST"])
def mail_off(request: HttpRequest, token: str) -> HttpResponse:
    """No daily mail any more, by the link in it. Only POST does it, because mail scanners open every link."""
    person = morning.person_of_link(token)
    if person is None:
        return render(request, "inbox/mail_off.html", {"state": "unknown"}, status=404)
    with override(person.language):
        if request.method != "POST":
            return render(request, "inbox/mail_off.html", {"state": "ask", "person": person})
        wishes = Preference.of(person)
        Preference.choose(
            person, by=person, quiet=wishes.quiet, unmailed=wishes.unmailed, digest=False, hour=wishes.hour
        )
        return render(request, "inbox/mail_off.html", {"state": "done", "person": person})
