"""Tags, activities and what custom fields lead to are edited in a workbook by the rules of editing by hand, and taken back as a whole."""

import datetime as dt

import pytest
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.customers import cadence
from kundenkreis.customers.models import Account, Contact, Tag
from kundenkreis.history.models import Event
from kundenkreis.history.undo import preview_batch, undo_batch
from kundenkreis.inbox.models import Notification
from kundenkreis.quality.sheets import applying
from kundenkreis.quality.sheets.nouns import EDITABLE
from tests.api.conftest import Program
from tests.fields.defining import define
from tests.quality.sheets.conftest import Book, exported


def taken(sheet):
    return applying.go_on(applying.confirm(sheet))


@pytest.fixture
def tags(world):
    found = {name: Tag.add(by=world.admin, name=name) for name in ("A customer", "Fair 2026", "Tender")}
    world.lindner.change(by=world.ada, tags=[found["A customer"], found["Tender"]])
    world.brauneis.change(by=world.cem, tags=[found["Tender"]])
    return found


def named(record) -> set[str]:
    return set(record.tags.values_list("name", flat=True))


def test_tags_are_put_on_and_taken_off_and_come_back_with_the_batch(world, tags, bring):
    book = Book(exported(world.admin, "accounts", [world.lindner, world.brauneis], ["name", "tags"]))
    assert book.cells[1][book.column("tags")] == "A customer; Tender"
    book.put(2, "tags", "fair 2026 ;Tender")
    book.put(2, "name", "Lindner neu")
    book.put(3, "tags", "")
    sheet = bring(world.admin, book)
    assert [(c.field, c.kind, c.texts) for c in sheet.cells.filter(record_id=world.brauneis.pk)] == [
        ("tags", "change", ["Tender", "Tender", ""])
    ]  # fmt: skip
    sheet = taken(sheet)
    assert (named(world.lindner), named(world.brauneis)) == ({"Fair 2026", "Tender"}, set())
    assert sheet.batch.counts["customers.account"] == {"changed": 2}
    told = Event.objects.filter(subject_type="customers.account", subject_id=world.lindner.pk, batch=sheet.batch).get()
    assert told.changes["tags"][2:] == ["A customer, Tender", "Fair 2026, Tender"]
    assert preview_batch(sheet.batch).undone == 3
    result = undo_batch(sheet.batch, by=world.admin)
    assert (named(world.lindner), named(world.brauneis)) == ({"A customer", "Tender"}, {"Tender"})
    world.lindner.refresh_from_db()
    assert (world.lindner.name, result.kept) == ("Lindner & Söhne GmbH", 0)


def test_a_tag_that_there_is_not_a_conflict_and_what_was_left_alone(world, tags, bring):
    maria = world.maria
    book = Book(exported(world.admin, "contacts", [maria], ["given_name", "tags"]))
    book.put(2, "tags", "Tender; Nobody knows")
    sheet = bring(world.admin, book)
    assert [(c.field, c.code) for c in sheet.cells.filter(kind="problem")] == [("tags", "unknown_tag")]
    book = Book(exported(world.admin, "accounts", [world.lindner, world.brauneis], ["tags"]))
    world.lindner.change(by=world.ada, tags=[tags["Fair 2026"]])
    world.brauneis.change(by=world.cem, tags=[tags["Fair 2026"]])
    book.put(2, "tags", "Tender")
    sheet = bring(world.admin, book)
    (cell,) = sheet.cells.all()
    assert (cell.record_id, cell.kind, cell.by) == (world.lindner.pk, "conflict", "Ada Huber")
    applying.decide(sheet, "sheet")
    taken(sheet)
    assert (named(world.lindner), named(world.brauneis)) == ({"Tender"}, {"Fair 2026"}), "what she left alone stays"


def test_activities_are_edited_and_what_follows_by_hand_follows_too(world, bring, signed_in):
    due = dt.date(2026, 3, 10)
    call = Activity.add(by=world.ada, kind="call", subject="Ring Maria", body="About the fair", account=world.lindner, contact=world.maria,
                        owner=world.ada, due_on=due, is_open=True)  # fmt: skip
    done = Activity.add(
        by=world.ada,
        kind="visit",
        subject="Visit",
        account=world.lindner,
        owner=world.ada,
        at=timezone.now() - dt.timedelta(days=3),
    )
    note = Activity.add(by=world.cem, kind="note", subject="Hers", account=world.brauneis, owner=world.cem)
    book = Book(exported(world.ada, "activities", [call, done, note]))
    assert not bring(world.ada, book).cells.exclude(kind="problem").exists(), (
        "whatever a field holds comes back as it went"
    )
    book.put(2, "subject", "Ring Maria Quaxberger")
    book.put(2, "due", "12.3.2026")
    book.put(2, "whose", "Gerda Wolf")
    book.put(3, "outcome", "not reached")
    book.put(3, "what happened", "Nobody at home. @Gerda Wolf please call.")
    book.put(4, "subject", "Not mine")
    Notification.objects.all().delete()
    sheet = bring(world.ada, book)
    assert sheet.cells.filter(kind="problem").values_list("row", flat=True).distinct().count() == 1
    sheet = taken(sheet)
    for one in (call, done, note):
        one.refresh_from_db()
    assert (call.subject, call.due_on, call.owner) == ("Ring Maria Quaxberger", dt.date(2026, 3, 12), world.gerda)
    assert (done.outcome, note.subject) == ("not_reached", "Hers")
    world.lindner.refresh_from_db()
    assert world.lindner.last_touch_on == cadence.NEVER, "whom nobody reached was not touched"
    assert set(Notification.objects.values_list("person", flat=True)) == {world.gerda.pk}
    assert Notification.objects.count() == 2
    found = signed_in(world.ada).get("/search/", {"q": "quaxberger"}).content.decode()
    assert "Ring Maria" in found, "it is found by its new words"
    undo_batch(sheet.batch, by=world.admin)
    call.refresh_from_db()
    assert (call.subject, call.owner, call.due_on) == ("Ring Maria", world.ada, due)
    world.lindner.refresh_from_db()
    assert world.lindner.last_touch_on > cadence.NEVER


def test_an_activity_that_a_verb_would_refuse_is_refused_at_its_row(world, bring):
    task = Activity.add(
        by=world.ada,
        kind="task",
        subject="Send it",
        account=world.lindner,
        owner=world.ada,
        due_on=dt.date(2026, 3, 9),
        is_open=True,
    )
    book = Book(exported(world.ada, "activities", [task]))
    book.put(2, "kind", "Note")
    sheet = bring(world.ada, book)
    assert [(c.field, c.code) for c in sheet.cells.filter(kind="problem")] == [("kind", "invalid")]
    book.put(2, "kind", "Banquet")
    assert [c.code for c in bring(world.ada, book).cells.filter(kind="problem")] == ["unknown_choice"]


def test_what_a_custom_field_leads_to_is_typed_by_number_mail_or_name(world, bring):
    define("Billed to", "reference", refers_to="accounts")
    define("Buyer", "reference", refers_to="contacts")
    hidden = Account.add(by=world.cem, name="Hidden House", owner=world.cem)
    world.lindner.change(by=world.admin, custom={"billed_to": hidden.pk, "buyer": world.maria.pk})
    names = [f"custom_{key}" for key in ("billed_to", "buyer")]
    books = {
        person.pk: Book(exported(person, "accounts", [Account.objects.get(pk=world.lindner.pk)], names))
        for person in (world.admin, world.ada)
    }
    assert books[world.admin.pk].cells[1][1:] == [f"{hidden.number} Hidden House", str(world.maria)]
    assert books[world.ada.pk].cells[1][1:] == ["not visible to you", str(world.maria)]
    for person in (world.admin, world.ada):
        assert not bring(person, books[person.pk]).cells.exists(), "left alone"
    mine = books[world.ada.pk]
    mine.put(2, "Billed to", hidden.number)
    mine.put(2, "buyer", "nobody@there.test")
    sheet = bring(world.ada, mine)
    assert {(c.field, c.code) for c in sheet.cells.filter(kind="problem")} == {(names[0], "unknown_record")}
    mine.put(2, "Billed to", "not visible to you")
    sheet = bring(world.ada, mine)
    assert {(c.field, c.code) for c in sheet.cells.filter(kind="problem")} == {(names[1], "unknown_record")}
    other = Contact.add(
        by=world.ada, given_name="Otto", family_name="Anders", email="otto@anders.test", owner=world.ada
    )
    mine.put(2, "Billed to", f"{world.lindner.number} {world.lindner.name}")
    mine.put(2, "buyer", "otto@anders.test")
    sheet = bring(world.ada, mine)

    sheet = taken(sheet)
    assert Account.objects.get(pk=world.lindner.pk).custom == {"billed_to": world.lindner.pk, "buyer": other.pk}
    undo_batch(sheet.batch, by=world.admin)
    assert Account.objects.get(pk=world.lindner.pk).custom == {"billed_to": hidden.pk, "buyer": world.maria.pk}
    mine.put(2, "buyer", "")
    sheet = taken(bring(world.ada, mine))
    assert "buyer" not in Account.objects.get(pk=world.lindner.pk).custom


def test_it_costs_no_more_for_many(world, tags, bring, django_assert_max_num_queries):
    define("Billed to", "reference", refers_to="accounts")
    rows = [
        Account.add(by=world.admin, name=f"House {n}", owner=world.ada, custom={"billed_to": world.lindner.pk})
        for n in range(40)
    ]
    for one in rows[:20]:
        one.change(by=world.admin, tags=[tags["Tender"]])
    with django_assert_max_num_queries(12):
        book = Book(
            exported(
                world.admin,
                "accounts",
                [*Account.objects.filter(pk__in=[one.pk for one in rows]).order_by("pk")],
                ["tags", "custom_billed_to"],
            )
        )
    assert book.cells[1][1:] == ["Tender", f"{world.lindner.number} {world.lindner.name}"]


def test_the_list_and_the_interface_offer_it(world, signed_in):
    Activity.add(by=world.ada, kind="call", subject="Ring", account=world.lindner, owner=world.ada)
    page = signed_in(world.ada).get("/activities/all/").content.decode()
    assert "/activities/all/export-to-edit/" in page
    answer = signed_in(world.ada).get("/activities/all/export-to-edit/")
    book = Book(b"".join(answer.streaming_content))
    assert book.cells[1][book.column("subject")] == "Ring"
    assert signed_in(world.rita).get("/activities/all/export-to-edit/").status_code == 403
    file = Program(world.ada).get("sheet-export?noun=activities&fields=subject,due_on")
    assert Book(b"".join(file.streaming_content)).cells[1][1] == "Ring"
    assert {"tags"} <= set(EDITABLE["accounts"].fields) & set(EDITABLE["contacts"].fields)
