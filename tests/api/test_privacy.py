"""Disclosures over the API: whose texts must be looked through, and what is answered."""

import hashlib
import json

from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.history.models import Event
from kundenkreis.privacy.models import SubjectRequest
from kundenkreis.staff import joining
from kundenkreis.staff.models import User


def test_texts_are_looked_through_before_anything_is_disclosed(world, program):
    Activity.add(by=world.ada, kind="call", subject="About Mr Huber", contact=world.maria, at=timezone.now())
    admin, address = program(world.admin), f"contacts/{world.maria.pk}/disclosure"
    refused = admin.post(address, {"language": "en"})
    assert refused.status_code == 422
    assert not Event.objects.filter(verb__endswith="disclosed").exists()
    assert admin.post(address, {"looked": True}).status_code == 422, "what a program says of itself is no proof"
    other = program(User.objects.create_user("b@example.test", None, last_name="B", role="administrator"))
    for asking in (other, admin):
        shown = asking.get(f"{address}-texts?language=en").json()
    assert [one["text"] for one in shown["texts"] if "Huber" in one["text"]]
    assert (shown["next"], shown["count"]) == (None, len(shown["texts"]))
    Activity.add(by=world.ada, kind="note", subject="Written meanwhile", contact=world.maria)
    assert admin.post(address, {"language": "en"}).status_code == 422, "a text that nobody was shown"
    admin.get(f"{address}-texts?language=en")
    assert other.post(address, {"language": "en"}).status_code == 422, "what a colleague was shown she was not"
    made = admin.post(address, {"language": "en"}).json()
    assert made["sha256"] == hashlib.sha256(json.dumps(made["disclosure"], ensure_ascii=False).encode()).hexdigest()
    assert "About Mr Huber" in json.dumps(made["disclosure"])


def test_a_request_of_somebody_else_is_none_of_hers(world, program):
    other = SubjectRequest.add(by=world.ada, kind="access", name="Jemand", wish="All of it")
    answer = program(world.admin).post(f"contacts/{world.maria.pk}/disclosure", {"request_id": other.pk})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/request_id"


def test_whoever_does_not_keep_data_protection_discloses_nothing(world, program):
    for person in (world.ada, world.ben):
        assert program(person).post(f"contacts/{world.maria.pk}/disclosure", {}).status_code == 403


def test_a_colleague_who_left_is_erased_over_the_interface(world, program):
    admin, address = program(world.admin), f"people/{world.dora.pk}"
    assert admin.post(f"{address}/erase", {}).status_code == 409, "she can still sign in"
    joining.lock(world.dora, by=world.admin)
    seen = admin.get(f"{address}/erasure-preview").json()
    assert seen["left_at"] and seen["due_on"] > "2026" and seen["kept_until"] is None
    assert program(world.ada).get(f"{address}/erasure-preview").status_code == 403
    made = admin.post(f"{address}/erase", {"note": "Asked for it"}).json()
    assert admin.get(f"erasures/{made['id']}").json()["colleagues"] == [world.dora.pk]
    assert admin.get(address).status_code == 404
    assert admin.post(f"{address}/restrict", {"reason": "x"}).status_code in (404, 405)
