"""A share of a dose means in a rule what it means in its row: "to 25 %" is never "by 25 %", "10-fold" never "10 %"."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from tests.cards.files import texts
from tests.cards.knowledge import ActiveRule, active
from tests.shared import SHARED, needs_shared

_RANGE = r"(\d+)\s*%?\s*(?:-|–|—|to)?\s*(\d+)?\s*%"
_BY = (
    rf"\bby\s+(?:approximately |about |~|at least )?{_RANGE}",
    rf"{_RANGE}\s*(?:dose |daily dose )?(?:reduction|increase|decrease|lower|higher|less)",
    rf"(?:reduction|increase) of (?:approximately )?{_RANGE}",
)
_TO = (rf"{_RANGE}\s*\)?\s*of\b", rf"\bto\s+(?:approximately )?{_RANGE}")
_SHARE = re.compile(r"(\d+(?:\.\d+)?)[\s-]*(%|fold)")
# How the rows of 2025 write their shares.
_FIELDS = ((r'"start_percent_of_standard": \[(\d+), (\d+)\]', r"\1-\2% of"), (r'"start_fold_lower": (\d+)', r"\1-fold"))
FILES = ("recommendations.jsonl", "thiopurines_2025.jsonl")
# Its doses come from a chart; test_knowledge_warfarin.py walks it.
OF_A_CHART = {"warfarin"}

Share = tuple[str, str | None]


@cache
def said() -> Mapping[str, str]:
    """All that the rows of a drug say, by drug."""
    assert SHARED is not None
    found: dict[str, list[str]] = {}
    for name in FILES:
        for line in (SHARED / "data" / "pgx" / name).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            words = json.dumps(row, ensure_ascii=False)
            for pattern, form in _FIELDS:
                words = re.sub(pattern, form, words)
            found.setdefault(str(row.get("drug")), []).append(words)
    return {drug: " ".join(lines) for drug, lines in found.items()}


def shares(patterns: tuple[str, ...], text: str) -> set[Share]:
    return {(match[1], match[2]) for pattern in patterns for match in re.finditer(pattern, text)}


def stated(part: Any) -> Iterator[tuple[str, Share]]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key in ("by_percent", "to_percent"):
                yield key, ((value, None) if isinstance(value, str) else (value["from"], value["to"]))
            else:
                yield from stated(value)
    elif isinstance(part, list):
        for one in part:
            yield from stated(one)


CPIC = [rule for rule in active() if rule.id.endswith("/cpic") and not OF_A_CHART & set(rule.drugs)]


@needs_shared
@pytest.mark.parametrize("rule", CPIC, ids=lambda rule: rule.id)
def test_a_share_is_taken_off_or_left_as_the_row_says(rule: ActiveRule) -> None:
    for drug in rule.drugs:
        for key, share in stated(dict(rule.document)):
            assert share in shares(_BY if key == "by_percent" else _TO, said()[drug]), (drug, key, share)


@needs_shared
@pytest.mark.parametrize("rule", CPIC, ids=lambda rule: rule.id)
def test_a_share_in_words_has_the_unit_of_the_row(rule: ActiveRule) -> None:
    for drug in rule.drugs:
        known = set(_SHARE.findall(re.sub(r"(\d)\s*(?:-|–|to)\s*(\d+)\s*%", r"\1 % \2 %", said().get(drug, ""))))
        words = " ".join(texts([case["card"]["advice"] for _, case in rule.cases() if "card" in case]))
        for found in _SHARE.findall(re.sub(r"(\d) to (\d+) %", r"\1 % \2 %", words)):
            assert found in known, (drug, found)
