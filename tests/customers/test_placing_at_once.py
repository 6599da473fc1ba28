"""Many people placing accounts in one hierarchy at the same instant never close a circle together."""

from __future__ import annotations

import datetime as dt
import threading
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from kundenkreis.customers import hierarchy, placing
from kundenkreis.customers.models import Account, AccountLink, structure
from tests import world as cast

pytestmark = pytest.mark.django_db(transaction=True)


class Rendezvous:
    """Everybody has looked before anybody goes on, if the database lets them look at the same time at all."""

    def __init__(self, people: int):
        self.barrier = threading.Barrier(people)

    def after(self, look):
        def looked(*args, **values):
            found = look(*args, **values)
            with suppress(threading.BrokenBarrierError):
                self.barrier.wait(3)
            return found

        return looked


def at_once(steps):
    refused = []

    def run(step) -> None:
        try:
            step()
        except ValidationError as no:
            refused.append(no)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def half_a_circle(world):
    """Six accounts; every second link of the circle is there, the other three are still to be placed."""
    a, b, c, d, e, f = (Account.add(by=world.ben, name=name) for name in "ABCDEF")
    for child, parent in ((b, c), (d, e), (f, a)):
        hierarchy.place(child, parent, "legal", by=world.ben)
    return [(a, b), (c, d), (e, f)]


def test_three_people_closing_one_long_circle_leave_one_link_out(monkeypatch):
    world = cast.build()
    missing = half_a_circle(world)
    meeting = Rendezvous(3)
    monkeypatch.setattr(structure, "comes_back", meeting.after(structure.comes_back))
    refused = at_once([lambda pair=pair: hierarchy.place(*pair, "legal", by=world.ben) for pair in missing])
    assert [no.message_dict.keys() for no in refused] == [{"parent"}]
    assert AccountLink.objects.count() == 5


def test_two_imports_and_a_person_leave_one_link_out(monkeypatch):
    world = cast.build()
    first, second, third = half_a_circle(world)
    meeting = Rendezvous(3)
    monkeypatch.setattr(structure, "comes_back", meeting.after(structure.comes_back))
    monkeypatch.setattr(placing._Above, "reaches", meeting.after(placing._Above.reaches))
    left_out = []

    def imported(pair):
        def step():
            placed = placing.place_many([(pair[0].pk, pair[1].pk)], "legal", now=timezone.now())
            left_out.extend(placed.refused.values())

        return step

    refused = at_once([imported(first), imported(second), lambda: hierarchy.place(*third, "legal", by=world.ben)])
    assert len(refused) + len(left_out) == 1
    assert AccountLink.objects.count() == 5


def test_links_that_come_back_from_the_bin_at_once_leave_one_in_it(monkeypatch):
    world = cast.build()
    links = [
        hierarchy.place(*pair, "legal", by=world.ben, ends_on=dt.date(2026, 1, 31)) for pair in half_a_circle(world)[:2]
    ]
    for link in links:
        link.discard(by=world.ben)
    e, f = Account.objects.get(name="E"), Account.objects.get(name="F")
    hierarchy.place(e, f, "legal", by=world.ben)
    meeting = Rendezvous(2)
    monkeypatch.setattr(structure, "comes_back", meeting.after(structure.comes_back))
    refused = at_once([lambda link=link: link.restore(by=world.ben) for link in links])
    assert len(refused) == 1
    assert AccountLink.objects.living().count() == 5
