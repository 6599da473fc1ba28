"""The addresses of what a house makes its own: pick lists, layouts, and all of it as a file."""

from __future__ import annotations

from django.urls import include, path

from kundenkreis.web.views import configuration, layouts
from kundenkreis.web.views import picks as pick_lists

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
    path("picks/", include((PICKS, "picks"))),
    path("layouts/", include((LAYOUTS, "layouts"))),
    path("configuration/", include((CONFIGURATION, "configuration"))),
]
