"""Merging and taking it back on the pages: what one sees before, what one may, and old links."""

import pytest
from django.urls import reverse
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Account, AccountTeamMember, Contact
from kundenkreis.history.models import Batch
from kundenkreis.quality.merging import merge
from kundenkreis.quality.models import Merge


@pytest.fixture
def twin(world):
    return Account.add(by=world.ada, name="Lintner und Söhne", owner=world.ada, vat_id="ATU12345675", phone="+4372421")


@pytest.fixture
def ada(world, signed_in):
    return signed_in(world.ada)


def address(one, other, **query):
    asked = "&".join(f"{name}={value}" for name, value in {"with": other.pk, **query}.items())
    return reverse(f"{one.noun()}s:merge", args=[one.pk]) + f"?{asked}"


def test_before_it_happens_she_sees_the_fields_that_differ_and_what_goes_along(ada, world, twin):
    Activity.add(by=world.ada, kind="note", subject="x", account=twin, at=timezone.now())
    text = ada.get(address(world.lindner, twin)).content.decode()
    assert "Lintner und Söhne" in text
    assert "ATU12345675" in text
    assert 'name="take-vat_id" value="gone" checked' in text
    assert 'name="take-name" value="kept" checked' in text
    assert '<b class="number">1</b><span>activities</span>' in text
    assert "take-owner" not in text  # a key account manager does not give accounts to others
    assert not Batch.objects.filter(kind="merge").exists()


def test_what_she_chose_is_done_and_can_be_taken_back_from_the_message(ada, world, twin):
    answer = ada.post(address(world.lindner, twin), {"take-name": "gone", "take-vat_id": "gone", "take-phone": "kept"})
    assert answer.url == f"/accounts/{world.lindner.pk}/"
    world.lindner.refresh_from_db()
    assert (world.lindner.name, world.lindner.vat_id, world.lindner.phone) == ("Lintner und Söhne", "ATU12345675", "")
    page = ada.get(answer.url).content.decode()
    assert "is part of" in page
    undo = reverse("history:undo_batch", args=[Batch.objects.get(kind="merge").pk])
    assert undo in page
    ada.post(undo)
    twin.refresh_from_db()
    assert (twin.deleted_at, twin.merged_into) == (None, None)


def test_the_other_one_can_be_kept_instead(ada, world, twin):
    ada.post(address(world.lindner, twin, keep="other"))
    world.lindner.refresh_from_db()
    assert world.lindner.merged_into == twin


def test_an_old_link_leads_to_the_kept_record(ada, world, twin):
    merge(world.lindner, twin, by=world.ada)
    answer = ada.get(f"/accounts/{twin.pk}/?tab=history")
    assert answer.url == f"/accounts/{world.lindner.pk}/?tab=history"
    page = ada.get(answer.url, follow=True).content.decode()
    assert "old link" in page
    assert twin.number in page
    assert ada.get(f"/accounts/{twin.pk}/edit/").status_code == 404
    assert ada.get("/bin/").content.decode().count("Lintner") == 0


def test_an_old_link_tells_nothing_to_whom_the_kept_record_is_hidden(ada, world, twin, signed_in):
    other = Account.add(by=world.cem, name="Brauneis 2", owner=world.cem)
    merge(world.brauneis, other, by=world.ben)
    assert ada.get(f"/accounts/{other.pk}/").status_code == 404
    contact = Contact.add(by=world.cem, family_name="Hidden", owner=world.cem)
    kept = Contact.add(by=world.cem, family_name="Hidden too", owner=world.cem)
    merge(kept, contact, by=world.ben)
    assert ada.get(f"/contacts/{contact.pk}/").status_code == 404
    assert signed_in(world.cem).get(f"/contacts/{contact.pk}/").url == f"/contacts/{kept.pk}/"


@pytest.mark.parametrize("way", ["this", "other"])
def test_what_one_may_not_see_or_only_see_is_not_merged(ada, world, twin, way):
    hidden = ada.post(address(twin, world.brauneis, keep=way))
    assert hidden.status_code == 422  # as if there were no such account
    assert "Brauneis" not in hidden.content.decode()
    AccountTeamMember.add(by=world.ben, account=world.brauneis, person=world.rita, role="inside")
    world.wels.change(by=None, people=[world.ada])
    seen = Account.add(by=world.ben, name="Only seen", owner=world.ben, territory=world.wels)
    assert ada.post(address(twin, seen, keep=way)).status_code == 403
    assert not Merge.objects.exists()


@pytest.mark.parametrize(
    ("change", "status"), [({"with": "0"}, 422), ({"with": "x"}, 422), ({"with": ""}, 422), ({"with": "9" * 30}, 422)]
)
def test_a_number_that_leads_nowhere_is_refused(ada, world, change, status):
    answer = ada.get(reverse("accounts:merge", args=[world.lindner.pk]), change)
    assert answer.status_code == status


def test_a_record_with_itself_is_refused_in_words(ada, world):
    answer = ada.get(address(world.lindner, world.lindner))
    assert (answer.status_code, "with itself" in answer.content.decode()) == (422, True)


def test_a_choice_that_there_is_not_changes_nothing(ada, world, twin):
    assert ada.post(address(world.lindner, twin), {"take-name": "both"}).status_code == 404
    assert not Merge.objects.exists()


def test_taking_back_asks_to_whom_it_belongs_what_came_since(ada, world, twin):
    made = merge(world.lindner, twin, by=world.ada)
    world.lindner.refresh_from_db()
    world.lindner.change(by=world.ada, phone="+4399999")
    notes = [
        Activity.add(by=world.ada, kind="note", subject=name, account=world.lindner, at=timezone.now())
        for name in ("stays", "goes")
    ]
    here = reverse("merges:take_back", args=[made.pk])
    page = ada.get(here).content.decode()
    assert f'name="give-activities.activity.account" value="{notes[1].pk}"' in page
    assert 'name="before" value="phone"' in page
    answer = ada.post(here, {"give-activities.activity.account": [notes[1].pk, "99999"], "before": ["phone", "name"]})
    assert answer.url == f"/accounts/{twin.pk}/"
    assert {n.subject: Activity.objects.get(pk=n.pk).account for n in notes} == {"stays": world.lindner, "goes": twin}
    world.lindner.refresh_from_db()
    assert world.lindner.phone == ""
    again = ada.get(here)
    assert (again.status_code, "already" in again.content.decode()) == (409, True)


def test_the_list_of_merges_tells_of_what_one_sees(ada, world, twin, signed_in):
    merge(world.lindner, twin, by=world.ada)
    assert "Lintner" in ada.get("/merges/").content.decode()
    assert "Lintner" in ada.get(f"/merges/?account={world.lindner.pk}").content.decode()
    assert "Lintner" not in ada.get(f"/merges/?contact={world.lindner.pk}").content.decode()
    cem = signed_in(world.cem)
    assert "Lintner" not in cem.get("/merges/").content.decode()
    assert cem.get(reverse("merges:take_back", args=[Merge.objects.get().pk])).status_code == 404


def test_contacts_are_merged_likewise(ada, world):
    other = Contact.add(by=world.ada, given_name="Maria", family_name="Lindner-Huber", owner=world.ada, mobile="+43664")
    assert "+43664" in ada.get(address(world.maria, other)).content.decode().replace(" ", "")
    answer = ada.post(address(world.maria, other))
    assert answer.url == f"/contacts/{world.maria.pk}/"
    world.maria.refresh_from_db()
    assert world.maria.mobile == "+43664"
    assert "Lindner-Huber" in ada.get(answer.url).content.decode()


def test_who_only_reads_merges_nothing(signed_in, world, twin):
    assert signed_in(world.rita).get(reverse("accounts:merge", args=[world.lindner.pk])).status_code == 403
