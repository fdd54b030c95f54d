"""Any JSON value gives a reading or one InputError, and blurring input never crashes (LC-27)."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmcds.errors import InputError
from pmcds.fhir import decode, open_input, read
from pmcds.model.findings import Reading
from tests.fhir.material import bundle, context, corpus, order, requests
from tests.shared import needs_shared

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
NAMES = [
    "resourceType", "entry", "resource", "contained", "parameter", "part", "id", "status", "subject", "patient", "code",
    "component", "meta", "hook", "context", "prefetch", "draftOrders", "fullUrl", "provision", "medication", "type",
    "medicationReference", "valueQuantity", "identifier", "link", "total", "search", "response",
]  # fmt: skip
TYPES = ["Bundle", "Patient", "Observation", "Parameters", "MedicationRequest", "Medication", "Condition", "Consent",
         "DiagnosticReport", "AllergyIntolerance", "FamilyMemberHistory", "Procedure", "RiskAssessment",
         "ServiceRequest",
         "MedicationStatement", "MedicationDispense", "MedicationAdministration", "OperationOutcome"]  # fmt: skip
SHAPED = st.recursive(
    st.none()
    | st.sampled_from([*TYPES, "Patient/p1", "#x", "final", "active", "2026-01-01"])
    | st.integers(0, 3)
    | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=30,
)


def outcome(source: Any) -> Reading | str:
    """The reading, or the code of the refusal; anything else is a defect."""
    try:
        opened = open_input(source)
        found = read(opened, context(opened.patient))
    except InputError as error:
        return error.code
    assert len(found.inputs) == len(opened.sites)
    assert "reader-failed" not in found.flags
    return found


@given(JSON)
@settings(max_examples=200, deadline=None)
def test_any_parsed_value_gives_a_reading_or_a_refusal(value: Any) -> None:
    outcome(value)


@given(SHAPED)
@settings(max_examples=400, deadline=None)
def test_values_that_look_like_fhir_read_alike_by_both_decoders(value: Any) -> None:
    body = json.dumps(value).encode()
    fast = outcome(body)
    before, decode.FAST = decode.FAST, False
    try:
        assert outcome(body) == fast
    finally:
        decode.FAST = before
    if not isinstance(value, str):
        assert outcome(value) == fast


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_give_a_reading_or_a_refusal(body: bytes) -> None:
    outcome(body)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, member in members for place in places(member, (*path, name)))]


def changed(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    value = copy.deepcopy(value)
    if not path:
        return by
    node = value
    for name in path[:-1]:
        node = node[name]
    node[path[-1]] = by
    return value


@needs_shared
@pytest.mark.parametrize("seed", range(6))
def test_lc27_one_random_node_blanked_never_crashes(seed: int) -> None:
    chance = random.Random(seed)
    blanks = [None, "", {}, [], 0, "x", [None], {"x": 1}, True, -1.5, "1e999", [[]]]
    paths = [
        path
        for path in (*corpus("synthetic", "mcode-stu4", "gr-stu3", "genomics-operations"), *requests())
        if path.stat().st_size < 200_000
    ]
    for path in chance.sample(paths, 60):
        source = json.loads(path.read_bytes())
        for place in chance.sample(found := places(source), min(5, len(found))):
            outcome(changed(source, place, chance.choice(blanks)))


def test_reference_cycles_and_chains_end() -> None:
    chain = [
        {
            "resourceType": "Observation",
            "id": str(place),
            "status": "final",
            "derivedFrom": [{"reference": f"Observation/{place + 1}"}],
        }
        for place in range(300)
    ]
    chain[-1]["derivedFrom"] = [{"reference": "Observation/0"}, {"reference": "Observation/299"}]
    outcome(bundle(*chain))
    loop = {
        "resourceType": "Medication",
        "id": "m",
        "ingredient": [{"itemReference": {"reference": "Medication/m"}}] * 3,
    }
    other = {
        "resourceType": "Medication",
        "id": "n",
        "ingredient": [{"itemReference": {"reference": "Medication/m"}}] * 3,
    }
    loop["ingredient"].append({"itemReference": {"reference": "Medication/n"}})
    outcome(
        bundle(loop, other, order(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m"}))
    )
