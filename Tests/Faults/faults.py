"""Fails calls of a whole night by which it changes files, one in each round: history, runs and `latest` agree afterwards.

usage: faults.py PROGRAM FAULTS.SO [STEP]     every STEP-th call; 1 tries them all
"""
import atexit
import collections
import os
import shutil
import subprocess
import sys
import tempfile

program, library = (os.path.abspath(path) for path in sys.argv[1:3])
step = int(sys.argv[3]) if len(sys.argv) > 3 else 1

STUDY = """version: 1
name: small
data: [{asset: A, path: a.csv}, {asset: B, path: b.csv}]
grid: {leverage: [1, 10], horizon: [4h]}
platforms: {typical: {fees: {open: 0.0005, close: 0.0005}, slippage: 0.0005, tiers: [{to: .inf, rate: 0.005}]}}
headline: {side: long, leverage: 10, horizon: 4h}
statistics: {resamples: 100}
"""


def prices(shift):
    rows = (f"{1700000000 + hour * 3600},{p},{p + 1},{p - 1},{p}" for hour in range(400) for p in [100 + hour * shift % 7])
    return "time,open,high,low,close\n" + "\n".join(rows) + "\n"


def run(night, *arguments, **faults):
    environment = dict(os.environ, SOURCE_DATE_EPOCH=str(1_700_000_000 + 86_400 * night), **faults)
    return subprocess.run([program, *arguments], env=environment, capture_output=True, text=True)


def files(folder):
    return sum(len(names) for _, _, names in os.walk(folder)) if os.path.exists(folder + "/run.json") else 0


scratch = tempfile.TemporaryDirectory()
atexit.register(scratch.cleanup)
os.chdir(scratch.name)
for name, shift in (("a", 3), ("b", 5)):
    open(name + ".csv", "w").write(prices(shift))
open("s.yaml", "w").write(STUDY)
NIGHT = ("run", "s.yaml", "--no-cache")
assert run(0, *NIGHT).returncode == 0
shutil.move("Reports", "base")


def fresh():
    shutil.rmtree("Reports", ignore_errors=True)
    shutil.copytree("base", "Reports", symlinks=True)


fresh()
counted = dict(LD_PRELOAD=library, FAULT_UNDER="Reports", FAULT_COUNT=os.path.abspath("count"))
assert run(1, *NIGHT, **counted).returncode == 0
calls = int(open("count").read())
whole = files("Reports/small/" + os.readlink("Reports/small/latest"))
codes, wrong = collections.Counter(), []
for code in ("28", "5"):
    for place in range(0, calls, step):
        fresh()
        night = run(1, *NIGHT, LD_PRELOAD=library, FAULT_UNDER="Reports", FAULT_AT=str(place), FAULT_CODE=code)
        codes[night.returncode] += 1
        runs = [name for name in os.listdir("Reports/small") if name.startswith("20")]
        halves = [name for name in runs if files("Reports/small/" + name) != whole]
        latest = os.readlink("Reports/small/latest")
        if halves or latest not in runs or night.returncode not in (0, 73, 74):
            wrong.append((code, place, night.returncode, halves, latest, night.stderr[-300:]))
        again, check = run(2, *NIGHT, "--resume"), run(2, "store", "check")
        if again.returncode or check.returncode:
            wrong.append((code, place, "the next night", again.returncode, check.stdout[-300:] + again.stderr[-300:]))
print(f"faults: {sum(codes.values())} of {2 * calls} places, exit codes {dict(codes)}, {len(wrong)} wrong")
for line in wrong[:20]:
    print(line)
sys.exit(1 if wrong or calls < 50 else 0)
