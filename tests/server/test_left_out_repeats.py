"""Held back at signing is only what the same user saw of the same order; in doubt it is said again."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

import pmcds
from pmcds.hooks import request_from
from pmcds.model.cards import Card, Coding
from pmcds.server import repeats
from pmcds.server.repeats import Repeats
from tests.server.conftest import Open
from tests.server.material import SELECT, SIGN

BUNDLES = Path(__file__).resolve().parents[2] / "examples" / "bundles"
WARNING, NOT_FINAL = "mercaptopurine-tpmt-nudt15-intermediate", "clopidogrel-result-not-final"
ORDER = "MedicationRequest/1"
ASKED = ("https://ehr.example.org", "tenant", "patient", "user")
DRAFT = {
    "resourceType": "MedicationRequest",
    "id": "1",
    "status": "draft",
    "meta": {"versionId": "1"},
    "text": {"div": "x"},
    "dosageInstruction": [{"text": "daily", "doseAndRate": [{"doseQuantity": {"value": 50}}]}],
}


def card(**changes: Any) -> Card:
    members: dict[str, Any] = {
        "uuid": "a", "order": ORDER, "drug": "d", "summary": "said", "indicator": "warning", "detail": (),
        "source": "s", "source_url": None, "topic": Coding("urn:x", "t", ""), "lines": ((ORDER, "a/b/c"),),
    }  # fmt: skip
    return Card(**(members | changes))


def result(*cards: Card, order: Any = None, key: str = ORDER) -> Any:
    return SimpleNamespace(cards=cards, orders={key: order or DRAFT})


def _held(shown: Any, signed: Any, *, asked: tuple[Any, ...] = ASKED, again: tuple[Any, ...] = ASKED) -> bool:
    kept = Repeats(60.0)
    kept.remember(asked, shown, {one.uuid for one in shown.cards})
    held = kept.again(again, signed)
    assert held <= {one.uuid for one in signed.cards}
    return bool(held)


@pytest.mark.parametrize(
    ("change", "held"),
    [
        ({}, True),
        ({"indicator": "info"}, True),
        ({"indicator": "critical"}, False),
        ({"notice": True}, False),
        ({"notice": True, "indicator": "info"}, False),
        ({"topic": None}, False),
        ({"order": "MedicationRequest/2"}, False),
        ({"order": "@patient"}, False),
    ],
)
def test_n03_only_plain_advice_about_an_order_of_the_call_is_held_back(change: dict[str, Any], held: bool) -> None:
    one = card(**change)
    assert _held(result(one), result(one)) is held
    # One that cannot be held back never changes what becomes of the others.
    both = result(one, card(uuid="b"))
    kept = Repeats(60.0)
    kept.remember(ASKED, both, {"a", "b"})
    assert kept.again(ASKED, both) == ({"a", "b"} if held else {"b"})


@pytest.mark.parametrize(
    "change",
    [
        {"uuid": "b"},
        {"summary": "said otherwise"},
        {"topic": Coding("urn:x", "u", "")},
        {"topic": Coding("urn:y", "t", "")},
        {"indicator": "critical"},
        {"notice": True},
    ],
)
def test_n03_a_card_that_says_anything_else_is_never_held_back(change: dict[str, Any]) -> None:
    assert not _held(result(card()), result(card(**change)))


@pytest.mark.parametrize("place", range(4), ids=["issuer", "tenant", "patient", "user"])
@pytest.mark.parametrize("other", ["other", None, ""])
def test_n03_what_somebody_else_saw_is_never_held_back(place: int, other: str | None) -> None:
    stranger = (*ASKED[:place], other, *ASKED[place + 1 :])
    assert not _held(result(card()), result(card()), again=stranger)
    assert not _held(result(card()), result(card()), asked=stranger)
    assert _held(result(card()), result(card()), asked=stranger, again=stranger)


def test_n03_parts_of_who_asks_never_run_together() -> None:
    assert not _held(result(card()), result(card()), asked=("ab", "c"), again=("a", "bc"))
    assert not _held(result(card()), result(card()), asked=("a", None), again=("a", "None"))


@pytest.mark.parametrize(
    ("change", "held"),
    [
        ({}, True),
        ({"meta": {"versionId": "2"}}, True),
        ({"text": {"div": "y"}}, True),
        ({"status": "active"}, True),
        ({"id": "2"}, False),
        ({"resourceType": "MedicationOrder"}, False),
        ({"medicationCodeableConcept": {"text": "another"}}, False),
        ({"subject": {"reference": "Patient/other"}}, False),
        ({"dosageInstruction": [{"text": "twice daily"}]}, False),
        ({"dosageInstruction": [{"text": "daily", "doseAndRate": [{"doseQuantity": {"value": 100}}]}]}, False),
        ({"dosageInstruction": []}, False),
        ({"note": [{"text": "renal"}]}, False),
        ({"intent": "order"}, False),
        ({"doNotPerform": False}, False),
    ],
)
def test_n03_an_order_that_was_changed_is_spoken_of_again_and_one_that_was_saved_is_not(
    change: dict[str, Any], held: bool
) -> None:
    changed = {name: value for name, value in (DRAFT | change).items() if value != []}
    assert _held(result(card()), result(card(), order=changed)) is held
    assert _held(result(card(), order=changed), result(card())) is held


def test_n03_members_of_an_order_in_another_sequence_are_the_same_order() -> None:
    assert _held(result(card()), result(card(), order=dict(reversed(DRAFT.items()))))


def test_n03_only_what_was_sent_counts_as_shown() -> None:
    kept = Repeats(60.0)
    several = result(card(), card(uuid="b"), card(uuid="c"))
    kept.remember(ASKED, several, {"b"})
    assert kept.again(ASKED, several) == {"b"}
    kept.remember(ASKED, several, {"a", "c"})
    assert kept.again(ASKED, several) == {"a", "b", "c"}


def test_n03_it_is_held_back_until_its_time_is_over_and_counted_from_the_last_time_it_was_shown() -> None:
    now = [100.0]
    kept = Repeats(60.0, lambda: now[0])
    kept.remember(ASKED, result(card()), {"a"})
    for moment, held in ((100.0, True), (159.9, True), (160.0, False), (200.0, False)):
        now[0] = moment
        assert bool(kept.again(ASKED, result(card()))) is held
    now[0] = 150.0
    kept.remember(ASKED, result(card()), {"a"})
    now[0] = 209.0
    assert kept.again(ASKED, result(card())) == {"a"}
    now[0] = 211.0
    assert kept.again(ASKED, result(card())) == frozenset()


def test_n03_what_was_shown_last_is_kept_longest_and_no_more_than_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "_MOST", 2)
    kept = Repeats(60.0)
    for name in ("one", "two", "one", "three"):
        kept.remember((name,), result(card()), {"a"})
    assert [bool(kept.again((name,), result(card()))) for name in ("one", "two", "three")] == [True, False, True]


def test_n03_two_processes_share_nothing_that_could_be_compared() -> None:
    first, second = Repeats(60.0), Repeats(60.0)
    for kept in (first, second):
        kept.remember(ASKED, result(card()), {"a"})
    assert not set(first._until) & set(second._until)


# Through the server


def _request(name: str, hook: str, bundle: Any = None, **context: Any) -> dict[str, Any]:
    bundle = bundle or json.loads((BUNDLES / f"{name}.json").read_bytes())
    request = request_from(bundle, hook, patient="Patient/example")
    request["context"] |= context
    return request


def _cards(client: TestClient, address: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.post(address, json=body)
    assert answer.status_code == 200, answer.text
    cards: list[dict[str, Any]] = answer.json()["cards"]
    return cards


def test_lc06_what_could_not_be_checked_is_told_again_at_signing(open_client: Open) -> None:
    client = open_client(repeats="hold")
    told = _cards(client, SELECT, _request(NOT_FINAL, "order-select"))
    assert {card["indicator"] for card in told} == {"info"}
    signed = _cards(client, SIGN, _request(NOT_FINAL, "order-sign"))
    assert [card["summary"] for card in signed] == [card["summary"] for card in told]


def test_n03_a_result_that_arrived_in_between_is_spoken_of(open_client: Open) -> None:
    client = open_client(repeats="hold")
    assert _cards(client, SELECT, _request(WARNING, "order-select"))
    later = json.loads((BUNDLES / f"{WARNING}.json").read_bytes())
    gone = copy.deepcopy(later)
    gone["entry"] = [one for one in later["entry"] if "nudt15" not in json.dumps(one).lower()]
    assert len(gone["entry"]) < len(later["entry"])
    assert _cards(client, SIGN, _request(WARNING, "order-sign", gone))
    assert _cards(client, SIGN, _request(WARNING, "order-sign")) == []


def test_n03_nothing_is_held_back_while_orders_are_still_chosen(open_client: Open) -> None:
    client = open_client(repeats="hold")
    first = _cards(client, SELECT, _request(WARNING, "order-select"))
    assert first and _cards(client, SELECT, _request(WARNING, "order-select")) == first


def test_n03_a_second_order_of_the_same_drug_is_spoken_of(open_client: Open) -> None:
    client = open_client(repeats="hold")
    _cards(client, SELECT, _request(WARNING, "order-select"))
    sign = _request(WARNING, "order-sign")
    [entry, *_] = sign["context"]["draftOrders"]["entry"]
    second = copy.deepcopy(entry["resource"]) | {"id": "second"}
    sign["context"]["draftOrders"]["entry"] += [{"resource": second}]
    answer = client.post(SIGN, json=sign).json()
    spoken = [line["order"] for one in answer["extension"]["org.pmcds.shown-before"] for line in one["lines"]]
    assert "MedicationRequest/second" not in spoken
    assert len(answer["cards"]) == 1


def test_n03_what_a_client_had_no_room_for_was_not_shown(open_client: Open, engine: pmcds.Engine) -> None:
    client = open_client(repeats="hold", profile="crd")
    select = _request(WARNING, "order-select")
    select["extension"] = {"davinci-crd.configuration": {"max-cards": 0}}
    assert _cards(client, SELECT, select) == []
    assert _cards(client, SIGN, _request(WARNING, "order-sign"))
