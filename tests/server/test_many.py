"""Requests of odd size and address: many orders in time, and a record whose server nobody names."""

from __future__ import annotations

import copy
import json
import time
from typing import Any

import pytest
from starlette.testclient import TestClient

import pmcds
from pmcds.hooks import check_message
from tests.server.conftest import Open
from tests.server.material import SELECT, SIGN, request
from tests.work import calls


def _many(count: int) -> dict[str, Any]:
    body = request("order-sign-clopidogrel")
    [entry] = body["context"]["draftOrders"]["entry"]
    entries = []
    for number in range(count):
        one = copy.deepcopy(entry)
        one.pop("fullUrl", None)
        one["resource"]["id"] = f"order-{number}"
        one["resource"]["medicationCodeableConcept"] = {"text": f"unheard-of substance {number}"}
        entries.append(one)
    body["context"]["draftOrders"]["entry"] = entries
    return body


def test_S31_E11_work_does_not_grow_with_the_square_of_the_orders(engine: pmcds.Engine) -> None:
    def spent(count: int) -> int:
        body = json.dumps(_many(count)).encode()
        assert len(engine.answer("pmcds-order-sign", body).ledger.orders) == count
        return calls(lambda: engine.answer("pmcds-order-sign", body).to_dict())

    # Eight times as many: 8 is linear, 64 the square.
    assert spent(1600) < 10 * spent(200)


@pytest.mark.parametrize("count", [300, 2000])
def test_S31_many_orders_are_answered_within_the_deadline_and_none_is_lost(open_client: Open, count: int) -> None:
    client = open_client(limits={"evaluation_seconds": 10, "call_seconds": 20})
    body = json.dumps(_many(count)).encode()
    began = time.monotonic()
    answer = client.post(SIGN, content=body)
    assert answer.status_code == 200 and time.monotonic() - began < 21
    assert check_message("response", answer.content) == []
    told = json.dumps(answer.json())
    assert told.count("nheard-of substance") >= count, "each order is named, since each could not be checked"


def _without_server(full_urls: bool) -> dict[str, Any]:
    """A request that names no FHIR server; its drafts have absolute addresses, its Patient is a bare resource."""
    body = request()
    body.pop("fhirServer", None)
    body.pop("fhirAuthorization", None)
    [entry] = body["context"]["draftOrders"]["entry"]
    entry["fullUrl"] = f"https://fhir.example.org/r4/MedicationRequest/{entry['resource']['id']}"
    entry["resource"]["subject"] = {"reference": f"Patient/{body['context']['patientId'].rpartition('/')[2]}"}
    if not full_urls:
        entry.pop("fullUrl")
    return body


@pytest.mark.parametrize("full_urls", [True, False])
def test_E9_a_request_that_names_no_server_is_answered_alike_with_and_without_addresses(
    client: TestClient, full_urls: bool
) -> None:
    answer = client.post(SELECT, json=_without_server(full_urls))
    assert answer.status_code == 200, answer.text
    assert answer.json()["cards"][0]["indicator"] == "critical"


def test_E9_two_servers_are_still_two_patients(client: TestClient) -> None:
    body = _without_server(True)
    [entry] = body["context"]["draftOrders"]["entry"]
    entry["resource"]["subject"] = {"reference": "https://other.example.org/r4/Patient/somebody"}
    assert client.post(SELECT, json=body).status_code == 400
