"""Questions in editions, and what is answered to them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError
from django.utils import translation

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.core.records import Stale
from kundenkreis.history import undo
from kundenkreis.needs import covering, usual
from kundenkreis.needs.models import Coverage, Need, NeedsTalk, QuestionSet, TalkAnswer
from kundenkreis.quality.merging import merge
from tests.needs.asked import QUESTIONS, edition, need, talk
from tests.pipeline.cards import wrong

pytestmark = pytest.mark.django_db


def test_a_new_house_asks_in_two_languages_and_in_spin_order():
    usual.set_up()
    sets = list(QuestionSet.objects.living())
    assert [one.name_de for one in sets] == ["Allgemein", "Einzelhandel", "Produktion"]
    for one in sets:
        rows = one.current().questions
        one.current().full_clean()
        steps = [row["step"] for row in rows]
        assert steps == sorted(steps, key=["situation", "problem", "implication", "payoff"].index) and set(steps) > {
            "payoff"
        }
        assert all(row["name_en"] != row["name_de"] for row in rows)


def test_questions_that_somebody_answered_stay_and_a_change_makes_an_edition(world):
    first = edition()
    first.of_set.revise(
        [{**one, "key": key} for one, key in zip(QUESTIONS, first.keys, strict=True)][::-1], by=world.admin
    )
    first.refresh_from_db()
    assert (first.edition, [one["step"] for one in first.questions][0]) == (1, "situation"), "still nobody was asked"
    one = talk(world, edition=first)
    kept = [*first.questions[1:], {"step": "problem", "kind": "text", "name_de": "Was noch?"}]
    first.of_set.revise(kept, by=world.admin)
    second = first.of_set.current()
    assert (second.edition, second.keys[:1]) == (2, ["q2"]) and "q5" in second.keys and "q1" not in second.keys
    assert one.edition == first and len(first.questions) == 4
    assert "questions" in wrong(lambda: first.change(by=world.admin, questions=kept))
    assert wrong(lambda: first.of_set.discard(by=world.admin))
    for bad in ([], [{"step": "problem", "kind": "text"}], [{"step": "sales", "kind": "text", "name_en": "x"}],
                [{"step": "problem", "kind": "choice", "name_en": "x", "choices": [{"name_en": "one"}]}],
                [{"step": "problem", "kind": "text", "name_en": "a\x00b"}], "x"):  # fmt: skip
        assert "questions" in wrong(lambda bad=bad: first.of_set.revise(bad, by=world.admin)), bad


def test_each_kind_of_answer_is_checked_and_kept(world):
    one = talk(world)
    assert one.next_key() == "q1"
    for key, bad in (
        ("q1", "c9"),
        ("q3", "much"),
        ("q3", "-1"),
        ("q3", "NaN"),
        ("q3", "1e30"),
        ("q4", "perhaps"),
        ("q2", "a\x00b"),
    ):
        assert "value" in wrong(lambda key=key, bad=bad: one.answer(key, bad, by=world.ada)), bad
    assert wrong(lambda: one.answer("q9", "x", by=world.ada))
    one.answer("q1", "c2", by=world.ada)
    one.answer("q3", "1200.50", by=world.ada)
    one.answer("q2", "", by=world.ada, skipped=True)
    assert one.next_key() == "q4"
    told = {question["key"]: answer.text for question, answer in one.told() if answer}
    assert told == {"q1": "By plan", "q2": "", "q3": "1200.5"}


def test_two_people_at_one_talk_lose_nothing(world):
    one = talk(world)
    first = one.answer("q2", "Stock runs out", by=world.ada)
    with pytest.raises(Stale) as faster:
        one.answer("q2", "Late deliveries", by=world.ben)
    assert faster.value.theirs == {"value": "Stock runs out"}
    version = first.version
    one.answer("q2", "Stock runs out at Easter", by=world.ada, version=version)
    with pytest.raises(Stale):
        one.answer("q2", "Late", by=world.ben, version=version)
    assert one.answer("q2", "Stock runs out at Easter", by=world.ben).version == version + 1, "the same is no conflict"
    with pytest.raises(IntegrityError):
        TalkAnswer.objects.create(talk=one, key="q2", value="twice")


def test_a_finished_talk_stands_among_the_activities_once(world):
    one = talk(world, held_on=clock.today() - dt.timedelta(days=2), note="In their shop")
    assert wrong(lambda: one.finish(by=world.ada))
    one.answer("q2", "Late deliveries", by=world.ada)
    event = one.finish(by=world.ada)
    made = one.activity
    assert (made.kind, made.contact, made.day, made.is_open) == ("call", world.maria, one.held_on, False)
    assert wrong(lambda: one.finish(by=world.ada))
    undo.undo_event(event, by=world.ada)
    assert Activity.objects.get(pk=made.pk).deleted_at is not None
    visit = Activity.add(by=world.ada, kind="visit", subject="Visit", account=world.lindner)
    tied = talk(world, edition=one.edition, activity=visit)
    assert (tied.kind, tied.held_on) == ("visit", visit.day)
    tied.answer("q2", "x", by=world.ada)
    tied.finish(by=world.ada)
    assert tied.activity == visit
    assert "activity" in wrong(
        lambda: talk(world, edition=one.edition, account=world.brauneis, contact=None, activity=visit)
    )
    assert "held_on" in wrong(lambda: talk(world, edition=one.edition, held_on=clock.today() + dt.timedelta(days=1)))


def test_coverage_counts_the_fitting_set_by_its_newest_answers(world):
    current = edition(industries=["Retail"])
    general = QuestionSet.add(by=None, name_en="General")
    general.revise([dict(one) for one in QUESTIONS], by=None)
    assert covering.sets_for(world.lindner)[0].of_set == general
    world.lindner.change(by=world.ada, industry="Retail")
    assert [one.of_set for one in covering.sets_for(world.lindner)] == [current.of_set, general]
    old = talk(world, edition=current, held_on=clock.today() - dt.timedelta(days=400))
    old.answer("q2", "Late deliveries", by=world.ada)
    old.answer("q1", "c1", by=world.ada)
    new = talk(world, edition=current)
    new.answer("q2", "Nothing", by=world.ada)
    new.answer("q3", "", by=world.ada, skipped=True)
    row = Coverage.objects.get(account=world.lindner)
    assert (row.answered, row.asked, row.percent, row.oldest_on, row.last_on) == (2, 4, 50, old.held_on, new.held_on)
    best, lines = covering.lines_of(world.lindner)
    assert [(line.value, line.is_old) for line in lines] == [("c1", True), ("Nothing", False), ("", False), ("", False)]
    current.of_set.revise(current.questions[:2], by=world.admin)
    covering.figure_all()
    assert Coverage.objects.get(account=world.lindner).percent == 100, "answers count on by their keys"
    old.discard(by=world.ada)
    assert Coverage.objects.get(account=world.lindner).answered == 1
    need(world, effect_base=500)
    row.refresh_from_db()
    assert (row.open_needs, row.base_house) == (1, 500)


def test_customers_whom_nobody_asked_stand_at_the_end_of_the_list(world):
    world.lindner.last_order_on = clock.today()
    world.lindner.save()
    covering.figure_all()
    assert list(Coverage.objects.values_list("account_id", "percent")) == [(world.lindner.pk, 0)]
    assert covering.figure_all() == 1


def test_a_need_is_made_of_an_answer_about_a_problem_once(world):
    one = talk(world)
    costs = one.answer("q3", "12000", by=world.ada)
    hurts, plain = one.answer("q2", "Late deliveries", by=world.ada), one.answer("q1", "c1", by=world.ada)
    made = Need.of_answer(hurts, by=world.ada)
    assert (made.title, made.pain, made.contact, made.said_on) == (
        "Late deliveries",
        "Late deliveries",
        world.maria,
        one.held_on,
    )
    with translation.override("en"):
        assert Need.of_answer(costs, by=world.ada).effect_base == 12000
    assert wrong(lambda: Need.of_answer(hurts, by=world.ada)) and wrong(lambda: Need.of_answer(plain, by=world.ada))


def test_they_go_along_when_accounts_or_contacts_become_one(world):
    from kundenkreis.customers.models import Account, Contact
    from kundenkreis.quality.unmerging import unmerge

    twin = Account.add(by=world.ada, name="Lindner Söhne", owner=world.ada)
    mary = Contact.add(by=world.ada, given_name="Mary", family_name="Lindner")
    one = talk(world, account=twin, contact=mary)
    one.answer("q2", "Late deliveries", by=world.ada)
    kept = need(world, account=twin, contact=mary)
    made = merge(world.lindner, twin, by=world.ada)
    merge(world.maria, mary, by=world.ada)
    for record in (one, kept):
        record.refresh_from_db()
        assert (record.account, record.contact) == (world.lindner, world.maria)
    covering.figure_all()
    assert Coverage.objects.get(account=world.lindner).answered == 1
    unmerge(made, by=world.ada)
    kept.refresh_from_db()
    assert kept.account == twin


def test_it_is_seen_with_its_account(world):
    one, mine = talk(world), need(world)
    answer = one.answer("q2", "Late deliveries", by=world.ada)
    for record in (one, mine, answer):
        seen = type(record).objects.visible_to
        assert [seen(who).filter(pk=record.pk).exists() for who in (world.ada, world.ben, world.cem, world.rita)] == [
            True, True, False, True,
        ]  # fmt: skip
    assert NeedsTalk.objects.gathered_for(world.ada).get() == one
