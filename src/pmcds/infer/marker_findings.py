"""Results of one tumor marker, and what percentages and karyotypes say about it (CAT-17, 2.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pmcds.infer.evidence import Index
from pmcds.infer.karyotypes import abnormalities
from pmcds.model.findings import Finding

_NUMBER = ("quantity", "comparator", "score")


def marker_findings(marker: str, index: Index, document: Mapping[str, Any]) -> Sequence[Finding]:
    """Findings of a marker: those of its own, a percentage under its call, and karyotypes that show it.

    `document` is markers.yaml: `calls` {marker: {at_least, unit, over, under}} from a guideline, and `karyotypes`
    {marker: beginnings of abnormalities}. A karyotype that does not show it proves nothing: it may be too small to see.
    """
    own = index.of("biomarker", marker)
    call = (document.get("calls") or {}).get(marker)
    shown = (document.get("karyotypes") or {}).get(marker)
    if call is None and shown is None:
        return own
    called = [finding if call is None else _called(finding, call) for finding in own]
    return [*called, *(_karyotyped(marker, shown, index) if shown else ())]


def _called(finding: Finding, call: Mapping[str, Any]) -> Finding:
    """The finding with the call in the place of its percentage, where the number decides it."""
    value: Any = finding.value
    if not isinstance(value, Mapping) or "result" in value or (finding.unit or value.get("unit")) != call["unit"]:
        return finding
    over = _is_over(value, Decimal(call["at_least"]))
    if over is None:
        return finding
    kept = {name: part for name, part in value.items() if name not in _NUMBER}
    return replace(finding, value={**kept, "result": call["over"] if over else call["under"]})


def _is_over(value: Mapping[str, Any], limit: Decimal) -> bool | None:
    """Whether the number is at or over the limit; None where its bounds leave it open."""
    low, high = _bounds(value)
    if low is not None and low >= limit:
        return True
    below = high is not None and (high < limit or (high == limit and value.get("comparator") == "<"))
    return False if below else None


def _bounds(value: Mapping[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    stated = value.get("quantity", value)
    if isinstance(stated, Mapping):
        return _decimal(stated.get("low")), _decimal(stated.get("high"))
    number = _decimal(stated)
    comparator = str(value.get("comparator") or "")
    return None if comparator.startswith("<") else number, None if comparator.startswith(">") else number


def _decimal(value: Any) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def _karyotyped(marker: str, beginnings: Sequence[str], index: Index) -> Iterator[Finding]:
    for finding in index.all_of("variant"):
        value = finding.value if isinstance(finding.value, Mapping) else {}
        seen = abnormalities(value.get("iscn"))
        if finding.status == "present" and any(one.startswith(tuple(beginnings)) for one in seen):
            yield replace(finding, kind="biomarker", subject=marker, value={"result": "positive", "assay": "karyotype"})
