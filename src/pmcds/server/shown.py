"""Counts of cards that were sent, gathered in memory and written in the background."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterable

from pmcds.hooks.feedback import Known
from pmcds.server import logs
from pmcds.server.store import ShownCard, Store

_EVERY_SECONDS = 1.0
# Above this many cards that could not be written, the oldest are let go.
_MOST = 100_000


class Shown:
    """What a kill can cost here is the last second of counts; feedback itself never waits in this queue."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[ShownCard] = deque(maxlen=_MOST)
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pmcds-shown", daemon=True)
        self._thread.start()

    def add(self, cards: Iterable[ShownCard]) -> None:
        """Count cards."""
        with self._lock:
            self._waiting.extend(cards)

    def known(self, card: str) -> Known | None:
        """What a card stands for, whether written or still waiting."""
        with self._lock:
            found = next((one for one in self._waiting if one.card == card), None)
        if found is not None:
            return Known(found.topic, found.rule, found.rule_version)
        return self._store.known(card)

    def flush(self) -> None:
        """Write what waits; it goes on waiting if the store fails."""
        with self._writing:
            with self._lock:
                cards = list(self._waiting)
            if not cards:
                return
            try:
                self._store.remember(cards, time.strftime("%Y-%m-%d", time.gmtime()))
            except Exception as error:  # whatever the database raises: counts must not stop the service
                logs.defect(error)
                return
            with self._lock:
                for _ in cards:
                    self._waiting.popleft()

    def close(self) -> None:
        """Write the rest and stop."""
        self._stop.set()
        self._thread.join(timeout=10)
        self.flush()

    def _run(self) -> None:
        while not self._stop.wait(_EVERY_SECONDS):
            self.flush()
