"""Writes the quantiles of the two delays, in whole seconds: python3 delays.py > ../delays.csv

The peers read the table and interpolate in integers, so that no two mathematics libraries can make them differ. It is
made once and kept: a last digit that another machine rounds differently would change every total.
"""

from math import e, exp, log
from statistics import NormalDist

DAY = 86_400
PARTS = 4_096
# Where the last part's upper end stands. An exponential delay cut here has in this part the mean of its whole tail.
TAIL = e**-2

print("exponential,lognormal")
for i in range(PARTS + 1):
    above = (PARTS - i) / PARTS if i < PARTS else TAIL / PARTS
    exponential = -DAY * log(above)
    lognormal = 20 * DAY * exp(-NormalDist().inv_cdf(above)) if i else 0
    print(f"{round(exponential)},{round(lognormal)}")
