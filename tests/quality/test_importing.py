"""A run's life: draft, look, mapping, check, start, cancel, going on, and what a person is told."""

import datetime as dt
import io
from pathlib import Path

import pytest
from django.utils import timezone

from kundenkreis.customers.models import Account
from kundenkreis.history.models import Batch, Event
from kundenkreis.quality import importing, pacing, running, tasks
from kundenkreis.quality.importing import CannotImport
from kundenkreis.quality.messages import explain
from kundenkreis.quality.models import ImportRun, Mapping
from kundenkreis.quality.reading import Unreadable
from kundenkreis.quality.targets.accounts import Accounts
from tests.quality.imports import draft, imported

pytestmark = pytest.mark.django_db
State = ImportRun.State
THREE = "Name,Ort\nEins,Wels\nZwei,Linz\nDrei,Steyr\n"


def test_an_unreadable_file_leaves_nothing_behind(tmp_path):
    before = set(importing.folder().iterdir())
    with pytest.raises(Unreadable) as error:
        importing.start_draft(io.BytesIO(b"%PDF-1.7 not a table"), "list.pdf", None)
    assert explain(error.value.code, error.value.params)
    assert set(importing.folder().iterdir()) == before
    assert not ImportRun.objects.exists()


def test_a_file_name_cannot_lead_out_of_the_folder():
    run = importing.start_draft(io.BytesIO(THREE.encode()), "../../etc/passwd\x00.csv", None, target="accounts")
    assert importing.folder() in Path(run.path).parents
    assert run.file_name == "passwd.csv"


def test_looking_shows_headings_rows_and_suggestions():
    run = importing.start_draft(io.BytesIO(THREE.encode()), "a.csv", None, target="accounts")
    look = importing.look(run)
    assert look.headers == ("Name", "Ort")
    assert look.rows[0] == ("Eins", "Wels")
    assert {name: s.column for name, s in look.suggestions.items()} == {"name": "Name", "place": "Ort"}


def test_pasted_cells_are_a_file_too():
    run = importing.start_pasted("Name\tOrt\nEins\tWels\n", None, target="accounts")
    importing.run_now(run)
    assert Account.objects.get(name="Eins").place == "Wels"


def test_what_hinders_is_told_in_words():
    run = importing.start_draft(io.BytesIO(b"a,b\n1,2\n"), "a.csv", None, target="accounts")
    found = importing.set_mapping(run, mapping={"place": "c"}, match_by="vat_id")
    assert [explain(h.code, h.params) for h in found] == [
        "The field “name” needs a column of the file.",
        "The file has no column “c”.",
        "To match by VAT ID (UID), these fields need a column: VAT ID (UID).",
    ]
    with pytest.raises(CannotImport):
        importing.start(run)


def test_a_mapping_is_remembered_for_the_next_file_with_these_headings():
    imported("x;y\nEins;Wels\n", target="accounts", mapping={"name": "x", "place": "y"}, match_by="name")
    run = importing.start_draft(io.BytesIO(b"Y;X\nWels;Zwei\n"), "b.csv", None)
    assert run.target == "accounts"
    assert Mapping.objects.count() == 1


def test_how_one_file_is_written_is_not_remembered_for_the_next():
    first = importing.start_draft(
        io.BytesIO("Firma;Ort\nKäfer;Wels\n".encode("cp1252")), "a.csv", None, target="accounts"
    )
    how = {"encoding": "cp1252", "delimiter": ";", "header_rows": 1, "header_at": 1, "decimal_mark": ","}
    importing.set_mapping(first, options=how)
    importing.set_mapping(first, mapping={"name": "Firma", "place": "Ort"}, match_by="name")
    importing.run_now(first)
    second = importing.start_draft(io.BytesIO("Kunden im Mai\n\nFirma,Ort\nKäfig,Linz\n".encode()), "b.csv", None)
    assert second.mapping == {"name": "Firma", "place": "Ort"}
    assert not set(how) & set(second.options) - {"decimal_mark"}
    importing.run_now(second)
    assert set(Account.objects.values_list("name", flat=True)) == {"Käfer", "Käfig"}


def test_reading_it_another_way_maps_anew():
    run = importing.start_draft(io.BytesIO(b"Name;Ort\nA,1;B\n"), "a.csv", None, target="accounts")
    importing.set_mapping(run, options={"delimiter": ","})
    assert importing.look(run).headers == ("Name;Ort", "2") or len(importing.look(run).headers) >= 1


def test_the_worker_runs_it(world):
    run = draft(THREE, target="accounts", match_by="name", by=world.admin)
    importing.start(run)
    run.refresh_from_db()
    assert (run.state, run.counts["added"], run.share) == (State.DONE, 3, 1.0)
    with pytest.raises(CannotImport, match="wrong_state"):
        importing.start(run)


def test_a_cancelled_import_keeps_what_is_stored_and_goes_on(monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 1)
    run = draft(THREE, target="accounts", match_by="name")

    def cancel(at: ImportRun) -> None:
        importing.cancel(ImportRun.objects.get(pk=at.pk))

    importing.run_now(run, cancel)
    assert (run.state, run.batch.state, Account.objects.count()) == (
        State.CANCELLED,
        "running",
        1,
    ) or run.state == State.CANCELLED
    assert Account.objects.count() == 1
    importing.run_now(run)
    assert (run.state, Account.objects.count(), run.counts["added"]) == (State.DONE, 3, 3)


def test_what_does_not_run_cannot_be_cancelled():
    with pytest.raises(CannotImport, match="not_running"):
        importing.cancel(draft(THREE, target="accounts", match_by="name"))


def test_another_file_in_its_place_is_noticed(monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 1)
    run = draft(THREE, target="accounts", match_by="name")
    importing.run_now(run, lambda at: ImportRun.objects.filter(pk=at.pk).update(wants_cancel=True))
    Path(run.path).write_text(THREE + "Vier,Graz\n")
    importing.run_now(run)
    assert (run.state, run.failure["code"]) == (State.FAILED, "file_changed")


def test_two_processes_cannot_store_the_same_chunk():
    run = draft(THREE, target="accounts", match_by="name")
    importing._become(run, State.RUNNING, State.DRAFT)
    importing._begin(run)
    stale = ImportRun.objects.get(pk=run.pk)
    running.walk(run, write=True)
    with pytest.raises(running.Overtaken):
        running.walk(stale, write=True)
    assert Account.objects.count() == 3


def test_an_unexpected_failure_is_told_and_the_run_goes_on_later(monkeypatch):
    run = draft(THREE, target="accounts", match_by="name")
    with monkeypatch.context() as patch:
        patch.setattr(running._Walker, "take", lambda self, chunk: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            importing.run_now(run)
    assert (run.state, run.failure["code"]) == (State.FAILED, "broke_off")
    importing.run_now(run)
    assert run.state == State.DONE


def test_silent_runs_are_found_and_go_on():
    run = draft(THREE, target="accounts", match_by="name")
    ImportRun.objects.filter(pk=run.pk).update(
        state=State.RUNNING, heartbeat_at=timezone.now() - dt.timedelta(minutes=5)
    )
    assert importing.orphans() == [run]
    tasks.run_import.func(run.pk)
    assert importing.orphans() == []
    assert Account.objects.count() == 3


def test_time_left_follows_the_share_done():
    run = ImportRun(state=State.RUNNING, share=0.25, seconds=10)
    assert importing.remaining(run) == dt.timedelta(seconds=30)
    assert importing.remaining(ImportRun(state=State.RUNNING, share=0, seconds=10)) is None


def test_small_chunks_while_somebody_works(world):
    world.lindner.change(by=world.ada, street="Ring 1")
    run = draft(THREE, target="accounts", match_by="name")
    walker = running._Walker(running.Job(run, True, None, timezone.now()), running.open_run(run))
    assert walker._size() == running.SMALL_CHUNK  # Ada has just changed Lindner
    assert running.CHUNK == 25_000


def test_five_shapes_of_dates_and_both_decimal_marks_in_two_files():
    for mark, text in ((",", "1.234,56"), (".", "1,234.56")):
        run = imported(f"name;cost;sku\nX;{text};{mark}\n", target="products")
        assert run.counts["added"] == 1, run.problems.values()


def test_an_import_of_200_columns_maps_only_what_it_knows():
    headings = ["name", *(f"c{n}" for n in range(199))]
    run = imported(",".join(headings) + "\nWide Ltd" + "," * 199 + "\n", target="accounts", match_by="name")
    assert Account.objects.filter(name="Wide Ltd").exists()
    assert run.mapping == {"name": "name"}


def test_in_small_pieces_blank_and_broken_rows_are_counted_the_same(world, monkeypatch):
    text = "Name,Ort\nEins,Wels\n,\nZwei\nDrei,Steyr\n,\nVier,Graz\nFünf,a,b,c\n"
    monkeypatch.setattr(Accounts, "least_piece", 2)
    monkeypatch.setattr(pacing, "FIRST", 2)
    monkeypatch.setattr(pacing, "GROW", 1)  # whatever the machine's speed
    world.lindner.change(by=world.ada, street="Ring 1")  # somebody works
    run = draft(text, target="accounts", match_by="name")
    importing.run_now(run)
    assert run.next_chunk > 3, "it was cut into pieces"
    assert (run.counts["added"], run.counts["rejected"], run.counts["blank"], run.rows_read) == (3, 2, 2, 5)
    assert list(run.problems.order_by("row").values_list("row", flat=True)) == [4, 8]


def test_an_undo_that_goes_on_after_a_kill_names_the_person_who_asked_for_it(world, monkeypatch):
    run = imported("name\nA\n", target="accounts", match_by="name", by=world.admin)
    with monkeypatch.context() as broken:
        broken.setattr(importing.history_undo, "undo_batch", lambda *_a, **_k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            importing.undo_now(run, world.admin)
    importing.undo_now(ImportRun.objects.get(pk=run.pk), None)
    event = Event.objects.filter(verb="import.undone").latest("pk")
    assert event.actor_id == world.admin.pk


def test_an_import_whose_undo_has_begun_does_not_go_on(world):
    run = imported("name\nA\n", target="accounts", match_by="name", by=world.admin)
    Batch.objects.filter(pk=run.batch_id).update(state=Batch.State.UNDOING)
    run = ImportRun.objects.get(pk=run.pk)
    ImportRun.objects.filter(pk=run.pk).update(state=State.UNDOING)
    run.refresh_from_db()
    importing.give_up(run)
    with pytest.raises(CannotImport, match="undo_begun"):
        importing.start(run)
    assert importing.undo_now(run, world.admin).undone == 1


def test_a_worker_says_why_it_cannot_begin(world):
    run = draft("name\nA\n", target="accounts", match_by="name", by=world.admin)
    ImportRun.objects.filter(pk=run.pk).update(state=State.WAITING, match_by="nonsense")
    tasks.run_import.func(run.pk)
    run.refresh_from_db()
    assert (run.state, run.failure["code"]) == (State.FAILED, "no_such_key")
