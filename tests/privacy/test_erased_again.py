"""A restored backup does not bring an erased person back."""

import datetime as dt
import json

import pytest

from kundenkreis.cli import backing_up
from kundenkreis.customers.models import Contact
from kundenkreis.privacy import erasing, erasures_kept
from kundenkreis.privacy.models import Erasure


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def erased(world):
    """The row as a backup has it, and the erasure that came after."""
    contact = Contact.add(by=world.ada, given_name="Zitaline", family_name="Quaxberger", email="zq@quaxmail.test")
    row = Contact._base_manager.filter(pk=contact.pk).values().get()
    erasure = erasing.begin(contact, by=world.admin)
    erasing.work(erasure)
    return row, erasure


def restored(row) -> Contact:
    Erasure.objects.all().delete()
    Contact._base_manager.filter(pk=row["id"]).delete()
    return Contact._base_manager.create(**row)


def test_the_list_holds_numbers_and_hashes_only(erased):
    row, erasure = erased
    text = erasures_kept.path().read_text()
    assert set(json.loads(text)) == {"token", "at", "records"}
    for value in ("Zitaline", "Quaxberger", "quaxmail"):
        assert value not in text
    assert list(json.loads(text)["records"]) == [f"contact:{row['id']}"]
    assert erasures_kept.path().stat().st_mode & 0o077 == 0


def test_whom_a_backup_brings_back_is_erased_anew(erased):
    row, erasure = erased
    assert erasing.again() == 0
    back = restored(row)
    assert erasing.again() == 1
    assert erasing.again() == 0, "it is known now"
    assert erasing.finish_all() == 1
    assert not Contact._base_manager.filter(family_name="Quaxberger").exists()
    assert Erasure.objects.get().token == erasure.token
    assert not Contact.objects.living().filter(pk=back.pk).exists()


def test_another_person_with_the_same_number_is_left_alone(erased):
    row, _erasure = erased
    other = restored(row | {"family_name": "Somebody", "created_at": row["created_at"] + dt.timedelta(days=1)})
    assert erasing.again() == 0
    assert Contact.objects.living().filter(pk=other.pk).exists()


def test_the_list_lies_in_every_backup_and_is_joined_with_the_present_one(erased, tmp_path):
    assert backing_up.files()[erasures_kept.FILE] == erasures_kept.path()
    other = tmp_path / "from-the-backup.jsonl"
    line = {"token": "b" * 36, "at": "2026-01-01", "records": {"contact:5": "c" * 64}}
    other.write_text(json.dumps(line) + "\nhalf a li")
    assert erasures_kept.join(other) == 1
    assert erasures_kept.join(other) == 0
    assert len(erasures_kept.read(erasures_kept.path())) == 2
    assert erasures_kept.join(tmp_path / "missing") == 0
