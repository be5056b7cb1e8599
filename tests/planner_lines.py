"""The lines of docs/capacity.md, run on the results of a study, agree with the program's own numbers.

Usage: planner_lines.py FOLDER_OF_THE_PROGRAM
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

SCENARIO = """
schema = 1
title = "a market"
supplier = [
    { id = "a", share = 50, gains = 10 }, { id = "fails", share = 5, gains = 0 },
    { id = "takes-over", share = 45, gains = 90, capacity = "300 /d" },
]
[time]
start = 2021-10-10
horizon = 2021-11-15
[market]
path = [{ on = 2021-03-01, meters = 30000 }, { on = 2021-12-31, meters = 30000 }]
switching = { "2021-04" = 0.02, "2021-05" = 0.02, "2021-06" = 0.02, "2021-07" = 0.02, "2021-08" = 0.02, "2021-09" = 0.02, "2021-10" = 0.02, "2021-11" = 0.02 }
[traffic]
capacity = "100 /min"
series = "minute"
[[inject]]
kind = "supplier-failure"
where = { losing = ["fails"], gaining = ["takes-over"] }
from = 2021-10-14
[experiment]
replications = 2
[[policy]]
id = "baseline"
"""

program = Path(sys.argv[1]).resolve() / "meterchurn"
page = (Path(__file__).parent.parent / "docs" / "capacity.md").read_text()
lines = re.search(r"```python\n(.*?)```", page, re.DOTALL).group(1)
assert len(lines.splitlines()) == 5, lines

place = tempfile.mkdtemp()
os.chdir(place)
Path("market.toml").write_text(SCENARIO)
subprocess.run([program, "run", "market.toml", "-o", "results"], check=True, stdout=subprocess.DEVNULL)
os.chdir(next(Path("results").iterdir()))
os.environ["MPLBACKEND"] = "agg"
found = {}
exec(lines, found)
minutes, heat = found["minutes"], found["heat"]

# 36 days, one of which has 25 hours.
assert len(minutes) == 36 * 1440 + 60, len(minutes)
assert minutes.local_time.dt.hour.value_counts()[1] == 37 * 60

cube = pd.read_parquet("results.parquet")
cube = cube[(cube.replication == 0) & (cube.policy == "baseline")]
south = cube[cube.leg == "wan-south"]


def numbers(metric):
    return south[south.metric == metric]


# The load-duration curve.
load = numbers("traffic.load")
assert len(load) > 10
for part, value in zip(load["quantile"], load.value):
    share = 1.0 if part == "max" else float(part[1:]) / 100
    assert np.quantile(minutes.total, share, method="inverted_cdf") == value, (part, value)

# The heat map, in thousandths of a message a minute.
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
hours = numbers("traffic.load-by-hour")
assert len(hours) == 7 * 24
for day, hour, value in zip(hours.weekday, hours.hour, hours.value):
    assert abs(heat.loc[days.index(day), int(hour)] * 1000 - value) <= 0.5, (day, hour, value)

# Peaks, the queue and totals.
peaks = numbers("traffic.joint-peak").set_index("per").value
times = numbers("traffic.joint-peak-time").set_index("per").value
by_hour = minutes.groupby(minutes.time.dt.floor("h")).total.sum()
assert minutes.total.max() == peaks["minute"] and by_hour.max() == peaks["hour"], peaks
assert by_hour.idxmax() == pd.Timestamp(times["hour"], unit="s", tz="UTC"), times
assert minutes.caused.sum() == numbers("traffic.messages").value.item()
assert minutes.ordinary.sum() == numbers("traffic.ordinary-messages").value.item()
assert minutes.background.sum() == numbers("background.messages").value.item()
of_all = cube[cube.metric == "capacity.longest-queue"].value.item()
assert of_all > 0 and minutes.queue.max() == of_all, of_all
longest = cube[(cube.metric == "capacity.wait") & cube.command.isna() & (cube["quantile"] == "max")].value.item()
assert minutes.longest_wait_s.max() == longest > 0, longest

print(f"{len(minutes)} minutes agree with the program's curve, heat map, peaks, queue and waits")
