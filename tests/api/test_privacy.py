"""Disclosures over the API: whose texts must be looked through, and what is answered."""

import hashlib
import json

from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.history.models import Event
from kundenkreis.privacy.models import SubjectRequest


def test_texts_are_looked_through_before_anything_is_disclosed(world, program):
    Activity.add(by=world.ada, kind="call", subject="About Mr Huber", contact=world.maria, at=timezone.now())
    admin, address = program(world.admin), f"contacts/{world.maria.pk}/disclosure"
    refused = admin.post(address, {})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/looked"
    assert not Event.objects.filter(verb__endswith="disclosed").exists()
    made = admin.post(address, {"looked": True, "language": "en"}).json()
    assert made["sha256"] == hashlib.sha256(json.dumps(made["disclosure"], ensure_ascii=False).encode()).hexdigest()
    assert "About Mr Huber" in json.dumps(made["disclosure"])


def test_a_request_of_somebody_else_is_none_of_hers(world, program):
    other = SubjectRequest.add(by=world.ada, kind="access", name="Jemand", wish="All of it")
    answer = program(world.admin).post(
        f"contacts/{world.maria.pk}/disclosure", {"looked": True, "request_id": other.pk}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/request_id"


def test_whoever_does_not_keep_data_protection_discloses_nothing(world, program):
    for person in (world.ada, world.ben):
        assert program(person).post(f"contacts/{world.maria.pk}/disclosure", {"looked": True}).status_code == 403
