"""A disclosure finds the person in others' records and files too, tells place and passage, and nobody else's data of the same name."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from kundenkreis.activities.models import Activity
from kundenkreis.core import patience
from kundenkreis.customers.models import Contact
from kundenkreis.fields import known
from kundenkreis.fields.models import CustomField
from kundenkreis.files import storing, texts
from kundenkreis.privacy import disclosing, elsewhere, erasing, mentions
from kundenkreis.privacy.belonging import Person
from kundenkreis.privacy.disclosure import BLACK, Disclosure

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def zita(world):
    contact = Contact.add(by=world.ada, given_name="Zita", family_name="Quaxberger", email="zita@quax.test")
    return Person.of_contact(contact)


def note(world, body, **more):
    return Activity.add(by=world.ada, kind="note", subject="Note", body=body, **({"contact": world.maria} | more))


def found(person, **more):
    return {value.place: value for value in Disclosure(person, **more).texts if value.is_elsewhere}


def test_she_is_found_in_notes_of_others_with_place_and_passage(world, zita):
    far = "x " * 300
    one = note(world, f"{far}Maria says that QUAXBERGER, Zita left. {far} zita@quax.test {far}")
    own = note(world, "Zita Quaxberger called", contact=zita.contact)
    other = world.maria
    other.change(by=world.ada, note="Successor of Zita Quaxberger")
    world.lindner.change(by=world.ada, description="Owned by Frau Quaxberger")
    texts_ = found(zita)
    assert set(texts_) == {
        f"elsewhere/activities.Activity:{one.pk}:body",
        f"elsewhere/customers.Contact:{other.pk}:note",
        f"elsewhere/customers.Account:{world.lindner.pk}:description",
    }
    text = texts_[f"elsewhere/activities.Activity:{one.pk}:body"].text
    assert "Maria says that QUAXBERGER, Zita left." in text
    assert "zita@quax.test" in text
    assert len(text) < 1_000
    assert text.count("…") == 3
    data = Disclosure(zita).as_data()
    section = next(one for one in data["sections"] if one["what"] == "elsewhere")
    assert len(section["rows"]) == 3
    assert section["retention"]
    assert data["not_searched"] == []
    assert f"activities.Activity:{own.pk}:body" in {value.place for value in Disclosure(zita).texts}
    assert not found(zita, portable=True), "Art. 20 gives back what she gave"


def test_files_of_others_are_read_and_her_own_are_not_told_twice(world, zita):
    for subject in (world.brauneis, zita.contact):
        file = SimpleUploadedFile("minutes.txt", b"Present: Zita Quaxberger and others")
        storing.store(file, subject, by=world.admin)
    texts.read_rest()
    assert [value.text for value in found(zita).values()] == ["Present: Zita Quaxberger and others"]


def test_hostile_texts_stay_texts(world, zita, signed_in):
    note(world, '<script>alert(1)</script> Zita Quaxberger \\u202e {{ 7*7 }} "quoted" </dd>')
    admin, address = signed_in(world.admin), f"/privacy/disclosure/contact/{zita.contact.pk}/"
    page = admin.get(address, {"language": "en", "whole": "1"}).content.decode()
    assert "<script>alert(1)" not in page
    given = {"looked": "1", "language": "en", "whole": "1"}
    file = admin.post(f"{address}make/", {"form": "html"} | given).content.decode()
    assert "Where you are named elsewhere" in file
    assert "<script>alert(1)" not in file
    assert "{{ 7*7 }}" in file
    told = json.loads(admin.post(f"{address}make/", {"form": "json"} | given).content)
    assert any("{{ 7*7 }}" in v["value"] for s in told["sections"] for row in s["rows"] for v in row)
    for place in (
        "elsewhere/",
        "elsewhere/x:1:y",
        "elsewhere/auth.User:1:password",
        "elsewhere/activities.Activity:9" + "9" * 30 + ":body",
    ):
        answer = admin.post(f"{address}black-out/?place={place}", {"passage": "", "reason": "x"})
        assert answer.status_code == 422, place


def test_what_is_about_somebody_else_of_her_name_is_not_told_to_her(world, zita):
    other = Contact.add(by=world.ada, given_name="Zita", family_name="Quaxberger", email="other@quax.test")
    note(world, "Zita Quaxberger owes us 5.000 Euro", contact=other)
    doubtful = note(world, "Met Zita Quaxberger at the fair")
    certain = note(world, "Zita Quaxberger wrote from zita@quax.test")
    texts_ = {value.text: value for value in found(zita).values()}
    assert set(texts_) == {doubtful.body, certain.body}
    assert texts_[doubtful.body].unsure
    assert not texts_[certain.body].unsure
    assert Disclosure(zita).texts[0].text == doubtful.body, "what is doubtful stands first"
    place = f"elsewhere/activities.Activity:{doubtful.pk}:body"
    disclosing.black_out(zita, place, passage="", reason="another person of this name", by=world.admin)
    assert doubtful.body not in json.dumps(Disclosure(zita).as_data())
    assert found(zita)[place].text == BLACK
    assert not found(zita)[place].unsure
    doubtful.change(by=world.ada, body="Met Zita Quaxberger at the fair in Wels")
    assert found(zita)[place].unsure, "a text that has changed is to be looked at anew"


def test_what_was_not_searched_is_said(world, zita, signed_in, monkeypatch):
    note(world, "Zita Quaxberger")

    def too_long(*args):
        raise patience.TookTooLong

    monkeypatch.setattr(mentions, "candidates", too_long)
    shown = Disclosure(zita)
    assert not found(zita)
    assert "Activities" in shown.as_data()["not_searched"]
    admin, address = signed_in(world.admin), f"/privacy/disclosure/contact/{zita.contact.pk}/"
    page = admin.get(address, {"language": "en"}).content.decode()
    assert "Search on, up to a minute" in page
    assert "Search there by hand" in admin.get(address, {"language": "en", "whole": "1"}).content.decode()
    file = admin.post(f"{address}make/", {"form": "html", "looked": "1", "language": "en"}).content.decode()
    assert "Not searched to the end" in file


def test_no_more_places_than_a_person_can_look_through(world, zita, monkeypatch):
    monkeypatch.setattr(elsewhere, "MOST", 3)
    for number in range(5):
        note(world, f"{number} Zita Quaxberger")
    shown = Disclosure(zita)
    assert len(shown.elsewhere.passages) == 3
    assert shown.elsewhere.unread == ["whatever stands behind the first 3 places"]


def test_custom_fields_are_told_by_their_labels_in_the_language_of_the_file(world, zita):
    part = CustomField.add(by=world.admin, belongs_to="contacts", kind="several", label_en="Interests", label_de="Interessen",
                           choices=[{"en": "Garden", "de": "Garten"}, {"en": "Kitchen", "de": "Küche"}])  # fmt: skip
    known.forget()
    field = known.of("contacts").by_key[part.key]
    zita.contact.change(by=world.ada, **{field.name: [field.choices[0].key]})
    person = Person.of_contact(Contact.objects.get(pk=zita.contact.pk))
    for language, label, choice in (("de", "Interessen", "Garten"), ("en", "Interests", "Garden")):
        with translation.override(language):
            told = json.dumps(Disclosure(person).as_data(), ensure_ascii=False)
        assert f"{label}: {choice}" in told
        assert f"“{choice}”" in told or f"„{choice}“" in told, "history says it likewise"
    place = f"customers.Contact:{person.contact.pk}:custom"
    disclosing.black_out(person, place, passage="Garten", reason="x", by=world.admin, language="de")
    with translation.override("de"):
        assert "Garten" not in next(v.text for v in Disclosure(person).texts if v.place == place)


def test_an_erasure_takes_her_out_of_notes_about_others(world, zita):
    world.maria.change(by=world.ada, note="Successor of Zita Quaxberger")
    erasure = erasing.begin(zita.contact, by=world.admin)
    erasing.work(erasure)
    world.maria.refresh_from_db()
    assert "Quaxberger" not in world.maria.note
    assert world.maria.note.startswith("Successor of")
