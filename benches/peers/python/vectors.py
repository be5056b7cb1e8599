"""The reduced model in NumPy, as an analyst would vectorise it: vectors.py METERS

Daily streams are counted in closed form, as steps up and down by day. Meters come in blocks that stay in the cache, which
is both faster than one array for each thing drawn, and smaller.
"""

import sys

import numpy as np

from draws import DAY, DAYS, SUPPLIERS, Draws
from report import report

BLOCK = 1 << 15
COLUMNS = DAYS + 1


def main() -> None:
    meters = int(sys.argv[1])
    draws = Draws()
    reads = np.zeros(24 * COLUMNS, dtype=np.int64)
    rejected = np.zeros_like(reads)
    losers = np.zeros(SUPPLIERS)
    cases = 0
    for start in range(0, meters, BLOCK):
        block = draws.cases(start, min(start + BLOCK, meters))
        cases += len(block.switch)
        leaked = count_daily(reads, block.read, block)
        # Weights are floating point, and whole numbers of that size are exact in it.
        losers += np.bincount(block.loser, weights=leaked, minlength=SUPPLIERS)
        for offset in (block.first_rejection, block.second_rejection):
            count_daily(rejected, offset, block)
    report("numpy", meters, cases, by_hour(reads), by_hour(rejected), losers)


def count_daily(steps: np.ndarray, offset: np.ndarray, cases) -> np.ndarray:
    """Adds a stream of each case to `steps`; gives how many alerts it has."""
    first = (cases.switch + (DAY - 1) - offset) // DAY
    end = (cases.until + (DAY - 1) - offset) // DAY
    row = offset // 3_600 * COLUMNS
    steps += np.bincount(row + first, minlength=len(steps))
    steps -= np.bincount(row + end, minlength=len(steps))
    return end - first


def by_hour(steps: np.ndarray) -> np.ndarray:
    """Counts by hour of the year."""
    return steps.reshape(24, COLUMNS).cumsum(axis=1)[:, :DAYS].T.ravel()


main()
