"""Projects, target accounts and targets by file: suggested, checked, stored, refused in words, and taken back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account
from kundenkreis.history.undo import undo_batch
from kundenkreis.market.models import Target
from kundenkreis.pipeline import usual
from kundenkreis.pipeline.models import Opportunity, Project
from kundenkreis.prospecting.models import TargetAccount
from kundenkreis.quality import importing, targets
from kundenkreis.quality.targets.sales_targets import begins_on
from tests.quality.imports import draft, imported, told

pytestmark = pytest.mark.django_db


def suggested(text, target):
    """The target that is offered for a file, and what its columns go into."""
    run = draft(text)
    assert run.target == target
    return run.mapping


@pytest.fixture(autouse=True)
def stages():
    usual.set_up()


class TestProjects:
    FILE = (
        "Projekt;Ort;Land;Projektstatus;Ausgeschrieben am;Projektwert;Zuständig\n"
        "Klinik  Wels;Wels;Österreich;tendered;01.02.2026;1.200.000,50;Ada Huber\n"
        "Schule;Graz;AT;geplant;;;\n"
        "Schule;Linz;AT;;;abc;\n"
        "Halle;Linz;AT;planned;;5;Niemand Da\n"
        "Turm;Linz;AT;awarded;;5;\n"
    )

    def test_come_in_are_found_again_and_taken_back(self, world):
        mapping = suggested(self.FILE, "projects")
        assert set(mapping) == {"name", "place", "country", "status", "tendered_on", "value", "owner"}
        checked = importing.check(draft(self.FILE, by=world.ben))
        assert (checked.forecast["added"], checked.forecast["rejected"], Project.objects.exists()) == (3, 2, False)
        run = imported(self.FILE, by=world.ben)
        assert (run.counts["added"], run.counts["rejected"]) == (3, 2)
        assert any("Niemand Da" in line for line in told(run))
        wels = Project.objects.get(name="Klinik Wels")
        assert (wels.number, wels.status, wels.value, wels.owner, wels.team, wels.country) == (
            "P-00001", "tendered", Decimal("1200000.50"), world.ada, world.north, "AT"
        )  # fmt: skip
        tower = Project.objects.get(name="Turm")
        assert (tower.awarded_on, tower.owner) == (clock.today(), world.ben)
        again = imported(self.FILE.replace("1.200.000,50", "7"), by=world.ben)
        assert (again.counts["changed"], again.counts["unchanged"]) == (1, 2)
        assert Project.objects.get(pk=wels.pk).value_house == 7
        by_number = imported(
            "project number,project,place\nP-00002,School,Graz\n,School,Graz\n",
            target="projects",
            by=world.ben,
            match_by="number",
        )
        assert (by_number.counts["changed"], by_number.counts["rejected"]) == (1, 1)
        for each in (by_number, again, run):
            undo_batch(each.batch, by=world.ben)
        assert not Project.objects.exists()

    def test_bids_find_their_project_and_it_counts_once(self, world):
        one = Project.add(by=world.ada, name="Klinik")
        text = f"number,stage,value,project\nA1,Offer,100,Klinik\nA2,Offer,300,{one.number}\nA3,Offer,5,Nowhere\n"
        run = imported(text, target="opportunities", by=world.ben)
        assert (run.counts["added"], run.counts["rejected"]) == (2, 1)
        assert list(one.opportunities.order_by("number").values_list("number", "shadowed")) == [
            ("A1", True),
            ("A2", False),
        ]
        lost = imported("number,stage\nA1,Lost\nA2,Lost\n", target="opportunities", by=world.ben)
        assert lost.counts["changed"] == 2
        assert Opportunity.objects.filter(outcome="lost", shadowed=False).get().number == "A2"
        undo_batch(lost.batch, by=world.ben)
        assert Opportunity.objects.filter(outcome="", shadowed=False).get().number == "A2"


def test_target_accounts_come_onto_the_list_and_off_it_again(world):
    Account.objects.filter(pk=world.brauneis.pk).update(last_order_on=clock.today())
    text = (
        f"Kunde;Priorität;Potenzial;Quelle;Notiz\n{world.lindner.number};hoch;50.000,00;Branchenbuch;seit <b>2020</b>\n"
        f"{world.brauneis.name};2;;;\nNiemand;1;;;\n"
    )
    assert set(suggested(text, "target_accounts")) == {"account", "priority", "potential", "potential_source", "note"}
    run = imported(text, by=world.admin)
    assert (run.counts["added"], run.counts["rejected"]) == (1, 2)
    assert any("it is a customer" in line for line in told(run))
    one = TargetAccount.objects.get()
    assert (one.account, one.priority, one.potential, one.owner, one.status) == (
        world.lindner, 1, 50_000, world.admin, "research"
    )  # fmt: skip
    assert one.fitted_at is not None
    changed = imported(
        f"account,status,owner,potential\n{world.lindner.number},in talks,{world.ada.email},60000\n{world.lindner.number},dropped,,\n",
        target="target_accounts", by=world.admin,
    )  # fmt: skip
    assert (changed.counts["changed"], changed.counts["rejected"]) == (1, 1)
    assert any("Say why it was dropped" in line for line in told(changed))
    one.refresh_from_db()
    assert (one.status, one.owner, one.potential) == ("talks", world.ada, 60_000)
    undo_batch(changed.batch, by=world.admin)
    undo_batch(run.batch, by=world.admin)
    assert not TargetAccount.objects.exists()


class TestTargets:
    def test_come_in_by_month_or_by_year_and_are_taken_back(self, world):
        months = ",".join(("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"))
        text = (
            f"year,target of,person,team,total,{months}\n"
            f"2026,,Ada Huber,,,{','.join(str(n) for n in range(1, 13))}\n"
            f"2026,house,,,1000.01{',' * 12}\n"
            f"2026,,,North,1200,,,500{',' * 9}\n"
            f"2026,,Ada Huber,North,5{',' * 12}\n2026,,,,5{',' * 12}\n26,house,,,5{',' * 12}\n"
            f"2026,,{world.cem.email},,5,{','.join('1' * 12)}\n2026,,Nobody Here,,5{',' * 12}\n"
        )
        run = imported(text, by=world.admin)
        assert run.target == "targets"
        assert (run.counts["added"], run.counts["rejected"]) == (3, 5), told(run)
        said = " ".join(told(run))
        for part in ("house, or of one team", "Choose whose", "2026/27", "come to 12.00", "Nobody Here"):
            assert part in said
        ada, house, team = (Target.objects.get(level=level) for level in ("person", "house", "team"))
        assert (ada.total, ada.month_12, ada.starts_on) == (78, 12, dt.date(2026, 1, 1))
        assert (house.total, house.month_1, house.month_12) == (Decimal("1000.01"), Decimal("83.34"), Decimal("83.33"))
        assert (team.total, team.month_3, team.month_1) == (1200, 500, Decimal("63.64"))
        again = imported("year,person,total\n2026,Ada Huber,156\n", target="targets", by=world.admin)
        assert again.counts["changed"] == 1
        ada.refresh_from_db()
        assert (ada.total, ada.month_1, ada.month_12) == (156, 2, 24), "in the proportions that were there"
        undo_batch(again.batch, by=world.admin)
        undo_batch(run.batch, by=world.admin)
        assert not Target.objects.exists()

    def test_months_are_those_of_the_fiscal_year(self, world):
        house = House.current()
        house.fiscal_month = 7
        house.save()
        run = imported("Geschäftsjahr;Ziel von;Juli;Jänner\n2026/27;house;5;9\n", by=world.admin)
        one = Target.objects.get()
        assert (run.target, one.starts_on, one.month_1, one.month_7, one.total) == (
            "targets",
            dt.date(2026, 7, 1),
            5,
            9,
            14,
        )

    @pytest.mark.parametrize(
        ("text", "first"),
        [
            ("2026", (2026, 7)), ("2026/27", (2026, 7)), ("2026/2027", (2026, 7)), ("2026-04-01", (2026, 4)),
            ("2026/28", None), ("2026-04-02", None), ("1826", None), ("٢٠٢٦", None), ("", None),
        ],
    )  # fmt: skip
    def test_a_year_is_read(self, text, first):
        assert begins_on(text, 7) == (first and dt.date(*first, 1))


def test_whoever_may_not_is_refused(world):
    for name in ("projects", "target_accounts", "targets"):
        assert importing.may_run(world.admin, targets.get(name))
        assert not importing.may_run(world.rita, targets.get(name))
