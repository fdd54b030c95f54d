"""Counts and durations for Prometheus; labels are names of services, states and codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from pmcds.model.ledger import Ledger

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5)


class Metrics:
    """The meters of one application, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.calls = Counter(
            "pmcds_calls", "Calls by service and status.", ("service", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "pmcds_call_seconds", "Duration of calls.", ("service",), buckets=_SECONDS, registry=self.registry
        )
        self.under_way = Gauge("pmcds_calls_under_way", "Calls under way.", registry=self.registry)
        self.cards = Counter("pmcds_cards", "Cards sent, by indicator.", ("indicator",), registry=self.registry)
        self.outcomes = Counter("pmcds_outcomes", "Decision lines by outcome.", ("outcome",), registry=self.registry)
        self.untold = Counter("pmcds_cannot_tell", "Lines that could not be told.", ("reason",), registry=self.registry)
        self.fetched = Counter("pmcds_prefetch_fetched", "Keys fetched, by state.", ("state",), registry=self.registry)
        self.refused = Counter(
            "pmcds_tokens_refused", "Tokens refused, by reason.", ("reason",), registry=self.registry
        )
        self.feedback = Counter("pmcds_feedback", "Feedback stored, by outcome.", ("outcome",), registry=self.registry)
        self.info = Gauge("pmcds_info", "Version and knowledge.", ("version", "snapshot"), registry=self.registry)

    def text(self) -> tuple[bytes, str]:
        """The exposition and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST

    def count(self, cards: Iterable[Mapping[str, Any]], ledger: Ledger) -> None:
        """Count what one call was answered with."""
        for card in cards:
            self.cards.labels(card["indicator"]).inc()
        for line in ledger.orders:
            self.outcomes.labels(line.outcome).inc()
            if line.outcome == "CANNOT-TELL":
                self.untold.labels(line.reason or "none").inc()
