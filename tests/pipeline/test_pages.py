"""The pages of opportunities: list, boards, one opportunity, its parts, moving and closing, and how pipelines are arranged."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.history.models import Event
from kundenkreis.pipeline.models import CloseReason, Opportunity, OpportunityContact, Pipeline, Stage
from tests.pipeline.cards import card, pipeline, product, ready, soon, stages

pytestmark = pytest.mark.django_db


def page(client, name: str, *args, **query) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def post(client, address: str, /, *args, **data):
    return client.post(reverse(address, args=args), data)


def named(text: str) -> set[str]:
    """What the rows of a list are called."""
    return set(re.findall(r'class="row-link"[^>]*>([^<]+)</a>', text))


@pytest.fixture
def ada(client, world):
    client.force_login(world.ada)
    return client


def drop(client, one: Opportunity, stage: Stage, version: int | None = None):
    data = {"id": one.pk, "to": stage.pk, "version": one.version if version is None else version}
    return client.post(reverse("opportunities:move", args=[f"p{one.pipeline_id}"]), data)


class TestList:
    def test_it_shows_whose_are_visible(self, ada, world):
        card(world, name="Hall in Wels")
        card(world, by=world.cem, account=world.brauneis, name="Shop in Salzburg")
        text = page(ada, "opportunities:list")
        assert "Hall in Wels" in text
        assert "Shop in Salzburg" not in text

    def test_a_customer_out_of_reach_is_not_named(self, client, world):
        card(world, by=world.cem, account=world.lindner, name="Hall in Wels")
        client.force_login(world.cem)
        text = page(client, "opportunities:list")
        assert "Hall in Wels" in text
        assert "Lindner" not in text

    @pytest.mark.parametrize(
        ("state", "found"),
        [
            ("open", {"plain", "planned", "late", "left"}),
            ("won", {"won"}),
            ("lost", set()),
            ("overdue", {"late"}),
            ("no_step", {"plain", "late", "left"}),
            ("owner_left", {"left"}),
        ],
    )
    def test_states_are_filters(self, client, world, state, found):
        planned = card(world, name="planned")
        step = Activity.add(by=world.ada, kind="call", subject="Ask", owner=world.ada, is_open=True, due_on=soon())
        planned.attach([step], by=world.ada)
        card(world, name="plain")
        late = card(world, name="late", expected_close_on=soon())
        Opportunity.objects.filter(pk=late.pk).update(expected_close_on=soon(-1))
        card(world, name="left", owner=world.cem)
        card(world, name="won", stage=stages()[4])
        world.cem.change(by=world.admin, is_active=False)
        client.force_login(world.ben)
        assert named(page(client, "opportunities:list", f=f"state:in:{state}")) == found

    def test_accounts_can_be_asked_about_theirs(self, ada, world):
        card(world)
        asked = "opportunities:with(state:in:open;sum:over:{})"
        assert "Lindner" in page(ada, "accounts:list", f=asked.format(10_000))
        assert "Lindner" not in page(ada, "accounts:list", f=asked.format(20_000))

    def test_it_is_exported(self, ada, world):
        card(world, name="Hall in Wels")
        answer = ada.get(reverse("opportunities:export"), {"format": "csv"})
        assert "Hall in Wels" in b"".join(answer.streaming_content).decode("utf-8-sig")

    def test_there_is_a_calendar_of_expected_closes(self, ada, world):
        one = card(world, name="Hall in Wels", expected_close_on=soon())
        text = page(ada, "opportunities:list", layout="month", on=one.expected_close_on.isoformat())
        assert "Hall in Wels" in text


class TestBoard:
    def test_each_column_says_its_value_and_what_is_likely_of_it(self, ada, world):
        card(world, value=10_000)
        card(world, value=5_000, probability=50)
        text = page(ada, "opportunities:list", layout=f"board-p{pipeline().pk}").replace("\xa0", " ")
        told = re.findall(r"data-count>(\d+)</span>.*?data-sum>([^<]*)</span>.*?data-beside>([^<]*)</span>", text)
        assert told[0] == ("2", "€15 k", "weighted €3.5 k")  # 10,000 at 10 % and 5,000 at 50 %
        assert text.count("data-lane=") == len(stages())

    def test_a_card_says_its_age_and_that_nothing_is_planned(self, ada, world):
        card(world, opened_at=timezone.now() - dt.timedelta(days=40))
        text = page(ada, "opportunities:list", layout=f"board-p{pipeline().pk}")
        assert "card-old" in text
        assert re.search(r"\b(39|40|41) d\b", text)  # clocks are put forward and back

    def test_what_was_closed_long_ago_is_not_on_it(self, ada, world):
        card(world, name="Long ago", stage=stages()[4], closed_at=timezone.now() - dt.timedelta(days=200))
        card(world, name="Just now", stage=stages()[4])
        text = page(ada, "opportunities:list", layout=f"board-p{pipeline().pk}")
        assert "Just now" in text
        assert "Long ago" not in text

    def test_a_drop_moves_the_card_and_says_the_new_sums(self, ada, world):
        one, second = card(world), stages()[1]
        answer = drop(ada, one, second)
        told = json.loads(answer.content)
        assert answer.status_code == 200
        assert told["sums"][str(second.pk)][0] == 1
        one.refresh_from_db()
        assert (one.stage, told["version"]) == (second, one.version)

    def test_a_drop_that_lacks_something_leads_to_the_dialog_that_asks(self, ada, world):
        one = card(world, value=0)
        one.move(stages()[1], by=world.ada)
        answer = drop(ada, one, stages()[2])
        assert answer.status_code == 409
        ask = json.loads(answer.content)["ask"]
        dialog = ada.get(ask + "&back=%3Flayout%3Dboard-p1", headers={"HX-Request": "true"})
        text = dialog.content.decode()
        assert 'name="value"' in text
        assert 'name="expected_close_on"' in text
        assert 'name="description"' not in text
        OpportunityContact.add(by=world.ada, opportunity=one, contact=world.maria, role="user")
        sent = {"value": "500", "expected_close_on": soon().isoformat()}
        done = ada.post(ask + "&back=%3Flayout%3Dboard-p1", sent, headers={"HX-Request": "true"})
        assert done.headers["HX-Redirect"] == reverse("opportunities:list") + "?layout=board-p1"
        one.refresh_from_db()
        assert one.stage == stages()[2]

    def test_of_two_who_drag_one_card_the_second_is_told(self, ada, world):
        one = card(world)
        version = one.version
        assert drop(ada, one, stages()[1], version).status_code == 200
        ready(one, world)
        second = drop(ada, one, stages()[2], version)
        assert second.status_code == 409
        assert "faster" in json.loads(second.content)["problem"]

    def test_back_leads_to_our_own_list_only(self, ada, world):
        one = card(world)
        address = reverse("opportunities:to_stage", args=[one.pk, stages()[1].pk]) + "?board=1&back=//evil.example"
        answer = ada.post(address)
        assert answer.url == reverse("opportunities:detail", args=[one.pk])

    def test_nobody_drags_what_is_not_hers(self, client, world):
        one = card(world)
        client.force_login(world.cem)
        assert drop(client, one, stages()[1]).status_code == 404
        client.force_login(world.rita)
        assert drop(client, one, stages()[1]).status_code == 403

    @pytest.mark.parametrize("to", ["0", "x", "99999999999999999999"])
    def test_a_drop_into_nowhere_is_not_found(self, ada, world, to):
        one = card(world)
        data = {"id": one.pk, "to": to, "version": "x"}
        assert ada.post(reverse("opportunities:move", args=[f"p{one.pipeline_id}"]), data).status_code == 404


class TestPage:
    def test_it_says_that_there_is_no_next_step_and_plans_one_in_place(self, ada, world):
        one = card(world)
        assert "There is no next step" in page(ada, "opportunities:detail", one.pk)
        post(ada, "opportunities:add_step", one.pk, subject="Ask the boss", kind="call", due_on=soon().isoformat())
        text = page(ada, "opportunities:detail", one.pk)
        assert "There is no next step" not in text
        assert "Ask the boss" in text
        step = Activity.objects.get(subject="Ask the boss")
        assert (step.account, step.owner, step.is_open) == (world.lindner, world.ada, True)

    def test_a_step_without_a_day_is_asked_for_again(self, ada, world):
        answer = post(ada, "opportunities:add_step", card(world).pk, subject="Ask", kind="call")
        assert answer.status_code == 422
        assert not Activity.objects.exists()

    def test_a_stage_is_reached_without_javascript(self, ada, world):
        one, second = card(world), stages()[1]
        address = reverse("opportunities:to_stage", args=[one.pk, second.pk])
        assert address in page(ada, "opportunities:detail", one.pk)
        assert page(ada, "opportunities:to_stage", one.pk, second.pk)
        assert ada.post(address).status_code == 303
        one.refresh_from_db()
        assert one.stage == second

    def test_one_field_is_changed_in_its_place(self, ada, world):
        one = card(world)
        address = reverse("opportunities:edit", args=[one.pk]) + "?field=probability"
        assert ada.post(address, {"probability": "250"}, headers={"HX-Request": "true"}).status_code == 422
        assert ada.post(address, {"probability": "35"}, headers={"HX-Request": "true"}).status_code == 200
        one.refresh_from_db()
        assert one.probability == 35

    def test_a_day_in_the_past_is_said_at_the_field(self, ada, world):
        one = card(world)
        address = reverse("opportunities:edit", args=[one.pk]) + "?field=expected_close_on"
        answer = ada.post(address, {"expected_close_on": soon(-3).isoformat()}, headers={"HX-Request": "true"})
        assert answer.status_code == 422
        assert "This day is over" in answer.content.decode()

    def test_somebody_elses_contact_is_not_named(self, client, world):
        one = card(world, by=world.cem, account=world.lindner)
        OpportunityContact.add(by=world.ada, opportunity=one, contact=world.maria, role="user")
        client.force_login(world.cem)
        text = page(client, "opportunities:detail", one.pk)
        assert "Maria" not in text
        assert "Lindner" not in text

    def test_whoever_reads_only_gets_no_buttons(self, client, world):
        one = card(world)
        client.force_login(world.rita)
        text = page(client, "opportunities:detail", one.pk)
        assert reverse("opportunities:edit", args=[one.pk]) not in text
        assert post(client, "opportunities:discard", one.pk).status_code == 403

    def test_who_does_not_see_it_does_not_find_it(self, client, world):
        one = card(world)
        client.force_login(world.cem)
        assert client.get(reverse("opportunities:detail", args=[one.pk])).status_code == 404

    def test_it_asks_as_often_however_much_is_on_it(self, ada, world, django_assert_max_num_queries):
        one = card(world)
        for n in range(3):
            Activity.add(by=world.ada, kind="call", subject=f"Call {n}", owner=world.ada, account=world.lindner)
        with django_assert_max_num_queries(60):
            page(ada, "opportunities:detail", one.pk)

    def test_activities_of_the_customer_are_attached_and_taken_out(self, ada, world):
        one = card(world)
        call = Activity.add(by=world.ada, kind="call", subject="First call", owner=world.ada, account=world.lindner)
        assert "First call" in page(ada, "opportunities:detail", one.pk)
        post(ada, "opportunities:attach", one.pk, activities=[call.pk])
        assert list(one.activities.all()) == [call]
        post(ada, "opportunities:detach", one.pk, call.pk)
        assert not one.activities.exists()


class TestAdding:
    def test_from_the_customer_only_a_name_is_needed(self, ada, world):
        pipeline()
        assert 'value="Lindner' in page(ada, "opportunities:add", account=world.lindner.pk)
        answer = post(ada, "opportunities:add", name="Hall", account=world.lindner.pk)
        one = Opportunity.objects.get()
        assert answer.url == reverse("opportunities:detail", args=[one.pk])
        assert (one.account, one.owner, one.stage) == (world.lindner, world.ada, stages()[0])

    def test_what_is_wrong_stands_at_its_field(self, ada, world):
        pipeline()
        sent = {"name": "", "probability": "101", "expected_close_on": soon(-1).isoformat(), "value": "much"}
        answer = post(ada, "opportunities:add", **sent)
        assert answer.status_code == 422
        assert answer.content.decode().count('aria-invalid="true"') == 2
        assert not Opportunity.objects.exists()

    def test_it_is_changed_as_a_whole(self, ada, world):
        one = card(world)
        assert page(ada, "opportunities:edit", one.pk)
        sent = {"name": "Hall two", "stage": stages()[1].pk, "pipeline": one.pipeline_id, "account": world.lindner.pk}
        sent |= {"value": "12000", "currency": "EUR", "forecast_category": "best_case", "owner": world.ada.pk}
        assert post(ada, "opportunities:edit", one.pk, **sent).status_code == 303
        one.refresh_from_db()
        assert (one.name, one.stage, one.value) == ("Hall two", stages()[1], 12_000)


class TestParts:
    def test_a_line_is_added_changed_and_taken_out(self, ada, world):
        one = card(world, value=0)
        post(
            ada,
            "opportunities:part_add",
            one.pk,
            "lines",
            product=product().pk,
            quantity="10",
            price="2.50",
            discount="0",
        )
        line = one.lines.get()
        one.refresh_from_db()
        assert one.value == 25
        text = page(ada, "opportunities:detail", one.pk)
        assert "Dowel 8 mm" in text
        sent = {
            "product": product().pk,
            "quantity": "20",
            "price": "2.50",
            "discount": "5",
            "delivered_in": "2027-03-17",
        }
        post(ada, "opportunities:part_change", one.pk, "lines", line.pk, **sent)
        assert "Mar 2027" in page(ada, "opportunities:detail", one.pk)
        post(ada, "opportunities:part_discard", one.pk, "lines", line.pk)
        one.refresh_from_db()
        assert one.value == 0

    def test_a_buying_contact_and_a_competitor(self, ada, world):
        one = card(world)
        post(ada, "opportunities:part_add", one.pk, "contacts", contact=world.maria.pk, role="champion")
        post(ada, "opportunities:part_add", one.pk, "competitors", name="Fischer", price="9500", is_incumbent="on")
        text = page(ada, "opportunities:detail", one.pk)
        assert "Maria Lindner" in text
        assert "Fischer" in text

    def test_what_is_wrong_is_said(self, ada, world):
        one = card(world)
        answer = post(ada, "opportunities:part_add", one.pk, "competitors", name="")
        assert answer.status_code == 422
        assert ada.get(reverse("opportunities:part_add", args=[one.pk, "ghosts"])).status_code == 404

    def test_a_part_of_another_opportunity_is_not_found(self, ada, world):
        one, other = card(world), card(world)
        post(ada, "opportunities:part_add", other.pk, "competitors", name="Fischer")
        rival = other.competitors.get()
        assert ada.get(reverse("opportunities:part_change", args=[one.pk, "competitors", rival.pk])).status_code == 404


class TestClosing:
    def test_it_is_lost_with_a_reason_and_opened_again(self, ada, world):
        one = card(world)
        assert page(ada, "opportunities:lose", one.pk)
        assert post(ada, "opportunities:lose", one.pk).status_code == 422
        why = CloseReason.objects.filter(outcome="lost", parent__isnull=False).first()
        sent = {"close_reason": why.pk, "price_gap": "12.5", "criterion": "price", "close_note": "Too dear."}
        assert post(ada, "opportunities:lose", one.pk, **sent).status_code == 303
        one.refresh_from_db()
        assert (one.outcome, one.close_reason, float(one.price_gap)) == ("lost", why, 12.5)
        assert "Too dear." in page(ada, "opportunities:detail", one.pk)
        post(ada, "opportunities:reopen", one.pk)
        one.refresh_from_db()
        assert one.is_open

    def test_winning_says_what_is_still_missing(self, ada, world):
        one = card(world)
        one.move(stages()[3], by=world.ada, expected_close_on=soon(), decision_on=soon())
        text = page(ada, "opportunities:win", one.pk)
        assert "the economic buyer" in text
        assert post(ada, "opportunities:win", one.pk).status_code == 422
        ready(one, world)
        assert post(ada, "opportunities:win", one.pk).status_code == 303

    def test_to_take_it_back_is_offered(self, ada, world):
        one = card(world)
        why = CloseReason.objects.filter(outcome="lost").first()
        post(ada, "opportunities:lose", one.pk, close_reason=why.pk)
        event = Event.objects.about(one).latest("pk")
        ada.post(reverse("history:undo", args=[event.pk]))
        one.refresh_from_db()
        assert one.is_open

    def test_from_the_bin_it_comes_back(self, ada, world):
        one = card(world)
        post(ada, "opportunities:discard", one.pk)
        assert "Restore" in page(ada, "opportunities:detail", one.pk)
        ada.post(reverse("bin:restore", args=["opportunity", one.pk]))
        one.refresh_from_db()
        assert one.deleted_at is None


class TestArranging:
    @pytest.fixture
    def admin(self, client, world):
        client.force_login(world.admin)
        return client

    def test_everybody_reads_it_and_few_change_it(self, ada, world):
        pipeline()
        assert "Needs analysis" in page(ada, "pipelines:list")
        assert ada.get(reverse("pipelines:add")).status_code == 403

    def test_a_new_pipeline_begins_with_stages(self, admin, world):
        pipeline()
        post(admin, "pipelines:add", name_en="Service", kind="existing", position="9", is_active="on")
        made = Pipeline.objects.get(name_en="Service")
        assert [one.kind for one in made.stages.living()] == ["open", "won", "lost"]

    def test_a_stage_is_added_and_changed(self, admin, world):
        one = pipeline()
        sent = {"name_de": "Muster", "probability": "30", "needs_to_leave": ["value", "champion"], "position": "3"}
        assert post(admin, "pipelines:stage_add", one.pk, **sent).status_code == 303
        made = Stage.objects.get(name_de="Muster")
        assert made.needs_to_leave == ["value", "champion"]
        answer = post(admin, "pipelines:stage", one.pk, made.pk, **(sent | {"probability": "130"}))
        assert answer.status_code == 422

    def test_a_stage_with_cards_asks_where_they_go(self, admin, world):
        card(world)
        first, second, *_rest = stages()
        assert "1 opportunity" in page(admin, "pipelines:stage_discard", first.pipeline_id, first.pk)
        assert post(admin, "pipelines:stage_discard", first.pipeline_id, first.pk).status_code == 422
        assert post(admin, "pipelines:stage_discard", first.pipeline_id, first.pk, to=second.pk).status_code == 303
        assert Opportunity.objects.get().stage == second

    def test_a_reason_is_added_and_thrown_away(self, admin, world):
        pipeline()
        post(admin, "pipelines:reason_add", name_en="Weather", outcome="lost", position="1")
        made = CloseReason.objects.get(name_en="Weather")
        post(admin, "pipelines:reason_discard", made.pk)
        made.refresh_from_db()
        assert made.deleted_at is not None


class TestElsewhere:
    def test_the_customers_page_shows_what_is_open_and_what_became_of_the_rest(self, ada, world):
        card(world, name="Hall in Wels", value=4_000)
        card(world, name="Old shop", stage=stages()[4])
        text = page(ada, "accounts:detail", world.lindner.pk, tab="opportunities")
        assert "Hall in Wels" in text
        assert "Old shop" in text
        assert reverse("opportunities:add") + f"?account={world.lindner.pk}" in text

    def test_my_day_shows_what_stands_still(self, ada, world):
        planned = card(world, name="Planned hall")
        step = Activity.add(by=world.ada, kind="call", subject="Ask", owner=world.ada, is_open=True, due_on=soon())
        planned.attach([step], by=world.ada)
        card(world, name="Forgotten hall")
        card(world, by=world.cem, account=world.brauneis, name="Foreign hall")
        text = page(ada, "day:home")
        assert "Forgotten hall" in text
        assert "Planned hall" not in text
        assert "Foreign hall" not in text

    def test_the_search_box_finds_it(self, ada, world):
        card(world, name="Warehouse fastening")
        assert "Warehouse fastening" in page(ada, "search", q="warehouse")
