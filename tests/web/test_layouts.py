"""A list as a board or a calendar, and its columns in an order and width of one's own."""

import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_event
from kundenkreis.lists.models import SavedView


@pytest.fixture
def ben(world, signed_in):
    return signed_in(world.ben)


def lanes(answer):
    """Value of each lane → the names in it, its count and its sum."""
    text = answer.content.decode()
    found = {}
    for value, body in re.findall(r'<section class="lane" data-lane="([^"]*)"(.*?)</section>', text, re.DOTALL):
        names = re.findall(r'class="row-link"[^>]*>([^<]+)<', body)
        count = re.search(r"data-count>(\d*)<", body)[1]
        found[value] = (names, count, re.search(r'class="lane-sum"[^>]*>([^<]*)<', body)[1])
    return found


def test_accounts_stand_on_a_board_by_tier_with_what_each_column_comes_to(ben, world):
    world.lindner.change(by=world.ben, tier="A")
    Account.objects.filter(pk=world.lindner.pk).update(revenue_12m=30_000)
    found = lanes(ben.get("/accounts/?layout=board-tier"))
    assert list(found) == ["A", "B", "C", "D", ""]
    assert found["A"] == (["Lindner &amp; Söhne GmbH"], "1", "€30\xa0k")
    assert found[""][:2] == (["Brauneis Wohnkultur"], "1")


def test_a_board_shows_what_the_filters_let_through_and_one_s_reach_alone(ben, world, signed_in):
    assert lanes(ben.get("/accounts/?layout=board-tier&f=place:is:Wels"))[""][1] == "1"
    assert lanes(signed_in(world.ada).get("/accounts/?layout=board-tier"))[""][0] == ["Lindner &amp; Söhne GmbH"]


def test_what_is_to_be_done_stands_on_a_board_by_its_day_and_is_put_onto_another(ben, world):
    today = clock.today()
    days = {"overdue": -1, "today": 0, "soon": 7, "later": 8}
    for part, days_ahead in days.items():
        due = today + dt.timedelta(days=days_ahead)
        Activity.add(by=world.ben, kind="task", subject=part, owner=world.ben, is_open=True, due_on=due)
    Activity.add(by=world.ben, kind="task", subject="someday", owner=world.ben, is_open=True)
    done = Activity.add(by=world.ben, kind="call", subject="done", owner=world.ben, due_on=today)
    page = ben.get("/activities/all/?layout=board-due")
    assert "&lt;time" not in page.content.decode()
    found = lanes(page)
    assert {part: names for part, (names, _count, _sum) in found.items()} == {
        part: [part] for part in ("overdue", "today", "soon", "later", "someday")
    }
    assert {count for _names, count, _sum in found.values()} == {"1"}

    def put(pk, part):
        return ben.post("/activities/all/move/due/", {"id": pk, "to": part})

    late = Activity.objects.get(subject="overdue")
    for part, ahead in (("today", 0), ("soon", 7), ("later", 30)):
        assert put(late.pk, part).status_code == 200
        late.refresh_from_db()
        assert late.due_on == today + dt.timedelta(days=ahead)
        assert "overdue" in lanes(ben.get("/activities/all/?layout=board-due"))[part][0]
    assert put(late.pk, "someday").status_code == 200
    undo_event(Event.objects.latest("pk"), by=world.ben)
    refused = put(late.pk, "overdue")
    assert refused.status_code == 409
    assert "another column" in refused.json()["problem"]
    late.refresh_from_db()
    assert late.due_on == today + dt.timedelta(days=30)
    assert put(done.pk, "later").status_code == 404


def test_a_card_is_moved_and_the_move_undone(ben, world):
    answer = ben.post("/accounts/move/tier/", {"id": world.lindner.pk, "to": "B"})
    assert answer.status_code == 200 and "Undo" in answer.json()["toast"]
    world.lindner.refresh_from_db()
    assert world.lindner.tier == "B"
    undo_event(Event.objects.latest("pk"), by=world.ben)
    world.lindner.refresh_from_db()
    assert world.lindner.tier == ""


def test_only_who_may_change_a_record_moves_its_card(world, signed_in):
    assert signed_in(world.ada).post("/accounts/move/tier/", {"id": world.brauneis.pk, "to": "A"}).status_code == 404
    rita = signed_in(world.rita)
    assert rita.post("/accounts/move/tier/", {"id": world.lindner.pk, "to": "A"}).status_code == 403
    assert 'draggable="true"' not in rita.get("/accounts/?layout=board-tier").content.decode()


@pytest.mark.parametrize(
    "sent", [{"id": "x", "to": "A"}, {"id": "1", "to": "Z"}, {"to": "A"}, {"id": "9" * 30, "to": "A"}]
)
def test_a_move_that_makes_no_sense_is_not_found(ben, sent):
    assert ben.post("/accounts/move/tier/", sent).status_code == 404
    assert ben.post("/accounts/move/height/", {"id": "1", "to": "A"}).status_code == 404


def test_a_move_that_the_record_refuses_is_said(ben, world):
    task = Activity.add(by=None, kind="task", subject="Call back", account=world.lindner, is_open=True)
    answer = ben.post("/activities/all/move/kind/", {"id": task.pk, "to": "note"})
    assert answer.status_code == 409 and "make it a task" in answer.json()["problem"]


def test_activities_stand_on_their_days(ben, world):
    today = clock.today()
    for days, subject in ((0, "Now"), (40, "Long ago")):
        at = timezone.make_aware(dt.datetime.combine(today - dt.timedelta(days=days), dt.time(10)))
        Activity.add(by=None, kind="call", subject=subject, account=world.lindner, owner=world.ada, at=at)
    month = ben.get("/activities/all/?layout=month").content.decode()
    assert re.search(rf'datetime="{today.isoformat()}".*?10:00</span> Now<', month, re.DOTALL)
    assert "Long ago" not in month
    before = today - dt.timedelta(days=40)
    assert "Long ago" in ben.get(f"/activities/all/?layout=week&on={before.isoformat()}").content.decode()
    assert ben.get("/activities/all/?layout=month&on=nonsense").status_code == 200


def test_a_view_keeps_its_layout_and_its_team_s_words(ben, world):
    saved = ben.post(
        "/views/new/?list=accounts&layout=board-tier&f=owner:is:my_team", {"name": "By tier", "shared": "private"}
    )
    assert saved.status_code == 303
    view = SavedView.objects.get()
    assert "layout=board-tier" in view.query and "my_team" in view.query
    assert "data-lane" in ben.get(f"/accounts/?view={view.pk}", follow=True).content.decode()


def headings(answer):
    return re.findall(r'data-grip="([^"]+)"', answer.content.decode())


def test_columns_stand_in_the_order_of_the_address_with_their_widths(ben):
    answer = ben.get("/accounts/?columns=place:180,name,owner")
    assert headings(answer) == ["place", "name", "owner"]
    assert '<col width="180">' in answer.content.decode()
    assert headings(ben.get("/accounts/?columns=owner,place")) == ["name", "owner", "place"]


@pytest.mark.parametrize("width", ["0", "99999", "-5", "x", "²"])
def test_a_width_that_makes_no_sense_is_none(ben, width):
    answer = ben.get(f"/accounts/?columns=place:{width}")
    assert headings(answer) == ["name", "place"] and "<col width" not in answer.content.decode()


def test_a_column_is_moved_by_its_arrows_and_shown_there(ben):
    sent = {
        "choose": "columns",
        "chosen": "1",
        "order": ["name", "place", "owner"],
        "columns": ["name", "place:90", "owner"],
    }
    moved = ben.get("/accounts/", sent | {"move": "up:owner"}).content.decode()
    assert re.findall(r'name="order" value="([^"]+)"', moved)[:3] == ["name", "owner", "place"]
    shown = ben.get("/accounts/", sent | {"order": ["owner", "name", "place"]})
    assert parse_qs(urlsplit(shown["Location"]).query)["columns"] == ["owner,name,place:90"]


def test_the_export_has_the_columns_in_the_order_of_the_screen(ben):
    answer = ben.get("/accounts/export/?format=csv&columns=place:90,name")
    head = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[0]
    assert head == "Place,Account"
