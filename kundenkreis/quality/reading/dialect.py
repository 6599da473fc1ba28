"""What separates the cells of a text file."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

COMMON = (";", ",", "\t", "|")
RARE = (":", "^", "~", "§", "¦", "\x1f", "\x01", "\x07", "#", "*", "!", " ")
SAMPLE_LINES = 200


@dataclass(frozen=True)
class Dialect:
    """The delimiter, whether a blank may stand before a quote, and whether a backslash protects a quote."""

    delimiter: str
    blank_before_quote: bool = False
    backslash: bool = False

    @property
    def plain(self) -> bool:
        """Ordinary quoting by doubling (RFC 4180) and a one-byte delimiter: the fast reader can have it."""
        return not self.blank_before_quote and not self.backslash and len(self.delimiter.encode()) == 1

    def cells(self, text: str) -> list[str]:
        """The cells of one record; quotes inside a cell that does not begin with one are ordinary characters."""
        if '"' not in text:
            cells = text.split(self.delimiter)
            return [cell.lstrip(" ") for cell in cells] if self.blank_before_quote else cells
        reader = csv.reader(
            [text],
            delimiter=self.delimiter,
            skipinitialspace=self.blank_before_quote,
            escapechar="\\" if self.backslash else None,
        )
        try:
            return next(reader, [])
        except csv.Error:  # a bare carriage return, or a cell above 128 KiB
            return self._cells_by_pattern(text)

    def _cells_by_pattern(self, text: str) -> list[str]:
        cells, at = [], 0
        pattern = self.cell_patterns()[0]
        while at <= len(text) and (match := pattern.match(text, at)):
            cell = match.group()
            if match.group(1) is not None:
                inside = text[text.index('"', at) + 1 : match.start(1)].replace('""', '"')
                inside = re.sub(r"\\(.)", r"\1", inside, flags=re.DOTALL) if self.backslash else inside
                cell = inside + match.group(2)
            cells.append(cell)
            at = match.end() + 1
        return cells

    def cell_patterns(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        """One cell, and the rest of a quoted cell: group 1 is the closing quote, group 2 what follows it."""
        delimiter = re.escape(self.delimiter)
        inside = r'[^"\\]|""|\\.' if self.backslash else r'[^"]|""'
        rest = rf'(?:{inside})*+("?)([^{delimiter}]*)'
        blank = " *" if self.blank_before_quote else ""
        cell = rf'{blank}"{rest}|[^{delimiter}]*'
        return re.compile(cell, re.DOTALL), re.compile(rest, re.DOTALL)


def sniff(text: str, delimiter: str | None = None) -> Dialect:
    """The dialect of a file by its first lines; a single column when nothing separates them evenly."""
    lines = text.splitlines(keepends=True)[:SAMPLE_LINES]
    chosen = delimiter or _best(lines, COMMON, least=0.5) or _best(lines, RARE, least=0.95) or _any(lines) or ","
    mark = re.escape(chosen)
    blanks = len(re.findall(rf'{mark} +"', text))
    tight = len(re.findall(rf'(?:^|{mark})"', text, re.MULTILINE))
    protected = re.search(rf'\\"(?!\s*(?:{mark}|$|"))', text, re.MULTILINE)
    return Dialect(chosen, blank_before_quote=blanks > tight, backslash=bool(protected))


def _widths(lines: Sequence[str], delimiter: str) -> list[int]:
    try:
        return [len(record) for record in csv.reader(lines, delimiter=delimiter) if any(map(str.strip, record))]
    except csv.Error:
        return []


def _best(lines: Sequence[str], candidates: Sequence[str], least: float) -> str | None:
    """The delimiter that cuts most lines into equally many cells; more cells win over fewer."""
    scores = {}
    for delimiter in candidates:
        widths = _widths(lines, delimiter)
        several = Counter(width for width in widths if width > 1)
        if not several:
            continue
        width, times = several.most_common(1)[0]
        even = times / len(widths)
        if even >= least:
            scores[delimiter] = even**2 * (1 - 1 / width)
    return max(scores, key=scores.__getitem__) if scores else None


def _any(lines: Sequence[str]) -> str | None:
    """The file is very ragged: take the common delimiter most lines contain."""
    counts = {delimiter: sum(1 for line in lines if delimiter in line) for delimiter in COMMON}
    best = max(counts, key=counts.__getitem__)
    return best if lines and counts[best] >= 0.5 * len(lines) and counts[best] > 1 else None
