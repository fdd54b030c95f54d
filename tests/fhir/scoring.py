"""The readers against `expected-findings.jsonl`: every row of every kind, through `read` and, for conflicts, `infer`.

Rows are matched by file, pointer, kind and subject; status, the normative part of the value, the reason, `matched`
and `missing` must be equal. Rows that are wrong themselves stand in `expected_differences.toml`, each with the reason.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pmcds.errors import InputError
from pmcds.fhir import Opened, Policy, ReadContext, open_input, read
from pmcds.infer import conflicts
from pmcds.model.findings import Finding, Reading
from tests.fhir.observations.support import NOW, genes, terms
from tests.shared import SHARED

GENOMIC = frozenset(
    {
        "diplotype", "genotype", "allele", "phenotype", "activity-score", "variant", "fusion", "copy-number",
        "karyotype", "repeat", "consequence", "significance", "reported-implication", "biomarker", "phase", "coverage",
    }
)  # fmt: skip
NORMATIVE = frozenset(
    {
        "p", "c", "g", "spdi", "at", "ids", "zygosity", "vaf", "copies", "genes", "iscn", "repeats", "region", "scope",
        "state", "significance", "functional_effect", "phase", "of",
    }
)  # fmt: skip
ROW_OF_KIND = {
    "genotype": "diplotype", "haplotype": "allele", "allele": "allele", "activity_score": "activity-score",
    "implication": "reported-implication", "order": "medication", "cancer": "condition",
    "family_history": "family-history", "test_order": "test-order", "polygenic_score": "risk",
}  # fmt: skip
VARIANT_LIKE = frozenset({"variant", "fusion", "copy-number", "karyotype", "repeat", "consequence", "significance"})
# Kinds of rows whose value is for the reader of the test (fhir-inputs.md 13, 14).
INFORMATIVE = frozenset({"reported-implication", "reported-text", "report", "consent", "conflict"})
# A link to another patient's resource has a name of its own; a registered result is one kind of not final.
REASONS = {"link-other-patient": "other-patient", "result-pending": "result-not-final"}
# The two patients of these files are seen from the side of the first.
SEEN_BY_FIRST = frozenset({"synthetic/consent-shapes.json"})


class Difference(NamedTuple):
    """A row of the reference that is not met: wrong itself (`verdict` excused), or right and still waited for."""

    file: str
    pointer: str
    kind: str
    subject: str | None
    why: str
    verdict: str


@dataclass
class Score:
    """Verdicts (right, wrong, missed, waiting, excused) by kind, shape and trap; what was wrong; what was invented."""

    by_kind: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    by_shape: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    wrong: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    excused: set[Difference] = field(default_factory=set)


@cache
def differences() -> tuple[Difference, ...]:
    """The rows that are not met, from `expected_differences.toml`."""
    listed = tomllib.loads((Path(__file__).parent / "expected_differences.toml").read_text(encoding="utf-8"))
    return tuple(
        Difference(one["file"], one["pointer"], one["kind"], one.get("subject"), one[reason], verdict)
        for table, reason, verdict in (("row", "why", "excused"), ("waiting", "needs", "waiting"))
        for one in listed.get(table, [])
    )


def row_kind(finding: Finding) -> str:
    """The kind of reference row that a finding belongs to; diplotypes and genotypes are one."""
    named = finding.value.get("row") if isinstance(finding.value, Mapping) else None
    kind = named or ROW_OF_KIND.get(finding.kind, finding.kind)
    if finding.kind == "condition" and isinstance(finding.value, Mapping) and finding.value.get("role") == "staging":
        return "stage"
    return "diplotype" if kind == "genotype" else str(kind)


def row_subject(finding: Finding) -> str | None:
    """The subject in the words of the rows: of an allele its locus."""
    if finding.kind == "allele" and isinstance(finding.value, Mapping) and "locus" in finding.value:
        return str(finding.value["locus"]) if finding.value["locus"] else None
    return finding.subject


def plain(value: Any) -> Any:
    """Numbers as decimals, tuples as lists, so that parts compare by content."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return Decimal(str(value))
    if isinstance(value, (list, tuple)):
        return [plain(member) for member in value]
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    return value


def _normative(value: Any) -> dict[str, Any]:
    found = {name: plain(part) for name, part in (value or {}).items() if name in NORMATIVE}
    for name in ("ids", "of"):
        if name in found:
            found[name] = sorted(found[name])
    if isinstance(found.get("functional_effect"), list):
        found["functional_effect"] = [word.replace("_", " ") for word in found["functional_effect"]]
    return found


# Members that rules may ask for; of these, what a row states must be what was read.
_COMPARED: Mapping[str, frozenset[str]] = {
    "medication": frozenset({"role", "state", "codes", "route"}),
    "condition": frozenset({"codes", "clinical", "verification"}),
    "allergy": frozenset({"codes", "clinical", "verification", "type"}),
    "family-history": frozenset({"relative", "codes", "onset_age"}),
    "test-order": frozenset({"codes", "state"}),
    "risk": frozenset({"predictions"}),
}


def _within(expected: Any, found: Any) -> bool:
    """True if everything that a row states was read; what it does not mention may be there too."""
    if isinstance(expected, Mapping):
        return isinstance(found, Mapping) and all(_within(part, found.get(name)) for name, part in expected.items())
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return all(map(_within, expected, found))
    return bool(expected == found)


def _compared(kind: str, value: Mapping[str, Any]) -> dict[str, Any]:
    stated = {name: plain(part) for name, part in value.items() if name in _COMPARED[kind]}
    if kind == "test-order" and "loinc" in value:
        stated["codes"] = [f"loinc:{value['loinc']}"]
    if "codes" in stated:
        stated["codes"] = sorted(stated["codes"])
    return stated


def same_value(row: Mapping[str, Any], finding: Finding) -> bool:
    """True if the normative part of the value is that of the row."""
    kind, expected, value = row["kind"], row["value"], finding.value
    if kind in INFORMATIVE:
        return True
    if kind == "variant" and finding.reason == "query-negative":
        return (expected["scope"], expected["as_stated"]) == (value["scope"], value["as_stated"])
    if kind in VARIANT_LIKE or kind == "phase":
        return _normative(expected) == _normative(value)
    if kind == "allele":
        return bool((expected or {}).get("allele") == (value or {}).get("allele"))
    if kind in ("biomarker", "laboratory"):
        ours = {name: plain(part) for name, part in (value or {}).items() if name not in ("as_stated", "method")}
        if finding.unit:
            ours["unit"] = {"[IU]/mL": "IU/mL"}.get(finding.unit, finding.unit)
        return {name: plain(part) for name, part in (expected or {}).items() if name != "as_stated"} == ours
    if kind == "coverage":
        return list(expected["genes"]) == list(value["genes"])
    if kind == "interpretation":
        return bool(expected == value["result"])
    if kind == "stage":
        return bool(expected == value["stage"])
    if kind in _COMPARED:
        return _within(_compared(kind, expected or {}), _compared(kind, value or {}))
    return bool(expected == value)


def same_subject(row: Mapping[str, Any], finding: Finding) -> bool:
    """True if a finding is about what the row is about; names of diseases and of texts are for the reader."""
    kind, stated, found = row["kind"], row["subject"], row_subject(finding)
    if kind == "medication":
        return stated is None or set(stated.split(" + ")) == set((found or "").split(" + "))
    if kind in ("condition", "family-history", "allergy", "risk"):
        return True  # the words of the resource; the codes are compared
    return bool(stated == found)


def is_right(row: Mapping[str, Any], finding: Finding) -> bool:
    """True if status, reason, value, `matched` and `missing` are those of the row."""
    reason, expected = (REASONS.get(name or "", name) for name in (finding.reason, row["reason"]))
    return (
        finding.status == row["status"]
        and reason == expected
        and finding.matched == row["matched"]
        and sorted(set(finding.missing)) == sorted(row["missing"])
        and same_value(row, finding)
    )


def contexts(opened: Opened, rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str | None, ReadContext]]:
    """One context for each patient that the rows name; the rows know neither base URLs nor the patient."""
    urls = [site.full_url for site in opened.sites if site.full_url and "://" in site.full_url]
    bases = tuple(sorted({re.sub(r"/[A-Za-z]+/[^/]+$", "", url) for url in urls}))
    named = sorted({row["patient"] for row in rows if row["patient"]}) or [s.key for s in opened.by_type("Patient")]
    policy = Policy(single_patient=True, bases=bases)
    for patient in named or [None]:
        yield patient, ReadContext(terms(), genes(), patient, NOW, policy=policy)


def readings(path: Path, rows: list[Mapping[str, Any]]) -> dict[str | None, Reading]:
    """What is read of a file for each patient whom its rows name."""
    opened = open_input(path.read_bytes())
    found = {}
    for patient, context in contexts(opened, rows):
        try:
            found[patient] = read(opened, context)
        except InputError:
            continue
    return found


@cache
def rows_by_file() -> Mapping[str, list[Mapping[str, Any]]]:
    """All rows of the reference by file."""
    assert SHARED is not None
    rows: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    lines = (SHARED / "data" / "fhir" / "expected-findings.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines:
        row = json.loads(line)
        rows[row["file"]].append(row)
    return rows


@cache
def score() -> Score:
    """Every row judged, and every finding of a complete file that has no row."""
    assert SHARED is not None
    folder = SHARED / "data" / "fhir"
    result = Score()
    for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        expected = rows_by_file().get(entry["file"], [])
        complete = entry["expected_complete_for"] == "genomic kinds"
        if not expected and not complete:
            continue
        found = readings(folder / entry["file"], expected)
        for row in expected:
            _judge(row, _candidates(row, found), result)
        if complete:
            result.extra.extend(_invented(entry["file"], found, expected, result))
    return result


def _candidates(row: Mapping[str, Any], found: Mapping[str | None, Reading]) -> list[Finding]:
    patient = row["patient"]
    if row["file"] in SEEN_BY_FIRST:
        patient = min(name for name in found if name)
    reading = found.get(patient) or next(iter(found.values()), None)
    if reading is None:
        return []
    every = (*reading.findings, *(conflicts(reading, genes()) if row["kind"] == "conflict" else ()))
    places = (row["pointer"],)
    here = [
        one
        for one in every
        if one.source.path in places or any(source.path in places for source in one.also) or one.source.site in places
    ]
    if not here and row["reason"] in ("other-patient",):
        note = next((note for note in reading.inputs if note.site == row["pointer"]), None)
        if note is not None and note.ignored == "other-patient":
            return [_as_told(row)]
    return here


def _as_told(row: Mapping[str, Any]) -> Finding:
    """A row about another patient is met by the input line alone: nothing of it is read."""
    from pmcds.model.findings import Source

    return Finding(row["kind"], row["subject"], {"row": row["kind"], **(row["value"] or {})},
                   Source(row["resource"], row["pointer"], row["pointer"]), row["status"], row["reason"])  # fmt: skip


def _judge(row: Mapping[str, Any], candidates: list[Finding], result: Score) -> None:
    verdict = _verdict(row, candidates)
    known = _difference(row)
    if known is not None and verdict != "right":
        verdict = known.verdict
        result.excused.add(known)
    result.by_kind[row["kind"]][verdict] += 1
    for shape in (*row["shapes"], *row["traps"]):
        result.by_shape[shape][verdict] += 1
    if verdict in ("wrong", "missed"):
        seen = [
            (row_kind(one), row_subject(one), one.status, one.reason, one.matched, one.missing, one.value)
            for one in candidates
        ]
        wanted = [row[name] for name in ("status", "reason", "matched", "missing", "value")]
        result.wrong.append(f"{verdict} {row['kind']} {row['file']}{row['pointer']} {row['subject']} {wanted}: {seen}")


def _verdict(row: Mapping[str, Any], candidates: list[Finding]) -> str:
    if row["status"] == "withheld":
        told = {(one.status, one.reason, one.subject, one.value) for one in candidates}
        return "right" if told == {("withheld", row["reason"], None, None)} else "wrong"
    wanted = "diplotype" if row["kind"] == "genotype" else row["kind"]
    matched = [one for one in candidates if row_kind(one) == wanted and same_subject(row, one)]
    if not matched:
        return "missed"
    return "right" if any(is_right(row, one) for one in matched) else "wrong"


def _difference(row: Mapping[str, Any]) -> Difference | None:
    key = (row["file"], row["pointer"], row["kind"], row["subject"])
    return next((one for one in differences() if one[:4] == key), None)


def _invented(
    file: str, found: Mapping[str | None, Reading], rows: Iterable[Mapping[str, Any]], result: Score
) -> list[str]:
    known = {(row["pointer"], _one(row["kind"]), row["subject"]) for row in rows}
    extra = []
    for reading in found.values():
        for one in reading.findings:
            kind, place = row_kind(one), one.source.path
            if one.status == "present" and kind in GENOMIC and (place, kind, row_subject(one)) not in known:
                extra.append(f"{file}{place} {kind} {row_subject(one)}")
                shapes = {shape for row in rows if row["pointer"] == place for shape in row["shapes"]}
                for shape in shapes or {"no row"}:
                    result.by_shape[shape]["extra"] += 1
    return extra


def _one(kind: str) -> str:
    return "diplotype" if kind == "genotype" else kind


def table(counts: Mapping[str, Counter[str]]) -> str:
    """Name, rows, right, wrong (missed with them), waiting, rows wrong themselves, extra: one line each."""
    head = f"  {'':22} {'rows':>5} {'right':>5} {'wrong':>5} {'waiting':>7} {'row wrong':>9} {'extra':>5}"
    body = [
        f"  {name:22} {sum(count.values()) - count['extra']:5} {count['right']:5} {count['wrong'] + count['missed']:5}"
        f" {count['waiting']:7} {count['excused']:9} {count['extra']:5}"
        for name, count in sorted(counts.items(), key=lambda pair: by_number(pair[0]))
    ]
    return "\n".join([head, *body])


def by_number(name: str) -> tuple[str, int]:
    """G2 before G10."""
    found = re.fullmatch(r"([A-Z]+)(\d+)", name)
    return (found[1], int(found[2])) if found else (name, 0)
