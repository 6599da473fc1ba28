"""The pages of targets, of the two pictures and of the strategy's sheet."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kundenkreis.activities.models import Activity
from kundenkreis.core.models import House
from kundenkreis.history.models import Batch, Event
from kundenkreis.market.models import Initiative, MarketSegment, SegmentSize, Strategy, Target
from tests.insights.conftest import facts_folder, sell, shop  # noqa: F401
from tests.market.conftest import summed  # noqa: F401
from tests.market.test_targets import agreed, day, target
from tests.pipeline.cards import card

pytestmark = pytest.mark.django_db


def text(answer):
    return re.sub(r"[\xa0\u202f]", " ", answer.content.decode())


def cells(person, *amounts, total="", version=None):
    given = {f"r{person.pk}-{number}": amount for number, amount in enumerate(amounts, start=1)}
    given |= {f"r{person.pk}-{number}": "" for number in range(len(amounts) + 1, 13)}
    given |= {f"r{person.pk}-sum": total} | ({f"r{person.pk}-version": version} if version else {})
    return given


def test_a_year_is_planned_in_the_grid_split_and_taken_back(world, signed_in, sell, summed):  # noqa: F811
    agreed()
    for month, candles in ((1, 10), (6, 30)):
        sell(world.lindner, day(2025, month, 3), candle=candles)
    summed()
    ben = signed_in(world.ben)
    address = reverse("targets:plan") + "?year=2026-01-01&rows=people"
    page = text(ben.get(address))
    assert "Ada Huber" in page and "€400" in page, "last year's sales stand beside"
    answer = ben.post(address, cells(world.ada, total="1000.01") | cells(world.cem, total="12") | {"do": "season"})
    page = text(answer)
    assert 'value="250"' in page and 'value="750.01"' in page, "a quarter in January and the rest in June, as Ada sold"
    assert "Nothing is saved yet" in page and not Target.objects.exists()
    answer = ben.post(address, cells(world.ada, "100", "x", "-1") | cells(world.cem, "5", total="6") | {"do": "save"})
    assert answer.status_code == 422
    page = text(answer)
    assert page.count("aria-invalid") == 3 and "The months come to 5.00" in page
    answer = ben.post(address, cells(world.ada, "100", "1,234.50") | cells(world.cem, "5") | {"do": "save"})
    assert answer.status_code == 303
    assert dict(Target.objects.values_list("person__first_name", "total")) == {"Ada": Decimal("1334.50"), "Cem": 5}
    ada = Target.objects.get(person=world.ada)
    ada.change(by=world.admin, month_1=Decimal(7))
    answer = ben.post(
        address, cells(world.ada, "101", "1234.50", version=1) | cells(world.cem, "6", version=1) | {"do": "save"}
    )
    assert answer.status_code == 409 and "Somebody else has written 7" in text(answer)
    ben.post(reverse("history:undo_batch", args=[Batch.objects.get(kind="targets_planned").pk]))
    assert [one.person for one in Target.objects.living()] == [world.ada], "what somebody changed since stays"
    assert signed_in(world.ada).get(address).status_code == 403


@pytest.mark.parametrize("rows", ["people", "teams", "accounts", "families"])
def test_every_kind_of_row_can_be_planned_in_german_figures(world, signed_in, shop, rows):  # noqa: F811
    world.ben.language = "de"
    world.ben.save()
    record = {
        "people": world.ada, "teams": world.north, "accounts": world.lindner, "families": shop.extra["candle"].family,
    }[rows]  # fmt: skip
    address = reverse("targets:plan") + f"?year=2026-07-01&rows={rows}&business=new"
    answer = signed_in(world.ben).post(address, cells(record, "1.234,50", total="1.234,50") | {"do": "save"})
    assert answer.status_code == 303
    made = Target.objects.get()
    assert (made.month_1, made.holder if rows != "families" else made.family, made.business) == (
        Decimal("1234.50"),
        record,
        "new",
    )


def test_a_target_is_written_down_split_and_changed(world, signed_in):
    ben = signed_in(world.ben)
    given = {"starts_on": "2026-01-01", "level": "person", "person": world.ada.pk, "business": "all", "spread": "equal"}
    assert "How much is to be split?" in text(ben.post(reverse("targets:add"), given))
    assert ben.post(reverse("targets:add"), given | {"amount": "100"}).status_code == 303
    made = Target.objects.get()
    assert made.months == [Decimal("8.34")] * 4 + [Decimal("8.33")] * 8
    again = ben.post(reverse("targets:add"), given | {"amount": "100"})
    assert again.status_code == 422 and "There is a target for this already" in text(again)
    hand = {f"month_{number}": "1" for number in range(1, 13)}
    wrong = ben.post(reverse("targets:edit", args=[made.pk]), hand | {"amount": "13", "spread": "hand"})
    assert "The months come to 12.00" in text(wrong)
    ben.post(reverse("targets:edit", args=[made.pk]), hand | {"spread": "hand"})
    made.refresh_from_db()
    assert made.total == 12
    ada = signed_in(world.ada)
    assert ada.get(reverse("targets:detail", args=[made.pk])).status_code == 200
    for name in ("targets:edit", "targets:discard"):
        assert ada.post(reverse(name, args=[made.pk])).status_code == 403
    assert signed_in(world.cem).get(reverse("targets:detail", args=[made.pk])).status_code == 404
    assert signed_in(world.rita).get(reverse("targets:index")).status_code == 403


def test_the_page_says_how_targets_stand_and_what_would_close_the_gap(world, signed_in, sell, summed):  # noqa: F811
    months = dict.fromkeys(range(1, 13), 1000)
    one = target(world, "person", person=world.ada, months=months)
    target(world, "team", team=world.north, months=months)
    target(world, months=months)
    sell(world.lindner, day(2026, 2, 2), candle=50)
    sell(world.lindner, day(2025, 2, 2), lantern=1)
    card(world, name="Fair stand", value=Decimal(4000), probability=50, expected_close_on=day(2026, 3, 30))
    summed()
    page = text(signed_in(world.ben).get(reverse("targets:index")))
    assert "Q1 2026" in page and "€500" in page and "16.7" in page, "the house: 500 of 3,000"
    assert page.count("not shown") == 2, "Ada's and her team's, without a works agreement"
    assert "exactly its own" in page
    address = reverse("targets:detail", args=[one.pk])
    assert "What would close" not in text(signed_in(world.ben).get(address))
    own = text(signed_in(world.ada).get(address))
    assert "€2,500 are missing. What is open would close that only if nearly all" in own
    assert "Fair stand" in own and "€2,000 weighted" in own
    home = text(signed_in(world.ada).get(reverse("day:home")))
    assert f"/targets/{one.pk}/" in home and "16.7" in home
    agreed()
    assert "not shown" not in text(signed_in(world.ben).get(reverse("targets:index")))


def test_an_account_shows_its_target(world, signed_in, sell):  # noqa: F811
    sell(world.lindner, day(2026, 2, 2), candle=50)
    one = target(world, "account", account=world.lindner, months=dict.fromkeys(range(1, 13), 100))
    page = text(signed_in(world.ada).get(f"/accounts/{world.lindner.pk}/"))
    assert f"/targets/{one.pk}/" in page
    # 500 of 1,200; by 2 March, the first of its 22 working days, 204.55 were to be expected.
    assert "41.7" in page and "€295" in page and "ahead" in page


def test_the_pictures_are_drawn_for_whoever_sees_the_whole_house(world, signed_in, sell, summed):  # noqa: F811
    told = {"source": "WKO", "stated_on": day(2026, 1, 1)}
    segment = MarketSegment.add(by=world.ben, name="Only <b>Austria", countries=["AT"])
    SegmentSize.add(by=world.ben, segment=segment, year=2025, volume=1000, **told)
    sell(world.lindner, day(2025, 6, 2), candle=50)
    ben = signed_in(world.ben)
    assert "not been summed yet" in text(ben.get(reverse("market_pictures:ansoff")))
    summed()
    for by in ("country", "industry", "segment", "nonsense"):
        page = text(ben.get(reverse("market_pictures:ansoff"), {"by": by, "months": "24"}))
        assert "Market penetration" in page and "€500" in page and "Candle" in page
    page = text(ben.get(reverse("market_pictures:portfolio")))
    assert "No segment can be drawn yet" in page and page.count("no figure") == 3 and "<b>Austria" not in page
    for name in ("ansoff", "portfolio"):
        assert "whole house" in text(signed_in(world.ada).get(reverse(f"market_pictures:{name}")))
        assert signed_in(world.rita).get(reverse(f"market_pictures:{name}")).status_code == 403


def test_a_strategy_becomes_a_sheet(world, signed_in, shop):  # noqa: F811
    ben = signed_in(world.ben)
    period = {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    ben.post(reverse("strategies:add"), {"name": "Grow in Austria", "text": "Because it pays", **period})
    strategy = Strategy.objects.get()
    one = target(world, months={1: 5000})
    given = {"name": "Specialist shops", "status": "running", "target": one.pk, "budget": "1.000,00", **period}
    both = ben.post(reverse("strategies:part_add", args=[strategy.pk, "initiative"]), given | {"goal": "5"})
    assert both.status_code == 422 and "not both" in text(both)
    ben.post(reverse("strategies:part_add", args=[strategy.pk, "initiative"]), given)
    initiative = Initiative.objects.get()
    assert "no next step" in text(ben.get(reverse("strategies:detail", args=[strategy.pk])))
    step = {"kind": "task", "subject": "Call the fair", "due_on": "2026-03-09", "owner": world.ben.pk}
    made = ben.post(reverse("strategies:step", args=[strategy.pk, initiative.pk]), step)
    assert made.status_code == 303, text(made)
    page = text(ben.get(reverse("strategies:detail", args=[strategy.pk])))
    for said in ("Specialist shops", "€5,000", "Call the fair", "1 open, 0 done", "budget €1,000"):
        assert said in page, said
    ben.post(reverse("history:undo", args=[Event.objects.about(initiative).latest("pk").pk]))
    assert (
        "Call the fair" not in text(ben.get(reverse("strategies:detail", args=[strategy.pk]))).partition("Changes")[0]
    )
    assert not Activity.objects.living().exists(), "the step goes with its tie"
    assert (
        signed_in(world.ada).post(reverse("strategies:step", args=[strategy.pk, initiative.pk]), step).status_code
        == 403
    )


def test_the_fiscal_year_is_the_house_s(world, signed_in, shop):  # noqa: F811
    House.objects.update(fiscal_month=7)
    House.forget()
    page = text(signed_in(world.ben).get(reverse("targets:index")))
    assert "2025/26" in page and dt.date(2025, 7, 1).isoformat() in page


def test_pages_of_targets_ask_as_often_for_many_as_for_few(world, signed_in, sell, summed):  # noqa: F811
    agreed()
    sell(world.lindner, day(2026, 2, 2), candle=5)
    summed()
    ben = signed_in(world.ben)
    addresses = [reverse("targets:index"), reverse("targets:list"), reverse("targets:plan") + "?year=2026-01-01"]

    def asked():
        counts = []
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                assert ben.get(address).status_code == 200
            counts.append(len(queries))
        return counts

    of = [
        ("account", {"account": world.lindner}),
        ("person", {"person": world.ada}),
        ("team", {"team": world.north}),
        ("house", {}),
    ]
    for level, values in of:
        target(world, level, **values)
        target(world, level, family=world.extra["candle"].family, **values)
    asked()
    few = asked()
    for level, values in of:
        for business in ("new", "existing"):
            target(world, level, business=business, **values)
    for person in (world.ben, world.cem, world.dora):
        target(world, "person", person=person)
    target(world, "account", account=world.brauneis)
    many = asked()
    assert [more - fewer for more, fewer in zip(many, few, strict=True)] == [1, 1, 0], "first orders are asked for once"
    assert max(many) < 40
