"""The cockpit of data quality, its worklists, and what a record's page says of it."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.lists.models import SavedView
from kundenkreis.quality.lookups import Lookup
from kundenkreis.quality.rules import QualityFinding, QualityRule, QualityWaiver
from kundenkreis.quality.standards import measuring

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule(world):
    one = QualityRule.add(by=world.admin, noun_of="account", field="vat_id", kind="filled", note="For every invoice")
    measuring.measure()
    return one


def of(noun="account", pk=0, name="record", **more):
    return reverse(f"quality:{name}", kwargs={"noun": noun, "pk": pk, **more})


def test_the_cockpit_leads_from_a_figure_to_its_worklist(world, rule, signed_in):
    ben = signed_in(world.ben)
    page = ben.get("/quality/").content.decode()
    assert "VAT ID (UID) is filled in" in page
    address = f"/accounts/?f=findings%3Awith%28rule%3Ain%3A{rule.pk}%29"
    assert address in page
    rows = ben.get(address).content.decode()
    assert "Lindner" in rows
    world.lindner.change(by=world.ada, vat_id="ATU13585627")
    measuring.follow()
    assert "Lindner" not in ben.get(address).content.decode().split("<tbody")[1]


def test_an_empty_house_is_told_how_to_begin(world, signed_in):
    page = signed_in(world.admin).get("/quality/").content.decode()
    assert "Begin with the usual rules" in page
    assert "Begin with the usual rules" not in signed_in(world.ada).get("/quality/").content.decode()
    answer = signed_in(world.admin).post("/quality/rules/usual/")
    assert answer.status_code == 303
    assert "Nothing has been measured yet" in signed_in(world.admin).get("/quality/").content.decode()
    signed_in(world.admin).post("/quality/measure/")
    assert "Side by side" in signed_in(world.admin).get("/quality/").content.decode()


def test_figures_are_narrowed_to_an_owner_and_compared_by_team_and_source(world, rule, signed_in):
    ben = signed_in(world.ben)
    page = ben.get(f"/quality/?owner={world.ada.pk}&by=team").content.decode()
    assert "Ada Huber" in page
    assert f"owner%3Ain%3A{world.ada.pk}" in page
    assert "by hand or by the API" in ben.get("/quality/?by=source").content.decode()
    for nonsense in ("owner=9999999999999999999999", "by=x", "noun=x", "owner=-1", "source=0", "team=0"):
        assert ben.get(f"/quality/?{nonsense}").status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_house(world, rule, signed_in, django_assert_max_num_queries):
    for number in range(30):
        Account.add(by=None, name=f"Firma {number}", owner=world.ada)
    measuring.measure()
    client = signed_in(world.ben)
    client.get("/quality/")
    with django_assert_max_num_queries(26):
        assert client.get("/quality/").status_code == 200


def test_a_record_tells_what_it_fails_as_it_stands_now(world, rule, signed_in):
    ada = signed_in(world.ada)
    address = of(pk=world.lindner.pk)
    assert "For every invoice" in ada.get(address).content.decode()
    world.lindner.change(by=world.ada, vat_id="ATU13585627")
    assert "It keeps to all rules" in ada.get(address).content.decode()
    assert 'hx-get="' + address in ada.get(f"/accounts/{world.lindner.pk}/?tab=details").content.decode()


def test_a_record_is_let_off_with_a_reason_and_asked_again(world, rule, signed_in):
    ada, address = signed_in(world.ada), of(pk=world.lindner.pk, name="waive", rule_pk=rule.pk)
    assert ada.post(address, {"reason": " "}).status_code == 422
    assert ada.post(address, {"reason": "Small business"}).status_code == 303
    waiver = QualityWaiver.objects.get()
    assert (waiver.account, waiver.reason) == (world.lindner, "Small business")
    assert not QualityFinding.objects.filter(account=world.lindner).exists()
    assert "Small business" in ada.get(of(pk=world.lindner.pk)).content.decode()
    assert ada.post(address, {"reason": "Again"}).status_code == 303
    assert QualityWaiver.objects.count() == 1
    assert ada.post(reverse("quality:unwaive", args=[waiver.pk])).status_code == 303
    assert QualityFinding.objects.filter(account=world.lindner).exists()
    assert ada.post(reverse("quality:unwaive", args=[waiver.pk])).status_code == 404


def test_who_may_not_change_a_record_neither_confirms_it_nor_lets_it_off(world, rule, signed_in):
    reader = signed_in(world.reader) if hasattr(world, "reader") else None
    stranger = signed_in(world.ada)
    Account.objects.filter(pk=world.brauneis.pk).update(owner=world.ben, team=None, territory=None)
    for name, more in (("record", {}), ("confirm", {}), ("waive", {"rule_pk": rule.pk})):
        address = of(pk=world.brauneis.pk, name=name, **more)
        ask = stranger.get if name == "record" else stranger.post
        assert ask(address, *([{"reason": "x"}] if name == "waive" else [])).status_code == 404
    assert reader is None or reader.post(of(pk=world.lindner.pk, name="confirm")).status_code in (403, 404)
    assert not QualityWaiver.objects.exists()


def test_only_who_answers_for_the_data_changes_the_rules(world, rule, signed_in):
    ada = signed_in(world.ada)
    for address in ("/quality/rules/new/", f"/quality/rules/{rule.pk}/edit/"):
        assert ada.get(address).status_code == 403
    for address in ("/quality/rules/usual/", "/quality/measure/", f"/quality/rules/{rule.pk}/discard/"):
        assert ada.post(address).status_code == 403
    assert ada.get(f"/quality/rules/{rule.pk}/").status_code == 200


def test_confirming_leaves_an_event_that_the_timeline_tells(world, rule, signed_in):
    ada = signed_in(world.ada)
    assert ada.post(of(pk=world.lindner.pk, name="confirm")).status_code == 303
    assert Event.objects.about(world.lindner).latest("pk").verb == "account.verified"
    page = ada.get(f"/accounts/{world.lindner.pk}/?tab=history").content.decode()
    assert "Confirmed as right" in page


def test_a_rule_is_added_changed_and_binned(world, signed_in):
    admin = signed_in(world.admin)
    given = {
        "demand": "account.phone.filled",
        "weight": "3",
        "conditions": "tier:in:A\n\ncountry:in:AT",
        "note": "To call",
    }
    assert admin.post("/quality/rules/new/", given).status_code == 303
    rule = QualityRule.objects.get()
    assert (rule.field, rule.kind, rule.weight, rule.conditions) == (
        "phone",
        "filled",
        3,
        ["tier:in:A", "country:in:AT"],
    )
    assert "Tier is A" in admin.get(f"/quality/rules/{rule.pk}/").content.decode()
    assert admin.post("/quality/rules/new/", given).status_code == 422
    assert admin.post("/quality/rules/new/", given | {"demand": "account.phone.eaten"}).status_code == 422
    assert admin.post("/quality/rules/new/", given | {"conditions": "nonsense"}).status_code == 422
    assert admin.post("/quality/rules/new/", given | {"demand": "account..recent"}).status_code == 422
    page = admin.get(f"/quality/rules/{rule.pk}/edit/").content.decode()
    version = re.search(r'name="version" value="([^"]+)"', page)[1]
    changed = {"weight": "5", "conditions": "", "note": "To call", "version": version}
    assert admin.post(f"/quality/rules/{rule.pk}/edit/", changed).status_code == 303
    rule.refresh_from_db()
    assert (rule.weight, rule.conditions) == (5, [])
    assert admin.post(f"/quality/rules/{rule.pk}/discard/").status_code == 303
    assert not QualityRule.objects.living().exists()


def test_a_rule_takes_the_conditions_of_a_view(world, signed_in):
    view = SavedView.add(
        by=world.admin, list_name="accounts", name="A customers", query="f=tier:in:A", owner=world.admin
    )
    other = SavedView.add(by=world.admin, list_name="contacts", name="People", query="", owner=world.admin)
    wide = SavedView.add(by=world.admin, list_name="accounts", name="Buyers", query="f=orders:with", owner=world.admin)
    admin = signed_in(world.admin)
    given = {"demand": "account.phone.filled", "weight": "1", "conditions": "", "note": ""}
    for bad in (other, wide):
        assert admin.post("/quality/rules/new/", given | {"view": bad.pk}).status_code == 422
    assert admin.post("/quality/rules/new/", given | {"view": view.pk}).status_code == 303
    assert QualityRule.objects.get().conditions == ["tier:in:A"]


def test_a_look_up_is_recorded_on_the_account_s_page(world, signed_in):
    world.lindner.change(by=world.ada, vat_id="ATU13585627")
    ada = signed_in(world.ada)
    address = f"/accounts/{world.lindner.pk}/lookups/add/"
    assert "ATU13585627" in ada.get(address).content.decode()
    given = {
        "number": "ATU13585627",
        "service": "vies",
        "answer": "valid",
        "asked_on": "31.12.2009",
        "reference": "WAPI",
    }
    assert ada.post(address, given | {"asked_on": "1.1.2300"}).status_code == 422
    assert ada.post(address, given).status_code == 303
    assert Lookup.objects.get().reference == "WAPI"
    assert "WAPI" in ada.get(of(pk=world.lindner.pk)).content.decode()
