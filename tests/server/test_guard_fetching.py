"""Fetched pages: nothing of the page that the client sent is lost, and a server that recovers is asked again."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from pmcds.result import Result
from pmcds.server import fetch
from tests.server.conftest import Open
from tests.server.material import SELECT, request
from tests.server.test_fetch import fetching, results, without
from tests.server.upstream import upstream

__all__ = ["results"]

SERVER = "https://fhir.example.org/r4"
OTHER = {"resourceType": "Observation", "id": "weight", "status": "final", "code": {"text": "weight"}}


def _cut(server: str, page: int) -> dict[str, Any]:
    """The request with one Observation on the client's own page and one on the page after it."""
    body = without(server, *request()["prefetch"])
    observations = body["prefetch"]["observations"]
    own = observations["entry"][0]
    stranger = {"resource": OTHER | {"subject": {"reference": f"{server}/Patient/example"}}}
    observations |= {"entry": [own if page == 0 else stranger], "total": 2}
    observations["link"] = [{"relation": "next", "url": f"{server}/Observation?patient=example&page=1"}]
    return body


def _outcomes(result: Result) -> list[tuple[str, str | None]]:
    return [(line.outcome, line.reason) for line in result.ledger.orders]


@pytest.mark.parametrize("page", [0, 1], ids=["on the page that was sent", "on the page after it"])
def test_p11_a_result_is_never_lost_when_pages_are_put_together(
    open_client: Open, results: list[Result], monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    with upstream() as server:
        whole = without(server.url, *request()["prefetch"])
        [own] = whole["prefetch"]["observations"]["entry"][:1]
        stranger = {"resource": OTHER | {"subject": {"reference": "Patient/example"}}}
        following = {"resourceType": "Bundle", "type": "searchset", "total": 2}
        following |= {"entry": [stranger if page == 0 else own]}
        monkeypatch.setattr(server, "_record", lambda path: following)
        client = fetching(open_client, server)
        cards = client.post(SELECT, json=_cut(server.url, page)).json()["cards"]
        assert results[0].ledger.prefetch["observations"] == "fetched"
        assert results[0].ledger.flags == ()
        assert [card["indicator"] for card in cards] == ["critical"]
        read = {line.resource for line in results[0].ledger.inputs}
        assert {"Observation/weight", f"Observation/{own['resource']['id']}"} <= read


def test_p11_a_page_that_cannot_be_had_never_makes_the_first_one_whole(
    open_client: Open, results: list[Result]
) -> None:
    with upstream("s500") as server:
        client = fetching(open_client, server)
        cards = client.post(SELECT, json=_cut(server.url, 0)).json()["cards"]
        assert results[0].ledger.prefetch["observations"] == "incomplete"
        assert cards[0]["indicator"] == "critical"
        assert ("CANNOT-TELL", "no-result") not in _outcomes(results[0])


class _Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)


def test_a_server_that_answers_now_and_then_is_never_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    _Clock(monkeypatch)
    breaker = fetch._Breaker()
    for _ in range(3):
        for failed in (True, True, True, True, False):
            breaker.tell(failed=failed)
            assert breaker.closed


def test_a_server_that_was_left_alone_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = _Clock(monkeypatch)
    breaker = fetch._Breaker()
    for _ in range(5):
        breaker.tell(failed=True)
    assert not breaker.closed
    clock.now += 10.5
    assert breaker.closed


def test_one_key_that_fails_beside_others_is_no_failure_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    _Clock(monkeypatch)
    breaker = fetch._Breaker()
    got = {"one": fetch._Got("fetched", resource=b"{}"), "two": fetch._Got("fetch-failed", reason="status-404")}
    for _ in range(6):
        merged = fetch._merged(b'{"prefetch": {}}', got, breaker)
        assert dict(merged.states) == {"one": "fetched", "two": "fetch-failed"}
        assert json.loads(merged.body)["prefetch"] == {"one": {}}
    assert breaker.closed
