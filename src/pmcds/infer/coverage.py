"""Which genes were looked at as a whole: what was tested of a part excludes nothing in the rest (H18, ST-04)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pmcds.infer.evidence import Index
from pmcds.model.findings import Finding

# What a coverage statement says when less than the whole gene was looked at.
_PARTS_ONLY = ("regions", "ranges-examined", "region-description", "mutations-tested", "uncallable")


def whole_gene(index: Index, symbol: str) -> list[Finding]:
    """Coverage statements by which the whole gene was tested."""
    return [
        finding for finding in index.all_of("coverage") if finding.status == "present" and _is_whole(finding, symbol)
    ]


def _is_whole(finding: Finding, symbol: str) -> bool:
    value: Any = finding.value
    if not isinstance(value, Mapping) or symbol not in value.get("genes", ()):
        return False
    return not any(name in value for name in _PARTS_ONLY)
