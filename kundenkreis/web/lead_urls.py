"""The addresses of leads: theirs, the public forms', and what a house settles about them."""

from __future__ import annotations

from django.urls import include, path

from kundenkreis.web.views import lead_ends, lead_forgetting, lead_public, lead_settings, leads, submissions

LEADS = [
    path("", leads.index, name="list"),
    path("export/", leads.export, name="export"),
    path("new/", leads.add, name="add"),
    path("card/", leads.card, name="card"),
    path("move/<slug:key>/", leads.move, name="move"),
    path("options/", leads.options, name="options"),
    path("<int:pk>/", leads.detail, name="detail"),
    path("<int:pk>/edit/", leads.edit, name="edit"),
    path("<int:pk>/touch/", leads.touch, name="touch"),
    path("<int:pk>/finish/<int:activity_pk>/", leads.finish, name="finish"),
    path("<int:pk>/take-over/", leads.take_over, name="take_over"),
    path("<int:pk>/route/", leads.route, name="route"),
    path("<int:pk>/disqualify/", lead_ends.disqualify, name="disqualify"),
    path("<int:pk>/reopen/", lead_ends.reopen, name="reopen"),
    path("<int:pk>/convert/", lead_ends.convert, name="convert"),
    path("<int:pk>/discard/", leads.discard, name="discard"),
    path("<int:pk>/erase/", lead_forgetting.erase, name="erase"),
]
SETTINGS = [
    path("", lead_settings.index, name="index"),
    path("hours/", lead_settings.hours, name="hours"),
    path("forms/new/", lead_settings.form_add, name="form_add"),
    path("forms/<int:pk>/", lead_settings.form_detail, name="form"),
    path("forms/<int:pk>/edit/", lead_settings.form_edit, name="form_edit"),
    path("forms/<int:pk>/discard/", lead_settings.form_discard, name="form_discard"),
]
for kind in lead_settings.MODELS:
    SETTINGS += [
        path(f"{kind}/new/", lead_settings.rule_add, {"kind": kind}, name=f"{kind}_add"),
        path(f"{kind}/<int:pk>/edit/", lead_settings.rule_edit, {"kind": kind}, name=f"{kind}_edit"),
        path(f"{kind}/<int:pk>/discard/", lead_settings.rule_discard, {"kind": kind}, name=f"{kind}_discard"),
    ]
SUBMISSIONS = [
    path("", submissions.index, name="list"),
    path("<int:pk>/", submissions.detail, name="detail"),
    path("<int:pk>/release/", submissions.release, name="release"),
    path("<int:pk>/discard/", submissions.discard, name="discard"),
    path("<int:pk>/take-back/", submissions.take_back, name="take_back"),
]
PUBLIC = [
    path("confirm/<str:token>/", lead_public.confirm, name="confirm"),
    path("<slug:token>/", lead_public.show, name="form"),
]

urlpatterns = [
    path("leads/settings/", include((SETTINGS, "lead_settings"))),
    path("leads/submissions/", include((SUBMISSIONS, "submissions"))),
    path("leads/", include((LEADS, "leads"))),
    path("f/", include((PUBLIC, "lead_public"))),
]
