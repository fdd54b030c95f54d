"""The readers against the reference rows: how many are right, for each kind and shape, and that nothing is invented.

Rows are matched by file, pointer, kind and subject; status, the normative part of the value and the reason must be
equal. Rows of Conditions and other resources belong to other readers.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pmcds.fhir import Opened, open_input
from pmcds.fhir.observations import read_observations
from pmcds.fhir.site import Policy, ReadContext
from pmcds.model.findings import Finding
from tests.fhir.observations.support import NOW, genes, terms
from tests.shared import SHARED, needs_shared

pytestmark = needs_shared

GENOMIC = frozenset(
    {
        "diplotype", "genotype", "allele", "phenotype", "activity-score", "variant", "fusion", "copy-number",
        "karyotype", "repeat", "consequence", "significance", "reported-implication", "biomarker", "phase", "coverage",
    }
)  # fmt: skip
KINDS = GENOMIC | {"laboratory", "interpretation", "report", "reported-text"}
OURS = frozenset({"Observation", "DiagnosticReport", "Parameters"})
NORMATIVE = frozenset(
    {
        "p", "c", "g", "spdi", "at", "ids", "zygosity", "vaf", "copies", "genes", "iscn", "repeats", "region", "scope",
        "state", "significance", "functional_effect", "phase", "of",
    }
)  # fmt: skip
BY_OUR_KIND = {
    "genotype": "diplotype", "haplotype": "allele", "allele": "allele", "activity_score": "activity-score",
    "implication": "reported-implication",
}  # fmt: skip
# The reason of a link stands under its own name; a registered result is one that is not final; which of label and
# consent withheld a resource is the business of `read`.
REASONS = {
    "link-other-patient": "other-patient",
    "result-pending": "result-not-final",
    "security-label": "consent-denied",
}
# Floors: raise them with the readers, never lower them.
FLOOR, GENOMIC_FLOOR = 0.995, 0.995


class Row(NamedTuple):
    kind: str
    subject: str | None
    value: Any


class Score(NamedTuple):
    by_kind: Mapping[str, Counter[str]]
    by_shape: Mapping[str, Counter[str]]
    wrong: list[str]
    extra: list[str]


def as_row(finding: Finding) -> Row:
    """A finding in the words of the reference rows."""
    value = finding.value
    named = value.get("row") if isinstance(value, Mapping) else None
    kind = named or BY_OUR_KIND.get(finding.kind, finding.kind)
    subject = value.get("locus") if finding.kind == "allele" and isinstance(value, Mapping) else finding.subject
    return Row(kind, subject, value)


def plain(value: Any) -> Any:
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return Decimal(str(value))
    if isinstance(value, (list, tuple)):
        return [plain(member) for member in value]
    return value


def normative(value: Any) -> dict[str, Any]:
    found = {name: plain(part) for name, part in (value or {}).items() if name in NORMATIVE}
    for name in ("ids", "of"):
        if name in found:
            found[name] = sorted(found[name])
    if isinstance(found.get("functional_effect"), list):
        found["functional_effect"] = [word.replace("_", " ") for word in found["functional_effect"]]
    return found


def same_value(kind: str, expected: Any, finding: Finding) -> bool:
    value = finding.value
    if kind == "variant" and finding.reason == "query-negative":
        return (expected["scope"], expected["as_stated"]) == (value["scope"], value["as_stated"])
    if kind in ("variant", "fusion", "copy-number", "karyotype", "repeat", "consequence", "significance", "phase"):
        return normative(expected) == normative(value)
    if kind == "allele":
        return (expected or {}).get("allele") == (value or {}).get("allele")
    if kind in ("biomarker", "laboratory"):
        ours = {name: plain(part) for name, part in (value or {}).items() if name not in ("as_stated", "method")}
        if finding.unit:
            ours["unit"] = {"[IU]/mL": "IU/mL"}.get(finding.unit, finding.unit)
        return {name: plain(part) for name, part in (expected or {}).items() if name != "as_stated"} == ours
    if kind == "coverage":
        return list(expected["genes"]) == list(value["genes"])
    if kind == "interpretation":
        return bool(expected == value["result"])
    if kind in ("reported-implication", "reported-text", "report"):
        return True  # informative
    return bool(expected == value)


def same_kind(row: str) -> str:
    return "diplotype" if row == "genotype" else row


def contexts(opened: Opened, rows: list[dict[str, Any]]) -> Iterator[tuple[str | None, ReadContext]]:
    """One context for each patient that the rows name; the rows know neither base URLs nor the patient."""
    urls = [site.full_url for site in opened.sites if site.full_url and "://" in site.full_url]
    bases = tuple(sorted({re.sub(r"/[A-Za-z]+/[^/]+$", "", url) for url in urls}))
    named = sorted({row["patient"] for row in rows if row["patient"]}) or [s.key for s in opened.by_type("Patient")]
    for patient in named or [None]:
        yield patient, ReadContext(terms(), genes(), patient, NOW, policy=Policy(single_patient=True, bases=bases))


def found_in(path: Path, rows: list[dict[str, Any]]) -> dict[str | None, tuple[Finding, ...]]:
    opened = open_input(path.read_bytes())
    return {patient: read_observations(opened, context).findings for patient, context in contexts(opened, rows)}


@cache
def score() -> Score:
    assert SHARED is not None
    folder = SHARED / "data" / "fhir"
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (folder / "expected-findings.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["kind"] in KINDS and row["resource"].split("/")[0] in OURS:
            rows[row["file"]].append(row)
    result = Score(defaultdict(Counter), defaultdict(Counter), [], [])
    for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        expected = rows.get(entry["file"], [])
        complete = entry["expected_complete_for"] == "genomic kinds"
        if expected or complete:
            found = found_in(folder / entry["file"], expected)
            for row in expected:
                _judge(row, found, result)
            if complete:
                result.extra.extend(_invented(entry["file"], found, expected))
    return result


def _judge(row: dict[str, Any], found: Mapping[str | None, tuple[Finding, ...]], result: Score) -> None:
    candidates = found.get(row["patient"]) or next(iter(found.values()))
    wanted = (row["pointer"], same_kind(row["kind"]), row["subject"])
    matched = [
        one for one in candidates if (one.source.path, same_kind(as_row(one).kind), as_row(one).subject) == wanted
    ]
    verdict = "missed"
    if matched:
        verdict = "right" if any(_is_right(row, one) for one in matched) else "wrong"
    result.by_kind[row["kind"]][verdict] += 1
    for shape in (*row["shapes"], *row["traps"]):
        result.by_shape[shape][verdict] += 1
    if verdict != "right":
        seen = [(as_row(one)[:2], one.status, one.reason) for one in candidates if one.source.path == row["pointer"]]
        result.wrong.append(f"{verdict} {row['kind']} {row['file']}{row['pointer']} {row['subject']}: {seen}")


def _is_right(row: dict[str, Any], finding: Finding) -> bool:
    reason, expected = (REASONS.get(name or "", name) for name in (finding.reason, row["reason"]))
    return finding.status == row["status"] and reason == expected and same_value(row["kind"], row["value"], finding)


def _invented(file: str, found: Mapping[str | None, tuple[Finding, ...]], rows: list[dict[str, Any]]) -> list[str]:
    known = {(row["pointer"], same_kind(row["kind"]), row["subject"]) for row in rows}
    return [
        f"{file}{one.source.path} {as_row(one)[:2]}"
        for findings in found.values()
        for one in findings
        if one.status == "present"
        and as_row(one).kind in GENOMIC
        and (one.source.path, same_kind(as_row(one).kind), as_row(one).subject) not in known
    ]


def share(counts: Mapping[str, Counter[str]], kinds: frozenset[str]) -> float:
    total: Counter[str] = Counter()
    for kind in kinds:
        total.update(counts.get(kind, Counter()))
    return total["right"] / sum(total.values())


def lines(counts: Mapping[str, Counter[str]]) -> str:
    return "\n".join(
        f"  {name:22} {count['right']:4} of {sum(count.values()):4}"
        + "".join(f", {verdict} {number}" for verdict, number in sorted(count.items()) if verdict != "right")
        for name, count in sorted(counts.items())
    )


def test_reference_rows_are_read() -> None:
    result = score()
    shapes = {name: count for name, count in result.by_shape.items() if set(count) != {"right"}}
    parts = ("", "by kind", lines(result.by_kind), "shapes and traps not all right", lines(shapes), *result.wrong)
    sys.stdout.write("\n".join(parts) + "\n")
    assert share(result.by_kind, GENOMIC) >= GENOMIC_FLOOR
    assert share(result.by_kind, KINDS) >= FLOOR


def test_no_positive_finding_is_invented() -> None:
    assert score().extra == []


def test_every_observation_report_and_answer_gets_one_note() -> None:
    assert SHARED is not None
    for path in sorted((SHARED / "data" / "fhir" / "synthetic").glob("*.json")):
        opened = open_input(path.read_bytes())
        for _, context in contexts(opened, []):
            result = read_observations(opened, context)
            sites = [site.pointer for kind in sorted(OURS) for site in opened.by_type(kind)]
            assert sorted(note.site for note in result.notes) == sorted(sites)
            used = {finding.source.site for finding in result.findings}
            assert all(note.ignored or note.role or note.site in used for note in result.notes)
