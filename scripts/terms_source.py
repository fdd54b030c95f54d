"""The reference data that the tables of `cards/terms` are made from."""

from __future__ import annotations

import collections
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from terms_names import SAME, SEPARATE, Names, combination_parts, stated_names

Row = Mapping[str, Any]


def rows(path: Path) -> list[dict[str, Any]]:
    """Rows of a JSON lines file, plain or gzipped."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in data.decode("utf-8").splitlines() if line.strip()]


class Source:
    """The reference data that the drug tables are made from."""

    def __init__(self, shared: Path) -> None:
        self.shared = shared
        pgx, tumor = shared / "data" / "pgx", shared / "data" / "biomarkers"
        self.drugs = rows(pgx / "drugs.jsonl")
        self.products = rows(pgx / "rxnorm_products.jsonl")
        self.ndc = rows(pgx / "rxnorm_ndc.jsonl.gz")
        self.directory = rows(pgx / "ndc_directory_A.jsonl.gz")
        self.ema = rows(pgx / "ema_products.jsonl")
        self.inhibitors = [row for row in rows(pgx / "phenoconversion.jsonl") if row.get("drug")]
        self.tumor = rows(tumor / "rules" / "tumor_rules_draft.jsonl")
        self.labels = rows(tumor / "labels" / "fda_label_facts.jsonl")
        combined = re.compile(r" / |/| and |, (?:plain|combinations)$")
        skip = {"moviprep", "hormonal contraceptives for systemic use"}
        single = [row["name"] for row in self.drugs if not combined.search(row["name"]) and row["name"] not in skip]
        minor = {part for row in self.products if row["tty"] == "MIN" for part in stated_names(row["name"])}
        other = [row["drug"] for row in self.inhibitors] + [name for row in self.tumor for name in row["drug_codes"]]
        self.names = Names([name for name in single if name not in SAME])
        minor |= {part for row in self.drugs for part in combination_parts(row["name"], self.names)}
        self.names.known |= {self.names.base(name.lower()) for name in [*sorted(minor), *sorted(set(other))]}
        self.names.known |= SEPARATE
        stated = {name for row in [*self.products, *self.ema] for name in stated_names(row["name"])}
        for name in sorted(stated, key=lambda text: (len(text.split()), text)):
            base = self.names.base(name)
            self.names.known.add(self.names.bare(base) if base not in self.names.known else base)
        self.singles = {row["name"]: row for row in self.drugs if row["name"] in single}

    def ingredients(self, product: Row) -> list[str]:
        """All ingredients of a product, by the words of its name."""
        return sorted({self.names.base(name) for name in stated_names(product["name"])})


def corpus_drugs(shared: Path, names: Names) -> dict[str, set[str]]:
    """RxNorm codes that FHIR files show with the bare name of one drug."""
    found: dict[str, set[str]] = collections.defaultdict(set)
    for system, code, display in codings(shared):
        if system.endswith("/rxnorm") and re.fullmatch(r"[1-9]\d*", code):
            name = names.base(re.sub(r"\s*\(.*$", "", display).strip().lower())
            if name in names.known:
                found[code].add(name)
    return {code: own for code, own in found.items() if len(own) == 1}


def codings(shared: Path) -> Iterator[tuple[str, str, str]]:
    """Every coding with system, code and display of the FHIR files."""
    for path in sorted((shared / "data" / "fhir").rglob("*.json")):
        nodes: list[Any] = [json.loads(path.read_text(encoding="utf-8"))]
        while nodes:
            node = nodes.pop()
            if isinstance(node, list):
                nodes += node
            elif isinstance(node, dict):
                nodes += node.values()
                triple = node.get("system"), node.get("code"), node.get("display")
                if all(isinstance(part, str) for part in triple):
                    yield triple  # type: ignore[misc]


def corpus_genes(shared: Path) -> set[tuple[str, str]]:
    """Pairs of symbol and HGNC id that the FHIR files state, where neither side is paired with another."""
    pairs: set[tuple[str, str]] = set()
    for system, code, display in codings(shared):
        number = code if code.startswith("HGNC:") else f"HGNC:{code}"
        if "genenames" in system and re.fullmatch(r"HGNC:\d+", number) and re.fullmatch(r"[A-Z][A-Z0-9-]*", display):
            pairs.add((display, number))
    symbols = collections.Counter(symbol for symbol, _ in pairs)
    numbers = collections.Counter(number for _, number in pairs)
    return {pair for pair in pairs if symbols[pair[0]] == 1 and numbers[pair[1]] == 1}
