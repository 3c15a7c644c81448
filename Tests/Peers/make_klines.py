"""Writes invented one-minute klines in the column layout of Binance's futures klines, for benchmarks: no gaps, volatility that clusters, jumps.

    python make_klines.py FILE.csv BARS [SEED]

The same seed gives the same bytes with the same numpy. Nothing in it was measured.
"""

import os
import sys

import numpy as np


def prices(bars, seed):
    random = np.random.default_rng(seed)
    # Daily volatility of about 3 %, a slow and a fast cycle of it, and heavy tails.
    slow = np.cumsum(random.normal(0, 0.004, bars))
    slow -= np.linspace(0, slow[-1], bars)
    level = 0.03 / np.sqrt(1440) * np.exp(np.clip(slow, -0.6, 0.6) + 0.35 * np.sin(np.arange(bars) * 2 * np.pi / 1440))
    returns = level * random.standard_t(4, bars) / np.sqrt(2)
    jumps = random.random(bars) < 14 / (365 * 1440)
    returns[jumps] += random.normal(0, 0.03, jumps.sum())
    # Pulled back softly, so that years of it stay within a few octaves.
    log_price = np.empty(bars)
    position = 0.0
    for bar, step in enumerate(returns):
        position += step - 1e-7 * position
        log_price[bar] = position
    close = np.round(30_000 * np.exp(log_price), 2)
    open_ = np.concatenate([[30_000.0], close[:-1]])
    # Most minutes open where the last closed; some a little off.
    open_ = np.round(open_ * (1 + np.where(random.random(bars) < 0.1, random.normal(0, 1e-4, bars), 0)), 2)
    wick = np.abs(random.normal(0, 0.6, (2, bars))) * level
    high = np.round(np.maximum(open_, close) * (1 + wick[0]), 2)
    low = np.round(np.minimum(open_, close) * (1 - wick[1]), 2)
    volume = np.round(random.gamma(2.0, 12.0, bars), 5)
    return open_, high, low, close, volume


def main():
    path, bars = sys.argv[1], int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 16
    open_, high, low, close, volume = prices(bars, seed)
    start = 1_577_836_800_000
    with open(path + ".part", "w") as file:
        for first in range(0, bars, 100_000):
            rows = range(first, min(bars, first + 100_000))
            file.writelines(
                f"{start + 60_000 * i},{open_[i]:.2f},{high[i]:.2f},{low[i]:.2f},{close[i]:.2f},{volume[i]:.3f},"
                f"{start + 60_000 * i + 59_999},{volume[i] * close[i]:.5f},{int(volume[i] * 30)},{volume[i] / 2:.3f},"
                f"{volume[i] * close[i] / 2:.5f},0\n"
                for i in rows)
    os.replace(path + ".part", path)


if __name__ == "__main__":
    main()
