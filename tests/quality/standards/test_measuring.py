"""What is held against the house's rules, what is found, and what follows when people put it right."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from kundenkreis.core import clock
from kundenkreis.customers.models import Account, Contact
from kundenkreis.fields.models import CustomField
from kundenkreis.quality import importing
from kundenkreis.quality.alone import Busy, alone
from kundenkreis.quality.lookups import Lookup
from kundenkreis.quality.models import ImportRun
from kundenkreis.quality.rules import QualityFigure, QualityFinding, QualityRule, QualityRun, QualityWaiver
from kundenkreis.quality.standards import cockpit, judging, measuring, usual
from tests.quality.imports import imported

pytestmark = pytest.mark.django_db


def rule(field="vat_id", kind="filled", noun="account", **more):
    return QualityRule.add(by=None, noun_of=noun, field=field, kind=kind, **more)


def found(one):
    return {
        (finding.account_id or finding.contact_id, finding.reason)
        for finding in QualityFinding.objects.filter(rule=one)
    }


def test_empty_fields_are_found_and_leave_when_they_are_filled(world):
    filled = rule()
    measuring.measure()
    assert (world.lindner.pk, "empty") in found(filled)
    world.lindner.change(by=world.ada, vat_id="ATU13585627")
    assert measuring.follow() >= 1
    assert world.lindner.pk not in {pk for pk, _reason in found(filled)}
    assert world.brauneis.pk in {pk for pk, _reason in found(filled)}


@pytest.mark.parametrize(
    ("field", "bad", "good"),
    [
        ("vat_id", "ATU13585628", "ATU13585627"),
        ("register_number", "FN 33209x", "FN 33209m"),
        ("phone", "12", "+43 7242 123456"),
        ("email", "office@", "office@lindner.test"),
        ("website", "lindner", "https://lindner.test"),
        ("gln", "9012345678902", "9012345678906"),
    ],
)
def test_values_that_cannot_be_right_are_found(world, field, bad, good):
    valid = rule(field, "valid")
    # As an import of long ago may have left them; nobody could write them today.
    Account.objects.filter(pk=world.lindner.pk).update(**{field: bad}, changed_at=timezone.now())
    Account.objects.filter(pk=world.brauneis.pk).update(**{field: good})
    measuring.measure()
    assert found(valid) == {(world.lindner.pk, "wrong")}


@pytest.mark.parametrize(
    ("postcode", "place", "country", "reason"),
    [
        ("4600", "Wels", "AT", ""),
        ("4020", "Linz an der Donau", "AT", ""),
        ("1230", "Wien-Liesing", "AT", ""),
        ("A-4600", "WELS", "AT", ""),
        ("4600", "Linz", "AT", "place"),
        ("9999", "Nirgends", "AT", "postcode"),
        ("460", "Wels", "AT", "postcode"),
        ("80331", "München", "DE", ""),
        ("8033", "München", "DE", "postcode"),
        ("01067", "Dresden", "DE", ""),
        ("43000", "Nirgends", "DE", "postcode"),
        ("8001", "Zürich", "CH", ""),
        ("9490", "Vaduz", "CH", "postcode"),
        ("FL-9490", "Vaduz", "LI", ""),
        ("0999", "Nirgends", "CH", "postcode"),
        ("SW1A 1AA", "London", "GB", ""),
    ],
)
def test_a_postcode_goes_with_its_place(world, postcode, place, country, reason):
    valid = rule("postcode", "valid")
    Account.objects.exclude(pk=world.lindner.pk).update(postcode="")
    Account.objects.filter(pk=world.lindner.pk).update(postcode=postcode, place=place, country=country)
    measuring.measure()
    assert found(valid) == ({(world.lindner.pk, reason)} if reason else set())


@pytest.mark.parametrize("field", ["vat_id", "phone"])
def test_a_value_that_two_records_share_is_found_at_both(world, field):
    value = {"vat_id": "ATU13585627", "phone": "+43 7242 123456"}[field]
    Account.objects.update(**{field: ""})
    unique = rule(field, "unique")
    measuring.measure()
    assert found(unique) == set()
    world.lindner.change(by=world.ada, **{field: value})
    measuring.follow()
    assert found(unique) == set()
    world.brauneis.change(by=world.admin, **{field: value})
    measuring.follow()
    assert found(unique) == {(world.lindner.pk, "shared"), (world.brauneis.pk, "shared")}
    measuring.measure()
    assert len(found(unique)) == 2


def test_a_record_that_nobody_has_touched_for_long_is_old_until_somebody_confirms_it(world):
    recent, now = rule("", "recent", days=365), timezone.now()
    Account.objects.filter(pk=world.lindner.pk).update(changed_at=now - dt.timedelta(days=400))
    measuring.measure()
    assert found(recent) == {(world.lindner.pk, "old")}
    event = measuring.confirm(world.lindner, by=world.ada)
    assert (event.verb, event.actor_name) == ("account.verified", "Ada Huber")
    assert found(recent) == set()
    measuring.measure()
    assert found(recent) == set()
    measuring.measure(now=now + dt.timedelta(days=366))
    assert (world.lindner.pk, "old") in found(recent)


def test_a_number_is_proven_by_its_last_look_up_and_for_a_time_only(world):
    proven, today = rule("vat_id", "proven", days=90), clock.today()
    Account.objects.exclude(pk=world.lindner.pk).update(vat_id="")
    world.lindner.change(by=world.ada, vat_id="ATU13585627")
    measuring.measure()
    assert found(proven) == {(world.lindner.pk, "unproven")}

    def told(days, answer="valid", number="ATU13585627"):
        look = {"account": world.lindner, "number": number, "answer": answer}
        return Lookup.add(by=world.ada, asked_on=today - dt.timedelta(days=days), **look)

    told(100)
    measuring.measure()
    assert found(proven) == {(world.lindner.pk, "unproven")}
    told(90)
    measuring.measure()
    assert found(proven) == set()
    told(3, "invalid").discard(by=world.ada)
    told(1, "invalid", "ATU37893801")
    measuring.measure()
    assert found(proven) == set(), "neither what is in the bin nor what was asked of another number counts"
    told(2, "invalid")
    measuring.measure()
    assert found(proven) == {(world.lindner.pk, "denied")}


def test_a_look_up_of_tomorrow_or_of_no_number_is_refused(world):
    look = {"account": world.lindner, "answer": "valid"}
    with pytest.raises(ValidationError) as refused:
        Lookup.add(by=world.ada, number="ATU13585627", asked_on=clock.today() + dt.timedelta(days=1), **look)
    assert "asked_on" in refused.value.error_dict
    with pytest.raises(ValidationError) as refused:
        Lookup.add(by=world.ada, number="ATU1", asked_on=clock.today(), **look)
    assert "number" in refused.value.error_dict


def test_a_rule_holds_for_whom_its_conditions_say(world):
    Account.objects.filter(pk=world.lindner.pk).update(tier="A", phone="")
    Account.objects.exclude(pk=world.lindner.pk).update(tier="B", phone="")
    narrow = rule("phone", conditions=["tier:in:A"])
    run = measuring.measure()
    assert found(narrow) == {(world.lindner.pk, "empty")}
    assert run.totals[str(narrow.pk)] == [1, 1]


def test_a_field_of_the_house_s_own_is_asked_for_until_it_is_retired(world):
    seats = CustomField.add(by=None, belongs_to="accounts", kind="number", label_en="Seats")
    filled = rule(f"custom_{seats.key}")
    world.lindner.change(by=world.ada, **{f"custom_{seats.key}": "40"})
    measuring.measure()
    assert (world.brauneis.pk, "empty") in found(filled)
    assert world.lindner.pk not in {pk for pk, _reason in found(filled)}
    assert filled.name == "Accounts: Seats is filled in"
    with pytest.raises(ValidationError):
        rule(f"custom_{seats.key}", "unique")
    seats.retire(by=None)
    assert judging.unreadable(filled)
    measuring.measure()


def test_whoever_is_let_off_is_not_asked(world):
    filled = rule()
    measuring.measure()
    waiver = QualityWaiver.add(
        by=world.ada, rule=filled, account=world.lindner, reason="Small business (§ 6 (1) 27 UStG)"
    )
    measuring.again(world.lindner)
    assert world.lindner.pk not in {pk for pk, _reason in found(filled)}
    asked = measuring.measure().totals[str(filled.pk)][0]
    assert asked == Account.objects.living().count() - 1
    waiver.discard(by=world.ada)
    measuring.measure()
    assert (world.lindner.pk, "empty") in found(filled)
    with pytest.raises(ValidationError):
        QualityWaiver.add(by=world.ada, rule=filled, account=world.brauneis, reason=" ")


def test_what_is_in_the_bin_is_not_asked(world):
    filled = rule()
    measuring.measure()
    world.brauneis.discard(by=world.admin)
    measuring.follow()
    assert world.brauneis.pk not in {pk for pk, _reason in found(filled)}


def test_findings_keep_the_day_on_which_they_were_found_first(world):
    filled, before = rule(), timezone.now() - dt.timedelta(days=9)
    measuring.measure(now=before)
    measuring.measure()
    assert set(QualityFinding.objects.filter(rule=filled).values_list("since", flat=True)) == {before}


def test_a_rule_that_is_retired_leaves_no_findings_and_a_new_one_is_due(world):
    filled = rule()
    assert measuring.is_due()
    measuring.measure()
    assert not measuring.is_due()
    filled.change(by=world.admin, weight=2)
    assert measuring.is_due()
    measuring.measure()
    filled.discard(by=world.admin)
    assert measuring.is_due()
    measuring.measure()
    assert not QualityFinding.objects.exists()
    assert not measuring.is_due()


def test_a_rule_whose_condition_makes_no_sense_any_more_is_left_out_and_says_why(world):
    narrow = rule("phone", conditions=[f"team:in:{world.north.pk}"])
    other = rule()
    world.north.discard(by=world.admin)
    measuring.measure()
    assert judging.unreadable(narrow)
    assert found(other)
    assert not measuring.is_due()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"field": "nonsense", "kind": "filled"}, "field"),
        ({"field": "place", "kind": "valid"}, "field"),
        ({"field": "", "kind": "filled"}, "field"),
        ({"field": "phone", "kind": "recent", "days": 3}, "field"),
        ({"field": "", "kind": "recent"}, "days"),
        ({"field": "phone", "kind": "valid", "days": 3}, "days"),
        ({"field": "phone", "kind": "valid", "conditions": ["nonsense"]}, "conditions"),
        ({"field": "phone", "kind": "valid", "conditions": ["owner:is:me"]}, "conditions"),
        ({"field": "phone", "kind": "valid", "conditions": [7]}, "conditions"),
        ({"field": "phone", "kind": "valid", "conditions": {"a": 1}}, "conditions"),
        ({"field": "phone", "kind": "valid", "weight": 10}, "weight"),
    ],
)
def test_a_rule_that_cannot_be_asked_is_refused_at_its_field(world, values, field):
    with pytest.raises(ValidationError) as refused:
        QualityRule.add(by=world.admin, noun_of="account", **values)
    assert field in refused.value.error_dict


def test_the_same_rule_twice_is_refused(world):
    rule()
    with pytest.raises(ValidationError):
        rule()
    rule(conditions=["tier:in:A"])


def test_one_measurement_at_a_time(world):
    with alone("quality"), pytest.raises(Busy):
        measuring.measure()


def test_contacts_are_measured_too(world):
    mail = rule("email", "filled", "contact")
    nobody = Contact.add(by=world.ada, family_name="Neu", owner=world.ada)
    measuring.measure()
    assert (nobody.pk, "empty") in found(mail)


def test_figures_are_by_owner_team_and_source_and_add_up(world):
    run = imported("Kundennummer;Name\nD-1;Aus der Datei\n", target="accounts", by=world.admin)
    assert run.state == ImportRun.State.DONE
    filled = rule()
    done = measuring.measure()
    rows = QualityFigure.objects.filter(run=done, rule=filled)
    asked, failed = done.totals[str(filled.pk)]
    assert (sum(row.asked for row in rows), sum(row.failed for row in rows)) == (asked, failed)
    assert asked == Account.objects.living().count()
    assert [row.asked for row in rows if row.source_id == run.pk] == [1]
    importing.undo_now(run, world.admin)
    assert measuring.measure().totals[str(filled.pk)][0] == asked - 1


def test_a_person_sees_the_figures_of_whom_she_sees(world):
    filled = rule()
    measuring.measure()
    everything = cockpit.Cockpit(world.ben)
    hers = cockpit.Cockpit(world.ada)
    assert everything.lines[0].now.asked == Account.objects.living().count()
    owned = Account.objects.living().filter(owner=world.ada).count() or 0
    assert owned <= hers.lines[0].now.asked < everything.lines[0].now.asked
    narrowed = cockpit.Cockpit(world.ben, narrowed={"owner": world.ada.pk})
    assert narrowed.lines[0].now.asked == owned
    assert {part.key for part in everything.parts("owner")} >= {world.ada.pk}
    assert sum(part.whole.asked for part in everything.parts("team")) == everything.whole.asked
    assert filled.weight == 1


def test_the_trend_has_one_point_a_day_for_a_fortnight_and_one_a_week_before(world):
    rule()
    now = timezone.now()
    for days in range(60, -1, -1):
        measuring.measure(now=now - dt.timedelta(days=days))
        measuring.measure(now=now - dt.timedelta(days=days) + dt.timedelta(seconds=1))
    days = [timezone.localdate(one.started_at) for one in QualityRun.objects.order_by("pk")]
    assert len(days) == len(set(days))
    recent = [day for day in days if (timezone.localdate(now) - day).days <= measuring.KEPT_DAYS]
    older = [day.isocalendar()[:2] for day in days if day not in recent]
    assert len(recent) == measuring.KEPT_DAYS + 1
    assert len(older) == len(set(older)) == pytest.approx(7, abs=1)


def test_the_usual_rules_are_added_once(world):
    assert len(usual.take_over(world.admin)) > 10
    assert usual.take_over(world.admin) == []
    measuring.measure()


def test_after_any_changes_the_followed_findings_are_those_of_a_full_measurement(world):
    """What changes beside a record's own values (a partner in a shared value that left, a day that passed) is the night's."""
    chance = random.Random(7)
    usual.take_over(None)
    accounts = [Account.add(by=None, name=f"Firma {n}", country="AT") for n in range(30)]
    measuring.measure()
    values = {
        "vat_id": ["", "ATU13585627", "ATU37893801"],
        "phone": ["", "+43 7242 1234567", "+43 1 2345678"],
        "postcode": ["", "4600", "9999"],
        "email": ["", "a@b.test", "c@d.test"],
        "tier": ["", "A"],
    }
    for _round in range(3):
        for account in chance.sample(accounts, 12):
            some = chance.sample(sorted(values), 3)
            account.change(by=None, **{name: chance.choice(values[name]) for name in some})
        measuring.follow()
    unique = QualityRule.objects.filter(kind="unique")
    followed = set(QualityFinding.objects.exclude(rule__in=unique).values_list("rule", "account", "contact", "reason"))
    shared = set(QualityFinding.objects.filter(rule__in=unique).values_list("rule", "account", "contact"))
    measuring.measure()
    again = set(QualityFinding.objects.exclude(rule__in=unique).values_list("rule", "account", "contact", "reason"))
    assert followed == again
    assert shared >= set(QualityFinding.objects.filter(rule__in=unique).values_list("rule", "account", "contact"))
    assert len(again) > 50


def test_merging_and_undoing_an_import_take_the_findings_along(world):
    filled = rule()
    run = imported("Kundennummer;Name\nD-1;Aus der Datei\n", target="accounts", by=world.admin)
    measuring.measure()
    added = Account.objects.get(name="Aus der Datei")
    assert (added.pk, "empty") in found(filled)
    importing.undo_now(run, world.admin)
    assert not Account._base_manager.filter(pk=added.pk).exists()
    assert not QualityFinding.objects.filter(account_id=added.pk).exists()


def test_answers_about_numbers_come_in_by_file(world):
    world.lindner.change(by=world.admin, vat_id="ATU13585627")
    text = (
        "MS Code,VAT Number,Valid,Name,Address,Request date,Request identifier\n"
        "AT,U13585627,YES,LINDNER & SOEHNE GMBH,WELS,2026-01-15,WAPIAAAAW\n"
        "AT,U37893801,YES,NOBODY,WIEN,2026-01-15,\n"
        "AT,U13585628,YES,WRONG,WIEN,2026-01-15,\n"
        "AT,U13585627,perhaps,WHO,WIEN,2026-01-16,\n"
    )
    run = imported(text, target="lookups", by=world.admin)
    assert (run.counts["added"], run.counts["rejected"]) == (1, 3)
    look = Lookup.objects.get()
    assert (look.account, look.answer, look.reference) == (world.lindner, "valid", "WAPIAAAAW")
    assert look.is_of_its_number
    again = imported(text, target="lookups", by=world.admin)
    assert again.counts["unchanged"] == 1
    importing.undo_now(run, world.admin)
    assert not Lookup.objects.exists()
