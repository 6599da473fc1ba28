"""What is required by relation, and of activities once they are done: refused beside the field; what is older stays as it is."""

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.activities.models import Activity
from kundenkreis.activities.reporting import report
from kundenkreis.customers.models import Account
from tests.api.conftest import Program
from tests.fields.defining import define
from tests.quality.imports import imported
from tests.web.imports.conftest import contexts_are_told  # noqa: F401 for every test here


def again(record):
    return type(record)._base_manager.get(pk=record.pk)


def lacks(deed, name="custom_hours"):
    with pytest.raises(ValidationError) as wrong:
        deed()
    assert set(wrong.value.error_dict) == {name}


@pytest.fixture
def hours(world):
    return define("Hours", is_required=True, required_stages=["customer", "reference"])


def test_a_prospect_need_not_have_it_and_a_customer_must(world, hours):
    prospect = Account.add(by=world.ada, name="Hotel Post", relation="prospect")
    lacks(lambda: Account.add(by=world.ada, name="Hotel Adler", relation="customer"))
    lacks(lambda: prospect.change(by=world.ada, relation="customer"))
    prospect.change(by=world.ada, relation="customer", custom_hours="always")
    lacks(lambda: prospect.change(by=world.ada, custom_hours=""))
    prospect.change(by=world.ada, relation="prospect", custom_hours="")
    prospect.change(by=None, relation="customer")
    assert again(prospect).custom == {}, "the house itself may"


def test_what_is_older_stays_readable_and_other_changes_go_on(world, signed_in, hours):
    world.lindner.change(by=world.ada, place="Linz")
    assert signed_in(world.ada).get(f"/accounts/{world.lindner.pk}/").status_code == 200
    rows = signed_in(world.ben).get("/accounts/?f=custom_hours:empty&f=relation:in:customer").context["page"].rows
    assert world.lindner.pk in [row.pk for row in rows]


def test_the_form_says_so_beside_the_field(world, signed_in, hours):
    client = signed_in(world.ada)
    page = client.get("/accounts/new/").content.decode()
    assert "Required for: Customer, Reference." in page
    given = {"name": "Hotel Post", "kind": "company", "relation": "customer"}
    answer = client.post("/accounts/new/", given)
    assert answer.status_code == 422
    assert "custom_hours" in answer.context["form"].errors
    assert client.post("/accounts/new/", given | {"relation": "prospect"}).status_code == 303
    assert Program(world.ada).post("accounts", {"name": "A", "relation": "customer"}).status_code == 422


def test_a_file_is_held_to_it_too(world, hours):
    text = "Account number,Name,Relation,Hours\nK1,One,prospect,\nK2,Two,customer,\nK3,Three,customer,always\n"
    imported(text, target="accounts", match_by="number", by=world.ada)
    assert set(Account.objects.filter(number__startswith="K").values_list("number", flat=True)) >= {"K1", "K3"}
    assert not Account.objects.filter(number="K2").exists()
    text = "Account number,Name,Relation\nK1,One,customer\n"
    imported(text, target="accounts", match_by="number", by=world.ada)
    assert Account.objects.get(number="K1").relation == "prospect"


def test_a_stage_that_there_is_not_is_refused_and_the_screen_offers_those_that_there_are(world, signed_in):
    with pytest.raises(ValidationError):
        define("Wrong", is_required=True, required_stages=["nothing"])
    with pytest.raises(ValidationError):
        define("Wrong", noun="contacts", is_required=True, required_stages=["customer"])
    client = signed_in(world.admin)
    given = {"label_en": "Hours", "is_required": "on", "required_stages": ["customer"]}
    assert client.post("/house/fields/new/?of=accounts&kind=text", given).status_code == 303
    assert Account.own_fields().by_key["hours"].required_stages == {"customer"}
    assert "required_stages" not in client.get("/house/fields/new/?of=contacts&kind=text").context["form"].fields


def test_an_activity_is_asked_once_it_is_done(world, signed_in):
    define("Mood", noun="activities", is_required=True)
    task = Activity.add(by=world.ada, kind="task", subject="T", account=world.lindner, owner=world.ada, is_open=True)
    lacks(lambda: Activity.add(by=world.ada, kind="note", subject="N", account=world.lindner), "custom_mood")
    lacks(lambda: task.finish(by=world.ada), "custom_mood")
    client = signed_in(world.ada)
    answer = client.post(f"/activities/{task.pk}/finish/")
    assert answer.status_code == 303
    assert answer["Location"].endswith(f"/activities/{task.pk}/edit/")
    assert again(task).is_open
    visit = Activity.add(by=world.ada, kind="visit", subject="V", account=world.lindner, owner=world.ada, is_open=True)
    form = client.get(f"/activities/{visit.pk}/report/").context["form"]
    assert form.fields["custom_mood"].required
    given = {"outcome": "good", "body": "B", "custom_mood": "sunny", "next_step": "Call", "next_in": "7"}
    assert client.post(f"/activities/{visit.pk}/report/", given).status_code == 303
    assert again(visit).custom["mood"] == "sunny"
    assert not again(visit).is_open
    other = Activity.add(by=world.ada, kind="call", subject="C", account=world.lindner, owner=world.ada, is_open=True)
    lacks(lambda: report(other, by=world.ada, outcome="good", body="B"), "custom_mood")


def test_the_composer_asks_for_it_and_lets_tasks_pass(world, signed_in):
    define("Mood", noun="activities", is_required=True)
    client = signed_in(world.ada)
    assert 'name="custom_mood"' in client.get(f"/accounts/{world.lindner.pk}/").content.decode()
    given = {"account": world.lindner.pk, "kind": "note", "text": "Written"}
    answer = client.post("/activities/new/", given)
    assert answer.status_code == 422
    assert client.post("/activities/new/", given | {"kind": "task"}).status_code == 303
    assert client.post("/activities/new/", given | {"custom_mood": "sunny"}).status_code == 303
    assert Activity.objects.get(kind="note").custom["mood"] == "sunny"
