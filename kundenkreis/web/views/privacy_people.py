"""Restriction, legal hold and erasure of one person, of a colleague who left too; the list of erasures and restrictions; the inventory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.activities import handing_over
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account, Contact
from kundenkreis.privacy import erasing, former, inventory, restricting, saying
from kundenkreis.privacy.holding import Holding, Nothing, Purpose
from kundenkreis.privacy.models import Erasure, LegalHold, Restriction
from kundenkreis.staff import access
from kundenkreis.staff.models import User
from kundenkreis.web import formats
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms.privacy_people import EraseForm, HoldForm, RestrictForm
from kundenkreis.web.htmx import go
from kundenkreis.web.views.privacy_requests import small_form

SIZE = 50
Record = Contact | Account | User


def _record(noun: str, pk: int) -> Record:
    """The contact, the account of a private customer, or a colleague; whoever is restricted too, because here is where that is lifted."""
    model: Any = User if noun == "user" else restricting.MODELS[noun]
    record = model._base_manager.filter(pk=pk).first()
    if record is None or (isinstance(record, Account) and record.kind != Account.Kind.PERSON):
        raise Http404
    return record


def _require(request: HttpRequest, action: str = "privacy.see") -> None:
    if not access.may(request.user, action):
        raise PermissionDenied


def address(record: Record) -> str:
    return reverse(f"privacy_{record.noun()}s:person", args=[record.pk])


@require_safe
def person(request: HttpRequest, pk: int, noun: str) -> HttpResponse:
    """What can be done with a person's data, and what an erasure would do."""
    _require(request)
    return _shown(request, _record(noun, pk))


def _shown(request: HttpRequest, record: Record, **bound: forms.Form) -> HttpResponse:
    """The page, with the form that was sent and refused."""
    seen = erasing.preview(record)
    fresh = {
        "restrict": RestrictForm(prefix="r"),
        "hold": HoldForm(prefix="h"),
        "erase": EraseForm(
            prefix="e", called=seen.name, initial={"request_number": request.GET.get("request", "")[:40]}
        ),
    }
    context = {
        "record": record,
        "seen": seen,
        "forms": fresh | bound,
        "goes": [(capfirst(name), formats.count(count)) for name, count in seen.rows.items()],
        "spared": set(request.POST.getlist("spare")),
        "may_change": access.may(request.user, "privacy.change"),
        "here": "erasures",
        "namespace": f"privacy_{record.noun()}s",
        "open_page": _open_page(record),
        "owns": handing_over.belongings(record) if isinstance(record, User) and seen.erasure is None else None,
    }
    return render(request, "privacy/person.html", context, status=422 if bound else 200)


def _open_page(record: Record) -> str:
    """Where the record itself is; "" when nobody sees it any more."""
    if isinstance(record, User):
        return reverse("people:detail", args=[record.pk]) if record.erased_at is None else ""
    return reverse(f"{record.noun()}s:detail", args=[record.pk]) if record.restricted_at is None else ""


def _asked_first(
    request: HttpRequest, record: Record, question: tuple[str, str, str], work: Callable[[], Any], said: str
) -> HttpResponse:
    """Says what follows (title, what, button) before it is done; what is refused then is said in a message."""
    _require(request, "privacy.change")
    title, what, press = question
    if request.method != "POST":
        return small_form(request, forms.Form(), _called(record), title, what, press, address(record))
    try:
        work()
    except ValidationError as refused:
        said = " ".join(refused.messages)
    return go(request, address(record), said)


def _called(record: Record) -> str:
    """The person's name, which a restricted record does not hold."""
    restriction = restricting.of(record)
    return restriction.name if restriction else str(record)


@require_POST
def restrict(request: HttpRequest, pk: int, noun: str) -> HttpResponse:
    _require(request, "privacy.change")
    record, form = _record(noun, pk), RestrictForm(request.POST, prefix="r")
    if form.is_valid():
        try:
            restricting.restrict(record, by=request.user, **form.cleaned_data)
            return go(request, address(record), _("Restricted. Nobody sees this person any more, but here."))
        except ValidationError as refused:
            apply_errors(form, refused)
    return _shown(request, _record(noun, pk), restrict=form)


@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, pk: int, noun: str) -> HttpResponse:
    """Ask, then put everything back."""
    record = _record(noun, pk)
    what = _(
        "From then on whoever saw this person before sees her again, in lists, search, exports, mails and interfaces, and she may be contacted."
        " Tell her before you lift it (Art. 18 (3) GDPR)."
    )
    question = (_("Lift the restriction?"), what, _("Lift the restriction"))
    said = _("Lifted. Everything is where it was.")
    return _asked_first(request, record, question, lambda: restricting.lift(record, by=request.user), said)


@require_POST
def hold(request: HttpRequest, pk: int, noun: str) -> HttpResponse:
    _require(request, "privacy.change")
    record, form = _record(noun, pk), HoldForm(request.POST, prefix="h")
    if form.is_valid():
        try:
            restricting.hold(record, by=request.user, **form.cleaned_data)
            return go(request, address(record), _("Held. This person cannot be erased until it is lifted."))
        except ValidationError as refused:
            apply_errors(form, refused)
    return _shown(request, record, hold=form)


@require_http_methods(["GET", "POST"])
def end_hold(request: HttpRequest, pk: int, noun: str) -> HttpResponse:
    """Ask, then let the person be erased again."""
    record = _record(noun, pk)
    what = _("From then on the person can be erased for good. Lift it only when the claim or the proceedings are over.")
    question = (_("Lift the legal hold?"), what, _("Lift the legal hold"))
    said = _("The legal hold is lifted.")
    return _asked_first(request, record, question, lambda: restricting.end_hold(record, by=request.user), said)


@require_POST
def erase(request: HttpRequest, pk: int, noun: str) -> HttpResponse:
    """Carry the erasure out."""
    _require(request, "privacy.change")
    record = _record(noun, pk)
    restriction = restricting.of(record)
    form = EraseForm(request.POST, prefix="e", called=restriction.name if restriction else str(record))
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("note", "request_number")}
        try:
            erasure = erasing.begin(record, by=request.user, spared=request.POST.getlist("spare"), **given)
            return go(request, reverse("privacy_erasures:detail", args=[erasure.pk]), _("The erasure has begun."))
        except ValidationError as refused:
            apply_errors(form, refused)
    return _shown(request, record, erase=form)


@require_safe
def erasures(request: HttpRequest) -> HttpResponse:
    """Erasures with their state and dates, the last first; restrictions and legal holds that are in force. `?before=` goes on."""
    _require(request)
    rows = Erasure.objects.visible_to(request.user).select_related("begun_by").order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    some = list(rows[: SIZE + 1])
    holds = list(LegalHold.objects.visible_to(request.user).filter(lifted_at=None).order_by("-pk")[:500])
    names = _names(holds)
    context = {
        "erasures": some[:SIZE],
        "more": some[SIZE - 1].pk if len(some) > SIZE else 0,
        "restrictions": list(
            Restriction.objects.visible_to(request.user)
            .filter(lifted_at=None)
            .defer("sealed")
            .select_related("by")
            .order_by("-pk")[:500]
        ),
        "holds": [(one, names.get((one.noun, one.record_id), "")) for one in holds],
        "former": former.everybody()[:500],
        "months": House.known().forget_colleagues_months,
        "here": "erasures",
    }
    return render(request, "privacy/erasures.html", context)


def _names(holds: list[LegalHold]) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}
    models: dict[str, Any] = {**restricting.MODELS, "user": User}
    for noun, model in models.items():
        numbers = [one.record_id for one in holds if one.noun == noun]
        found |= {(noun, record.pk): str(record) for record in model._base_manager.filter(pk__in=numbers)}
    return found


@require_safe
def erasure(request: HttpRequest, pk: int) -> HttpResponse:
    """One erasure: what was done, what is kept for the books and until when."""
    _require(request)
    one = Erasure.objects.visible_to(request.user).filter(pk=pk).first()
    if one is None:
        raise Http404
    return render(request, "privacy/erasure.html", {"one": one, "here": "erasures", "counted": _counted(one)})


def _counted(one: Erasure) -> list[tuple[str, str]]:
    said = {
        "rows": _("Rows deleted with the person"), "documents": _("Documents deleted"), "history": _("Entries of history without her values"),
        "texts": _("Places in texts of others"), "leftovers": _("Kept answers, sessions and cells"), "files": _("Kept files deleted"),
        "in_files": _("Documents of others that name her in their file"), "shells": _("Nameless records that stay"),
    }  # fmt: skip
    return [(label, formats.count(one.counts.get(name, 0))) for name, label in said.items()]


@require_safe
def shown_inventory(request: HttpRequest) -> HttpResponse:
    """Which table and place holds whose data, what for, how long, and what erasure does with them: those of one purpose at once."""
    _require(request)
    asked = request.GET.get("for", "")
    purpose = asked if asked in {*Purpose.values, "nothing"} else Purpose.CARE.value
    own = [line for line in inventory.lines().values() if _is_of(line, purpose)]
    kinds = [*Purpose.choices, ("nothing", _("Nothing about a person"))]
    context = {
        "lines": [(line, saying.named(line)) for line in own],
        "is_nothing": purpose == "nothing",
        "kinds": [(label, f"?for={value}", value == purpose, None) for value, label in kinds],
        "here": "inventory",
        "labels": _labels,
    }
    return render(request, "privacy/inventory.html", context)


def _is_of(line: Holding | Nothing, purpose: str) -> bool:
    return line.purpose.value == purpose if isinstance(line, Holding) else purpose == "nothing"


def _labels(line: Holding, names: list[str]) -> str:
    """The columns of a line by what they are called."""
    return ", ".join(dict.fromkeys(saying.column(line, name) for name in names))
