"""Runs 200 nights of a study over a price file that grows by a day each night, and prints a Markdown table.

    python soak.py BELOWZERO FOLDER [NIGHTS]

Every night is a run of the program of its own, as cron would start it, on a clock that moves on by a day (SOURCE_DATE_EPOCH). Time, memory,
open files and what lies on disk must stay flat; at the end the store is checked. FOLDER is made anew. Exits 1 when something grew that
must not, or a check failed.
"""

import datetime
import json
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import threading
import time

FIRST_DAYS = 3 * 365
KEPT = 60
STUDY = f"""\
version: 1
name: soak
data: [{{asset: GROWS, path: grows.csv}}, {{asset: STAYS, path: stays.csv}}]
grid: {{contract: [linear], side: [long, short], leverage: {{from: 1, to: 125, step: 4}}, horizon: [1d, 7d], platform: [typical]}}
platforms:
  typical: {{fees: {{open: 0.0005, close: 0.0005}}, slippage: 0.0005, tiers: [{{to: .inf, rate: 0.005}}]}}
limits:
  - {{leverage: 21, horizon: 7d, measure: negative_equity_frac, max: 0.5}}
  - {{leverage: 21, horizon: 7d, measure: negative_equity_frac, drift: {{runs: 20, max_change: 0.2}}}}
headline: {{asset: GROWS, side: long, leverage: 21, horizon: 7d}}
retention: {{runs: {KEPT}}}
metrics_file: belowzero.prom
"""


class Prices:
    """An invented hourly history that can go on for ever."""

    def __init__(self, path, seed, start):
        self.path, self.random, self.price, self.now = path, random.Random(seed), 1000.0, start
        with open(path, "w") as file:
            file.write("time,open,high,low,close,volume\n")

    def add(self, hours):
        with open(self.path, "a") as file:
            for _ in range(hours):
                opened = self.price * (0.9 if self.random.random() < 0.0005 else 1)
                self.price = opened * (1 + self.random.gauss(0, 0.006))
                high = max(opened, self.price) * (1 + abs(self.random.gauss(0, 0.002)))
                low = min(opened, self.price) * (1 - abs(self.random.gauss(0, 0.002)))
                self.price = min(max(self.price, 10), 100_000)
                stamp = self.now.strftime("%Y-%m-%d %H:%M:%S")
                file.write(f"{stamp},{opened:.4f},{max(high, self.price):.4f},{min(low, self.price):.4f},{self.price:.4f},10\n")
                self.now += datetime.timedelta(hours=1)


def size(path):
    if os.path.isfile(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(root, name)) for root, _, names in os.walk(path) for name in names
               if not os.path.islink(os.path.join(root, name)))


def open_files(pid):
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def night(program, folder, clock):
    """One run: seconds, peak memory in MB, most and last number of open files."""
    environment = dict(os.environ, SOURCE_DATE_EPOCH=str(int(clock.timestamp())), BELOWZERO_CACHE=os.path.join(folder, "cache"))
    begin = time.monotonic()
    log = open(os.path.join(folder, "log"), "a")
    process = subprocess.Popen([program, "run", "soak.yaml", "--quiet"], cwd=folder, env=environment, stdout=log, stderr=log)
    seen = []

    def watch():
        while process.poll() is None:
            seen.append(open_files(process.pid))
            time.sleep(0.005)

    watcher = threading.Thread(target=watch)
    usage = None
    watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    watcher.join()
    log.close()
    if process.returncode != 0:
        sys.exit(f"night of {clock:%Y-%m-%d}: exit code {process.returncode}, see {folder}/log")
    held = [count for count in seen if count > 0]
    return time.monotonic() - begin, usage.ru_maxrss / 1024, max(held or [0])


def main():
    program, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    nights = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    start = datetime.datetime(2022, 1, 1, tzinfo=datetime.timezone.utc)
    grows = Prices(os.path.join(folder, "grows.csv"), 1, start)
    stays = Prices(os.path.join(folder, "stays.csv"), 2, start)
    grows.add(24 * FIRST_DAYS)
    stays.add(24 * FIRST_DAYS)
    with open(os.path.join(folder, "soak.yaml"), "w") as file:
        file.write(STUDY)
    rows = []
    for _ in range(nights):
        grows.add(24)
        seconds, memory, files = night(program, folder, grows.now + datetime.timedelta(hours=2))
        reports = os.path.join(folder, "Reports")
        runs = sorted(name for name in os.listdir(os.path.join(reports, "soak")) if not name.startswith(".") and name != "latest")
        store = sum(size(os.path.join(reports, name)) for name in os.listdir(reports) if name.startswith("belowzero.sqlite"))
        rows.append((seconds, memory, files, size(os.path.join(reports, "soak", runs[-1])), len(runs), store,
                     size(os.path.join(folder, "cache"))))
    report(program, folder, rows)


def report(program, folder, rows):
    nights = len(rows)
    part = max(1, nights // 10)
    titles = ["nights", "time, s", "peak memory, MB", "open files, most", "run folder, kB", "run folders", "store, kB", "cache, MB"]
    print(f"{nights} nights, an hourly history that grows by a day each night and one that stays, "
          f"{FIRST_DAYS} days at first; medians, two virtual cores.\n")
    print("| " + " | ".join(titles) + " |\n|---|" + "---:|" * (len(titles) - 1))
    middles = []
    for first in range(0, nights, part):
        some = rows[first:first + part]
        middle = [statistics.median(row[i] for row in some) for i in range(7)]
        middles.append(middle)
        print(f"| {first + 1} to {first + len(some)} | {middle[0]:.2f} | {middle[1]:.0f} | {middle[2]:.0f} | {middle[3] / 1e3:.0f} "
              f"| {middle[4]:.0f} | {middle[5] / 1e3:.0f} | {middle[6] / 1e6:.1f} |")
    problems = judge(program, folder, rows, middles)
    print("\n" + ("\n".join(f"- {problem}" for problem in problems) if problems else
                  "`belowzero store check` found nothing; no temporary folder was left; `latest` points at the last night."))
    sys.exit(1 if problems else 0)


def judge(program, folder, rows, middles):
    problems = []
    growth = (FIRST_DAYS + len(rows)) / FIRST_DAYS
    # The history itself grows by a fifth, and with it the work of a night.
    for name, place, allowed in [("time", 0, 1.5 * growth), ("memory", 1, 1.2 * growth), ("run folder", 3, 1.1 * growth)]:
        if middles[-1][place] > allowed * middles[0][place]:
            problems.append(f"{name} grew {middles[-1][place] / middles[0][place]:.2f} times")
    if max(row[2] for row in rows[-20:]) > max(row[2] for row in rows[:20]) + 2:
        problems.append("open files grew")
    if rows[-1][5] > 50e6:
        problems.append("the store is larger than 50 MB")
    if rows[-1][4] > KEPT:
        problems.append(f"{rows[-1][4]} run folders where {KEPT} are to be kept")
    check = subprocess.run([program, "store", "check"], cwd=folder, capture_output=True, text=True)
    if check.returncode != 0:
        problems.append(f"store check: {check.returncode} {check.stdout}{check.stderr}")
    left = [name for name in os.listdir(os.path.join(folder, "Reports", "soak")) if name.startswith(".")]
    left = [name for name in left if not name.endswith(".lock")]
    if left:
        problems.append(f"left behind: {left}")
    names = sorted(name for name in os.listdir(os.path.join(folder, "Reports", "soak")) if name[0].isdigit())
    if os.readlink(os.path.join(folder, "Reports", "soak", "latest")).rstrip("/").split("/")[-1] != names[-1]:
        problems.append("latest does not point at the last night")
    stored = sqlite3.connect(os.path.join(folder, "Reports", "belowzero.sqlite"))
    if stored.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
        problems.append("the store is damaged")
    with open(os.path.join(folder, "belowzero.prom")) as file:
        if "belowzero_" not in file.read():
            problems.append("no metrics")
    return problems


main()
