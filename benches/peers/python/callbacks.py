"""The reduced model in SimPy, an event for every alert: callbacks.py METERS

Meters have callbacks rather than processes, since SimPy is faster with them.
"""

import sys
from collections.abc import Iterator

import numpy as np
import simpy

from draws import DAY, DAYS, HORIZON, SUPPLIERS, Draws
from report import report, year


class Market:
    """All meters, and what they sent."""

    def __init__(self, meters: int) -> None:
        self.env = simpy.Environment()
        self.trusts_loser = [False] * meters
        self.cases = 0
        self.reads = [0] * (DAYS * 24)
        self.rejected = [0] * (DAYS * 24)
        self.losers = [0] * SUPPLIERS
        # Python's own numbers: NumPy's are slow one at a time.
        columns = Draws().cases(0, meters)
        self.drawn = list(zip(*(column.tolist() for column in columns)))
        self.env.process(self.switches(np.argsort(columns.switch, kind="stable").tolist()))

    def switches(self, meters: list[int]) -> Iterator[simpy.Event]:
        # One after the other, which keeps SimPy's queue short.
        for meter in meters:
            yield self.env.timeout(self.drawn[meter][0] - self.env.now)
            self.on_switch(meter)

    def after(self, delay: int, callback, meter: int) -> None:
        self.env.timeout(delay, meter).callbacks.append(callback)

    def on_switch(self, meter: int) -> None:
        switch, until, _, read, first_rejection, second_rejection = self.drawn[meter]
        self.cases += 1
        self.trusts_loser[meter] = True
        # First, so that it precedes alerts of the same second.
        self.after(until - switch, self.on_certificate, meter)
        self.after((read - switch) % DAY, self.on_read, meter)
        self.after((first_rejection - switch) % DAY, self.on_rejection, meter)
        self.after((second_rejection - switch) % DAY, self.on_rejection, meter)

    def on_certificate(self, event: simpy.Event) -> None:
        self.trusts_loser[event.value] = False

    def on_read(self, event: simpy.Event) -> None:
        meter = event.value
        if self.trusts_loser[meter]:
            self.reads[self.env.now // 3_600] += 1
            self.losers[self.drawn[meter][2]] += 1
            self.after(DAY, self.on_read, meter)

    def on_rejection(self, event: simpy.Event) -> None:
        meter = event.value
        if self.trusts_loser[meter]:
            self.rejected[self.env.now // 3_600] += 1
            self.after(DAY, self.on_rejection, meter)


def main() -> None:
    meters = int(sys.argv[1])
    market = Market(meters)
    market.env.run(until=HORIZON)
    report("simpy", meters, year(market.cases, market.reads, market.rejected, market.losers))


main()
