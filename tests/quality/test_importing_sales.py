"""Order lines from a file: what is stored, found again, changed, refused."""

import datetime as dt
from decimal import Decimal

import pytest

from kundenkreis.catalogue.models import Product
from kundenkreis.core import search
from kundenkreis.core.money import convert
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.orders.models import Order, OrderLine
from kundenkreis.quality import importing, running
from kundenkreis.quality.models import ImportRun
from kundenkreis.rates.dated import rate_on
from kundenkreis.rates.models import ExchangeRate
from tests.quality.imports import RETAIL, draft, imported, sales, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pounds(db):
    ExchangeRate.objects.create(currency="GBP", on=dt.date(2009, 12, 1), rate=Decimal("0.89972"))


TWO_ORDERS = (
    "489434,85048,GLASS BALL,12,2009-12-01 07:45:00,6.95,13085,United Kingdom",
    "489434,79323P,PINK LIGHTS,12,2009-12-01 07:45:00,6.75,13085,United Kingdom",
    "489435,22350,CAT BOWL,12,2009-12-01 07:46:00,2.55,13086,Germany",
)


def test_orders_accounts_and_products_come_into_being_as_the_lines_name_them():
    run = sales(*TWO_ORDERS)
    order = Order.objects.get(number="489434")
    assert (order.total, order.line_count, order.currency, order.country) == (Decimal("164.40"), 2, "GBP", "GB")
    assert order.account.number == "13085"
    assert order.account.name == "Kunde 13085"
    assert [(line.position, line.product.name) for line in order.lines.order_by("position")] == [
        (1, "GLASS BALL"),
        (2, "PINK LIGHTS"),
    ]
    assert run.counts["added"] == 3
    assert run.counts["orders_added"] == run.counts["accounts_added"] == 2
    assert Account.objects.get(number="13086").country == "DE"


def test_new_accounts_and_products_are_found_by_the_search_box():
    sales(*TWO_ORDERS)
    assert [hit.label for hit in search.find(search.PRODUCT, "cat bowl")] == ["CAT BOWL"]
    assert [hit.label for hit in search.find(search.ACCOUNT, "13085")] == ["Kunde 13085"]


def test_house_amounts_are_converted_line_by_line_and_add_up_to_the_cent():
    sales(*TWO_ORDERS, "489436,22350,CAT BOWL,7,2009-12-01 07:46:00,0.015,13086,Germany")
    rate = rate_on("GBP", dt.date(2009, 12, 1))
    for line in OrderLine.objects.all():
        assert line.amount_house == convert(line.amount, rate)
    for order in Order.objects.all():
        lines = list(order.lines.all())
        assert order.total == sum(line.amount for line in lines)
        assert order.total_house == sum(line.amount_house for line in lines)


def test_half_a_cent_is_rounded_away_from_zero():
    sales("1,A,X,3,2009-12-01,0.125,,", "C2,A,X,-3,2009-12-01,0.125,,")
    assert [line.amount for line in OrderLine.objects.order_by("id")] == [Decimal("0.38"), Decimal("-0.38")]


def test_the_facts_on_the_account_follow():
    sales(*TWO_ORDERS)
    assert Account.objects.get(number="13085").last_order_on == dt.date(2009, 12, 1)


def test_credit_notes_and_adjustments_are_told_by_their_numbers():
    run = sales(
        "C489449,22087,PAPER BUNTING,-12,2009-12-01 10:33:00,2.95,16321,Australia",
        "A506401,B,Adjust bad debt,1,2010-04-29 13:36:00,-53594.36,,United Kingdom",
        "489450,22087,PAPER BUNTING,-12,2009-12-01 10:33:00,2.95,16321,Australia",
    )
    kinds = dict(Order.objects.values_list("number", "kind"))
    assert kinds == {"C489449": "credit_note", "A506401": "adjustment", "489450": "order"}
    assert run.counts["credit_notes"] == 1


def test_without_prefixes_a_document_below_zero_is_a_credit_note():
    sales(
        "500,P,x,5,2010-01-01,1,,", "501,P,x,-5,2010-01-01,1,,", "500,Q,x,-9,2010-01-01,1,,",
        options={"credit_prefix": "", "adjustment_prefix": "", "credit_if_negative": True},
    )  # fmt: skip
    assert dict(Order.objects.values_list("number", "kind")) == {"500": "credit_note", "501": "credit_note"}


def test_lines_without_a_customer_are_kept_and_counted():
    run = sales("489434,85048,GLASS BALL,12,2009-12-01 07:45:00,6.95,,United Kingdom")
    assert Order.objects.get().account is None
    assert run.counts["without_account"] == 1


def test_the_same_file_again_adds_nothing_and_writes_no_history_of_changes():
    sales(*TWO_ORDERS, TWO_ORDERS[0])
    before = list(OrderLine.objects.order_by("id").values())
    orders = list(Order.objects.order_by("id").values())
    run = sales(*TWO_ORDERS, TWO_ORDERS[0])
    assert (run.counts["unchanged"], run.counts.get("added", 0), run.counts.get("changed", 0)) == (4, 0, 0)
    assert list(OrderLine.objects.order_by("id").values()) == before
    assert list(Order.objects.order_by("id").values()) == orders


def test_the_same_product_twice_in_an_order_stays_two_lines():
    sales(TWO_ORDERS[0], TWO_ORDERS[0].replace(",12,", ",3,"))
    assert list(OrderLine.objects.order_by("position").values_list("occurrence", "quantity")) == [(1, 12), (2, 3)]


def test_a_corrected_file_changes_its_lines_the_order_and_their_version():
    sales(*TWO_ORDERS)
    old = Order.objects.get(number="489434").version
    run = sales(TWO_ORDERS[0].replace(",12,", ",10,"), *TWO_ORDERS[1:])
    order = Order.objects.get(number="489434")
    assert run.counts["changed"] == 1
    assert run.counts["unchanged"] == 2
    assert (order.total, order.version) == (Decimal("150.50"), old + 1)
    assert order.total_house == sum(line.amount_house for line in order.lines.all())


def test_a_line_that_is_new_in_the_file_joins_the_order_it_names():
    sales(*TWO_ORDERS)
    run = sales(*TWO_ORDERS, "489434,22350,CAT BOWL,1,2009-12-01 07:45:00,2.55,13085,United Kingdom")
    order = Order.objects.get(number="489434")
    assert (run.counts["added"], order.line_count, order.total) == (1, 3, Decimal("166.95"))
    assert order.lines.order_by("-position").first().position == 3


def test_an_order_that_moves_to_another_account_and_day_takes_its_lines_along():
    ExchangeRate.objects.create(currency="GBP", on=dt.date(2010, 1, 1), rate=Decimal("0.5"))
    sales(*TWO_ORDERS)
    run = sales(*(row.replace("13085", "99999").replace("2009-12-01", "2010-01-02") for row in TWO_ORDERS[:2]))
    order = Order.objects.get(number="489434")
    assert order.account.number == "99999"
    assert (run.counts["orders_changed"], run.counts["unchanged"]) == (1, 2)
    assert set(order.lines.values_list("account__number", "ordered_on")) == {("99999", dt.date(2010, 1, 2))}
    assert order.total_house == 2 * order.total
    assert Account.objects.get(number="13085").orders.count() == 0


def small_chunks(monkeypatch, size: int) -> None:
    monkeypatch.setattr(running, "CHUNK", size)
    monkeypatch.setattr(running, "SMALL_CHUNK", size)


SCATTERED = [f"{order},P{n % 3},text,{n + 1},2010-01-0{order},1.5,77,France" for n in range(6) for order in (1, 2, 3)]


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_orders_may_straddle_chunks_and_lie_scattered(monkeypatch, size):
    small_chunks(monkeypatch, size)
    run = sales(*SCATTERED)
    assert run.counts["orders_added"] == 3
    assert list(Order.objects.values_list("line_count", "total").distinct()) == [(6, Decimal("31.50"))]
    lines = Order.objects.get(number="2").lines.order_by("position").values_list("position", "occurrence", "quantity")
    assert list(lines) == [(1, 1, 1), (2, 1, 2), (3, 1, 3), (4, 2, 4), (5, 2, 5), (6, 2, 6)]


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_a_scattered_file_again_finds_the_same_lines_in_any_chunks(monkeypatch, size):
    sales(*SCATTERED)
    small_chunks(monkeypatch, size)
    run = sales(*[row.replace("P0,text,4,", "P0,text,40,") for row in SCATTERED])
    assert (run.counts["unchanged"], run.counts["changed"]) == (15, 3)
    assert OrderLine.objects.filter(quantity=40, occurrence=2).count() == 3
    assert Order.objects.get(number="1").total == Decimal("85.50")


def test_create_only_leaves_what_is_there_and_update_only_adds_nothing():
    sales(*TWO_ORDERS)
    changed, new = TWO_ORDERS[0].replace(",12,", ",1,"), "7,85048,GLASS BALL,1,2010-01-01,1,13085,France"
    run = sales(changed, new, mode="create")
    assert (run.counts["unchanged"], run.counts["added"]) == (1, 1)
    assert Order.objects.get(number="489434").total == Decimal("164.40")
    run = sales(changed, new.replace("7,", "8,", 1), mode="update")
    assert (run.counts["changed"], run.counts["rejected"]) == (1, 1)
    assert "There is no order “8”" in told(run)[0]


def test_a_bad_row_is_told_in_words_and_the_others_are_stored():
    run = sales(
        TWO_ORDERS[0],
        "489434,,no product,12,2009-12-01 07:45:00,6.95,13085,United Kingdom",
        "489434,85048,bad number,twelve,31.02.2009,6.95,13085,United Kingdom",
        "489434,85048,too few cells",
    )
    assert (run.counts["added"], run.counts["rejected"], run.rows_read) == (1, 3, 4)
    sentences = told(run)
    assert sentences[0] == "Row 3, column “StockCode”: This must not be empty."
    assert "Row 4, column “Quantity”: “twelve” is not a number" in sentences[1]
    assert "“31.02.2009” is a day or time that does not exist" in sentences[2]
    assert "Row 5: The row has 3 cells where 8 are expected" in sentences[3]


def test_a_currency_without_a_rate_is_refused_row_by_row():
    run = sales("1,A,X,1,2010-01-01,1,,", options={"currency": "XPF"})
    assert run.counts["rejected"] == 1
    assert "no exchange rate for XPF" in told(run)[0]


def test_unreasonable_numbers_are_refused_not_rounded():
    run = sales("1,A,X,99999999999,2010-01-01,9999999999,,")
    assert run.counts["rejected"] == 1
    assert not Order.objects.exists()


@pytest.mark.parametrize("size", [1, 100])
def test_a_product_is_called_what_its_first_line_with_a_text_says(monkeypatch, size):
    small_chunks(monkeypatch, size)
    sales(
        "1,A,FIRST,1,2010-01-01,1,,",
        "1,B,,1,2010-01-01,1,,",
        "1,A,SECOND,1,2010-01-01,1,,",
        "1,C,,1,2010-01-01,1,,",
        "2,B,LATER,1,2010-01-01,1,,",
    )
    assert dict(Product.objects.values_list("number", "name")) == {"A": "FIRST", "B": "LATER", "C": "C"}
    assert [hit.label for hit in search.find(search.PRODUCT, "later")] == ["LATER"]


@pytest.mark.parametrize("size", [1, 2, 100])
def test_the_first_row_of_an_order_speaks_for_it_and_the_first_that_names_an_account(monkeypatch, size):
    small_chunks(monkeypatch, size)
    run = sales(
        "1,A,x,1,2010-01-05,1,,France", "1,B,x,1,2010-01-06,1,77,Spain", "1,C,x,1,2010-01-07,1,88,Spain",
        "1,D,x,1,2010-01-07,1,,Spain",
    )  # fmt: skip
    order = Order.objects.get()
    assert (order.ordered_on, order.country, order.account.number) == (dt.date(2010, 1, 5), "FR", "77")
    assert set(order.lines.values_list("ordered_on", "account__number")) == {(dt.date(2010, 1, 5), "77")}
    assert run.counts["without_account"] == 2


def test_a_line_in_another_currency_than_its_order_is_refused():
    ExchangeRate.objects.create(currency="USD", on=dt.date(2009, 12, 1), rate=Decimal("1.4"))
    run = imported(
        "order,sku,quantity,price,date,currency\n1,A,1,1,2010-01-01,USD\n1,B,1,1,2010-01-01,GBP\n1,C,1,1,2010-01-01,USD\n",
        target="sales",
    )
    assert (run.counts["added"], told(run)) == (2, ["Row 3, column “currency”: The line is in GBP, its order in USD."])


def test_the_dry_run_counts_the_same_and_writes_nothing():
    sales(*TWO_ORDERS)
    rows = [
        *SCATTERED,
        TWO_ORDERS[0].replace(",12,", ",1,"),
        TWO_ORDERS[1],
        "9,,x,1,2010-01-01,1,,",
        "9,Q,x,1,2010-01-01,1,,",
    ]
    before = (
        Order.objects.count(),
        OrderLine.objects.count(),
        Account.objects.count(),
        Product.objects.count(),
        Event.objects.count(),
    )
    run = importing.check(
        draft("\n".join(["Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country", *rows]))
    )
    assert run.state == ImportRun.State.CHECKED
    after = (
        Order.objects.count(),
        OrderLine.objects.count(),
        Account.objects.count(),
        Product.objects.count(),
        Event.objects.count(),
    )
    assert after == before
    forecast = run.forecast
    assert run.problems.filter(is_note=False).count() == 1
    importing.run_now(run)
    assert run.counts == forecast


def test_a_dry_run_in_small_chunks_counts_an_order_once(monkeypatch):
    small_chunks(monkeypatch, 2)
    run = importing.check(
        draft("\n".join(["Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country", *SCATTERED]))
    )
    assert (run.forecast["orders_added"], run.forecast["accounts_added"], run.forecast["products_added"]) == (3, 1, 3)


def test_one_event_tells_of_the_whole_import(world):
    run = sales(*TWO_ORDERS, by=world.admin)
    event = Event.objects.get(batch=run.batch)
    assert (event.verb, event.actor_id, event.changes["added"]) == ("import.finished", world.admin.pk, [None, 3])
    assert run.batch.counts["orders.orderline"] == {"added": 3, "changed": 0}


def test_somebody_who_was_quicker_with_an_order_number_does_no_harm(monkeypatch):
    from kundenkreis.quality.targets.sales_store import SalesStore

    real, quick = SalesStore._order_ids, []

    def slow(self, numbers):
        ids = real(self, numbers)
        if not quick:
            quick.append(Order.objects.create(number="489435", ordered_on=dt.date(2009, 12, 1), currency="GBP"))
        return ids

    monkeypatch.setattr(SalesStore, "_order_ids", slow)
    run = sales(*TWO_ORDERS)
    assert run.counts["added"] == 3
    assert Order.objects.get(number="489435").line_count == 1


def test_an_undone_import_leaves_no_trace_in_sales_and_figures(world):
    run = sales(*TWO_ORDERS)
    result = importing.undo_now(run, world.admin)
    run.refresh_from_db()
    assert run.state == ImportRun.State.UNDONE
    assert (Order.objects.count(), OrderLine.objects.count(), Product.objects.count(), result.kept) == (0, 0, 0, 0)
    assert set(Account.objects.values_list("name", flat=True)) == {"Lindner & Söhne GmbH", "Brauneis Wohnkultur"}
    assert search.find(search.PRODUCT, "cat bowl") == []
    assert Event.objects.filter(verb="import.undone", actor_id=world.admin.pk).exists()


@pytest.mark.parametrize("size", [1, 100])
def test_undoing_a_correction_gives_the_old_figures_back(world, monkeypatch, size):
    small_chunks(monkeypatch, size)
    sales(*TWO_ORDERS)
    ignored = ("version", "changed_at")

    def picture():
        orders = [{k: v for k, v in row.items() if k not in ignored} for row in Order.objects.order_by("id").values()]
        accounts = list(Account.objects.order_by("id").values("number", "last_order_on", "revenue_12m"))
        return orders, accounts, list(OrderLine.objects.order_by("id").values())

    before = picture()
    run = sales(
        *(row.replace(",12,", ",10,").replace("13085", "13086") for row in TWO_ORDERS),
        "490000,NEW,x,1,2010-01-01,5,13085,France",
    )
    assert picture() != before
    importing.undo_now(run, world.admin)
    assert picture() == before


@pytest.mark.parametrize("model", [Account, Product, Order])
def test_lines_of_something_in_the_bin_are_refused(world, model):
    sales(*TWO_ORDERS)
    number = {Account: "13085", Product: "22350", Order: "489434"}[model]
    model.objects.get(number=number).discard(by=world.admin)
    more = (*TWO_ORDERS, TWO_ORDERS[0].replace("489434", "489999"), TWO_ORDERS[2].replace("489435", "489998"))
    checked = importing.check(draft("\n".join([RETAIL, *more])))
    lines = OrderLine.objects.count()
    run = sales(*more)
    refused = {Account: 3, Product: 2, Order: 2}[model]
    assert run.counts["rejected"] == checked.forecast["rejected"] == refused
    assert told(run)[0].endswith(f"“{number}” lies in the bin. Restore it first, then import the row again.")
    assert OrderLine.objects.count() == lines + run.counts["added"]
    assert run.counts["added"] == 2 - {Account: 1, Product: 1, Order: 0}[model]


def test_an_order_with_several_accounts_or_days_is_told_once():
    run = sales(
        TWO_ORDERS[0],
        TWO_ORDERS[1].replace("13085", "13099"),
        TWO_ORDERS[1].replace("2009-12-01", "2009-12-02").replace("79323P", "84879"),
        TWO_ORDERS[2],
    )
    assert told(run) == [
        "Row 3, column “Invoice”: Order 489434 stands in the file with several accounts or days; its lines go with its first row."
    ]
    assert OrderLine.objects.filter(order__number="489434").values("account", "ordered_on").distinct().count() == 1
    assert sales(*TWO_ORDERS).counts.get("notes", 0) == 0
