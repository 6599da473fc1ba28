"""A client of VIES, the European Commission's service that says whether a VAT ID is valid (Art. 31 Regulation (EU) No 904/2010).

One question of its REST service at a time: `POST …/check-vat-number` with country, number and, for a consultation number, one's own VAT ID.
What comes back is a stranger's: no redirect is followed, 64 kB are read at most and 30 seconds waited, and an answer that is not about
the number that was asked is none. Nothing here touches the database.
"""

from __future__ import annotations

import http.client
import json
import logging
import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

# The member states by their VAT prefixes; Northern Ireland trades in goods as one of them.
PREFIXES = frozenset(re.findall("..", "ATBEBGCYCZDEDKEEELESFIFRHRHUIEITLTLULVMTNLPLPTROSESISKXI"))
MOST_BYTES = 64 * 1024
STEP_SECONDS = 10.0  # for one step: to connect, to read a piece
WHOLE_SECONDS = 30.0  # for one attempt
PAUSES = (1.0, 4.0)  # seconds before the second and the third attempt
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


class Why(TextChoices):
    """Why there is no answer."""

    BUSY = "busy", _("VIES has too much to do at the moment.")
    DOWN = "down", _("The register of that country does not answer at the moment.")
    AWAY = "away", _("VIES cannot be reached.")
    REQUESTER = "requester", _("VIES does not know the house's own VAT ID.")
    BARRED = "barred", _("VIES does not answer this house.")
    INPUT = "input", _("VIES does not accept this number.")
    STRANGE = "strange", _("VIES gave an answer that makes no sense.")


_SAID = {
    "MS_MAX_CONCURRENT_REQ": Why.BUSY, "MS_MAX_CONCURRENT_REQ_TIME": Why.BUSY,
    "GLOBAL_MAX_CONCURRENT_REQ": Why.BUSY, "GLOBAL_MAX_CONCURRENT_REQ_TIME": Why.BUSY,
    "MS_UNAVAILABLE": Why.DOWN, "SERVICE_UNAVAILABLE": Why.DOWN, "TIMEOUT": Why.DOWN, "SERVER_BUSY": Why.BUSY,
    "INVALID_REQUESTER_INFO": Why.REQUESTER, "VAT_BLOCKED": Why.BARRED, "IP_BLOCKED": Why.BARRED, "INVALID_INPUT": Why.INPUT,
}  # fmt: skip
_PASSING = frozenset({Why.BUSY, Why.DOWN, Why.AWAY})  # worth another attempt


class NoAnswer(Exception):
    """VIES said nothing about the number. `why` says what to tell people."""

    def __init__(self, why: Why, detail: str = ""):
        self.why = why
        super().__init__(f"{why.value} {detail}".strip())


@dataclass(frozen=True)
class Answer:
    """What VIES said. Name and address are empty where a country does not tell them, as Germany and Spain."""

    is_valid: bool
    reference: str = ""
    name: str = ""
    address: str = ""


def knows(number: str) -> bool:
    """Whether VIES can be asked about a number: one of a member state."""
    return number[:2] in PREFIXES and len(number) > 4


def ask(number: str, requester: str = "", *, url: str, sleep: Callable[[float], None] = time.sleep) -> Answer:
    """Ask whether a VAT ID in its usual spelling is valid; up to three attempts. Raises NoAnswer, ValueError for a URL that is no https."""
    question = {"countryCode": number[:2], "vatNumber": number[2:]}
    if requester:
        question |= {"requesterMemberStateCode": requester[:2], "requesterNumber": requester[2:]}
    for pause in (*PAUSES, None):
        try:
            return _read(_post(url, question), number)
        except NoAnswer as none:
            logger.info("VIES: %s", none)
            if none.why not in _PASSING or pause is None:
                raise
        sleep(pause)
    raise AssertionError("unreachable")


def _post(url: str, question: dict[str, str]) -> bytes:
    """The body of the answer. Raises NoAnswer."""
    place = urlsplit(url)
    host, body = place.hostname or "", json.dumps(question).encode()
    if place.scheme != "https" and not (place.scheme == "http" and host in _LOCAL):
        raise ValueError(f"VIES is asked by https only, not at {url}")
    kind: Any = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    more = {"context": ssl.create_default_context()} if place.scheme == "https" else {}
    connection = kind(host, place.port, timeout=STEP_SECONDS, **more)
    until = time.monotonic() + WHOLE_SECONDS
    headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "Kundenkreis"}
    try:
        connection.request("POST", place.path or "/", body, headers)
        answer = connection.getresponse()
        content = _whole(answer, until)
    except (OSError, http.client.HTTPException) as trouble:
        raise NoAnswer(Why.AWAY, type(trouble).__name__) from trouble
    finally:
        connection.close()
    if answer.status == 429 or answer.status == 503:
        raise NoAnswer(Why.BUSY, str(answer.status))
    if answer.status >= 500 and not content.lstrip().startswith(b"{"):
        raise NoAnswer(Why.DOWN, str(answer.status))
    if 300 <= answer.status < 400:  # wherever it points: nobody follows
        raise NoAnswer(Why.STRANGE, str(answer.status))
    return content


def _whole(answer: http.client.HTTPResponse, until: float) -> bytes:
    """All of the body, if it is no longer than it may be and comes in time."""
    pieces: list[bytes] = []
    size = 0
    while piece := answer.read1(8192):
        size += len(piece)
        pieces.append(piece)
        if size > MOST_BYTES:
            raise NoAnswer(Why.STRANGE, "too long")
        if time.monotonic() > until:
            raise NoAnswer(Why.AWAY, "too slow")
    if answer.length:  # it said that more would come
        raise NoAnswer(Why.AWAY, "cut off")
    return b"".join(pieces)


def _read(content: bytes, number: str) -> Answer:
    """What the body says about the number. Raises NoAnswer for whatever is not plainly an answer about it."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError) as wrong:
        raise NoAnswer(Why.STRANGE, "no JSON") from wrong
    if not isinstance(told, dict):
        raise NoAnswer(Why.STRANGE, "no object")
    if (error := _error(told)) and error not in ("VALID", "INVALID"):
        raise NoAnswer(_SAID.get(error, Why.STRANGE), error[:40])
    valid = told.get("valid", told.get("isValid"))
    about = f"{told.get('countryCode', '')}{told.get('vatNumber', '')}"
    if not isinstance(valid, bool) or re.sub(r"[^A-Z0-9+*]", "", about.upper()) != number:
        raise NoAnswer(Why.STRANGE, "about something else")
    texts = [_text(told.get(name), most) for name, most in (("requestIdentifier", 40), ("name", 200), ("address", 300))]
    return Answer(valid, *texts) if valid else Answer(False, texts[0])


def _error(told: dict[str, Any]) -> str:
    """The code by which the service says that it has no answer; "" where there is none."""
    wrapped = told.get("errorWrappers")
    if isinstance(wrapped, list) and wrapped and isinstance(wrapped[0], dict):
        return str(wrapped[0].get("error", "")).upper() or "ERROR"
    if told.get("actionSucceed") is False:
        return "ERROR"
    said = told.get("userError")
    return said.upper() if isinstance(said, str) else ""


def _text(value: Any, most: int) -> str:
    """A text on one line, without signs that nobody can read. "---" is how VIES says that a country tells nothing."""
    if not isinstance(value, str):
        return ""
    lines = [
        " ".join("".join(sign if sign.isprintable() else " " for sign in line).split())
        for line in value[:2_000].splitlines()
    ]
    said = ", ".join(line for line in lines if line)[:most].strip()
    return "" if set(said) <= {"-"} else said
