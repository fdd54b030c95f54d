"""Paired rounds in process CPU time, and the machine they ran on."""

from __future__ import annotations

import gc
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

Work = Callable[[], object]


def rounds(contenders: Mapping[str, Work], *, seconds: float = 3.0, least: int = 15) -> dict[str, list[float]]:
    """Times in ms of each contender, one list entry a round; in a round they run one after another.

    Each contender repeats within a round until 2 ms have passed, so that the clock's step does not show.
    """
    repeats = {}
    for name, work in contenders.items():
        work()
        start = time.process_time()
        work()
        repeats[name] = max(1, int(0.002 / max(time.process_time() - start, 1e-6)))
    gc.collect()
    gc.freeze()
    times: dict[str, list[float]] = {name: [] for name in contenders}
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(next(iter(times.values()))) < least:
        for name, work in contenders.items():
            start = time.process_time()
            for _ in range(repeats[name]):
                work()
            times[name].append((time.process_time() - start) * 1000 / repeats[name])
    gc.unfreeze()
    return times


def median(values: list[float]) -> float:
    """The median."""
    return statistics.median(values)


def ratio(times: list[float], base: list[float]) -> float:
    """Median of the ratios of the same round."""
    return statistics.median(mine / theirs for mine, theirs in zip(times, base, strict=True))


def machine(*packages: str) -> str:
    """Processor, Python and the versions of the packages, on one line."""
    parts = [_processor(), f"Python {platform.python_version()}"]
    for package in packages:
        try:
            parts.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            parts.append(f"{package} not installed")
    return ", ".join(parts)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
