"""The end of a long import comes into the inbox of whose it is."""

from __future__ import annotations

import pytest

from kundenkreis.inbox.models import Notification
from kundenkreis.quality import telling
from kundenkreis.quality.models import ImportRun

State = ImportRun.State


@pytest.fixture
def run(world):
    return ImportRun(pk=7, owner=world.ada, file_name="a.csv", state=State.DONE, seconds=60, counts={"rejected": 0})


def test_a_long_import_tells_its_owner_that_it_is_done_and_leads_there(world, run):
    telling.ended(run)
    told = Notification.objects.get()
    assert (told.person, told.text, told.path) == (world.ada, "The import of “a.csv” is done.", "/imports/7/")


def test_refused_rows_and_a_failure_are_said_in_the_owner_s_language(world, run):
    world.ada.language = "de"
    run.counts = {"rejected": 3}
    telling.ended(run)
    run.state = State.FAILED
    telling.ended(run)
    said = list(Notification.objects.order_by("pk").values_list("text", flat=True))
    assert said == [
        "Der Import von „a.csv“ ist fertig; abgelehnte Zeilen: 3.",
        "Der Import von „a.csv“ ist fehlgeschlagen.",
    ]


def test_a_short_import_and_the_house_s_own_tell_nobody(world, run):
    run.seconds = 2
    telling.ended(run)
    run.seconds, run.owner = 60, None
    telling.ended(run)
    assert not Notification.objects.exists()


def test_an_import_that_somebody_else_undid_is_told_to_its_owner_only(world, run):
    telling.undone(run, world.ada)
    assert not Notification.objects.exists()
    telling.undone(run, world.ben)
    assert Notification.objects.get().text == "Ben Kern has undone your import of “a.csv”."
