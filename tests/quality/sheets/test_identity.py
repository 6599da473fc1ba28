"""Whatever a field holds, a workbook that nobody has edited brings it back as it is; and one with everything new brings all of that."""

import datetime as dt
import string
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kundenkreis.customers.models import Account
from kundenkreis.fields import values
from kundenkreis.history.undo import undo_batch
from kundenkreis.quality.sheets import bringing
from kundenkreis.quality.sheets.columns import column_of, held
from kundenkreis.quality.sheets.nouns import EDITABLE
from tests.fields.defining import define
from tests.quality.sheets.conftest import Book, cells_of, exported

TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\u2028\u2029"), max_size=60)
ODD = st.sampled_from(
    [
        "=1+1",
        "+43 1",
        "-5",
        "@me",
        "0012",
        "1.234",
        "1,5",
        "31.12.2010",
        "1e5",
        "'x",
        "<b>&amp;</b>",
        "TRUE",
        "ß ÄÖÜ",
        "_x0041_",
        "  a  b ",
    ]
)
VALUES = {
    "industry": st.one_of(TEXT, ODD),
    "street": st.one_of(TEXT, ODD),
    "place": st.one_of(TEXT, ODD),
    "postcode": st.text(string.digits, max_size=8),
    "touch_reason": st.one_of(TEXT, ODD),
    "description": st.lists(st.one_of(TEXT, ODD), max_size=4).map("\n".join),
    "employees": st.one_of(st.none(), st.integers(0, 2_000_000_000)),
    "touch_days": st.one_of(st.none(), st.integers(1, 730)),
    "tier": st.sampled_from(["", "A", "B", "C", "D"]),
    "relation": st.sampled_from(Account.RelationKind.values),
    "language": st.sampled_from(["de", "en"]),
    "country": st.sampled_from(["", "AT", "DE", "GB", "CH"]),
    "customer_since": st.one_of(st.none(), st.dates(min_value=dt.date(1700, 1, 1))),
}


@pytest.mark.parametrize("noun", list(EDITABLE))
def test_every_field_can_be_written_and_read(world, noun):
    """No field is left out of a workbook by mistake; of the house's own only the formula is."""
    editable = EDITABLE[noun]
    define("Hours", noun=noun)
    define("Length", "formula", noun=noun, formula="join(hours; hours)")
    assert "custom_hours" in editable.fields
    assert "custom_length" not in editable.fields
    for name in editable.fields:
        assert column_of(editable.model, name)


PROPERTY = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@PROPERTY
@given(st.fixed_dictionaries(VALUES))
def test_what_a_field_holds_comes_back_as_it_went(world, bring, held):
    Account.objects.filter(pk=world.lindner.pk).update(**held)
    account = Account.objects.get(pk=world.lindner.pk)
    for content in (exported(world.admin, "accounts", [account]), Book(exported(world.admin, "accounts", [account]))):
        sheet = bring(world.admin, content)
        assert cells_of(sheet) | cells_of(sheet, "problem") == {}


# --- the house's own fields --------------------------------------------------------------------------------------------

# What a reader of files makes of a text that was typed: one line, one blank between two words.
LINE = st.one_of(TEXT, ODD).map(lambda text: " ".join(text.split()))
# Labels that lead to each other, that hold what separates several, and that a spreadsheet takes for something else.
CHOICES = [
    {"key": "a", "en": "b", "de": "b"}, {"key": "b", "en": "Evening", "de": "Abend"}, {"key": "c", "en": "Night; late", "de": "Nacht"},
    {"key": "d", "en": "1.5", "de": "1,5"}, {"key": "e", "en": "Dawn", "de": "Abend"}, {"key": "f", "en": "Two  blanks", "de": "TRUE"},
]  # fmt: skip
KEYS = [one["key"] for one in CHOICES]
DAYS = st.dates(min_value=dt.date(1000, 1, 1), max_value=dt.date(9998, 12, 31)).map(dt.date.isoformat)
LARGEST = 10**13 - 1


def scaled(decimals, most):
    """JSON numbers with at most so many decimals."""
    return st.integers(-most * 10**decimals, most * 10**decimals).map(
        lambda n: values.as_json(Decimal(n).scaleb(-decimals))
    )


CUSTOM = st.fixed_dictionaries(
    {},
    optional={
        "hours": LINE.filter(bool),
        "seats": st.one_of(st.sampled_from([0, 1000, 1234567, -1]), st.integers(-(10**15) + 1, 10**15 - 1)),
        "share": st.one_of(st.sampled_from([0.000001, 1.234, 1000.5, -0.5]), scaled(6, 10**9 - 1)),
        "volume": st.one_of(st.sampled_from([1.5, 1234.56, 1000]), scaled(2, LARGEST)),
        "checked": DAYS,
        "window": st.sampled_from(KEYS),
        "days": st.sets(st.sampled_from(KEYS), min_size=1).map(sorted),
        "buyer": st.sampled_from(["ada", "ben", "cem"]),
    },
)


@pytest.fixture
def kinds(world):
    define("Hours", is_searched=True)
    define("Seats", "number", decimals=0)
    define("Share", "number", decimals=6)
    define("Volume", "money", currency="EUR")
    define("Checked", "date")
    define("Window", "choice", choices=CHOICES)
    define("Days", "several", choices=CHOICES)
    define("Buyer", "person")
    define("Double", "formula", formula="volume * 2")


def given_to(world, account, custom):
    """The account with these values, and nothing else of its own; a person by her number."""
    wanted = {name.removeprefix("custom_"): None for name in EDITABLE["accounts"].custom_fields} | custom
    if wanted["buyer"]:
        wanted["buyer"] = getattr(world, wanted["buyer"]).pk
    account = Account.objects.get(pk=account.pk)
    account.change(by=world.admin, custom=wanted)
    return Account.objects.get(pk=account.pk)


def custom_of(account):
    return {name: held(account, name) for name in EDITABLE["accounts"].custom_fields}


@pytest.mark.parametrize("language", ["en", "de"])
@PROPERTY
@given(custom=CUSTOM)
def test_what_a_custom_field_holds_comes_back_as_it_went(world, bring, kinds, language, custom):
    world.admin.change(by=world.admin, language=language)
    account = given_to(world, world.lindner, custom)
    with translation.override(language):
        content = exported(world.admin, "accounts", [account])
    for book in (content, Book(content)):
        assert not bring(world.admin, book).cells.exists()


@PROPERTY
@given(before=CUSTOM, after=CUSTOM)
def test_what_custom_fields_could_hold_is_read_as_just_that(world, bring, kinds, before, after):
    """The cells that another account's values were written as, typed into this one's row."""
    wanted = given_to(world, world.lindner, after)
    typed = Book(exported(world.admin, "accounts", [wanted], EDITABLE["accounts"].custom_fields)).cells[1]
    account = given_to(world, world.lindner, before)
    book = Book(exported(world.admin, "accounts", [account], EDITABLE["accounts"].custom_fields))
    book.cells[1][1:] = typed[1:]
    sheet = bring(world.admin, book)
    now, new = custom_of(account), custom_of(wanted)
    assert cells_of(sheet, "problem") == {}
    assert cells_of(sheet) == {(2, name): (now[name], new[name]) for name in now if now[name] != new[name]}
    if sheet.cells.exists():
        bringing.apply(sheet)
    done = Account.objects.get(pk=account.pk)
    assert done.custom == wanted.custom
    if sheet.batch:
        undo_batch(sheet.batch, by=world.admin)
    assert Account.objects.get(pk=account.pk).custom == account.custom
