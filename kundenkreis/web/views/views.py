"""Saved views of lists: keep one, change it, share it, throw it away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kundenkreis.core.records import Stale
from kundenkreis.lists.models import SavedView, StartView
from kundenkreis.staff import access
from kundenkreis.web.forms import VerbForm
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.lists.page import REGISTRY, ListPage, may_change
from kundenkreis.web.lists.state import canonical, view_address


class ViewForm(VerbForm):
    class Meta:
        model = SavedView
        fields = ["name", "shared"]
        widgets = {"shared": forms.RadioSelect}

    def __init__(self, *args: Any, user: Any, list_name: str = "", query: str | None = None, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.list_name, self.query = list_name, query
        self.fields["shared"].choices = [
            (value, label) for value, label in SavedView.Shared.choices if may_share(user, value)
        ]
        self.fields["shared"].label = gettext_lazy("visible to")

    def values(self) -> dict[str, Any]:
        values = super().values()
        values["team"] = self.user.team if values["shared"] == SavedView.Shared.TEAM else None
        if self.query is not None:
            values["query"] = self.query
        return values if self.instance.pk else values | {"list_name": self.list_name, "owner": self.user}


def may_share(user: Any, shared: str) -> bool:
    """With whom this person may share a view; with her team only if she is in one."""
    if shared == SavedView.Shared.ALL:
        return access.may(user, "views.share_all")
    if shared == SavedView.Shared.TEAM:
        return user.team_id is not None and access.may(user, "views.share_team")
    return True


def _list_of(name: str) -> ListPage:
    if name not in REGISTRY:
        raise Http404
    return REGISTRY[name]


def _changeable(request: HttpRequest, pk: int) -> SavedView:
    view = get_object_or_404(SavedView.objects.visible_to(request.user).living(), pk=pk)
    if not may_change(request.user, view):
        raise PermissionDenied
    return view


def add(request: HttpRequest) -> HttpResponse:
    """Keep what the list shows now (`?list=accounts&f=…&sort=…`) under a name."""
    if not access.may(request.user, "views.add"):
        raise PermissionDenied
    page = _list_of(request.GET.get("list", ""))
    query = canonical(request.GET)
    if len(query) > 2000:
        query = ""
    posted = request.POST if request.method == "POST" else None
    form = ViewForm(
        posted, user=request.user, list_name=page.name, query=query, initial={"shared": SavedView.Shared.PRIVATE}
    )
    if request.method == "POST" and form.save_by():
        return go(
            request, page.url + view_address(form.record), _("The view “%(name)s” was saved.") % {"name": form.record}
        )
    return _answer(request, form, page, _("Save this view"))


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name or another circle; with `query` in the POST what it shows."""
    view = _changeable(request, pk)
    page = _list_of(view.list_name)
    if request.method == "POST" and "query" in request.POST:
        version = request.POST.get("version", "")
        query = canonical(request.POST["query"])[:2000]
        try:
            event = view.change(by=request.user, version=int(version) if version.isdigit() else None, query=query)
        except Stale:
            return go(
                request,
                page.url + f"?view={pk}",
                _("Somebody else has changed this view meanwhile. Nothing was saved; this is how it is now."),
            )
        return go(request, page.url + view_address(view), _("The view was saved."), undo=event)
    form = ViewForm(request.POST if request.method == "POST" else None, instance=view, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, page.url + view_address(form.record), _("Saved."), undo=form.event)
    return _answer(request, form, page, _("Rename or share"))


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    view = _changeable(request, pk)
    event = view.discard(by=request.user)
    return go(request, _list_of(view.list_name).url, _("The view “%(name)s” was deleted.") % {"name": view}, undo=event)


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the list with this view from now on (`on`), or with everything again. For oneself alone, so any view will do that one sees."""
    view = get_object_or_404(SavedView.objects.visible_to(request.user).living(), pk=pk)
    page = _list_of(view.list_name)
    if request.POST.get("on"):
        StartView.choose(request.user, view)  # type: ignore[arg-type]
        said = _("“%(list)s” opens with the view “%(name)s” from now on.")
    else:
        StartView.forget(request.user, view.list_name)  # type: ignore[arg-type]
        said = _("“%(list)s” shows everything again when it is opened.")
    return go(request, page.url + view_address(view), said % {"list": page.title, "name": view})


def _answer(request: HttpRequest, form: ViewForm, page: ListPage, title: str) -> HttpResponse:
    status = 409 if form.conflict else 422 if form.is_bound else 200
    context = {"form": form, "title": title, "back": page.url, "address": request.get_full_path()}
    return fragment(request, "lists/view.html", context, status=status)
