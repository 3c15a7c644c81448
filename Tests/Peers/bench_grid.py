"""Measures what users run, and the engine against the walk of `numba_walk.py`, whole programs, in one run; prints Markdown tables.

    python bench_grid.py BELOWZERO FOLDER [--quick]

FOLDER keeps the invented price files between runs. On the small file the counts of every cell are compared first: a benchmark of
different answers would be worth nothing. What users run has default statistics, pages and tables, all written. The peer makes counts
only; the same work of ours stands beside it, to a pipe and without resamples. How work grows is measured on a quarter of the bars.
Medians of five (of what grows, three; of the peer, which takes minutes, PEER_RUNS, one unless said otherwise).
"""

import csv
import io
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

import bench_quick
import workloads

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
    """Seconds of each run, sorted."""
    seconds = []
    for _ in range(times):
        begin = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - begin)
    return sorted(seconds)


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
        closes = [line.split(",")[4] for line in open(prices(folder, 500_000))]
        for index, name in enumerate(names):
            with open(name, "w") as file:
                file.write("time,close\n")
                for day in range(bars):
                    file.write(f"{1_400_000_000 + 86_400 * day},{closes[(index * 1_009 + day * 997) % len(closes)]}\n")
    return names


def what_users_run(program, folder, quick):
    """A table of the workloads, whole; the median wall and processor seconds of each by name."""
    size = bench_quick.QUICK if quick else bench_quick.FULL
    side = bench_quick.Side("now", program, pathlib.Path(folder, "users").resolve(), size)
    print("| what users run, whole | wall | spread | processor | memory | wanted |\n|---|--:|--:|--:|--:|--:|")
    wanted = {"default": "0.5 s", "W1": "2.7 s, 400 MB", "W2": "3 s", "W3": "15 % of W2", "B0": "", "B20": "4 × B0"}
    walls, processors = {}, {}
    for index, workload in enumerate(side.workloads):
        side.prepare(index)
        runs = [side.run(index) for _ in range(5)]
        wall, processor, memory = ([run[figure] for run in runs] for figure in range(3))
        middle = walls[workload.name] = statistics.median(wall)
        processors[workload.name] = statistics.median(processor)
        print(f"| {workload.name}: {workload.what} | {middle:.2f} s | {100 * (max(wall) - min(wall)) / middle:.0f} % "
              f"| {processors[workload.name]:.1f} s | {statistics.median(memory):.0f} MB | {wanted[workload.name]} |", flush=True)
    return walls, processors


def how_it_grows(program, folder, bars):
    """Counts alone, to a pipe: what leverages, holding times, threads and days add."""
    cold, path = ["--no-cache"], prices(folder, bars)
    print(f"\n| counts alone, {bars:,} minutes | median | spread |\n|---|---|---|")
    full = row("125 leverages × 2 sides × 1, 7, 30 d", timed(ours(program, [path], extra=cold), 3))
    one = row("the same, one thread", timed(ours(program, [path], threads=1, extra=cold), 3))
    day = row("the same, 1 d only", timed(ours(program, [path], horizons="1d", extra=cold), 3))
    both = row("the same, 1 d and 30 d", timed(ours(program, [path], horizons="1d,30d", extra=cold), 3))
    ten = row("the same, 10 leverages", timed(ours(program, [path], leverages="1,2,3,5,10,20,25,50,100,125", extra=cold), 3))
    grew = row("one day appended, warm cache", appended(program, folder, path))
    daily = row("200 daily histories of 2,000 bars, the same grid", timed(
        ours(program, daily_files(folder, 200), extra=cold + ["--columns", "time=0,price=1"]), 3))
    return [
        ("30 d added to 1 d", f"{both / day:.2f}×", "≤ 1.5×"), ("125 leverages against 10", f"{full / ten:.2f}×", "≤ 3×"),
        ("one thread over all", f"{one / full:.2f}×", "≥ 1.8× on two"),
        ("one appended day over a full run", f"{100 * grew / full:.0f} %", "≤ 5 %"), ("200 daily assets", f"{daily:.1f} s", "< 5 s")]


def appended(program, folder, path):
    """Seconds of three runs, each over a file that is a day longer, with what was kept of the one before."""
    store = ["--cache", os.path.join(folder, "cache")]
    shutil.rmtree(store[1], ignore_errors=True)
    subprocess.run(ours(program, [path], extra=store), check=True, stdout=subprocess.DEVNULL)
    lines, seconds, grown = open(path).readlines(), [], os.path.join(folder, "grown.csv")
    for _ in range(3):
        last = int(lines[-1].split(",")[0])
        lines += [f"{last + 60_000 * (k + 1)},{','.join(lines[k].split(',')[1:])}" for k in range(1440)]
        with open(grown, "w") as file:
            file.writelines(lines)
        seconds += timed(ours(program, [grown], extra=store), 1)
    return sorted(seconds)


def main():
    program, folder, quick = sys.argv[1], sys.argv[2], "--quick" in sys.argv
    small, large = prices(folder, 200_000), prices(folder, 200_000 if quick else 2_000_000)
    cells = compare(program, small)
    print(f"Counts of {cells} cells on 200,000 bars: equal to the peer's. Load at the start: {os.getloadavg()[0]:.1f}.\n")
    users, processors = what_users_run(program, folder, quick)
    ratios = how_it_grows(program, folder, 200_000 if quick else 500_000)
    print("\n| beside the peer, the grid of W1 | median | spread |\n|---|---|---|")
    counts = row("BelowZero, counts alone, to a pipe", timed(ours(program, [large], extra=["--no-cache"]), 3))
    walk = row("the peer (numba, all cores, reading with polars), counts alone", peer_seconds(large, int(os.environ.get("PEER_RUNS", "1"))))
    ratios = [("peer over BelowZero, counts alone", f"{walk / counts:.0f}×", ""),
              ("peer's counts over all of W1", f"{walk / users['W1']:.0f}×", "≥ 80×"),
              ("W3 over W2", f"{100 * users['W3'] / users['W2']:.0f} %", "≤ 15 %"),
              ("twenty behaviours over holding alone, processor", f"{processors['B20'] / processors['B0']:.1f}×", "≤ 4×"), *ratios]
    print("\n| ratio | measured | wanted |\n|---|---|---|")
    print("\n".join(f"| {' | '.join(line)} |" for line in ratios))


if __name__ == "__main__":
    main()
