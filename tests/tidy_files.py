"""The tables of a results folder, read with Polars without any cleaning.

Usage: tidy_files.py FOLDER
"""

import sys
from pathlib import Path

import polars as pl

folder = Path(sys.argv[1])
cube = pl.read_parquet(folder / "results.parquet")
metrics = pl.read_csv(folder / "metrics.csv")
days = pl.read_csv(folder / "days.csv", try_parse_dates=True)
durations = pl.read_csv(folder / "durations.csv")
assumptions = pl.read_csv(folder / "assumptions.csv")

# Numbers and dates are read as such.
assert cube.schema["value"] == pl.UInt64 and cube.schema["replication"] == pl.UInt32, cube.schema
assert all(metrics.schema[column] == pl.Float64 for column in ["value", "sd", "runs_low", "runs_high"]), metrics.schema
for bound in ["low", "high"]:
    # Without intervals there is nothing to guess a type from.
    assert metrics.schema[bound] == pl.Float64 or metrics[bound].is_null().all(), metrics.schema
assert days.schema["date"] == pl.Date and days.schema["value"].is_numeric(), days.schema
assert durations.schema["survival"] == pl.Float64 and durations.schema["at_risk"] == pl.Int64, durations.schema
assert {"name", "value", "unit", "kind", "source"} <= set(assumptions.columns), assumptions.columns

# Largest numbers of runs are represented by their median, all others by their mean.
is_largest = pl.col("metric").str.contains("peak|longest") | (pl.col("reduction") == "max")
assert metrics.filter(is_largest)["estimator"].unique().to_list() in ([], ["median"]), metrics.filter(is_largest)

# A row is named by its columns.
names = [column for column in metrics.columns[: metrics.columns.index("reduction") + 1]]
assert metrics.select(names).is_duplicated().sum() == 0
names = [column for column in days.columns[: days.columns.index("date") + 1]]
assert days.select(names).is_duplicated().sum() == 0

assert durations.select("policy", "milestone", "cohort", "day").is_duplicated().sum() == 0

# What still waits and what has ended in each way are all cases.
ways = ["survival", "incidence_reached", "incidence_returned", "incidence_superseded"]
assert (durations.select(pl.sum_horizontal(ways)).to_series() - 1.0).abs().max() < 1e-9

# Within a margin, labels add up to the total.
metric = "leaked-reads.delivered"
sums = metrics.filter((pl.col("metric") == metric) & (pl.col("reduction") == "total"))
sums = sums.group_by("policy", "margin").agg(pl.col("value").sum()).pivot(on="margin", index="policy", values="value")
for margin in sums.columns[2:]:
    difference = (sums[margin].fill_null(0.0) - sums["total"]).abs().max()
    assert difference < 1e-6 * max(1.0, sums["total"].max()), (margin, sums)

# Means of the cube are those of the table, and the days of a flow add up to its total.
per_run = cube.filter((pl.col("metric") == metric) & (pl.col("margin") == "path"))
per_run = per_run.group_by("policy", "replication").agg(pl.col("value").sum())
means = per_run.group_by("policy").agg(pl.col("value").mean()).join(sums.select("policy", "total"), on="policy")
assert (means["value"] - means["total"]).abs().max() < 1e-6 * max(1.0, means["total"].max()), means
alerts = metrics.filter((pl.col("metric") == "unwanted-alerts.delivered") & (pl.col("margin") == "total"))
flow = days.filter(pl.col("metric") == "unwanted-alerts.on").group_by("policy").agg(mean=pl.col("value").sum())
joined = alerts.select("policy", total="value").join(flow, on="policy")
assert (joined["total"] - joined["mean"]).abs().max() < 1e-6 * max(1.0, joined["total"].max()), joined

print(f"{folder.name}: {cube.height} values, {metrics.height} estimates, {days.height} daily values")
