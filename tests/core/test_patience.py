"""Queries that are given up."""

import pytest
from django.db import connection, transaction

from kundenkreis.core.models import House
from kundenkreis.core.patience import TookTooLong, at_most

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) SELECT count(*) FROM n"


def ask(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_a_query_that_takes_too_long_is_stopped_and_the_next_one_is_not():
    with pytest.raises(TookTooLong), at_most(20):
        ask(ENDLESS)
    assert ask("SELECT 1") == 1
    assert not connection.in_atomic_block


@pytest.mark.django_db
def test_a_transaction_around_it_goes_on_without_a_bound():
    with transaction.atomic():
        House.objects.update(name="Before")
        with pytest.raises(TookTooLong), at_most(20):
            ask(ENDLESS)
        with at_most(60_000):
            assert ask("SELECT 2") == 2
        if connection.vendor == "postgresql":
            assert ask("SHOW statement_timeout") == "0"
        House.objects.get_or_create(pk=1, defaults={"name": "After"})
    assert House.objects.exists()


@pytest.mark.django_db
def test_a_mistake_is_no_question_of_time():
    with pytest.raises(Exception, match="nonsense") as caught, transaction.atomic(), at_most(1_000):
        ask("SELECT * FROM nonsense")
    assert not isinstance(caught.value, TookTooLong)
