"""Workbooks read block by block say what the same workbook says when it is read as a whole."""

import datetime as dt
import random
import subprocess
import sys
import zipfile

import pytest
import python_calamine as calamine
import xlsxwriter

from kundenkreis.quality.reading import cells, open_source, sheet_blocks, workbook
from kundenkreis.quality.reading.shared_texts import Uncuttable
from kundenkreis.quality.reading.sheet_blocks import Sheet

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks of a few rows, and pieces of the file that end anywhere."""
    monkeypatch.setattr(sheet_blocks, "BLOCK", 2500)
    monkeypatch.setattr("kundenkreis.quality.reading.archives.PIECE", 700)


def whole(path, sheet):
    """Every cell from row 1 on, as the library gives it for the whole sheet."""
    loaded = calamine.load_workbook(str(path)).get_sheet_by_name(sheet)
    return [[cells.as_text(cell) for cell in row] for row in loaded.iter_rows()] if loaded.start else []


def in_blocks(path, sheet, first=0):
    area = workbook._area(path, sheet)
    return [[cells.as_text(cell) for cell in row] for row in workbook._rows(path, sheet, area, first)]


def same(path, sheet, *, cut=True):
    """Read both ways, from the beginning and from some rows on. `cut`: it was read in several blocks."""
    expected = whole(path, sheet)
    assert in_blocks(path, sheet) == expected
    for first in (len(expected) // 2, len(expected) - 1):
        assert in_blocks(path, sheet, first) == expected[first:]
    try:
        blocks = len(list(Sheet(path, sheet).blocks()))
    except Uncuttable:
        blocks = 0
    assert blocks > 1 if cut else blocks == 0
    return expected


def written(path, fill, **options):
    book = xlsxwriter.Workbook(path, options)
    fill(book)
    book.close()
    return path


ODD = ("Huber & Söhne <Wien>", " a ", "", "x\ny", "=1+1", "t='s'>", "_x000D_", 't="s"', "' t='s'")


def everything(dice, rows):
    """A sheet with every kind of cell at random places, some of them far apart."""

    def fill(book):
        page = book.add_worksheet("Alles")
        day, clock = book.add_format({"num_format": "dd.mm.yyyy"}), book.add_format({"num_format": "[h]:mm:ss"})
        both, money = book.add_format({"num_format": "yyyy-mm-dd hh:mm"}), book.add_format({"num_format": "#,##0.00 €"})
        bold, red = book.add_format({"bold": True}), book.add_format({"color": "red"})
        left, row = dice.choice((0, 2)), dice.choice((0, 5))
        for _row in range(rows):
            for column in range(left, left + dice.randint(1, 6)):
                moment = dt.datetime(2010, 1, 1) + dt.timedelta(minutes=dice.randint(0, 9_000_000))
                dice.choice((
                    lambda r, c: page.write_string(r, c, dice.choice(ODD)),
                    lambda r, c: page.write_string(r, c, f"Text {dice.randint(0, 50)}"),
                    lambda r, c: page.write_number(r, c, dice.choice((1, -3.25, 0.1 + 0.2, 1e20, 1.234, 40_000))),
                    lambda r, c: page.write_number(r, c, 1234.5, money),
                    lambda r, c, at=moment: page.write_datetime(r, c, at, day),
                    lambda r, c, at=moment: page.write_datetime(r, c, at, both),
                    lambda r, c: page.write_number(r, c, 1.75, clock),
                    lambda r, c: page.write_boolean(r, c, dice.random() > 0.5),
                    lambda r, c: page.write_formula(r, c, '=IF(A1="x t=\'s\'",5,"t=\'s\'")', None, 5),
                    lambda r, c: page.write_formula(r, c, "=1/0", None, "#DIV/0!"),
                    lambda r, c: page.write_formula(r, c, "=A1", None, dice.choice((2, "aus der Formel", True, ""))),
                    lambda r, c: page.write_blank(r, c, None, day),
                    lambda r, c: page.write_rich_string(r, c, "Fett ", bold, "und ", red, "rot"),
                    lambda r, c: None,
                ))(row, column)  # fmt: skip
            row += dice.choice((1, 1, 1, 1, 2, 30))

    return fill


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("texts", ["shared", "inline", "1904"])
def test_cells_of_every_kind_are_read_as_in_the_whole_sheet(tmp_path, seed, texts):
    options = {
        "shared": {},
        "inline": {"constant_memory": True},
        "1904": {"default_date_format": "d", "date_1904": True},
    }
    path = written(tmp_path / "a.xlsx", everything(random.Random(seed), 60), **options[texts])
    assert len(same(path, "Alles")) >= 60


def test_a_source_of_blocks_goes_on_at_any_row(tmp_path):
    def fill(book):
        page = book.add_worksheet()
        page.write_row(0, 0, ["Nr", "Text"])
        for row in range(1, 400):
            page.write_row(row + (row > 200) * 50, 0, [row, f"Zeile {row % 90}"])

    source = open_source(written(tmp_path / "a.xlsx", fill))
    everything = [row for chunk in source.chunks(90) for row in zip(chunk.numbers, *chunk.frame, strict=True)]
    assert (source.rows, len(everything)) == (449, 399)
    assert (everything[0], everything[-1]) == ((2, "1", "Zeile 1"), (450, "399", "Zeile 39"))
    for start in (0, 1, 89, 200, 230, 448):
        rest = [
            row for chunk in source.chunks(37, start_row=start) for row in zip(chunk.numbers, *chunk.frame, strict=True)
        ]
        assert rest == [row for row in everything if row[0] >= start + 2]


def made(path, rows, *, texts="", root="worksheet", prefix="", part="worksheets/sheet1.xml", name="Tabelle", head=""):
    """A workbook by hand, as other programs write them."""
    p = f"{prefix}:" if prefix else ""
    spaces = f'xmlns{":" + prefix if prefix else ""}="{MAIN}" xmlns:r="{RELATIONS}"'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        kind = f"{RELATIONS}/officeDocument"
        book.writestr(
            "_rels/.rels",
            f'<Relationships><Relationship Id="r1" Type="{kind}" Target="xl/workbook.xml"/></Relationships>',
        )
        sheet = f'<{p}sheet name="{name}" sheetId="1" r:id="rId7"/>'
        book.writestr("xl/workbook.xml", f"<{p}workbook {spaces}><{p}sheets>{sheet}</{p}sheets></{p}workbook>")
        links = [f'<Relationship Id="rId7" Type="{RELATIONS}/worksheet" Target="{part}"/>']
        if texts:
            links.append(f'<Relationship Id="rId8" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>')
            book.writestr("xl/sharedStrings.xml", f"<{p}sst {spaces}>{texts}</{p}sst>")
        book.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{''.join(links)}</Relationships>")
        body = f"{head}<{p}worksheet {spaces}><{p}sheetData>{rows}</{p}sheetData><{p}pageMargins/></{p}worksheet>"
        book.writestr("xl/" + part.removeprefix("/xl/"), body)
    return path


def numbered(count, prefix=""):
    p = f"{prefix}:" if prefix else ""
    cells = f'<{p}c r="A%d"><{p}v>%d</{p}v></{p}c><{p}c r="B%d" t="s"><{p}v>%d</{p}v></{p}c>'
    return "".join(f'<{p}row r="{n}">{cells % (n, n * 3, n, n % 3)}</{p}row>\n' for n in range(1, count + 1))


TEXTS = "<si><t>eins</t></si><si><t xml:space='preserve'> zwei </t></si><si><r><t>dr</t></r><r><t>ei</t></r></si>"


def test_names_with_a_prefix_and_an_absolute_address_are_cut_too(tmp_path):
    texts = TEXTS.replace("<", "<x:").replace("<x:/", "</x:")
    path = made(tmp_path / "a.xlsx", numbered(90, "x"), texts=texts, prefix="x", part="/xl/worksheets/eins.xml")
    assert same(path, "Tabelle")[1] == ["6", "drei"]


def test_a_sheet_is_found_by_its_name_whatever_stands_in_it(tmp_path):
    path = made(tmp_path / "a.xlsx", numbered(90), texts=TEXTS, name="A &amp; &quot;B&quot; &lt;C&gt;")
    assert same(path, 'A & "B" <C>')[2] == ["9", "eins"]


STRANGE = {
    "a comment with the end of a row": "<!-- </row> -->" + numbered(60),
    "raw text with the end of a row": '<row r="1"><c r="A1" t="inlineStr"><is><t><![CDATA[</row>]]></t></is></c></row>'
    + numbered(60).partition("\n")[2],
    "rows without numbers": "".join(f"<row><c><v>{n}</v></c></row>" for n in range(60)),
    "a number of a text that is none": numbered(60).replace("<v>2</v></c></row>", "<v>2</v> </c></row>").replace('t="s"><v>1', 't="s"> <f>x</f><v>1'),
}  # fmt: skip


@pytest.mark.parametrize("rows", STRANGE.values(), ids=STRANGE)
def test_what_cannot_be_cut_is_read_as_a_whole(tmp_path, rows):
    path = made(tmp_path / "a.xlsx", rows, texts=TEXTS)
    assert len(same(path, "Tabelle", cut=False)) >= 60


def test_rows_that_are_out_of_order_are_read_as_a_whole_from_where_that_shows(tmp_path):
    rows = numbered(60).split("\n")
    path = made(tmp_path / "a.xlsx", "\n".join([*rows[:40], *rows[50:60], *rows[40:50]]), texts=TEXTS)
    same(path, "Tabelle", cut=False)


def test_cells_and_rows_without_content_take_no_part(tmp_path):
    empty = '<row r="{0}"/><row r="{1}"><c r="C{1}" s="0"/><c r="D{1}" t="s"/></row>'
    path = made(
        tmp_path / "a.xlsx", numbered(60) + "".join(empty.format(n, n + 1) for n in range(70, 90, 2)), texts=TEXTS
    )
    assert len(same(path, "Tabelle")) == 60


def test_the_second_sheet_and_a_hidden_one_are_read(tmp_path):
    def fill(book):
        for name in ("Eins", "Zwei", "Versteckt"):
            page = book.add_worksheet(name)
            for row in range(80):
                page.write_row(row, 1, [name, row])
        page.hide()

    path = written(tmp_path / "a.xlsx", fill)
    for name in ("Eins", "Zwei", "Versteckt"):
        assert same(path, name)[79] == [name, "79"]


PEAK = """
import sys
from kundenkreis.quality.reading import open_source, sheet_blocks
sheet_blocks.BLOCK = 256 * 1024  # so that a small sheet has many
rows = sum(chunk.height for chunk in open_source(sys.argv[1]).chunks())
high = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(rows, int(high.split()[1]) // 1024)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_sheet(tmp_path):
    peaks = {}
    for rows in (10_000, 80_000):
        path = tmp_path / f"{rows}.xlsx"
        book = xlsxwriter.Workbook(path, {"constant_memory": True})
        page = book.add_worksheet()
        for row in range(rows):
            page.write_row(row, 0, [row, f"Kunde {row}", 12.5, "Wien", row / 7, "Text", True, f"{row % 90}"])
        book.close()
        done = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True)
        found, peaks[rows] = map(int, done.stdout.split())
        assert found in (rows, rows - 1)
    assert peaks[80_000] < peaks[10_000] + 40
