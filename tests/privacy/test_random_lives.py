"""Whatever a person's records went through, nothing of her is left after an erasure. Each life is drawn by chance from a seed."""

import contextlib
import io
import random

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from kundenkreis.activities.models import Activity
from kundenkreis.core.models import House
from kundenkreis.customers.bulk_editing import Change
from kundenkreis.customers.models import Account, Address, Consent, Contact, ContactPoint, Position, Tag
from kundenkreis.fields.bulk_editing import edit
from kundenkreis.files import storing, texts
from kundenkreis.history import undo
from kundenkreis.history.models import Event
from kundenkreis.privacy import erasing, restricting
from kundenkreis.privacy.models import Erasure
from kundenkreis.quality import importing, merging, unmerging
from kundenkreis.quality.models import Merge
from tests.privacy import traces

NAMES = ["Quaxberger", "Zwölfaxinger", "Straßgütl"]
VALUES = ["Zitaline", *NAMES, "zq@quaxmail.test", "zita@quaxmail.test", "Quaxgasse", "Oberquaxin"]


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    settings.FILES_DIR = tmp_path / "files"
    settings.FACTS_DIR = str(tmp_path / "facts")
    House.forget()


class Life:
    """One person, and what may happen to her records."""

    def __init__(self, world, seed: int):
        self.world, self.dice = world, random.Random(seed)
        self.contact = Contact.add(
            by=world.ada, given_name="Zitaline", family_name=NAMES[0], email="zq@quaxmail.test", owner=world.ada
        )

    def again(self) -> Contact:
        found = Contact._base_manager.get(pk=self.contact.pk)
        return found.standing()

    def renamed(self):
        self.again().change(by=self.world.ada, family_name=self.dice.choice(NAMES))

    def other_mail(self):
        self.again().change(by=self.world.ada, email=self.dice.choice(["zq@quaxmail.test", "zita@quaxmail.test"]))

    def placed(self):
        Address.add(
            by=self.world.ada, contact=self.again(), street="Quaxgasse 7", postcode="4600", place="Wels", country="AT"
        )
        ContactPoint.add(by=self.world.ada, contact=self.again(), kind="email", value="zita@quaxmail.test")

    def employed(self):
        Position.add(
            by=self.world.ada, contact=self.again(), account=self.world.lindner, job_title="Oberquaxin", is_main=False
        )

    def spoken_with(self):
        one = self.again()
        made = Activity.add(by=self.world.ada, kind="call", subject=f"Anruf {one.family_name}", body=f"{one.given_name} {one.family_name}",
                            account=self.world.lindner, contact=one, owner=self.world.ada)  # fmt: skip
        made.change(by=self.world.ada, body=f"Frau {one.family_name}: zq@quaxmail.test")

    def written_about(self):
        text = f"Frau {self.again().given_name} {self.again().family_name} entscheidet"
        self.world.brauneis.refresh_from_db()
        self.world.brauneis.change(by=self.world.cem, description=f"{text} {self.dice.random()}")

    def documented(self):
        document = storing.store(
            SimpleUploadedFile("Oberquaxin.txt", b"Zitaline Quaxberger"), self.again(), by=self.world.ada
        )
        texts.read(document.latest)

    def merged(self):
        twin = Contact.add(
            by=self.world.ada, given_name="Zitaline", family_name=self.dice.choice(NAMES), note="Quaxgasse"
        )
        merging.merge(self.again(), twin, by=self.world.admin)

    def unmerged(self):
        for merge in Merge.objects.filter(undone_at=None).order_by("-pk")[:1]:
            unmerging.unmerge(merge, by=self.world.admin)
            # Two records again: what came apart is another record, and erased by itself.
            merging.merge(self.again(), Contact._base_manager.get(pk=merge.gone_id), by=self.world.admin)

    def imported(self):
        one = self.again()
        csv = f"first_name;last_name;email\n{one.given_name};{one.family_name};{one.email}\nx;{one.family_name};kaputt zq@quaxmail.test\n"
        run = importing.start_draft(
            io.BytesIO(csv.encode()), f"{one.family_name}.csv", self.world.admin, target="contacts"
        )
        importing.run_now(run)

    def undone(self):
        event = Event.objects.filter(
            subject_type="customers.contact", subject_id=self.contact.pk, verb="contact.changed"
        ).last()
        if event:
            undo.undo_event(event, by=self.world.admin)

    def set_aside(self):
        restricting.restrict(self.again(), by=self.world.admin, reason="Zitaline Quaxberger zweifelt")
        if self.dice.random() < 0.7:
            restricting.lift(self.again(), by=self.world.admin)

    def consented(self):
        Consent.add(by=self.world.ada, contact=self.again(), purpose="newsletter", channel="email", state="given", source="Quaxgasse",
                    since=self.contact.created_at)  # fmt: skip

    def bulk_edited(self):
        tag = Tag.add(by=None, name=f"T{self.dice.random()}")
        edit(Account.objects.filter(pk=self.world.lindner.pk), Change.tagged(tag), by=self.world.admin)


DEEDS = [name for name in vars(Life) if not name.startswith("_") and name != "again"]


@pytest.mark.parametrize("seed", range(8))
def test_nothing_of_a_life_is_left(world, seed):
    life = Life(world, seed)
    for _step in range(14):
        with contextlib.suppress(ValidationError, undo.CannotUndo, importing.CannotImport, TypeError):
            getattr(life, life.dice.choice(DEEDS))()
    erasure = erasing.begin(life.again(), by=world.admin)
    erasing.work(erasure)
    # Imports without a match have made further records of her; each is a person to the house until somebody merges them.
    for other in Contact._base_manager.filter(family_name__in=NAMES):
        erasing.work(erasing.begin(other, by=world.admin))
    assert not Erasure.objects.exclude(state=Erasure.State.DONE).exists()
    left = [one for one in traces.in_database(VALUES) if not one.startswith(("test", "kundenkreis"))]
    assert left == [], "\n".join(left)
    assert traces.in_files(VALUES) == []
