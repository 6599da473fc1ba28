"""Our people by theirs: how strong each relationship is, what is thin, and what is done about it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.backends.utils import csrf_input
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.customers.grouping import group_of
from kundenkreis.history.models import Event
from kundenkreis.staff import access
from kundenkreis.staff.models import User
from kundenkreis.stakeholders.covering import missing
from kundenkreis.stakeholders.mapping import map_of
from kundenkreis.stakeholders.models.counterparts import may_grade
from kundenkreis.stakeholders.relationships import sheet_of
from kundenkreis.web.forms.stakeholders import GradeForm
from kundenkreis.web.heat_map import Writer
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.views import part_dialogs
from kundenkreis.web.views.stakeholder_maps import seen_account
from kundenkreis.web.views.stakeholders import changeable

TASK_DAYS = 7


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """`?group=legal`."""
    account = seen_account(request, pk)
    group = group_of(account, request.GET.get("group", ""), request.user)
    shown = map_of(group.ids, request.user)
    sheet = sheet_of(account, shown, request.user)
    if request.GET.get("part") == "threads":
        return fragment(request, "stakeholders/_threads.html", {"sheet": sheet})
    address = reverse("stakeholders:relationships", args=[pk])
    changes = access.may(request.user, "stakeholders.change", account)
    gradable = {us.pk for us in sheet.ours if changes and may_grade(request.user, us.pk)}
    plans = access.may(request.user, "activities.add", account)
    context = {
        "account": account,
        "group": group,
        "switch": [(text, f"{address}?group={name}" if name else address, on) for text, name, on in group.options],
        "sheet": sheet,
        "list_place": reverse("stakeholders:list"),
        "house": House.known(),
        "today": clock.today(),
        "rows": Writer(sheet, gradable, str(csrf_input(request)) if plans else "").rows(),
        "missing": missing(shown.roles),
        "may_plan": plans,
        "may_settle": access.may(request.user, "house.change"),
    }
    return render(request, "stakeholders/relationships.html", context)


def _colleague(request: HttpRequest, pk: Any) -> User:
    rows = User.objects.visible_to(request.user).living().filter(is_active=True)  # type: ignore[attr-defined]
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "POST"])
def grade(request: HttpRequest, pk: int, person_pk: int) -> HttpResponse:
    """How well one of us and she know each other, judged by hand."""
    one, person = changeable(request, pk), _colleague(request, person_pk)
    if not may_grade(request.user, person.pk):
        raise PermissionDenied
    form = GradeForm(request.POST if request.method == "POST" else None, user=request.user, whose=one, person=person)
    back = reverse("stakeholders:relationships", args=[one.account_id])
    if request.method == "POST" and form.save_by():
        return go(request, back, _("Saved."), undo=Event.objects.about(form.record).latest("pk"))
    title = _("%(ours)s and %(theirs)s") % {"ours": person.get_full_name(), "theirs": one}
    return part_dialogs.answer(request, form, one, title, back)


@require_POST
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """What is thin becomes a task of the colleague's (`person`; without one her own), due in a week."""
    one = changeable(request, pk, "stakeholders.see")
    if not access.may(request.user, "activities.add", one.account):
        raise PermissionDenied
    asked = request.POST.get("person", "")
    person: Any = _colleague(request, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    subject = _("Get to know %(name)s better") % {"name": one}
    made = Activity.add(
        by=request.user, kind="task", is_open=True, subject=subject[:200], account=one.account, contact=one.contact,
        owner=person or request.user, due_on=clock.today() + dt.timedelta(days=TASK_DAYS),
    )  # fmt: skip
    back = reverse("stakeholders:relationships", args=[one.account_id])
    text = _("“%(name)s” is on the list.") % {"name": made}
    return go(request, back, text, undo=Event.objects.about(made).latest("pk"))
