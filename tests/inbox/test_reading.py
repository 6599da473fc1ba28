"""A notification is read once, by whom it is for."""

from kundenkreis.inbox.models import Notification


def test_reading_keeps_the_first_moment(world):
    one = Notification.send(world.ada, "reminder", "x")
    one.read()
    first = one.read_at
    one.read()
    assert one.read_at == first


def test_reading_all_leaves_other_people_s_alone(world):
    Notification.send(world.ada, "reminder", "hers")
    his = Notification.send(world.cem, "reminder", "his")
    assert Notification.read_all(world.ada) == 1
    his.refresh_from_db()
    assert his.read_at is None
    assert not Notification.objects.visible_to(world.ada).unread().exists()


def test_a_long_sentence_is_cut_to_what_fits(world):
    assert len(Notification.send(world.ada, "reminder", "x" * 900).text) == 300
