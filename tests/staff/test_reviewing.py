"""The access review: who may what is looked at person by person, and what was looked at is kept."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.core import clock
from kundenkreis.history.models import Event
from kundenkreis.staff.models import AccessCheck, AccessReview, ApiToken, Deputy, User
from kundenkreis.staff.reviewing import lines_for, narrowed
from kundenkreis.staff.roles import Role


@pytest.fixture
def review(world):
    return AccessReview.begin(by=world.admin, name=" Autumn  2026 ")


def line_of(world, review, person):
    return next(one for one in lines_for(world.admin, review) if one.person.pk == person.pk)


def test_one_review_is_open_at_a_time(world, review):
    assert str(review) == "Autumn 2026"
    with pytest.raises(ValidationError, match="open already"):
        AccessReview.begin(by=world.admin, name="Another")
    with pytest.raises(ValidationError):
        AccessReview.begin(by=world.admin, name="")
    review.end(by=world.admin)
    AccessReview.begin(by=world.admin, name="Another")
    assert str(AccessReview.current()) == "Another"


def test_a_verdict_is_in_the_person_s_history_with_what_it_was_before(world, review):
    review.judge(world.ada, by=world.admin, verdict="change", note="Leaves team North")
    review.judge(world.ada, by=world.admin, verdict="kept")
    event = Event.objects.about(world.ada).latest("pk")
    assert (event.verb, event.actor_id) == ("user.access_reviewed", world.admin.pk)
    assert event.changes["verdict"] == ["change", "kept"]
    assert AccessCheck.objects.get(review=review, person=world.ada).note == ""


def test_nobody_reviews_her_own_access_and_a_change_needs_a_note(world, review):
    with pytest.raises(ValidationError, match="own access"):
        review.judge(world.admin, by=world.admin, verdict="kept")
    with pytest.raises(ValidationError) as wrong:
        review.judge(world.ada, by=world.admin, verdict="change", note="  ")
    assert "note" in wrong.value.message_dict
    with pytest.raises(ValidationError):
        review.judge(world.ada, by=world.admin, verdict="maybe")
    review.end(by=world.admin)
    with pytest.raises(ValidationError, match="has ended"):
        review.judge(world.ada, by=world.admin, verdict="kept")
    assert not AccessCheck.objects.exists()


@pytest.mark.parametrize("what", ["role", "team", "territory", "deputy", "locked"])
def test_what_changes_after_the_review_shows(world, review, what):
    review.judge(world.ada, by=world.admin, verdict="kept")
    assert not line_of(world, review, world.ada).has_changed
    if what == "role":
        world.ada.change(by=world.admin, role=Role.HEAD_OF_SALES)
    elif what == "team":
        world.ada.change(by=world.admin, team=world.south)
    elif what == "territory":
        world.wels.change(by=world.admin, people=[world.ada])
    elif what == "deputy":
        Deputy.add(by=world.admin, person=world.cem, deputy=world.ada, starts_on=clock.today())
    else:
        world.ada.change(by=world.admin, is_active=False)
    line = line_of(world, review, world.ada)
    assert line.has_changed
    assert line.states >= {"kept", "changed"}


def test_a_line_tells_tokens_deputies_and_who_has_been_away_long(world, review):
    token, _key = ApiToken.issue(user=world.ada, name="ERP", scopes=["read"], by=world.admin)
    gone, _key = ApiToken.issue(user=world.ada, name="Old", scopes=["read"], by=world.admin)
    gone.revoke(by=world.admin)
    Deputy.add(by=world.admin, person=world.ada, deputy=world.cem, starts_on=clock.today())
    for person, days in ((world.ada, 91), (world.cem, 89)):
        day = clock.midnight(clock.today() - dt.timedelta(days=days))
        User.objects.filter(pk=person.pk).update(last_login=day + dt.timedelta(hours=12))
    ada, cem = line_of(world, review, world.ada), line_of(world, review, world.cem)
    assert (ada.tokens, ada.is_silent, cem.is_silent) == ([token], True, False)
    assert (ada.deputies, cem.stands_in_for) == ([("Cem Yıldız", None)], [("Ada Huber", None)])
    silent = narrowed(lines_for(world.admin, review), state="silent")
    assert [one.person.pk for one in silent] == [world.ada.pk]


def test_a_head_of_sales_reviews_her_teams_and_no_one_else(world, review):
    assert {one.person.pk for one in lines_for(world.ben, review)} >= {world.ada.pk, world.cem.pk}
    assert world.admin.pk not in {one.person.pk for one in lines_for(world.ben, review)}
    assert lines_for(world.ada, review) == []


def test_lines_cost_as_many_queries_for_many_people(world, review, django_assert_max_num_queries):
    clock.today()
    for n in range(40):
        User.objects.create(email=f"{n}@x.test", last_name="X", role=Role.READ_ONLY, team=world.north)
    with django_assert_max_num_queries(10):
        assert len(lines_for(world.admin, review)) > 40
