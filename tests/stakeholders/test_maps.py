"""Who stands where on a map, as of any day; no circle; and what the database keeps in step."""

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.customers.models import AccountLink, Contact
from kundenkreis.history import undo
from kundenkreis.history.models import Event
from kundenkreis.stakeholders.covering import covered, missing
from kundenkreis.stakeholders.mapping import map_of
from kundenkreis.stakeholders.models import Counterpart, InfluenceLine, Judgement, Stakeholder
from kundenkreis.stakeholders.tree import laid_out
from tests.stakeholders.mapped import ago, contact, judge, met, on_map

pytestmark = pytest.mark.django_db


def wrong(work):
    with pytest.raises(ValidationError) as refused:
        work()
    return refused.value.message_dict


def test_the_map_as_of_a_day_comes_from_what_was_judged_until_then(world):
    boss = on_map(world, "Anna Berg", role="economic_buyer", attitude=-1, influence=5)
    max_ = on_map(world, "Max Egger", since=100)
    judge(world, max_, "reports_to", boss, 90)
    judge(world, boss, "attitude", 2, 30)
    lately = judge(world, max_, "reports_to", None, 10)
    before, now = map_of([world.lindner.pk], world.ada, ago(200)), map_of([world.lindner.pk], world.ada)
    assert (set(before.people), before.people[boss.pk].attitude) == ({boss.pk}, -1)
    assert map_of([world.lindner.pk], world.ada, ago(50)).people[max_.pk].superior == boss.pk
    assert (now.people[boss.pk].attitude, now.people[max_.pk].superior) == (2, None)
    assert now.days[0] == ago(400)
    assert ago(30) in now.days
    boss.refresh_from_db()
    assert (boss.role, boss.attitude, boss.influence) == ("economic_buyer", 2, 5), "lists ask the present ones"
    undo.undo_event(Event.objects.about(lately).latest("pk"), by=world.ada)
    max_.refresh_from_db()
    assert max_.superior == boss
    assert "attitude" in wrong(
        lambda: Judgement.objects.filter(kind="attitude").first().change(by=world.ada, attitude=0)
    )
    assert "source" in wrong(lambda: judge(world, boss, "attitude", 0, source=" "))
    assert "attitude" in wrong(lambda: judge(world, boss, "attitude", 3))
    assert "on" in wrong(lambda: judge(world, boss, "attitude", 1, -1))
    assert "role" in wrong(lambda: judge(world, boss, "attitude", 1, role="user"))
    assert judge(world, boss, "relationship", 4, source="", activity=met(world, boss.contact, 3)).source


def test_a_circle_is_refused_with_the_chain_that_would_close_it(world):
    anna, max_ = on_map(world, "Anna Berg"), on_map(world, "Max Egger")
    eva = on_map(world, "Eva Fink", reports_to=max_)
    judge(world, max_, "reports_to", anna, 200)
    said = wrong(lambda: judge(world, anna, "reports_to", eva))["superior"][0]
    assert said == (
        "That would be a circle: Anna Berg reports to Eva Fink, Eva Fink reports to Max Egger, Max Egger reports to Anna Berg."
    )
    assert "herself" in wrong(lambda: judge(world, anna, "reports_to", anna))["superior"][0]
    stranger = on_map(world, "Olga Fern", world.brauneis)
    assert "not on the map" in wrong(lambda: judge(world, anna, "reports_to", stranger))["superior"][0]
    AccountLink.add(by=None, account=world.brauneis, parent=world.lindner, hierarchy="legal")
    judge(world, stranger, "reports_to", anna)
    assert map_of([world.lindner.pk, world.brauneis.pk], world.ben).people[stranger.pk].superior == anna.pk
    judge(world, max_, "reports_to", None, 100)
    assert "circle" in wrong(lambda: judge(world, anna, "reports_to", eva, 150))["superior"][0], (
        "it held on a day between"
    )
    judge(world, anna, "reports_to", eva, 50)
    gone = Judgement.objects.get(stakeholder=max_, superior=None)
    gone.discard(by=world.ada)
    drawn = map_of([world.lindner.pk], world.ada)
    above = {pk: one.superior for pk, one in drawn.people.items()}
    assert len(laid_out(above, list(above)).places) == 3, (
        "what closed a circle past the check is cut, not walked for ever"
    )


def test_whoever_leaves_the_map_leaves_her_reports_to_her_superior(world):
    anna = on_map(world, "Anna Berg")
    max_ = on_map(world, "Max Egger", reports_to=anna)
    eva = on_map(world, "Eva Fink", reports_to=max_)
    max_.change(by=world.ada, until=ago(10))
    now = map_of([world.lindner.pk], world.ada)
    assert (set(now.people), now.people[eva.pk].superior) == ({anna.pk, eva.pk}, anna.pk)
    assert map_of([world.lindner.pk], world.ada, ago(20)).people[eva.pk].superior == max_.pk


def test_lines_and_counterparts_have_one_place_each(world):
    anna, max_ = on_map(world, "Anna Berg"), on_map(world, "Max Egger")
    given = {"by": world.ada, "stakeholder": anna, "influenced": max_, "source": "Talk"}
    line = InfluenceLine.add(**given, since=ago(40))
    assert wrong(lambda: InfluenceLine.add(**given))
    assert "influenced" in wrong(lambda: InfluenceLine.add(**given | {"influenced": anna}))
    line.change(by=world.ada, until=ago(5))
    assert InfluenceLine.add(**given)
    drawn = [map_of([world.lindner.pk], world.ada, ago(days)).lines for days in (20, 3)]
    assert [len(lines) for lines in drawn] == [1, 0]
    first = Counterpart.add(by=world.ada, stakeholder=anna, person=world.ada)
    second = Counterpart.add(by=world.ada, stakeholder=anna, person=world.ben, is_main=True)
    first.refresh_from_db()
    assert (first.is_main, second.is_main) == (False, True)
    undo.undo_event(Event.objects.about(second).latest("pk"), by=world.ada)
    first.refresh_from_db()
    assert first.is_main, "both are taken back as one"
    assert map_of([world.lindner.pk], world.ada).people[anna.pk].counterpart == world.ada


def test_an_outside_person_is_named_to_those_only_who_may_see_her(world):
    planner = contact("Paul Plan", world.brauneis, "Planner")
    Stakeholder.add(by=world.ben, account=world.lindner, contact=planner)
    seen = [next(iter(map_of([world.lindner.pk], who).people.values())) for who in (world.ben, world.ada)]
    assert [(one.is_outside, one.is_named) for one in seen] == [(True, True), (True, False)]
    once = {"by": world.ada, "account": world.lindner, "contact": planner}
    assert wrong(lambda: Stakeholder.add(**once))
    Contact.objects.get(pk=planner.pk).discard(by=world.ben)
    assert not map_of([world.lindner.pk], world.ben).people
    assert Stakeholder.objects.visible_to(world.cem).count() == 0


def test_a_tree_is_tidy_and_a_department_hangs():
    """1 over 2, 3 and 4; 2 over five leaves, which hang; 9 is alone."""
    above = {1: None, 2: 1, 3: 1, 4: 3, 5: 2, 6: 2, 7: 2, 8: 2, 10: 2, 9: None}
    drawing = laid_out(above, [1, 2, 3, 4, 5, 6, 7, 8, 10, 9])
    assert [drawing.places[one] for one in (1, 2, 3, 4)] == [(0.5, 0), (0, 1), (1, 1), (1, 2)]
    assert [drawing.places[one] for one in (5, 6, 7, 8, 10)] == [(0, row) for row in range(2, 7)]
    assert drawing.places[9] == (0, 7)
    assert (drawing.width, drawing.rows, drawing.levels[4]) == (2, 8, 2)
    assert len(set(drawing.places.values())) == len(above), "nobody stands on anybody"
    assert laid_out({1: 2, 2: 1}, [1, 2]).places.keys() == {1, 2}
    assert laid_out({}, []).width == 0


def test_missing_roles_are_named():
    assert covered(["economic_buyer", "gatekeeper", "other"]) == 2
    assert [one.role for one in missing(["economic_buyer", "gatekeeper"])] == ["user", "champion"]
    assert missing([])[0].sentence == "No economic buyer known."
