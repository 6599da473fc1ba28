"""Whose imports a person sees, and what she may import."""

from kundenkreis.quality.models import ImportRun
from tests.web.imports.clicking import COMPANIES, drafted, imported, put, sent, text_of


def test_a_draft_is_its_owner_s_and_nobody_else_s(client, world, signed_in):
    run = drafted(client, COMPANIES)
    others = signed_in(world.admin)
    for step in ("", "look/", "map/", "check/", "problems/", "rejected.csv"):
        assert others.get(f"/imports/{run.pk}/{step}").status_code == 404
    for step in ("start/", "forget/", "check/", "map/", "look/"):
        assert others.post(f"/imports/{run.pk}/{step}").status_code == 404
    assert "companies.csv" not in text_of(others.get("/imports/"))


def test_another_s_import_is_seen_by_those_who_lead_and_by_nobody_else(client, world, signed_in):
    run = imported(client, COMPANIES)
    assert signed_in(world.admin).get(f"/imports/{run.pk}/").status_code == 200
    assert signed_in(world.ada).get(f"/imports/{run.pk}/").status_code == 404
    assert signed_in(world.ada).post(f"/imports/{run.pk}/undo/").status_code == 404


def test_whoever_may_not_import_gets_no_form(world, signed_in, uploads):
    rita = signed_in(world.rita)
    assert rita.get("/imports/new/").status_code == 403
    assert sent(rita, COMPANIES).status_code == 403
    assert rita.get("/imports/").status_code == 403
    assert not ImportRun.objects.exists()


def test_a_kind_of_import_beyond_one_s_role_is_neither_offered_nor_run(world, signed_in, uploads):
    ada = signed_in(world.ada)
    assert 'value="people"' not in text_of(ada.get("/imports/new/"))
    assert sent(ada, COMPANIES, target="people").status_code == 422
    run = drafted(ada, COMPANIES)
    put(run, target="people")
    assert ada.post(f"/imports/{run.pk}/start/").status_code == 403


def test_inside_sales_may_not_undo(world, signed_in, uploads):
    gerda = signed_in(world.gerda)
    run = imported(gerda, COMPANIES)
    assert "Undo the whole import" not in text_of(gerda.get(f"/imports/{run.pk}/"))
    assert gerda.post(f"/imports/{run.pk}/undo/").status_code == 403
