"""Tokens over HTTP: every endpoint has its own audience, and every refusal is the same to look at."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.server.conftest import Open
from tests.server.material import SELECT, feedback, request
from tests.server.test_jwt import REFUSED
from tests.server.tokens import AUDIENCE, BASE, ISSUER, claims, head, key, symmetric, token

JWT = dict[str, Any]


@pytest.fixture
def guarded(open_client: Open, tmp_path: Path) -> TestClient:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [key().public]}))
    issuer = {"issuer": ISSUER, "jwks_file": str(file), "profile": "epic"}
    return open_client(base_url=BASE, cors=["https://ehr.example.org"], jwt={"issuers": [issuer]})


def bearer(audience: str, **changes: Any) -> dict[str, str]:
    now = time.time()
    payload = claims(aud=audience, iat=now - 1, exp=now + 300) | changes
    return {"authorization": "Bearer " + token(head(jku=None), payload)}


DISCOVERY = BASE + "/cds-services"


def test_each_endpoint_takes_its_own_audience_only(guarded: TestClient) -> None:
    calls = {
        DISCOVERY: lambda headers: guarded.get("/cds-services", headers=headers),
        AUDIENCE: lambda headers: guarded.post(SELECT, json=request(), headers=headers),
        AUDIENCE + "/feedback": lambda headers: guarded.post(SELECT + "/feedback", json=feedback(), headers=headers),
    }
    for endpoint, call in calls.items():
        for audience in calls:
            assert call(bearer(audience)).status_code == (200 if audience == endpoint else 401)


def test_a_token_counts_once(guarded: TestClient) -> None:
    headers = bearer(DISCOVERY)
    assert guarded.get("/cds-services", headers=headers).status_code == 200
    assert guarded.get("/cds-services", headers=headers).status_code == 401


def test_J14_the_host_of_the_request_is_no_audience(guarded: TestClient) -> None:
    headers = bearer("https://evil.example/cds-services") | {"host": "evil.example", "x-forwarded-host": "evil.example"}
    assert guarded.get("/cds-services", headers=headers).status_code == 401


def test_the_profile_of_the_issuer_is_spoken(guarded: TestClient) -> None:
    card = guarded.post(SELECT, json=request(), headers=bearer(AUDIENCE)).json()["cards"][0]
    assert card["selectionBehavior"] == "any"
    assert all(len(suggestion["actions"]) == 1 for suggestion in card["suggestions"])


def test_JN39_all_refusals_look_the_same(guarded: TestClient, lines: list[dict[str, Any]]) -> None:
    seen = set()
    values = {name: f"Bearer {text}" for name, (text, _) in REFUSED.items()}
    values["basic"], values["none"], values["empty"] = "Basic eA==", "", "Bearer"
    values["access token"] = "Bearer some-opaque-fhir-access-token"
    values["symmetric"] = "Bearer " + symmetric("HS384", key().pem)
    for value in values.values():
        answer = guarded.post(SELECT, json=request(), headers={"authorization": value} if value else {})
        assert answer.status_code == 401
        seen.add((answer.content, tuple(sorted(answer.headers.items()))))
    assert len(seen) == 1
    body, headers = seen.pop()
    assert body == b""
    assert dict(headers)["www-authenticate"] == "Bearer"
    told = [line for line in lines if line["event"] == "token-refused"]
    assert len(told) == len(values)
    for value in values.values():
        assert len(value) < 20 or value.removeprefix("Bearer ") not in str(lines)


def test_a_token_elsewhere_does_not_count(guarded: TestClient) -> None:
    good = bearer(DISCOVERY)["authorization"].removeprefix("Bearer ")
    assert guarded.get(f"/cds-services?access_token={good}").status_code == 401
    assert guarded.post(SELECT, json=request() | {"token": good}).status_code == 401
    twice = [("authorization", f"Bearer {good}"), ("authorization", f"Bearer {good}")]
    assert guarded.get("/cds-services", headers=twice).status_code == 401  # type: ignore[arg-type]


def test_JP09_preflight_needs_no_token_and_refusals_carry_the_origin(guarded: TestClient) -> None:
    origin = {"origin": "https://ehr.example.org"}
    assert guarded.options(SELECT, headers=origin).status_code == 204
    refused = guarded.post(SELECT, json=request(), headers=origin)
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "https://ehr.example.org"


def test_an_unknown_service_is_not_told_without_a_token(guarded: TestClient) -> None:
    path = "/cds-services/unknown"
    assert guarded.post(path, json=request()).status_code == 401
    assert guarded.post(path, json=request(), headers=bearer(BASE + path)).status_code == 404


def test_the_page_is_off_while_tokens_are_asked_for(guarded: TestClient) -> None:
    assert guarded.get("/").status_code == 404


def test_feedback_knows_its_client(guarded: TestClient) -> None:
    headers = bearer(AUDIENCE + "/feedback", tenant="t1")
    assert guarded.post(SELECT + "/feedback", json=feedback(), headers=headers).status_code == 200
    record = next(iter(guarded.app.state.server.store.records()))  # type: ignore[attr-defined]
    assert (record.client, record.tenant) == (ISSUER, "t1")
