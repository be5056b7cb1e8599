"""`effects.csv` recomputed from `results.parquet` by other code.

Differences, deviations, gains, percentages, intervals and p values are compared number for number. The critical values
come from a bootstrap, so they are compared with those of another bootstrap, to within 3 %.

Usage: effects.py FOLDER
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
import polars as pl

folder = Path(sys.argv[1])
cube = pl.read_parquet(folder / "results.parquet")
effects = pl.read_csv(folder / "effects.csv", infer_schema_length=None).rows(named=True)
manifest = json.loads((folder / "manifest.json").read_text())
assert manifest["options"]["baseline"] == effects[0]["against"], manifest["options"]

# Margins that add up to the total of each number.
MARGINS = {"leaked-reads.delivered": "path", "unwanted-alerts.delivered": "total"}
RESAMPLES = 20_000
random = np.random.default_rng(20181201)


def values(policy, number):
    metric = number.removesuffix(".total")
    of = (pl.col("policy") == policy) & (pl.col("metric") == metric) & (pl.col("margin") == MARGINS[metric])
    runs = cube.filter(of).group_by("replication").agg(pl.col("value").sum()).sort("replication")
    return runs["value"].to_numpy().astype(float)


def close(found, expected, what, tolerance=1e-9):
    missing = (found is None, expected is None)
    assert missing in [(False, False), (True, True)], (what, found, expected)
    if found is not None:
        assert abs(found - expected) <= tolerance * max(1.0, abs(expected)), (what, found, expected)


def is_rare(departing, n):
    return n >= 8 and (departing < min(8, math.ceil(5 * n / 8)) or departing < n / 4)


def t_cdf(t, degrees):
    """Student's t by Simpson's rule."""
    x = np.linspace(0.0, abs(t), 20_001)
    log_c = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2) - 0.5 * math.log(degrees * math.pi)
    y = np.exp(log_c - (degrees + 1) / 2 * np.log1p(x * x / degrees))
    half = (x[1] - x[0]) / 3 * (y[0] + y[-1] + 4 * y[1:-1:2].sum() + 2 * y[2:-1:2].sum())
    return 0.5 + math.copysign(half, t)


def t_quantile(p, degrees):
    low, high = 0.0, 1e4
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if t_cdf(middle, degrees) < p else (low, middle)
    return (low + high) / 2


def holm(p):
    """Adjusted p values, and the factor by which each step divides the level."""
    order = sorted(range(len(p)), key=lambda row: p[row])
    adjusted, factors, largest, factor = [0.0] * len(p), [0] * len(p), 0.0, None
    for rank, row in enumerate(order):
        left = len(p) - rank
        still = largest <= 1 - level
        largest = max(largest, min(1.0, left * p[row]))
        factor = left if still or factor is None else factor
        adjusted[row], factors[row] = largest, factor
    return adjusted, factors


def sign_p(differences):
    n, few = int((differences != 0).sum()), int(min((differences < 0).sum(), (differences > 0).sum()))
    return min(1.0, 2 * sum(math.comb(n, k) for k in range(few + 1)) / 2**n)


def critical_value(columns):
    """The quantile of the largest deviation; each column gives deviations in standard errors for resampled places."""
    n = effects[0]["n"]
    largest = []
    for _ in range(RESAMPLES // 1_000):
        places = random.integers(0, n, size=(1_000, n))
        with np.errstate(divide="ignore", invalid="ignore"):
            each = [np.abs(np.nan_to_num(column(places), nan=0.0, posinf=np.inf)) for column in columns]
        largest.append(np.max(each, axis=0))
    return float(np.quantile(np.concatenate(largest), level, method="higher"))


def of_mean(differences):
    def column(places):
        sample = differences[places]
        return (sample.mean(axis=1) - differences.mean()) / (sample.std(axis=1, ddof=1) / math.sqrt(len(differences)))

    return column


def log_ratio(ours, base):
    ratio = ours.sum(axis=-1) / base.sum(axis=-1)
    residuals = ours - np.expand_dims(ratio, -1) * base
    n = ours.shape[-1]
    return np.log(ratio), np.sqrt((residuals**2).sum(axis=-1) / (n - 1) / n) / ours.mean(axis=-1)


def of_ratio(ours, base):
    whole = log_ratio(ours, base)[0]

    def column(places):
        log, error = log_ratio(ours[places], base[places])
        # Nothing left in a resample is infinitely far from what is left.
        return np.where(np.isfinite(log), (log - whole) / error, np.inf)

    return column


level = effects[0]["level"]
families = {"identical": [], "max-t": [], "holm-t": [], "sign-test": []}
for effect in effects:
    ours, base = (values(effect[by], effect["number"]) for by in ["policy", "against"])
    differences, n, name = ours - base, effect["n"], (effect["policy"], effect["number"])
    assert len(differences) == n > 1, name
    for column, expected in [
        ("mean", ours.mean()),
        ("mean_against", base.mean()),
        ("difference", differences.mean()),
        ("sd", differences.std(ddof=1)),
        ("differing", int((differences != 0).sum())),
    ]:
        close(effect[column], float(expected), (name, column))
    cut = max(1, math.floor((n + 1) * 0.025))
    assert [effect["runs_low"], effect["runs_high"]] == [np.sort(differences)[cut - 1], np.sort(differences)[-cut]], name
    spread = differences.var(ddof=1)
    gain = (ours.var(ddof=1) + base.var(ddof=1)) / spread if spread > 0 else None
    close(effect["gain"], gain, (name, "gain"))
    above_0 = base.mean() - t_quantile(0.5 + level / 2, n - 1) * base.std(ddof=1) / math.sqrt(n) > 0
    percent = 100 * (ours.mean() / base.mean() - 1) if above_0 and differences.any() else None
    close(effect["percent"], percent, (name, "percent"))
    assert (effect["percent"] == -100) == (percent is not None and not ours.any()), name
    usual = np.unique(differences, return_counts=True)[1].max()
    if not differences.any():
        method = "identical"
    elif usual == n or is_rare(n - usual, n):
        method = "sign-test"
    else:
        method = "max-t" if 8 <= n <= 1_000 else "holm-t"
    assert effect["method"] == method, (name, method, effect["method"])
    families[method].append((effect, ours, base, differences))

for effect, *_ in families["identical"]:
    assert effect["word"] == "identical" and effect["low"] is None, effect

rows = families["sign-test"]
for (effect, *_, differences), p in zip(rows, holm([sign_p(row[-1]) for row in rows])[0]):
    close(effect["p"], p, (effect["policy"], "p"))
    signs = np.sign(differences).sum()
    agree = p <= 1 - level and signs * effect["difference"] > 0
    assert effect["word"] == ("cannot tell" if not agree else "fewer" if signs < 0 else "more"), effect

rows = families["holm-t"]
of_t = [row[-1].mean() / (row[-1].std(ddof=1) / math.sqrt(row[0]["n"])) for row in rows]
adjusted, factors = holm([2 * (1 - t_cdf(abs(t), row[0]["n"] - 1)) for t, row in zip(of_t, rows)])
criticals = {}
for (effect, *_), p, factor in zip(rows, adjusted, factors):
    close(effect["p"], p, (effect["policy"], "p"), 1e-6)
    criticals[id(effect)] = t_quantile(1 - (1 - level) / factor / 2, effect["n"] - 1)

rows = families["max-t"]
found = None
if rows:
    found = critical_value([of_mean(row[-1]) for row in rows])
    criticals |= {id(row[0]): row[0]["critical"] for row in rows}
for effect, *_ in rows:
    assert effect["critical"] == rows[0][0]["critical"] and effect["family"] == len(rows), effect
    close(effect["critical"], found, "critical", 0.03)

# Intervals are that many standard errors wide, and the word is theirs.
of_ratios = {False: [], True: []}
for effect, ours, base, differences in families["holm-t"] + families["max-t"]:
    half = criticals[id(effect)] * effect["sd"] / math.sqrt(effect["n"])
    name = (effect["policy"], effect["number"])
    close(effect["low"], effect["difference"] - half, (name, "low"), 1e-6)
    close(effect["high"], effect["difference"] + half, (name, "high"), 1e-6)
    word = "fewer" if effect["high"] < 0 else "more" if effect["low"] > 0 else "cannot tell"
    assert effect["word"] in [word, "about the same"], effect
    if effect["percent"] is not None and ours.any():
        rare = any(is_rare(int((side > 0).sum()), effect["n"]) for side in [ours, base])
        of_ratios[rare].append((effect, ours, base))

# Percentages: a symmetrical interval of the logarithm of the ratio, with one critical value for all of a family.
for rare, rows in of_ratios.items():
    implied = []
    for effect, ours, base in rows:
        if effect["percent_low"] is None:
            continue
        log, error = log_ratio(ours, base)
        bounds = np.log1p(np.array([effect["percent_low"], effect["percent_high"]]) / 100)
        if error > 1e-9:
            # −100 % loses digits.
            tolerance = 1e-6 + 1e-13 / math.exp(bounds[0]) / error
            close((bounds[1] - log) / error, (log - bounds[0]) / error, (effect["policy"], "percent"), tolerance)
            implied.append((bounds[1] - log) / error)
            if effect["method"] == "holm-t":
                close(implied[-1], criticals[id(effect)], (effect["policy"], "percent"), 1e-5)
        assert effect["percent_low"] > -100, effect
    if rows and rows[0][0]["method"] == "max-t":
        of_family = critical_value([of_ratio(ours, base) for _, ours, base in rows])
        for critical in implied:
            # Few resamples lie near the bound of a rare number.
            close(critical, of_family, "critical of percentages", 0.1 if rare else 0.03)
        assert implied or not math.isfinite(of_family), rows[0][0]

print(f"{folder.name}: {len(effects)} effects, critical value {found and round(found, 3)}")
