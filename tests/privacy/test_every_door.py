"""A restricted person at every door: no page, list, export, search or noun of the interface shows any of her values to anybody."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kundenkreis.activities.models import Activity
from kundenkreis.api.door import NOUNS
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account, Address, Consent, Contact, ContactPoint, Position
from kundenkreis.files import storing
from kundenkreis.privacy import restricting
from kundenkreis.staff import access
from tests.api.conftest import Program
from tests.furnished import furnish
from tests.sitemap import ALSO, addresses

VALUES = ["Zqvorname", "Zqnachname", "Zqtitel", "Zqnachtitel", "zqmail@zq.test", "998877", "7788991", "Zqnotiz", "Zqquelle", "Zqoberst",
          "Zqabteilung", "Zqgasse", "zqweiter@zq.test", "Zqklub", "Zqkonto", "Zqbeschreibung", "Zqausweis"]  # fmt: skip
ASKED = ["/search/?q=", "/palette/?q=", "/contacts/?q=", "/accounts/?q=", "/activities/all/?q=", "/contacts/export/?q="]
OF_PRIVACY = ("privacy_", "disclosure")


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    settings.FILES_DIR = tmp_path / "files"
    House.forget()


@pytest.fixture
def met(world):
    """The house with all that can be in it, and somebody who has everything."""
    made = furnish(world)
    contact = Contact.add(
        by=world.ada, given_name="Zqvorname", family_name="Zqnachname", title_before="Zqtitel", title_after="Zqnachtitel",
        email="zqmail@zq.test", phone="+43 7242 998877", mobile="+43 664 7788991", note="Zqnotiz", owner=world.ada,
    )  # fmt: skip
    job = {"job_title": "Zqoberst", "department": "Zqabteilung"}
    position = Position.add(by=world.ada, contact=contact, account=world.lindner, **job)
    home = {"street": "Zqgasse 7", "postcode": "4600", "place": "Wels", "country": "AT"}
    address = Address.add(by=world.ada, contact=contact, **home)
    point = ContactPoint.add(by=world.ada, contact=contact, kind="email", value="zqweiter@zq.test", label="Zqklub")
    consent = Consent.add(by=world.ada, contact=contact, purpose="newsletter", channel="email", state="given", source="Zqquelle",
                          since=made["consents"].since)  # fmt: skip
    own = Account.add(
        by=world.ada,
        name="Zqkonto",
        kind="person",
        person=contact,
        owner=world.ada,
        description="Zqbeschreibung",
        **home,
    )
    for kind in ("call", "task", "meeting"):
        Activity.add(
            by=world.ada, kind=kind, subject="Gespräch", account=world.lindner, contact=contact, owner=world.ada
        )
    Activity.add(by=world.ada, kind="call", subject="Gespräch", account=own, owner=world.ada)
    along = Activity.add(by=world.ada, kind="meeting", subject="Runde", account=world.lindner, owner=world.ada,
                         participants=[contact, world.maria])  # fmt: skip
    along.change(by=world.ada, body="Protokoll")
    storing.store(SimpleUploadedFile("Zqausweis.txt", b"Zqausweis"), contact, by=world.ada)
    contact.change(by=world.ada, note="Zqnotiz 2")
    hers = {"contact": contact, "positions": position, "contact_addresses": address, "points": point, "consents": consent,
            "account": own, "private_account": own}  # fmt: skip
    return made, hers


def shown(answer) -> list[str]:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    low = body.decode("utf-8", "replace").lower()
    return [value for value in VALUES if value.lower() in low]


def walk(client: Client, made: dict, hers: dict, may_see: bool) -> list[tuple[str, list[str]]]:
    """Every address of what is hers, and of what the house holds too for whoever sees all of it, each asked once."""
    found = []
    held = (made, made | hers) if may_see else (made | hers,)
    for name, address in dict.fromkeys(one for records in held for one in addresses(records)):
        answer = client.get(address)
        if not (may_see and name.startswith(OF_PRIVACY)) and (values := shown(answer)):
            found.append((address, values))
    for address in ALSO:
        for records in held:
            there = {key: record.pk for key, record in records.items() if hasattr(record, "pk")}
            if values := shown(client.get(address.format(**there))):
                found.append((address, values))
    for address in ASKED:
        for word in ("Zqnachname", "zqmail@zq.test", "998877", "Zqkonto"):
            values = [value for value in shown(client.get(address + word)) if value != word]
            found += [(address + word, values)] if values else []
    return found


def read(program: Program, hers: dict, may_see: bool = False) -> list[tuple[str, list[str]]]:
    sealed = {"restrictions", "erasures", "privacy-requests"} if may_see else set()
    paths = [
        f"{noun.path}{more}"
        for noun in NOUNS
        if noun.path not in sealed
        for more in ("?limit=500", "?limit=500&q=Zqnachname", "?deleted=true")
    ]
    paths += [f"contacts/{hers['contact'].pk}{tail}" for tail in ("", "/history", "/timeline")]
    paths += [f"accounts/{hers['account'].pk}{tail}" for tail in ("", "/history", "/timeline")]
    paths += ["search?q=Zqnachname", "changes/contacts", "events?after=0&limit=500"]
    return [(path, values) for path in paths if (values := shown(program.get(path)))]


@pytest.mark.once  # what a page shows is no matter of the database
@pytest.mark.parametrize("who", ["admin", "ada"])
def test_a_restricted_person_is_shown_at_no_door(world, met, signed_in, who):
    made, hers = met
    person = getattr(world, who)
    client = signed_in(person)
    assert shown(client.get(f"/contacts/{hers['contact'].pk}/")), "the walk finds what is there"
    assert read(Program(person), hers)
    restricting.restrict(Contact.objects.get(pk=hers["contact"].pk), by=world.admin, reason="x")
    may_see = access.may(person, "privacy.see")
    assert may_see == (who != "ada")
    found = walk(client, made, hers, may_see) + read(Program(person), hers, may_see)
    assert found == [], "\n".join(map(str, found))
