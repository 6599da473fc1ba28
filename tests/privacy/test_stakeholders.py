"""A person on a stakeholder map: what she is shown, and what becomes of the map when her data go."""

import pytest
from django.utils import translation

from kundenkreis.customers.models import Contact
from kundenkreis.history.models import Event
from kundenkreis.privacy import erasing, restricting
from kundenkreis.privacy.belonging import Person
from kundenkreis.privacy.disclosure import Disclosure
from kundenkreis.quality import merging, unmerging
from kundenkreis.stakeholders.mapping import map_of
from kundenkreis.stakeholders.models import Counterpart, InfluenceLine, Judgement, RelationshipGrade, Stakeholder
from tests.stakeholders.mapped import ago, judge, on_map

PARTS = ("Stakeholder", "Judgement", "InfluenceLine", "Counterpart", "RelationshipGrade")
SHOWN = [("en", ["Fewer suppliers", "Fair in Wels", "Old friends", "Meeting"]), ("de", ["Fewer suppliers"])]
pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(world):
    """Anna over Max over Eva; Max influences Anna, is looked after by Ada, and was judged twice."""
    anna = on_map(world, "Anna Berg", role="economic_buyer")
    max_ = on_map(world, "Max Egger", reports_to=anna, attitude=-2, goal="Fewer suppliers")
    eva = on_map(world, "Eva Fink", reports_to=max_)
    judge(world, max_, "attitude", 1, 5, source="Fair in Wels")
    InfluenceLine.add(by=world.ada, stakeholder=max_, influenced=anna, source="Seen", note="Old friends")
    Counterpart.add(by=world.ada, stakeholder=max_, person=world.ada)
    RelationshipGrade.add(by=world.ada, stakeholder=max_, person=world.ada, grade=4)
    return anna, max_, eva


def superior(one):
    one.refresh_from_db()
    return one.superior


@pytest.mark.parametrize(("language", "words"), SHOWN)
def test_every_judgement_is_part_of_what_she_is_shown(world, chain, language, words):
    anna, max_, _eva = chain
    with translation.override(language):
        shown = Disclosure(Person.of_contact(max_.contact))
        told = {s.key: " | ".join(v.text for v in s.values) for s in shown.sections if s.key.startswith("stakeholders")}
    assert set(told) == {f"stakeholders.{n}" for n in PARTS}
    every = " ".join(told.values())
    for word in words:
        assert word in every
    assert "−2" in every
    assert "+1" in every
    assert not any(name in every for name in ("Anna", "Huber")), "nobody else is named"
    assert len(shown.judgements) >= 2
    hers = Disclosure(Person.of_contact(anna.contact))
    assert "Old friends" in " ".join(v.text for s in hers.sections for v in s.values), "the line is about both of them"


def test_restriction_takes_her_off_the_map_and_lifting_gives_all_back(world, chain):
    anna, max_, eva = chain
    restricting.restrict(max_.contact, by=world.admin, reason="Art. 18")
    now = map_of([world.lindner.pk], world.ada)
    assert set(now.people) == {anna.pk, eva.pk}
    assert (superior(eva), now.people[eva.pk].superior) == (anna, anna.pk)
    assert not Judgement.objects.filter(stakeholder=max_.pk).exists()
    assert not Event.objects.filter(changes__icontains="Fewer suppliers").exists()
    restricting.lift(Contact._base_manager.get(pk=max_.contact_id), by=world.admin)
    assert superior(eva) == max_
    assert superior(max_) == anna
    assert Judgement.objects.filter(stakeholder=max_.pk).count() == 4
    assert [model.objects.count() for model in (InfluenceLine, Counterpart, RelationshipGrade)] == [1, 1, 1]
    assert map_of([world.lindner.pk], world.ada).people[max_.pk].attitude == 1


def test_erasure_closes_the_map_up(world, chain):
    anna, max_, eva = chain
    number = max_.pk
    erasing.work(erasing.begin(max_.contact, by=world.admin))
    assert superior(eva) == anna
    assert not Stakeholder._base_manager.filter(pk=number).exists()
    assert [model._base_manager.count() for model in (InfluenceLine, Counterpart, RelationshipGrade)] == [0, 0, 0]
    assert set(Judgement._base_manager.values_list("stakeholder_id", flat=True)) == {anna.pk, eva.pk}
    left = " ".join(f"{e.subject_label} {e.changes}" for e in Event.objects.all())
    for word in ("Egger", "Fewer suppliers", "Fair in Wels", "Old friends"):
        assert word not in left
    assert map_of([world.lindner.pk], world.ada, ago(100)).people[eva.pk].superior == anna.pk


def test_a_merge_of_contacts_takes_her_judgements_along_and_gives_them_back(world, chain):
    anna, max_, eva = chain
    twin = on_map(world, "M. Egger", relationship=3)
    judge(world, anna, "reports_to", twin, 3)
    merge = merging.merge(max_.contact, twin.contact, by=world.ada)
    assert superior(anna) != twin
    max_.refresh_from_db()
    assert max_.relationship == 3
    assert set(map_of([world.lindner.pk], world.ada).people) == {anna.pk, max_.pk, eva.pk}
    unmerging.unmerge(merge, by=world.ada)
    max_.refresh_from_db()
    twin.refresh_from_db()
    assert (max_.relationship, twin.relationship) == (None, 3)
    assert superior(anna) == twin
