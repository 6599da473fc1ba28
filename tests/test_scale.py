"""What every page asks is answered from an index, however many rows there are: the plans are read, not the clock."""

import datetime as dt

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.core import filters
from kundenkreis.core.filters import Filter
from kundenkreis.customers.models import Account, Contact, ContactPoint, Position
from kundenkreis.files.models import Document
from kundenkreis.history.bin import nouns, occupied
from kundenkreis.orders.models import OpenItem, Order, OrderLine
from kundenkreis.staff.access import Reach
from kundenkreis.web.lists import REGISTRY

SMALL = {
    "team", "territory", "user", "deputy", "savedview", "exchangerate", "tag", "family", "unit", "pricelist", "alertrule", "controller",
    "leadhours",
    "pipeline", "stage", "closereason", "interviewguide", "wish", "questionset", "questionedition",
}  # fmt: skip
DAY = Filter("at", "moment", "When")


REACH = Reach(owners=frozenset({1}), members=frozenset({1}), teams=frozenset({1}), territories=frozenset({1}))


def asked(condition):
    return filters.parse([condition], [DAY], today=dt.date(2026, 3, 2)).q()


def call(world, subject, at, **values):
    return Activity.add(by=None, kind="call", subject=subject, at=at, account=world.lindner, **values)


def vienna(*when):
    return timezone.make_aware(dt.datetime(*when))


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("at:on:2026-03-29", {"first", "last"}),
        ("at:before:2026-03-29", {"before"}),
        ("at:after:2026-03-29", {"after"}),
        ("at:between:2026-03-29,2026-03-28", {"before", "first", "last"}),
        ("at:on:2026-03-28,2026-03-30", {"before", "after"}),
        ("at:on:0001-01-01", set()),
        ("at:after:9999-12-31", set()),
        ("at:filled", {"before", "first", "last", "after"}),
    ],
)
def test_a_day_of_moments_is_the_houses_day_even_when_the_clocks_change(world, condition, found):
    call(world, "before", vienna(2026, 3, 28, 23, 59, 59))
    call(world, "first", vienna(2026, 3, 29, 0, 0))
    call(world, "last", vienna(2026, 3, 29, 23, 59, 59))
    call(world, "after", vienna(2026, 3, 30, 0, 0))
    assert set(Activity.objects.filter(asked(condition)).values_list("subject", flat=True)) == found


def test_no_list_asks_for_the_date_of_a_moment():
    from kundenkreis.api.activities import ACTIVITIES
    from kundenkreis.api.customers import NOUNS

    every = [f for page in REGISTRY.values() for f in page.filters]
    every += [f for noun in [ACTIVITIES, *NOUNS] for f in noun.filters]
    assert not [f.name for f in every if f.path.endswith("__date")]


def plan(queryset):
    return queryset.explain().replace('"', "")


def on_sqlite():
    return connection.vendor == "sqlite"


def test_a_day_of_activities_is_a_range_of_an_index(world):
    if on_sqlite():
        assert "SEARCH activities_activity USING INDEX activities_at (at>? AND at<?)" in plan(
            Activity.objects.filter(asked("at:on:2026-03-02")).order_by("-at", "-id")[:50]
        )


def test_activities_of_few_accounts_are_gathered_and_not_walked(world):
    rows = Activity.objects.gathered_for(world.ada).living().order_by("-at", "-id")[:50]
    if on_sqlite():
        assert "SCAN activities_activity" not in plan(rows)
        assert "activities_owner_at (owner_id=?)" in plan(rows)


@pytest.mark.parametrize("person", ["ada", "cem", "ben", "rita"])
def test_both_shapes_of_activities_show_the_same(world, person):
    call(world, "Ada's customer", timezone.now(), owner=world.cem)
    Activity.add(by=None, kind="note", subject="Cem's own", owner=world.cem)
    Activity.add(by=None, kind="note", subject="nobody's")
    user = getattr(world, person)
    gathered = Activity.objects.gathered_for(user).values_list("subject", flat=True)
    assert set(gathered) == set(Activity.objects.visible_to(user).values_list("subject", flat=True))
    assert ("Ada's customer" in gathered) == (person != "rita" or world.lindner.team_id == world.rita.team_id)


def test_a_narrow_reach_takes_each_way_to_an_account_by_its_index_when_few_have_a_territory(world):
    """SQLite's statistics of such a house: as many rows for the average territory as there are accounts."""
    if not on_sqlite():
        pytest.skip("The planner of PostgreSQL knows how many rows are empty.")
    counts = {"owner": "1000000 400 1 1", "team": "1000000 8000 3 1", "territory": "1000000 1000000 227 1"}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        for name, numbers in counts.items():
            index = f"customers_account_{name}"
            cursor.execute("DELETE FROM sqlite_stat1 WHERE idx = %s", [index])
            cursor.execute("INSERT INTO sqlite_stat1 VALUES ('customers_account', %s, %s)", [index, numbers])
        cursor.execute("ANALYZE sqlite_schema")
    found = plan(Account.objects.within(REACH))
    for index in ("owner", "team", "territory"):
        assert f"customers_account_{index}" in found
    for column in ("customers_seat_person", "customers_accountteammember_deputy_id"):
        assert column in found
    assert "SCAN" not in found


def test_a_wide_reach_shows_the_same_rows_as_a_narrow_one(world, monkeypatch):
    from kundenkreis.customers.models import accounts, contacts

    ContactPoint.add(by=None, account=world.lindner, kind="email", value="info@lindner.test")
    ContactPoint.add(by=None, account=world.brauneis, kind="email", value="info@brauneis.test")
    models = (Position, ContactPoint, Order, Activity)
    narrow = [set(m.objects.visible_to(world.ada).values_list("pk", flat=True)) for m in models]
    for room in (accounts, contacts):
        monkeypatch.setattr(room, "is_narrow", lambda reach: False)
    wide = [set(m.objects.visible_to(world.ada).values_list("pk", flat=True)) for m in models]
    assert narrow == wide
    assert len(narrow[1]) == 1


def test_every_nouns_bin_is_read_from_an_index_of_what_is_in_it():
    bare = [m.noun() for m in nouns() if not any(i.fields == ["deleted_at"] and i.condition for i in m._meta.indexes)]
    assert set(bare) <= SMALL


def test_the_bin_shows_ones_own_and_asks_only_about_what_is_in_it(world, signed_in):
    mine, cems = Account.add(by=None, name="Mine", owner=world.ada), Account.add(by=None, name="His", owner=world.ada)
    mine.discard(by=world.ada)
    cems.discard(by=world.cem)
    page = signed_in(world.ada).get(reverse("bin:list")).content.decode()
    assert "Mine" in page
    assert "His" not in page


def test_documents_are_seen_with_what_they_hang_on(world):
    for account in (world.lindner, world.brauneis):
        Document.add(by=None, name=account.name, subject_type="customers.account", subject_id=account.pk)
    Document.add(by=None, name="Maria", subject_type="customers.contact", subject_id=world.maria.pk)
    seen = Document.objects.visible_to(world.ada).values_list("name", flat=True)
    assert set(seen) == {world.lindner.name, "Maria"}
    everything = Document.objects.visible_to(world.ben)
    assert everything.count() == 3
    if on_sqlite():
        # But for the few that are restricted, by an index that holds nobody else.
        assert "customers_account" not in plan(everything).replace("customers_account_restr", "")


def test_orders_of_an_amount_are_gathered_by_its_index(world, signed_in):
    for number, net in enumerate((10, 20_000, 30_000)):
        Order.objects.create(
            number=f"O-{number}", account=world.lindner, ordered_on=dt.date(2026, 1, 2), total=net, total_house=net
        )
    page = signed_in(world.ada).get(reverse("orders:list") + "?f=net:over:15000").content.decode()
    assert ("O-0" in page, "O-1" in page, "O-2" in page) == (False, True, True)
    if on_sqlite():
        rows = Order._base_manager.filter(total_house__gt=15_000, deleted_at=None).values("pk")[:2001]
        assert "orders_order_net" in plan(rows)


def test_all_orders_of_an_account_are_read_from_its_index(world, signed_in, rf):
    from kundenkreis.web.lists import state
    from kundenkreis.web.views.order_list import ORDERS

    Order.objects.create(number="O-1", account=world.lindner, ordered_on=dt.date(2026, 1, 2), total=1, total_house=1)
    Order.objects.create(number="O-2", account=world.brauneis, ordered_on=dt.date(2026, 1, 2), total=1, total_house=1)
    request = rf.get(reverse("orders:list"), {"f": f"of:is:{world.lindner.pk}"})
    request.user = world.ben
    rows = ORDERS.matching(request, state.read(ORDERS, request, views=[]))
    assert [row.number for row in rows] == ["O-1"]
    if on_sqlite():
        assert "orders_order_account (account_id=?" in plan(rows.order_by("-ordered_on", "-pk")[:50])


def test_the_list_of_open_items_walks_an_index(world):
    if on_sqlite():
        rows = OpenItem.objects.visible_to(world.ben).living().order_by("due_on", "id")[:50]
        assert "SCAN orders_openitem USING INDEX orders_openitem_due" in plan(rows)
        assert "TEMP B-TREE" not in plan(rows)


def test_top_products_leave_the_bin_out_without_touching_a_line(world):
    if on_sqlite():
        lines = OrderLine.objects.of_living_orders().filter(account=world.lindner, ordered_on__gte=dt.date(2026, 1, 1))
        sums = plan(lines.values("product_id").annotate(revenue=Sum("amount_house"), quantity=Sum("quantity")))
        assert "USING COVERING INDEX orders_line_account" in sums
        assert "orders_order_bin" in sums


def test_few_accounts_are_the_way_in_and_many_are_asked_row_by_row_on_postgresql(world, monkeypatch):
    """It would else read the whole table for a union of few numbers, or gather all accounts to fill one page."""
    from kundenkreis.customers.models import accounts, contacts

    if on_sqlite():
        pytest.skip("SQLite does as the query says.")
    for rows in (Order.objects.visible_to(world.ada), Activity.objects.gathered_for(world.ada)):
        assert "= ANY(ARRAY(" in str(rows.query)
    for room in (accounts, contacts):
        monkeypatch.setattr(room, "is_narrow", lambda reach: False)
    for model in (Order, Activity, Contact):
        asked_sql = str(model.objects.visible_to(world.ada).query)
        assert 'EXISTS(SELECT 1 AS "a" FROM "customers_account"' not in asked_sql
        assert 'EXISTS(SELECT 1 AS "a" FROM "customers_position"' not in asked_sql
        assert 'customers_account"' in asked_sql


def test_whoever_sees_few_is_searched_among_hers_and_nobody_else_is_read(world, signed_in):
    with CaptureQueriesContext(connection) as queries:
        page = signed_in(world.ada).get("/search/?q=lindner").content.decode()
    assert "Söhne" in page
    read = [one["sql"] for one in queries if "FROM core_searchentry" in one["sql"]]
    assert read
    of_products = [sql for sql in read if "e.id" not in sql]
    assert all("kind = 3" in sql or "vector" in sql or "MATCH" in sql for sql in of_products)
    assert not [sql for sql in of_products if "kind = 1" in sql or "kind = 2" in sql]


def test_what_changed_lately_is_a_range_of_an_index(world):
    if on_sqlite():
        rows = Account._base_manager.filter(changed_at__gte=timezone.now(), deleted_at=None).values("pk")[:2001]
        assert "customers_account_changed" in plan(rows)


def test_an_empty_bin_asks_once_and_a_filled_one_about_the_nouns_in_it(world, signed_in):
    client = signed_in(world.ada)
    assert occupied() == []
    client.get(reverse("bin:list"))  # what is asked once in a while stays out of the count
    with CaptureQueriesContext(connection) as empty:
        client.get(reverse("bin:list"))
    world.lindner.discard(by=world.ada)
    assert {model.noun() for model in occupied()} >= {"account"}
    with CaptureQueriesContext(connection) as filled:
        assert "Lindner" in client.get(reverse("bin:list")).content.decode()
    assert len(empty) < len(filled) < len(nouns())
