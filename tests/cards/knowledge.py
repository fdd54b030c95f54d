"""The active rules as plain values, read once for all the laws over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.cards.files import CARDS, cases_of, check_facts, load, rule_paths
from tests.shared import SHARED

Case = Mapping[str, Any]


@dataclass(frozen=True)
class ActiveRule:
    """A rule file that speaks."""

    path: Path
    document: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.document["rule"])

    @property
    def family(self) -> str:
        return self.id.partition("/")[0]

    @property
    def source(self) -> str:
        """Whose advice it is: stated, or the last part of the id."""
        return str(self.document.get("source", self.path.stem))

    @property
    def drugs(self) -> list[str]:
        return many(self.document["ask"].get("drug"))

    def cases(self) -> Iterator[tuple[str | None, Case]]:
        """Each case with the name of its population."""
        return cases_of(dict(self.document))


@cache
def active() -> tuple[ActiveRule, ...]:
    """Every active rule, in order of paths."""
    found = (ActiveRule(path, load(path)) for path in rule_paths())
    return tuple(rule for rule in found if rule.document["status"] == "active")


@cache
def guideline_rules() -> Mapping[str, Any]:
    """The CPIC rules by drug, as the comparison with the rows reads them."""
    found: Mapping[str, Any] = check_facts().read_rules(CARDS)
    return found


@cache
def guideline_rows() -> tuple[Any, ...]:
    """Every CPIC row; needs the reference data."""
    assert SHARED is not None
    return tuple(check_facts().read_rows(SHARED / "data" / "pgx"))


def many(value: Any) -> list[Any]:
    """A value that may stand alone, in a list, or not at all."""
    return [] if value is None else value if isinstance(value, list) else [value]


def advice(case: Case) -> list[Mapping[str, Any]]:
    """What the card of a case advises; nothing where the case is silent."""
    return many(case.get("card", {}).get("advice"))


def offered(case: Case) -> set[str]:
    """The drugs that the card of a case names as options."""
    return {other["drug"] for one in advice(case) for other in one.get("instead", ())}
