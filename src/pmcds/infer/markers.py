"""Tumor markers that several results make together: a score with its reflex test, two receptors (CAT-19 to CAT-23)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pmcds.infer.dates import later
from pmcds.infer.evidence import Index, State, date_of, is_withheld, nothing_usable, see, sources_of
from pmcds.infer.marker_findings import marker_findings
from pmcds.model import words
from pmcds.model.answers import Answer, Subject
from pmcds.model.findings import Finding

_NONE = "none"


class Part(NamedTuple):
    """What is known of one part: its newest value, the findings behind it, and what could not be used."""

    marker: str
    value: str | None
    findings: tuple[Finding, ...]
    others: tuple[tuple[State, Finding], ...]
    conflict: bool = False
    # Results of the marker are there, but none that this part is read from.
    elsewhere: bool = False


def combined(subject: Subject, document: Mapping[str, Any], index: Index) -> Answer:
    """The state of a marker whose rows stand in `markers`, from the parts that the rows name."""
    rows: Sequence[Mapping[str, Any]] = document["markers"][subject.name]
    names = dict.fromkeys(name for row in rows for name in row["if"])
    parts = {name: _part(name, document, index) for name in names}
    found = [finding for part in parts.values() for finding in part.findings]
    if any(part.conflict for part in parts.values()):
        return _answer(subject, index, found, word=words.CONFLICTING, reason="conflict")
    row = next((row for row in rows if _holds(row["if"], parts)), None)
    if row is not None:
        used = [finding for name in row["if"] for finding in parts[name].findings]
        if "is" in row:
            return _answer(subject, index, used, key=str(row["is"]))
        return _answer(subject, index, used, word=str(row["word"]), reason=str(row["reason"]))
    others = [other for part in parts.values() for other in part.others]
    read = {part.marker for part in parts.values() if part.findings}
    if any(part.elsewhere and part.marker not in read for part in parts.values()):
        others += [
            (State(words.INDETERMINATE, "scale-mismatch"), finding)
            for part in parts.values()
            for finding in see(index.of("biomarker", part.marker), "somatic", index.now).usable
        ]
    # A result that no row knows (an equivocal one) is on file all the same: that is not "no result".
    others += [
        (State(words.INDETERMINATE, "scale-mismatch"), finding)
        for name, part in parts.items()
        if part.value is not None and not any(part.value in _listed(row["if"].get(name, ())) for row in rows)
        for finding in part.findings
    ]
    return nothing_usable(subject, index, others, dict.fromkeys(part.marker for part in parts.values()))


def _part(name: str, document: Mapping[str, Any], index: Index) -> Part:
    spec: Mapping[str, Any] = (document.get("parts") or {}).get(name, {})
    marker, member, assay = spec.get("marker", name), spec.get("member", "result"), spec.get("assay")
    seen = see(marker_findings(marker, index, document), "somatic", index.now)
    fitting = [finding for finding in seen.usable if _has(finding, member, assay)]
    current = [one for one in fitting if not any(later(other.date, one.date) for other in fitting)]
    values = sorted({str(_value(finding)[member]) for finding in current})
    return Part(
        marker,
        values[0] if len(values) == 1 else None,
        tuple(current),
        seen.others,
        len(values) > 1,
        bool(seen.usable) and not fitting,
    )


def _has(finding: Finding, member: str, assay: str | Sequence[str] | None) -> bool:
    value = _value(finding)
    if not isinstance(value.get(member), str) or (member == "result" and value[member] == "present"):
        return False
    stated = str(value.get("assay", ""))
    wanted = [assay] if isinstance(assay, str) else assay
    return wanted is None or (stated.split(" ")[0] or _NONE) in wanted


def _value(finding: Finding) -> Mapping[str, Any]:
    return finding.value if isinstance(finding.value, Mapping) else {"result": finding.value}


def _holds(wanted: Mapping[str, Any], parts: Mapping[str, Part]) -> bool:
    return all(parts[name].value in _listed(value) for name, value in wanted.items())


def _listed(wanted: Any) -> Sequence[str]:
    return [wanted] if isinstance(wanted, str) else list(wanted)


def _answer(
    subject: Subject, index: Index, findings: Iterable[Finding], *, key: str | None = None, word: str | None = None,
    reason: str | None = None,
) -> Answer:  # fmt: skip
    used = list(findings)
    return Answer(
        subject,
        (key,) if key is not None else (),
        word,
        reason,
        sources_of(used),
        date_of(used),
        by_name=bool(used) and all(finding.matched == "name" for finding in used),
        notes=(words.WITHHELD,) if is_withheld(index, subject.kind) else (),
    )
