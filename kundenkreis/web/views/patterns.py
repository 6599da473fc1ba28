"""`/patterns/`: every component in every state, with invented figures; nothing here reads or writes a record."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from kundenkreis.core import clock
from kundenkreis.web import charts, formats

NAMES = [
    ("A", "Lindner & Söhne GmbH", "Wels", "Ada Huber", 464210, 8.4, 72, 3),
    ("A", "Hofer Geschenke Großhandel", "Graz", "Ada Huber", 182400, -12.1, 48, 31),
    ("B", "Brauneis Wohnkultur", "Salzburg", "Ben Kern", 96120, 3.2, 66, 6),
    ("B", "Mayr Dekor", "Linz", "Ada Huber", 88730, -22.0, 51, 12),
    ("C", "Kerschbaumer Handels KG", "Bozen", "Cem Yıldız", 81205, 14.9, 77, 1),
    (
        "C",
        "Österreichische Wohnraumausstattungsgesellschaft m. b. H. & Co KG",
        "Zell am See",
        "Ben Kern",
        41380,
        64.0,
        81,
        2,
    ),
]
MONTHS = [
    (31, 29), (28, 30), (42, 36), (35, 33), (39, 35), (44, 38), (30, 31), (27, 25), (52, 44), (61, 52), (58, 55), (17, 48),
]  # fmt: skip


class ExampleForm(forms.Form):
    name = forms.CharField(label=_("Company name"), max_length=40)
    amount = forms.DecimalField(label=_("Credit limit"), widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    days = forms.IntegerField(label=_("Payment term"), required=False)
    on = forms.DateField(label=_("Customer since"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(
        label=_("Relation"), choices=[("c", _("Customer")), ("p", _("Prospect")), ("s", _("Supplier"))]
    )
    channel = forms.ChoiceField(
        label=_("Preferred channel"), choices=[("m", _("Mail")), ("t", _("Telephone"))], widget=forms.RadioSelect
    )
    wanted = forms.BooleanField(
        label=_("May be named as a reference"), required=False, help_text=_("Ask before the first time.")
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "accounts": _accounts(),
        "bars": _bars(),
        "bar_rows": _bar_rows(),
        "form": ExampleForm(
            initial={"name": "Lindner & Söhne GmbH", "days": 30, "kind": "c", "channel": "m", "wanted": True}
        ),
        "wrong": ExampleForm({"name": "x" * 60, "amount": "1.2.3", "kind": "c", "channel": "m"}, auto_id="wrong_%s"),
        "times": {
            "hours": now - dt.timedelta(minutes=41),
            "yesterday": now - dt.timedelta(days=1),
            "days": now - dt.timedelta(days=4),
            "long": now - dt.timedelta(days=400),
        },
    }
    return render(request, "patterns/index.html", context)


@require_safe
def rows(request: HttpRequest) -> HttpResponse:
    """The next rows of the example list."""
    return render(request, "patterns/rows.html", {"accounts": _accounts()})


@require_safe
def peek(request: HttpRequest) -> HttpResponse:
    """A record beside the example list."""
    return render(request, "patterns/peek.html")


@require_safe
def options(request: HttpRequest) -> HttpResponse:
    """What the example combobox finds."""
    words = request.GET.get("q", "").lower()
    found = [(line[1], line[2]) for line in NAMES if words in line[1].lower()]
    return render(request, "patterns/options.html", {"options": found})


def inline(request: HttpRequest) -> HttpResponse:
    """The example of a value that turns into its form; what is typed is shown back and kept nowhere."""
    name = request.GET.get("id", "inline-name")[:40]
    context: dict[str, Any] = {"id": name, "open": False, "saved": False, "value": "Lindner & Söhne GmbH"}
    if request.method == "POST":
        form = ExampleForm(request.POST, auto_id=f"{name}_%s")
        context |= {"form": form, "value": request.POST.get("name", ""), "open": "name" in form.errors, "saved": True}
        return render(request, "patterns/inline.html", context, status=422 if context["open"] else 200)
    if "cancel" not in request.GET:
        context |= {"open": True, "form": ExampleForm(initial={"name": context["value"]}, auto_id=f"{name}_%s")}
    return render(request, "patterns/inline.html", context)


def _accounts() -> list[dict[str, Any]]:
    found = []
    for index, (tier, name, place, owner, revenue, change, health, days) in enumerate(NAMES):
        figures = [(index * 7 + step * step * 3) % 11 + change / 10 * step for step in range(9)]
        mood = "good" if health >= 70 else "warn" if health >= 50 else "bad"
        found.append(
            {
                "tier": tier,
                "name": name,
                "place": place,
                "owner": owner,
                "revenue": revenue,
                "change": change,
                "health": health,
                "mood": mood,
                "last": clock.today() - dt.timedelta(days=days),
                "trend": charts.sparkline(figures, mood=mood),
            }
        )
    return found


def _bars() -> Any:
    bars = [
        charts.Bar(formats.month(number), this * 1000, last * 1000, is_open=number == 12)
        for number, (this, last) in enumerate(MONTHS, 1)
    ]
    return charts.monthly_bars(bars, title=str(_("Revenue by month, 2010 against 2009")), this="2010", last="2009")


def _bar_rows() -> list[list[Any]]:
    return [
        [
            formats.month(number),
            formats.money(this * 1000, digits=0),
            formats.money(last * 1000, digits=0),
            formats.delta(formats.change(this, last)),
        ]
        for number, (this, last) in enumerate(MONTHS, 1)
    ]
