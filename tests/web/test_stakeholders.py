"""The pages of stakeholder maps and relationships."""

import datetime as dt
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.core.filters import relation
from kundenkreis.core.models import House
from kundenkreis.history import undo
from kundenkreis.history.models import Event
from kundenkreis.pipeline.models import Opportunity, OpportunityContact
from kundenkreis.stakeholders.models import Counterpart, Judgement, RelationshipGrade, Stakeholder
from tests.stakeholders.mapped import ago, contact, judge, met, on_map

pytestmark = pytest.mark.django_db


def text(answer):
    return answer.content.decode()


def test_a_person_is_put_on_the_map_and_judged(world, signed_in):
    client, at = signed_in(world.ada), f"/accounts/{world.lindner.pk}/stakeholders/"
    assert "Nobody is on the map yet" in text(client.get(at))
    sent = {"contact": world.maria.pk, "role": "economic_buyer", "since": ago(0).isoformat()}
    assert "Say where this is known from" in text(client.post(f"{at}add/", sent))
    assert client.post(f"{at}add/", sent | {"source": "She told us"}).status_code == 303
    one = Stakeholder.objects.get()
    assert (one.role, one.contact) == ("economic_buyer", world.maria)
    page = text(client.get(at))
    assert "economic buyer" in page
    assert "No economic buyer known" not in page
    assert "No champion known who speaks for us." in page
    judged = f"/stakeholders/{one.pk}/judge/"
    assert (
        client.post(f"{judged}attitude/", {"attitude": "2", "source": "", "on": ago(0).isoformat()}).status_code == 422
    )
    sent = {"attitude": "-1", "source": "<b>Lunch</b>", "on": ago(0).isoformat()}
    assert client.post(f"{judged}attitude/", sent).status_code == 303
    assert client.get(f"{judged}shoe_size/").status_code == 404
    hers = text(client.get(f"/stakeholders/{one.pk}/"))
    assert "−1: sceptical" in hers
    assert "&lt;b&gt;Lunch" in hers
    assert "shown to the person when she asks" in text(client.get(f"{judged}goal/"))
    assert "1 of 4 key roles known" in text(client.get(f"/accounts/{world.lindner.pk}/"))
    assert "On stakeholder maps" in text(client.get(f"/contacts/{world.maria.pk}/"))
    listed = [("/stakeholders/", "attitude:under:0", "attitude:over:0")]
    both = [relation("stakeholder", "with", one) for one in ("role:in:economic_buyer", "role:in:user")]
    listed += [("/contacts/", *both), ("/accounts/", *both)]
    for address, yes, no in listed:
        shown = [text(client.get(f"{address}?{urlencode({'f': one})}")) for one in (yes, no)]
        assert ["Lindner" in page.partition("<main")[2] for page in shown] == [True, False], address
    undo.undo_event(Event.objects.about(one).earliest("pk"), by=world.ada)
    assert not Stakeholder.objects.living().exists(), "the person and her first role are one step"


def test_the_map_moves_through_the_days_and_lays_an_opportunity_over_it(world, signed_in):
    client, at = signed_in(world.ada), f"/accounts/{world.lindner.pk}/stakeholders/"
    anna, max_ = on_map(world, "Anna Berg", attitude=-2), on_map(world, "Max Egger", role="user")
    judge(world, anna, "attitude", 2)
    assert "attitude +2: for us" in text(client.get(at))
    then = text(client.get(f"{at}?on={ago(100)}"))
    assert "attitude −2: against us" in then
    assert "attitude +2" not in then
    assert "attitude −2" in text(client.get(f"{at}?step=1"))
    assert client.get(f"{at}?on=rubbish&step=-1&group=none&opportunity=x").status_code == 200
    deal = Opportunity.add(by=world.ada, name="Shelves", account=world.lindner)
    OpportunityContact.add(by=world.ada, opportunity=deal, contact=anna.contact, role="champion", stance="against")
    page = text(client.get(f"{at}?opportunity={deal.pk}"))
    assert "in the opportunity: champion or coach, against us" in page
    assert page.count("is-dimmed") == 1
    assert page.count("No economic buyer known.") == 2
    assert client.post(f"{at}move/", {"who": max_.pk, "superior": anna.pk}).status_code == 303
    max_.refresh_from_db()
    assert max_.superior == anna
    refused = client.post(f"{at}move/", {"who": anna.pk, "superior": max_.pk}, follow=True)
    assert "That would be a circle: Anna Berg reports to Max Egger, Max Egger reports to Anna Berg." in text(refused)
    assert text(client.get(at)).count('class="org-line"') == 1


def test_who_may_not_change_sees_and_who_may_not_see_does_not(world, signed_in):
    anna = on_map(world, "Anna Berg", role="user")
    at = f"/accounts/{world.lindner.pk}/stakeholders/"
    rita = signed_in(world.rita)
    page = text(rita.get(at))
    assert "Anna Berg" in page
    assert "org-move" not in page.replace('data-move="org-move"', "")
    assert rita.get(f"/stakeholders/{anna.pk}/judge/attitude/").status_code == 403
    assert rita.post(f"{at}move/", {"who": anna.pk}).status_code == 403
    assert rita.get(f"{at}add/").status_code == 403
    cem = signed_in(world.cem)
    for address in (at, f"/stakeholders/{anna.pk}/", f"/accounts/{world.lindner.pk}/relationships/"):
        assert cem.get(address).status_code == 404
    assert "Anna Berg" not in text(cem.get("/stakeholders/"))


def test_figures_about_colleagues_are_off_until_the_works_agreement(world, signed_in):
    client, at = signed_in(world.ada), f"/accounts/{world.lindner.pk}/relationships/"
    anna, max_ = on_map(world, "Anna Berg", role="economic_buyer"), on_map(world, "Max Egger")
    met(world, anna.contact, 5, who=world.ben)
    met(world, max_.contact, 200)
    Counterpart.add(by=world.ada, stakeholder=anna, person=world.ada)
    page = text(client.get(at))
    assert "no works agreement is recorded" in page
    assert '<th scope="col">Ada Huber' in page
    assert '<th scope="col">Ben Kern' not in page
    assert "1 of 1 key people are known" in page
    assert "hangs on Anna Berg alone" in page
    assert "carries" not in page
    graded = f"/stakeholders/{anna.pk}/grade/"
    assert client.get(f"{graded}{world.ben.pk}/").status_code == 403
    assert client.post(f"{graded}{world.ada.pk}/", {"grade": "1", "on": ago(1).isoformat()}).status_code == 303
    House.objects.update(works_agreement_on=clock.today() - dt.timedelta(days=1), works_agreement="On relationships")
    House.forget()
    page = text(client.get(at))
    assert '<th scope="col">Ben Kern' in page
    assert "grade 1" in page
    assert "Ben Kern carries" in page
    assert "75 of 100" not in page
    assert "of 100: one touch within a year" in page
    assert signed_in(world.rita).get(at).status_code == 200
    assert '<th scope="col">Ben Kern' not in text(signed_in(world.rita).get(at)), "she neither leads nor looks after it"
    assert RelationshipGrade.objects.get().timeline_account_id() is None
    assert "is-red" in page
    done = client.post(f"/stakeholders/{anna.pk}/task/", {"person": world.ada.pk})
    assert done.status_code == 303
    made = Activity.objects.get(kind="task")
    assert (made.owner, made.contact, made.is_open) == (world.ada, anna.contact, True)
    opened = text(client.get(f"{reverse('log:list')}?f=with:is:{anna.contact_id}&f=took_part:is:{world.ben.pk}"))
    assert "Talk" in opened
    assert Judgement.objects.count() == 1


def test_the_map_and_the_heat_map_ask_as_often_for_many_people_as_for_few(world, signed_in):
    client, at = signed_in(world.ada), f"/accounts/{world.lindner.pk}/"
    House.objects.update(works_agreement_on=clock.today(), works_agreement="On relationships")
    House.forget()

    def asked():
        counts = []
        for page in ("stakeholders/", f"stakeholders/?on={ago(50)}", "relationships/"):
            client.get(at + page)
            with CaptureQueriesContext(connection) as seen:
                client.get(at + page)
            counts.append(len(seen))
        return counts

    def grow(number):
        one = on_map(world, f"Anna Berg {number}", role="user", attitude=1)
        Counterpart.add(by=world.ada, stakeholder=one, person=world.ben)
        met(world, one.contact, number, colleagues=[world.ben])

    grow(1)
    few = asked()
    for number in range(2, 6):
        grow(number)
    assert asked() == few


def test_whoever_works_elsewhere_keeps_her_name_to_herself(world, signed_in):
    planner = contact("Paul Plan", world.brauneis)
    one = Stakeholder.add(by=world.ben, account=world.lindner, contact=planner)
    judge(world, on_map(world, "Anna Berg"), "reports_to", one, by=world.ben)
    client = signed_in(world.ada)
    for address in (f"/accounts/{world.lindner.pk}/stakeholders/", "/stakeholders/"):
        page = text(client.get(address))
        assert "somebody outside your reach" in page
        assert "Paul" not in page
    assert client.get(f"/stakeholders/{one.pk}/").status_code == 404
