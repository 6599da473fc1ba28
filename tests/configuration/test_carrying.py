"""The configuration as a file: written whole, compared in words, taken over as one batch, refused where it is hostile."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from kundenkreis.configuration import applying, comparing, document
from kundenkreis.configuration.models import Origin
from kundenkreis.core import at_hand
from kundenkreis.customers.models import Account
from kundenkreis.fields import known, layouts, picking
from kundenkreis.fields.models import CustomField, Layout, PickList
from kundenkreis.fields.shaping import settled
from kundenkreis.history import undo
from kundenkreis.history.models import Batch, Event
from kundenkreis.quality.rules import QualityRule
from tests.fields.defining import define, one_of_each

pytestmark = pytest.mark.django_db
GROUPS = [
    {
        "key": "a",
        "en": "First",
        "de": "Zuerst",
        "fields": [{"name": "place"}, {"name": "custom_hours", "required": True}],
    }
]


def furnish():
    """Fields, lists and a layout of a house."""
    one_of_each()
    picking.add_many(picking.get("accounts.industry"), [("Trade", "Handel"), ("Food", "Essen")], by=None)
    picking.change(picking.get("accounts.relation"), "prospect", by=None, en="Lead", de="Anfrage")
    settled("accounts", "", GROUPS, by=None)


def emptied():
    """Another house, in which nothing of it is."""
    for model in (CustomField, PickList, Layout, Event, Batch):
        model._base_manager.all().delete()
    known.forget()
    at_hand.forget_all()


def taken_over(content, **chosen):
    found = comparing.compare(document.read(content))
    return applying.apply(found, chosen.get("chosen") or applying.usual(found), by=chosen.get("by"))


def parts():
    return document.as_json()["parts"]


def test_what_one_house_writes_another_becomes_and_can_take_back(world):
    furnish()
    file, before = document.written().encode(), parts()
    assert not comparing.compare(document.read(file)), "the same house has nothing to take over"
    emptied()
    nothing = parts()
    batch = taken_over(file)
    assert parts() == before
    assert layouts.of("accounts", "")[0].fields[1].name == "custom_hours"
    assert Account.add(by=None, name="One", industry="Handel", custom={"seats": 3}).industry == "Trade"
    Account._base_manager.filter(name="One").delete()
    undo.undo_batch(batch, by=None)
    assert parts() == nothing
    assert not CustomField._base_manager.exists()


def test_what_is_in_use_stays_when_it_is_taken_back(world):
    furnish()
    file = document.written().encode()
    emptied()
    batch = taken_over(file)
    world.lindner.change(by=None, custom_seats=40)
    result = undo.undo_batch(batch, by=None)
    assert {one.key for one in CustomField.objects.all()} >= {"seats"}
    assert ("fields.customfield", CustomField.objects.get(key="seats").pk) in result.kept_records


def test_changes_are_told_member_by_member_and_taken_back_one_by_one(world):
    furnish()
    file = document.written().encode()
    before = parts()
    CustomField.objects.get(key="seats").change(by=None, label_en="Chairs", help_en="How many")
    picking.add(picking.get("accounts.industry"), "Art", "Kunst", by=None)
    define("Only here")
    there = parts()
    found = comparing.compare(document.read(file))
    told = {one.title: one for one in found.items}
    assert ("Label in English", "Chairs", "Seats") in told["Accounts: Seats"].lines
    assert "Art" in told["Accounts: Industry"].lines[0][2]
    PickList.objects.get(name="accounts.relation").discard(by=None)
    again = {one.change.key: one for one in comparing.compare(document.read(file)).items}
    assert [line[2] for line in again["accounts.relation"].lines] == ["changed: Lead"], (
        "a fixed list is told against the shipped names"
    )
    PickList._base_manager.get(name="accounts.relation").restore(by=None)
    assert told["Accounts: Only here"].is_told_only and not told["Accounts: Only here"].is_usual
    batch = applying.apply(found, applying.usual(found), by=world.admin)
    assert CustomField.objects.get(key="only_here").retired_at is None, "what the file merely lacks stays"
    assert parts()["pick_lists"] == before["pick_lists"]
    assert Event.objects.filter(batch=batch, verb="customfield.changed").exists()
    undo.undo_batch(batch, by=world.admin)
    assert parts() == there


def test_what_goes_is_retired_when_somebody_says_so(world):
    file = document.written().encode()
    define("Hours")
    world.lindner.change(by=None, custom_hours="9 to 5")
    found = comparing.compare(document.read(file))
    batch = applying.apply(found, {one.name for one in found.items}, by=None)
    assert not parts()["custom_fields"]
    world.lindner.refresh_from_db()
    assert world.lindner.custom["hours"] == "9 to 5"
    undo.undo_batch(batch, by=None)
    assert parts()["custom_fields"]


def test_values_that_would_be_lost_are_told_and_another_kind_is_stopped(world):
    furnish()
    held = document.as_json()
    held["parts"]["custom_fields"]["accounts.seats"]["kind"] = "text"
    del held["parts"]["pick_lists"]["accounts.industry"]["choices"][1]
    world.lindner.change(by=None, industry="Food")
    found = comparing.compare(document.read(json.dumps(held).encode()))
    seats, industry = (
        {one.change.key: one for one in found.items}[key] for key in ("accounts.seats", "accounts.industry")
    )
    assert seats.is_stopped and not seats.is_usual
    assert "Food" in industry.conflicts[0].text or "Essen" in industry.conflicts[0].text
    with pytest.raises(ValidationError):
        applying.apply(found, {seats.name}, by=None)
    applying.apply(found, applying.usual(found), by=None)
    food = picking.get("accounts.industry").by_key["Food"]
    assert food.retired
    world.lindner.refresh_from_db()
    assert world.lindner.industry == "Food"


def test_a_test_copy_takes_only_what_it_changed_and_a_change_on_both_sides_is_told(world):
    furnish()
    began = parts()
    Origin.objects.create(document=began, house="Live")
    CustomField.objects.get(key="seats").change(by=None, label_en="Seats of the copy", help_en="Of the copy")
    CustomField.objects.get(key="hours").change(by=None, help_en="Of the copy")
    file = document.written().encode()
    # The live house: as it began, and with a change of its own meanwhile.
    Origin.objects.all().delete()
    CustomField.objects.get(key="seats").change(by=None, label_en="Seats of the live house", help_en="")
    CustomField.objects.get(key="hours").change(by=None, help_en="", label_de="Zeiten")
    define("New in the live house")
    found = comparing.compare(document.read(file))
    items = {one.change.key: one for one in found.items}
    assert found.is_three_way
    assert set(items) == {"accounts.seats", "accounts.hours"}, (
        "what only the live house has is none of the copy's business"
    )
    assert items["accounts.seats"].is_clash and not items["accounts.hours"].is_clash
    applying.apply(found, applying.usual(found), by=None)
    hours, seats = CustomField.objects.get(key="hours"), CustomField.objects.get(key="seats")
    assert (hours.help_en, hours.label_de) == ("Of the copy", "Zeiten"), "both houses' changes hold"
    assert seats.label_en == "Seats of the live house"


def test_quality_rules_go_along_and_people_who_are_not_here_are_named(world):
    kept = {"noun_of": "account", "kind": "filled", "conditions": [], "note": ""}
    QualityRule.add(by=None, field="gln", weight=2, **kept)
    QualityRule.add(by=None, field="industry", **kept | {"conditions": [f"owner:is:{world.ada.pk}"]})
    QualityRule.add(by=None, field="phone", **kept | {"conditions": ["owner:is:999999"]})
    file, before = document.written(["quality_rules"]).encode(), document.dump(["quality_rules"])
    QualityRule._base_manager.all().delete()
    found = comparing.compare(document.read(file))
    told = {one.change.after["field"]: one for one in found.items}
    assert not told["gln"].conflicts
    assert world.ada.get_full_name() in told["industry"].conflicts[0].text and not told["industry"].is_stopped
    assert "does not exist" in told["phone"].conflicts[0].text and told["phone"].is_stopped
    batch = applying.apply(found, applying.usual(found), by=None)
    assert len(document.dump()["quality_rules"]) == 2
    assert document.dump()["quality_rules"].items() <= before["quality_rules"].items()
    undo.undo_batch(batch, by=None)
    assert not document.dump()["quality_rules"]


GOOD = {"format": "kundenkreis-configuration", "version": 1}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no file"),
        (b"\xff\xfe", "no file"),
        (b"[]", "no file"),
        (b"[" * 200_000, "no file"),
        (b'{"a":' * 50 + b"1" + b"}" * 50, "no file"),
        (b'{"format": "kundenkreis-configuration", "version": NaN, "parts": {}}', "no file"),
        (b'{"format": "kundenkreis-configuration", "version": 1e999, "parts": {}}', "no file"),
        (b"9" * 10_000, "no file"),
        (json.dumps(GOOD | {"version": True, "parts": {}}).encode(), "no file"),
        (json.dumps(GOOD | {"version": 2, "parts": {}}).encode(), "newer"),
        (json.dumps(GOOD | {"parts": {"custom_fields": []}}).encode(), "not what it should be"),
        (json.dumps(GOOD | {"parts": {"custom_fields": {"accounts.a": {"kind": "text", "position": 10**9}}}}).encode(), "no custom field"),
        (json.dumps(GOOD | {"parts": {"custom_fields": {"planets.a": {"kind": "text"}}}}).encode(), "no field"),
        (json.dumps(GOOD | {"parts": {"pick_lists": {"accounts.industry": {"choices": [{"key": 1}]}}}}).encode(), "label"),
        (json.dumps(GOOD | {"parts": {"layouts": {"accounts/": {"groups": [[]]}}}}).encode(), "no layout"),
        (json.dumps(GOOD | {"parts": {"layouts": {"a\0b/": {"groups": []}}}}).encode(), "no file"),
        (b'{"format": "kundenkreis-configuration", "version": 1, "parts": {"\\ud800": {}}}', "no file"),
    ],
)  # fmt: skip
def test_what_is_no_configuration_is_refused_in_words(content, said):
    with pytest.raises(ValidationError) as refused:
        document.read(content)
    assert said in " ".join(refused.value.messages)


def test_a_part_of_another_version_is_left_alone_and_an_earlier_file_is_read(world):
    read = document.read(json.dumps(GOOD | {"parts": {"weather": {"a": 1}}}).encode())
    assert read.unknown == ["weather"] and not comparing.compare(read)
    rows = [{"belongs_to": "accounts", "key": "hours", "kind": "text", "label_en": "Hours"}]
    taken_over(json.dumps({"format": "kundenkreis-fields/1", "fields": rows}).encode())
    assert CustomField.objects.get().label_en == "Hours"


def test_a_file_that_the_house_cannot_take_changes_nothing(world):
    fields = {
        "accounts.a": {"kind": "text", "label_en": "A"},
        "accounts.b": {"kind": "formula", "label_en": "B", "formula": "c + 1"},
    }
    read = document.read(json.dumps(GOOD | {"parts": {"custom_fields": fields}}).encode())
    found = comparing.compare(read)
    assert "“accounts.b”" in applying.refused(found, applying.usual(found), by=None)
    with pytest.raises(ValidationError):
        applying.apply(found, applying.usual(found), by=None)
    assert not CustomField.objects.exists() and not Batch.objects.exists()


def test_an_administrator_loads_looks_and_takes_over(world, signed_in):
    furnish()
    alma, ada = signed_in(world.admin), signed_in(world.ada)
    file = alma.get("/house/configuration/file/").content
    for page in ("", "file/", "compare/"):
        assert ada.get(f"/house/configuration/{page}").status_code == 403
    assert "Custom fields" in alma.get("/house/configuration/").content.decode()
    refused = alma.post("/house/configuration/load/", {"file": SimpleUploadedFile("c.json", b"[]")})
    assert refused.status_code == 422 and "no file" in refused.content.decode()
    emptied()
    assert alma.post("/house/configuration/load/", {"file": SimpleUploadedFile("c.json", file)}).status_code == 302
    page = alma.get("/house/configuration/compare/")
    assert "Opening hours" in page.content.decode() or "Hours" in page.content.decode()
    difference = comparing.compare(document.read(file))
    assert difference.digest in page.content.decode()
    stale = alma.post("/house/configuration/compare/", {"seen": "x", "item": [one.name for one in difference.items]})
    assert stale.status_code == 422 and "has changed" in stale.content.decode()
    chosen = [one.name for one in difference.items if one.part.name == "pick_lists"]
    answer = alma.post("/house/configuration/compare/", {"seen": difference.digest, "item": chosen})
    assert answer.status_code == 303
    assert not CustomField.objects.exists() and PickList.objects.count() == 2
    batch = Batch.objects.get(kind="configuration")
    assert alma.get(f"/history/batches/{batch.pk}/").status_code == 200
    assert alma.get("/house/configuration/compare/").status_code == 302


words = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=20
)
choices = st.lists(st.tuples(words, st.one_of(st.just(""), words)), min_size=1, max_size=5)


class AnyConfiguration(TestCase):
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        texts=st.lists(words, max_size=3),
        lists=choices,
        order=st.permutations([0, 1, 2, 3]),
        hidden=st.sets(st.sampled_from(["tier", "industry", "phone", "description"])),
        called=words,
    )
    def test_dump_apply_dump_is_the_same_and_apply_undo_too(self, texts, lists, order, hidden, called):
        emptied()
        for text in texts:
            define(text)
        define("Window", "choice", choices=[{"en": "A", "retired": True}, {"en": "B", "default": True}])
        for pair in lists:
            try:
                picking.add(picking.get("accounts.industry"), *pair, by=None)
            except ValidationError:
                continue  # called like another one
        picking.change(picking.get("accounts.tier"), "A", by=None, en=called, de="")
        names = [("tier", "industry", "phone", "description")[place] for place in order]
        fields = [{"name": name, "form": name not in hidden} for name in names] + [{"name": "custom_window"}]
        settled("accounts", "", [{"key": "x", "en": called, "de": "", "fields": fields}], by=None)
        file, before = document.written().encode(), parts()
        emptied()
        nothing = parts()
        batch = taken_over(file)
        assert parts() == before
        undo.undo_batch(batch, by=None)
        assert parts() == nothing
