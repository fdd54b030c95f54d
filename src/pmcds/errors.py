"""Every error of the library, as one tree.

    PmcdsError
    ├── KnowledgeError    rule, gene, term or phrase files that cannot be used; carries every problem at once
    ├── InputError        a patient record that cannot be evaluated at all
    └── HookError         a CDS Hooks request that gets another status than 200

A message says what is wrong, where, and the mend. It never repeats a value of the patient.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class PmcdsError(Exception):
    """Base of every error that the library raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the knowledge files, and its mend."""

    file: str
    line: int
    column: int
    message: str
    mend: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message}" + (f" ({self.mend})" if self.mend else "")


class KnowledgeError(PmcdsError):
    """Knowledge that cannot be used; `problems` holds all of them, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[KnowledgeError], tuple[tuple[Problem, ...]]]:
        return KnowledgeError, (self.problems,)


class InputError(PmcdsError):
    """Input that is refused as a whole.

    `code` is stable and made for programs (`too-large`, `duplicate-key`, `patient-needed` ...), `where` a JSON
    pointer, `mend` what to do.
    """

    def __init__(self, code: str, message: str, *, where: str = "", mend: str = "") -> None:
        self.code = code
        self.message = message
        self.where = where
        self.mend = mend
        place = f" at {where}" if where else ""
        super().__init__(f"{message}{place}" + (f": {mend}" if mend else ""))

    def __reduce__(self) -> tuple[Any, ...]:
        return _input_error, (self.code, self.message, self.where, self.mend)


def _input_error(code: str, message: str, where: str, mend: str) -> InputError:
    return InputError(code, message, where=where, mend=mend)


class HookError(PmcdsError):
    """A CDS Hooks request that is answered with `status` (4xx or 5xx) and the OperationOutcome `outcome`."""

    def __init__(self, status: int, outcome: Mapping[str, Any]) -> None:
        self.status = status
        self.outcome = dict(outcome)
        issues = self.outcome.get("issue") or [{}]
        super().__init__(f"{status}: {issues[0].get('diagnostics', '')}")

    def __reduce__(self) -> tuple[type[HookError], tuple[int, dict[str, Any]]]:
        return HookError, (self.status, self.outcome)
