"""The builder of a list's question: conditions, groups and relations by a plain form, with what was wrong said in its place."""

import html
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from kundenkreis.catalogue.models import Product
from kundenkreis.customers import hierarchy
from kundenkreis.customers.models import Account


@pytest.fixture
def ben(world, signed_in):
    return signed_in(world.ben)


def build(client, *pairs, do="", where="/accounts/"):
    return client.get(f"{where}?{urlencode([('build', 1), ('built', 1), *pairs, ('do', do)])}")


def fields(answer):
    """The names of the form's fields with what they hold."""
    text = answer.content.decode()
    plain = re.findall(r'<input[^>]*name="(c\.[^"]+)"[^>]*value="([^"]*)"', text)
    flipped = re.findall(r'<input[^>]*type="hidden" name="(c\.[^"]+)" value="([^"]*)"', text)
    chosen = re.findall(r'<select[^>]*name="(c\.[^"]+)">.*?<option value="([^"]*)" selected', text, re.DOTALL)
    return {name: html.unescape(value) for name, value in [*plain, *flipped, *chosen]}


def conditions(answer):
    assert answer.status_code in (302, 303), answer.content.decode()[:2000]
    return parse_qs(urlsplit(answer["Location"]).query).get("f", [])


def test_the_builder_shows_what_the_address_asks(ben):
    asked = [("f", "country:in:AT,DE"), ("f", "any(tier:in:A;orders:with(day:last:90d))")]
    found = fields(ben.get(f"/accounts/?{urlencode([*asked, ('build', 1)])}"))
    assert found["c.0.name"] == "country" and found["c.0.op"] == "in"
    assert found["c.1.joined"] == "any" and found["c.1.0.name"] == "tier"
    assert found["c.1.1.name"] == "orders" and found["c.1.1.joined"] == "with"
    assert (found["c.1.1.0.op"], found["c.1.1.0.length"], found["c.1.1.0.unit"]) == ("last", "90", "d")


def test_four_conditions_with_a_group_and_a_relation_are_built(ben):
    answer = build(
        ben,
        ("c.0.name", "country"),
        ("c.0.op", "in"),
        ("c.0.value", "AT"),
        ("c.1.joined", "any"),
        ("c.1.0.name", "tier"),
        ("c.1.0.op", "in"),
        ("c.1.0.value", "A"),
        ("c.1.0.value", "B"),
        ("c.1.1.name", "revenue"),
        ("c.1.1.op", "over"),
        ("c.1.1.value", "20,000"),
        ("c.2.name", "orders"),
        ("c.2.joined", "without"),
        ("c.2.0.name", "day"),
        ("c.2.0.op", "last"),
        ("c.2.0.length", "90"),
        ("c.2.0.unit", "d"),
        ("c.3.name", "owner"),
        ("c.3.op", "is"),
        ("c.3.value", "my_team"),
        do="show",
    )
    assert conditions(answer) == [
        "country:in:AT",
        "any(tier:in:A,B;revenue:over:20000)",
        "orders:without(day:last:90d)",
        "owner:is:my_team",
    ]


def test_parts_are_added_and_taken_away_without_javascript(ben):
    one = (("c.0.name", "tier"), ("c.0.op", "in"), ("c.0.value", "A"))
    assert "c.1.name" in build(ben, *one, do="add:c").content.decode()
    grouped = build(ben, *one, do="any:c").content.decode()
    assert 'name="c.1.joined"' in grouped and 'name="c.1.1.name"' in grouped
    assert 'name="c.0.op"' not in build(ben, *one, do="remove:c.0").content.decode()


def test_another_field_begins_with_its_own_comparison_and_no_value(ben):
    answer = build(ben, ("c.0.name", "place"), ("c.0.was", "tier"), ("c.0.op", "in"), ("c.0.value", "A"))
    found = fields(answer)
    assert found["c.0.op"] == "has" and found["c.0.value"] == ""


def test_choosing_a_relation_opens_its_conditions(ben):
    text = build(ben, ("c.0.name", "orders"), ("c.0.was", ""), do="add:c.0").content.decode()
    assert 'name="c.0.joined"' in text and 'name="c.0.0.name"' in text
    assert ">Net of all together</option>" in text


def test_what_lacks_a_value_or_makes_no_sense_is_said_at_its_place(ben):
    lacking = build(ben, ("c.0.name", "revenue"), ("c.0.op", "over"), do="show")
    assert lacking.status_code == 422 and "needs a value" in lacking.content.decode()
    wrong = build(
        ben,
        ("c.0.joined", "any"),
        ("c.0.0.name", "revenue"),
        ("c.0.0.op", "over"),
        ("c.0.0.value", "much"),
        ("c.0.1.name", "tier"),
        ("c.0.1.op", "in"),
        ("c.0.1.value", "A"),
        do="show",
    )
    assert wrong.status_code == 422
    text = wrong.content.decode()
    assert 'value="much"' in text
    assert text.index("is not a number") < text.index('name="c.0.1.name"')


def test_empty_rows_are_left_out(ben):
    assert conditions(build(ben, ("c.0.name", ""), ("c.1.joined", "any"), ("c.1.0.name", ""), do="show")) == []


def test_a_figure_that_led_here_stays(ben):
    lamp = Product.add(by=None, number="L1", name="Lamp")
    led = ("f", f"product:is:{lamp.pk}")
    day = (("c.0.name", "day"), ("c.0.op", "last"), ("c.0.length", "90"))
    answer = build(ben, led, *day, do="show", where="/orders/lines/")
    assert conditions(answer) == [f"product:is:{lamp.pk}", "day:last:90d"]


def test_an_account_is_chosen_by_name_and_then_alone_or_with_a_group_of_its_own(ben, world):
    hierarchy.place(world.brauneis, world.lindner, "sales", by=world.ben)
    begun = ben.get("/orders/?build=1&start=of").content.decode()
    assert 'data-url="/accounts/options/"' in begun and 'name="c.0.group"' not in begun
    chosen = (("c.0.name", "of"), ("c.0.op", "is"), ("c.0.value", world.lindner.pk), ("c.0.value_text", "Lindner"))
    text = build(ben, *chosen, where="/orders/").content.decode()
    assert 'name="c.0.group"' in text and ">Group (Sales)</option>" in text and "Group (Legal)" not in text
    assert 'value="Lindner &amp; Söhne GmbH"' in text
    answer = build(ben, *chosen, ("c.0.group", "sales"), do="show", where="/orders/")
    assert conditions(answer) == [f"of:is:sales-{world.lindner.pk}"]
    shown = fields(ben.get(f"/orders/?f=of:is:sales-{world.lindner.pk}&build=1"))
    assert (shown["c.0.name"], shown["c.0.value"], shown["c.0.group"]) == ("of", str(world.lindner.pk), "sales")


def test_an_account_typed_without_javascript_is_looked_up(ben, world):
    typed = (("c.0.name", "of"), ("c.0.op", "is"), ("c.0.value", ""))
    for where in ("/accounts/", "/contacts/", "/activities/all/", "/insights/", "/orders/", "/orders/open-items/"):
        answer = build(ben, *typed, ("c.0.value_text", "brauneis wohnkultur"), do="show", where=where)
        assert conditions(answer) == [f"of:is:{world.brauneis.pk}"]
    unknown = build(ben, *typed, ("c.0.value_text", "Nobody & Co"), do="show")
    assert unknown.status_code == 422 and "Nothing is called “Nobody &amp; Co”" in unknown.content.decode()
    Account.add(by=world.ben, name="Brauneis Wohnkultur", owner=world.ben)
    twice = build(ben, *typed, ("c.0.value_text", "Brauneis Wohnkultur"), do="show")
    assert twice.status_code == 422 and "Several are called" in twice.content.decode()


def test_an_account_of_another_team_is_not_chosen_by_number_or_name(world, signed_in):
    cem = signed_in(world.cem)
    guessed = (("c.0.name", "of"), ("c.0.op", "is"), ("c.0.value", world.lindner.pk), ("c.0.value_text", "x"))
    text = build(cem, *guessed, do="show").content.decode()
    assert "Choose one of those that are suggested." in text and "Lindner" not in text
    typed = (("c.0.name", "of"), ("c.0.op", "is"), ("c.0.value_text", "Lindner & Söhne GmbH"))
    assert "Nothing is called" in build(cem, *typed, do="show").content.decode()


def test_hostile_fields_build_nothing(ben):
    deep = "c" + ".0" * 30 + ".name"
    answer = build(ben, (deep, "tier"), ("c.99999.name", "tier"), ("c.x.name", "tier"), do="remove:c.7.1")
    assert answer.status_code == 200
    scripted = build(ben, ("c.0.name", "place"), ("c.0.op", "has"), ("c.0.value", '"><script>x</script>'))
    assert "<script>x" not in scripted.content.decode()


def test_the_count_follows_what_is_finished_and_says_what_is_wrong(ben, world):
    assert (
        build(ben, ("c.0.name", "place"), ("c.0.op", "is"), ("c.0.value", "Wels"), do="count").content
        == b"1 account \xc2\xb7 \xe2\x82\xac0"
    )
    assert build(ben, ("c.0.name", "place"), ("c.0.op", "is"), do="count").content.startswith(b"2 accounts")
    wrong = build(ben, ("c.0.name", "revenue"), ("c.0.op", "over"), ("c.0.value", "<b>much"), do="count")
    assert b"&lt;b&gt;much" in wrong.content and b"is not a number" in wrong.content
