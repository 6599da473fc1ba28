"""What a person answered is hers: it is told to her, and goes with her; what her company needs stays, without her name."""

from __future__ import annotations

import pytest

from kundenkreis.core import search
from kundenkreis.core.models import House
from kundenkreis.customers.models import Contact, Position
from kundenkreis.needs.models import Coverage, Need, NeedsTalk, TalkAnswer, WishAsk
from kundenkreis.privacy import erasing, restricting
from tests.needs.asked import edition, talk, wish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    settings.FILES_DIR = tmp_path / "files"
    settings.FACTS_DIR = str(tmp_path / "facts")
    House.forget()


@pytest.fixture
def zita(world):
    contact = Contact.add(by=world.ada, given_name="Zitaline", family_name="Quaxberger", owner=world.ada)
    Position.add(by=world.ada, contact=contact, account=world.lindner, job_title="Buyer")
    return contact


def _asked(world, zita) -> Need:
    one = talk(world, contact=zita, edition=edition(), note="Zitaline Quaxberger was in a hurry")
    answer = one.answer("q2", "Late deliveries", by=world.ada)
    made = Need.of_answer(answer, by=world.ada, title="Zitaline Quaxberger waits for goods")
    WishAsk.add(
        by=world.ada, wish=wish(world), account=world.lindner, contact=zita, note="Asked by Zitaline Quaxberger"
    )
    return made


def test_answers_go_with_her_and_needs_stay_without_her_name(world, zita):
    need = _asked(world, zita)
    erasure = erasing.begin(zita, by=world.admin)
    erasure.refresh_from_db()
    erasing.work(erasure)
    assert not TalkAnswer.objects.exists()
    need.refresh_from_db()
    assert need.answer is None and need.pain == "Late deliveries" and "Quaxberger" not in need.title
    assert "Quaxberger" not in NeedsTalk.objects.get().note and "Quaxberger" not in WishAsk.objects.get().note
    assert search.find(search.NEED, "Quaxberger") == []
    assert "Quaxberger" not in str(need.contact)


def test_answers_come_back_when_a_restriction_ends(world, zita):
    _asked(world, zita)
    restricting.restrict(zita, by=world.admin, reason="She doubts that it is right.")
    assert not TalkAnswer.objects.exists()
    restricting.lift(Contact.objects.get(pk=zita.pk), by=world.admin)
    assert TalkAnswer.objects.get().value == "Late deliveries"
    assert Coverage.objects.get(account=world.lindner).open_needs == 1
