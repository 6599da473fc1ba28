"""Pick lists and layouts on pages: the house's words in lists, forms and files, values kept by an administrator, forms in the house's order."""

import pytest
from django.utils import translation

from kundenkreis.customers.models import Account
from kundenkreis.fields import known, layouts, picking
from kundenkreis.fields.models import Layout, PickList
from kundenkreis.fields.shaping import settled
from kundenkreis.history.models import Batch
from kundenkreis.staff.roles import Role
from tests.fields.defining import define

pytestmark = pytest.mark.django_db
HERE = "/house/picks/accounts.industry/"


def text_of(response):
    return response.content.decode()


def test_an_administrator_fills_a_list_and_everybody_chooses_from_it(world, signed_in):
    alma, ada = signed_in(world.admin), signed_in(world.ada)
    assert ada.get("/house/picks/").status_code == 403
    assert ada.get(HERE).status_code == 403
    refused = alma.post(f"{HERE}new/", {"lines": "Trade | Handel\n\nTrade"})
    assert refused.status_code == 422 and "Line 2" in text_of(refused)
    assert alma.post(f"{HERE}new/", {"lines": "Trade | Handel\nFood | Essen\nArt | Kunst"}).status_code == 303
    world.lindner.change(by=None, industry="Food")
    page = text_of(alma.get(HERE))
    assert (
        "Trade | Handel" in page and "1 record" in page and "f=accounts" not in page and "industry%3Ain%3AFood" in page
    )
    alma.post(f"{HERE}change/", {"do": "retire:Art"})
    form = text_of(ada.get(f"/accounts/{world.lindner.pk}/edit/"))
    assert '<option value="Trade">Trade</option>' in form and ">Art</option>" not in form
    assert ada.get("/accounts/?f=industry:in:Food&columns=name,industry").status_code == 200
    world.ada.change(by=None, language="de")
    ada = signed_in(world.ada)
    assert "Essen" in text_of(ada.get("/accounts/?f=industry:in:Food&columns=name,industry"))
    exported = b"".join(ada.get("/accounts/export/?format=csv&f=industry:in:Food&columns=name,industry")).decode()
    assert "Essen" in exported
    assert "Essen" in text_of(ada.get(f"/accounts/{world.lindner.pk}/?tab=history"))


def test_a_value_is_renamed_merged_with_a_count_before_and_taken_back(world, signed_in):
    alma = signed_in(world.admin)
    alma.post(f"{HERE}new/", {"lines": "Trade\nTrading"})
    world.lindner.change(by=None, industry="Trading")
    assert alma.post(f"{HERE}value/?key=Trade", {"en": "", "de": ""}).status_code == 422
    assert alma.post(f"{HERE}value/?key=Trade", {"en": "Wholesale", "de": "Großhandel"}).status_code == 303
    looked = text_of(alma.get(f"{HERE}merge/?key=Trading&into=&into_text=wholesale"))
    assert "1 record that holds" in looked
    alma.post(f"{HERE}merge/?key=Trading&into=Trade")
    world.lindner.refresh_from_db()
    assert world.lindner.industry == "Trade"
    batch = Batch.objects.get(kind="values_merged")
    assert alma.get(f"/history/batches/{batch.pk}/").status_code == 200
    assert alma.get(f"{HERE}merge/?key=Trading&into=Nothing").status_code == 422
    assert alma.get(f"{HERE}value/?key=Nothing").status_code == 404


def test_a_fixed_list_is_renamed_ordered_and_reset_and_takes_no_new_value(world, signed_in):
    alma, here = signed_in(world.admin), "/house/picks/activities.kind/"
    assert alma.get(f"{here}new/").status_code == 404
    alma.post(f"{here}value/?key=visit", {"en": "On-site meeting", "de": "Vor-Ort-Termin"})
    alma.post(f"{here}change/", {"do": "up:visit"})
    assert [one.key for one in picking.get("activities.kind").choices][:2] == ["visit", "call"]
    assert "On-site meeting" in text_of(signed_in(world.ada).get("/activities/plan/"))
    alma.post(f"{here}change/", {"do": "retire:mail"})
    alma.post("/house/picks/activities.outcome/change/", {"do": "retire:voicemail"})
    page = text_of(signed_in(world.ada).get(f"/accounts/{world.lindner.pk}/"))
    composer = page[page.index('id="composer"') : page.index("stream-place", page.index('id="composer"') + 400)]
    assert "On-site meeting" in composer and 'value="mail"' not in composer and "voicemail" not in composer
    alma.post(f"{here}arrange/", {"do": "reset"})
    assert not PickList.objects.living().filter(name="activities.kind").exists()
    with translation.override("en"):
        assert picking.get("activities.kind").by_key["visit"].label == "Visit"


def test_ten_thousand_values_are_paged_searched_and_found_by_typing(world, signed_in):
    picking.add_many(picking.get("accounts.industry"), [(f"Kind {n:05}", "") for n in range(10_000)], by=None)
    alma = signed_in(world.admin)
    page = alma.get(f"{HERE}?page=3")
    assert "Kind 00100" in text_of(page) and "Kind 00050" not in text_of(page) and len(page.content) < 150_000
    assert "Kind 09999" in text_of(alma.get(f"{HERE}?q=09999"))
    ada = signed_in(world.ada)
    assert "Kind 04711" in text_of(ada.get(f"{HERE}options/?q=04711"))
    form = ada.get(f"/accounts/{world.lindner.pk}/edit/")
    assert len(form.content) < 150_000
    saved = ada.post(
        f"/accounts/{world.lindner.pk}/edit/?field=industry", {"industry": "", "industry_text": "kind 04711"}
    )
    assert saved.status_code == 303
    world.lindner.refresh_from_db()
    assert world.lindner.industry == "Kind 04711"


def test_choices_of_a_custom_field_are_on_the_same_pages(world, signed_in):
    define("Window", "choice", choices=[{"en": "Morning", "de": "Vormittag"}, {"en": "Evening", "de": "Abend"}])
    alma, here = signed_in(world.admin), "/house/picks/accounts.custom_window/"
    assert "Window" in text_of(alma.get("/house/picks/"))
    alma.post(f"{here}new/", {"lines": "Noon | Mittag"})
    alma.post(f"{here}change/", {"do": "usual:noon"})
    assert known.of("accounts").by_key["window"].usual == "noon"
    define("Delivery", "choice", is_required=True, choices=[{"en": "Van", "default": True}, {"en": "Bike"}])
    assert 'value="van" selected' in text_of(signed_in(world.ada).get("/accounts/new/"))


# --- layouts


def fields_of(form_page, *names):
    places = {name: form_page.find(f'name="{name}"') for name in names}
    return [name for name, place in sorted(places.items(), key=lambda pair: pair[1]) if place >= 0]


def test_a_layout_orders_hides_and_insists_on_page_and_form(world, signed_in):
    define("Seats", "number", group_en="Care", group_de="Betreuung")
    groups = [
        {"key": "main", "en": "First of all", "de": "Zuerst", "fields": [
            {"name": "place"}, {"name": "name"}, {"name": "industry", "form": False}, {"name": "tier", "page": False, "required": True}]},
        {"key": "care", "en": "Care", "de": "Betreuung", "fields": [{"name": "owner"}]},
    ]  # fmt: skip
    settled("accounts", "", groups, by=None)
    ada = signed_in(world.ada)
    page = text_of(ada.get(f"/accounts/{world.lindner.pk}/?tab=details"))
    assert "First of all" in page and page.index("field-place") < page.index("field-name")
    assert "field-industry" in page and "field-tier" not in page
    assert page.index("Care") < page.index("field-custom_seats"), (
        "a field that no layout names stands at the end of its group"
    )
    form = text_of(ada.get(f"/accounts/{world.lindner.pk}/edit/"))
    assert fields_of(form, "name", "place", "industry", "tier") == ["place", "name", "tier"]
    refused = ada.post(
        "/accounts/new/", {"name": "New", "kind": "company", "relation": "customer", "tier": "", "place": "Linz"}
    )
    assert refused.status_code == 422 and "required" in text_of(refused)
    assert (
        ada.post("/accounts/new/", {"name": "New", "kind": "company", "relation": "customer", "tier": "A"}).status_code
        == 303
    )


def test_a_layout_of_a_role_is_that_role_s_alone_and_opens_nothing(world, signed_in):
    every = [{"key": "a", "en": "A", "de": "A", "fields": [{"name": "name"}, {"name": "owner", "required": True}]}]
    settled("accounts", Role.KEY_ACCOUNT_MANAGER, every, by=None)
    assert layouts.of("accounts", Role.ADMINISTRATOR) is None
    form = text_of(signed_in(world.ada).get(f"/accounts/{world.lindner.pk}/edit/"))
    assert 'name="owner"' not in form, (
        "whoever may not hand accounts over is not asked for the owner, whatever a layout says"
    )
    page = text_of(signed_in(world.admin).get(f"/accounts/{world.lindner.pk}/edit/"))
    assert 'name="owner"' in page


def test_the_page_keeps_a_layout_and_puts_it_back(world, signed_in):
    alma, here = signed_in(world.admin), "/house/layouts/contacts/"
    assert signed_in(world.ada).get(here).status_code == 403
    assert alma.get("/house/layouts/").status_code == 200
    assert alma.get(here).status_code == 200
    sent = {
        "group": ["facts", ""], "en": ["Person", "Notes"], "de": ["Person", "Notizen"],
        "field": ["family_name", "given_name", "email", "note"], "in:family_name": "facts", "in:given_name": "facts", "in:email": "facts",
        "in:note": "notes", "page:family_name": "1", "form:family_name": "1", "page:note": "1", "form:note": "1", "form:email": "1",
        "move": "up:given_name",
    }  # fmt: skip
    assert alma.post(here, sent).status_code == 303
    kept = Layout.objects.living().get().groups
    assert [one["name"] for one in kept[0]["fields"]][:2] == ["given_name", "family_name"]
    assert kept[1]["en"] == "Notes"
    refused = alma.post(here, sent | {"form:family_name": [], "field": ["family_name", "family_name"]})
    assert refused.status_code == 422
    assert alma.post(here, sent | {"version": "1", "en": ["People", "Notes"]}).status_code == 303
    stale = alma.post(here, sent | {"version": "1", "en": ["Else", "Notes"]})
    assert stale.status_code == 422
    assert "Somebody else" in text_of(stale)
    shown = text_of(alma.get(f"{here}preview/?role=read_only"))
    assert "disabled" in shown and "Notes" in shown
    alma.post(f"{here}reset/")
    assert not Layout.objects.living().exists()


def test_pages_ask_no_more_often_for_lists_and_layouts(world, signed_in, django_assert_num_queries):
    """Once a process knows them, a page asks what it asked before."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ada = signed_in(world.ada)
    pages = [
        f"/accounts/{world.lindner.pk}/?tab=details",
        f"/accounts/{world.lindner.pk}/edit/",
        "/accounts/?columns=name,relation,industry",
    ]

    def asked():
        found = []
        for page in pages:
            ada.get(page)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert ada.get(page).status_code == 200
            found.append(len(queries))
        return found

    before = asked()
    picking.add(picking.get("accounts.industry"), "Trade", "Handel", by=None)
    settled("accounts", "", [{"key": "a", "en": "A", "de": "A", "fields": [{"name": "name"}]}], by=None)
    Account.objects.filter(pk=world.lindner.pk).update(industry="Trade")
    assert asked() == before
