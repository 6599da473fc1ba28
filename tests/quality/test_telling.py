"""What an import says is said in the language of whoever reads it, whatever the worker speaks."""

import io

import pytest
from django.utils import translation

from kundenkreis.catalogue.models import PriceList
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account
from kundenkreis.quality import importing, running
from kundenkreis.quality.messages import explain
from tests.quality.imports import draft, imported, sales, told

pytestmark = pytest.mark.django_db


def in_both_languages(run):
    found = []
    for language in ("en", "de"):
        with translation.override(language):
            found.append(told(run))
    return found


@pytest.fixture
def english_worker():
    with translation.override("en"):
        yield


def test_a_check_digit_is_explained_to_each_reader_in_her_language(english_worker):
    run = imported("name,gln,vat id,note\nA,12,ATU00000000,\n", target="accounts", match_by="name")
    english, german = map(" ".join, in_both_languages(run))
    assert "A GLN has 13 digits; “12” does not." in english
    assert "GLN hat 13" in german
    assert "GLN has" not in german
    assert "The VAT ID" not in german


def test_a_rule_of_the_framework_is_explained_to_each_reader_in_her_language(english_worker):
    run = imported("name,website,note\nA,no page,\n", target="accounts", match_by="name")
    english, german = map(" ".join, in_both_languages(run))
    assert "Enter a valid URL." in english
    assert "gültige" in german
    assert "valid" not in german


def test_choices_and_fields_are_named_in_the_language_of_the_reader(english_worker):
    run = imported("name,kind,number\nA,robot,1\nB,company,\n", target="accounts", match_by="number")
    english, german = in_both_languages(run)
    assert english == [
        "Row 2, column “kind”: “robot” is not one of: company, person.",
        "Row 3: Nothing tells which record this is: account number is empty.",
    ]
    assert "Unternehmen" in german[0] or "Firma" in german[0]
    assert "company" not in german[0]
    assert "account number" not in german[1]


def test_why_an_import_failed_is_told_in_the_language_of_the_reader(english_worker):
    run = draft("name\nA\n", target="accounts", match_by="name")
    importing.give_up(
        run, importing.CannotImport("key_not_mapped", key=Account._meta.get_field("email").verbose_name, fields=[])
    )
    with translation.override("de"):
        assert "e-mail" not in explain(run.failure["code"], run.failure["params"])
        assert str(Account._meta.get_field("email").verbose_name) in explain(run.failure["code"], run.failure["params"])


def test_names_that_the_importer_gives_are_in_the_language_of_the_house(english_worker):
    House.objects.update_or_create(pk=House.current().pk, defaults={"language": "de"})
    sales("1,A,Lamp,1,2010-12-01,2.50,77,United Kingdom", options={"currency": "EUR"})
    imported("sku,name,list price\nB,Lamp,12\n", target="products")
    with translation.override("de"):
        assert Account.objects.get(number="77").name.startswith("Kund")
        assert PriceList.objects.get(code="LIST").name == translation.gettext("List prices") != "List prices"


def test_lines_in_another_encoding_are_told_once_for_the_whole_file(english_worker, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 40)
    lines = [f"K{n};Größe {n}\n".encode("cp1252" if n % 2 else "utf-8") for n in range(100)]
    run = importing.start_draft(
        io.BytesIO("Number;Name\nKX;Übel\n".encode() + b"".join(lines)), "mixed.csv", None, target="accounts"
    )
    importing.check(run)
    checked = [note for note in run.notes if note[0] == "other_encoding"]
    importing.run_now(run)
    notes = [note for note in run.notes if note[0] == "other_encoding"]
    assert [note[1]["count"] for note in notes] == [50]
    assert checked == notes
    said = explain(*notes[0])
    assert "recognised and kept: 50 (rows 4, 6, 8," in said
    assert said.endswith("42, …).")
    assert set(Account.objects.exclude(number="KX").values_list("name", flat=True)) == {
        f"Größe {n}" for n in range(100)
    }
