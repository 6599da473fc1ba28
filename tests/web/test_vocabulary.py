"""Families, units and tags have pages: list, add, rename, to the bin, each with its right and its history."""

from __future__ import annotations

import pytest

from kundenkreis.catalogue.models import Family, Product, Unit
from kundenkreis.customers.models import Tag
from kundenkreis.history.models import Event

pytestmark = pytest.mark.django_db
GIVEN = {
    "products/families": ({"code": "F1", "name": "Lamps"}, {"code": "F1", "name": "Lights"}, Family),
    "products/units": (
        {"code": "C62", "name_en": "piece", "name_de": "Stück"},
        {"code": "C62", "name_en": "unit", "name_de": "Stück"},
        Unit,
    ),
    "accounts/tags": ({"name": "Fair 2026"}, {"name": "Fair 2027"}, Tag),
}


@pytest.mark.parametrize("place", GIVEN)
def test_a_word_is_added_renamed_and_discarded_with_its_history(world, signed_in, place):
    first, second, model = GIVEN[place]
    ben = signed_in(world.ben)
    assert ben.post(f"/{place}/new/", first).status_code == 303
    record = model.objects.get()
    assert str(record) in ben.get(f"/{place}/").content.decode()
    assert ben.post(f"/{place}/{record.pk}/edit/", second).status_code == 303
    record.refresh_from_db()
    noun = model.noun()
    assert ben.post(f"/{place}/{record.pk}/discard/").status_code == 303
    assert not model.objects.living().exists()
    verbs = Event.objects.about(record).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == [f"{noun}.added", f"{noun}.changed", f"{noun}.discarded"]


@pytest.mark.parametrize("place", GIVEN)
def test_whoever_may_not_keep_the_words_reads_them_without_buttons(world, signed_in, place):
    first, second, model = GIVEN[place]
    record = model.add(by=None, **first)
    rita = signed_in(world.rita)
    page = rita.get(f"/{place}/").content.decode()
    assert str(record) in page
    assert f"/{place}/{record.pk}/edit/" not in page
    for address in (f"/{place}/new/", f"/{place}/{record.pk}/edit/", f"/{place}/{record.pk}/discard/"):
        assert rita.post(address, second).status_code == 403
    assert str(model.objects.living().get()) == str(record)


def test_families_stand_as_a_tree_and_count_their_products(world, signed_in):
    lamps = Family.add(by=None, code="F1", name="Lamps")
    table = Family.add(by=None, code="F2", name="Table lamps", parent=lamps)
    Product.add(by=None, number="P1", name="Lamp", family=table)
    page = signed_in(world.ben).get("/products/families/").content.decode()
    assert page.index("tree-0") < page.index("tree-1") < page.index("Table lamps")
    assert f"/products/?f=family:in:{table.pk}" in page
    assert "1 product" in page


def test_a_family_with_others_in_it_stays_and_cannot_lie_within_itself(world, signed_in):
    lamps = Family.add(by=None, code="F1", name="Lamps")
    table = Family.add(by=None, code="F2", name="Table lamps", parent=lamps)
    ben = signed_in(world.ben)
    ben.post(f"/products/families/{lamps.pk}/discard/")
    assert Family.objects.living().count() == 2
    answer = ben.post(f"/products/families/{lamps.pk}/edit/", {"code": "F1", "name": "Lamps", "parent": table.pk})
    assert answer.status_code == 422
    assert "a part of itself" in answer.content.decode()


def test_a_tag_counts_only_the_accounts_that_one_sees(world, signed_in):
    tag = Tag.add(by=None, name="Fair")
    world.lindner.tags.set([tag])
    world.brauneis.tags.set([tag])
    assert "2 accounts" in signed_in(world.ben).get("/accounts/tags/").content.decode()
    assert "1 account<" in signed_in(world.ada).get("/accounts/tags/").content.decode()


def test_the_list_of_products_is_exported_as_it_is_filtered(world, signed_in):
    lamps = Family.add(by=None, code="F1", name="Lamps")
    Product.add(by=None, number="P1", name="=Lamp", family=lamps)
    Product.add(by=None, number="P2", name="Vase")
    answer = signed_in(world.ben).get(f"/products/export/?format=csv&f=family:in:{lamps.pk}")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "P1" in text
    assert "'=Lamp" in text
    assert "P2" not in text
    assert signed_in(world.ben).get("/products/export/?format=xlsx").status_code == 200
    assert signed_in(world.rita).get("/products/export/?format=csv").status_code == 403
