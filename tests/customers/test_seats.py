"""A seat on the account team opens the account while it runs: not before, not after, and for its deputy too."""

import datetime as dt

import pytest

from kundenkreis.core import clock
from kundenkreis.customers.models import Account, AccountTeamMember, Contact
from kundenkreis.staff.access import may
from kundenkreis.staff.explaining import Explainer
from kundenkreis.staff.models import User

RUNS = {
    "always": (None, None, True),
    "since yesterday": (-1, None, True),
    "today only": (0, 0, True),
    "until yesterday": (-30, -1, False),
    "from tomorrow": (1, None, False),
}


def seat(world, since, until, **people):
    today = clock.today()
    first, last = (None if days is None else today + dt.timedelta(days) for days in (since, until))
    return AccountTeamMember.add(
        by=world.ben,
        account=world.lindner,
        role="inside",
        starts_on=first,
        ends_on=last,
        **({"person": world.cem} | people),
    )


@pytest.fixture(params=["few accounts", "many accounts"])
def cem(request, world):
    """Cem with a narrow reach, and with one that is walked row by row."""
    if request.param == "many accounts":
        many = [Account(number=f"X-{i}", name="x", key="x", owner=world.cem) for i in range(2001)]
        Account.objects.bulk_create(many)
    return lambda: User.objects.get(pk=world.cem.pk)


@pytest.mark.parametrize("held_as", ["person", "deputy"])
@pytest.mark.parametrize("period", RUNS)
def test_a_seat_counts_on_its_days_only(world, cem, period, held_as):
    since, until, runs = RUNS[period]
    others = {} if held_as == "person" else {"person": world.gerda, "deputy": world.cem}
    seat(world, since, until, **others)
    assert Account.objects.visible_to(cem()).filter(pk=world.lindner.pk).exists() is runs
    assert Contact.objects.visible_to(cem()).filter(pk=world.maria.pk).exists() is runs
    assert may(cem(), "accounts.change", world.lindner) is runs
    assert may(cem(), "contacts.change", world.maria) is runs
    assert Explainer(world.lindner).sees(cem()) is runs


@pytest.mark.parametrize("period", RUNS)
def test_the_page_and_its_form_follow_the_seat_s_dates(world, signed_in, period):
    since, until, runs = RUNS[period]
    seat(world, since, until)
    browser = signed_in(world.cem)
    page = browser.get(f"/accounts/{world.lindner.pk}/")
    assert page.status_code == (200 if runs else 404)
    assert browser.get(f"/accounts/{world.lindner.pk}/edit/").status_code == (200 if runs else 404)


def test_the_page_says_that_a_deputy_of_a_seat_sees_the_account(world, signed_in):
    seat(world, None, None, person=world.gerda, deputy=world.cem)
    page = signed_in(world.cem).get(f"/accounts/{world.lindner.pk}/").text
    assert "because you are a deputy in its account team" in page


def test_whoever_may_change_an_account_may_take_a_seat_and_then_move_it_to_the_bin(world, signed_in):
    """The guide says so: a seat makes an account one's own; history tells who took it."""
    assert not may(world.gerda, "accounts.discard", world.lindner)
    world.lindner.change(by=world.ben, team=world.gerda.team)
    given = {"person": world.gerda.pk, "role": "inside", "deputy": "", "starts_on": "", "ends_on": ""}
    answer = signed_in(world.gerda).post(f"/accounts/{world.lindner.pk}/seats/add/", given)
    assert answer.status_code in (200, 204, 303), answer.text[:500]
    assert may(User.objects.get(pk=world.gerda.pk), "accounts.discard", world.lindner)
