"""How fast the pages and the API answer over HTTP, at stated sizes, on SQLite and PostgreSQL, as ratios to the floor page.

    bin/bench pages --sizes 10000,100000 --databases sqlite,postgresql

For each size and database a house is made once (kept below --keep), the product is served as `kundenkreis serve` does, and every request
is sent by 1 and by 8 clients. The floor is `/floor/`: a signed-in page with the whole shell that reads one row, measured in the same run.
Prints a table and writes JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import operator
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.options import parser

ROOT = Path(__file__).resolve().parent.parent
# Requests over one connection. It stays with one of the server's processes, and eight of them may be shared out seven to one.
STAYS = 5
COLUMNS = ("size", "database", "clients", "request", "p50_ms", "p95_ms", "p99_ms", "per_second", "ratio_p95")


def main(arguments: list[str] | None = None) -> None:
    options = _options(arguments)
    results: list[dict[str, Any]] = []
    for database in options.databases.split(","):
        for size in map(int, options.sizes.split(",")):
            results += measure(size, database, options)
    _print(results)
    _judge(results)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(results, indent=1))
    print(f"\nwritten to {options.json}")


def _options(arguments: list[str] | None) -> argparse.Namespace:
    asked = parser("pages", __doc__)
    asked.add_argument("--clients", default="1,8")
    asked.add_argument("--seconds", type=float, default=5.0, help="for each request and number of clients")
    asked.add_argument("--json", type=Path, default=ROOT / "bench" / "results" / "pages.json")
    return asked.parse_args(arguments)


def measure(size: int, database: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    """All requests against one house; rows for the table."""
    environment = house(size, database, options)
    aims = json.loads(_python("from bench.aims import show; show()", environment))
    rows = []
    with served(environment) as (port, process):
        for clients in map(int, options.clients.split(",")):
            floor = None
            _fire(port, aims["requests"]["floor"], clients, 1.5)  # each process draws its first pages; not measured
            for name, requests in aims["requests"].items():
                figures = _fire(port, requests, clients, options.seconds)
                floor = floor or figures["p95_ms"]
                row = {"size": size, "database": database, "clients": clients, "request": name, **figures}
                row["ratio_p95"] = round(figures["p95_ms"] / floor, 2)
                rows.append(row)
                print(_line(row), flush=True)
        memory = _memory(process.pid)
        for row in rows:
            row["server_mb"] = memory
    return rows


def house(size: int, database: str, options: argparse.Namespace) -> dict[str, str]:
    """The environment of a house of this size; it is made when it is not there yet."""
    folder = options.keep / f"{database}-{size}"
    folder.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "KUNDENKREIS_DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "kundenkreis.settings",
        "KUNDENKREIS_API_RATE": "0",
    }
    environment.pop("KUNDENKREIS_DATABASE_URL", None)
    if database == "postgresql":
        name = f"kundenkreis_bench_{size}"
        subprocess.run(["createdb", "-h", "127.0.0.1", "-U", "root", name], capture_output=True, check=False)
        environment["KUNDENKREIS_DATABASE_URL"] = f"{options.postgresql}/{name}"
    done = folder / "made"
    if not done.exists():
        print(f"making {size:,} accounts on {database} …", flush=True)
        subprocess.run([sys.executable, "-m", "kundenkreis", "migrate", "-v0"], env=environment, cwd=ROOT, check=True)
        _python(
            f"from bench.making import make; make({size}, say=lambda line: print(line, file=__import__('sys').stderr))",
            environment,
        )
        if database == "postgresql":
            subprocess.run(["psql", "-q", environment["KUNDENKREIS_DATABASE_URL"], "-c", "VACUUM ANALYZE"], check=True)
        else:
            _python("from kundenkreis.core import planning; planning.learn()", environment)
        _python("from kundenkreis.insights import running; running.run()", environment)
        done.touch()
    return environment


def _python(code: str, environment: dict[str, str]) -> str:
    code = f"import django; django.setup()\n{code}"
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


@contextlib.contextmanager
def served(environment: dict[str, str]) -> Iterator[tuple[int, subprocess.Popen]]:
    """The product served as it is shipped, without the worker; ends with its whole process tree."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "kundenkreis", "serve", "--port", str(port), "--no-worker"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        _until_it_answers(port)
        yield port, process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _until_it_answers(port: int) -> None:
    """Wait for the first answer, and then for one from each of the server's processes, so that no cold start is measured."""
    for _ in range(300):
        with contextlib.suppress(OSError, http.client.HTTPException):
            for _ in range(8):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                connection.request("GET", "/health")
                connection.getresponse().read()
            return
        time.sleep(0.2)
    raise SystemExit("The server did not start.")


def _fire(port: int, requests: list[dict[str, Any]], clients: int, seconds: float) -> dict[str, Any]:
    """Send the requests round robin from each client until the time is over. Any answer but 2xx or 3xx ends the run."""
    times: list[float] = []
    failures: list[str] = []
    stop = time.perf_counter() + seconds + 0.5

    def client(number: int) -> None:
        own: list[float] = []
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            turn = number * 7
            warm = time.perf_counter() + 0.5
            while (now := time.perf_counter()) < stop and not failures:
                _send(connection, requests[turn % len(requests)], failures)
                if turn % STAYS == 0:
                    connection.close()  # the next request opens it again
                # One that took as long as all of them together is measured, warm or not.
                if now >= warm or time.perf_counter() > stop:
                    own.append(time.perf_counter() - now)
                turn += 1
        except Exception as problem:  # a thread's exception would vanish
            failures.append(repr(problem))
        times.extend(own)

    threads = [threading.Thread(target=client, args=(n,)) for n in range(clients)]
    started = time.perf_counter() + 0.5
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"A request failed: {failures[0]}")
    cuts = statistics.quantiles(times, n=100) if len(times) > 1 else times * 99
    spent = time.perf_counter() - started
    return {
        "p50_ms": _ms(cuts[49]),
        "p95_ms": _ms(cuts[94]),
        "p99_ms": _ms(cuts[98]),
        "per_second": round(len(times) / spent, 1),
        "n": len(times),
    }


def _send(connection: http.client.HTTPConnection, request: dict[str, Any], failures: list[str]) -> None:
    body = request.get("form")
    if body is not None:
        unique = "".join(random.choices("abdefgiklmnoprstuwz", k=12))  # nobody's twin, else the form would ask
        body = urllib.parse.urlencode({k: v.replace("{unique}", unique) for k, v in body.items()})
    connection.request(request.get("method", "GET"), request["path"], body=body, headers=request["headers"])
    answer = connection.getresponse()
    content = answer.read()
    wanted = request.get("status", 200)
    if answer.status != wanted:
        failures.append(f"{request['path']}: {answer.status} instead of {wanted}: {content[:300]!r}")


def _memory(pid: int) -> float:
    """Proportional memory (PSS) of a process and all below it, in MB."""
    total, open_ends = 0, [pid]
    while open_ends:
        one = open_ends.pop()
        with contextlib.suppress(OSError):
            open_ends += [int(child) for child in Path(f"/proc/{one}/task/{one}/children").read_text().split()]
            total += sum(
                int(line.split()[1])
                for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
                if line.startswith("Pss:")
            )
    return round(total / 1024, 1)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


def _line(row: dict[str, Any]) -> str:
    return (
        f"{row['size']:>9,} {row['database']:<10} {row['clients']:>2} × {row['request']:<28} p50 {row['p50_ms']:>8.2f}  p95 {row['p95_ms']:>8.2f}  "
        f"p99 {row['p99_ms']:>8.2f} ms  {row['per_second']:>7.1f}/s  {row['ratio_p95']:>5.2f} × floor"
    )


def _print(results: list[dict[str, Any]]) -> None:
    print("\n" + "\t".join((*COLUMNS, "server_mb")))
    for row in results:
        print("\t".join(str(row[name]) for name in (*COLUMNS, "server_mb")))


FLOORS, GROWTH, SMALL = 4.0, 1.5, 10_000


def _judge(results: list[dict[str, Any]]) -> None:
    """What is wanted: no p95 above four times the floor's, and at the largest size none above one and a half times that of 10,000 accounts."""
    slow = [row for row in results if row["ratio_p95"] > FLOORS]
    print(f"\np95 ≤ {FLOORS:g} × floor: {len(results) - len(slow)} of {len(results)}")
    for row in slow:
        print("  " + _line(row))
    key = operator.itemgetter("database", "clients", "request")
    small = {key(row): row["p95_ms"] for row in results if row["size"] == SMALL}
    largest = max(row["size"] for row in results)
    pairs = [
        (row, row["p95_ms"] / small[key(row)])
        for row in results
        if row["size"] == largest > SMALL and key(row) in small
    ]
    grown = [(row, times) for row, times in pairs if times > GROWTH]
    if pairs:
        print(f"\np95 at {largest:,} ≤ {GROWTH:g} × p95 at {SMALL:,}: {len(pairs) - len(grown)} of {len(pairs)}")
    for row, times in grown:
        print(f"  {times:5.2f} × {_line(row)}")


if __name__ == "__main__":
    main()
