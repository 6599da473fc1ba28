"""Every code of the reader has a sentence that says where, what, and what to do."""

import ast
from pathlib import Path

import pytest

from kundenkreis.quality.messages import SENTENCES, explain

ROOM = Path(__file__).resolve().parents[2] / "kundenkreis" / "quality"
READERS = [*sorted((ROOM / "reading").glob("*.py")), ROOM / "values.py", ROOM / "places.py"]


def codes_in(path):
    """First arguments of Unreadable and Note, and codes given to the collectors of cells, as written in the source."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            place = {"Unreadable": 0, "Note": 0, "_errors": 2, "_notes": 2}.get(node.func.id)
            if place is not None and len(node.args) > place and isinstance(node.args[place], ast.Constant):
                yield node.args[place].value
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == 2:
            code = node.value.elts[1]
            if (
                path.name in ("values.py", "places.py")
                and isinstance(code, ast.Constant)
                and isinstance(code.value, str)
            ):
                yield code.value


def test_every_code_has_a_sentence():
    codes = {code for path in READERS for code in codes_in(path) if code}
    assert len(codes) > 40
    assert codes - set(SENTENCES) == set()


@pytest.mark.parametrize("code", sorted(set(SENTENCES) - {"invalid"}))  # "invalid" is another one's sentence
def test_every_sentence_ends_properly_even_without_parameters(code):
    sentence = explain(code)
    assert sentence[0].isupper() or sentence[0] == "“"
    assert sentence[-1] in ".”"
    assert "%(" not in sentence


def test_the_place_and_the_outcome_are_said():
    assert explain("not_a_number", row=12, column="Preis", value="abc", outcome="cell") == (
        "Row 12, column “Preis”: “abc” is not a number. Write it like 1234.56 or 1.234,56. "
        "The rest of the row was imported; this field was left as it was."
    )
    assert explain("no_header", column="x").startswith("Column “x”: ")


def test_a_long_or_dangerous_value_is_shown_short_and_plain():
    shown = explain("not_a_number", value="a\n\x1b[31m" + "x" * 500 + "%(row)s")
    assert len(shown) < 200
    assert "\x1b" not in shown
    assert "\n" not in shown


def test_an_unknown_code_is_still_a_sentence():
    assert explain("from_the_future", {"a": 1}) == "This could not be read (from_the_future)."
