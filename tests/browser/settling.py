"""Waiting for a page, as our security policy allows it."""

from __future__ import annotations

import contextlib
from typing import Any

from playwright.sync_api import Error, Page

PATIENCE_MS = 20_000
_IN_TIME = "Promise.race([{}, new Promise((_, refuse) => setTimeout(() => refuse(new Error('no answer')), 5000))])"


def answer(page: Page, question: str) -> Any:
    """What an expression in the page, or its promise, comes to. Raises Error after five seconds, for which Playwright would wait for ever."""
    return page.evaluate(_IN_TIME.format(question))


def settled(page: Page, condition: str) -> None:
    """Wait until the condition holds. (Playwright's own waiting evaluates strings in the page, which our policy forbids.)"""
    for _ in range(PATIENCE_MS // 100):
        with contextlib.suppress(Error):  # the page was left while it was asked; the next one answers
            if answer(page, condition):
                return
        page.wait_for_timeout(100)
    raise AssertionError(f"did not come true: {condition}")
