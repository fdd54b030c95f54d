"""What a check found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pmcds.errors import Problem


@dataclass(frozen=True, slots=True)
class Report:
    """Every problem, in order of files and lines, and how many things of each kind were looked at."""

    problems: tuple[Problem, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """True without any problem."""
        return not self.problems
