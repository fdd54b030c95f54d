"""Inputs that every part of the battery starts from: the sample bundles and requests, and the rules' own tests."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pmcds
from pmcds.fhir import bundle_of
from pmcds.knowledge import Knowledge
from pmcds.model import words

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 6, 1, tzinfo=UTC)
# The share of long-run steps that all rules judge; the others are judged by the rules in question.
WHOLE = 0.05
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

    def of(self, golden: Golden, source: Any = None) -> pmcds.Result:
        """The result of a named input, or of what became of it."""
        source = golden.fresh() if source is None else source
        if golden.asked_by is not None:
            return self.evaluate(source, now=golden.now, hook=golden.asked_by)
        return self.result_of(source, golden.now, golden.hook)


@cache
def knowledge() -> Knowledge:
    """The bundled rules and tables, read once."""
    return Knowledge.bundled()


@cache
def whole() -> Watched:
    """The engine with all rules, one for a whole run."""
    return Watched(knowledge())


_judging: list[Watched] = []


def engine() -> Watched:
    """The engine of this moment: the whole one unless `judged_by` names another."""
    return _judging[-1] if _judging else whole()


@contextmanager
def judged_by(other: Watched) -> Iterator[Watched]:
    """Within it `engine()` is this one."""
    _judging.append(other)
    try:
        yield other
    finally:
        _judging.pop()


def without(rules: Collection[str], base: Watched | None = None) -> Watched:
    """An engine that leaves these rules out besides; what it remembers of codes it shares."""
    base = engine() if base is None else base
    other = copy.copy(base)
    other._left_out = base._left_out | frozenset(rules)
    return other


def narrowed(rules: Collection[str]) -> Watched:
    """An engine with these rules only, as if a site had turned all others off.

    That the others change nothing in the lines of these is M53 and M57.
    """
    return without({rule.id for rule in whole().active_rules()} - set(rules), whole())


@contextmanager
def also(rules: Iterable[str]) -> Iterator[None]:
    """Within it the engine of the moment has these rules besides its own."""
    missing = set(rules) & engine()._left_out - whole()._left_out
    if not missing:
        yield
        return
    with judged_by(narrowed({rule.id for rule in engine().active_rules()} | missing)):
        yield


def in_question(result: pmcds.Result, rng: random.Random, *more: str, most: int = 4) -> frozenset[str]:
    """The rules of the orders, those about the patient that were decided, and some of all others."""
    lines = result.ledger.orders
    kept = {line.rule for line in lines if line.rule and line.order != "@patient"}
    about = [line for line in lines if line.rule and line.order == "@patient"]
    decided = [str(line.rule) for line in about if not line.quiet]
    others = [str(line.rule) for line in about if line.quiet]
    kept |= set(rng.sample(decided, min(most, len(decided)))) | set(rng.sample(others, min(most // 2, len(others))))
    kept |= {str(line.rule) for line in about if line.outcome == words.ALERT}
    return frozenset(kept | set(more))


def of_some_rules(golden: Golden, rng: random.Random) -> Watched:
    """For one step of twenty the whole engine, else one with the rules that the input is about."""
    if rng.random() < WHOLE:
        return whole()
    own = golden.name.partition("#")[0]
    active = {rule.id for rule in whole().active_rules()}
    return narrowed(in_question(whole().of(golden), rng, *({own} & active)))


@dataclass(frozen=True)
class Golden:
    """A named input, as text so that each use has its own copy; `now` is the time of its evaluation.

    `hook` is that of a CDS Hooks request; `asked_by` the hook for which a bundle is evaluated.
    """

    name: str
    text: str
    now: datetime = NOW
    hook: str | None = None
    asked_by: str | None = None

    def fresh(self) -> Any:
        """A copy that may be changed."""
        return json.loads(self.text)

    @property
    def hooked(self) -> str | None:
        """The hook that decides which rules speak, if any."""
        return self.hook or self.asked_by


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
    """For each active rule the first tests of each outcome that name no hook, written as FHIR."""
    seen: dict[tuple[str, str], int] = {}
    for rule, place, test in _stated():
        outcome = (rule, str(test["expect"]["outcome"]))
        if "hook" in test or seen.get(outcome, 0) >= per_rule:
            continue
        seen[outcome] = seen.get(outcome, 0) + 1
        yield _golden(rule, place, test)


@cache
def of_all_rules() -> tuple[Golden, ...]:
    """Every test of every active rule, written as FHIR, each by the hook that it names."""
    return tuple(_golden(*stated) for stated in _stated())


def of_tests() -> Iterator[tuple[Golden, str]]:
    """Every test of every active rule, and the outcome that it wants."""
    yield from ((_golden(rule, place, test), str(test["expect"]["outcome"])) for rule, place, test in _stated())


def _stated() -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    tests: Mapping[str, Any] = whole().knowledge.tests
    for rule in whole().active_rules():
        yield from ((rule.id, place, test) for place, test in enumerate(tests.get(rule.id, {}).get("tests", ())))


def _golden(rule: str, place: int, test: Mapping[str, Any]) -> Golden:
    stated = test.get("now") or whole().knowledge.tests[rule].get("now") or NOW.isoformat()
    now = datetime.fromisoformat(str(stated).replace("Z", "+00:00"))
    text = json.dumps(written(test["patient"], now), default=str)
    return Golden(f"{rule}#{place}", text, now, asked_by=test.get("hook"))


def written(stated: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The Bundle of a patient in the words of a rule test."""
    fields = {name: value for name, value in stated.items() if name != "order"}
    for name in ("condition", "cancer", "medication"):
        if isinstance(fields.get(name), str):
            fields[name] = [fields[name]]
    orders = stated.get("order", [])
    several: Sequence[Any] = [orders] if isinstance(orders, (str, Mapping)) else orders
    return bundle_of(pmcds.Patient(**fields), now=now, terms=engine().terms, orders=several)
