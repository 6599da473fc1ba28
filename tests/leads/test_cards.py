"""What stands on a card or in a signature, by fields."""

from __future__ import annotations

import time

import pytest

from kundenkreis.leads import cards

CARDS = [
    (
        """Mag. Eva Moser, MBA
Leiterin Einkauf

Traunsee Catering GmbH
Seestraße 3
A-4810 Gmunden
Tel.: +43 7612 1234-15
Mobil: +43 664 555 01 01
Fax: +43 7612 1234-99
eva.moser@traunsee.example
www.traunsee.example""",
        {
            "title_before": "Mag.", "given_name": "Eva", "family_name": "Moser", "title_after": "MBA", "job_title": "Leiterin Einkauf",
            "company": "Traunsee Catering GmbH", "street": "Seestraße 3", "postcode": "4810", "place": "Gmunden", "country": "AT",
            "phone": "+43 7612 1234-15", "mobile": "+43 664 555 01 01", "email": "eva.moser@traunsee.example",
            "website": "https://www.traunsee.example",
        },
    ),
    (
        """Mit freundlichen Grüßen

Thomas Müller
Geschäftsführer
--
Müller & Partner Handels AG | Hauptstr. 12a | 80331 München
T +49 89 123456 | M +49 171 2345678
t.mueller@mueller-partner.example | www.mueller-partner.example""",
        {
            "given_name": "Thomas", "family_name": "Müller", "job_title": "Geschäftsführer", "company": "Müller & Partner Handels AG",
            "street": "Hauptstr. 12a", "postcode": "80331", "place": "München", "country": "DE", "phone": "+49 89 123456",
            "mobile": "+49 171 2345678", "email": "t.mueller@mueller-partner.example", "website": "https://www.mueller-partner.example",
        },
    ),
    (
        """Frau Dr. Anna von Arx
Alpenblick Hotels AG
Bahnhofstrasse 7, CH-3800 Interlaken
079 123 45 67
anna.vonarx@alpenblick.example""",
        {
            "form_of_address": "ms", "title_before": "Dr.", "given_name": "Anna", "family_name": "von Arx", "company": "Alpenblick Hotels AG",
            "street": "Bahnhofstrasse 7", "postcode": "3800", "place": "Interlaken", "country": "CH",
            "email": "anna.vonarx@alpenblick.example",
        },
    ),
    (
        """Jane Fox
Head of Buying
Foxglove Limited
jane@foxglove.example""",
        {"given_name": "Jane", "family_name": "Fox", "job_title": "Head of Buying", "company": "Foxglove Limited", "email": "jane@foxglove.example"},
    ),
    (
        "DI Huber, Ing. Franz\nBaumeister Huber e.U.\n4020 Linz\n0664/1234567",
        {"company": "Baumeister Huber e.U.", "postcode": "4020", "place": "Linz", "mobile": "0664/1234567", "country": "AT"},
    ),
    (
        "Herr Karl Lechner\nLechnerholz\nkarl@lechnerholz.example\n0732 778899",
        {
            "form_of_address": "mr", "given_name": "Karl", "family_name": "Lechner", "company": "Lechnerholz", "phone": "0732 778899",
            "email": "karl@lechnerholz.example",
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), CARDS, ids=[text.splitlines()[0][:20] for text, _w in CARDS])
def test_a_card_is_read_by_fields(text, wanted):
    found = cards.read(text)
    assert {name: found.get(name) for name in wanted} == wanted


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "1234", "@", "www.", "+", "\n" * 50, "😀 🏢", "FN 123456a\nATU12345678"]
)
def test_nonsense_brings_no_fields_that_are_wrong(text):
    found = cards.read(text)
    assert not {"email", "website", "phone", "mobile"} & found.keys()


@pytest.mark.parametrize(
    "text",
    ["a." * 5000, "1 " * 5000, "a@" * 4000, "(" * 5000, "www." * 3000, "+43 " * 3000, "A-" * 5000, "Dr. " * 2000],
)
def test_a_text_made_to_be_slow_is_read_quickly(text):
    begin = time.perf_counter()
    cards.read(text)
    assert time.perf_counter() - begin < 1


def test_a_fax_number_is_no_phone():
    assert "phone" not in cards.read("Fax: +43 1 234567")
