"""Why somebody sees a record: held against `visible_to` and `may` over houses made by chance."""

import datetime as dt
import random

import pytest
from django.db import transaction
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.catalogue.models import Product
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account, AccountTeamMember, Contact, Position
from kundenkreis.files.models import Document
from kundenkreis.insights.models import Signal
from kundenkreis.lists.models import SavedView
from kundenkreis.orders.models import OpenItem, Order
from kundenkreis.quality.models import DuplicatePair, ImportRun
from kundenkreis.staff import access
from kundenkreis.staff.explaining import Explainer, Kind, Want, pieces
from kundenkreis.staff.models import Deputy, Team, Territory, User
from kundenkreis.staff.roles import Role
from kundenkreis.staff.roll import Roll
from kundenkreis.trips.models import Trip

pytestmark = pytest.mark.django_db
NOUNS = (
    Account, Contact, Activity, Order, OpenItem, Product, Trip, Document, SavedView, ImportRun, Signal, DuplicatePair,
)  # fmt: skip


class ChanceHouse:
    """Teams three deep, territories two deep, people of all roles, deputies past and present, and a few of each noun."""

    def __init__(self, seed: int):
        self.dice = random.Random(seed)
        self.today = clock.today()
        self.teams = self._tree(Team, 6)
        self.territories = self._tree(Territory, 5)
        self.people = [self._person(n) for n in range(12)]
        for territory in self.territories:
            territory.people.set(self.dice.sample(self.people, self.dice.randint(0, 2)))
        for _n in range(8):
            self._deputy()
        self.accounts = [self._account(n) for n in range(10)]
        for _n in range(10):
            self._seat()
        self._records()
        House.objects.update(works_agreement_on=self.dice.choice([None, self.today]), works_agreement="BV 1")
        House.forget()

    def _tree(self, model, count):
        nodes = []
        for n in range(count):
            nodes.append(model.add(by=None, name=f"{model.__name__} {n}", parent=self.dice.choice([None, *nodes])))
        return nodes

    def _person(self, n):
        role = Role.values[n % len(Role.values)] if n < 8 else self.dice.choice(
            [Role.KEY_ACCOUNT_MANAGER, Role.READ_ONLY]
        )  # fmt: skip
        return User.objects.create(
            email=f"p{n}@house.test", last_name=f"P{n}", role=role, team=self.dice.choice([None, *self.teams]),
            is_active=self.dice.random() > 0.1,
        )  # fmt: skip

    def _some(self, among):
        return self.dice.choice([None, *among])

    def _days(self):
        first = self.today + dt.timedelta(days=self.dice.randint(-3, 1))
        return {"starts_on": first, "ends_on": self._some([first + dt.timedelta(days=self.dice.randint(0, 3))])}

    def _deputy(self):
        person, deputy = self.dice.sample(self.people, 2)
        Deputy.objects.create(person=person, deputy=deputy, **self._days())

    def _account(self, n):
        gone = timezone.now() if self.dice.random() < 0.1 else None
        return Account.objects.create(
            number=f"C-{n}", name=f"A{n}", key=f"a{n}", owner=self._some(self.people), team=self._some(self.teams),
            territory=self._some(self.territories), deleted_at=gone,
        )  # fmt: skip

    def _seat(self):
        person, deputy = self.dice.sample(self.people, 2)
        account, role = self.dice.choice(self.accounts), self.dice.choice(AccountTeamMember.Role.values)
        if not AccountTeamMember.objects.filter(account=account, person=person, role=role).exists():
            AccountTeamMember.objects.create(
                account=account, person=person, role=role, deputy=self._some([deputy]), **self._days()
            )

    def _records(self):
        now = timezone.now()
        contacts = [Contact.objects.create(family_name=f"K{n}", owner=self._some(self.people)) for n in range(3)]
        for contact in contacts:
            for account in self.dice.sample(self.accounts, self.dice.randint(0, 2)):
                gone = now if self.dice.random() < 0.2 else None
                Position.objects.create(contact=contact, account=account, is_main=False, deleted_at=gone)
        Account.objects.filter(pk=self.accounts[0].pk).update(kind="person", person=contacts[0])
        for n in range(3):
            Activity.objects.create(
                kind="note", subject=f"N{n}", account=self._some(self.accounts), owner=self._some(self.people)
            )
            order = Order.objects.create(
                number=f"O{n}", account=self._some(self.accounts), ordered_on=self.today, total=1, total_house=1
            )
            owner = self.dice.choice(self.people)
            SavedView.objects.create(
                list_name="accounts", name=f"V{n}", owner=owner, shared=self.dice.choice(SavedView.Shared.values),
                team=self._some(self.teams),
            )  # fmt: skip
            ImportRun.objects.create(target="accounts", file_name=f"{n}.csv", owner=self._some(self.people))
            Trip.objects.create(
                person=owner, purpose="x", starts_at=now, ends_at=now, start_place="Wels", end_place="Linz"
            )
            subject = self.dice.choice([*self.accounts, *contacts, order])
            Document.objects.create(name=f"D{n}", subject_type=subject._meta.label_lower, subject_id=subject.pk)
        for n, account in enumerate(self.accounts[:4]):
            Signal.objects.create(account=account, kind="falling", value=1, raised_on=self.today)
            OpenItem.objects.create(
                account=account, number=f"R{n}", booked_on=self.today, due_on=self.today, amount=1, open_amount=1
            )
        first, second = sorted(self.dice.sample(self.accounts, 2), key=lambda one: one.pk)
        DuplicatePair.objects.create(kind="account", account=first, other_account=second, weight=9, probability=0.9)
        one, other = contacts[:2]
        DuplicatePair.objects.create(kind="contact", contact=one, other_contact=other, weight=9, probability=0.9)
        Product.objects.create(number="P", name="P", key="p")


@pytest.fixture
def forget_house():
    yield
    House.forget()


@pytest.mark.parametrize("seed", range(3))
def test_whoever_is_said_to_see_a_record_sees_it_and_nobody_else(seed, forget_house):
    ChanceHouse(seed)
    asked = 0
    for model in NOUNS:
        seen = {p.pk: set(model.objects.visible_to(p).values_list("pk", flat=True)) for p in User.objects.all()}
        for record in model._base_manager.all():
            explainer = Explainer(record)
            for person in Roll().people:
                said = explainer.explain(person)
                assert said.sees is (record.pk in seen[person.pk]), (model, record, person, said.ways)
                assert said.sees is not bool(said.wants) or model in (Trip, SavedView)
                asked += 1
    assert asked > 500


@pytest.mark.parametrize("seed", range(3))
def test_what_somebody_is_said_to_may_do_she_may_do(seed, forget_house):
    ChanceHouse(seed)
    for model in (Account, Contact, Activity, Order, ImportRun, Signal, DuplicatePair, Product):
        for record in model._base_manager.all():
            explainer = Explainer(record)
            for person in Roll().people:
                said = explainer.explain(person)
                for action, ways in said.acts.items():
                    may = access.may(User.objects.get(pk=person.pk), action, record)
                    assert bool(ways) is (may and said.sees), (record, person, action)


def _taken_away(record, person, way):
    """Undo in the house what a way says."""
    ground = way.ground
    facts = record if ground.account is None else Account._base_manager.get(pk=ground.account[0])
    if way.kind is Kind.DEPUTY or way.stands_in_for:
        Deputy.objects.filter(person=way.stands_in_for, deputy=person).delete()
    elif way.kind is Kind.OWN:
        type(facts)._base_manager.filter(pk=facts.pk).update(owner=None)
    elif way.kind is Kind.SEAT:
        AccountTeamMember.objects.filter(account=facts, person=person).delete()
    elif way.kind is Kind.SEAT_DEPUTY:
        AccountTeamMember.objects.filter(account=facts, deputy=person).update(deputy=None)
    elif way.kind in (Kind.TEAM, Kind.TEAM_BELOW):
        Account._base_manager.filter(pk=facts.pk).update(team=None)
    elif way.kind in (Kind.TERRITORY, Kind.TERRITORY_BELOW):
        Account._base_manager.filter(pk=facts.pk).update(territory=None)


@pytest.mark.parametrize("seed", range(3))
def test_without_the_only_way_that_is_named_a_record_is_not_seen_any_more(seed, forget_house):
    ChanceHouse(seed)
    taken: set[Kind] = set()
    for model in (Account, Contact, Activity, Order):
        for record in model._base_manager.all():
            explainer = Explainer(record)
            for person in Roll().people:
                ways = explainer.explain(person).ways
                if len(ways) == 1 and ways[0].ground is not None:
                    _without(record, person, ways[0])
                    taken.add(ways[0].kind)
    assert len(taken) >= 5


def _without(record, person, way):
    with transaction.atomic():
        assert type(record).objects.visible_to(User.objects.get(pk=person.pk)).filter(pk=record.pk).exists()
        _taken_away(record, person, way)
        assert not type(record).objects.visible_to(User.objects.get(pk=person.pk)).filter(pk=record.pk).exists()
        transaction.set_rollback(True)


@pytest.mark.parametrize("seed", range(3))
def test_the_pieces_of_a_reach_are_the_reach(seed, forget_house):
    ChanceHouse(seed)
    for person in Roll().people:
        for model, action in ((Account, "accounts.see"), (Contact, "contacts.see"), (Activity, "activities.see")):
            split = pieces(person, action)
            parts = [set(model.objects.within(reach).values_list("pk", flat=True)) for _kind, reach in split]
            assert set().union(*parts) == set(model.objects.visible_to(person).values_list("pk", flat=True))


def test_the_roll_reads_as_often_for_many_people_as_for_few(world, django_assert_num_queries):
    clock.today()
    with django_assert_num_queries(5):
        for person in Roll().people:
            access.reach(person, "accounts.see")
    for n in range(50):
        User.objects.create(email=f"{n}@x.test", last_name="X", role=Role.READ_ONLY, team=world.north)
    with django_assert_num_queries(5):
        roll = Roll()
        assert sum(bool(access.reach(person, "accounts.see")) for person in roll.people) > 50


def test_what_would_have_to_change_is_said_for_a_role_that_reaches_so_far(world):
    explainer = Explainer(world.lindner)
    cem = next(p for p in Roll().people if p.pk == world.cem.pk)
    wants = [(change.want, change.ground.of if change.ground else None) for change in explainer.explain(cem).wants]
    assert wants == [
        (Want.OWNER, world.ada.pk), (Want.SEAT, None), (Want.TEAM, world.north.pk),
        (Want.TERRITORY, world.wels.pk), (Want.WIDER_ROLE, None),
    ]  # fmt: skip
    world.cem.change(by=world.admin, is_active=False)
    cem = next(p for p in Roll().people if p.pk == world.cem.pk)
    assert [change.want for change in explainer.explain(cem).wants] == [Want.ACTIVE]
