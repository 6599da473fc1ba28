"""The pages of leads: adding with twins shown, the detail with score and verdict, converting, the public form, and what is held back."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.leads.models import Lead, LeadForm, RoutingRule, ScoreRule, Submission
from tests.leads.making import WHO, form_of, lead_of, points, sent, wording_of

pytestmark = pytest.mark.django_db


def text_of(answer) -> str:
    return answer.content.decode().replace("\xa0", " ")


def given(**values) -> dict[str, str]:
    return {name: str(value) for name, value in {**WHO, "language": "de", **values}.items()}


def test_a_lead_is_added_in_one_s_own_name(world, signed_in):
    ada = signed_in(world.ada)
    answer = ada.post("/leads/new/", given(mine="on"))
    assert answer.status_code == 303
    lead = Lead.objects.get()
    assert (lead.owner, lead.origin, lead.employees) == (world.ada, "hand", 40)
    page = text_of(ada.get(f"/leads/{lead.pk}/"))
    assert "Traunsee Catering GmbH" in page
    assert "Please send us prices." in page
    assert "Traunsee Catering GmbH" in text_of(ada.get("/leads/"))


def test_whom_a_lead_may_be_is_shown_before_she_is_saved(world, signed_in):
    ada = signed_in(world.ada)
    body = given(company="Lindner und Soehne", given_name="Maria", family_name="Lindner", email="maria@lindner.test")
    answer = ada.post("/leads/new/", body)
    assert answer.status_code == 422
    assert "Lindner &amp; Söhne GmbH" in text_of(answer)
    assert "Maria Lindner" in text_of(answer)
    assert not Lead.objects.exists()
    assert ada.post("/leads/new/", body | {"anyway": "1"}).status_code == 303


def test_another_open_lead_of_the_same_company_is_shown_too(world, signed_in):
    first = lead_of(world.ada)
    answer = signed_in(world.ada).post("/leads/new/", given(email="other@x.test", family_name="Other"))
    assert answer.status_code == 422
    assert first.number in text_of(answer)


def test_a_wrong_value_is_said_at_its_field(world, signed_in):
    answer = signed_in(world.ada).post("/leads/new/", given(email="nobody", employees="many"))
    assert answer.status_code == 422
    assert text_of(answer).count('class="field-error"') >= 2


def test_a_card_fills_the_form_and_saves_nothing(world, signed_in):
    ada = signed_in(world.ada)
    page = text_of(ada.post("/leads/card/", {"text": "Jane Fox\nFoxglove Limited\njane@foxglove.test"}))
    assert 'value="Foxglove Limited"' in page
    assert 'value="jane@foxglove.test"' in page
    assert not Lead.objects.exists()
    ada.post("/leads/new/", given(card="True", mine="on"))
    assert Lead.objects.get().origin == "card"


def test_the_page_tells_the_score_in_words_and_whether_she_may_be_called(world, signed_in):
    points(world.admin, "asked for a price", 10, "message:has:price")
    lead = lead_of(world.ada)
    page = text_of(signed_in(world.ada).get(f"/leads/{lead.pk}/"))
    assert "asked for a price" in page
    assert "+10" in page
    assert "Calls need consent" in page
    assert 'href="tel:' not in page
    assert 'href="mailto:' not in page
    lead.change(by=world.ada, is_inquiry=True)
    page = text_of(signed_in(world.ada).get(f"/leads/{lead.pk}/"))
    assert 'href="tel:+4376121234"' in page


def test_a_field_is_changed_in_its_place_and_undone(world, signed_in):
    lead, ada = lead_of(world.ada), signed_in(world.ada)
    assert ada.post(f"/leads/{lead.pk}/edit/?field=place", {"place": "Linz"}).status_code == 303
    lead.refresh_from_db()
    assert lead.place == "Linz"
    event = Event.objects.about(lead).latest("pk")
    assert ada.post(f"/history/{event.pk}/undo/").status_code in (200, 302, 303)
    lead.refresh_from_db()
    assert lead.place == "Gmunden"
    assert ada.get(f"/leads/{lead.pk}/edit/?field=status").status_code == 404


def test_what_was_spoken_is_written_down_and_a_cold_call_is_not_planned(world, signed_in):
    lead, ada = lead_of(world.ada), signed_in(world.ada)
    refused = ada.post(f"/leads/{lead.pk}/touch/", {"kind": "call", "text": "Call her", "due_on": "2099-01-01"})
    assert refused.status_code == 422
    assert "Calls need consent" in text_of(refused)
    assert "Call her" in text_of(refused)
    assert (
        ada.post(f"/leads/{lead.pk}/touch/", {"kind": "call", "text": "Spoke\nwith her", "outcome": "good"}).status_code
        == 303
    )
    lead.refresh_from_db()
    assert lead.first_touched_at is not None
    assert "Spoke" in text_of(ada.get(f"/leads/{lead.pk}/"))


def test_what_was_planned_is_ticked_off_on_the_lead_s_page(world, signed_in):
    lead, ada = lead_of(world.ada, is_inquiry=True), signed_in(world.ada)
    ada.post(f"/leads/{lead.pk}/touch/", {"kind": "call", "text": "Call back", "due_on": "2099-01-01"})
    planned = lead.activities.get()
    assert ada.post(f"/leads/{lead.pk}/finish/{planned.pk}/", {"outcome": "nonsense"}).status_code == 303
    assert lead.activities.get().is_open
    assert ada.post(f"/leads/{lead.pk}/finish/{planned.pk}/", {"outcome": "good"}).status_code == 303
    lead.refresh_from_db()
    assert (lead.activities.get().is_open, lead.first_touched_at is not None) == (False, True)


def test_others_see_404_and_readers_may_not_change(world, signed_in):
    lead = lead_of(world.ada, country="", postcode="")
    for address in (f"/leads/{lead.pk}/", f"/leads/{lead.pk}/edit/", f"/leads/{lead.pk}/convert/"):
        assert signed_in(world.cem).get(address).status_code == 404, address
    rita = signed_in(world.rita)
    assert rita.get(f"/leads/{lead.pk}/").status_code == 200
    assert rita.post(f"/leads/{lead.pk}/take-over/").status_code == 403
    assert rita.post(f"/leads/{lead.pk}/discard/").status_code == 403
    assert rita.get("/leads/settings/").status_code == 403


def test_converting_shows_where_everything_goes_and_does_it_with_one_undo(world, signed_in):
    lead, ada = lead_of(world.ada), signed_in(world.ada)
    assert "Into what?" in text_of(ada.get(f"/leads/{lead.pk}/convert/"))
    look = ada.get(f"/leads/{lead.pk}/convert/?step=look&account=&contact=")
    assert "Seestraße 3" in text_of(look)
    assert Account.objects.count() == 2
    stale = ada.post(f"/leads/{lead.pk}/convert/", {"version": "99", "account": "", "contact": ""})
    assert (stale.status_code, Account.objects.count()) == (409, 2)
    done = ada.post(f"/leads/{lead.pk}/convert/", {"version": str(lead.version), "account": "", "contact": ""})
    assert done.status_code == 303
    lead.refresh_from_db()
    timeline = text_of(ada.get(f"/accounts/{lead.account_id}/timeline/"))
    assert "L-00001" in timeline
    event = Event.objects.about(lead).get(verb="lead.converted")
    ada.post(f"/history/{event.pk}/undo/")
    lead.refresh_from_db()
    assert (lead.status, Account.objects.living().count()) == ("new", 2)


def test_an_account_that_she_does_not_see_is_none_to_convert_into(world, signed_in):
    lead = lead_of(world.ada)
    ada = signed_in(world.ada)
    body = {"version": str(lead.version), "account": str(world.brauneis.pk), "contact": ""}
    assert ada.post(f"/leads/{lead.pk}/convert/", body).status_code == 422
    lead.refresh_from_db()
    assert lead.status == "new"


def test_a_lead_is_disqualified_with_a_reason_and_opened_again(world, signed_in):
    lead, ada = lead_of(world.ada), signed_in(world.ada)
    assert ada.post(f"/leads/{lead.pk}/disqualify/", {"reason": ""}).status_code == 422
    assert ada.post(f"/leads/{lead.pk}/disqualify/", {"reason": "no_budget", "reason_note": "2027"}).status_code == 303
    assert "no budget, 2027" in text_of(ada.get(f"/leads/{lead.pk}/"))
    assert ada.post(f"/leads/{lead.pk}/reopen/").status_code == 303
    lead.refresh_from_db()
    assert lead.status == "working"


def test_the_board_moves_what_asks_nothing_more(world, signed_in):
    lead, ada = lead_of(world.ada), signed_in(world.ada)
    assert "Traunsee" in text_of(ada.get("/leads/?layout=board-status"))
    ada.post("/leads/move/status/", {"pk": lead.pk, "to": "working", "version": lead.version})
    ada.post("/leads/move/status/", {"pk": lead.pk, "to": "converted", "version": lead.version + 1})
    lead.refresh_from_db()
    assert lead.status != "converted"


def test_a_page_of_leads_costs_the_same_for_two_and_for_twenty(world, signed_in):
    ada, counts = signed_in(world.ada), []
    for number in range(20):
        lead_of(world.ada, company=f"Firm {number}")
        if number in (1, 19):
            ada.get("/leads/")
            with CaptureQueriesContext(
                connection,
            ) as asked:
                ada.get("/leads/")
            counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_lead_is_erased_by_whoever_keeps_data_protection(world, signed_in):
    lead = lead_of(world.ada)
    assert signed_in(world.ada).post(f"/leads/{lead.pk}/erase/").status_code == 403
    admin = signed_in(world.admin)
    assert "cannot be undone" in text_of(admin.get(f"/leads/{lead.pk}/erase/"))
    assert admin.post(f"/leads/{lead.pk}/erase/").status_code == 303
    assert not Lead._base_manager.exists()


def test_my_day_shows_new_leads_with_their_deadline(world, signed_in):
    lead = lead_of(world.ada)
    ada = signed_in(world.ada)
    assert "Traunsee Catering GmbH" in text_of(ada.get("/"))
    lead.touch(by=world.ada, kind="call", subject="Spoke", outcome="good")
    assert 'id="leads"' not in text_of(ada.get("/"))


def test_the_search_box_finds_leads(world, signed_in):
    lead = lead_of(world.ada)
    assert f"/leads/{lead.pk}/" in text_of(
        signed_in(world.ada).get("/search/?q=traunsee", headers={"HX-Request": "true"})
    )
    other = lead_of(world.cem, company="Hidden Ltd", country="", postcode="")
    assert f"/leads/{other.pk}/" not in text_of(
        signed_in(world.ada).get("/search/?q=hidden", headers={"HX-Request": "true"})
    )


class TestPublicForm:
    def stamp(self, page: str) -> str:
        return re.search(r'name="stamp" value="([^"]+)"', page)[1]

    def shown(self, form: LeadForm, query="") -> tuple[Client, str, str]:
        client = Client(enforce_csrf_checks=True)
        answer = client.get(f"/f/{form.token}/{query}", HTTP_REFERER="https://search.test/q")
        return client, text_of(answer), self.stamp(text_of(answer))

    def test_anybody_fills_it_in_without_cookies_or_tokens(self, world):
        form = form_of(world.admin, least_seconds=0)
        client, page, stamp = self.shown(form, "?lang=en&utm_campaign=Spring&utm_medium=mail")
        assert "Inquiry" in page
        assert client.cookies == {}
        body = {
            "company": "Foo",
            "family_name": "Bar",
            "email": "bar@foo.test",
            "message": "Hi",
            "stamp": stamp,
            "lang": "en",
        }
        answer = client.post(
            f"/f/{form.token}/", body | {"campaign": "Spring", "medium": "mail", "referrer": "https://search.test/q"}
        )
        assert answer.status_code == 200
        assert "Thank you" in text_of(answer)
        lead = Lead.objects.get()
        assert (lead.campaign, lead.medium, lead.referrer, lead.language) == (
            "Spring",
            "mail",
            "https://search.test/q",
            "en",
        )
        assert 'value="Spring"' in page
        assert 'value="https://search.test/q"' in page

    def test_it_speaks_the_form_s_language(self, world):
        form = form_of(world.admin)
        assert "Anfrage" in text_of(Client().get(f"/f/{form.token}/"))
        assert "Inquiry" in text_of(Client().get(f"/f/{form.token}/?lang=en"))

    def test_what_is_missing_is_said_at_the_field_and_kept(self, world):
        form = form_of(world.admin, least_seconds=0)
        client, _page, stamp = self.shown(form)
        answer = client.post(f"/f/{form.token}/", {"company": "Foo & Co", "email": "nothing", "stamp": stamp})
        assert answer.status_code == 422
        assert "Foo &amp; Co" in text_of(answer)
        assert text_of(answer).count("field-error") >= 2
        assert not Submission.objects.exists()

    def test_a_post_from_another_site_is_shown_again_to_be_sent(self, world):
        form = form_of(world.admin)
        answer = Client(enforce_csrf_checks=True).post(
            f"/f/{form.token}/", {"company": "Foo", "family_name": "Bar", "email": "b@f.test"}
        )
        assert answer.status_code == 200
        assert 'value="Foo"' in text_of(answer)
        assert self.stamp(text_of(answer))
        assert not Lead.objects.exists()

    def test_a_robot_in_the_trap_is_thanked_and_waits(self, world):
        form = form_of(world.admin)
        client, _page, stamp = self.shown(form)
        answer = client.post(f"/f/{form.token}/", {"company": "Spam", "confirm_fax": "1", "stamp": stamp})
        assert answer.status_code == 200
        assert (Lead.objects.count(), Submission.objects.held().count()) == (0, 1)

    def test_only_the_named_sites_may_show_it(self, world):
        closed, opened = form_of(world.admin), form_of(world.admin, name="B", origins=["https://www.example.com"])
        answer = Client().get(f"/f/{closed.token}/")
        assert answer["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        answer = Client().get(f"/f/{opened.token}/")
        assert "X-Frame-Options" not in answer.headers
        assert "frame-ancestors https://www.example.com;" in answer["Content-Security-Policy"] + ";"
        assert "script-src 'self'" in answer["Content-Security-Policy"]

    @pytest.mark.parametrize(
        "origin", ["https://a.test; script-src *", "javascript:x", "https://a.test/path", "*", "https://a.test b"]
    )
    def test_an_origin_that_would_open_more_is_refused(self, world, origin):
        from django.core.exceptions import ValidationError

        with pytest.raises(ValidationError):
            form_of(world.admin, origins=[origin])

    def test_large_closed_and_unknown_ones(self, world):
        form = form_of(world.admin, is_active=False)
        assert "closed" in text_of(Client().get(f"/f/{form.token}/?lang=en"))
        assert Client().get("/f/unknown-token/").status_code == 404
        assert Client().post(f"/f/{form.token}/", {"message": "x" * 70_000}).status_code == 413

    def test_after_sending_it_leads_to_the_house_s_own_page(self, world):
        form = form_of(world.admin, least_seconds=0, redirect_url="https://www.example.com/thanks")
        client, _page, stamp = self.shown(form)
        answer = client.post(f"/f/{form.token}/", {"family_name": "Bar", "email": "bar@foo.test", "stamp": stamp})
        assert (answer.status_code, answer["Location"]) == (302, "https://www.example.com/thanks")


class TestSettings:
    def test_a_form_is_made_changed_and_shows_its_lines(self, world, signed_in):
        admin = signed_in(world.admin)
        body = {
            "name": "Site", "is_active": "on", "language": "de", "title_de": "Anfrage", "title_en": "Inquiry", "source": "website",
            "per_address": "10", "per_hour": "200", "least_seconds": "3", "fields_asked": ["family_name", "email"],
            "fields_required": ["email"], "sites": "https://www.example.com/\n",
        }  # fmt: skip
        assert admin.post("/leads/settings/forms/new/", body).status_code == 303
        form = LeadForm.objects.get()
        assert (form.fields, form.required, form.origins) == (
            ["family_name", "email"],
            ["email"],
            ["https://www.example.com"],
        )
        page = text_of(admin.get(f"/leads/settings/forms/{form.pk}/"))
        assert "&lt;iframe" in page
        assert form.token in page
        assert "script" not in page.split("&lt;iframe")[1].split("&lt;/iframe")[0]
        edit = f"/leads/settings/forms/{form.pk}/edit/"
        assert admin.post(edit, body | {"sites": "nonsense"}).status_code == 422
        assert (
            admin.post(edit, body | {"fields_asked": ["email"], "wording": wording_of(world.admin).pk}).status_code
            == 303
        )
        form.refresh_from_db()
        assert form.fields == ["email"]

    def test_rules_are_built_condition_by_condition(self, world, signed_in):
        admin = signed_in(world.admin)
        address = "/leads/settings/score/new/"
        begun = text_of(admin.post(address, {"words_de": "groß", "words_en": "big", "points": "20", "do": "add:c"}))
        assert 'name="c.0.name"' in begun
        body = {"words_de": "groß", "words_en": "big", "points": "20", "position": "1", "is_on": "1", "do": "save"}
        assert admin.post(address, body).status_code == 422
        row = {
            "c.joined": "all",
            "c.0.name": "employees",
            "c.0.was": "employees",
            "c.0.op": "over",
            "c.0.value": "30",
            "c.0.first": "30",
        }
        answer = admin.post(address, body | row)
        assert answer.status_code == 303, text_of(answer)
        rule = ScoreRule.objects.get()
        assert (rule.conditions, rule.points) == (["employees:over:30"], 20)
        assert "big" in text_of(admin.get("/leads/settings/"))
        assert admin.post(f"/leads/settings/score/{rule.pk}/discard/").status_code == 303
        body = {"name": "All", "way": "turn", "team": str(world.north.pk), "position": "1", "is_on": "1", "do": "save"}
        assert admin.post("/leads/settings/routing/new/", body).status_code == 303
        assert RoutingRule.objects.get().team == world.north
        assert admin.post("/leads/settings/routing/new/", body | {"way": "person"}).status_code == 422

    def test_the_hours_are_agreed_and_changed(self, world, signed_in):
        admin = signed_in(world.admin)
        assert (
            admin.post("/leads/settings/hours/", {"hours": "4", "opens": "07:00", "closes": "15:00"}).status_code == 303
        )
        assert "4 working hours" in text_of(admin.get("/leads/settings/"))
        assert (
            admin.post("/leads/settings/hours/", {"hours": "4", "opens": "17:00", "closes": "15:00"}).status_code == 422
        )

    def test_what_is_held_back_is_released_or_discarded(self, world, signed_in):
        admin = signed_in(world.admin)
        form = form_of(world.admin)
        one, other = sent(form, 1, trapped=True), sent(form, 2, trapped=True)
        assert "Firm 1" in text_of(admin.get("/leads/submissions/?f=state:in:held"))
        assert "people do not see" in text_of(admin.get(f"/leads/submissions/{one.pk}/"))
        assert admin.post(f"/leads/submissions/{one.pk}/release/").status_code == 303
        assert Lead.objects.get().company == "Firm 1"
        assert admin.post(f"/leads/submissions/{other.pk}/discard/").status_code == 303
        assert signed_in(world.ada).get(f"/leads/submissions/{one.pk}/").status_code == 404
