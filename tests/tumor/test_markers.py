"""Markers that stains, percentages and ratios make, through the whole line (CAT-19, CAT-21, CT-02, CT-03)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tumor.support import line, result, tissue

UTERUS, BREAST, LUNG = "endometrial carcinoma", "breast cancer", "non-small cell lung cancer"
NOTHING = "CANNOT-TELL(no-result)"
KEPT = {f"{gene} protein": "retained" for gene in ("MLH1", "PMS2", "MSH2", "MSH6")}


@pytest.mark.parametrize("gene", ["MLH1", "PMS2", "MSH2", "MSH6"])
@pytest.mark.parametrize("word", ["lost", "Loss of nuclear expression", "negative"])
def test_cat_21_the_loss_of_any_of_four_proteins_is_deficiency(gene: str, word: str) -> None:
    stains = {**KEPT, f"{gene} protein": word}
    for rule in ("endometrial/dmmr", "endometrial/msi-high-or-dmmr", "any/dmmr"):
        assert line(rule, tissue(UTERUS, biomarker=stains)) == "ALERT", rule


def test_cat_21_some_proteins_kept_are_no_proficiency() -> None:
    assert line("endometrial/dmmr", tissue(UTERUS, biomarker={"MLH1 protein": "retained"})) == NOTHING
    assert line("endometrial/dmmr", tissue(UTERUS, biomarker=KEPT)).startswith("CANNOT-TELL"), "known by name only"


def test_cat_21_a_call_against_a_stain_is_a_conflict() -> None:
    stains = {"MMR": "proficient", "MSH2 protein": "lost"}
    for rule in ("endometrial/dmmr", "endometrial/msi-high-or-dmmr"):
        assert line(rule, tissue(UTERUS, biomarker=stains)) == "CANNOT-TELL(conflict)", rule


def receptors(**percent: Any) -> dict[str, Any]:
    found = {
        name: {"unit": "%", **(value if isinstance(value, dict) else {"quantity": value})}
        for name, value in percent.items()
    }
    return tissue(BREAST, biomarker={**found, "HER2": "0"})


@pytest.mark.parametrize(
    ("estrogen", "wanted"),
    [
        ("90", "ALERT"), ("1", "ALERT"), ("0.9", "CLEAR"), ("0", "CLEAR"),
        ({"quantity": "1", "comparator": "<"}, "CLEAR"), ({"quantity": "1", "comparator": ">="}, "ALERT"),
        ({"quantity": "10", "comparator": "<"}, "CANNOT-TELL(scale-mismatch)"),
    ],
)  # fmt: skip
def test_er_and_pr_in_percent_are_called_as_the_guideline_calls_them(estrogen: Any, wanted: str) -> None:
    assert line("breast/hr-positive-her2-negative", receptors(ER=estrogen, PR="0")) == wanted


def test_cat_19_a_ratio_or_a_count_of_copies_alone_is_no_call() -> None:
    """Ratio and copies need each other and the protein stain; the laboratory's call is asked for."""
    from pmcds import Patient
    from pmcds.fhir import bundle_of
    from tests.tumor.support import NOW, engine

    bundle = bundle_of(Patient(cancer=[BREAST], specimen="tissue"), now=NOW, terms=engine().terms)
    for code, value in (("49683-6", 2.4), ("74860-8", 4.4)):
        resource = {
            "resourceType": "Observation", "id": f"ish-{code}", "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "subject": bundle["entry"][1]["resource"].get("subject", {"reference": "Patient/p1"}),
            "valueQuantity": {"value": value, "unit": "1", "system": "http://unitsofmeasure.org", "code": "1"},
        }  # fmt: skip
        bundle["entry"].append({"resource": resource})
    lines = engine().evaluate(bundle, now=NOW).ledger.orders
    assert [one.outcome for one in lines if one.rule == "tumor/breast/her2-positive"] == ["CANNOT-TELL"]


@pytest.mark.parametrize("gene", ["DNMT3A", "TET2", "ASXL1", "JAK2", "TP53", "ATM", "CHEK2", "PPM1D", "SF3B1"])
def test_ct_02_a_plasma_finding_of_a_gene_of_blood_cells_is_told_as_such(gene: str) -> None:
    plasma = {"cancer": [LUNG], "specimen": "plasma", "variant": {gene: ["p.Arg175His"]}}
    assert line("liquid-biopsy/clonal-hematopoiesis", plasma) == "ALERT"


def test_ct_02_no_treatment_option_stands_on_a_guard() -> None:
    plasma = {"cancer": ["prostate cancer"], "specimen": "plasma", "variant": {"ATM": ["p.Arg3008Cys 2% pathogenic"]}}
    card = next(c for c in result(plasma).cards if "tumor/liquid-biopsy/clonal-hematopoiesis" in str(c))
    assert "blood cells" in str(card)
    assert not any("labeled option" in str(other.summary) for other in result(plasma).cards), "CARD-46"
    assert card.indicator == "info"


def test_ct_02_without_a_specimen_it_is_said_that_none_is_stated() -> None:
    unstated = {"cancer": [LUNG], "variant": {"TP53": ["p.Arg175His"]}}
    assert line("liquid-biopsy/clonal-hematopoiesis", unstated) != "ALERT"


def test_ct_03_half_of_the_plasma_reads_suggests_a_germline_test() -> None:
    for share, wanted in (("48", "ALERT"), ("40", "ALERT"), ("60", "ALERT"), ("3", "CANNOT-TELL(no-result)")):
        plasma = {"cancer": [BREAST], "specimen": "plasma", "variant": {"BRCA2": [f"p.Ser1982fs {share}% pathogenic"]}}
        assert line("liquid-biopsy/germline-suspected", plasma) == wanted, share


def test_ct_04_a_low_share_of_the_reads_is_shown_and_never_dropped() -> None:
    plasma = {"cancer": [LUNG], "specimen": "plasma", "variant": {"KRAS": ["p.Gly12Cys 0.2%"]}}
    assert line("lung/kras-g12c", plasma) == "ALERT"
