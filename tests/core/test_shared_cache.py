"""The cache that all processes share."""

from __future__ import annotations

import multiprocessing
import time

import pytest

from kundenkreis.core.shared_cache import SharedCache


@pytest.fixture
def place(tmp_path):
    return str(tmp_path / "cache.sqlite3")


def _count(place: str) -> None:
    cache = SharedCache(place, {})
    for _ in range(200):
        cache.incr("tries")


def test_several_processes_count_together_and_lose_nothing(place):
    SharedCache(place, {}).set("tries", 0, None)
    others = [multiprocessing.get_context("spawn").Process(target=_count, args=(place,)) for _ in range(2)]
    for one in others:
        one.start()
    for one in others:
        one.join(60)
    assert SharedCache(place, {}).get("tries") == 400


def test_what_is_kept_outlives_a_restart(place):
    SharedCache(place, {}).set("tries", [1.5, 2.5], 60)
    assert SharedCache(place, {}).get("tries") == [1.5, 2.5]


def test_only_the_first_adds_until_the_time_is_over(place):
    cache = SharedCache(place, {})
    assert cache.add("lock", 1, 0.05)
    assert not cache.add("lock", 2, 60)
    time.sleep(0.06)
    assert cache.get("lock") is None
    with pytest.raises(ValueError, match="not found"):
        cache.incr("lock")
    assert cache.add("lock", 3, 60)
    assert cache.get("lock") == 3


def test_a_value_is_kept_longer_taken_away_and_all_are_cleared(place):
    cache = SharedCache(place, {})
    cache.set("a", "x", 0.05)
    assert cache.touch("a", 60)
    time.sleep(0.06)
    assert cache.get("a") == "x"
    assert cache.delete("a")
    assert not cache.delete("a")
    assert not cache.touch("a", 60)
    cache.set("b", 1, None)
    cache.clear()
    assert cache.get("b", "gone") == "gone"


def test_many_are_asked_for_at_once(place):
    cache = SharedCache(place, {})
    cache.set_many({"a": 1, "b": [2], "old": 3}, 60)
    cache.set("old", 3, -1)
    assert cache.get_many(["a", "b", "old", "never"]) == {"a": 1, "b": [2]}
    assert cache.get_many(["a"], version=2) == {}
    assert cache.get_many(f"key{number}" for number in range(5000)) == {}
