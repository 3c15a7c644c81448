#!/usr/bin/env python3
"""Holds a program against a reference build of it on what users run, in pairs in the same minutes; prints a Markdown table.

    bench_quick.py REFERENCE PROGRAM FOLDER [--full] [--seconds 120]

The two run in turn, in changing order, so that both see the same machine. Every figure is a median over pairs, with the least and
greatest ratio of a pair beside it; tables of the two are compared byte by byte. --full takes the sizes of the benchmark's table (W1 of
2,000,000 minutes, W2 of 24 histories) and five pairs of each, which takes minutes.
"""

import argparse
import filecmp
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

import workloads

FULL = {"minutes": 2_000_000, "histories": 24, "hours": 26_280}
QUICK = {"minutes": 200_000, "histories": 4, "hours": 26_280}
ROOT = pathlib.Path(__file__).resolve().parents[2]


def measured(command: list[str]) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak megabytes of one run."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    # 3 says that a limit is breached: the run is whole.
    if process.returncode not in (0, 3):
        sys.exit(f"error: exit code {process.returncode}: {' '.join(command)}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


class Side:
    """One of the two programs, with its own folders of results and caches. Both read the same prices."""

    def __init__(self, name: str, program: str, folder: pathlib.Path, size: dict) -> None:
        own = folder / name
        own.mkdir(parents=True, exist_ok=True)
        self.name, self.program, self.out = name, str(pathlib.Path(program).resolve()), own / "out"
        self.workloads = [
            workloads.default_study(ROOT), workloads.one_grid(folder / "prices", size["minutes"]),
            *workloads.nights(folder / "prices", own, size["histories"], size["hours"]),
            *workloads.protections(folder / "prices", size["hours"])]

    def prepare(self, index: int) -> None:
        """What has to be there once: last night's cache."""
        if once := self.workloads[index].once:
            measured(once(self.program))

    def run(self, index: int) -> tuple[float, float, float]:
        workload = self.workloads[index]
        if workload.before:
            workload.before()
        shutil.rmtree(self.out, ignore_errors=True)
        return measured(workload.command(self.program, str(self.out)))


def different(one: pathlib.Path, other: pathlib.Path) -> list[str]:
    """Names of tables that are not the same in both folders. The run's own name in the first column is left out."""
    names = sorted({path.name for folder in (one, other) for path in folder.glob("*.csv")})
    return [name for name in names if not same(one / name, other / name)]


def same(one: pathlib.Path, other: pathlib.Path) -> bool:
    if not (one.exists() and other.exists()):
        return False
    if filecmp.cmp(one, other, shallow=False):
        return True
    with open(one, encoding="utf-8") as first, open(other, encoding="utf-8") as second:
        return all(a.partition(",")[2] == b.partition(",")[2] for a, b in zip(first, second, strict=True))


def pairs(sides: list[Side], index: int, seconds: float, least: int) -> list[tuple]:
    """Measurements of reference and program, in turn, until the time is over."""
    for side in sides:
        side.prepare(index)
    found, start = [], time.perf_counter()
    while len(found) < least or time.perf_counter() - start < seconds:
        order = sides if len(found) % 2 == 0 else sides[::-1]
        taken = {side.name: side.run(index) for side in order}
        found.append((taken["reference"], taken["now"]))
    return found


def line(name: str, what: str, found: list[tuple], changed: list[str]) -> str:
    def middle(side: int, figure: int) -> float:
        return statistics.median(pair[side][figure] for pair in found)

    def ratio(figure: int) -> str:
        ratios = sorted(now[figure] / reference[figure] for reference, now in found)
        return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"

    words = "equal" if not changed else f"{len(changed)} differ: {', '.join(changed[:4])}"
    return (f"| {name}: {what} | {len(found)} | {middle(0, 0):.2f} → {middle(1, 0):.2f} | {ratio(0)} | {middle(0, 1):.2f} → {middle(1, 1):.2f} "
            f"| {ratio(1)} | {middle(0, 2):.0f} → {middle(1, 2):.0f} | {words} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reference")
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--seconds", type=float, default=100)
    chosen = parser.parse_args()
    size = FULL if chosen.full else QUICK
    folder = chosen.folder.resolve()
    sides = [Side("reference", chosen.reference, folder, size), Side("now", chosen.program, folder, size)]
    print(f"Load of the machine at the start: {os.getloadavg()[0]:.1f}. Reference → now.\n")
    print("| work | pairs | wall, s | ratio | processor, s | ratio | MB | tables |\n|---|--:|--:|--:|--:|--:|--:|---|", flush=True)
    count = len(sides[0].workloads)
    for index, workload in enumerate(sides[0].workloads):
        found = pairs(sides, index, 0 if chosen.full else chosen.seconds / count, 5 if chosen.full else 3)
        print(line(workload.name, workload.what, found, different(sides[0].out, sides[1].out)), flush=True)


if __name__ == "__main__":
    main()
