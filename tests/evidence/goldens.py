"""Inputs that every part of the battery starts from: the sample bundles and requests, and the rules' own tests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pmcds
from pmcds.fhir import bundle_of

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 6, 1, tzinfo=UTC)
SERVICES = {
    "order-select": "pmcds-order-select",
    "order-sign": "pmcds-order-sign",
    "patient-view": "pmcds-patient-view",
}


class Watched(pmcds.Engine):
    """An engine that keeps the last result, so that the ledger behind a CDS Hooks response can be seen too."""

    last: pmcds.Result

    def _run(self, *arguments: Any) -> pmcds.Result:
        self.last = super()._run(*arguments)
        return self.last

    def result_of(self, source: Any, now: datetime = NOW, hook: str | None = None) -> pmcds.Result:
        """The result of a bundle, or of a request through the service of its hook."""
        if hook is None:
            return self.evaluate(source, now=now)
        response = self.respond(SERVICES[hook], source, now=now)
        assert response == self.last.to_dict()
        return self.last


@cache
def engine() -> Watched:
    """One engine for a whole run."""
    return Watched()


@dataclass(frozen=True)
class Golden:
    """A named input, as text so that each use has its own copy; `now` is the time of its evaluation."""

    name: str
    text: str
    now: datetime = NOW
    hook: str | None = None

    def fresh(self) -> Any:
        """A copy that may be changed."""
        return json.loads(self.text)


@cache
def bundles() -> tuple[Golden, ...]:
    """The sample bundles."""
    return tuple(Golden(path.stem, path.read_text()) for path in sorted((ROOT / "examples/bundles").glob("*.json")))


@cache
def requests() -> tuple[Golden, ...]:
    """The sample CDS Hooks requests."""
    texts = {path.stem: path.read_text() for path in sorted((ROOT / "examples/requests").glob("*.json"))}
    return tuple(Golden(name, text, hook=json.loads(text)["hook"]) for name, text in texts.items())


def of_rules(per_rule: int = 1) -> Iterator[Golden]:
    """For each active rule the first tests of each outcome, written as FHIR."""
    tests: Mapping[str, Any] = engine().knowledge.tests
    for rule in engine().active_rules():
        seen: dict[str, int] = {}
        for place, test in enumerate(tests.get(rule.id, {}).get("tests", ())):
            outcome = str(test["expect"]["outcome"])
            if "hook" in test or seen.get(outcome, 0) >= per_rule:
                continue
            seen[outcome] = seen.get(outcome, 0) + 1
            stated = test.get("now") or tests[rule.id].get("now") or NOW.isoformat()
            now = datetime.fromisoformat(str(stated).replace("Z", "+00:00"))
            yield Golden(f"{rule.id}#{place}", json.dumps(written(test["patient"], now), default=str), now)


def written(stated: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The Bundle of a patient in the words of a rule test."""
    fields = {name: value for name, value in stated.items() if name != "order"}
    for name in ("condition", "cancer", "medication"):
        if isinstance(fields.get(name), str):
            fields[name] = [fields[name]]
    orders = stated.get("order", [])
    several: Sequence[Any] = [orders] if isinstance(orders, (str, Mapping)) else orders
    return bundle_of(pmcds.Patient(**fields), now=now, terms=engine().terms, orders=several)
