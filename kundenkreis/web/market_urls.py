"""The addresses of the market: the same for segments, competitors and studies."""

from __future__ import annotations

from typing import Any

from django.urls import include, path

from kundenkreis.web.views import market, market_pages, market_pictures, strategies


def _noun(space: str, more: list[Any] | None = None) -> Any:
    of = {"space": space}
    parts = [
        path("<int:pk>/<slug:kind>/new/", market.part_add, of, name="part_add"),
        path("<int:pk>/<slug:kind>/<int:part_pk>/edit/", market.part_edit, of, name="part_edit"),
        path("<int:pk>/<slug:kind>/<int:part_pk>/discard/", market.part_discard, of, name="part_discard"),
    ]
    patterns = [
        path("", market.index, of, name="list"),
        path("new/", market.add, of, name="add"),
        path("export/", market.export, of, name="export"),
        path("<int:pk>/", market.detail, of, name="detail"),
        path("<int:pk>/edit/", market.edit, of, name="edit"),
        path("<int:pk>/discard/", market.discard, of, name="discard"),
        *(more or []),
        *(parts if market.NOUNS[space].parts else []),
    ]
    return include((patterns, space))


PICTURES = [
    path("ansoff/", market_pictures.matrix, name="ansoff"),
    path("portfolio/", market_pictures.shares, name="portfolio"),
]

urlpatterns = [
    path("segments/", _noun("market_segments", [path("<int:pk>/sales/<int:year>/", market_pages.sold, name="sold")])),
    path("competitors/", _noun("competitors")),
    path("studies/", _noun("studies")),
    path(
        "strategies/",
        _noun("strategies", [path("<int:pk>/initiative/<int:part_pk>/step/", strategies.step, name="step")]),
    ),
    path("", include((PICTURES, "market_pictures"))),
]
