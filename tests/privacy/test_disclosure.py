"""A disclosure tells everything that the inventory says is about a person, and nothing that names anybody else unseen."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Account, Contact, Position
from kundenkreis.files.models import Document
from kundenkreis.history.models import Event
from kundenkreis.insights.models import Signal
from kundenkreis.leads.models import Lead, LeadConsent, Submission
from kundenkreis.lists import recent
from kundenkreis.market.models import Competitor
from kundenkreis.privacy import belonging, disclosing, elsewhere, inventory, restricting
from kundenkreis.privacy.belonging import Person
from kundenkreis.privacy.disclosure import BLACK, LEFT_OUT, Disclosure
from kundenkreis.privacy.models import Outflow, Redaction, SubjectRequest
from kundenkreis.prospecting.models import Fit, TargetAccount
from kundenkreis.quality.models import DuplicatePair
from kundenkreis.staff.models import User
from kundenkreis.territories.models import AccountChoice
from tests.furnished import furnish

pytestmark = pytest.mark.django_db
ROWLESS = {
    "privacy.Redaction",
    "privacy.Shown",
    "privacy.LegalHold",
    "privacy.Restriction",
}  # nothing of these is there


def told(person):
    return json.dumps(Disclosure(person).as_data(), ensure_ascii=False)


def looked_through(client, address, language):
    """What the form of the review sends once somebody has looked through the texts."""
    assert client.get(address, {"language": language}).status_code == 200
    return {"looked": "1", "language": language}


@pytest.fixture
def filled(world):
    """Maria is Lindner herself, and every line of the inventory that leads to her has a row, every text a value of its own."""
    furnish(world)
    Account.objects.filter(pk=world.lindner.pk).update(kind="person", person=world.maria)
    world.maria.tags.set(world.lindner.tags.all())
    SubjectRequest.add(by=world.ada, kind="access", contact=world.maria, wish="All of it")
    along = Activity.add(
        by=world.ada, kind="meeting", subject="Fair", account=world.brauneis, participants=[world.maria]
    )
    assert along.participants.exists()
    recent.note(world.ben, "contacts", world.maria.pk)
    hers = LeadConsent._base_manager.earliest("pk").lead
    hers.activities.add(along)
    Lead._base_manager.filter(pk=hers.pk).update(contact=world.maria)
    Submission._base_manager.update(lead=hers)
    for model in (Competitor, AccountChoice, TargetAccount, Fit):
        model._base_manager.filter(pk=model._base_manager.earliest("pk").pk).update(account=world.lindner)
    maria = Person.of_contact(Contact.objects.get(pk=world.maria.pk))
    tokens = {}
    for line in filter(belonging.is_told, inventory.holdings()):
        model = inventory.model_of(line)
        for row in list(belonging.rows(line, maria)):
            for name in line.fields:
                field = model._meta.get_field(name)
                if not isinstance(field, models.CharField | models.TextField) or field.choices:
                    continue
                if name in LEFT_OUT.get(line.what, ()):
                    continue
                token = f"q{len(tokens):05d}q"[: field.max_length or 20]
                if len(token) == 7:
                    model._base_manager.filter(pk=row.pk).update(**{name: token})
                    tokens[token] = f"{line.what}.{name}"
    return Person.of_contact(Contact.objects.get(pk=world.maria.pk)), tokens


def test_every_value_that_the_inventory_names_stands_in_it(world, filled):
    maria, tokens = filled
    shown = told(maria)
    assert {where for token, where in tokens.items() if token not in shown} == set()
    assert len(tokens) > 60


def test_no_line_of_the_inventory_is_forgotten(world, filled):
    """A new noun about people that has no row here fails this until the furnished house has one."""
    maria, _tokens = filled
    sections = {section.key for section in Disclosure(maria).sections}
    expected = {line.what for line in inventory.holdings() if belonging.is_told(line)}
    assert expected - sections == ROWLESS


def test_nobody_else_is_named_but_in_texts_that_are_marked(world, filled):
    maria, _tokens = filled
    for number, person in enumerate(User.objects.order_by("pk")):
        User.objects.filter(pk=person.pk).update(first_name=f"Vor{number}xyz", last_name=f"Nach{number}xyz")
    for number, contact in enumerate(Contact.objects.exclude(pk=maria.contact.pk)):
        Contact.objects.filter(pk=contact.pk).update(given_name=f"Eva{number}uvw", family_name=f"Zwei{number}uvw")
    other = Contact.objects.exclude(pk=maria.contact.pk).first()
    pair = {
        "contact": min(maria.contact, other, key=lambda c: c.pk),
        "other_contact": max(maria.contact, other, key=lambda c: c.pk),
    }
    DuplicatePair.objects.create(
        kind="contact", weight=3, probability=0.5, explanation={"prior": 0, "fields": {}}, **pair
    )
    shown = told(maria)
    assert "xyz" not in shown
    assert "uvw" not in shown
    assert "another person" in shown


def test_a_text_that_names_a_colleague_or_another_contact_comes_first(world):
    eva = Contact.add(by=world.ada, family_name="Nebenan")
    Position.add(by=world.ada, contact=eva, account=world.lindner)
    texts = {
        "Was friendly": False,
        "Says that Nebenan earns too much": True,
        "Asked for Cem Yıldız": True,
        "Write to boss@elsewhere.test": True,
        "Write to maria@lindner.test": False,
        "Frau Lindner called": False,
    }
    for text in texts:
        Activity.add(by=world.ada, kind="note", subject="Note", body=text, contact=world.maria, account=world.lindner)
    found = Disclosure(Person.of_contact(world.maria)).texts
    assert {value.text: value.names_others for value in found if value.text in texts} == texts
    assert [value.names_others for value in found] == sorted((v.names_others for v in found), reverse=True)


def test_a_passage_is_left_out_with_its_reason_and_kept_nowhere(world):
    note = Activity.add(by=world.ada, kind="note", subject="S", body="Rosa pays. Rosa drinks.", contact=world.maria)
    maria, place = Person.of_contact(world.maria), f"activities.Activity:{note.pk}:body"
    with pytest.raises(ValidationError):
        disclosing.black_out(maria, place, passage="Rosa", reason=" ", by=world.admin)
    with pytest.raises(ValidationError):
        disclosing.black_out(maria, place, passage="Erna", reason="somebody else", by=world.admin)
    disclosing.black_out(maria, place, passage="Rosa", reason="somebody else", by=world.admin)
    shown = next(value for value in Disclosure(maria).texts if value.place == place)
    assert shown.text == f"{BLACK} pays. {BLACK} drinks."
    assert shown.blacked == ["somebody else", "somebody else"]
    assert "Rosa" not in told(maria)
    event = Event.objects.about(world.maria).latest("pk")
    assert event.verb == "contact.passage_blacked_out"
    assert "Rosa" not in json.dumps(event.changes)
    assert not any("Rosa" in str(value) for row in Redaction.objects.values() for value in row.values())
    note.change(by=world.ada, body="Rosa pays. Rosa drinks water.")
    assert "Rosa drinks water" in told(maria), "a text that has changed is to be looked at anew"
    assert disclosing.show_again(maria, place, by=world.admin) == 2


def test_the_history_of_her_own_values_is_told_without_who_did_it(world):
    world.maria.change(by=world.ada, phone="+43 1 111111")
    world.maria.change(by=world.cem, phone="+43 1 222222", owner=world.ben)
    shown = told(Person.of_contact(world.maria))
    assert "“+43 1 111111” became “+43 1 222222”" in shown
    assert "Kern" not in shown
    assert "Yıldız" not in shown


def test_it_is_in_the_language_that_is_spoken(world):
    with translation.override("de"):
        data = Disclosure(Person.of_contact(world.maria)).as_data()
    assert any(value["value"] == "Frau" for s in data["sections"] for row in s["rows"] for value in row)


def test_portability_gives_back_what_she_gave_and_no_judgement(world):
    Activity.add(by=world.ada, kind="note", subject="Difficult", contact=world.maria)
    world.maria.change(by=world.ada, note="Moody")
    shown = json.dumps(Disclosure(Person.of_contact(world.maria), portable=True).as_data())
    assert "maria@lindner.test" in shown
    assert "Moody" not in shown
    assert "Difficult" not in shown


def test_a_thousand_activities_take_no_more_queries_than_one(world, monkeypatch):
    monkeypatch.setattr(elsewhere, "QUICK", (60_000, 600_000))  # a busy machine stops no search
    maria = Person.of_contact(world.maria)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            sections = {section.key: section for section in Disclosure(maria).sections}
        return len(queries), len(sections["activities.Activity"].rows)

    Activity.add(by=world.ada, kind="note", subject="One", contact=world.maria, owner=world.ada)
    few, one = asked()
    now = timezone.now()
    Activity.objects.bulk_create(
        Activity(kind="note", subject=f"S{n}", body="Text", contact=world.maria, owner=world.ada, at=now)
        for n in range(1_000)
    )
    assert asked() == (few, one + 1_000)


def test_a_company_is_no_person(world):
    with pytest.raises(ValueError, match="no person"):
        Person.of_account(world.lindner)
    Account.objects.filter(pk=world.lindner.pk).update(kind="person")
    world.lindner.refresh_from_db()
    Signal.objects.create(
        account=world.lindner, kind="first_order", value=1, figures={}, raised_on=timezone.localdate()
    )
    found = Disclosure(Person.of_account(world.lindner))
    assert "insights.Signal" in {section.key for section in found.sections}
    assert found.judgements


def test_the_file_is_made_once_looked_through_and_only_its_hash_is_kept(world, signed_in):
    Activity.add(by=world.ada, kind="note", subject="<script>alert(1)</script>", contact=world.maria)
    one = SubjectRequest.add(by=world.ada, kind="access", contact=world.maria)
    admin, review = signed_in(world.admin), f"/privacy/disclosure/contact/{world.maria.pk}/"
    address = f"{review}make/"
    assert admin.post(address, {"form": "html", "language": "en"}).status_code == 303
    assert admin.post(address, {"form": "html", "language": "en", "looked": "1"}).status_code == 303
    given = looked_through(admin, review, "en")
    Activity.add(by=world.ada, kind="note", subject="Written meanwhile", contact=world.maria)
    assert admin.post(address, {"form": "html"} | given).status_code == 303, "a text that nobody looked through"
    assert Event.objects.about(world.maria).latest("pk").verb != "contact.disclosed"
    given = looked_through(admin, review, "en")
    answer = admin.post(address, {"form": "html", "request": one.pk} | given)
    page = answer.content.decode()
    assert "attachment" in answer["Content-Disposition"]
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "maria@lindner.test" in page
    import hashlib

    event = Event.objects.about(world.maria).latest("pk")
    assert event.verb == "contact.disclosed"
    assert event.changes["sha256"] == [None, hashlib.sha256(answer.content).hexdigest()]
    assert Event.objects.about(one).latest("pk").verb == "subjectrequest.disclosed"
    assert Outflow.objects.get().way == "disclosure"
    assert not Document.objects.exists()
    for form in ("json", "portable"):
        data = json.loads(admin.post(address, {"form": form} | looked_through(admin, review, "de")).content)
        assert data["language"] == "de"


def test_only_whoever_keeps_data_protection_makes_one(world, signed_in):
    for person in (world.ada, world.ben, world.rita):
        assert signed_in(person).get(f"/privacy/disclosure/contact/{world.maria.pk}/").status_code == 403
    assert signed_in(world.admin).get(f"/privacy/disclosure/contact/{world.maria.pk}/").status_code == 200
    assert signed_in(world.admin).get(f"/privacy/disclosure/account/{world.lindner.pk}/").status_code == 404
    assert signed_in(world.admin).get(f"/privacy/disclosure/team/{world.maria.pk}/").status_code == 404


def test_a_restricted_person_is_told_what_is_held_and_stays_restricted(world, signed_in):
    Activity.add(by=world.ada, kind="note", subject="Wants a rebate", contact=world.maria)
    restricting.restrict(world.maria, by=world.admin, reason="Says that her number is wrong")
    assert "maria@lindner.test" not in told(Person.of_contact(world.maria))
    with disclosing.as_she_was(Contact._base_manager.get(pk=world.maria.pk)) as maria:
        shown = told(maria)
    assert "maria@lindner.test" in shown
    assert "Managing director" in shown
    world.maria.refresh_from_db()
    assert world.maria.email == ""
    assert restricting.of(world.maria) is not None
    address = f"/privacy/disclosure/contact/{world.maria.pk}/"
    assert signed_in(world.admin).get(address).status_code == 200
    admin = signed_in(world.admin)
    answer = admin.post(f"{address}make/", {"form": "html"} | looked_through(admin, address, "de"))
    assert "maria@lindner.test" in answer.content.decode()
    world.maria.refresh_from_db()
    assert world.maria.email == ""
