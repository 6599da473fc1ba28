"""`kundenkreis worker`: runs the background jobs and the timetable."""

import logging
import os
import signal
import threading
import time
from typing import Any

from django.core.management.base import CommandParser

from kundenkreis.cli.commanding import Command as BaseCommand
from kundenkreis.cli.commanding import refuse_unless_ready

logger = logging.getLogger(__name__)
PATIENCE = 5  # seconds a running job gets to end; later it is cut off and goes on at the next start


class Command(BaseCommand):
    help = "Run background jobs and the timetable, until Ctrl-C or SIGTERM. `serve` starts one by itself."
    examples = "worker\nworker --threads 4"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--threads", type=int, default=2, help="how many jobs may run at the same time (2)")
        parser.add_argument("--parent", type=int, help="end when this process is no longer our parent")

    def handle(self, *, threads: int, parent: int | None, **_options: Any) -> None:
        refuse_unless_ready()
        from huey.contrib.djhuey import HUEY

        from kundenkreis.jobs import heartbeat, recovery, schedule  # noqa: F401 (the import fills the timetable)

        heartbeat.forget()  # of a process that had our number before us, as in a container
        recovery.recover()
        heartbeat.beat()
        consumer = HUEY.create_consumer(workers=threads, max_delay=1.0, shutdown_timeout=PATIENCE)
        # Every signal means: let the running jobs come to an end, start no other. A second one cuts them off.
        consumer._signal_actions = dict.fromkeys((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), (False, True))
        ended = threading.Event()
        threading.Thread(target=live, args=(parent, ended), daemon=True).start()
        try:
            consumer.run()
        finally:
            ended.set()
            recovery.hand_over()
            heartbeat.forget()


def live(parent: int | None, ended: threading.Event) -> None:
    """Leave the worker's mark every few seconds, and stop the worker when its parent is gone."""
    from kundenkreis.jobs import heartbeat

    next_beat = 0.0
    while not ended.wait(1):
        if parent and os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
            return
        if time.monotonic() >= next_beat:
            next_beat = time.monotonic() + heartbeat.PERIOD
            try:
                heartbeat.beat()
            except Exception:  # the database may be away for a while; the next beat tries again
                logger.exception("The worker's sign of life could not be stored.")
