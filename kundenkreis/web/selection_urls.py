"""The addresses of key account selection: rounds, their results, the portfolio, and what the house arranges about it."""

from __future__ import annotations

from django.urls import include, path

from kundenkreis.web.views import (
    selection,
    selection_criteria,
    selection_judging,
    selection_portfolio,
    selection_results,
)

CRITERIA = [
    path("criteria/", selection_criteria.index, name="criteria"),
    path("criteria/edition/<int:pk>/copy/", selection_criteria.copy, name="criteria_copy"),
    path("criteria/edition/<int:pk>/in-force/", selection_criteria.put_in_force, name="criteria_in_force"),
    path("criteria/<slug:kind>/new/", selection_criteria.add, name="criteria_add"),
    path("criteria/<slug:kind>/<int:pk>/edit/", selection_criteria.edit, name="criteria_edit"),
    path("criteria/<slug:kind>/<int:pk>/discard/", selection_criteria.discard, name="criteria_discard"),
]
SELECTION = [
    path("", selection.index, name="index"),
    path("new/", selection.add, name="add"),
    path("portfolio/", selection_portfolio.portfolio, name="portfolio"),
    *CRITERIA,
    path("<int:pk>/", selection.detail, name="detail"),
    path("<int:pk>/edit/", selection.edit, name="edit"),
    path("<int:pk>/again/", selection.again, name="again"),
    path("<int:pk>/cancel/", selection.cancel, name="cancel"),
    path("<int:pk>/in-force/", selection.put_in_force, name="put_in_force"),
    path("<int:pk>/discard/", selection.discard, name="discard"),
    path("<int:pk>/judging/", selection_judging.worklist, name="judging"),
    path("judge/<int:account_pk>/<slug:about>/", selection_judging.judge, name="judge"),
    path("judgements/<int:pk>/discard/", selection_judging.discard, name="judgement_discard"),
    path("decide/<int:pk>/", selection_judging.decide, name="decide"),
    path("overrides/<int:pk>/discard/", selection_judging.discard_override, name="override_discard"),
]
RESULTS = [
    path("", selection_results.index, name="list"),
    path("export/", selection_results.export, name="export"),
    path("<int:pk>/", selection_results.detail, name="detail"),
]

urlpatterns = [
    path("selection/results/", include((RESULTS, "selection_results"))),
    path("selection/", include((SELECTION, "selection"))),
]
