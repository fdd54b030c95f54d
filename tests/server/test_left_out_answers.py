"""An error never becomes an empty answer, and what is kept of an answer is exactly what was shown."""

from __future__ import annotations

import json
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

import pmcds
from pmcds.errors import HookError
from pmcds.hooks import refused
from pmcds.hooks.feedback import Known
from pmcds.model.cards import Card, Coding
from pmcds.result import Result
from pmcds.server import Config, calls, create_app
from pmcds.server.audit import audit_event
from pmcds.server.fetch import Fetched
from pmcds.server.jwt import Client
from pmcds.server.metrics import Metrics
from pmcds.server.shown import Shown
from pmcds.server.state import Full, Server
from pmcds.server.store import ShownCard, SqliteStore
from tests.server.conftest import Open
from tests.server.material import SELECT, SIGN, feedback, request

CARD = ShownCard("c1", "pmcds-order-select", "topic", "a/b/c", "3")


@pytest.fixture(scope="module")
def served(engine: pmcds.Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    place: Path = tmp_path_factory.mktemp("answers") / "feedback.db"
    settings = {
        "limits": {"evaluation_seconds": 20, "call_seconds": 30},
        "feedback": {"url": f"sqlite:///{place}"},
        "metrics": False,
    }
    with TestClient(create_app(engine, Config.model_validate(settings)), raise_server_exceptions=False) as found:
        yield found


# Errors


@pytest.mark.parametrize("kind", [RuntimeError, ValueError, KeyError, AssertionError, RecursionError, MemoryError])
@pytest.mark.parametrize(
    ("owner", "name"),
    [(pmcds.Engine, "answer"), (Result, "to_dict"), (Metrics, "count"), (Shown, "add"), (calls, "encode")],
    ids=["evaluating", "rendering", "counting", "remembering", "writing"],
)
def test_tb10_a_defect_anywhere_is_a_5xx_and_never_an_answer_without_cards(
    served: TestClient, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, kind: type[Exception]
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise kind("canary")

    monkeypatch.setattr(owner, name, broken)
    answer = served.post(SELECT, json=request())
    assert answer.status_code == (503 if kind is MemoryError else 500)
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert "cards" not in answer.json() and "canary" not in answer.text
    monkeypatch.undo()
    assert served.post(SELECT, json=request()).json()["cards"], "the next call is answered as ever"


@pytest.mark.parametrize("status", [400, 412, 413])
def test_k05_a_refusal_keeps_its_status_and_its_text(
    served: TestClient, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise refused(status, "incomplete", "what is needed is missing")

    monkeypatch.setattr(pmcds.Engine, "answer", refuse)
    answer = served.post(SELECT, json=request())
    assert answer.status_code == status and "cards" not in answer.json()
    assert "what is needed is missing" in answer.text


def test_what_was_fetched_and_cannot_be_used_is_told_as_not_fetched_and_the_request_stays() -> None:
    asked: list[tuple[bytes, dict[str, str]]] = []

    def answer(service: Any, body: bytes, *, fetched: dict[str, str], **_: Any) -> str:
        asked.append((body, fetched))
        if body == b"with":
            raise HookError(413, {})
        return "answered"

    server: Any = SimpleNamespace(config=Config(), engine=SimpleNamespace(answer=answer))
    service: Any = SimpleNamespace(id="s")
    fetched = Fetched(b"with", {"a": "fetched", "b": "incomplete"})
    end = time.monotonic() + 9
    found: Any = calls._result(server, service, b"without", fetched, None, end)
    assert found == "answered"
    assert asked == [
        (b"with", {"a": "fetched", "b": "incomplete"}),
        (b"without", {"a": "fetch-failed", "b": "fetch-failed"}),
    ]
    asked.clear()
    calls._result(server, service, b"without", Fetched(b"without"), None, end)
    assert asked == [(b"without", {})]
    with pytest.raises(HookError):
        calls._result(server, service, b"with", Fetched(b"with"), None, end)


@pytest.mark.parametrize(
    ("left", "deadline"), [(9.0, 0.2), (0.12, 0.1), (0.021, 0.001), (0.02, None), (0.0, None), (-1.0, None)]
)
def test_r11_an_evaluation_never_has_more_time_than_is_left_of_the_call(left: float, deadline: float | None) -> None:
    given: list[float] = []
    server: Any = SimpleNamespace(
        config=Config(), engine=SimpleNamespace(answer=lambda *_, deadline, **__: given.append(deadline))
    )
    run = (server, SimpleNamespace(id="s"), b"", Fetched(b""), None, time.monotonic() + left)
    if deadline is None:
        with pytest.raises(calls.TooLate):
            calls._result(*run)  # type: ignore[arg-type]
        assert given == []
    else:
        calls._result(*run)  # type: ignore[arg-type]
        assert deadline - 0.05 < given[0] <= deadline


@pytest.mark.parametrize(
    ("settings", "client", "profile"),
    [
        ({"services": {"s": "crd"}, "profile": "epic"}, "sandbox", "crd"),
        ({"services": {"t": "crd"}, "profile": "epic"}, "sandbox", "epic"),
        ({"services": {"t": "crd"}}, "sandbox", "sandbox"),
        ({}, "sandbox", "sandbox"),
        ({}, None, None),
        ({"profile": "epic"}, None, "epic"),
    ],
)
def test_the_dialect_of_a_call_is_that_of_service_site_and_client_in_this_order(
    settings: dict[str, Any], client: str | None, profile: str | None
) -> None:
    given: list[Any] = []
    server: Any = SimpleNamespace(
        config=Config.model_validate(settings),
        engine=SimpleNamespace(answer=lambda *_, profile, **__: given.append(profile)),
    )
    who = Client("issuer", None, client) if client is not None else None
    service: Any = SimpleNamespace(id="s")
    calls._result(server, service, b"", Fetched(b""), who, time.monotonic() + 9)
    assert given == [profile]


# Cards that were shown


def _card(uuid: str, **changes: Any) -> Card:
    members: dict[str, Any] = {
        "uuid": uuid, "order": "o", "drug": "d", "summary": "s", "indicator": "warning", "detail": (), "source": "s",
        "source_url": None, "topic": Coding("urn:x", "t", ""), "lines": (("o", "a/b/c"),),
    }  # fmt: skip
    return Card(**(members | changes))


def test_only_cards_that_were_sent_and_advise_are_counted_each_under_its_own_rule() -> None:
    cards = [
        _card("1"),
        _card("2", topic=None),
        _card("3", notice=True),
        _card("4"),
        _card("5", lines=(("o", None), ("o", "second"))),
        _card("6", lines=()),
        _card("7", lines=(("o", "first"), ("o", "second"))),
    ]
    server: Any = SimpleNamespace(version_of=lambda rule: rule and f"{rule}@2")
    service: Any = SimpleNamespace(id="s")
    result: Any = SimpleNamespace(cards=cards)
    assert calls._shown(server, service, result, {"1", "2", "3", "5", "6", "7", "elsewhere"}) == [
        ("1", "s", "t", "a/b/c", "a/b/c@2"),
        ("2", "s", None, "a/b/c", "a/b/c@2"),
        ("5", "s", "t", "second", "second@2"),
        ("6", "s", "t", None, None),
        ("7", "s", "t", "first", "first@2"),
    ]


def test_what_a_client_had_no_room_for_is_not_counted_as_shown(open_client: Open) -> None:
    client = open_client(profile="crd")
    body = request("order-sign-clopidogrel")
    whole = client.post(SIGN, json=body).json()["cards"]
    server: Server = client.app.state.server  # type: ignore[attr-defined]
    server.shown.flush()
    before = sum(row.shown for row in server.store.counts())
    client.post(SIGN, json=body | {"extension": {"davinci-crd.configuration": {"max-cards": 0}}})
    server.shown.flush()
    assert whole and sum(row.shown for row in server.store.counts()) == before > 0


def test_a_card_is_known_while_it_waits_and_for_what_it_is(tmp_path: Path) -> None:
    store = SqliteStore(str(tmp_path / "f.db"))
    shown = Shown(store)
    shown.add([CARD, CARD._replace(card="c2", rule=None, topic=None, rule_version=None)])
    shown.add([CARD._replace(card="c3", rule="other", rule_version="1")])
    for _ in range(2):
        assert shown.known("c1") == Known("topic", "a/b/c", "3")
        assert shown.known("c2") == Known(None, None, None)
        assert shown.known("c3") == Known("topic", "other", "1")
        assert shown.known("c4") is None
        shown.flush()
    assert sum(row.shown for row in store.counts()) == 3
    shown.close()
    store.close()


# What is under way


def test_s19_bodies_beyond_the_bound_are_refused_and_room_is_given_back(served: TestClient) -> None:
    server: Server = served.app.state.server  # type: ignore[attr-defined]
    most = server.config.limits.concurrency * 4
    server._bodies = most - 1
    with server.body_slot(), pytest.raises(Full), server.body_slot():
        raise AssertionError("never reached")
    assert server._bodies == most - 1
    server._bodies = most
    for address, body in ((SELECT, request()), (SELECT + "/feedback", feedback())):
        answer = served.post(address, json=body)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    server._bodies = 0
    assert served.post(SELECT, json=request()).status_code == 200
    assert server._bodies == 0


def test_meters_that_are_switched_off_are_nowhere(served: TestClient) -> None:
    for address in ("/metrics", "/metrics/"):
        assert served.get(address).status_code == 404


def test_everything_is_closed_when_the_server_stops(engine: pmcds.Engine, tmp_path: Path) -> None:
    config = {"audit": str(tmp_path / "a"), "feedback": {"url": "sqlite://"}, "fetch": {"servers": ["https://x.org"]}}
    server = Server(engine, Config.model_validate(config))
    closed: list[str] = []
    assert server.fetcher is not None and server.audit is not None
    parts: dict[str, Any] = {"fetcher": server.fetcher, "audit": server.audit, "store": server.store}
    server._replay = SimpleNamespace(close=lambda: closed.append("replay"))  # type: ignore[assignment]

    def noted(name: str, close: Any) -> Any:
        def run() -> None:
            closed.append(name)
            close()

        return run

    for name, part in parts.items():
        part.close = noted(name, part.close)
    server.stop()
    assert sorted(closed) == ["audit", "fetcher", "replay", "store"]
    assert not server.ready


# The record of a call


@pytest.mark.parametrize("tenant", [None, "t1"])
@pytest.mark.parametrize("client", [None, "https://ehr.example.org"])
@pytest.mark.parametrize("user", [None, "Practitioner/p"])
def test_fr35_the_record_says_who_asked_about_whom_and_with_which_knowledge(
    tenant: str | None, client: str | None, user: str | None
) -> None:
    event = audit_event(
        service="s", patient="Patient/p1", recorded="now", outcomes={"b": 2, "a": 1}, snapshot="k",
        client=client, tenant=tenant, user=user,
    )  # fmt: skip
    source, own, *humans = event["agent"]
    assert source["who"] == {"display": client or "not authenticated"}
    assert source.get("altId") == tenant and own["who"] == {"display": "pmcds"}
    assert [one["who"]["reference"] for one in humans] == ([user] if user else [])
    assert [one["requestor"] for one in event["agent"]].count(True) == 1
    patient, query = event["entity"]
    assert (patient["what"], patient["type"]["code"], patient["role"]["code"]) == (
        {"reference": "Patient/p1"},
        "1",
        "1",
    )
    assert (query["type"]["code"], query["role"]["code"]) == ("2", "24")
    assert b64decode(query["query"]) == b"POST cds-services/s"
    assert [tuple(one.values()) for one in query["detail"]] == [("knowledge", "k"), ("count a", "1"), ("count b", "2")]
    fixed = {name: event[name] for name in ("resourceType", "action", "recorded", "outcome")}
    assert fixed == {"resourceType": "AuditEvent", "action": "E", "recorded": "now", "outcome": "0"}
    assert (event["type"]["code"], event["subtype"][0]["code"]) == ("rest", "search")
    assert event["source"] == {"observer": {"display": "pmcds"}}


@pytest.mark.parametrize(("stated", "patient"), [("p1", "Patient/p1"), ("Patient/p1", "Patient/p1"), (7, "Patient/7")])
@pytest.mark.parametrize(
    ("user", "named"), [("Practitioner/p", "Practitioner/p"), ("p", None), (5, None), (None, None), (["a/b"], None)]
)
@pytest.mark.parametrize("client", [None, Client("https://ehr.example.org"), Client("https://ehr.example.org", "t1")])
def test_fr35_of_a_call_the_client_its_tenant_the_user_and_the_patient_are_kept(
    stated: Any, patient: str, user: Any, named: str | None, client: Client | None
) -> None:
    body = json.dumps({"context": {"patientId": stated, "userId": user}}).encode()
    service: Any = SimpleNamespace(id="s")
    result: Any = SimpleNamespace(snapshot="k")
    event = calls._audit(service, body, result, client, Counter({"ALERT": 1}))
    assert event["entity"][0]["what"] == {"reference": patient}
    assert event["agent"][0]["who"] == {"display": client.issuer if client else "not authenticated"}
    assert event["agent"][0].get("altId") == (client.tenant if client else None)
    assert [one["who"]["reference"] for one in event["agent"][2:]] == ([named] if named else [])
