"""What the field for a time zone finds for `?q=`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kundenkreis.core import zones
from kundenkreis.web.htmx import fragment

SHOWN = 10


@require_safe
def options(request: HttpRequest) -> HttpResponse:
    """At most ten zones by name or place, each with the hour that it is there now; the house's own for nothing typed."""
    text = request.GET.get("q", "").strip()[:60]
    now = timezone.now()
    names = zones.found(text)[:SHOWN] if text else [zones.zone("").key]
    found = [(name, zones.city(name), f"{zones.local(now, name):%H:%M}") for name in names]
    return fragment(request, "trips/zones.html", {"found": found})
