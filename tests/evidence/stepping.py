"""Long runs in numbered steps: each step is made again from its battery, seed and number alone."""

from __future__ import annotations

import gc
import multiprocessing
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Run:
    """What a run found; `figures` are further numbers worth keeping, `last` is the number of its last step."""

    cases: int = 0
    failures: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    first: int = 0
    last: int = 0

    def add(self, other: Run) -> None:
        """Numbers add up, of anything else the newest stays."""
        self.cases += other.cases
        self.failures += other.failures
        for name, value in other.figures.items():
            known = self.figures.get(name)
            adds = isinstance(value, (int, float)) and not isinstance(value, bool) and known is not None
            self.figures[name] = known + value if adds else value


@dataclass(frozen=True)
class Order:
    """What a run is asked for: time, seed, the number of its first step, how many processes."""

    seconds: float = 60.0
    seed: int = 0
    first: int = 0
    workers: int = 1


# One step, from seed and number; None when there is nothing left to do.
Step = Callable[[int, int], Run | None]


class _Counter:
    """Numbers for one process; `take` gives the next."""

    def __init__(self, first: int) -> None:
        self.next = first

    def take(self) -> int:
        self.next += 1
        return self.next - 1


class _Shared:
    """Numbers for several processes, each given out once."""

    def __init__(self, first: int, context: Any) -> None:
        self._value = context.Value("q", first)

    @property
    def next(self) -> int:
        return int(self._value.value)

    def take(self) -> int:
        with self._value.get_lock():
            self._value.value += 1
            return int(self._value.value) - 1


def drive(step: Step, order: Order) -> Run:
    """Steps until the time is over, at least one; a step that is begun is finished, so that no number is left out."""
    end = time.monotonic() + order.seconds
    gc.collect()
    gc.freeze()  # rules and tables stay: the collector need not look at them again and again
    if order.workers <= 1:
        counter = _Counter(order.first)
        run = _work(step, order.seed, counter, end)
        run.first, run.last = order.first, counter.next - 1
        return run
    context = multiprocessing.get_context("fork")
    shared = _Shared(order.first, context)
    parts = []
    for _ in range(order.workers):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_send, args=(theirs, step, order.seed, shared, end))
        process.start()
        theirs.close()
        parts.append((process, ours))
    whole = Run()
    for process, ours in parts:
        try:
            whole.add(ours.recv())
        except EOFError:
            whole.failures.append(f"a process died with {process.exitcode}: its cases are not counted")
        process.join()
    whole.first, whole.last = order.first, shared.next - 1
    return whole


def _send(pipe: Any, step: Step, seed: int, counter: _Shared, end: float) -> None:
    pipe.send(_work(step, seed, counter, end))
    pipe.close()


def _work(step: Step, seed: int, counter: _Counter | _Shared, end: float) -> Run:
    run = Run()
    while True:
        number = counter.take()
        try:
            found = step(seed, number)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            told = f"{type(error).__name__}: {error}"[:200]
            found = Run(1, [f"seed {seed} step {number}: the step itself failed in {place.name}: {told}"])
        if found is None:
            return run
        run.add(found)
        if time.monotonic() >= end:
            return run
