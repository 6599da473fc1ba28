"""The addresses of what a house settles and makes its own: settings, fields, pick lists, layouts, rules, and all of it as a file."""

from __future__ import annotations

from django.urls import include, path

from kundenkreis.web.views import (
    automation,
    automation_runs,
    configuration,
    custom_fields,
    layouts,
    mileage_rates,
    permission_house,
    rates,
    wordings,
)
from kundenkreis.web.views import house as houses
from kundenkreis.web.views import picks as pick_lists

HOUSE = [
    path("", houses.settings, name="settings"),
]
RATES = [
    path("", rates.index, name="list"),
    path("new/", rates.add, name="add"),
    path("<int:pk>/", rates.detail, name="detail"),
    path("<int:pk>/edit/", rates.edit, name="edit"),
    path("<int:pk>/discard/", rates.discard, name="discard"),
]
WORDINGS = [
    path("", wordings.index, name="list"),
    path("new/", wordings.add, name="add"),
    path("<int:pk>/", wordings.detail, name="detail"),
    path("<int:pk>/edit/", wordings.edit, name="edit"),
    path("<int:pk>/discard/", wordings.discard, name="discard"),
]
PERMISSION = [
    path("", permission_house.index, name="index"),
    path("lists/", permission_house.load, name="load"),
    path("suppress/", permission_house.suppress, name="suppress"),
    path("<int:pk>/lift/", permission_house.lift, name="lift"),
]
MILEAGE_RATES = [
    path("", mileage_rates.index, name="list"),
    path("new/", mileage_rates.add, name="add"),
    path("take-over/", mileage_rates.take_over, name="take_over"),
    path("<int:pk>/", mileage_rates.detail, name="detail"),
    path("<int:pk>/edit/", mileage_rates.edit, name="edit"),
    path("<int:pk>/discard/", mileage_rates.discard, name="discard"),
]
FIELDS = [
    path("", custom_fields.index, name="list"),
    path("new/", custom_fields.add, name="add"),
    path("order/", custom_fields.order, name="order"),
    path("<int:pk>/", custom_fields.edit, name="edit"),
    path("<int:pk>/retire/", custom_fields.retire, name="retire"),
    path("<int:pk>/bring-back/", custom_fields.bring_back, name="bring_back"),
    path("<int:pk>/kind/", custom_fields.kind, name="kind"),
    path("<int:pk>/options/", custom_fields.options, name="options"),
]
AUTOMATION = [
    path("", automation.index, name="list"),
    path("new/", automation.add, name="add"),
    path("<int:pk>/", automation.detail, name="detail"),
    path("<int:pk>/edit/", automation.edit, name="edit"),
    path("<int:pk>/preview/", automation.look, name="look"),
    path("<int:pk>/switch/", automation.switch, name="switch"),
    path("<int:pk>/discard/", automation.discard, name="discard"),
]
AUTOMATION_RUNS = [
    path("", automation_runs.index, name="list"),
    path("<int:pk>/", automation_runs.detail, name="detail"),
]
PICKS = [
    path("", pick_lists.index, name="list"),
    path("<str:name>/", pick_lists.detail, name="detail"),
    path("<str:name>/new/", pick_lists.add, name="add"),
    path("<str:name>/value/", pick_lists.value, name="value"),
    path("<str:name>/change/", pick_lists.change, name="change"),
    path("<str:name>/arrange/", pick_lists.arrange, name="arrange"),
    path("<str:name>/merge/", pick_lists.merge, name="merge"),
    path("<str:name>/options/", pick_lists.options, name="options"),
]
CONFIGURATION = [
    path("", configuration.index, name="index"),
    path("file/", configuration.write, name="file"),
    path("load/", configuration.load, name="load"),
    path("compare/", configuration.compare, name="compare"),
]
LAYOUTS = [
    path("", layouts.index, name="list"),
    path("<slug:noun>/", layouts.edit, name="edit"),
    path("<slug:noun>/preview/", layouts.preview, name="preview"),
    path("<slug:noun>/reset/", layouts.reset, name="reset"),
]

urlpatterns = [
    path("", include((HOUSE, "house"))),
    path("permission/", include((PERMISSION, "permission"))),
    path("wordings/", include((WORDINGS, "wordings"))),
    path("fields/", include((FIELDS, "fields"))),
    path("automation/runs/", include((AUTOMATION_RUNS, "automation_runs"))),
    path("automation/", include((AUTOMATION, "automation"))),
    path("rates/", include((RATES, "rates"))),
    path("mileage-rates/", include((MILEAGE_RATES, "mileage_rates"))),
    path("picks/", include((PICKS, "picks"))),
    path("layouts/", include((LAYOUTS, "layouts"))),
    path("configuration/", include((CONFIGURATION, "configuration"))),
]
