"""A customer's bank account: checked wherever it comes in, whole for those who need it, and told nowhere to others."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from kundenkreis.customers import checks
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.quality import merging
from kundenkreis.quality.rules import QualityFinding, QualityRule
from kundenkreis.quality.sheets.nouns import EDITABLE
from kundenkreis.quality.standards import measuring
from kundenkreis.staff import access
from tests.api.conftest import Program
from tests.quality.imports import imported, told

IBAN = "AT611904300234573201"
SPOKEN = "AT61 1904 3002 3457 3201"


def test_it_is_checked_and_written_in_groups(world):
    world.lindner.change(by=world.ada, iban="at61 1904 3002 3457 3201")
    assert world.lindner.iban == IBAN
    for wrong in ("AT611904300234573202", "AT61", "XX611904300234573201", "x" * 34):
        with pytest.raises(ValidationError) as refused:
            world.lindner.change(by=world.ada, iban=wrong)
        assert list(refused.value.message_dict) == ["iban"]
    assert checks.iban_display(IBAN, whole=True) == SPOKEN
    assert checks.iban_display(IBAN, whole=False) == "AT•• … 3201"
    assert checks.iban_display("", whole=False) == ""


def test_whoever_does_not_need_it_is_shown_its_end_at_every_door(world, signed_in):
    world.lindner.change(by=world.ada, iban=IBAN)
    page = reverse("accounts:detail", args=[world.lindner.pk]) + "?tab=details"
    history = reverse("accounts:detail", args=[world.lindner.pk]) + "?tab=history"
    event = Event.objects.about(world.lindner).latest("pk")
    for person, sees in ((world.ada, True), (world.ben, True), (world.gerda, True), (world.rita, False)):
        client = signed_in(person)
        shown = client.get(page).content.decode()
        assert (SPOKEN in shown, "3201" in shown) == (sees, True), person
        assert IBAN not in shown or sees
        told_of = (
            client.get(history).content.decode()
            + client.get(reverse("history:detail", args=[event.pk])).content.decode()
        )
        assert ("1904" in told_of) == sees, person
        program = Program(person)
        read = program.get(f"accounts/{world.lindner.pk}").json()
        assert read.get("iban", "") == (IBAN if sees else "")
        assert ("1904" in program.get(f"accounts/{world.lindner.pk}/history").content.decode()) == sees
        assert "1904" not in client.get(reverse("accounts:list")).content.decode()
    marketing = world.rita
    marketing.change(by=world.admin, role="marketing")
    world.lindner.change(by=world.admin, owner=marketing)
    assert Program(marketing).patch(f"accounts/{world.lindner.pk}", {"iban": ""}, **{"If-Match": "*"}).status_code in (
        403,
        422,
    )
    edit = reverse("accounts:edit", args=[world.lindner.pk])
    assert "1904" not in signed_in(marketing).get(edit).content.decode()
    assert "iban" not in EDITABLE["accounts"].fields


def test_a_merge_keeps_it_and_shows_it_to_whom_it_concerns(world, signed_in):
    twin = Account.add(by=world.ada, name="Lindner", owner=world.ada, iban=IBAN)
    world.ada.change(by=world.admin, role="marketing")
    address = reverse("accounts:merge", args=[world.lindner.pk]) + f"?with={twin.pk}"
    shown = signed_in(world.ada).get(address).content.decode()
    assert "1904" not in shown
    merging.merge(world.lindner, twin, by=world.ben)
    world.lindner.refresh_from_db()
    assert world.lindner.iban == IBAN


def test_it_comes_in_by_file_for_those_who_see_it(world, monkeypatch):
    rows = f"number;name;iban\nK-1;Eins;{SPOKEN}\nK-2;Zwei;AT611904300234573202\n"
    run = imported(rows, target="accounts", match_by="number", by=world.ben)
    assert (run.counts["added"], run.counts["rejected"]) == (1, 1)
    assert Account.objects.get(number="K-1").iban == IBAN
    assert "check digits" in " ".join(told(run))
    table = access.TABLE[world.ben.role]
    monkeypatch.setitem(
        access.TABLE, world.ben.role, {name: far for name, far in table.items() if name != "accounts.see_bank"}
    )
    run = imported(f"number;name;iban\nK-3;Drei;{SPOKEN}\n", target="accounts", match_by="number", by=world.ben)
    assert run.counts["rejected"] == 1
    assert "Your role does not see bank accounts" in told(run)[0]


def test_the_house_asks_whether_it_is_right_and_there_once(world):
    Account.objects.filter(pk=world.lindner.pk).update(iban="AT611904300234573202")
    Account.objects.filter(pk=world.brauneis.pk).update(iban=IBAN)
    Account.add(by=world.ada, name="Dritter", owner=world.ada, iban=IBAN)
    valid = QualityRule.add(by=world.admin, noun_of="account", field="iban", kind="valid")
    unique = QualityRule.add(by=world.admin, noun_of="account", field="iban", kind="unique")
    measuring.measure()
    assert list(QualityFinding.objects.filter(rule=valid).values_list("account", "reason")) == [
        (world.lindner.pk, "wrong")
    ]
    assert QualityFinding.objects.filter(rule=unique).count() == 2
