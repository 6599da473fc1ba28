"""The wish register: the list by what stands behind, one wish with who asks for it, and who is to be told."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.activities import permission
from kundenkreis.core.models import House
from kundenkreis.customers.discretion import spare
from kundenkreis.history.models import Event
from kundenkreis.needs import joining
from kundenkreis.needs.models import Wish, WishAsk, WishTelling
from kundenkreis.needs.weighing import behind
from kundenkreis.staff import access
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms.wishes import AskForm, JoinForm, StatusForm, TellForm, WishForm
from kundenkreis.web.htmx import go
from kundenkreis.web.lists import boards
from kundenkreis.web.lists.exporting import export as export_list
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing, part_dialogs
from kundenkreis.web.views.editing import who_was_faster
from kundenkreis.web.views.needs import account_in, require
from kundenkreis.web.views.wish_lists import TELLINGS, TONES, WISHES

MOST = 200  # customers who ask, and tellings, on one page; all of them are in the lists


def seen(request: HttpRequest, pk: int) -> Wish:
    rows = Wish.objects.visible_to(request.user).for_list().select_related("merged_into")
    return get_object_or_404(rows, pk=pk)


def changeable(request: HttpRequest, pk: int, action: str = "wishes.change") -> Wish:
    one = seen(request, pk)
    if one.deleted_at is not None:
        raise Http404
    if not access.may(request.user, action, one):
        raise PermissionDenied
    return one


def here(one: Wish) -> str:
    return reverse("wishes:detail", args=[one.pk])


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request, "wishes.see")
    return WISHES.answer(request, more_links=[(_("Who is told"), reverse("wish_tellings:list"), "message-circle")])


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    return export_list(WISHES, request)


@require_POST
def move(request: HttpRequest, key: str) -> HttpResponse:
    return boards.move(WISHES, request, key)


@require_safe
def tellings(request: HttpRequest) -> HttpResponse:
    """Who is still to be told first, then who was."""
    require(request, "wishes.see")
    return TELLINGS.answer(request)


@require_safe
def tellings_export(request: HttpRequest) -> HttpResponseBase:
    return export_list(TELLINGS, request)


@require_safe
def telling(request: HttpRequest, pk: int) -> HttpResponse:
    """A line of that list leads to its wish."""
    one = get_object_or_404(WishTelling.objects.visible_to(request.user), pk=pk)
    return redirect("wishes:detail", one.wish_id)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    one = seen(request, pk)
    may = one.deleted_at is None and one.merged_into_id is None and access.may(request.user, "wishes.change", one)
    asks = list(
        WishAsk.objects.visible_to(request.user).living().filter(wish=one).for_list().order_by("-weight", "pk")[:MOST]
    )
    told = list(
        WishTelling.objects.visible_to(request.user)
        .living()
        .filter(wish=one)
        .for_list()
        .order_by("-told_on", "-pk")[:MOST]
    )
    spare(request.user, [*asks, *told], "contact")
    stand = behind([one], request.user)[one.pk]
    for ask in asks:
        ask.may_change = may and access.may(request.user, "wishes.change", ask)
        ask.revenue, ask.open_value = stand.accounts.get(ask.account_id), stand.open_values.get(ask.account_id)
    context: dict[str, Any] = {
        "one": one,
        "subject": one,
        "tone": TONES[one.status],
        "currency": House.known().currency,
        "asks": sorted(asks, key=lambda ask: -(ask.revenue or 0)),
        "behind": stand,
        "waiting": _waiting(request, [each for each in told if each.is_waiting], may),
        "told": [each for each in told if not each.is_waiting],
        "may_change": may,
        "may_discard": access.may(request.user, "wishes.discard", one),
        "merged": list(one.merged.living()),
        "trail": steps_of(request, one),
    }
    return render(request, "wishes/detail.html", context)


def _waiting(request: HttpRequest, waiting: list[WishTelling], may: bool) -> list[dict[str, Any]]:
    """Who is still to be told, with a mail that is prepared where she may be written to, and why not where she may not."""
    people = [one.contact for one in waiting if one.contact is not None]
    answers = permission.may_contact_many(people, "service", "email") if people else {}
    rows = []
    for one in waiting:
        answer = answers.get(one.contact_id) if one.contact else None
        mail = _mail(one) if answer is not None and answer.allowed and one.contact and one.contact.email else ""
        rows.append({
            "one": one, "mail": mail, "why": answer.sentence if answer is not None and not answer.allowed else "",
            "may": may and access.may(request.user, "wishes.change", one),
        })  # fmt: skip
    return rows


def _mail(one: WishTelling) -> str:
    """A mail to who asked: what she wished for, and what became of it. She who tells looks at it and sends it herself."""
    body = _("You asked for: %(wish)s.") % {"wish": one.wish.title}
    body += "\n\n" + (one.wish.answer or str(one.get_status_display()))
    subject = _("Your wish: %(wish)s") % {"wish": one.wish.title}
    return f"mailto:{quote(one.contact.email, safe='@')}?subject={quote(subject)}&body={quote(body)}"  # type: ignore[union-attr]


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A wish; `?account=` names the customer who asks for it."""
    require(request, "wishes.add")
    account = account_in(request)
    form = WishForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        if account is not None and access.may(request.user, "wishes.change", account):
            WishAsk.add(by=request.user, wish=form.record, account=account)
        return go(request, here(form.record), _("“%(name)s” was added.") % {"name": form.record}, undo=event)
    return editing.whole(request, form, None, "wishes/edit.html", account=account)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    one = changeable(request, pk)
    form = WishForm(request.POST if request.method == "POST" else None, instance=one, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, here(one), _("Saved."), undo=form.event)
    return editing.whole(request, form, one, "wishes/edit.html")


@require_http_methods(["GET", "POST"])
def status(request: HttpRequest, pk: int) -> HttpResponse:
    """How it stands now; whoever asked for it is to be told."""
    one = changeable(request, pk)
    form = StatusForm(request.POST if request.method == "POST" else None, instance=one, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, here(one), _("Saved."), undo=form.event)
    return part_dialogs.answer(request, form, one, _("Status of the wish"), here(one), who=who_was_faster(form))


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    one = changeable(request, pk, "wishes.discard")
    try:
        event = one.discard(by=request.user)
    except ValidationError:
        return go(request, reverse("wishes:list"), _("It is in the bin already."))
    return go(request, reverse("wishes:list"), _("“%(name)s” is in the bin.") % {"name": one}, undo=event)


@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """It is the same as another wish, and becomes part of that one."""
    one = changeable(request, pk)
    form = JoinForm(request.POST if request.method == "POST" else None, wish=one)
    if request.method == "POST" and form.is_valid():
        kept = form.cleaned_data["into"]
        try:
            event = joining.join(kept, one, by=request.user)
        except ValidationError as refused:
            apply_errors(form, refused)
        else:
            said = _("“%(name)s” is part of “%(kept)s” now.") % {"name": one, "kept": kept}
            return go(request, here(kept), said, undo=event)
    return part_dialogs.answer(request, form, one, _("The same as another wish"), here(one))


# --- who asks, and who is told


@require_http_methods(["GET", "POST"])
def add_ask(request: HttpRequest, pk: int) -> HttpResponse:
    one = changeable(request, pk)
    form = AskForm(request.POST if request.method == "POST" else None, user=request.user, whose=one)
    if (
        request.method == "POST"
        and form.is_valid()
        and not access.may(request.user, "wishes.change", form.cleaned_data["account"])
    ):
        form.add_error("account", _("This account is not yours to change."))
    if request.method == "POST" and form.save_by():
        return go(request, here(one), _("Saved."), undo=Event.objects.about(form.record).latest("pk"))
    return part_dialogs.answer(request, form, one, _("Customer who asks"), here(one))


def _ask(request: HttpRequest, pk: int, ask_pk: int) -> WishAsk:
    one = changeable(request, pk)
    ask = get_object_or_404(WishAsk.objects.visible_to(request.user).living().for_list(), pk=ask_pk, wish=one)
    if not access.may(request.user, "wishes.change", ask):
        raise PermissionDenied
    return ask


@require_http_methods(["GET", "POST"])
def change_ask(request: HttpRequest, pk: int, ask_pk: int) -> HttpResponse:
    ask = _ask(request, pk, ask_pk)
    form = AskForm(request.POST if request.method == "POST" else None, instance=ask, user=request.user, whose=ask.wish)
    if request.method == "POST" and form.save_by():
        return go(request, here(ask.wish), _("Saved."), undo=form.event)
    address = reverse("wishes:discard_ask", args=[pk, ask_pk])
    return part_dialogs.answer(
        request, form, ask.wish, str(ask.account), here(ask.wish), discard=address, who=who_was_faster(form)
    )


@require_POST
def discard_ask(request: HttpRequest, pk: int, ask_pk: int) -> HttpResponse:
    ask = _ask(request, pk, ask_pk)
    return part_dialogs.discard(request, ask, here(ask.wish))


@require_http_methods(["GET", "POST"])
def tell(request: HttpRequest, pk: int, telling_pk: int) -> HttpResponse:
    """The customer has been told: how, when, and what she said."""
    one = changeable(request, pk)
    waiting = get_object_or_404(
        WishTelling.objects.visible_to(request.user).living().for_list(), pk=telling_pk, wish=one
    )
    if not access.may(request.user, "wishes.change", waiting):
        raise PermissionDenied
    form = TellForm(request.POST if request.method == "POST" else None, instance=waiting, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, here(one), _("%(customer)s has been told.") % {"customer": waiting.account}, undo=form.event)
    return part_dialogs.answer(request, form, one, str(waiting.account), here(one), who=who_was_faster(form))
