"""The easy rules of the full model in NumPy, as an analyst would vectorise them: rules.py [each] METERS

With `each` every case is followed alone, and every alert enumerated: a check of the totals, and slow.
"""

import sys

import numpy as np

from draws import DAY, DAYS, HORIZON, Draws
from market import (
    DAILY,
    GAS,
    HOUR,
    IMMATURE,
    MONTHLY,
    MONTHS,
    NEVER,
    NON_USER,
    RETRY,
    SUMMER,
    SUPPLIERS,
    Market,
    drawn,
    midnight,
)
from report import digest, report

# Large enough that adding the counts of a block to those of the year hardly matters.
BLOCK = 1 << 16
MINUTE = 60
MINUTES = DAY // MINUTE
COLUMNS = DAYS + 2

PUSHED, PULLED, REFUSED = range(3)
FROM_USERS, TO_USERS, SOUTH, NORTH = range(4)
LEGS = 4
# Requests by what becomes of them.
ACCEPTED, NOT_KNOWN, FAILED = range(3)
CAUSES = 6
NOT_A_USER, LATE_FEED, NO_ANSWER, NOT_MATURE, ON_TIME, LATE = range(CAUSES)
# Days from which on an open case is of the next age.
AGES = [0, 1, 7, 30, 90]


class Totals:
    """What is counted. Streams and stocks are kept as steps along the days."""

    def __init__(self) -> None:
        self.alerts = np.zeros((3, MINUTES * COLUMNS), dtype=np.int64)
        self.messages = np.zeros((LEGS, (DAYS + 1) * MINUTES), dtype=np.int64)
        self.requests = np.zeros(3, dtype=np.int64)
        self.cases = np.zeros((CAUSES, 2, SUPPLIERS, SUPPLIERS), dtype=np.int64)
        self.exposure = np.zeros_like(self.cases)
        self.unwanted = np.zeros_like(self.cases)
        self.at_risk = 0
        self.waits = np.zeros((2, 3, DAYS + 2), dtype=np.int64)
        self.open = np.zeros((len(AGES), COLUMNS), dtype=np.int64)

    def report(self, peer: str, meters: int) -> None:
        alerts = self.alerts.reshape(3, MINUTES, COLUMNS).cumsum(axis=2)[:, :, :DAYS]
        kept = [alerts, self.messages, self.requests, self.cases, self.exposure, self.unwanted, self.waits]
        totals = {
            "cases": int(self.cases.sum()),
            "leaked_reads": int(alerts[PUSHED].sum() + alerts[PULLED].sum()),
            "rejections": int(alerts[REFUSED].sum()),
            "messages": int(self.messages.sum()),
            "exposure": int(self.exposure.sum()),
            "all": digest(np.concatenate([part.ravel() for part in [*kept, self.open[:, :DAYS].cumsum(axis=1)]])),
            "at_risk": self.at_risk,
        }
        report(peer, meters, totals)


def main() -> None:
    meters, each = int(sys.argv[-1]), sys.argv[1:-1] == ["each"]
    draws, totals = Draws(), Totals()
    for start in range(0, meters, BLOCK):
        market = drawn(draws, start, min(start + BLOCK, meters))
        if each:
            for case in range(len(market.ssd)):
                follow(totals, market, case)
        else:
            Block(totals, market).count()
    totals.report("rules-each" if each else "numpy-rules", meters)


# --- Many cases at once -----------------------------------------------------------------------------------------------


class Block:
    """The cases of a block."""

    def __init__(self, totals: Totals, market: Market) -> None:
        self.totals, self.market = totals, market
        self.shown = np.maximum(market.ssd, market.known)
        self.unwanted = np.zeros(len(market.ssd), dtype=np.int64)

    def count(self) -> None:
        executed = [self.device(device) for device in range(2)]
        self.pushes(executed[0])
        self.runs(executed[0])
        for device in range(2):
            self.cases_of(device, executed[device])

    def device(self, device: int) -> np.ndarray:
        """Counts the requests and messages of a device's 6.23s. Returns the seconds at which they execute."""
        market, totals = self.market, self.totals
        has = (market.fuel == GAS) | (device == 0)
        sending = np.where(has, market.sending, NEVER)
        refusals = np.where(sending < NEVER, np.maximum(0, -((sending - market.known) // RETRY)), 0)
        self.request(repeated(sending, refusals), NOT_KNOWN)
        accepted = sending + refusals * RETRY
        unanswered = repeated(accepted, np.where(accepted < HORIZON, market.failures[device], 0))
        self.request(unanswered, ACCEPTED)
        totals.requests[FAILED] += len(unanswered)
        self.message(SOUTH, unanswered)
        accepted = accepted + market.failures[device] * RETRY
        self.request(accepted[accepted < HORIZON], ACCEPTED)
        # One that is accepted at SSD stands for a future-dated one.
        executed = np.where(accepted == market.ssd, accepted, accepted + market.latency[device])
        for leg in (SOUTH, NORTH, TO_USERS):
            self.message(leg, executed[executed < HORIZON])
        return np.minimum(executed, NEVER)

    def request(self, at: np.ndarray, outcome: int) -> None:
        self.totals.requests[outcome] += len(at)
        self.message(FROM_USERS, at)
        self.message(TO_USERS, at)

    def message(self, leg: int, at: np.ndarray) -> None:
        self.totals.messages[leg] += np.bincount(at[at >= 0] // MINUTE, minlength=self.totals.messages.shape[1])

    def pushes(self, executed: np.ndarray) -> None:
        """Snapshots of days after SSD's that are pushed before the 6.23 executes."""
        market = self.market
        until = np.minimum(executed, HORIZON)
        daily = market.calendar == DAILY
        for first, end, shift in ((0, SUMMER.start, 0), (SUMMER.start, SUMMER.stop, HOUR), (SUMMER.stop, DAYS, 0)):
            offset = market.offset[daily] - shift
            begins = np.maximum(market.date[daily] + 1, first)
            ends = np.minimum((until[daily] + (DAY - 1) - offset) // DAY, end)
            # An offset before the UTC day's midnight falls on the day before.
            early = (offset < 0).astype(np.int64)
            self.unwanted[daily] += self.stream(PUSHED, offset % DAY, begins - early, np.maximum(begins, ends) - early)
        monthly = market.calendar == MONTHLY
        date, due, offset = market.date[monthly], market.due[monthly], market.offset[monthly]
        for month in MONTHS:
            at = midnight(month + due) + offset
            leaks = (month + due > date) & (at < until[monthly])
            day = np.where(leaks, at // DAY, 0)
            self.unwanted[monthly] += self.stream(PUSHED, at % DAY, day, day + leaks)

    def runs(self, executed: np.ndarray) -> None:
        """Runs of the loser's schedule: reads until the DCC knows of the switch, then refusals."""
        which = self.market.scheduled
        ssd, date, run = self.market.ssd[which], self.market.date[which], self.market.run[which]
        shown = np.minimum(self.shown[which], HORIZON)
        until = np.minimum(np.maximum(executed[which], shown), HORIZON)

        def from_second(at: np.ndarray) -> np.ndarray:
            return (at + (DAY - 1) - run) // DAY

        # A run of SSD's own day has the closing read; in summer the last hour of the UTC day belongs to the next.
        summer = (date >= SUMMER.start) & (date < SUMMER.stop)
        begins = np.maximum(from_second(ssd), date + 1 - (summer & (run >= DAY - HOUR)))
        self.unwanted[which] += self.stream(PULLED, run, begins, np.maximum(begins, from_second(shown)))
        begins = from_second(shown)
        self.unwanted[which] += self.stream(REFUSED, run, begins, np.maximum(begins, from_second(until)))

    def stream(self, kind: int, second: np.ndarray, first: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Adds daily alerts from day `first` until before `end`; gives how many."""
        row = second // MINUTE * COLUMNS
        steps = self.totals.alerts[kind]
        some = end > first
        steps += np.bincount((row + first)[some], minlength=len(steps))
        steps -= np.bincount((row + end)[some], minlength=len(steps))
        return end - first

    def cases_of(self, device: int, executed: np.ndarray) -> None:
        market, totals = self.market, self.totals
        has = (market.fuel == GAS) | (device == 0)
        until = np.minimum(executed, HORIZON)
        open_for = (until - market.ssd)[has]
        cause = self.causes(device, executed)[has]
        labels = cause, market.fuel[has], market.loser[has], market.gainer[has]
        place = np.ravel_multi_index(labels, totals.cases.shape)
        for counts, weights in ((totals.cases, None), (totals.exposure, open_for)):
            counts += np.bincount(place, weights, minlength=counts.size).astype(np.int64).reshape(counts.shape)
        if device == 0:
            more = np.bincount(place, self.unwanted[has], minlength=totals.cases.size)
            totals.unwanted += more.astype(np.int64).reshape(totals.cases.shape)
            totals.at_risk += int(open_for[market.prepay[has]].sum())
        kinds = market.kind[has]
        for n, end in enumerate((market.sending, executed)):
            days = np.where(end[has] < HORIZON, (end[has] - market.ssd[has]) // DAY, DAYS + 1)
            waits = totals.waits[n]
            waits += np.bincount(kinds * waits.shape[1] + days, minlength=waits.size).reshape(waits.shape)
        self.stock(market.date[has], market.ssd[has], until[has])

    def stock(self, date: np.ndarray, ssd: np.ndarray, until: np.ndarray) -> None:
        """Cases that are open at the end of each local day, by age."""
        last = np.minimum(local_day(until), DAYS)
        begins = date
        for age, (_, above) in enumerate(zip(AGES, [*AGES[1:], DAYS + 1])):
            ends = np.minimum(last, local_day(np.minimum(ssd + above * DAY, HORIZON)))
            ends = np.maximum(begins, ends)
            steps = self.totals.open[age]
            steps += np.bincount(begins, minlength=COLUMNS) - np.bincount(ends, minlength=COLUMNS)
            begins = ends

    def causes(self, device: int, executed: np.ndarray) -> np.ndarray:
        """Why a case takes as long as it does, by precedence."""
        market = self.market
        latency = market.latency[device]
        failing = market.failures[device] * RETRY
        lag = np.maximum(0, -((market.sending - market.known) // RETRY)) * RETRY

        def in_time_with(fault: np.ndarray) -> np.ndarray:
            """Whether it is on time with this fault alone."""
            last = market.sending + fault
            return last + np.where(last == market.ssd, 0, latency) <= market.ssd + DAY

        without_lag = (lag > 0) & in_time_with(failing)
        without_failures = (failing > 0) & in_time_with(lag)
        on_time = executed - market.ssd <= DAY
        by_precedence = {
            NOT_A_USER: market.kind == NON_USER,
            LATE_FEED: ~on_time & without_lag,
            NO_ANSWER: ~on_time & without_failures,
            NOT_MATURE: market.kind == IMMATURE,
            ON_TIME: on_time,
        }
        return np.select(list(by_precedence.values()), list(by_precedence), LATE)


def repeated(first: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The seconds before the horizon at which requests are sent this often, the first at these."""
    some = times > 0
    first, times = first[some], times[some]
    place = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    at = np.repeat(first, times) + place * RETRY
    return at[at < HORIZON]


def local_day(at):
    """The local date of a second."""
    day = at // DAY
    # The hour before a midnight of UTC belongs to the next day in summer.
    return day + ((at - day * DAY >= DAY - HOUR) & (day + 1 >= SUMMER.start) & (day + 1 < SUMMER.stop))


# --- Each case alone --------------------------------------------------------------------------------------------------


def follow(totals: Totals, market: Market, case: int) -> None:
    """Counts a case by following it from one thing to the next, and each alert by itself."""
    date, ssd, fuel, loser, gainer, kind, prepay, known, sending = (int(column[case]) for column in market[:9])
    offset, run = int(market.offset[case]), int(market.run[case])
    shown, devices = max(ssd, known), 2 if fuel == GAS else 1

    def message(leg: int, at: int) -> None:
        if 0 <= at < HORIZON:
            totals.messages[leg, at // MINUTE] += 1

    def request(at: int, outcome: int) -> None:
        totals.requests[outcome] += 1
        message(FROM_USERS, at)
        message(TO_USERS, at)

    def sends(device: int, is_known: bool, answers: bool, counts: bool) -> int:
        """When a device's 6.23 executes, with or without its faults."""
        at, failures = sending, 0 if answers else int(market.failures[device, case])
        while at < HORIZON:
            if not is_known and known > at:
                if counts:
                    request(at, NOT_KNOWN)
            elif failures > 0:
                failures -= 1
                if counts:
                    request(at, ACCEPTED)
                    totals.requests[FAILED] += 1
                    message(SOUTH, at)
            else:
                if counts:
                    request(at, ACCEPTED)
                return at if at == ssd else at + int(market.latency[device, case])
            at += RETRY
        return NEVER

    def alert(which: int, at: int) -> int:
        totals.alerts[which, at % DAY // MINUTE * COLUMNS + at // DAY] += 1
        totals.alerts[which, at % DAY // MINUTE * COLUMNS + at // DAY + 1] -= 1
        return 1

    executed = [sends(device, False, False, True) for device in range(devices)]
    for at in executed:
        for leg in (SOUTH, NORTH, TO_USERS):
            message(leg, at)
    unwanted = 0
    for day in range(date + 1, DAYS):
        in_month = day - max(month for month in MONTHS.tolist() if month <= day)
        is_due = market.calendar[case] == DAILY or (market.calendar[case] == MONTHLY and in_month == market.due[case])
        pushed = int(midnight(day)) + offset
        if is_due and pushed < min(executed[0], HORIZON):
            unwanted += alert(PUSHED, pushed)
    for day in range(max(0, date - 1), DAYS) if market.scheduled[case] else ():
        at = day * DAY + run
        if ssd <= at < shown and local_day(at) > date:
            unwanted += alert(PULLED, at)
        elif shown <= at < max(executed[0], shown):
            unwanted += alert(REFUSED, at)
    for device, end in enumerate(executed):
        until = min(end, HORIZON)
        on_time = end - ssd <= DAY
        fails = market.failures[device, case] > 0
        faults = ((LATE_FEED, known > sending, (True, False)), (NO_ANSWER, fails, (False, True)))
        cause = ON_TIME if on_time else LATE
        if kind == IMMATURE:
            cause = NOT_MATURE
        struck = [name for name, strikes, without in faults if strikes and sends(device, *without, False) - ssd <= DAY]
        if not on_time and struck:
            cause = struck[0]
        if kind == NON_USER:
            cause = NOT_A_USER
        place = cause, fuel, loser, gainer
        totals.cases[place] += 1
        totals.exposure[place] += until - ssd
        if device == 0:
            totals.unwanted[place] += unwanted
            totals.at_risk += (until - ssd) * prepay
        for n, reached in enumerate((sending, end)):
            totals.waits[n, kind, (reached - ssd) // DAY if reached < HORIZON else DAYS + 1] += 1
        for day in range(date, DAYS):
            last_second = int(midnight(day + 1)) - 1
            if ssd <= last_second < until:
                age = max(n for n, days in enumerate(AGES) if days * DAY <= last_second - ssd)
                totals.open[age, day] += 1
                totals.open[age, day + 1] -= 1


main()
