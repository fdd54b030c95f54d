"""The tables say what the reference data say."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pmcds.terminology import Terms
from tests.shared import SHARED, needs_shared
from tests.terminology.conftest import TERMS

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
pytestmark = needs_shared
DATA = (SHARED or Path("/nowhere")) / "data"
# In RxNorm by a letter A name, so the reference list of the combination lacks it; the product has it all the same.
MORE = {"vitamin c", "prilocaine"}


def rows(path: Path) -> list[dict[str, Any]]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in data.decode("utf-8").splitlines() if line]


def expanded(terms: Terms, drugs: list[str]) -> set[str]:
    """Canonical ingredients of the names in the reference data, combinations taken apart."""
    found: set[str] = set()
    for drug in drugs:
        term = terms.drug(drug)
        assert term is not None, drug
        found |= set(term.parts or (term.name,))
    return found


def test_every_product_code_gives_the_ingredients_of_the_reference_data(terms: Terms) -> None:
    known = [terms.drug(row["name"]) for row in rows(DATA / "pgx" / "drugs.jsonl")]
    covered = {term.name for term in known if term is not None and not term.parts}
    products = rows(DATA / "pgx" / "rxnorm_products.jsonl")
    for product in products:
        match = terms.recognize([(RXNORM, product["rxcui"], None)])
        stated = expanded(terms, product["drugs"])
        assert match.how == "code"
        assert match.unmapped == 0
        assert stated <= set(match.ingredients), product["rxcui"]
        assert (set(match.ingredients) & covered) - stated <= MORE, product["rxcui"]
        assert len(match.ingredients) >= len(set(product["ingredient_rxcuis"])) or product["tty"] == "MIN"
    assert len(products) == 7334


def test_every_drug_of_the_reference_data_is_known(terms: Terms) -> None:
    classes = {"hormonal contraceptives for systemic use", "ascorbic acid (vitamin c), combinations"}
    for row in rows(DATA / "pgx" / "drugs.jsonl"):
        if row["name"] in classes:
            continue
        match = terms.recognize([], row["name"])
        assert match.ingredients, row["name"]
        assert match.unmapped == 0 or row["name"] == "moviprep", row["name"]
        if row["rxcui"]:
            by_code = terms.recognize([(RXNORM, row["rxcui"], None)])
            assert by_code.ingredients == match.ingredients, row["name"]


def test_every_ndc_gives_the_ingredients_of_its_product(terms: Terms) -> None:
    product = {row["rxcui"]: row for row in rows(DATA / "pgx" / "rxnorm_products.jsonl")}
    for row in rows(DATA / "pgx" / "rxnorm_ndc.jsonl.gz")[::25]:
        expected = terms.recognize([(RXNORM, product[row["rxcuis"][0]]["rxcui"], None)])
        found = terms.recognize([("http://hl7.org/fhir/sid/ndc", row["ndc"], None)])
        assert found.ingredients == expected.ingredients, row["ndc"]


def test_every_eu_number_gives_its_drugs(terms: Terms) -> None:
    for row in rows(DATA / "pgx" / "ema_products.jsonl"):
        match = terms.recognize([("https://www.ema.europa.eu", row["ma_number"], None)])
        assert expanded(terms, row["drugs"]) <= set(match.ingredients), row["ma_number"]


def test_every_therapy_of_the_tumor_rules_is_known(terms: Terms) -> None:
    for row in rows(DATA / "biomarkers" / "rules" / "tumor_rules_draft.jsonl"):
        for drug in row["drug_codes"]:
            assert terms.drug(drug) is not None, drug


def test_every_brand_of_the_labels_is_known(terms: Terms) -> None:
    for row in rows(DATA / "biomarkers" / "labels" / "fda_label_facts.jsonl"):
        assert terms.recognize([], row["brand"]).ingredients, row["brand"]


def test_the_committed_tables_are_what_the_script_writes(tmp_path: Path) -> None:
    script = TERMS.parents[1] / "scripts" / "build_terms.py"
    command = [sys.executable, str(script), "--shared", str(SHARED), "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "CHECK" not in done.stderr
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (TERMS / path.name).read_bytes(), path.name


# Orders


def order_shapes() -> dict[str, dict[str, Any]]:
    bundle = json.loads((DATA / "fhir" / "synthetic" / "order-shapes.json").read_text(encoding="utf-8"))
    return {entry["resource"]["id"]: entry["resource"] for entry in bundle["entry"]}


def concepts(resource: dict[str, Any], bundle: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    if "medicationCodeableConcept" in resource:
        yield resource["medicationCodeableConcept"]
    reference = resource.get("medicationReference") or {}
    name = reference.get("reference", "").lstrip("#").rsplit("/", 1)[-1]
    contained = {inner["id"]: inner for inner in resource.get("contained", ())}
    target = contained.get(name) or bundle.get(name)
    if target is not None:
        yield from ([target["code"]] if "code" in target else [])
        yield from (part["itemCodeableConcept"] for part in target.get("ingredient", ()))
    elif reference.get("display"):
        yield {"text": reference["display"]}


def test_every_order_shape_is_recognized_as_expected(terms: Terms) -> None:
    bundle = order_shapes()
    expected = {
        row["resource"].split("/")[1]: row
        for row in rows(DATA / "fhir" / "expected-findings.jsonl")
        if row["file"] == "synthetic/order-shapes.json" and row["kind"] == "medication"
    }
    for name, row in expected.items():
        matches = [
            terms.recognize(
                [(c.get("system"), c.get("code"), c.get("display")) for c in concept.get("coding", ())],
                concept.get("text"),
            )
            for concept in concepts(bundle[name], bundle)
        ]
        found = {drug for match in matches for drug in match.ingredients}
        assert found == set((row["subject"] or "").split(" + ")) - {""}, name
        conflict = row["reason"] in ("code-conflict", "code-display")
        assert any(match.conflicting for match in matches) is conflict, name
        assert not any(match.outside_tables for match in matches), name
        if row["matched"]:
            assert {match.how for match in matches} == {"name"}, name


# Drugs of the sample requests that no table has, and why.
UNKNOWN = {
    "TPF", "TPN Solution", "prescribed medication",  # no drug names
    "Vagistat-3", "Novolog 100u/ml", "Lantus 100 unit/ml injectable solution", "Adcetris",
    "Nystex 100,000 UNT/GM Topical Ointment",
    "Nasonex 0.05mg/ACTUAT Nasal Inhaler",  # brands of drugs that no rule names
    "Dextrose 5% injection USP", "Intralipid 20% IV Fat Emulsion",
    "Clinimix 4.25/10 sulfite-free (4.25% Amino Acid in 10% Dextrose) Injection, 1000ml",  # fluids
    "Alemtuzamab (substance)", "Brentixumab Vedotin (Adcetris)", "Salicyclic Acid (substance)",  # misspelled
    "Little Pink Pill for water retention", "Zzyzxine 10 MG Oral Tablet",
}  # fmt: skip


def sample_concepts(folder: str) -> Iterator[dict[str, Any]]:
    for path in sorted((DATA / folder).rglob("*.json")):
        nodes: list[Any] = [json.loads(path.read_text(encoding="utf-8"))]
        while nodes:
            node = nodes.pop()
            nodes += node if isinstance(node, list) else node.values() if isinstance(node, dict) else ()
            if not isinstance(node, dict):
                continue
            concept = node.get("medicationCodeableConcept")
            if isinstance(concept, dict):
                yield concept
            if node.get("resourceType") == "Medication" and isinstance(node.get("code"), dict):
                yield node["code"]
            reference = node.get("medicationReference")
            if isinstance(reference, dict) and reference.get("display"):
                yield {"text": reference["display"]}


@pytest.mark.parametrize("folder", ["cds-hooks", "fhir"])
def test_every_drug_of_the_sample_files_is_recognized_or_listed_with_its_reason(terms: Terms, folder: str) -> None:
    missed = set()
    for concept in sample_concepts(folder):
        codings = [
            (c.get("system"), c.get("code"), c.get("display")) for c in concept.get("coding", ()) if isinstance(c, dict)
        ]
        if not terms.recognize(codings, concept.get("text")).ingredients:
            missed.add(concept.get("text") or next((display for _, _, display in codings if display), None))
    assert missed - {None} <= UNKNOWN


def test_no_drug_of_a_rule_is_taken_for_one_outside_the_tables(terms: Terms) -> None:
    """A coded order that shows the name of a drug with rules is recognized although its code is not listed."""
    for row in rows(DATA / "pgx" / "recommendations.jsonl"):
        match = terms.recognize([(RXNORM, "9999998", f"{row['drug']} 10 MG Oral Tablet")])
        assert match.ingredients, row["drug"]


def test_codes_of_corpus_genes_agree(terms: Terms) -> None:
    genes = json.loads((DATA / "pgx" / "genes.json").read_text(encoding="utf-8"))
    for symbol, gene in genes.items():
        if isinstance(gene, dict) and gene.get("hgnc"):
            assert terms.gene("http://www.genenames.org", gene["hgnc"]) == symbol
    for row in rows(DATA / "biomarkers" / "germline" / "acmg_sf_v3_3.jsonl"):
        if re.fullmatch(r"HGNC:\d+", row.get("hgnc_id") or ""):
            assert terms.gene("http://www.genenames.org", row["hgnc_id"]) == row["gene"]
