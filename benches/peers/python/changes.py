"""The reduced model in SimPy, an event for each change of a meter's state: changes.py METERS

NumPy counts the streams after the run, from the seconds at which 6.23s came.
"""

import sys
from collections.abc import Iterable, Iterator

import numpy as np
import simpy

from draws import HORIZON, Draws
from report import report, year
from streams import Streams


class Market:
    """All meters, and when the wait of each ended."""

    def __init__(self, meters: int) -> None:
        self.env = simpy.Environment()
        self.changed = 0
        self.ended = [HORIZON] * meters
        self.drawn = Draws().cases(0, meters)
        # Python's own numbers: NumPy's are slow one at a time.
        self.waits = (self.drawn.until - self.drawn.switch).tolist()
        order = np.argsort(self.drawn.switch, kind="stable")
        self.env.process(self.switches(zip(order.tolist(), self.drawn.switch[order].tolist())))

    def switches(self, meters: Iterable[tuple[int, int]]) -> Iterator[simpy.Event]:
        # One after the other, which keeps SimPy's queue short.
        for meter, switch in meters:
            yield self.env.timeout(switch - self.env.now)
            self.changed += 1
            self.env.timeout(self.waits[meter], meter).callbacks.append(self.on_certificate)

    def on_certificate(self, event: simpy.Event) -> None:
        self.ended[event.value] = self.env.now


def main() -> None:
    meters = int(sys.argv[1])
    market = Market(meters)
    market.env.run(until=HORIZON)
    streams = Streams()
    streams.count(market.drawn._replace(until=np.array(market.ended)))
    report("simpy-changes", meters, year(market.changed, streams.reads, streams.rejected, streams.losers))


main()
