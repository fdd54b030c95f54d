"""The account of an evaluation: one line for each order and rule, one line for each input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """What one rule said about one order. `rule` is None for a line about the order itself."""

    order: str
    drug: str | None
    rule: str | None
    outcome: str
    reason: str | None = None
    evidence: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    quiet: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The line as JSON values; empty optional members are left out."""
        line: dict[str, Any] = {
            "order": self.order,
            "drug": self.drug,
            "rule": self.rule,
            "outcome": self.outcome,
            "reason": self.reason,
            "evidence": list(self.evidence),
        }
        if self.also:
            line["also"] = list(self.also)
        if self.cases:
            line["cases"] = list(self.cases)
        if self.quiet:
            line["quiet"] = True
        return line


class InputLine(NamedTuple):
    """What became of one resource of the input: `used` holds its role, or `ignored` the reason."""

    site: str
    resource: str
    used: str | None = None
    ignored: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The line as JSON values."""
        line: dict[str, Any] = {"site": self.site, "resource": self.resource}
        line["used" if self.used else "ignored"] = self.used or self.ignored
        return line


@dataclass(frozen=True, slots=True)
class Ledger:
    """Decision lines in order of orders and rules, input lines in order of the input."""

    orders: tuple[DecisionLine, ...] = ()
    inputs: tuple[InputLine, ...] = ()
    snapshot: str = ""
    flags: tuple[str, ...] = ()
    prefetch: Mapping[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """False while any line is CANNOT-TELL."""
        return all(line.outcome != "CANNOT-TELL" for line in self.orders)

    def to_dict(self) -> dict[str, Any]:
        """The ledger as JSON values."""
        ledger: dict[str, Any] = {
            "orders": [line.to_dict() for line in self.orders],
            "inputs": [line.to_dict() for line in self.inputs],
        }
        if self.flags:
            ledger["flags"] = list(self.flags)
        if self.prefetch:
            ledger["prefetch"] = dict(self.prefetch)
        return ledger
