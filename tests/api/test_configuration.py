"""Pick lists, layouts and the configuration over the API: values in either language, others refused where they stand, and who may read it all."""

import pytest

from kundenkreis.customers.models import Account
from kundenkreis.fields import layouts, picking
from kundenkreis.fields.models import PickList

pytestmark = pytest.mark.django_db


def test_values_of_a_list_are_written_by_their_names_and_others_are_pointed_at(world, program):
    alma, ben = program(world.admin), program(world.ben)
    lists = {
        "name": "accounts.industry",
        "choices": [{"en": "Trade", "de": "Handel"}, {"en": "Food", "de": "Essen", "retired": True}],
    }
    assert ben.post("pick-lists", lists).status_code == 403
    answer = alma.post("pick-lists", lists)
    assert answer.status_code == 201, answer.content
    assert answer.json()["choices"][0]["key"] == "Trade"
    assert ben.post("accounts", {"name": "A", "industry": "HANDEL"}).json()["industry"] == "Trade"
    for wrong in ("Fishing", "Essen"):
        refused = ben.post("accounts", {"name": "B", "industry": wrong})
        assert refused.status_code == 422
        assert [one["pointer"] for one in refused.json()["errors"]] == ["/industry"]
    many = ben.post(
        "accounts/bulk", {"items": [{"name": "C", "industry": "trade"}, {"name": "D", "industry": "Fishing"}]}
    )
    assert [one["pointer"] for one in many.json()["errors"]] == ["/items/1/industry"]
    assert ben.post("accounts/bulk", {"items": [{"name": "C", "industry": "handel"}]}).status_code in (200, 201)
    assert Account.objects.get(name="C").industry == "Trade"
    picking.change(picking.get("accounts.relation"), "press", by=None, retired=True)
    assert ben.post("accounts", {"name": "E", "relation": "press"}).status_code == 422
    twice = alma.post("pick-lists", lists)
    assert twice.status_code in (409, 422)
    strange = alma.post("pick-lists", lists | {"name": "accounts.weather"})
    assert [one["pointer"] for one in strange.json()["errors"]] == ["/name"]
    doubled = {"choices": [{"en": "A"}, {"en": "a"}]}
    assert alma.patch(f"pick-lists/{answer.json()['id']}", doubled).status_code == 422
    assert PickList.objects.get(name="accounts.industry").by_key.keys() == {"Trade", "Food"}


def test_layouts_are_written_and_the_whole_configuration_is_read_by_administrators(world, program):
    alma, ben = program(world.admin), program(world.ben)
    groups = [{"key": "a", "en": "First", "fields": [{"name": "place"}, {"name": "name", "form": True}]}]
    assert ben.post("layouts", {"belongs_to": "accounts", "groups": groups}).status_code == 403
    made = alma.post("layouts", {"belongs_to": "accounts", "groups": groups})
    assert made.status_code == 201, made.content
    assert [one.name for one in layouts.of("accounts", "read_only")[0].fields][:2] == ["place", "name"]
    hidden = [{"key": "a", "en": "First", "fields": [{"name": "name", "form": False}]}]
    assert alma.patch(f"layouts/{made.json()['id']}", {"groups": hidden}).status_code == 422
    assert ben.get("configuration").status_code == 403
    read = alma.get("configuration")
    assert read.status_code == 200
    assert read.json()["parts"]["layouts"]["accounts/"]["groups"][0]["en"] == "First"
    assert program(world.admin, scopes=["contacts:read"]).get("configuration").status_code == 403
