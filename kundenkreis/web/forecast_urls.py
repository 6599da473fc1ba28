"""The addresses of the forecast."""

from __future__ import annotations

from django.urls import include, path

from kundenkreis.web.views import forecast, forecast_calls

FORECAST = [
    path("", forecast.index, name="index"),
    path("changes/", forecast.what_changed, name="changes"),
    path("accuracy/", forecast.accuracy, name="accuracy"),
    path("snapshots/", forecast.snapshots, name="snapshots"),
    path("snapshots/take/", forecast.take, name="take"),
    path("call/", forecast_calls.call, name="call"),
    path("calls/<int:pk>/discard/", forecast_calls.discard, name="discard"),
]

urlpatterns = [path("forecast/", include((FORECAST, "forecast")))]
