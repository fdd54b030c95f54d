"""Written after a planted fault that no test noticed: a critical card that was shown before was held back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pmcds import Engine, Patient

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def test_n03_a_critical_card_is_never_held_back_however_often_it_was_shown(engine: Engine) -> None:
    result = engine.evaluate(Patient(allele={"HLA-B*57:01": "present"}), order="abacavir", now=NOW)
    assert [card.indicator for card in result.cards] == ["critical"]
    again = result.to_dict(shown_before={card.uuid for card in result.cards})
    assert [card["indicator"] for card in again["cards"]] == ["critical"]


def test_n03_a_milder_card_that_was_shown_before_is_named_instead(engine: Engine) -> None:
    result = engine.evaluate(Patient(phenotype={"TPMT": "intermediate metabolizer"}), order="azathioprine", now=NOW)
    shown = {card.uuid for card in result.cards if card.indicator != "critical"}
    assert shown
    again = result.to_dict(shown_before=shown)
    assert not shown & {card["uuid"] for card in again["cards"]}
    assert all(uuid in str(again["extension"]) for uuid in shown)
