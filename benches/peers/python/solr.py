"""The book of a failed supplier in SimPy: solr.py resource|store METERS

With `resource` each meter is a process that requests the successor's desk and holds it until its 6.23 is sent. With
`store` all meters are put into a backlog, and the successor is a process that takes the first of it.
NumPy counts what meters sent after the run, so that only the queue is simulated.
"""

import sys
from collections.abc import Iterable, Iterator
from itertools import count

import numpy as np
import simpy

from draws import DAY, HORIZON, Draws, order
from report import alerts, report
from streams import Streams

# The book moves at midnight. The first five of every seven days of the year are working days.
MOVES_ON = 331
MOVED = MOVES_ON * DAY
CAPACITY = 8_000
OPENS = 9 * 3_600
OPEN_FOR = 8 * 3_600


class Resource:
    """A process for each meter, which waits for a `Resource`."""

    def __init__(self, places: np.ndarray) -> None:
        self.env = simpy.Environment()
        self.sent = [HORIZON] * len(places)
        self.desk = simpy.Resource(self.env)
        self.slots = slots()
        # A resource serves those first who come first.
        for meter in np.argsort(places, kind="stable").tolist():
            self.env.process(self.wait(meter))

    def wait(self, meter: int) -> Iterator[simpy.Event]:
        yield self.env.timeout(MOVED)
        with self.desk.request() as turn:
            yield turn
            yield self.env.timeout(next(self.slots) - self.env.now)
            self.sent[meter] = self.env.now


class Store:
    """A process that serves a `PriorityStore`."""

    def __init__(self, places: np.ndarray) -> None:
        self.env = simpy.Environment()
        self.sent = [HORIZON] * len(places)
        self.backlog = simpy.PriorityStore(self.env)
        self.env.process(self.move(zip(places.tolist(), range(len(places)))))
        self.env.process(self.serve())

    def move(self, meters: Iterable[tuple[int, int]]) -> Iterator[simpy.Event]:
        yield self.env.timeout(MOVED)
        for meter in meters:
            self.backlog.put(meter)

    def serve(self) -> Iterator[simpy.Event]:
        for slot in slots():
            yield self.env.timeout(slot - self.env.now)
            _, meter = yield self.backlog.get()
            self.sent[meter] = self.env.now


def slots() -> Iterator[int]:
    """The seconds at which the successor can send, from the day after the book has moved."""
    for day in count(MOVES_ON + 1):
        if day % 7 < 5:
            for nth in range(CAPACITY):
                yield day * DAY + OPENS + nth * OPEN_FOR // CAPACITY


def main() -> None:
    form, meters = sys.argv[1], int(sys.argv[2])
    book = {"resource": Resource, "store": Store}[form](order(meters))
    book.env.run(until=HORIZON)
    until = np.array(book.sent)
    waits = until[until < HORIZON] - MOVED
    # All lose the same supplier.
    cases = Draws().cases(0, meters)
    streams = Streams()
    streams.count(cases._replace(switch=np.full_like(until, MOVED), until=until, loser=np.zeros_like(until)))
    totals = {"served": len(waits), "waited": int(waits.sum()), "longest": int(waits.max())}
    report(f"solr-{form}", meters, totals | alerts(streams.reads, streams.rejected))


main()
