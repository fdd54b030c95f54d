"""Written after planted faults that no test noticed: words of a card that said another drug, dose or source."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cards.files import CARDS, cases_of, load, rule_paths

# What stands behind these words is named because it is no option.
_EXCEPT = re.compile(r"\b(?:other than|that is no|except|but not|not)\b.*")


def _advice(case: dict[str, Any]) -> list[dict[str, Any]]:
    stated = case.get("card", {}).get("advice", [])
    return stated if isinstance(stated, list) else [stated]


def _drugs(rule: dict[str, Any]) -> list[str]:
    stated = rule["ask"].get("drug", [])
    return stated if isinstance(stated, list) else [stated]


def _avoided() -> dict[str, set[str]]:
    """By a present allele: the drugs that some rule avoids for it."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in rule_paths():
        rule = load(path)
        for _, case in cases_of(rule):
            if any(one["action"] in ("avoid", "use-alternative") for one in _advice(case)):
                for allele in _present(case):
                    found[allele].update(_drugs(rule))
    return found


def _present(case: dict[str, Any]) -> Iterator[str]:
    for allele, value in case.get("if", {}).get("allele", {}).items():
        if value == "present":
            yield allele


def test_what_is_avoided_for_an_allele_is_never_an_option_for_its_carriers() -> None:
    avoided = _avoided()
    assert {"phenytoin", "carbamazepine", "oxcarbazepine"} <= avoided["HLA-B*15:02"]
    for path in rule_paths():
        for name, case in cases_of(load(path)):
            for allele in _present(case):
                for advice in _advice(case):
                    options = {other["drug"] for other in advice.get("instead", [])}
                    options |= set(re.findall(r"[\w-]+", _EXCEPT.sub("", advice.get("drug_class", ""))))
                    assert not options & avoided[allele], f"{path}: {name} {case['case']}"


@pytest.mark.parametrize("part", ["summary", "detail"])
def test_h63_a_share_of_the_dose_is_never_worded_as_a_cut_by_it(part: str) -> None:
    phrases = load(CARDS / "phrases" / "en.yaml")
    seen: set[str] = set()
    for action, templates in phrases["actions"].items():
        for template in templates:
            for before, slot in re.findall(r"(\w+) \{((?:by|to)_percent)\} %", template[part]):
                assert (before == "by") is (slot == "by_percent"), f"{action}: {template[part]}"
                seen.add(slot)
    assert seen == {"by_percent", "to_percent"}


def test_a_card_never_rests_on_a_source_alone_that_only_mentions_the_gene() -> None:
    mentioned = 0
    for path in rule_paths():
        rule = load(path)
        mentions = {name for name, one in rule["evidence"].items() if one.get("level") == "mention"}
        mentioned += bool(mentions)
        for name, case in cases_of(rule):
            because = set(case.get("card", {}).get("because", []))
            assert not because or because - mentions, f"{path}: {name} {case['case']}"
    assert mentioned
