"""A file with a mistake in it: imported, corrected, imported again, and taken back as a whole."""

from django.core.files.uploadedfile import SimpleUploadedFile

from kundenkreis.customers.models import Account
from kundenkreis.quality.models import ImportRun

FIRST = "Number;Name;Postcode;Employees\nK9001;Zirbe GmbH;4600;12\nK9002;;4020;7\n"


def imported(client, content):
    client.post("/imports/new/", {"file": SimpleUploadedFile("firmen.csv", content.encode()), "target": "accounts"})
    run = ImportRun.objects.latest("pk")
    client.post(f"/imports/{run.pk}/start/")
    run.refresh_from_db()
    return run


def test_what_was_rejected_is_repaired_and_imported_again_and_all_of_it_can_be_undone(
    world, signed_in, settings, tmp_path
):
    settings.DATA_DIR = tmp_path
    ben = signed_in(world.ben)
    run = imported(ben, FIRST)
    assert run.counts == {"added": 1, "rejected": 1}

    # The rejected row comes back with its reason, is given a name, and taken.
    answer = ben.get(f"/imports/{run.pk}/rejected.csv")
    rejected = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "K9002" in rejected
    assert "K9001" not in rejected
    again = imported(ben, rejected.replace("K9002,,", "K9002,Ahorn & Co,"))
    assert again.counts == {"added": 1}
    assert set(Account.objects.living().filter(number__startswith="K900").values_list("name", flat=True)) == {
        "Zirbe GmbH",
        "Ahorn & Co",
    }

    # A colleague has changed one since: an undo takes back the rest and keeps her work.
    Account.objects.get(number="K9001").change(by=world.dora, place="Wels")
    for one in (again, run):
        ben.post(f"/imports/{one.pk}/undo/")
    left = Account.objects.living().filter(number__startswith="K900")
    assert [(account.number, account.place) for account in left] == [("K9001", "Wels")]
