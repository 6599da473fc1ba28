"""`kundenkreis serve`: the web server and the worker."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from kundenkreis.cli import ports
from kundenkreis.cli.commanding import Command as BaseCommand
from kundenkreis.cli.commanding import refuse_unless_ready

PUBLIC_URL = "KUNDENKREIS_PUBLIC_URL"


class Command(BaseCommand):
    help = "Serve Kundenkreis: the web pages, the API and the background worker, until Ctrl-C or SIGTERM."
    examples = "serve\nserve --host 0.0.0.0 --port 8080 --workers 4"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen at (127.0.0.1: this machine only)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen at (8000)")
        parser.add_argument("--workers", type=int, help="web processes (one for each core)")
        parser.add_argument("--no-worker", action="store_true", help="start no background worker; one runs elsewhere")

    def handle(self, *, host: str, port: int, workers: int | None, no_worker: bool, **_options: Any) -> None:
        refuse_unless_ready()
        serve(host, port, workers, with_worker=not no_worker, say=self.say)

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def serve(host: str, port: int, workers: int | None, *, with_worker: bool, say: Any) -> None:
    """Serve until told to stop; CommandError if the port is taken."""
    if trouble := ports.why_not(host, port):
        raise CommandError(trouble)
    from kundenkreis.cli.server import Server
    from kundenkreis.core.machine import cores

    _be_reached_here(host, port)
    Server(host, port, workers or cores(), with_worker, say).run()


def _be_reached_here(host: str, port: int) -> None:
    """Links in mails and to customers lead to where it is served, unless the settings say where people reach it. The worker inherits that."""
    if not os.environ.get(PUBLIC_URL):
        name = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104 (asked for)
        os.environ[PUBLIC_URL] = settings.PUBLIC_URL = f"http://{name}:{port}"
