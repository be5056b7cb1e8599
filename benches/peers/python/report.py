"""The line of JSON that every peer prints: its totals, and what the whole process took."""

import json
import resource
from hashlib import sha256
from pathlib import Path

import numpy as np


def digest(counts: np.ndarray) -> str:
    """The first 16 digits of the SHA-256 of the counts as 64-bit words, low byte first."""
    return sha256(counts.astype("<u8").tobytes()).hexdigest()[:16]


def alerts(reads, rejected) -> dict:
    """Totals of counts by hour of the year."""
    reads, rejected = (np.asarray(counts, dtype=np.int64) for counts in (reads, rejected))
    return {
        "leaked_reads": int(reads.sum()),
        "rejections": int(rejected.sum()),
        "by_hour": digest(np.concatenate([reads, rejected])),
    }


def year(cases: int, reads, rejected, losers) -> dict:
    """The totals of a year. `losers` are leaked reads by losing supplier."""
    return {"cases": cases, **alerts(reads, rejected), "by_supplier": digest(np.asarray(losers, dtype=np.int64))}


def report(peer: str, meters: int, totals: dict) -> None:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    status = Path("/proc/self/status").read_text()
    peak = float(status.split("VmHWM:")[1].split()[0]) / 1024
    cpu = usage.ru_utime + usage.ru_stime
    print(json.dumps({"peer": peer, "meters": meters, "totals": totals, "cpu_seconds": cpu, "peak_mib": peak}))
