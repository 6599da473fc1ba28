"""Exchange rates by API: added, changed with If-Match, discarded, and refused in words."""

from __future__ import annotations

import pytest

from kundenkreis.rates.models import ExchangeRate

pytestmark = pytest.mark.django_db
BODY = {"currency": "GBP", "on": "2026-01-05", "rate": "0.86571", "source": "ECB"}


def test_a_rate_is_added_changed_by_its_version_and_discarded(world, program):
    alma = program(world.admin)
    made = alma.post("exchange-rates", BODY)
    assert made.status_code == 201
    address = f"exchange-rates/{made.json()['id']}"
    assert alma.patch(address, {"rate": "0.9"}, etag=None).status_code == 428
    changed = alma.patch(address, {"rate": "0.9"}, etag=made.headers["ETag"])
    assert (changed.status_code, changed.json()["rate"]) == (200, "0.90000000")
    assert alma.patch(address, {"rate": "0.7"}, etag=made.headers["ETag"]).status_code == 412
    assert alma.delete(address, etag=changed.headers["ETag"]).status_code in (200, 204)
    assert not ExchangeRate.objects.living().exists()


@pytest.mark.parametrize("wrong", [{"currency": "EUR"}, {"currency": "QQQ"}, {"rate": "0"}, {"rate": "-2"}])
def test_what_is_no_rate_is_refused_by_its_field(world, program, wrong):
    answer = program(world.admin).post("exchange-rates", BODY | wrong)
    assert answer.status_code == 422
    assert next(iter(wrong)) in answer.content.decode()


def test_whoever_does_not_keep_the_rates_may_read_them_only(world, program):
    program(world.admin).post("exchange-rates", BODY)
    ben = program(world.ben)
    assert len(ben.get("exchange-rates").json()["items"]) == 1
    assert ben.post("exchange-rates", BODY | {"currency": "USD"}).status_code == 403
