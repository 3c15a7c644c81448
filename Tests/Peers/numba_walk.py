"""The peer of `make bench`: what a careful user writes today to answer the same question.

One walk per entry serves all leverages of a side: leverages are liquidated from the highest down, the walk stops as soon as
nobody is left, and the longest horizon is walked once for all horizons. numba compiles it, `prange` runs it on all cores,
polars reads the file. Nothing is shared with BelowZero.

    python numba_walk.py FILE.csv --leverages 125 --horizons 1440,10080,43200 [--threads N] [--counts]

The file has Binance's kline columns without a header. Bars are one minute apart without a gap; horizons are in bars. The model is
the linear contract with one maintenance rate, fees on opening, closing and liquidation, and the fill at the next bar's open.
Prints seconds for reading and for walking, and with --counts one line a cell:
side,leverage,horizon,entries,rejected,liquidated,negative,mean_equity.
"""

import argparse
import time

import numba
import numpy as np
import polars as pl

RATE, OPEN_FEE, CLOSE_FEE, LIQUIDATION_FEE = 0.004, 0.0005, 0.0005, 0.0
TOLERANCE = 1e-12


@numba.njit(cache=True)
def walk_entries(entries, open_, high, low, close, leverages, horizons, sign, liquidated, negative, equity):
    """Adds the entries of a range to counts and sums by horizon and leverage."""
    bars, n, m = len(close), len(leverages), len(horizons)
    trigger = np.empty(n)
    for i in range(entries[0], entries[1]):
        price = close[i]
        for k in range(n):
            margin = 1.0 / leverages[k] - OPEN_FEE
            trigger[k] = price * (1.0 - sign * margin) / (1.0 - sign * RATE)
        alive = n  # leverages[0..alive) are still open; the highest goes first
        held = m  # horizons[0..held) have a whole window
        while held > 0 and i + horizons[held - 1] > bars - 1:
            held -= 1
        j = i
        for h in range(held):
            end = i + horizons[h]
            while j < end and alive > 0:
                j += 1
                worst = low[j] if sign > 0 else high[j]
                while alive > 0 and sign * (worst - trigger[alive - 1]) <= 0.0:
                    alive -= 1
                    fill = open_[j + 1] if j + 1 < bars else close[bars - 1]
                    gain = sign * (fill / price - 1.0) - OPEN_FEE - (CLOSE_FEE + LIQUIDATION_FEE) * fill / price
                    final = 1.0 + leverages[alive] * gain
                    for later in range(h, held):
                        liquidated[later, alive] += 1
                        equity[later, alive] += final
                        if final < -TOLERANCE * leverages[alive]:
                            negative[later, alive] += 1
            gain = sign * (close[end] / price - 1.0) - OPEN_FEE - CLOSE_FEE * close[end] / price
            for k in range(alive):
                final = 1.0 + leverages[k] * gain
                equity[h, k] += final
                if final < -TOLERANCE * leverages[k]:
                    negative[h, k] += 1


@numba.njit(parallel=True, cache=True)
def walk(open_, high, low, close, leverages, horizons, is_long, chunk):
    """The same over all entries, on all cores."""
    bars, n, m = len(close), len(leverages), len(horizons)
    chunks = (bars + chunk - 1) // chunk
    liquidated = np.zeros((chunks, m, n), np.int64)
    negative = np.zeros((chunks, m, n), np.int64)
    equity = np.zeros((chunks, m, n), np.float64)
    sign = 1.0 if is_long else -1.0
    for part in numba.prange(chunks):
        entries = (part * chunk, min(bars, (part + 1) * chunk))
        walk_entries(
            entries, open_, high, low, close, leverages, horizons, sign, liquidated[part], negative[part], equity[part])
    return liquidated.sum(0), negative.sum(0), equity.sum(0)


def read(path):
    frame = pl.read_csv(path, has_header=False)
    # By place: how polars numbers columns without a header has changed between its versions.
    return [np.ascontiguousarray(frame[name].cast(pl.Float64).to_numpy()) for name in frame.columns[1:5]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--leverages", type=int, default=125)
    parser.add_argument("--horizons", default="1440,10080,43200")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--counts", action="store_true")
    options = parser.parse_args()
    if options.threads:
        numba.set_num_threads(options.threads)
    leverages = np.arange(1, options.leverages + 1, dtype=np.float64)
    horizons = np.array(sorted(int(h) for h in options.horizons.split(",")), dtype=np.int64)
    # Compiled before the clock starts, as the peer's users would have it.
    tiny = np.full(64, 100.0)
    for is_long in (True, False):
        walk(tiny, tiny, tiny, tiny, leverages, np.array([1, 2], dtype=np.int64), is_long, 16)
    begin = time.perf_counter()
    open_, high, low, close = read(options.file)
    middle = time.perf_counter()
    # A leverage whose margin after the opening fee does not exceed the requirement is not opened.
    opened = leverages[1.0 / leverages - OPEN_FEE > RATE]
    results = {s: walk(open_, high, low, close, opened, horizons, s == "long", 1440) for s in ("long", "short")}
    end = time.perf_counter()
    print(f"reading_seconds={middle - begin:.3f} walking_seconds={end - middle:.3f}")
    if options.counts:
        report(results, leverages, opened, horizons, len(close))


def report(results, leverages, opened, horizons, bars):
    for side, (liquidated, negative, equity) in results.items():
        for h, horizon in enumerate(horizons):
            entries = max(0, bars - int(horizon))
            for leverage in leverages:
                k = np.searchsorted(opened, leverage)
                if k < len(opened) and opened[k] == leverage:
                    mean = equity[h, k] / entries
                    print(f"{side},{leverage:g},{horizon},{entries},0,{liquidated[h, k]},{negative[h, k]},{float(mean)!r}")
                else:
                    print(f"{side},{leverage:g},{horizon},0,{entries},0,0,nan")


if __name__ == "__main__":
    main()
