"""Custom fields from a file: found by their labels, read by their kinds, refused row by row, and taken back with the import."""

import datetime as dt

from kundenkreis.customers.models import Account, Contact
from kundenkreis.fields.models import CustomField
from kundenkreis.history.models import Batch
from kundenkreis.history.undo import undo_batch
from kundenkreis.quality import targets
from tests.fields.defining import define, one_of_each
from tests.quality.imports import imported, told

HEAD = "Name,Öffnungszeiten,Sitzplätze,Volumen,Checked,Window,Days,Buyer\n"


def accounts(text: str, **how):
    return imported(text, target="accounts", match_by="name", options={"decimal_mark": ","}, **how)


def custom_of(name):
    return Account.objects.get(name=name).custom


def test_columns_are_found_by_the_labels_in_both_languages(world):
    one_of_each()
    run = accounts(HEAD + 'Hotel Post,Mo–Fr,40,"1000,50",31.01.2026,Abend,Friday; Montag,Ben Kern\n')
    assert run.counts["added"] == 1, told(run)
    kept = custom_of("Hotel Post")
    assert kept == {
        "hours": "Mo–Fr", "hours~": "mo fr", "seats": 40, "volume": 1000.5, "checked": "2026-01-31", "window": "evening",
        "days": ["monday", "friday"], "buyer": world.ben.pk, "per_seat": 25.01,
    }  # fmt: skip


def test_a_wrong_cell_refuses_its_row_and_says_why(world):
    one_of_each()
    rows = ["A,,many,,,,,", "B,,1.5,,,,,", "C,,,,,Night,,", "D,,,,,,,Nobody Known", "E,,3,,,,,"]
    run = accounts(HEAD + "\n".join(rows) + "\n")
    assert (run.counts["added"], run.counts["rejected"]) == (1, 4)
    assert custom_of("E") == {"seats": 3}
    assert "Night" in " ".join(told(run))


def test_only_what_the_row_says_is_changed_and_the_undo_brings_back_what_was(world):
    one_of_each()
    world.lindner.change(by=world.ada, custom={"seats": 1, "hours": "always", "volume": 5})
    run = accounts(f"Name,Sitzplätze,Checked\n{world.lindner.name},2,2026-01-31\n")
    assert run.counts["changed"] == 1
    assert custom_of(world.lindner.name)["hours"] == "always"
    assert custom_of(world.lindner.name)["per_seat"] == 2.5
    again = accounts(f"Name,Sitzplätze,Checked\n{world.lindner.name},2,2026-01-31\n")
    assert again.counts["unchanged"] == 1
    undo_batch(Batch.objects.get(pk=run.batch_id), by=world.ben)
    kept = custom_of(world.lindner.name)
    assert (kept["seats"], kept["per_seat"], "checked" in kept) == (1, 5, False)


def test_a_required_field_is_required_of_a_row_that_adds(world):
    define("Hours", is_required=True)
    run = accounts("Name,Hours\nA,always\nB,\n", by=world.ben)
    assert (run.counts["added"], run.counts["rejected"]) == (1, 1)
    run = accounts("Name\nC\n", by=world.ben)
    assert run.counts["rejected"] == 1


def test_thousands_of_new_rows_with_formulas_are_worked_out_each(world):
    define("Double", "formula", formula="employees * 2")
    run = accounts("Name,employees\n" + "".join(f"Firma {n},{n}\n" for n in range(300)))
    assert run.counts["added"] == 300
    assert custom_of("Firma 217") == {"double": 434}


def test_rows_by_columns_have_no_values_and_are_found(world):
    define("Hours", is_searched=True)
    run = accounts("Name,employees\n" + "".join(f"Firma {n},{n}\n" for n in range(300)))
    assert run.counts["added"] == 300
    assert custom_of("Firma 217") == {}


def test_contacts_have_their_own_fields(world):
    define("Birthday", "date", noun="contacts")
    run = imported("Last name,E-mail,Birthday\nMaier,a@maier.test,1980-02-29\n", target="contacts", match_by="email")
    assert run.counts["added"] == 1, told(run)
    assert Contact.objects.get(family_name="Maier").custom == {"birthday": dt.date(1980, 2, 29).isoformat()}


def test_a_retired_field_is_no_field_of_an_import(world):
    seats = define("Seats", "number")
    assert "custom_seats" in {spec.name for spec in targets.get("accounts").fields}
    seats.retire(by=world.admin)
    assert "custom_seats" not in {spec.name for spec in targets.get("accounts").fields}
    assert CustomField.objects.count() == 1


def _file_of_everything(world, count):
    days = ("31.01.2026", "", "29.02.2024")
    rows = [
        f'Firma {n:05d},Mo {n % 7},{n % 50 or ""},"{n % 9},5",{days[n % 3]},{"Abend" if n % 2 else ""},"Friday; Montag",'
        f"{'Ben Kern' if n % 4 else ''},{world.brauneis.number if n % 5 else ''},{'AB'[n % 2]}"
        for n in range(count)
    ]
    rows[3] = rows[3].replace("Mo 3,3,", "Mo 3,many,")
    rows[5] = rows[5].replace("Ben Kern", "Nobody Known")
    rows[7] = rows[7].replace(f",{world.brauneis.number},", ",K-unknown,")
    return HEAD.replace("\n", ",Partner,Place\n") + "\n".join(rows) + "\n"


def _every_kind(world):
    from tests.fields.test_rolling import rolled

    one_of_each()
    define("Partner", "reference", refers_to="accounts")
    define("Spoken of", "formula", formula='join(name; " "; place)', is_searched=True)
    rolled("Talks", "activities", "count")


def test_rows_that_are_stored_by_columns_come_to_what_they_come_to_one_by_one(world, monkeypatch):
    from kundenkreis.core import search
    from kundenkreis.quality.targets.by_columns import ByColumns, NewAlike

    _every_kind(world)
    text, seen = _file_of_everything(world, 60), []
    stored = NewAlike.store
    monkeypatch.setattr(
        NewAlike, "store", lambda self, ids, outcome: (seen.append(len(ids)), stored(self, ids, outcome))
    )
    run = accounts(text)
    assert seen, "they went by columns"
    assert sum(seen) > 50
    by_columns = {one.name: (one.custom, one.place) for one in Account.objects.filter(name__startswith="Firma")}
    assert search.find(search.ACCOUNT, "Firma 00011"), "what formulas make of it is found"
    first = (run.counts["added"], run.counts["rejected"], sorted(told(run)))
    undo_batch(Batch.objects.get(pk=run.batch_id), by=world.admin)
    monkeypatch.setattr(ByColumns, "of_target", classmethod(lambda cls, loader: None))
    run = accounts(text)
    assert (run.counts["added"], run.counts["rejected"], sorted(told(run))) == first
    assert first[:2] == (57, 3)
    assert {one.name: (one.custom, one.place) for one in Account.objects.filter(name__startswith="Firma")} == by_columns


def test_what_is_required_refuses_rows_by_columns_too(world):
    from kundenkreis.customers.models import Account

    define("Hours", is_required=True)
    define("Boss", "person", is_required=True, required_stages=["customer"])
    rows = [f"R{n},{'always' if n != 7 else ''},{'Ben Kern' if n != 9 else ''}" for n in range(30)]
    run = accounts("Name,Hours,Boss\n" + "\n".join(rows) + "\n", by=world.ben)
    assert (run.counts["added"], run.counts["rejected"]) == (28, 2)
    assert Account.objects.get(name="R1").custom == {"hours": "always", "hours~": "always", "boss": world.ben.pk}
