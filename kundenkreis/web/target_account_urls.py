"""The addresses of target accounts, of accounts that fit, and of what the house arranges about both."""

from __future__ import annotations

from django.urls import include, path

from kundenkreis.web.views import prospecting, target_account_parts, target_accounts

TARGETS = [
    path("", target_accounts.index, name="list"),
    path("export/", target_accounts.export, name="export"),
    path("new/", target_accounts.add, name="add"),
    path("move/<slug:key>/", target_accounts.move, name="move"),
    path("<int:pk>/", target_accounts.detail, name="detail"),
    path("<int:pk>/edit/", target_accounts.edit, name="edit"),
    path("<int:pk>/drop/", target_accounts.drop, name="drop"),
    path("<int:pk>/discard/", target_accounts.discard, name="discard"),
    path("<int:pk>/step/", target_accounts.add_step, name="add_step"),
    path("<int:pk>/<slug:name>/add/", target_account_parts.add, name="part_add"),
    path("<int:pk>/<slug:name>/<int:part_pk>/edit/", target_account_parts.change, name="part_change"),
    path("<int:pk>/<slug:name>/<int:part_pk>/discard/", target_account_parts.discard, name="part_discard"),
]
FITTING = [
    path("", target_accounts.fitting_accounts, name="list"),
    path("put/", target_accounts.put_fitting, name="bulk"),
    path("<int:pk>/", target_accounts.fitting_account, name="detail"),
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
