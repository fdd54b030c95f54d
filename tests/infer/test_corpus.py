"""The FHIR corpus, read and inferred: the expected conflict rows, and an answer for every question of every file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pmcds.errors import InputError
from pmcds.fhir import ReadContext, open_input, read
from pmcds.infer import conflicts, infer
from pmcds.model.answers import Answer, Subject
from pmcds.model.findings import Finding, Reading
from pmcds.model.words import ANSWER_WORDS, REASON_ORDER, WORD_OF_REASON
from tests.infer.support import NOW, genes, terms
from tests.shared import SHARED, needs_shared

QUESTIONS: list[tuple[Subject, str | None]] = [
    *((Subject(kind, gene), "germline") for gene in genes() for kind in ("phenotype", "diplotype")),
    *((Subject("activity_score", gene), "germline") for gene in ("CYP2D6", "CYP2C9", "DPYD")),
    (Subject("allele", "HLA-B*57:01"), "germline"),
    (Subject("allele", "HLA-B*15:02"), "germline"),
    (Subject("variant", "BRAF p.Val600Glu"), "somatic"),
    (Subject("variant", "EGFR exon 19 deletion"), "somatic"),
    (Subject("laboratory", "creatinine"), None),
    (Subject("biomarker", "TMB"), "somatic"),
    (Subject("condition", "stroke"), None),
    (Subject("medication", "warfarin"), None),
    (Subject("taken_for", "warfarin"), None),
    (Subject("age", ""), None),
    (Subject("sex", ""), None),
]


@cache
def _files() -> tuple[Path, ...]:
    return tuple(sorted((SHARED / "data" / "fhir").rglob("*.json"))) if SHARED is not None else ()


def _read(path: Path) -> Reading | None:
    opened = open_input(path.read_bytes())
    patients = sorted({site.key for site in opened.by_type("Patient")})
    for patient in (None, *patients[:1]):
        try:
            return read(opened, ReadContext(terms(), genes(), patient, NOW))
        except InputError:
            continue
    return None


@cache
def _expected() -> dict[str, list[dict[str, Any]]]:
    assert SHARED is not None
    rows: dict[str, list[dict[str, Any]]] = {}
    for line in (SHARED / "data" / "fhir" / "expected-findings.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["kind"] == "conflict":
            rows.setdefault(row["file"], []).append(row)
    return rows


def _places(found: tuple[Finding, ...]) -> Iterator[tuple[str, str | None, str, str | None]]:
    for one in found:
        yield one.source.path or one.source.site, one.subject, one.status, one.reason


@needs_shared
def test_every_expected_conflict_is_found_where_it_is_expected() -> None:
    assert SHARED is not None
    missing = []
    for name, rows in _expected().items():
        reading = _read(SHARED / "data" / "fhir" / name)
        assert reading is not None
        found = set(_places(conflicts(reading, genes())))
        missing += [
            (name, row["pointer"], row["subject"], row["status"])
            for row in rows
            if (row["pointer"], row["subject"], row["status"], row["reason"]) not in found
        ]
    assert missing == []


@pytest.mark.slow
@needs_shared
def test_every_file_gives_an_answer_of_the_closed_words() -> None:
    for path in _files():
        try:
            reading = _read(path)
        except InputError:
            continue
        if reading is not None:
            for answer in infer(reading, QUESTIONS, genes=genes(), terms=terms(), now=NOW).values():
                _check(answer)


def _check(answer: Answer) -> None:
    assert (answer.word is None) == bool(answer.keys)
    assert answer.word is None or answer.word in ANSWER_WORDS
    assert answer.reason is None or answer.reason in REASON_ORDER
    if answer.word is not None:
        assert answer.reason is not None
        assert WORD_OF_REASON[answer.reason] == answer.word
    if len(answer.keys) > 1:
        assert answer.reason is not None


@pytest.mark.slow
@needs_shared
def test_lc13_the_order_of_the_findings_changes_no_answer_in_any_file() -> None:
    chance = Random(7)
    for path in _files():
        try:
            reading = _read(path)
        except InputError:
            continue
        if reading is None or len(reading.findings) < 2:
            continue
        mixed = list(reading.findings)
        chance.shuffle(mixed)
        first = infer(reading, QUESTIONS, genes=genes(), terms=terms(), now=NOW)
        second = infer(replace(reading, findings=tuple(mixed)), QUESTIONS, genes=genes(), terms=terms(), now=NOW)
        assert first == second, path.name
