"""Laws between two evaluations: what may change when the input changes in a way that means nothing, or something."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pmcds
from tests.laws import check_laws

NOW = datetime(2026, 6, 1, tzinfo=UTC)
BUNDLES = sorted((Path(__file__).parents[2] / "examples" / "bundles").glob("*.json"))
golden = pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.stem)
few = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@cache
def engine() -> pmcds.Engine:
    return pmcds.Engine()


def load(path: Path) -> dict[str, Any]:
    bundle: dict[str, Any] = json.loads(path.read_text())
    return bundle


def evaluate(source: Any) -> pmcds.Result:
    result = engine().evaluate(source, now=NOW)
    check_laws(engine(), result)
    return result


def cards(result: pmcds.Result) -> str:
    return json.dumps(result.to_dict(), ensure_ascii=False)


def decisions(result: pmcds.Result) -> list[dict[str, Any]]:
    return [line.to_dict() for line in result.ledger.orders]


def inputs(result: pmcds.Result) -> list[tuple[str, str | None, str | None]]:
    return sorted((line.resource, line.used, line.ignored) for line in result.ledger.inputs)


def entries(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [e for e in bundle["entry"] if e.get("resource", {}).get("resourceType") == kind]


def test_there_are_golden_bundles() -> None:
    assert len(BUNDLES) >= 8


@golden
@few
@given(seed=st.integers(0, 10**6))
def test_m01_white_space_and_key_order_change_nothing(path: Path, seed: int) -> None:
    bundle = load(path)

    def shuffled(value: Any, rng: random.Random) -> Any:
        if isinstance(value, dict):
            names = list(value)
            rng.shuffle(names)
            return {name: shuffled(value[name], rng) for name in names}
        return [shuffled(item, rng) for item in value] if isinstance(value, list) else value

    rng = random.Random(seed)
    text = json.dumps(shuffled(bundle, rng), indent=rng.choice([None, 1, 7]), ensure_ascii=rng.random() < 0.5)
    one, other = evaluate(bundle), evaluate(text.encode())
    assert cards(one) == cards(other)
    assert one.ledger.to_dict() == other.ledger.to_dict()


@golden
@few
@given(seed=st.integers(0, 10**6))
def test_m03_the_order_of_entries_changes_nothing(path: Path, seed: int) -> None:
    bundle = load(path)
    moved = copy.deepcopy(bundle)
    random.Random(seed).shuffle(moved["entry"])
    one, other = evaluate(bundle), evaluate(moved)
    assert cards(one) == cards(other)
    assert sorted(map(repr, decisions(one))) == sorted(map(repr, decisions(other)))
    assert inputs(one) == inputs(other)


@golden
@few
@given(count=st.integers(1, 5), seed=st.integers(0, 10**6))
def test_m04_a_resource_that_no_rule_reads_adds_an_input_line_and_nothing_else(
    path: Path, count: int, seed: int
) -> None:
    bundle = load(path)
    rng = random.Random(seed)
    patient = next(e["resource"]["id"] for e in entries(bundle, "Patient"))
    subject = {"reference": f"Patient/{patient}"}
    extra = copy.deepcopy(bundle)
    for place in range(count):
        kind = rng.choice(["Encounter", "Appointment", "Observation"])
        resource = {"resourceType": kind, "id": f"x{place}", "status": "final", "subject": subject}
        if kind == "Observation":
            code = {"coding": [{"system": "http://loinc.org", "code": "8302-2"}]}
            category = [{"coding": [{"code": "vital-signs"}]}]
            resource |= {"code": code, "category": category, "valueQuantity": {"value": 180, "unit": "cm"}}
        extra["entry"].insert(rng.randrange(len(extra["entry"]) + 1), {"resource": resource})
    one, other = evaluate(bundle), evaluate(extra)
    assert cards(one) == cards(other)
    assert decisions(one) == decisions(other)
    added = [line for line in other.ledger.inputs if line.resource.rsplit("/", 1)[-1].startswith("x")]
    assert len(added) == count
    assert {line.ignored for line in added} <= {"type-not-read", "not-relevant"}


@golden
def test_m05_a_second_patients_record_changes_nothing_and_leaves_no_trace(path: Path) -> None:
    bundle = load(path)
    patient = next(e["resource"]["id"] for e in entries(bundle, "Patient"))
    text = json.dumps(bundle)
    other_record = json.loads(text.replace(f"Patient/{patient}", "Patient/somebody-else"))
    mixed = copy.deepcopy(bundle)
    for place, entry in enumerate(other_record["entry"]):
        resource = entry["resource"]
        resource["id"] = "somebody-else" if resource["resourceType"] == "Patient" else f"canary{place}"
        mixed["entry"].append({"resource": resource})
    one = evaluate(bundle)
    other = engine().evaluate(mixed, patient=f"Patient/{patient}", now=NOW)
    assert cards(one) == cards(other)
    assert decisions(one) == decisions(other)
    assert "multi-patient-input" in other.ledger.flags
    assert "canary" not in cards(other)
    about_somebody = {
        f"{e['resource']['resourceType']}/{e['resource']['id']}"
        for e in mixed["entry"]
        if "somebody-else" in json.dumps(e["resource"].get("subject", e["resource"].get("patient", "")))
    }
    assert {line.ignored for line in other.ledger.inputs if line.resource in about_somebody} == {"other-patient"}
    assert not [line for line in other.ledger.inputs if "canary" in line.resource and line.used]


@golden
@pytest.mark.parametrize("times", [1, 3])
def test_m08_a_repeated_entry_is_a_duplicate_and_nothing_else(path: Path, times: int) -> None:
    bundle = load(path)
    one = evaluate(bundle)
    for place in range(len(bundle["entry"])):
        repeated = copy.deepcopy(bundle)
        repeated["entry"] += [copy.deepcopy(bundle["entry"][place]) for _ in range(times)]
        other = evaluate(repeated)
        assert cards(one) == cards(other), place
        assert decisions(one) == decisions(other), place
        # What no rule reads keeps its own reason; everything else is told as a copy.
        original = one.ledger.inputs[place].ignored
        allowed = {"duplicate-of"} | ({original} & {"not-relevant", "type-not-read"})
        extra = {line.ignored for line in other.ledger.inputs[-times:]}
        assert extra <= allowed, place


def _forget(value: Any, reference: str) -> None:
    """Take a reference out of every list, so that nothing points at what is not there."""
    if isinstance(value, dict):
        for name, item in list(value.items()):
            _forget(item, reference)
            if isinstance(item, list):
                value[name] = [
                    each for each in item if not (isinstance(each, dict) and each.get("reference") == reference)
                ]
                if not value[name]:
                    del value[name]
    elif isinstance(value, list):
        for item in value:
            _forget(item, reference)


def _void(resource: dict[str, Any]) -> None:
    resource["status"] = "entered-in-error"


def _cancel(resource: dict[str, Any]) -> None:
    resource["status"] = "cancelled"


@golden
@pytest.mark.parametrize("change", [_void, _cancel], ids=["entered-in-error", "cancelled"])
def test_m30_a_void_result_is_as_if_absent(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    bundle = load(path)
    for place, entry in enumerate(bundle["entry"]):
        if entry["resource"]["resourceType"] != "Observation":
            continue
        void, gone = copy.deepcopy(bundle), copy.deepcopy(bundle)
        change(void["entry"][place]["resource"])
        del gone["entry"][place]
        _forget(gone, f"Observation/{entry['resource']['id']}")
        one, other = evaluate(void), evaluate(gone)
        assert cards(one) == cards(other), place
        assert decisions(one) == decisions(other), place
        assert one.ledger.inputs[place].ignored == "void-status", place


@golden
def test_m31_m32_m34_a_result_that_does_not_count_never_clears(path: Path) -> None:
    bundle = load(path)
    before = {(line.order, line.rule): line.outcome for line in evaluate(bundle).ledger.orders}
    edits: list[Callable[[dict[str, Any]], Any]] = [
        lambda r: r.update(status="preliminary"),
        lambda r: r.update(status="Final"),
        lambda r: r.pop("status", None),
        lambda r: r.pop("subject", None),
        lambda r: r.update(modifierExtension=[{"url": "http://example.org/not", "valueBoolean": True}]),
    ]
    for place, entry in enumerate(bundle["entry"]):
        if entry["resource"]["resourceType"] != "Observation":
            continue
        for number, edit in enumerate(edits):
            blurred = copy.deepcopy(bundle)
            edit(blurred["entry"][place]["resource"])
            for line in evaluate(blurred).ledger.orders:
                old = before[(line.order, line.rule)]
                if old == "ALERT":
                    assert line.outcome != "CLEAR", (place, number, line)
                if old == "CANNOT-TELL":
                    assert line.outcome != "CLEAR", (place, number, line)
                if old == "CLEAR":
                    assert line.outcome in ("CLEAR", "CANNOT-TELL", "ALERT"), (place, number, line)


@golden
def test_lc_12_the_same_input_gives_the_same_bytes(path: Path) -> None:
    bundle = load(path)
    first = evaluate(bundle)
    for _ in range(3):
        again = evaluate(copy.deepcopy(bundle))
        assert json.dumps(first.report()) == json.dumps(again.report())
