"""Shared fixtures: the cast, a signed-in browser client, and today."""

from __future__ import annotations

import gc

import pytest
from django.core.cache import cache
from django.test import Client, SimpleTestCase
from django.utils import translation

from kundenkreis.core import at_hand, prepared
from kundenkreis.core.models import House
from kundenkreis.fields import known
from tests import world as cast

LARGE = 400_000  # bytes of a table


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Tests that ask no database are `once`: bin/test leaves them out when it asks the other database."""
    for item in items:
        asks = {"db", "transactional_db"} & set(item.fixturenames) or item.get_closest_marker("django_db")
        if not asks and not issubclass(item.cls or object, SimpleTestCase):
            item.add_marker("once")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish():
    """Thousands of tests stay in memory until the end; looking for garbage among them took a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def forget_cached_facts() -> None:
    """Between two tests, and between two parts of one that are taken back: what processes keep of the database."""
    cache.clear()
    House.forget()
    known.forget()
    at_hand.forget_all()


@pytest.fixture(autouse=True)
def _forget_cached_facts(request):
    forget_cached_facts()
    if request.node.get_closest_marker("once"):  # it asks no database: nothing in it is called otherwise than shipped
        for one in at_hand._ALL:
            one._rows, one._made, one._until = [], one.make([]), float("inf")


@pytest.fixture(autouse=True, scope="session")
def _prepared_queries_are_what_django_would_ask():
    prepared.checked = True


@pytest.fixture(autouse=True)
def _speak_english():
    """A request leaves its person's language behind in the thread; the next test begins in the house's."""
    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def _slow_machines_count_too():
    """A count that is given up after a moment would be another answer on a busy machine."""
    from kundenkreis.web.lists import page

    page.IMPATIENT = 60_000


@pytest.fixture(autouse=True, scope="session")
def _postgresql_is_emptied_by_deleting():
    """After a test with transactions of its own most tables are empty: to truncate all of them takes ten times as long.

    What was deleted or rolled back stays on the disk and is read over, so that it is done all the same when a table has become large.
    """
    from django.db.backends.postgresql.operations import DatabaseOperations

    truncated = DatabaseOperations.sql_flush

    def sql_flush(self, style, tables, *, reset_sequences=False, allow_cascade=False):
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT max(pg_relation_size(oid)) FROM pg_class WHERE relname = ANY(%s)", [list(tables)])
            (largest,) = cursor.fetchone()
        if reset_sequences or (largest or 0) > LARGE:
            return truncated(self, style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade)
        return [f"DELETE FROM {self.quote_name(table)}" for table in tables]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        yield


@pytest.fixture(autouse=True, scope="session")
def _nothing_follows_an_emptied_database():
    """After each test with transactions of its own Django would list all models and their permissions anew, which nothing here asks for.

    The triggers that mark opportunities are still there; only the row that says so is not.
    """
    from django.core.management.commands import flush

    from kundenkreis.pipeline.models import OpportunityMark

    def still_marked(*_args, **_kwargs):
        OpportunityMark.objects.get_or_create(chunk=OpportunityMark.WATCHED, defaults={"token": 1})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "emit_post_migrate_signal", still_marked)
        yield


@pytest.fixture(scope="session")
def _cast(django_db_setup, django_db_blocker) -> cast.Remembered:
    with django_db_blocker.unblock():
        return cast.Remembered()


@pytest.fixture
def world(_cast, db) -> cast.World:
    return _cast.lay()


@pytest.fixture
def signed_in():
    """`signed_in(person)` is a client whose requests come from that person."""

    def client_of(person) -> Client:
        client = Client()
        client.force_login(person, backend="kundenkreis.web.signin.Backend")
        return client

    return client_of


@pytest.fixture(autouse=True)
def _queue_lets_go():
    """The job queue's connection to a test database would keep it from being dropped."""
    yield
    from huey.contrib.djhuey import HUEY

    HUEY.storage.close()
