"""Territories and reassignments as pages: who may, what they show, and what is refused where."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.staff.models import Territory
from kundenkreis.territories import carrying_out, tasks
from kundenkreis.territories.models import AccountChoice, Reassignment, TerritoryChange
from kundenkreis.web.views import territories
from kundenkreis.web.views.territories import figures, lines_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben(world, client):
    client.force_login(world.ben)
    return client


@pytest.fixture
def draft(world):
    one = Reassignment.add(by=world.ben, name="Nord neu", due_on=clock.today())
    TerritoryChange.add(by=world.ben, reassignment=one, territory=world.wels, sets_owner=True, new_owner=world.cem)
    return one


def text(answer):
    return answer.content.decode()


def page(client, name, *args, **query):
    return client.get(reverse(name, args=args), query)


def test_a_territory_is_reassigned_and_undone(world, ben):
    """The journey: draft, territory, preview, carried out, undone."""
    Account.objects.filter(pk=world.lindner.pk).update(revenue_12m=Decimal("1234.00"))
    world.wels.change(by=world.admin, owner=world.ada)
    made = ben.post(reverse("reassignments:add"), {"name": "Nord neu", "owners": "former", "hands_over": "on"})
    one = Reassignment.objects.get()
    assert made.status_code == 303
    form = text(page(ben, "reassignments:territory_add", one.pk, territory=world.wels.pk))
    assert 'value="AT"' in form
    ben.post(
        reverse("reassignments:territory_add", args=[one.pk]),
        {"territory": world.wels.pk, "sets_owner": "on", "new_owner": world.cem.pk},
    )
    seen = text(page(ben, "reassignments:look", one.pk))
    assert "Lindner &amp; Söhne" in seen and "1,234" in seen and "Ada Huber → Cem Yıldız" in seen
    ben.post(reverse("reassignments:carry_out", args=[one.pk]))
    tasks.carry_out.func(one.pk)
    one.refresh_from_db()
    world.lindner.refresh_from_db()
    assert (one.state, world.lindner.owner) == ("done", world.cem)
    assert reverse("history:batch", args=[one.batch_id]) in text(page(ben, "reassignments:detail", one.pk))
    ben.post(reverse("history:undo_batch", args=[one.batch_id]))
    world.lindner.refresh_from_db()
    world.wels.refresh_from_db()
    assert (world.lindner.owner, world.wels.owner) == (world.ada, world.ada)
    assert "undone" in text(page(ben, "reassignments:detail", one.pk))


def test_an_account_of_the_preview_is_left_out(world, ben, draft):
    ben.post(reverse("reassignments:keep", args=[draft.pk]), {"account": world.lindner.pk})
    assert AccountChoice.objects.get().account == world.lindner
    assert "No account would move" in text(page(ben, "reassignments:look", draft.pk))
    again = ben.post(reverse("reassignments:keep", args=[draft.pk]), {"account": world.lindner.pk}, follow=True)
    assert "already" in text(again)
    part = AccountChoice.objects.get()
    ben.post(reverse("reassignments:part_discard", args=[draft.pk, "account", part.pk]))
    assert not AccountChoice.objects.living().exists()


def test_it_is_planned_and_made_a_draft_again(world, ben, draft):
    ben.post(reverse("reassignments:plan", args=[draft.pk]))
    draft.refresh_from_db()
    assert (draft.state, draft.planned_by) == ("planned", world.ben)
    refused = ben.post(reverse("reassignments:edit", args=[draft.pk]), {"name": "Anders", "owners": "all"})
    assert refused.status_code == 422
    ben.post(reverse("reassignments:reopen", args=[draft.pk]))
    draft.refresh_from_db()
    assert draft.state == "draft"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": ""}, "required"),
        ({"name": "X", "due_on": "2001-01-01"}, "This day is over"),
        ({"name": "X", "owners": "some"}, "valid"),
    ],
)
def test_what_is_wrong_with_a_reassignment_stands_at_its_field(world, ben, values, said):
    answer = ben.post(reverse("reassignments:add"), {"owners": "former"} | values)
    assert answer.status_code == 422
    assert said in text(answer)
    assert not Reassignment.objects.exists()


def test_what_is_wrong_with_a_territory_of_it_stands_at_its_field(world, ben, draft):
    linz = Territory.add(by=world.admin, name="Linz")
    address = reverse("reassignments:territory_add", args=[draft.pk])
    for values, said in (
        ({}, "Say what changes"),
        ({"sets_rules": "on", "postcodes": "4699-4000"}, "no range of postcodes"),
    ):
        answer = ben.post(address, {"territory": linz.pk} | values)
        assert (answer.status_code, said in text(answer)) == (422, True)
    assert ben.post(address, {"territory": world.wels.pk, "sets_owner": "on"}).status_code == 422, "it is in it already"


def test_a_running_one_is_stopped_and_a_second_start_is_told(world, ben, draft):
    carrying_out.begin(draft, by=world.ben)
    assert "already" in text(ben.post(reverse("reassignments:carry_out", args=[draft.pk]), follow=True))
    ben.post(reverse("reassignments:stop", args=[draft.pk]))
    draft.refresh_from_db()
    assert draft.state == "failed"


def test_only_those_who_may_assign_come_in(world, client, draft):
    for person, status in ((world.ada, 404), (world.dora, 404), (world.rita, 404), (world.admin, 200)):
        client.force_login(person)
        assert page(client, "reassignments:detail", draft.pk).status_code == status
        assert page(client, "reassignments:list").status_code == (200 if status == 200 else 403)
        assert client.post(reverse("reassignments:discard", args=[draft.pk])).status_code == (
            303 if status == 200 else 404
        )


def test_the_tree_counts_accounts_and_revenue_with_those_below(world, ben):
    above = Territory.add(by=world.admin, name="Oberösterreich", countries=["AT"], postcodes=["4"])
    world.wels.change(by=world.admin, parent=above)
    Account.add(by=world.admin, name="Linzer", country="AT", postcode="4020", owner=world.cem)
    Account.objects.update(revenue_12m=Decimal("1000.00"))
    lines = lines_of(world.ben)
    nowhere = figures(lines)
    told = {str(line.territory): (line.depth, line.accounts, line.own, line.revenue) for line in lines}
    assert told == {"Oberösterreich": (0, 2, 1, Decimal(2000)), "Wels": (1, 1, 1, Decimal(1000))}
    assert nowhere == 1, "Brauneis"
    assert "2,000" in text(page(ben, "territories:list"))


def test_figures_are_for_those_who_see_all_accounts(world, client):
    client.force_login(world.ada)
    assert "Revenue, 12 months" not in text(page(client, "territories:list"))
    client.force_login(world.dora)
    assert "Revenue, 12 months" in text(page(client, "territories:list"))


def test_overlapping_rules_are_told_and_their_accounts_listed(world, ben):
    Territory.add(by=world.admin, name="Wels-Land", countries=["AT"], postcodes=["46"])
    assert "Wels / Wels-Land" in text(page(ben, "territories:list"))
    assert "Lindner" in text(page(ben, "territories:check", kind="ties"))
    Account.objects.filter(pk=world.lindner.pk).update(territory=None)
    assert "Lindner" in text(page(ben, "territories:check", kind="elsewhere"))
    assert "Lindner" not in text(page(ben, "territories:check", kind="elsewhere", beyond=world.lindner.pk))
    assert page(ben, "territories:check", kind="x", beyond="9" * 30).status_code == 200


def test_an_account_says_why_it_lies_where_it_lies(world, ben):
    assert "by rule" in text(page(ben, "accounts:territory", world.lindner.pk))
    assert "postcode 4600 (2 characters)" in text(page(ben, "accounts:territory", world.lindner.pk))
    world.brauneis.change(by=world.admin, territory=world.wels)
    assert "by hand" in text(page(ben, "accounts:territory", world.brauneis.pk))
    world.wels.change(by=world.admin, postcodes=["99"])
    assert "say otherwise" in text(page(ben, "accounts:territory", world.lindner.pk))


def test_whoever_does_not_see_an_account_is_told_nothing_of_it(world, client):
    client.force_login(world.ada)
    assert page(client, "accounts:territory", world.brauneis.pk).status_code == 404


def test_a_territory_in_which_accounts_lie_stays_and_says_why(world, client):
    client.force_login(world.admin)
    answer = client.post(reverse("territories:discard", args=[world.wels.pk]), follow=True)
    assert "Reassign them first" in text(answer)
    assert Territory.objects.living().filter(pk=world.wels.pk).exists()


def test_a_territory_is_made_with_rules_an_owner_and_a_deputy(world, client):
    client.force_login(world.admin)
    day = clock.today()
    values = {
        "name": "Graz", "countries": "at", "postcodes": "80, 8100-8199", "industries": "Trade\nCrafts", "sizes": ["large"],
        "owner": world.cem.pk, "people": [world.ada.pk], "deputy": world.dora.pk, "deputy_from": day, "deputy_until": day - dt.timedelta(1),
    }  # fmt: skip
    refused = client.post(reverse("territories:add"), values)
    assert "The end lies before the beginning" in text(refused)
    client.post(reverse("territories:add"), values | {"deputy_until": day})
    made = Territory.objects.get(name="Graz")
    assert (made.countries, made.postcodes, made.industries, made.sizes) == (
        ["AT"],
        ["80", "8100-8199"],
        ["Trade", "Crafts"],
        ["large"],
    )
    assert (made.owner, made.deputy, list(made.people.all())) == (world.cem, world.dora, [world.ada])
    assert "Cem Yıldız" in text(client.get(reverse("territories:list")))


def test_every_number_of_the_tree_opens_into_its_accounts(world, ben):
    above = Territory.add(by=world.admin, name="Oberösterreich", countries=["AT"], postcodes=["4"])
    world.wels.change(by=world.admin, parent=above)
    fixed = Account.add(by=world.admin, name="Von Hand", country="AT", postcode="5020", territory=above)
    seen = text(page(ben, "territories:list"))
    for asked, names in (
        (f"territory:in:{world.wels.pk},{above.pk}", {"Lindner", fixed.name}),
        ("territory:empty", {"Brauneis"}),
        ("by_hand:is:yes", {fixed.name}),
    ):
        assert f"?f={asked}" in seen or asked.startswith("territory:in"), asked
        found = text(page(ben, "accounts:list", f=asked))
        assert {name for name in ("Lindner", "Brauneis", "Von Hand") if name in found} == names, asked
    assert f"territory:in:{above.pk},{world.wels.pk}" in seen or f"territory:in:{world.wels.pk},{above.pk}" in seen


def test_sums_over_very_many_accounts_are_kept_for_some_minutes(world, monkeypatch):
    monkeypatch.setattr(territories, "LARGE", 1)
    before = figures(lines_of(world.ben))
    Account.add(by=world.admin, name="Neu", country="DE")
    assert figures(lines_of(world.ben)) == before
    monkeypatch.setattr(territories, "LARGE", 100)
    assert figures(lines_of(world.ben)) == before + 1
