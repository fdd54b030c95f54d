"""What became of prefetch keys, and that not-supplied is never taken for no-result (P)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pmcds.hooks import fill, read_prefetch, supply_of
from pmcds.hooks.prefetch import read_value, unmet
from pmcds.hooks.services import TEMPLATES
from pmcds.model.findings import Supply
from tests.hooks.examples import bundle, draft, parsed

OBSERVATION = {"resourceType": "Observation", "id": "o1"}


def _outcome(severity: str) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": "processing"}]}


def _entry(resource: Any, **changes: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": resource, **changes}]}


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (OBSERVATION, "present"),
        (bundle(OBSERVATION), "present"),
        ({"resourceType": "Bundle", "entry": [{"resource": OBSERVATION}]}, "present"),
        (None, "null"),
        (bundle(), "empty"),
        ({"resourceType": "Bundle", "type": "searchset", "total": 0}, "empty"),
        (_entry(None), "empty"),
    ],
)
def test_hooks_p06_p07_p16_present_null_and_empty(value: Any, state: str) -> None:
    assert read_value(value).state == state


@pytest.mark.parametrize("severity", ["fatal", "error", "warning", "information"])
def test_hooks_p09_an_operation_outcome_is_an_error_whatever_its_severity(severity: str) -> None:
    assert read_value(_outcome(severity)).state == "error"


@pytest.mark.parametrize(
    ("severity", "state"), [("warning", "empty"), ("information", "empty"), ("error", "error"), ("fatal", "error")]
)
def test_hooks_p10_ep09_a_search_that_found_nothing_is_empty_a_failed_one_is_an_error(
    severity: str, state: str
) -> None:
    assert read_value(_entry(_outcome(severity), search={"mode": "outcome"}) | {"total": 0}).state == state


def test_hooks_p10_an_error_beside_results_leaves_the_key_incomplete() -> None:
    assert read_value(bundle(OBSERVATION, _outcome("error"))).state == "incomplete"
    assert read_value(bundle(OBSERVATION, _outcome("warning"))).state == "present"


@pytest.mark.parametrize("total", [2, "2", Decimal(2)])
def test_hooks_p11_fewer_matches_than_total_are_incomplete(total: Any) -> None:
    assert read_value(bundle(OBSERVATION, total=total)).state == "incomplete"
    assert read_value(bundle(OBSERVATION, OBSERVATION, total=total)).state == "present"


def test_hooks_p11_includes_and_outcomes_are_no_matches() -> None:
    found = bundle(OBSERVATION, total=2)
    found["entry"] += [
        {"resource": {"resourceType": "Patient"}, "search": {"mode": "include"}},
        {"resource": _outcome("information"), "search": {"mode": "outcome"}},
    ]
    assert read_value(found).state == "incomplete"


def test_hooks_p11_a_next_link_is_incomplete() -> None:
    assert read_value(bundle(OBSERVATION, link=[{"relation": "next", "url": "x"}])).state == "incomplete"
    assert read_value(bundle(OBSERVATION, link=[{"relation": "self", "url": "x"}])).state == "present"
    assert read_value(bundle(bundle(OBSERVATION, link=[{"relation": "next"}]))).state == "incomplete"


@pytest.mark.parametrize("status", ["404", "404 Not Found", "500", 503])
def test_hooks_p16_a_failed_entry_is_an_error_for_that_entry(status: Any) -> None:
    assert read_value(_entry(None, response={"status": status})).state == "error"
    both = bundle(OBSERVATION)
    both["entry"].append({"response": {"status": status}})
    assert read_value(both).state == "incomplete"


def test_hooks_p17_a_wrapped_value_is_unwrapped() -> None:
    assert read_value({"response": {"status": "200 OK"}, "resource": OBSERVATION}).state == "present"
    assert read_value({"response": {"status": "200 OK"}, "resource": None}).state == "null"
    assert read_value({"response": {"status": "404"}, "resource": None}).state == "error"
    assert read_value({"response": {"status": "200"}, "resource": bundle(OBSERVATION)}).types == {"Observation"}


@pytest.mark.parametrize("value", ["<html>503</html>", 7, [OBSERVATION], {}, {"id": "x"}, {"resourceType": 4}, True])
def test_hooks_p18_what_is_no_resource_is_an_error_and_the_other_keys_count(value: Any) -> None:
    found = parsed("patient-view", prefetch={"observations": value, "patient": {"resourceType": "Patient", "id": "p1"}})
    assert found.prefetch_states["observations"] == "error"
    assert found.prefetch_states["patient"] == "present"
    assert found.supply.results == "error"


def test_hooks_p08_p20_a_key_that_was_not_sent_is_absent() -> None:
    readings = read_prefetch(
        {"patient": None, "mine": OBSERVATION}, {"patient": "Patient/1", "reports": "DiagnosticReport?x=y"}
    )
    assert {key: reading.state for key, reading in readings.items()} == {
        "patient": "null",
        "mine": "present",
        "reports": "absent",
    }


@pytest.mark.parametrize(
    ("state", "meaning"),
    [
        ("present", "supplied"),
        ("null", "supplied"),
        ("empty", "supplied"),
        ("fetched", "supplied"),
        ("error", "error"),
        ("fetch-failed", "error"),
        ("incomplete", "truncated"),
        ("absent", "missing"),
    ],
)
def test_hooks_p20_what_a_state_means_for_the_supply(state: str, meaning: str) -> None:
    assert supply_of({"conditions": state}, {"conditions": TEMPLATES["conditions"]}).conditions == meaning


def test_hooks_k03_the_worst_key_of_a_kind_decides() -> None:
    templates = {"observations": TEMPLATES["observations"], "reports": TEMPLATES["reports"]}
    assert supply_of({"observations": "present", "reports": "absent"}, templates).results == "missing"
    assert supply_of({"observations": "incomplete", "reports": "null"}, templates).results == "truncated"
    assert supply_of({"observations": "error", "reports": "absent"}, templates).results == "error"


def test_hooks_p07_nothing_sent_is_missing_and_not_empty() -> None:
    assert parsed("patient-view").supply == Supply("missing", "missing", "missing", "missing", "missing")


def _all(names: dict[str, str]) -> dict[str, Any]:
    return {
        names["patient"]: {"resourceType": "Patient", "id": "p1"},
        names["medications"]: bundle(draft()),
        names["statements"]: bundle({"resourceType": "MedicationStatement"}),
        names["observations"]: bundle(OBSERVATION),
        names["reports"]: bundle({"resourceType": "DiagnosticReport"}),
        names["conditions"]: {
            "resourceType": "Bundle",
            "total": 0,
            "link": [{"relation": "self", "url": "https://ehr.example.org/fhir/Condition?patient=p1"}],
        },
    }


def test_hooks_p12_renamed_keys_supply_the_same() -> None:
    usual = parsed("patient-view", prefetch=_all({key: key for key in TEMPLATES})).supply
    renamed = parsed("patient-view", prefetch=_all({key: f"site-{key}" for key in TEMPLATES})).supply
    assert usual == renamed == Supply(allergies="missing")


def test_hooks_p12_a_renamed_key_that_is_incomplete_stays_so() -> None:
    prefetch = {"x": bundle(OBSERVATION, total=9), "y": bundle({"resourceType": "DiagnosticReport"})}
    assert parsed("patient-view", prefetch=prefetch).supply.results == "truncated"


def test_hooks_p12_a_null_under_a_foreign_name_says_nothing() -> None:
    assert parsed("patient-view", prefetch={"labs": None}).supply.results == "missing"


def test_hooks_p13_a_read_may_arrive_as_a_bundle() -> None:
    assert (
        parsed(
            "patient-view", prefetch={"patient": bundle({"resourceType": "Patient", "id": "p1"})}
        ).supply.demographics
        == "supplied"
    )


def test_hooks_p14_only_hopeless_keys_are_unmet() -> None:
    templates = {"a": "Observation?x=y", "b": "Condition?x=y"}
    for state in ("absent", "error", "fetch-failed"):
        assert unmet(("a",), {"a": state, "b": "absent"}, templates) == ("a",)
    for state in ("present", "null", "empty", "incomplete", "fetched"):
        assert unmet(("a",), {"a": state, "b": "absent"}, templates) == ()


def test_hooks_p03_tokens_are_filled_and_values_escaped() -> None:
    found = parsed(
        "patient-view", {"patientId": "Patient/p/1 &", "userId": "PractitionerRole/r1", "encounterId": "Encounter/e1"}
    )
    assert fill("Patient/{{context.encounterId}}?x={{ userPractitionerRoleId }}", found.tokens) == "Patient/e1?x=r1"
    assert fill("Practitioner/{{userPractitionerId}}", found.tokens) is None
    assert fill("Observation?patient={{context.patientId}}", {"context.patientId": "a&b=c/../d"}) == (
        "Observation?patient=a%26b%3Dc%2F..%2Fd"
    )


def test_hooks_s06_deep_bundles_end() -> None:
    value: Any = OBSERVATION
    for _ in range(50):
        value = bundle(value)
    assert read_value(value).state == "error"
