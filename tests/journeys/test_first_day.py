"""The first day of a key account manager, over HTTP: what she does, what she sees, and what nobody else does."""

import re

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Account, Contact
from tests.world import PASSWORD

HTMX = {"HX-Request": "true"}


def test_ada_s_first_day(world, client, signed_in):
    # She signs in and finds her accounts, not Cem's.
    client.post("/signin/login/", {"login": "ada@example.test", "password": PASSWORD})
    page = client.get("/accounts/").content.decode()
    assert ("Lindner" in page, "Brauneis" in page) == (True, False)

    # A new customer called: she writes it down with its buyer, and what she promised.
    answer = client.post(
        "/accounts/new/",
        {"name": "Zirbe GmbH", "kind": "company", "relation": "prospect", "country": "AT", "language": "de"},
    )
    zirbe = Account.objects.get(name="Zirbe GmbH")
    assert (answer.status_code, zirbe.owner) == (303, world.ada)
    buyer = {
        "form_of_address": "mr",
        "given_name": "Egon",
        "family_name": "Zirbe",
        "language": "de",
        "account": zirbe.pk,
    }
    client.post("/contacts/new/", buyer)
    egon = Contact.objects.get(family_name="Zirbe")
    promised = {"kind": "task", "text": "Send the spring catalogue", "account": zirbe.pk}
    assert client.post("/activities/new/", promised, headers=HTMX).status_code == 200
    assert "Send the spring catalogue" in client.get("/activities/").content.decode()

    # She finds both again by a typing error, corrects the place, and takes that back.
    found = client.get("/search/", {"q": "Zirbee"}, headers=HTMX).content.decode()
    assert f"/accounts/{zirbe.pk}/" in found
    saved = client.post(
        f"/accounts/{zirbe.pk}/edit/?field=place", {"place": "Linz", "version": zirbe.version}, headers=HTMX
    )
    undo = re.search(r"/history/\d+/undo/", saved.content.decode())[0]
    assert Account.objects.get(pk=zirbe.pk).place == "Linz"
    client.post(undo)
    assert Account.objects.get(pk=zirbe.pk).place == ""

    # In the evening the task is done, and Cem knows nothing of it all.
    task = Activity.objects.get(account=zirbe)
    client.post(f"/activities/{task.pk}/finish/")
    task.refresh_from_db()
    assert not task.is_open
    cem = signed_in(world.cem)
    for address in (f"/accounts/{zirbe.pk}/", f"/contacts/{egon.pk}/", f"/activities/{task.pk}/"):
        assert cem.get(address).status_code == 404
    assert f"/{zirbe.pk}/" not in cem.get("/search/", {"q": "Zirbe"}, headers=HTMX).content.decode()
