"""People, teams and territories: kept by an administrator, explained to everybody."""

import re

import pytest
from django.core import mail
from django.test import Client

from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.undo import undo_batch
from kundenkreis.staff.models import ApiToken, Deputy, Team, Territory, User
from kundenkreis.staff.roles import Role
from tests.world import PASSWORD

NEW = {"first_name": "Nina", "last_name": "Neu", "email": "Nina@example.test", "role": "inside_sales", "language": "de"}


def test_everybody_sees_the_colleagues_only_an_administrator_adds(world, signed_in):
    page = signed_in(world.rita).get("/people/").content.decode()
    assert "Cem Yıldız" in page
    assert "/people/new/" not in page
    assert signed_in(world.rita).get("/people/new/").status_code == 403
    assert signed_in(world.ben).post("/people/new/", NEW).status_code == 403
    assert "/people/new/" in signed_in(world.admin).get("/people/").content.decode()


def test_a_new_person_gets_a_link_by_mail_and_on_the_screen_and_comes_in_with_it(world, signed_in):
    answer = signed_in(world.admin).post("/people/new/", NEW | {"team": world.north.pk, "territories": [world.wels.pk]})
    person = User.objects.get(email="nina@example.test")
    assert (person.team, list(person.territories.all())) == (world.north, [world.wels])
    link = re.search(r"http://testserver(/signin/password/reset/key/[^\"<\s]+)", answer.content.decode())[1]
    letter = mail.outbox[0]
    assert (letter.to, link in letter.body) == (["nina@example.test"], True)
    visitor = Client()
    form = visitor.get(link, follow=True)
    visitor.post(
        form.request["PATH_INFO"],
        {"password1": "ein langer satz als passwort", "password2": "ein langer satz als passwort"},
    )
    visitor.post("/signin/login/", {"login": "nina@example.test", "password": "ein langer satz als passwort"})
    assert visitor.get("/me/").status_code == 200


def test_two_people_cannot_have_one_mail_address_not_even_from_the_bin(world, signed_in):
    world.cem.discard(by=world.admin)
    answer = signed_in(world.admin).post("/people/new/", NEW | {"email": "CEM@example.test"})
    assert answer.status_code == 422
    assert "here already" in answer.content.decode()


def test_a_role_is_changed_and_the_change_can_be_undone(world, signed_in):
    client = signed_in(world.admin)
    client.post(
        f"/people/{world.rita.pk}/edit/",
        {
            "first_name": "Rita",
            "last_name": "Lang",
            "email": "rita@example.test",
            "role": "marketing",
            "language": "en",
        },
    )
    assert User.objects.get(pk=world.rita.pk).role == Role.MARKETING
    event = Event.objects.about(world.rita).latest("pk")
    client.post(f"/history/{event.pk}/undo/")
    assert User.objects.get(pk=world.rita.pk).role == Role.READ_ONLY


@pytest.mark.parametrize("way", ["lock", "demote", "discard"])
def test_the_last_administrator_stays(world, signed_in, way):
    second = User.objects.create_user(
        "second@example.test", PASSWORD, by=None, last_name="Second", role=Role.HEAD_OF_SALES, language="en"
    )
    client = signed_in(world.admin)
    if way == "lock":
        answer = client.post(f"/people/{world.admin.pk}/lock/")
    elif way == "demote":
        answer = client.post(
            f"/people/{world.admin.pk}/edit/",
            {"last_name": "Admin", "email": "admin@example.test", "role": "marketing", "language": "en"},
        )
    else:
        answer = client.post(f"/people/{world.admin.pk}/discard/")
    assert answer.status_code in (422, 303)
    admin = User.objects.get(pk=world.admin.pk)
    assert (admin.is_active, admin.role, admin.deleted_at) == (True, Role.ADMINISTRATOR, None)
    second.change(by=None, role=Role.ADMINISTRATOR)
    client.post(
        f"/people/{world.admin.pk}/edit/",
        {"last_name": "Admin", "email": "admin@example.test", "role": "marketing", "language": "en"},
    )
    assert User.objects.get(pk=world.admin.pk).role == Role.MARKETING


def test_locking_hands_the_accounts_over_in_one_batch_and_ends_everything_at_once(world, signed_in):
    ada = signed_in(world.ada)
    token, _key = ApiToken.issue(user=world.ada, name="x", scopes=["read"], by=world.ada)
    page = signed_in(world.admin).get(f"/people/{world.ada.pk}/lock/").content.decode()
    assert "one account" in page
    signed_in(world.admin).post(f"/people/{world.ada.pk}/lock/", {"to": world.cem.pk})
    account = Account.objects.get(pk=world.lindner.pk)
    assert (account.owner, account.team) == (world.cem, world.south)
    assert ada.get("/me/").status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None
    undo_batch(Batch.objects.get(kind="hand_over"), by=world.admin)
    account.refresh_from_db()
    assert (account.owner, account.team) == (world.ada, world.north)


def test_who_was_locked_can_be_let_in_again(world, signed_in):
    signed_in(world.admin).post(f"/people/{world.rita.pk}/lock/")
    assert not User.objects.get(pk=world.rita.pk).is_active
    signed_in(world.admin).post(f"/people/{world.rita.pk}/unlock/")
    assert User.objects.get(pk=world.rita.pk).is_active


def test_a_person_names_her_own_deputy_but_not_a_colleague_s(world, signed_in):
    today = clock.today().isoformat()
    signed_in(world.ada).post(f"/people/{world.ada.pk}/deputies/", {"deputy": world.cem.pk, "starts_on": today})
    assert Deputy.objects.get().deputy == world.cem
    assert (
        signed_in(world.cem)
        .post(f"/people/{world.ada.pk}/deputies/", {"deputy": world.rita.pk, "starts_on": today})
        .status_code
        == 403
    )
    assert signed_in(world.cem).post(f"/people/deputies/{Deputy.objects.get().pk}/discard/").status_code == 403
    assert Deputy.objects.living().count() == 1


def test_an_end_before_the_beginning_is_told_and_nothing_is_written(world, signed_in):
    client = signed_in(world.ada)
    given = {"deputy": world.cem.pk, "starts_on": "2026-03-02", "ends_on": "2026-03-01"}
    page = client.post(f"/people/{world.ada.pk}/deputies/", given, follow=True).content.decode()
    assert "The end lies before the beginning." in page
    assert not Deputy.objects.exists()


def test_what_a_role_may_do_stands_in_words(world, signed_in):
    page = signed_in(world.rita).get("/people/roles/key_account_manager/").content.decode()
    assert "own, account team, team, territory" in page
    assert "see costs" in page
    assert "see costs" not in signed_in(world.rita).get("/people/roles/marketing/").content.decode()
    assert signed_in(world.rita).get("/people/roles/emperor/").status_code == 404


def test_a_team_with_people_does_not_go_into_the_bin(world, signed_in):
    page = signed_in(world.admin).post(f"/teams/{world.north.pk}/discard/", follow=True).content.decode()
    assert "Put them into another team first." in page
    assert Team.objects.living().filter(pk=world.north.pk).exists()


def test_a_team_cannot_be_a_part_of_itself(world, signed_in):
    sales = Team.objects.get(name="Sales")
    answer = signed_in(world.admin).post(f"/teams/{sales.pk}/edit/", {"name": "Sales", "parent": world.north.pk})
    assert answer.status_code == 422
    assert "a part of itself" in answer.content.decode()


def test_a_territory_is_written_as_people_do(world, signed_in):
    client = signed_in(world.admin)
    given = {"name": "Linz", "countries": "at, de", "postcodes": "40, 4100-4199", "people": [world.ada.pk]}
    client.post("/territories/new/", given)
    territory = Territory.objects.get(name="Linz")
    assert (territory.countries, territory.postcodes, list(territory.people.all())) == (
        ["AT", "DE"],
        ["40", "4100-4199"],
        [world.ada],
    )
    wrong = client.post("/territories/new/", given | {"name": "X", "postcodes": "4199-4100"})
    assert "is no range of postcodes" in wrong.content.decode()


def test_a_token_is_shown_once_and_works_as_long_as_it_is_not_revoked(world, signed_in):
    client = signed_in(world.ada)
    page = client.post(
        "/me/tokens/new/", {"name": "Reports", "scope": "read", "nouns": ["orders"], "valid": "30"}
    ).content.decode()
    key = re.search(r"kk_[\w-]{20,}", page)[0]
    token = ApiToken.find(key)
    assert (token.user, token.scopes) == (world.ada, ["orders:read"])
    assert key not in client.get("/me/tokens/").content.decode()
    assert signed_in(world.cem).post(f"/me/tokens/{token.pk}/revoke/").status_code == 404
    assert ApiToken.find(key) is not None
    client.post(f"/me/tokens/{token.pk}/revoke/")
    assert ApiToken.find(key) is None


def test_who_may_only_read_makes_no_tokens(world, signed_in):
    assert (
        signed_in(world.rita).post("/me/tokens/new/", {"name": "x", "scope": "read", "valid": "30"}).status_code == 403
    )
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "/people/",
        "/people/roles/",
        "/teams/",
        "/territories/",
        "/people/{ada}/",
        "/people/{ada}/edit/",
        "/people/new/",
        "/teams/new/",
        "/territories/new/",
    ],
)
def test_the_pages_open_in_german_too(world, signed_in, address):
    world.admin.change(by=world.admin, language="de")
    assert signed_in(world.admin).get(address.format(ada=world.ada.pk)).status_code == 200


def test_a_name_with_markup_is_shown_as_text(world, signed_in):
    world.ada.change(by=world.admin, last_name="<script>alert(1)</script>")
    for address in ("/people/", f"/people/{world.ada.pk}/", "/teams/", "/history/"):
        assert "<script>alert" not in signed_in(world.admin).get(address).content.decode()


def test_two_administrators_on_one_person_the_second_chooses(world, signed_in):
    given = {"first_name": "Rita", "last_name": "Lang", "email": "rita@example.test", "language": "en", "version": "1"}
    signed_in(world.admin).post(f"/people/{world.rita.pk}/edit/", given | {"role": "marketing"})
    answer = signed_in(world.admin).post(f"/people/{world.rita.pk}/edit/", given | {"role": "inside_sales"})
    assert answer.status_code == 409
    assert User.objects.get(pk=world.rita.pk).role == Role.MARKETING


def test_one_s_own_profile_changes_what_is_one_s_own_and_nothing_else(world, signed_in):
    given = {
        "first_name": "Ada",
        "last_name": "Huber-Kern",
        "language": "de",
        "theme": "dark",
        "role": "administrator",
        "email": "x@example.test",
    }
    signed_in(world.ada).post("/me/", given)
    ada = User.objects.get(pk=world.ada.pk)
    assert (ada.last_name, ada.language, ada.theme) == ("Huber-Kern", "de", "dark")
    assert (ada.role, ada.email) == (Role.KEY_ACCOUNT_MANAGER, "ada@example.test")


@pytest.mark.parametrize("chosen", ["light", "dark", "system", "pink"])
def test_the_appearance_is_kept_with_the_person(world, signed_in, chosen):
    answer = signed_in(world.ada).post("/me/theme/", {"theme": chosen})
    assert answer.status_code == (400 if chosen == "pink" else 204)
    assert User.objects.get(pk=world.ada.pk).theme == ("system" if chosen == "pink" else chosen)
