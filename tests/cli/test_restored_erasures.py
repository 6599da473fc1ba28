"""Whom a house has erased no backup brings back: the whole way there and back, searched byte by byte."""

import json
from pathlib import Path

from tests.privacy import traces

VALUES = [
    "Zitaline",
    "Quaxberger",
    "zq@quaxmail.test",
    "zita@quaxmail.test",
    "6647788991",
    "Quaxgasse",
    "Oberquaxin",
    "Quaxnotiz",
]
LIVES = """
import io
from django.core.files.uploadedfile import SimpleUploadedFile
from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Account, Address, Contact, ContactPoint, Position
from kundenkreis.files import storing
from kundenkreis.quality import importing
from kundenkreis.staff.models import User
ada = User.objects.get()
lindner = Account.add(by=ada, name="Lindner", owner=ada, description="Dort ist Frau Quaxberger (zq@quaxmail.test)")
zita = Contact.add(by=ada, given_name="Zitaline", family_name="Quaxberger", email="zq@quaxmail.test", mobile="+43 664 7788991", note="Quaxnotiz")
Position.add(by=ada, contact=zita, account=lindner, job_title="Oberquaxin")
Address.add(by=ada, contact=zita, street="Quaxgasse 7", postcode="4600", place="Wels", country="AT")
ContactPoint.add(by=ada, contact=zita, kind="email", value="zita@quaxmail.test")
zita.change(by=ada, note="Quaxnotiz 2")
Activity.add(by=ada, kind="note", subject="Planung", body="Mit Zitaline Quaxberger reden. Maria auch.", account=lindner, owner=ada)
storing.store(SimpleUploadedFile("Quaxgasse.txt", b"Ausweis von Zitaline Quaxberger"), zita, by=ada)
csv = "first_name;last_name;email;note\\nZitaline;Quaxberger;zq@quaxmail.test;Quaxnotiz 3\\nOtto;Anders;otto@anders.test;\\n"
importing.run_now(importing.start_draft(io.BytesIO(csv.encode()), "Quaxberger.csv", ada, target="contacts"))
"""
ERASED = """
from kundenkreis.customers.models import Contact
from kundenkreis.privacy import compacting, erasing
from kundenkreis.staff.models import User
erasing.begin(Contact.objects.get(email="zq@quaxmail.test"), by=User.objects.get())
erasing.finish_all()
if compacting.is_due():
    compacting.compact()
"""
LEFT = """
from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Contact
from kundenkreis.privacy.models import Erasure
print(Erasure.objects.get().state, Contact.objects.living().get().email, Activity.objects.get(subject="Planung").body)
"""


def test_a_backup_from_before_brings_nobody_back(house, tmp_path):
    (tmp_path / "before").mkdir()
    (tmp_path / "after").mkdir()
    before, after = tmp_path / "before" / "house.zip", tmp_path / "after" / "house.tar.gz"
    house.python(LIVES)
    assert house.run("backup", before).returncode == 0
    met = {one.rpartition(": ")[2] for one in traces.in_folder(VALUES, before.parent)}
    assert met == set(VALUES), "the search finds what is there"

    house.python(ERASED)
    assert traces.in_folder(VALUES, house.folder) == []
    assert house.run("backup", after).returncode == 0
    assert traces.in_folder(VALUES, after.parent) == []

    done = house.run("restore", before, "--yes", "--json", timeout=180)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)
    left = traces.in_folder(VALUES, Path(house.folder))
    assert left == [], "\n".join(left)
    assert house.python(LEFT) == "done otto@anders.test Mit [gelöscht] reden. Maria auch."


def test_a_backup_from_after_tells_an_older_house_whom_to_erase(house, tmp_path):
    """As on a machine that was left behind: its own database still has her, the list of the newer backup says that she is erased."""
    house.python(LIVES)
    before, after = tmp_path / "before.zip", tmp_path / "after.zip"
    assert house.run("backup", before).returncode == 0
    house.python(ERASED)
    assert house.run("backup", after).returncode == 0
    (house.folder / "erasures.jsonl").unlink()  # the machine with the list is gone
    for path in (after, before):
        done = house.run("restore", path, "--yes", timeout=180)
        assert done.returncode == 0, done.stderr
    assert traces.in_folder(VALUES, house.folder) == []
