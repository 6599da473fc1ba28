"""What every measurement in made houses is asked on the command line."""

from __future__ import annotations

import argparse
import os
from pathlib import Path


def parser(name: str, doc: str | None, *, size: int = 0, databases: bool = True) -> argparse.ArgumentParser:
    """For `bin/bench NAME`: one house of so many accounts by default, or, without a size, houses of several sizes."""
    made = argparse.ArgumentParser(
        prog=f"bin/bench {name}", description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    if size:
        made.add_argument("--size", type=int, default=size, help="accounts of the house")
    else:
        made.add_argument("--sizes", default="10000", help="accounts, such as 10000,100000,1000000")
    if databases:
        made.add_argument("--databases", default="sqlite", help="sqlite,postgresql")
    made.add_argument(
        "--postgresql",
        default="postgres://root@127.0.0.1:5432",
        help="server; databases are named kundenkreis_bench_SIZE",
    )
    kept = os.environ.get("KUNDENKREIS_BENCH_DIR", "/tmp/kundenkreis-bench")
    made.add_argument("--keep", type=Path, default=Path(kept), help="where the houses are kept")
    return made
