"""More ids of the biomarker document, through the whole line: inputs, states, notations, fixtures, test ordering."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

import pmcds
from pmcds.fhir import bundle_of
from tests.tumor.support import NOW, engine, line, result, tissue

LUNG, BOWEL, BREAST, OVARY = (
    "non-small cell lung cancer", "colorectal cancer", "breast cancer",
    "ovarian, fallopian tube or primary peritoneal cancer",
)  # fmt: skip
NOTHING = "CANNOT-TELL(no-result)"


def bundle(patient: dict[str, Any], order: str | None = None) -> dict[str, Any]:
    made = bundle_of(pmcds.Patient(**patient), now=NOW, terms=engine().terms, orders=[order] if order else [])
    found: dict[str, Any] = json.loads(json.dumps(made, default=str))
    return found


def observations(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [e["resource"] for e in made["entry"] if e["resource"]["resourceType"] == "Observation"]


def outcome(rule: str, made: dict[str, Any]) -> str:
    for found in engine().evaluate(json.dumps(made).encode(), now=NOW).ledger.orders:
        if found.rule == f"tumor/{rule}":
            return found.outcome + (f"({found.reason})" if found.reason and found.outcome != "CLEAR" else "")
    return ""


KRAS = tissue(LUNG, variant={"KRAS": ["p.Gly12Cys"]})


def test_in_01_a_variant_without_a_value_is_no_statement_of_presence() -> None:
    made = bundle(KRAS)
    for one in observations(made):
        one.pop("valueCodeableConcept", None)
    assert outcome("lung/kras-g12c", made).startswith("CANNOT-TELL")


@pytest.mark.parametrize("code", ["LA18198-4", "LA11884-6"])
def test_in_01_no_call_and_indeterminate_are_neither_present_nor_absent(code: str) -> None:
    made = bundle(KRAS)
    for one in observations(made):
        one["valueCodeableConcept"] = {"coding": [{"system": "http://loinc.org", "code": code}]}
    assert outcome("lung/kras-g12c", made).startswith("CANNOT-TELL")


def test_in_02_and_in_03_a_marker_is_read_by_its_own_code_whatever_the_profile() -> None:
    made = bundle(tissue("pancreatic adenocarcinoma", biomarker={"TMB": {"quantity": "12", "unit": "mut/Mb"}}))
    for one in observations(made):
        one["meta"] = {"profile": ["http://example.org/StructureDefinition/unknown"]}
    assert outcome("any/tmb-high", made) == "ALERT"


def test_in_20_tmb_without_a_unit_is_read_under_its_code_only() -> None:
    made = bundle(tissue("pancreatic adenocarcinoma", biomarker={"TMB": {"quantity": "12", "unit": "mut/Mb"}}))
    for one in observations(made):
        one["valueQuantity"] = {"value": 12}
    assert outcome("any/tmb-high", made) == "ALERT"


def test_in_21_a_marker_with_an_unknown_answer_is_not_skipped_quietly() -> None:
    made = bundle(tissue("pancreatic adenocarcinoma", biomarker={"MSI": "high"}))
    for one in observations(made):
        one["valueCodeableConcept"] = {"coding": [{"system": "http://example.org/local", "code": "x-1"}]}
    assert outcome("any/msi-high", made).startswith("CANNOT-TELL")
    assert outcome("any/msi-high", made) != NOTHING


def test_in_22_a_void_result_is_none_and_a_preliminary_one_is_not_final() -> None:
    for status, wanted in (("entered-in-error", NOTHING), ("preliminary", "CANNOT-TELL(result-not-final)")):
        made = bundle(KRAS)
        for one in observations(made):
            one["status"] = status
        assert outcome("lung/kras-g12c", made) == wanted


def test_in_23_one_variant_told_twice_is_one_finding() -> None:
    made = bundle(KRAS)
    first = next(e for e in made["entry"] if e["resource"]["resourceType"] == "Observation")
    again = copy.deepcopy(first)
    again["resource"]["id"] = "again"
    again["fullUrl"] = "urn:uuid:5f2c9a54-6c7e-4b6e-9c0e-0d6f4a1b2c3d"
    made["entry"].append(again)
    assert outcome("lung/kras-g12c", made) == "ALERT"
    cards = engine().evaluate(json.dumps(made).encode(), now=NOW).cards
    assert len([card for card in cards if "KRAS" in card.summary]) == 1


def test_st_10_an_interpretation_against_the_value_decides_nothing() -> None:
    made = bundle(tissue("pancreatic adenocarcinoma", biomarker={"MSI": "high"}))
    for one in observations(made):
        one["interpretation"] = [
            {
                "coding": [
                    {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": "NEG"}
                ]
            }
        ]
    assert outcome("any/msi-high", made).startswith("CANNOT-TELL")


def canonical(text: str) -> str | None:
    found = pmcds.parse_variant(text)
    return found.canonical if found else None


def test_ve_09_a_version_does_not_matter_and_another_transcript_needs_the_table() -> None:
    for version in ("NM_004333", "NM_004333.4", "NM_004333.6"):
        assert canonical(f"{version}:c.1799T>A") == "BRAF:p.Val600Glu"
    assert canonical("NM_007294.4:c.1799T>A") != "BRAF:p.Val600Glu"


@pytest.mark.parametrize("text", ["BRAF V600E", "BRAF p.V600E", "BRAF VAL600GLU", "BRAF p.(Val600Glu)", "braf v600e"])
def test_ve_01_letters_case_and_parentheses_are_one_change(text: str) -> None:
    assert canonical(text) == "BRAF:p.Val600Glu"


def test_fx_06_the_wrong_origin_is_no_alert_and_a_missing_one_is_told() -> None:
    variant = {"BRCA1": ["p.Cys61Gly pathogenic"]}
    germline = {"cancer": [OVARY], "variant": variant, "specimen": "blood"}
    assert line("ovarian/germline-brca-niraparib", germline) == "ALERT"
    assert line("ovarian/germline-brca-niraparib", {**germline, "specimen": "tissue"}) != "ALERT"
    made = bundle({"cancer": [LUNG], "variant": {"KRAS": ["p.Gly12Cys"]}})
    for one in observations(made):
        one["component"] = [part for part in one["component"] if "48002-0" not in json.dumps(part["code"])]
    assert outcome("lung/kras-g12c", made) == "CANNOT-TELL(source-class-unknown)"


def test_fx_07_where_the_exception_holds_the_line_is_clear_and_says_why() -> None:
    patient = tissue(BOWEL, variant={"KRAS": ["G12C"], "NRAS": ["absent"]})
    lines = result(patient, ["panitumumab", "sotorasib"]).ledger.orders
    (found,) = [one for one in lines if one.rule == "tumor/colorectal/ras-panitumumab"]
    assert found.outcome == "CLEAR"
    assert "sotorasib" in str(found.reason) or "g12c" in str(found.reason)


@pytest.mark.parametrize(("value", "wanted"), [("49", "CLEAR"), ("50", "ALERT"), ("51", "ALERT")])
def test_fx_08_just_under_at_and_just_over_the_cut_off(value: str, wanted: str) -> None:
    clean = {"EGFR": "absent", "ALK rearrangement": "absent", "ROS1 rearrangement": "absent"}
    patient = tissue(LUNG, biomarker={"PD-L1 TPS": {"quantity": value, "unit": "%"}}, variant=clean)
    assert line("lung/pdl1-tps-50", patient) == wanted


def test_fx_08_a_score_of_another_type_is_not_compared() -> None:
    cps = {"PD-L1 CPS": {"quantity": "60", "unit": "%"}}
    clean = {"EGFR": "absent", "ALK rearrangement": "absent", "ROS1 rearrangement": "absent"}
    assert line("lung/pdl1-tps-50", tissue(LUNG, biomarker=cps, variant=clean)).startswith("CANNOT-TELL")


def test_pt_01_no_result_asks_for_the_test_and_a_result_does_not() -> None:
    asked = [s for card in result(tissue(LUNG), "sotorasib").cards for s in card.suggestions]
    assert asked
    given = [s for card in result(KRAS, "sotorasib").cards for s in card.suggestions]
    assert given == []


def test_pt_03_the_suggestion_is_a_draft_of_a_service_request() -> None:
    told = result(tissue(LUNG), "sotorasib").to_dict()
    actions = [a for c in told["cards"] for s in c.get("suggestions", ()) for a in s["actions"]]
    assert actions
    for action in actions:
        assert (action["resource"]["status"], action["resource"]["intent"]) == ("draft", "proposal")


def test_pt_05_a_tumor_may_be_tested_again() -> None:
    """No rule calls a second somatic test a duplicate."""
    for head in engine().knowledge.heads:
        assert "duplicate" not in head.id


def test_reg_23_raw_variant_files_are_no_input() -> None:
    with pytest.raises(pmcds.InputError):
        engine().evaluate(b"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\n", now=NOW)
