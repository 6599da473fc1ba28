"""With which views one's lists open, by API: the same choice as on the lists."""

from __future__ import annotations

import pytest

from kundenkreis.lists.models import SavedView, StartView

pytestmark = pytest.mark.django_db


@pytest.fixture
def views(world):
    """A view of accounts and one of contacts that everybody sees, and one of Ben's own."""
    shared = {"by": world.ben, "owner": world.ben, "shared": "all"}
    return (
        SavedView.add(**shared, list_name="accounts", name="In Wels", query="f=place:is:Wels"),
        SavedView.add(**shared, list_name="contacts", name="Buyers", query="f=position:has:buy"),
        SavedView.add(by=world.ben, owner=world.ben, list_name="accounts", name="Mine", query="f=owner:is:me"),
    )


def items(*views: SavedView) -> dict:
    return {"items": [{"list_name": view.list_name, "view_id": view.pk} for view in views]}


def test_they_are_chosen_all_at_once_each_for_herself(world, program, signed_in, views):
    wels, buyers, mine = views
    ada = program(world.ada)
    assert ada.get("start-views").json() == {"items": []}
    assert ada.put("start-views", items(wels, buyers)).json() == items(wels, buyers)
    assert signed_in(world.ada).get("/accounts/")["Location"].endswith(f"view={wels.pk}")
    assert program(world.ben).get("start-views").json() == {"items": []}
    assert program(world.ben).put("start-views", items(mine)).json() == items(mine)
    assert ada.put("start-views", items(buyers)).json() == items(buyers)
    assert signed_in(world.ada).get("/accounts/").status_code == 200
    assert ada.put("start-views", {"items": []}).json() == {"items": []}
    assert StartView.objects.filter(person=world.ada).count() == 0


def test_what_was_chosen_on_a_list_is_told(world, program, signed_in, views):
    signed_in(world.ada).post(f"/views/{views[1].pk}/start/", {"on": "1"})
    assert program(world.ada).get("start-views").json() == items(views[1])


def test_whoever_may_only_read_chooses_too(world, program, views):
    assert program(world.rita).put("start-views", items(views[0])).status_code == 200


def test_a_view_that_is_not_seen_any_more_is_not_told(world, program, views):
    ada = program(world.ada)
    ada.put("start-views", items(*views[:2]))
    views[0].change(by=world.ben, shared="private")
    views[1].discard(by=world.ben)
    assert ada.get("start-views").json() == {"items": []}


@pytest.mark.parametrize("number", [None, 999_999])
def test_a_foreign_view_and_none_are_refused_alike(world, program, views, number):
    wrong = {"items": [{"list_name": "accounts", "view_id": number or views[2].pk}]}
    answer = program(world.ada).put("start-views", wrong)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "/items/0/view_id", "detail": "There is no such record."}]
    assert not StartView.objects.exists()


def test_another_list_s_view_and_a_list_that_is_named_twice_are_refused(world, program, views):
    wels, buyers, mine = views
    given = [
        {"list_name": "accounts", "view_id": wels.pk},
        {"list_name": "accounts", "view_id": mine.pk},
        {"list_name": "accounts", "view_id": buyers.pk},
    ]
    answer = program(world.ben).put("start-views", {"items": given})
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/items/1/list_name", "/items/2/view_id"]
    for wrong in ({}, {"items": [{"list_name": "accounts"}]}, {"items": [], "more": 1}, {"items": None}):
        assert program(world.ben).put("start-views", wrong).status_code == 422
    assert not StartView.objects.exists()


def test_a_token_that_only_reads_chooses_nothing(world, program, views):
    assert program(world.ada, scopes=["read"]).put("start-views", items(views[0])).status_code == 403
    assert (
        program(world.ada, scopes=["views:write", "views:read"]).put("start-views", items(views[0])).status_code == 200
    )
    assert program(world.ada, scopes=["accounts:read"]).get("start-views").status_code == 403
