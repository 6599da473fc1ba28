"""Files larger than the memory, and a server that starts without the weight of the reader."""

import os
import subprocess
import sys

import polars as pl
import pytest

from kundenkreis.quality.reading import open_source

ROW = b"489434;85048;15CM CHRISTMAS GLASS BALL 20 LIGHTS;12;2009-12-01 07:45:00;6,95;13085;United Kingdom\n"
HEAD = b"Invoice;StockCode;Description;Quantity;InvoiceDate;Price;Customer ID;Country\n"
GIGABYTES_5 = 5 * 1024**3

PEAK = """
import sys
from kundenkreis.quality.reading import open_source
rows = sum(chunk.height for chunk in open_source(sys.argv[1]).chunks())
high = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(rows, int(high.split()[1]) // 1024)
"""


def run(code, *arguments):
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_file_of_five_gigabytes_opens_at_once_and_goes_on_at_its_end(tmp_path):
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.write(HEAD + ROW * 10_000)
        file.seek(GIGABYTES_5)  # the file system keeps no bytes for the gap
        file.write(b"\n" + ROW * 3)
    source = open_source(path)
    assert source.size_bytes > GIGABYTES_5
    assert 40_000_000 < source.estimated_rows < 70_000_000
    first = next(source.chunks(5_000))
    assert first.frame.height == 5_000
    assert source.progress(first) < 0.001
    (last,) = source.chunks(start_row=50_000_000, offset=GIGABYTES_5 + 1)
    assert last.frame.height == 3
    assert last.first_row == 50_000_002
    assert last.next_offset == os.path.getsize(path)


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="the kernel does not tell a process its peak")
def test_memory_does_not_grow_with_the_file(tmp_path):
    peaks = {}
    for copies in (100_000, 1_000_000):
        path = tmp_path / f"{copies}.csv"
        path.write_bytes(HEAD + ROW * copies)
        rows, peak = map(int, run(PEAK, str(path)))
        assert rows == copies
        peaks[copies] = peak
    assert peaks[1_000_000] < 300
    assert peaks[1_000_000] < peaks[100_000] + 60


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="the kernel does not tell a process its peak")
def test_memory_does_not_grow_with_a_parquet_file_of_large_row_groups(tmp_path):
    peaks = {}
    for copies in (100_000, 3_000_000):
        path = tmp_path / f"{copies}.parquet"
        numbers = pl.int_range(copies, eager=True)
        frame = pl.select(
            order=pl.lit(numbers).cast(pl.String), text=pl.format("Ladenhüter {} in Grün", pl.lit(numbers)),
            quantity=pl.lit(numbers), price=pl.lit(numbers) / 7,
        )  # fmt: skip
        frame.write_parquet(path, row_group_size=1_048_576)
        rows, peak = map(int, run(PEAK, str(path)))
        assert rows == copies
        peaks[copies] = peak
    assert peaks[3_000_000] < 250
    assert peaks[3_000_000] < peaks[100_000] + 100


def test_a_parquet_file_goes_on_in_the_middle_of_a_row_group(tmp_path):
    path = tmp_path / "groups.parquet"
    pl.DataFrame({"number": range(10_000)}).write_parquet(path, row_group_size=4_000)
    source = open_source(path)
    whole = [value for chunk in source.chunks(700) for value in chunk.frame["number"]]
    assert whole == [str(number) for number in range(10_000)]
    rest = list(source.chunks(700, start_row=3_999))
    assert rest[0].first_row == 4_000
    assert [value for chunk in rest for value in chunk.frame["number"]] == whole[3_999:]


def test_the_heavy_libraries_are_loaded_when_a_file_is_read_not_when_the_server_starts():
    modules = "reading, values, suggesting, fields, messages"
    code = f"import sys; from kundenkreis.quality import {modules}; print([m for m in sys.modules if m in HEAVY])"
    heavy = "HEAVY = {'polars', 'python_calamine', 'phonenumbers', 'email_validator', 'babel'}; "
    assert run(heavy + code) == ["[]"]
