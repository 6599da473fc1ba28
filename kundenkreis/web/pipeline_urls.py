"""The addresses of opportunities, and of how they are arranged."""

from __future__ import annotations

from django.urls import include, path

from kundenkreis.web.views import bulk, opportunities, opportunity_moves, opportunity_parts, pipelines

OPPORTUNITIES = [
    path("", opportunities.index, name="list"),
    path("new/", opportunities.add, name="add"),
    path("export/", opportunities.export, name="export"),
    path("bulk/", bulk.change, {"list_name": "opportunities"}, name="bulk"),
    path("move/<slug:key>/", opportunities.move, name="move"),
    path("<int:pk>/", opportunities.detail, name="detail"),
    path("<int:pk>/edit/", opportunities.edit, name="edit"),
    path("<int:pk>/discard/", opportunities.discard, name="discard"),
    path("<int:pk>/stages/<int:stage_pk>/", opportunity_moves.to_stage, name="to_stage"),
    path("<int:pk>/win/", opportunity_moves.win, name="win"),
    path("<int:pk>/lose/", opportunity_moves.lose, name="lose"),
    path("<int:pk>/reopen/", opportunity_moves.reopen, name="reopen"),
    path("<int:pk>/step/", opportunity_moves.add_step, name="add_step"),
    path("<int:pk>/activities/", opportunity_moves.attach, name="attach"),
    path("<int:pk>/activities/<int:activity_pk>/discard/", opportunity_moves.detach, name="detach"),
    path("<int:pk>/<slug:name>/add/", opportunity_parts.add, name="part_add"),
    path("<int:pk>/<slug:name>/<int:part_pk>/edit/", opportunity_parts.change, name="part_change"),
    path("<int:pk>/<slug:name>/<int:part_pk>/discard/", opportunity_parts.discard, name="part_discard"),
]
PIPELINES = [
    path("", pipelines.index, name="list"),
    path("new/", pipelines.edit, name="add"),
    path("<int:pk>/edit/", pipelines.edit, name="edit"),
    path("<int:pk>/discard/", pipelines.discard, name="discard"),
    path("<int:pk>/stages/new/", pipelines.stage, name="stage_add"),
    path("<int:pk>/stages/<int:stage_pk>/edit/", pipelines.stage, name="stage"),
    path("<int:pk>/stages/<int:stage_pk>/discard/", pipelines.stage_discard, name="stage_discard"),
    path("reasons/new/", pipelines.reason, name="reason_add"),
    path("reasons/<int:pk>/edit/", pipelines.reason, name="reason"),
    path("reasons/<int:pk>/discard/", pipelines.reason_discard, name="reason_discard"),
]

urlpatterns = [
    path("opportunities/", include((OPPORTUNITIES, "opportunities"))),
    path("pipelines/", include((PIPELINES, "pipelines"))),
]
