"""OperationOutcomes: what is wrong, where, and the mend, never a value of the patient."""

from __future__ import annotations

import re
from typing import Any

from pmcds.errors import HookError, InputError

# Names of a request that may be repeated in an answer; all others are replaced by a star.
_SAFE_NAME = re.compile(r"[A-Za-z0-9_.-]{1,40}")
# Refusals of the whole input that are about its size; every other one is about its form.
_SIZE_CODES = frozenset(
    {"too-large", "too-many-entries", "too-many-medications", "too-many-orders", "too-many-results", "string-too-long"}
)


def outcome(code: str, text: str, *, where: str = "", mend: str = "", severity: str = "error") -> dict[str, Any]:
    """An OperationOutcome with one issue. `code` is of the FHIR issue types, `where` a JSON pointer."""
    diagnostics = text + (f" at {where}" if where else "") + (f": {mend}" if mend else "")
    issue = {"severity": severity, "code": code, "diagnostics": diagnostics}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def refused(status: int, code: str, text: str, *, where: str = "", mend: str = "") -> HookError:
    """The error that is answered with `status` and this OperationOutcome."""
    return HookError(status, outcome(code, text, where=where, mend=mend))


def refusal(error: InputError) -> tuple[int, dict[str, Any]]:
    """Status and OperationOutcome of input that was refused as a whole: 413 over a size limit, else 400."""
    if error.code in _SIZE_CODES:
        return 413, outcome("too-long", error.message, where=error.where, mend=error.mend)
    code = "required" if error.code == "patient-needed" else "structure"
    return 400, outcome(code, error.message, where=error.where, mend=error.mend)


def pointer(*names: str | int) -> str:
    """A JSON pointer made of names that came with a request; a name that could carry a value is left out."""
    return "".join(f"/{name if isinstance(name, int) or _SAFE_NAME.fullmatch(name) else '*'}" for name in names)
