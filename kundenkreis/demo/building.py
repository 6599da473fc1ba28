"""Builds the demo house: the real sales through the product's own importer, then what their file does not say, from a fixed seed.

Sales are real; names, people, costs, groups and activities are made up and marked so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from kundenkreis.activities import touching
from kundenkreis.core.models import House as TheHouse
from kundenkreis.demo import (
    accounts,
    activities,
    automation,
    closing,
    configuration,
    duplicates,
    fields,
    forecast,
    groups,
    leads,
    market,
    needs,
    people,
    permission,
    pipeline,
    plans,
    privacy,
    products,
    prospecting,
    rates,
    reviews,
    selection,
    stakeholders,
    standards,
    targets,
    territories,
    trips,
    views,
)
from kundenkreis.insights import running
from kundenkreis.quality import importing
from kundenkreis.quality.models import ImportRun

SALES = Path(__file__).parent / "data" / "online-retail-ii-2009-2010.parquet"
NAME = "Kundenkreis Demo Wholesale"
FIRST_DAY, TODAY = dt.date(2009, 12, 1), dt.date(2010, 12, 9)
AGREED_ON = dt.date(2010, 1, 1)
# The days on which the demo house has looked at its figures, so that signals have an age and some have been judged.
LOOKED_ON = (dt.date(2010, 8, 1), dt.date(2010, 9, 1), dt.date(2010, 11, 1), dt.date(2010, 12, 2), TODAY)
Progress = Callable[[str, int, int], None]


def build(progress: Progress) -> None:
    """Fill an empty, migrated database. `progress` is told what is being done, how many of it, and of how many."""
    # The house was set up before its first sale; what the demo makes up is of its last day.
    founded, now = _noon(FIRST_DAY), _noon(TODAY)
    progress("People and rates", 0, 0)
    with transaction.atomic():
        house = _found(founded)
    _import_sales(house, progress)
    steps = _steps(house, now)
    for number, (text, step) in enumerate(steps):
        progress(text, number, len(steps))
        with transaction.atomic():
            step()
    progress("Done", len(steps), len(steps))


def _noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), timezone.get_default_timezone())


def _found(now: dt.datetime) -> people.House:
    the_house = TheHouse.current()
    the_house.name, the_house.currency, the_house.country, the_house.language = NAME, "EUR", "AT", "en"
    the_house.today, the_house.is_demo = TODAY, True
    the_house.works_agreement_on, the_house.works_agreement = AGREED_ON, "Works agreement on sales figures (demo)"
    the_house.save()
    rates.add()
    return people.add(now)


def _import_sales(house: people.House, progress: Progress) -> None:
    run = importing.start_draft(SALES, SALES.name, house.people["Alma"], target="sales")
    total = run.rows_total or 0

    def tell(at: ImportRun) -> None:
        progress("Importing the sales", at.rows_read, total)

    importing.run_now(run, tell)
    if run.state != ImportRun.State.DONE:
        raise RuntimeError(f"The sales were not imported: {run.state} {run.failure}")


def _plan_touches() -> None:
    """A touch every month with tier A, every two with B, every four with C."""
    TheHouse.objects.update(touch_days_a=30, touch_days_b=60, touch_days_c=120)
    touching.push_down()


Steps = list[tuple[str, Callable[[], Any]]]


def _selling_steps(house: people.House, ranked: accounts.Ranked, now: dt.datetime) -> Steps:
    return [
        ("Opportunities", lambda: pipeline.add(ranked, TODAY)),
        ("Forecast", lambda: forecast.add(TODAY)),
        ("Projects, interviews, orders of what was won", lambda: closing.add(ranked, TODAY)),
        ("Action plans", lambda: plans.add(TODAY, now)),
        ("Leads", lambda: leads.add(house, TODAY)),
    ]


def _market_steps(house: people.House, ranked: accounts.Ranked, now: dt.datetime) -> Steps:
    return [
        ("Market", lambda: market.add(house, TODAY, now)),
        ("Needs and wishes", lambda: needs.add(house, ranked, TODAY, now)),
        ("Target accounts", lambda: prospecting.add(house, ranked, TODAY, now)),
        ("Stakeholder maps", lambda: stakeholders.add(house, ranked, TODAY, now)),
        ("Territories", lambda: territories.add(house, TODAY, now)),
    ]


def _steps(house: people.House, now: dt.datetime) -> Steps:
    ranked: accounts.Ranked = []
    companies: dict = {}

    def names() -> None:
        ranked.extend(accounts.ranked())
        companies.update(accounts.describe(ranked, house, now))

    return [
        ("Naming the customers", names),
        ("People at the customers", lambda: accounts.add_contacts(ranked, companies, now)),
        ("Account teams", lambda: accounts.add_teams(ranked, house, now)),
        ("Tags", lambda: accounts.add_tags(ranked, house, now)),
        ("Products and prices", lambda: products.describe(house.people["Ben"], now, FIRST_DAY)),
        ("Groups", lambda: groups.add(ranked, house.people["Ben"], now)),
        ("Activities", lambda: activities.add(ranked, TODAY)),
        ("Trips", lambda: trips.add([house.people[name] for name in ("Ada", "Cem", "Noah", "Ben")], TODAY)),
        *_selling_steps(house, ranked, now),
        ("Permission to contact", lambda: permission.add_lists(house.people["Alma"], TODAY)),
        ("Records that came in twice", lambda: duplicates.add(ranked, now)),
        ("Data quality", lambda: standards.add(house.people["Alma"], now)),
        ("Custom fields", lambda: fields.add(ranked, house.people["Alma"], now)),
        ("Configuration", lambda: configuration.add(house.people["Alma"], now)),
        ("Touch plan", _plan_touches),
        ("Access review", lambda: reviews.add(house, now)),
        *_market_steps(house, ranked, now),
        ("Data protection", lambda: privacy.add(house, TODAY, now)),
        ("Views", lambda: views.add(house.people["Ben"])),
        *((f"Signals of {day}", partial(running.run, as_of=day)) for day in LOOKED_ON[:-1]),
        ("Automation rules", lambda: automation.add(house.people["Alma"], now)),
        *((f"Signals of {day}", partial(running.run, as_of=day)) for day in LOOKED_ON[-1:]),
        ("Targets", lambda: targets.add(house, TODAY, now)),
        ("What the rules do", lambda: automation.act(house.people["Ben"], now)),
        ("Key accounts", lambda: selection.add(house, TODAY)),
    ]
