"""Pages about who sees what: a record's, a person's, the review's, and what changed in rights."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kundenkreis.core import clock
from kundenkreis.customers.models import Account, AccountTeamMember, Position
from kundenkreis.files import storing
from kundenkreis.staff.explaining import Explainer
from kundenkreis.staff.models import AccessCheck, AccessReview, Deputy, User
from kundenkreis.staff.roles import Role
from kundenkreis.staff.roll import Roll
from kundenkreis.staff.saying import Sayer
from tests.furnished import furnish


def of(record, **query):
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"/access/of/{record._meta.label_lower}/{record.pk}/?{asked}"


def text_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_a_record_s_page_names_everybody_with_the_reason(world, signed_in):
    AccountTeamMember.add(by=world.ben, account=world.lindner, person=world.cem, role="inside")
    Deputy.add(by=world.ben, person=world.ada, deputy=world.cem, starts_on=clock.today(), ends_on=clock.today())
    page = text_of(signed_in(world.admin), of(world.lindner))
    for said in (
        "Ada Huber is the owner.",
        "Cem Yıldız is on the account team as Inside sales.",
        "Cem Yıldız stands in for Ada Huber, who is the owner, until ",
        "The role Head of sales reaches everything of this kind.",
        "It belongs to Rita Lang&#39;s team North.",
    ):
        assert said in page
    assert "Who can see this?" in text_of(signed_in(world.rita), f"/accounts/{world.lindner.pk}/")


def test_what_is_opened_by_an_account_names_it_only_to_those_who_see_that(world, signed_in):
    Position.add(by=world.admin, contact=world.maria, account=world.brauneis, is_main=False)
    admin = text_of(signed_in(world.admin), of(world.maria, person=world.cem.pk))
    assert "By the account Brauneis Wohnkultur: Cem Yıldız is the owner." in admin
    ada = text_of(signed_in(world.ada), of(world.maria, person=world.ada.pk))
    assert "By the account Lindner &amp; Söhne GmbH: Ada Huber is the owner." in ada
    assert "Brauneis" not in ada
    Account.objects.filter(pk=world.brauneis.pk).update(owner=world.ben, team=None)
    AccountTeamMember.add(by=world.admin, account=world.brauneis, person=world.ben, role="sponsor", deputy=world.cem)
    cem = text_of(signed_in(world.cem), of(world.maria, person=world.cem.pk))
    assert "Cem Yıldız is the deputy of Ben Kern in the account team" in cem


def test_an_account_outside_the_reader_s_reach_is_not_named(world):
    roll = Roll()
    cem = next(one for one in roll.people if one.pk == world.cem.pk)
    ways = Explainer(Position.add(by=world.admin, contact=world.maria, account=world.brauneis, is_main=False).contact)
    said = Sayer(roll, told={world.lindner.pk}).ways(cem, ways.explain(cem).ways)
    assert said[0] == "By an account outside your reach: Cem Yıldız is the owner."


def test_a_record_that_the_asker_does_not_see_is_not_there(world, signed_in):
    assert signed_in(world.cem).get(of(world.lindner)).status_code == 404
    assert signed_in(world.admin).get("/access/of/customers.account/999999/").status_code == 404
    for label in ("staff.user", "no.such", "nonsense", "history.event"):
        assert signed_in(world.admin).get(f"/access/of/{label}/1/").status_code == 404


def test_whoever_leads_nobody_is_told_of_herself_alone(world, signed_in):
    page = text_of(signed_in(world.ada), of(world.lindner))
    assert "Ada Huber is the owner." in page
    assert "Ben Kern" not in page
    assert "Rita Lang" not in page


def test_a_head_of_sales_is_told_of_her_teams(world, signed_in):
    page = text_of(signed_in(world.ben), of(world.lindner))
    assert "Rita Lang" in page
    assert "Alma Admin" not in page


def test_one_person_is_explained_in_full_and_what_would_have_to_change(world, signed_in):
    ada = text_of(signed_in(world.admin), of(world.lindner, person=world.ada.pk))
    assert "may see it" in ada
    assert "move to the bin" in ada
    cem = text_of(signed_in(world.admin), of(world.lindner, person=world.cem.pk))
    assert "cannot see it" in cem
    assert "becomes the owner, or the deputy of Ada Huber" in cem
    assert "comes into the team North" in cem
    assert "Or a role that reaches everything" in cem


def test_people_are_found_by_name_and_by_whether_they_see_it(world, signed_in):
    admin = signed_in(world.admin)
    assert "Rita Lang" not in text_of(admin, of(world.lindner, q="ada"))
    seen, not_seen = text_of(admin, of(world.lindner, sees="yes")), text_of(admin, of(world.lindner, sees="no"))
    assert ("Cem Yıldız" in seen, "Cem Yıldız" in not_seen) == (False, True)
    assert ("Rita Lang" in seen, "Rita Lang" in not_seen) == (True, False)


def test_a_document_says_with_what_it_is_seen(world, signed_in, tmp_path):
    paper = storing.store(SimpleUploadedFile("a.pdf", b"%PDF-1.7\n%%EOF\n"), world.lindner, by=world.ada)
    page = text_of(signed_in(world.admin), of(paper))
    assert "It is seen with what it hangs on: Lindner" in page


def test_many_people_come_page_by_page_in_the_same_number_of_queries(world, signed_in, django_assert_max_num_queries):
    client = signed_in(world.admin)
    text_of(client, of(world.lindner))
    for n in range(120):
        User.objects.create(email=f"{n}@x.test", last_name=f"Zed{n:03}", role=Role.READ_ONLY, team=world.north)
    with django_assert_max_num_queries(30):
        page = text_of(client, of(world.lindner))
    assert "Zed010" in page
    assert "Zed119" not in page
    assert "from=50" in page
    assert "Zed119" in text_of(client, of(world.lindner, **{"from": 100}))


def test_a_person_s_page_counts_by_the_ways_and_finds_a_record(world, signed_in):
    AccountTeamMember.add(by=world.cem, account=world.brauneis, person=world.ada, role="inside")
    page = text_of(signed_in(world.admin), f"/access/people/{world.ada.pk}/?q=Lindner")
    assert "own: 1" in page
    assert "account team: 1" in page
    assert f"person={world.ada.pk}" in page
    assert signed_in(world.cem).get(f"/access/people/{world.ada.pk}/").status_code == 403
    assert signed_in(world.ben).get(f"/access/people/{world.admin.pk}/").status_code == 403
    mine = text_of(signed_in(world.cem), f"/access/people/{world.cem.pk}/?q=Lindner")
    assert "Lindner &amp;" not in mine


def test_a_review_is_begun_judged_exported_and_ended(world, signed_in):
    admin = signed_in(world.admin)
    admin.post("/access/review/begin/", {"name": "Autumn"})
    review = AccessReview.objects.get()
    judge = f"/access/review/{review.pk}/people/{{}}/"
    admin.post(judge.format(world.ada.pk), {"verdict": "kept"})
    admin.post(judge.format(world.cem.pk), {"verdict": "change", "note": "=cmd|' /C calc'!A0"})
    assert "Write what is to be changed." in admin.post(
        judge.format(world.rita.pk), {"verdict": "change"}, follow=True
    ).content.decode()  # fmt: skip
    page = text_of(admin, "/access/review/?by=team")
    assert "2 of 7" in page
    file = b"".join(admin.get("/access/review/export/").streaming_content).decode()
    assert "'=cmd|" in file
    assert "Ada Huber" in file
    admin.post(f"/access/review/{review.pk}/end/")
    admin.post(judge.format(world.rita.pk), {"verdict": "kept"})
    assert AccessCheck.objects.count() == 2


def test_a_head_of_sales_judges_her_people_and_nobody_else_judges(world, signed_in):
    review = AccessReview.begin(by=world.admin, name="Autumn")
    judge = f"/access/review/{review.pk}/people/{{}}/"
    assert signed_in(world.ben).post(judge.format(world.admin.pk), {"verdict": "kept"}).status_code == 403
    assert signed_in(world.ben).post(f"/access/review/{review.pk}/end/").status_code == 403
    signed_in(world.ben).post(judge.format(world.ada.pk), {"verdict": "kept"})
    assert AccessCheck.objects.get().by == world.ben
    for address in ("/access/review/", "/access/changes/", "/access/review/export/"):
        assert signed_in(world.ada).get(address).status_code == 403


def test_what_changed_in_rights_is_asked_by_person(world, signed_in):
    world.cem.change(by=world.admin, role=Role.INSIDE_SALES)
    admin = signed_in(world.admin)
    page = text_of(admin, f"/access/changes/?person={world.cem.pk}")
    assert "Person changed: Cem Yıldız" in page
    assert (
        "Cem Yıldız"
        not in text_of(admin, f"/access/changes/?by={world.ben.pk}").split("<main")[1].split("timeline")[-1]
    )
    assert admin.get("/access/changes/?person=999999").status_code == 404
    world.brauneis.change(by=world.ben, owner=world.ada)
    moved = text_of(admin, f"/access/changes/?person={world.ada.pk}")
    assert "now open to" in moved and "no longer open to" in moved and "team North" in moved
    assert "Person changed" not in text_of(admin, "/access/changes/?since=2999-01-01")


@pytest.mark.parametrize("query", ["from=x", "from=99999999999999999999", "person=x", "sees=maybe", "q=%00"])
def test_odd_addresses_get_a_page_or_a_refusal(world, signed_in, query):
    assert signed_in(world.admin).get(f"/access/of/customers.account/{world.lindner.pk}/?{query}").status_code in (
        200,
        400,
    )


def test_every_noun_s_page_leads_to_who_can_see_it(world, signed_in):
    """And each of these addresses is explained, for whoever sees the record."""
    made = furnish(world)
    admin = signed_in(world.admin)
    pages = {
        "account": "accounts", "contact": "contacts", "activity": "activities", "order": "orders", "product": "products",
        "document": "documents", "signal": "insights", "pair": "duplicates", "run": "imports", "open_item": "orders/open-items",
    }  # fmt: skip
    for name, path in pages.items():
        record = made[name]
        where = f"/access/of/{record._meta.label_lower}/{record.pk}/"
        assert where in text_of(admin, f"/{path}/{record.pk}/"), name
        assert "Why" in text_of(admin, where), name
    trip, view = made["trip"], made["view"]
    assert f"/access/of/trips.trip/{trip.pk}/" in text_of(signed_in(world.ada), f"/trips/{trip.pk}/")
    assert "Ada Huber is the owner." in text_of(signed_in(world.ada), of(view))
