"""Accounts on the screen: make, look at, change, bin; and who may."""

import datetime as dt
import html
import re
from decimal import Decimal

import pytest

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.customers import hierarchy
from kundenkreis.customers.grouping import Group
from kundenkreis.customers.models import Account, AccountTeamMember
from kundenkreis.history.models import Event
from kundenkreis.orders.models import CreditStanding, OpenItem, Order
from kundenkreis.web.account360 import Overview

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ada(world, signed_in):
    return signed_in(world.ada)


def order(account, on, total, number, kind="order"):
    return Order.objects.create(
        number=number, account=account, ordered_on=on, kind=kind, total=total, total_house=total, line_count=3
    )


def test_a_new_account_is_added_with_its_maker_as_owner(ada, world):
    answer = ada.post(
        "/accounts/new/",
        {
            "name": "Zirbenland  Manufaktur",
            "kind": "company",
            "relation": "customer",
            "country": "AT",
            "place": "Judenburg",
        },
    )
    account = Account.objects.get(name="Zirbenland Manufaktur")
    assert answer.status_code == 303
    assert answer.url == f"/accounts/{account.pk}/"
    assert (account.owner, account.team, account.place) == (world.ada, world.north, "Judenburg")
    assert Event.objects.about(account).get().verb == "account.added"


def test_an_account_that_looks_like_another_is_asked_about_before_it_is_saved(ada, world):
    given = {"name": "Lindner & Soehne", "kind": "company", "relation": "customer"}
    answer = ada.post("/accounts/new/", given)
    assert answer.status_code == 422
    assert "Lindner &amp; Söhne GmbH" in answer.content.decode()
    assert Account.objects.filter(name="Lindner & Soehne").count() == 0
    ada.post("/accounts/new/", given | {"anyway": "1"})
    assert Account.objects.filter(name="Lindner & Soehne").count() == 1


def test_a_twin_outside_one_s_reach_is_not_given_away(world, signed_in):
    answer = signed_in(world.cem).post(
        "/accounts/new/", {"name": "Lindner & Söhne", "kind": "company", "relation": "customer"}
    )
    assert answer.status_code == 303


def test_a_wrong_vat_number_is_said_at_its_field_and_nothing_is_lost(ada):
    answer = ada.post(
        "/accounts/new/", {"name": "Papeterie Wolf", "kind": "company", "relation": "customer", "vat_id": "ATU12345678"}
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_vat_id-error"' in text
    assert 'value="Papeterie Wolf"' in text
    assert 'value="ATU12345678"' in text


@pytest.mark.parametrize("path", ["", "edit/", "?tab=people", "?peek=1", "timeline/", "seats/add/"])
def test_an_account_of_another_team_is_not_found_by_its_number(world, signed_in, path):
    assert signed_in(world.cem).get(f"/accounts/{world.lindner.pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["edit/", "edit/?field=place", "seats/add/", "relations/add/"])
def test_who_may_only_read_is_refused_and_sees_no_button(world, signed_in, path):
    rita = signed_in(world.rita)
    page = rita.get(f"/accounts/{world.lindner.pk}/").content.decode()
    assert "Lindner" in page
    assert "/edit/" not in page
    assert "/discard/" not in page
    assert "Save</span>" not in page
    assert rita.get(f"/accounts/{world.lindner.pk}/{path}").status_code == 403
    assert rita.post(f"/accounts/{world.lindner.pk}/discard/").status_code == 403
    assert rita.get("/accounts/new/").status_code == 403


def test_one_field_is_changed_in_its_place(ada, world):
    address = f"/accounts/{world.lindner.pk}/edit/?field=place"
    form = ada.get(address, headers=HTMX).content.decode()
    assert 'value="Wels"' in form
    answer = ada.post(address, {"place": "Linz", "version": world.lindner.version}, headers=HTMX)
    assert answer.status_code == 200
    assert "Linz" in answer.content.decode()
    event = Event.objects.about(world.lindner).order_by("-pk").first()
    assert event.changes["place"] == ["Wels", "Linz"]
    assert f"/history/{event.pk}/undo/" in answer.content.decode()


def test_a_field_is_changed_without_javascript_too(ada, world):
    address = f"/accounts/{world.lindner.pk}/edit/?field=place"
    assert "<form" in ada.get(address).content.decode()
    assert ada.post(address, {"place": "Linz"}).url == f"/accounts/{world.lindner.pk}/"
    world.lindner.refresh_from_db()
    assert world.lindner.place == "Linz"


def test_two_people_editing_one_field_see_each_other_s_value(ada, world):
    version = world.lindner.version
    Account.objects.get(pk=world.lindner.pk).change(by=world.ben, place="Graz")
    answer = ada.post(
        f"/accounts/{world.lindner.pk}/edit/?field=place", {"place": "Linz", "version": version}, headers=HTMX
    )
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Ben Kern" in text
    assert 'value="Linz"' in text
    assert 'value="Graz"' in text
    world.lindner.refresh_from_db()
    assert world.lindner.place == "Graz"


def test_the_choice_after_a_conflict_is_saved(ada, world):
    Account.objects.get(pk=world.lindner.pk).change(by=world.ben, place="Graz")
    present = Account.objects.get(pk=world.lindner.pk).version
    ada.post(f"/accounts/{world.lindner.pk}/edit/?field=place", {"place": "Linz", "version": present})
    world.lindner.refresh_from_db()
    assert world.lindner.place == "Linz"


def test_another_s_change_of_another_field_is_no_conflict(ada, world):
    version = world.lindner.version
    Account.objects.get(pk=world.lindner.pk).change(by=world.ben, industry="Gifts")
    ada.post(f"/accounts/{world.lindner.pk}/edit/?field=place", {"place": "Linz", "version": version}, headers=HTMX)
    world.lindner.refresh_from_db()
    assert (world.lindner.place, world.lindner.industry) == ("Linz", "Gifts")


def test_the_whole_form_shows_a_conflict_with_what_else_was_typed(ada, world):
    form = {
        "name": world.lindner.name, "kind": "company", "relation": "customer", "place": "Linz", "country": "AT", "language": "de",
        "currency": "EUR", "postcode": "4020", "version": world.lindner.version,
    }  # fmt: skip
    Account.objects.get(pk=world.lindner.pk).change(by=world.ben, place="Graz")
    answer = ada.post(f"/accounts/{world.lindner.pk}/edit/", form)
    assert answer.status_code == 409
    assert 'name="postcode" value="4020"' in answer.content.decode()


def whole_form(client, account):
    """The fields of the whole form as a browser would send them back."""
    text = client.get(f"/accounts/{account.pk}/edit/").content.decode()
    text = text[text.index('<form class="form') :]
    given = {
        m.group(1): html.unescape(m.group(2))
        for m in re.finditer(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', text)
        if "csrf" not in m.group(0)
    }
    for name, options in re.findall(r'<select[^>]*?name="([^"]+)"[^>]*>(.*?)</select>', text, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        given[name] = chosen.group(1) if chosen else ""
    return {name: value for name, value in given.items() if name not in ("tags", "csrfmiddlewaretoken")}


def test_the_whole_form_sends_back_only_what_was_changed(ada, world):
    form = whole_form(ada, world.lindner)
    Account.objects.get(pk=world.lindner.pk).change(by=world.ben, industry="Gifts")
    answer = ada.post(f"/accounts/{world.lindner.pk}/edit/", form | {"place": "Linz"})
    assert answer.status_code == 303
    world.lindner.refresh_from_db()
    assert (world.lindner.place, world.lindner.industry) == ("Linz", "Gifts")
    assert set(Event.objects.about(world.lindner).order_by("-pk").first().changes) == {"place"}


def test_after_a_conflict_the_other_s_further_changes_stand(ada, world):
    form = whole_form(ada, world.lindner)
    Account.objects.get(pk=world.lindner.pk).change(by=world.ben, place="Graz", industry="Gifts")
    text = ada.post(f"/accounts/{world.lindner.pk}/edit/", form | {"place": "Linz"}).content.decode()
    text = text[text.index('<form class="conflict"') :]
    again = {
        m.group(1): html.unescape(m.group(2))
        for m in re.finditer(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text)
    }
    ada.post(f"/accounts/{world.lindner.pk}/edit/", again | {"place": "Linz"})
    world.lindner.refresh_from_db()
    assert (world.lindner.place, world.lindner.industry) == ("Linz", "Gifts")


def test_a_key_account_manager_does_not_give_her_account_away(ada, world):
    assert ada.get(f"/accounts/{world.lindner.pk}/edit/?field=owner", headers=HTMX).status_code == 404
    ada.post(f"/accounts/{world.lindner.pk}/edit/?field=owner", {"owner": world.cem.pk})
    world.lindner.refresh_from_db()
    assert world.lindner.owner == world.ada


def test_the_head_of_sales_assigns(world, signed_in):
    signed_in(world.ben).post(f"/accounts/{world.lindner.pk}/edit/?field=owner", {"owner": world.cem.pk})
    world.lindner.refresh_from_db()
    assert (world.lindner.owner, world.lindner.team) == (world.cem, world.south)


def test_an_account_goes_to_the_bin_and_comes_back(ada, world):
    answer = ada.post(f"/accounts/{world.lindner.pk}/discard/", follow=True)
    text = answer.content.decode()
    assert f'href="/accounts/{world.lindner.pk}/"' not in text
    event = Event.objects.about(world.lindner).order_by("-pk").first()
    assert f"/history/{event.pk}/undo/" in text
    page = ada.get(f"/accounts/{world.lindner.pk}/").content.decode()
    assert f"/accounts/{world.lindner.pk}/restore/" in page
    assert "/edit/" not in page
    ada.post(f"/accounts/{world.lindner.pk}/restore/")
    world.lindner.refresh_from_db()
    assert world.lindner.deleted_at is None


def test_the_strip_says_this_year_against_the_same_days_last_year(ada, world):
    today = clock.today()
    order(world.brauneis, dt.date(today.year - 2, 12, 1), 1, "S1")
    order(world.lindner, today, Decimal("3000.00"), "N1")
    order(world.lindner, today.replace(year=today.year - 1, day=min(today.day, 28)), Decimal("2000.00"), "O1")
    text = ada.get(f"/accounts/{world.lindner.pk}/").content.decode()
    assert "€3,000" in text
    assert "+50.0%" in text
    assert "Yes, 50.0% more until" in text


def test_a_year_that_is_not_recorded_from_its_start_is_not_compared_with(ada, world):
    today = clock.today()
    since = dt.date(today.year - 1, 2, 1)
    order(world.lindner, since, Decimal("100.00"), "O1")
    order(world.lindner, today, Decimal("3000.00"), "N1")
    text = ada.get(f"/accounts/{world.lindner.pk}/").content.decode()
    assert "recorded since" in text
    assert "on last year" not in text
    assert "Yes," not in text
    months = Overview(Group(world.lindner, [], "", [world.lindner.pk]), world.ada).months
    assert [bar.before for bar in months[:3]] == [None, Decimal(100), Decimal(0)]


def test_a_german_headline_ends_with_one_full_stop(world, signed_in):
    world.ada.change(by=None, language="de")
    order(world.lindner, clock.today(), Decimal("3000.00"), "N1")
    order(world.lindner, clock.today().replace(year=clock.today().year - 1, day=1), Decimal("2000.00"), "O1")
    headline = re.search(
        r'id="revenue-chart-question">([^<]+)<',
        signed_in(world.ada).get(f"/accounts/{world.lindner.pk}/").content.decode(),
    ).group(1)
    assert headline.endswith(".")
    assert ".." not in headline


def test_returns_are_shown_as_a_share_of_what_was_sold(ada, world):
    order(world.lindner, clock.today(), Decimal("1000.00"), "N1")
    order(world.lindner, clock.today(), Decimal("-100.00"), "C1", kind="credit_note")
    assert "10.0%" in ada.get(f"/accounts/{world.lindner.pk}/").content.decode()


def test_no_next_step_is_said_and_a_next_step_is_shown(ada, world):
    assert "no next step" in ada.get(f"/accounts/{world.lindner.pk}/").content.decode()
    Activity.add(
        by=world.ada,
        kind="task",
        subject="Send the catalogue",
        account=world.lindner,
        owner=world.ada,
        is_open=True,
        due_on=clock.today(),
    )
    text = ada.get(f"/accounts/{world.lindner.pk}/").content.decode()
    assert "no next step" not in text
    assert "Send the catalogue" in text


def test_a_credit_block_and_overdue_items_are_visible(ada, world):
    CreditStanding.add(
        by=None, account=world.lindner, limit=Decimal(5000), is_blocked=True, reason="Overdue", as_of=clock.today()
    )
    OpenItem.add(
        by=None,
        account=world.lindner,
        number="R-1",
        booked_on=clock.today(),
        due_on=clock.today() - dt.timedelta(days=9),
        amount=1200,
        open_amount=1200,
    )
    text = ada.get(f"/accounts/{world.lindner.pk}/").content.decode()
    assert "blocked" in text
    assert "€1,200" in text


def test_the_group_adds_up_what_its_viewer_may_see_and_names_its_hierarchy(ada, world):
    linz = Account.add(by=world.ada, name="Lindner Linz", owner=world.ada)
    hierarchy.place(linz, world.lindner, "sales", by=world.ada)
    hierarchy.place(world.brauneis, world.lindner, "sales", by=world.ben)
    order(world.lindner, clock.today(), Decimal("1000.00"), "A")
    order(linz, clock.today(), Decimal("500.00"), "B")
    order(world.brauneis, clock.today(), Decimal("7000.00"), "C")
    alone = ada.get(f"/accounts/{world.lindner.pk}/").content.decode()
    group = ada.get(f"/accounts/{world.lindner.pk}/?group=sales").content.decode()
    assert "€1,000" in alone
    assert "€1,500" in group
    assert "€8,500" not in group
    assert "Sales hierarchy" in group
    assert "One further account is outside your reach" in group
    assert "Brauneis" not in ada.get(f"/accounts/{world.lindner.pk}/?tab=structure").content.decode()


@pytest.mark.parametrize("tab", ["overview", "people", "orders", "structure", "details", "files", "history"])
def test_every_tab_opens(ada, world, tab):
    assert "Lindner" in ada.get(f"/accounts/{world.lindner.pk}/?tab={tab}").content.decode()


def test_an_unknown_tab_is_not_found(ada, world):
    assert ada.get(f"/accounts/{world.lindner.pk}/?tab=../secret").status_code == 404


def test_why_one_sees_an_account_is_said(world, signed_in):
    assert "you own it" in signed_in(world.ada).get(f"/accounts/{world.lindner.pk}/").content.decode()
    AccountTeamMember.add(by=world.ben, account=world.lindner, person=world.cem, role="inside")
    assert "in its account team" in signed_in(world.cem).get(f"/accounts/{world.lindner.pk}/").content.decode()


def test_the_peek_is_a_fragment_without_the_shell(ada, world):
    text = ada.get(f"/accounts/{world.lindner.pk}/?peek=1", headers=HTMX).content.decode()
    assert "peek-body" in text
    assert "<html" not in text


def test_markup_in_a_name_is_shown_as_text(ada, world):
    evil = Account.add(by=world.ada, name="<script>alert(1)</script>", owner=world.ada)
    for path in ("/accounts/", f"/accounts/{evil.pk}/", f"/accounts/{evil.pk}/?tab=details", "/accounts/options/?q="):
        assert "<script>alert" not in ada.get(path).content.decode()


def test_a_german_page_takes_german_days_and_speaks_german(world, signed_in):
    world.ada.change(by=None, language="de")
    ada = signed_in(world.ada)
    ada.post(f"/accounts/{world.lindner.pk}/edit/?field=customer_since", {"customer_since": "31.12.2010"})
    ada.post(f"/accounts/{world.lindner.pk}/edit/?field=employees", {"employees": "1.234"})
    world.lindner.refresh_from_db()
    assert (world.lindner.customer_since, world.lindner.employees) == (dt.date(2010, 12, 31), 1234)
