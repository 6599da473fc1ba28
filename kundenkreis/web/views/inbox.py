"""The inbox: what the house tells a person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kundenkreis.inbox.models import Notification
from kundenkreis.web.htmx import SeeOther, go

SIZE = 50
ICONS = {
    "reminder": "alarm-clock",
    "import": "upload",
    "undo": "undo-2",
    "assigned": "user-check",
    "hand_over": "users",
}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Newest first; unread ones are marked."""
    rows = Notification.objects.visible_to(request.user).order_by("-at", "-pk")
    before = request.GET.get("before", "")
    if before.isdecimal():
        rows = rows.filter(pk__lt=min(int(before), 2**62))
    found = list(rows[: SIZE + 1])
    context = {
        "rows": [(one, ICONS.get(one.kind, "bell")) for one in found[:SIZE]],
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
