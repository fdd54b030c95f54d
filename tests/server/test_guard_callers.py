"""Two hospitals behind one server: what one clinician saw is never held back from another."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import pmcds
from pmcds.hooks import request_from
from pmcds.server import calls
from pmcds.server.jwt import Client
from pmcds.server.repeats import HELD_BACK_AT, SHOWN_AT, Repeats

BUNDLE = Path(__file__).resolve().parents[2] / "examples" / "bundles" / "mercaptopurine-tpmt-nudt15-intermediate.json"
HERE = Client("https://ehr.example.org", "hospital-a")


def _request(hook: str, **context: Any) -> bytes:
    request = request_from(json.loads(BUNDLE.read_bytes()), hook, patient="Patient/example")
    request["context"] |= context
    return json.dumps(request).encode()


def _cards(server: Any, engine: pmcds.Engine, hook: str, client: Client | None, **context: Any) -> list[Any]:
    body = _request(hook, **context)
    result = engine.answer(f"pmcds-{hook}", body)
    service: Any = SimpleNamespace(hook=hook)
    cards: list[Any] = calls._response(server, service, body, result, client)["cards"]
    return cards


def _server() -> Any:
    return SimpleNamespace(repeats=Repeats(600.0))


def test_the_same_clinician_is_told_once(engine: pmcds.Engine) -> None:
    server = _server()
    assert _cards(server, engine, SHOWN_AT, HERE)
    assert _cards(server, engine, HELD_BACK_AT, HERE) == []


@pytest.mark.parametrize(
    "other",
    [Client("https://ehr.example.org", "hospital-b"), Client("https://else.example.org", "hospital-a"), None],
    ids=["another tenant", "another issuer", "nobody who said who it is"],
)
def test_what_one_hospital_saw_is_never_held_back_from_another(engine: pmcds.Engine, other: Client | None) -> None:
    server = _server()
    assert _cards(server, engine, SHOWN_AT, HERE)
    assert _cards(server, engine, HELD_BACK_AT, other)


@pytest.mark.parametrize("user", ["Practitioner/other", None])
def test_what_one_clinician_saw_is_never_held_back_from_another(engine: pmcds.Engine, user: str | None) -> None:
    server = _server()
    assert _cards(server, engine, SHOWN_AT, HERE, userId="Practitioner/one")
    assert _cards(server, engine, HELD_BACK_AT, HERE, userId=user)


def test_a_card_about_one_patient_is_never_held_back_from_the_next(engine: pmcds.Engine) -> None:
    """Even if cards had ids that do not tell patients apart."""
    server = _server()
    result = engine.answer("pmcds-order-select", _request(SHOWN_AT))
    sent = {card.uuid for card in result.cards}
    asked = (HERE.issuer, HERE.tenant, "example", "user")
    server.repeats.remember(asked, result, sent)
    assert server.repeats.again(asked, result) == sent
    assert server.repeats.again((HERE.issuer, HERE.tenant, "other", "user"), result) == frozenset()


@pytest.mark.parametrize("hook", ["patient-view", "order-dispatch"])
def test_no_other_hook_counts_as_shown(engine: pmcds.Engine, hook: str) -> None:
    server = _server()
    body = _request(SHOWN_AT)
    result = engine.answer("pmcds-order-select", body)
    service: Any = SimpleNamespace(hook=hook)
    calls._response(server, service, body, result, HERE)
    assert _cards(server, engine, HELD_BACK_AT, HERE)
