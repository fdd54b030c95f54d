"""Written after planted faults that no test noticed: a milder source in front, and another dose that "agrees"."""

from __future__ import annotations

import pytest

from .build import GENE, answer, card, text_of
from .test_other_sources import cards_of, of_source


@pytest.mark.parametrize("milder", [("monitor", "info"), ("reduce-dose", "warning")])
def test_h57_the_critical_source_is_never_put_under_a_milder_one(milder: tuple[str, str]) -> None:
    rules = [
        of_source("one", alerts="poor", clears="normal", shows=card(*milder)),
        of_source("two", alerts="poor", clears="normal", shows=card("avoid", "critical")),
    ]
    _, cards = cards_of(rules, answer(GENE, "poor"))
    assert [(one.indicator, one.action) for one in cards] == [("critical", "avoid")]
    assert cards[0].summary == "GENE1 poor: avoid drugone."


@pytest.mark.parametrize("amount", ["by_percent", "to_percent", "dose", "at_most", "interval"])
def test_h57_a_source_with_another_amount_never_agrees(amount: str) -> None:
    rules = [
        of_source("one", alerts="poor", clears="normal", shows=card("reduce-dose", "warning", **{amount: "30"})),
        of_source("two", alerts="poor", clears="normal", shows=card("reduce-dose", "warning", **{amount: "60"})),
    ]
    _, cards = cards_of(rules, answer(GENE, "poor"))
    text = text_of(cards[0])
    assert "agrees" not in text
    assert "60" in text
