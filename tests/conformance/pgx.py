"""Guideline keys as patients, and the rows that the engine finds for them."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pmcds
from pmcds.model.results import Recommendation
from tests.shared import SHARED

NOW = datetime(2026, 6, 1, tzinfo=UTC)
NO_RESULT = "No Result"
UNDECIDED = ("n/a", "Indeterminate", "indeterminate")
Row = tuple[str, tuple[tuple[str, str], ...], str]


def data() -> Path:
    """The folder of the reference data."""
    assert SHARED is not None
    return SHARED / "data" / "pgx"


def lines(name: str) -> Iterator[dict[str, Any]]:
    """The rows of a file of JSON lines, compressed or not."""
    path = data() / name
    if name.endswith(".gz"):
        with gzip.open(path, "rt", encoding="utf-8") as text:
            yield from (json.loads(line) for line in text)
    else:
        yield from (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())


@cache
def engine() -> pmcds.Engine:
    """The bundled knowledge."""
    return pmcds.Engine()


@cache
def undecided() -> Mapping[str, str]:
    """For each gene a diplotype that its table calls indeterminate."""
    found: dict[str, str] = {}
    for row in lines("diplotypes.jsonl.gz"):
        if row["phenotype"] == "Indeterminate":
            found.setdefault(row["gene"], row["diplotype"])
    return found


def patient(
    keys: Iterable[tuple[str, str]],
    *,
    diplotypes: Mapping[str, str] | None = None,
    taken: Iterable[str] = (),
    by_alleles: bool = True,
) -> pmcds.Patient:
    """A patient with these guideline keys; several of one gene are several statuses of its alleles.

    The drugs in `taken` have been taken for two years. An indeterminate key is stated by alleles, or as such.
    """
    parts: dict[str, dict[str, str]] = {"diplotype": dict(diplotypes or {}), "phenotype": {}, "activity_score": {}}
    allele: dict[str, str] = {}
    for gene, key in keys:
        name, _, status = key.rpartition(" ")
        if key == NO_RESULT or gene in parts["diplotype"]:
            continue
        if key in UNDECIDED:
            if not by_alleles:
                parts["phenotype"][gene] = "indeterminate"
            elif gene in undecided():
                parts["diplotype"][gene] = undecided()[gene]
        elif status in ("positive", "negative") and name.startswith("*"):
            allele[f"{gene}{name}"] = "present" if status == "positive" else "absent"
        elif engine().knowledge.genes[gene].key == "activity_score" and key[-1].isdigit():
            parts["activity_score"][gene] = key
        else:
            parts["phenotype"][gene] = key
    medication: list[str | Mapping[str, str]] = [{"drug": drug, "since": "2024-06-01"} for drug in taken]
    diplotype, phenotype, score = parts["diplotype"], parts["phenotype"], parts["activity_score"]
    return pmcds.Patient(diplotype, phenotype, score, allele, medication=medication)


def recommended(someone: pmcds.Patient, drugs: Iterable[str]) -> tuple[Recommendation, ...]:
    """Every row that applies to this patient, for these drugs."""
    return engine().evaluate(someone, order=list(drugs), now=NOW).recommendations


def row_of(found: Recommendation) -> Row:
    """A row by drug, key and population."""
    return found.drug, tuple(sorted(found.lookup.items())), found.population or "general"


def shown(title: str, counts: Counter[str] | Mapping[str, Any]) -> None:
    """Counts for whoever runs the tests with -s."""
    print(f"\n{title}")  # noqa: T201
    for name in sorted(counts):
        print(f"  {name:40} {counts[name]}")  # noqa: T201
