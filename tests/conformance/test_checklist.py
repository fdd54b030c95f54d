"""The checklist finds each break by its id, and has no complaint about sound messages."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmcds.hooks.checklist import CHECKS
from pmcds.hooks.conformance import KINDS, Violation, check_message, kind_of, summary

UUID = "6b1c7a0e-0d5c-5f0e-9b7e-2f0c3d0a1b11"
OTHER = "0f6f3a3e-8f0b-5c55-8d0d-1d7a0a7c2c22"
RESPONSE: dict[str, Any] = {
    "cards": [
        {
            "uuid": UUID,
            "summary": "Avoid clopidogrel.",
            "indicator": "critical",
            "detail": "CYP2C19 \\*2\\/\\*2",
            "source": {"label": "CPIC", "url": "https://cpicpgx.org", "topic": {"system": "urn:x", "code": "A1"}},
            "selectionBehavior": "at-most-one",
            "suggestions": [
                {
                    "label": "Replace",
                    "uuid": OTHER,
                    "isRecommended": False,
                    "actions": [
                        {
                            "type": "create",
                            "description": "Order",
                            "resource": {
                                "resourceType": "MedicationRequest",
                                "status": "draft",
                                "intent": "proposal",
                                "subject": {"reference": "Patient/p1"},
                                "medicationCodeableConcept": {"coding": [{"code": "1"}], "text": "x"},
                            },
                        },
                        {"type": "delete", "description": "Remove", "resourceId": "MedicationRequest/103"},
                    ],
                }
            ],
            "overrideReasons": [{"system": "urn:x", "code": "tolerated", "display": "Tolerated before"}],
            "links": [{"label": "Guideline", "url": "https://cpicpgx.org", "type": "absolute"}],
        }
    ]
}
REQUEST: dict[str, Any] = {
    "hook": "order-select",
    "hookInstance": UUID,
    "fhirServer": "https://ehr.example.org/fhir",
    "fhirAuthorization": {
        "access_token": "x",
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.rs",
        "subject": "pmcds",
        "patient": "p1",
    },
    "context": {
        "userId": "Practitioner/u1",
        "patientId": "p1",
        "encounterId": "e1",
        "selections": ["MedicationRequest/103"],
        "draftOrders": {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [
                {"resource": {"resourceType": "MedicationRequest", "id": "103", "subject": {"reference": "Patient/p1"}}}
            ],
        },
    },
    "prefetch": {"patient": {"resourceType": "Patient", "id": "p1"}, "conditions": None},
    "extension": {"org.example.x": {}},
}
DISCOVERY: dict[str, Any] = {
    "services": [
        {
            "hook": "order-sign",
            "title": "Checks",
            "description": "Checks orders",
            "id": "pmcds-order-sign",
            "prefetch": {"patient": "Patient/{{context.patientId}}"},
            "usageRequirements": "None",
            "version": "2.0.1",
            "hookVersion": "1.0",
        }
    ]
}
FEEDBACK: dict[str, Any] = {
    "feedback": [
        {
            "card": UUID,
            "outcome": "accepted",
            "acceptedSuggestions": [{"id": OTHER}],
            "outcomeTimestamp": "2026-01-11T10:05:31Z",
        },
        {
            "card": UUID,
            "outcome": "overridden",
            "overrideReason": {"reason": {"code": "x"}, "userComment": ""},
            "outcomeTimestamp": "2026-01-11T10:05:31.5Z",
        },
    ]
}
SOUND = {"response": RESPONSE, "request": REQUEST, "discovery": DISCOVERY, "feedback": FEEDBACK}
DROP = object()


def _changed(kind: str, pointer: str, value: Any) -> Any:
    message: Any = copy.deepcopy(SOUND[kind])
    if not pointer:
        return value(message)
    *parents, last = [int(name) if name.isdigit() else name for name in pointer.split("/")[1:]]
    holder = message
    for name in parents:
        holder = holder[name]
    if value is DROP:
        del holder[last]
    else:
        holder[last] = value(copy.deepcopy(holder[last])) if callable(value) else value
    return message


def _twice(value: Any) -> Any:
    return [*value, *value]


def _reversed(value: Any) -> Any:
    return value[::-1]


@pytest.mark.parametrize("kind", KINDS)
def test_hooks_conformance_a_sound_message_breaks_nothing(kind: str) -> None:
    for message in (SOUND[kind], json.dumps(SOUND[kind]), json.dumps(SOUND[kind]).encode()):
        assert check_message(kind, message) == []
    assert kind_of(SOUND[kind]) == kind


CARD = "/cards/0"
SUGGESTION = f"{CARD}/suggestions/0"
ACTION = f"{SUGGESTION}/actions"
SERVICE = "/services/0"
AUTH = "/fhirAuthorization"

BREAKS: list[tuple[str, str, Any, str, str]] = [
    ("response", "/cards", DROP, "H2", "M"),
    ("response", "/cards", {}, "H2", "M"),
    ("response", "/cards", [1], "H2", "M"),
    ("response", f"{CARD}/summary", DROP, "C1", "M"),
    ("response", f"{CARD}/summary", "a" * 140, "C1", "M"),
    ("response", f"{CARD}/summary", "\U0001f9ec" * 70, "C1", "M"),
    ("response", f"{CARD}/summary", "a\nb", "C18", "U"),
    ("response", f"{CARD}/summary", "HLA-B\\*57", "C18", "U"),
    ("response", f"{CARD}/indicator", DROP, "C2", "M"),
    ("response", f"{CARD}/indicator", "hard-stop", "C2", "M"),
    ("response", f"{CARD}/indicator", ["info"], "C2", "M"),
    ("response", f"{CARD}/source", DROP, "C3", "M"),
    ("response", f"{CARD}/source/label", DROP, "C4", "M"),
    ("response", f"{CARD}/source/label", "", "C4", "M"),
    ("response", f"{CARD}/source/url", "cpicpgx.org", "C5", "O"),
    ("response", f"{CARD}/source/icon", "/icon.png", "C6", "O"),
    ("response", f"{CARD}/source/topic", "x", "C7", "O"),
    ("response", f"{CARD}/source/topic/system", DROP, "C7", "O"),
    ("response", f"{CARD}/source/topic/code", "a b", "C7", "U"),
    ("response", f"{CARD}/uuid", DROP, "C8", "U"),
    ("response", f"{CARD}/uuid", "1", "C8", "O"),
    ("response", f"{CARD}/detail", 5, "C9", "M"),
    ("response", f"{CARD}/detail", "TMB <b>x</b>", "MD-9", "U"),
    ("response", f"{CARD}/selectionBehavior", DROP, "C10", "M"),
    ("response", f"{CARD}/selectionBehavior", "all", "C11", "M"),
    ("response", f"{CARD}/overrideReasons/0/display", DROP, "C12", "M"),
    ("response", f"{CARD}/overrideReasons/0/code", "", "C12", "M"),
    ("response", f"{CARD}/links", {}, "C13", "O"),
    ("response", "/cards", _twice, "C15", "U"),
    ("response", "/cards", lambda cards: [{**cards[0], "indicator": "info"}, *cards], "C16", "U"),
    ("response", f"{SUGGESTION}/label", DROP, "S1", "M"),
    ("response", f"{SUGGESTION}/uuid", DROP, "S2", "U"),
    ("response", f"{SUGGESTION}/isRecommended", "yes", "S3", "M"),
    ("response", f"{CARD}/suggestions", lambda s: [{**s[0], "isRecommended": True}] * 2, "S3", "M"),
    ("response", ACTION, [], "S4", "M"),
    ("response", f"{SUGGESTION}/actionSelectionBehavior", "none", "S5", "M"),
    ("response", f"{ACTION}/0/type", "Create", "S6", "M"),
    ("response", f"{ACTION}/0/description", DROP, "S7", "M"),
    ("response", f"{ACTION}/0/resource", DROP, "S8", "M"),
    ("response", f"{ACTION}/0", {"type": "update", "description": "d"}, "S9", "M"),
    ("response", f"{ACTION}/0/type", "update", "S9", "M"),
    ("response", f"{ACTION}/1/resourceId", DROP, "S10", "S"),
    ("response", f"{ACTION}/1/resourceId", "103", "S10", "S"),
    ("response", f"{ACTION}/1/resource", {"resourceType": "MedicationRequest"}, "S10", "S"),
    ("response", ACTION, _reversed, "S11", "U"),
    ("response", f"{ACTION}/0/resource/status", "active", "S14", "U"),
    ("response", f"{ACTION}/0/resource/medicationCodeableConcept/text", DROP, "S14", "U"),
    ("response", f"{CARD}/links/0/label", DROP, "L1", "M"),
    ("response", f"{CARD}/links/0/url", "javascript:alert(1)", "L2", "M"),
    ("response", f"{CARD}/links/0/url", "http://cpicpgx.org", "L2", "U"),
    ("response", f"{CARD}/links/0/type", "relative", "L3", "M"),
    ("response", f"{CARD}/links/0/appContext", "x", "L4", "M"),
    ("response", f"{CARD}/links/0/autolaunchable", True, "L5", "U"),
    ("response", f"{CARD}/links/0/autolaunchable", "true", "L5", "O"),
    ("response", f"{CARD}/links/0/autoLaunchable", True, "L5", "O"),
    ("response", "", lambda _: {"systemActions": [{"type": "delete", "resourceId": "A/1"}]}, "Y5", "M"),
    ("response", "/systemActions", {}, "Y1", "O"),
    ("response", "/systemActions", [{"type": "delete", "resourceId": "A/1"}], "Y2", "O"),
    ("response", "/systemActions", [], "Y3", "O"),
    ("response", f"{CARD}/detail", None, "X1", "M"),
    ("response", f"{CARD}/links", [], "X2", "M"),
    ("response", f"{CARD}/detail", "", "X2", "M"),
    ("response", f"{ACTION}/0/resource", "{}", "X4", "M"),
    ("response", f"{ACTION}/0/resource", {"id": "x"}, "X4", "M"),
    ("response", "/extension", [1], "X6", "M"),
    ("response", "/extension", {"x": 1}, "X6", "S"),
    ("response", "/extension", {"org.x.y": float("inf")}, "X8", "U"),
    ("request", "", lambda _: [], "R9", "M"),
    ("request", "", lambda _: b"{", "X5", "M"),
    ("request", "", lambda _: b'{"hook": "a", "hook": "b"}', "X8", "U"),
    ("discovery", "", lambda _: b"\xef\xbb\xbf{}", "X5", "M"),
    ("discovery", f"{SERVICE}/title", None, "X1", "M"),
    ("discovery", f"{SERVICE}/extension", {"org.x.y": float("nan")}, "X8", "U"),
    ("response", "", lambda _: b"\xff", "X5", "M"),
    ("feedback", "", lambda _: b"{", "X5", "M"),
    ("feedback", "", lambda _: b'{"feedback": [], "feedback": []}', "X8", "U"),
    ("feedback", "/extension", [1], "X6", "M"),
    ("request", "/hook", DROP, "R2", "M"),
    ("request", "/hookInstance", DROP, "R4", "M"),
    ("request", "/hookInstance", "test", "R4", "M"),
    ("request", "/context", DROP, "R5", "M"),
    ("request", "/fhirServer", DROP, "R6", "M"),
    ("request", "/fhirServer", "ehr", "R6", "M"),
    ("request", "/fhirServer", "http://127.0.0.1:8095/fhir", "R6", "U"),
    ("request", "/prefetch", [], "R7", "M"),
    ("request", "/context/patientId", DROP, "R12", "M"),
    ("request", "/context/draftOrders", DROP, "R12", "M"),
    ("request", "/context/selections", "MedicationRequest/103", "R12", "M"),
    ("request", "/context/selections", ["103"], "R12", "M"),
    ("request", "/context/encounterId", None, "X1", "M"),
    ("request", "/context/draftOrders", lambda bundle: {"resource": bundle}, "R14", "M"),
    (
        "request",
        "/context/draftOrders/entry",
        lambda e: [*e, {"resource": {"resourceType": "MedicationOrder"}}],
        "R10",
        "M",
    ),
    ("request", "/context/draftOrders/resourceType", "Parameters", "X4", "M"),
    ("request", "/context/draftOrders/type", DROP, "R17", "U"),
    ("request", "/context/patientId", "Patient/p1", "R15", "U"),
    ("request", "/context/userId", "u1", "R15", "M"),
    ("request", "/context/userId", "Patient/u1", "R15", "M"),
    ("request", "/context/patientId", "p2", "R16", "M"),
    ("request", "/prefetch/patient/id", "p2", "R16", "M"),
    ("request", "/context/draftOrders/entry/0/resource/subject/reference", "Patient/p2", "R16", "M"),
    ("request", f"{AUTH}", "x", "A1", "M"),
    ("request", f"{AUTH}/access_token", DROP, "A1", "M"),
    ("request", f"{AUTH}/token_type", "mac", "A2", "M"),
    ("request", f"{AUTH}/token_type", "bearer", "A2", "O"),
    ("request", f"{AUTH}/expires_in", "300", "A3", "M"),
    ("request", f"{AUTH}/scope", DROP, "A4", "M"),
    ("request", f"{AUTH}/subject", DROP, "A5", "M"),
    ("request", f"{AUTH}/patient", DROP, "A6", "S"),
    ("request", f"{AUTH}/patient", "p2", "A6", "M"),
    ("request", "/prefetch/x", {"resourceType": "OperationOutcome"}, "P9", "U"),
    ("request", "/prefetch/x", {"resourceType": "Bundle", "link": [{"relation": "next"}]}, "P11", "U"),
    ("request", "/prefetch/x", {"resource": {"resourceType": "Observation"}}, "P17", "U"),
    ("request", "/prefetch/x", "<html>", "P18", "M"),
    ("request", "/extension", [1], "X6", "M"),
    ("request", "/fhirServer", None, "X1", "M"),
    ("discovery", "/services", DROP, "D1", "M"),
    ("discovery", "/services", ["x"], "D1", "M"),
    ("discovery", f"{SERVICE}/hook", DROP, "D3", "M"),
    ("discovery", f"{SERVICE}/id", DROP, "D4", "M"),
    ("discovery", f"{SERVICE}/id", "a b/c", "D4", "U"),
    ("discovery", f"{SERVICE}/description", DROP, "D5", "M"),
    ("discovery", f"{SERVICE}/title", DROP, "D6", "S"),
    ("discovery", f"{SERVICE}/prefetch", {}, "X2", "M"),
    ("discovery", f"{SERVICE}/prefetch", ["Patient/1"], "D7", "O"),
    ("discovery", f"{SERVICE}/prefetch/patient", 5, "D7", "O"),
    ("discovery", f"{SERVICE}/usageRequirements", "", "D8", "O"),
    ("discovery", f"{SERVICE}/version", "STU2", "D9", "S"),
    ("discovery", f"{SERVICE}/hookVersion", "9.0", "D10", "O"),
    ("discovery", "/services", _twice, "D11", "O"),
    ("discovery", f"{SERVICE}/extension", [1], "X6", "M"),
    ("discovery", f"{SERVICE}/prefetch", {"a": "Patient/{{%b.id}}", "b": "Patient/1"}, "D13", "M"),
    ("discovery", f"{SERVICE}/prefetch/x", "https://x.org/Patient/1", "P1", "M"),
    ("discovery", f"{SERVICE}/prefetch/x", "Patient/{{context.draftOrders}}", "P2", "M"),
    ("discovery", f"{SERVICE}/prefetch/x", "Patient?x={{today()}}", "P4", "O"),
    ("discovery", f"{SERVICE}/prefetch/x", "Patient?_has:a=b", "P5", "S"),
    ("feedback", "/feedback", DROP, "F1", "M"),
    ("feedback", "/feedback/0", 3, "F1", "M"),
    ("feedback", "/feedback/0/card", DROP, "F2", "M"),
    ("feedback", "/feedback/0/card", "card-1", "F10", "U"),
    ("feedback", "/feedback/0/outcome", "ignored", "F3", "M"),
    ("feedback", "/feedback/0/acceptedSuggestions", DROP, "F4", "M"),
    ("feedback", "/feedback/0/acceptedSuggestions", [{}], "F4", "M"),
    ("feedback", "/feedback/1/overrideReason", {}, "F5", "M"),
    ("feedback", "/feedback/1/overrideReason", {"reason": "x"}, "F5", "M"),
    ("feedback", "/feedback/1/overrideReason/reason", {}, "F5", "O"),
    ("feedback", "/feedback/1/overrideReasons", {"reason": {"code": "x"}}, "F10", "U"),
    ("feedback", "/feedback/0/outcomeTimestamp", DROP, "F6", "M"),
    ("feedback", "/feedback/0/outcomeTimestamp", "2026-01-11T10:05:31+02:00", "F6", "M"),
]


@pytest.mark.parametrize(
    ("kind", "pointer", "value", "rule", "level"), BREAKS, ids=[f"{row[3]}-{n}" for n, row in enumerate(BREAKS)]
)
def test_hooks_conformance_each_break_is_found_by_its_id(
    kind: str, pointer: str, value: Any, rule: str, level: str
) -> None:
    found = check_message(kind, _changed(kind, pointer, value))
    assert (rule, level) in {(violation.rule, violation.level) for violation in found}
    # Nothing that has no part in the change is blamed.
    assert all(violation.pointer.startswith("/") or violation.pointer == "" for violation in found)


def test_hooks_conformance_every_check_of_a_message_has_a_message_that_breaks_it() -> None:
    """The registry is what `conformance check` prints: a check that nothing breaks proves nothing."""
    registered = {(check.looks_at, check.rule) for check in CHECKS if check.looks_at in KINDS}
    broken = {(kind, rule) for kind, _, _, rule, _ in BREAKS}
    assert registered - broken == set(), "a check without a negative case"
    assert broken - registered == set(), "a rule that is found and stands in no list"


def test_hooks_conformance_no_rule_is_found_that_the_registry_does_not_name() -> None:
    named = {(check.looks_at, check.rule) for check in CHECKS}
    for kind, pointer, value, _, _ in BREAKS:
        for violation in check_message(kind, _changed(kind, pointer, value)):
            assert (kind, violation.rule) in named


def test_hooks_conformance_ids_stand_once_for_each_kind() -> None:
    assert len({(check.looks_at, check.rule) for check in CHECKS}) == len(CHECKS)
    assert all(check.says for check in CHECKS)


def test_hooks_conformance_a_set_of_old_resources_is_no_mixture() -> None:
    message = _changed("request", "/context/draftOrders/entry/0/resource/resourceType", "MedicationOrder")
    assert "R10" not in {violation.rule for violation in check_message("request", message)}


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b'\xef\xbb\xbf{"cards": []}', "X5"),
        (b"\xff", "X5"),
        (b"{", "X5"),
        (b'{"cards": [], }', "X5"),
        (b'{"cards": [], "cards": []}', "X8"),
        (b'{"cards": [], "extension": {"org.x.y": NaN}}', "X8"),
        (b"[]", "H2"),
        (b"[" * 100_000, "X5"),
        (b'{"cards": [], "extension": {"org.x.y": ' + b"9" * 10_000 + b"}}", ""),
    ],
)
def test_hooks_x05_x08_bytes_are_checked_too(body: bytes, rule: str) -> None:
    assert {violation.rule for violation in check_message("response", body)} == ({rule} if rule else set())


def test_hooks_h08_no_text_repeats_a_value() -> None:
    for kind, pointer, value, _, _ in BREAKS:
        message = _changed(kind, pointer, value)
        assert not any("CANARY" in str(v) for v in check_message(kind, _canaries(message)))


def _canaries(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _canaries(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_canaries(member) for member in value]
    return f"CANARY {value}" if isinstance(value, str) else value


def test_hooks_conformance_kinds_and_counts() -> None:
    with pytest.raises(ValueError, match="discovery"):
        check_message("card", {})
    assert kind_of({}) is None
    assert summary([Violation("C1", "M", "/cards/0", "x")]) == {"M": 1, "S": 0, "O": 0, "U": 0}


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["info", "delete", "any"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def _pointers(value: Any, place: str = "") -> list[str]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for name, member in members for found in (f"{place}/{name}", *_pointers(member, f"{place}/{name}"))]


@given(st.sampled_from([(kind, pointer) for kind in KINDS for pointer in _pointers(SOUND[kind])]), _VALUES)
def test_hooks_lc27_any_value_at_any_place_is_judged_without_an_exception(place: tuple[str, str], value: Any) -> None:
    kind, pointer = place
    for violation in check_message(kind, _changed(kind, pointer, _constant(value))):
        assert violation.level in ("M", "S", "O", "U")


def _constant(value: Any) -> Callable[[Any], Any]:
    return lambda _: value
