"""The house's settings: an administrator keeps them, and they take only what the product knows."""

from __future__ import annotations

import pytest

from kundenkreis.core.models import House
from kundenkreis.history.models import Event
from kundenkreis.staff.roles import Role

pytestmark = pytest.mark.django_db
GIVEN = {"name": "Papeterie Wolf GmbH", "currency": "EUR", "country": "AT", "language": "de"}


@pytest.fixture
def administrator(world, signed_in):
    world.ben.change(by=None, role=Role.ADMINISTRATOR)
    return signed_in(world.ben)


def test_an_administrator_names_the_house_and_the_history_knows(administrator):
    assert administrator.post("/house/", GIVEN).status_code == 302
    assert House.current().name == "Papeterie Wolf GmbH"
    assert Event.objects.filter(verb="house.changed").exists()


@pytest.mark.parametrize(("field", "value"), [("language", "xx"), ("country", "ZZ"), ("name", "")])
def test_a_setting_that_is_not_known_is_refused_and_nothing_is_changed(administrator, field, value):
    before = House.current().name
    answer = administrator.post("/house/", GIVEN | {field: value})
    assert "field-error" in answer.content.decode()
    assert House.current().name == before


def test_nobody_else_may_see_the_settings(world, signed_in):
    assert signed_in(world.ada).get("/house/").status_code == 403
