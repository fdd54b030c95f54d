"""Germline rules through the whole line: only what the laboratory calls pathogenic, inherited, of this patient."""

from __future__ import annotations

import pytest

from tests.germline.bundles import condition, evaluate, line, order, said, significance, told, variant

RET, OTC, POLG = "germline/men2/glp1", "germline/urea-cycle/valproate", "germline/polg/valproate"
LQT, AORTA = "germline/long-qt/citalopram", "germline/aortopathy/fluoroquinolones"
FVL, APOE = "germline/thrombophilia/combined-contraceptives", "germline/apoe/lecanemab"


@pytest.mark.parametrize(
    ("rule", "drug", "gene", "change"),
    [
        (RET, "semaglutide", "RET", "p.Cys634Arg"),
        (OTC, "valproate", "OTC", "c.118C>T"),
        (POLG, "divalproex", "POLG", "p.Ala467Thr"),
        (LQT, "citalopram", "KCNQ1", "p.Ala341Val"),
        (AORTA, "ciprofloxacin", "FBN1", "p.Cys1039Tyr"),
    ],
)
@pytest.mark.parametrize("word", ["pathogenic", "likely pathogenic"])
def test_what_the_laboratory_calls_pathogenic_alerts(rule: str, drug: str, gene: str, change: str, word: str) -> None:
    assert line(rule, order(drug), variant(gene, change), significance(word)).outcome == "ALERT"


@pytest.mark.parametrize(
    ("rule", "drug", "gene", "change"),
    [(RET, "semaglutide", "RET", "p.Val804Ala"), (OTC, "valproate", "OTC", "p.Thr125Met"),
     (POLG, "valproate", "POLG", "p.Glu1143Gly")],
)  # fmt: skip
@pytest.mark.parametrize("word", ["uncertain significance", "likely benign", "benign"])
def test_nothing_else_that_it_says_alerts(rule: str, drug: str, gene: str, change: str, word: str) -> None:
    decision = line(rule, order(drug), variant(gene, change), significance(word))
    assert told(decision) == ("CANNOT-TELL", "position-not-tested")


def test_an_alert_rests_on_the_variant_and_on_what_was_concluded() -> None:
    decision = line(RET, order("semaglutide"), variant("RET", "p.Cys634Arg"), significance("pathogenic"))
    assert {"Observation/v1", "Observation/s1"} <= set(decision.evidence)


def test_a_gene_without_any_variant_is_clear() -> None:
    nothing_found = variant("OTC", None, answer="LA9634-2")
    assert told(line(OTC, order("valproic acid"), nothing_found)) == ("CLEAR", "no-variant")


def test_an_unconfirmed_diagnosis_is_neither_alert_nor_clear() -> None:
    decision = line("germline/malignant-hyperthermia/diagnosis", order("sevoflurane"),
                    condition("malignant hyperthermia", verification="provisional"))  # fmt: skip
    assert decision.outcome == "CANNOT-TELL"


def test_a_diagnosis_by_its_code_alerts() -> None:
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "405501007", "display": "Malignant hyperthermia"}]}
    found = line("germline/malignant-hyperthermia/diagnosis", order("desflurane"), condition("MH", code=code))
    assert found.outcome == "ALERT"


def test_a_card_names_variant_date_and_source_and_offers_options() -> None:
    text = said(evaluate(order("semaglutide"), variant("RET", "p.Cys634Arg"), significance("pathogenic")))
    assert "p.Cys634Arg" in text
    assert "2026-05-02" in text
    assert "FDA label" in text
    assert "Options" in text
