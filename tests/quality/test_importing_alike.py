"""Records that are stored by columns are, to the last column, what they would be one by one; and so is everything else that is stored."""

import polars as pl
import pytest
from django.apps import apps
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kundenkreis.core.numbering import next_number
from kundenkreis.customers.models import Account, Contact
from kundenkreis.quality.targets import by_columns
from kundenkreis.quality.targets.accounts import Accounts
from kundenkreis.quality.targets.alike import checks_of
from kundenkreis.quality.targets.contacts import Contacts
from tests.quality.imports import imported, told

MOMENTS = {"created_at", "changed_at", "at", "heartbeat_at"}
STORED = [
    "customers.Account", "customers.Contact", "customers.Position", "customers.AccountLink", "core.SearchEntry", "core.SearchTerm",
    "core.SearchDeletion", "core.Counter", "quality.ImportProblem", "history.BatchChunk",
]  # fmt: skip
NUMBERED = {"id", "subject_id", "ids", "first", "last", "added", "changed", "run_id", "batch_id"}
ABOUT = {"count"}  # how common a word is, is kept roughly and depends on how many records are indexed at once
# Where their numbers say nothing about which came first in the file.
ORDER = {
    "customers.Position": ["contact_id", "pk"], "quality.ImportProblem": ["row", "field", "code"], "core.SearchDeletion": ["deletion", "term"],
    "core.SearchEntry": ["kind", "subject_id"],  # by its own number accounts and contacts would mingle as their numbers happen to stand
}  # fmt: skip
LINKS = {
    "main_account_id": Account,
    "account_id": Account,
    "contact_id": Contact,
    "parent_id": Account,
    "child_id": Account,
}

ACCOUNTS = """account number,name,kind,tier,owner,country,e-mail,phone,VAT ID (UID),place,website,customer since,belongs to,description
A-1,Weinhofer Handel GmbH,company,A,,AT,office@weinhofer.example,+43 7242 12345,ATU13585627,Wels,,2020-01-31,,one
A-2,Müller & Söhne KG,Firma,B,,Deutschland,Office@Mueller.Example,07242/12345,,Linz,https://mueller.example,,A-1,<b>two</b>
A-3,Grüß  Gott AG,company,A,,AT,nobody,+43 7242 1,ATU13585628,Wels,,,,
A-4,Lang,company,,,AT,,,,{long},,,,
A-1,Weinhofer Handel,company,A,,AT,new@weinhofer.example,,,Traun,,,,
A-5,Personal,person,C,ben@example.test,CH,,+41 44 668 18 00,,Zürich,,,A-9,
A-6,Nobody's,company,C,zoe@example.test,CH,,,,,,,,
A-7,Choice,company,Z,,AT,,,,,,,,
A-8,Formula,company,A,,AT,,,,=1+1,nowhere,,,
,Numberless,company,A,,AT,,,,Wels,,,,
,Numberless too,company,D,,IT,anna@mail.example,not a phone,,Wien,,31.12.2019,A-2,
A-10,株式会社 Ältere,company,A,,JP,o'hara+x@mail.example,+81 3 1234 5678,,東京,,,,
A-12,Twin,company,A,,AT,,,,Wels,,,,
A-12,Other twin,company,A,,AT,a!b@mail.example,,,Wels,,,,
A-13,Third twin,company,A,,AT,c!d@mail.example,,,Wels,,,,
A-13,Last twin,company,A,,AT,,,,Wels,,,,
A-11,Weinhofer Handel GmbH,company,A,,AT,office@weinhofer.example,,,Wels,,,,
"""
CONTACTS = """last name,first name,full name,form of address,e-mail,phone,account,job title,department,note
Lindhofer,Eva,,ms,Eva@kunde.test,+43 7242 1234,A-1,Einkauf,,
Lindhofer,Eva,,,eva@kunde.test,,A-2,,Lager,twice
Lindhofer,Adam,,mr,,0664 1234567,A-1,Leitung,Büro,"two
\\.
lines"
Lindhofer,Adam,,Herr,,,A-1,,,
,,Mag. Anna Huber MBA,,anna@huber.example,,A-2,Buchhaltung,,
Ohneort,,,,ohne@ort.example,,,Vertrieb,,
Nirgends,,,,nirgends@mail.example,,A-99,,,
Brösel,Jörg,,x,,,,,,
Maier,{long},,,,,,,,
,,,,only@mail.example,,A-1,,,
O'Neil,Seán,,,sean@mail.example,nine,A-2,Chef,,
"""


def _stored(of_accounts: dict[int, str], of_contacts: dict[int, str]) -> dict[str, list]:
    """Everything that an import writes, in the order of its numbers, without numbers and moments; links by what they lead to."""
    found = {}
    for label in STORED:
        model = apps.get_model(label)
        names = [f.attname for f in model._meta.concrete_fields if f.attname not in MOMENTS | NUMBERED | ABOUT]
        order = ORDER.get(label, ["pk"])
        rows = model._base_manager.order_by(*order).values(*names)
        found[label] = [
            {
                n: (of_contacts if LINKS[n] is Contact else of_accounts).get(v) if n in LINKS else _plain(v)
                for n, v in row.items()
            }
            for row in rows
        ]
    return found


def _plain(value):
    return bytes(value) if isinstance(value, memoryview) else value


def _as_stored(text: str, by, monkeypatch, way: str, **how):
    """What stands in the database after an import that is rolled back."""
    with monkeypatch.context() as patch, transaction.atomic():
        if way == "one by one":
            patch.setattr(by_columns.ByColumns, "of_target", lambda loader: None)
        if how["target"] == "contacts":
            Account.objects.create(name="Weinhofer", key="weinhofer", number="A-1")
            Account.objects.create(name="Müller", key="muler", number="A-2")
        run = imported(text, by=by, **how)
        accounts = dict(Account._base_manager.values_list("pk", "number"))
        contacts = {pk: f"{key} {mail}" for pk, key, mail in Contact._base_manager.values_list("pk", "key", "email")}
        found = _stored(accounts, contacts), run.counts, run.notes, told(run)
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("by", ["", "ada", "ben"])
@pytest.mark.parametrize(
    ("target", "key", "mode"),
    [
        *(("accounts", key, "both") for key in ("number", "name", "email", "vat_id", "name_postcode")),
        ("accounts", "name", "create"),
        ("contacts", "email", "both"),
        ("contacts", "name_account", "create"),
    ],
)
def test_by_columns_comes_to_the_same_as_one_by_one(world, monkeypatch, target, key, mode, by):
    """Whatever the rows are, by whom: the house, who sees her own alone, who sees all."""
    next_number("account", "K-")
    text = {"accounts": ACCOUNTS, "contacts": CONTACTS}[target].format(long="x" * 120)
    if key == "name_postcode":
        text = text.replace(",place,", ",postcode,", 1)
    person = getattr(world, by) if by else None
    ways = [
        _as_stored(text, person, monkeypatch, way, target=target, match_by=key, mode=mode)
        for way in ("by columns", "one by one")
    ]
    (ours, *more), (theirs, *others) = ways
    assert {label for label in STORED if ours[label] != theirs[label]} == set()
    assert more == others


def test_plain_rows_do_go_by_columns(world, monkeypatch):
    stored = []
    store = by_columns.NewAlike.store
    monkeypatch.setattr(
        by_columns.NewAlike, "store", lambda new, ids, outcome: (stored.append(len(ids)), store(new, ids, outcome))
    )
    imported(
        "number,name,e-mail,phone\nA-1,One,a@b.example,+43 1 2345678\nA-2,Two GmbH,,\nA-2,Three,,\n",
        target="accounts",
        match_by="number",
    )
    imported(
        "last name,e-mail,account number\nEins,a@b.example,A-1\nZwei,,A-2\nDrei,x,A-2\n",
        target="contacts",
        match_by="email",
    )
    assert stored == [1, 2]


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30) | st.from_regex(
    r"[A-Za-z0-9._+'-]{1,12}@[A-Za-z0-9-]{1,8}\.[a-z0-9-]{1,5}", fullmatch=True
)


@pytest.mark.django_db
@pytest.mark.parametrize("loader", [Accounts, Contacts])
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_a_column_says_of_no_cell_that_it_is_good_that_its_field_would_refuse(loader, texts):
    model = loader.model
    for name, check in checks_of(model, loader.columns_of, loader.by_itself).items():
        field = model._meta.get_field(loader.columns_of[name])
        if field.get_internal_type() in ("DateField", "PositiveIntegerField"):
            continue
        for text, found in zip(texts, check(pl.Series(name, texts)), strict=True):
            if found is not None:
                record = model(**({"number": "A-1"} if model is Account else {}) | {field.name: text})
                record.prepare({field.name})
                record.clean_fields(exclude={f.name for f in model._meta.fields} - {field.name})
                record.clean()
                assert getattr(record, field.name) == found
