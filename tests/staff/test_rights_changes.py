"""What changed in rights, when and by whom."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from kundenkreis.activities.handing_over import hand_over
from kundenkreis.core import clock
from kundenkreis.customers import bulk_editing
from kundenkreis.customers.models import Account, AccountTeamMember
from kundenkreis.fields.bulk_editing import edit
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_batch
from kundenkreis.staff import joining, opened
from kundenkreis.staff.models import AccountMove, ApiToken, Deputy
from kundenkreis.staff.rights_changes import Window, rights_changes
from kundenkreis.staff.roles import Role


def verbs(after, **asked):
    return list(rights_changes(**asked).filter(pk__gt=after).order_by("pk").values_list("verb", flat=True))


@pytest.fixture
def since(world):
    return Event.objects.latest("pk").pk


def test_every_change_of_rights_is_listed_and_nothing_else(world, since):
    admin = world.admin
    world.cem.change(by=admin, role=Role.INSIDE_SALES)
    world.cem.change(by=admin, phone="+43 1 234567", job_title="x")
    world.cem.change(by=admin, team=world.north)
    world.wels.change(by=admin, people=[world.cem])
    deputy = Deputy.add(by=admin, person=world.ada, deputy=world.cem, starts_on=clock.today())
    deputy.discard(by=admin)
    seat = AccountTeamMember.add(by=world.ada, account=world.lindner, person=world.cem, role="inside")
    seat.discard(by=world.ada)
    token, _key = ApiToken.issue(user=world.cem, name="ERP", scopes=["read"], by=world.cem)
    world.lindner.change(by=world.ada, phone="+43 7242 1")
    world.north.change(by=admin, name="Far North")
    world.north.change(by=admin, parent=None)
    joining.lock(world.cem, by=admin)
    assert verbs(since) == [
        "user.changed", "user.changed", "territory.changed", "deputy.added", "deputy.discarded",
        "accountteammember.added", "accountteammember.discarded", "apitoken.issued", "team.changed",
        "user.locked", "apitoken.revoked",
    ]  # fmt: skip


def test_they_are_asked_by_person_by_whom_and_since(world, since):
    world.cem.change(by=world.admin, role=Role.INSIDE_SALES)
    world.wels.change(by=world.admin, people=[world.cem])
    world.wels.change(by=world.admin, people=[world.cem, world.ada])
    Deputy.add(by=world.ben, person=world.ada, deputy=world.cem, starts_on=clock.today())
    AccountTeamMember.add(by=world.ada, account=world.lindner, person=world.cem, role="inside")
    assert verbs(since, person=world.cem) == [
        "user.changed", "territory.changed", "deputy.added", "accountteammember.added",
    ]  # fmt: skip
    assert verbs(since, person=world.ada) == ["territory.changed", "deputy.added"]
    assert verbs(since, by=world.ben) == ["deputy.added"]
    assert verbs(since, since=timezone.now() + dt.timedelta(hours=1)) == []


def test_what_is_gone_for_good_from_the_bin_still_counts_for_its_person(world, since):
    seat = AccountTeamMember.add(by=world.ada, account=world.lindner, person=world.cem, role="inside")
    seat.discard(by=world.ada)
    AccountTeamMember._base_manager.filter(pk=seat.pk).delete()
    assert verbs(since, person=world.cem) == ["accountteammember.added", "accountteammember.discarded"]
    assert verbs(since, person=world.ben) == []


def test_handing_over_and_its_undo_are_changes_of_rights(world, since):
    AccountTeamMember.add(by=world.ada, account=world.brauneis, person=world.ada, role="inside")
    batch = hand_over(world.ada, world.cem, by=world.admin)
    undo_batch(batch, by=world.admin)
    assert verbs(since) == ["accountteammember.added", "user.handed_over", "batch.undone"]


def told(event) -> list[tuple[bool, str, str]]:
    return [(one.is_open, one.whom, one.what) for one in opened.of([event])[event.pk]]


def test_an_account_that_comes_to_somebody_else_says_what_it_opened_to_whom(world, since):
    world.lindner.change(by=world.ben, phone="+43 7242 1")
    moved = world.lindner.change(by=world.ben, owner=world.cem)
    placed = world.lindner.change(by=world.admin, territory=None)
    undone = world.lindner.change(by=world.admin, owner=world.ada)
    name = str(world.lindner)
    assert verbs(since) == ["account.changed"] * 3
    assert told(moved) == [
        (True, "Cem Yıldız", name), (False, "Ada Huber", name), (True, "team South", name), (False, "team North", name)
    ]  # fmt: skip
    assert told(placed) == [(False, "territory Wels", name)]
    assert verbs(since, person=world.cem) == ["account.changed"] * 2
    assert verbs(since, person=world.ada, by=world.admin) == ["account.changed"]
    assert verbs(since, person=world.rita) == []
    assert told(undone)[0] == (True, "Ada Huber", name)


def test_seats_deputies_territories_roles_and_locks_say_it_too(world, since):
    seat = AccountTeamMember.add(
        by=world.ada,
        account=world.lindner,
        person=world.cem,
        role="inside",
        deputy=world.dora,
        ends_on=dt.date(2030, 5, 1),
    )
    latest = lambda: Event.objects.latest("pk")  # noqa: E731
    name = str(world.lindner)
    assert [one[:2] for one in told(latest())] == [
        (True, "Cem Yıldız ( – 01.05.2030)"),
        (True, "Dora Steiner ( – 01.05.2030)"),
    ]
    seat.change(by=world.ada, person=world.gerda)
    assert told(latest()) == [(True, "Gerda Wolf", name), (False, "Cem Yıldız", name)]
    seat.discard(by=world.ada)
    assert [one[0] for one in told(latest())] == [False, False]
    Deputy.add(by=world.admin, person=world.ada, deputy=world.cem, starts_on=dt.date(2026, 3, 2))
    assert told(latest()) == [(True, "Cem Yıldız (02.03.2026 – …)", "what is Ada Huber's own")]
    world.wels.change(by=world.admin, people=[world.cem, world.rita])
    world.wels.change(by=world.admin, people=[world.rita])
    assert told(latest()) == [(False, "Cem Yıldız", "territory Wels")]
    world.cem.change(by=world.admin, role=Role.INSIDE_SALES)
    assert told(latest()) == [(True, "Cem Yıldız", "all accounts")]
    world.cem.change(by=world.admin, team=world.north)
    assert told(latest()) == [(True, "Cem Yıldız", "team North"), (False, "Cem Yıldız", "team South")]
    joining.lock(world.cem, by=world.admin)
    assert told(Event.objects.filter(verb="user.locked").latest("pk")) == [(False, "Cem Yıldız", "the house")]


def test_batches_that_moved_accounts_stand_there(world, since):
    edit(Account.objects.all(), bulk_editing.Change.owner(world.ben), label="Owner: Ben Kern", by=world.ben)
    edit(Account.objects.all(), bulk_editing.Change.tier("A"), label="Tier: A", by=world.ben)
    assert verbs(since) == ["batch.edited"]
    assert verbs(since, by=world.ben) == ["batch.edited"]


def test_of_very_many_moves_only_a_page_is_read_and_by_an_index(world, since, django_assert_max_num_queries):
    made = [
        Event.objects.create(verb="account.changed", subject_type="customers.account", subject_id=world.lindner.pk, subject_label="x",
                             changes={"owner": [world.ada.pk, world.cem.pk, "Ada", "Cem"]}, actor_id=world.ben.pk)
        for _number in range(30)
    ]  # fmt: skip
    for event in made:
        AccountMove.note(event)
    newest = [event.pk for event in reversed(made)]

    def page(**how) -> list[int]:
        found = rights_changes(window=Window(**how, size=10)).filter(pk__gt=since).order_by("-pk")
        return list(found.values_list("pk", flat=True))

    assert page() == newest[:11]
    assert page(beyond=newest[9]) == newest[10:21]
    assert page(beyond=newest[19], upwards=True) == newest[8:19]
    with django_assert_max_num_queries(13):
        list(
            rights_changes(person=world.cem, by=world.ben, since=timezone.now() - dt.timedelta(days=1)).order_by("-pk")[
                :10
            ]
        )
    if connection.vendor == "postgresql":  # which reads a table of a few rows as a whole
        connection.cursor().execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    for rows, index in (
        (AccountMove.objects.filter(after_id=5), "staff_move_after"),
        (AccountMove.objects.filter(before_id=5), "staff_move_before"),
        (AccountMove.objects.filter(by_id=5), "staff_move_by"),
    ):
        plan = rows.filter(event_id__lt=10**9).order_by("-event_id")[:51].explain()
        assert index in plan and "SORT" not in plan.upper().replace("SORT KEY", ""), plan
