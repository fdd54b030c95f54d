"""Points of the checklist that show only in whole answers: what all cards of the example records have in common."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import pmcds
from pmcds.hooks import PROFILES, parse_request, request_from

BUNDLES = sorted((Path(__file__).resolve().parents[2] / "examples" / "bundles").glob("*.json"))


@pytest.fixture(scope="module")
def engine() -> pmcds.Engine:
    return pmcds.Engine()


@pytest.fixture(scope="module", params=sorted(PROFILES))
def cards(engine: pmcds.Engine, request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """Every card of the example records in one profile."""
    found: list[dict[str, Any]] = []
    for file in BUNDLES:
        sent = request_from(json.loads(file.read_bytes()), "order-sign", patient="Patient/example")
        found += engine.answer("pmcds-order-sign", json.dumps(sent), profile=request.param).to_dict()["cards"]
    assert found
    return found


def test_C14_the_source_leads_to_the_organization_and_not_to_one_card(cards: list[dict[str, Any]]) -> None:
    urls: dict[str, set[str | None]] = {}
    for card in cards:
        urls.setdefault(card["source"]["label"], set()).add(card["source"].get("url"))
    assert all(len(found) == 1 for found in urls.values())
    assert not any("example" in str(found) for found in urls.values())


def test_EP12_override_reasons_have_the_same_codes_on_every_card(cards: list[dict[str, Any]]) -> None:
    offered = {
        tuple((reason["system"], reason["code"]) for reason in card["overrideReasons"])
        for card in cards
        if "overrideReasons" in card
    }
    assert len(offered) == 1 and 6 <= len(*offered) <= 8


def test_EP13_CR03_every_card_and_suggestion_has_a_uuid(cards: list[dict[str, Any]]) -> None:
    held = [*cards, *(suggestion for card in cards for suggestion in card.get("suggestions", ()))]
    assert all(item["uuid"] for item in held)


def test_CR06_every_suggestion_has_actions(cards: list[dict[str, Any]]) -> None:
    assert all(suggestion["actions"] for card in cards for suggestion in card.get("suggestions", ()))


def test_CR08_the_links_of_a_card_are_of_one_kind_and_stand_in_no_text(cards: list[dict[str, Any]]) -> None:
    for card in cards:
        assert len({link["type"] for link in card.get("links", ())}) <= 1
        assert "://" not in card.get("detail", "").replace("\u2060", "").replace(":\\/\\/", "")


def test_EP14_few_cards_are_critical_and_all_summaries_are_short(cards: list[dict[str, Any]]) -> None:
    assert sum(card["indicator"] == "critical" for card in cards) <= len(BUNDLES)
    assert all(len(card["summary"]) < 140 for card in cards)


def test_MD11_the_detail_can_be_read(cards: list[dict[str, Any]]) -> None:
    """About 600 characters are wanted; sources, options and their exceptions make it more, but never a page."""
    assert max(len(card.get("detail", "")) for card in cards) < 4000


def _bundle(*modes: str | None) -> dict[str, Any]:
    entries = [
        {"resource": {"resourceType": "Observation", "id": str(place)}, **({"search": {"mode": mode}} if mode else {})}
        for place, mode in enumerate(modes)
    ]
    return {"resourceType": "Bundle", "type": "searchset", "total": 1, "entry": entries}


def test_P19_included_entries_are_read_like_matches_and_do_not_make_a_search_whole() -> None:
    def state(bundle: dict[str, Any]) -> tuple[str, frozenset[str]]:
        request = {"hook": "patient-view", "hookInstance": "x", "context": {"patientId": "p"}}
        found = parse_request(request | {"prefetch": {"observations": bundle}})
        return found.prefetch_states["observations"], found.prefetch_types["observations"]

    assert state(_bundle("match", "include")) == ("present", frozenset({"Observation"}))
    assert state(_bundle("include"))[0] == "incomplete", "the match itself is missing"


def test_EP03_a_clinician_is_a_role_or_a_person() -> None:
    for user in ("PractitionerRole/1", "Practitioner/1"):
        request = {"hook": "patient-view", "hookInstance": "x", "context": {"patientId": "p", "userId": user}}
        assert parse_request(request).user == user


def test_MD11_what_was_not_sent_is_said_once_for_many_checks(engine: pmcds.Engine) -> None:
    """A patient of whom nothing was sent: one card that says so, no advice, and a line for each check all the same."""
    request = {"hook": "patient-view", "hookInstance": "x", "context": {"patientId": "p"}}
    result = engine.answer("pmcds-patient-view", json.dumps(request))
    [card] = result.to_dict()["cards"]
    assert card["indicator"] == "info" and len(card["detail"]) < 600
    assert len(result.cards[0].lines) > 50 and {line.outcome for line in result.ledger.orders} <= {
        "CANNOT-TELL",
        "NOT-COVERED",
    }
