"""Credit limits, blocks and deliveries come in as files, as the ERP reports them."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.utils import translation

from kundenkreis.core import clock
from kundenkreis.orders.models import CreditStanding, Delivery, Order
from kundenkreis.quality import importing
from kundenkreis.quality.models import ImportRun
from tests.quality.imports import draft, imported, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(world):
    return Order.add(by=None, number="A-77", account=world.lindner, ordered_on=dt.date(2026, 2, 1))


def credit_file(world):
    return (
        "Kundennummer;Kreditlimit;Gesperrt;Sperrgrund;Stand\n"
        f"{world.lindner.number};10.000,50;nein;;01.03.2026\n"
        f"{world.brauneis.number};;ja;Mahnstufe 3;01.03.2026\n"
    )


def test_credit_limits_and_blocks_are_stored_for_their_accounts(world):
    run = importing.run_now(draft(credit_file(world), target="credit_standings", by=world.admin))
    assert (run.state, run.counts["added"]) == (ImportRun.State.DONE, 2), told(run)
    lindner, brauneis = world.lindner.credit, world.brauneis.credit
    assert (lindner.limit, lindner.is_blocked, lindner.as_of) == (Decimal("10000.50"), False, dt.date(2026, 3, 1))
    assert (brauneis.limit, brauneis.is_blocked, brauneis.reason) == (None, True, "Mahnstufe 3")
    again = imported(credit_file(world).replace("10.000,50", "8.000,00"), target="credit_standings", by=world.admin)
    assert (again.counts["changed"], again.counts["unchanged"]) == (1, 1)
    importing.undo_now(again, world.admin)
    assert CreditStanding.objects.get(account=world.lindner).limit == Decimal("10000.50")
    importing.undo_now(run, world.admin)
    assert not CreditStanding.objects.exists()


def test_a_credit_limit_without_a_day_is_as_of_today(world):
    imported(f"account number,credit limit\n{world.lindner.number},500\n", target="credit_standings")
    assert CreditStanding.objects.get().as_of == clock.today()


def test_a_credit_limit_of_an_unknown_account_is_refused_in_both_languages(world):
    run = imported("account number,credit limit\nNOBODY,500\n", target="credit_standings")
    assert told(run) == ["Row 2, column “account number”: There is no account “NOBODY”."]
    with translation.override("de"):
        assert "gibt" in told(run)[0]


def deliveries_file():
    return (
        "Lieferscheinnummer;Auftragsnummer;Liefertermin;Versandt am;Zugestellt am;Vollständig;Spedition;Sendungsnummer\n"
        "L-1;A-77;03.02.2026;02.02.2026;04.02.2026;ja;Gebrüder Weiss;AT123\n"
        "L-2;A-78;03.02.2026;;;nein;;\n"
    )


def test_deliveries_are_stored_with_their_order_and_its_account(world, order):
    run = imported(deliveries_file(), target="deliveries", by=world.admin)
    assert (run.counts["added"], run.counts["rejected"]) == (1, 1)
    assert told(run) == ["Row 3, column “Auftragsnummer”: There is no order “A-78”."]
    delivery = Delivery.objects.get()
    assert (delivery.order, delivery.account, delivery.carrier) == (order, world.lindner, "Gebrüder Weiss")
    assert (delivery.promised_on, delivery.delivered_on, delivery.is_complete) == (
        dt.date(2026, 2, 3),
        dt.date(2026, 2, 4),
        True,
    )
    again = imported(deliveries_file().replace("04.02.2026", "05.02.2026"), target="deliveries", by=world.admin)
    assert again.counts["changed"] == 1
    importing.undo_now(again, world.admin)
    assert Delivery.objects.get().delivered_on == dt.date(2026, 2, 4)
    importing.undo_now(run, world.admin)
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("text", "target", "columns"),
    [
        ("Kundennummer;Kreditlimit;Gesperrt;Sperrgrund;Stand\n1;5;ja;x;01.03.2026\n", "credit_standings", 5),
        ("account number,credit limit,currency,blocked,as of\n1,5,EUR,yes,2026-03-01\n", "credit_standings", 5),
        (deliveries_file(), "deliveries", 8),
        ("delivery number,order number,promised date,ship date,carrier,tracking number\nL,A,2026-02-01,2026-02-02,DHL,1\n", "deliveries", 6),
    ],
)  # fmt: skip
def test_such_files_are_recognised_by_their_headings(text, target, columns):
    run = importing.start_draft(io.BytesIO(text.encode()), "erp.csv", None)
    assert (run.target, len(run.mapping)) == (target, columns), run.mapping
