"""Columns find their fields by memory, by name and by what stands in them."""

import pytest

from kundenkreis.quality.fields import FieldSpec, fold_header, signature
from kundenkreis.quality.reading import from_pasted
from kundenkreis.quality.suggesting import suggest

ACCOUNT = [
    FieldSpec("number", "Customer number", required=True),
    FieldSpec("name", "Company", required=True),
    FieldSpec("street", "Street"),
    FieldSpec("postcode", "Postcode"),
    FieldSpec("city", "City"),
    FieldSpec("country", "Country", "country"),
    FieldSpec("email", "E-mail", "email"),
    FieldSpec("phone", "Phone", "phone"),
]
LINE = [
    FieldSpec("invoice", "Invoice", required=True),
    FieldSpec("product_number", "Product number", required=True),
    FieldSpec("description", "Description"),
    FieldSpec("quantity", "Quantity", "decimal"),
    FieldSpec("invoice_date", "Invoice date", "datetime"),
    FieldSpec("unit_price", "Unit price", "decimal"),
    FieldSpec("account_number", "Customer number"),
    FieldSpec("country", "Country", "country"),
]


def columns(headers, fields, sample=None, **more):
    return {name: found.column for name, found in suggest(headers, sample, fields, **more).items()}


def test_the_wholesalers_file_finds_all_its_fields():
    headers = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"]
    assert list(columns(headers, LINE).values()) == headers


def test_german_headings_find_the_same_fields():
    headers = ["Rechnungsnr.", "Art.-Nr.", "Bezeichnung", "Menge", "Rechnungsdatum", "Stückpreis", "KdNr", "Land"]
    assert list(columns(headers, LINE).values()) == headers


@pytest.mark.parametrize(
    "heading", ["Kundennummer", "Kunden-Nr.", "Customer ID", "Cust no", "CustomerNo", "Debitor", "KUNNR", "Kd.-Nr."]
)
def test_a_customer_number_has_many_names(heading):
    assert columns([heading, "Firma"], ACCOUNT) == {"number": heading, "name": "Firma"}


def test_a_misspelt_or_longer_heading_is_found_with_less_confidence():
    found = suggest(["Kundenummer", "Firma (Rechnungsempfänger)"], None, ACCOUNT)
    assert found["number"].column == "Kundenummer"
    assert found["name"].reason == "similar_name"
    assert found["number"].confidence < 0.9


def test_headings_below_a_group_are_found_by_their_own_name():
    source = from_pasted("Kunde\t\tAdresse\t\nNr\tFirma\tPLZ\tOrt\n1\tHuber\t1010\tWien\n2\tMaier\t8010\tGraz\n")
    assert columns(source.columns, ACCOUNT, source.sample()) == {
        "number": "Kunde / Nr",
        "name": "Kunde / Firma",
        "postcode": "Adresse / PLZ",
        "city": "Adresse / Ort",
    }


def test_a_nameless_column_is_found_by_its_content():
    source = from_pasted("Firma\tDings\tBums\nHuber\ta@huber.at\tÖsterreich\nMaier\tb@maier.at\tItalien\n")
    found = suggest(source.columns, source.sample(), ACCOUNT)
    assert (found["email"].column, found["email"].reason) == ("Dings", "content")
    assert found["country"].column == "Bums"


def test_content_that_contradicts_a_name_lowers_it():
    source = from_pasted("Firma\tMail\tKontakt\nHuber\tja\ta@huber.at\nMaier\tnein\tb@maier.at\n")
    assert columns(source.columns, ACCOUNT, source.sample())["email"] != "Mail"


def test_what_was_mapped_before_wins_and_nothing_is_given_twice():
    headers = ["Name", "Ort", "Firma"]
    found = suggest(headers, None, ACCOUNT, remembered={"city": "Firma", "name": "Gone", "street": "Ort"})
    assert (found["city"].column, found["city"].reason) == ("Firma", "remembered")
    assert found["street"].column == "Ort"
    assert len({one.column for one in found.values()}) == len(found)


def test_a_file_is_known_by_its_headings_in_any_order():
    assert signature(["Kunden-Nr.", "Straße"]) == signature(["STRASSE", "Kunden Nr"])
    assert signature(["Kunden-Nr.", "Straße"]) != signature(["Kunden-Nr.", "Ort"])
    assert fold_header("CustomerID") == "customer id"
    assert fold_header("Straße / Nr.") == "strasse nr"
