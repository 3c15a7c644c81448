"""Measures BelowZero's engine against the walk of `numba_walk.py`, whole programs, in one run; prints a Markdown table.

    python bench_grid.py BELOWZERO FOLDER [--quick]

FOLDER keeps the invented price files between runs. On the small file the counts of every cell are compared first: a benchmark of
different answers would be worth nothing. Our program runs with --no-cache, and writes the table of results to a pipe, as the peer
does; both read the whole file. Medians of five (of
the peer, which takes minutes, of PEER_RUNS, three unless said otherwise).
"""

import csv
import io
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
# Without resampling: the peer makes no intervals at all. What resampling adds is a row of its own.
RULES = ["--maintenance-rate", "0.004", "--slippage", "0", "--fill", "next", "--side", "both", "--resamples", "0"]


def prices(folder, bars):
    path = os.path.join(folder, f"klines-{bars}.csv")
    if not os.path.exists(path):
        os.makedirs(folder, exist_ok=True)
        subprocess.run([sys.executable, os.path.join(HERE, "make_klines.py"), path, str(bars)], check=True)
    return path


def ours(program, files, leverages="1:125", horizons="1d,7d,30d", threads=None, extra=()):
    command = [program, "sweep", *files, "--leverage", leverages, "--horizon", horizons, *RULES, *extra, "--out", "-", "--quiet"]
    return command + (["-j", str(threads)] if threads else [])


def peer(path, horizons="1440,10080,43200", counts=False):
    command = [sys.executable, os.path.join(HERE, "numba_walk.py"), path, "--horizons", horizons]
    return command + (["--counts"] if counts else [])


def timed(command, times=5):
    """Seconds of each run, sorted, and the peak memory in MB of any child so far."""
    seconds = []
    for _ in range(times):
        begin = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - begin)
    return sorted(seconds)


def peak_memory(command):
    """Peak resident memory of one run, MB, measured in a process that has no other children."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)")
    return float(subprocess.run([sys.executable, "-c", code, *command], check=True, capture_output=True, text=True).stdout)


def peer_seconds(path, times):
    """Reading and walking, without the interpreter's start and numba's compiler, which the peer's users pay once."""
    seconds = []
    for _ in range(times):
        line = subprocess.run(peer(path), check=True, capture_output=True, text=True).stdout.splitlines()[0]
        seconds.append(sum(float(part.split("=")[1]) for part in line.split()))
    return sorted(seconds)


def compare(program, path):
    """Asserts that both programs count the same in every cell of the small file; gives the number of cells."""
    table = subprocess.run(ours(program, [path], extra=["--no-cache"]), check=True, capture_output=True, text=True).stdout
    own = {
        (row["side"], float(row["leverage_x"]), float(row["horizon_h"]) * 60): tuple(
            int(row[name]) for name in ("entries_count", "rejected_count", "liquidated_count", "negative_count"))
        for row in csv.DictReader(io.StringIO(table))}
    lines = subprocess.run(peer(path, counts=True), check=True, capture_output=True, text=True).stdout.splitlines()[1:]
    for line in lines:
        side, leverage, horizon, *counts = line.split(",")
        key = (side, float(leverage), float(horizon))
        if own[key] != tuple(map(int, counts[:4])):
            sys.exit(f"counts differ in {key}: {own[key]} against {counts[:4]}")
    if len(lines) != len(own):
        sys.exit(f"{len(own)} cells against {len(lines)}")
    return len(own)


def row(what, seconds):
    middle = statistics.median(seconds)
    print(f"| {what} | {middle:.2f} s | {100 * (seconds[-1] - seconds[0]) / middle:.0f} % |", flush=True)
    return middle


def daily_files(folder, count, bars=2000):
    """As many daily histories: every 1,440th bar of the long file, from different starts, as time and price."""
    names = [os.path.join(folder, f"daily-{index:03d}.csv") for index in range(count)]
    if not os.path.exists(names[-1]):
        closes = [line.split(",")[4] for line in open(prices(folder, 2_000_000))]
        for index, name in enumerate(names):
            with open(name, "w") as file:
                file.write("time,close\n")
                for day in range(bars):
                    file.write(f"{1_400_000_000 + 86_400 * day},{closes[(index * 1_009 + day * 997) % len(closes)]}\n")
    return names


def main():
    program, folder, quick = sys.argv[1], sys.argv[2], "--quick" in sys.argv
    small, large = prices(folder, 200_000), prices(folder, 200_000 if quick else 2_000_000)
    cold = ["--no-cache"]
    cells = compare(program, small)
    print(f"Counts of {cells} cells on 200,000 bars: equal to the peer's.\n")
    print("| what | median | spread |\n|---|---|---|")
    full = row("BelowZero, 125 leverages × 2 sides × 1, 7, 30 d", timed(ours(program, [large], extra=cold)))
    row("the same with 2,000 resamples behind every interval", timed(
        [word if word != "0" or before != "--resamples" else "2000"
         for before, word in zip([""] + ours(program, [large], extra=cold), ours(program, [large], extra=cold))], 3))
    one = row("the same, one thread", timed(ours(program, [large], threads=1, extra=cold)))
    day = row("the same, 1 d only", timed(ours(program, [large], horizons="1d", extra=cold)))
    both = row("the same, 1 d and 30 d", timed(ours(program, [large], horizons="1d,30d", extra=cold)))
    ten = row("the same, 10 leverages", timed(ours(program, [large], leverages="1,2,3,5,10,20,25,50,100,125", extra=cold)))
    store = ["--cache", os.path.join(folder, "cache")]
    subprocess.run(ours(program, [large], extra=store), check=True, stdout=subprocess.DEVNULL)
    grown = os.path.join(folder, "grown.csv")
    appended = []
    lines = open(large).readlines()
    for days in range(1, 6):
        last = int(lines[-1].split(",")[0])
        lines += [f"{last + 60_000 * (k + 1)},{','.join(lines[k].split(',')[1:])}" for k in range(1440)]
        with open(grown, "w") as file:
            file.writelines(lines)
        appended += timed(ours(program, [grown], extra=store), 1)
    grew = row("one day appended, warm cache", sorted(appended))
    daily = row("200 daily histories of 2,000 bars, the same grid", timed(
        ours(program, daily_files(folder, 200), extra=cold + ["--columns", "time=0,price=1"]), 3))
    walk = row("the peer (numba, all cores, reading with polars)", peer_seconds(large, int(os.environ.get("PEER_RUNS", "3"))))
    print(f"| peak memory | {peak_memory(ours(program, [large], extra=cold)):.0f} MB | |")
    print("\n| ratio | measured | wanted |\n|---|---|---|")
    print(f"| peer over BelowZero, whole programs | {walk / full:.0f}× | ≥ 80× |")
    print(f"| 30 d added to 1 d | {both / day:.2f}× | ≤ 1.5× |")
    print(f"| 125 leverages against 10 | {full / ten:.2f}× | ≤ 3× |")
    print(f"| one thread over all | {one / full:.2f}× | ≥ 1.8× on two |")
    print(f"| one appended day over a full run | {100 * grew / full:.0f} % | ≤ 5 % |")
    print(f"| 200 daily assets | {daily:.1f} s | < 5 s |")


if __name__ == "__main__":
    main()
