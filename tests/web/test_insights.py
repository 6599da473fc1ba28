"""The pages of signals: the list, one signal with its reasons, answers with undo, segments, the record."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.insights import outcomes
from kundenkreis.insights.models import Kind, Score, Signal
from kundenkreis.web.reasons import tell
from kundenkreis.web.verdicts import verdict

TODAY = dt.date(2026, 3, 2)
MISSED = {
    "last_on": "2026-01-05",
    "early_on": "2026-01-12",
    "expected_on": "2026-01-19",
    "late_on": "2026-02-02",
    "usual": "2000.00",
    "gaps": 9,
    "loss": 0.6,
}


@pytest.fixture
def raised(world):
    """Lindner has missed an order, Brauneis has ordered for the first time."""
    world.extra["missed"] = Signal.objects.create(
        account=world.lindner, kind=Kind.MISSED_ORDER, value=Decimal(1200), figures=MISSED, raised_on=TODAY
    )
    world.extra["first"] = Signal.objects.create(
        account=world.brauneis,
        kind=Kind.FIRST_ORDER,
        value=Decimal(90),
        figures={"first_on": "2026-02-20", "amount": "90.00"},
        raised_on=TODAY,
    )
    Score.objects.create(
        account=world.lindner,
        segment="at_risk",
        recency=2,
        frequency=4,
        monetary=4,
        first_on=dt.date(2024, 1, 5),
        last_on=dt.date(2026, 1, 5),
        order_days=20,
        revenue=2000,
        usual_revenue=2000,
        gaps=9,
        early_on=dt.date(2026, 1, 12),
        expected_on=dt.date(2026, 1, 19),
        late_on=dt.date(2026, 2, 2),
    )
    return world


def test_the_list_shows_what_one_may_see_the_most_at_stake_first(raised, signed_in):
    page = signed_in(raised.ben).get("/insights/").content.decode()
    assert page.index("Missed order") < page.index("First order")
    assert "Brauneis" not in signed_in(raised.ada).get("/insights/").content.decode()


def test_a_sentence_is_made_in_the_reader_s_language(raised):
    with translation.override("en"):
        english = tell([raised.extra["missed"]])[0].reason
    with translation.override("de"):
        german = tell([raised.extra["missed"]])[0].reason
    assert english.replace("\xa0", " ").startswith("The order expected for 19 Jan 2026 has not come")
    assert german.replace("\xa0", " ").startswith("Der für 19. ") and "2026" in german


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_kind_has_a_sentence_an_icon_and_rows(raised, language):
    some = {
        "falling": {"now": "70", "base": "100", "expected": "120", "by_year": False, "items": [["1", "-30"]]},
        "rising": {"now": "170", "base": "100", "expected": "100", "by_year": True},
        "lost_products": {"count": 4, "amount": "80", "items": [["1", "80"]]},
        "new_products": {"count": 1, "amount": "80", "items": [["1", "80"]]},
        "narrower": {"count": 1, "amount": "9", "families_now": 1, "families_base": 2, "by_year": False},
        "returns": {"returned": "30", "sold": "100", "house": "0.02"},
        "reactivated": {"last_on": "2026-02-20", "before_on": "2025-02-20", "gap": 365, "usual": "80"},
        "concentration": {"revenue": "60", "house": "1000"},
        "one_product": {"product": 1, "amount": "60", "revenue": "100"},
    }
    days = {"first": "2025-12-03", "last": "2026-03-02", "base_first": "2024-12-03", "base_last": "2025-03-02"}
    signals = [
        Signal(account=raised.lindner, kind=kind, value=1, raised_on=TODAY, figures=figures | days)
        for kind, figures in some.items()
    ]
    with translation.override(language):
        for told in tell([raised.extra["missed"], raised.extra["first"], *signals]):
            assert told.reason.endswith(".") and "%(" not in told.reason
            assert told.icon and told.rows.startswith("/")
    assert {*some, Kind.MISSED_ORDER, Kind.FIRST_ORDER} == set(Kind)


def test_sentences_cost_the_same_for_one_and_for_many(raised, django_assert_num_queries):
    signals = [raised.extra["missed"]] * 30
    clock.today()
    with django_assert_num_queries(0):
        tell(signals)


def test_one_signal_shows_its_factors_its_formula_and_its_rows(raised, signed_in):
    page = signed_in(raised.ada).get(reverse("signals:detail", args=[raised.extra["missed"].pk])).content.decode()
    assert "Chance that it does not come back" in page and "60%" in page
    assert "lognormal" in page
    assert f"/orders/?f=of%3Ais%3A{raised.lindner.pk}" in page


def test_another_team_s_signal_does_not_exist(raised, signed_in):
    cem = signed_in(raised.cem)
    pk = raised.extra["missed"].pk
    assert cem.get(reverse("signals:detail", args=[pk])).status_code == 404
    assert cem.post(reverse("signals:done", args=[pk])).status_code == 404


def test_answers_are_given_in_place_and_taken_back(raised, signed_in):
    ada, signal = signed_in(raised.ada), raised.extra["missed"]
    answer = ada.post(reverse("signals:not_useful", args=[signal.pk]), {"note": "Only buys for fairs"})
    assert answer.status_code == 303
    signal.refresh_from_db()
    assert (signal.answer, signal.note, signal.answered_by) == ("not_useful", "Only buys for fairs", raised.ada)
    assert "Missed order" not in ada.get("/insights/").content.decode()
    event = Event.objects.about(signal).latest("pk")
    ada.post(reverse("history:undo", args=[event.pk]))
    signal.refresh_from_db()
    assert signal.answer == ""


def test_snoozing_asks_for_days_that_make_sense(raised, signed_in):
    ada, address = signed_in(raised.ada), reverse("signals:snooze", args=[raised.extra["missed"].pk])
    assert ada.post(address, {"days": "0"}).status_code == 404
    assert ada.post(address, {"days": "x"}).status_code == 404
    assert ada.post(address, {"days": "7"}).status_code == 303
    raised.extra["missed"].refresh_from_db()
    assert raised.extra["missed"].snoozed_until == clock.today() + dt.timedelta(days=7)


def test_whoever_may_only_read_answers_nothing(raised, signed_in):
    rita = signed_in(raised.rita)
    pk = raised.extra["missed"].pk
    assert rita.get(reverse("signals:detail", args=[pk])).status_code == 200
    assert rita.post(reverse("signals:done", args=[pk])).status_code == 403


def test_the_account_s_page_shows_segment_rhythm_and_signals(raised, signed_in):
    page = signed_in(raised.ada).get(f"/accounts/{raised.lindner.pk}/").content.decode()
    assert "At risk" in page and "Missed order" in page
    assert "19\xa0Jan" in page


def test_accounts_are_filtered_by_segment_and_by_the_next_order(raised, signed_in):
    Account.add(by=raised.ada, name="Without a score", owner=raised.ada)
    ada = signed_in(raised.ada)
    for asked in ("segment:in:at_risk", "next_order:between:2026-01-01,2026-01-31"):
        page = ada.get("/accounts/", {"f": asked}).content.decode()
        assert "Lindner" in page and "Without a score" not in page


def test_segments_and_the_record_are_pages_of_their_own_with_and_without_figures(raised, signed_in):
    ben = signed_in(raised.ben)
    page = ben.get("/insights/segments/").content.decode()
    assert "At risk" in page
    assert "Nothing can be judged yet" in ben.get("/insights/record/").content.decode()


def test_the_api_lists_signals_and_takes_answers(raised, signed_in):
    ada, pk = signed_in(raised.ada), raised.extra["missed"].pk
    body = ada.get("/api/v1/signals").json()
    assert [row["id"] for row in body["items"]] == [pk]
    assert ada.post(f"/api/v1/signals/{pk}/done", content_type="application/json").status_code == 200
    raised.extra["missed"].refresh_from_db()
    assert raised.extra["missed"].answer == "done"


# --- what happened after

AFTER = {"orders": 0, "credits": 0, "named": 0, "revenue": "0.00"}
ORDERED = AFTER | {"orders": 2, "revenue": "1234.00", "next_on": "2026-04-06"}
VERDICTS = [
    (
        "missed_order",
        "right",
        AFTER,
        "No order came in the 90 days after.",
        "In den 90 Tagen danach kam kein Auftrag.",
    ),
    (
        "missed_order",
        "wrong",
        ORDERED,
        "Next order on 6 Apr 2026; in the 90 days after, orders on 2 days.",
        "Nächster Auftrag am 6. Apr. 2026; in den 90 Tagen danach an 2 Tagen bestellt.",
    ),
    (
        "first_order",
        "right",
        ORDERED,
        "Next order on 6 Apr 2026; in the 90 days after, orders on 2 days.",
        "Nächster Auftrag am 6. Apr. 2026; in den 90 Tagen danach an 2 Tagen bestellt.",
    ),
    ("first_order", "wrong", AFTER, "No further order came", "kam kein weiterer Auftrag"),
    ("reactivated", "right", ORDERED | {"orders": 1}, "orders on 1 day.", "an 1 Tag bestellt."),
    ("reactivated", "wrong", AFTER, "No further order came", "kam kein weiterer Auftrag"),
    ("returns", "right", AFTER | {"credits": 1}, "1 further credit note in", "1 weitere Gutschrift in"),
    ("returns", "wrong", AFTER, "Nothing was sent back", "nichts zurückgeschickt"),
    ("lost_products", "right", AFTER, "None of the products named was bought", "keines der genannten Produkte gekauft"),
    ("lost_products", "wrong", AFTER | {"named": 3}, "3 order lines", "3 Auftragspositionen"),
    ("new_products", "right", AFTER | {"named": 1}, "1 order line in", "1 Auftragsposition in"),
    ("new_products", "wrong", AFTER, "None of the products named was bought", "keines der genannten Produkte gekauft"),
]


@pytest.mark.parametrize(("kind", "judged", "outcome", "english", "german"), VERDICTS)
def test_what_happened_after_is_told_as_the_kind_needs_it(raised, kind, judged, outcome, english, german):
    signal = Signal(account=raised.lindner, kind=kind, verdict=judged, outcome=outcome, raised_on=TODAY)
    for language, words in (("en", english), ("de", german)):
        with translation.override(language):
            said = verdict(signal, "EUR").replace("\xa0", " ")
        assert words in said
        assert said.endswith((".", "€.")) and "%(" not in said
        assert ("1,234" in said or "1.234" in said) == (outcome["revenue"] == "1234.00")


def test_every_kind_that_is_judged_has_a_sentence_for_right_and_wrong():
    told = {(kind, judged) for kind, judged, *_rest in VERDICTS}
    assert told == {(kind, judged) for kind in outcomes.CLAIMS for judged in Signal.Verdict.values}


def test_the_page_tells_what_happened_after_and_what_would_have_been_right(raised, signed_in):
    one = raised.extra["missed"]
    address = reverse("signals:detail", args=[one.pk])
    assert "What happened after" not in signed_in(raised.ada).get(address).content.decode()
    Signal.objects.filter(pk=one.pk).update(verdict="wrong", outcome=ORDERED)
    page = signed_in(raised.ada).get(address).content.decode().replace("\xa0", " ")
    assert "Next order on 6 Apr 2026; in the 90 days after, orders on 2 days." in page
    assert "Revenue until 31 May 2026: €1,234." in page
    assert "no order in the 90 days after" in page
    assert "was wrong" in page
