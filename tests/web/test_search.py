"""The search box of the pages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Account, Position
from kundenkreis.files import storing
from kundenkreis.lists import recent
from kundenkreis.lists.models import Opened
from kundenkreis.orders.models import Order
from kundenkreis.web import finding_texts


@pytest.fixture
def results(world, signed_in):
    def ask(person, text):
        return signed_in(person).get("/search/", {"q": text}, headers={"HX-Request": "true"}).content.decode()

    return ask


@pytest.mark.parametrize("typed", ["Lindner", "lind", "Söhne Lindner", "Soehne", "Lindnr", "K-00001"])
def test_an_account_is_found_by_parts_umlauts_typing_errors_and_number(world, results, typed):
    assert "Lindner &amp; Söhne GmbH" in results(world.ada, typed)


def test_the_box_says_no_more_than_the_lists(world, results):
    assert "Wohnkultur" not in results(world.ada, "Brauneis")
    assert "Wohnkultur" in results(world.ben, "Brauneis")
    assert "Maria" not in results(world.cem, "Lindner")


def test_a_contact_s_other_account_is_not_named_to_who_may_not_see_it(world, results):
    Position.add(by=world.ben, contact=world.maria, account=world.brauneis, is_main=False)
    answer = results(world.cem, "Maria")
    assert "Lindner Maria" in answer
    assert "Söhne" not in answer


def test_what_is_in_the_bin_is_not_found(world, results):
    world.lindner.discard(by=world.ada)
    assert "Söhne" not in results(world.ada, "Lindner")


def test_hostile_text_is_text(world, results):
    answer = results(world.ada, '<script>alert(1)</script>" OR 1=1 * NEAR(')
    assert "<script>" not in answer


def test_without_javascript_it_is_a_page(world, signed_in):
    answer = signed_in(world.ada).get("/search/", {"q": "Lindner"})
    assert answer.status_code == 200
    assert "<html" in answer.content.decode()


def test_a_combobox_finds_one_s_own_among_many_strangers_of_the_same_name(world, signed_in):
    from kundenkreis.core import search
    from kundenkreis.customers.models import Account, Contact

    for model, kind, values in (
        (Account, search.ACCOUNT, {"name": "Huber", "key": "huber"}),
        (Contact, search.CONTACT, {"family_name": "Huber", "key": "huber"}),
    ):
        numbered = [{"number": f"X-{i}"} if model is Account else {} for i in range(700)]
        many = model.objects.bulk_create([model(**values, owner=world.cem, **more) for more in numbered])
        search.bulk_index(kind, [one.search_row() for one in many])
    Account.add(by=world.ada, name="Huber Zimmerei", owner=world.ada)
    Contact.add(by=world.ada, family_name="Huber", given_name="Zita", owner=world.ada)
    ada = signed_in(world.ada)
    assert "Huber Zimmerei" in ada.get("/accounts/options/?q=Huber").text
    assert "Zita" in ada.get("/contacts/options/?q=Huber").text


@pytest.fixture
def texts(world, signed_in):
    def ask(person, text):
        return (
            signed_in(person)
            .get("/search/", {"q": text, "in": "texts"}, headers={"HX-Request": "true"})
            .content.decode()
        )

    return ask


def order(number, account, reference=""):
    return Order.objects.create(number=number, account=account, ordered_on="2026-01-10", customer_reference=reference)


@pytest.mark.parametrize("typed", ["A-4711", "a-47", "A-471", "po 99", "PO 9981"])
def test_an_order_is_found_by_the_beginning_of_its_number_and_of_the_customer_s(world, results, typed):
    order("A-4711", world.lindner, "PO 9981")
    assert "A-4711" in results(world.ada, typed)


def test_an_order_of_an_account_out_of_reach_is_not_found(world, results):
    order("A-4711", world.brauneis)
    assert "/orders/" not in results(world.ada, "A-4711")
    assert "/orders/" in results(world.ben, "A-4711")


def test_one_s_own_order_is_found_behind_many_of_strangers(world, results):
    for number in range(60):
        order(f"A-{number:05}", world.brauneis)
    order("A-99999", world.lindner)
    assert "A-99999" in results(world.ada, "A-9")


def test_what_was_written_is_found_with_the_words_marked(world, texts):
    Activity.add(
        by=world.ada, kind="note", subject="Jahresgespräch", body="Über Kühlgeräte gesprochen", account=world.lindner
    )
    answer = texts(world.ada, "kuehlgerät")
    assert "Jahresgespräch" in answer
    assert "<mark>Kühlgeräte</mark>" in answer
    assert "Lindner" in answer


def test_what_was_written_about_an_account_out_of_reach_is_not_found(world, texts):
    Activity.add(by=world.cem, kind="note", subject="Preisliste", body="Kühlgeräte", account=world.brauneis)
    assert texts(world.ada, "Kühlgeräte").strip() == ""
    assert "Preisliste" in texts(world.ben, "Kühlgeräte")


def test_one_s_own_note_is_found_behind_many_of_strangers(world, texts, monkeypatch):
    monkeypatch.setattr(finding_texts, "FIRST", 2)
    monkeypatch.setattr(finding_texts, "MORE", 4)
    Activity.add(by=world.ada, kind="note", subject="Meine", body="Kühlgeräte", account=world.lindner)
    for number in range(8):
        Activity.add(by=world.cem, kind="note", subject=f"Fremd {number}", body="Kühlgeräte", account=world.brauneis)
    answer = texts(world.ada, "Kühlgeräte")
    assert "Meine" in answer
    assert "Fremd" not in answer


def test_an_account_out_of_reach_is_not_named_beside_one_s_own_task(world, texts):
    Activity.add(by=world.ben, kind="task", subject="Anrufen", is_open=True, account=world.brauneis, owner=world.ada)
    answer = texts(world.ada, "anrufen")
    assert "Anrufen" in answer
    assert "Wohnkultur" not in answer


def test_what_an_activity_said_before_it_was_changed_is_not_found(world, texts):
    note = Activity.add(by=world.ada, kind="note", subject="Termin", body="Kühlgeräte", account=world.lindner)
    note.change(by=world.ada, body="Heizgeräte")
    assert texts(world.ada, "Kühlgeräte").strip() == ""
    assert "Termin" in texts(world.ada, "Heizgeräte")
    note.discard(by=world.ada)
    assert texts(world.ada, "Heizgeräte").strip() == ""


def test_documents_are_found_by_what_stands_in_them(world, texts, tmp_path, settings):
    settings.FILES_DIR = tmp_path
    upload = SimpleUploadedFile("vertrag.txt", "Wir liefern Kühlgeräte".encode())
    storing.store(upload, world.lindner, by=world.ada)
    assert "<mark>Kühlgeräte</mark>" in texts(world.ada, "Kuehlgeräte")
    assert "vertrag" in texts(world.ada, "vertrag")
    assert texts(world.cem, "Kuehlgeräte").strip() == ""


def test_hostile_text_in_a_note_stays_text(world, texts):
    Activity.add(
        by=world.ada, kind="note", subject="<b>x", body="<script>alert('boese')</script>", account=world.lindner
    )
    answer = texts(world.ada, "boese")
    assert "<script>" not in answer
    assert "&lt;script&gt;" in answer


def test_what_was_opened_last_is_offered_first_to_oneself_only(world, signed_in):
    ada = signed_in(world.ada)
    for noun, record in (("accounts", world.lindner), ("contacts", world.maria)):
        assert ada.post("/search/opened/", {"noun": noun, "pk": record.pk}).status_code == 204
    hers = ada.get("/search/?in=recent", headers={"HX-Request": "true"}).content.decode()
    assert hers.index("Maria") < hers.index("Söhne")
    assert (
        "Söhne" not in signed_in(world.ben).get("/search/?in=recent", headers={"HX-Request": "true"}).content.decode()
    )


def test_what_one_may_not_see_any_more_is_not_offered(world, signed_in):
    ada = signed_in(world.ada)
    ada.post("/search/opened/", {"noun": "accounts", "pk": world.lindner.pk})
    world.lindner.change(by=world.ben, owner=world.cem)
    assert "Söhne" not in ada.get("/search/?in=recent", headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize("noun", ["accounts", "people", "", "../x"])
def test_only_records_within_reach_are_remembered(world, signed_in, noun):
    assert signed_in(world.ada).post("/search/opened/", {"noun": noun, "pk": world.brauneis.pk}).status_code == 404
    assert Opened.objects.count() == 0


def test_not_more_than_fifty_are_remembered(world):
    for number in range(60):
        recent.note(world.ada, "accounts", number)
    assert len(recent.opened(world.ada)) == Opened.objects.count() == 50
    assert recent.opened(world.ada)[0] == ("accounts", 59)


def test_what_was_opened_lately_stands_before_others_that_match_as_well(world, results, signed_in):
    for name in ("Huber Adam", "Huber Bert", "Huber Carl"):
        Account.add(by=world.ada, name=name, owner=world.ada)
    carl = Account.objects.get(name="Huber Carl")
    assert results(world.ada, "hub").index("Adam") < results(world.ada, "hub").index("Carl")
    signed_in(world.ada).post("/search/opened/", {"noun": "accounts", "pk": carl.pk})
    assert results(world.ada, "hub").index("Carl") < results(world.ada, "hub").index("Adam")


@pytest.mark.parametrize("part", ["", "texts"])
def test_a_key_costs_the_same_number_of_queries_however_much_is_found(
    world, signed_in, part, django_assert_max_num_queries
):
    for number in range(12):
        Activity.add(by=world.ada, kind="note", subject=f"Huber {number}", account=world.lindner)
        Account.add(by=world.ada, name=f"Huber {number}", owner=world.ada)
    client = signed_in(world.ada)
    with django_assert_max_num_queries(24):
        client.get("/search/", {"q": "hub", "in": part}, headers={"HX-Request": "true"})


def test_the_further_places_come_when_the_palette_is_opened_and_are_those_that_one_may_go_to(world, signed_in):
    page = signed_in(world.ada).get("/me/").content.decode()
    assert 'href="/units/"' not in page and 'href="/accounts/new/"' in page
    further = signed_in(world.ada).get("/search/", {"in": "places"}, headers={"HX-Request": "true"}).content.decode()
    assert 'data-words="Territories"' in further and "<html" not in further
    assert "Custom fields" not in further and "Custom fields" in (
        signed_in(world.admin).get("/search/", {"in": "places"}, headers={"HX-Request": "true"}).content.decode()
    )
