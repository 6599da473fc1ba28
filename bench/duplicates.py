"""How well and how fast duplicates are found.

    bin/bench duplicates                       made-up records of known truth: precision and recall
    bin/bench duplicates --data FOLDER         also FEBRL 3 and fake_1000 in FOLDER (duplicates/febrl3.csv, …)
    bin/bench duplicates --size 1000000        how long a million take, and how much memory
    bin/bench duplicates --estimate            the weights that come with the product, anew

The records are made up by `bench.duplicates_making`. Prints what was measured and writes JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WANTED = {"precision": 0.98, "recall": 0.95, "seconds": 15.0, "megabytes": 1500.0}
SEED = 41  # another one than that of the weights


def main(arguments: list[str] | None = None) -> None:
    options = _options(arguments)
    if options.estimate:
        from bench import duplicates_estimate

        duplicates_estimate.write()
        return
    results: dict[str, Any] = {}
    if options.make:
        from bench.duplicates_estimate import frame
        from kundenkreis.quality.matching.comparisons import BY_KIND

        frame(BY_KIND[options.alone], options.size, SEED)[0].write_parquet(options.make)
        return
    if options.alone:
        print(json.dumps(timed(options.alone, options.size)))
        return
    if options.size:
        results["time"] = [_apart(kind, options.size) for kind in ("contact", "account")]
    else:
        results["made"] = [quality(kind, options.records) for kind in ("contact", "account")]
    if options.data:
        from bench import duplicates_public

        results["public"] = duplicates_public.run(options.data)
    print(json.dumps(results, indent=1))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(results, indent=1))


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/bench duplicates", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="the folder in which duplicates/febrl3.csv and fake_1000.csv are")
    parser.add_argument(
        "--records", type=int, default=50_000, help="made-up records of each kind for precision and recall"
    )
    parser.add_argument("--size", type=int, default=0, help="records to be timed, such as 1000000")
    parser.add_argument("--estimate", action="store_true", help="estimate the weights that are shipped, and write them")
    parser.add_argument("--alone", choices=["contact", "account"], help=argparse.SUPPRESS)
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, default=ROOT / "bench" / "results" / "duplicates.json")
    return parser.parse_args(arguments)


def quality(kind: str, size: int, seed: int = SEED) -> dict[str, Any]:
    """Precision and recall over made-up records, by the shipped weights."""
    from bench.duplicates_estimate import frame
    from kundenkreis.quality.matching import engine
    from kundenkreis.quality.matching.comparisons import BY_KIND
    from kundenkreis.quality.matching.scoring import prior
    from kundenkreis.quality.matching.weights import shipped

    matched, weights = BY_KIND[kind], shipped(kind)
    raw, truth = frame(matched, size, seed)
    with engine.opened() as con:
        engine.load(con, matched, raw)
        found = engine.pairs(con, matched, weights, prior(size, weights))
    return {"kind": kind, "records": size} | scored(((low, high) for low, high, _weight in found), truth)


def scored(found: Iterable[tuple[int, int]], truth: Mapping[int, int]) -> dict[str, Any]:
    """Precision, recall and their harmonic mean F1 of pairs against which real one each record is."""
    together: dict[int, int] = defaultdict(int)
    for real in truth.values():
        together[real] += 1
    real_pairs = sum(count * (count - 1) // 2 for count in together.values())
    told = set(found)
    right = sum(truth[low] == truth[high] for low, high in told)
    precision, recall = right / max(len(told), 1), right / max(real_pairs, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {
        "pairs": real_pairs, "found": len(told), "right": right,
        "precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4),
    }  # fmt: skip


def _apart(kind: str, size: int) -> dict[str, Any]:
    """Measured in a process of its own, whose memory is its own."""
    asked = [sys.executable, "-m", "bench.duplicates", "--alone", kind, "--size", str(size)]
    return json.loads(
        subprocess.run(asked, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
    )


def timed(kind: str, size: int) -> dict[str, Any]:
    """Seconds from the records as the database gives them to the explained pairs, and the process's largest memory while it lasted.

    The records are made by a process before, and lie in a file.
    """
    import polars as pl

    from kundenkreis.quality.matching import engine
    from kundenkreis.quality.matching.comparisons import BY_KIND
    from kundenkreis.quality.matching.scoring import prior
    from kundenkreis.quality.matching.weights import shipped

    path = Path("/tmp") / f"kundenkreis-bench-{kind}-{size}.parquet"
    if not path.exists():
        asked = [sys.executable, "-m", "bench.duplicates", "--make", str(path), "--alone", kind, "--size", str(size)]
        subprocess.run(asked, cwd=ROOT, check=True)
    matched, weights, steps = BY_KIND[kind], shipped(kind), {}
    began = last = time.perf_counter()
    cpu = time.process_time()

    def step(name: str) -> None:
        nonlocal last
        now = time.perf_counter()
        steps[name], last = round(now - last, 2), now

    raw = pl.read_parquet(path)
    step("read")
    with engine.opened() as con:
        engine.load(con, matched, raw)
        del raw
        step("load")
        before = prior(size, weights)
        found = engine.pairs(con, matched, weights, before)
        step("pairs")
        told = sum(1 for _one in engine.explained(con, matched, weights, before, found))
        step("explained")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "kind": kind, "records": size, "pairs": told, "seconds": round(time.perf_counter() - began, 2),
        "cpu_seconds": round(time.process_time() - cpu, 2), "steps": steps, "megabytes": round(peak),
    }  # fmt: skip


if __name__ == "__main__":
    main()
