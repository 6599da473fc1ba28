"""The pages of what comes after the end: orders, interviews, projects, win and loss."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_event
from kundenkreis.orders.models import Order
from kundenkreis.pipeline.models import (
    Interview,
    InterviewGuide,
    Opportunity,
    OpportunityLine,
    Project,
    ProjectParty,
)
from kundenkreis.web import formats
from tests.pipeline.cards import card, pipeline, product, ready, soon
from tests.pipeline.test_opportunities import reason
from tests.pipeline.test_winloss import closed

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def text(response) -> str:
    return unescape(response.content.decode())


def see(client, url: str, *args, status: int = 200, **query) -> str:
    response = client.get(reverse(url, args=args), query)
    assert response.status_code == status, response.status_code
    return text(response)


def send(client, url: str, *args, status: int = 303, **data) -> str:
    response = client.post(reverse(url, args=args), data)
    assert response.status_code == status, (response.status_code, text(response)[:3000])
    return text(response)


def won(world) -> Opportunity:
    one = card(world)
    OpportunityLine.add(
        by=world.ada, opportunity=one, product=product(), quantity=Decimal(100), price=Decimal(3), delivered_in=soon(90)
    )
    ready(one, world)
    one.win(by=world.ada)
    return one


class TestOrders:
    def test_inside_sales_makes_an_order_and_both_pages_name_the_other(self, world, signed_in):
        one, gerda = won(world), signed_in(world.gerda)
        page = see(gerda, "opportunities:hand_over", one.pk)
        assert "€300.00" in page and f"{soon(90):%Y}" in page
        line = one.lines.get().pk
        send(gerda, "opportunities:hand_over", one.pk, lines=[line], number="<b>7", ordered_on=str(clock.today()))
        order = Order.objects.get()
        assert "<b>7" in see(gerda, "opportunities:detail", one.pk)
        assert one.name in see(gerda, "orders:detail", order.pk)
        assert send(gerda, "opportunities:hand_over", one.pk, status=422, lines=[line], ordered_on="x")

    def test_who_may_not_enter_orders_ties_those_that_are_there(self, world, signed_in):
        one = won(world)
        order = Order.add(
            by=None, number="4711", account=world.lindner, ordered_on=clock.today(), total_house=Decimal(100)
        )
        ada = signed_in(world.ada)
        assert ada.get(reverse("opportunities:hand_over", args=[one.pk])).status_code == 403
        assert "4711" in see(ada, "opportunities:tie", one.pk)
        send(ada, "opportunities:tie", one.pk, order=order.pk)
        page = see(ada, "opportunities:detail", one.pk)
        assert "4711" in page and "still to come €11,900.00" in page
        send(ada, "opportunities:untie", one.pk, one.orders.get().pk)
        assert not one.orders.living().exists()
        assert "no order of this customer" in see(ada, "opportunities:tie", card(world).pk)

    def test_a_blocked_customer_is_said_instead_of_the_form(self, world, signed_in):
        from kundenkreis.orders import credit

        one = won(world)
        credit.enter(world.lindner, by=world.admin, is_blocked=True, reason="two dunnings", as_of=clock.today())
        page = see(signed_in(world.gerda), "opportunities:hand_over", one.pk)
        assert "two dunnings" in page and 'name="number"' not in page


class TestInterviews:
    @pytest.fixture
    def lost(self, world):
        one = card(world)
        one.lose(by=world.ada, close_reason=reason())
        return one

    def test_one_is_written_down_and_changed(self, world, lost, signed_in):
        ada = signed_in(world.ada)
        page = see(ada, "opportunities:part_add", lost.pk, "interviews")
        assert "How did you find us?" in page
        given = {
            "contact": world.maria.pk,
            "held_on": str(clock.today()),
            "channel": "visit",
            "again": "8",
            "answer_q3": "4",
        }
        send(ada, "opportunities:part_add", lost.pk, "interviews", **given, answer_q1="<script>", note="Nothing else")
        one = Interview.objects.get()
        assert (one.answers, one.again, one.interviewer) == ({"q1": "<script>", "q3": 4}, 8, None)
        page = see(ada, "opportunities:detail", lost.pk)
        assert "would ask us again: 8 of 10" in page
        assert (
            "<script>"
            not in ada.get(reverse("opportunities:detail", args=[lost.pk])).content.decode().partition("<main")[2]
        )
        assert send(ada, "opportunities:part_add", lost.pk, "interviews", status=422, **given | {"answer_q3": "11"})
        send(ada, "opportunities:part_change", lost.pk, "interviews", one.pk, **given, answer_q1="At the fair")
        one.refresh_from_db()
        assert one.answers == {"q1": "At the fair", "q3": 4}

    def test_who_may_not_be_called_is_named_with_the_reason(self, world, lost, signed_in):
        ready(lost, world)
        ada = signed_in(world.ada)
        page = see(ada, "opportunities:plan_interview", lost.pk)
        assert "Maria" in page and "phone: " in page
        asked = {"contact": world.maria.pk, "channel": "phone", "due_on": str(soon())}
        assert send(ada, "opportunities:plan_interview", lost.pk, status=422, **asked)
        send(ada, "opportunities:plan_interview", lost.pk, **asked | {"channel": "visit"})
        assert lost.activities.get().contact == world.maria

    def test_the_house_arranges_its_questions(self, world, signed_in):
        pipeline()
        ben = signed_in(world.ben)
        assert "How did you find us?" in see(ben, "pipelines:questions")
        send(ben, "pipelines:questions", name_de_0="Warum?", kind_0="text")
        assert [one["name_en"] for one in InterviewGuide.objects.current().questions] == ["Warum?"]
        assert send(ben, "pipelines:questions", status=422)
        assert signed_in(world.ada).get(reverse("pipelines:questions")).status_code == 403


class TestProjects:
    def test_from_an_opportunity_to_the_award_and_back(self, world, signed_in):
        first, second = card(world, name="Tubes"), card(world, name="Pipes", value=Decimal(90_000))
        ada = signed_in(world.ada)
        assert "Tubes" in see(ada, "projects:add", opportunity=first.pk)
        response = ada.post(
            reverse("projects:add") + f"?opportunity={first.pk}", {"name": "Hospital", "status": "tendered"}
        )
        assert response.status_code == 303
        one = Project.objects.get()
        assert (one.opportunities.get(), one.parties.get().account, one.team) == (first, world.lindner, world.north)
        send(ada, "projects:bidder_add", one.pk, opportunity=second.pk, role="wholesaler")
        page = see(ada, "projects:detail", one.pk)
        assert "Tubes" in page and "Pipes" in page and "Count by this one" in page
        assert "counted elsewhere" in see(ada, "opportunities:list", layout=f"board-p{first.pipeline_id}")
        board = see(ada, "opportunities:list", layout=f"board-p{first.pipeline_id}")
        assert formats.short(90_000, "EUR") in board and formats.short(102_000, "EUR") not in board
        send(ada, "projects:count_by", one.pk, first.pk)
        one.refresh_from_db()
        assert one.leading == first
        assert "no loss of ours" in see(ada, "projects:award", one.pk)
        send(ada, "projects:award", one.pk, to=first.pk, on=str(clock.today()))
        assert Opportunity.objects.get(pk=second.pk).close_reason.is_neutral
        undo_event(Event.objects.get(verb="project.awarded"), by=world.ada)
        assert Opportunity.objects.get(pk=second.pk).is_open
        send(ada, "projects:bidder_discard", one.pk, second.pk)
        assert one.opportunities.get() == first
        undo_event(Event.objects.get(verb="project.added"), by=world.ada)
        first.refresh_from_db()
        assert (first.project, ProjectParty.objects.living().count()) == (None, 0)

    def test_a_colleagues_opportunity_is_not_closed_by_the_award(self, world, signed_in):
        one = Project.add(by=world.ada, name="School")
        mine = card(world, project=one)
        card(world, by=world.cem, owner=world.cem, account=None, project=one)
        page = send(signed_in(world.ada), "projects:award", one.pk, status=422, to=mine.pk, on=str(clock.today()))
        assert "not yours to change" in page
        assert "1 more that you do not see" in see(signed_in(world.ada), "projects:detail", one.pk)

    def test_parties_and_the_list(self, world, signed_in):
        one, ada = Project.add(by=world.ada, name="Hall <b>"), signed_in(world.ada)
        send(ada, "projects:party_add", one.pk, role="planner", name="Atelier Gruber")
        assert send(ada, "projects:party_add", one.pk, role="planner", status=422)
        party = one.parties.get()
        send(ada, "projects:party_edit", one.pk, party.pk, role="owner", name="Stadt Linz")
        assert "Stadt Linz" in see(ada, "projects:detail", one.pk)
        send(ada, "projects:party_discard", one.pk, party.pk)
        assert not one.parties.living().exists()
        assert "Hall &lt;b&gt;" in ada.get(reverse("projects:list")).content.decode()
        assert "Hall" in see(ada, "projects:options", q="hall")
        assert "Hall" not in see(signed_in(world.cem), "projects:options", q="hall")
        assert signed_in(world.cem).get(reverse("projects:detail", args=[one.pk])).status_code == 404


class TestWinLoss:
    def test_figures_open_into_their_rows_and_filters_narrow_them(self, world, signed_in):
        closed(world, "won", 12, source="fair", value=Decimal(1000))
        closed(world, "lost", 3, source="fair")
        closed(world, "lost", 2, source="call")
        ben = signed_in(world.ben)
        page = see(ben, "winloss:index", by="source")
        assert "80 %" in page or "80%" in page
        assert "too few to say" in page
        assert "f=source%3Ain%3Afair&f=" not in page and "source%3Ain%3Afair" in page
        narrowed = see(ben, "winloss:index", by="source", f="source:in:call")
        assert "trade fair or event" not in narrowed.partition("<table")[2]
        assert "Nothing was closed" in see(ben, "winloss:index", period="last_year", f="source:in:call")
        assert "cannot be filtered" in see(ben, "winloss:index", f="nonsense:in:call")

    def test_single_people_are_told_of_under_a_works_agreement_only(self, world, signed_in):
        closed(world, "won", 12)
        closed(world, "lost", 11, owner=world.cem, team=world.south)
        ben = signed_in(world.ben)
        hidden = see(ben, "winloss:index", by="owner")
        assert "works agreement" in hidden and "Huber" not in hidden
        assert "Huber" not in see(ben, "winloss:index", by="team")
        assert "Win rate" not in see(ben, "winloss:index", f=f"owner:is:{world.ada.pk}")
        assert "Win rate" not in see(ben, "winloss:index", f=f"any(owner:is:{world.ada.pk};state:in:won)")
        assert "Huber" in see(signed_in(world.ada), "winloss:index", by="owner")
        House.objects.update(works_agreement="On win and loss", works_agreement_on=clock.today() - dt.timedelta(days=1))
        House.forget()
        shown = see(signed_in(world.ben), "winloss:index", by="owner")
        assert "Huber" in shown and "Yıldız" in shown
        assert "Yıldız" not in see(signed_in(world.ada), "winloss:index", by="owner").partition("<main")[2]

    def test_it_goes_out_as_a_file_that_runs_nothing(self, world, signed_in):
        closed(world, "lost", 12, close_reason=None)
        for one in Opportunity.objects.all()[:1]:
            from kundenkreis.pipeline.models import OpportunityCompetitor

            OpportunityCompetitor.add(by=world.ada, opportunity=one, name="=HYPERLINK(1)")
        ben = signed_in(world.ben)
        response = ben.get(reverse("winloss:export"), {"by": "competitor", "format": "csv"})
        rows = b"".join(response.streaming_content).decode().splitlines()
        assert rows[1].startswith("'=HYPERLINK(1),0,1,0,,,")
        assert rows[2].startswith("All,0,12,0,0.0,0.0,24.2")  # Wilson of 0 in 12
        assert ben.get(reverse("winloss:export"), {"format": "xlsx"}).status_code == 200
        assert signed_in(world.rita).get(reverse("winloss:export")).status_code == 403
