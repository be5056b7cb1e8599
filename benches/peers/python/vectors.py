"""The reduced model in NumPy, as an analyst would vectorise it: vectors.py METERS

Meters come in blocks that stay in the cache, which is both faster than one array for each thing drawn, and smaller.
"""

import sys

from draws import Draws
from report import report, year
from streams import Streams

BLOCK = 1 << 15


def main() -> None:
    meters = int(sys.argv[1])
    draws = Draws()
    streams = Streams()
    for start in range(0, meters, BLOCK):
        streams.count(draws.cases(start, min(start + BLOCK, meters)))
    report("numpy", meters, year(streams.cases, streams.reads, streams.rejected, streams.losers))


main()
