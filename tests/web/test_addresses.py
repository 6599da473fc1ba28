"""Addresses that are put together are those that the site map gives."""

from __future__ import annotations

import pytest
from django.urls import NoReverseMatch, reverse, set_script_prefix

from kundenkreis.web.addresses import address, around


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("day:home", ()),
        ("accounts:detail", (12,)),
        ("accounts:detail", (7_300_001_000_001,)),
        ("day:act", (12, "call")),
        ("day:take_back", (3, 44)),
        ("accounts:move", ("tier",)),
        ("inbox:mail_off", ("a%20b:c%d",)),
    ],
)
def test_they_are_the_site_maps_the_first_time_and_the_next(name, args):
    assert [address(name, *args) for _again in range(2)] == [reverse(name, args=args)] * 2


def test_another_number_is_another_address():
    assert [address("accounts:detail", pk) for pk in (1, 2)] == ["/accounts/1/", "/accounts/2/"]


def test_below_another_path_they_begin_with_it():
    before = address("accounts:detail", 5)
    set_script_prefix("/crm/")
    try:
        assert address("accounts:detail", 5) == f"/crm{before}"
    finally:
        set_script_prefix("/")
    assert address("accounts:detail", 5) == before


def test_what_is_around_the_number():
    assert around("accounts:detail") == ("/accounts/", "/")


@pytest.mark.parametrize("args", [(), (-1,), ("x",)])
def test_an_address_that_there_is_not_is_an_error_as_before(args):
    with pytest.raises(NoReverseMatch):
        address("accounts:detail", *args)
