"""What users run, as commands: one grid over many minutes, a night of many histories, the night after it, and the default study.

Each is whole: default statistics, pages and tables into a folder. Prices are invented from seeds and kept between runs; nothing in them was
measured. Needs no packages.
"""

import dataclasses
import math
import os
import pathlib
import random
import shutil
from collections.abc import Callable

LEVERAGES = "[1, 2, 3, 5, 10, 20, 25, 50, 75, 100, 125]"

# What people are told that protects them, as they would ask for it: all that is known by name, and what they would vary.
BEHAVIOURS = """behaviours:
  - "stop at 5 %"
  - "stop at half the margin"
  - "trailing stop at 10 %"
  - "takes profit at 10 %"
  - "panic seller"
  - "FOMO buyer"
  - "dip buyer"
  - "buys weekly for a year"
  - "adds margin twice"
  - "comes back ten times"
  - {name: stop at 2 %, stop_loss: 2%}
  - {name: stop and target, stop_loss: 5%, take_profit: 10%}
  - {name: stop and target of the margin, stop_loss: 50%, take_profit: 100%, in: margin}
  - {name: sells in three parts, exits: [{at: 5%, part: 0.3333}, {at: 10%, part: 0.3333}, {at: 20%, part: 0.3334}]}
  - {name: stop and trailing stop, stop_loss: 5%, trailing_stop: 3%}
  - {name: wild days only, enter_after: {volatility: high, bars: 24}}
  - {name: buys daily for a week, instalments: {count: 7, every: 1d}}
  - {name: buys the dip in parts, enter_after: {fall: 5%, bars: 24}, instalments: {count: 4, every: 1d}, stop_loss: 10%}
  - {name: tops up behind a stop, top_up: {at: 2, add: 0.5, times: 3}, stop_loss: 10%}
  - {name: stopped and back in a day, stop_loss: 5%, reenter: {after: 1d, times: 5}}
"""


@dataclasses.dataclass(frozen=True)
class Workload:
    """`command(program, out)` is timed. Before, untimed: the command `once(program)` a single time, then `before()` ahead of every run."""

    name: str
    what: str
    command: Callable[[str, str], list[str]]
    once: Callable[[str], list[str]] | None = None
    before: Callable[[], None] | None = None


def write_bars(path: pathlib.Path, bars: int, step: int, seed: int) -> pathlib.Path:
    """Bars of `step` seconds with volatility that clusters, heavy tails and jumps; once only."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    draw = random.Random(seed)
    yearly = math.sqrt(step / (365 * 86_400))
    price, volatility, start = 30_000.0, 0.7, 1_577_836_800
    with open(f"{path}.part", "w", encoding="ascii") as file:
        file.write("time,open,high,low,close,volume\n")
        for bar in range(bars):
            volatility = 0.7 + 0.98 * (volatility - 0.7) + 0.05 * draw.gauss(0, 1)
            move = max(volatility, 0.2) * yearly * draw.gauss(0, 1) * (3 if draw.random() < 0.02 else 1)
            if draw.random() < 14 * step / (365 * 86_400):
                move += draw.gauss(0, 0.03)
            close = price * math.exp(move - 1e-7 * step / 60 * math.log(price / 30_000))
            high = max(price, close) * (1 + abs(draw.gauss(0, 0.3)) * yearly)
            low = min(price, close) * (1 - abs(draw.gauss(0, 0.3)) * yearly)
            file.write(f"{start + bar * step},{price:.4f},{high:.4f},{low:.4f},{close:.4f},{1 + bar % 9}\n")
            price = round(close, 4)
    os.replace(f"{path}.part", path)
    return path


def without_last(path: pathlib.Path, rows: int) -> pathlib.Path:
    """The same file before its last rows were there."""
    shorter = path.with_name(f"{path.stem}-before{path.suffix}")
    if not shorter.exists():
        shorter.write_text("".join(path.read_text(encoding="ascii").splitlines(keepends=True)[:-rows]), encoding="ascii")
    return shorter


def night_study(folder: pathlib.Path, files: list[pathlib.Path], name: str, behaviours: str = "") -> pathlib.Path:
    """A study over all files: 11 leverages, both sides, 5 holding times."""
    path = folder / f"{name}.yaml"
    data = "".join(f"  - {{asset: COIN{index:02d}, path: {file.name}}}\n" for index, file in enumerate(files))
    path.write_text(
        f"version: 1\nname: night\ndata:\n{data}grid:\n  side: [long, short]\n  leverage: {LEVERAGES}\n"
        "  horizon: [1d, 3d, 7d, 14d, 30d]\n"
        "platforms:\n  typical:\n    fees: {open: 0.0005, close: 0.0005, liquidation: 0.005}\n    slippage: 0.0005\n"
        "    tiers: [{to: .inf, rate: 0.005, amount: 0}]\n    liquidation: {fill: delay, delay: 30s}\n"
        f"headline: {{asset: COIN00, side: long, leverage: 20, horizon: 7d}}\n{behaviours}", encoding="ascii")
    return path


def protections(folder: pathlib.Path, bars: int) -> list[Workload]:
    """One history of the night, held and nothing else; and with twenty behaviours beside holding."""
    files = [write_bars(folder / f"hours-{bars}-0.csv", bars, 3600, 100)]
    held = str(night_study(folder, files, f"night-1-{bars}"))
    followed = str(night_study(folder, files, f"night-1-{bars}-behaviours", BEHAVIOURS))
    return [
        Workload(name, what, lambda program, out, study=study: [
            program, "run", study, "--no-cache", "--no-store", "--quiet", "--out", out])
        for name, what, study in [
            ("B0", f"one history of {bars:,} hours of the night, holding alone", held),
            ("B20", "the same with twenty behaviours", followed)]]


def default_study(root: pathlib.Path) -> Workload:
    study = str(root / "Data" / "Studies" / "default.yaml")
    return Workload("default", "the default study",
                    lambda program, out: [program, "run", study, "--no-cache", "--no-store", "--quiet", "--out", out])


def one_grid(folder: pathlib.Path, bars: int) -> Workload:
    """W1 where bars are 2,000,000: 125 leverages, both sides, three holding times."""
    prices = str(write_bars(folder / f"minutes-{bars}.csv", bars, 60, 16))
    return Workload("W1", f"{bars:,} minutes × 125 leverages × 2 sides × 1, 7, 30 days", lambda program, out: [
        program, "sweep", prices, "--leverage", "1:125", "--side", "both", "--horizon", "1d,7d,30d", "--no-cache", "--quiet",
        "--out", out])


def nights(folder: pathlib.Path, own: pathlib.Path, histories: int, bars: int) -> list[Workload]:
    """W2 and W3 where histories are 24 and bars 26,280: a night of hours, and the next one, each history a day longer, cache warm.
    Prices are kept in `folder`, caches in `own`."""
    files = [write_bars(folder / f"hours-{bars}-{index}.csv", bars, 3600, 100 + index) for index in range(histories)]
    tonight = str(night_study(folder, files, f"night-{histories}-{bars}"))
    last = str(night_study(folder, [without_last(file, 24) for file in files], f"night-{histories}-{bars}-before"))
    kept, cache, old = own / "cache-of-night", own / "cache", own / "out-of-last-night"

    def last_night(program: str) -> list[str]:
        for path in (kept, old):
            shutil.rmtree(path, ignore_errors=True)
        return [program, "run", last, "--no-store", "--quiet", "--cache", str(kept), "--out", str(old)]

    def warm() -> None:
        shutil.rmtree(cache, ignore_errors=True)
        # Files of less than a megabyte are read anew each night, and nothing of them is kept.
        if kept.exists():
            shutil.copytree(kept, cache)

    return [
        Workload("W2", f"a night of {histories} histories of {bars:,} hours × 11 leverages × 2 sides × 5 holding times",
                 lambda program, out: [program, "run", tonight, "--no-cache", "--no-store", "--quiet", "--out", out]),
        Workload("W3", "the next night, each history a day longer, warm cache",
                 lambda program, out: [
                     program, "run", tonight, "--no-store", "--quiet", "--cache", str(cache), "--out", out],
                 once=last_night, before=warm),
    ]
