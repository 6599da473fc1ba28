"""The cookie that names a browser's last change; what the browser makes of it is in tests/browser/test_back.py."""

import pytest
from django.test import Client

from kundenkreis.web.fresh import COOKIE

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(world, signed_in):
    client = signed_in(world.ada)
    client.cookies["kundenkreis_csrf"] = "a" * 32
    return client


def test_reading_changes_nothing_and_a_page_carries_the_name_of_the_last_change(ada):
    assert COOKIE not in ada.get("/accounts/").cookies
    name = ada.post("/patterns/inline/", {"name": "Lindner"}).cookies[COOKIE].value
    assert f'data-changed="{name}"' in ada.get("/accounts/").text
    assert ada.post("/patterns/inline/", {"name": "Lindner"}).cookies[COOKIE].value != name


def test_a_form_that_comes_back_with_its_faults_is_not_older_than_itself(ada):
    answer = ada.post("/accounts/new/", {"name": ""})
    assert answer.status_code == 422
    assert f'data-changed="{answer.cookies[COOKIE].value}" data-sent' in answer.text


def test_what_is_noted_at_each_visit_does_not_make_pages_old(world, ada):
    answer = ada.post("/search/opened/", {"noun": "accounts", "pk": world.lindner.pk})
    assert answer.status_code < 300
    assert COOKIE not in answer.cookies


def test_whoever_comes_with_a_token_gets_no_cookie(world):
    assert COOKIE not in Client().post("/api/v1/accounts", {}, content_type="application/json").cookies


def test_signing_out_is_a_change(ada):
    answer = ada.post("/signin/logout/", secure=True)
    assert answer.cookies[COOKIE].value
    assert answer.cookies[COOKIE]["samesite"] == "Lax"
