"""What people read is collected and translated: bin/messages finds every marked string and refuses a half-done language."""

from __future__ import annotations

import importlib.machinery
import importlib.util
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def messages(tmp_path, monkeypatch):
    """bin/messages as a module, reading a package of its own under tmp_path."""
    loader = importlib.machinery.SourceFileLoader("bin_messages", str(ROOT / "bin" / "messages"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("bin_messages", loader))
    loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "PACKAGE", tmp_path / "kundenkreis")
    (tmp_path / "kundenkreis" / "web" / "templates").mkdir(parents=True)
    return module


def write(tmp_path: Path, text: str, name: str = "page.py") -> None:
    (tmp_path / "kundenkreis" / name).write_text(text)


def translated(messages, **german: str) -> None:
    """Put a catalogue with these translations (by the English word) where the German one belongs."""
    catalogue = Catalog(locale="de", fuzzy=False)
    for english, text in german.items():
        catalogue.add(english, text)
    messages.po_path("de").parent.mkdir(parents=True, exist_ok=True)
    with messages.po_path("de").open("wb") as file:
        messages.write_po(file, catalogue)


def troubles(messages) -> list[str]:
    return list(messages.troubles("de", messages.collect()))


def ids(messages) -> set[str]:
    return {message.id for message in messages.collect() if message.id}


def test_strings_are_found_in_python_and_in_templates(messages, tmp_path):
    write(tmp_path, '_("One")\nlazy("Two")\n')
    write(tmp_path, '<p title="{{ _("Three") }}">{% trans %}Four{% endtrans %}</p>', "web/templates/page.html")
    assert ids(messages) == {"One", "Two", "Three", "Four"}


def test_a_string_within_an_f_string_is_found(messages, tmp_path):
    write(tmp_path, "text = f\"{asked} {_('Yes, %(more)s more.') % {'more': 3}}\"\n")
    assert ids(messages) == {"Yes, %(more)s more."}


def test_a_string_that_nobody_has_collected_fails_the_check(messages, tmp_path):
    write(tmp_path, '_("One")\n')
    assert troubles(messages) == ["not collected yet: 'One' (kundenkreis/page.py)"]


def test_a_string_without_a_translation_fails_the_check(messages, tmp_path):
    write(tmp_path, '_("One")\n')
    translated(messages, One="")
    assert troubles(messages) == ["not translated: 'One' (kundenkreis/page.py)"]


def test_a_translation_that_nobody_uses_fails_the_check(messages, tmp_path):
    write(tmp_path, '_("One")\n')
    translated(messages, One="Eins", Two="Zwei")
    assert troubles(messages) == ["no longer used: 'Two'"]


def test_a_fuzzy_translation_fails_the_check(messages, tmp_path):
    write(tmp_path, '_("One")\n')
    translated(messages, One="Eins")
    path = messages.po_path("de")
    path.write_text(path.read_text().replace('msgid "One"', '#, fuzzy\nmsgid "One"'))
    assert troubles(messages) == ["fuzzy: 'One'"]


@pytest.mark.parametrize("german", ["%(zahl)s Kunden", "Kunden"])
def test_a_translation_that_loses_its_placeholder_fails_the_check(messages, tmp_path, german):
    write(tmp_path, '_("%(count)s accounts")\n')
    translated(messages, **{"%(count)s accounts": german})
    assert [trouble.partition(":")[0] for trouble in troubles(messages)] == ["breaks its placeholders"]


def test_a_translation_that_loses_its_braces_fails_the_check(messages, tmp_path):
    write(tmp_path, '_("{count} selected")\n')
    translated(messages, **{"{count} selected": "ausgewählt"})
    assert [trouble.partition(":")[0] for trouble in troubles(messages)] == ["breaks its placeholders"]


def test_a_complete_language_passes_the_check(messages, tmp_path):
    write(tmp_path, '_("One")\n')
    translated(messages, One="Eins")
    assert troubles(messages) == []


def test_bringing_up_to_date_keeps_what_is_translated_and_drops_what_is_gone(messages, tmp_path):
    write(tmp_path, '_("One")\n_("Three")\n')
    translated(messages, One="Eins", Two="Zwei")
    messages.update("de", messages.collect())
    assert {m.id: m.string for m in messages.read("de") if m.id} == {"One": "Eins", "Three": ""}
    assert messages.po_path("de").with_suffix(".mo").exists()


def test_the_user_guide_has_the_same_pages_in_both_languages():
    guide = ROOT / "docs" / "guide"
    pages = {language: {path.name for path in (guide / language).glob("*.md")} for language in ("en", "de")}
    assert pages["en"] == pages["de"] != set()


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_page_of_the_user_guide_is_in_its_table_of_contents(language):
    guide = ROOT / "docs" / "guide" / language
    contents = (guide / "index.md").read_text()
    assert [
        path.name for path in guide.glob("*.md") if path.name != "index.md" and f"({path.name})" not in contents
    ] == []
