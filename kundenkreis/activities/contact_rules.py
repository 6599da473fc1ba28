"""May this person be contacted for this purpose over this channel: the rules, in the order in which they decide. A sum: no database.

Sources: § 174 TKG 2021 (unsolicited communication: calls and electronic mail for advertising), § 7 ECG (the RTR's list), § 151 GewO (the
Robinson list), GDPR Art. 6 (1) f, 7 and 21. Written down as we read them, with every rule named, so that a lawyer can check it line by
line; it is no legal advice. Surveys and invitations count as advertising, as courts read "direct marketing".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils import formats, timezone, translation
from django.utils.translation import gettext_lazy as _

SERVICE = "service"
ADVERTISING = ("advertising", "newsletter", "survey", "events")
ELECTRONIC = ("email", "sms")


class Rule(models.TextChoices):
    """Which rule decided. Those that allow come first."""

    SERVICE = "service", _("Contract and service")
    CONSENT = "consent", _("Consent")
    CUSTOMER = "customer", _("Customer exception, § 174 (4) TKG 2021")
    LETTER = "letter", _("Letter, legitimate interest")
    IN_BIN = "in_bin", _("In the bin")
    DECEASED = "deceased", _("Deceased")
    NO_CONTACT = "no_contact", _("Not to be contacted")
    OBJECTED = "objected", _("Objection, Art. 21 GDPR")
    SUPPRESSED = "suppressed", _("Suppression list")
    WITHDRAWN = "withdrawn", _("Consent withdrawn")
    LEFT = "left", _("Has left")
    NO_ADDRESS = "no_address", _("No address")
    PENDING = "pending", _("Not confirmed yet")
    UNPROVEN = "unproven", _("Consent without proof")
    EXCEPTION_FAILS = "exception_fails", _("Customer exception fails, § 174 (4) TKG 2021")
    CALL_NEEDS_CONSENT = "call_needs_consent", _("Calls need consent, § 174 (1) TKG 2021")
    MAIL_NEEDS_CONSENT = "mail_needs_consent", _("Electronic mail needs consent, § 174 (3) TKG 2021")
    ROBINSON = "robinson", _("Robinson list, § 151 GewO")
    TOO_OFTEN = "too_often", _("Often enough for now")


ALLOWING = frozenset({Rule.SERVICE, Rule.CONSENT, Rule.CUSTOMER, Rule.LETTER})

_SENTENCES: dict[str, Any] = {
    Rule.SERVICE: _("This is about running business: an order, a complaint, an appointment. No consent is needed for it."),
    Rule.CONSENT: _("Consent was given on %(since)s (%(source)s)."),
    Rule.CUSTOMER: _("All four conditions of the customer exception are fulfilled. Each message must offer to refuse, free of charge."),
    Rule.LETTER: _("Letters to this person are allowed as long as she does not object (Art. 6 (1) f GDPR)."),
    Rule.IN_BIN: _("The contact is in the bin."),
    Rule.DECEASED: _("This person has died."),
    Rule.NO_CONTACT: _("This person is not to be contacted at all, on no channel and for no purpose."),
    Rule.OBJECTED: _("This person objects to advertising since %(since)s (Art. 21 GDPR). This goes before every consent."),
    Rule.SUPPRESSED: _("The address is on the suppression list since %(since)s: %(reason)s."),
    Rule.WITHDRAWN: _("The consent was withdrawn on %(since)s."),
    Rule.LEFT: _("This person has left: no position is held any more."),
    Rule.NO_ADDRESS: _("No address is known for this channel."),
    Rule.PENDING: _("Consent was asked for on %(since)s and is not confirmed yet; until then it is none."),
    Rule.UNPROVEN: _("A consent is recorded, but without %(lacks)s; it cannot be proven (Art. 7 (1) GDPR)."),
    Rule.EXCEPTION_FAILS: _("The customer exception is not fulfilled: %(failing)s"),
    Rule.CALL_NEEDS_CONSENT: _("Calls for advertising need consent given before (§ 174 (1) TKG 2021), customers or not."),
    Rule.MAIL_NEEDS_CONSENT: _("E-mail and text messages for advertising need consent given before (§ 174 (3) TKG 2021)."),
    Rule.ROBINSON: _("This person is on the Robinson list as of %(since)s and is no customer of ours."),
    Rule.TOO_OFTEN: _("There were %(count)s advertising contacts within %(days)s days; the house allows %(cap)s. Again from %(until)s."),
}  # fmt: skip

_CONDITIONS: tuple[tuple[str, Any], ...] = (
    ("with_sale", _("The address was received with a sale or service to this customer.")),
    ("own_similar", _("It is for own, similar products or services.")),
    ("could_refuse", _("Refusing was offered, clearly and free of charge, when it was collected and is with each message.")),
    ("not_refused", _("The person has not refused beforehand and is not on the ECG list.")),
)  # fmt: skip

LACKING: dict[str, Any] = {"wording": _("wording"), "source": _("source"), "proof": _("proof")}


@dataclass(frozen=True)
class Condition:
    """One of the four conditions of § 174 (4) TKG 2021."""

    name: str
    holds: bool

    @property
    def sentence(self) -> str:
        return str(dict(_CONDITIONS)[self.name])


@dataclass(frozen=True)
class Given:
    """What is recorded for one purpose over one channel."""

    state: str
    since: dt.datetime
    source: str = ""
    lacks: tuple[str, ...] = ()
    with_sale: bool = False
    own_similar: bool = False
    could_refuse: bool = False


@dataclass(frozen=True)
class Facts:
    """What is known of one person, for one purpose over one channel. `sent` are the advertising contacts of the last `cap_days`."""

    has_address: bool = True
    in_bin: bool = False
    bar: str = ""
    has_left: bool = False
    objected_at: dt.datetime | None = None
    suppressed_at: dt.datetime | None = None
    suppressed_why: str = ""
    given: Given | None = None
    on_ecg: dt.date | None = None
    on_robinson: dt.date | None = None
    is_customer: bool = False
    sent: tuple[dt.datetime, ...] = ()
    cap: int | None = None
    cap_days: int = 30


@dataclass(frozen=True)
class Answer:
    """Whether it is allowed, by which rule, and why in words; `until` is the day from which it is allowed again."""

    allowed: bool
    rule: Rule
    since: dt.date | None = None
    until: dt.date | None = None
    conditions: tuple[Condition, ...] = ()
    said: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def sentence(self) -> str:
        """In the language of the moment."""
        lacks: Sequence[str] = self.said.get("lacks", ())
        values = self.said | {
            "since": _day(self.since),
            "until": _day(self.until),
            "lacks": ", ".join(str(LACKING[name]) for name in lacks),
            "reason": str(self.said.get("reason", "")),
            "failing": " ".join(one.sentence for one in self.conditions if not one.holds),
        }
        return str(_SENTENCES[self.rule]) % values

    def sentence_in(self, language: str) -> str:
        """In one of the house's languages ("en", "de")."""
        with translation.override(language):
            return self.sentence


def decide(facts: Facts, purpose: str, channel: str, now: dt.datetime) -> Answer:
    """The rule that decides. `purpose` is "service" or one of advertising, `channel` one of email, phone, sms, letter.

    Raises ValueError for what is neither.
    """
    if purpose not in (SERVICE, *ADVERTISING) or channel not in ("email", "phone", "sms", "letter"):
        raise ValueError(f"{purpose} over {channel} is no contact that we know")
    if refused := _for_nothing(facts):
        return refused
    if purpose == SERVICE:
        return _out_of_reach(facts) or _answer(Rule.SERVICE)
    refused = _against_advertising(facts) or _out_of_reach(facts)
    if refused:
        return refused
    answer = _by_consent(facts, channel, now) or _without_consent(facts, channel)
    return (answer.allowed and _too_often(facts, now)) or answer


def _answer(rule: Rule, since: dt.date | dt.datetime | None = None, **more: Any) -> Answer:
    until, conditions = more.pop("until", None), more.pop("conditions", ())
    day = timezone.localdate(since) if isinstance(since, dt.datetime) else since
    return Answer(rule in ALLOWING, rule, day, until, conditions, more)


def _for_nothing(facts: Facts) -> Answer | None:
    """What forbids service as well."""
    if facts.in_bin:
        return _answer(Rule.IN_BIN)
    return _answer(Rule(facts.bar)) if facts.bar else None


def _against_advertising(facts: Facts) -> Answer | None:
    """What the person, or somebody for her, has said against advertising; it goes before all that speaks for it."""
    given = facts.given
    if facts.objected_at is not None:
        return _answer(Rule.OBJECTED, facts.objected_at)
    if given is not None and given.state == "objected":
        return _answer(Rule.OBJECTED, given.since)
    if facts.suppressed_at is not None:
        return _answer(Rule.SUPPRESSED, facts.suppressed_at, reason=facts.suppressed_why)
    return _answer(Rule.WITHDRAWN, given.since) if given is not None and given.state == "withdrawn" else None


def _out_of_reach(facts: Facts) -> Answer | None:
    if facts.has_left:
        return _answer(Rule.LEFT)
    return None if facts.has_address else _answer(Rule.NO_ADDRESS)


def _by_consent(facts: Facts, channel: str, now: dt.datetime) -> Answer | None:
    """What a recorded consent or customer exception says; None where the law does not ask for one."""
    given = facts.given
    if given is None:
        return None
    if given.state == "given" and not given.lacks and given.since <= now:
        return _answer(Rule.CONSENT, given.since, source=given.source)
    if given.state == "customer" and channel in ELECTRONIC:
        return _by_exception(facts, given)
    if channel == "letter":
        return None  # it was not needed
    if given.state == "given" and given.lacks:
        return _answer(Rule.UNPROVEN, given.since, lacks=given.lacks)
    return _answer(Rule.PENDING, given.since) if given.state == "pending" else None


def _by_exception(facts: Facts, given: Given) -> Answer:
    """§ 174 (4) TKG 2021: all four, and the first three are only true of a customer when somebody has recorded them."""
    holds = {
        "with_sale": given.with_sale and bool(given.source.strip()),
        "own_similar": given.own_similar,
        "could_refuse": given.could_refuse,
        "not_refused": facts.on_ecg is None,
    }
    conditions = tuple(Condition(name, holds[name]) for name, _sentence in _CONDITIONS)
    rule = Rule.CUSTOMER if all(one.holds for one in conditions) else Rule.EXCEPTION_FAILS
    return _answer(rule, given.since, conditions=conditions)


def _without_consent(facts: Facts, channel: str) -> Answer:
    if channel == "phone":
        return _answer(Rule.CALL_NEEDS_CONSENT)
    if channel in ELECTRONIC:
        return _answer(Rule.MAIL_NEEDS_CONSENT)
    # The list binds address publishers and direct marketing houses; it says nothing against writing to one's own customers.
    if facts.on_robinson is not None and not facts.is_customer:
        return _answer(Rule.ROBINSON, facts.on_robinson)
    return _answer(Rule.LETTER)


def _too_often(facts: Facts, now: dt.datetime) -> Answer | None:
    """The house's own rule: at most so many advertising contacts in so many days, whatever the channel."""
    if facts.cap is None or len(facts.sent) < facts.cap:
        return None
    # It is allowed again when so few are left in the window that one more fits.
    leaving = sorted(facts.sent)[len(facts.sent) - facts.cap]
    until = timezone.localdate(leaving) + dt.timedelta(days=facts.cap_days + 1)
    return _answer(Rule.TOO_OFTEN, until=until, count=len(facts.sent), days=facts.cap_days, cap=facts.cap)


def _day(day: dt.date | None) -> str:
    return "" if day is None else formats.date_format(day, "SHORT_DATE_FORMAT")
