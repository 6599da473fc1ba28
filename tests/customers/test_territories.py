"""New and changed accounts get their territory by rule; what somebody set by hand stays."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.history.adding import add_many
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_event
from kundenkreis.staff import access
from kundenkreis.staff.models import AccountMove, Territory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def linz(world):
    return Territory.add(by=world.admin, name="Linz", countries=["AT"], postcodes=["40"])


def test_a_new_account_falls_to_the_territory_of_its_postcode(world, linz):
    account = Account.add(by=world.admin, name="Neu", country="AT", postcode="4020")
    assert (account.territory, account.territory_by_hand) == (linz, False)
    assert Account.add(by=world.admin, name="Fern", country="AT", postcode="6020").territory is None


def test_many_new_accounts_do_too(world, linz):
    rows = [{"name": "A", "country": "AT", "postcode": "4020"}, {"name": "B", "country": "DE", "postcode": "4020"}]
    first, second = add_many(Account, rows, by=world.admin, label="x", kind="api").records
    assert (first.territory_id, second.territory_id) == (linz.pk, None)


def test_one_that_is_put_elsewhere_stays_there_and_is_marked(world, linz):
    account = Account.add(by=world.admin, name="Neu", country="AT", postcode="4020", territory=world.wels)
    assert account.territory_by_hand
    account.change(by=world.admin, postcode="4030")
    account.refresh_from_db()
    assert account.territory == world.wels


def test_another_address_brings_another_territory_and_history_tells_it(world, linz):
    event = world.lindner.change(by=world.ada, postcode="4020")
    world.lindner.refresh_from_db()
    assert world.lindner.territory == linz
    assert event.changes["territory"] == [world.wels.pk, linz.pk, "Wels", "Linz"]
    assert AccountMove.objects.filter(event=event).exists(), "it stands among the changes of rights"
    undo_event(event, by=world.ada)
    world.lindner.refresh_from_db()
    assert (world.lindner.postcode, world.lindner.territory, world.lindner.territory_by_hand) == (
        "4600",
        world.wels,
        False,
    )


def test_what_does_not_decide_does_not_move_it(world, linz):
    world.wels.change(by=world.admin, postcodes=["99"])
    event = world.lindner.change(by=world.ada, place="Wels-Lichtenegg")
    world.lindner.refresh_from_db()
    assert world.lindner.territory == world.wels
    assert set(event.changes) == {"place"}


def test_taking_the_territory_away_is_possible(world, linz):
    world.lindner.change(by=world.admin, territory=None)
    world.lindner.refresh_from_db()
    assert (world.lindner.territory, world.lindner.territory_by_hand) == (None, False)


def test_a_rule_that_changes_holds_for_the_next_account_at_once(world, linz):
    linz.change(by=world.admin, postcodes=["41"])
    assert Account.add(by=world.admin, name="Neu", country="AT", postcode="4020").territory is None
    linz.discard(by=world.admin)
    assert Account.add(by=world.admin, name="Neu", country="AT", postcode="4120").territory is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("countries", ["AUT"]), ("countries", "AT"), ("countries", [1]), ("postcodes", ["4699-4000"]), ("postcodes", ["40-4699"]),
        ("postcodes", ["-4"]), ("sizes", ["huge"]), ("industries", ["x" * 101]), ("industries", ["a\x00b"]),
        ("postcodes", [str(n) for n in range(501)]), ("postcodes", None),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_hold_is_refused(world, field, value):
    with pytest.raises(ValidationError) as refused:
        Territory.add(by=world.admin, name="Falsch", **{field: value})
    assert set(refused.value.message_dict) == {field}


def test_rules_are_spelt_alike(world):
    made = Territory.add(by=world.admin, name="Alles", countries=["at", "AT"], postcodes=["10 10-10 90", ""])
    assert (made.countries, made.postcodes) == (["AT"], ["1010-1090"])


def test_a_tree_has_no_circle_and_is_only_so_deep(world):
    parents = [world.wels]
    for number in range(7):
        parents.append(Territory.add(by=world.admin, name=f"Tief {number}", parent=parents[-1]))
    with pytest.raises(ValidationError, match="deep"):
        Territory.add(by=world.admin, name="Zu tief", parent=parents[-1])
    with pytest.raises(ValidationError, match="itself"):
        world.wels.change(by=world.admin, parent=parents[2])
    above = Territory.add(by=world.admin, name="Oben")
    with pytest.raises(ValidationError, match="deep"):
        world.wels.change(by=world.admin, parent=above)


def test_a_territory_with_accounts_or_parts_is_not_thrown_away(world):
    with pytest.raises(ValidationError, match="Accounts"):
        world.wels.discard(by=world.admin)
    world.lindner.change(by=world.admin, territory=None)
    child = Territory.add(by=world.admin, name="Kind", parent=world.wels)
    with pytest.raises(ValidationError, match="part of"):
        world.wels.discard(by=world.admin)
    child.discard(by=world.admin)
    world.wels.discard(by=world.admin)
    assert not Territory.objects.living().filter(pk=world.wels.pk).exists()


def test_somebody_who_left_is_given_no_territory(world):
    world.cem.change(by=world.admin, is_active=False)
    with pytest.raises(ValidationError) as refused:
        world.wels.change(by=world.admin, owner=world.cem)
    assert "owner" in refused.value.message_dict


def test_the_owner_and_a_deputy_of_these_days_see_its_accounts(world):
    today = clock.today()
    world.lindner.change(by=world.admin, owner=world.cem, team=world.south)
    assert not access.may(world.rita, "accounts.see", world.lindner)
    for values, sees in (
        ({"owner": world.rita}, True),
        ({"owner": None, "deputy": world.rita, "deputy_from": today}, True),
        ({"deputy_from": today + DAY}, False),
        ({"deputy_from": None, "deputy_until": today}, True),
        ({"deputy_until": today - DAY}, False),
    ):
        world.wels.change(by=world.admin, **values)
        person = type(world.rita).objects.get(pk=world.rita.pk)
        assert Account.objects.visible_to(person).filter(pk=world.lindner.pk).exists() == sees, values
    assert Event.objects.about(world.wels).filter(changes__has_key="deputy").exists()
