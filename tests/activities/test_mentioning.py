"""Who is named with an @ is told, if she may see it."""

import pytest

from kundenkreis.activities.mentioning import mentioned
from kundenkreis.activities.models import Activity
from kundenkreis.inbox.models import Notification
from kundenkreis.staff.models import User
from tests.world import person


def note(world, text, account=None, **values):
    account = account or world.lindner
    return Activity.add(by=world.ben, kind="note", subject="Price", body=text, account=account, **values)


def told(whom):
    return [one.text for one in Notification.objects.filter(person=whom, kind="mention")]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Please look, @Ada Huber!", ["Ada Huber"]),
        ("@ada.", ["Ada Huber"]),
        ("(@Cem Yildiz)", ["Cem Yıldız"]),
        ("@Ada and @Ben Kern", ["Ada Huber", "Ben Kern"]),
        ("@Ada @Ada Huber", ["Ada Huber"]),
        ("ada@example.test", []),
        ("@Nobody", []),
        ("@ Ada", []),
        ("@", []),
    ],
)
def test_names_are_recognised_in_any_spelling(world, text, names):
    assert [one.get_full_name() for one in mentioned(text, list(User.objects.living()))] == names


def test_a_first_name_that_two_have_names_nobody(world):
    person("ada.lang", "Ada", "Lang", world.ada.role)
    people = list(User.objects.living())
    assert mentioned("@Ada Lang", people) == [User.objects.get(last_name="Lang", first_name="Ada")]
    User.objects.filter(pk=world.ada.pk).update(email="a.huber@example.test")
    assert mentioned("@Ada", list(User.objects.living())) == []


def test_whom_i_mention_is_told_with_the_account(world):
    note(world, "@Ada Huber please call")
    assert told(world.ada) == ["Ben Kern mentions you: Price (Lindner & Söhne GmbH)"]


def test_who_may_not_see_the_record_is_not_told(world):
    note(world, "@Ada Huber please call", account=world.brauneis)
    assert told(world.ada) == []


def test_nobody_is_told_of_what_she_wrote_herself(world):
    note(world, "@Ben Kern remember")
    assert told(world.ben) == []


def test_a_change_tells_only_those_who_are_new_in_it(world):
    one = note(world, "@Ada Huber please call")
    one.change(by=world.ben, body="@Ada Huber please call, @Rita Lang too")
    assert len(told(world.ada)) == 1
    assert len(told(world.rita)) == 1
    one.change(by=world.ben, subject="Prices")
    assert len(told(world.ada)) == 1


def test_colleagues_are_suggested_who_may_see_it(world, signed_in):
    ben = signed_in(world.ben)

    def names(q, account):
        answer = ben.get("/activities/mention/", {"q": q, "account": account.pk}).json()
        return [one["name"] for one in answer["people"]]

    assert names("ad", world.lindner) == ["Alma Admin", "Ada Huber"] or set(names("ad", world.lindner)) == {
        "Alma Admin",
        "Ada Huber",
    }
    assert names("hub", world.lindner) == ["Ada Huber"]
    assert names("hub", world.brauneis) == []
    assert names("", world.lindner) == []
