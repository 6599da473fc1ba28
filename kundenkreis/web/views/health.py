"""`GET /health`: is this installation well? For load balancers and watchdogs; needs no sign-in, tells no secrets."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kundenkreis import __version__
from kundenkreis.core import readiness
from kundenkreis.jobs import heartbeat


@require_safe
@never_cache
@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """200 if database, migrations and worker are well, else 503; each part says "ok" or what is wrong."""
    found = readiness.look()
    parts = {
        "database": "The database cannot be reached." if found.database else "ok",
        "migrations": "unknown" if found.database else found.migrations or "ok",
        "worker": _about_worker(),
    }
    well = all(part == "ok" for part in parts.values())
    answer = JsonResponse(
        {"status": "ok" if well else "bad", "version": __version__} | parts, status=200 if well else 503
    )
    answer._has_been_logged = True  # type: ignore[attr-defined] # a watchdog that asks every second must not fill the log
    return answer


def _about_worker() -> str:
    try:
        return (
            "ok"
            if heartbeat.alive()
            else "No worker is running. Start `kundenkreis worker`, or `serve` without --no-worker."
        )
    except Exception:  # whatever the queue's store raises, the answer is the same: it cannot be asked
        return "The job queue cannot be reached."
