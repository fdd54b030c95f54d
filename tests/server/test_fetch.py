"""Fetching of what a client did not send: from its own server only, within bounds, and never in silence."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from starlette.testclient import TestClient

import pmcds
from pmcds import hooks
from pmcds.errors import InputError
from pmcds.result import Result
from pmcds.server import Config, create_app
from pmcds.server.origins import is_public, origin_of, origin_or_none
from tests.server.conftest import Open
from tests.server.material import SELECT, VIEW, request
from tests.server.upstream import EXAMPLE, HOSTILE, Upstream, upstream

TOKEN = "canary-access-token"


def without(server: Any, *kept: str, name: str = "order-select-clopidogrel", **changes: Any) -> dict[str, Any]:
    """A request without its prefetch (but for the keys kept), with access to a server."""
    whole = request(name)
    if isinstance(server, str):
        whole = json.loads(json.dumps(whole).replace(EXAMPLE, json.dumps(server)[1:-1]))
    whole["prefetch"] = {key: value for key, value in whole["prefetch"].items() if key in kept}
    authorization = {
        "access_token": TOKEN,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "user/*.read",
        "subject": "client",
    }
    return whole | {"fhirServer": server, "fhirAuthorization": authorization} | changes


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch) -> list[Result]:
    """The results of the calls of a test, for a look at their ledgers."""
    found: list[Result] = []
    answer = pmcds.Engine.answer

    def keep(*arguments: Any, **options: Any) -> Result:
        result = answer(*arguments, **options)
        # The server's own warm-up says nothing of what was fetched.
        if "fetched" in options:
            found.append(result)
        return result

    monkeypatch.setattr(pmcds.Engine, "answer", keep)
    return found


def fetching(open_client: Open, server: Upstream, **settings: Any) -> TestClient:
    """A client of an application that may ask this server."""
    options = {"servers": [server.url], "private": True, "seconds": 5} | settings
    return open_client(fetch=options)


def test_P08_what_is_absent_is_fetched_and_cards_are_the_same(open_client: Open, results: list[Result]) -> None:
    with upstream() as server:
        client = fetching(open_client, server)
        answer = client.post(SELECT, json=without(server.url))
        assert answer.status_code == 200
        sent = client.post(SELECT, json=request()).json()["cards"]
        assert [card["summary"] for card in answer.json()["cards"]] == [card["summary"] for card in sent]
        assert set(results[0].ledger.prefetch.values()) == {"fetched"}
        assert {headers["Authorization"] for _, headers in server.seen} == {f"Bearer {TOKEN}"}
        assert not any("Cookie" in headers for _, headers in server.seen)


def test_P06_P07_what_was_sent_is_not_fetched(open_client: Open, results: list[Result]) -> None:
    with upstream() as server:
        client = fetching(open_client, server)
        body = without(server.url, "patient", "observations")
        body["prefetch"]["conditions"] = None
        body["prefetch"]["medications"] = {"resourceType": "Bundle", "type": "searchset", "total": 0}
        body["prefetch"]["statements"] = {"resourceType": "OperationOutcome", "issue": []}
        client.post(SELECT, json=body)
        assert [path.split("?")[0] for path, _ in server.seen] == ["/fhir/DiagnosticReport"]
        assert dict(results[0].ledger.prefetch) == {
            "patient": "present",
            "observations": "present",
            "conditions": "null",
            "medications": "empty",
            "statements": "error",
            "reports": "fetched",
        }


def test_P12_renamed_keys_are_not_fetched_again(open_client: Open) -> None:
    with upstream() as server:
        client = fetching(open_client, server)
        body = without(server.url)
        body["prefetch"] = {f"site-{key}": value for key, value in request()["prefetch"].items()}
        client.post(SELECT, json=body)
        asked = {path.split("/")[2].split("?")[0] for path, _ in server.seen}
        assert asked.isdisjoint({"Patient", "Observation", "Condition", "DiagnosticReport"})


def test_P11_pages_are_followed(open_client: Open, results: list[Result]) -> None:
    with upstream("pages") as server:
        client = fetching(open_client, server)
        cards = client.post(SELECT, json=without(server.url)).json()["cards"]
        assert cards[0]["indicator"] == "critical"
        assert results[0].ledger.prefetch["observations"] == "fetched"
        assert len([path for path, _ in server.seen if "Observation" in path]) == 2


def test_P11_the_pages_after_one_that_was_sent_are_followed(open_client: Open, results: list[Result]) -> None:
    with upstream("pages") as server:
        client = fetching(open_client, server)
        body = without(server.url, *request()["prefetch"])
        page = body["prefetch"]["observations"]
        page["entry"], page["total"] = page["entry"][:1], 2
        page["link"] = [{"relation": "next", "url": f"{server.url}/Observation?patient=example&page=1"}]
        client.post(SELECT, json=body)
        assert results[0].ledger.prefetch["observations"] == "fetched"
        assert results[0].ledger.flags == ()
        server.mode = "s500"
        client.post(SELECT, json=body)
        assert results[1].ledger.prefetch["observations"] == "incomplete"
        assert "truncated" in results[1].ledger.flags


@pytest.mark.parametrize("mode", ["looping-next", "endless-next", "next-elsewhere"])
def test_P11_pages_that_do_not_end_leave_the_key_incomplete(
    open_client: Open, results: list[Result], mode: str
) -> None:
    with upstream(mode) as server:
        client = fetching(open_client, server)
        answer = client.post(SELECT, json=without(server.url))
        assert answer.status_code == 200
        assert results[0].ledger.prefetch["observations"] == "incomplete"
        assert len(server.seen) <= 6 * 10
        assert not any("steal" in path for path, _ in server.seen)


@pytest.mark.parametrize("mode", HOSTILE)
def test_A9_a_hostile_server_costs_the_deadline_at_most_and_is_never_silent(
    engine: pmcds.Engine, results: list[Result], mode: str, tmp_path: Any
) -> None:
    with upstream(mode) as server:
        settings = {
            "fetch": {"servers": [server.url], "private": True},
            "feedback": {"url": f"sqlite:///{tmp_path}/f.db"},
        }
        with TestClient(create_app(engine, Config.model_validate(settings))) as client:
            started = time.perf_counter()
            answer = client.post(SELECT, json=without(server.url))
            took = time.perf_counter() - started
        assert answer.status_code == 200
        assert took < 0.55
        states = dict(results[0].ledger.prefetch)
        if mode == "other-patient":
            # Its searches were answered; what they hold about someone else is ignored by name.
            assert states["patient"] == "fetch-failed"
            assert any(line.ignored == "other-patient" for line in results[0].ledger.inputs)
        else:
            assert set(states.values()) == {"fetch-failed"}
        told = {(line.outcome, line.reason) for line in results[0].ledger.orders}
        assert "CLEAR" not in {outcome for outcome, _ in told}
        assert {outcome for outcome, _ in told} == {"CANNOT-TELL"}
        assert answer.json()["cards"]
        assert TOKEN not in answer.text


def test_K5_a_required_key_that_cannot_be_had_is_412(open_client: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    with upstream("s500") as server:
        client = fetching(open_client, server)
        services = client.app.state.server.services  # type: ignore[attr-defined]
        view = services["pmcds-patient-view"]
        required = hooks.Service(view.id, view.hook, view.title, view.description, view.prefetch, ("medications",))
        monkeypatch.setitem(services, view.id, required)
        answer = client.post(VIEW, json=without(server.url, name="patient-view"))
        assert answer.status_code == 412
        assert answer.json()["issue"][0]["code"] == "not-found"
        assert "medications" in answer.json()["issue"][0]["diagnostics"]
        server.mode = "normal"
        assert client.post(VIEW, json=without(server.url, name="patient-view")).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/fhir",
        "http://localhost:{port}/fhir",
        "http://127.0.0.1.evil.example:{port}/fhir",
        "http://evil.example@127.0.0.1:{port}/fhir",
        "https://127.0.0.1:{port}/fhir",
        "http://127.0.0.1:{port}@evil.example/fhir",
        "http://127.0.0.1:{port}\\@evil.example/fhir",
        "file:///etc/passwd",
        "//127.0.0.1:{port}/fhir",
        "",
        7,
        None,
    ],
)
def test_A8_servers_that_are_not_on_the_list_are_never_asked(
    open_client: Open, results: list[Result], address: Any
) -> None:
    with upstream() as server:
        client = fetching(open_client, server)
        port = origin_of(server.url).port
        named = address.replace("{port}", str(port)) if isinstance(address, str) else address
        assert client.post(SELECT, json=without(named)).status_code == 200
        assert server.seen == []
        assert set(results[0].ledger.prefetch.values()) == {"absent"}


@pytest.mark.parametrize(
    "change",
    [
        {"access_token": ""},
        {"token_type": "Basic"},
        {"expires_in": None},
        {"scope": None},
        {"subject": 5},
        {"patient": "someone-else"},
    ],
)
def test_A10_an_authorization_that_breaks_the_rules_is_not_used(open_client: Open, change: dict[str, Any]) -> None:
    with upstream() as server:
        client = fetching(open_client, server, open=True)
        body = without(server.url)
        body["fhirAuthorization"] |= change
        assert client.post(SELECT, json=body).status_code == 200
        assert server.seen == []


def test_an_open_server_is_asked_without_token_only_if_configured(open_client: Open) -> None:
    with upstream() as server:
        body = without(server.url)
        del body["fhirAuthorization"]
        fetching(open_client, server).post(SELECT, json=body)
        assert server.seen == []
        fetching(open_client, server, open=True).post(SELECT, json=body)
        assert server.seen
        assert not any("Authorization" in headers for _, headers in server.seen)


def test_S10_private_addresses_are_refused_unless_configured(open_client: Open, results: list[Result]) -> None:
    client = open_client(fetch={"servers": ["https://localhost:9"]})
    assert client.post(SELECT, json=without("https://localhost:9")).status_code == 200
    assert set(results[0].ledger.prefetch.values()) == {"fetch-failed"}


@pytest.mark.parametrize(
    ("servers", "private"), [(["http://fhir.example.org"], True), (["http://127.0.0.1:8080"], False)]
)
def test_S26_plain_http_cannot_be_configured_beyond_loopback(
    engine: pmcds.Engine, servers: list[str], private: bool
) -> None:
    with pytest.raises(InputError):
        create_app(engine, Config.model_validate({"fetch": {"servers": servers, "private": private}}))


def test_a_byte_cap_holds_for_all_answers_together(open_client: Open, results: list[Result]) -> None:
    with upstream() as server:
        client = fetching(open_client, server, bytes=1024)
        assert client.post(SELECT, json=without(server.url)).status_code == 200
        assert "fetch-failed" in results[0].ledger.prefetch.values()


def test_a_server_that_fails_again_and_again_is_left_alone(open_client: Open, results: list[Result]) -> None:
    with upstream("s500") as server:
        client = fetching(open_client, server)
        for _ in range(5):
            client.post(SELECT, json=without(server.url))
        asked = len(server.seen)
        assert client.post(SELECT, json=without(server.url)).status_code == 200
        assert len(server.seen) == asked
        assert set(results[-1].ledger.prefetch.values()) == {"fetch-failed"}


def test_A7_the_token_is_nowhere_after_the_call(open_client: Open, lines: list[dict[str, Any]]) -> None:
    with upstream() as server:
        client = fetching(open_client, server)
        answer = client.post(SELECT, json=without(server.url))
        server.mode = "html"
        broken = client.post(SELECT, json=without(server.url))
        shown = answer.text + broken.text + str(lines) + client.get("/metrics").text
    assert lines
    assert TOKEN not in shown


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("10.0.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("text", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_origins_are_compared_parsed() -> None:
    assert origin_of("https://EHR.example.org./fhir") == origin_of("https://ehr.example.org:443/other")
    assert origin_of("https://ehr.example.org") != origin_of("http://ehr.example.org:443")
    for odd in ("", "ftp://x", "https://", "https:///x", "https://a@b", "https://a b", "https://é.example", "//x", 5):
        assert origin_or_none(odd) is None
