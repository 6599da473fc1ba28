"""A view is kept only if its list can be opened with it."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import get_resolver

from kundenkreis.lists import known
from kundenkreis.lists.models import SavedView


@pytest.fixture(autouse=True)
def pages():
    assert get_resolver().url_patterns  # the lists are declared when the site map is read


def saved(world, **values):
    return SavedView.add(by=world.ada, **{"list_name": "accounts", "name": "Mine", "owner": world.ada} | values)


@pytest.mark.parametrize("query", ["", "f=country:in:AT,DE&sort=-name", "q=lind&columns=name,owner", "f=owner:is:me"])
def test_what_a_list_can_show_is_kept(world, query):
    assert saved(world, query=query).query == query


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"list_name": "nolist"}, "list_name"),
        ({"query": "f=colour:is:red"}, "query"),
        ({"query": "f=country:longer:AT"}, "query"),
        ({"query": "sort=colour"}, "query"),
        ({"query": "columns=name,colour"}, "query"),
        ({"query": "after=xyz"}, "query"),
    ],
)
def test_what_no_list_can_show_is_refused_at_its_field(world, values, field):
    with pytest.raises(ValidationError) as refused:
        saved(world, **values)
    assert list(refused.value.message_dict) == [field]


def test_an_old_view_can_be_renamed_though_its_list_has_changed(world):
    view = saved(world)
    SavedView.objects.filter(pk=view.pk).update(query="columns=name,colour")
    view.refresh_from_db()
    view.change(by=world.ada, name="Ours")
    with pytest.raises(ValidationError):
        view.change(by=world.ada, query="columns=colour")


def test_before_every_list_has_told_of_itself_nothing_is_held_against_a_view(world, monkeypatch):
    """A process that has read some of the lists only: the worker, or a test that begins with one of them."""
    monkeypatch.setattr(known, "_are_all_told", False)
    monkeypatch.setattr(known, "LISTS", {"contacts": known.LISTS["contacts"]})
    assert saved(world, query="sort=-name").list_name == "accounts"
    known.all_told()
    with pytest.raises(ValidationError):
        saved(world, query="sort=name")
