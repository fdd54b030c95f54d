"""What one application holds: the engine, the services on offer, stores, meters, and how much is under way."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

from pmcds import hooks
from pmcds._version import __version__
from pmcds.api import Engine
from pmcds.errors import HookError, InputError
from pmcds.server import logs
from pmcds.server.answers import encode
from pmcds.server.audit import AuditFile
from pmcds.server.config import Config
from pmcds.server.fetch import Fetcher
from pmcds.server.jwt import Verifier
from pmcds.server.metrics import Metrics
from pmcds.server.repeats import Repeats
from pmcds.server.replay import ReplayStore
from pmcds.server.samples import bundle_of_sample, request_of, samples
from pmcds.server.shown import Shown
from pmcds.server.store import Store, open_store

# Bodies that arrive at the same time, for each call that is evaluated.
_BODIES = 4


class Full(Exception):
    """As much is under way as may be."""


class Server:
    """Everything that requests share. `start` and `stop` are called once each."""

    def __init__(
        self, engine: Engine, config: Config, store: Store | None = None, *, own_process: bool = False
    ) -> None:
        self.engine = engine
        self.config = config
        terms = engine.terms if config.observations == "codes" else None
        newest = config.specification == "3.0.0"
        offered = hooks.services_of(engine.active_rules(), terms=terms, newest=newest)
        self.services = {service.id: service for service in offered}
        self.discovery = encode(hooks.discovery(offered, version=config.specification))
        self.metrics = Metrics()
        self.metrics.info.labels(__version__, engine.knowledge.snapshot[:12]).set(1)
        self.fetcher = Fetcher(config.fetch) if config.fetch.servers else None
        self._replay = ReplayStore(config.jwt.replay) if config.authenticated else None
        self.verifier = Verifier(config.jwt, self._replay) if self._replay is not None else None
        self.store = store if store is not None else open_store(config.feedback)
        self.shown = Shown(self.store)
        self.repeats = Repeats(config.repeats_seconds) if config.repeats == "hold" else None
        self.audit = AuditFile(config.audit) if config.audit is not None else None
        self.threads = ThreadPoolExecutor(config.limits.threads, thread_name_prefix="pmcds-evaluate")
        self.ready = False
        self._own_process = own_process
        self._bodies = 0
        self._calls = 0
        self._versions = {rule.id: str(rule.version) for rule in engine.active_rules()}

    def start(self) -> None:
        """Build what is built on first use, and delete feedback that is kept no longer."""
        self._warm()
        days = self.config.feedback.keep_days
        if days:
            self.store.purge((datetime.now(UTC) - timedelta(days=days)).isoformat())
        if self.config.fetch.private or self.config.jwt.private:
            logs.event("private-addresses-allowed", logging.WARNING)
        self.ready = True

    def _warm(self) -> None:
        """Answer a sample for each service, so that no caller waits for what is built on first use."""
        self.engine.warmup()
        alerting = (test for _, test in samples(self.engine) if test["expect"]["outcome"] == "ALERT")
        sample = next(alerting, None)
        if sample is not None:
            bundle = bundle_of_sample(self.engine, sample["patient"])
            for service in self.services.values():
                with suppress(HookError, InputError):
                    request = request_of(self.engine, bundle, None, service.hook)
                    self.engine.answer(service, encode(request)).to_dict()
        if self._own_process:
            # Last, when everything is there: a collection that goes through it all takes half the time of a call.
            self.engine.warmup(freeze=True)

    def stop(self) -> None:
        """Write what waits and close everything."""
        self.ready = False
        self.threads.shutdown(wait=True, cancel_futures=True)
        self.shown.close()
        self.store.close()
        for part in (self.fetcher, self._replay, self.audit):
            if part is not None:
                part.close()
        logs.event("stop")

    def version_of(self, rule: str | None) -> str | None:
        """The version of an active rule."""
        return self._versions.get(rule) if rule is not None else None

    @contextmanager
    def body_slot(self) -> Iterator[None]:
        """Room for a body to arrive. Raises Full."""
        if self._bodies >= self.config.limits.concurrency * _BODIES:
            raise Full
        self._bodies += 1
        try:
            yield
        finally:
            self._bodies -= 1

    @contextmanager
    def call_slot(self) -> Iterator[None]:
        """Room for a call to be evaluated. Raises Full."""
        if self._calls >= self.config.limits.concurrency:
            raise Full
        self._calls += 1
        self.metrics.under_way.set(self._calls)
        try:
            yield
        finally:
            self._calls -= 1
            self.metrics.under_way.set(self._calls)
