"""The pages for restriction, legal hold, erasure and the inventory."""

import pytest
from django.urls import reverse
from django.utils import timezone

from kundenkreis.customers.models import Account, Contact
from kundenkreis.privacy import former, restricting, watching
from kundenkreis.privacy.models import Erasure
from kundenkreis.staff import joining


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def page(world) -> str:
    return reverse("privacy_contacts:person", args=[world.maria.pk])


def test_only_who_keeps_data_protection_sees_and_only_an_administrator_changes(world, signed_in):
    pages = [page(world), reverse("privacy_erasures:list"), reverse("privacy_inventory:index")]
    for person, status in ((world.ada, 403), (world.ben, 200), (world.admin, 200)):
        for address in pages:
            assert signed_in(person).get(address).status_code == status, (person, address)
    assert signed_in(world.ben).post(f"{page(world)}restrict/", {"r-reason": "x"}).status_code == 403
    assert signed_in(world.ben).post(f"{page(world)}erase/", {"e-name": "x"}).status_code == 403
    assert restricting.of(world.maria) is None


def test_a_person_is_restricted_found_in_the_list_and_lifted(world, signed_in):
    client = signed_in(world.admin)
    refused = client.post(f"{page(world)}restrict/", {"r-reason": ""})
    assert refused.status_code == 422
    client.post(f"{page(world)}restrict/", {"r-reason": "<b>Doubts</b>"})
    assert client.get(reverse("contacts:detail", args=[world.maria.pk])).status_code == 404
    shown = client.get(reverse("privacy_erasures:list")).content.decode()
    assert "Maria Lindner" in shown and "&lt;b&gt;Doubts" in shown
    assert "Maria Lindner" in client.get(page(world)).content.decode()
    client.post(f"{page(world)}lift/")
    assert client.get(reverse("contacts:detail", args=[world.maria.pk])).status_code == 200


def test_a_hold_refuses_the_erasure(world, signed_in):
    client = signed_in(world.admin)
    client.post(f"{page(world)}hold/", {"h-reason": "Lawsuit 4 Cg 12/26"})
    assert "Lawsuit 4 Cg 12/26" in client.get(reverse("privacy_erasures:list")).content.decode()
    refused = client.post(f"{page(world)}erase/", {"e-name": str(world.maria)})
    assert refused.status_code == 422
    assert not Erasure.objects.exists()
    client.post(f"{page(world)}end-hold/")
    assert restricting.hold_of(world.maria) is None


def test_the_name_has_to_be_typed_and_then_the_person_is_gone(world, signed_in):
    client = signed_in(world.admin)
    world.lindner.change(by=world.ada, description="Ask Ms Maria Lindner <script>")
    seen = client.get(page(world)).content.decode()
    assert "<mark>Ms Maria Lindner</mark>" in seen or "<mark>Maria Lindner</mark>" in seen
    assert "<script> " not in seen
    assert client.post(f"{page(world)}erase/", {"e-name": "Somebody"}).status_code == 422
    answer = client.post(
        f"{page(world)}erase/", {"e-name": f"  {str(world.maria).lower()} ", "e-request_number": "P-1"}, follow=True
    )
    assert answer.status_code == 200
    erasure = Erasure.objects.get()
    assert erasure.request_number == "P-1"
    assert not Contact.objects.living().filter(pk=world.maria.pk).exists()
    world.lindner.refresh_from_db()
    assert "Maria" not in world.lindner.description
    assert "Lindner & Söhne" in world.lindner.name, "the company that has her name is another one"


def test_a_company_has_no_such_page_and_a_private_customer_has(world, signed_in):
    client = signed_in(world.admin)
    assert client.get(reverse("privacy_accounts:person", args=[world.lindner.pk])).status_code == 404
    own = Account.add(by=world.ada, name="Olga Own", kind="person", owner=world.ada)
    assert "Olga Own" in client.get(reverse("privacy_accounts:person", args=[own.pk])).content.decode()
    assert (
        reverse("privacy_accounts:person", args=[own.pk])
        in client.get(reverse("accounts:detail", args=[own.pk])).content.decode()
    )
    assert page(world) in client.get(reverse("contacts:detail", args=[world.maria.pk])).content.decode()


def test_a_colleague_who_left_is_erased_with_her_name_typed(world, signed_in):
    client, address = signed_in(world.admin), reverse("privacy_users:person", args=[world.dora.pk])
    assert "Lock the account first" in client.get(address).content.decode()
    assert address not in client.get(reverse("people:detail", args=[world.dora.pk])).content.decode()
    joining.lock(world.dora, by=world.admin)
    world.lindner.change(by=world.ada, description="Ask Dora Steiner")
    assert address in client.get(reverse("people:detail", args=[world.dora.pk])).content.decode()
    assert address in client.get(reverse("privacy_erasures:list")).content.decode()
    page = client.get(address).content.decode()
    assert "<mark>Dora Steiner</mark>" in page and "Restriction of processing" not in page
    assert signed_in(world.ada).get(address).status_code == 403
    assert signed_in(world.ben).post(f"{address}erase/", {"e-name": "Dora Steiner"}).status_code == 403
    assert client.post(f"{address}erase/", {"e-name": "Dora"}).status_code == 422
    assert client.post(f"{address}erase/", {"e-name": "Dora Steiner"}, follow=True).status_code == 200
    world.lindner.refresh_from_db()
    assert world.lindner.description == f"Ask {former.nameless(world.dora.pk)}"
    assert Erasure.objects.get().colleagues == [world.dora.pk]
    assert client.get(reverse("people:detail", args=[world.dora.pk])).status_code == 404
    assert client.get(address).status_code == 200


def test_what_weighs_much_asks_first(world, signed_in):
    client = signed_in(world.admin)
    restricting.restrict(world.maria, by=world.admin, reason="Doubts")
    restricting.hold(world.maria, by=world.admin, reason="Claim")
    alert = watching.raise_alert("mass", world.ada, timezone.now(), slot="x", count=7_000, what="accounts")
    breach = reverse("privacy_alerts:make_breach", args=[alert.pk])
    for address, said in (
        (f"{page(world)}lift/", "Tell her before you lift it"),
        (f"{page(world)}end-hold/", "erased for good"),
        (breach, "within 72 hours"),
    ):
        assert said in client.get(address).content.decode()
        assert signed_in(world.ben).get(address).status_code == 403
    assert restricting.of(world.maria) and restricting.hold_of(world.maria) and alert.state == "open"
