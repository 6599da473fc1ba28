"""The wholesaler's base after a second import whose names are misspelt: searched, merged at once, and where it was wrong un-merged."""

import csv
import io
import random

import pytest

from kundenkreis.activities.models import Activity
from kundenkreis.core.text import fold
from kundenkreis.customers.models import Account
from kundenkreis.demo.misspelling import company_again
from kundenkreis.history.adding import add_many
from kundenkreis.quality.matching import running
from kundenkreis.quality.models import Merge
from kundenkreis.quality.pairs import DuplicatePair
from tests.quality.imports import imported

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BASE, WANTED = 380, 300
COLUMNS = ("number", "name", "street", "postcode", "place", "country", "email", "phone", "website")
_FIRST = (
    "Adler Brunner Dorfer Egger Fuchs Gruber Hofer Innerhofer Jäger Koller Leitner Moser Neuhauser Oberleitner Pichler Quehenberger "
    "Reiter Steiner Thaler Unterberger Vogler Wallner Xander Zauner Aschauer Bachler Czerny Deutsch Ebner Fellner"
).split()
_TRADE = "Glas Holz Licht Papier Stahl Textil Wein Bau Druck Eisen Farben Garten Haus Keramik Leder Moden".split()
_PLACES = (
    ("4600", "Wels"),
    ("4020", "Linz"),
    ("5020", "Salzburg"),
    ("8010", "Graz"),
    ("6020", "Innsbruck"),
    ("9020", "Klagenfurt"),
)


def companies(dice):
    """So many different companies, each with an address, a mail domain and a number of its own."""
    names = dice.sample([f"{first} {trade}" for first in _FIRST for trade in _TRADE], BASE)
    for core in names:
        postcode, place = dice.choice(_PLACES)
        domain = f"{fold(core).replace(' ', '-')}.test"
        yield {
            "core": core, "form": "GmbH", "name": f"{core} GmbH", "street": f"{dice.choice(_FIRST)}gasse {dice.randint(1, 90)}",
            "postcode": postcode, "place": place, "country": "AT", "email": f"office@{domain}", "website": f"https://{domain}",
            "phone": f"+43 7242 {dice.randint(100000, 999999)}", "vat_id": "", "register_number": "", "gln": "",
        }  # fmt: skip


def second_file(dice, base):
    """The same companies as another system has noted them, under numbers of its own."""
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";")
    rows.writerow(["Kundennummer", "Name", "Straße", "PLZ", "Ort", "Land", "E-Mail", "Telefon", "Website"])
    for at, company in enumerate(base):
        again = company_again(dice, company) | {"number": f"ALT-{at}"}
        rows.writerow([again[name] for name in COLUMNS])
    return out.getvalue()


def wrong(base):
    """How many merged pairs are two companies: the second file's number says which of the base it is."""
    pairs = Account._base_manager.filter(merged_into__isnull=False).select_related("merged_into")
    names = [sorted(((one.number, one.name), (one.merged_into.number, one.merged_into.name))) for one in pairs]
    return sum(base[int(alt.removeprefix("ALT-"))]["name"] != name for (alt, _again), (_number, name) in names)


def test_a_base_is_cleaned_after_a_second_import_and_two_merges_are_taken_back(world, look):
    dice = random.Random("a second import")
    base = list(companies(dice))
    fields = ("name", "street", "postcode", "place", "country", "email", "phone", "website")
    add_many(Account, [{name: one[name] for name in fields} for one in base], by=world.admin, label="Base", kind="api")
    imported(second_file(dice, base), target="accounts", by=world.admin)
    twice = Account.objects.living().count()
    running.run(full=True)

    # All pairs that are as good as certain become one batch, by one press.
    page = look(world.admin, "/duplicates/?least=0.99&kind=account")
    page.locator("form[action*='merge-certain'] button").click()
    page.wait_for_url("**/history/batches/")
    merged = Merge.objects.count()
    assert merged >= WANTED
    assert Account.objects.living().count() == twice - merged
    assert wrong(base) <= merged * 0.01

    # Work goes on with two of them; then it turns out that they were two after all.
    for merge in Merge.objects.order_by("pk")[:2]:
        kept, gone = Account.objects.get(pk=merge.kept_id), Account._base_manager.get(pk=merge.gone_id)
        call = Activity.add(by=world.admin, kind="call", subject="Spring range", account=kept, owner=world.admin)
        page = look(world.admin, f"/merges/{merge.pk}/take-back/")
        page.locator(f"input[value='{call.pk}']").check()
        page.locator("main form button[type=submit]").last.click()
        page.wait_for_url(f"**/accounts/{gone.pk}/")
        call.refresh_from_db()
        gone.refresh_from_db()
        assert (gone.merged_into_id, gone.deleted_at, call.account_id) == (None, None, gone.pk)
        assert page.said == []
    assert Account.objects.living().count() == twice - merged + 2
    assert DuplicatePair.objects.waiting().count() >= 2
