"""Phone numbers in the rows of a list: a click dials, and offers the report of the call to whoever may write it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from markupsafe import Markup

from kundenkreis.customers.discretion import held
from kundenkreis.staff import access
from kundenkreis.web import formats


def with_reports(rows: Sequence[Any], request: HttpRequest) -> None:
    """Hang `may_report` on these accounts or contacts: whether the person may write down a call with them. One query at most."""
    reach = access.reach(request.user, "activities.add")
    ids = {row.pk for row in rows}
    if rows and not reach.everything:
        ids = held(reach, type(rows[0]), ids)
    for row in rows:
        row.may_report = row.pk in ids


def dial(row: Any, number: str, name: str) -> Any:
    """The link to call an account or contact (`name` says which it is); "" without a number."""
    if not number:
        return ""
    report = Markup("")
    if getattr(row, "may_report", False):
        address = f"{reverse('activities:report_new')}?{urlencode({'kind': 'call', name: row.pk})}"
        report = Markup(' data-call="{}"').format(address)
    return Markup('<a href="tel:{}"{}>{}</a>').format(number.replace(" ", ""), report, formats.telephone(number))
