"""The addresses of target accounts, of accounts that fit, and of what the house arranges about both."""

from __future__ import annotations

from django.urls import include, path

from kundenkreis.web.views import prospecting, target_parts, targets

TARGETS = [
    path("", targets.index, name="list"),
    path("export/", targets.export, name="export"),
    path("new/", targets.add, name="add"),
    path("move/<slug:key>/", targets.move, name="move"),
    path("<int:pk>/", targets.detail, name="detail"),
    path("<int:pk>/edit/", targets.edit, name="edit"),
    path("<int:pk>/drop/", targets.drop, name="drop"),
    path("<int:pk>/discard/", targets.discard, name="discard"),
    path("<int:pk>/step/", targets.add_step, name="add_step"),
    path("<int:pk>/<slug:name>/add/", target_parts.add, name="part_add"),
    path("<int:pk>/<slug:name>/<int:part_pk>/edit/", target_parts.change, name="part_change"),
    path("<int:pk>/<slug:name>/<int:part_pk>/discard/", target_parts.discard, name="part_discard"),
]
FITTING = [
    path("", targets.fitting_accounts, name="list"),
    path("put/", targets.put_fitting, name="bulk"),
    path("<int:pk>/", targets.fitting_account, name="detail"),
]
SETTINGS = [
    path("", prospecting.index, name="index"),
    path("<slug:kind>/new/", prospecting.add, name="add"),
    path("<slug:kind>/<int:pk>/edit/", prospecting.edit, name="edit"),
    path("<slug:kind>/<int:pk>/discard/", prospecting.discard, name="discard"),
]

urlpatterns = [
    path("target-accounts/settings/", include((SETTINGS, "prospecting"))),
    path("target-accounts/fitting/", include((FITTING, "fitting_accounts"))),
    path("target-accounts/", include((TARGETS, "target_accounts"))),
]
