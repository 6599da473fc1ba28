"""Activities: what the composer over a timeline writes."""

from __future__ import annotations

from itertools import islice

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import retarget

from kundenkreis.core.text import words
from kundenkreis.customers.models import Account, Contact
from kundenkreis.staff import access
from kundenkreis.staff.models import User
from kundenkreis.web.forms.activities import ComposerForm
from kundenkreis.web.htmx import fragment, go, is_htmx, toast
from kundenkreis.web.timeline import Timeline
from kundenkreis.web.views.account_page import page_of

MENTIONS = 8


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """One entry of the composer: on an account (`account`) or a contact (`contact`). Answers the new line, or the page."""
    account = _chosen(request, Account, "account")
    contact = _chosen(request, Contact, "contact")
    whose = account or contact
    if whose is None or not access.may(request.user, "activities.add", whose):
        raise PermissionDenied
    form = ComposerForm(request.POST, user=request.user, account=account, contact=contact)
    back = reverse("accounts:detail", args=[account.pk]) if account else reverse("contacts:detail", args=[contact.pk])  # type: ignore[union-attr]
    if not form.save_by():
        if is_htmx(request):
            return fragment(request, "timeline/refused.html", {"form": form}, status=422)
        return render(request, "timeline/refused_page.html", {"form": form, "whose": whose, "back": back}, status=422)
    said = _("Saved.") if not form.record.is_open else _("“%(name)s” is on your list.") % {"name": form.record}
    if not is_htmx(request):
        return go(request, back, said)
    stream = Timeline(request.user, [account.pk] if account else [], contact=None if account else contact.pk)  # type: ignore[union-attr]
    response = fragment(
        request,
        "timeline/added.html",
        {"item": stream.told([form.record])[0], "open": form.record.is_open, "one": form.record},
    )
    retarget(response, "#stream-items")  # the present one: the stream may have been exchanged since the entry was sent
    return toast(request, response, said)


@require_safe
def mention(request: HttpRequest) -> HttpResponse:
    """Colleagues who can be named with an @ in an entry: those who may see what is written there, whose name begins as typed."""
    whose = _chosen(request, Account, "account") or _chosen(request, Contact, "contact")
    if not access.may(request.user, "activities.see"):
        raise PermissionDenied
    typed = words(request.GET.get("q", "")[:80])
    people = User.objects.visible_to(request.user).living().filter(is_active=True).exclude(pk=request.user.pk)
    may_see = (
        one for one in people if _begins(typed, one) and (whose is None or access.may(one, "activities.see", whose))
    )
    found = [{"name": one.get_full_name(), "role": one.get_role_display()} for one in islice(may_see, MENTIONS)]
    return JsonResponse({"people": found if typed else []})


def _begins(typed: list[str], person: User) -> bool:
    """Does each typed word begin a word of her name?"""
    name = words(person.get_full_name())
    return all(any(word.startswith(part) for word in name) for part in typed)


@require_safe
def of_account(request: HttpRequest, pk: int) -> HttpResponse:
    """The next page of an account's timeline, or another kind of it."""
    account = get_object_or_404(Account.objects.visible_to(request.user), pk=pk)
    page = page_of(account, request)
    if not is_htmx(request):
        return render(request, "accounts/timeline.html", page._head() | page.stream())
    return fragment(request, "timeline/_stream.html", page.stream() | {"only_items": "after" in request.GET})


def _chosen(request: HttpRequest, model: type[Account] | type[Contact], name: str):
    text = (request.POST if request.method == "POST" else request.GET).get(name, "")
    if not text:
        return None
    rows = model.objects.visible_to(request.user).living()
    return get_object_or_404(rows, pk=int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0)
