"""The line of JSON that every peer prints: its totals, and what the whole process took."""

import json
import resource
from hashlib import sha256
from pathlib import Path

import numpy as np


def digest(counts: np.ndarray) -> str:
    """The first 16 digits of the SHA-256 of the counts as 64-bit words, low byte first."""
    return sha256(counts.astype("<u8").tobytes()).hexdigest()[:16]


def report(peer: str, meters: int, cases: int, reads, rejected, losers) -> None:
    """`reads` and `rejected` are counts by hour of the year, `losers` leaked reads by losing supplier."""
    reads, rejected, losers = (np.asarray(counts, dtype=np.int64) for counts in (reads, rejected, losers))
    totals = {
        "cases": cases,
        "leaked_reads": int(reads.sum()),
        "rejections": int(rejected.sum()),
        "by_hour": digest(np.concatenate([reads, rejected])),
        "by_supplier": digest(losers),
    }
    usage = resource.getrusage(resource.RUSAGE_SELF)
    status = Path("/proc/self/status").read_text()
    peak = float(status.split("VmHWM:")[1].split()[0]) / 1024
    cpu = usage.ru_utime + usage.ru_stime
    print(json.dumps({"peer": peer, "meters": meters, "totals": totals, "cpu_seconds": cpu, "peak_mib": peak}))
