"""Indexes over custom fields: made with the field, gone with it, made again where they are missing, and formulas worked out beside."""

import pytest

from kundenkreis.customers.models import Account, Position
from kundenkreis.fields import following, indexing, known, recomputing
from kundenkreis.history.models import Batch
from kundenkreis.history.undo import undo_batch
from kundenkreis.orders import figures
from kundenkreis.orders.models import Order
from tests.fields.defining import define
from tests.quality.imports import imported

pytestmark = pytest.mark.django_db


def there(field):
    return indexing.name_of(field) in indexing._there()


def test_an_index_comes_and_goes_with_its_field():
    field = define("Seats", "number")
    assert there(field)
    assert known.of("accounts").by_key["seats"].is_ready
    field.retire(by=None)
    assert not there(field)
    field.bring_back(by=None)
    assert there(field)
    field.change(by=None, is_indexed=False)
    assert not there(field)
    assert not known.of("accounts").by_key["seats"].is_ready


def test_a_list_of_choices_has_no_index_and_is_filtered_all_the_same():
    assert not there(define("Days", "several", choices=[{"en": "A"}]))


def test_an_index_that_a_migration_has_lost_is_made_again():
    field = define("Seats", "number")
    indexing.drop(field)
    assert indexing.heal() == [indexing.name_of(field)]
    assert there(field)


def test_with_many_records_the_work_is_left_to_the_worker(monkeypatch):
    monkeypatch.setattr(indexing, "SMALL", -1)
    field = define("Seats", "number")
    assert field.index_state == "preparing"
    assert not there(field)
    assert not known.of("accounts").by_key["seats"].is_ready
    assert following.COUNTED


def test_facts_that_orders_push_down_are_read_by_formulas(world):
    define("Per head", "formula", formula="revenue_12m / employees")
    world.lindner.change(by=world.ada, employees=4)
    Order.objects.create(
        number="1", account=world.lindner, ordered_on=figures.clock.today(), total=100, total_house=100
    )
    figures.push_down([world.lindner.pk])
    world.lindner.refresh_from_db()
    assert world.lindner.custom == {"per_head": 25}


def test_formulas_of_many_are_worked_out_chunk_by_chunk(world, monkeypatch):
    monkeypatch.setattr(recomputing, "CHUNK", 2)
    for number in range(5):
        Account.add(by=None, name=f"Firma {number}", employees=number)
    define("Double", "formula", formula="employees * 2")
    assert sorted(a.custom["double"] for a in Account.objects.filter(name__startswith="Firma")) == [0, 2, 4, 6, 8]


def test_formulas_follow_a_position_and_the_undo_of_an_import(world):
    define("Title", "formula", noun="contacts", formula='join(job_title; "!")')
    define("Double", "formula", formula="employees * 2")
    Position.add(by=None, contact=world.maria, account=world.brauneis, is_main=False, job_title="Owner")
    world.maria.positions.get(is_main=True).change(by=None, job_title="Boss")
    world.maria.refresh_from_db()
    assert world.maria.custom["title"] == "Boss!"
    world.lindner.change(by=None, employees=2)
    run = imported(f"name,employees\n{world.lindner.name},5\n", target="accounts", match_by="name")
    world.lindner.refresh_from_db()
    assert world.lindner.custom == {"double": 10}
    undo_batch(Batch.objects.get(pk=run.batch_id), by=world.ben)
    world.lindner.refresh_from_db()
    assert world.lindner.custom == {"double": 4}


@pytest.mark.django_db(transaction=True)
def test_the_worker_makes_an_index_beside_others(world):
    field = define("Seats", "number")
    indexing.drop(field)
    indexing.prepare(field)
    assert there(field)
    indexing.drop(field)
