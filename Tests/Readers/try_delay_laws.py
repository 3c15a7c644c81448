"""Holds laws of the delay fill on longer bars against the minutes they were grouped from, each fitted to all other files.

    try_delay_laws.py MINUTES.csv.gz...

Files of one-minute bars without header or with one: time in milliseconds, then open, high, low, close or open, close, high, low.
A second, smaller model of the program, in numpy: linear positions of 10x to 100x in both directions, opened at every hour's close and
held for a day, maintenance 0.5 %, no costs, closed 30 seconds after the trigger (the next minute's open, or the law). Both sides of a
ratio hold the same entries. Prints for each law the overshoot that fits, the mean |ln(law / minutes)| over bars of 5, 15 and 60 minutes
when it is fitted to the other files, and the ratios so found.
"""

import gzip
import math
import pathlib
import sys

import numpy as np

HOUR = 3_600_000.0
SPANS = (5, 15, 60)
OVERSHOOTS = np.exp(np.linspace(0, math.log(5), 29))


def load(path):
    opened = gzip.open(path, "rt") if path.endswith(".gz") else open(path)
    rows = []
    with opened as file:
        for line in file:
            try:
                rows.append([float(field) for field in line.split(",", 5)[:5]])
            except ValueError:
                continue
    bars = np.array(rows)
    bars = bars[np.argsort(bars[:, 0], kind="stable")]
    bars = bars[np.concatenate([[True], np.diff(bars[:, 0]) > 0])].T
    time, first, *rest = bars
    high, low, close = rest if np.mean(rest[0] >= rest[2]) > 0.99 and np.mean(rest[1] <= rest[0]) > 0.99 else (
        rest[1], rest[2], rest[0])
    return time, first, np.maximum.reduce([first, high, close]), np.minimum.reduce([first, low, close]), close


def grouped(bars, minutes):
    time, opens, high, low, close = bars
    place = np.floor(time / (minutes * 60_000))
    start = np.flatnonzero(np.concatenate([[True], np.diff(place) > 0]))
    end = np.append(start[1:], len(time)) - 1
    return (place[start] * minutes * 60_000, opens[start], np.maximum.reduceat(high, start),
            np.minimum.reduceat(low, start), close[end])


def triggered(bars, start, end, level, side):
    """The first bar of each window that reaches its level; -1 for none."""
    time, _, high, low, _ = bars
    bar, last = np.searchsorted(time, start), np.searchsorted(time, end) - 1
    found, open_ = np.full(len(start), -1), np.arange(len(start))
    while len(open_):
        open_ = open_[bar[open_] <= last[open_]]
        now = bar[open_]
        hit = low[now] <= level[open_] if side > 0 else high[now] >= level[open_]
        found[open_[hit]] = now[hit]
        open_ = open_[~hit]
        bar[open_] += 1
    return found


def cells(path):
    """Per leverage and direction: entries below zero by the minutes, and what the laws need of the longer bars."""
    minutes = load(path)
    hours = grouped(minutes, 60)
    start, price = hours[0] + HOUR, hours[4]
    end = start + 24 * HOUR
    whole = end <= minutes[0][-1]
    for step in np.flatnonzero(np.diff(minutes[0]) > 6 * HOUR):
        whole &= ~((start <= minutes[0][step + 1]) & (end > minutes[0][step]))
    start, end, price = start[whole], end[whole], price[whole]
    longer = {span: grouped(minutes, span) for span in SPANS}
    # How often a bar closes at one of its extremes: of n steps of equal size it does in 2 / sqrt(pi n).
    steps = {span: min(1, math.pi / 4 * np.mean((b[4] == b[2]) | (b[4] == b[3])) ** 2) for span, b in longer.items()}
    found = []
    for leverage in (10, 20, 50, 100):
        for side in (1, -1):
            zero = price * (1 - side / leverage)
            level = zero / (1 - side * 0.005)
            hit = triggered(minutes, start, end, level, side)
            after = minutes[1][np.minimum(hit[hit >= 0] + 1, len(minutes[0]) - 1)]
            judge = int((side * (after - zero[hit >= 0]) < 0).sum())
            if judge < 5:
                continue
            spans = {}
            for span, bars in longer.items():
                hit = triggered(bars, start, end, level, side)
                entry, bar = np.flatnonzero(hit >= 0), hit[hit >= 0]
                opens, high, low, close = (column[bar] for column in bars[1:])
                level_ = level[entry]
                anchor = np.where(side * (opens - level_) <= 0, opens, level_)
                before = [np.log(bars[2][np.maximum(bar - k, 0)] / bars[3][np.maximum(bar - k, 0)]) for k in range(1, 25)]
                spans[span] = dict(
                    low=np.log(low / anchor), high=np.log(high / anchor), zero=np.log(zero[entry] / anchor),
                    range=np.log(high / low), close=np.log(close / anchor), before=np.median(before, 0), side=side,
                    step=steps[span], span=span)
            found.append((judge, spans))
    return found


def below(cell, scale):
    """Expected entries below zero, by a Laplace law of that scale within each bar."""
    scale = np.maximum(scale, 1e-12)

    def law(x):
        return np.where(x < 0, 0.5 * np.exp(np.minimum(x, 0) / scale), 1 - 0.5 * np.exp(-np.maximum(x, 0) / scale))

    low, high = law(cell["low"]), law(cell["high"])
    mass = high - low
    part = (law(np.clip(cell["zero"], cell["low"], cell["high"])) - low) / np.where(mass > 1e-300, mass, 1)
    part = np.where((mass > 1e-300) & (cell["range"] > 0), part, cell["zero"] > 0)
    return (part if cell["side"] > 0 else 1 - part).sum()


def plain(cell, overshoot, delay=0.5):
    return overshoot * cell["range"] * math.sqrt(min(1, delay / cell["span"]) / (8 * math.log(2)))


def close_factor(cell, weight=1.0):
    share = -cell["side"] * cell["close"] / np.maximum(cell["range"], 1e-9)
    return 1 + weight * np.clip(share, -0.5, 1)


def burst_factor(cell, power):
    return np.clip(cell["range"] / np.maximum(cell["before"], 1e-6), 0.2, 20) ** power


def stepped(weight):
    return lambda cell, k: plain(cell, k, 0.5 + weight * cell["span"] * cell["step"])


LAWS = {
    "as it is, always 2.2": lambda c, k: plain(c, 2.2),
    "as it is": plain,
    "the bar's close": lambda c, k: plain(c, k) * close_factor(c),
    "the bar's close, half": lambda c, k: plain(c, k) * close_factor(c, 0.5),
    "24 bars before, power 0.25": lambda c, k: plain(c, k) * burst_factor(c, 0.25),
    "24 bars before, power 0.5": lambda c, k: plain(c, k) * burst_factor(c, 0.5),
    "24 bars before, power -0.25": lambda c, k: plain(c, k) * burst_factor(c, -0.25),
    "close and bars before": lambda c, k: plain(c, k) * close_factor(c) * burst_factor(c, 0.25),
    "the wait for a trade": stepped(1),
    "the wait, a quarter": stepped(0.25),
    "the wait, a quarter, and close": lambda c, k: stepped(0.25)(c, k) * close_factor(c),
}


def main(paths):
    files = [cells(path) for path in paths]
    for name, law in LAWS.items():
        logs = np.array([[[np.mean([math.log(max(below(spans[span], law(spans[span], k)), 1e-9) / judge)
                                    for judge, spans in file]) for span in SPANS] for file in files]
                         for k in OVERSHOOTS])
        loss = np.abs(logs).mean(2)
        best = loss.mean(1).argmin()
        left = [np.delete(loss, place, 1).mean(1).argmin() if len(files) > 1 else best for place in range(len(files))]
        errors = [np.abs(logs[k, place]).mean() for place, k in enumerate(left)]
        fitted = "fixed" if "always" in name else f"{OVERSHOOTS[best]:.2f}"
        print(f"{name}: overshoot {fitted}, all {loss[best].mean():.3f}, left out {np.mean(errors):.3f}")
        for place, k in enumerate(left):
            ratios = " ".join(f"{value:.2f}" for value in np.exp(logs[k, place]))
            print(f"  {pathlib.Path(paths[place]).name}: {OVERSHOOTS[k]:.2f}: {ratios}")


main(sys.argv[1:])
