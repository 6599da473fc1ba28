"""A mutual action plan as a customer sees it by a link, and as somebody does who means us harm."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.cache import cache
from django.test import Client

from kundenkreis.core import clock
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_event
from kundenkreis.inbox.models import Notification
from kundenkreis.pipeline import planning, sharing
from kundenkreis.pipeline.models import PlanComment, PlanLink, PlanLook, PlanStep
from tests.pipeline.cards import card

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def counts():
    cache.clear()


def shared(world, name="Shared", **values):
    """(plan, its steps by side, link, path) of an opportunity of Ada's."""
    one = card(world, name=name, owner=world.ada)
    plan = planning.begin(one, by=world.ada, title="Joint plan")
    ours = PlanStep.add(
        by=world.ada, plan=plan, title="Send the offer", internal_note="Our floor is 80", note="By mail"
    )
    theirs = PlanStep.add(by=world.ada, plan=plan, title="Test the samples", side="theirs", contact=world.maria)
    link, address = sharing.share(plan, by=world.ada, **{"contact": world.maria, "language": "en", **values})
    return plan, ours, theirs, link, address[address.index("/plan/") :]


def test_the_customer_reads_ticks_and_comments_without_signing_in(world):
    plan, ours, theirs, link, path = shared(world)
    visitor = Client(enforce_csrf_checks=True)
    answer = visitor.get(path)
    page = answer.content.decode()
    assert answer.status_code == 200 and not answer.cookies
    assert "Test the samples" in page and "By mail" in page
    for hidden in ("Our floor is 80", "Shared", "12,000", "<script"):
        assert hidden not in page, hidden
    assert (answer["X-Robots-Tag"], answer["Referrer-Policy"], answer["Cache-Control"]) == (
        "noindex, nofollow", "no-referrer", "no-store",
    )  # fmt: skip
    assert visitor.post(f"{path}steps/{theirs.pk}/", {"done": "1"}).status_code == 303
    theirs.refresh_from_db()
    assert (theirs.is_done, theirs.done_by, theirs.done_via) == (True, world.maria.full_name, link)
    event = Event.objects.about(theirs).latest("pk")
    assert event.verb == "planstep.done" and event.actor_id is None
    assert world.maria.full_name in event.actor_name and str(link.pk) in event.actor_name
    sent = {"name": "Maria", "text": f"Fine {HOSTILE}", "step": ours.pk}
    assert visitor.post(f"{path}comments/", sent).status_code == 303
    said = plan.comments.get()
    assert (said.link, said.step, said.author, said.name) == (link, ours, None, "Maria")
    page = visitor.get(path).content.decode()
    assert HOSTILE not in page and "&lt;script&gt;" in page
    told = list(
        Notification.objects.filter(person=world.ada, kind="plan").order_by("pk").values_list("text", flat=True)
    )
    assert len(told) == 2 and "Test the samples" in told[0] and "Send the offer" in told[1]
    assert PlanLook.objects.filter(link=link).count() == 1, "within an hour one look is one"
    undo_event(event, by=world.ada)
    assert not PlanStep.objects.get(pk=theirs.pk).is_done


def test_two_at_once_and_a_stale_page_are_no_error(world):
    plan, ours, theirs, _link, path = shared(world)
    visitor = Client()
    for _again in range(2):
        assert visitor.post(f"{path}steps/{theirs.pk}/", {"done": "1"}).status_code == 303
    assert Event.objects.about(theirs).filter(verb="planstep.done").count() == 1
    theirs.discard(by=world.ada)
    gone = visitor.post(f"{path}steps/{theirs.pk}/", {"done": "0"}, follow=True)
    assert gone.status_code == 200 and "Test the samples" not in gone.content.decode()
    assert visitor.post(f"{path}comments/", {"name": "M", "text": "About it", "step": theirs.pk}).status_code == 303
    assert plan.comments.get().step is None, "what she wrote is kept, about the plan"
    assert ours.pk


def test_a_link_opens_its_own_plan_and_her_own_side_only(world):
    _plan, ours, _theirs, _link, path = shared(world)
    _other, _ours, foreign, _its, _path = shared(world, name="Other")
    visitor = Client()
    for step in (ours.pk, foreign.pk, 10**15):
        assert visitor.post(f"{path}steps/{step}/", {"done": "1"}).status_code == 303
    assert not PlanStep.objects.exclude(done_at=None).exists()
    visitor.post(f"{path}comments/", {"name": "M", "text": "Hello", "step": foreign.pk})
    assert PlanComment.objects.get().step is None


def test_guessed_expired_revoked_and_discarded_links_are_one_answer(world):
    plan, _ours, theirs, link, path = shared(world)
    visitor = Client()

    def refused(at=path) -> bytes:
        answers = [visitor.get(at), visitor.post(f"{at}steps/{theirs.pk}/", {"done": "1"}),
                   visitor.post(f"{at}comments/", {"name": "M", "text": "x"})]  # fmt: skip
        assert {a.status_code for a in answers} == {404}
        assert {a["Referrer-Policy"] for a in answers} == {"no-referrer"}
        return answers[0].content

    said = refused(path[:-2] + "x/")
    assert said == refused("/plan/" + link.digest + "/"), "what the database holds opens nothing"
    link.change(by=world.ada, expires_on=clock.today() - dt.timedelta(days=1))
    assert refused() == said
    link.change(by=world.ada, expires_on=clock.today())
    assert visitor.get(path).status_code == 200
    event = plan.discard(by=world.ada)
    assert refused() == said
    undo_event(event, by=world.ada)
    PlanLink.objects.get(pk=link.pk).revoke(by=world.ada)
    assert refused() == said
    assert not PlanStep.objects.exclude(done_at=None).exists() and not PlanComment.objects.exists()
    event = Event.objects.about(link).filter(verb="planlink.added").get()
    assert link.digest not in str(event.changes)


def test_floods_robots_and_huge_comments_are_held_off(world, monkeypatch):
    plan, _ours, theirs, link, path = shared(world, contact=None)
    visitor = Client()
    huge = visitor.post(f"{path}comments/", {"name": "M", "text": "x" * 1_000_000})
    assert huge.status_code == 413 and huge["Referrer-Policy"] == "no-referrer"
    long = visitor.post(f"{path}comments/", {"name": "M", "text": "y" * 2001})
    assert long.status_code == 422 and "yyy" in long.content.decode()
    assert visitor.post(f"{path}comments/", {"name": "M", "text": "a\x00b"}).status_code == 422
    assert visitor.post(f"{path}comments/", {"name": "", "text": "b"}).status_code == 422
    trapped = {"name": "Bot", "text": "Buy", sharing.TRAP: "1"}
    assert visitor.post(f"{path}comments/", trapped).status_code == 303
    assert visitor.post(f"{path}steps/{theirs.pk}/", {"done": "1", sharing.TRAP: "1"}).status_code == 303
    assert not plan.comments.exists() and not PlanStep.objects.exclude(done_at=None).exists()
    monkeypatch.setattr(sharing, "PER_LINK", 2)
    answers = [visitor.post(f"{path}comments/", {"name": "Eva", "text": f"{n}"}).status_code for n in range(3)]
    assert answers == [303, 303, 429]
    assert PlanLink.objects.get(pk=link.pk).visitor == "Eva", "she is asked her name once"
    assert 'value="Eva"' in visitor.get(path).content.decode()
    monkeypatch.setattr(sharing, "MISSES", 2)
    assert [visitor.get(f"/plan/guess{n}/").status_code for n in range(3)] == [404, 404, 429]
    assert visitor.get(path).status_code == 200, "whoever has a link is not shut out by a guesser beside her"
