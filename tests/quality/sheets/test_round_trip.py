"""A list goes out as a workbook, is edited, and comes back."""

import datetime as dt
import io
import zipfile

import pytest

from kundenkreis.catalogue.models import Family, Product, Unit
from kundenkreis.core import search
from kundenkreis.customers.models import Account, Contact
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_batch
from kundenkreis.quality.models import EditedSheet, SheetCell
from kundenkreis.quality.reading import Unreadable
from kundenkreis.quality.sheets import applying, bringing
from kundenkreis.quality.sheets.marks import NotOurs
from kundenkreis.staff.models import User
from kundenkreis.web import finding
from tests.quality.sheets.conftest import Book, cells_of, exported

FULL = {
    "tier": "A",
    "relation": "prospect",
    "industry": "Gifts",
    "employees": 12,
    "language": "en",
    "currency": "GBP",
    "vat_id": "ATU13585627",
    "email": "office@lindner.test",
    "phone": "+43 7242 12345",
    "website": "https://lindner.test",
    "street": "Hauptplatz 1",
    "customer_since": dt.date(2020, 2, 29),
    "touch_days": 30,
    "touch_reason": "=agreed with Maria",
    "description": "Two lines\nof text, with „quotes“ and = signs",
}


@pytest.fixture
def full(world):
    world.lindner.change(by=world.admin, team=world.north, **FULL)
    return world.lindner


def some_accounts(world, n):
    rows = [
        Account(number=f"R-{i:05}", name=f"Row {i}", key=f"row {i}", owner=world.ada, place="Wels") for i in range(n)
    ]
    return Account.objects.bulk_create(rows)


def test_a_workbook_that_nobody_has_touched_changes_nothing(world, full, bring):
    for content in (exported(world.admin, "accounts", [full, world.brauneis]),):
        for book in (content, Book(content)):
            sheet = bring(world.admin, book)
            assert (sheet.state, sheet.counts["rows"], sheet.counts["unchanged"]) == ("compared", 2, 2)
            assert not sheet.cells.exists()
            assert sheet.notes == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_same_in_both_languages(world, full, bring, language):
    from django.utils import translation

    world.admin.change(by=world.admin, language=language)
    with translation.override(language):
        content = exported(world.admin, "accounts", [full])
    assert not bring(world.admin, Book(content)).cells.exists()


def test_contacts_and_products_come_back_as_they_went(world, bring):
    world.maria.change(
        by=world.ada, title_after="MBA", phone="+43 7242 1", mobile="+43 664 123", preferred_channel="letter", owner=world.ada,
        note="x", bar="",
    )  # fmt: skip
    assert not bring(world.admin, Book(exported(world.admin, "contacts", [world.maria]))).cells.exists()
    unit = Unit.add(by=world.admin, code="C62", name_en="piece", name_de="Stück")
    family = Family.add(by=world.admin, code="F1", name="Gifts")
    twin = Family.add(by=world.admin, code="F2", name="gifts")
    products = [
        Product.add(
            by=world.admin, number=f"P{n}", name=f"P {n}", unit=unit, family=one, ean="4006381333931", is_active=bool(n)
        )
        for n, one in enumerate((family, twin))
    ]
    assert not bring(world.admin, Book(exported(world.admin, "products", products))).cells.exists()
    book = Book(exported(world.admin, "products", products))
    book.put(2, "sold now", "yes")
    book.put(3, "product family", "F1")
    sheet = bring(world.admin, book)
    assert cells_of(sheet) == {(2, "is_active"): (False, True), (3, "family"): (twin.pk, family.pk)}
    bringing.apply(sheet)
    assert Product.objects.get(pk=products[1].pk).family == family


def test_what_was_edited_is_shown_cell_by_cell_and_written_as_one_batch_that_can_be_undone(world, full, bring):
    book = Book(exported(world.admin, "accounts", [full, world.brauneis]))
    book.put(2, "place", "Linz")
    book.put(2, "customer since", "31.12.2019")
    book.put(2, "employees", "1.200")
    book.put(2, "tier", "Development")
    book.put(2, "owner", "Cem Yıldız")
    book.put(2, "industry", "")
    book.put(3, "place", "Hallein")
    sheet = bring(world.admin, book)
    assert cells_of(sheet) == {
        (2, "place"): ("Wels", "Linz"),
        (2, "customer_since"): ("2020-02-29", "2019-12-31"),
        (2, "employees"): (12, 1200),
        (2, "tier"): ("A", "D"),
        (2, "owner"): (world.ada.pk, world.cem.pk),
        (2, "industry"): ("Gifts", ""),
        (3, "place"): ("Salzburg", "Hallein"),
    }
    assert (sheet.counts["changed"], sheet.counts["emptied"], sheet.counts["conflicts"]) == (7, 1, 0)
    assert Account.objects.get(pk=full.pk).place == "Wels"
    assert bringing.apply(sheet)
    sheet.refresh_from_db()
    after = Account.objects.get(pk=full.pk)
    assert (after.place, after.employees, after.tier, after.owner, after.industry) == ("Linz", 1200, "D", world.cem, "")
    assert after.customer_since == dt.date(2019, 12, 31)
    assert after.team == world.cem.team
    assert after.version == full.version + 1
    assert (sheet.state, sheet.counts["taken"], sheet.cells.count()) == ("done", 2, 0)
    assert Event.objects.filter(batch=sheet.batch, verb="batch.edited").count() == 1
    undo_batch(sheet.batch, by=world.admin)
    before = Account.objects.get(pk=full.pk)
    assert (before.place, before.owner, before.employees, before.industry) == ("Wels", world.ada, 12, "Gifts")
    assert Account.objects.get(pk=world.brauneis.pk).place == "Salzburg"


def test_an_edited_name_is_found_by_search(world, full, bring):
    book = Book(exported(world.admin, "accounts", [full]))
    book.put(2, "name", "Zirbenholz GmbH")
    bringing.apply(bring(world.admin, book))
    hits = finding.find(world.admin, {search.ACCOUNT: Account}, "zirbenholz", 5)
    assert [hit.subject_id for hit in hits] == [full.pk]


# --- columns and rows ----------------------------------------------------------------------------------------------------


def test_deleted_moved_and_added_columns_are_tolerated(world, full, bring):
    book = Book(exported(world.admin, "accounts", [full], ["name", "place", "industry"], [("Revenue", [1])]))
    book.drop("place")
    for row, cell in zip(book.cells, ("My notes", "x"), strict=True):
        row.insert(0, cell)
        row.append(row.pop(1))
    book.put(2, "industry", "Toys")
    book.put(2, "revenue", 99)
    sheet = bring(world.admin, book)
    assert cells_of(sheet) == {(2, "industry"): ("Gifts", "Toys")}
    assert {code for code, _params in sheet.notes} == {"sheet_columns_gone", "sheet_columns_unknown"}


def test_rows_that_are_new_double_or_of_changed_keys_are_refused_each_with_its_reason(world, full, bring):
    book = Book(exported(world.admin, "accounts", [full, world.brauneis], ["name", "place"]))
    key = book.cells[1][0]
    book.cells.append(["", "New company", "Graz"])
    book.cells.append([key, "Copy", "Graz"])
    book.cells.append([key.replace(".", ".9", 1), "Other version", "Graz"])
    book.cells.append(["12345", "Something", "Graz"])
    book.put(3, "place", "Hallein")
    sheet = bring(world.admin, book)
    assert cells_of(sheet, "problem") == {
        (2, ""): "sheet_key_twice",
        (4, ""): "sheet_new_row",
        (5, ""): "sheet_key_twice",
        (6, ""): "sheet_key_changed",
        (7, ""): "sheet_key_changed",
    }
    assert cells_of(sheet) == {(3, "place"): ("Salzburg", "Hallein")}


def test_a_key_of_another_workbook_opens_nothing(world, full, bring):
    book, other = (Book(exported(world.admin, "accounts", [full], ["place"])) for _n in range(2))
    book.put(2, "place", "Linz")
    book.cells[1][0] = other.cells[1][0]
    assert cells_of(bring(world.admin, book), "problem") == {(2, ""): "sheet_key_changed"}


def test_records_outside_her_reach_are_not_found_and_those_she_only_sees_are_not_hers(world, full, bring):
    book = Book(exported(world.admin, "accounts", [full, world.brauneis], ["place"]))
    book.put(2, "place", "Linz")
    book.put(3, "place", "Hallein")
    assert cells_of(bring(world.cem, book), "problem") == {(2, ""): "sheet_not_found"}
    world.wels.change(by=world.admin, people=[world.cem])
    sheet = bring(User.objects.get(pk=world.cem.pk), book)
    assert cells_of(sheet, "problem") == {(2, ""): "not_yours"}
    bringing.apply(sheet)
    assert Account.objects.get(pk=full.pk).place == "Wels"
    assert Account.objects.get(pk=world.brauneis.pk).place == "Hallein"


def test_whoever_may_not_assign_does_not_assign_by_workbook(world, full, bring):
    book = Book(exported(world.ada, "accounts", [full], ["place", "owner"]))
    book.put(2, "owner", "Cem Yıldız")
    sheet = bring(world.ada, book)
    assert cells_of(sheet, "problem") == {(2, "owner"): "may_not_assign"}
    with pytest.raises(applying.CannotApply, match="nothing"):
        bringing.apply(sheet)


def test_what_is_in_the_bin_is_left_there(world, full, bring):
    book = Book(exported(world.admin, "accounts", [full], ["place"]))
    book.put(2, "place", "Linz")
    full.discard(by=world.admin)
    assert cells_of(bring(world.admin, book), "problem") == {(2, ""): "in_bin"}


def test_bad_cells_are_told_at_their_row_and_field_and_the_row_stays_as_it_is(world, full, bring):
    book = Book(exported(world.admin, "accounts", [full, world.brauneis]))
    book.put(2, "e-mail", "nonsense")
    book.put(2, "place", "Linz")
    book.put(3, "name", "")
    book.put(3, "employees", "many")
    sheet = bring(world.admin, book)
    assert cells_of(sheet, "problem") == {
        (2, "email"): "not_an_email", (3, "name"): "missing", (3, "employees"): "not_a_number",
    }  # fmt: skip
    assert sheet.counts["refused"] == 2
    assert not sheet.cells.filter(kind="change", is_blocked=False).exists()


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("owner", "Nobody Known", "unknown_person"),
        ("tier", "Z", "unknown_choice"),
        ("country", "Atlantis", "unknown_country"),
        ("customer since", "31.02.2020", "no_such_day"),
        ("days between two touches", "0", "invalid"),
        ("VAT ID (UID)", "ATU123", "invalid"),
    ],
)
def test_each_kind_of_field_has_its_own_reason(world, full, bring, field, text, code):
    book = Book(exported(world.admin, "accounts", [full]))
    book.put(2, field, text)
    assert set(cells_of(bring(world.admin, book), "problem").values()) == {code}


def test_formulas_count_by_their_values(world, full, bring):
    import xlsxwriter

    book = Book(exported(world.admin, "accounts", [full], ["place"]))
    out = io.BytesIO()
    written = xlsxwriter.Workbook(out)
    for name, rows in book.sheets.items():
        sheet = written.add_worksheet(name)
        for line, row in enumerate(rows):
            for place, value in enumerate(row):
                sheet.write_string(line, place, str(value))
        if name == book.name:
            sheet.write_formula(1, book.column("place"), '="Li"&"nz"', None, "Linz")
    written.close()
    sheet = bring(world.admin, out.getvalue())
    assert cells_of(sheet) == {(2, "place"): ("Wels", "Linz")}
    assert [code for code, _params in sheet.notes] == ["formulas"]


def test_rows_that_were_sorted_without_their_keys_are_remarked(world, bring):
    records = some_accounts(world, 8)
    for n, record in enumerate(records):
        Account.objects.filter(pk=record.pk).update(place=f"P{n}", industry=f"I{n}", street=f"S{n}")
    records = list(Account.objects.filter(number__startswith="R-").order_by("pk"))
    book = Book(exported(world.admin, "accounts", records, ["name", "place", "industry", "street"]))
    keys = [row[0] for row in book.cells[1:]]
    for row, key in zip(book.cells[1:], reversed(keys), strict=True):
        row[0] = key
    assert "sheet_sorted" in [code for code, _params in bring(world.admin, book).notes]


# --- three ways ----------------------------------------------------------------------------------------------------------


def test_a_cell_that_two_have_changed_is_a_conflict_with_who_and_when(world, full, bring):
    book = Book(exported(world.admin, "accounts", [full], ["place", "industry", "street", "phone"]))
    for field, text in (("place", "Linz"), ("industry", "Toys"), ("street", "Ring 2")):
        book.put(2, field, text)
    full.change(by=world.ada, place="Enns", industry="Toys")
    full.change(by=world.ada, phone="+43 7242 99999")
    sheet = bring(world.admin, book)
    conflict = sheet.cells.get(kind="conflict")
    assert (conflict.field, conflict.texts, conflict.by) == ("place", ["Wels", "Enns", "Linz"], "Ada Huber")
    assert conflict.at is not None
    assert cells_of(sheet) == {(2, "street"): ("Hauptplatz 1", "Ring 2")}
    with pytest.raises(applying.CannotApply, match="undecided"):
        bringing.apply(sheet)
    applying.decide(sheet, "now")
    bringing.apply(sheet)
    after = Account.objects.get(pk=full.pk)
    assert (after.place, after.street, after.phone) == ("Enns", "Ring 2", "+43 7242 99999")


def test_the_workbook_is_taken_where_she_decides_so(world, full, bring):
    book = Book(exported(world.admin, "accounts", [full, world.brauneis], ["place"]))
    book.put(2, "place", "Linz")
    book.put(3, "place", "Hallein")
    full.change(by=world.ada, place="Enns")
    world.brauneis.change(by=world.ada, place="Zell")
    sheet = bring(world.admin, book)
    first = sheet.cells.get(record_id=full.pk)
    assert applying.decide(sheet, "sheet", cell=first.pk) == 1
    assert applying.decide(sheet, "now") == 1
    bringing.apply(sheet)
    places = dict(Account.objects.values_list("pk", "place"))
    assert (places[full.pk], places[world.brauneis.pk]) == ("Linz", "Zell")


def test_what_a_batch_has_changed_since_is_known_as_well(world, full, bring):
    from kundenkreis.customers.bulk_editing import Change
    from kundenkreis.fields.bulk_editing import edit

    book = Book(exported(world.admin, "accounts", [full, world.brauneis], ["tier", "place"]))
    book.put(2, "tier", "C")
    edit(Account.objects.filter(pk__in=[full.pk, world.brauneis.pk]), Change.tier("B"), label="Tier: B", by=world.ben)
    sheet = bring(world.admin, book)
    conflict = sheet.cells.get()
    assert (conflict.kind, conflict.texts, conflict.by) == ("conflict", ["A", "B", "C"], "Ben Kern")


def test_a_change_without_a_trace_is_asked_about_not_overwritten(world, full, bring):
    book = Book(exported(world.admin, "accounts", [full], ["place"]))
    book.put(2, "place", "Linz")
    Account.objects.filter(pk=full.pk).update(place="Enns", version=full.version + 1)
    conflict = bring(world.admin, book).cells.get()
    assert (conflict.kind, conflict.texts) == ("conflict", [None, "Enns", "Linz"])


def test_a_change_between_preview_and_confirmation_is_asked_again(world, full, bring):
    book = Book(exported(world.admin, "accounts", [full, world.brauneis], ["place"]))
    book.put(2, "place", "Linz")
    book.put(3, "place", "Hallein")
    sheet = bring(world.admin, book)
    full.change(by=world.ada, place="Enns")
    with pytest.raises(applying.CannotApply, match="changed_meanwhile"):
        bringing.apply(sheet)
    assert Account.objects.get(pk=world.brauneis.pk).place == "Salzburg"
    conflict = sheet.cells.get(kind="conflict")
    assert (conflict.texts, conflict.by) == (["Wels", "Enns", "Linz"], "Ada Huber")
    applying.decide(sheet, "sheet")
    bringing.apply(sheet)
    assert Account.objects.get(pk=full.pk).place == "Linz"


# --- hostile and large files ---------------------------------------------------------------------------------------------


def test_what_is_no_workbook_of_ours_is_refused_and_nothing_is_kept(world, full, bring, tmp_path):
    content = exported(world.admin, "accounts", [full], ["place"])
    book = Book(content)
    with pytest.raises(NotOurs, match="sheet_not_ours"):
        bring(world.admin, book.bytes(hidden=False))
    book.sheets["Kundenkreis"][3][1] = "another-token"
    with pytest.raises(NotOurs, match="sheet_of_another_house"):
        bring(world.admin, book)
    lacking = Book(content)
    lacking.drop("Key (do not change)")
    with pytest.raises(NotOurs, match="sheet_without_keys"):
        bring(world.admin, lacking)
    for junk in (b"PK\x03\x04junk", b"a;b\n1;2\n", b"\x00" * 100, content[: len(content) // 2]):
        with pytest.raises((NotOurs, Unreadable)):
            bring(world.admin, junk)
    assert not EditedSheet.objects.exists()
    assert list((tmp_path / "imports").iterdir()) == []


def test_a_bomb_and_hostile_xml_are_refused(world, full, bring):
    content = exported(world.admin, "accounts", [full], ["place"])

    def with_part(name, data):
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for item in old.infolist():
                new.writestr(item.filename, data if item.filename == name else old.read(item.filename))
            if name not in old.namelist():
                new.writestr(name, data)
        return out.getvalue()

    with pytest.raises(Unreadable, match="zip_bomb"):
        bring(world.admin, with_part("xl/media/x.bin", b"\0" * (300 * 1024 * 1024)))
    entities = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
    )
    with pytest.raises((Unreadable, NotOurs)):
        bring(world.admin, with_part("xl/worksheets/sheet1.xml", entities))


def test_a_role_that_changes_nothing_brings_nothing_back(world, full, bring):
    content = exported(world.admin, "accounts", [full], ["place"])
    with pytest.raises(NotOurs, match="sheet_not_allowed"):
        bring(world.rita, content)


def test_five_thousand_rows_of_which_five_hundred_are_edited(world, bring, django_assert_max_num_queries):
    records = some_accounts(world, 5000)
    book = Book(exported(world.admin, "accounts", records, ["name", "place", "industry"]))
    for row in range(2, 502):
        book.put(row, "place", f"Town {row}")
    with django_assert_max_num_queries(80):
        sheet = bring(world.admin, book)
    assert (sheet.counts["rows"], sheet.counts["changed"], sheet.counts["unchanged"]) == (5000, 500, 4500)
    bringing.apply(sheet)
    assert Account.objects.filter(place__startswith="Town").count() == 500
    assert sheet.batch.chunks.count() == 1


def test_killed_half_way_it_goes_on_and_writes_nothing_twice(world, bring, monkeypatch):
    monkeypatch.setattr(applying, "STEP", 10)
    records = some_accounts(world, 35)
    book = Book(exported(world.admin, "accounts", records, ["place"]))
    for row in range(2, 37):
        book.put(row, "place", f"Town {row}")
    sheet = bring(world.admin, book)
    applying.confirm(sheet)
    applying._step(sheet)
    sheet.refresh_from_db()
    applying._step(sheet)
    assert Account.objects.filter(place__startswith="Town").count() == 20
    stale = EditedSheet.objects.get(pk=sheet.pk)
    stale.next_chunk -= 1
    assert applying._step(stale)  # a worker that lags behind takes nothing
    assert Account.objects.filter(place__startswith="Town").count() == 20
    done = applying.go_on(EditedSheet.objects.get(pk=sheet.pk))
    assert (done.state, done.counts["taken"]) == ("done", 35)
    assert set(Account.objects.filter(place__startswith="Town").values_list("version", flat=True)) == {2}
    undo_batch(done.batch, by=world.admin)
    assert not Account.objects.filter(place__startswith="Town").exists()


def test_a_comparison_that_was_killed_begins_anew(world, full, bring, tmp_path, settings):
    settings.DATA_DIR = tmp_path
    book = Book(exported(world.admin, "accounts", [full], ["place"]))
    book.put(2, "place", "Linz")
    file = tmp_path / "e.xlsx"
    file.write_bytes(book.bytes())
    sheet = bringing.start(file, "e.xlsx", world.admin)
    SheetCell.objects.create(sheet=sheet, row=2, field="place", kind="change", new="half")
    bringing.compare(sheet)
    assert cells_of(sheet) == {(2, "place"): ("Wels", "Linz")}
    assert list((tmp_path / "imports").iterdir()) == []


def test_values_wait_two_weeks_to_be_confirmed(world, full, bring):
    book = Book(exported(world.admin, "accounts", [full], ["place"]))
    book.put(2, "place", "Linz")
    sheet = bring(world.admin, book)
    assert bringing.forget_old() == 0
    assert bringing.forget_old(now=sheet.created_at + dt.timedelta(days=15)) == 1
    assert not SheetCell.objects.exists()


def test_a_contact_s_address_on_the_suppression_list_is_barred_at_once(world, bring):
    from kundenkreis.customers import barring
    from kundenkreis.customers.models import Barred

    barring.suppress_address("email", "gone@lindner.test", by=world.admin, reason="other", source="call")
    book = Book(exported(world.admin, "contacts", [world.maria], ["email"]))
    book.put(2, "e-mail", "Gone@Lindner.test")
    bringing.apply(bring(world.admin, book))
    assert Contact.objects.get(pk=world.maria.pk).email == "gone@lindner.test"
    assert Barred.objects.filter(contact=world.maria).exists()
