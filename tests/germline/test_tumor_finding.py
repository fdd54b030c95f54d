"""A tumor finding that may be inherited asks for a germline test, unless the germline is known (GL-04)."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.model.ledger import DecisionLine
from tests.cards.files import load
from tests.germline.bundles import CARDS, SUBJECT, concept, condition, evaluate, line, said, significance, told, variant

RULE = "germline/tumor-finding/confirmation"
SEVEN = ("BRCA1", "BRCA2", "PALB2", "MLH1", "MSH2", "MSH6", "RET")
BREAST = condition("breast cancer")
SAID = "it may be inherited"


def finding(gene: str = "BRCA1", word: str = "pathogenic", **more: Any) -> list[dict[str, Any]]:
    """A variant of a tumor test with the word of the laboratory."""
    found = variant(gene, "p.Cys61Gly", ident=f"t-{gene}", **{"origin": "somatic", **more})
    return [found, significance(word, of=f"t-{gene}", ident=f"s-{gene}")]


def decided(*resources: dict[str, Any]) -> DecisionLine:
    return line(RULE, BREAST, *resources, drafts=False)


def cards(*resources: dict[str, Any]) -> str:
    return said(evaluate(BREAST, *resources, drafts=False))


@pytest.mark.parametrize("gene", SEVEN)
def test_gl_04_a_pathogenic_tumor_finding_of_each_of_the_seven_genes_asks_for_a_germline_test(gene: str) -> None:
    assert decided(*finding(gene)).outcome == "ALERT"
    assert SAID in cards(*finding(gene))


@pytest.mark.parametrize("gene", ["TP53", "APC", "ATM", "CHEK2"])
def test_gl_04_another_gene_is_not_asked(gene: str) -> None:
    assert decided(*finding(gene)).outcome != "ALERT"


def test_gl_04_the_rule_names_seven_genes_whatever_the_solid_tumor_and_rests_on_the_recommendations() -> None:
    rule = load(CARDS / "germline" / "tumor-finding" / "confirmation.yaml")
    gene = load(CARDS / "genes" / "BRCA1.yaml")
    category = rule["ask"]["know"]["variant"][0].removeprefix("BRCA1 ")
    assert tuple(part.split()[0] for part in gene["variants"][category]["either"]) == SEVEN
    assert rule["status"] == "active"
    assert rule["ask"]["cancer"] == ["solid tumor"]
    assert [stated["pmid"] for stated in rule["evidence"].values()] == ["36529447", "31050713"]


def test_gl_04_a_germline_result_of_the_gene_ends_the_question_whether_it_found_the_variant_or_not() -> None:
    inherited = [variant("BRCA1", "p.Cys61Gly"), significance("pathogenic")]
    not_inherited = [variant("BRCA1", None, answer="LA9634-2")]
    for germline in (inherited, not_inherited):
        decision = decided(*finding(), *germline)
        assert told(decision) == ("CANNOT-TELL", "no-result"), "the other six genes were not tested"
        assert decision.quiet
        assert SAID not in cards(*finding(), *germline)


def test_gl_04_where_all_seven_were_tested_the_line_is_clear() -> None:
    others = [variant(gene, None, origin="somatic", answer="LA9634-2", ident=gene) for gene in SEVEN[1:]]
    germline = variant("BRCA1", None, answer="LA9634-2")
    assert decided(*finding(), germline, *others).outcome == "CLEAR"
    assert decided(*finding(), *others).outcome == "ALERT"


def test_gl_04_a_germline_result_of_another_gene_does_not_end_it() -> None:
    assert decided(*finding(), variant("BRCA2", None, answer="LA9634-2")).outcome == "ALERT"


def test_gl_04_a_germline_variant_of_uncertain_significance_leaves_it_open_without_the_suggestion() -> None:
    unsure = [variant("BRCA1", "p.Met1652Ile"), significance("uncertain significance")]
    assert decided(*finding(), *unsure).outcome == "CANNOT-TELL"
    assert SAID not in cards(*finding(), *unsure)


def test_gl_04_a_germline_result_alone_says_nothing() -> None:
    for word in ("pathogenic", "uncertain significance"):
        decision = decided(variant("BRCA1", "p.Cys61Gly"), significance(word))
        assert told(decision) == ("CANNOT-TELL", "no-result")
        assert decision.quiet


def test_gl_04_a_germline_test_under_way_is_not_suggested_again() -> None:
    request = {
        "resourceType": "ServiceRequest", "id": "r1", "status": "active", "intent": "order", "subject": SUBJECT,
        "code": {"text": "BRCA1 gene targeted mutation analysis"},
    }  # fmt: skip
    assert decided(*finding(), request).outcome == "CANNOT-TELL"
    assert SAID not in cards(*finding(), request)


def test_gl_04_a_tumor_finding_without_a_source_class_counts_by_its_specimen() -> None:
    tissue = {"resourceType": "Specimen", "id": "sp", "subject": SUBJECT, "type": {"text": "tissue"}}
    by_specimen = finding(origin=None, specimen={"reference": "Specimen/sp"})
    assert decided(*by_specimen, tissue).outcome == "ALERT"
    assert told(decided(*finding(origin=None))) == ("CANNOT-TELL", "source-class-unknown")


def test_gl_04_what_is_not_called_pathogenic_asks_for_nothing() -> None:
    for word in ("uncertain significance", "benign"):
        assert decided(*finding(word=word)).outcome == "CANNOT-TELL"
        assert SAID not in cards(*finding(word=word))


def test_gl_04_a_blood_cancer_is_outside_of_the_recommendation() -> None:
    leukemia = condition("AML", code=concept("C92.00", "http://hl7.org/fhir/sid/icd-10-cm"))
    found = line(RULE, leukemia, *finding(), drafts=False)
    assert told(found) == ("NOT-COVERED", "indication-out-of-scope")


def test_ct_03_the_guard_on_plasma_is_quiet_too_once_the_germline_is_known() -> None:
    germline = [variant("BRCA1", "p.Cys61Gly"), significance("pathogenic")]
    found = line("tumor/liquid-biopsy/germline-suspected", BREAST, *germline, drafts=False)
    assert told(found) == ("CANNOT-TELL", "no-result")
    assert found.quiet
