"""What a stakeholder map costs: the map of 60 people as of today and of a day half a year ago, and the heat map of 20 of ours by 60 of theirs.

    bin/bench stakeholders --size 10000

In the house that `bin/bench pages` made for this size, with one map and a year of touches on one account, which are gone afterwards. Each page
is asked for in turn with the floor page, in one process without a server between; prints median and p95 in ms and p95 as a ratio to the floor's.
"""

from __future__ import annotations

from bench.options import parser
from bench.pages import _python, house

STEPS = """
import datetime as dt, random, statistics, time
from django.db import transaction
from django.test import Client
from django.urls import reverse
from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account, AccountTeamMember, Contact, Position
from kundenkreis.staff.models import User
from kundenkreis.stakeholders.models import Counterpart, InfluenceLine, Judgement, Stakeholder

THEIRS, OURS, TOUCHES, TIMES = 60, 20, 1200, 60
dice, today = random.Random(7), clock.today()


def ago(days):
    return today - dt.timedelta(days=days)


def made(account, leads):
    people, ours = [], [leads]
    for number in range(OURS - 1):
        one = User.objects.create_user(f"map{number}@bench.test", "x", first_name="Ours", last_name=f"Number {number}", role="read_only")
        ours.append(one)
    for number in range(THEIRS):
        contact = Contact.add(by=None, given_name="Anna", family_name=f"Berg {number}")
        Position.add(by=None, contact=contact, account=account, job_title="Head of something")
        people.append(Stakeholder.add(by=None, account=account, contact=contact, since=ago(360)))
    for number, one in enumerate(people):
        given = {"by": None, "stakeholder": one, "source": "Talk"}
        if number:
            Judgement.add(kind="reports_to", superior=people[(number - 1) // 4], on=ago(350), **given)
        for days in (340, 200, 30):
            Judgement.add(kind="attitude", attitude=dice.randint(-2, 2), on=ago(days), **given)
            Judgement.add(kind="relationship", relationship=dice.randint(0, 5), on=ago(days), **given)
        Judgement.add(kind="role", role=dice.choice(("user", "influencer", "champion")), on=ago(300), **given)
        Judgement.add(kind="influence", influence=dice.randint(1, 5), on=ago(300), **given)
        Counterpart.add(by=None, stakeholder=one, person=ours[number % OURS])
        if number % 4 == 3:
            InfluenceLine.add(influenced=people[0], **given)
    for _number in range(TOUCHES):
        at = clock.midnight(ago(dice.randint(1, 360))) + dt.timedelta(hours=9)
        Activity.add(by=None, kind=dice.choice(("call", "visit", "mail")), subject="Talk", account=account, at=at, owner=dice.choice(ours),
                     contact=dice.choice(people).contact, is_incoming=dice.random() < 0.4)


def timed(client, address):
    start = time.perf_counter()
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return (time.perf_counter() - start) * 1000, len(answer.content)


def p95(some):
    return sorted(some)[int(len(some) * 0.95) - 1]


with transaction.atomic():
    leads = User.objects.filter(role="head_of_sales").first()
    account = Account.objects.living().filter(kind="company").order_by("pk")[5]
    House.objects.update(works_agreement_on=ago(1), works_agreement="Bench")
    House.forget()
    made(account, leads)
    client = Client()
    client.force_login(leads)
    at = reverse("stakeholders:map", args=[account.pk])
    pages = {
        "floor": reverse("floor"), "map of 60": at, "map of 60, half a year ago": f"{at}?on={ago(180)}",
        "heat map 20 x 60": reverse("stakeholders:relationships", args=[account.pk]),
    }
    took = {name: [] for name in pages}
    for turn in range(TIMES + 3):
        for name, address in pages.items():
            spent, _size = timed(client, address)
            if turn >= 3:
                took[name].append(spent)
    for name, some in took.items():
        ratio = p95(some) / p95(took["floor"])
        print(f"{name:<28} median {statistics.median(some):7.1f} ms  p95 {p95(some):7.1f} ms  {ratio:5.2f} x floor", flush=True)
    transaction.set_rollback(True)
House.forget()
"""


def main(arguments: list[str] | None = None) -> None:
    given = parser("stakeholders", __doc__, size=10_000).parse_args(arguments)
    for database in given.databases.split(","):
        print(f"{database}, {given.size:,} accounts", flush=True)
        print(_python(STEPS, house(given.size, database, given)), end="")


if __name__ == "__main__":
    main()
