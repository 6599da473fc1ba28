"""How well an account fits: each point for a reason that is told in words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_event
from kundenkreis.prospecting import fitting, suggesting, wanting
from kundenkreis.prospecting.degrees import Asked, Best, Facts, degree, gower, nearest, size_class
from kundenkreis.prospecting.models import CriteriaSet, Fit, FitCriterion, Judgement, TargetAccount
from tests.pipeline.cards import wrong
from tests.prospecting.wanted import criteria, prospect, target

D = Decimal


def fit_of(one: TargetAccount) -> tuple[int | None, int]:
    return TargetAccount.objects.filter(pk=one.pk).values_list("fit", "fit_open").get()


@pytest.mark.once
@pytest.mark.parametrize(
    ("asked", "facts", "wanted"),
    [
        (Asked("country", frozenset({"AT"})), Facts(country="AT"), 1.0),
        (Asked("country", frozenset({"AT"})), Facts(country="DE"), 0.0),
        (Asked("country", frozenset({"AT"})), Facts(), None),
        (Asked("territory", frozenset({3})), Facts(territory=3), 1.0),
        (Asked("employees", low=D(50), high=D(250)), Facts(employees=50), 1.0),
        (Asked("employees", low=D(50), high=D(250)), Facts(employees=25), 0.5),
        (Asked("employees", low=D(50), high=D(250)), Facts(employees=24), 0.0),
        (Asked("employees", low=D(50), high=D(250)), Facts(employees=500), 0.5),
        (Asked("employees", low=D(50), high=D(250)), Facts(employees=501), 0.0),
        (Asked("employees", low=D(50)), Facts(), None),
        (Asked("revenue", low=D(1000)), Facts(), 0.0),
        (Asked("growth", low=D(10)), Facts(revenue=D(110), revenue_before=D(100)), 1.0),
        (Asked("growth", low=D(10)), Facts(revenue=D(110)), None),
    ],
)
def test_a_criterion_is_fulfilled_by_so_much(asked, facts, wanted):
    assert degree(asked, facts) == wanted


@pytest.mark.once
def test_similarity_is_the_share_of_known_features_that_agree_with_the_nearest_of_the_best():
    assert [size_class(n) for n in (0, 9, 10, 49, 50, 249, 250)] == [
        "",
        "micro",
        "small",
        "small",
        "medium",
        "medium",
        "large",
    ]
    assert gower(("wood", "AT", ""), ("wood", "DE", "small")) == 0.5
    assert gower(("", "", "small"), ("wood", "AT", "")) is None
    best = tuple(Best(pk, f"B{pk}", features) for pk, features in enumerate(
        [("wood", "AT", "small"), ("toys", "AT", "small"), ("toys", "DE", "large")] + [("", "", "")] * 3
    ))  # fmt: skip
    share, near = nearest(("wood", "AT", "small"), best)
    assert share == pytest.approx((1 + 2 / 3 + 0) / 3)
    assert [one.name for one in near] == ["B0", "B1", "B2"]
    assert nearest(("", "", ""), best) == (None, ())


@pytest.mark.django_db
def test_the_fit_is_the_points_of_all_weights_and_what_nobody_knows_is_told_apart(world):
    criteria(
        {"measure": "country", "values": ["AT"], "weight": 30},
        {"measure": "industry", "values": ["Wood"], "weight": 20},
        {"measure": "judged", "weight": 50},
    )
    one = target(world)
    assert fit_of(one) == (30, 70)
    judged = FitCriterion.objects.get(measure="judged")
    said = Judgement.add(by=world.ada, target=one, criterion=judged, score=2, reason="They build with dowels")
    assert fit_of(one) == (63, 20)
    version = TargetAccount.objects.get(pk=one.pk).version
    assert version == one.version, "nobody's form grew stale"
    with translation.override("en"):
        lines = fitting.lines(one, world.ada)
    assert [(line.points, line.most) for line in lines] == [(30, 30), (None, 20), (pytest.approx(33.33, abs=0.01), 50)]
    assert [line.words for line in lines] == [
        "Austria is wanted", "not known", "2: largely – They build with dowels",
    ]  # fmt: skip
    undo_event(Event.objects.about(said).latest("pk"), by=world.ada)
    assert fit_of(one) == (30, 70)


@pytest.mark.django_db
def test_the_fit_follows_the_criteria_at_once_and_the_account_by_the_timetable(world):
    one = target(world)
    of_set = criteria({"measure": "country", "values": ["DE"], "weight": 10})
    assert fit_of(one) == (0, 0)
    of_set.criteria.get().change(by=world.ben, values=["DE", "AT"])
    assert fit_of(one) == (100, 0)
    one.account.change(by=world.ada, country="CH")
    assert wanting.follow_accounts() == 1 and fit_of(one) == (0, 0)
    assert wanting.follow_accounts() == 0
    of_set.change(by=world.ben, in_force=False)
    assert fit_of(one) == (None, 0)


@pytest.mark.django_db
def test_the_best_customers_are_named_to_whoever_may_see_them_only(world):
    Account.objects.filter(pk=world.brauneis.pk).update(revenue_12m=900, industry="Wood", country="AT")
    criteria({"measure": "similarity", "weight": 10})
    one = target(world, prospect(world, industry="Wood"))
    assert fit_of(one)[0] == 100
    with translation.override("en"):
        assert "Brauneis" in fitting.lines(one, world.ben)[0].words
        assert "Brauneis" not in fitting.lines(one, world.ada)[0].words


@pytest.mark.django_db
def test_what_is_nonsense_is_refused_at_its_field(world):
    of_set = criteria({"measure": "country", "values": ["AT"]})
    new = {"by": None, "of_set": of_set, "name_en": "x"}
    assert set(wrong(lambda: FitCriterion.add(measure="country", **new))) == {"values"}
    assert set(wrong(lambda: FitCriterion.add(measure="territory", values=["AT"], **new))) == {"values"}
    assert set(wrong(lambda: FitCriterion.add(measure="employees", **new))) == {"low"}
    assert "high" in wrong(lambda: FitCriterion.add(measure="employees", low=D(9), high=D(3), **new))
    assert set(wrong(lambda: FitCriterion.add(measure="judged", weight=0, **new))) == {"weight"}
    assert wrong(lambda: CriteriaSet.add(by=None, name_en="Second", in_force=True))
    figured = of_set.criteria.get()
    judgement = {"by": None, "target": target(world), "score": 1, "reason": "x"}
    assert set(wrong(lambda: Judgement.add(criterion=figured, **judgement))) == {"criterion"}


@pytest.mark.django_db
def test_the_best_fitting_accounts_are_suggested_until_they_are_on_the_list(world):
    criteria({"measure": "country", "values": ["AT"], "weight": 3}, {"measure": "employees", "low": D(50), "weight": 1})
    best, fair = prospect(world), prospect(world, "Fair GmbH", employees=None)
    prospect(world, "Supplier", relation="supplier")
    prospect(world, "Far away", country="FR", employees=3)
    ordered = prospect(world, "Customer")
    Account.objects.filter(pk=ordered.pk).update(last_order_on="2026-01-05")
    suggesting.figure_all()
    own = Fit.objects.filter(account_id__gte=best.pk).order_by("-fit")
    assert list(own.values_list("account_id", "fit", "open")) == [(best.pk, 100, 0), (fair.pk, 75, 25)]
    assert suggesting.figure_all() == 0, "what has not changed is not written"
    assert set(own.visible_to(world.cem)) == set() and own.visible_to(world.ada).count() == 2
    target(world, best)
    assert [fit.account for fit in own.off_the_list()] == [fair]
    Account.objects.filter(pk=fair.pk).update(country="FR")
    assert suggesting.figure_all() == 1 and not own.filter(account=fair).exists()
