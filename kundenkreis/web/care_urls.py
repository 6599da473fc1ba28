"""The addresses of what keeps the data good: imports, edited workbooks, duplicates and merges, quality."""

from __future__ import annotations

from django.urls import include, path

from kundenkreis.web.views import duplicates, imports, merges, quality, quality_rules, sheets

MERGES = [
    path("", merges.index, name="list"),
    path("<int:pk>/take-back/", merges.take_back, name="take_back"),
]
IMPORTS = [
    path("", imports.index, name="list"),
    path("new/", imports.add, name="add"),
    path("<int:pk>/", imports.detail, name="detail"),
    path("<int:pk>/look/", imports.look, name="look"),
    path("<int:pk>/map/", imports.mapping, name="map"),
    path("<int:pk>/check/", imports.check, name="check"),
    path("<int:pk>/start/", imports.start, name="start"),
    path("<int:pk>/cancel/", imports.cancel, name="cancel"),
    path("<int:pk>/forget/", imports.forget, name="forget"),
    path("<int:pk>/problems/", imports.problems, name="problems"),
    path("<int:pk>/rejected.csv", imports.rejected, name="rejected"),
    path("<int:pk>/undo/", imports.undo, name="undo"),
]
SHEETS = [
    path("", sheets.add, name="add"),
    path("<int:pk>/", sheets.detail, name="detail"),
    path("<int:pk>/decide/", sheets.decide, name="decide"),
    path("<int:pk>/apply/", sheets.apply, name="apply"),
    path("<int:pk>/forget/", sheets.forget, name="forget"),
]
DUPLICATES = [
    path("", duplicates.index, name="list"),
    path("search/", duplicates.search, name="search"),
    path("<int:pk>/", duplicates.detail, name="detail"),
    path("merge-certain/", duplicates.merge_certain, name="merge_certain"),
    path("<int:pk>/merge/", duplicates.merge, name="merge"),
    path("<int:pk>/different/", duplicates.different, name="different"),
    path("<int:pk>/reopen/", duplicates.reopen, name="reopen"),
]
QUALITY = [
    path("", quality.index, name="index"),
    path("measure/", quality.measure, name="measure"),
    path("of/<slug:noun>/<int:pk>/", quality.record, name="record"),
    path("of/<slug:noun>/<int:pk>/confirm/", quality.confirm, name="confirm"),
    path("accounts/<int:pk>/ask-vies/", quality.ask_vies, name="ask_vies"),
    path("of/<slug:noun>/<int:pk>/waive/<int:rule_pk>/", quality.waive, name="waive"),
    path("exceptions/<int:pk>/discard/", quality.unwaive, name="unwaive"),
]
QUALITY_RULES = [
    path("", quality_rules.index, name="list"),
    path("new/", quality_rules.add, name="add"),
    path("usual/", quality_rules.take_over, name="take_over"),
    path("<int:pk>/", quality_rules.detail, name="detail"),
    path("<int:pk>/edit/", quality_rules.edit, name="edit"),
    path("<int:pk>/discard/", quality_rules.discard, name="discard"),
]

urlpatterns = [
    path("merges/", include((MERGES, "merges"))),
    path("sheets/", include((SHEETS, "sheets"))),
    path("imports/", include((IMPORTS, "imports"))),
    path("duplicates/", include((DUPLICATES, "duplicates"))),
    path("quality/rules/", include((QUALITY_RULES, "quality_rules"))),
    path("quality/", include((QUALITY, "quality"))),
]
