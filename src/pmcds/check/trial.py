"""One test of a rule through the whole line: from a patient in words, over a FHIR Bundle in bytes, to the outcome."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pmcds.api import Engine
from pmcds.engine.compose import compose
from pmcds.engine.outcome import Outcome
from pmcds.fhir import bundle_of
from pmcds.model.patient import Patient

NOW = "2026-06-01T00:00:00Z"
# Fields of a patient that are lists; a test may write a single name.
_LISTS = ("condition", "cancer", "medication")
_ORDER_HOOKS = ("order-select", "order-sign", "order-dispatch")


class Difference(NamedTuple):
    """What came out otherwise than expected; `key` is the member of `expect`."""

    key: str
    message: str


def differences(engine: Engine, rule: str, test: Mapping[str, Any], now: str = NOW) -> tuple[Difference, ...]:
    """How the outcome of one test differs from what it expects; empty if it passes."""
    outcome = outcome_of(engine, rule, test, now)
    if outcome is None:
        return (Difference("outcome", "the rule was not asked: no order of the test names its drug"),)
    return tuple(_compared(engine, outcome, test["expect"]))


def outcome_of(engine: Engine, rule: str, test: Mapping[str, Any], now: str = NOW) -> Outcome | None:
    """The outcome of the rule for the test's patient; that of the order itself if the rule had no say."""
    moment = datetime.fromisoformat(str(test.get("now") or now).replace("Z", "+00:00"))
    patient, orders = _patient(test["patient"])
    bundle = bundle_of(patient, now=moment, terms=engine.terms, orders=orders)
    hook = test.get("hook")
    source = _request(bundle, hook) if hook in _ORDER_HOOKS else bundle
    result = engine.evaluate(json.dumps(source, default=str).encode(), hook=hook, now=moment)
    own = [outcome for outcome in result._outcomes if outcome.rule is not None and outcome.rule.id == rule]
    orderly = [outcome for outcome in result._outcomes if outcome.rule is None]
    return next(iter((*own, *orderly)), None)


def _patient(stated: Mapping[str, Any]) -> tuple[Patient, Sequence[str | Mapping[str, Any]]]:
    fields = {name: value for name, value in stated.items() if name != "order"}
    for name in _LISTS:
        if isinstance(fields.get(name), str):
            fields[name] = [fields[name]]
    orders = stated.get("order", [])
    return Patient(**fields), [orders] if isinstance(orders, (str, Mapping)) else orders


def _request(bundle: Mapping[str, Any], hook: str) -> dict[str, Any]:
    """The Bundle as a CDS Hooks request, its drafts in the context and the rest as prefetch."""
    drafts = [entry for entry in bundle["entry"] if entry["resource"].get("status") == "draft"]
    record = [entry for entry in bundle["entry"] if entry not in drafts]
    patient = next(e["resource"]["id"] for e in record if e["resource"]["resourceType"] == "Patient")
    chosen = [f"{entry['resource']['resourceType']}/{entry['resource']['id']}" for entry in drafts]
    return {
        "hook": hook,
        "hookInstance": "00000000-0000-4000-8000-000000000000",
        "context": {
            "userId": "Practitioner/1",
            "patientId": patient,
            "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": drafts},
            "selections": chosen,
        },
        "prefetch": {"record": {**bundle, "entry": record}},
    }


def _compared(engine: Engine, outcome: Outcome, expect: Mapping[str, Any]) -> Iterator[Difference]:
    if outcome.outcome != expect["outcome"]:
        # Case, reason and card follow from it: one line says enough.
        got = outcome.outcome + (f"({outcome.reason})" if outcome.reason else "")
        by = f" by {_list(outcome.cases)}" if outcome.cases else ""
        error = f" after {outcome.error}" if outcome.error else ""
        yield Difference("outcome", f"expected {expect['outcome']}, got {got}{by}{error}")
        return
    if expect.get("reason", outcome.reason) != outcome.reason:
        yield Difference("reason", f"expected {expect['reason']}, got {outcome.reason}")
    if expect.get("quiet", outcome.quiet) != outcome.quiet:
        yield Difference("quiet", f"expected quiet {expect['quiet']}, got {outcome.quiet}".lower())
    spoke = [
        (verdict.population.name, case.id)
        for verdict in outcome.verdicts
        for case in verdict.possible or ((verdict.case,) if verdict.case is not None else ())
    ]
    populations = [verdict.population.name for verdict in outcome.verdicts]
    wanted = expect.get("population")
    if wanted is not None and wanted not in populations:
        yield Difference("population", f"expected {wanted}, got {_list(populations)}")
    elif "case" in expect:
        cases = [case for population, case in spoke if wanted in (None, population)]
        if expect["case"] not in cases:
            yield Difference("case", f"expected {expect['case']}, got {_list(cases)}")
    yield from _shown(engine, outcome, expect)


def _shown(engine: Engine, outcome: Outcome, expect: Mapping[str, Any]) -> Iterator[Difference]:
    """What the rule's own card says: its indicator and the drugs that it offers."""
    if "indicator" not in expect and "instead" not in expect:
        return
    statement = compose(outcome, engine.phrasing)
    rows = statement.rows if statement is not None else ()
    wanted = expect.get("population")
    row = next((row for row in rows if wanted in (None, row.population)), None)
    indicator = row.indicator if row is not None else None
    if expect.get("indicator", indicator) != indicator:
        yield Difference("indicator", f"expected {expect['indicator']}, got {indicator or 'no card'}")
    offered = list(dict.fromkeys(other.drug for other in row.offered)) if row is not None else []
    if "instead" in expect and sorted(expect["instead"]) != sorted(offered):
        yield Difference("instead", f"expected {_list(expect['instead'])}, got {_list(offered)}")


def _list(names: Sequence[str | None]) -> str:
    return ", ".join(str(name) for name in dict.fromkeys(names) if name is not None) or "none"
