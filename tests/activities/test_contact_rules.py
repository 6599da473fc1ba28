"""Every rule of who may be contacted, by tables worked out by hand (§ 174 TKG 2021, § 7 ECG, § 151 GewO, GDPR Art. 7 and 21)."""

import datetime as dt
import itertools

import pytest

from kundenkreis.activities.contact_rules import ADVERTISING, ALLOWING, Facts, Given, Rule, decide

NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
THEN = dt.datetime(2025, 11, 5, 9, tzinfo=dt.UTC)
CONSENT = Given("given", THEN, "Fair")
EXCEPTION = Given("customer", THEN, "Order 4711", with_sale=True, own_similar=True, could_refuse=True)


def rule(purpose, channel, **facts):
    return decide(Facts(**facts), purpose, channel, NOW).rule


@pytest.mark.parametrize(
    ("channel", "facts", "expected"),
    [
        # Nothing is recorded.
        ("phone", {}, Rule.CALL_NEEDS_CONSENT),
        ("email", {}, Rule.MAIL_NEEDS_CONSENT),
        ("sms", {}, Rule.MAIL_NEEDS_CONSENT),
        ("letter", {}, Rule.LETTER),
        # Consent, and what is none.
        *((channel, {"given": CONSENT}, Rule.CONSENT) for channel in ("email", "phone", "sms", "letter")),
        ("email", {"given": Given("pending", THEN)}, Rule.PENDING),
        ("phone", {"given": Given("given", THEN, "Fair", lacks=("proof",))}, Rule.UNPROVEN),
        ("email", {"given": Given("withdrawn", THEN)}, Rule.WITHDRAWN),
        ("letter", {"given": Given("withdrawn", THEN)}, Rule.WITHDRAWN),
        ("letter", {"given": Given("pending", THEN)}, Rule.LETTER),
        ("email", {"given": Given("given", NOW + dt.timedelta(days=1), "Fair")}, Rule.MAIL_NEEDS_CONSENT),
        # The customer exception is for electronic mail, never for calls.
        ("email", {"given": EXCEPTION}, Rule.CUSTOMER),
        ("sms", {"given": EXCEPTION}, Rule.CUSTOMER),
        ("phone", {"given": EXCEPTION}, Rule.CALL_NEEDS_CONSENT),
        ("email", {"given": EXCEPTION, "on_ecg": THEN.date()}, Rule.EXCEPTION_FAILS),
        # Who has consented herself may be mailed though a general list has her.
        ("email", {"given": CONSENT, "on_ecg": THEN.date()}, Rule.CONSENT),
        # The Robinson list says nothing against writing to one's own customers, or to who asked for it.
        ("letter", {"on_robinson": THEN.date()}, Rule.ROBINSON),
        ("letter", {"on_robinson": THEN.date(), "is_customer": True}, Rule.LETTER),
        ("letter", {"on_robinson": THEN.date(), "given": CONSENT}, Rule.CONSENT),
        # An objection goes before everything, and so does the suppression list.
        ("email", {"given": CONSENT, "objected_at": THEN}, Rule.OBJECTED),
        ("letter", {"given": Given("objected", THEN)}, Rule.OBJECTED),
        ("phone", {"given": CONSENT, "suppressed_at": THEN}, Rule.SUPPRESSED),
        # What holds for service too.
        ("phone", {"given": CONSENT, "bar": "deceased"}, Rule.DECEASED),
        ("phone", {"given": CONSENT, "bar": "no_contact"}, Rule.NO_CONTACT),
        ("phone", {"given": CONSENT, "in_bin": True}, Rule.IN_BIN),
        ("phone", {"given": CONSENT, "has_left": True}, Rule.LEFT),
        ("phone", {"given": CONSENT, "has_address": False}, Rule.NO_ADDRESS),
    ],
)
@pytest.mark.parametrize("purpose", ADVERTISING)
def test_advertising_is_decided_by(purpose, channel, facts, expected):
    answer = decide(Facts(**facts), purpose, channel, NOW)
    assert answer.rule == expected
    assert answer.allowed == (expected in ALLOWING)
    assert answer.sentence
    assert "%(" not in answer.sentence


@pytest.mark.parametrize("channel", ["email", "phone", "sms", "letter"])
def test_service_needs_no_consent_and_no_objection_to_advertising_stops_it(channel):
    assert rule("service", channel) == Rule.SERVICE
    against = {
        "objected_at": THEN,
        "suppressed_at": THEN,
        "given": Given("withdrawn", THEN),
        "on_robinson": THEN.date(),
    }
    assert rule("service", channel, **against, cap=1, sent=(NOW,)) == Rule.SERVICE


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"bar": "deceased"}, Rule.DECEASED),
        ({"bar": "no_contact"}, Rule.NO_CONTACT),
        ({"in_bin": True}, Rule.IN_BIN),
        ({"has_left": True}, Rule.LEFT),
        ({"has_address": False}, Rule.NO_ADDRESS),
    ],
)
def test_nobody_is_served_who_is_gone_or_must_be_left_alone(facts, expected):
    assert rule("service", "phone", **facts) == expected


@pytest.mark.parametrize("holds", list(itertools.product([True, False], repeat=4)))
def test_the_customer_exception_needs_all_four_conditions_and_tells_each(holds):
    with_sale, own_similar, could_refuse, not_refused = holds
    given = Given(
        "customer", THEN, "Order 4711", with_sale=with_sale, own_similar=own_similar, could_refuse=could_refuse
    )
    answer = decide(Facts(given=given, on_ecg=None if not_refused else THEN.date()), "newsletter", "email", NOW)
    assert [one.holds for one in answer.conditions] == list(holds)
    assert answer.allowed == all(holds)
    assert all((one.sentence in answer.sentence) != one.holds for one in answer.conditions) or answer.allowed


def test_a_sale_of_which_nothing_is_known_is_no_sale():
    given = Given("customer", THEN, " ", with_sale=True, own_similar=True, could_refuse=True)
    assert rule("newsletter", "email", given=given) == Rule.EXCEPTION_FAILS


def test_an_unproven_consent_says_what_is_missing():
    given = Given("given", THEN, "", lacks=("wording", "source", "proof"))
    assert "wording, source, proof" in decide(Facts(given=given), "newsletter", "email", NOW).sentence


@pytest.mark.parametrize(
    ("cap", "days_ago", "expected", "until"),
    [
        (None, [1, 2, 3], Rule.CONSENT, None),
        (3, [1, 2], Rule.CONSENT, None),
        (2, [1, 20], Rule.TOO_OFTEN, dt.date(2026, 3, 2) + dt.timedelta(days=11)),
        # Two more than fit: the second oldest must leave too.
        (2, [1, 5, 20], Rule.TOO_OFTEN, dt.date(2026, 3, 2) + dt.timedelta(days=26)),
        (1, [0], Rule.TOO_OFTEN, dt.date(2026, 3, 2) + dt.timedelta(days=31)),
    ],
)
def test_the_house_s_limit_counts_whatever_was_sent(cap, days_ago, expected, until):
    sent = tuple(NOW - dt.timedelta(days=days) for days in days_ago)
    answer = decide(Facts(given=CONSENT, cap=cap, cap_days=30, sent=sent), "newsletter", "email", NOW)
    assert (answer.rule, answer.until) == (expected, until)


def test_what_is_forbidden_anyway_is_not_said_to_be_too_often():
    assert rule("newsletter", "phone", cap=1, sent=(NOW,)) == Rule.CALL_NEEDS_CONSENT


def test_an_answer_has_a_sentence_in_both_languages():
    for one in Rule:
        assert one.label
    answer = decide(Facts(objected_at=THEN), "newsletter", "email", NOW)
    assert answer.sentence_in("en").startswith("This person objects to advertising since")
    assert answer.since == dt.date(2025, 11, 5)
    assert answer.sentence_in("de")


def test_an_unknown_purpose_or_channel_is_no_question():
    for purpose, channel in (("spam", "email"), ("newsletter", "pigeon")):
        with pytest.raises(ValueError, match="no contact that we know"):
            decide(Facts(), purpose, channel, NOW)
