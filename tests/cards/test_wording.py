"""The texts of the rule files offer options, name no urgency, and are our own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cards.files import cases_of, load, rule_paths, texts
from tests.shared import SHARED, needs_shared

# CARD-40, CARD-42, CARD-43, CARD-44 of biomarkers.md: no orders, no ranking, no urgency, no address to the patient.
FORBIDDEN = re.compile(
    r"\b(prescribe|give|start|stop|switch to|must|best|most effective|first choice|urgent|immediately|now|you|your)\b",
    re.IGNORECASE,
)
WORDS_IN_A_ROW = 8


def _shown(rule: dict[str, Any]) -> Iterator[str]:
    """What a card or the ledger may show of a rule, the words of the closed vocabulary left out."""
    for _, case in cases_of(rule):
        yield from texts(
            [case.get("silent", ""), case.get("card", {}).get("summary"), case.get("card", {}).get("detail")]
        )
        advice = case.get("card", {}).get("advice", [])
        for one in advice if isinstance(advice, list) else [advice]:
            yield from texts({key: value for key, value in one.items() if key != "action"})
    yield from texts([rule["why"], rule.get("limits", "")])


@pytest.mark.parametrize("path", rule_paths(), ids=lambda path: "/".join(path.parts[-3:]))
def test_no_text_orders_ranks_or_hurries(path: Path) -> None:
    assert [text for text in _shown(load(path)) if FORBIDDEN.search(text)] == []


@pytest.mark.parametrize("path", rule_paths(), ids=lambda path: "/".join(path.parts[-3:]))
def test_a_summary_is_short(path: Path) -> None:
    for _, case in cases_of(load(path)):
        for text in texts(case.get("card", {}).get("summary", {})):
            assert len(text) < 140


def _grams(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9%≥≤./-]+", text.lower())
    for place in range(len(words) - WORDS_IN_A_ROW + 1):
        yield tuple(words[place : place + WORDS_IN_A_ROW])


@needs_shared
def test_no_sentence_of_the_guideline_is_copied() -> None:
    assert SHARED is not None
    theirs: set[tuple[str, ...]] = set()
    for line in (SHARED / "data" / "pgx" / "recommendations.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for text in (row["recommendation"], row["other_considerations"] or "", *texts(row["implications"])):
            theirs.update(_grams(text))
    for path in rule_paths():
        for text in _shown(load(path)):
            assert theirs.isdisjoint(_grams(text)), f"{path.parent.name}: {text}"
