"""Targets: what is wanted, what came in, and how it stands by today; figures worked out by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from kundenkreis.core import fiscal
from kundenkreis.core.models import House
from kundenkreis.core.records import Stale
from kundenkreis.customers.models import Account
from kundenkreis.history.undo import undo_batch, undo_event
from kundenkreis.market import attainment, newness, planning
from kundenkreis.market.models import MONTHS, SalesMonth, Target
from kundenkreis.market.pace import pace, working_days
from kundenkreis.market.splitting import split
from kundenkreis.quality.merging import merge

pytestmark = pytest.mark.django_db
YEAR = dt.date(2026, 1, 1)
day = dt.date


def target(world, level="house", **values):
    months = values.pop("months", {})
    amounts = {f"month_{number}": Decimal(amount) for number, amount in months.items()}
    return Target.add(by=world.ben, **{"starts_on": YEAR, "level": level} | amounts | values)


# --- sums


def test_a_fiscal_year_has_parts_of_whole_months():
    july = fiscal.year_of(day(2026, 3, 2), 7)
    assert (july, fiscal.name(july), fiscal.name(YEAR)) == (day(2025, 7, 1), "2025/26", "2026")
    quarter = fiscal.quarter_of(day(2026, 3, 2), 7)
    assert (quarter.key, quarter.first, quarter.last, list(quarter.numbers)) == (
        "q3", day(2026, 1, 1), day(2026, 3, 31), [7, 8, 9],
    )  # fmt: skip
    december = fiscal.part(YEAR, "m12")
    assert (december.first, december.last) == (day(2026, 12, 1), day(2026, 12, 31))
    assert [fiscal.part(YEAR, key) for key in ("", "q0", "q5", "m13", "m²", "x1", "m1111")] == [None] * 7


def test_a_year_is_split_to_the_cent():
    assert split(Decimal(100), [Decimal(1)] * 3) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    # Last year 10, 20 and 30 of 60: a sixth, a third and half of 1,000.01 are 166.668, 333.336 and 500.005.
    by_season = split(Decimal("1000.01"), [Decimal(10), Decimal(20), Decimal(30)])
    assert by_season == [Decimal("166.67"), Decimal("333.34"), Decimal("500.00")]
    assert split(Decimal(9), [Decimal(-5), Decimal(0), Decimal(0)]) == [3, 3, 3], "nothing to go by: equal parts"
    assert split(Decimal(9), [Decimal(-5), Decimal(1), Decimal(2)]) == [0, 3, 6]


@given(st.integers(0, 10**11), st.tuples(*[st.integers(-100, 10**6)] * 12))
def test_whatever_is_split_adds_up(cents, weights):
    total = Decimal(cents) / 100
    parts = split(total, [Decimal(weight) for weight in weights])
    assert sum(parts) == total
    assert min(parts) >= 0


def test_pace_counts_working_days_and_knows_austria_s_holidays():
    # May 2026 in Austria: 21 days from Monday to Friday, less Friday 1 May, Ascension 14 May and Whit Monday 25 May: 18.
    assert working_days(day(2026, 5, 1), day(2026, 5, 31), "AT") == 18
    assert working_days(day(2026, 5, 1), day(2026, 5, 31), "DE") == 21
    may, quarter = fiscal.part(YEAR, "m5"), fiscal.part(YEAR, "q2")
    # Until the 13th: 4 to 8 May and 11 to 13 May, 8 of 18 days.
    now = pace([Decimal(1800)], Decimal(600), may, day(2026, 5, 13), "AT")
    assert (now.expected, now.projected, now.share, now.gap, now.ahead) == (
        Decimal("800.00"), Decimal("1350.00"), Decimal(600) / 1800, 1200, -200,
    )  # fmt: skip
    # April 2026 has 22 weekdays less Easter Monday (6 April): 21. Of the quarter 29 of 21 + 18 + 21 = 60 days (Corpus Christi 4 June).
    now = pace([Decimal(1000), Decimal(1800), Decimal(1200)], Decimal(1450), quarter, day(2026, 5, 13), "AT")
    assert (now.wanted, now.expected, now.projected) == (4000, Decimal("1800.00"), Decimal("3000.00"))
    before = pace([Decimal(5)], Decimal(0), may, day(2026, 4, 30), "AT")
    assert (before.expected, before.projected) == (0, None)
    holiday = pace([Decimal(5)], Decimal(0), may, day(2026, 5, 1), "AT")
    assert (holiday.expected, holiday.projected) == (0, None), "nobody has worked yet"
    over = pace([Decimal(0)], Decimal(7), may, day(2026, 6, 1), "AT")
    assert (over.expected, over.projected, over.share) == (0, 7, None)


def test_new_business_is_that_of_an_account_s_first_twelve_months():
    since = day(2024, 1, 10)
    assert newness.known_from(since) == day(2024, 4, 10)
    first = day(2025, 3, 15)
    assert newness.is_new(first, first, since)
    assert newness.is_new(day(2026, 3, 14), first, since)
    assert not newness.is_new(day(2026, 3, 15), first, since), "twelve months later it is an existing customer"
    assert not newness.is_new(day(2024, 4, 9), day(2024, 4, 9), since), "it may have ordered before we know of orders"
    assert newness.is_new(day(2024, 4, 10), day(2024, 4, 10), since)
    assert not newness.is_new(first, None, since)


# --- targets


def test_a_target_is_of_one_holder_and_there_is_one_of_each(world):
    own = target(world, "person", person=world.ada, months={1: 100, 2: "50.50"})
    assert (own.total, str(own)) == (Decimal("150.50"), "Ada Huber 2026")
    for values, name in (
        ({"level": "person", "person": world.ada}, "__all__"),
        ({"level": "person"}, "person"),
        ({"level": "house", "team": world.north}, "team"),
        ({"level": "account", "account": world.lindner, "person": world.ada}, "person"),
        ({"starts_on": day(2026, 1, 2)}, "starts_on"),
        ({"month_3": Decimal(-1)}, "month_3"),
        ({"note": "a\x00"}, "note"),
    ):
        with pytest.raises(ValidationError) as refused:
            target(world, **values)
        assert set(refused.value.message_dict) & {name, "starts_on"}, values
    with pytest.raises(ValidationError):
        target(world, "person", person=world.ada, starts_on=day(2026, 7, 1))  # half of it is told twice
    target(world, "person", person=world.ada, business="new")
    target(world, "person", person=world.ada, starts_on=day(2027, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Target.objects.bulk_create([Target(starts_on=YEAR, level="person", person=world.ada)])
    with pytest.raises(IntegrityError), transaction.atomic():
        Target.objects.filter(pk=own.pk).update(level="team")
    own.discard(by=world.ben)
    again = target(world, "person", person=world.ada)
    with pytest.raises(ValidationError):
        own.restore(by=world.ben)
    event = again.change(by=world.ben, month_12=Decimal(3))
    undo_event(event, by=world.ben)
    again.refresh_from_db()
    assert (again.month_12, again.total) == (0, 0)


def test_a_person_sees_her_own_and_those_of_her_accounts(world):
    for level, values in (
        ("house", {}), ("team", {"team": world.north}), ("person", {"person": world.ada}), ("person", {"person": world.cem}),
        ("account", {"account": world.lindner}), ("account", {"account": world.brauneis}),
    ):  # fmt: skip
        target(world, level, **values)
    seen = {
        person.first_name: sorted(str(one.holder) for one in Target.objects.visible_to(person))
        for person in (world.ada, world.ben, world.rita)
    }
    assert len(seen["Ben"]) == 6
    assert seen["Ada"] == ["Ada Huber", "Lindner & Söhne GmbH"]
    assert seen["Rita"] == []


def test_a_year_is_planned_at_once_and_taken_back_at_once(world):
    old = target(world, "person", person=world.ada, months={1: 10})
    of = {"starts_on": YEAR, "level": "person"}
    noughts = [Decimal(0)] * 12

    def row(person, first, version=None):
        return planning.Row({**of, "person": person}, [Decimal(first), *noughts[1:]], version)

    batch = planning.plan([row(world.ada, 20, old.version), row(world.cem, 30), row(world.ben, 0)], by=world.ben)
    assert dict(Target.objects.living().values_list("person__first_name", "total")) == {"Ada": 20, "Cem": 30}
    assert planning.plan([row(world.ben, 0)], by=world.ben) is None
    with pytest.raises(planning.Refused) as refused:
        planning.plan([row(world.ben, 5), row(world.ada, 25, old.version), row(world.cem, 31)], by=world.ben)
    assert set(refused.value.rows) == {1, 2}, "each was set by somebody else since"
    assert "20" in refused.value.rows[1]["month_1"][0]
    assert not Target.objects.filter(person=world.ben).exists(), "all or nothing"
    undo_batch(batch, by=world.ben)
    assert dict(Target.objects.living().values_list("person__first_name", "total")) == {"Ada": 10}


def test_two_people_who_change_one_month_do_not_overwrite_each_other(world):
    one = target(world)
    read = one.version
    one.change(by=world.ben, version=read, month_1=Decimal(5))
    one.change(by=world.ben, version=read, month_2=Decimal(6))
    with pytest.raises(Stale):
        one.change(by=world.ben, version=read, month_1=Decimal(7))
    assert set(MONTHS) <= {field.name for field in Target._meta.fields}


# --- attainment


@pytest.fixture
def sold(world, sell, summed):
    """Known since January 2024. Lindner (Ada) has bought since then; Brauneis (Cem, team South) first ordered in October 2025."""
    for account, on, quantities in (
        (world.lindner, day(2024, 1, 5), {"candle": 1}),
        (world.lindner, day(2025, 2, 10), {"candle": 30}),
        (world.lindner, day(2026, 1, 20), {"candle": 10, "lantern": 1}),  # 150
        (world.lindner, day(2026, 2, 3), {"candle": -2}),  # -20
        (world.brauneis, day(2025, 10, 7), {"lantern": 1}),
        (world.brauneis, day(2026, 2, 20), {"lantern": 4}),  # 200
        (world.brauneis, day(2026, 4, 1), {"lantern": 100}),  # still to come
    ):
        sell(account, on, **quantities)
    return summed()


def test_what_came_in_is_told_by_holder_family_and_business(world, sold):
    agreed()
    lamps = world.extra["lantern"].family
    wanted = {
        "house": target(world, months={1: 200, 2: 100, 3: 220}),
        "new": target(world, business="new", months={1: 1}),
        "old": target(world, business="existing", months={1: 1}),
        "lamps": target(world, family=lamps, months={1: 1}),
        "sales": target(world, "team", team=world.north.parent, months={1: 1}),
        "south": target(world, "team", team=world.south, months={1: 1}),
        "ada": target(world, "person", person=world.ada, months={1: 1}),
        "ada lamps": target(world, "person", person=world.ada, family=lamps, months={1: 1}),
        "lindner": target(world, "account", account=world.lindner, months={1: 1}),
        "lindner lamps": target(world, "account", account=world.lindner, family=lamps, months={1: 1}),
        "brauneis new": target(world, "account", account=world.brauneis, business="new", months={1: 1}),
        "lindner new": target(world, "account", account=world.lindner, business="new", months={1: 1}),
    }
    found = attainment.attained(list(wanted.values()), "q1", world.ben)
    actual = {name: found[one.pk].pace.actual for name, one in wanted.items()}
    assert actual == {
        "house": 330, "new": 200, "old": 130, "lamps": 250, "sales": 330, "south": 200, "ada": 130, "ada lamps": 50,
        "lindner": 130, "lindner lamps": 50, "brauneis new": 200, "lindner new": 0,
    }  # fmt: skip
    # 2 March 2026 is the first of 22 working days of March: 200 + 100 + 220 / 22.
    assert found[wanted["house"].pk].pace.expected == Decimal("310.00")
    february = attainment.attained([wanted["house"]], "m2", world.ben)[wanted["house"].pk]
    assert (february.wanted, february.pace.actual, february.pace.projected) == (100, 180, 180)


def test_an_account_that_comes_to_another_owner_takes_its_sales_along(world, sold, summed):
    from kundenkreis.market import summing

    assert not summing.is_due()
    agreed()
    hers = target(world, "person", person=world.ada, months={1: 1})
    world.brauneis.change(by=world.admin, owner=world.ada)
    assert summing.is_due()
    before = set(SalesMonth.objects.values_list("pk", flat=True))
    summing.sum_up()
    assert attainment.attained([hers], "year", world.ben)[hers.pk].pace.actual == 330
    assert before & set(SalesMonth.objects.values_list("pk", flat=True)), "what is the same is not written again"
    Account.objects.filter(pk=world.brauneis.pk).update(deleted_at="2026-03-01T00:00Z")
    summing.sum_up()
    assert attainment.attained([hers], "year", world.ben)[hers.pk].pace.actual == 130


def agreed():
    House.objects.update(works_agreement_on=day(2026, 1, 1), works_agreement="Agreement")
    House.forget()


def test_without_a_works_agreement_nobody_is_told_of_a_colleague(world, sold):
    one, two, south, house = (
        target(world, level, **values)
        for level, values in (
            ("person", {"person": world.ada}), ("person", {"person": world.cem}), ("team", {"team": world.south}), ("house", {}),
        )
    )  # fmt: skip
    told = attainment.attained([one, two, south, house], "year", world.ada)
    assert [told[each.pk].is_told for each in (one, two, south, house)] == [True, False, False, True]
    assert (told[one.pk].pace.actual, told[two.pk].pace) == (130, None)
    agreed()
    assert all(each.is_told for each in attainment.attained([one, two, south, house], "year", world.ben).values())


def test_before_anything_was_summed_there_is_no_figure(world):
    one = target(world)
    found = attainment.attained([one], "year", world.ben)[one.pk]
    assert (found.is_told, found.pace) == (True, None)


def test_accounts_that_are_merged_keep_one_target_and_the_other_stays_behind(world):
    twin = Account.add(by=world.admin, name="Lindner und Söhne", owner=world.ada)
    kept = target(world, "account", account=world.lindner, months={1: 5})
    for values in ({"months": {1: 7}}, {"starts_on": day(2027, 1, 1)}):
        target(world, "account", account=twin, **values)
    merge(world.lindner, twin, by=world.admin)
    at = Target.objects.filter(account=world.lindner).order_by("starts_on")
    assert [(one.starts_on.year, one.month_1) for one in at] == [(2026, 5), (2027, 0)]
    assert at[0] == kept
