"""The stream of an account: order, paging, filters, what the composer writes."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from kundenkreis.activities.models import Activity
from kundenkreis.core.models import House
from kundenkreis.customers.bulk_editing import Change
from kundenkreis.customers.models import Account
from kundenkreis.fields.bulk_editing import edit
from kundenkreis.files.models import Document
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.trail import Place
from kundenkreis.history.undo import undo_batch
from kundenkreis.orders.models import Order
from kundenkreis.web.timeline import Timeline

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def ada(world, signed_in):
    return signed_in(world.ada)


def at(day, hour=10):
    return timezone.make_aware(dt.datetime(2020, 1, day, hour))


def activity(world, subject, when, **values):
    return Activity.add(
        by=world.ada,
        **({"kind": "call", "subject": subject, "account": world.lindner, "owner": world.ada, "at": when} | values),
    )


def order(world, number, day, kind="order", **values):
    return Order.objects.create(
        number=number,
        account=world.lindner,
        ordered_on=dt.date(2020, 1, day),
        kind=kind,
        total=100,
        total_house=100,
        **values,
    )


def stream(world, **values):
    return Timeline(world.ada, [world.lindner.pk], **values)


def pages(world, size=3, **values):
    """All titles, page by page, as "Show more" fetches them."""
    found, after = [], ""
    for _page in range(500):
        page = stream(world, size=size, after=after, **values)
        found.append([item.title for item in page.items])
        after = page.next
        if not after:
            return found
    raise AssertionError("the stream does not end")


def test_kinds_are_merged_newest_first(world):
    activity(world, "First", at(3))
    order(world, "O-5", 5)
    activity(world, "Second", at(7))
    Document.objects.create(
        name="Price list.pdf",
        subject_type="customers.account",
        subject_id=world.lindner.pk,
        account_id=world.lindner.pk,
        created_at=at(6),
    )
    titles = [item.title for item in stream(world).items if item.kind != "created"]
    assert titles == ["Call: Second", "Price list.pdf", "Order O-5", "Call: First"]


def test_every_entry_comes_once_whatever_the_page_s_size(world):
    for day in range(1, 20):
        activity(world, f"A{day}", at(day, 0))
        order(world, f"O{day}", day)
        order(world, f"P{day}", day)
        if day % 3 == 0:
            activity(world, f"B{day}", at(day, 12))
    whole = [title for page in pages(world, size=500) for title in page]
    assert len(whole) == len(set(whole)) >= 63
    for size in (1, 2, 7, 20):
        assert [title for page in pages(world, size=size) for title in page] == whole


def test_many_changes_of_one_batch_are_one_entry_and_hide_nothing_below(world):
    batch = Batch.objects.create(kind="bulk_edit", label="Owner")
    order(world, "Old", 1)
    for number in range(12):
        Event.objects.create(
            at=at(9) + dt.timedelta(seconds=number), verb="account.changed", subject_type="customers.account", subject_id=world.lindner.pk,
            subject_label="Lindner", account_id=world.lindner.pk, batch=batch,
        )  # fmt: skip
    order(world, "Between", 5)
    titles = [title for page in pages(world, size=4) for title in page]
    assert titles[-2:] == ["Order Between", "Order Old"]
    whole = [title for page in pages(world, size=100) for title in page]
    assert whole.count("Account changed: Lindner") == 1


def test_what_is_pinned_stands_first_and_only_once(world):
    activity(world, "Old but important", at(1), is_pinned=True)
    for day in range(2, 9):
        activity(world, f"A{day}", at(day))
    listed = pages(world, size=3)
    assert listed[0][0] == "Call: Old but important"
    assert sum(page.count("Call: Old but important") for page in listed) == 1


def test_open_tasks_stand_under_next_steps_not_in_the_past(world):
    activity(world, "Send the catalogue", at(3), kind="task", is_open=True)
    assert "Send the catalogue" not in [item.title for item in stream(world).items]


def test_a_filter_shows_one_kind_only(world):
    activity(world, "Talked", at(3))
    order(world, "O-1", 4)
    order(world, "C-1", 5, kind="credit_note")
    assert [item.kind for item in stream(world, kind="order").items] == ["credit", "order"]
    assert [item.kind for item in stream(world, kind="call").items] == ["call"]
    assert stream(world, kind="nonsense").items == []


def test_a_group_s_stream_names_the_accounts(world):
    linz = Account.add(by=world.ada, name="Lindner Linz", owner=world.ada)
    activity(world, "Here", at(3))
    activity(world, "There", at(4), account=linz)
    both = Timeline(
        world.ada,
        [world.lindner.pk, linz.pk],
        kind="call",
        names={world.lindner.pk: "Lindner", linz.pk: "Lindner Linz"},
    )
    assert [(item.title, item.about) for item in both.items] == [
        ("Call: There", "Lindner Linz"),
        ("Call: Here", "Lindner"),
    ]


@pytest.mark.parametrize(
    "text", ["", "x", "20200101T000000.000000-1", "20200101T000000.000000-a-b", "99999999T999999.0-1-1", "a" * 5000]
)
def test_a_cursor_that_is_nonsense_begins_at_the_top(world, text):
    activity(world, "Top", at(3))
    assert Place.read(text) is None
    assert stream(world, after=text).items


def test_a_change_shows_from_what_to_what_in_words(world, signed_in):
    world.lindner.change(by=world.ben, tier="A", owner=world.cem)
    text = signed_in(world.ben).get(f"/accounts/{world.lindner.pk}/timeline/", headers=HTMX).content.decode()
    assert "Ada Huber" in text
    assert "Cem Yıldız" in text


def test_a_page_costs_the_same_for_few_and_for_many_entries(world):
    def cost():
        with CaptureQueriesContext(connection) as seen:
            page = stream(world)
            page.items, page.next  # noqa: B018
        return len(seen)

    activity(world, "One", at(1), contact=world.maria)
    cost()  # the reach is asked once for each request
    few = cost()
    for day in range(1, 28):
        activity(world, f"A{day}", at(day), contact=world.maria)
        order(world, f"O{day}", day)
    assert cost() == few


def compose(client, **values):
    return client.post("/activities/new/", values, headers=HTMX)


def test_a_note_is_written_and_answered_as_the_new_line(ada, world):
    answer = compose(ada, account=world.lindner.pk, kind="note", text="Wants one price list.\nFor all sites.")
    note = Activity.objects.get()
    assert (note.subject, note.body, note.owner, note.is_open) == (
        "Wants one price list.",
        "For all sites.",
        world.ada,
        False,
    )
    assert "Wants one price list." in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_note_is_written_without_javascript(ada, world):
    answer = ada.post("/activities/new/", {"account": world.lindner.pk, "kind": "note", "text": "By form"})
    assert (answer.status_code, answer.url) == (303, f"/accounts/{world.lindner.pk}/")
    assert Activity.objects.get().subject == "By form"


def test_a_call_keeps_with_whom_how_long_and_how_it_went(ada, world):
    compose(
        ada,
        account=world.lindner.pk,
        kind="call",
        text="Graz",
        with_whom=world.maria.pk,
        minutes="14",
        outcome="good",
        at="2020-01-03T10:00",
    )
    call = Activity.objects.get()
    assert (call.contact, call.minutes, call.outcome, call.at) == (world.maria, 14, "good", at(3))
    assert not call.is_open


def test_a_task_is_open_with_its_day_and_reminder(ada, world):
    answer = compose(
        ada,
        account=world.lindner.pk,
        kind="task",
        text="Send the catalogue",
        due_on="31.12.2030",
        remind_at="2030-12-30T09:00",
    )
    task = Activity.objects.get()
    assert task.is_open
    assert task.due_on == dt.date(2030, 12, 31)
    assert task.remind_at is not None
    assert "Send the catalogue" in answer.content.decode()


def test_a_visit_ahead_is_planned_and_one_in_the_past_is_done(ada, world):
    compose(ada, account=world.lindner.pk, kind="visit", text="Ahead", at="2035-05-01T11:00")
    compose(ada, account=world.lindner.pk, kind="visit", text="Behind", at="2015-05-01T11:00")
    assert Activity.objects.get(subject="Ahead").is_open
    assert not Activity.objects.get(subject="Behind").is_open


def test_in_a_demo_house_a_call_of_just_now_is_not_planned(ada, world):
    House.objects.update_or_create(pk=House.current().pk, defaults={"today": dt.date(2010, 12, 9)})
    House.forget()
    compose(ada, account=world.lindner.pk, kind="call", text="Just now")
    assert not Activity.objects.get().is_open


def test_an_empty_entry_is_refused_and_what_was_typed_comes_back(ada, world):
    answer = compose(ada, account=world.lindner.pk, kind="call", text="  ", minutes="7")
    assert answer.status_code == 422
    page = ada.post(
        "/activities/new/", {"account": world.lindner.pk, "kind": "call", "text": "Graz", "minutes": "soon"}
    )
    assert page.status_code == 422
    assert "Graz</textarea>" in page.content.decode()
    assert Activity.objects.count() == 0


def test_an_entry_on_an_account_outside_one_s_reach_is_not_found(ada, world):
    assert compose(ada, account=world.brauneis.pk, kind="note", text="x").status_code == 404
    assert Activity.objects.count() == 0


def test_who_may_only_read_may_not_write(world, signed_in):
    assert compose(signed_in(world.rita), account=world.lindner.pk, kind="note", text="x").status_code == 403


def test_an_entry_on_a_contact_belongs_to_her_account_too(ada, world):
    compose(ada, contact=world.maria.pk, kind="mail", text="Offer sent")
    mail = Activity.objects.get()
    assert (mail.contact, mail.account) == (world.maria, world.lindner)
    assert "Offer sent" in ada.get(f"/contacts/{world.maria.pk}/").content.decode()


def test_markup_in_an_entry_is_shown_as_text(ada, world):
    compose(ada, account=world.lindner.pk, kind="note", text="<img src=x onerror=alert(1)>")
    text = ada.get(f"/accounts/{world.lindner.pk}/timeline/").content.decode()
    assert "&lt;img src=x" in text
    assert "<img src=x" not in text


def test_the_timeline_comes_right_after_the_account_s_page(ada, world):
    compose(ada, account=world.lindner.pk, kind="note", text="Wants one price list.")
    page = ada.get(f"/accounts/{world.lindner.pk}/").content.decode()
    address = re.search(r'id="stream-place" hx-get="([^"]+)"', page).group(1)
    assert f'<noscript><p><a href="{address}"' in page
    assert "Wants one price list." in ada.get(address, headers=HTMX).content.decode()
    assert "Wants one price list." in ada.get(address).content.decode()


def test_a_bulk_edit_and_its_undo_stand_in_the_timeline_with_who_and_what(ada, world):
    batch = edit(Account.objects.filter(pk=world.lindner.pk), Change.tier("A"), label="Change tier: A", by=world.ben)
    undo_batch(batch, by=world.admin)
    undone, done = stream(world, kind="change").items[:2]
    assert (done.by, list(done.changes), done.text) == ("Ben Kern", [("Tier", "", "A")], "Bulk edit: Change tier: A")
    assert (undone.by, list(undone.changes)) == ("Alma Admin", [("Tier", "A", "")])
    assert (
        "Bulk edit: Change tier: A" in ada.get(f"/accounts/{world.lindner.pk}/timeline/?kind=change").content.decode()
    )


def test_changes_by_batches_are_paged_without_gaps_or_repetition(world):
    for number in range(9):
        edit(Account.objects.filter(pk=world.lindner.pk), Change.tier("ABC"[number % 3]), label="Tier", by=world.ben)
        activity(world, f"Call {number}", timezone.now())
    whole = [item.key for item in stream(world, size=100).items]
    seen, after = [], ""
    while True:
        page = stream(world, size=4, after=after)
        seen += [item.key for item in page.items]
        after = page.next
        if not after:
            break
    assert seen == whole
    assert len(whole) == 20
