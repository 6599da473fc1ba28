"""From the queue of duplicates to one record: pair by pair, all near certain ones, and by the house's rule."""

import pytest
from django.urls import reverse

from kundenkreis.core.models import House
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Batch
from kundenkreis.history.undo import undo_batch
from kundenkreis.quality import merging_certain, unmerging
from kundenkreis.quality.models import Merge
from kundenkreis.quality.pairs import DuplicatePair


def pair_of(one, other, probability=0.9995):
    first, second = sorted((one, other), key=lambda record: record.pk)
    return DuplicatePair.add(by=None, kind="account", account=first, other_account=second, weight=11.0,
                             probability=probability, explanation={"kind": "account", "prior": -10.0, "lines": []})  # fmt: skip


@pytest.fixture
def twin(world):
    return Account.add(by=world.ada, name="Lintner und Söhne", owner=world.ada)


@pytest.fixture
def pair(world, twin):
    return pair_of(world.lindner, twin)


def reread(record):
    return type(record)._base_manager.get(pk=record.pk)


def test_the_key_for_the_same_leads_to_the_choice_of_fields_with_the_one_to_keep(world, twin, pair, signed_in):
    here = reverse("duplicates:merge", args=[pair.pk])
    answer = signed_in(world.ada).get(here)
    assert answer.url == f"/accounts/{world.lindner.pk}/merge/?with={twin.pk}"
    Account.objects.filter(pk=twin.pk).update(last_order_on="2026-02-01")
    assert signed_in(world.ada).get(here).url == f"/accounts/{twin.pk}/merge/?with={world.lindner.pk}"
    assert signed_in(world.cem).get(here).status_code == 404


def test_a_merge_decides_its_pair_and_taking_it_back_lets_it_wait_again(world, twin, pair, signed_in):
    signed_in(world.ada).post(f"/accounts/{world.lindner.pk}/merge/?with={twin.pk}")
    assert (reread(pair).state, reread(pair).decided_by) == ("merged", world.ada)
    unmerging.unmerge(Merge.objects.get(), by=world.ada)
    assert (reread(pair).state, reread(pair).decided_by) == ("open", None)


def test_all_near_certain_ones_that_she_may_merge_are_one_batch(
    world, twin, pair, signed_in, django_capture_on_commit_callbacks
):
    hidden = pair_of(world.brauneis, Account.add(by=world.cem, name="Brauneis 2", owner=world.cem))
    doubtful = pair_of(twin, Account.add(by=world.ada, name="Lindner 3", owner=world.ada), probability=0.6)
    ada = signed_in(world.ada)
    assert ada.post(reverse("duplicates:merge_certain") + "?least=0.9").status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        assert ada.post(reverse("duplicates:merge_certain") + "?least=0.99").status_code == 303
    assert [reread(one).state for one in (pair, hidden, doubtful)] == ["merged", "open", "open"]
    assert reread(twin).merged_into == world.lindner
    undo_batch(Batch.objects.get(kind="merge"), by=world.ada)
    assert (reread(pair).state, reread(twin).merged_into) == ("open", None)


def test_by_rule_only_if_the_administrator_says_so(world, twin, pair):
    assert merging_certain.merge_by_rule() == []
    house = House.current()
    house.merge_duplicates_from = 0.9999
    house.save()
    House.forget()
    assert merging_certain.merge_by_rule() == []
    House.objects.update(merge_duplicates_from=0.999)
    House.forget()
    (batch,) = merging_certain.merge_by_rule()
    assert (batch.counts, batch.actor_id) == ({"customers.account": {"changed": 1}}, None)
    assert reread(world.lindner).owner == world.ada


def test_who_only_reads_merges_nothing(world, twin, pair, signed_in):
    rita = signed_in(world.rita)
    assert rita.post(reverse("duplicates:merge_certain") + "?least=0.99").status_code == 403
    assert rita.get(reverse("duplicates:merge", args=[pair.pk])).status_code == 404
