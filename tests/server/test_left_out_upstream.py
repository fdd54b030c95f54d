"""Whatever the client's server answers with 200, data that are missing or another's never look like a clean record."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import pmcds
from pmcds.result import Result
from pmcds.server import Config, create_app
from pmcds.server.medications import lost_medications, query_for
from tests.server.material import SELECT, request
from tests.server.test_fetch import results, without
from tests.server.upstream import Upstream, upstream

__all__ = ["results"]

Change = Callable[[dict[str, Any]], dict[str, Any]]
ERROR = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "incomplete"}]}
WARNING = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "informational"}]}


@pytest.fixture(scope="module")
def server() -> Iterator[Upstream]:
    with upstream() as found:
        yield found


@pytest.fixture(scope="module")
def client(engine: pmcds.Engine, server: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    place: Path = tmp_path_factory.mktemp("upstream") / "feedback.db"
    settings = {
        "fetch": {"servers": [server.url], "private": True, "seconds": 5, "open": True},
        "limits": {"evaluation_seconds": 20, "call_seconds": 30},
        "feedback": {"url": f"sqlite:///{place}"},
    }
    with TestClient(create_app(engine, Config.model_validate(settings)), raise_server_exceptions=False) as found:
        yield found


def _told(results: list[Result]) -> set[tuple[str, str | None]]:
    return {(line.outcome, line.reason) for line in results[-1].ledger.orders}


def _changed(server: Upstream, monkeypatch: pytest.MonkeyPatch, kind: str, change: Change) -> None:
    """The server's answers about one resource type are changed; it has no report that would name the results too."""
    record = server._record

    def answer(path: str) -> dict[str, Any]:
        found = record(path)
        if "/DiagnosticReport" in path:
            found["entry"], found["total"] = [], 0
        return change(found) if f"/{kind}" in path else found

    monkeypatch.setattr(server, "_record", answer)


def _each(change: Change) -> Change:
    return lambda page: page | {"entry": [change(entry) for entry in page["entry"]]}


def _resources(**members: Any) -> Change:
    return _each(lambda entry: entry | {"resource": entry["resource"] | members})


# What is sent with the call


@pytest.mark.parametrize("sent", ["no member", None, {}, [], "x"])
@pytest.mark.parametrize("authorized", [True, False])
def test_p08_a_request_without_any_prefetch_is_answered_from_its_server(
    client: TestClient, server: Upstream, results: list[Result], sent: Any, authorized: bool
) -> None:
    body = without(server.url, prefetch=sent)
    if sent == "no member":
        del body["prefetch"]
    if not authorized:
        del body["fhirAuthorization"]
    answer = client.post(SELECT, json=body)
    assert answer.status_code == 200, answer.text
    assert [card["indicator"] for card in answer.json()["cards"]] == ["critical"]
    assert set(results[0].ledger.prefetch.values()) == {"fetched"}


@pytest.mark.parametrize("hook", [None, "order-sign", "patient-view", 5])
def test_r02_a_call_for_another_hook_is_refused_before_anything_is_asked(
    client: TestClient, server: Upstream, hook: Any
) -> None:
    before = len(server.seen)
    answer = client.post(SELECT, json=without(server.url, hook=hook))
    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert len(server.seen) == before


def test_r16_a_draft_of_another_patient_is_refused_before_anything_is_asked(
    client: TestClient, server: Upstream
) -> None:
    body = without(server.url)
    body["context"]["draftOrders"]["entry"][0]["resource"]["subject"] = {"reference": "Patient/other"}
    before = len(server.seen)
    assert client.post(SELECT, json=body).status_code == 400
    assert len(server.seen) == before


# What comes back


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_each(lambda entry: {"response": {"status": "404 Not Found"}}), "not-supplied"),
        (_each(lambda entry: {"response": {"status": "500"}}), "not-supplied"),
        (_each(lambda entry: entry | {"response": {"status": "403 Forbidden"}}), "not-supplied"),
        (_each(lambda entry: {"resource": ERROR}), "not-supplied"),
        (_each(lambda entry: {"resource": ERROR, "search": {"mode": "outcome"}}), "not-supplied"),
        (_each(lambda entry: {"fullUrl": entry["fullUrl"]}), "unread-result"),
        (_each(lambda entry: {}), "unread-result"),
        (lambda page: page | {"entry": [None, None]}, "unread-result"),
        (lambda page: page | {"entry": [], "total": 9}, "truncated"),
        (lambda page: page | {"entry": page["entry"] + [{"response": {"status": "404"}}]}, None),
        (lambda page: page | {"total": 9}, None),
        (_resources(status="preliminary"), "result-not-final"),
        (_resources(status="registered"), "result-pending"),
        (_resources(status="entered-in-error"), "no-result"),
        (_resources(status="FINAL"), "status-unreadable"),
        (_resources(status=None), "status-unreadable"),
        (_resources(subject={"reference": "Patient/other"}), "no-result"),
        (_resources(subject={"reference": "Patient/xexample"}), "no-result"),
        (_resources(subject={"reference": "Patient/Example"}), "no-result"),
        (_resources(subject={"reference": "https://else.example/fhir/Patient/example"}), "no-result"),
        (_resources(subject=None), "no-subject"),
        (lambda page: page | {"entry": [], "total": 0}, "no-result"),
        (
            lambda page: page | {"entry": [{"resource": WARNING, "search": {"mode": "outcome"}}], "total": 0},
            "no-result",
        ),
    ],
)
def test_p10_a_search_that_was_answered_in_part_never_reads_as_nothing_found(
    client: TestClient,
    server: Upstream,
    results: list[Result],
    monkeypatch: pytest.MonkeyPatch,
    change: Change,
    reason: str | None,
) -> None:
    _changed(server, monkeypatch, "Observation", change)
    answer = client.post(SELECT, json=without(server.url))
    assert answer.status_code == 200
    assert results[0].ledger.prefetch["observations"] == "fetched"
    expected = ("ALERT", None) if reason is None else ("CANNOT-TELL", reason)
    assert _told(results) == {expected}
    cards = answer.json()["cards"]
    assert [card["indicator"] for card in cards] == (["critical"] if reason is None else ["info"])


@pytest.mark.parametrize("style", ["Patient/example", "{server}/Patient/example", "Patient/example/_history/3"])
def test_m10_the_patients_own_results_are_never_lost_however_they_name_the_patient(
    client: TestClient, server: Upstream, results: list[Result], monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    _changed(server, monkeypatch, "Observation", _resources(subject={"reference": style.format(server=server.url)}))
    client.post(SELECT, json=without(server.url))
    assert _told(results) == {("ALERT", None)}


def test_h08_a_server_that_sends_everything_twice_gives_one_card(
    client: TestClient, server: Upstream, results: list[Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    once = client.post(SELECT, json=without(server.url)).json()["cards"]
    record = server._record
    monkeypatch.setattr(server, "_record", lambda path: _twice(record(path)))
    twice = client.post(SELECT, json=without(server.url)).json()["cards"]
    assert [card["summary"] for card in twice] == [card["summary"] for card in once]
    assert "duplicate-of" in {line.ignored for line in results[-1].ledger.inputs}


def _twice(found: dict[str, Any]) -> dict[str, Any]:
    return found | ({"entry": found["entry"] * 2} if "entry" in found else {})


@pytest.mark.parametrize("kind", ["Patient", "Observation", "Condition", "MedicationRequest", "MedicationStatement"])
def test_p14_what_one_key_lost_is_told_by_its_name_and_the_others_are_kept(
    client: TestClient, server: Upstream, results: list[Result], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    _changed(server, monkeypatch, kind, lambda found: ERROR)
    assert client.post(SELECT, json=without(server.url)).status_code == 200
    states = results[0].ledger.prefetch
    lost = [key for key, state in states.items() if state == "fetch-failed"]
    names = {
        "Patient": "patient",
        "Observation": "observations",
        "Condition": "conditions",
        "MedicationRequest": "medications",
        "MedicationStatement": "statements",
    }
    assert lost == [names[kind]]
    assert set(states.values()) == {"fetched", "fetch-failed"}
    assert results[0].cards


# The drugs that orders refer to


def _referring(server: Upstream, *references: str) -> tuple[dict[str, Any], Any]:
    body = without(server.url)
    [entry] = body["context"]["draftOrders"]["entry"]
    concept = entry["resource"].pop("medicationCodeableConcept")
    orders = []
    for place, reference in enumerate(references):
        one = copy.deepcopy(entry["resource"]) | {"id": f"o{place}"}
        orders.append({"resource": one | {"medicationReference": {"reference": reference}}})
    body["context"]["draftOrders"]["entry"] = orders
    body["context"]["selections"] = [f"MedicationRequest/o{place}" for place in range(len(orders))]
    return body, concept


def test_mi03_the_drug_of_every_order_is_fetched_and_one_that_is_not_there_is_told(
    client: TestClient, server: Upstream, results: list[Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    body, concept = _referring(server, "Medication/m1", "Medication/lost", f"{server.url}/Medication/m2")
    known = [{"resourceType": "Medication", "id": ident, "code": concept} for ident in ("m1", "m2")]
    page = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in known]}
    record = server._record
    monkeypatch.setattr(server, "_record", lambda path: page if "/Medication?" in path else record(path))
    answer = client.post(SELECT, json=body)
    told = {line.order: (line.outcome, line.reason) for line in results[0].ledger.orders}
    assert told == {
        "MedicationRequest/o0": ("ALERT", None),
        "MedicationRequest/o1": ("CANNOT-TELL", "drug-unresolved"),
        "MedicationRequest/o2": ("ALERT", None),
    }
    assert len(answer.json()["cards"]) >= 2


@pytest.mark.parametrize("ident", ["m1", "m2", None])
def test_mi03_a_medication_of_another_id_is_never_taken_for_the_one_that_is_meant(
    client: TestClient,
    server: Upstream,
    results: list[Result],
    monkeypatch: pytest.MonkeyPatch,
    ident: Any,
) -> None:
    body, concept = _referring(server, "Medication/m1")
    found = {"resourceType": "Medication", "code": concept} | ({"id": ident} if ident else {})
    record = server._record
    monkeypatch.setattr(server, "_record", lambda path: found if "/Medication/" in path else record(path))
    answer = client.post(SELECT, json=body)
    state = results[0].ledger.prefetch["medications-referenced"]
    assert state == ("fetched" if ident == "m1" else "fetch-failed")
    assert _told(results) == {("ALERT", None) if ident == "m1" else ("CANNOT-TELL", "drug-unresolved")}
    assert answer.json()["cards"]


BASE = "https://ehr.example.org/fhir/"
ELSEWHERE = "https://else.example.org/fhir/"


def _asked(*references: Any, prefetch: Any = None, **order: Any) -> str | None:
    orders = [
        {"resource": {"medicationReference": one, "resourceType": "MedicationRequest"} | order} for one in references
    ]
    message = {"context": {"draftOrders": {"resourceType": "Bundle", "entry": orders}}, "prefetch": prefetch}
    # So that the quick look for a Medication finds one.
    lost = lost_medications(json.dumps(message | {"note": "Medication/"}).encode(), BASE)
    return query_for(lost) if lost else None


@pytest.mark.parametrize(
    "reference",
    [
        "Substance/m1",
        "Patient/m1",
        "#Medication/m1",
        "#a/Medication/m1",
        "#m1",
        "m1",
        "",
        "urn:uuid:6b1c7a0e-0d5c-5f0e-9b7e-2f0c3d0a1b11",
        ELSEWHERE + "Medication/m1",
        "https://ehr.example.org/fhir2/Medication/m1",
        "http://ehr.example.org/fhir/Medication/m1",
        "https://ehr.example.org.evil.org/fhir/Medication/m1",
        BASE + "Substance/m1",
        "Medication?code=x",
    ],
)
def test_mi03_only_a_medication_of_the_requests_own_server_is_asked_for(reference: str) -> None:
    assert _asked({"reference": reference}) is None
    assert _asked({"reference": reference}, {"reference": "Medication/m2"}) == "Medication/m2"


@pytest.mark.parametrize("odd", [None, "Medication/m1", ["Medication/m1"], {"display": "x"}, {"reference": 5}])
def test_mi03_an_odd_reference_never_costs_the_others(odd: Any) -> None:
    assert _asked(odd, {"reference": "Medication/m2"}) == "Medication/m2"


M1 = {"resourceType": "Medication", "id": "m1"}


@pytest.mark.parametrize(
    ("reference", "sent", "asked"),
    [
        ("Medication/m1", {"m": M1}, False),
        ("Medication/m1/_history/2", {"m": M1}, False),
        (BASE + "Medication/m1", {"m": M1}, False),
        (BASE + "Medication/m1", {"b": {"resourceType": "Bundle", "entry": [{"resource": M1}]}}, False),
        ("Medication/m1", {"b": [{"resource": M1}]}, False),
        (BASE + "Medication/m1", {"b": [{"fullUrl": BASE + "Medication/m1", "resource": M1 | {"id": None}}]}, False),
        ("Medication/m1", {"m": M1 | {"id": "m2"}}, True),
        ("Medication/m1", {"m": M1 | {"id": "M1"}}, True),
        ("Medication/m1", {"m": M1 | {"resourceType": "Substance"}}, True),
        ("Medication/m1", {"m": None}, True),
        ("Medication/m1", None, True),
        ("Medication/m1", [], True),
    ],
)
def test_mi06_what_is_not_there_is_asked_for_and_only_that(reference: str, sent: Any, asked: bool) -> None:
    assert _asked({"reference": reference}, prefetch=sent) == ("Medication/m1" if asked else None)


def test_mi03_orders_that_the_client_sent_as_data_are_looked_up_too() -> None:
    order = {"resourceType": "MedicationStatement", "medicationReference": {"reference": "Medication/m7"}}
    assert _asked(prefetch={"s": {"resourceType": "Bundle", "entry": [{"resource": order}]}}) == "Medication/m7"
    assert request()["prefetch"]
