"""History on the screen: who sees what happened, and who takes it back."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from kundenkreis.activities.handing_over import hand_over
from kundenkreis.catalogue.models import Family, Product, Unit
from kundenkreis.customers.bulk_editing import Change
from kundenkreis.customers.models import Account, Relation, Tag
from kundenkreis.fields.bulk_editing import edit
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch, Event
from kundenkreis.orders.models import OpenItem
from kundenkreis.rates.models import ExchangeRate
from kundenkreis.staff.models import User
from kundenkreis.staff.roles import Role
from kundenkreis.web.forms import Read
from tests.quality.imports import imported


def latest(record):
    return Event.objects.about(record).latest("pk")


def test_the_whole_house_s_history_is_for_those_who_may_see_it(world, signed_in):
    assert "Lindner" in signed_in(world.ben).get("/history/").content.decode()
    assert signed_in(world.ada).get("/history/").status_code == 403


def test_history_is_narrowed_to_a_person_a_noun_and_a_verb(world, signed_in):
    world.lindner.change(by=world.ada, place="Linz")
    client = signed_in(world.ben)
    assert "Brauneis" not in client.get(f"/history/?person={world.ada.pk}").content.decode().split('id="events"')[1]
    changed = client.get("/history/?noun=customers.account&verb=changed").content.decode().split('id="events"')[1]
    assert ("Linz" in changed, "Brauneis" in changed) == (True, False)


def test_the_person_is_found_by_a_part_of_her_name_and_the_page_does_not_list_everybody(world, signed_in):
    world.lindner.change(by=world.ada, place="Linz")
    client = signed_in(world.ben)
    assert "Cem" not in client.get("/history/").content.decode().split('id="events"')[0].split("<main")[1]
    assert f'data-value="{world.ada.pk}"' in client.get("/history/people/?q=huber ad").content.decode()
    assert "data-value" not in client.get("/history/people/?q=nobody").content.decode()
    assert signed_in(world.ada).get("/history/people/?q=huber").status_code == 403
    chosen = client.get(f"/history/?person={world.ada.pk}").content.decode()
    assert 'value="Ada Huber"' in chosen
    typed = client.get("/history/?person=&person_text=huber").content.decode().split('id="events"')[1]
    assert ("Linz" in typed, "Brauneis" in typed) == (True, False)
    assert 'id="events"' not in client.get("/history/?person_text=nobody").content.decode()


@pytest.mark.parametrize(
    "query",
    ["?person=x", "?before=abc", "?noun='; drop", "?before=99999999999999999999999", "?person=99999999999999999999999"],
)
def test_nonsense_in_the_address_breaks_nothing(world, signed_in, query):
    assert signed_in(world.ben).get("/history/" + query).status_code == 200


def test_long_history_is_read_page_by_page_without_gaps(world, signed_in):
    for number in range(60):
        world.lindner.change(by=world.ada, place=f"Ort {number}")
    client = signed_in(world.ben)
    seen, address = set(), "/history/"
    while address:
        answer = client.get(address)
        new = {int(pk) for pk in re.findall(r'href="/history/(\d+)/"', answer.content.decode())}
        assert new, "a page without events has no next one"
        seen |= new
        more = re.search(r'hx-get="\?before=(\d+)"', answer.content.decode())
        address = f"/history/?before={more[1]}" if more else ""
    assert seen == set(Event.objects.values_list("pk", flat=True))


def test_a_record_s_history_is_seen_with_the_record_and_not_otherwise(world, signed_in):
    address = f"/history/of/customers.account/{world.lindner.pk}/"
    assert "Lindner" in signed_in(world.ada).get(address).content.decode()
    assert signed_in(world.cem).get(address).status_code == 404
    event = latest(world.lindner)
    assert signed_in(world.ada).get(f"/history/{event.pk}/").status_code == 200
    assert signed_in(world.cem).get(f"/history/{event.pk}/").status_code == 404
    assert signed_in(world.cem).post(f"/history/{event.pk}/undo/").status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/history/of/no.such/1/", "/history/of/customers.account/999999/", "/history/of/auth/1/", "/history/999999/"],
)
def test_what_does_not_exist_is_not_found(world, signed_in, address):
    assert signed_in(world.ben).get(address).status_code == 404


def test_when_a_colleague_signed_in_is_nobody_s_business(world, signed_in):
    world.ada.change(by=world.admin, job_title="KAM")
    event = latest(world.ada)
    assert signed_in(world.cem).get(f"/history/{event.pk}/").status_code == 404
    assert signed_in(world.ada).get(f"/history/{event.pk}/").status_code == 200


def test_one_change_is_taken_back(world, signed_in):
    event = world.lindner.change(by=world.ada, place="Linz", tier="A")
    answer = signed_in(world.ada).post(f"/history/{event.pk}/undo/")
    assert answer.status_code == 303
    account = Account.objects.get(pk=world.lindner.pk)
    assert (account.place, account.tier) == ("Wels", "")
    assert latest(world.lindner).undoes == event


def test_after_an_undo_one_is_where_one_was(world, signed_in):
    client = signed_in(world.ada)
    for before, then in (
        ("http://testserver/accounts/?sort=-name", "http://testserver/accounts/?sort=-name"),
        ("https://elsewhere.test/accounts/", f"/accounts/{world.lindner.pk}/"),
        ("javascript:alert(1)", f"/accounts/{world.lindner.pk}/"),
    ):
        world.lindner.refresh_from_db()
        world.lindner.change(by=world.ada, place=f"Linz {before}"[:90])
        answer = client.post(f"/history/{latest(world.lindner).pk}/undo/", headers={"Referer": before})
        assert answer.headers["Location"] == then


def test_who_may_not_change_may_not_undo(world, signed_in):
    event = world.lindner.change(by=world.ada, place="Linz")
    assert signed_in(world.rita).post(f"/history/{event.pk}/undo/").status_code == 403
    assert Account.objects.get(pk=world.lindner.pk).place == "Linz"


def test_an_undo_that_comes_too_late_is_told_and_keeps_the_later_change(world, signed_in):
    event = world.lindner.change(by=world.ada, place="Linz")
    Account.objects.get(pk=world.lindner.pk).change(by=world.ben, place="Graz")
    page = signed_in(world.ada).post(f"/history/{event.pk}/undo/", follow=True).content.decode()
    assert "changed it again since" in page
    assert Account.objects.get(pk=world.lindner.pk).place == "Graz"


def test_nobody_undoes_by_a_link(world, signed_in):
    event = world.lindner.change(by=world.ada, place="Linz")
    assert signed_in(world.ada).get(f"/history/{event.pk}/undo/").status_code == 405


def test_a_product_s_cost_in_history_is_for_those_who_may_see_costs(world, signed_in):
    product = Product.add(by=world.admin, number="85123A", name="Lantern", cost="2.00")
    event = product.change(by=world.admin, cost="3.21")
    assert "3.21" in signed_in(world.ada).get(f"/history/{event.pk}/").content.decode()
    assert "3.21" not in signed_in(world.dora).get(f"/history/{event.pk}/").content.decode()
    assert "3.21" not in signed_in(world.dora).get(f"/history/of/catalogue.product/{product.pk}/").content.decode()


def test_a_batch_shows_what_an_undo_would_keep_then_undoes_the_rest(world, signed_in):
    batch = hand_over(world.ada, world.cem, by=world.admin)
    client = signed_in(world.admin)
    Account.objects.get(pk=world.lindner.pk).change(by=world.cem, owner=world.ben)
    second = Account.add(by=world.ada, name="Zweite", owner=world.ada)
    again = hand_over(world.ada, world.cem, by=world.admin)
    page = client.get(f"/history/batches/{batch.pk}/?preview=1").content.decode()
    assert "because somebody has changed it since" in page
    client.post(f"/history/batches/{again.pk}/undo/")
    second.refresh_from_db()
    assert second.owner == world.ada
    assert Account.objects.get(pk=world.lindner.pk).owner == world.ben


def test_a_large_batch_is_undone_in_the_background(world, signed_in, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr("kundenkreis.web.undoing.AT_ONCE", 0)
    batch = hand_over(world.ada, world.cem, by=world.admin)
    with django_capture_on_commit_callbacks(execute=True):
        signed_in(world.admin).post(f"/history/batches/{batch.pk}/undo/")
    batch.refresh_from_db()
    assert batch.state == Batch.State.UNDONE
    assert Account.objects.get(pk=world.lindner.pk).owner == world.ada


def test_somebody_else_s_batch_is_not_found_and_not_undone(world, signed_in):
    batch = hand_over(world.ada, world.cem, by=world.admin)
    assert signed_in(world.ada).get(f"/history/batches/{batch.pk}/").status_code == 404
    assert signed_in(world.ada).post(f"/history/batches/{batch.pk}/undo/").status_code == 404
    assert signed_in(world.ben).post(f"/history/batches/{batch.pk}/undo/").status_code == 403
    assert Account.objects.get(pk=world.lindner.pk).owner == world.cem


def test_the_bin_shows_my_own_and_gives_them_back(world, signed_in):
    world.lindner.discard(by=world.ada)
    client = signed_in(world.ada)
    page = client.get("/bin/").content.decode()
    assert "Lindner" in page
    assert ">30<" in page
    client.post(f"/bin/account/{world.lindner.pk}/restore/")
    assert Account.objects.living().filter(pk=world.lindner.pk).exists()
    assert "The bin is empty" in client.get("/bin/").content.decode()


def test_everybody_s_bin_is_for_administrators(world, signed_in):
    world.lindner.discard(by=world.ada)
    assert "Lindner" in signed_in(world.admin).get("/bin/?whose=all").content.decode()
    for other in (world.cem, world.rita, world.ben):
        assert "Lindner" not in signed_in(other).get("/bin/?whose=all").content.decode()


def test_restoring_asks_the_same_right_as_discarding(world, signed_in):
    world.lindner.discard(by=world.ada)
    assert signed_in(world.cem).post(f"/bin/account/{world.lindner.pk}/restore/").status_code == 404
    assert signed_in(world.rita).post(f"/bin/account/{world.lindner.pk}/restore/").status_code == 403
    assert signed_in(world.ben).post("/bin/nonsense/1/restore/").status_code == 404
    assert not Account.objects.living().filter(pk=world.lindner.pk).exists()


def test_a_record_restored_twice_is_told_so(world, signed_in):
    world.lindner.discard(by=world.ada)
    client = signed_in(world.ada)
    client.post(f"/bin/account/{world.lindner.pk}/restore/")
    assert client.post(f"/bin/account/{world.lindner.pk}/restore/").status_code == 404
    assert Event.objects.filter(verb="account.restored").count() == 1


def test_days_left_are_counted_from_the_day_of_discarding(world, signed_in):
    world.lindner.discard(by=world.ada, now=timezone.now() - dt.timedelta(days=25, hours=1))
    assert ">5<" in signed_in(world.ada).get("/bin/").content.decode()


@pytest.mark.parametrize(("writer", "reader", "words"), [("en", "de", "Referenz"), ("de", "en", "Reference")])
def test_a_record_named_by_its_choices_is_told_in_the_reader_s_language(world, signed_in, writer, reader, words):
    with translation.override(writer):
        Relation.add(by=world.ada, account=world.lindner, kind="reference")
    world.ada.change(by=world.ada, language=reader)
    page = signed_in(world.ada).get(f"/accounts/{world.lindner.pk}/timeline/").content.decode()
    assert f": {words}" in page


def tiered(account, tier, by):
    return edit(Account.objects.filter(pk=account.pk), Change.tier(tier), label=f"Change tier: {tier}", by=by)


def test_the_history_of_an_account_tells_bulk_edits_and_imports_with_who_and_from_and_to(world, signed_in):
    tiered(world.lindner, "A", world.ben)
    run = imported(
        f"Number,Name,Town\n{world.lindner.number},{world.lindner.name},Steyr\n",
        target="accounts",
        by=world.ben,
        match_by="number",
        mode="update",
        mapping={"number": "Number", "name": "Name", "place": "Town"},
    )
    for address in (f"/accounts/{world.lindner.pk}/?tab=history", f"/history/of/customers.account/{world.lindner.pk}/"):
        page = re.sub(r"\s+", " ", signed_in(world.ben).get(address).content.decode())
        assert "Bulk edit: Change tier: A" in page
        assert "<del>Wels</del>" in page
        assert "<ins>Steyr</ins>" in page
        assert "by Ben Kern" in page
        assert f'href="/history/batches/{run.batch_id}/"' in page


def test_who_may_not_open_a_batch_reads_its_name_without_a_link(world, signed_in):
    batch = tiered(world.lindner, "A", world.ben)
    page = signed_in(world.ada).get(f"/accounts/{world.lindner.pk}/?tab=history").content.decode()
    assert "Bulk edit: Change tier: A" in page
    assert f"/history/batches/{batch.pk}/" not in page


def test_an_imported_account_says_that_it_was_imported(world, signed_in):
    run = imported(
        "Number,Name\nZ-1,Zubau OG\n",
        target="accounts",
        by=world.ben,
        match_by="number",
        mapping={"number": "Number", "name": "Name"},
    )
    account = Account.objects.get(number="Z-1")
    page = signed_in(world.ben).get(f"/accounts/{account.pk}/?tab=history").content.decode()
    assert "Account added: Zubau OG" in page
    assert f"Import: {run.batch.label}" in page


def test_the_history_tab_goes_on_below_its_first_page(world, signed_in):
    for number in range(60):
        Account.objects.get(pk=world.lindner.pk).change(by=world.ada, place=f"Ort {number}")
    client = signed_in(world.ada)
    page = client.get(f"/accounts/{world.lindner.pk}/?tab=history").content.decode()
    assert f'href="/history/of/customers.account/{world.lindner.pk}/">' in page
    more = re.search(r'hx-get="(/history/of/[^"]+)"', page)[1]
    rest = client.get(more, headers={"HX-Request": "true"}).content.decode()
    seen = set(re.findall(r'href="/history/(\d+)/"', page)) | set(re.findall(r'href="/history/(\d+)/"', rest))
    assert seen == {str(pk) for pk in Event.objects.about(world.lindner).values_list("pk", flat=True)}
    assert "<html" not in rest


def test_two_people_and_a_bulk_edit_between_are_no_conflict_on_another_field(world, signed_in):
    Account.objects.get(pk=world.lindner.pk).change(by=world.ada, place="Linz")
    tiered(world.lindner, "A", world.ben)
    answer = signed_in(world.ada).post(
        f"/accounts/{world.lindner.pk}/edit/?field=place", {"place": "Graz", "version": "2"}
    )
    assert answer.status_code == 303
    assert Account.objects.get(pk=world.lindner.pk).place == "Graz"


def test_a_conflict_names_who_changed_that_field_and_not_who_came_last(world, signed_in):
    account = Account.objects.get(pk=world.lindner.pk)
    read = str(Read.of(account, ["tier"]))
    tiered(account, "A", world.ben)
    Account.objects.get(pk=account.pk).change(by=world.admin, place="Graz")
    answer = signed_in(world.ada).post(f"/accounts/{account.pk}/edit/?field=tier", {"tier": "C", "version": read})
    assert answer.status_code == 409
    assert "Ben Kern has changed this" in answer.content.decode()


def test_a_person_who_may_only_read_now_undoes_nothing_of_what_she_did(world, signed_in):
    event = world.lindner.change(by=world.ada, place="Linz")
    batch = tiered(world.lindner, "A", world.ada)
    User.objects.filter(pk=world.ada.pk).update(role=Role.READ_ONLY)
    client = signed_in(User.objects.get(pk=world.ada.pk))
    assert client.post(f"/history/{event.pk}/undo/").status_code == 403
    assert client.post(f"/history/batches/{batch.pk}/undo/").status_code == 403
    assert Account.objects.get(pk=world.lindner.pk).tier == "A"


def test_what_an_import_did_stands_in_the_history_of_rates_units_and_open_items(world, signed_in):
    """Batches write no event for each row; a page that reads events only would be silent about them."""
    rate = ExchangeRate.add(by=world.admin, currency="GBP", on=dt.date(2026, 1, 5), rate=Decimal("0.8"))
    unit = Unit.add(by=world.admin, code="C62", name_en="piece", name_de="Stück")
    family = Family.add(by=world.admin, code="F1", name="Lamps")
    tag = Tag.add(by=world.admin, name="Fair")
    item = OpenItem.add(
        by=world.admin,
        account=world.lindner,
        number="R-1",
        booked_on=dt.date(2026, 1, 5),
        due_on=dt.date(2026, 2, 5),
        amount=Decimal(5),
        open_amount=Decimal(5),
    )
    pages = {
        rate: f"/house/rates/{rate.pk}/",
        unit: f"/products/units/{unit.pk}/edit/",
        family: f"/products/families/{family.pk}/edit/",
        tag: f"/accounts/tags/{tag.pk}/edit/",
        item: reverse("open_items:detail", args=[item.pk]),
    }
    batch = Batch.objects.create(kind="import", label="winter.xlsx", actor_name="Ada", state=Batch.State.DONE)
    for number, (record, _page) in enumerate(pages.items()):
        name = {"ExchangeRate": "source", "Unit": "name_en", "OpenItem": "number"}.get(type(record).__name__, "name")
        row = [record.pk, getattr(record, name), "Of the import"]
        chunks.keep(batch, number, type(record), fields=[name], changed=[row])
    alma = signed_in(world.admin)
    for page in pages.values():
        shown = alma.get(page).content.decode()
        assert "winter.xlsx" in shown, page
        assert "Of the import" in shown, page
