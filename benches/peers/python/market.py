"""A market with the easy rules of the full model: what chance decides about each case, for many cases at once.

All times are seconds of UTC from the first midnight of 2018 on. Local midnights come an hour earlier in summer.
"""

from typing import NamedTuple

import numpy as np

from draws import DAY, DAYS, HORIZON, Draws, bits

HOUR = 3_600
# Local midnights of these days are those of summer time.
SUMMER = range(84, 301)
SUPPLIERS = 20
# A 6.23 that is refused, or that a device does not answer, is sent again after this time.
RETRY = DAY
MOST_FAILURES = 4
ELECTRICITY, GAS = range(2)
MATURE, IMMATURE, NON_USER = range(3)
NEITHER, DAILY, MONTHLY = range(3)
# Later than any second of the year.
NEVER = 4 * HORIZON
# The first day of each month.
MONTHS = np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30])

(
    DATE, FUEL, LOSER, GAINER, CLASS, LATE, LATE_BY, EARLY_BY, PROMPT, DELAY, CALENDAR, DUE, OFFSET, SCHEDULE, RUN,
    LATENCY, GAS_LATENCY, FAILURES, GAS_FAILURES, PAYMENT,
) = range(20)  # fmt: skip
PURPOSES = 32


class Market(NamedTuple):
    """Cases, a column for each thing drawn. What belongs to a device has a row for each of two."""

    date: np.ndarray
    ssd: np.ndarray
    fuel: np.ndarray
    loser: np.ndarray
    gainer: np.ndarray
    kind: np.ndarray
    prepay: np.ndarray
    known: np.ndarray
    sending: np.ndarray
    latency: np.ndarray
    failures: np.ndarray
    calendar: np.ndarray
    due: np.ndarray
    offset: np.ndarray
    scheduled: np.ndarray
    run: np.ndarray


def midnight(day):
    """The local midnight of a day."""
    return day * DAY - HOUR * ((day >= SUMMER.start) & (day < SUMMER.stop))


def drawn(draws: Draws, start: int, end: int) -> Market:
    """The cases of the meters from `start` until before `end`."""
    first = np.arange(start, end, dtype=np.uint64) * np.uint64(PURPOSES)

    def number(purpose: int) -> np.ndarray:
        return bits(first, purpose)

    def below(purpose: int, n: int) -> np.ndarray:
        return number(purpose) * n >> 32

    def pick(purpose: int, *shares: int) -> np.ndarray:
        """One of several kinds, by their shares of a hundred."""
        return np.searchsorted(np.cumsum(shares), below(purpose, 100), side="right")

    date, fuel, loser = below(DATE, DAYS), pick(FUEL, 53, 47), below(LOSER, SUPPLIERS)
    ssd = midnight(date) + 5 * HOUR * (fuel == GAS)
    kind = pick(CLASS, 85, 12, 3)
    late = below(LATE, 100) == 0
    known = np.where(late, ssd + draws.delay(number(LATE_BY), True), ssd - DAY * (1 + below(EARLY_BY, 5)))
    wait = draws.delay(number(DELAY), kind == IMMATURE)
    prompt = (kind == MATURE) & (below(PROMPT, 10) > 0)
    sending = np.where(kind == NON_USER, NEVER, np.where(prompt, ssd, ssd + 1 + wait))
    # One in fifty attempts gets no answer.
    few = np.array([2**32 // 50**n for n in range(MOST_FAILURES, 0, -1)])
    unanswered = [np.searchsorted(few, number(purpose), side="right") for purpose in (FAILURES, GAS_FAILURES)]
    return Market(
        date, ssd, fuel, loser, (loser + 1 + below(GAINER, SUPPLIERS - 1)) % SUPPLIERS, kind,
        prepay=below(PAYMENT, 100) < 15,
        known=known,
        sending=sending,
        latency=np.stack([1 + below(LATENCY, 120) + (fuel == GAS) * HOUR // 2, 1 + below(GAS_LATENCY, 120)]),
        failures=MOST_FAILURES - np.stack(unanswered),
        calendar=pick(CALENDAR, 30, 10, 60),
        due=below(DUE, 28),
        offset=below(OFFSET, 4 * HOUR),
        scheduled=below(SCHEDULE, 5) == 0,
        run=below(RUN, DAY),
    )  # fmt: skip
