"""Merging two records and taking it back: nothing is lost, nothing stands twice, and what was is there again."""

import datetime as dt
import os
import random
from decimal import Decimal as D

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kundenkreis.activities import touching
from kundenkreis.activities.models import Activity
from kundenkreis.catalogue.models import Product
from kundenkreis.core import search
from kundenkreis.customers import hierarchy
from kundenkreis.customers.models import (
    Account,
    AccountLink,
    AccountTeamMember,
    Barred,
    Consent,
    Contact,
    MatchKey,
    PartnerFunction,
    Position,
    Tag,
)
from kundenkreis.files.models import Document
from kundenkreis.history import bin as the_bin
from kundenkreis.history import together
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.undo import preview_batch, undo_batch
from kundenkreis.orders import booking
from kundenkreis.orders.models import CreditStanding, Order
from kundenkreis.quality import unmerging
from kundenkreis.quality.merging import Pair, foresee, merge, merge_many
from kundenkreis.quality.models import Merge
from kundenkreis.quality.targets.base import Numbers
from tests.fields.defining import define
from tests.quality.imports import imported

pytestmark = pytest.mark.django_db


@pytest.fixture
def twin(world):
    """Lindner once more, as an import with a misspelt name made it."""
    return Account.add(
        by=world.ada, name="Lintner und Söhne", owner=world.ada, vat_id="ATU12345675", phone="+4372421234"
    )


def order_of(account, *, number, ordered_on=dt.date(2026, 2, 1)):
    product = Product.objects.filter(number="L1").first() or Product.add(by=None, number="L1", name="Lantern")
    lines = [booking.Line(product, D(n), D(10)) for n in (1, 2)]
    return booking.book(by=None, number=number, account=account, ordered_on=ordered_on, lines=lines)


def reread(record):
    return type(record)._base_manager.get(pk=record.pk)


# --- what becomes of the two -------------------------------------------------------------------------------------------


def test_the_kept_record_gets_what_it_lacked_and_keeps_what_it_had(world, twin):
    merge(world.lindner, twin, by=world.ada)
    kept = reread(world.lindner)
    assert (kept.name, kept.vat_id, kept.phone) == ("Lindner & Söhne GmbH", "ATU12345675", "+4372421234")
    assert kept.place == "Wels"


def test_a_field_gets_the_value_that_was_chosen(world, twin):
    merge(world.lindner, twin, by=world.ada, choices={"name": "gone", "vat_id": "kept"})
    kept = reread(world.lindner)
    assert (kept.name, kept.key, kept.vat_id) == ("Lintner und Söhne", twin.key, "")


def test_an_address_is_taken_whole_or_not_at_all(world, twin):
    twin.change(by=world.ada, street="Ringstraße 3")
    merge(world.lindner, reread(twin), by=world.ada)
    assert reread(world.lindner).street == ""  # Lindner has a place: the twin's street may lie elsewhere


def test_of_two_descriptions_nothing_is_lost(world, twin):
    world.lindner.change(by=world.ada, description="Pays late.")
    twin.change(by=world.ada, description="Likes blue.")
    merge(reread(world.lindner), reread(twin), by=world.ada)
    assert reread(world.lindner).description == "Pays late.\n\nLikes blue."


def test_what_hangs_on_the_merged_one_hangs_on_the_kept_one(world, twin):
    call = Activity.add(by=world.ada, kind="call", subject="Prices", account=twin, at=timezone.now())
    order = order_of(twin, number="4711")
    paper = Document.add(by=world.ada, name="terms.pdf", subject_type="customers.account", subject_id=twin.pk,
                         account_id=twin.pk)  # fmt: skip
    merge(world.lindner, twin, by=world.ada)
    assert reread(call).account == world.lindner
    assert reread(order).account == world.lindner
    assert set(order.lines.values_list("account", flat=True)) == {world.lindner.pk}
    assert (reread(paper).subject_id, reread(paper).account_id) == (world.lindner.pk, world.lindner.pk)


def test_the_figures_of_the_kept_account_count_the_orders_of_both(world, twin):
    order_of(twin, number="4711", ordered_on=dt.date(2026, 2, 1))
    assert reread(world.lindner).last_ordered is None
    made = merge(world.lindner, twin, by=world.ada)
    assert reread(world.lindner).last_ordered == dt.date(2026, 2, 1)
    unmerging.unmerge(made, by=world.ada)
    assert (reread(world.lindner).last_ordered, reread(twin).last_ordered) == (None, dt.date(2026, 2, 1))


def test_what_would_stand_twice_stays_with_the_merged_one(world, twin):
    tag = Tag.add(by=world.ada, name="Fair")
    for account in (world.lindner, twin):
        account.tags.add(tag)
        AccountTeamMember.add(by=world.ben, account=account, person=world.cem, role="inside")
        CreditStanding.objects.create(account=account, limit=100, as_of=dt.date(2026, 3, 1))
    merge(world.lindner, twin, by=world.ada)
    assert list(reread(world.lindner).tags.all()) == [tag]
    assert AccountTeamMember.objects.filter(account=world.lindner).count() == 1
    assert (AccountTeamMember.objects.filter(account=twin).count(), CreditStanding.objects.count()) == (1, 2)


def test_a_parent_that_becomes_part_of_its_child_makes_no_circle(world, twin):
    hierarchy.place(world.lindner, twin, "legal", by=world.ben)
    hierarchy.place(world.brauneis, twin, "legal", by=world.ben)
    hierarchy.place(twin, world.brauneis, "sales", by=world.ben)
    hierarchy.place(world.brauneis, world.lindner, "sales", by=world.ben)
    merge(world.lindner, twin, by=world.ada)
    links = {(one.hierarchy, one.account_id, one.parent_id) for one in AccountLink.objects.all()}
    assert ("legal", world.brauneis.pk, world.lindner.pk) in links
    assert ("legal", world.lindner.pk, twin.pk) in links  # stays where it was: it would lead to itself
    assert ("sales", twin.pk, world.brauneis.pk) in links  # would go round in a circle
    assert ("sales", world.brauneis.pk, world.lindner.pk) in links


def test_a_partner_function_of_the_two_for_each_other_is_one_for_itself(world, twin):
    PartnerFunction.add(by=world.ada, account=world.lindner, function="payer", partner=twin)
    merge(world.lindner, twin, by=world.ada)
    function = PartnerFunction.objects.get()
    assert function.account == function.partner == world.lindner


def test_of_two_consents_the_stricter_one_holds(world):
    other = Contact.add(by=world.ada, given_name="Maria", family_name="Lindner-Huber")
    now = timezone.now()
    for contact, state in ((world.maria, "given"), (other, "objected")):
        Consent.add(by=world.ada, contact=contact, purpose="newsletter", channel="email", state=state, since=now,
                    source=f"fair {state}")  # fmt: skip
    Consent.add(by=world.ada, contact=other, purpose="survey", channel="email", state="given", since=now, source="fair")
    made = merge(world.maria, other, by=world.ada)
    held = {c.purpose: (c.state, c.source) for c in Consent.objects.filter(contact=world.maria)}
    assert held == {"newsletter": ("objected", "fair objected"), "survey": ("given", "fair")}
    unmerging.unmerge(made, by=world.ada)
    assert Consent.objects.get(contact=world.maria).state == "given"
    assert Consent.objects.filter(contact=other).count() == 2


def test_a_person_has_one_main_position_afterwards(world):
    other = Contact.add(by=world.ada, given_name="Maria", family_name="Lindner")
    Position.add(by=world.ada, contact=other, account=world.brauneis, job_title="Adviser")
    Position.add(by=world.ada, contact=other, account=world.lindner, job_title="Managing director", is_main=False)
    made = merge(world.maria, other, by=world.ada)
    held = [(p.account.name, p.is_main) for p in Position.objects.filter(contact=world.maria).order_by("pk")]
    assert held == [("Lindner & Söhne GmbH", True), ("Brauneis Wohnkultur", False)]
    unmerging.unmerge(made, by=world.ada)
    assert Position.objects.get(contact=other, is_main=True).account == world.brauneis


def test_the_account_of_a_person_goes_along(world):
    other = Contact.add(by=world.ada, given_name="Maria", family_name="Lindner")
    hers = Account.add(by=world.ada, name="Maria Lindner", kind="person", person=other)
    made = merge(world.maria, other, by=world.ada)
    assert reread(hers).person == world.maria
    unmerging.unmerge(made, by=world.ada)
    assert reread(hers).person == other


def test_two_accounts_of_persons_become_that_of_one(world):
    first = Account.add(by=world.ada, name="M. Lindner", kind="person")
    second = Account.add(by=world.ada, name="Maria Lindner", kind="person", person=world.maria)
    made = merge(first, second, by=world.ada)
    assert (reread(first).person, reread(second).person) == (world.maria, None)
    unmerging.unmerge(made, by=world.ada)
    assert (reread(first).person, reread(second).person) == (None, world.maria)


# --- names and numbers -------------------------------------------------------------------------------------------------


def test_the_old_name_and_number_find_the_kept_record(world, twin):
    found = lambda text: [hit.subject_id for hit in search.find(search.ACCOUNT, text)]  # noqa: E731
    made = merge(world.lindner, twin, by=world.ada)
    assert found("Lintner") == found(twin.number) == [world.lindner.pk]
    unmerging.unmerge(made, by=world.ada)
    assert found("Lintner") == found(twin.number) == [twin.pk]
    assert reread(world.lindner).former == ""


def test_what_was_merged_is_not_in_the_bin_and_never_leaves(world, twin):
    merge(world.lindner, twin, by=world.ada)
    assert not Account.objects.in_bin().exists()
    assert the_bin.purge(0, now=timezone.now() + dt.timedelta(days=400)) is None
    with pytest.raises(ValidationError, match="merged into another"):
        reread(twin).restore(by=world.ada)


def test_a_merge_of_the_kept_one_takes_along_what_was_merged_into_it(world, twin):
    merge(world.lindner, twin, by=world.ada)
    merge(world.brauneis, reread(world.lindner), by=world.ben)
    assert reread(twin).standing() == reread(world.lindner).standing() == world.brauneis
    assert twin.number in reread(world.brauneis).former
    assert world.lindner.number in reread(world.brauneis).former


@pytest.mark.parametrize(
    ("match_by", "text"),
    [
        ("number", "number,name,street\n{number},Lintner und Söhne,Ring 1\n"),
        ("name", "name,street\nLintner und Söhne,Ring 1\n"),
    ],
)
def test_an_import_that_knows_only_the_old_one_means_the_kept_one(world, twin, match_by, text):
    merge(world.lindner, twin, by=world.ada)
    mapping = {name: name for name in text.partition("\n")[0].split(",")}
    imported(text.format(number=twin.number), target="accounts", mapping=mapping, match_by=match_by, by=world.ben)
    assert Account.objects.living().count() == 2
    kept = reread(world.lindner)
    assert (kept.name, kept.street, reread(twin).street) == ("Lindner & Söhne GmbH", "Ring 1", "")


def test_sales_booked_under_the_old_number_are_the_kept_account_s(world, twin):
    merge(world.lindner, twin, by=world.ada)
    assert Numbers(Account).find([twin.number, world.lindner.number]) == dict.fromkeys(
        [twin.number, world.lindner.number], world.lindner.pk
    )


# --- what is refused ---------------------------------------------------------------------------------------------------


def test_a_record_is_not_merged_with_itself(world):
    with pytest.raises(ValidationError, match="with itself"):
        merge(world.lindner, world.lindner, by=world.ada)


def test_what_was_merged_or_discarded_is_not_merged_again(world, twin):
    merge(world.lindner, twin, by=world.ada)
    with pytest.raises(ValidationError, match="merged already"):
        merge(world.brauneis, reread(twin), by=world.ben)
    world.brauneis.discard(by=world.ben)
    with pytest.raises(ValidationError, match="in the bin"):
        merge(reread(world.lindner), reread(world.brauneis), by=world.ben)
    with pytest.raises(ValidationError, match="same kind"):
        merge(reread(world.lindner), world.maria, by=world.ben)
    assert Merge.objects.count() == 1


def test_a_choice_that_there_is_not_changes_nothing(world, twin):
    for choices in ({"number": "gone"}, {"name": "both"}, {"name": "x"}, {"deleted_at": "gone"}):
        with pytest.raises(ValueError, match=":"):
            merge(world.lindner, twin, by=world.ada, choices=choices)
    assert not Batch.objects.filter(kind="merge").exists()


# --- the preview -------------------------------------------------------------------------------------------------------


def test_the_preview_tells_what_goes_along_and_changes_nothing(world, twin):
    tag = Tag.add(by=world.ada, name="Fair")
    for account in (world.lindner, twin):
        account.tags.add(tag)
    for number in ("1", "2"):
        order_of(twin, number=number)
    before = everything()
    seen = foresee(world.lindner, twin)
    assert everything() == before
    assert (dict(seen.moving)["orders"], dict(seen.staying)) == (2, {"tags": 1})
    assert {f.name: f.choice for f in seen.fields if f.differs and f.choice != "kept"} == {
        "vat_id": "gone",
        "phone": "gone",
    }


# --- taking it back ----------------------------------------------------------------------------------------------------


def test_what_came_since_stays_unless_somebody_says_otherwise(world, twin):
    made = merge(world.lindner, twin, by=world.ada)
    first, second = (
        Activity.add(by=world.ada, kind="note", subject=name, account=reread(world.lindner), at=timezone.now())
        for name in ("first", "second")
    )
    asked = unmerging.foresee(made, user=world.ada)
    assert [(one.key, len(one.rows)) for one in asked.added] == [("activities.activity.account", 2)]
    unmerging.unmerge(made, by=world.ada, give_back={"activities.activity.account": [second.pk]})
    assert (reread(first).account, reread(second).account) == (world.lindner, twin)


def test_a_value_that_was_changed_since_stays_unless_somebody_says_otherwise(world, twin):
    for fields, phone in (((), "+4312345"), (("phone",), "")):
        made = merge(reread(world.lindner), reread(twin), by=world.ada)
        reread(world.lindner).change(by=world.ada, phone="+4312345")
        changed = {one.name: (one.before, one.merged, one.present) for one in unmerging.foresee(made).changed}
        assert changed == {"phone": ("", "+4372421234", "+4312345")}
        unmerging.unmerge(made, by=world.ada, fields=fields)
        assert (reread(world.lindner).phone, reread(world.lindner).vat_id) == (phone, "")
        assert reread(twin).phone == "+4372421234"
        reread(world.lindner).change(by=world.ada, phone="")


def test_a_merge_is_taken_back_once(world, twin):
    made = merge(world.lindner, twin, by=world.ada)
    unmerging.unmerge(made, by=world.ada)
    with pytest.raises(ValidationError, match="already"):
        unmerging.unmerge(reread(made), by=world.ada)
    assert reread(made.batch).state == "undone"


def test_of_a_chain_the_last_merge_is_taken_back_first(world, twin):
    first = merge(world.lindner, twin, by=world.ada)
    second = merge(world.brauneis, reread(world.lindner), by=world.ben)
    with pytest.raises(ValidationError, match="Take that back first"):
        unmerging.unmerge(first, by=world.ada)
    unmerging.unmerge(second, by=world.ben)
    assert reread(twin).merged_into == world.lindner
    unmerging.unmerge(first, by=world.ada)
    assert reread(twin).merged_into is None


def test_both_have_it_in_their_history(world, twin):
    made = merge(world.lindner, twin, by=world.ada)
    unmerging.unmerge(made, by=world.ada)
    verbs = Event.objects.filter(subject_type="customers.account", verb__endswith="merged").order_by("pk")
    assert [(e.verb, e.subject_id) for e in verbs] == [
        ("account.merged", world.lindner.pk),
        ("account.unmerged", world.lindner.pk),
        ("account.unmerged", twin.pk),
    ]


def test_many_pairs_are_one_batch_and_taken_back_as_one(world):
    made = [Account.add(by=world.ada, name=f"Firm {n}") for n in range(9)]
    for account in made:
        order_of(account, number=f"B{account.pk}")
    before = everything()
    pairs = [Pair(made[0].pk, made[1].pk), Pair(made[2].pk, made[3].pk), Pair(made[0].pk, made[4].pk),
             Pair(made[5].pk, made[0].pk), Pair(made[1].pk, made[2].pk), Pair(made[3].pk, made[5].pk)]  # fmt: skip
    batch = merge_many(Account, pairs, by=world.ada)
    assert batch.counts == {"customers.account": {"changed": 5}}  # the last two are one by then
    assert {reread(account).standing() for account in made[:6]} == {made[5]}
    assert Order.objects.filter(account=made[5]).count() == 6
    undo_batch(batch, by=world.ada)
    assert everything() == before


# --- the whole ---------------------------------------------------------------------------------------------------------

# Steps that only ever rise or tell of the merge itself, and words that the search box has once learnt.
_RISING = {"version", "changed_at"}
_TELLING = {"history.event", "history.batch", "history.batchchunk", "history.takenback", "quality.merge", "core.searchterm",
            "core.searchdeletion", "sessions.session"}  # fmt: skip


def everything():
    """Every row of every table, without what only rises."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label_lower in _TELLING or not model._meta.managed:
            continue
        number = {"id"} if model in (MatchKey, Barred) else set()  # written anew, with the same words
        names = [f.attname for f in model._meta.concrete_fields if f.name not in _RISING | number]
        found[model._meta.label] = sorted(map(repr, model._base_manager.values_list(*names)))
    return found


def difference(before):
    """What is not any more as it was, row by row."""
    return {
        name: (sorted(set(rows) - set(before[name])), sorted(set(before[name]) - set(rows)))
        for name, rows in everything().items()
        if rows != before[name]
    }


class Life:
    """A random history of a small house."""

    def __init__(self, world, seed):
        self.dice, self.world, self.count = random.Random(seed), world, 0
        self.tags = [Tag.add(by=None, name=f"{seed}-{n}") for n in range(2)]
        self.accounts = [Account.add(by=None, name=f"Firm {seed}-{n}", owner=world.ada) for n in range(4)]
        self.contacts = [Contact.add(by=None, family_name=f"Huber {seed}-{n}") for n in range(4)]

    def step(self):
        dice, by = self.dice, self.world.ada
        account, other = dice.sample(self.accounts, 2)
        contact = dice.choice(self.contacts)
        self.count += 1
        now = timezone.now()
        dice.choice([
            lambda: reread(account).change(by=by, phone=dice.choice(["", "+4312345", "+4354321"])),
            lambda: reread(account).change(by=by, touch_days=dice.choice([None, 30]), tier=dice.choice("ABC")),
            lambda: reread(contact).change(by=by, email=dice.choice(["", f"p{self.count}@x.test"]), note=dice.choice("ab")),
            lambda: account.tags.add(dice.choice(self.tags)),
            lambda: contact.tags.add(dice.choice(self.tags)),
            lambda: Position.add(by=by, contact=contact, account=account, job_title=dice.choice(["", "Buyer"]),
                                 is_main=not contact.positions.living().filter(is_main=True).exists()),
            lambda: order_of(account, number=f"{id(self)}-{self.count}"),
            lambda: Activity.add(by=by, kind="call", subject="x", account=account, contact=contact, at=now),
            lambda: hierarchy.place(account, other, dice.choice(["legal", "sales"]), by=by),
            lambda: PartnerFunction.add(by=by, account=account, function="payer", partner=other),
            lambda: AccountTeamMember.add(by=by, account=account, person=self.world.cem, role="inside"),
            lambda: Consent.add(by=by, contact=contact, purpose="survey", channel=dice.choice(["email", "phone"]),
                                state=dice.choice(["given", "withdrawn", "objected"]), since=now, source="fair"),
            lambda: Document.add(by=by, name="a.pdf", subject_type="customers.contact", subject_id=contact.pk,
                                 account_id=account.pk),
        ])()  # fmt: skip

    def live(self, steps):
        for _step in range(steps):
            try:
                self.step()
            except ValidationError:
                continue  # what a person would be told, too
        touching.push_down()  # as every night: a position that came after a call knows of it

    def merges(self):
        some = self.dice.choice([self.accounts, self.contacts])
        chain = self.dice.sample(some, self.dice.choice([2, 2, 3]))
        return [
            merge(reread(kept), reread(gone), by=self.world.ada) for gone, kept in zip(chain, chain[1:], strict=False)
        ]


def merged_many(world, life, noun):
    """All records of the life in pairs, merged as one batch, and then some of what was merged changed by somebody."""
    some = life.accounts if noun is Account else life.contacts
    order = life.dice.sample(some, len(some))
    batch = merge_many(noun, [Pair(a.pk, b.pk) for a, b in zip(order[::2], order[1::2], strict=True)], by=world.ada)
    life.live(life.dice.choice([0, 1, 4]))
    return batch


@pytest.mark.parametrize("seed", range(4))
def test_a_batch_goes_back_in_groups_as_it_would_pair_by_pair(world, seed, monkeypatch):
    life = Life(world, seed)
    life.accounts += [Account.add(by=None, name=f"Shop {seed}-{n}") for n in range(12)]
    life.contacts += [Contact.add(by=None, family_name=f"Kern {seed}-{n}") for n in range(12)]
    life.live(40)
    for noun in (Account, Contact):
        batch = merged_many(world, life, noun)
        found = []
        for rows in (0, together.MOST_ROWS):
            monkeypatch.setattr(together, "MOST_ROWS", rows)
            house = transaction.savepoint()
            foreseen = preview_batch(batch)
            done = undo_batch(batch, by=world.ada)
            assert (done.undone, done.kept) == (foreseen.undone, foreseen.kept)
            kept = sorted(done.kept_records), sorted(done.kept_fields)
            found.append((done.undone, done.kept, kept, everything()))
            transaction.savepoint_rollback(house)
            batch.refresh_from_db()
        assert found[0] == found[1]


def test_the_questions_that_an_undo_asks_do_not_grow_with_its_pairs(world, django_assert_max_num_queries):
    made = [Account.add(by=None, name=f"Firm {n}") for n in range(80)]
    few = merge_many(Account, [Pair(a.pk, b.pk) for a, b in zip(made[:4:2], made[1:4:2], strict=True)], by=world.ada)
    many = merge_many(Account, [Pair(a.pk, b.pk) for a, b in zip(made[4::2], made[5::2], strict=True)], by=world.ada)
    with CaptureQueriesContext(connection) as asked:
        undo_batch(few, by=world.ada)
    with django_assert_max_num_queries(len(asked) + 5):
        assert undo_batch(many, by=world.ada).undone == 76


@pytest.mark.parametrize("part", range(4))
def test_merging_and_taking_it_back_changes_nothing_at_all(world, part):
    """A thousand histories in all by KUNDENKREIS_HISTORIES=1000; eighty of them when all tests run."""
    count = int(os.environ.get("KUNDENKREIS_HISTORIES", "80"))
    for seed in range(part, count // 10, 4):
        house = transaction.savepoint()
        life = Life(world, seed)
        life.live(25)
        for _time in range(10):
            before = everything()
            made = life.merges()
            for one in reversed(made):
                if life.dice.random() < 0.5:
                    unmerging.unmerge(one, by=world.ada)
                else:
                    undo_batch(one.batch, by=world.ada)
                    touching.push_down()  # as every night
            assert not difference(before), (seed, [str(one) for one in made])
            life.live(2)
        transaction.savepoint_rollback(house)


def test_what_the_kept_one_lacks_of_custom_fields_comes_from_the_other_and_goes_back(world):
    define("Seats", "number")
    define("Hours")
    define("Double", "formula", formula="seats * 2")
    world.lindner.change(by=world.ada, custom={"hours": "always"})
    world.brauneis.change(by=world.cem, custom={"hours": "never", "seats": 4})
    made = merge(world.lindner, world.brauneis, by=world.admin)
    world.lindner.refresh_from_db()
    assert world.lindner.custom == {"hours": "always", "hours~": "always", "seats": 4, "double": 8}
    unmerging.unmerge(made, by=world.admin)
    world.lindner.refresh_from_db()
    assert world.lindner.custom == {"hours": "always", "hours~": "always"}
