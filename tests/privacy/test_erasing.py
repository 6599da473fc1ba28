"""After an erasure nothing of the person is left anywhere, and everything else stands."""

import contextlib
import datetime as dt
import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from kundenkreis.activities.models import Activity
from kundenkreis.core.models import House
from kundenkreis.customers import fingerprints
from kundenkreis.customers.models import Account, Address, Consent, Contact, ContactPoint, Position, Suppression
from kundenkreis.files import storing, texts
from kundenkreis.files.models import Document
from kundenkreis.history import undo
from kundenkreis.history.models import Event
from kundenkreis.inbox.models import Notification
from kundenkreis.orders.models import OpenItem, Order
from kundenkreis.privacy import compacting, erasing, erasing_steps, restricting
from kundenkreis.privacy.models import Erased, Erasure, SubjectRequest
from kundenkreis.quality import importing, merging, unmerging
from kundenkreis.quality.models import Merge
from tests.privacy import traces

VALUES = ["Zitaline", "Quaxberger", "Vorhermann", "zq@quaxmail.test", "zita@quaxmail.test", "6647788991", "998877", "Quaxgasse",
          "Oberquaxin", "Quaxnotiz", "Quaxausweis", "Quaxklub"]  # fmt: skip


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    settings.FILES_DIR = tmp_path / "files"
    settings.FACTS_DIR = str(tmp_path / "facts")
    House.forget()


@pytest.fixture
def zita(world):
    contact = Contact.add(
        by=world.ada, form_of_address="ms", given_name="Zitaline", family_name="Vorhermann", email="zq@quaxmail.test",
        mobile="+43 664 7788991", phone="+43 7242 998877", note="Quaxnotiz", owner=world.ada,
    )  # fmt: skip
    Position.add(by=world.ada, contact=contact, account=world.lindner, job_title="Oberquaxin")
    Address.add(by=world.ada, contact=contact, street="Quaxgasse 7", postcode="4600", place="Wels", country="AT")
    ContactPoint.add(by=world.ada, contact=contact, kind="email", value="zita@quaxmail.test", label="Quaxklub")
    contact.change(by=world.ada, family_name="Quaxberger")
    return Contact.objects.get(pk=contact.pk)


def mark() -> str:
    """What takes her name's place, in the language of the house."""
    with translation.override(House.known().language):
        return _("[erased]")


def nameless(number: int) -> str:
    with translation.override(House.known().language):
        return _("Erased person %(number)s") % {"number": number}


def erase(record, by, **more) -> Erasure:
    erasure = erasing.begin(record, by=by, **more)
    erasure.refresh_from_db()
    return erasing.work(erasure)


def lived(world, zita):
    """What comes together in a year: activities, a document, an import, a merge, texts of others."""
    call = Activity.add(by=world.ada, kind="call", subject="Anruf Quaxberger", body="Quaxberger will 5 Stück. Frau Dr. Vorhermann zahlt.",
                        account=world.lindner, contact=zita, owner=world.ada)  # fmt: skip
    call.change(by=world.ada, subject="Rückruf Quaxberger, Zitaline", body="Tel. 0664 / 77 88 99 1, zq@quaxmail.test")
    other = Activity.add(by=world.ada, kind="note", subject="Planung", body="Mit Zitaline Quaxberger reden. Maria auch.",
                         account=world.brauneis, owner=world.ada)  # fmt: skip
    world.lindner.change(by=world.ada, description="Ansprechpartnerin: Frau Quaxberger (zq@quaxmail.test)")
    document = storing.store(
        SimpleUploadedFile("Quaxausweis.txt", b"Ausweis von Zitaline Quaxberger"), zita, by=world.ada
    )
    texts.read(document.latest)
    twin = Contact.add(by=world.ada, given_name="Zitaline", family_name="Quaxberger", email="zita@quaxmail.test")
    merging.merge(zita, twin, by=world.admin)
    Notification.objects.create(person=world.ada, kind="mention", text="Zitaline Quaxberger: Rückruf", path="/")
    csv = (
        "first_name;last_name;email\nZitaline;Quaxberger;zq@quaxmail.test\nOtto;Anders;otto@anders.test\n"
        "Ugly;Quaxberger;not a mail Zitaline Quaxberger\n"
    )
    run = importing.start_draft(io.BytesIO(csv.encode()), "Zitaline Quaxberger.csv", world.admin, target="contacts")
    importing.run_now(run)
    return call, other


@pytest.mark.django_db(transaction=True)
def test_no_byte_of_an_erased_person_is_left(world, zita):
    call, other = lived(world, zita)
    assert len(traces.in_database(VALUES)) > 5, "the search finds what is there"
    erasure = erase(zita, world.admin)
    assert erasure.state == Erasure.State.DONE
    compacting.compact()
    left = traces.in_database(VALUES)
    assert left == [], "\n".join(left)
    assert traces.in_files(VALUES) == []
    call.refresh_from_db()
    other.refresh_from_db()
    assert "Maria auch." in other.body and mark() in other.body
    assert call.contact is not None and str(call.contact) == nameless(zita.pk)
    assert Contact.objects.living().filter(email="otto@anders.test").exists()


def test_the_fact_of_each_change_stays(world, zita):
    before = Event.objects.filter(subject_type="customers.contact", subject_id=zita.pk).count()
    Activity.add(by=world.ada, kind="call", subject="x", account=world.lindner, contact=zita, owner=world.ada)
    erase(zita, world.admin)
    events = Event.objects.filter(subject_type="customers.contact", subject_id=zita.pk)
    assert events.count() == before + 1
    changed = events.get(verb="contact.changed")
    assert changed.changes["family_name"] == ["⟨…⟩", "⟨…⟩"]
    assert changed.actor_name == "Ada Huber" and changed.subject_label == nameless(zita.pk)
    with pytest.raises(undo.CannotUndo):
        undo.undo_event(changed, by=world.admin)


def test_no_undo_and_no_unmerge_brings_anything_back(world, zita):
    twin = Contact.add(by=world.ada, given_name="Zitaline", family_name="Quaxberger", phone="+43 7242 998877")
    Activity.add(by=world.ada, kind="call", subject="x", account=world.lindner, contact=twin, owner=world.ada)
    merging.merge(zita, twin, by=world.admin)
    erase(zita, world.admin)
    for merge in Merge.objects.all():
        with contextlib.suppress(ValidationError, undo.CannotUndo):
            unmerging.unmerge(merge, by=world.admin)
    for event in list(Event.objects.filter(subject_type="customers.contact").order_by("-pk")):
        with contextlib.suppress(ValidationError, undo.CannotUndo):
            undo.undo_event(event, by=world.admin)
    from kundenkreis.history.models import Batch

    for batch in Batch.objects.exclude(state="undone"):
        with contextlib.suppress(ValidationError, undo.CannotUndo):
            undo.undo_batch(batch, by=world.admin)
    for contact in Contact._base_manager.filter(pk__in=[zita.pk, twin.pk]):
        assert contact.deleted_at is not None and contact.restricted_at is not None
        assert contact.family_name == nameless(contact.pk), contact.family_name
        assert "⟨" not in repr(contact.__dict__)


def test_a_refusal_goes_on_holding(world, zita):
    Consent.add(
        by=world.ada,
        contact=zita,
        purpose="newsletter",
        channel="email",
        state="given",
        source="form",
        since=dt.datetime.now(dt.UTC),
    )
    erase(zita, world.admin)
    key = House.objects.get().suppression_key
    digest = fingerprints.digest(key, "email", "zq@quaxmail.test")
    assert Suppression.objects.in_force().get(digest=digest).reason == Suppression.Reason.ERASURE
    back = Contact.add(by=world.ada, family_name="Neu", email="zq@quaxmail.test")
    from kundenkreis.activities.permission import may_contact

    assert not may_contact(back, "newsletter", "email").allowed


def test_a_shared_mail_address_is_left_to_the_other(world, zita):
    other = Contact.add(by=world.ada, family_name="Office", email="zq@quaxmail.test")
    world.lindner.change(by=world.ada, description="zq@quaxmail.test")
    seen = erasing.preview(zita)
    assert seen.same_mail == [other]
    erase(zita, world.admin)
    world.lindner.refresh_from_db()
    assert world.lindner.description == "zq@quaxmail.test"
    assert (
        not Suppression.objects.in_force()
        .filter(kind="email", digest=fingerprints.digest(House.objects.get().suppression_key, "email", other.email))
        .exists()
    )


def test_a_place_that_was_ruled_out_is_left_alone(world, zita):
    world.lindner.change(by=world.ada, description="Frau Quaxberger")
    world.brauneis.change(by=world.cem, description="Frau Quaxberger")
    place = next(one.place for one in erasing.preview(zita).mentions if one.pk == world.brauneis.pk)
    erase(zita, world.admin, spared=[place])
    world.lindner.refresh_from_db()
    world.brauneis.refresh_from_db()
    assert (world.lindner.description, world.brauneis.description) == (mark(), "Frau Quaxberger")


def test_twice_a_hold_and_a_company_are_refused(world, zita):
    restricting.hold(zita, by=world.admin, reason="Lawsuit")
    with pytest.raises(ValidationError, match="legal hold"):
        erasing.begin(zita, by=world.admin)
    restricting.end_hold(zita, by=world.admin)
    Activity.add(by=world.ada, kind="call", subject="x", account=world.lindner, contact=zita, owner=world.ada)
    erase(zita, world.admin)
    with pytest.raises(ValidationError, match="erased already"):
        erasing.begin(zita, by=world.admin)
    with pytest.raises(ValidationError, match="company"):
        erasing.begin(world.lindner, by=world.admin)
    with pytest.raises(ValidationError) as refused:
        erasing.begin(world.maria, by=world.admin, note="a\x00b")
    assert "note" in refused.value.message_dict


@pytest.mark.parametrize("way", ["bin", "restricted", "merged"])
def test_whoever_is_in_the_bin_restricted_or_merged_can_be_erased(world, zita, way):
    record = zita
    if way == "bin":
        zita.discard(by=world.ada)
    elif way == "restricted":
        restricting.restrict(zita, by=world.admin, reason="Quaxberger says it is wrong")
    else:
        record = Contact.add(by=world.ada, given_name="Zitaline", family_name="Quaxberger")
        merging.merge(zita, record, by=world.admin)
    record.refresh_from_db()
    erasure = erase(record, world.admin)
    assert erasure.state == Erasure.State.DONE
    assert traces_in_rows() == []


def traces_in_rows() -> list[str]:
    return [one for one in traces.in_database(VALUES) if ": " in one and not one.startswith("test")]


def private(world, **more) -> tuple[Contact, Account]:
    contact = Contact.add(by=world.ada, given_name="Zitaline", family_name="Quaxberger", email="zq@quaxmail.test")
    account = Account.add(by=world.ada, name="Zitaline Quaxberger", kind="person", person=contact, street="Quaxgasse 7", postcode="4600",
                          place="Wels", country="AT", owner=world.ada, **more)  # fmt: skip
    return contact, account


def test_the_books_of_a_private_customer_are_kept_until_their_date(world, monkeypatch):

    contact, account = private(world)
    Order.add(
        by=None,
        number="A-1",
        account=account,
        ordered_on=dt.date(2024, 5, 3),
        kind="order",
        currency="EUR",
        customer_reference="Quaxgasse Tor 2",
    )
    seen = erasing.preview(contact)
    assert seen.books.until == dt.date(2031, 12, 31)
    erasure = erase(contact, world.admin)
    assert (erasure.state, erasure.kept_until) == (Erasure.State.KEPT, dt.date(2031, 12, 31))
    assert erasure.kept["accounts"][str(account.pk)]["name"] == "Zitaline Quaxberger"
    assert "132 BAO" in erasure.law
    for user in (world.ada, world.admin):
        assert not Account.objects.visible_to(user).filter(pk=account.pk).exists()
        assert not Order.objects.visible_to(user).filter(account=account).exists()
    left = traces_in_rows()
    assert left and all(one.startswith(("privacy_erasure", "orders_order")) for one in left)
    assert erasing.release_due(dt.date(2031, 12, 31)) == 0
    assert erasing.release_due(dt.date(2032, 1, 1)) == 1
    assert traces_in_rows() == []
    assert Order._base_manager.filter(number="A-1").exists()
    erasure.refresh_from_db()
    assert erasure.state == Erasure.State.DONE


def test_an_open_item_is_kept_as_one_of_today(world):
    from kundenkreis.core import clock

    contact, account = private(world)
    OpenItem.add(
        by=None,
        account=account,
        number="R-1",
        booked_on=dt.date(2010, 1, 1),
        due_on=dt.date(2010, 2, 1),
        currency="EUR",
        amount=5,
        open_amount=5,
    )
    assert erasing.preview(contact).books.until == dt.date(clock.today().year + 7, 12, 31)


def test_a_stakeholder_of_a_company_is_kept_only_where_a_voucher_names_her(world, zita):
    order = Order.add(
        by=None,
        number="B-1",
        account=world.lindner,
        ordered_on=dt.date.today(),
        kind="order",
        currency="EUR",
        customer_reference="z. Hd. Frau Quaxberger",
    )
    old = Order.add(
        by=None,
        number="B-0",
        account=world.lindner,
        ordered_on=dt.date(2010, 1, 1),
        kind="order",
        currency="EUR",
        customer_reference="z. Hd. Frau Quaxberger",
    )
    erasure = erase(zita, world.admin)
    assert erasure.kept == {"orders": [order.pk]}
    order.refresh_from_db()
    old.refresh_from_db()
    assert "Quaxberger" in order.customer_reference and "Quaxberger" not in old.customer_reference
    erasing.release_due(dt.date(2099, 1, 1))
    order.refresh_from_db()
    assert order.customer_reference == mark()


def test_a_killed_erasure_goes_on_where_it_was(world, zita, monkeypatch):
    call = {"kind": "call", "subject": "Frau Quaxberger", "account": world.lindner, "contact": zita}
    Activity.add(by=world.ada, owner=world.ada, **call)
    killed: set[str] = set()

    def dies_once(name, right):
        def step(erasure):
            counts = right(erasure)
            if name not in killed:
                killed.add(name)
                raise KeyboardInterrupt
            return counts

        return step

    for name, right in list(erasing_steps.STEPS.items()):
        monkeypatch.setitem(erasing_steps.STEPS, name, dies_once(name, right))
    begun = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    erasure = Erasure.begin(contacts=[zita.pk], step="records", begun_at=begun)
    while Erasure.objects.get(pk=erasure.pk).is_running:
        assert erasing.orphans() == [erasure]
        with contextlib.suppress(KeyboardInterrupt):
            erasing.work(erasure)
    assert killed == set(erasing_steps.STEPS)
    assert Erasure.objects.get(pk=erasure.pk).values == {}
    assert traces_in_rows() == []


def test_whether_somebody_is_erased_is_asked_of_an_index(world, zita, django_assert_max_num_queries):
    contact, account = private(world)
    for _number in range(3):
        Erasure.begin(contacts=[Contact.add(by=world.ada, family_name="Other").pk], step="records")
    erasure = erasing.begin(contact, by=world.admin)
    assert restricting.erasure_of(contact) == restricting.erasure_of(account) == erasure
    assert restricting.erasure_of(zita) is None and restricting.erasure_of(world.lindner) is None
    if connection.vendor == "postgresql":  # which reads a table of a few rows as a whole
        connection.cursor().execute("SET LOCAL enable_seqscan = off")
    asked = Erased.objects.filter(noun="contact", record_id=contact.pk)
    assert "privacy_erased_record" in asked.explain()
    with django_assert_max_num_queries(6):
        restricting.erasure_of(zita)


def test_what_was_written_in_her_requests_goes_and_that_they_came_stays(world, zita):
    """Also where no word of it names her."""
    one = SubjectRequest.add(
        by=world.admin, kind="erasure", contact=zita, wish="Away with everything", note="Rang twice"
    )
    one.identify(by=world.admin, how="Called back at the old number")
    one.refresh_from_db()
    one.respond(by=world.admin, answer="It is done", recipients_told="The carrier")
    storing.store(SimpleUploadedFile("letter.txt", b"Dear madam"), one, by=world.admin)
    other = SubjectRequest.add(by=world.admin, kind="access", contact=world.maria, wish="What do you know?")
    seen = erasing.preview(zita)
    assert seen.documents == 1
    erase(zita, world.admin, request_number=one.number)
    one.refresh_from_db()
    written = [one.name, one.address, one.wish, one.answer, one.note, one.identity_how, one.recipients_told]
    assert written == [""] * len(written)
    assert (one.state, one.number != "", one.answered_on is not None) == ("answered", True, True)
    told = str(list(Event.objects.about(one).values_list("subject_label", "changes")))
    assert "Away" not in told and "Called back" not in told and one.number in told
    assert not Document._base_manager.filter(subject_type="privacy.subjectrequest").exists()
    other.refresh_from_db()
    assert other.wish == "What do you know?"
