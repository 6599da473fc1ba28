"""No page asks the database more often because it shows more: every list, and the pages of one record."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.automation.models import AutomationRule, AutomationRun
from kundenkreis.catalogue.models import Product
from kundenkreis.core import clock
from kundenkreis.customers.models import Account, AccountTeamMember, Contact, Position, Relation, Tag
from kundenkreis.fields.models import CustomField
from kundenkreis.leads.models import Lead, LeadForm, Submission
from kundenkreis.orders.models import OpenItem, Order, OrderLine
from kundenkreis.pipeline import usual
from kundenkreis.pipeline.models import Opportunity, Project
from kundenkreis.planning import usual as usual_selection
from kundenkreis.planning.models import RoundResult, ScoringRound
from kundenkreis.privacy import watching
from kundenkreis.stakeholders.models import Stakeholder
from kundenkreis.web.lists import REGISTRY
from tests.fields.defining import one_of_each

get_resolver().url_patterns  # noqa: B018 the site map brings every list with it
LISTS = sorted(REGISTRY)
KEPT = {"privacy_alerts", "privacy_breaches", "reassignments"}  # lists that are not for everybody
ADMINISTERED = {"automation", "automation_runs", "submissions"}  # and those for administrators alone
MOST = 40


def _ruled(world, account, number):
    """A rule, and what it did on the account."""
    deeds = [{"do": "field", "field": name, "value": "A", "changed": True} for name in ("tier", "custom_buyer")]
    deeds.append({"do": "notify", "people": [world.ada.pk, world.ben.pk][: number % 3], "unseen": 0})
    of = {"name": f"Rule {number}", "key": f"rule-{number}", "belongs_to": "accounts", "responsible": world.admin}
    rule = AutomationRule.objects.create(**of)
    for noun, record in (("accounts", account), ("signals", account)):
        AutomationRun.objects.create(
            rule=rule, noun=noun, record_id=record.pk, occasion=f"n{noun}", state="done", deeds=deeds
        )


def more_of_everything(world, start, count):
    """So many further accounts with people, orders and activities, all within Ada's reach, and as much again on Lindner."""
    usual.set_up()
    tag = Tag.objects.first() or Tag.add(by=None, name="Fair")
    if not CustomField.objects.exists():
        one_of_each()
    for number in range(start, start + count):
        account = Account.add(
            by=None,
            name=f"Firma {number}",
            owner=world.ada,
            territory=world.wels,
            revenue_12m=number,
            custom={"hours": "always", "seats": number, "buyer": world.ben, "days": ["monday"], "volume": 3},
        )
        account.tags.set([tag])
        _ruled(world, account, number)
        _scored(world, account, number)
        lead = Lead.add(
            by=None, company=f"Lead {number}", owner=world.ada, source="fair", reason="", email=f"l{number}@x.test"
        )
        Submission.objects.create(form=lead_form(), data={"company": f"Sent {number}"}, lead=lead, why="trap")
        contact = Contact.add(by=None, given_name="Eva", family_name=f"Huber {number}", owner=world.ada)
        Position.add(by=None, contact=contact, account=account, job_title="Buyer")
        also = Contact.add(by=None, given_name="Max", family_name=f"Moser {number}")
        Position.add(by=None, contact=also, account=world.lindner)
        for there, whom in ((account, contact), (world.lindner, also)):
            Stakeholder.add(by=None, account=there, contact=whom)
        Relation.add(by=None, account=world.lindner, kind="press")
        AccountTeamMember.add(by=None, account=account, person=world.ben, role="service")
        product = Product.add(by=None, number=f"P-{number}", name=f"Lantern {number}")
        for place in (account, world.lindner):
            order = Order.objects.create(
                number=f"O-{number}-{place.pk}",
                account=place,
                ordered_on=clock.today() - dt.timedelta(days=number),
                total=10,
                total_house=10,
                line_count=1,
            )
            OrderLine.objects.create(
                order=order,
                product=product,
                position=1,
                account=place,
                ordered_on=order.ordered_on,
                quantity=1,
                unit_price=10,
                amount=10,
                amount_house=10,
            )
            Activity.add(
                by=None,
                kind="call",
                subject=f"Call {number}",
                account=place,
                contact=contact,
                owner=world.ada,
                at=timezone.now(),
            )
            Activity.add(
                by=None,
                kind="task",
                subject=f"Task {number}",
                account=place,
                owner=world.ada,
                is_open=True,
                due_on=clock.today(),
            )
            project = Project.add(by=None, name=f"School {number} {place.pk}", value=number)
            texts = {"name": f"Hall {number}", "account": place, "project": project}
            one = Opportunity.add(by=None, owner=world.ada, value=number, **texts)
            one.attach([Activity.objects.latest("pk")], by=None)
            OpenItem.add(
                by=None,
                account=place,
                number=f"R-{number}-{place.pk}",
                booked_on=clock.today(),
                due_on=clock.today(),
                amount=1,
                open_amount=Decimal(1),
            )


def lead_form():
    """The one form by which the leads came in."""
    texts = {"title_de": "Anfrage", "title_en": "Inquiry", "fields": ["email"]}
    return LeadForm.objects.first() or LeadForm.add(by=None, name="Form", **texts)


def cost(client, address, **headers):
    client.get(address)  # what is asked once for each process stays out of the count
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(address, headers=headers)
        if answer.streaming:
            b"".join(answer.streaming_content)
    assert answer.status_code == 200, (address, answer.status_code)
    return [query["sql"] for query in seen.captured_queries]


def _scored(world, account, number):
    """The account's result in the only round, decided on by somebody."""
    usual_selection.set_up(clock.today())
    one = ScoringRound.objects.first() or ScoringRound.start(by=world.ben)
    ScoringRound.objects.filter(pk=one.pk).update(state="ready")
    RoundResult.objects.create(round=one, account=account, tier="B", computed="A", before="C", revenue=number)


def grown(client, world, addresses, **headers):
    """What each address asks of a small house and of a larger one, and which of them ask another number of questions."""
    more_of_everything(world, 0, 2)
    few = {address: cost(client, address, **headers) for address in addresses}
    more_of_everything(world, 2, 12)
    many = {address: cost(client, address, **headers) for address in addresses}
    return many, [(address, asked) for address, asked in many.items() if len(asked) != len(few[address])]


@pytest.mark.parametrize("who", ["ada", "ben", "admin"])
def test_a_list_page_asks_as_often_for_many_rows_as_for_few(world, signed_in, who):
    one_of_each()
    names = ADMINISTERED if who == "admin" else set(LISTS) - ADMINISTERED
    addresses = [
        f"{REGISTRY[name].url}?columns={','.join(column.key for column in REGISTRY[name].all_columns)}"
        for name in LISTS
        if name in names and (who != "ada" or name not in KEPT)
    ]
    many, growing = grown(signed_in(getattr(world, who)), world, addresses)
    assert growing == []
    assert [(address, asked) for address, asked in many.items() if len(asked) > MOST] == []


def test_an_export_asks_as_often_for_many_rows_as_for_few(world, signed_in):
    for kind in watching.USUAL:  # what is odd at this hour, and told of once, is no matter of the rows
        watching.set_rule(kind, by=None, is_on=False)
    addresses = [f"{REGISTRY[name].url}export/?format=csv" for name in LISTS if REGISTRY[name].export]
    _many, growing = grown(signed_in(world.ben), world, addresses)
    assert growing == []


@pytest.mark.parametrize("name", LISTS)
def test_a_list_page_does_not_count_what_it_does_not_show(world, signed_in, name):
    asked = cost(signed_in(world.admin if name in ADMINISTERED else world.ben), REGISTRY[name].url)
    table = REGISTRY[name].model._meta.db_table
    assert not [sql for sql in asked if "COUNT(" in sql and f'FROM "{table}"' in sql]


def test_an_account_s_page_asks_as_often_for_a_large_account_as_for_a_small_one(world, signed_in):
    tabs = ["overview", "people", "orders", "structure", "details", "files", "history"]
    addresses = [f"/accounts/{world.lindner.pk}/?tab={tab}" for tab in tabs]
    many, growing = grown(signed_in(world.ada), world, addresses)
    assert growing == []
    assert [(address, asked) for address, asked in many.items() if len(asked) > MOST] == []


def test_a_part_of_an_account_s_page_asks_as_often_for_a_large_one(world, signed_in):
    addresses = [f"/accounts/{world.lindner.pk}/{rest}" for rest in ("?peek=1", "?part=products", "timeline/")]
    _many, growing = grown(signed_in(world.ada), world, addresses, **{"HX-Request": "true"})
    assert growing == []


def test_a_contact_s_page_asks_as_often_for_a_busy_person_as_for_a_quiet_one(world, signed_in):
    client = signed_in(world.ada)
    Activity.add(by=None, kind="call", subject="One", contact=world.maria, owner=world.ada)
    few = cost(client, f"/contacts/{world.maria.pk}/")
    for number in range(12):
        account = Account.add(by=None, name=f"Firma {number}", owner=world.ada)
        Position.add(by=None, contact=world.maria, account=account, is_main=False)
        Activity.add(by=None, kind="call", subject=f"Call {number}", contact=world.maria, owner=world.ada)
    many = cost(client, f"/contacts/{world.maria.pk}/")
    assert len(many) == len(few), "\n".join(many)
