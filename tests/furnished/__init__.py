"""One record of every noun around the cast's Lindner, so that no page of the site map stands empty."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.catalogue.models import Family, Price, PriceList, Product, Unit
from kundenkreis.core import clock
from kundenkreis.customers import barring
from kundenkreis.customers.models import (
    Account,
    AccountLink,
    AccountTeamMember,
    Address,
    Consent,
    ConsentWording,
    Contact,
    ContactPoint,
    PartnerFunction,
    Position,
    Relation,
    Tag,
)
from kundenkreis.fields import picking
from kundenkreis.files import storing
from kundenkreis.history.models import Batch, Event
from kundenkreis.inbox.models import Notification
from kundenkreis.insights.models import Signal
from kundenkreis.lists.models import SavedView
from kundenkreis.orders.models import CreditStanding, Delivery, OpenItem, Order, OrderLine
from kundenkreis.quality import importing
from kundenkreis.quality.models import DuplicatePair
from kundenkreis.rates.models import ExchangeRate
from kundenkreis.staff.models import ApiToken, Deputy
from kundenkreis.trips.models import Leg, MileageRate, Trip
from tests.furnished import keeping, key_accounts, selling

ROWS = 12
CELLS = "Number\tName\tPostcode\tEmployees\nK9001\tZirbe GmbH\t4600\t12\nK9002\t\t4020\tsieben\n"


def furnish(world: Any, name: str = "Firma {n}") -> dict[str, Any]:
    """The records by what the site map calls them; `name` is put where people type, with {n} as a number."""
    made: dict[str, Any] = {"account": world.lindner, "contact": world.maria, "person": world.ada}
    made |= {"team": world.north, "territory": world.wels}
    made |= _customers(world, name) | _catalogue(world, name)
    made |= _orders(world, made, name) | _activities(world, name) | _rest(world, name)
    made |= _trips(world, made["done"], name) | selling.pipeline(world, made, name) | selling.leads(world, name)
    made |= selling.wanted(world, name) | key_accounts.mapped(world, made, name) | key_accounts.needs(world, made, name)
    made |= key_accounts.selected(world, name)
    made |= selling.territories(world, name) | selling.market(world, name)
    made |= selling.forecast(world, name)
    return made | keeping.automation(world, name) | keeping.standards(world, name) | keeping.privacy(world, name)


def _customers(world: Any, name: str) -> dict[str, Any]:
    lindner, ada = world.lindner, world.ada
    picking.add_many(picking.get("accounts.industry"), [("Gifts", "Geschenke"), ("Toys", "Spielwaren")], by=world.admin)
    lindner.change(by=ada, phone="+43 7242 12345", website="https://lindner.test", industry="Gifts")
    tag = Tag.add(by=ada, name=name.format(n="tag")[:60])
    custom_field = keeping.fields(world, name)
    lindner.tags.set([tag])
    others = [Account.add(by=ada, name=name.format(n=n), owner=ada, place="Wels") for n in range(ROWS)]
    contacts = [Contact.add(by=ada, given_name="Eva", family_name=name.format(n=n), owner=ada) for n in range(3)]
    for contact in contacts:
        Position.add(by=ada, contact=contact, account=lindner, job_title=name.format(n="job"))
    wording = ConsentWording.add(
        by=world.admin,
        purpose="newsletter",
        edition=name.format(n="wording")[:60],
        channels=["email"],
        text_de=name.format(n="Text"),
        text_en=name.format(n="text"),
        valid_from=dt.date(2020, 1, 1),
    )
    return {
        "others": others,
        "custom_field": custom_field,
        "tag": tag,
        "wording": wording,
        "suppression": barring.suppress_address(
            "email", "gone@lindner.test", by=world.admin, reason="other", source=name.format(n="call")[:200]
        ),
        "positions": Position.objects.filter(account=lindner).first(),
        "links": AccountLink.add(by=ada, hierarchy="legal", account=lindner, parent=others[0], share=60),
        "relations": Relation.add(by=ada, account=lindner, kind="reference", note=name.format(n="note")),
        "seats": AccountTeamMember.add(by=ada, account=lindner, person=world.ben, role="sponsor"),
        "functions": PartnerFunction.add(by=ada, account=lindner, function="payer", partner=others[1]),
        "addresses": Address.add(by=ada, account=lindner, place=name.format(n="place")[:100], use="delivery"),
        "points": ContactPoint.add(by=ada, contact=world.maria, kind="phone", value="+43 662 123456"),
        "account_points": ContactPoint.add(by=ada, account=lindner, kind="phone", value="+43 662 1234567"),
        "contact_addresses": Address.add(by=ada, contact=world.maria, place="Wels"),
        "consents": Consent.add(
            by=ada,
            contact=world.maria,
            purpose="newsletter",
            channel="email",
            state="given",
            since=timezone.now(),
            source=name.format(n="form"),
            wording=wording,
            proof=name.format(n="proof")[:300],
        ),
    }


def _catalogue(world: Any, name: str) -> dict[str, Any]:
    family = Family.add(by=world.admin, code="F1", name=name.format(n="family")[:100])
    product = Product.add(
        by=world.admin, number="85123A", name=name.format(n="product"), family=family, cost=Decimal("2.20")
    )
    price_list = PriceList.add(by=world.admin, code="L1", name=name.format(n="list")[:100])
    price = Price.add(
        by=world.admin, price_list=price_list, product=product, amount=Decimal("9.90"), starts_on=dt.date(2026, 1, 1)
    )
    unit = Unit.add(
        by=world.admin, code="C62", name_en=name.format(n="unit")[:40], name_de=name.format(n="Einheit")[:40]
    )
    return {"family": family, "unit": unit, "product": product, "price_list": price_list, "price": price}


def _orders(world: Any, made: dict[str, Any], name: str) -> dict[str, Any]:
    today = clock.today()
    for n in range(ROWS):
        order = Order.add(
            by=None,
            number=f"5363{n:02}",
            account=world.lindner,
            ordered_on=today - dt.timedelta(days=n * 40),
            customer_reference=name.format(n=n)[:60],
            currency="GBP" if n % 2 else "EUR",
            total=100 + n,
            total_house=110 + n,
            line_count=1,
        )
        OrderLine.objects.create(
            order=order,
            product=made["product"],
            position=1,
            account=world.lindner,
            ordered_on=order.ordered_on,
            description=name.format(n="line")[:200],
            quantity=6,
            unit_price=10,
            amount=100 + n,
            amount_house=110 + n,
        )
    Delivery.add(by=None, number="D-1", order=order, promised_on=today, shipped_on=today)
    item = OpenItem.add(
        by=None,
        account=world.lindner,
        number="R-1",
        booked_on=today - dt.timedelta(days=60),
        due_on=today - dt.timedelta(days=30),
        amount=110,
        open_amount=110,
    )
    CreditStanding.add(by=None, account=world.lindner, limit=100, is_blocked=True, reason=name.format(n=1), as_of=today)
    return {"order": order, "line": order.lines.get(), "open_item": item}


def _activities(world: Any, name: str) -> dict[str, Any]:
    kinds = ("call", "visit", "meeting", "mail", "note")
    for number, kind in enumerate(kinds):
        values = {"body": name.format(n=number), "at": timezone.now() - dt.timedelta(days=number)}
        done = Activity.add(
            by=world.ada, kind=kind, subject=name.format(n=kind), account=world.lindner, owner=world.ada, **values
        )
    task = Activity.add(
        by=world.ada,
        kind="task",
        subject=name.format(n="task"),
        account=world.lindner,
        contact=world.maria,
        owner=world.ada,
        is_open=True,
        due_on=clock.today() - dt.timedelta(days=1),
    )
    return {"activity": task, "done": done}


def _trips(world: Any, visit: Activity, name: str) -> dict[str, Any]:
    now = timezone.now().replace(hour=10, minute=0)
    trip = Trip.add(
        by=world.ada,
        purpose=name.format(n="trip"),
        starts_at=now,
        start_place="Wels",
        ends_at=now + dt.timedelta(hours=8),
        end_zone="Europe/London",
        end_place=name.format(n="end")[:200],
        visits=[visit],
    )
    leg = Leg.add(
        by=world.ada,
        trip=trip,
        on=trip.first_day,
        start_place="Wels",
        end_place=name.format(n="there")[:200],
        km=Decimal(120),
        passengers=name.format(n="with")[:200],
    )
    rate = MileageRate.add(
        by=world.admin, valid_from=dt.date(2020, 1, 1), per_km=Decimal("0.42"), source=name.format(n="law")[:200]
    )
    return {"trip": trip, "leg": leg, "visit": visit, "mileage_rate": rate}


def _rest(world: Any, name: str) -> dict[str, Any]:
    ada, ben = world.ada, world.ben
    world.brauneis.discard(by=world.cem)
    draft = importing.start_pasted(CELLS, ben, target="accounts")
    run = importing.start_pasted(CELLS.replace("K900", "K800"), ben, target="accounts")
    importing.run_now(run)
    token, _key = ApiToken.issue(user=ada, name=name.format(n="token"), scopes=["accounts:read"], by=ada)
    upload = SimpleUploadedFile("Vertrag.pdf", b"%PDF-1.7\n%%EOF\n")
    return {
        "document": storing.store(upload, world.lindner, by=ada, name=f"{name.format(n='paper')[:60]}.pdf"),
        "view": SavedView.add(by=ada, list_name="accounts", name=name.format(n="view")[:80], owner=ada),
        "notification": Notification.send(ada, "reminder", name.format(n="remember"), "/activities/"),
        "deputy": Deputy.add(by=world.admin, person=ada, deputy=ben, starts_on=clock.today()),
        "token": token,
        "gone": world.brauneis,
        "signal": Signal.objects.create(
            account=world.lindner,
            kind="first_order",
            value=110,
            figures={"first_on": clock.today().isoformat(), "amount": "110.00"},
            raised_on=clock.today(),
        ),
        "pair": DuplicatePair.objects.create(
            kind="account",
            account=min(world.lindner, Account.objects.get(name=name.format(n=0)), key=lambda a: a.pk),
            other_account=max(world.lindner, Account.objects.get(name=name.format(n=0)), key=lambda a: a.pk),
            weight=4.0,
            probability=0.94,
            explanation={
                "prior": -10.0,
                "fields": {"name": ["typing", 12.0], "vat_id": ["unknown", 0.0], "site": ["roof", 2.0]},
            },
        ),
        "merge": keeping.merged(world, name),
        "review": keeping.reviewed(world, name),
        "sheet": keeping.edited(world, name),
        "rate": ExchangeRate.add(
            by=world.admin, currency="GBP", on=clock.today(), rate=Decimal("0.87"), source=name.format(n="bank")
        ),
        "draft": draft,
        "run": run,
        "batch": Batch.objects.filter(kind="import").latest("pk"),
        "event": Event.objects.about(world.lindner).latest("pk"),
    }
