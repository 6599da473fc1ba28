"""The demo house on a slice of its real sales: complete, marked as made up, and the same every time."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from django.core.cache import cache
from django.test import TestCase

from kundenkreis.activities.models import Activity
from kundenkreis.catalogue.models import Price, Product
from kundenkreis.core import clock, search
from kundenkreis.core.models import House
from kundenkreis.customers.models import (
    Account,
    AccountLink,
    AccountTeamMember,
    Consent,
    Contact,
    Register,
    Suppression,
)
from kundenkreis.demo import building, duplicates, people, rates, trips, views
from kundenkreis.demo.names import Names
from kundenkreis.lists.models import SavedView
from kundenkreis.market.models import Strategy, Summing, Target
from kundenkreis.needs.models import Coverage, Need, NeedsTalk, Wish, WishTelling
from kundenkreis.orders.models import Order, OrderLine
from kundenkreis.pipeline import asking
from kundenkreis.pipeline.models import (
    Interview,
    Opportunity,
    OpportunityOrder,
    PlanComment,
    PlanStep,
    Project,
    StageChange,
)
from kundenkreis.prospecting.models import Fit, TargetAccount
from kundenkreis.prospecting.paths import warm_paths
from kundenkreis.rates.models import ExchangeRate
from kundenkreis.staff.models import AccessReview, User
from kundenkreis.staff.roles import Role
from kundenkreis.stakeholders.mapping import map_of
from kundenkreis.stakeholders.models import Stakeholder
from kundenkreis.trips.mileage import mileage_list
from kundenkreis.trips.models import Trip
from kundenkreis.web.lists.state import view_address

LINES = 12_000


class TestDemoHouse(TestCase):
    """Built once for all of them."""

    @classmethod
    def setUpTestData(cls):
        cls.told = []
        cache.clear()
        with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
            path = Path(folder) / "sales.parquet"
            some = pl.read_parquet(building.SALES).gather_every(525_461 // LINES)
            some.write_parquet(path)
            cls.lines = some.height
            patch.setattr(building, "SALES", path)
            building.build(lambda *step: cls.told.append(step))

    def test_there_are_targets_of_everybody_and_a_strategy_and_they_are_marked(self):
        levels = Counter(Target.objects.filter(is_generated=True).values_list("level", flat=True))
        assert levels == {"house": 5, "team": 3, "person": 3, "account": 12}
        assert Target.objects.get(person__first_name="Ada").total > 0
        assert Strategy.objects.get().initiatives.count() == 3
        assert Summing.latest().pictures["country"]["12"]["penetration"]["cents"] > 0

    def test_every_line_of_the_file_is_there(self):
        assert OrderLine.objects.count() == self.lines
        assert ("Importing the sales", OrderLine.objects.count(), OrderLine.objects.count()) in self.told

    def test_each_account_has_a_made_up_name_and_says_so(self):
        accounts = Account.objects.all()
        assert not accounts.filter(name__startswith="Customer ").exists()
        assert not accounts.filter(is_generated=False).exists()
        names = Counter(account.name for account in accounts)
        twice = {name for name, count in names.items() if count > 1}  # what came in a second time
        assert len(twice) <= duplicates.ACCOUNTS
        assert max(names.values()) <= 2
        assert not Contact.objects.filter(is_generated=False).exists()

    def test_mails_and_phones_reach_nobody(self):
        mails = [*Account.objects.values_list("email", flat=True), *Contact.objects.values_list("email", flat=True)]
        assert all(mail.endswith(".example") for mail in mails if mail)
        assert all(user.email.endswith(".example") for user in User.objects.all())
        british = Contact.objects.filter(phone__startswith="+44").values_list("phone", flat=True)
        fictional = ("+442079460", "+441614960", "+441134960", "+441214960", "+441314960", "+441632960")
        assert british and all(phone.startswith(fictional) for phone in british)

    def test_costs_are_made_up_and_say_so(self):
        goods = Product.objects.filter(kind="goods", cost__isnull=False)
        assert goods.exists()
        assert not goods.filter(is_cost_generated=False).exists()
        assert not Product.objects.filter(family=None).exists()
        assert Price.objects.count() > goods.count() // 2

    def test_one_person_for_each_role_can_sign_in(self):
        assert {user.role for user in User.objects.filter(is_demo=True)} == set(Role.values)
        assert User.objects.get(email=people.PEOPLE[0].email).check_password(people.PASSWORD)
        assert {user.language for user in User.objects.all()} == {"de", "en"}

    def test_the_house_lives_on_the_day_its_data_ends(self):
        house = House.current()
        assert (house.name, house.currency, house.is_demo) == ("Kundenkreis Demo Wholesale", "EUR", True)
        assert clock.today() == building.TODAY
        assert Activity.objects.filter(is_open=True).exists()
        assert not Activity.objects.filter(account=None, leads=None, initiatives=None).exists()

    def test_it_has_groups_teams_and_consents(self):
        assert {link.hierarchy for link in AccountLink.objects.all()} == {"legal", "sales", "buying"}
        assert AccountTeamMember.objects.filter(role="sponsor").exists()
        assert {consent.state for consent in Consent.objects.all()} == set(Consent.State.values)
        assert {register.kind for register in Register.objects.current()} == {"ecg", "robinson"}
        assert Contact.objects.exclude(objected_at=None).count() == 1
        assert Suppression.objects.in_force().filter(reason="complaint").count() == 1

    def test_its_views_are_shared_and_show_accounts(self):
        self.client.force_login(User.objects.get(email="ada@wholesale.example"), "kundenkreis.web.signin.Backend")
        shared = list(SavedView.objects.filter(shared="all"))
        assert [view.name for view in shared] == [name for name, _query in views.VIEWS]
        for view in shared:
            page = self.client.get(f"/accounts/{view_address(view)}").content.decode()
            assert "data-row" in page, view.name

    def test_accounts_are_found_by_their_new_names_and_owned(self):
        account = Account.objects.order_by("-revenue_12m").first()
        assert account.pk in {hit.subject_id for hit in search.find(search.ACCOUNT, account.name)}
        assert not Account.objects.filter(owner=None).exists()
        assert Order.objects.filter(account=account).exists()

    def test_a_review_of_access_is_under_way(self):
        review = AccessReview.current()
        assert review is not None
        assert review.is_open
        assert set(review.checks.values_list("verdict", flat=True)) == {"kept", "change"}
        assert review.checks.count() < User.objects.living().count()

    def test_trips_lead_to_visits_and_onto_a_mileage_list(self):
        assert Trip.objects.exists()
        assert not Trip.objects.filter(visits=None).exists()
        since = building.TODAY - dt.timedelta(days=trips.DAYS)
        travellers = User.objects.filter(trips__isnull=False).distinct()
        lists = [mileage_list(person, person, since, building.TODAY) for person in travellers]
        assert any(shown.lines and shown.amount > 0 for shown in lists)
        assert not any(shown.without_rate for shown in lists)
        assert Activity.objects.filter(time_zone="Europe/London").exists()

    def test_opportunities_are_open_and_closed_and_marked_as_made_up(self):
        found = Opportunity.objects.all()
        assert 100 <= found.count() <= 205
        assert not found.filter(is_generated=False).exists()
        ended = Counter(found.values_list("outcome", flat=True))
        assert min(ended["won"], ended["lost"]) >= 15
        assert ended[""] >= 30
        assert found.filter(asking.state("no_step")).exists()
        assert StageChange.objects.filter(from_stage__isnull=False).count() > found.count()

    def test_what_came_after_the_end_is_there(self):
        assert Project.objects.filter(is_generated=True).count() == 2
        assert Opportunity.objects.filter(shadowed=True).count() == 3
        assert Interview.objects.filter(opportunity__outcome="lost").exists()
        assert OpportunityOrder.objects.exists()

    def test_target_accounts_and_action_plans_are_there_and_marked_as_made_up(self):
        assert TargetAccount.objects.wanted().exists()
        assert not TargetAccount.objects.filter(is_generated=False).exists()
        paths = [warm_paths(one.account, one.owner) for one in TargetAccount.objects.select_related("account", "owner")]
        assert any(paths)
        assert Fit.objects.off_the_list().exists()
        assert PlanComment.objects.exclude(link=None).exists()
        assert PlanStep.objects.exclude(done_at=None).exists()

    def test_five_maps_of_stakeholders_move_over_a_year_and_are_marked_as_made_up(self):
        sizes = Counter(Stakeholder.objects.values_list("account_id", flat=True))
        assert sorted(sizes.values()) == [8, 11, 14, 18, 60]
        assert not Stakeholder.objects.filter(is_generated=False).exists()
        days = map_of([sizes.most_common(1)[0][0]], User.objects.get(first_name="Ben")).days
        assert len(days) > 20
        assert (days[-1] - days[0]).days > 300

    def test_needs_and_wishes_are_there_and_marked_as_made_up(self):
        assert Need.objects.filter(is_generated=True).count() == Need.objects.count() == 60
        assert NeedsTalk.objects.filter(is_generated=True).count() == NeedsTalk.objects.count() == 25
        assert Wish.objects.filter(is_generated=True).count() == Wish.objects.count() == 12
        assert Need.objects.filter(opportunities__isnull=False).exists() and Need.objects.exclude(answer=None).exists()
        assert WishTelling.objects.waiting().exists() and WishTelling.objects.exclude(told_on=None).exists()
        assert Coverage.objects.filter(percent__gt=50).exists() and Coverage.objects.filter(percent=0).exists()

    def test_rates_are_those_of_thirteen_months(self):
        assert ExchangeRate.objects.count() == len(rates.GBP_PER_EURO) == 13
        assert not ExchangeRate.objects.exclude(source__contains="not an official one").exists()


def test_names_are_the_same_every_time():
    one, two = Names(), Names()
    for number in ("13085", "12346"):
        assert one.company(number, "GB", False) == two.company(number, "GB", False)
    assert len({one.company(str(n), "AT", False).name for n in range(800)}) == 800
