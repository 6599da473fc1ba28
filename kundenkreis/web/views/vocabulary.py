"""The words that records are sorted by: product families (a tree), units, tags. List, add, rename, to the bin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.catalogue.models import Family, Product, Unit
from kundenkreis.customers.models import Account, Tag
from kundenkreis.history.models import Event
from kundenkreis.staff import access
from kundenkreis.web import formats
from kundenkreis.web.forms import VerbForm
from kundenkreis.web.forms.vocabulary import FamilyForm, TagForm, UnitForm
from kundenkreis.web.htmx import go
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.teams import as_tree


@dataclass(frozen=True)
class Vocabulary:
    """One kind of word: who may do what (`noun` of the access table), its form, and how it is counted and found where it is used."""

    name: str
    model: Any
    noun: str
    form: type[VerbForm]
    title: Any
    new: Any
    icon: str
    empty: Any
    used: Callable[[HttpRequest, list[int]], dict[int, int]]
    used_at: Callable[[int], str]
    said: Callable[[int], str]
    code: bool = False


def _products_by(column: str) -> Callable[[HttpRequest, list[int]], dict[int, int]]:
    def count(request: HttpRequest, ids: list[int]) -> dict[int, int]:
        products = Product.objects.visible_to(request.user).living().filter(**{f"{column}__in": ids})
        return dict(products.values_list(column).annotate(n=Count("pk")).order_by())

    return count


def _tagged(request: HttpRequest, ids: list[int]) -> dict[int, int]:
    accounts = Account.objects.visible_to(request.user).living().filter(tags__in=ids)
    return dict(accounts.values_list("tags").annotate(n=Count("pk")).order_by())


def _products(count: int) -> str:
    return ngettext("%(count)s product", "%(count)s products", count) % {"count": formats.number(count, 0)}


def _accounts(count: int) -> str:
    return ngettext("%(count)s account", "%(count)s accounts", count) % {"count": formats.number(count, 0)}


FAMILIES = Vocabulary(
    "families",
    Family,
    "products",
    FamilyForm,
    lazy("Product families"),
    lazy("New product family"),
    "layers",
    lazy("No product family yet. Families sort the products, and may lie within each other."),
    _products_by("family"),
    lambda pk: reverse("products:list") + f"?f=family:in:{pk}",
    _products,
    code=True,
)
UNITS = Vocabulary(
    "units",
    Unit,
    "products",
    UnitForm,
    lazy("Units"),
    lazy("New unit"),
    "scale",
    lazy("No unit yet. A unit has the code that e-invoices want: C62 is a piece, KGM a kilogram."),
    _products_by("unit"),
    lambda pk: reverse("products:list") + f"?f=unit:in:{pk}",
    _products,
    code=True,
)
TAGS = Vocabulary(
    "tags",
    Tag,
    "accounts",
    TagForm,
    lazy("Tags"),
    lazy("New tag"),
    "tag",
    lazy("No tag yet. Tags mark accounts across all other order."),
    _tagged,
    lambda pk: reverse("accounts:list") + f"?f=tag:in:{pk}",
    _accounts,
)
ALL = {one.name: one for one in (FAMILIES, UNITS, TAGS)}


def may(request: HttpRequest, words: Vocabulary, verb: str) -> bool:
    """Whoever keeps products keeps families and units. Whoever changes accounts may think of a tag; renaming or discarding one changes
    everybody's accounts, and is for those who hand accounts over."""
    if words is TAGS:
        return access.may(request.user, "accounts.change" if verb == "add" else "accounts.assign")
    return access.may(request.user, f"{words.noun}.{verb}")


def require(request: HttpRequest, words: Vocabulary, verb: str) -> None:
    if not may(request, words, verb):
        raise PermissionDenied


def _seen(request: HttpRequest, words: Vocabulary) -> Any:
    return words.model.objects.visible_to(request.user)


@require_safe
def index(request: HttpRequest, kind: str) -> HttpResponse:
    words = ALL[kind]
    if not access.may(request.user, f"{words.noun}.see"):
        raise PermissionDenied
    found = list(_seen(request, words).living())
    used = words.used(request, [one.pk for one in found])
    tree = as_tree(found) if words is FAMILIES else [(0, one) for one in found]
    context = {
        "words": words,
        "rows": [(depth, one, words.said(used.get(one.pk, 0)), words.used_at(one.pk)) for depth, one in tree],
        "may_add": may(request, words, "add"),
        "may_change": may(request, words, "change"),
        "may_discard": may(request, words, "discard"),
        "list_url": reverse(f"{kind}:list"),
    }
    return render(request, "vocabulary/list.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, kind: str, pk: int | None = None) -> HttpResponse:
    """A new word, or another name for one; with its history."""
    words = ALL[kind]
    record = get_object_or_404(_seen(request, words), pk=pk) if pk else None
    require(request, words, "change" if pk else "add")
    if record is not None and record.deleted_at is not None:
        raise Http404
    form = words.form(request.POST if request.method == "POST" else None, instance=record, user=request.user)
    back = reverse(f"{kind}:list")
    if request.method == "POST" and form.save_by():
        event = form.event if pk else Event.objects.about(form.record).latest("pk")
        return go(request, back, _("Saved."), undo=event)
    context: dict[str, Any] = {"words": words, "list_url": back, "events": []}
    if record is None:
        context |= {"form": form, "record": None}
        return render(request, "vocabulary/edit.html", context, status=422 if form.is_bound else 200)
    context |= steps_of(request, record)
    return editing.whole(request, form, record, "vocabulary/edit.html", **context)


@require_POST
def discard(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """To the bin, unless other families lie within it."""
    words = ALL[kind]
    record = get_object_or_404(_seen(request, words), pk=pk)
    require(request, words, "discard")
    back = reverse(f"{kind}:list")
    if words is FAMILIES and Family.objects.living().filter(Q(parent=record)).exists():
        return go(request, back, _("Other families lie within “%(name)s”. Move them first.") % {"name": record})
    try:
        event = record.discard(by=request.user)
    except ValidationError as refused:
        return go(request, back, " ".join(refused.messages))
    return go(request, back, _("“%(name)s” is in the bin.") % {"name": record}, undo=event)
