"""A restricted person does not come into the house a second time by her address, and nobody is told whose it is."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from kundenkreis.customers import sealed_addresses
from kundenkreis.customers.models import Account, Contact, ContactPoint, SealedAddress
from kundenkreis.history import undo
from kundenkreis.history.models import Event
from kundenkreis.privacy import erasing, restricting
from kundenkreis.quality.sheets import bringing
from tests.api.conftest import Program
from tests.quality.imports import imported, told
from tests.quality.sheets.conftest import Book, exported

SAID = "A person with this address is restricted."


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def zita(world):
    contact = Contact.add(by=world.ada, given_name="Zitaline", family_name="Quaxberger", email="zq@quax.test",
                          phone="+43 7242 998877", mobile="+43 664 7788991")  # fmt: skip
    ContactPoint.add(by=world.ada, contact=contact, kind="email", value="zita@quax.test")
    return contact


@pytest.fixture
def restricted(world, zita):
    restricting.restrict(zita, by=world.admin, reason="x")
    return Contact._base_manager.get(pk=zita.pk)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", " ZQ@quax.test"),
        ("email", "zita@quax.test"),
        ("phone", "07242/998877"),
        ("mobile", "0043 664 7788991"),
    ],
)
def test_no_second_contact_by_a_verb(world, restricted, field, value):
    with pytest.raises(ValidationError, match=SAID) as refused:
        Contact.add(by=world.ada, family_name="Neu", **{field: value})
    assert list(refused.value.message_dict) == [field]
    with pytest.raises(ValidationError, match=SAID):
        world.maria.change(by=world.ada, **{field: value})
    with pytest.raises(ValidationError, match=SAID):
        ContactPoint.add(by=world.ada, contact=world.maria, kind="email" if "@" in value else "phone", value=value)
    column = "email" if "@" in value else "phone"
    with pytest.raises(ValidationError, match=SAID):
        Account.add(by=world.ada, name="Neu", kind="person", owner=world.ada, **{column: value})
    assert not Contact.objects.living().filter(family_name="Neu").exists()


def test_a_colleague_s_extension_and_others_addresses_are_free(world, restricted):
    for number, more in enumerate(({"phone": "+43 7242 998878"}, {"email": "zz@quax.test"}, {"email": ""}, {})):
        Contact.add(by=world.ada, family_name=f"Frei {number}", **more)


def test_what_others_have_too_is_not_kept(world, zita):
    Contact.add(by=world.ada, family_name="Twin", email="zq@quax.test")
    world.lindner.change(by=world.ada, phone="07242 998877")
    ContactPoint.add(by=world.ada, contact=world.maria, kind="mobile", value="0664 7788991")
    restricting.restrict(zita, by=world.admin, reason="x")
    assert SealedAddress.objects.count() == 1
    Contact.add(
        by=world.ada, family_name="Third", email="zq@quax.test", phone="+43 7242 998877", mobile="+43 664 7788991"
    )


def test_the_form_says_it_at_the_field_and_names_nobody(world, restricted, signed_in):
    new = {"given_name": "Jonas", "family_name": "Berger", "language": "de", "email": "zq@quax.test"}
    answer = signed_in(world.ada).post("/contacts/new/", new)
    page = answer.content.decode()
    assert answer.status_code == 422 and SAID in page
    assert "Quaxberger" not in page and "Zitaline" not in page


def test_the_api_refuses_one_and_many(world, restricted):
    ada = Program(world.ada)
    one = ada.post("contacts", {"family_name": "Berger", "email": "zq@quax.test"})
    assert one.status_code == 422 and SAID in one.content.decode(), one.content
    rows = [{"family_name": "Gut", "email": "gut@gut.test"}, {"family_name": "Neu", "email": "zq@quax.test"}]
    many = ada.post("contacts/bulk?partial=true", {"items": rows})
    assert SAID in many.content.decode(), many.content
    assert Contact.objects.living().filter(family_name="Gut").exists()
    assert not Contact.objects.living().filter(email="zq@quax.test").exists()


def test_an_import_refuses_the_row(world, restricted):
    rows = [f"Vor{n};Nach{n};n{n}@gut.test;" for n in range(30)]
    text = "\n".join(
        ["first_name;last_name;email;phone", *rows, "Neu;Neu;zq@quax.test;", "Neu;Neu;neu@gut.test;07242 998877"]
    )
    run = imported(text, target="contacts", by=world.admin)
    assert (run.counts["added"], run.counts["rejected"]) == (30, 2)
    problems = list(run.problems.order_by("row").values_list("row", "field", "code"))
    assert problems == [(32, "email", "restricted"), (33, "phone", "restricted")]
    assert all(SAID in one and "Quaxberger" not in one for one in told(run))
    assert not Contact.objects.living().filter(family_name="Neu").exists()


def test_the_importer_of_accounts_refuses_private_customers_only(world, restricted):
    rows = [f"Vor {n};person;n{n}@gut.test;" for n in range(30)]
    text = "\n".join(
        [
            "name;kind;email;phone",
            *rows,
            "Neu Privat;person;zq@quax.test;",
            "Neu Zwei;person;;07242 998877",
            "Neu Firma GmbH;company;zq@quax.test;",
        ]
    )
    run = imported(text, target="accounts", match_by="name", by=world.admin)
    assert (run.counts["added"], run.counts["rejected"]) == (31, 2)
    problems = list(run.problems.order_by("row").values_list("row", "field", "code"))
    assert problems == [(32, "email", "restricted"), (33, "phone", "restricted")]
    assert set(Account.objects.filter(name__startswith="Neu").values_list("name", flat=True)) == {"Neu Firma GmbH"}


def test_what_lay_in_the_bin_does_not_come_back_while_she_is_restricted(world, zita):
    twin = Contact.add(by=world.ada, family_name="Twin", email="ZQ@quax.test")
    reached = Contact.add(by=world.ada, family_name="Reached")
    point = ContactPoint.add(by=world.ada, contact=reached, kind="mobile", value="0664 7788991")
    lone = ContactPoint.add(by=world.ada, contact=world.maria, kind="email", value="zita@quax.test")
    own = Account.add(by=world.ada, name="Twin", kind="person", email="zq@quax.test", owner=world.ada)
    firm = Account.add(by=world.ada, name="Twin GmbH", email="zq@quax.test", owner=world.ada)
    everything = (twin, reached, lone, own, firm)
    for one in everything:
        one.discard(by=world.ada)
    restricting.restrict(zita, by=world.admin, reason="x")
    for one in (twin, reached, lone, own):
        with pytest.raises(ValidationError, match=SAID):
            one.restore(by=world.ada)
    firm.restore(by=world.ada)
    with pytest.raises(ValidationError, match=SAID):
        undo.undo_event(Event.objects.about(twin).latest("pk"), by=world.ada)
    restricting.lift(Contact._base_manager.get(pk=zita.pk), by=world.admin)
    for one in (twin, reached, lone, own):
        one.restore(by=world.ada)
    assert ContactPoint.objects.living().filter(pk=point.pk).exists()


def test_a_workbook_refuses_the_row(world, restricted, tmp_path):
    marie = Contact.add(by=world.admin, family_name="Marie", email="marie@gut.test")
    book = Book(exported(world.admin, "contacts", [world.maria, marie]))
    book.put(2, "e-mail", "zq@quax.test")
    book.put(3, "e-mail", "neu@gut.test")
    file = tmp_path / "edited.xlsx"
    file.write_bytes(book.bytes())
    sheet = bringing.compare(bringing.start(file, "edited.xlsx", world.admin))
    assert list(sheet.cells.filter(kind="problem").values_list("row", "field", "code")) == [(2, "email", "restricted")]
    bringing.apply(sheet)
    marie.refresh_from_db()
    assert marie.email == "neu@gut.test"
    assert not Contact.objects.living().filter(email="zq@quax.test").exists()


def test_lifting_and_erasing_remove_the_hashes(world, zita, django_assert_num_queries):
    restricting.restrict(zita, by=world.admin, reason="x")
    assert SealedAddress.objects.count() == 4
    restricting.lift(zita, by=world.admin)
    assert SealedAddress.objects.count() == 0
    restricting.restrict(zita, by=world.admin, reason="x")
    zita.refresh_from_db()
    erasing.work(erasing.begin(zita, by=world.admin))
    assert SealedAddress.objects.count() == 0
    Contact.add(by=world.ada, family_name="Neu", email="zq@quax.test")
    with django_assert_num_queries(1):  # where nobody is restricted, a million rows are not hashed
        assert sealed_addresses.taken(["a@b.test"]) == set()


def test_the_hash_is_asked_of_an_index(world):
    if connection.vendor == "postgresql":  # which reads a table of a few rows as a whole
        connection.cursor().execute("SET LOCAL enable_seqscan = off")
    assert "customers_sealed_digest" in SealedAddress.objects.filter(digest="a").explain()
