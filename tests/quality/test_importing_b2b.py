"""The delivered mappings for the computer hardware seller's house, which is not the wholesaler's."""

import csv
import datetime as dt
import statistics
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from kundenkreis.catalogue.models import Price, Product
from kundenkreis.core import clock
from kundenkreis.customers.models import Account, AccountLink
from kundenkreis.history.undo import undo_batch
from kundenkreis.pipeline import usual, winloss
from kundenkreis.pipeline.models import Opportunity, StageChange
from kundenkreis.pipeline.winloss_cuts import cuts
from kundenkreis.quality import importing
from kundenkreis.quality.models import ImportRun
from kundenkreis.rates.models import ExchangeRate
from kundenkreis.staff.models import Team, User
from tests.quality.imports import imported, told

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


class TestItsSales:
    @pytest.fixture
    def run(self):
        usual.set_up()
        ExchangeRate.add(by=None, currency="USD", on=clock.today(), rate=Decimal("1.25"), source="test")
        for name in ("accounts.csv", "products.csv", "sales_teams.csv"):
            run_file(name)
        return run_file("sales_pipeline.csv")

    def test_they_come_in_with_stage_outcome_and_product(self, run):
        assert (run.target, run.rows_read, run.counts["added"], run.counts.get("rejected", 0)) == (
            "opportunities",
            440,
            440,
            0,
        )
        ended = Counter(Opportunity.objects.values_list("outcome", flat=True))
        with (DATA / "sales_pipeline.csv").open() as file:
            stages = Counter(row["deal_stage"] for row in csv.DictReader(file))
        assert ended == {"won": stages["Won"], "lost": stages["Lost"], "": stages["Prospecting"] + stages["Engaging"]}
        assert not Opportunity.objects.filter(lines=None).exists()
        assert StageChange.objects.count() == 440

    def test_a_won_one_has_its_days_its_owner_and_its_value_in_both_currencies(self, run):
        one = Opportunity.objects.get(number="1C1I7A6R")
        assert (one.account.name, one.owner.get_full_name(), one.lines.get().product.name) == (
            "Cancity",
            "Moses Frase",
            "GTX Plus Basic",
        )
        assert (timezone.localdate(one.opened_at), timezone.localdate(one.closed_at)) == (
            dt.date(2016, 10, 20),
            dt.date(2017, 3, 1),
        )
        assert (one.value, one.currency, one.value_house) == (Decimal(1054), "USD", Decimal("843.20"))
        assert (one.outcome, one.forecast_category, one.name) == ("won", "closed", "GTX Plus Basic · Cancity")

    def test_a_wrong_spelling_is_mended_by_the_mapping(self, run):
        assert Opportunity.objects.filter(lines__product__name="GTX Pro").exists()

    def test_what_has_no_account_yet_is_kept_without(self, run):
        assert Opportunity.objects.filter(account=None).exists()
        assert not Opportunity.objects.filter(account=None).exclude(outcome="").exists()

    def test_a_second_time_nothing_changes_and_it_is_taken_back_whole(self, run):
        again = run_file("sales_pipeline.csv")
        assert (again.counts["unchanged"], again.counts.get("changed", 0), again.counts.get("added", 0)) == (440, 0, 0)
        undo_batch(run.batch, by=None)
        assert not Opportunity.objects.exists()
        assert not StageChange.objects.exists()


def test_what_is_wrong_with_a_row_is_said_of_that_row(world):
    usual.set_up()
    text = (
        "number,stage,probability,closes_on,product,account\n"
        "A1,Qualification,101,,,\nA2,Nowhere,,,,\nA3,Offer,,2001-01-01,,\nA4,Offer,,,Nothing,\nA5,Offer,,,,Nobody\nA6,Verhandlung,70,,,\n"
    )
    run = imported(text, target="opportunities", by=world.admin)
    assert (run.counts["added"], run.counts["rejected"]) == (1, 5)
    assert {problem.field for problem in run.problems.all()} == {
        "probability",
        "stage",
        "closes_on",
        "product",
        "account",
    }
    one = Opportunity.objects.get()
    assert (one.number, one.stage.name_en, one.owner, one.probability) == ("A6", "Negotiation", world.admin, 70)


class TestItsWinLoss:
    """Win and loss of the imported pipeline, against figures added up from the files themselves."""

    @pytest.fixture
    def ended(self) -> list[dict[str, str]]:
        """The closed rows of the file, each with its account's sector, as the import mends both."""
        usual.set_up()
        ExchangeRate.add(by=None, currency="USD", on=clock.today(), rate=Decimal(1), source="test")
        for name in ("accounts.csv", "products.csv", "sales_teams.csv", "sales_pipeline.csv"):
            run_file(name)
        with (DATA / "accounts.csv").open() as file:
            sectors = {row["account"]: row["sector"].replace("technolgy", "technology") for row in csv.DictReader(file)}
        with (DATA / "sales_pipeline.csv").open() as file:
            rows = [row for row in csv.DictReader(file) if row["deal_stage"] in ("Won", "Lost")]
        for row in rows:
            row["product"] = row["product"].replace("GTXPro", "GTX Pro")
            row["sector"] = sectors[row["account"]]
            row["series"] = row["product"].split(" ")[0]
        return rows

    def test_by_sector_agent_series_and_value_it_is_what_the_file_comes_to(self, ended):
        for cut, column in (("industry", "sector"), ("owner", "sales_agent"), ("family", "series")):
            expected: dict[str, list] = {}
            for row in ended:
                sums = expected.setdefault(row[column], [0, 0, Decimal(0), []])
                sums[0 if row["deal_stage"] == "Won" else 1] += 1
                sums[2] += Decimal(row["close_value"])
                opened, closed = (dt.datetime.strptime(row[day], "%m/%d/%Y") for day in ("engage_date", "close_date"))
                sums[3].append((closed - opened).days)
            found = winloss.analyse(Opportunity.objects.all(), cuts()[cut])
            told = {
                one.name: [one.figures.won, one.figures.lost, one.figures.won_value, round(one.figures.days, 1)]
                for one in found.groups
            }
            assert told == {
                name: [won, lost, value, statistics.median(days)] for name, (won, lost, value, days) in expected.items()
            }
            whole = [sum(some[at] for some in expected.values()) for at in (0, 1)]
            assert [found.whole.won, found.whole.lost] == whole
            for one in found.groups:
                assert (one.figures.rate is None) == (one.figures.number < 10)
