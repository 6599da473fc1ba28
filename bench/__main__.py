"""`bin/bench pages …` and `bin/bench importing …`: which measurement to run; both when none is named."""

import importlib
import sys

MEASUREMENTS = {
    "pages": "pages and API over HTTP, against the floor page",
    "importing": "imports, against bare inserts of the same rows",
    "board": "a drag on a board of 5,000 cards, in Chromium",
    "insights": "scores and signals, against a bare scan of the same lines",
    "custom_fields": "lists by custom fields over HTTP, against the floor page",
    "forecast": "forecast pages, what changed, a snapshot and the baseline at 100,000 open opportunities",
    "forecast_public": "the baseline learned to a date and held against what came, on a public pipeline",
    "merging": "many pairs merged as one batch, and taken back",
    "quality": "all records held against the usual rules, again, and a thousand changes followed",
    "b2b": "a published pipeline imported, against figures counted by hand",
    "automation": "what rules cost: the look of each day, following changes, and what a verb notices",
    "targets": "sales summed, and the pages of targets",
    "stakeholders": "a stakeholder map of 60 people, and the heat map of relationships, against the floor page",
    "selection": "a scoring round over all accounts, its pages, and the portfolio",
    "duplicates": "duplicates found among made-up records of known truth, and how long a million take",
}
# What is run when no measurement is named: two sizes, so that growth shows.
TOGETHER: dict[str, list[str]] = {"pages": ["--sizes", "10000,100000"], "importing": [], "insights": []}


def main() -> int:
    if len(sys.argv) < 2:
        for name, options in TOGETHER.items():
            importlib.import_module(f"bench.{name}").main(options)
        return 0
    if sys.argv[1] not in MEASUREMENTS:
        print(
            "usage: bin/bench [MEASUREMENT [options]]\n\n"
            + "\n".join(f"  {name:<16} {text}" for name, text in MEASUREMENTS.items())
        )
        return 0 if sys.argv[1:] in (["--help"], ["-h"]) else 2
    module = importlib.import_module(f"bench.{sys.argv[1]}")
    module.main(sys.argv[2:])
    return 0


if __name__ == "__main__":
    sys.exit(main())
