"""A correction that a person asked for (Art. 16 GDPR): an edit as any other, that her request remembers."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from kundenkreis.history.models import Event
from kundenkreis.privacy.models import SubjectRequest, may_work_on


def rectified(request: HttpRequest, event: Event | None) -> str:
    """Tell the request that `?request=` names of this change; the address of its page, "" where there is no such request."""
    asked = request.GET.get("request", "")
    if event is None or not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return ""
    one = (
        SubjectRequest.objects.visible_to(request.user)
        .open()
        .filter(pk=int(asked), contact_id=event.subject_id)
        .first()
    )
    if one is None or not may_work_on(request.user, one):
        return ""
    one.rectify(event, by=request.user)
    return reverse("privacy_requests:detail", args=[one.pk])
