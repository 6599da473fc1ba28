"""The delivered mappings for the computer hardware seller's house, which is not the wholesaler's."""

from pathlib import Path

import pytest

from kundenkreis.catalogue.models import Price, Product
from kundenkreis.customers.models import Account, AccountLink
from kundenkreis.quality import importing
from kundenkreis.quality.models import ImportRun
from kundenkreis.staff.models import Team, User
from tests.quality.imports import told

DATA = Path(__file__).parent.parent / "data" / "b2b-pipeline"
pytestmark = pytest.mark.django_db


def run_file(name: str) -> ImportRun:
    """As a person does it who changes nothing about what is suggested."""
    run = importing.start_draft(DATA / name, name, None)
    assert importing.hindrances(run) == []
    return importing.run_now(run)


def test_its_accounts_come_in_with_their_parents():
    run = run_file("accounts.csv")
    assert (run.target, run.counts["added"], run.counts.get("rejected", 0), told(run)) == ("accounts", 85, 0, [])
    assert AccountLink.objects.count() == 15
    bluth = Account.objects.get(name="Bluth Company")
    assert (bluth.industry, bluth.country, bluth.employees) == ("technology", "US", 3027)
    assert bluth.links_up.get().parent.name == "Acme Corporation"
    assert Account.objects.get(name="Bioholding").country == "PH"


def test_its_products_come_in_with_series_and_list_prices():
    run = run_file("products.csv")
    assert (run.target, run.counts["added"]) == ("products", 7)
    gtk = Product.objects.get(number="GTK 500")
    assert (
        gtk.family.name,
        Price.objects.get(product=gtk).amount,
        Price.objects.get(product=gtk).price_list.currency,
    ) == ("GTK", 26768, "USD")


def test_its_sales_teams_come_in_below_their_regions():
    run = run_file("sales_teams.csv")
    assert (run.target, run.counts["added"], run.counts["managers_added"]) == ("people", 35, 6)
    anna = User.objects.get(email="anna.snelling@hardware.example")
    assert (anna.role, anna.team.name, anna.team.parent.name) == ("key_account_manager", "Dustin Brinkmann", "Central")
    assert User.objects.get(last_name="Brinkmann").role == "head_of_sales"
    assert Team.objects.count() == 3 + 6


@pytest.mark.parametrize("name", ["accounts.csv", "products.csv", "sales_teams.csv"])
def test_a_second_time_nothing_changes(name):
    first = run_file(name)
    second = run_file(name)
    assert (second.counts["unchanged"], second.counts.get("added", 0), second.counts.get("changed", 0)) == (
        first.rows_read,
        0,
        0,
    )
