"""A colleague who left: after the time that the house has set nothing of her is left but her number."""

import contextlib
import datetime as dt
import io

import pytest
from axes.models import AccessLog
from django.core.exceptions import ValidationError
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account, AccountTeamMember, Contact
from kundenkreis.history import bin, undo
from kundenkreis.history.models import Batch, Event
from kundenkreis.inbox.models import Notification
from kundenkreis.lists.models import SavedView
from kundenkreis.privacy import compacting, erasing, erasures_kept, former, queue_naming, restricting
from kundenkreis.privacy.models import Erasure
from kundenkreis.quality import importing
from kundenkreis.staff import joining
from kundenkreis.staff.models import ApiToken, Deputy, Territory, User
from kundenkreis.trips.models import Leg, Trip
from tests.privacy import traces

VALUES = ["Zitaline", "Quaxberger", "Vorhermann", "zq@quaxhaus.test", "6647788991", "Oberquaxin"]


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    settings.FILES_DIR = tmp_path / "files"
    settings.FACTS_DIR = str(tmp_path / "facts")
    House.forget()


@pytest.fixture
def zita(world):
    return User.objects.create_user(
        "zq@quaxhaus.test", "secret", by=world.admin, first_name="Zitaline", last_name="Vorhermann", phone="+43 664 7788991",
        job_title="Oberquaxin", role="key_account_manager", team=world.north,
    )  # fmt: skip


def lived(world, zita):
    """What comes together while somebody works here."""
    zita.change(by=world.admin, last_name="Quaxberger")
    account = Account.add(by=zita, name="Papier Moser", owner=zita)
    account.change(by=zita, place="Wels")
    note = Activity.add(
        by=world.ada, kind="note", subject="Von Zitaline Quaxberger übernommen", account=account, owner=world.ada
    )
    Deputy.add(by=world.admin, person=world.ada, deputy=zita, starts_on=dt.date(2026, 1, 1))
    AccountTeamMember.add(by=world.ada, account=world.lindner, person=zita, role="kam")
    world.wels.change(by=world.admin, people=[world.ada, zita])
    ApiToken.issue(user=zita, name="ERP", scopes=["read"], by=zita)
    SavedView.add(by=zita, owner=zita, list_name="accounts", name="Quaxberger allein", query="")
    shared = SavedView.add(by=zita, owner=zita, list_name="accounts", name="Alle in Wels", query="", shared="all")
    Notification.objects.create(person=world.ada, kind="mention", text="Zitaline Quaxberger: Rückruf", path="/")
    AccessLog.objects.create(username="ZQ@quaxhaus.test", ip_address="10.0.0.1", user_agent="x", path_info="/")
    csv = "email;first_name;last_name;role;phone\nzq@quaxhaus.test;Zitaline;Quaxberger;key_account_manager;+43 664 7788991\n"
    run = importing.start_draft(io.BytesIO(csv.encode()), "Quaxberger.csv", world.admin, target="people")
    importing.run_now(run)
    return account, note, shared


def trip(zita, year: int) -> Trip:
    at = dt.datetime(year, 5, 3, 8, tzinfo=dt.UTC)
    hours = {"starts_at": at, "ends_at": at + dt.timedelta(hours=9)}
    made = Trip.add(by=zita, person=zita, purpose=f"Fair {year}", start_place="Wels", end_place="Wels", **hours)
    Leg.add(by=zita, trip=made, on=at.date(), start_place="Wels", end_place="Linz", means="train")
    return made


@pytest.mark.django_db(transaction=True)
def test_no_byte_of_a_former_colleague_is_left_but_her_number(world, zita):
    account, note, shared = lived(world, zita)
    assert {one.rpartition(": ")[2] for one in traces.in_files(VALUES)}, "the search finds what is there"
    joining.lock(zita, by=world.admin)
    before = Event.objects.filter(actor_id=zita.pk).count()
    erasure = erasing.begin(zita, by=world.admin)
    erasure = erasing.work(erasure)
    assert (erasure.state, erasure.colleagues, erasure.contacts) == ("done", [zita.pk], [])
    compacting.compact()
    left = traces.in_database(VALUES)
    assert left == [], "\n".join(left)
    assert traces.in_files(VALUES) == []
    zita.refresh_from_db()
    called = f"Former colleague {zita.pk}"
    assert (str(zita), zita.is_active, zita.last_login, zita.team) == (called, False, None, None)
    assert not zita.has_usable_password()
    assert not User.objects.visible_to(world.admin).filter(pk=zita.pk).exists()
    account.refresh_from_db()
    note.refresh_from_db()
    assert (account.owner_id, note.subject) == (zita.pk, f"Von {called} übernommen")
    assert Event.objects.filter(actor_id=zita.pk).count() == before, "the fact of each change stays"
    assert set(Event.objects.filter(actor_id=zita.pk).values_list("actor_name", flat=True)) == {called}
    owned = Event.objects.get(subject_type="customers.account", subject_id=account.pk, verb="account.added")
    assert owned.changes["owner"] == [None, zita.pk, "", called]
    assert SavedView.objects.get().pk == shared.pk
    assert not ApiToken.objects.exists() and not Deputy._base_manager.exists() and not AccessLog.objects.exists()
    assert list(Territory.objects.get().people.all()) == [world.ada]


@pytest.mark.django_db(transaction=True)
def test_nothing_brings_her_back(world, zita):
    lived(world, zita)
    joining.leave(zita, by=world.admin)
    erasing.work(erasing.begin(zita, by=world.admin))
    for event in list(Event.objects.filter(subject_type="staff.user", subject_id=zita.pk).order_by("-pk")):
        with contextlib.suppress(ValidationError, undo.CannotUndo):
            undo.undo_event(event, by=world.admin)
    for batch in Batch.objects.exclude(state="undone"):
        with contextlib.suppress(ValidationError, undo.CannotUndo):
            undo.undo_batch(batch, by=world.admin)
    with pytest.raises(ValidationError):
        User.objects.get(pk=zita.pk).restore(by=world.admin)
    with pytest.raises(ValidationError):
        joining.unlock(User.objects.get(pk=zita.pk), by=world.admin)
    with pytest.raises(ValidationError, match="erased already"):
        erasing.begin(zita, by=world.admin)
    bin.purge(0, now=timezone.now() + dt.timedelta(days=99))
    zita.refresh_from_db()
    assert str(zita) == f"Former colleague {zita.pk}" and zita.erased_at and not zita.is_active and zita.deleted_at
    assert [one for one in traces.in_database(VALUES) if ": " in one and not one.startswith("test")] == []


@pytest.mark.django_db(transaction=True)
def test_a_restored_house_erases_her_anew(world, zita):
    joining.lock(zita, by=world.admin)
    line = erasures_kept.line_of(Erasure(colleagues=[zita.pk]))
    erasures_kept.add(line | {"token": str(Erasure().token)})
    joining.unlock(zita, by=world.admin)
    assert erasing.finish_all() == 1
    zita.refresh_from_db()
    assert zita.erased_at is not None and not zita.is_active
    assert erasing.finish_all() == 0


def test_whoever_works_here_and_whoever_is_held_is_not_erased(world, zita):
    with pytest.raises(ValidationError, match="Lock the account"):
        erasing.begin(zita, by=world.admin)
    with pytest.raises(ValidationError, match="locked, not restricted"):
        restricting.restrict(zita, by=world.admin, reason="x")
    joining.lock(zita, by=world.admin)
    restricting.hold(zita, by=world.admin, reason="Labour court, 12 Cga 3/26")
    with pytest.raises(ValidationError, match="legal hold"):
        erasing.begin(zita, by=world.admin)
    restricting.end_hold(zita, by=world.admin)
    assert erasing.begin(zita, by=world.admin).is_running


def test_her_time_is_counted_from_when_she_was_locked(world, zita):
    House.objects.update(forget_colleagues_months=6)
    House.forget()
    zita.change(by=world.admin, now=dt.datetime(2025, 8, 31, 9, tzinfo=dt.UTC), verb="locked", is_active=False)
    zita.change(by=world.admin, job_title="x")
    (known,) = former.everybody()
    assert (known.person, known.due_on, known.is_held) == (zita, dt.date(2026, 2, 28), False)
    assert erasing.begin_due(dt.date(2026, 2, 28)) == 0
    twin = Contact.add(by=world.ada, given_name="Zitaline", family_name="Vorhermann")
    assert erasing.begin_due(dt.date(2026, 3, 1)) == 0, "of two of a name a person has to look"
    assert erasing.preview(zita).same_name == [twin]
    twin.discard(by=world.ada)
    House.objects.update(forget_colleagues_months=None)
    House.forget()
    assert erasing.begin_due(dt.date(2096, 3, 1)) == 0
    House.objects.update(forget_colleagues_months=6)
    House.forget()
    assert erasing.begin_due(dt.date(2026, 3, 1)) == 1
    assert erasing.begin_due(dt.date(2026, 3, 1)) == 0


def test_a_customer_of_her_name_keeps_it(world, zita):
    zita.change(by=world.admin, first_name="Maria", last_name="Lindner")
    world.maria.change(by=zita, note="Chair")
    joining.lock(zita, by=world.admin)
    label = Event.objects.about(world.maria).latest("pk").subject_label
    erasing.work(erasing.begin(zita, by=world.admin))
    world.maria.refresh_from_db()
    event = Event.objects.about(world.maria).latest("pk")
    assert (world.maria.family_name, event.subject_label) == ("Lindner", label)
    assert Event.objects.about(zita).filter(subject_label__contains="Lindner").count() == 0


def test_trips_are_kept_as_long_as_the_books(world, zita):
    this = timezone.now().year
    old, older, young = trip(zita, this - 8), trip(zita, this - 7), trip(zita, this - 1)
    joining.lock(zita, by=world.admin)
    seen = erasing.preview(zita)
    assert (seen.trips, seen.trips_until) == (3, dt.date(this + 6, 12, 31))
    erasure = erasing.work(erasing.begin(zita, by=world.admin))
    assert (erasure.state, erasure.kept_until, erasure.law) == ("kept", dt.date(this + 6, 12, 31), "§ 132 BAO")
    assert erasure.kept == {"colleagues": {str(zita.pk): "Zitaline Vorhermann"}}
    assert set(Trip._base_manager.values_list("pk", flat=True)) == {older.pk, young.pk}
    assert Event.objects.about(old).get(verb="trip.added").changes["purpose"] == [None, "⟨…⟩"]
    erasing.release_due(dt.date(this + 1, 1, 1))
    assert set(Trip._base_manager.values_list("pk", flat=True)) == {young.pk}
    assert Erasure.objects.get().state == "kept"
    erasing.release_due(dt.date(this + 7, 1, 1))
    assert not Trip._base_manager.exists() and not Leg._base_manager.exists()
    assert (Erasure.objects.get().state, Erasure.objects.get().kept) == ("done", {})


def test_jobs_that_name_a_person_leave_the_queue(world, zita, monkeypatch, tmp_path):
    from kundenkreis.jobs import backend
    from kundenkreis.jobs.queue import Queue, SqliteQueueStorage

    queue = Queue("test-former", immediate=False)
    storage = SqliteQueueStorage("test-former", filename=str(tmp_path / "jobs.sqlite3"))
    monkeypatch.setattr(queue, "storage", storage)
    for module in (queue_naming, backend):
        monkeypatch.setattr(module, "HUEY", queue)
    needles = former.needles_of(zita)
    job = {"id": "1", "args": [7, 3, "q=Zitaline+Vorhermann"], "kwargs": {}, "errors": [], "return_value": None}
    other = {"id": "2", "args": [1], "kwargs": {}, "status": "FAILED", "errors": [["E", "… zq@quaxhaus.test …"]]}
    backend.store(job | {"status": "READY"})
    backend.store(other)
    backend.store({"id": "3", "args": [1], "kwargs": {}, "status": "SUCCESSFUL", "errors": []})
    with pytest.raises(queue_naming.Waiting):
        queue_naming.forget(needles)
    assert {one["id"] for one in backend.records()} == {"1", "3"}
    backend.store(job | {"status": "SUCCESSFUL"})
    assert queue_naming.forget(needles) == 1
    assert [one["id"] for one in backend.records()] == ["3"]
    reading = storage.conn.execute(
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n LIMIT 9"
    )
    reading.fetchone()  # another thread of the worker is in the midst of something
    queue_naming.compact()
    reading.close()
    left = b"".join(path.read_bytes() for path in tmp_path.glob("jobs.sqlite3*"))
    assert b"quaxhaus" not in left and b"Vorhermann" not in left
    storage.close()
