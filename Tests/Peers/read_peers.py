"""Times reading the same six columns of one kline file, ours and other readers', in turns, and prints a Markdown table.

Usage: read_peers.py <StressBench> <klines.csv> <cache folder>

Every figure is the median of five rounds; in each round every reader reads once, so that a busy machine slows all of
them. The file is in the page cache throughout. Ours includes the SHA-256 of the file and every check of the series; the
others only parse.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.csv

BENCH, KLINES, CACHE = sys.argv[1:4]
ROUNDS = 5
NAMES = "open_time open high low close volume close_time quote trades taker taker_quote ignore".split()
SIX = NAMES[:6]
LOAD = os.getloadavg()[0]
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


class Ours:
    """A process of ours that reads on command."""

    def __init__(self):
        self.process = subprocess.Popen(
            [BENCH, "--read", KLINES, CACHE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def read(self, command):
        self.process.stdin.write(command + "\n")
        seconds, rows = self.process.stdout.readline().split()
        return float(seconds), int(rows)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def read_polars():
    return len(polars.read_csv(KLINES, has_header=False, columns=list(range(6)), new_columns=NAMES))


def read_polars_lazily():
    return len(polars.scan_csv(KLINES, has_header=False, new_columns=NAMES).select(SIX).collect())


def read_pandas():
    return len(pandas.read_csv(KLINES, header=None, names=NAMES, usecols=range(6)))


def read_pyarrow():
    return len(
        pyarrow.csv.read_csv(
            KLINES,
            read_options=pyarrow.csv.ReadOptions(column_names=NAMES),
            convert_options=pyarrow.csv.ConvertOptions(include_columns=SIX),
        )
    )


def read_duckdb():
    columns = ", ".join(f"column{i:02}" for i in range(6))
    table = duckdb.sql(f"select {columns} from read_csv('{KLINES}', header = false)").fetchnumpy()
    return len(table["column00"])


def timed(read):
    begin = time.perf_counter()
    rows = read()
    return time.perf_counter() - begin, rows


def readers(ours):
    found = {
        "ours, cold, 1 thread": lambda: ours.read("cold 1"),
        f"ours, cold, {CORES} threads": lambda: ours.read(f"cold {CORES}"),
        "ours, from the cache, 1 thread": lambda: ours.read("warm 1"),
        f"ours, from the cache, {CORES} threads": lambda: ours.read(f"warm {CORES}"),
    }
    peers = {
        f"polars {polars.__version__}, read_csv": read_polars,
        f"polars {polars.__version__}, scan_csv": read_polars_lazily,
        f"pandas {pandas.__version__}": read_pandas,
        f"pyarrow {pyarrow.__version__}": read_pyarrow,
        f"DuckDB {duckdb.__version__}": read_duckdb,
    }
    for name, read in peers.items():
        found[name] = lambda read=read: timed(read)
    return found


def peak_memory(command):
    ours = Ours()
    if command:
        ours.read(command)
    _, peak = ours.read("peak")
    ours.close()
    return peak


def main():
    shutil.rmtree(CACHE, ignore_errors=True)
    size = os.path.getsize(KLINES)
    # A file that was just written is not trusted by the cache for some seconds.
    time.sleep(max(0.0, 4 - (time.time() - os.stat(KLINES).st_ctime)))
    ours = Ours()
    ways = readers(ours)
    rows = {name: way()[1] for name, way in ways.items()}
    assert len(set(rows.values())) == 1, rows
    seconds = {name: [] for name in ways}
    parts = {"SHA-256 of the file, 1 thread": "digest", "libcsv alone, every field, 1 thread": "libcsv"}
    seconds.update({name: [] for name in parts})
    for _ in range(ROUNDS):
        for name, way in ways.items():
            seconds[name].append(way()[0])
        for name, command in parts.items():
            seconds[name].append(ours.read(command)[0])
    ours.close()
    show(size, next(iter(rows.values())), seconds)


def show(size, rows, seconds):
    median = {name: statistics.median(times) for name, times in seconds.items()}
    best = min(time for name, time in median.items() if name.startswith("polars"))
    print("# Reading\n\nBy `make bench`. " + " ".join(__doc__.split("\n\n")[2].split()) + "\n")
    print(f"{size / 1e6:.0f} MB of minute klines, twelve columns, {rows:,} rows; {CORES} cores, load {LOAD:.1f} before.\n")
    print("| what | median | spread | MB/s | speed against polars |\n|---|---|---|---|---|")
    for name, time_ in median.items():
        spread = (max(seconds[name]) - min(seconds[name])) / time_
        print(
            f"| {name} | {time_ * 1000:.1f} ms | {spread:.0%} | {size / time_ / 1e6:,.0f} | "
            + (f"{best / time_:.2f}× |" if not name.startswith(("SHA", "libcsv")) else "|")
        )
    columns = rows * 6 * 8
    print("\n| peak memory of ours | |\n|---|---|")
    print(f"| the six columns | {columns / 1e6:.0f} MB |")
    idle = peak_memory(None)
    print(f"| the program before it reads | {idle / 1e6:.0f} MB |")
    for name, command in (
        ("cold, 1 thread", "cold 1"),
        (f"cold, {CORES} threads", f"cold {CORES}"),
        (f"from the cache, {CORES} threads", f"warm {CORES}"),
    ):
        peak = peak_memory(command)
        print(f"| {name} | {peak / 1e6:.0f} MB; beyond the program {(peak - idle) / columns:.2f}× the columns |")


main()
