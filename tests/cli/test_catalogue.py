"""phenotype, rules, drugs, genes, coverage, prefetch: readable by default, JSON on request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import BUNDLES, Run

RULE = "pharmacogenomics/clopidogrel/cpic"


def test_phenotype_shows_score_key_and_table(run: Run) -> None:
    shown = run("phenotype", "CYP2D6", "*1/*4x2")
    assert shown.status == 0
    assert "metabolizer" in shown.out
    assert "activity score 1.0" in shown.out
    result = run("phenotype", "CYP2C19", "*2/*2", "--json").json
    assert result["phenotype"] == "poor metabolizer"
    assert result["version"]


def test_rules_lists_every_rule_with_state_and_version(run: Run) -> None:
    shown = run("rules")
    assert RULE in shown.out
    assert "active" in shown.out
    listed = run("rules", "--json").json
    row = next(row for row in listed["rules"] if row["rule"] == RULE)
    assert row["status"] == "active"
    assert row["drugs"] == ["clopidogrel"]
    assert row["evidence"][0]["url"].startswith("https://")


def test_one_rule_is_shown_with_cases_and_evidence(run: Run) -> None:
    shown = run("rules", RULE)
    for text in ("Cases", "Evidence", "https://", "avoid", "silent", "Reviewed"):
        assert text in shown.out
    assert run("rules", RULE, "--json").json["cases"]


def test_drugs_lists_the_drugs_that_rules_name(run: Run) -> None:
    assert "clopidogrel" in run("drugs").out
    assert {"drug": "clopidogrel"}.items() <= next(
        row for row in run("drugs", "list", "--json").json if row["drug"] == "clopidogrel"
    ).items()


@pytest.mark.parametrize(
    "words",
    ["rxnorm|309362", "http://www.nlm.nih.gov/research/umls/rxnorm|309362", "clopidogrel 75 MG Oral Tablet"],
)
def test_drugs_recognizes_codes_and_texts(run: Run, words: str) -> None:
    shown = run("drugs", "recognize", words)
    assert "Ingredients: clopidogrel" in shown.out
    assert run("drugs", "recognize", words, "--json").json["ingredients"] == ["clopidogrel"]


def test_drugs_recognizes_the_drug_of_a_resource(run: Run, tmp_path: Path) -> None:
    entries = json.loads((BUNDLES / "clopidogrel-cyp2c19-poor.json").read_text())["entry"]
    order = next(e["resource"] for e in entries if e["resource"]["resourceType"] == "MedicationRequest")
    file = tmp_path / "order.json"
    file.write_text(json.dumps(order))
    assert "Ingredients: clopidogrel" in run("drugs", "recognize", file).out


def test_an_unknown_drug_is_said_to_be_unknown(run: Run) -> None:
    assert "not recognized" in run("drugs", "recognize", "Sample Herbal Drops").out


def test_drugs_recognizes_every_order_of_a_bundle_and_gives_the_rate(run: Run, tmp_path: Path) -> None:
    orders = [
        {"resourceType": "MedicationRequest", "id": name, "status": "draft", "intent": "order",
         "subject": {"reference": "Patient/p"}, "medicationCodeableConcept": {"text": name}}
        for name in ("clopidogrel", "codeine", "zzyzxine")
    ]  # fmt: skip
    file = tmp_path / "orders.json"
    file.write_text(json.dumps({"resourceType": "Bundle", "entry": [{"resource": one} for one in orders]}))
    assert "2 of 3 recognized (66.7 %: 2 by name)." in run("drugs", "recognize", file).out
    shown = run("drugs", "recognize", file, "--json").json
    assert (shown["recognized"], shown["of"]) == (2, 3)
    assert shown["counts"] == {"drug-unrecognized": 1, "name": 2}


def test_drugs_recognizes_each_line_of_a_text_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "drugs.txt"
    file.write_text("clopidogrel 75 mg\nrxnorm|309362\n\nSample Herbal Drops\n", encoding="utf-8")
    shown = run("drugs", "recognize", file, "--json").json
    assert [row["found"] for row in shown["drugs"]] == ["name", "code", "drug-unrecognized"]


def test_genes_lists_methods_and_tables(run: Run) -> None:
    assert "CYP2C19" in run("genes").out
    assert {"gene", "hgnc", "key", "method", "version"} == set(run("genes", "--json").json[0])
    assert "alleles: *1" in run("genes", "CYP2C19").out
    assert run("genes", "CYP2C19", "--json").json["symbol"] == "CYP2C19"


def test_coverage_names_drug_source_and_question(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "coverage.html"
    assert "CYP2C19" in run("coverage").out
    rows = run("coverage", "--json", "--html", page).json["coverage"]
    assert {"drug": "clopidogrel", "source": "cpic", "asks": "CYP2C19"}.items() <= next(
        row for row in rows if row["rule"] == RULE
    ).items()
    assert ">clopidogrel</th>" in page.read_text()


def test_prefetch_is_a_table_for_each_service(run: Run) -> None:
    assert "Patient/{{context.patientId}}" in run("prefetch").out
    table = run("prefetch", "--json").json
    assert all(isinstance(template, str) for templates in table.values() for template in templates.values())


@pytest.mark.parametrize(
    "command", ["demo", "rules", "drugs", "genes", "coverage", "prefetch", "phenotype", "evaluate", "check", "selftest"]
)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    shown = run(command, "--help")
    assert shown.status == 0
    assert "--json" in shown.out


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").out.startswith("pmcds ")


def test_source_attributes_of_a_rule_are_shown(run: Run) -> None:
    shown = run("rules", RULE, "--attributes")
    assert "bibliographic citation" in shown.out
    assert "not used" in shown.out
    listed = run("rules", RULE, "--attributes", "--json").json
    assert len(listed["rules"][0]["attributes"]) == 13
    assert len(run("rules", "--attributes", "--json").json["rules"]) == len(run("rules", "--json").json["rules"])
