"""Codes mean what their publishers say: answers and components as the specification lists them, questions by name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.shared import SHARED, needs_shared

# The answer lists as the input specification states them (sections on phenotypes, variants, significance and markers).
LOINC_ANSWERS = {
    "LA9633-4": "present", "LA9634-2": "absent", "LA18198-4": "no-call", "LA11884-6": "indeterminate",
    "LA6576-8": "positive", "LA6577-6": "negative",
    "LA10315-2": "ultrarapid metabolizer", "LA25390-8": "rapid metabolizer", "LA25391-6": "normal metabolizer",
    "LA10317-8": "intermediate metabolizer", "LA9657-3": "poor metabolizer",
    "LA25392-4": "increased function", "LA25393-2": "normal function", "LA25395-7": "decreased function",
    "LA25394-0": "poor function", "LA19541-4": "high risk", "LA19542-2": "low risk",
    "LA6676-6": "resistant", "LA6677-4": "responsive", "LA9660-7": "presumed resistant",
    "LA9661-5": "presumed responsive", "LA9662-3": "presumed non-responsive", "LA6682-4": "unknown significance",
    "LA6675-8": "benign", "LA6674-1": "presumed benign",
    "LA6668-3": "pathogenic", "LA26332-9": "likely pathogenic", "LA26333-7": "uncertain significance",
    "LA26334-5": "likely benign",
    "LA6683-2": "germline", "LA6684-0": "somatic", "LA18195-0": "likely somatic", "LA10429-1": "fetal",
    "LA18196-8": "likely fetal", "LA6705-3": "homozygous", "LA6706-1": "heterozygous", "LA6707-9": "hemizygous",
    "LA30100-4": "0-based", "LA30102-0": "1-based", "LA14029-5": "GRCh37", "LA26806-2": "GRCh38",
    "LA26203-2": "MSI: high", "LA14122-8": "MSI: stable", "LA26202-4": "MSI: low",
}  # fmt: skip
SNOMED_ANSWERS = {
    "10828004": "positive", "260385009": "negative", "52101004": "present", "2667000": "absent",
    "260373001": "detected", "260415000": "not detected", "419984006": "indeterminate", "42425007": "equivocal",
    "399223003": "eligible for clinical trial", "444734003": "not eligible for clinical trial",
    "12645001": "amplification",
}  # fmt: skip
# Interpretation codes of HL7, and terms of the Sequence Ontology.
OTHER_ANSWERS = {
    "v3-interpretation:POS": "positive", "v3-interpretation:NEG": "negative", "v3-interpretation:DET": "detected",
    "v3-interpretation:ND": "not detected", "v3-interpretation:IND": "indeterminate",
    "v3-interpretation:E": "equivocal",
    "so:SO:0000159": "deletion", "so:SO:1000035": "duplication", "so:SO:0001742": "gain", "so:SO:0001743": "loss",
    "so:SO:0001019": "copy number variation", "so:SO:0001565": "fusion",
    "phase:Cis": "cis", "phase:Trans": "trans", "phase:Unknown": "unknown",
}  # fmt: skip
COMPONENTS = {
    "48018-6": "gene", "48004-6": "coding", "81290-9": "genomic", "48005-3": "protein", "51958-7": "transcript",
    "48013-7": "reference", "81252-9": "variation", "81255-2": "dbsnp", "69547-8": "ref", "69551-0": "alt",
    "81254-5": "exact-range", "81301-4": "outer-range", "81302-2": "inner-range", "92822-6": "coordinate-system",
    "62374-4": "assembly", "48000-4": "chromosome", "48001-2": "cytoband", "48002-0": "source-class",
    "53034-5": "zygosity", "81258-6": "vaf", "82121-5": "depth", "82155-3": "copy-number", "48019-4": "change-type",
    "48006-1": "amino-acid-change-type", "81291-7": "iscn", "94186-4": "inheritance", "81259-4": "condition",
    "51963-7": "drug", "93044-6": "evidence-level", "53037-8": "significance", "92821-8": "population-frequency",
    "84413-4": "genotype", "84414-2": "haplotype", "82120-7": "phase",
}  # fmt: skip


def test_each_answer_code_means_what_its_list_says(docs: dict[str, Any]) -> None:
    wanted = {f"loinc:{code}": word for code, word in LOINC_ANSWERS.items()}
    wanted |= {f"snomed:{code}": word for code, word in SNOMED_ANSWERS.items()} | OTHER_ANSWERS
    stated = docs["observations"]["answers"]
    assert {code: stated.get(code) for code in wanted} == wanted


def test_each_component_code_means_what_the_guides_say(docs: dict[str, Any]) -> None:
    stated = docs["observations"]["components"]
    assert {code: stated.get(f"loinc:{code}") for code in COMPONENTS} == COMPONENTS


def _questions(docs: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for entry in docs["observations"]["observations"]:
        for code in entry.get("codes", [entry.get("code")]):
            system, _, number = code.partition(":")
            if system == "loinc":
                yield number, entry


# What the publisher calls the thing that our subject is.
NAMED = {
    "TMB": "Mutations/Megabase", "MSI": "Microsatellite instability", "MMR": "Microsatellite instability",
    "PD-L1": "programmed cell death ligand 1|PD-L1", "HER2": "HER2|ERBB2", "HER2 (serum)": r"HER2.* in Serum",
    "ER": "[Ee]strogen receptor", "PR": "[Pp]rogesterone receptor", "EGFR protein": "Epidermal growth factor receptor",
    "CD117": "CD117", "del(17p)": "17p13.1 deletion",
}  # fmt: skip
# A word of the name, and what an entry says then. Each is looked for in both directions.
SAYS = (
    ("kind", "percent", r"^Cells\..*/100"), ("kind", "ratio", "/Chromosome 17 copy number"),
    ("kind", "copies", "copy number/nucleus"), ("kind", "rearrangement", "gene rearrangements"),
    ("kind", "fusion", "fusion (?:transcript|protein)"), ("kind", "mutations", "mutations found|mutation analysis"),
    ("says", "internal tandem duplication", "internal tandem duplication"),
    ("assay", "IHC 22C3", "clone 22C3"), ("assay", "IHC 28-8", "clone 28-8"), ("assay", "IHC SP142", "clone SP142"),
    ("assay", "immunoassay", "in Tissue by Immunoassay"), ("role", "laboratory", "in Serum"),
)  # fmt: skip


@needs_shared
def test_each_tumor_marker_code_stands_for_what_its_name_says(docs: dict[str, Any]) -> None:
    assert SHARED is not None
    lines = (SHARED / "data/biomarkers/fhir/mcode_tumor_marker_loinc.jsonl").read_text(encoding="utf-8").splitlines()
    names = {row["code"]: row["display"] for row in map(json.loads, lines)}
    checked = 0
    for code, entry in _questions(docs):
        name = names.get(code)
        if name is None:
            continue
        checked += 1
        for part in entry["subject"].split("::"):
            assert re.search(NAMED.get(part, re.escape(part)), name), (code, part, name)
        for key, value, pattern in SAYS:
            assert (entry.get(key) == value) is bool(re.search(pattern, name)), (code, key, value, name)
        if entry["role"] == "biomarker":
            assert str(entry.get("assay")).startswith("FISH") is ("by FISH" in name), (code, name)
            assert (entry.get("unit") == "%") is ("/100" in name), (code, name)
    assert checked == 61


# Names of laboratory codes as examples of the FHIR guides and public value sets print them.
LABORATORY = {
    "creatinine": ("2160-0", "38483-4"), "neutrophils": ("751-8", "26499-4"), "leukocytes": ("6690-2", "26464-8"),
    "erythrocytes": ("789-8",), "platelets": ("777-3", "26515-7"), "eosinophils": ("711-2", "26449-9"),
    "hemoglobin": ("718-7",), "potassium": ("2823-3", "6298-4"), "alanine aminotransferase": ("1742-6",),
    "aspartate aminotransferase": ("1920-8",), "bicarbonate": ("1963-8",), "glucose": ("15074-8", "2345-7"),
    "LDL cholesterol": ("18262-6", "13457-7", "2089-1"),
    "estimated glomerular filtration rate": ("98979-8", "33914-3", "62238-1", "48642-3", "48643-1"),
    "INR": ("6301-6",), "bilirubin": ("1975-2",), "HbA1c": ("4548-4",), "troponin I": ("10839-9",),
    "urine albumin-to-creatinine ratio": ("9318-7", "14959-1"), "creatinine clearance": ("2164-2",),
    "HER2 (serum)": ("32996-1", "42914-2"),
}  # fmt: skip


def test_each_analyte_is_read_by_its_own_codes(docs: dict[str, Any]) -> None:
    found: dict[str, set[str]] = {}
    for code, entry in _questions(docs):
        if entry["role"] == "laboratory" and entry.get("status") != "unverified":
            found.setdefault(entry["subject"], set()).add(code)
    wanted = {name: set(codes) for name, codes in LABORATORY.items()}
    wanted.pop("urine albumin-to-creatinine ratio")
    assert {name: found.get(name) for name in wanted} == wanted


# [property] of a name, and a unit that such a number has.
PROPERTIES = {
    "Mass/volume": "g/L", "Moles/volume": "mol/L", "#/volume": "/L", "Enzymatic activity/volume": "U/L",
    "Mass Ratio": "g/g", "Volume Rate/Area": "mL/min/{1.73_m2}",
}  # fmt: skip


@needs_shared
def test_the_unit_of_an_analyte_is_of_the_kind_that_the_name_of_its_code_says(docs: dict[str, Any]) -> None:
    kind_of = {unit: kind for kind, units in docs["units"]["kinds"].items() for unit in units}
    names = dict(_displays())
    checked = 0
    for code, entry in _questions(docs):
        stated = re.search(r"\[([^\]]+)\]", names.get(code, "").replace("\u200b", "").replace("/?", "/"))
        if entry["role"] == "laboratory" and "unit" in entry and stated and stated[1] in PROPERTIES:
            checked += 1
            assert kind_of[entry["unit"]] == kind_of[PROPERTIES[stated[1]]], (code, names[code])
            word = entry["subject"].split()[-1 if "ratio" not in entry["subject"] else 1].partition("-")[0].lower()
            assert word in names[code].lower() or entry["subject"].startswith(("LDL", "HER2", "estim")), (code, word)
    assert checked >= 20


def _displays() -> Iterator[tuple[str, str]]:
    """LOINC codes with the names that sample files print, the longest name last."""
    assert SHARED is not None
    found: set[tuple[int, str, str]] = set()
    for path in sorted((SHARED / "data" / "fhir").rglob("*.json")):
        text = path.read_text(encoding="utf-8", errors="replace")
        for code, name in re.findall(r'"code"\s*:\s*"(\d+-\d)"\s*,\s*"display"\s*:\s*"([^"]+)"', text):
            found.add((len(name), code, name))
    yield from ((code, name) for _, code, name in sorted(found))


@pytest.mark.parametrize(
    ("subject", "unit"),
    [
        ("creatinine", "mg/dL"), ("neutrophils", "10*3/uL"), ("platelets", "10*3/uL"), ("leukocytes", "10*3/uL"),
        ("eosinophils", "10*3/uL"), ("erythrocytes", "10*6/uL"), ("hemoglobin", "g/dL"), ("potassium", "mmol/L"),
        ("bilirubin", "mg/dL"), ("INR", "1"), ("HbA1c", "%"), ("creatinine clearance", "mL/min"), ("TMB", "mut/Mb"),
        ("estimated glomerular filtration rate", "mL/min/{1.73_m2}"), ("G6PD activity", "U/g{Hb}"),
        ("urine albumin-to-creatinine ratio", "mg/g"), ("transferrin saturation", "%"), ("uracil", "ng/mL"),
        ("left ventricular ejection fraction", "%"), ("ferritin", "ug/L"), ("lipoprotein(a)", "nmol/L"),
    ],
)  # fmt: skip
def test_a_value_is_compared_in_the_unit_that_the_labels_and_guidelines_use(
    docs: dict[str, Any], subject: str, unit: str
) -> None:
    document = docs["observations"]
    rows = [*document["observations"], *document["names"]]
    assert {row.get("unit") for row in rows if row.get("subject") == subject and "unit" in row} == {unit}
