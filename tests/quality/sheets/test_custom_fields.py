"""The house's own fields in a workbook: of every kind they are edited, compared three ways, refused at their cell and taken back."""

import datetime as dt

import pytest

from kundenkreis.catalogue.models import Product, Unit
from kundenkreis.core import search
from kundenkreis.customers.bulk_editing import Change
from kundenkreis.customers.models import Account
from kundenkreis.fields import converting
from kundenkreis.fields.bulk_editing import edit
from kundenkreis.fields.models import CustomField
from kundenkreis.history.undo import undo_batch
from kundenkreis.quality.sheets import applying, bringing
from kundenkreis.quality.sheets.nouns import EDITABLE
from kundenkreis.web import finding
from tests.fields.defining import define, one_of_each
from tests.quality.sheets.conftest import Book, cells_of, exported

THEN = {
    "hours": "Mo–Fr", "seats": 40, "volume": "1000.50", "checked": dt.date(2026, 1, 31), "window": "evening", "days": ["monday", "friday"],
}  # fmt: skip
NAMES = ["hours", "seats", "volume", "checked", "window", "days", "buyer"]
# {field: (what somebody here makes of it, as it is stored; what she types, as it is stored)}
NOW = {
    "hours": "always", "seats": 41, "volume": 2000, "checked": "2026-02-01", "window": None, "days": ["friday"], "buyer": "ben",
}  # fmt: skip
TYPED = {
    "hours": ("by appointment", "by appointment"), "seats": ("1.200", 1200), "volume": ("12.345,67", 12345.67),
    "checked": ("29.2.2024", "2024-02-29"), "window": ("Vormittag", "morning"), "days": ("Friday; tuesday", ["tuesday", "friday"]),
    "buyer": ("Yıldız Cem", "cem"),
}  # fmt: skip


@pytest.fixture
def full(world):
    one_of_each()
    world.lindner.change(by=world.admin, custom=THEN | {"buyer": world.ada.pk})
    return Account.objects.get(pk=world.lindner.pk)


def own(world, values):
    """Values by their fields' names; people by their numbers."""
    people = {name: getattr(world, name).pk for name in ("ada", "ben", "cem")}
    return {f"custom_{key}": people.get(value, value) if key == "buyer" else value for key, value in values.items()}


def book_of(world, records, noun="accounts"):
    return Book(exported(world.admin, noun, records, EDITABLE[noun].custom_fields))


def type_all(book, row=2):
    for key, (text, _stored) in TYPED.items():
        book.put(row, key, text)


def again(record):
    return type(record).objects.get(pk=record.pk)


def test_every_kind_is_edited_shown_written_and_taken_back(world, full, bring):
    book = book_of(world, [full])
    assert book.cells[0][1:] == ["Hours", "Seats", "Volume", "Checked", "Window", "Days", "Buyer"]
    assert [str(cell) for cell in book.cells[1][1:]] == [
        "Mo–Fr", "40.0", "1000.5", "2026-01-31", "Evening", "Monday; Friday", "Ada Huber",
    ]  # fmt: skip
    type_all(book)
    sheet = bring(world.admin, book)
    was, new = own(world, full.custom), own(world, {key: stored for key, (_text, stored) in TYPED.items()})
    assert cells_of(sheet) == {(2, name): (was[name], new[name]) for name in new}
    assert dict(sheet.cells.values_list("field", "texts"))["custom_days"] == [
        "Monday; Friday", "Monday; Friday", "Tuesday; Friday",
    ]  # fmt: skip
    assert again(full).custom == full.custom
    bringing.apply(sheet)
    after = again(full)
    assert {name: getattr(after, name) for name in new} == new
    assert (after.custom["per_seat"], after.version) == (10.29, full.version + 1)
    hits = finding.find(world.admin, {search.ACCOUNT: Account}, "appointment", 5)
    assert [hit.subject_id for hit in hits] == [full.pk]
    sheet.refresh_from_db()
    undo_batch(sheet.batch, by=world.admin)
    assert again(full).custom == full.custom


def test_what_somebody_here_has_changed_since_is_a_conflict_of_that_field_alone(world, full, bring):
    book = book_of(world, [full])
    type_all(book)
    full.change(by=world.ben, **own(world, NOW))
    sheet = bring(world.admin, book)
    asked = {cell.field: cell for cell in sheet.cells.all()}
    assert {cell.kind for cell in asked.values()} == {"conflict"}
    assert {cell.by for cell in asked.values()} == {"Ben Kern"}
    assert asked["custom_window"].texts == ["Evening", "", "Morning"]
    assert asked["custom_days"].texts == ["Monday; Friday", "Friday", "Tuesday; Friday"]
    assert asked["custom_buyer"].texts == ["Ada Huber", "Ben Kern", "Cem Yıldız"]
    assert asked["custom_volume"].texts == ["1000.5", "2000", "12345.67"]
    assert asked["custom_checked"].texts == ["2026-01-31", "2026-02-01", "2024-02-29"]
    assert {name: cell.now for name, cell in asked.items()} == own(world, NOW)
    applying.decide(sheet, "now", cell=asked["custom_hours"].pk)
    applying.decide(sheet, "sheet")
    bringing.apply(sheet)
    after = again(full)
    assert (after.custom_hours, after.custom_seats, after.custom_window) == ("always", 1200, "morning")


@pytest.mark.parametrize("key", NAMES)
def test_a_cell_left_alone_keeps_what_came_here_meanwhile(world, full, bring, key):
    book = book_of(world, [full])
    text, stored = TYPED[key]
    book.put(2, key, text)
    others = {name: value for name, value in NOW.items() if name != key}
    full.change(by=world.ben, **own(world, others))
    sheet = bring(world.admin, book)
    was = own(world, full.custom)[f"custom_{key}"]
    (new,) = own(world, {key: stored}).values()
    assert cells_of(sheet) == {(2, f"custom_{key}"): (was if key != "buyer" else world.ada.pk, new)}
    assert not sheet.open_conflicts
    bringing.apply(sheet)
    after = again(full)
    expected = own(world, others) | {f"custom_{key}": new}
    assert {name: getattr(after, name) for name in expected} == expected


def test_what_a_batch_has_done_to_the_column_is_told_field_by_field(world, full, bring):
    """A bulk edit leaves no event of a record: what it was stands in the batch's step over the whole column."""
    book = book_of(world, [full, world.brauneis])
    book.put(2, "window", "Morning")
    book.put(2, "seats", 50)
    book.put(3, "seats", 7)
    accounts = Account.objects.filter(pk__in=[full.pk, world.brauneis.pk])
    edit(accounts, Change.custom("window", None), label="Window", by=world.ben)
    sheet = bring(world.admin, book)
    conflict = sheet.cells.get(kind="conflict")
    assert (conflict.row, conflict.field, conflict.texts, conflict.by) == (
        2, "custom_window", ["Evening", "", "Morning"], "Ben Kern",
    )  # fmt: skip
    assert cells_of(sheet) == {(2, "custom_seats"): (40, 50), (3, "custom_seats"): (None, 7)}
    applying.decide(sheet, "sheet")
    bringing.apply(sheet)
    assert (again(full).custom_window, again(full).custom_seats) == ("morning", 50)


def test_another_workbook_that_was_taken_over_meanwhile_is_history_too(world, full, bring):
    first, second = book_of(world, [full]), book_of(world, [full])
    first.put(2, "days", "Tuesday")
    second.put(2, "days", "Friday")
    second.put(2, "hours", "always")
    bringing.apply(bring(world.ben, first))
    sheet = bring(world.admin, second)
    assert sheet.cells.get(kind="conflict").texts == ["Monday; Friday", "Tuesday", "Friday"]
    assert cells_of(sheet) == {(2, "custom_hours"): ("Mo–Fr", "always")}


def test_a_field_that_was_changed_between_preview_and_confirmation_is_asked_again(world, full, bring):
    book = book_of(world, [full])
    book.put(2, "volume", 7)
    sheet = bring(world.admin, book)
    full.change(by=world.ben, custom_volume=8)
    with pytest.raises(applying.CannotApply, match="changed_meanwhile"):
        bringing.apply(sheet)
    cell = sheet.cells.get()
    assert (cell.kind, cell.texts, cell.by) == ("conflict", ["1000.5", "8", "7"], "Ben Kern")


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("hours", "x" * 1001, "invalid"),
        ("seats", "many", "not_a_number"),
        ("seats", "1,5", "invalid"),
        ("volume", "99999999999999", "invalid"),
        ("checked", "31.02.2020", "no_such_day"),
        ("window", "Night", "invalid"),
        ("days", "Monday; Sunday", "invalid"),
        ("buyer", "Nobody Known", "unknown_person"),
    ],
)
def test_each_kind_refuses_at_its_cell_what_it_does_not_take(world, full, bring, field, text, code):
    book = book_of(world, [full, world.brauneis])
    book.put(2, field, text)
    book.put(3, "hours", "always")
    sheet = bring(world.admin, book)
    assert cells_of(sheet, "problem") == {(2, f"custom_{field}"): code}
    assert sheet.cells.get(kind="problem").label == str(full)
    bringing.apply(sheet)
    assert (again(full).custom, again(world.brauneis).custom_hours) == (full.custom, "always")


def test_an_empty_cell_empties_its_field_but_not_one_that_is_required_of_her(world, full, bring):
    CustomField.objects.get(key="hours").change(
        by=world.admin, is_required=True, required_roles=["key_account_manager"]
    )
    for person, refused in ((world.ada, {(2, "custom_hours"): "invalid"}), (world.admin, {})):
        book = Book(exported(person, "accounts", [again(full)], EDITABLE["accounts"].custom_fields))
        for key in NAMES:
            book.put(2, key, "")
        sheet = bring(person, book)
        assert cells_of(sheet, "problem") == refused
    bringing.apply(sheet)
    assert again(full).custom == {}
    assert sheet.counts["emptied"] == 7


def test_a_formula_goes_along_to_be_read_and_what_was_written_over_it_is_not_taken(world, full, bring):
    fields = ["name", "custom_seats"]
    book = Book(exported(world.admin, "accounts", [full], fields, [("Per seat", [25.01])]))
    book.put(2, "per seat", 99)
    book.put(2, "seats", 50)
    sheet = bring(world.admin, book)
    assert cells_of(sheet) == {(2, "custom_seats"): (40, 50)}
    bringing.apply(sheet)
    assert again(full).custom["per_seat"] == 20.01


def test_a_field_that_was_retired_meanwhile_is_not_read_and_said(world, full, bring):
    book = book_of(world, [full])
    book.put(2, "hours", "always")
    book.put(2, "days", "Tuesday")
    CustomField.objects.get(key="hours").retire(by=world.admin)
    sheet = bring(world.admin, book)
    assert sheet.notes == [["sheet_columns_retired", {"columns": ["Hours"]}]]
    assert cells_of(sheet) == {(2, "custom_days"): (["monday", "friday"], ["tuesday"])}


def test_a_field_that_was_retired_after_the_preview_refuses_its_row(world, full, bring):
    book = book_of(world, [full, world.brauneis])
    book.put(2, "hours", "always")
    book.put(3, "seats", 3)
    sheet = bring(world.admin, book)
    CustomField.objects.get(key="hours").retire(by=world.admin)
    bringing.apply(sheet)
    assert cells_of(sheet, "problem") == {(2, "custom_hours"): "invalid"}
    assert (again(full).custom, again(world.brauneis).custom_seats) == (full.custom, 3)


def test_another_kind_is_another_rule_for_what_was_shown(world, full, bring):
    """What she typed is none of the choices that the field has become: where something stood she is asked, and then both are refused."""
    book = book_of(world, [full, world.brauneis])
    book.put(2, "hours", "always")
    book.put(3, "hours", "by night")
    sheet = bring(world.admin, book)
    converting.convert(CustomField.objects.get(key="hours"), "choice", by=world.admin)
    with pytest.raises(applying.CannotApply, match="changed_meanwhile"):
        bringing.apply(sheet)
    assert sheet.cells.get(kind="conflict").texts == ["Mo–Fr", "Mo–Fr", "always"]
    applying.decide(sheet, "sheet")
    bringing.apply(sheet)
    assert cells_of(sheet, "problem") == {(2, "custom_hours"): "invalid", (3, "custom_hours"): "invalid"}
    fresh = bring(world.admin, book)
    assert cells_of(fresh, "problem") == {(2, "custom_hours"): "invalid", (3, "custom_hours"): "invalid"}


def test_choices_that_were_retired_stay_where_they_stand_and_are_chosen_no_more(world, full, bring):
    field = CustomField.objects.get(key="days")
    field.change(by=world.admin, choices=[one | {"retired": one["key"] == "friday"} for one in field.choices])
    book = book_of(world, [full, world.brauneis])
    book.put(2, "days", "Friday; Tuesday")
    book.put(3, "days", "Friday")
    sheet = bring(world.admin, book)
    assert cells_of(sheet) == {(2, "custom_days"): (["monday", "friday"], ["tuesday", "friday"])}
    assert cells_of(sheet, "problem") == {(3, "custom_days"): "invalid"}
    bringing.apply(sheet)
    assert again(full).custom_days == ["tuesday", "friday"]


def test_a_person_who_has_left_stays_where_she_stands(world, full, bring):
    book = book_of(world, [full, world.brauneis])
    book.put(2, "hours", "always")
    book.put(3, "buyer", "Ben Kern")
    sheet = bring(world.admin, book)
    for one in (world.ada, world.ben):
        type(one).objects.filter(pk=one.pk).update(deleted_at=one.created_at)
    bringing.apply(sheet)
    assert (again(full).custom_hours, again(full).custom_buyer) == ("always", world.ada.pk)
    assert cells_of(sheet, "problem") == {(3, "custom_buyer"): "invalid"}


def test_several_choices_may_stand_below_each_other(world, full, bring):
    book = book_of(world, [full])
    book.put(2, "days", "Tuesday\nFriday")
    assert cells_of(bring(world.admin, book)) == {(2, "custom_days"): (["monday", "friday"], ["tuesday", "friday"])}


def test_labels_that_are_called_as_something_else_or_hold_odd_signs_are_columns_of_their_own(world, bring):
    for label, key in (("Name", "nickname"), ("=1+1", "sum_of"), ("Two\tparts\nand  more", "parts"), ("NAME", "third")):
        define(label, key=key)
    world.lindner.change(by=world.admin, custom={"nickname": "Lindi", "sum_of": "2", "parts": "3", "third": "4"})
    account = again(world.lindner)
    book = Book(exported(world.admin, "accounts", [account], ["name", *EDITABLE["accounts"].custom_fields]))
    assert book.cells[0][1:] == ["Name", "Name 2", "=1+1", "Two parts and more", "NAME 3"]
    assert not bring(world.admin, book).cells.exists()
    book.put(2, "Name 2", "Lind")
    book.put(2, "Two parts and more", "x")
    assert cells_of(bring(world.admin, book)) == {
        (2, "custom_nickname"): ("Lindi", "Lind"),
        (2, "custom_parts"): ("3", "x"),
    }


def test_contacts_and_products_have_their_own(world, bring):
    define("Birthday", "date", noun="contacts")
    define("Shelf", noun="products")
    unit = Unit.add(by=world.admin, code="C62", name_en="piece", name_de="Stück")
    product = Product.add(by=world.admin, number="P1", name="P 1", unit=unit, custom={"shelf": "A"})
    for noun, record, text, stored in (
        ("contacts", world.maria, "29.2.1980", "1980-02-29"), ("products", product, "B", "B"),
    ):  # fmt: skip
        book = book_of(world, [record], noun)
        book.cells[1][1] = text
        bringing.apply(bring(world.admin, book))
        assert list(again(record).custom.values())[0] == stored


def test_hundreds_of_rows_ask_the_database_no_more_than_a_few(world, full, bring, django_assert_max_num_queries):
    rows = [Account(number=f"R-{n:05}", name=f"Row {n}", key=f"row {n}", owner=world.ada) for n in range(400)]
    book = book_of(world, Account.objects.bulk_create(rows))
    for row in range(2, 402):
        type_all(book, row)
    with django_assert_max_num_queries(80):  # most of them keep the cells, some 60 at once on SQLite
        sheet = bring(world.admin, book)
    assert sheet.counts["changed"] == 2800
    with django_assert_max_num_queries(60):
        bringing.apply(sheet)
    assert Account.objects.filter(custom__buyer_person=world.cem.pk, custom__per_seat_number=10.29).count() == 400


def test_a_choice_stands_as_its_label_and_as_its_key_where_that_would_not_lead_back(world, bring):
    choices = [{"key": "a", "en": "b"}, {"key": "b", "en": "Evening"}, {"key": "c", "en": "Night; late"}]
    define("Days", "several", choices=choices)
    world.lindner.change(by=world.admin, custom={"days": ["a", "b", "c"]})
    book = book_of(world, [again(world.lindner)])
    assert book.cells[1][1] == "a; Evening; c"
    book.put(2, "days", "c; a")
    assert cells_of(bring(world.admin, book)) == {(2, "custom_days"): (["a", "b", "c"], ["a", "c"])}
