"""What keeps the house in order: privacy, automation, rules of quality, custom fields, merges, edited sheets, reviews."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.automation import working
from kundenkreis.automation.models import AutomationRule, AutomationRun
from kundenkreis.core import clock
from kundenkreis.customers.models import (
    Account,
    Contact,
)
from kundenkreis.fields.models import CustomField
from kundenkreis.privacy import breach_clock, erasing, restricting, watching
from kundenkreis.privacy.models import Breach, Controller, Erasure, Purpose, SubjectRequest
from kundenkreis.quality.lookups import Lookup
from kundenkreis.quality.merging import merge
from kundenkreis.quality.models import EditedSheet, Merge, SheetCell
from kundenkreis.quality.rules import QualityRule, QualityWaiver
from kundenkreis.quality.standards import measuring
from kundenkreis.staff import joining
from kundenkreis.staff.models import AccessReview, User


def privacy(world: Any, name: str) -> dict[str, Any]:
    """A request in work, a purpose, a breach, an alert and a reported problem."""
    values = {"wish": name.format(n="wish"), "address": name.format(n="address")[:300], "note": name.format(n="note")}
    request = SubjectRequest.add(
        by=world.ada,
        kind="access",
        contact=world.maria,
        name=name.format(n="who")[:200],
        responsible=world.ada,
        **values,
    )
    texts = {part: name.format(n=part) for part in ("name_de", "name_en", "people_de", "people_en", "interest_en")}
    kept = {"retention_de": "Ein Jahr", "retention_en": name.format(n="kept")}
    purpose = Purpose.add(by=world.admin, key="sales", bases=["b", "f"], covers=["care"], **texts, **kept)
    Controller.say(by=world.admin, name=name.format(n="house")[:200], officer=name.format(n="officer")[:300])
    breach = Breach.add(by=world.admin, title=name.format(n="breach")[:200], happened=name.format(n="happened"))
    alert = watching.raise_alert("mass", world.ada, timezone.now(), slot="walk", count=7_000, what="accounts")
    problem = breach_clock.report(by=world.ada, kind="broken", what=name.format(n="problem"), page="/accounts/")
    gone = Contact.add(by=world.admin, given_name="Gone", family_name=name.format(n="erased"), email="gone@erased.test")
    erasing.work(erasing.begin(gone, by=world.admin, note=name.format(n="note")))
    quiet = Contact.add(by=world.admin, given_name="Quiet", family_name=name.format(n="restricted"))
    restricting.restrict(quiet, by=world.admin, reason=name.format(n="reason"))
    own = Account.add(by=world.admin, name=name.format(n="person"), kind="person", owner=world.ada)
    restricting.hold(own, by=world.admin, reason=name.format(n="claim"))
    left = User.objects.create_user("left@example.test", None, first_name="Lea", last_name=name.format(n="left")[:100])
    joining.lock(left, by=world.admin)
    about = {"gone_colleague": left, "erasure": Erasure.objects.latest("pk"), "private_account": own}
    made = about | {"privacy_request": request, "purpose": purpose, "breach": breach, "alert": alert}
    return made | {"problem": problem}


def automation(world: Any, name: str) -> dict[str, Any]:
    """A rule that has acted on a new account, and one that waits for a day."""
    label = name.format(n="automation")[:90]
    actions = [
        {
            "do": "task",
            "kind": "call",
            "title": label[:80].replace("{", "").replace("}", ""),
            "who": "owner",
            "days": 3,
        },
        {"do": "field", "field": "tier", "value": "B"},
        {"do": "notify", "to": ["owner", "role:administrator"], "text": ""},
    ]
    of = {"belongs_to": "accounts", "responsible": world.admin, "is_on": True}
    rule = AutomationRule.add(
        by=world.admin, name=label, when="added", conditions=["country:in:AT"], actions=actions, note=name.format(n="why")[:300], **of
    )  # fmt: skip
    day = {"when": "day", "field": "since", "days": 30}
    AutomationRule.add(by=world.admin, name=f"{label} 2"[:100], actions=actions[2:], **of, **day)
    Account.add(by=world.ada, name=name.format(n="new")[:200], country="AT", owner=world.ada)
    working.go()
    run = AutomationRun.objects.latest("pk")
    other = AutomationRule.add(
        by=world.admin, name=f"{label} 3"[:100], actions=actions[2:], when="added", **of | {"belongs_to": "contacts"}
    )
    skipped = {"state": AutomationRun.State.SKIPPED, "problem": name.format(n="problem")[:500]}
    AutomationRun.objects.create(rule=other, noun="contacts", record_id=world.maria.pk, occasion="n", **skipped)
    return {"automation_rule": rule, "automation_run": run}


def standards(world: Any, name: str) -> dict[str, Any]:
    """Rules of which the account fails two and is let off from a third, and a look-up of its number."""
    rule, other, spared = (
        QualityRule.add(by=None, noun_of="account", field=field, kind="filled", note=name.format(n="note")[:300])
        for field in ("gln", "employees", "register_number")
    )
    waiver = QualityWaiver.add(by=world.ada, rule=spared, account=world.lindner, reason=name.format(n="reason")[:300])
    lookup = Lookup.add(
        by=world.ada,
        account=world.lindner,
        number="ATU13585627",
        answer="valid",
        asked_on=clock.today(),
        name=name.format(n="found")[:200],
    )
    measuring.measure()
    return {"rule": rule, "other_rule": other, "waiver": waiver, "lookups": lookup}


def fields(world: Any, name: str) -> CustomField:
    """A text, a choice, a formula, a reference and a roll-up of accounts, filled in on Lindner; a text of orders and of activities."""
    label = name.format(n="field")[:80]
    text = CustomField.add(
        by=world.admin, belongs_to="accounts", key="note_of_house", label_en=label, help_en=label, group_en=label
    )
    choices = [{"key": "a", "en": label}, {"key": "b", "en": "Other"}]
    CustomField.add(
        by=world.admin, belongs_to="accounts", key="choice_of_house", label_en="Choice", kind="choice", choices=choices
    )
    formula = "employees / (employees - employees)"
    CustomField.add(
        by=world.admin, belongs_to="accounts", key="worked_out", label_en="Worked out", kind="formula", formula=formula
    )
    CustomField.add(by=world.admin, belongs_to="orders", key="project_of_house", label_en=label)
    CustomField.add(by=world.admin, belongs_to="activities", key="mood_of_house", label_en=label)
    CustomField.add(
        by=world.admin,
        belongs_to="accounts",
        key="partner_of_house",
        label_en="Partner",
        kind="reference",
        refers_to="accounts",
    )
    CustomField.add(
        by=world.admin, belongs_to="accounts", key="talks_of_house", label_en="Talks", kind="rollup",
        rollup={"of": "activities", "how": "count", "where": ["at:last:365d"]},
    )  # fmt: skip
    world.lindner.change(
        by=world.ada,
        employees=3,
        custom={"note_of_house": name.format(n="value"), "choice_of_house": "a", "partner_of_house": world.lindner},
    )
    return text


def merged(world: Any, name: str) -> Merge:
    """A third account that is part of Lindner now, and an activity that came after."""
    twin = Account.add(by=world.ada, name=name.format(n="twin"), owner=world.ada, phone="+4372421234")
    made = merge(world.lindner, twin, by=world.ada)
    world.lindner.refresh_from_db()
    Activity.add(by=world.ada, kind="note", subject=name.format(n="since"), account=world.lindner)
    return made


def edited(world: Any, name: str) -> EditedSheet:
    """A workbook that differs in a cell, in one that somebody else has changed too, and in a row that is refused."""
    sheet = EditedSheet.objects.create(
        noun="accounts", file_name=name.format(n="sheet")[:200], owner=world.ben, state="compared", made_at=timezone.now(),
        made_by=name.format(n="who")[:200], counts={"rows": 3, "changed": 1, "conflicts": 1, "refused": 1, "unchanged": 1},
    )  # fmt: skip
    about = {"sheet": sheet, "record_id": world.lindner.pk, "label": world.lindner.name, "field": "place"}
    texts = ["Wels", "Wels", name.format(n="place")[:100]]
    SheetCell.objects.create(row=2, kind="change", was="Wels", now="Wels", new=texts[2], texts=texts, **about)
    more = {"by": name.format(n="colleague")[:200], "at": timezone.now()}
    SheetCell.objects.create(row=3, kind="conflict", was="a", now="b", new="c", texts=["a", "b", ""], **about, **more)
    SheetCell.objects.create(
        sheet=sheet, row=4, kind="problem", code="sheet_key_changed", params={"value": name.format(n=4)}
    )
    return sheet


def reviewed(world: Any, name: str) -> AccessReview:
    review = AccessReview.begin(by=world.admin, name=name.format(n="review")[:120])
    review.judge(world.ada, by=world.admin, verdict="kept")
    review.judge(world.cem, by=world.admin, verdict="change", note=name.format(n="note")[:500])
    return review
