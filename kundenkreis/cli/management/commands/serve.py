"""`kundenkreis serve`: the web server and the worker."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from kundenkreis.cli import ports
from kundenkreis.cli.commanding import Command as BaseCommand
from kundenkreis.cli.commanding import refuse_unless_ready


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

    Server(host, port, workers or cores(), with_worker, say).run()
