"""Restriction of processing: a person is out of sight everywhere, and comes back as she was."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from kundenkreis.activities.models import Activity
from kundenkreis.core import search
from kundenkreis.customers.models import Account, Address, Consent, Contact, Position, Tag
from kundenkreis.files import storing
from kundenkreis.files.models import Document
from kundenkreis.history.models import Event
from kundenkreis.privacy import restricting
from kundenkreis.privacy.models import Restriction


def everything() -> str:
    """All that stands in the database but the sealed place, as one text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            # The words that correct typing errors, and that long texts have, say of nobody whose they are.
            if table != "privacy_restriction" and not table.startswith("core_search"):
                cursor.execute(f'SELECT * FROM "{table}"')
                found.append(repr(cursor.fetchall()))
    return "\n".join(found)


@pytest.fixture
def zita(world, tmp_path, settings):
    settings.FILES_DIR = tmp_path / "files"
    contact = Contact.add(
        by=world.ada, given_name="Zitaline", family_name="Quaxberger", email="zq@quax.test", phone="+43 7242 998877",
        tags=[Tag.add(by=None, name="VIP")],
    )  # fmt: skip
    Position.add(by=world.ada, contact=contact, account=world.lindner, job_title="Oberquax")
    Address.add(by=world.ada, contact=contact, street="Quaxgasse 7", postcode="4600", place="Wels", country="AT")
    contact.change(by=world.ada, email="zita@quax.test")
    storing.store(SimpleUploadedFile("Ausweis.txt", b"x"), contact, by=world.ada)
    return contact


def rows_of(contact):
    found = {"documents": list(Document._base_manager.order_by("pk").values_list("pk", "name", "account_id"))}
    for model in (Contact, Position, Address, Consent, Contact.tags.through, Event):
        column = "pk" if model is Contact else "subject_id" if model is Event else "contact_id"
        rows = model._base_manager.filter(**{column: contact.pk})
        if model is Event:
            rows = rows.filter(subject_type="customers.contact").exclude(verb__contains="restrict")
        skipped = {"version", "changed_at"}
        found[model.__name__] = [
            {k: v for k, v in row.items() if k not in skipped} for row in rows.order_by("pk").values()
        ]
    return found


def test_a_restricted_person_is_nowhere_and_comes_back_as_she_was(world, zita):
    before = rows_of(zita)
    restricting.restrict(zita, by=world.admin, reason="She doubts that it is right.")
    zita.refresh_from_db()
    for user in (world.ada, world.ben, world.admin, world.rita):
        assert not Contact.objects.visible_to(user).filter(pk=zita.pk).exists()
        assert not Position.objects.visible_to(user).filter(contact=zita.pk).exists()
    assert search.find(search.CONTACT, "Quaxberger") == []
    assert not Contact.objects.in_bin().filter(pk=zita.pk).exists()
    text = everything()
    for value in ("Quaxberger", "quax.test", "998877", "Oberquax", "Quaxgasse"):
        assert value not in text, value
    assert Restriction.objects.get().name == "Zitaline Quaxberger"
    assert Document._base_manager.get().account_id is None, "it stands on no timeline"

    restricting.lift(zita, by=world.admin)
    assert rows_of(zita) == before
    assert [hit.subject_id for hit in search.find(search.CONTACT, "Quaxberger")] == [zita.pk]
    assert Contact.objects.visible_to(world.ada).living().filter(pk=zita.pk).exists()
    assert "Quaxberger" not in repr(Restriction.objects.values_list("sealed", "name"))


def test_nothing_brings_a_restricted_person_back_but_lifting(world, zita):
    restricting.restrict(zita, by=world.admin, reason="x")
    zita.refresh_from_db()
    with pytest.raises(ValidationError):
        zita.restore(by=world.admin)
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        Contact._base_manager.filter(pk=zita.pk).update(deleted_at=None)


def test_the_private_account_goes_with_the_person(world):
    contact = Contact.add(by=world.ada, given_name="Olga", family_name="Privatissima")
    account = Account.add(
        by=world.ada, name="Olga Privatissima", kind="person", person=contact, street="Heimweg 3", owner=world.ada
    )
    for record in (contact, account):
        restricting.restrict(record, by=world.admin, reason="x")
        assert not Account.objects.visible_to(world.ada).filter(pk=account.pk).exists()
        assert not Contact.objects.visible_to(world.ada).filter(pk=contact.pk).exists()
        restricting.lift(contact, by=world.admin)
        account.refresh_from_db()
        assert (account.name, account.street, account.person_id) == ("Olga Privatissima", "Heimweg 3", contact.pk)
    with pytest.raises(ValidationError, match="company"):
        restricting.restrict(world.lindner, by=world.admin, reason="x")


def test_activities_stand_with_a_nameless_person(world, zita):
    activity = Activity.add(
        by=world.ada, kind="call", subject="Offer", account=world.lindner, contact=zita, owner=world.ada
    )
    restricting.restrict(zita, by=world.admin, reason="x")
    activity = Activity.objects.get(pk=activity.pk)
    assert str(activity.contact) == f"Restricted person {zita.pk}"


def test_twice_an_empty_reason_a_zero_byte_and_a_day_that_is_over_are_refused(world, zita):
    for reason in ("", "  ", "a\x00b", "x" * 501):
        with pytest.raises(ValidationError) as refused:
            restricting.restrict(zita, by=world.admin, reason=reason)
        assert "reason" in refused.value.message_dict
    with pytest.raises(ValidationError) as refused:
        restricting.restrict(zita, by=world.admin, reason="x", until=dt.date(2020, 1, 1))
    assert "until" in refused.value.message_dict
    restricting.restrict(zita, by=world.admin, reason="<script>alert(1)</script>")
    with pytest.raises(ValidationError, match="already"):
        restricting.restrict(zita, by=world.admin, reason="x")
    with pytest.raises(ValidationError):
        restricting.lift(world.maria, by=world.admin)


def test_a_restriction_ends_by_itself(world, zita, monkeypatch):
    from kundenkreis.core import clock

    restricting.restrict(zita, by=world.admin, reason="x", until=clock.today())
    assert restricting.lift_due() == 0
    tomorrow = clock.today() + dt.timedelta(days=1)
    monkeypatch.setattr(clock, "today", lambda: tomorrow)
    assert restricting.lift_due() == 1
    assert Contact.objects.living().filter(pk=zita.pk, family_name="Quaxberger").exists()


def test_what_history_tells_of_others_does_not_name_her_meanwhile(world, zita):
    call = Activity.add(
        by=world.ada, kind="call", subject="Offer", account=world.lindner, contact=zita, owner=world.ada
    )
    along = Activity.add(by=world.ada, kind="meeting", subject="Round", account=world.lindner, owner=world.ada,
                         participants=[zita, world.maria])  # fmt: skip
    events = Event.objects.filter(subject_type="activities.activity", subject_id__in=[call.pk, along.pk]).order_by("pk")
    before = list(events.values_list("subject_label", "changes"))
    assert "Quaxberger" in repr(before)
    restricting.restrict(zita, by=world.admin, reason="x")
    assert "Quaxberger" not in repr(list(events.values_list("subject_label", "changes")))
    assert events[0].changes["contact"][3] == f"Restricted person {zita.pk}"
    assert events[1].changes["participants"][3] == f"Restricted person {zita.pk}, …"
    other = events[0]
    other.changes["subject"] = [None, "[erased]"]  # somebody else was erased meanwhile
    other.save(update_fields=["changes"])
    restricting.lift(zita, by=world.admin)
    before[0][1]["subject"] = [None, "[erased]"]
    assert list(events.values_list("subject_label", "changes")) == before
