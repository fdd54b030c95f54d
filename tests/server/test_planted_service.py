"""Written after planted faults that no test noticed: tokens, feedback and held back cards that went astray."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pmcds.model.cards import Card, Coding
from pmcds.server import calls
from pmcds.server.fetch import _Budget, _Work
from pmcds.server.repeats import Repeats
from pmcds.server.transport import Deadline

SERVER = "https://fhir.example/r4/"


def card(uuid: str, rule: str, summary: str = "said", topic: str = "t") -> Card:
    return Card(
        uuid=uuid, order="MedicationRequest/1", drug="d", summary=summary, indicator="warning", detail=(), source="s",
        source_url=None, topic=Coding("urn:x", topic, ""), lines=(("MedicationRequest/1", rule),),
    )  # fmt: skip


def result(*cards: Card) -> Any:
    return SimpleNamespace(cards=cards, orders={"MedicationRequest/1": {"resourceType": "MedicationRequest"}})


@pytest.mark.parametrize(
    "url", ["https://fhir.example:8443/r4/2", "http://fhir.example/r4/2", "https://other.example/r4/2"]
)
def test_a_next_page_of_another_origin_never_gets_the_token(url: str) -> None:
    asked: list[str] = []
    transport: Any = SimpleNamespace(get=lambda url, **_: asked.append(url))
    work = _Work(transport, SERVER, "secret", Deadline.after(5), _Budget(1000))
    assert work.one(None, url).state != "fetched"
    assert asked == []


def test_feedback_of_each_card_is_counted_for_its_own_rule() -> None:
    server: Any = SimpleNamespace(version_of=lambda rule: f"version of {rule}")
    service: Any = SimpleNamespace(id="pmcds-order-sign")
    shown = calls._shown(server, service, result(card("a", "rule-a"), card("b", "rule-b")), {"a", "b"})
    assert [(one.card, one.rule, one.rule_version) for one in shown] == [
        ("a", "rule-a", "version of rule-a"),
        ("b", "rule-b", "version of rule-b"),
    ]


def test_n03_another_card_of_the_same_topic_is_never_held_back() -> None:
    repeats = Repeats(60.0)
    repeats.remember(("who",), result(card("a", "r")), {"a"})
    assert repeats.again(("who",), result(card("a", "r"))) == {"a"}
    assert repeats.again(("who",), result(card("b", "r", "after a new result"))) == frozenset()
