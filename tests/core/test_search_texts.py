"""Long texts are found by their words, in any spelling, the newest first."""

from contextlib import contextmanager

import pytest

from kundenkreis.core import search, search_texts
from kundenkreis.core.marking import Marker

pytestmark = pytest.mark.django_db


def found(text, kind=search.ACTIVITY, **how):
    asked = search_texts.question(text)
    return [] if asked is None else search_texts.newest(kind, asked, 10, **how)


@pytest.fixture
def texts():
    search_texts.put(
        search.ACTIVITY,
        [
            (1, "Preisverhandlung mit Frau Müller über Kühlgeräte"),
            (2, "Besuch in Wels: Kühlgerät reklamiert, Angebot 4711 folgt"),
            (3, "Straße gesperrt, Termin verschoben"),
        ],
    )
    search_texts.put(search.DOCUMENT, [(2, "Rahmenvertrag Kühlgeräte")])


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("Mueller", [1]),
        ("MÜLLER ", [1]),
        ("kuehl", [2, 1]),
        ("Kühlgeräte ", [1]),
        ("strasse", [3]),
        ("4711 ", [2]),
        ("angebot wels", [2]),
        ("Preisverhandlnug", [1]),
        ("rekalmiert wels", [2]),
        ("nirgends", []),
        ("ab", []),
        ("", []),
        ('"; DROP TABLE x; -- *', []),
    ],
)
def test_words_are_found_in_any_spelling_and_with_typing_errors(texts, typed, numbers):
    assert found(typed) == numbers


def test_each_kind_has_words_of_its_own(texts):
    assert found("Kühlgeräte ", search.DOCUMENT) == [2]
    assert found("rahmenvertrag", search.ACTIVITY) == []


def test_only_the_given_ones_are_asked_for(texts):
    assert found("kuehl", among=[1, 3]) == [1]


def test_a_text_that_was_changed_is_found_by_its_new_words(texts):
    search_texts.put(search.ACTIVITY, [(3, "Weihnachtsfeier geplant")])
    assert found("weihnachts") == [3]


def test_after_clearing_nothing_is_left(texts):
    search_texts.clear()
    assert found("Mueller") == []


def test_a_text_is_read_to_its_end():
    search_texts.put(search.DOCUMENT, [(9, "wort " * 30_000 + "Zielwort")])
    assert found("zielwort", search.DOCUMENT) == [9]


def marked(typed, text):
    marker = Marker(typed, [[word] for word in typed])
    return [piece for piece, is_hit in marker.piece(text) if is_hit]


@pytest.mark.parametrize(
    ("typed", "text", "hits"),
    [
        (["muler"], "Frau Müller, Herr Mueller, Firma MUELLER", ["Müller", "Mueller", "MUELLER"]),
        (["strase"], "in der Straße", ["Straße"]),
        (["mcdonalds"], "bei McDonald's", ["McDonald's"]),
        (["kuhl"], "Kühlgeräte", ["Kühlgeräte"]),
        (["cafe"], "im Café", ["Café"]),
        (["script"], "<script>alert(1)</script>", ["script", "script"]),
    ],
)
def test_hits_are_marked_in_the_spelling_of_the_text(typed, text, hits):
    assert marked(typed, text) == hits


def test_the_piece_is_the_neighbourhood_of_the_hit():
    marker = Marker(["trefer"], [["trefer"]])
    pieces = marker.piece("vorher " * 100 + "Treffer " + "nachher " * 100)
    text = "".join(piece for piece, _is_hit in pieces)
    assert text.startswith("… vorher") and text.endswith("…") and "Treffer" in text and len(text) < 300


def test_another_script_is_recognised_by_its_words():
    assert Marker(["договор"], [["договор"]]).is_in("Новый ДОГОВОР подписан")
    assert not Marker(["договор"], [["договор"]]).is_in("ничего")


class _All(frozenset):
    """Every word is a frequent one."""

    def __contains__(self, word):
        return True


@pytest.mark.parametrize("frequent", [frozenset(), _All()], ids=["rare", "frequent"])
@pytest.mark.parametrize("in_time", [True, False])
def test_a_rare_and_a_frequent_word_are_found_whichever_way_is_taken_first(texts, monkeypatch, frequent, in_time):
    @contextmanager
    def at_most(_milliseconds):
        yield
        if not in_time:
            raise search_texts.patience.TookTooLong

    monkeypatch.setattr(search_texts, "_frequent_words", lambda: frequent)
    monkeypatch.setattr(search_texts.patience, "at_most", at_most)
    assert found("kuehl") == [2, 1]
    assert found("angebot wels") == [2]
    assert found("nirgends") == []
