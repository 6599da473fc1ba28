"""An account that is a person is linked with her contact."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from kundenkreis.customers.models import Account, Contact, accounts, contacts
from kundenkreis.history.models import Event
from kundenkreis.staff import access


@pytest.fixture
def nora(world):
    return Contact.add(by=world.cem, given_name="Nora", family_name="Nordin", owner=world.cem)


@pytest.fixture
def own(world, nora):
    """Nora's own account, which is Ada's."""
    return Account.add(by=world.ada, name="Nora Nordin", kind="person", person=nora, owner=world.ada)


@pytest.mark.parametrize("narrow", [True, False])
def test_whoever_sees_her_account_sees_the_contact(world, nora, narrow, monkeypatch):
    for module in (accounts, contacts):
        monkeypatch.setattr(module, "is_narrow", lambda reach: narrow)
    assert nora not in Contact.objects.visible_to(world.ada)
    assert not access.may(world.ada, "contacts.see", nora)
    own = Account.add(by=world.ada, name="Nora Nordin", kind="person", person=nora, owner=world.ada)
    assert nora in Contact.objects.visible_to(world.ada)
    assert access.may(world.ada, "contacts.see", nora)
    own.change(by=world.ben, owner=world.gerda, team=None)
    assert nora not in Contact.objects.visible_to(world.ada)
    assert nora in Contact.objects.visible_to(world.cem)


def test_one_contact_is_one_account_s_person(world, nora, own):
    with pytest.raises(ValidationError) as refused:
        Account.add(by=world.ada, name="Another", kind="person", person=nora)
    assert refused.value.message_dict == {"person": ["This person has an account already; it may be in the bin."]}


def test_a_company_is_no_contact_s_account(world, own):
    with pytest.raises(ValidationError) as refused:
        own.change(by=world.ada, kind="company")
    assert refused.value.message_dict == {"person": ["Only an account of the kind “person” can be that of a contact."]}


def test_it_is_made_and_changed_in_the_forms_and_told_in_the_history(world, signed_in):
    ada = signed_in(world.ada)
    assert 'name="person"' in ada.get("/accounts/new/").text
    made = ada.post(
        "/accounts/new/", {"name": "Maria Lindner", "kind": "person", "relation": "customer", "person": world.maria.pk}
    )
    account = Account.objects.get(name="Maria Lindner")
    assert (made.status_code, account.person) == (303, world.maria)
    other = Contact.add(by=world.ada, given_name="Olga", family_name="Orth", owner=world.ada)
    edit = reverse("accounts:edit", args=[account.pk]) + "?field=person"
    assert ada.post(edit, {"person": other.pk}).status_code == 303
    account.refresh_from_db()
    assert account.person == other
    event = Event.objects.filter(subject_id=account.pk, verb="account.changed").latest("pk")
    assert event.changes["person"] == [world.maria.pk, other.pk, "Mag. Maria Lindner", "Olga Orth"]
    assert "Olga Orth" in ada.get(f"/accounts/{account.pk}/?tab=history").text


def test_a_contact_outside_one_s_reach_cannot_be_chosen(world, nora, signed_in):
    given = {"name": "Nora Nordin", "kind": "person", "relation": "customer", "person": nora.pk}
    assert signed_in(world.ada).post("/accounts/new/", given).status_code == 422
    asked = {"name": "Nora Nordin", "kind": "person", "person_id": nora.pk}
    answer = signed_in(world.ada).post("/api/v1/accounts", asked, content_type="application/json")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/person_id"]
    assert not Account.objects.filter(name="Nora Nordin").exists()


def test_the_pages_lead_to_one_another_as_far_as_one_sees(world, nora, own, signed_in):
    account, contact = f"/accounts/{own.pk}/", f"/contacts/{nora.pk}/"
    ada = signed_in(world.ada)
    assert f'href="{contact}">Nora Nordin</a>' in ada.get(account).text
    assert f'href="{account}">Nora Nordin</a>' in ada.get(contact).text
    assert account not in signed_in(world.cem).get(contact).text
    assert "person" in ada.get(f"{account}?tab=details").text
