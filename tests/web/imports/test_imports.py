"""Imports on the screen: from a file to a result and back, without JavaScript."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kundenkreis.customers.models import Account, Contact
from kundenkreis.quality import importing, running
from kundenkreis.quality.models import ImportRun
from kundenkreis.web import foreseeing
from tests.web.imports.clicking import COMPANIES, drafted, imported, mapped, put, text_of


def test_a_file_goes_from_look_to_map_to_check_to_a_result_that_stays(client):
    run = drafted(client, COMPANIES)
    look = text_of(client.get(f"/imports/{run.pk}/look/"))
    assert "Zirbe GmbH" in look
    assert "semicolon (found)" in look
    answer = mapped(client, run)
    assert answer.redirect_chain[-1][0] == f"/imports/{run.pk}/check/"
    assert "would be stored" in text_of(answer)
    assert not Account.objects.filter(number="K9001").exists(), "a check stores nothing"
    result = client.post(f"/imports/{run.pk}/start/", follow=True)
    assert "Lines in" in text_of(result)
    assert (
        result.context["counts"]["lines"]
        == result.context["counts"]["stored"] + result.context["counts"]["rejected"]
        == 2
    )
    assert Account.objects.get(number="K9001").name == "Zirbe GmbH"
    assert "companies.csv" in text_of(client.get(f"/imports/{run.pk}/"))


def test_the_list_shows_what_who_and_how_many(client, world):
    imported(client, COMPANIES)
    page = text_of(client.get("/imports/"))
    for said in ("companies.csv", "Accounts", "Ben Kern", "done"):
        assert said in page


def test_an_empty_list_teaches(client):
    page = text_of(client.get("/imports/"))
    assert "Nothing was imported yet." in page
    assert "/imports/new/" in page


def test_cells_pasted_from_a_spreadsheet_are_a_file_too(client):
    answer = client.post("/imports/new/", {"pasted": "Name\tPostcode\nZirbe GmbH\t4600\n", "target": "accounts"})
    run = ImportRun.objects.get()
    assert answer.headers["Location"] == f"/imports/{run.pk}/look/"
    assert run.mapping == {"name": "Name", "postcode": "Postcode"}


def test_neither_file_nor_cells_is_said(client):
    answer = client.post("/imports/new/", {"target": "accounts"})
    assert answer.status_code == 422
    assert "Choose a file, or paste cells from a spreadsheet." in text_of(answer)


def test_another_delimiter_is_read_at_once(client):
    run = drafted(client, "Name|Place;Postcode\nZirbe|Wels;4600\n")
    answer = client.post(
        f"/imports/{run.pk}/look/", {"target": "accounts", "delimiter": "|"}, headers={"HX-Request": "true"}
    )
    assert "<html" not in text_of(answer)
    assert answer.context["headers"] == ("Name", "Place;Postcode")
    run.refresh_from_db()
    assert run.options["columns"] == ["Name", "Place;Postcode"]


def test_what_the_file_holds_can_be_changed_while_looking(client):
    run = drafted(client, COMPANIES)
    client.post(f"/imports/{run.pk}/look/", {"target": "contacts"})
    run.refresh_from_db()
    assert run.target == "contacts"


@pytest.mark.parametrize(
    ("content", "target"),
    [
        (COMPANIES, "accounts"),
        ("Vorname;Nachname;E-Mail;Firma\nMia;Moser;mia@x.test;Zirbe\n", "contacts"),
        ("Artikelnummer;Bezeichnung;Listenpreis\nP1;Ball;1,20\n", "products"),
        ("Belegnummer;Artikelnummer;Menge;Einzelpreis;Belegdatum\n1;P1;2;1,20;1.2.2026\n", "sales"),
    ],
)
def test_what_an_unknown_file_holds_is_found_out_by_its_headings(world, signed_in, uploads, content, target):
    assert drafted(signed_in(world.admin), content, target="").target == target


def test_going_on_without_a_change_leads_to_the_mapping(client):
    run = drafted(client, COMPANIES)
    answer = client.post(f"/imports/{run.pk}/look/", {"target": "accounts", "next": "1"})
    assert answer.headers["Location"] == f"/imports/{run.pk}/map/"


def test_each_field_says_its_column_the_reason_and_an_example(client):
    run = drafted(client, COMPANIES + "\n")
    lines = {line.spec.name: line for line in client.get(f"/imports/{run.pk}/map/").context["lines"]}
    assert lines["name"].bound.value() == "Name"
    assert "by its name" in lines["name"].reason
    assert lines["name"].sample == "Zirbe GmbH"


def test_a_required_field_without_a_column_hinders_and_says_so(client):
    run = drafted(client, COMPANIES)
    answer = mapped(client, run, **{"map-name": ""})
    assert "The field “name” needs a column of the file." in text_of(answer)
    run.refresh_from_db()
    assert run.state == "draft"


def test_a_column_that_goes_nowhere_is_listed(client):
    run = drafted(client, "Name;Zodiac\nZirbe;Leo\n")
    assert client.get(f"/imports/{run.pk}/map/").context["unmapped"] == ["Zodiac"]


def test_a_column_that_is_not_in_the_file_is_refused(client):
    run = drafted(client, COMPANIES)
    answer = client.post(f"/imports/{run.pk}/map/", {"match_by": "name", "mode": "both", "map-name": "Nowhere"})
    assert answer.status_code == 422
    run.refresh_from_db()
    assert run.mapping["name"] == "Name"


def test_the_mapping_of_the_last_file_with_these_headings_is_remembered_and_said(client):
    run = drafted(client, "Name;Colour\nZirbe;red\n")
    mapped(client, run, **{"map-industry": "Colour"})
    client.post(f"/imports/{run.pk}/start/")
    again = drafted(client, "Name;Colour\nBirke;blue\n")
    assert again.mapping["industry"] == "Colour"
    assert "the columns are mapped as then" in text_of(client.get(f"/imports/{again.pk}/map/"))


def test_create_only_rejects_what_is_here_with_its_reason(client):
    imported(client, COMPANIES)
    run = drafted(client, COMPANIES)
    page = text_of(mapped(client, run, mode="create"))
    assert "is there already" in page
    assert "Nothing of this file would be stored." in page


@pytest.mark.parametrize(
    ("target", "content"),
    [
        ("products", "Item number;Name;Family\nP1;Ball;Toys\nP2;Kite;Toys\n"),
        ("people", "Name;E-mail;Team\nMia Moser;mia@x.test;Export\nIda Moser;ida@x.test;Export\n"),
    ],
)
def test_a_check_foresees_what_the_import_does_with_records_made_on_the_way(world, signed_in, uploads, target, content):
    client = signed_in(world.admin)
    run = drafted(client, content, target=target)
    mapped(client, run)
    run.refresh_from_db()
    assert (run.forecast.get("added"), run.forecast.get("rejected", 0)) == (2, 0)
    client.post(f"/imports/{run.pk}/start/")
    run.refresh_from_db()
    assert (run.counts.get("added"), run.counts.get("rejected", 0)) == (2, 0)


def test_rejected_rows_come_back_as_a_file_to_repair(client):
    run = imported(client, "Number;Name;Employees\nK1;Zirbe;12\nK2;;7\nK3;Birke;many\n")
    assert (run.counts["added"], run.counts["rejected"]) == (1, 2)
    page = text_of(client.get(f"/imports/{run.pk}/"))
    assert "This must not be empty." in page
    assert "“many” is not a number." in page
    answer = client.get(f"/imports/{run.pk}/rejected.csv")
    file = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert file[0] == "Number,Name,Employees,Problem"
    assert file[1].startswith("K2,,7,")
    assert "attachment" in answer.headers["Content-Disposition"]


def test_a_whole_import_is_undone_after_a_look_at_what_stays(client, world):
    run = imported(client, COMPANIES)
    Account.objects.get(number="K9001").change(by=world.ben, place="Steyr")
    preview = client.get(f"/imports/{run.pk}/undo/")
    assert (preview.context["would"].undone, preview.context["would"].kept) == (1, 1)
    assert "Zirbe GmbH" in text_of(preview)
    assert Account.objects.filter(number__in=["K9001", "K9002"]).count() == 2, "a preview takes nothing back"
    result = client.post(f"/imports/{run.pk}/undo/", follow=True)
    assert "Undone: 1 records" in text_of(result)
    assert list(Account.objects.filter(number__in=["K9001", "K9002"]).values_list("number", flat=True)) == ["K9001"]
    assert "Zirbe GmbH" in text_of(result), "what stayed is named afterwards too"
    assert client.post(f"/imports/{run.pk}/undo/").status_code == 303


def test_what_a_large_undo_would_keep_is_counted_by_the_worker(client, world, monkeypatch):
    monkeypatch.setattr(foreseeing, "AT_ONCE", 1)
    run = imported(client, COMPANIES)
    asked = []
    monkeypatch.setattr(type(foreseeing.count_undo), "enqueue", lambda _task, pk: asked.append(pk))
    Account.objects.get(number="K9001").change(by=world.ben, place="Steyr")
    for _look in range(2):
        assert "is being counted" in text_of(client.get(f"/imports/{run.pk}/undo/"))
    assert asked == [run.batch_id], "asked twice, it is counted once"
    foreseeing.count_undo.func(run.batch_id)
    preview = client.get(f"/imports/{run.pk}/undo/")
    assert (preview.context["would"].undone, preview.context["would"].kept) == (1, 1)
    assert "Zirbe GmbH" in text_of(preview)
    result = importing.undo_now(run, None)
    assert (result.undone, result.kept) == (1, 1), "what was counted before is not counted in"


# --- work under way ----------------------------------------------------------------------------------------------------


def test_progress_is_told_in_rows_and_time_and_asked_for_again(client):
    run = drafted(client, COMPANIES)
    put(run, state="running", rows_read=250_000, rows_total=1_000_000, share=0.25, seconds=10)
    page = text_of(client.get(f"/imports/{run.pk}/"))
    assert "250,000 of 1,000,000 rows · 25,000 rows a second · about 30 s left" in page
    part = text_of(client.get(f"/imports/{run.pk}/?poll=1", headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert f'hx-get="/imports/{run.pk}/?poll=1"' in part


def test_when_the_work_is_done_the_bar_leads_to_the_result(client):
    run = imported(client, COMPANIES)
    answer = client.get(f"/imports/{run.pk}/?poll=1", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == f"/imports/{run.pk}/"


def test_stopping_asks_first(client):
    run = drafted(client, COMPANIES)
    put(run, state="running")
    assert client.post(f"/imports/{run.pk}/cancel/").headers["Location"] == f"/imports/{run.pk}/cancel/"
    assert "Stop this work?" in text_of(client.get(f"/imports/{run.pk}/cancel/"))
    run.refresh_from_db()
    assert not run.wants_cancel
    client.post(f"/imports/{run.pk}/cancel/", {"sure": "1"})
    run.refresh_from_db()
    assert run.wants_cancel


def test_a_stopped_import_goes_on_without_loss_or_duplicates(client):
    run = drafted(client, COMPANIES)
    mapped(client, run)
    put(run, state="waiting")
    client.post(f"/imports/{run.pk}/cancel/", {"sure": "1"})
    page = text_of(client.get(f"/imports/{run.pk}/"))
    assert "It was stopped." in page
    assert "Go on with it" in page
    client.post(f"/imports/{run.pk}/start/")
    run.refresh_from_db()
    assert (run.state, run.counts["added"]) == ("done", 2)
    assert Account.objects.filter(number__startswith="K900").count() == 2


def test_two_windows_start_an_import_once(client, monkeypatch):
    run = drafted(client, COMPANIES)
    begun: list[int] = []
    monkeypatch.setattr(
        "kundenkreis.quality.tasks.run_import", type("Task", (), {"enqueue": staticmethod(begun.append)})
    )
    for _window in range(2):
        answer = client.post(f"/imports/{run.pk}/start/")
        assert answer.headers["Location"] == f"/imports/{run.pk}/"
    assert begun == [run.pk]


def test_a_run_that_has_gone_silent_says_so(client):
    run = drafted(client, COMPANIES)
    put(run, state="running", heartbeat_at=run.created_at - 3 * importing.SILENT)
    assert "Nothing was heard of it for" in text_of(client.get(f"/imports/{run.pk}/"))


def test_what_has_begun_is_not_mapped_anew(client):
    run = imported(client, COMPANIES)
    for step in ("look", "map", "check"):
        assert client.get(f"/imports/{run.pk}/{step}/").headers["Location"] == f"/imports/{run.pk}/"
        assert client.post(f"/imports/{run.pk}/{step}/", {}).headers["Location"] == f"/imports/{run.pk}/"


def test_a_draft_that_is_given_up_takes_its_file_along(client, uploads):
    run = drafted(client, COMPANIES)
    assert len(list(uploads.iterdir())) == 1
    client.post(f"/imports/{run.pk}/forget/")
    assert not ImportRun.objects.exists()
    assert not list(uploads.iterdir())


# --- who may -----------------------------------------------------------------------------------------------------------


def test_a_contact_mailed_twice_is_one_contact(client):
    rows = "First name;Last name;Email\nMia;Moser;mia@moser.test\nMia;Moser;MIA@moser.test\n"
    run = imported(client, rows, name="people.csv", target="contacts")
    assert Contact.objects.filter(email__iexact="mia@moser.test").count() == 1
    assert run.rows_read == 2
    assert sum(run.counts.get(name, 0) for name in ("added", "changed", "unchanged", "rejected")) == 2


@pytest.mark.parametrize("query", ["?after=x", "?after=9999999999999999999999-1", "?notes=7"])
def test_nonsense_in_the_address_of_problems_breaks_nothing(client, query):
    run = imported(client, "Number;Name\nK1;\n")
    assert client.get(f"/imports/{run.pk}/problems/{query}").status_code == 200


def test_many_problems_are_summed_up_and_read_page_by_page(client):
    run = imported(client, "Number;Name\n" + "".join(f"K{n};\n" for n in range(120)))
    page = client.get(f"/imports/{run.pk}/")
    assert page.context["groups"] == [("Name", "This must not be empty.", 120)]
    seen, address = [], f"/imports/{run.pk}/problems/"
    while address:
        answer = client.get(address, headers={"HX-Request": "true"})
        seen += [problem.row for problem in answer.context["problems"]]
        address = answer.context["next_problems"]
    assert seen == list(range(2, 122))


# --- speed -------------------------------------------------------------------------------------------------------------


def test_a_file_is_opened_once_for_all_the_pages_about_it_and_again_when_it_is_read_otherwise(client, monkeypatch):
    opened = []
    real = running.open_source
    monkeypatch.setattr(running, "open_source", lambda *args, **how: opened.append(how) or real(*args, **how))
    run = drafted(client, COMPANIES)
    client.get(f"/imports/{run.pk}/look/")
    mapped(client, run)
    assert len(opened) == 1
    client.post(f"/imports/{run.pk}/look/", {"target": "accounts", "delimiter": ","}, follow=True)
    assert opened[1:] == [{"delimiter": ","}]


def test_a_file_that_is_gone_is_said_and_breaks_nothing(client, uploads):
    run = drafted(client, COMPANIES)
    for path in uploads.iterdir():
        path.unlink()
    answer = client.get(f"/imports/{run.pk}/look/")
    assert answer.status_code == 200
    assert "The file is no longer on the server." in text_of(answer)
    assert str(uploads) not in text_of(answer)
    assert client.get(f"/imports/{run.pk}/map/").headers["Location"] == f"/imports/{run.pk}/look/"
    client.post(f"/imports/{run.pk}/start/")
    run.refresh_from_db()
    assert run.state == "draft"


def test_the_list_and_a_result_ask_as_many_questions_for_one_as_for_many(client):
    def questions(address):
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        return len(asked)

    few = imported(client, "Number;Name\nK1;\n")
    first = questions("/imports/"), questions(f"/imports/{few.pk}/")
    many = imported(client, "Number;Name\n" + "".join(f"K{n};\n" for n in range(200)))
    for _again in range(4):
        imported(client, COMPANIES)
    assert (questions("/imports/"), questions(f"/imports/{many.pk}/")) == first
