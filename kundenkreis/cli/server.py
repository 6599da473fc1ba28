"""The web server and the worker in one process tree that starts together and ends together.

    serve (supervisor, granian's main process)
    ├── granian worker … one for each core, one thread each
    └── kundenkreis worker

The supervisor stops them on Ctrl-C, SIGTERM and a closed terminal. If it is killed outright, the kernel tells the web
workers (`PR_SET_PDEATHSIG`), and the worker notices that its parent is gone.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.urls import get_resolver
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.utils.proxies import wrap_wsgi_with_proxy_headers
from huey.contrib.djhuey import HUEY

from kundenkreis.cli import checkpoints

PATIENCE = 10  # seconds that a request or a job gets to end before it is cut off
PR_SET_PDEATHSIG = 1
STOPS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


def load_application(target: str) -> Callable[..., Any]:
    """In each web worker: end when the supervisor ends, then load the site."""
    os.setpgid(0, 0)  # Ctrl-C reaches it through the supervisor only, once
    # Granian sets its own handlers after this. Until then SIGTERM must end it, not run the supervisor's inherited handler;
    # the supervisor held signals back while it forked (`_spawn_workers`), so none was lost.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    from kundenkreis.wsgi import application

    _ = get_resolver().url_patterns  # the first visitor need not wait until every page's code is read
    checkpoints.begin()
    if settings.SESSION_COOKIE_SECURE:
        # Behind a web server with TLS on this machine: whose address counts is whom that server speaks for.
        return wrap_wsgi_with_proxy_headers(application, trusted_hosts="127.0.0.1")
    return application


@contextmanager
def held_back() -> Iterator[None]:
    """Signals that end us wait until the end of the block."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


class Server(Granian):  # type: ignore[valid-type, misc]
    """Granian with our worker beside it."""

    def __init__(self, host: str, port: int, workers: int, with_worker: bool, say: Callable[[str], None]) -> None:
        super().__init__(
            "kundenkreis.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=1,
            respawn_failed_workers=True,
            workers_kill_timeout=PATIENCE,
            log_level=LogLevels.warning,
        )
        self.background = BackgroundWorker() if with_worker else None
        self.say = say

    def run(self) -> None:
        """Serve until told to stop."""
        # The web workers are forks of this process: no connection may be shared with them.
        connections.close_all()
        HUEY.storage.close()
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # whitenoise warns without it
        self.serve(target_loader=load_application)

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        super().startup(spawn_target, target_loader)
        signal.signal(signal.SIGHUP, self.signal_handler_interrupt)
        if self.background:
            self.background.start()
        threading.Thread(target=self._announce, daemon=True).start()

    def _spawn_workers(self, spawn_target: Any, target_loader: Any) -> None:
        with held_back():
            super()._spawn_workers(spawn_target, target_loader)

    def _respawn_workers(self, *arguments: Any, **options: Any) -> None:
        with held_back():
            super()._respawn_workers(*arguments, **options)

    def shutdown(self, exit_code: int = 0) -> None:
        if self.background:
            self.background.stop()
        try:
            super().shutdown(exit_code)
        finally:
            if self.background:
                self.background.wait()

    def _announce(self) -> None:
        """Tell the address as soon as the site answers there."""
        listening = str(self.bind_addr)
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(listening, listening)  # noqa: S104
        address = f"http://{f'[{host}]' if ':' in host else host}:{self.bind_port}"
        give_up_at = time.monotonic() + PATIENCE
        while not self.interrupt_signal:
            try:
                urllib.request.urlopen(f"{address}/health", timeout=5).close()  # noqa: S310
                break
            except urllib.error.HTTPError:
                if time.monotonic() > give_up_at:  # it answers, if not well: the page says what is wrong
                    break
            except OSError:
                pass
            time.sleep(0.2)
        if not self.interrupt_signal:
            self.say(f"Kundenkreis is ready: {address}  (Ctrl-C ends it)")


class BackgroundWorker:
    """`kundenkreis worker` as a child process, started again if it dies."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process: subprocess.Popen | None = None
        self._keeper = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        self._launch()
        self._keeper.start()

    def stop(self) -> None:
        """Ask it to end; `wait` sees that it does."""
        self._stopping.set()
        if self._process and self._process.poll() is None:
            self._process.terminate()

    def wait(self) -> None:
        """Until it has ended, by force after some seconds."""
        if self._process is None:
            return
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _launch(self) -> None:
        # In a session of its own, so that Ctrl-C reaches it through the supervisor only, once.
        command = [sys.executable, "-m", "kundenkreis", "worker", "--parent", str(os.getpid())]
        self._process = subprocess.Popen(command, start_new_session=True)  # noqa: S603

    def _keep(self) -> None:
        pause = 1.0
        while True:
            started = time.monotonic()
            code = self._process.wait() if self._process else 0
            pause = 1.0 if time.monotonic() - started > 60 else min(pause * 2, 60)
            if self._stopping.is_set():
                return
            print(f"The worker ended with code {code}; it is started again.", file=sys.stderr)
            if self._stopping.wait(pause):
                return
            self._launch()
