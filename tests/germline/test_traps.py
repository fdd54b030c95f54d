"""The traps of the germline and polygenic families, one test each."""

from __future__ import annotations

from typing import Any

import pytest

import pmcds
from tests.cards.files import cases_of, load
from tests.germline.bundles import (
    CARDS,
    TBD,
    component,
    concept,
    condition,
    evaluate,
    line,
    observation,
    order,
    said,
    significance,
    told,
    variant,
)

RET, OTC, POLG = "germline/men2/glp1", "germline/urea-cycle/valproate", "germline/polg/valproate"
FVL = "germline/thrombophilia/combined-contraceptives"
RULES = sorted(path for path in (CARDS / "germline").rglob("*.yaml") if not path.name.endswith(".test.yaml"))
FILES = pytest.mark.parametrize("path", RULES, ids=lambda path: f"{path.parent.name}/{path.stem}")


def test_gl_01_a_variant_of_uncertain_significance_makes_no_alert_anywhere() -> None:
    resources = [variant("RET", "p.Val804Ala"), significance("uncertain significance")]
    assert line(RET, order("semaglutide"), *resources).outcome == "CANNOT-TELL"


def test_gl_01_a_variant_without_a_classification_decides_nothing() -> None:
    assert told(line(RET, order("semaglutide"), variant("RET", "p.Cys634Arg"))) == ("CANNOT-TELL", "indeterminate")


def test_gl_01_a_somatic_variant_is_not_inherited() -> None:
    resources = [variant("RET", "p.Met918Thr", origin="somatic"), significance("pathogenic")]
    assert line(RET, order("semaglutide"), *resources).outcome == "CANNOT-TELL"


def test_gl_01_a_variant_of_unknown_origin_is_not_inherited() -> None:
    resources = [variant("RET", "p.Cys634Arg", origin=None), significance("pathogenic")]
    assert told(line(RET, order("semaglutide"), *resources)) == ("CANNOT-TELL", "source-class-unknown")


def test_gl_02_two_classifications_that_contradict_each_other_do_not_alert() -> None:
    resources = [
        variant("OTC", "p.Arg40His"), significance("pathogenic"), significance("benign", ident="s2"),
    ]  # fmt: skip
    assert line(OTC, order("valproic acid"), *resources).outcome == "CANNOT-TELL"


def test_gl_03_one_variant_of_a_recessive_gene_asks_for_confirmation_only() -> None:
    one = [variant("POLG", "p.Ala467Thr", zygosity="heterozygous"), significance("pathogenic")]
    two = [variant("POLG", "p.Ala467Thr", zygosity="homozygous"), significance("pathogenic")]
    assert line(POLG, order("valproic acid"), *one).cases == ("one-variant",)
    assert line(POLG, order("valproic acid"), *two).cases == ("diagnosis",)


def test_gl_03_otc_counts_in_any_zygosity() -> None:
    resources = [variant("OTC", "p.Arg40His", zygosity="heterozygous"), significance("pathogenic")]
    assert line(OTC, order("valproic acid"), *resources).outcome == "ALERT"


def test_gl_03_hfe_c282y_heterozygote_is_not_the_rule() -> None:
    decision = line("germline/hfe/iron-overload", variant("HFE", "p.Cys282Tyr", zygosity="heterozygous"), drafts=True)
    assert decision.outcome != "ALERT"


def test_gl_03_hfe_c282y_with_h63d_is_not_the_rule() -> None:
    resources = [
        variant("HFE", "p.Cys282Tyr", zygosity="heterozygous"),
        variant("HFE", "p.His63Asp", zygosity="heterozygous", ident="v2"),
    ]
    assert line("germline/hfe/iron-overload", *resources, drafts=True).outcome != "ALERT"


def test_gl_03_hfe_c282y_homozygote_is_the_rule() -> None:
    decision = line("germline/hfe/iron-overload", variant("HFE", "p.Cys282Tyr", zygosity="homozygous"), drafts=True)
    assert decision.outcome == "ALERT"


def test_gl_04_a_tumor_finding_alone_is_not_read_as_inherited() -> None:
    found = [variant("BRCA1", "p.Cys61Gly", origin="somatic"), significance("pathogenic")]
    inherited = [one for one in evaluate(*found).ledger.orders if (one.rule or "").startswith("germline/hereditary")]
    assert inherited
    assert all(one.outcome != "ALERT" for one in inherited)


def test_gl_05_a_donors_blood_is_not_the_patients_germline() -> None:
    specimen = {
        "resourceType": "Specimen", "id": "sp", "subject": {"reference": "Patient/p1"},
        "type": {"text": "donor blood"},
    }  # fmt: skip
    found = variant("RET", "p.Cys634Arg", specimen={"reference": "Specimen/sp"})
    assert line(RET, order("semaglutide"), found, significance("pathogenic"), specimen).outcome == "CANNOT-TELL"


def test_gl_06_a_labelled_result_is_withheld_and_leaves_no_trace() -> None:
    label = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "GDIS"}]}
    hidden = [variant("RET", "p.Cys634Arg", meta=label), significance("pathogenic", meta=label)]
    result = evaluate(order("semaglutide"), *hidden)
    assert not [one for one in result.ledger.orders if one.rule == RET and one.outcome == "ALERT"]
    assert "Cys634" not in said(result)


def test_gl_07_the_syndrome_as_a_diagnosis_is_enough() -> None:
    decision = line(RET, order("semaglutide"), condition("multiple endocrine neoplasia type 2"))
    assert decision.outcome == "ALERT"


@FILES
def test_gl_08_no_rule_here_asks_for_a_gene_of_the_pharmacogenomic_family(path: Any) -> None:
    asked = str(load(path)["ask"].get("know", {}))
    for gene in ("RYR1", "CACNA1S", "MT-RNR1", "G6PD", "CFTR", "TPMT", "DPYD"):
        assert gene not in asked


@pytest.mark.parametrize("change", ["p.Arg534Gln", "p.Arg506Gln", "c.1601G>A", "c.1691G>A"])
def test_vt_09_factor_v_leiden_by_any_of_its_names(change: str) -> None:
    assert line(FVL, order("ethinyl estradiol"), variant("F5", change)).outcome == "ALERT"


def test_vt_09_another_f5_missense_variant_is_not_factor_v_leiden() -> None:
    assert line(FVL, order("ethinyl estradiol"), variant("F5", "p.His1327Arg")).outcome == "CANNOT-TELL"


@pytest.mark.parametrize("change", ["p.Val142Ile", "p.Val122Ile"])
def test_vt_08_transthyretin_by_either_numbering(change: str) -> None:
    assert line("germline/ttr/amyloidosis", variant("TTR", change), drafts=True).outcome == "ALERT"


def test_st_03_no_result_is_never_absence() -> None:
    assert told(line(RET, order("semaglutide"))) == ("CANNOT-TELL", "no-result")


def test_st_08_present_and_absent_is_a_conflict() -> None:
    resources = [
        variant("F5", "p.Arg534Gln"), variant("F5", "p.Arg534Gln", answer="LA9634-2", ident="v2"),
    ]  # fmt: skip
    assert told(line(FVL, order("ethinyl estradiol"), *resources)) == ("CANNOT-TELL", "conflict")


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_in_22_a_void_result_does_not_count(status: str) -> None:
    resources = [variant("RET", "p.Cys634Arg", status=status), significance("pathogenic", status=status)]
    assert line(RET, order("semaglutide"), *resources).outcome == "CANNOT-TELL"


def test_in_22_a_preliminary_result_is_not_final() -> None:
    resources = [variant("RET", "p.Cys634Arg", status="preliminary"), significance("pathogenic")]
    assert told(line(RET, order("semaglutide"), *resources)) == ("CANNOT-TELL", "result-not-final")


# Rules without a drug that are no disease risk: labeled options, and a test after a tumor result.
OTHER_OPTIONS = (
    "germline/vhl/belzutifan", "germline/tsc/everolimus", "germline/hereditary-cancer/lynch-reflex",
    "germline/tumor-finding/confirmation",
)  # fmt: skip


@FILES
def test_card_24_a_disease_risk_rule_is_off_by_default_at_patient_view_and_never_interrupts(path: Any) -> None:
    rule = load(path)
    if "drug" in rule["ask"] or rule["rule"] in OTHER_OPTIONS:
        assert "audience" not in rule
        return
    assert rule["audience"] == "secondary"
    assert rule["ask"]["hooks"] == ["patient-view"]
    assert {case["card"]["indicator"] for _, case in cases_of(rule) if "card" in case} == {"info"}


@FILES
def test_card_45_critical_cards_rest_on_a_boxed_warning_section_4_or_a_guideline(path: Any) -> None:
    rule = load(path)
    for _, case in cases_of(rule):
        if case.get("card", {}).get("indicator") != "critical":
            continue
        sources = [rule["evidence"][name] for name in case["card"]["because"]]
        strong = ("4", "contraindications", "boxed warning", "boxed warning and 4")
        assert any(one.get("section") in strong or one["source"] == "CPIC" for one in sources)


@FILES
def test_card_46_no_case_asks_for_an_uncertain_variant(path: Any) -> None:
    assert "uncertain significance" not in str([case.get("if") for _, case in cases_of(load(path))])


# Polygenic scores


def _polygenic(code: str = "LA6668-3") -> dict[str, Any]:
    extension = {
        "url": "http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition/genomics-risk-assessment",
        "valueReference": {"reference": "RiskAssessment/r1"},
    }
    stated = component("53037-8", concept(code))
    return observation("pg", concept("diagnostic-implication", TBD), component=[stated], extension=[extension])


def test_prs_08_pathogenic_in_a_polygenic_implication_is_no_variant() -> None:
    result = evaluate(order("semaglutide"), _polygenic())
    assert told(line(RET, order("semaglutide"), _polygenic())) == ("CANNOT-TELL", "no-result")
    assert [one for one in result.findings if one.kind == "variant" and one.status == "present"] == []


def test_prs_01_a_raw_score_is_no_category() -> None:
    raw = observation("pg", {"text": "coronary polygenic score"}, valueQuantity={"value": 1.7})
    assert line("germline/polygenic/coronary", raw, drafts=True).outcome == "CANNOT-TELL"


def test_prs_01_no_percentile_is_made_from_a_risk_assessment() -> None:
    risk = {
        "resourceType": "RiskAssessment", "id": "r1", "status": "final", "subject": {"reference": "Patient/p1"},
        "prediction": [{"outcome": {"text": "coronary disease"}, "probabilityDecimal": 0.31}],
    }  # fmt: skip
    assert line("germline/polygenic/coronary", risk, drafts=True).outcome == "CANNOT-TELL"
    assert evaluate(risk).to_dict()["cards"] == []


POLYGENIC = [path for path in RULES if path.parent.name == "polygenic"]


def test_prs_02_an_implication_that_points_to_a_risk_assessment_is_no_category() -> None:
    assert line("germline/polygenic/coronary", _polygenic(), drafts=True).outcome == "CANNOT-TELL"


@pytest.mark.parametrize("path", POLYGENIC, ids=lambda path: path.stem)
def test_prs_03_and_prs_04_a_score_rule_stays_a_draft_until_ancestry_and_calibration_can_be_asked(path: Any) -> None:
    assert load(path)["status"] == "draft"
    assert "ancestry method" in " ".join(path.read_text(encoding="utf-8").replace("#", " ").split())


@pytest.mark.parametrize("path", POLYGENIC, ids=lambda path: path.stem)
def test_prs_06_and_prs_09_a_score_alone_offers_no_treatment_and_its_attributes_are_missing(path: Any) -> None:
    for _, case in cases_of(load(path)):
        assert "instead" not in str(case.get("card", ""))
    assert "31 source attributes" in " ".join(path.read_text(encoding="utf-8").replace("#", " ").split())


def test_prs_05_a_polygenic_rule_names_no_drug() -> None:
    for path in (CARDS / "germline" / "polygenic").glob("*.yaml"):
        if not path.name.endswith(".test.yaml"):
            assert "drug" not in load(path)["ask"]
            assert load(path)["status"] == "draft"


def test_prs_07_a_low_score_lowers_no_other_rule() -> None:
    low = observation("pg", {"text": "coronary polygenic score"}, valueCodeableConcept={"text": "low"})
    alert = [order("semaglutide"), variant("RET", "p.Cys634Arg"), significance("pathogenic")]
    without = [one for one in evaluate(*alert, drafts=True).ledger.orders if one.outcome == "ALERT"]
    assert [one for one in evaluate(*alert, low, drafts=True).ledger.orders if one.outcome == "ALERT"] == without


def test_the_active_rules_are_those_of_the_closing_note() -> None:
    active = {path.relative_to(CARDS).as_posix().removesuffix(".yaml") for path in RULES if not _is_draft(path)}
    known = {rule.id for rule in pmcds.Knowledge.from_path(CARDS).rules if rule.id.startswith("germline/")}
    assert active == known


def _is_draft(path: Any) -> bool:
    return bool(load(path)["status"] == "draft")
