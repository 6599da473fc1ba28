"""The benchmark's own house and requests, small: what `bin/bench` measures can be made, and is answered."""

import json
from urllib.parse import urlencode

import pytest
from django.test import Client

from bench import aims, custom_fields, forecast, forecast_making, making
from kundenkreis.activities.models import Activity
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account, Contact
from kundenkreis.insights import running
from kundenkreis.orders.models import OrderLine

ACCOUNTS = 300


@pytest.fixture
def house(db, monkeypatch):
    monkeypatch.setattr(making, "PRODUCTS", 60)
    making.make(ACCOUNTS)
    yield
    House.forget()


def test_a_house_has_what_the_maker_says(house):
    assert Account.objects.count() == ACCOUNTS
    assert Contact.objects.count() == 2 * ACCOUNTS
    assert Activity.objects.count() == 10 * ACCOUNTS
    assert 9 * ACCOUNTS <= OrderLine.objects.count() <= 11 * ACCOUNTS
    assert Account.objects.filter(touch_days=None).exclude(last_touch_on__year=1900).count() > ACCOUNTS / 2


def test_lists_by_custom_fields_are_answered(house, capsys, settings):
    settings.ALLOWED_HOSTS = ["*"]
    exec(custom_fields.FILL, {})  # noqa: S102 as the measurement does in a process of its own
    capsys.readouterr()
    exec(custom_fields.ASK, {})  # noqa: S102
    for name, requests in json.loads(capsys.readouterr().out).items():
        for request in requests:
            answer = Client().get(request["path"], headers=request["headers"])
            assert answer.status_code == 200, name
    assert Account.objects.filter(custom__bench_seats_number__gte=0).count() == ACCOUNTS


def test_the_forecast_is_answered(house, settings):
    settings.ALLOWED_HOSTS = ["*"]
    forecast_making.make(60, 40)
    forecast_making.a_week_passes(5)
    for name, (request,) in forecast.requests().items():
        assert Client().get(request["path"], headers=request["headers"]).status_code == 200, name


def test_every_request_is_answered(house, capsys, settings):
    settings.ALLOWED_HOSTS = ["*"]
    running.run()
    aims.show()
    asked = json.loads(capsys.readouterr().out)["requests"]
    for name, requests in asked.items():
        for request in requests:
            form = {key: text.replace("{unique}", "1") for key, text in request.get("form", {}).items()}
            method, kind = request.get("method", "GET"), request["headers"].pop("Content-Type", "text/plain")
            answer = Client().generic(method, request["path"], urlencode(form), kind, headers=request["headers"])
            assert answer.status_code == request.get("status", 200), name
