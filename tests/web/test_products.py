"""Products: what they sold to whom as far as one may see, their prices, their costs for some."""

import datetime as dt

import pytest

from kundenkreis.catalogue.models import Price, PriceList, Product
from kundenkreis.core import clock
from kundenkreis.orders.models import Order, OrderLine


@pytest.fixture
def lantern(world):
    """Sold this year: 100 € to Lindner, 40 € to Brauneis, 7 € to nobody."""
    product = Product.add(by=world.admin, number="85123A", name="White lantern", cost="917.53")
    today = clock.today()
    for number, account, amount in (("1", world.lindner, 100), ("2", world.brauneis, 40), ("3", None, 7)):
        order = Order.add(by=None, number=number, account=account, ordered_on=today, total=amount, total_house=amount)
        OrderLine.objects.create(
            order=order,
            product=product,
            position=1,
            account=account,
            ordered_on=today,
            quantity=10,
            unit_price=1,
            amount=amount,
            amount_house=amount,
        )
    return product


def page(client, product):
    return client.get(f"/products/{product.pk}/").content.decode()


def test_a_product_s_sales_are_those_that_one_may_see(world, signed_in, lantern):
    ben, ada, dora = (page(signed_in(p), lantern) for p in (world.ben, world.ada, world.dora))
    assert "€147" in ben
    assert ("Lindner" in ben, "Brauneis" in ben) == (True, True)
    assert "€100" in ada
    assert "€147" not in ada
    assert "Brauneis" not in ada
    assert "to accounts you may see" in ada
    assert "€147" in dora


def test_costs_are_for_those_who_may_see_them(world, signed_in, lantern):
    assert "€917.53" in page(signed_in(world.ada), lantern)
    for other in (world.dora, world.gerda, world.rita):
        assert "917.53" not in page(signed_in(other), lantern)


def test_the_cost_is_not_in_the_form_of_who_may_not_see_it(world, signed_in, lantern, monkeypatch):
    from kundenkreis.staff import access

    monkeypatch.setitem(access.TABLE[world.gerda.role], "products.change", access.ALL)
    client = signed_in(world.gerda)
    assert "917.53" not in client.get(f"/products/{lantern.pk}/edit/").content.decode()
    client.post(
        f"/products/{lantern.pk}/edit/",
        {"number": "85123A", "name": "Lantern", "kind": "goods", "cost": "9", "version": "1"},
    )
    lantern.refresh_from_db()
    assert (lantern.name, str(lantern.cost)) == ("Lantern", "917.5300")


def test_a_product_is_made_and_changed_by_those_who_may(world, signed_in):
    given = {"number": "NEW-1", "name": "New thing", "kind": "goods", "cost": "1.234,50", "is_active": "on"}
    assert signed_in(world.ada).post("/products/new/", given).status_code == 403
    world.ben.change(by=world.ben, language="de")
    signed_in(world.ben).post("/products/new/", given)
    product = Product.objects.get(number="NEW-1")
    assert str(product.cost) == "1234.5000"
    assert signed_in(world.ada).post(f"/products/{product.pk}/edit/", given | {"name": "x"}).status_code == 403


def test_two_products_cannot_have_one_number(world, signed_in, lantern):
    answer = signed_in(world.ben).post("/products/new/", {"number": "85123A", "name": "Twin", "kind": "goods"})
    assert answer.status_code == 422
    assert Product.objects.count() == 1


def test_a_price_is_added_changed_and_ended(world, signed_in, lantern):
    client = signed_in(world.ben)
    client.post("/products/price-lists/new/", {"code": "W", "name": "Wholesale", "currency": "GBP"})
    wholesale = PriceList.objects.get()
    given = {"price_list": wholesale.pk, "from_quantity": "1", "amount": "2.55", "starts_on": "2010-01-01"}
    client.post(f"/products/{lantern.pk}/prices/new/", given)
    price = Price.objects.get()
    assert "£2.55" in page(client, lantern)
    client.post(f"/products/{lantern.pk}/prices/{price.pk}/edit/", given | {"ends_on": "2010-12-31", "version": "1"})
    price.refresh_from_db()
    assert price.ends_on == dt.date(2010, 12, 31)
    client.post(f"/products/{lantern.pk}/prices/{price.pk}/discard/")
    assert "£2.55" not in page(client, lantern)


def test_a_price_that_ends_before_it_begins_is_refused_in_words(world, signed_in, lantern):
    wholesale = PriceList.add(by=world.ben, code="W", name="Wholesale")
    given = {
        "price_list": wholesale.pk,
        "from_quantity": "1",
        "amount": "2",
        "starts_on": "2010-02-01",
        "ends_on": "2010-01-01",
    }
    answer = signed_in(world.ben).post(f"/products/{lantern.pk}/prices/new/", given)
    assert answer.status_code == 422
    assert "The end lies before the beginning." in answer.content.decode()


@pytest.mark.parametrize("address", ["prices/new/", "discard/", "edit/"])
def test_who_may_not_change_products_gets_no_further(world, signed_in, lantern, address):
    assert signed_in(world.ada).post(f"/products/{lantern.pk}/{address}").status_code == 403


def test_the_list_finds_by_name_number_and_family(world, signed_in, lantern):
    Product.add(by=world.admin, number="22423", name="Cake stand")
    client = signed_in(world.rita)
    found = client.get("/products/?f=name:has:lantern").content.decode()
    assert ("White lantern" in found, "Cake stand" in found) == (True, False)
    assert "Cake stand" in client.get("/products/?f=number:is:22423").content.decode()


def test_a_product_goes_to_the_bin_and_comes_back(world, signed_in, lantern):
    client = signed_in(world.ben)
    client.post(f"/products/{lantern.pk}/discard/")
    assert not Product.objects.living().exists()
    client.post(f"/bin/product/{lantern.pk}/restore/")
    assert Product.objects.living().exists()


def test_a_name_with_markup_is_text(world, signed_in):
    product = Product.add(by=world.admin, number="1", name="<script>alert(1)</script>")
    assert "<script>alert" not in page(signed_in(world.ben), product)
    assert "<script>alert" not in signed_in(world.ben).get("/products/").content.decode()


def test_a_price_whose_place_was_taken_stays_in_the_bin_and_says_why(world, signed_in, lantern):
    wholesale = PriceList.add(by=None, code="W", name="Wholesale")
    given = {"price_list": wholesale, "product": lantern, "starts_on": dt.date(2010, 1, 1)}
    old = Price.add(by=world.ben, amount="2.55", **given)
    discarded = old.discard(by=world.ben)
    newer = Price.add(by=world.ben, amount="3.10", **given)
    client = signed_in(world.ben)
    for address in (f"/bin/price/{old.pk}/restore/", f"/history/{discarded.pk}/undo/"):
        said = client.post(address, follow=True).content.decode()
        assert "cannot come back from the bin: another one has taken its place" in said
    old.refresh_from_db()
    assert old.deleted_at is not None
    newer.discard(by=world.ben)
    client.post(f"/bin/price/{old.pk}/restore/")
    old.refresh_from_db()
    assert old.deleted_at is None
