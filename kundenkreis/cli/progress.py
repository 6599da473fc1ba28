"""A progress bar for a person at a terminal, plain lines for a log."""

from __future__ import annotations

import sys
import time
from typing import TextIO

WIDTH = 30


class Progress:
    """Call it with what is being done and how far it is: `progress("Importing sales", 120_000, 525_461)`."""

    def __init__(self, out: TextIO | None = None, log: bool = True) -> None:
        """`log`: without a terminal, write a line per step and per tenth; else say nothing then."""
        self.out = out or sys.stdout
        self.log = log
        self.live = self.out.isatty()
        self._text = ""
        self._shown_at = 0.0
        self._tenth = -1
        self._open = False

    def __call__(self, text: str, done: int = 0, total: int = 0) -> None:
        new_step = text != self._text
        if new_step:
            self.end_line()
            self._text, self._tenth = text, -1
        share = min(done / total, 1.0) if total else 0.0
        if self.live:
            self._draw(text, share, done, total, force=new_step or share == 1.0)
        elif self.log:
            self._log(text, share, new_step, bool(total))

    def end_line(self) -> None:
        """Leave the bar where it is and go on below it."""
        if self._open:
            self.out.write("\n")
            self.out.flush()
            self._open = False

    def _draw(self, text: str, share: float, done: int, total: int, force: bool) -> None:
        if not force and time.monotonic() - self._shown_at < 0.1:
            return
        self._shown_at = time.monotonic()
        bar = ""
        if total:
            full = round(share * WIDTH)
            bar = f" [{'█' * full}{'·' * (WIDTH - full)}] {share:4.0%}  {done:,} of {total:,}"
        self.out.write(f"\r\x1b[2K· {text}{bar}")
        self.out.flush()
        self._open = True

    def _log(self, text: str, share: float, new_step: bool, counted: bool) -> None:
        tenth = int(share * 10)
        if new_step or (counted and tenth > self._tenth):
            self._tenth = tenth
            self.out.write(f"· {text}{f' {tenth * 10} %' if counted else ''}\n")
            self.out.flush()
