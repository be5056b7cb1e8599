"""Daily streams of alerts, counted in closed form for many cases at once, as steps up and down by day."""

import numpy as np

from draws import DAY, DAYS, SUPPLIERS, Cases

COLUMNS = DAYS + 1


class Streams:
    """What meters send between the change of supplier and the 6.23 that ends the wait."""

    def __init__(self) -> None:
        self.cases = 0
        self._reads = np.zeros(24 * COLUMNS, dtype=np.int64)
        self._rejected = np.zeros_like(self._reads)
        self._losers = np.zeros(SUPPLIERS)

    def count(self, cases: Cases) -> None:
        self.cases += len(cases.switch)
        leaked = count_daily(self._reads, cases.read, cases)
        # Weights are floating point, and whole numbers of that size are exact in it.
        self._losers += np.bincount(cases.loser, weights=leaked, minlength=SUPPLIERS)
        for offset in (cases.first_rejection, cases.second_rejection):
            count_daily(self._rejected, offset, cases)

    @property
    def reads(self) -> np.ndarray:
        """Leaked reads by hour of the year."""
        return by_hour(self._reads)

    @property
    def rejected(self) -> np.ndarray:
        """Rejections by hour of the year."""
        return by_hour(self._rejected)

    @property
    def losers(self) -> np.ndarray:
        """Leaked reads by losing supplier."""
        return self._losers.astype(np.int64)


def count_daily(steps: np.ndarray, offset: np.ndarray, cases: Cases) -> np.ndarray:
    """Adds a stream of each case to `steps`; gives how many alerts it has."""
    first = (cases.switch + (DAY - 1) - offset) // DAY
    end = (cases.until + (DAY - 1) - offset) // DAY
    row = offset // 3_600 * COLUMNS
    steps += np.bincount(row + first, minlength=len(steps))
    steps -= np.bincount(row + end, minlength=len(steps))
    return end - first


def by_hour(steps: np.ndarray) -> np.ndarray:
    return steps.reshape(24, COLUMNS).cumsum(axis=1)[:, :DAYS].T.ravel()
