"""A real Chromium against a live server: `look(person)` opens a page as that person, `violations(page)` asks axe."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

# Playwright's loop runs in this thread; the tests' own queries here are harmless.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SWITCHES += ["--disable-component-update", "--disable-sync"]
# Pages behind the address bar, which nobody sees here, cost each new window as much as our own page. Of two such switches the last one
# counts, so what Playwright leaves out stands here too, as far as it matters to a server on this machine.
LEFT_OUT = "WebUIOmniboxPopup WebUIOmniboxAimPopup WebUIOmniboxFullPopup HttpsUpgrades MediaRouter PaintHolding OptimizationHints"
SWITCHES += [f"--disable-features={','.join(LEFT_OUT.split())}"]


# What is still fading in has too little contrast; what turns for ever is not waited for.
AT_REST = """Promise.all(document.getAnimations()
    .filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime))
    .map((one) => one.finished.catch(() => null))).then(() => null)"""


SILENT_S = 400  # no test takes as long, the walk through all pages on a slow machine neither


def pytest_collection_modifyitems(items):
    """Playwright waits for some of Chromium's answers for ever (a key that was pressed), and Chromium, rarely, gives none.

    `Launched.watched` ends it then. The test fails at the line that waited, and is asked once more of a new one.
    """
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TargetClosedError"]))


def chromium() -> str | None:
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )


@pytest.fixture(scope="session")
def playwright():
    """One for all: a second one in the same thread is refused."""
    if not chromium():
        pytest.skip("Chromium is not installed")
    with sync_playwright() as started:
        yield started


class Launched:
    """A Chromium for many tests, started anew when it has ended."""

    def __init__(self, playwright: Any, **switches: Any):
        self.playwright, self.switches = playwright, switches
        self.browser: Browser | None = None

    @contextmanager
    def watched(self) -> Iterator[Browser]:
        """It for one test, in which it does not fall silent for longer than SILENT_S."""
        if not (self.browser and self.browser.is_connected()):
            self.browser = self.playwright.chromium.launch(executable_path=chromium(), args=SWITCHES, **self.switches)
        told = self.browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
        process = next(one["id"] for one in told if one["type"] == "browser")
        watch = threading.Timer(SILENT_S, os.kill, (process, signal.SIGKILL))
        watch.daemon = True
        watch.start()
        try:
            yield self.browser
        finally:
            watch.cancel()

    def close(self) -> None:
        if self.browser:
            self.browser.close()


@pytest.fixture(scope="session")
def launched(playwright):
    one = Launched(playwright)
    yield one
    one.close()


@pytest.fixture
def browser(launched):
    with launched.watched() as living:
        yield living


@pytest.fixture
def look(browser, live_server, signed_in):
    """`look(person, "/accounts/", width=390, theme="dark")` is the page; what its console said is in `page.said`."""
    contexts = []

    def open_page(person, path: str, width: int = 1440, theme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
        contexts.append(context)
        if person:
            session = signed_in(person).cookies["kundenkreis_session"].value
            context.add_cookies([{"name": "kundenkreis_session", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(30_000)  # the first page compiles its templates, on a busy machine slowly
        page.said = []
        page.on(
            "console", lambda message: page.said.append(message.text) if message.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def violations():
    """What axe finds wrong on a page, a line each; [] is well."""

    def find(page: Page) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.context.add_init_script(AXE.read_text())  # of each page that this window will show: sent and read once
            page.evaluate(AXE.read_text())
        page.evaluate(AT_REST)
        # The whole answer names every element of the page; only what is wrong comes over.
        # Style sheets need not be read once more for it: that serves but the rule on locked orientation.
        asked = "{resultTypes: ['violations'], preload: false}"
        found = page.evaluate(f"axe.run(document, {asked}).then((told) => told.violations)")
        return [
            f"{one['id']}: {node['target']} {node.get('failureSummary', '')}" for one in found for node in one["nodes"]
        ]

    return find
