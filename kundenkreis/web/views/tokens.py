"""API tokens: keys with which a program works in a person's name. The key itself is shown once."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.staff import access
from kundenkreis.staff.models import ApiToken, User
from kundenkreis.staff.scopes import CALENDAR
from kundenkreis.web import htmx
from kundenkreis.web.forms.me import TokenForm, words_of


def tokens_of(person: User) -> list[tuple[ApiToken, str]]:
    """A person's tokens, newest first, each with its scopes in words."""
    return [(token, words_of(token.scopes)) for token in ApiToken.objects.filter(user=person)]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    own = [one for one in tokens_of(request.user) if one[0].scopes != [CALENDAR]]  # those are on a page of their own
    context = {"tokens": own, "tab": "tokens", "may_add": access.may(request.user, "tokens.add")}
    return render(request, "tokens/list.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
def add(request: HttpRequest) -> HttpResponse:
    """GET the form; POST makes the token and shows its key, on this one page only."""
    if not access.may(request.user, "tokens.add"):
        raise PermissionDenied
    form = TokenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        token, key = ApiToken.issue(
            user=request.user, name=form.cleaned_data["name"], scopes=form.scopes(), by=request.user, days=form.days()
        )
        return render(request, "tokens/shown.html", {"token": token, "key": key, "tab": "tokens"})
    return render(request, "tokens/add.html", {"form": form, "tab": "tokens"}, status=422 if form.errors else 200)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own token, or, by an administrator, anybody's."""
    every = access.may(request.user, "people.change")
    token = get_object_or_404(ApiToken, pk=pk) if every else get_object_or_404(ApiToken, pk=pk, user=request.user)
    token.revoke(by=request.user)
    mine = "me:calendar" if token.scopes == [CALENDAR] else "tokens:list"
    back = reverse(mine) if token.user_id == request.user.pk else reverse("people:detail", args=[token.user_id])
    if token.scopes == [CALENDAR]:
        return htmx.go(request, back, _("The address “%(name)s” shows nothing any more.") % {"name": token.name})
    return htmx.go(request, back, _("The token “%(name)s” does not work any more.") % {"name": token.name})
