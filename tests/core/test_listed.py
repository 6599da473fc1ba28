"""Thousands of numbers as one parameter of a query."""

from __future__ import annotations

import pytest

from kundenkreis.customers.models import Account, Contact

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("extra", [0, 40_000])
def test_it_finds_what_in_finds_however_many_there_are(world, extra):
    numbers = [world.lindner.pk, *range(10**6, 10**6 + extra)]
    assert list(Account.objects.filter(pk__listed=numbers)) == [world.lindner]
    assert list(Account.objects.exclude(pk__listed=numbers)) == [world.brauneis]
    assert list(Contact.objects.filter(main_account_id__listed=numbers)) == [world.maria]


def test_of_no_number_there_is_no_record(world):
    assert not Account.objects.filter(pk__listed=[]).exists()
    assert not Contact.objects.filter(main_account__listed=set()).exists()


def test_what_is_no_number_is_refused(world):
    with pytest.raises(ValueError, match="int"):
        list(Account.objects.filter(pk__listed=["1) OR (1=1"]))
