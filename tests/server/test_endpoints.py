"""Every endpoint: what it answers, and what it refuses with which status."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from starlette.testclient import TestClient

import pmcds
from pmcds.hooks import check_message
from pmcds.server.state import Server
from tests.conformance.samples import Sample, samples
from tests.server.conftest import Open
from tests.server.material import SELECT, SIGN, VIEW, diagnostics, feedback, request
from tests.shared import needs_shared


def test_D1_discovery_lists_services_without_redirect(client: TestClient, engine: pmcds.Engine) -> None:
    for path in ("/cds-services", "/cds-services/"):
        answer = client.get(path, follow_redirects=False)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.json() == engine.services()
    assert check_message("discovery", answer.content) == []


def test_D4_every_listed_service_is_there(client: TestClient) -> None:
    for service in client.get("/cds-services").json()["services"]:
        assert client.post(f"/cds-services/{service['id']}", json={}).status_code == 400


def test_D15_discovery_has_the_same_bytes_each_time(client: TestClient) -> None:
    assert client.get("/cds-services").content == client.get("/cds-services").content


@pytest.mark.parametrize(
    ("path", "name"),
    [(SELECT, "order-select-clopidogrel"), (SIGN, "order-sign-clopidogrel"), (VIEW, "patient-view")],
)
def test_H1_calls_are_answered_with_conformant_cards(client: TestClient, path: str, name: str) -> None:
    answer = client.post(path, json=request(name))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert bool(answer.json()["cards"]) == (path != VIEW)
    assert check_message("response", answer.content) == []


@pytest.mark.parametrize("kind", ["application/json", "application/fhir+json", "text/json; charset=utf-8", None])
def test_R1_json_types_and_none_are_read(client: TestClient, kind: str | None) -> None:
    headers = {"content-type": kind} if kind else {}
    assert client.post(SELECT, content=json.dumps(request()), headers=headers).status_code == 200


@pytest.mark.parametrize("kind", ["application/xml", "text/html", "multipart/form-data"])
def test_other_types_are_415(client: TestClient, kind: str) -> None:
    answer = client.post(SELECT, content=b"<a/>", headers={"content-type": kind})
    assert answer.status_code == 415
    assert diagnostics(answer)


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", SELECT, "POST"),
        ("PUT", SELECT, "POST"),
        ("POST", "/cds-services", "GET, HEAD"),
        ("DELETE", "/cds-services", "GET, HEAD"),
        ("GET", SELECT + "/feedback", "POST"),
        ("OPTIONS", SELECT, "POST"),
    ],
)
def test_other_methods_are_405_with_allow(client: TestClient, method: str, path: str, allow: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allow
    assert answer.json()["issue"][0]["code"] == "not-supported"


@pytest.mark.parametrize("path", ["/nothing", "/cds-services/unknown", "/cds-services/unknown/feedback"])
def test_R8_unknown_addresses_are_404(client: TestClient, path: str) -> None:
    answer = client.post(path, json=request()) if "cds" in path else client.get(path)
    assert answer.status_code == 404
    assert answer.json()["issue"][0]["code"] == "not-found"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"null", 400),
        (b'{"hook": "order-select"}', 400),
        (b'{"hook": NaN}', 400),
        (b"[" * 100_000, 400),
        (b'{"hook": "order-sign", "hookInstance": "1", "context": {"patientId": "p"}}', 400),
        (b'{"hook": "order-select", "hookInstance": "1", "context": {"patientId": "p"}}', 412),
        (b"\xff\xfe", 400),
    ],
)
def test_broken_requests_are_refused_with_an_outcome(client: TestClient, body: bytes, status: int) -> None:
    answer = client.post(SELECT, content=body)
    assert answer.status_code == status
    assert diagnostics(answer)


def test_a_body_over_the_limit_is_413(client: TestClient) -> None:
    answer = client.post(SELECT, content=b" " * (8 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.json()["issue"][0]["code"] == "too-long"
    bomb = gzip.compress(b" " * (200 * 1024 * 1024))
    assert client.post(SELECT, content=bomb, headers={"content-encoding": "gzip"}).status_code == 413


def test_gzip_is_read_and_other_encodings_are_415(client: TestClient) -> None:
    body = json.dumps(request()).encode()
    packed = gzip.compress(body)
    assert client.post(SELECT, content=packed, headers={"content-encoding": "gzip"}).status_code == 200
    assert client.post(SELECT, content=packed[:-9], headers={"content-encoding": "gzip"}).status_code == 400
    assert client.post(SELECT, content=body, headers={"content-encoding": "gzip"}).status_code == 400
    assert client.post(SELECT, content=body, headers={"content-encoding": "br"}).status_code == 415


def test_health_readiness_metrics_and_description(client: TestClient) -> None:
    client.post(SELECT, json=request())
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["status"] == "ready"
    metrics = client.get("/metrics").text
    assert 'pmcds_calls_total{service="pmcds-order-select",status="200"} 1.0' in metrics
    assert 'pmcds_outcomes_total{outcome="ALERT"}' in metrics


def test_openapi_describes_what_is_served(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) >= {"/cds-services", "/cds-services/{service}", "/cds-services/{service}/feedback"}
    text = json.dumps(document)
    for reference in set(_references(document)):
        assert reference.startswith("#/components/schemas/")
        node: Any = document
        for part in reference[2:].split("/"):
            node = node[part.replace("~1", "/")]
    assert "schema.json" not in text


def _references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for member in node for found in _references(member)]
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for member in node.values() for found in _references(member)]
    return []


def test_readiness_says_when_the_store_is_gone(client: TestClient) -> None:
    server: Server = client.app.state.server  # type: ignore[attr-defined]
    server.store.close()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


def test_H7_a_defect_is_500_with_an_id_and_without_its_text(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, lines: list[dict[str, Any]]
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("canary-of-a-patient")

    monkeypatch.setattr(pmcds.Engine, "answer", fail)
    answer = client.post(SELECT, json=request())
    assert answer.status_code == 500
    assert answer.json()["issue"][0]["code"] == "exception"
    defect = next(line for line in lines if line["event"] == "defect")
    assert defect["error_id"] in diagnostics(answer)
    assert defect["kind"] == "ZeroDivisionError"
    assert "canary" not in answer.text + str(lines)


def test_a_shortage_of_memory_is_503(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(pmcds.Engine, "answer", fail)
    answer = client.post(SELECT, json=request())
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


# Origins


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://ehr.example.org", True),
        ("https://EHR.example.org", True),
        ("https://ehr.example.org:443", True),
        ("https://ehr.example.org:8443", False),
        ("http://ehr.example.org", False),
        ("https://sub.ehr.example.org", False),
        ("https://ehr.example.org.evil.example", False),
        ("https://evil.example", False),
        ("null", False),
        ("*", False),
    ],
)
def test_H5_only_exact_origins_may_call(open_client: Open, origin: str, allowed: bool) -> None:
    client = open_client(cors=["https://ehr.example.org"])
    preflight = client.options(SELECT, headers={"origin": origin, "access-control-request-method": "POST"})
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-methods"] == "GET, POST, OPTIONS"
    for answer in (
        preflight,
        client.get("/cds-services", headers={"origin": origin}),
        client.post(SELECT, content=b"{", headers={"origin": origin}),
    ):
        assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None)
        assert answer.headers["vary"] == "Origin"


def test_H5_origins_are_off_by_default(client: TestClient) -> None:
    answer = client.get("/cds-services", headers={"origin": "https://ehr.example.org"})
    assert "access-control-allow-origin" not in answer.headers


# Messages of other projects

_PATHS = {"order-select": SELECT, "order-sign": SIGN, "patient-view": VIEW}


@needs_shared
@pytest.mark.parametrize("sample", samples("request"), ids=str)
def test_samples_get_a_status_that_their_index_allows(client: TestClient, sample: Sample) -> None:
    hook = sample.message.get("hook")
    path = f"/cds-services/pmcds-{hook}"
    answer = client.post(path, content=sample.body)
    assert answer.status_code < 500
    assert answer.status_code in {*sample.about["expected"]["status"], 404 if path not in _PATHS.values() else 0}
    if answer.status_code == 200:
        assert [found for found in check_message("response", answer.content) if found.level in "MO"] == []
        if sample.about["expected"].get("must_stay_silent"):
            drugs = [card for card in answer.json()["cards"] if card.get("suggestions")]
            assert drugs == []
    else:
        assert diagnostics(answer)


@needs_shared
@pytest.mark.parametrize("sample", samples("feedback"), ids=str)
def test_feedback_samples_are_stored(client: TestClient, sample: Sample) -> None:
    answer = client.post(SELECT + "/feedback", content=sample.body)
    assert answer.status_code in sample.about["expected"]["status"]
    server: Server = client.app.state.server  # type: ignore[attr-defined]
    stored = [record.outcome for record in server.store.records()]
    assert sorted(stored) == sorted(sample.about["expected"]["outcomes"])


def test_feedback_of_an_unknown_card_is_stored_and_flagged(client: TestClient) -> None:
    assert client.post(SELECT + "/feedback", json=feedback()).json() == {}
    server: Server = client.app.state.server  # type: ignore[attr-defined]
    assert [record.known_card for record in server.store.records()] == [False]
