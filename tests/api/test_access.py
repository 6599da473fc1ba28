"""Who sees what by API: as on the pages."""

import pytest

from kundenkreis.customers.models import AccountTeamMember
from kundenkreis.staff.models import AccessCheck, AccessReview
from kundenkreis.staff.roles import Role

pytestmark = pytest.mark.django_db


def test_who_sees_a_record_with_ways_wants_and_acts(world, program):
    AccountTeamMember.add(by=world.ben, account=world.lindner, person=world.cem, role="inside")
    answer = program(world.admin).get(f"access/records/customers.account/{world.lindner.pk}").json()
    by_name = {one["person_name"]: one for one in answer["items"]}
    assert answer["count"] == 7
    assert [way["kind"] for way in by_name["Ada Huber"]["ways"]] == ["own", "team"]
    assert [way["kind"] for way in by_name["Cem Yıldız"]["ways"]] == ["seat"]
    acts = {act["action"]: act["allowed"] for act in by_name["Rita Lang"]["acts"]}
    assert acts["accounts.change"] is False
    some = program(world.admin).get(f"access/records/customers.account/{world.brauneis.pk}?sees=false").json()
    assert {one["person_name"] for one in some["items"]} == {"Ada Huber", "Rita Lang"}
    assert all(one["wants"] and not one["ways"] for one in some["items"])


def test_a_record_that_the_caller_does_not_see_is_not_there(world, program):
    assert program(world.cem).get(f"access/records/customers.account/{world.lindner.pk}").status_code == 404
    for kind in ("staff.user", "nonsense", "a.b"):
        assert program(world.admin).get(f"access/records/{kind}/1").status_code == 404
    mine = program(world.ada).get(f"access/records/customers.account/{world.lindner.pk}").json()
    assert [one["person_name"] for one in mine["items"]] == ["Ada Huber"]


def test_what_a_person_sees_in_figures(world, program):
    items = {one["noun"]: one for one in program(world.admin).get(f"people/{world.ada.pk}/access").json()["items"]}
    assert items["accounts"] == {
        "noun": "accounts", "count": 1, "by": [{"kind": "own", "count": 1}, {"kind": "team", "count": 1}],
    }  # fmt: skip
    assert program(world.cem).get(f"people/{world.ada.pk}/access").status_code == 403
    assert program(world.cem).get(f"people/{world.cem.pk}/access").status_code == 200


def test_a_review_by_program(world, program):
    admin = program(world.admin)
    assert admin.get("access/review").json()["id"] is None
    begun = admin.post("access/reviews", {"name": "Autumn"})
    assert begun.status_code == 201
    assert admin.post("access/reviews", {"name": "Second"}).status_code == 422
    pk = begun.json()["id"]

    def judge(person, by=admin, **said):
        return by.post(f"access/reviews/{pk}/verdict", {"person_id": person.pk, **said}).status_code

    assert judge(world.ada, verdict="kept") == 204
    assert judge(world.cem, verdict="change") == 422
    assert judge(world.admin, verdict="kept") == 409
    assert judge(world.admin, by=program(world.ben), verdict="kept") == 403
    assert program(world.ada).get("access/review").status_code == 403
    people = {one["person_name"]: one for one in admin.get("access/review").json()["people"]}
    assert people["Ada Huber"]["verdict"] == "kept"
    assert admin.post(f"access/reviews/{pk}/end", {}).status_code == 200
    assert admin.post(f"access/reviews/{pk}/end", {}).status_code == 409
    assert not AccessReview.objects.get().is_open
    assert AccessCheck.objects.count() == 1


def test_an_owner_who_changed_is_told_with_what_it_opened(world, program):
    world.lindner.change(by=world.ben, owner=world.cem)
    world.brauneis.change(by=world.ben, owner=world.ada)
    admin = program(world.admin)
    first = admin.get(f"access/changes?person_id={world.cem.pk}&limit=1").json()
    second = admin.get(first["next"].split("/api/v1/")[1]).json()
    assert [page["items"][0]["subject_id"] for page in (first, second)] == [world.brauneis.pk, world.lindner.pk]
    effect = {"opened": True, "whom": "Cem Yıldız", "what": "Lindner & Söhne GmbH"}
    assert second["items"][0]["effects"][0] == effect
    assert admin.get(second["previous"].split("/api/v1/")[1]).json()["items"] == first["items"]


def test_changes_of_rights_are_paged(world, program):
    for role in (Role.INSIDE_SALES, Role.MARKETING, Role.READ_ONLY):
        world.cem.change(by=world.admin, role=role)
    admin = program(world.admin)
    page = admin.get(f"access/changes?person_id={world.cem.pk}&by_id={world.admin.pk}&limit=2").json()
    assert [one["verb"] for one in page["items"]] == ["user.changed", "user.changed"]
    rest = admin.get(page["next"]).json()
    assert [one["verb"] for one in rest["items"]] == ["user.changed"]
    assert program(world.ada).get("access/changes").status_code == 403
    assert admin.get("access/changes?person_id=999999").status_code == 422
