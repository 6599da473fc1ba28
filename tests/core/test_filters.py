"""The filter language: understood, said in words, given back to the address, and never more than a sentence on nonsense."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from kundenkreis.core.filters import BadFilter, Chip, Filter, condition, operations, parse
from kundenkreis.history.models import Batch
from kundenkreis.rates.models import ExchangeRate

TODAY = dt.date(2026, 3, 31)
DECLARED = [
    Filter("country", "choice", "Country", choices=[("AT", "Austria"), ("DE", "Germany"), ("CH", "Switzerland")]),
    Filter("name", "text", "Name", column="key"),
    Filter("place", "text", "Place"),
    Filter("revenue_12m", "number", "Revenue, 12 months"),
    Filter("last_order_on", "date", "Last order"),
    Filter("owner", "person", "Owner", column="owner_id", choices=lambda: [(7, "Anna Huber")]),
    Filter("is_blocked", "flag", "Blocked"),
]


def read(*conditions, **options):
    return parse(list(conditions), DECLARED, today=TODAY, me=7, **options)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("country:in:AT,DE", Q(country__in=("AT", "DE"))),
        ("country:not:AT", ~Q(country__in=("AT",))),
        ("country:empty", Q(country__isnull=True) | Q(country="")),
        ("name:has:Müll", Q(key__contains="mul")),
        ("name:is:Müller & Söhne GmbH", Q(key__exact="muler sohne")),
        ("place:has:Linz,Wels", Q(place__icontains="Linz") | Q(place__icontains="Wels")),
        ("place:starts:St. Pölten", Q(place__istartswith="St. Pölten")),
        ("revenue_12m:over:20000", Q(revenue_12m__gt=Decimal(20000))),
        ("revenue_12m:between:500,-2.5", Q(revenue_12m__gte=Decimal("-2.5"), revenue_12m__lte=Decimal(500))),
        ("revenue_12m:filled", ~Q(revenue_12m__isnull=True)),
        ("last_order_on:before:-90d", Q(last_order_on__lt=dt.date(2025, 12, 31))),
        ("last_order_on:after:2026-01-31", Q(last_order_on__gt=dt.date(2026, 1, 31))),
        ("last_order_on:after:-1m", Q(last_order_on__gt=dt.date(2026, 2, 28))),
        ("last_order_on:before:-2y", Q(last_order_on__lt=dt.date(2024, 3, 31))),
        ("last_order_on:on:today,+1w", Q(last_order_on__in=(TODAY, dt.date(2026, 4, 7)))),
        ("owner:is:me,12", Q(owner_id__in=(7, 12))),
        ("owner:empty", Q(owner_id__isnull=True)),
        ("is_blocked:is:no", Q(is_blocked__in=(False,))),
    ],
)
def test_a_condition_becomes_a_question_to_the_database(written, expected):
    assert read(written).q() == expected


def test_conditions_are_joined_by_and():
    both = read("country:in:AT", "revenue_12m:over:5")
    assert both.q() == Q(country__in=("AT",)) & Q(revenue_12m__gt=Decimal(5))
    assert both
    assert not read()
    assert read().q() == Q()


def test_a_request_a_mapping_and_a_list_are_read_alike():
    query = QueryDict("f=country:in:AT%2CDE&f=place:has:Linz&page=2")
    expected = read("country:in:AT,DE", "place:has:Linz")
    assert parse(query, DECLARED, me=7) == expected
    assert parse({"f": ["country:in:AT,DE", "place:has:Linz"]}, DECLARED, me=7) == expected
    assert parse({"f": "country:in:AT"}, DECLARED) == parse(["country:in:AT"], DECLARED)
    assert not parse({}, DECLARED)
    assert not parse(QueryDict("f=&f="), DECLARED)


def test_commas_and_colons_may_be_part_of_a_value():
    written = condition("place", "is", "a,b", "c:d", "e\\f")
    assert read(written).q() == Q(place__iexact="a,b") | Q(place__iexact="c:d") | Q(place__iexact="e\\f")


@pytest.mark.parametrize(
    ("written", "label", "text"),
    [
        ("country:in:AT,DE", "Country", "is Austria or Germany"),
        ("country:not:AT,DE,CH", "Country", "is not Austria, Germany or Switzerland"),
        ("revenue_12m:between:1,20000.5", "Revenue, 12 months", "is between 1 and 20,000.5"),
        ("last_order_on:before:2026-01-31", "Last order", "is before 31 Jan 2026"),
        ("owner:is:me", "Owner", "is me"),
        ("owner:is:7", "Owner", "is Anna Huber"),
        ("owner:is:99", "Owner", "is 99"),
        ("is_blocked:is:yes", "Blocked", "is yes"),
        ("place:empty", "Place", "is empty"),
        ("place:is:a,b,c,d,e,f,g", "Place", "is a, b, c, d or 3 more"),
    ],
)
def test_a_condition_is_said_in_words(written, label, text):
    with override("en"):
        assert read(written).describe() == [Chip(written.split(":")[0], label, text, written)]


@pytest.mark.parametrize(
    ("written", "text"),
    [("revenue_12m:between:1,20000.5", "1 und 20.000,5"), ("last_order_on:before:2026-01-31", "31. Jän. 2026")],
)
def test_days_and_figures_in_a_condition_are_written_as_in_the_language(written, text):
    with override("de"):
        assert text in read(written).describe()[0].text


def test_conditions_go_back_into_the_address_and_one_can_be_removed():
    filters = read("country:in:AT,DE", "place:has:Linz", "country:in:AT,DE")
    assert filters.to_params() == [("f", "country:in:AT,DE"), ("f", "place:has:Linz")]
    assert filters.without("country:in:AT,DE").to_params() == [("f", "place:has:Linz")]
    assert filters.without("unknown") == filters


BAD = [
    "x", ":", "::", "unknown:is:1", "country", "country:", "country:in", "country:in:", "country:in:,,", "country:in:XX",
    "country:over:5", "revenue_12m:over:abc", "revenue_12m:over:1,2", "revenue_12m:over:NaN", "revenue_12m:over:1e99",
    "revenue_12m:over:Infinity", "revenue_12m:between:1", "revenue_12m:inside:1", "last_order_on:before:2026-02-30",
    "last_order_on:before:yesterday", "last_order_on:before:-99999y", "last_order_on:before:90d", "owner:is:you",
    "owner:is:-1", "owner:is:1;DROP", "owner:is:" + "9" * 30, "is_blocked:is:maybe", "is_blocked:is:yes,no", "name:has:%%%",
    "place:has:\0", "place:has:\ud800", "place:has:" + "x" * 10_000, "place:is:" + "x," * 300, "country:__class__:x",
    "deleted_at:empty", "owner__password:is:1", "last_order_on:before:٣-٣",
]  # fmt: skip


@pytest.mark.parametrize("written", BAD)
def test_nonsense_is_answered_by_a_sentence(written):
    with override("en"), pytest.raises(BadFilter) as refused:
        read(written)
    assert str(refused.value).endswith(".")
    assert len(str(refused.value)) < 300


def test_me_needs_somebody_who_asks():
    with pytest.raises(BadFilter):
        parse(["owner:is:me"], DECLARED)


def test_there_are_at_most_twenty_conditions():
    with pytest.raises(BadFilter, match="20"):
        read(*[f"revenue_12m:over:{n}" for n in range(21)])


def test_something_else_than_text_is_refused():
    with pytest.raises(BadFilter):
        parse([1, None], DECLARED)


@given(
    st.lists(
        st.text(max_size=40)
        | st.builds(
            "{}:{}:{}".format,
            st.sampled_from([one.name for one in DECLARED]),
            st.sampled_from(sorted({name for one in DECLARED for name in operations(one.kind)})),
            st.text(max_size=20) | st.sampled_from(["-90d", "1", "AT", "me", "2026-01-01", "+99999y", "1,2"]),
        ),
        max_size=5,
    )
)
def test_no_text_breaks_it(conditions):
    try:
        filters = read(*conditions)
    except BadFilter:
        return
    assert parse([param for _, param in filters.to_params()], DECLARED, me=7, today=TODAY) == filters
    assert len(filters.describe()) == len(filters.conditions)
    filters.q()


@pytest.mark.django_db
def test_the_database_gives_the_right_rows():
    for number, currency in enumerate(["GBP", "USD", "CHF"]):
        ExchangeRate.objects.create(currency=currency, on=dt.date(2026, 3, 29 + number), rate=number + 1, source="")
    declared = [Filter("currency", "text", "Currency"), Filter("rate", "number", "Rate"), Filter("on", "date", "Day")]

    def found(*conditions):
        filters = parse(list(conditions), declared, today=TODAY)
        return sorted(ExchangeRate.objects.filter(filters.q()).values_list("currency", flat=True))

    assert found("currency:has:b,s") == ["GBP", "USD"]
    assert found("rate:from:2", "on:before:today") == ["USD"]
    assert found("rate:between:3,2") == ["CHF", "USD"]
    assert found("on:after:-1d") == ["CHF"]
    assert found("currency:is:%") == []


@pytest.mark.django_db
def test_is_not_includes_the_rows_where_nothing_is_filled_in():
    for actor in (1, 2, None):
        Batch.objects.create(kind="x", label=str(actor), actor_id=actor)
    declared = [Filter("actor", "person", "Who", column="actor_id")]
    rows = Batch.objects.filter(parse(["actor:not:1"], declared).q())
    assert sorted(rows.values_list("label", flat=True)) == ["2", "None"]
