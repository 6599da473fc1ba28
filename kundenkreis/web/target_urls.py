"""The addresses of targets."""

from __future__ import annotations

from django.urls import include, path

from kundenkreis.web.views import target_plan, targets

TARGETS = [
    path("", targets.index, name="index"),
    path("all/", targets.all_of_them, name="list"),
    path("new/", targets.add, name="add"),
    path("all/export/", targets.export, name="export"),
    path("plan/", target_plan.plan, name="plan"),
    path("<int:pk>/", targets.detail, name="detail"),
    path("<int:pk>/edit/", targets.edit, name="edit"),
    path("<int:pk>/discard/", targets.discard, name="discard"),
]

urlpatterns = [path("", include((TARGETS, "targets")))]
