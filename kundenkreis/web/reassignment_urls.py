"""The addresses of reassignments."""

from __future__ import annotations

from django.urls import include, path

from kundenkreis.web.views import reassignment_parts, reassignments

REASSIGNMENTS = [
    path("", reassignments.index, name="list"),
    path("new/", reassignments.add, name="add"),
    path("<int:pk>/", reassignments.detail, name="detail"),
    path("<int:pk>/edit/", reassignments.edit, name="edit"),
    path("<int:pk>/discard/", reassignments.discard, name="discard"),
    path("<int:pk>/preview/", reassignments.look, name="look"),
    path("<int:pk>/plan/", reassignments.plan, name="plan"),
    path("<int:pk>/reopen/", reassignments.reopen, name="reopen"),
    path("<int:pk>/carry-out/", reassignments.carry_out, name="carry_out"),
    path("<int:pk>/stop/", reassignments.stop, name="stop"),
    path("<int:pk>/territories/new/", reassignment_parts.territory_add, name="territory_add"),
    path("<int:pk>/territories/<int:part_pk>/", reassignment_parts.territory_edit, name="territory_edit"),
    path("<int:pk>/accounts/new/", reassignment_parts.account_add, name="account_add"),
    path("<int:pk>/accounts/keep/", reassignment_parts.keep, name="keep"),
    path("<int:pk>/<slug:kind>/<int:part_pk>/discard/", reassignment_parts.discard, name="part_discard"),
]

urlpatterns = [path("", include((REASSIGNMENTS, "reassignments")))]
