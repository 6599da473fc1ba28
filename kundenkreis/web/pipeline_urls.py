"""The addresses of opportunities, and of how they are arranged."""

from __future__ import annotations

from django.urls import include, path

from kundenkreis.web.views import (
    bulk,
    closing,
    opportunities,
    opportunity_moves,
    opportunity_parts,
    pipelines,
    plan_public,
    plan_templates,
    plans,
    projects,
    winloss,
)

PLAN = [
    path("<int:pk>/plan/", plans.detail, name="plan"),
    path("<int:pk>/plan/begin/", plans.begin, name="plan_begin"),
    path("<int:pk>/plan/edit/", plans.edit, name="plan_edit"),
    path("<int:pk>/plan/discard/", plans.discard, name="plan_discard"),
    path("<int:pk>/plan/follow/", plans.follow, name="plan_follow"),
    path("<int:pk>/plan/order/", plans.order, name="plan_order"),
    path("<int:pk>/plan/paper/", plans.paper, name="plan_paper"),
    path("<int:pk>/plan/steps/new/", plans.step, name="plan_step_add"),
    path("<int:pk>/plan/steps/<int:step_pk>/edit/", plans.step, name="plan_step"),
    path("<int:pk>/plan/steps/<int:step_pk>/discard/", plans.step_discard, name="plan_step_discard"),
    path("<int:pk>/plan/steps/<int:step_pk>/tick/", plans.tick, name="plan_tick"),
    path("<int:pk>/plan/links/new/", plans.link, name="plan_link_add"),
    path("<int:pk>/plan/links/mail/", plans.mail, name="plan_mail"),
    path("<int:pk>/plan/links/<int:link_pk>/edit/", plans.link_edit, name="plan_link"),
    path("<int:pk>/plan/links/<int:link_pk>/revoke/", plans.revoke, name="plan_revoke"),
    path("<int:pk>/plan/comments/new/", plans.comment, name="plan_comment_add"),
    path("<int:pk>/plan/comments/<int:comment_pk>/discard/", plans.comment_discard, name="plan_comment_discard"),
]
PLAN_TEMPLATES = [
    path("", plan_templates.index, name="list"),
    path("new/", plan_templates.edit, name="add"),
    path("<int:pk>/edit/", plan_templates.edit, name="edit"),
    path("<int:pk>/discard/", plan_templates.discard, name="discard"),
    path("<int:pk>/steps/new/", plan_templates.step, name="step_add"),
    path("<int:pk>/steps/<int:step_pk>/edit/", plan_templates.step, name="step"),
    path("<int:pk>/steps/<int:step_pk>/discard/", plan_templates.step_discard, name="step_discard"),
]
SHARED_PLAN = [
    path("<str:token>/", plan_public.show, name="show"),
    path("<str:token>/steps/<int:step_pk>/", plan_public.tick, name="tick"),
    path("<str:token>/comments/", plan_public.comment, name="comment"),
]
OPPORTUNITIES = [
    path("", opportunities.index, name="list"),
    path("new/", opportunities.add, name="add"),
    path("export/", opportunities.export, name="export"),
    path("bulk/", bulk.change, {"list_name": "opportunities"}, name="bulk"),
    path("options/", projects.opportunity_options, name="options"),
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
    path("<int:pk>/order/", closing.hand_over, name="hand_over"),
    path("<int:pk>/orders/", closing.tie, name="tie"),
    path("<int:pk>/orders/<int:tie_pk>/discard/", closing.untie, name="untie"),
    path("<int:pk>/interviews/plan/", closing.plan_interview, name="plan_interview"),
    path("<int:pk>/project/", projects.join, name="join"),
    *PLAN,
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
    path("questions/", closing.questions, name="questions"),
    path("reasons/new/", pipelines.reason, name="reason_add"),
    path("reasons/<int:pk>/edit/", pipelines.reason, name="reason"),
    path("reasons/<int:pk>/discard/", pipelines.reason_discard, name="reason_discard"),
]
WINLOSS = [path("", winloss.index, name="index"), path("export/", winloss.export, name="export")]
PROJECTS = [
    path("", projects.index, name="list"),
    path("new/", projects.add, name="add"),
    path("export/", projects.export, name="export"),
    path("options/", projects.options, name="options"),
    path("<int:pk>/", projects.detail, name="detail"),
    path("<int:pk>/edit/", projects.edit, name="edit"),
    path("<int:pk>/discard/", projects.discard, name="discard"),
    path("<int:pk>/award/", projects.award, name="award"),
    path("<int:pk>/parties/new/", projects.party_add, name="party_add"),
    path("<int:pk>/parties/<int:party_pk>/edit/", projects.party_edit, name="party_edit"),
    path("<int:pk>/parties/<int:party_pk>/discard/", projects.party_discard, name="party_discard"),
    path("<int:pk>/bidders/new/", projects.bidder_add, name="bidder_add"),
    path("<int:pk>/bidders/<int:opportunity_pk>/discard/", projects.bidder_discard, name="bidder_discard"),
    path("<int:pk>/bidders/<int:opportunity_pk>/count/", projects.count_by, name="count_by"),
]

urlpatterns = [
    path("opportunities/winloss/", include((WINLOSS, "winloss"))),
    path("opportunities/", include((OPPORTUNITIES, "opportunities"))),
    path("projects/", include((PROJECTS, "projects"))),
    path("pipelines/plan-templates/", include((PLAN_TEMPLATES, "plan_templates"))),
    path("pipelines/", include((PIPELINES, "pipelines"))),
    path("plan/", include((SHARED_PLAN, "shared_plan"))),
]
