"""What was shown while an order was chosen may be held back when it is signed (N3); never a critical card."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import pmcds
from pmcds.hooks import request_from
from pmcds.server.repeats import Repeats
from tests.server.conftest import Open
from tests.server.material import SELECT, SIGN

BUNDLES = Path(__file__).resolve().parents[2] / "examples" / "bundles"
WARNING, CRITICAL = "mercaptopurine-tpmt-nudt15-intermediate", "clopidogrel-cyp2c19-poor"
KEY = "org.pmcds.shown-before"


def _request(name: str, hook: str, **context: Any) -> dict[str, Any]:
    bundle = json.loads((BUNDLES / f"{name}.json").read_bytes())
    request = request_from(bundle, hook, patient="Patient/example")
    request["context"] |= context
    return request


def _summaries(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [card["summary"] for card in answer.json()["cards"]]


def test_N03_by_default_everything_is_said_again(open_client: Open) -> None:
    client = open_client()
    assert _summaries(client.post(SELECT, json=_request(WARNING, "order-select")))
    answer = client.post(SIGN, json=_request(WARNING, "order-sign"))
    assert _summaries(answer) and KEY not in answer.json().get("extension", {})


def test_N03_what_was_shown_at_select_is_held_back_at_sign_and_named(open_client: Open) -> None:
    client = open_client(repeats="hold")
    shown = client.post(SELECT, json=_request(WARNING, "order-select")).json()["cards"]
    answer = client.post(SIGN, json=_request(WARNING, "order-sign"))
    assert {card["indicator"] for card in shown} == {"warning"}
    assert _summaries(answer) == []
    [held] = answer.json()["extension"][KEY]
    assert held["indicator"] == "warning" and held["lines"]


def test_N03_a_critical_card_is_never_held_back(open_client: Open) -> None:
    client = open_client(repeats="hold")
    shown = _summaries(client.post(SELECT, json=_request(CRITICAL, "order-select")))
    assert shown and _summaries(client.post(SIGN, json=_request(CRITICAL, "order-sign"))) == shown


def test_N03_what_was_not_shown_before_is_said(open_client: Open) -> None:
    client = open_client(repeats="hold")
    assert _summaries(client.post(SIGN, json=_request(WARNING, "order-sign")))
    assert _summaries(client.post(SIGN, json=_request(WARNING, "order-sign"))), "sign itself is no showing"


def _changed(request: dict[str, Any], **members: Any) -> dict[str, Any]:
    changed = copy.deepcopy(request)
    changed["context"]["draftOrders"]["entry"][0]["resource"] |= members
    return changed


@pytest.mark.parametrize(
    "sign",
    [
        _changed(_request(WARNING, "order-sign"), dosageInstruction=[{"text": "more"}]),
        _changed(_request(WARNING, "order-sign"), id="another"),
        _request(WARNING, "order-sign", userId="Practitioner/somebody-else"),
    ],
    ids=["the order changed", "another order", "another user"],
)
def test_N03_whatever_differs_is_said_again(open_client: Open, sign: dict[str, Any]) -> None:
    client = open_client(repeats="hold")
    client.post(SELECT, json=_request(WARNING, "order-select"))
    assert _summaries(client.post(SIGN, json=sign))


def test_N03_a_draft_that_was_only_saved_is_the_same_order(open_client: Open) -> None:
    client = open_client(repeats="hold")
    client.post(SELECT, json=_request(WARNING, "order-select"))
    saved = _changed(_request(WARNING, "order-sign"), meta={"versionId": "2"}, status="active")
    assert _summaries(client.post(SIGN, json=saved)) == []


def test_N03_LC07_result_and_ledger_have_what_was_held_back(engine: pmcds.Engine) -> None:
    result = engine.answer("pmcds-order-sign", json.dumps(_request(WARNING, "order-sign")))
    whole = result.to_dict()
    held = result.to_dict(shown_before=[card.uuid for card in result.cards])
    assert held["cards"] == [] and result.to_dict() == whole
    assert {line.outcome for line in result.ledger.orders} >= {"ALERT"}
    assert [entry["uuid"] for entry in held["extension"][KEY]] == [card.uuid for card in result.cards]


def test_N03_it_is_forgotten_in_time_and_holds_no_value_of_the_patient(engine: pmcds.Engine) -> None:
    now = [0.0]
    repeats = Repeats(60, lambda: now[0])
    result = engine.answer("pmcds-order-select", json.dumps(_request(WARNING, "order-select")))
    asked = ("example", "user")
    sent = {card.uuid for card in result.cards}
    repeats.remember(asked, result, sent)
    assert repeats.again(asked, result) == sent
    assert repeats.again(("somebody", "user"), result) == frozenset()
    assert b"example" not in b"".join(repeats._until)
    now[0] = 61.0
    assert repeats.again(asked, result) == frozenset()


def test_N03_what_a_client_did_not_want_was_not_shown(engine: pmcds.Engine) -> None:
    repeats = Repeats(60)
    result = engine.answer("pmcds-order-select", json.dumps(_request(WARNING, "order-select")))
    repeats.remember(("a",), result, set())
    assert repeats.again(("a",), result) == frozenset()
