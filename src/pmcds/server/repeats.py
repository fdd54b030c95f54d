"""What was shown while an order was chosen, so that a site may have it not said again when the order is signed (N3)."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pmcds.model.cards import Card
from pmcds.result import Result

SHOWN_AT, HELD_BACK_AT = "order-select", "order-sign"
# Members that change when an order is merely saved.
_UNSTEADY = ("meta", "text", "status")
_MOST = 20_000


class Repeats:
    """Digests of advice that was sent, for a while. Nothing of a patient stays in them, and nothing is written.

    Each process has its own: advice that another process sent is said again.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._until: OrderedDict[bytes, float] = OrderedDict()
        self._lock = threading.Lock()
        # The digests are of no use to anybody who does not have this process.
        self._salt = hashlib.sha256(repr((id(self), time.time_ns())).encode()).digest()

    def remember(self, asked: tuple[str | None, ...], result: Result, sent: set[str]) -> None:
        """The cards of a response that was sent. `asked` says who asked about whom."""
        end = self._clock() + self._seconds
        with self._lock:
            for card, digest in self._digests(asked, result):
                if card.uuid in sent:
                    self._until[digest] = end
                    self._until.move_to_end(digest)
            while len(self._until) > _MOST:
                self._until.popitem(last=False)

    def again(self, asked: tuple[str | None, ...], result: Result) -> frozenset[str]:
        """Ids of the cards that say what the same user was shown about the same, unchanged order."""
        now = self._clock()
        with self._lock:
            return frozenset(
                card.uuid for card, digest in self._digests(asked, result) if self._until.get(digest, now) > now
            )

    def _digests(self, asked: tuple[str | None, ...], result: Result) -> Iterator[tuple[Card, bytes]]:
        orders = result.orders
        for card in result.cards:
            order = orders.get(card.order)
            if card.topic is not None and order is not None and not card.notice and card.indicator != "critical":
                said = (card.topic.system, card.topic.code, card.uuid, card.summary, _content(order))
                yield card, hashlib.sha256(self._salt + repr((asked, said)).encode()).digest()


def _content(order: Mapping[str, Any]) -> str:
    steady = {name: value for name, value in order.items() if name not in _UNSTEADY}
    return json.dumps(steady, sort_keys=True, default=str)
