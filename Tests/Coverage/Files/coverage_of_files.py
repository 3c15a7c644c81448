"""How often what the program prints holds the truth: invented prices as files, the program run on them, its tables counted.

Usage: coverage_of_files.py PROGRAM FOLDER [TRIALS] [FIRST SEED]. The truth is what the program says of one history of 300 years; everything from the
reading of a file to a field of a table is between the two; of return levels it is how often falls of that history, a holding time and twenty days
apart, go so deep. Prints Markdown.
"""

import collections
import csv
import math
import pathlib
import random
import shutil
import subprocess
import sys

BARS_PER_DAY = 4
YEARS_OF_TRUTH = 300
DAYS = [120, 731, 1826]
LEVERAGES = ["3", "8"]
HORIZONS = ["1d", "7d"]
FILES_PER_RUN = 40


def returns(process, count, rng):
    """Log returns of six hours, of the processes of the simulation beside this."""
    scale, variance, last, turbulent = 0.02, 0.0004, 0.0, rng.random() < 0.2
    for step in range(-2000, count):
        if process == "i.i.d. normal":
            move = scale * rng.gauss(0, 1)
        elif process == "GARCH with jumps":
            variance = 0.02 * scale * scale + 0.08 * last * last + 0.9 * variance
            last = math.sqrt(variance) * rng.gauss(0, 1)
            move = last + (scale * (-4 + 4 * rng.gauss(0, 1)) if rng.random() < 1 / 500 else 0)
        else:
            calm = 60 if process == "Regime switching" else 365
            if rng.random() < (1 if turbulent else 0.25) / calm:
                turbulent = not turbulent
            move = (2.5 if turbulent else 0.8) * scale * rng.gauss(0, 1)
        if step >= 0:
            yield move


PROCESSES = ["i.i.d. normal", "GARCH with jumps", "Regime switching", "Regimes of a year"]


def write_prices(path, process, days, seed, start):
    """A file of prices, one a bar: open, high, low and close are the same but for where they meet."""
    rng = random.Random(f"{process} {seed}")
    price, before = 100.0, 100.0
    with open(path, "w") as file:
        file.write("time,open,high,low,close\n")
        for bar, move in enumerate(returns(process, days * BARS_PER_DAY, rng)):
            price = before * math.exp(move)
            # A long history drifts beyond what a price can be; what matters are its moves.
            if not 1e-4 < price < 1e9:
                price = before * math.exp(-move)
            high, low = max(before, price), min(before, price)
            file.write(f"{start + bar * 21600},{before:.12g},{high:.12g},{low:.12g},{price:.12g}\n")
            before = price


def table(folder, name):
    path = folder / name
    if not path.exists():
        return []
    with open(path) as file:
        return list(csv.DictReader(file))


def run(program, files, out):
    command = [program, "sweep", *map(str, files), "--leverage", ",".join(LEVERAGES), "--horizon", ",".join(HORIZONS)]
    command += ["--stop-loss", "5%", "--time", "s", "--no-store", "--no-cache", "--quiet", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 3):
        sys.exit(f"{' '.join(command[:3])} … ended with {done.returncode}: {done.stderr[:2000]}")
    return out


def key(row):
    return row["side"], row["leverage_x"], row["horizon_h"]


def falls(path, horizon_h):
    """The farthest fall of the log price after every close, within the holding time."""
    with open(path) as file:
        rows = [(math.log(float(row["low"])), math.log(float(row["close"]))) for row in csv.DictReader(file)]
    bars = horizon_h * BARS_PER_DAY // 24
    found, lowest = [], collections.deque()
    for bar, (low, _) in enumerate(rows):
        while lowest and rows[lowest[-1]][0] >= low:
            lowest.pop()
        lowest.append(bar)
        entry = bar - bars
        if entry >= 0:
            while lowest[0] <= entry:
                lowest.popleft()
            found.append(rows[entry][1] - rows[lowest[0]][0])
    return found


def return_levels(moves, horizon_h, periods):
    """What separate events go beyond once in each period, as a fall of the price."""
    apart = horizon_h * BARS_PER_DAY // 24 + 20 * BARS_PER_DAY
    years = len(moves) / BARS_PER_DAY / 365.25
    far = sorted(range(len(moves)), key=lambda bar: -moves[bar])[: len(moves) // 10]
    far.sort()

    def events(level):
        count, last = 0, -10 * apart
        for bar in far:
            if moves[bar] > level:
                count += bar - last > apart
                last = bar
        return count

    levels = {}
    for period in periods:
        low, high = 0.0, 2 * max(moves)
        for _ in range(30):
            middle = (low + high) / 2
            low, high = (middle, high) if events(middle) * period > years else (low, middle)
        levels[period] = 1 - math.exp(-(low + high) / 2)
    return levels


class Counts:
    """Trials whose interval held the truth, of those that had one."""

    def __init__(self):
        self.held, self.given, self.asked = 0, 0, 0

    def add(self, low, high, truth):
        self.asked += 1
        if low == "" or high == "":
            return
        self.given += 1
        self.held += float(low) <= truth <= float(high)

    def words(self):
        if self.given == 0:
            return "none given" if self.asked else ""
        return f"{100 * self.held / self.given:.0f} % of {self.given}" + (
            f" ({self.asked - self.given} without)" if self.asked > self.given else "")


def count(program, folder, process, days, seeds, truth):
    names = ["frequency", "zero seen", "two spells or more", "mean shortfall", "shortfall per entry", "difference", "next year",
             "return levels", "a stop's share", "a stop's mean equity"]
    found = {name: Counts() for name in names}
    results, severity, levels, stops = truth
    for first in range(seeds.start, seeds.stop, FILES_PER_RUN):
        files = []
        for seed in range(first, min(first + FILES_PER_RUN, seeds.stop)):
            files.append(folder / f"t{seed}.csv")
            write_prices(files[-1], process, days, seed, 1_400_000_000)
        out = run(program, files, folder / "run")
        for row in table(out, "results.csv"):
            share = float(results[key(row)]["negative_equity_frac"])
            ends = row["ci95_low_frac"], row["ci95_high_frac"]
            if row["status"] == "impossible":
                continue
            found["frequency"].add(*ends, share)
            if float(row["negative_equity_frac"] or 0) == 0:
                found["zero seen"].add(*ends, share)
            if int(row["turbulent_spells_count"] or 0) >= 2:
                found["two spells or more"].add(*ends, share)
        for row in table(out, "severity.csv"):
            if row["fill"] == "worst" or row["negative_count"] in ("", "0.0"):
                continue
            for name, column in (("mean shortfall", "shortfall_mean"), ("shortfall per entry", "shortfall_per_entry")):
                value = severity[key(row)][column + "_margin_frac"]
                if value:
                    found[name].add(row[column + "_ci_low_margin_frac"], row[column + "_ci_high_margin_frac"], float(value))
        for row in table(out, "differences.csv"):
            other = row["other_side"], row["other_leverage_x"], row["horizon_h"]
            value = float(results[key(row)]["negative_equity_frac"]) - float(results[other]["negative_equity_frac"])
            found["difference"].add(row["ci_low_frac"], row["ci_high_frac"], value)
        for row in table(out, "tail.csv"):
            period = float(row["return_period_y"])
            if row["side"] == "long" and period in levels.get(row["horizon_h"], {}):
                found["return levels"].add(row["move_low_frac"], row["move_high_frac"], levels[row["horizon_h"]][period])
        for row in table(out, "behaviours.csv"):
            if row["behaviour"] == "hodl":
                continue
            for name, column, unit in (("a stop's share", "negative", ""), ("a stop's mean equity", "equity", "_margin")):
                ends = [row[f"{column}_difference_{end}{unit}_frac"] for end in ("low", "high")]
                found[name].add(*ends, float(stops[key(row)][f"{column}_difference{unit}_frac"]))
        for row in table(out, "backtest.csv"):
            found["next year"].add(
                row["next_year_low_frac"], row["next_year_high_frac"], float(row["negative_equity_frac"]))
        shutil.rmtree(out)
        for file in files:
            file.unlink()
    return found


def truth(program, folder, process):
    file = folder / "truth.csv"
    # From the year 1700 on: no bar may lie in the future.
    write_prices(file, process, YEARS_OF_TRUTH * 365, "truth", -8_520_336_000)
    out = run(program, [file], folder / "truth")
    found = (
        {key(row): row for row in table(out, "results.csv")},
        {key(row): row for row in table(out, "severity.csv") if row["fill"] not in ("worst", "best")},
        {},
        {key(row): row for row in table(out, "behaviours.csv") if row["behaviour"] != "hodl"},
    )
    # Thirty events of the rarest: no longer period has a truth in so few years.
    for hours in {row["horizon_h"] for row in table(out, "tail.csv")}:
        found[2][hours] = return_levels(falls(file, int(float(hours))), int(float(hours)), [1, 2, 5, 10])
    shutil.rmtree(out)
    file.unlink()
    return found


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    trials = int(sys.argv[3]) if len(sys.argv) > 3 else 60
    first = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    folder.mkdir(parents=True, exist_ok=True)
    print(f"\n### Through the program\n\n{trials} files a row (seeds from {first} on), four bars a day, "
          f"longs and shorts of {' and '.join(LEVERAGES)} times held for {' and '.join(HORIZONS)}; "
          f"the truth is one file of {YEARS_OF_TRUTH} years.\n")
    titles = None
    for process in PROCESSES:
        known = truth(program, folder, process)
        for days in DAYS:
            found = count(program, folder, process, days, range(first, first + trials), known)
            if titles is None:
                titles = list(found)
                print("| process | history | " + " | ".join(titles) + " |")
                print("|---|---:|" + "---:|" * len(titles))
            history = f"{days // 365} y" if days % 365 == 1 else f"{days} d"
            print(f"| {process} | {history} | " + " | ".join(c.words() for c in found.values()) + " |", flush=True)


main()
