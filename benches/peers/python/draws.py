"""What chance decides about each meter: the draws of src/draws.rs, for many meters at once."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

DAY = 86_400
DAYS = 365
HORIZON = DAYS * DAY
SUPPLIERS = 50

SEED = np.uint64(72)
GOLDEN = np.uint64(0x9E37_79B9_7F4A_7C15)
REST_BITS = 20

SWITCH, LAW, DELAY, LOSER, READ, FIRST_REJECTION, SECOND_REJECTION, ORDER = range(8)


class Cases(NamedTuple):
    """Changes of supplier, a column for each thing drawn."""

    switch: np.ndarray
    until: np.ndarray
    loser: np.ndarray
    read: np.ndarray
    first_rejection: np.ndarray
    second_rejection: np.ndarray


class Draws:
    """The laws to draw from."""

    def __init__(self) -> None:
        table = Path(__file__).parent.parent / "delays.csv"
        numbers = np.array(table.read_text().replace("\n", ",").rstrip(",").split(",")[2:], dtype=np.int64)
        # Both laws in one row, so that one index finds the law and the place in it.
        self.delays = numbers.reshape(-1, 2).T.ravel()
        self.parts = len(self.delays) // 2

    def delay(self, drawn: np.ndarray, long) -> np.ndarray:
        """Delays in seconds; where `long`, by the second law."""
        place = (drawn >> REST_BITS) + self.parts * np.asarray(long)
        low, high = self.delays[place], self.delays[place + 1]
        return low + ((high - low) * (drawn & ((1 << REST_BITS) - 1)) >> REST_BITS)

    def cases(self, start: int, end: int) -> Cases:
        """The cases of the meters from `start` until before `end`."""
        first = places(start, end)

        def below(purpose: int, n: int) -> np.ndarray:
            return bits(first, purpose) * n >> 32

        switch = below(SWITCH, HORIZON)
        wait = self.delay(bits(first, DELAY), below(LAW, 10) == 0)
        return Cases(
            switch=switch,
            until=np.minimum(switch + wait, HORIZON),
            loser=below(LOSER, SUPPLIERS),
            read=below(READ, DAY),
            first_rejection=below(FIRST_REJECTION, DAY),
            second_rejection=below(SECOND_REJECTION, DAY),
        )


def places(start: int, end: int) -> np.ndarray:
    """Where the numbers of each meter begin in the sequence."""
    return np.arange(start, end, dtype=np.uint64) * np.uint64(8)


def bits(first: np.ndarray, purpose: int) -> np.ndarray:
    """The upper half of one number of each meter."""
    z = SEED + GOLDEN * (first + np.uint64(purpose + 1))
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(32)).view(np.int64)


def order(meters: int) -> np.ndarray:
    """Where each of `meters` meters stands in a backlog: among the first if it is low."""
    return bits(places(0, meters), ORDER)
