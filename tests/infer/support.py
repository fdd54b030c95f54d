"""Genes, terms and findings for the tests of this room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from pmcds.infer import infer
from pmcds.model.answers import Answer, Subject
from pmcds.model.findings import Finding, InputNote, Order, Reading, Source, Supply
from pmcds.model.gene_tables import genes_of
from pmcds.model.genes import Gene, gene_of, with_forms
from pmcds.terminology import Terms

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@lru_cache(maxsize=1)
def genes() -> dict[str, Gene]:
    """Every shipped gene file."""
    found = {}
    for path in sorted((ROOT / "cards" / "genes").glob("*.yaml")):
        doc = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
        if "gene" in doc and "method" in doc:
            found[doc["gene"]] = gene_of(doc)
    return with_forms(found, (ROOT / "cards" / "genes" / "variants.tsv").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def tables() -> dict[str, Gene]:
    """The same, with the tables that a source has of its own ("GENE@source")."""
    paths = sorted((ROOT / "cards" / "genes").rglob("*.yaml"))
    documents = [yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader) for path in paths]
    own = genes_of(doc for doc in documents if "gene" in doc and "method" in doc)
    return {**own, **genes()}


@lru_cache(maxsize=1)
def terms() -> Terms:
    """The shipped terms without the large tables."""
    folder = ROOT / "cards" / "terms"
    return Terms.from_docs(
        {
            path.stem: yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
            for path in sorted(folder.glob("*.yaml"))
        }
    )


def finding(kind: str, subject: str | None, value: Any = None, **more: Any) -> Finding:
    """A finding of its own resource, `at` names it."""
    at = more.pop("at", f"{kind}-{subject}-{value}")
    laboratory = more.pop("laboratory", None)
    source = Source(f"Observation/{at}", f"/entry/{at}", f"/entry/{at}", laboratory)
    return Finding(kind, subject, value, source, **more)


def genotype(gene: str, text: str, **more: Any) -> Finding:
    return finding("genotype", gene, text, **more)


def phenotype(gene: str, text: str, **more: Any) -> Finding:
    return finding("phenotype", gene, text, **more)


def score(gene: str, text: str, **more: Any) -> Finding:
    return finding("activity_score", gene, text, **more)


def allele(name: str, status: str = "present", **more: Any) -> Finding:
    typing = {"typing": "both copies"} if more.pop("both", False) else {}
    value = {"allele": name, "locus": name.partition("*")[0], "as_stated": name, **typing}
    return finding("allele", name, value, status=status, **more)


def variant(gene: str | None, value: dict[str, Any] | None = None, **more: Any) -> Finding:
    more.setdefault("source_class", "somatic")
    return finding("variant", gene, {"row": "variant", **(value or {})}, **more)


def ask(
    kind: str,
    name: str,
    *findings: Finding,
    origin: str | None = "germline",
    supply: Supply | None = None,
    now: datetime = NOW,
    orders: tuple[Order, ...] = (),
    known: Mapping[str, Gene] | None = None,
    inputs: tuple[InputNote, ...] = (),
) -> Answer:
    """The answer to one question over these findings."""
    reading = Reading(findings, orders, inputs, supply=supply or Supply())
    question = (Subject(kind, name), origin)
    found = infer(reading, [question], genes=genes() if known is None else known, terms=terms(), now=now)
    return found[question]
