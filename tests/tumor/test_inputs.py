"""What resources are read as: implications, consequences, coverage, diagnoses, orders, relatives, pending tests."""

from __future__ import annotations

from typing import Any

from pmcds.model.ledger import DecisionLine
from tests.germline.bundles import (
    SUBJECT,
    component,
    concept,
    condition,
    evaluate,
    laboratory,
    line,
    observation,
    order,
    said,
    significance,
    told,
    variant,
)

LUNG = condition("non-small cell lung cancer")
KRAS = "tumor/lung/kras-g12c"


def decision(rule: str, *resources: dict[str, Any]) -> DecisionLine:
    return line(rule, *resources, drafts=False)


def test_in_04_an_implication_classifies_the_variant_it_points_to_and_is_none_itself() -> None:
    rule, found = "germline/men2/glp1", variant("RET", "p.Cys634Arg")
    assert decision(rule, order("semaglutide"), found, significance("pathogenic")).outcome == "ALERT"
    assert told(decision(rule, order("semaglutide"), found)) == ("CANNOT-TELL", "indeterminate")
    alone = significance("pathogenic", of="gone")
    assert told(decision(rule, order("semaglutide"), alone)) == ("CANNOT-TELL", "no-result")


def test_in_05_a_consequence_names_the_variant_it_points_to_and_is_none_itself() -> None:
    base = variant("KRAS", None, origin="somatic")
    consequence = observation(
        "c1", concept("molecular-consequence", "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs"),
        component=[component("48005-3", concept("p.Gly12Cys", "http://varnomen.hgvs.org"))],
        derivedFrom=[{"reference": "Observation/v1"}],
    )  # fmt: skip
    assert decision(KRAS, LUNG, base, consequence).outcome == "ALERT"
    assert decision(KRAS, LUNG, consequence).outcome == "CANNOT-TELL"


def test_in_06_a_region_that_was_studied_proves_absence_for_its_gene_only() -> None:
    studied = observation("r1", concept("53041-0"), component=[component("48018-6", {"text": "KRAS"})])
    other = variant("EGFR", "p.Leu858Arg", origin="somatic")
    assert decision(KRAS, LUNG, other, studied).outcome == "CLEAR"
    assert told(decision(KRAS, LUNG, other)) == ("CANNOT-TELL", "no-result")


def test_in_07_a_diagnosis_counts_if_it_is_active_and_the_patients_own() -> None:
    found = variant("KRAS", "p.Gly12Cys", origin="somatic")
    assert decision(KRAS, LUNG, found).outcome == "ALERT"
    refuted = condition("non-small cell lung cancer", verification="refuted")
    assert decision(KRAS, refuted, found).outcome != "ALERT"


def test_in_08_a_drug_ordered_beside_makes_the_pair() -> None:
    bowel = condition("colorectal cancer")
    found = [variant("KRAS", "p.Gly12Cys", origin="somatic"), variant("NRAS", None, origin="somatic",
             answer="LA9634-2", ident="v2")]  # fmt: skip
    rule = "tumor/colorectal/ras-panitumumab"

    def panitumumab(*orders: dict[str, Any]) -> str:
        lines = evaluate(bowel, *found, *orders, drafts=False).ledger.orders
        return next(one.outcome for one in lines if one.rule == rule)

    assert panitumumab(order("panitumumab")) == "ALERT"
    assert panitumumab(order("panitumumab"), order("sotorasib", "o2")) == "CLEAR"


def test_in_09_a_laboratory_value_is_read_with_its_unit_date_and_code() -> None:
    rule = "laboratory/potassium/eplerenone"
    assert decision(rule, order("eplerenone"), laboratory("2823-3", 6.0, "mmol/L")).outcome == "ALERT"
    shown = said(evaluate(order("eplerenone"), laboratory("2823-3", 6.0, "mmol/L"), drafts=False))
    assert "2026-05-02" in shown
    assert "6" in shown


def test_in_10_a_risk_assessment_is_no_result_of_a_rule() -> None:
    risk = {
        "resourceType": "RiskAssessment", "id": "r1", "status": "final", "subject": SUBJECT,
        "prediction": [{"outcome": {"text": "breast cancer"}, "probabilityDecimal": 0.4}],
    }  # fmt: skip
    assert line("germline/polygenic/breast", risk).outcome == "CANNOT-TELL"


def test_in_11_a_relatives_disease_is_never_the_patients() -> None:
    history = {
        "resourceType": "FamilyMemberHistory", "id": "f1", "status": "completed", "patient": SUBJECT,
        "relationship": {"text": "mother"}, "condition": [{"code": {"text": "medullary thyroid cancer"}}],
    }  # fmt: skip
    assert told(decision("germline/men2/glp1", order("semaglutide"), history)) == ("CANNOT-TELL", "no-result")


def test_in_12_a_test_under_way_is_told_and_not_suggested_again() -> None:
    request = {
        "resourceType": "ServiceRequest", "id": "s1", "status": "active", "intent": "order", "subject": SUBJECT,
        "code": {"text": "KRAS gene targeted mutation analysis"},
    }  # fmt: skip
    assert told(decision(KRAS, LUNG, request)) == ("CANNOT-TELL", "result-pending")


def test_st_09_an_old_tumor_result_is_used_and_its_date_is_told() -> None:
    old = variant("KRAS", "p.Gly12Cys", origin="somatic", effectiveDateTime="2019-03-04")
    assert decision(KRAS, LUNG, old).outcome == "ALERT"
    assert "2019-03-04" in said(evaluate(LUNG, old, drafts=False))
