"""The addresses of stakeholders, of maps and of the relationships of an account."""

from __future__ import annotations

from django.urls import include, path

from kundenkreis.web.views import relationships, stakeholder_maps, stakeholder_parts, stakeholders

_JUDGED = {"name": "judgements"}  # new ones come by their kind
STAKEHOLDERS = [
    path("stakeholders/", stakeholders.index, name="list"),
    path("stakeholders/export/", stakeholders.export, name="export"),
    path("stakeholders/<int:pk>/", stakeholders.detail, name="detail"),
    path("stakeholders/<int:pk>/edit/", stakeholders.edit, name="edit"),
    path("stakeholders/<int:pk>/discard/", stakeholders.discard, name="discard"),
    path("stakeholders/<int:pk>/judge/<slug:kind>/", stakeholder_parts.judge, name="judge"),
    path("stakeholders/<int:pk>/grade/<int:person_pk>/", relationships.grade, name="grade"),
    path("stakeholders/<int:pk>/task/", relationships.task, name="task"),
    path("stakeholders/<int:pk>/judgements/<int:part_pk>/edit/", stakeholder_parts.change, _JUDGED, name="judgement"),
    path(
        "stakeholders/<int:pk>/judgements/<int:part_pk>/discard/", stakeholder_parts.discard, _JUDGED,
        name="judgement_discard",
    ),
    path("stakeholders/<int:pk>/<slug:name>/add/", stakeholder_parts.add, name="part_add"),
    path("stakeholders/<int:pk>/<slug:name>/<int:part_pk>/edit/", stakeholder_parts.change, name="part_change"),
    path("stakeholders/<int:pk>/<slug:name>/<int:part_pk>/discard/", stakeholder_parts.discard, name="part_discard"),
    path("accounts/<int:pk>/stakeholders/", stakeholder_maps.show, name="map"),
    path("accounts/<int:pk>/stakeholders/add/", stakeholder_maps.add, name="add"),
    path("accounts/<int:pk>/stakeholders/move/", stakeholder_maps.move, name="move"),
    path("accounts/<int:pk>/relationships/", relationships.show, name="relationships"),
]  # fmt: skip

urlpatterns = [path("", include((STAKEHOLDERS, "stakeholders")))]
