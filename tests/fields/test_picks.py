"""Pick lists: the house's words for built-in values, lists of its own, and the choices of custom fields, kept the same way."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from kundenkreis.activities.models import Activity
from kundenkreis.core.records import Stale
from kundenkreis.customers.models import Account
from kundenkreis.fields import known, picking, picks, unifying
from kundenkreis.fields.models import PickList
from kundenkreis.history import undo
from kundenkreis.history.models import Event
from tests.fields.defining import define

pytestmark = pytest.mark.django_db
INDUSTRY = "accounts.industry"


def the(name):
    return picking.get(name)


def said(account):
    account.refresh_from_db()
    found = []
    for language in ("en", "de"):
        with translation.override(language):
            found.append(str(account.get_industry_display()))
    return found


def industries(*lines):
    picking.add_many(the(INDUSTRY), lines, by=None)


def test_a_built_in_value_is_called_as_the_house_calls_it_in_both_languages_and_stays_what_it_is(world):
    account = Account.add(by=None, name="Nordlicht", relation="prospect")
    event = picking.change(the("accounts.relation"), "prospect", by=None, en="Lead", de="Anfrage")
    with translation.override("de"):
        assert account.get_relation_display() == "Anfrage"
        assert ("prospect", "Anfrage") in picks.labels("accounts.relation")
    with translation.override("en"):
        assert account.get_relation_display() == "Lead"
        assert str(Account.RelationKind.PROSPECT.label) == "Lead"
        assert dict(Account.RelationKind.choices)["prospect"] == "Lead"
    assert account.relation == "prospect"
    undo.undo_event(event, by=None)
    with translation.override("de"):
        assert account.get_relation_display() == "Interessent"


def test_what_the_program_depends_on_is_hidden_where_it_is_new_and_kept_where_it_stands(world):
    account = Account.add(by=None, name="Nordlicht", relation="press")
    picking.change(the("accounts.relation"), "press", by=None, retired=True)
    assert "press" not in dict(picks.offered("accounts.relation"))
    assert "press" in dict(picks.offered("accounts.relation", "press"))
    account.change(by=None, relation="press", name="Nordlicht 2")
    with pytest.raises(ValidationError) as refused:
        Account.add(by=None, name="Another", relation="press")
    assert "relation" in refused.value.message_dict
    with pytest.raises(ValidationError):
        picking.add(the("accounts.relation"), "Friend", "Freund", by=None)
    with pytest.raises(ValidationError):
        unifying.begin(the("accounts.relation"), "press", "customer", by=None)


def test_something_is_left_to_be_chosen_and_what_the_program_writes_cannot_be_hidden(world):
    with pytest.raises(ValidationError):
        picking.change(the("activities.kind"), "task", by=None, retired=True)
    picking.change(the("activities.kind"), "meeting", by=None, retired=True)
    outcomes = the("activities.outcome")
    hidden = [picking._with(one, {"retired": True}) for one in outcomes.choices]
    with pytest.raises(ValidationError):
        picking.keep(outcomes, hidden, by=None)
    assert Activity.Outcome.GOOD in dict(picks.offered("activities.outcome"))


def test_a_list_of_the_house_s_own_takes_any_text_until_something_is_on_it(world):
    account = Account.add(by=None, name="Nordlicht", industry="Handel und Wandel")
    industries(("Trade", "Handel"), ("Food", "Lebensmittel"))
    account.change(by=None, industry="food")
    assert account.industry == "Food", "a label leads to its value, in whatever language and case"
    account.change(by=None, industry="HANDEL")
    assert account.industry == "Trade"
    with pytest.raises(ValidationError):
        account.change(by=None, industry="Fishing")
    picking.change(the(INDUSTRY), "Trade", by=None, en="Wholesale", de="Großhandel")
    assert said(account) == ["Wholesale", "Großhandel"]


def test_what_is_retired_stays_where_it_stands_and_comes_back(world):
    industries(("Trade", "Handel"), ("Food", "Lebensmittel"))
    account = Account.add(by=None, name="Nordlicht", industry="Trade")
    picking.change(the(INDUSTRY), "Trade", by=None, retired=True)
    assert said(account) == ["Trade", "Handel"]
    account.change(by=None, industry="Trade", place="Linz")
    with pytest.raises(ValidationError):
        Account.add(by=None, name="New", industry="Handel")
    picking.change(the(INDUSTRY), "Trade", by=None, retired=False)
    assert Account.add(by=None, name="New", industry="Handel").industry == "Trade"


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ([("Trade", ""), ("", " ")], "Line 2"),
        ([("Trade", ""), ("Tools", ""), ("TRADE", "")], "Line 3"),
        ([("x" * 101, "")], "Line 1"),
        ([("Café", ""), ("Cafe", "")], "Line 2"),
        ([("Trade", ""), ("Food", "Trade")], "Line 2"),
    ],
)
def test_what_cannot_be_told_apart_is_refused_at_its_line(world, lines, line):
    industries(("Fishing", "Fischerei"))
    with pytest.raises(ValidationError) as refused:
        industries(*lines)
    assert line in " ".join(refused.value.messages)
    assert [one.key for one in the(INDUSTRY).choices] == ["Fishing"], "nothing of it is kept"


def test_two_values_become_one_over_all_records_and_can_be_parted_again(world):
    industries(("Trade", "Handel"), ("Wholesale", "Großhandel"), ("Food", "Essen"))
    held = [Account.add(by=None, name=f"Firm {n}", industry="Wholesale") for n in range(3)]
    other = Account.add(by=None, name="Other", industry="Food")
    kept = the(INDUSTRY)
    assert unifying.preview(kept, "Wholesale", "Trade") == 3
    batch = unifying.merge(kept, "Wholesale", "Trade", by=None)
    assert [Account.objects.get(pk=one.pk).industry for one in held] == ["Trade"] * 3
    assert batch.counts["customers.account"] == {"changed": 3}
    assert Account.add(by=None, name="Later", industry="Großhandel").industry == "Trade", "what was merged leads there"
    undo.undo_batch(batch, by=None)
    assert [Account.objects.get(pk=one.pk).industry for one in held] == ["Wholesale"] * 3
    assert [one.key for one in the(INDUSTRY).choices if not one.retired] == ["Trade", "Wholesale", "Food"]
    assert Account.objects.get(pk=other.pk).industry == "Food"


def test_the_choices_of_a_custom_field_are_kept_the_same_way(world):
    define("Days", "several", choices=[{"en": "Monday"}, {"en": "Moonday"}, {"en": "Friday"}])
    name = "accounts.custom_days"
    first = Account.add(by=None, name="One", custom={"days": ["moonday", "friday"]})
    second = Account.add(by=None, name="Two", custom={"days": ["moonday", "monday"]})
    picking.add(the(name), "Sunday", "Sonntag", by=None)
    assert picking.used(the(name), ["moonday", "friday"]) == {"moonday": 2, "friday": 1}
    batch = unifying.merge(the(name), "moonday", "monday", by=None)
    assert [Account.objects.get(pk=one.pk).custom["days"] for one in (first, second)] == [
        ["monday", "friday"],
        ["monday"],
    ]
    undo.undo_batch(batch, by=None)
    assert Account.objects.get(pk=second.pk).custom["days"] == ["monday", "moonday"]
    assert [one.key for one in known.of("accounts").by_key["days"].choices if not one.retired][-1] == "sunday"


def test_what_records_hold_already_is_taken_over(world):
    for place, text in enumerate(["Handel", "handel", "Food", "Food"]):
        Account.add(by=None, name=f"Firm {place}", industry=text)
    picking.take_over(the(INDUSTRY), by=None)
    assert {one.key for one in the(INDUSTRY).choices} >= {"Handel", "handel", "Food"}
    assert not picking.written_so_far(the(INDUSTRY))


def test_ten_thousand_values_are_kept_and_an_event_tells_of_the_one_that_changed(world):
    industries(*((f"Kind {n:05}", f"Art {n:05}") for n in range(10_000)))
    event = picking.change(the(INDUSTRY), "Kind 04711", by=None, en="Perfume", de="Duft")
    assert list(event.changes) == ["choice:Kind 04711"]
    assert [one.key for one in picking.searched(the(INDUSTRY), "duft")] == ["Kind 04711"]
    with pytest.raises(ValidationError):
        industries(("One more", ""))
    undo.undo_event(event, by=None)
    assert the(INDUSTRY).by_key["Kind 04711"].en == "Kind 04711"
    assert Event.objects.about(PickList.objects.get()).count() == 3


def test_an_order_and_a_usual_value_are_kept_and_taken_back(world):
    industries(("Trade", "Handel"), ("Food", "Essen"), ("Art", "Kunst"))
    event = picking.move(the(INDUSTRY), "Art", 0, by=None)
    assert [one.key for one in the(INDUSTRY).choices] == ["Art", "Trade", "Food"]
    undo.undo_event(event, by=None)
    assert [one.key for one in the(INDUSTRY).choices] == ["Trade", "Food", "Art"]
    picking.make_usual(the(INDUSTRY), "Food", by=None)
    picking.make_usual(the(INDUSTRY), "Art", by=None)
    assert picks.words(INDUSTRY).usual == "Art"
    with pytest.raises(ValidationError):
        Account.add(by=None, name="Held", industry="Food") and picking.remove(the(INDUSTRY), "Food", by=None)
    picking.remove(the(INDUSTRY), "Trade", by=None)
    assert [one.key for one in the(INDUSTRY).choices] == ["Food", "Art"]


def test_whoever_changes_a_list_that_somebody_else_has_changed_is_told(world):
    industries(("Trade", "Handel"))
    seen = the(INDUSTRY)
    picking.add(the(INDUSTRY), "Food", "Essen", by=None)
    with pytest.raises(ValidationError, match="Somebody else"):
        picking.add(seen, "Art", "Kunst", by=None)
    assert [one.key for one in the(INDUSTRY).choices] == ["Trade", "Food"]
    field = define("Window", "choice", choices=[{"key": "a", "en": "A"}])
    field.change(by=None, choices=[{"key": "a", "en": "A2"}])
    with pytest.raises(Stale):
        field.change(by=None, version=1, choices=[{"key": "a", "en": "A3"}])
