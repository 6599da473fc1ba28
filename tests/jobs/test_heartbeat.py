"""Signs of life."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

from django.utils import timezone

from kundenkreis.jobs import heartbeat, recovery


def test_a_worker_lives_while_it_gives_signs(queue):
    assert heartbeat.alive() == []
    heartbeat.beat()
    assert heartbeat.alive() == [heartbeat.me()]


def test_a_worker_that_is_silent_for_long_is_dead(queue):
    heartbeat.beat()
    later = timezone.now() + heartbeat.SILENT_AFTER + dt.timedelta(seconds=1)
    assert heartbeat.alive(later) == []


def test_a_worker_whose_process_is_gone_is_dead_at_once(queue):
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    host = heartbeat.me().rpartition(".")[0]
    queue.put_result(f"{heartbeat.PREFIX}{host}.{gone.stdout.strip()}", timezone.now().isoformat())
    assert heartbeat.alive() == []


def test_a_worker_on_another_machine_counts(queue):
    queue.put_result(f"{heartbeat.PREFIX}other.example.1", timezone.now().isoformat())
    assert heartbeat.alive() == ["other.example.1"]


def test_marks_of_dead_workers_are_taken_away(queue):
    queue.put_result(f"{heartbeat.PREFIX}other.1", (timezone.now() - dt.timedelta(hours=1)).isoformat())
    recovery.recover()
    assert heartbeat.beats() == []
