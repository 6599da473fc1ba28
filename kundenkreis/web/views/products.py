"""Products: list, page with sales and prices, changing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.catalogue.models import Price, PriceList, Product
from kundenkreis.core import clock, search
from kundenkreis.core.models import House
from kundenkreis.customers.grouping import Group
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.orders import product_figures as figures
from kundenkreis.orders.figures import recorded_since, years_back
from kundenkreis.staff import access
from kundenkreis.web import charts, formats, opening
from kundenkreis.web.forms.products import PriceForm, PriceListForm, ProductForm
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.lists.exporting import export as export_list
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.product_list import PRODUCTS


def require(request: HttpRequest, action: str) -> None:
    if not access.may(request.user, action):
        raise PermissionDenied


def seen(request: HttpRequest, pk: int) -> Product:
    """The product, in the bin too, if the person may see it; 404 otherwise."""
    return get_object_or_404(Product.objects.visible_to(request.user).select_related("family", "unit"), pk=pk)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    words = [
        (_("Families"), reverse("families:list"), "layers"),
        (_("Units"), reverse("units:list"), "scale"),
    ]
    return PRODUCTS.answer(request, more_links=words)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    return export_list(PRODUCTS, request)


@require_safe
def options(request: HttpRequest) -> HttpResponse:
    """What a combobox finds for `?q=`."""
    text = request.GET.get("q", "").strip()[:100]
    rows = Product.objects.visible_to(request.user).living()
    ids = [hit.subject_id for hit in search.find(search.PRODUCT, text, limit=10)] if text else []
    known = rows.in_bulk(ids)
    found = [known[pk] for pk in ids if pk in known] if text else list(rows.order_by("key", "pk")[:10])
    return fragment(request, "products/options.html", {"found": found})


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    product = seen(request, pk)
    may_change = product.deleted_at is None and access.may(request.user, "products.change")
    prices = (
        Price.objects.living()
        .filter(product=product)
        .for_list()
        .order_by("price_list__name", "-starts_on", "from_quantity", "pk")
    )
    context = {
        "product": product,
        "may_change": may_change,
        "may_discard": access.may(request.user, "products.discard"),
        "may_see_cost": access.may(request.user, "products.see_cost"),
        "prices": list(prices),
        "own_facts": editing.own_facts(product, "", False, request.user),
        "price_form": PriceForm(user=request.user, product=product)
        if may_change and PriceList.objects.living().exists()
        else None,
        "today": clock.today(),
        "currency": House.known().currency,
    }
    context |= _sales(request, product) | steps_of(request, product)
    return render(request, "products/detail.html", context)


def _sales(request: HttpRequest, product: Product) -> dict[str, Any]:
    """Figures over the sales that this person may see."""
    today, currency = clock.today(), House.known().currency
    lines = figures.lines_for(request.user, product.pk)
    year = dt.date(today.year, 1, 1)
    months = figures.by_month(lines, dt.date(today.year - 1, 1, 1), today)
    since = recorded_since() or today
    twelve = years_back(today, 1) + dt.timedelta(days=1)
    revenue = figures.total(months, year, today)
    last_year = dt.date(today.year - 1, 1, 1)
    before = figures.total(months, last_year, years_back(today, 1)) if since <= last_year else Decimal(0)
    return {
        "revenue": revenue,
        "revenue_change": formats.change(revenue, before) if before > 0 else None,
        "pieces": sum((m.quantity for m in months if m.first >= year), Decimal(0)),
        "buyer_count": figures.count_buyers(lines, twelve, today),
        "buyers": figures.buyers(lines, twelve, today),
        **_chart(product, _bars(product, months, today, since), today, currency),
        "rows": {
            "revenue": opening.lines_of(product.pk, opening.between(year, today)),
            "buyers": opening.lines_of(product.pk, opening.between(twelve, today)),
            "cost": reverse("history:record", args=["catalogue.product", product.pk]),
        },
        "bought_url": lambda account: opening.lines_of(
            product.pk, opening.between(twelve, today), whose=Group(Account(pk=account))
        ),
        "only_mine": not access.reach(request.user, "orders.see").everything,
    }


def _chart(product: Product, bars: list[charts.Bar], today: dt.date, currency: str) -> dict[str, Any]:
    """This year beside last year as a drawing, and as a table for those who cannot see it."""
    title = _("Revenue by month, %(this)s against %(last)s") % {"this": today.year, "last": today.year - 1}
    return {
        "chart": charts.monthly_bars(
            bars, title=title, this=str(today.year), last=str(today.year - 1), currency=currency
        ),
        "has_line": sum(bar.before is not None for bar in bars) > 1,
        "chart_rows": [
            [
                formats.month(n, wide=True),
                formats.opened(_money(bar.value, currency), bar.url if bar.value else ""),
                formats.opened(
                    _money(bar.before, currency), _month_url(product, today.year - 1, n, today) if bar.before else ""
                ),
            ]
            for n, bar in enumerate(bars, 1)
        ],
    }


def _money(value: Any, currency: str) -> str:
    return "" if value is None else formats.money(value, currency, 0)


def _month_url(product: Product, year: int, number: int, today: dt.date) -> str:
    return opening.lines_of(product.pk, opening.month(year, number, today))


def _bars(product: Product, months: list[figures.Sold], today: dt.date, since: dt.date) -> list[charts.Bar]:
    """This year's months beside last year's, as far as there are records of it."""
    found = {(m.first.year, m.first.month): m.revenue for m in months}
    return [
        charts.Bar(
            formats.month(number),
            found.get((today.year, number), Decimal(0)) if number <= today.month else None,
            found.get((today.year - 1, number), Decimal(0))
            if dt.date(today.year - 1, number, 1) >= since.replace(day=1)
            else None,
            is_open=number == today.month,
            url=_month_url(product, today.year, number, today) if number <= today.month else "",
        )
        for number in range(1, 13)
    ]


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    require(request, "products.add")
    form = ProductForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(
            request,
            reverse("products:detail", args=[form.record.pk]),
            _("“%(name)s” was added.") % {"name": form.record},
        )
    return render(request, "products/edit.html", {"form": form, "record": None}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    product = seen(request, pk)
    require(request, "products.change")
    if product.deleted_at is not None:
        raise Http404
    form = ProductForm(request.POST if request.method == "POST" else None, instance=product, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, reverse("products:detail", args=[pk]), _("Saved."), undo=form.event)
    return editing.whole(request, form, product, "products/edit.html")


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    product = seen(request, pk)
    require(request, "products.discard")
    try:
        event = product.discard(by=request.user)
    except ValidationError:
        return go(request, reverse("products:detail", args=[pk]), _("It is in the bin already."))
    return go(request, reverse("products:list"), _("“%(name)s” is in the bin.") % {"name": product}, undo=event)


@require_http_methods(["GET", "POST"])
def price(request: HttpRequest, pk: int, price_pk: int | None = None) -> HttpResponse:
    """A new price of a product, or one that is there already."""
    product = seen(request, pk)
    require(request, "products.change")
    present = get_object_or_404(Price.objects.living(), pk=price_pk, product=product) if price_pk else None
    form = PriceForm(
        request.POST if request.method == "POST" else None, instance=present, user=request.user, product=product
    )
    if request.method == "POST" and form.save_by():
        event = form.event or Event.objects.about(form.record).latest("pk")
        return go(request, reverse("products:detail", args=[pk]), _("The price is saved."), undo=event)
    context = {
        "form": form,
        "product": product,
        "record": present,
        "who": editing.who_was_faster(form),
    }
    status = 409 if form.conflict else 422 if form.is_bound else 200
    return render(request, "products/price.html", context | {"address": request.get_full_path()}, status=status)


@require_POST
def discard_price(request: HttpRequest, pk: int, price_pk: int) -> HttpResponse:
    require(request, "products.change")
    event = get_object_or_404(Price.objects.living(), pk=price_pk, product_id=pk).discard(by=request.user)
    return go(request, reverse("products:detail", args=[pk]), _("The price is in the bin."), undo=event)


@require_safe
def price_lists(request: HttpRequest) -> HttpResponse:
    require(request, "products.see")
    rows = [(one, one.prices.living().count()) for one in PriceList.objects.visible_to(request.user).living()]
    return render(
        request, "products/price_lists.html", {"rows": rows, "may_change": access.may(request.user, "products.change")}
    )


@require_http_methods(["GET", "POST"])
def price_list(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new price list, or one that is there already."""
    require(request, "products.change")
    present = get_object_or_404(PriceList.objects.living(), pk=pk) if pk else None
    form = PriceListForm(request.POST if request.method == "POST" else None, instance=present, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, reverse("products:price_lists"), _("Saved."), undo=form.event)
    context = {"form": form, "record": present, "who": "", "address": request.get_full_path()}
    return render(
        request, "products/price_list.html", context, status=409 if form.conflict else 422 if form.is_bound else 200
    )
