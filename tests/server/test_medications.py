"""An order whose drug stands in a Medication that nobody sent (MI-3): fetched from its own server, or told."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from pmcds.result import Result
from pmcds.server.medications import lost_medications, query_for
from tests.server.conftest import Open
from tests.server.material import SELECT, VIEW, request
from tests.server.test_fetch import fetching, results, without
from tests.server.upstream import Upstream, upstream

__all__ = ["results"]


def _referring(server: str, body: dict[str, Any], reference: str = "Medication/m1") -> tuple[dict[str, Any], Any]:
    """The request with its drafts referring to a Medication, and that Medication."""
    body = copy.deepcopy(body)
    [entry] = body["context"]["draftOrders"]["entry"]
    concept = entry["resource"].pop("medicationCodeableConcept")
    entry["resource"]["medicationReference"] = {"reference": reference.replace("SERVER", server)}
    return body, {"resourceType": "Medication", "id": "m1", "code": concept}


def _knows(server: Upstream, *resources: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server has these resources too."""
    record = server._record

    def found(path: str) -> dict[str, Any]:
        kind = path.split("?")[0].split("/")[2]
        own = [resource for resource in resources if resource["resourceType"] == kind]
        if not own:
            return record(path)
        if "?" not in path:
            lost: dict[str, Any] = {"resourceType": "OperationOutcome"}
            return next((resource for resource in own if path.endswith(f"/{resource['id']}")), lost)
        return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": resource} for resource in own]}

    monkeypatch.setattr(server, "_record", found)


def _outcomes(result: Result) -> set[tuple[str, str | None]]:
    return {(line.outcome, line.reason) for line in result.ledger.orders}


@pytest.mark.parametrize("reference", ["Medication/m1", "SERVER/Medication/m1", "Medication/m1/_history/2"])
def test_MI03_the_drug_of_a_draft_is_fetched(
    open_client: Open, results: list[Result], monkeypatch: pytest.MonkeyPatch, reference: str
) -> None:
    with upstream() as server:
        body, medication = _referring(server.url, without(server.url), reference)
        _knows(server, medication, monkeypatch=monkeypatch)
        client = fetching(open_client, server)
        cards = client.post(SELECT, json=body).json()["cards"]
        plain = client.post(SELECT, json=without(server.url)).json()["cards"]
        assert [card["summary"] for card in cards] == [card["summary"] for card in plain]
        assert results[0].ledger.prefetch["medications-referenced"] == "fetched"
        assert any(path.endswith("/Medication/m1") for path, _ in server.seen)


def test_MI03_the_drug_of_an_order_that_was_fetched_itself_is_fetched_after_it(
    open_client: Open, results: list[Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    with upstream() as server:
        body = without(server.url, name="patient-view")
        draft, medication = _referring(server.url, request())
        order = draft["context"]["draftOrders"]["entry"][0]["resource"] | {"id": "on-file", "status": "active"}
        order["subject"] = {"reference": f"Patient/{body['context']['patientId'].rpartition('/')[2]}"}
        _knows(server, medication, order, monkeypatch=monkeypatch)
        client = fetching(open_client, server)
        assert client.post(VIEW, json=body).status_code == 200
        assert results[0].ledger.prefetch["medications-referenced-2"] == "fetched"
        assert not any(line.reason == "drug-unresolved" for line in results[0].ledger.orders)


def test_MI03_what_could_not_be_had_at_first_is_not_asked_for_again_beside_another(
    open_client: Open, results: list[Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    with upstream() as server:
        body, medication = _referring(server.url, without(server.url), "Medication/lost")
        order = body["context"]["draftOrders"]["entry"][0]["resource"] | {"id": "on-file", "status": "active"}
        order["medicationReference"] = {"reference": "Medication/m1"}
        _knows(server, medication, order, monkeypatch=monkeypatch)
        fetching(open_client, server).post(SELECT, json=body)
        asked = [path for path, _ in server.seen if "/Medication" in path and "MedicationR" not in path]
        assert sum("lost" in path for path in asked) == 1
        assert sum(path.endswith("/m1") for path in asked) == 1
        assert results[0].ledger.prefetch["medications-referenced-2"] == "fetched"


def test_MI03_a_drug_that_cannot_be_had_is_told(open_client: Open, results: list[Result]) -> None:
    with upstream() as server:
        body, _ = _referring(server.url, without(server.url))
        client = fetching(open_client, server)
        cards = client.post(SELECT, json=body).json()["cards"]
        assert _outcomes(results[0]) == {("CANNOT-TELL", "drug-unresolved")}
        assert cards, "never a silent empty answer"


def test_MI03_a_reference_to_another_server_is_never_followed(
    open_client: Open, results: list[Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    with upstream() as server:
        body, medication = _referring(server.url, without(server.url), "https://elsewhere.example.org/Medication/m1")
        _knows(server, medication, monkeypatch=monkeypatch)
        fetching(open_client, server).post(SELECT, json=body)
        assert not any("Medication/" in path for path, _ in server.seen)
        assert _outcomes(results[0]) == {("CANNOT-TELL", "drug-unresolved")}


SERVER = "https://ehr.example.org/fhir/"


def _body(*references: str, **prefetch: Any) -> bytes:
    entries = [
        {"resource": {"resourceType": "MedicationRequest", "medicationReference": {"reference": reference}}}
        for reference in references
    ]
    message = {"context": {"draftOrders": {"resourceType": "Bundle", "entry": entries}}, "prefetch": prefetch}
    return json.dumps(message).encode()


@pytest.mark.parametrize(
    ("references", "query"),
    [
        ((), None),
        (("#m1",), None),
        (("urn:uuid:6b1c7a0e-0d5c-5f0e-9b7e-2f0c3d0a1b11",), None),
        (("Substance/m1",), None),
        (("http://ehr.example.org/fhir/Medication/m1",), None),
        (("https://ehr.example.org/fhir2/Medication/m1",), None),
        (("Medication/m1",), "Medication/m1"),
        (("Medication/m1", "https://ehr.example.org/fhir/Medication/m2"), "Medication?_id=m1,m2"),
        (("Medication/m1", "Medication/m1"), "Medication/m1"),
        (("Medication/a b&c",), "Medication/a%20b%26c"),
    ],
)
def test_MI03_what_is_asked_for(references: tuple[str, ...], query: str | None) -> None:
    lost = lost_medications(_body(*references), SERVER)
    assert (query_for(lost) if lost else None) == query


def test_MI06_what_was_sent_is_not_asked_for() -> None:
    medication = {"resourceType": "Medication", "id": "m1"}
    assert lost_medications(_body("Medication/m1", any_key=medication), SERVER) == ()
    whole = {"resourceType": "Bundle", "entry": [{"fullUrl": SERVER + "Medication/m9", "resource": medication}]}
    assert lost_medications(_body(SERVER + "Medication/m9", x=whole), SERVER) == ()


def test_MI09_the_shape_of_a_newer_version_is_read() -> None:
    order = {"resourceType": "MedicationRequest", "medication": {"reference": {"reference": "Medication/m1"}}}
    envelope = {"context": {"draftOrders": {"resourceType": "Bundle", "entry": [{"resource": order}]}}}
    assert lost_medications(json.dumps(envelope).encode(), SERVER) == ("m1",)


def test_MI03_many_references_are_bounded() -> None:
    body = _body(*(f"Medication/{number}" for number in range(500)))
    first = lost_medications(body, SERVER)
    assert first == tuple(str(number) for number in range(40))
    assert lost_medications(body, SERVER, first)[:2] == ("40", "41")
