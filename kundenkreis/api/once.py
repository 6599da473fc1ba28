"""Doing a thing once although it was asked for twice: the `Idempotency-Key` header."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import zlib
from collections.abc import Callable

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.api.models import KeptAnswer
from kundenkreis.api.problems import Problem

KEPT_FOR = dt.timedelta(hours=24)
PATTERN = '^"?[A-Za-z0-9_.:-]{1,200}"?$'
_KEY = re.compile(PATTERN)
_HEADERS = ("Content-Type", "Location", "ETag")


def once(request: HttpRequest, work: Callable[[], HttpResponse], content: bytes | None = None) -> HttpResponse:
    """The answer of `work`, or the kept one when a request with this key succeeded in the last 24 hours.

    The key's row is written first, in the transaction of the work: a twin that comes meanwhile waits for it and then gets the same answer;
    a crash or a refusal leaves nothing behind, so that the request can be sent again. `content` stands for the body where that was read
    as a stream. Raises Problem 422 when the key was used for something else.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return work()
    if not _KEY.fullmatch(key):
        raise Problem(400, "malformed", _("An Idempotency-Key has 1 to 200 letters, digits and - _ . :"))
    _forget_old()
    said = [
        (request.method or "").encode(),
        request.get_full_path().encode(),
        request.body if content is None else content,
    ]
    digest = hashlib.sha256(b"\n".join(said)).hexdigest()
    person = request.auth.user  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            kept = KeptAnswer.objects.create(person=person, key=key, digest=digest)
            response = work()
            kept.status = response.status_code
            kept.headers = {name: response[name] for name in _HEADERS if name in response}
            kept.body = zlib.compress(response.content, 1)
            kept.save(update_fields=["status", "headers", "body"])
            return response
    except IntegrityError:
        earlier = KeptAnswer.objects.filter(person=person, key=key).first()
        if earlier is None:  # it was not the key that was there already
            raise
        return _replay(earlier, digest)


def _replay(kept: KeptAnswer, digest: str) -> HttpResponse:
    if kept.digest != digest:
        raise Problem(422, "invalid", _("This Idempotency-Key was used for another request."), errors=[])
    response = HttpResponse(zlib.decompress(bytes(kept.body)), status=kept.status)
    for name, value in kept.headers.items():
        response[name] = value
    response["Idempotency-Replayed"] = "true"
    return response


def _forget_old() -> None:
    """Drop answers older than a day, at most every ten minutes."""
    if cache.add("api.answers.forgotten", True, 600):
        KeptAnswer.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
