"""The addresses of needs, needs talks, the questions that are asked in them, coverage, and the wish register."""

from __future__ import annotations

from django.urls import include, path

from kundenkreis.web.views import bulk, needs, needs_of_account, needs_parts, needs_talks, question_sets, wishes

NEEDS = [
    path("", needs.index, name="list"),
    path("new/", needs.add, name="add"),
    path("export/", needs.export, name="export"),
    path("bulk/", bulk.change, {"list_name": "needs"}, name="bulk"),
    path("move/<slug:key>/", needs.move, name="move"),
    path("of/<int:pk>/", needs_of_account.account, name="account"),
    path("<int:pk>/", needs.detail, name="detail"),
    path("<int:pk>/edit/", needs.edit, name="edit"),
    path("<int:pk>/drop/", needs.drop, name="drop"),
    path("<int:pk>/meet/", needs.meet, name="meet"),
    path("<int:pk>/discard/", needs.discard, name="discard"),
    path("<int:pk>/sell/", needs_parts.sell, name="sell"),
    path("<int:pk>/tie/", needs_parts.tie, name="tie"),
    path("<int:pk>/untie/<int:part_pk>/", needs_parts.untie, name="untie"),
    path("<int:pk>/fits/add/", needs_parts.add_fit, name="add_fit"),
    path("<int:pk>/fits/<int:part_pk>/edit/", needs_parts.change_fit, name="change_fit"),
    path("<int:pk>/fits/<int:part_pk>/discard/", needs_parts.discard_fit, name="discard_fit"),
]
TALKS = [
    path("", needs_talks.index, name="list"),
    path("new/", needs_talks.add, name="add"),
    path("export/", needs_talks.export, name="export"),
    path("<int:pk>/", needs_talks.detail, name="detail"),
    path("<int:pk>/edit/", needs_talks.edit, name="edit"),
    path("<int:pk>/ask/<slug:key>/", needs_talks.ask, name="ask"),
    path("<int:pk>/keep/<slug:key>/", needs_talks.keep, name="keep"),
    path("<int:pk>/finish/", needs_talks.finish, name="finish"),
    path("<int:pk>/discard/", needs_talks.discard, name="discard"),
    path("<int:pk>/answers/<int:answer_pk>/need/", needs_talks.make_need, name="make_need"),
]
QUESTIONS = [
    path("", question_sets.index, name="list"),
    path("new/", question_sets.add, name="add"),
    path("<int:pk>/edit/", question_sets.edit, name="edit"),
    path("<int:pk>/questions/", question_sets.questions, name="questions"),
    path("<int:pk>/discard/", question_sets.discard, name="discard"),
]
COVERAGE = [
    path("", needs.coverage, name="list"),
    path("export/", needs.coverage_export, name="export"),
    path("<int:pk>/", needs.coverage_detail, name="detail"),
]
WISHES = [
    path("", wishes.index, name="list"),
    path("new/", wishes.add, name="add"),
    path("export/", wishes.export, name="export"),
    path("move/<slug:key>/", wishes.move, name="move"),
    path("<int:pk>/", wishes.detail, name="detail"),
    path("<int:pk>/edit/", wishes.edit, name="edit"),
    path("<int:pk>/status/", wishes.status, name="status"),
    path("<int:pk>/join/", wishes.join, name="join"),
    path("<int:pk>/discard/", wishes.discard, name="discard"),
    path("<int:pk>/asks/add/", wishes.add_ask, name="add_ask"),
    path("<int:pk>/asks/<int:ask_pk>/edit/", wishes.change_ask, name="change_ask"),
    path("<int:pk>/asks/<int:ask_pk>/discard/", wishes.discard_ask, name="discard_ask"),
    path("<int:pk>/tellings/<int:telling_pk>/tell/", wishes.tell, name="tell"),
]
TELLINGS = [
    path("", wishes.tellings, name="list"),
    path("export/", wishes.tellings_export, name="export"),
    path("<int:pk>/", wishes.telling, name="detail"),
]

urlpatterns = [
    path("needs/talks/", include((TALKS, "needs_talks"))),
    path("needs/questions/", include((QUESTIONS, "question_sets"))),
    path("needs/coverage/", include((COVERAGE, "needs_coverage"))),
    path("needs/", include((NEEDS, "needs"))),
    path("wishes/told/", include((TELLINGS, "wish_tellings"))),
    path("wishes/", include((WISHES, "wishes"))),
]
