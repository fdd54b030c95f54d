"""Gene files say what the published tables say, and can be read by a person."""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from pmcds.infer import METHODS
from pmcds.infer import phenotype as phenotype_of
from tests.infer.support import ROOT, genes
from tests.shared import SHARED, needs_shared

# Genes of tumors have files of another kind, written by hand: names of variants, no tables.
FILES = sorted(
    path for path in (ROOT / "cards" / "genes").rglob("*.yaml") if "build_genes.py" in path.read_text(encoding="utf-8")
)


def _reference() -> dict[str, Any]:
    assert SHARED is not None
    found = json.loads((SHARED / "data" / "pgx" / "genes.json").read_text(encoding="utf-8"))
    return {name: facts for name, facts in found.items() if not name.startswith("_")}


def test_there_is_a_file_for_each_gene_of_the_guidelines() -> None:
    assert len(FILES) >= 25


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_line_fits_a_screen(path: Path) -> None:
    assert max(len(line) for line in path.read_text(encoding="utf-8").splitlines()) < 140


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_any_yaml_loader_reads_the_same_text(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert yaml.safe_load(text) == yaml.load(text, Loader=yaml.BaseLoader)


@needs_shared
def test_the_own_tables_are_what_the_script_writes() -> None:
    assert SHARED is not None
    build, own = _script("build_genes"), SHARED / "data" / "pgx" / "dpwg_genes.json"
    for name, facts in json.loads(own.read_text(encoding="utf-8")).items():
        if not name.startswith("_"):
            text = (ROOT / "cards" / "genes" / "dpwg" / f"{name}.yaml").read_text(encoding="utf-8")
            assert build.render_own(name, facts, _reference()[name]) == text, name


def test_drugs_that_change_an_activity_are_active_only_with_a_source() -> None:
    for gene in genes().values():
        for row in gene.extra.get("modulators", ()):
            assert row["status"] == "draft" or "unverified" not in row["source"], (gene.symbol, row)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_source_has_a_date_and_a_license(path: Path) -> None:
    doc = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert doc["sources"]
    for source in doc["sources"]:
        assert source["date"]
        assert source["license"] in ("CC0 1.0", "CC BY-SA 4.0")


def test_every_method_is_of_the_closed_list() -> None:
    assert {gene.method for gene in genes().values()} <= set(METHODS)


def test_a_renamed_allele_leads_to_one_that_the_table_has() -> None:
    for gene in genes().values():
        known = {*gene.functions, *gene.activity, *gene.listed_alleles}
        assert set(gene.names.values()) <= known, gene.symbol


def test_a_name_never_hides_another_allele_but_where_it_was_merged() -> None:
    hidden = {
        (gene.symbol, name)
        for gene in genes().values()
        for name in gene.names
        if name in {*gene.functions, *gene.activity}
    }
    assert hidden == {("NUDT15", "*2")}


def test_words_of_a_gene_lead_to_its_own_phenotypes() -> None:
    for gene in genes().values():
        assert set(gene.words.values()) <= set(gene.phenotype_of.values()) | {step[2] for step in gene.scores}


@needs_shared
def test_every_published_diplotype_is_reproduced() -> None:
    assert SHARED is not None
    known = genes()
    rows = equal = 0
    with gzip.open(SHARED / "data" / "pgx" / "diplotypes.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            result = phenotype_of(known[row["gene"]], row["diplotype"])
            rows += 1
            equal += (result.phenotype.lower(), result.activity_score) == (
                row["phenotype"].lower(),
                row["activity_score"],
            )
    assert (equal, rows) == (112_563, 112_563)


@needs_shared
def test_facts_equal_those_of_the_reference_data() -> None:
    check = _script("check_genes")
    wrong = {
        name: told for name, facts in _reference().items() if (told := list(check.differences(genes()[name], facts)))
    }
    assert wrong == {}


@needs_shared
def test_the_files_are_what_the_script_writes() -> None:
    assert SHARED is not None
    build = _script("build_genes")
    rows: dict[str, list[dict[str, Any]]] = {}
    for line in (SHARED / "data" / "pgx" / "alleles.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        rows.setdefault(row["gene"], []).append(row)
    changing = (SHARED / "data" / "pgx" / "phenoconversion.jsonl").read_text(encoding="utf-8").splitlines()
    drugs = [json.loads(line) for line in changing]
    for name, facts in _reference().items():
        text = (ROOT / "cards" / "genes" / f"{name}.yaml").read_text(encoding="utf-8")
        assert build.render(name, facts, rows.get(name, []), drugs) == text, name


@needs_shared
def test_pg8_the_change_of_2026_changed_706_and_35_diplotypes() -> None:
    from itertools import combinations_with_replacement

    from pmcds.infer.phenotype import older_meanings
    from pmcds.infer.tables import table_of

    def changed(symbol: str) -> tuple[int, int]:
        table = table_of(genes()[symbol])
        both = different = 0
        for pair in combinations_with_replacement(sorted(table.group), 2):
            for _, before in older_meanings(table, pair):
                both += 1
                different += before != table.meaning(pair)
        return different, both

    assert changed("TPMT") == (706, 946)
    assert changed("NUDT15") == (35, 45)


def _script(name: str) -> Any:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(ROOT / "scripts"))
    return module
