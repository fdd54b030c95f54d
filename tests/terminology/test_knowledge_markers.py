"""Tables of markers say what the specification says (CAT-19, CAT-21): each combination is reckoned anew and compared.

Words, specimens and routes that decide what a result or an order is are written out here as the specification has them.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from pmcds.terminology import Terms
from tests.cards.knowledge import active

Facts = dict[str, str | None]


def told(rows: list[dict[str, Any]], facts: Facts) -> str | None:
    """The state of the first row that holds, or its word."""
    for row in rows:
        if all(facts.get(part) in (value if isinstance(value, list) else [value]) for part, value in row["if"].items()):
            return str(row.get("is") or row["word"])
    return None


@pytest.fixture(scope="module")
def markers(docs: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = docs["markers"]
    return found


def her2(ihc: str | None, ish: str | None, call: str | None) -> str | None:
    """The states of CAT-19."""
    if ihc == "3+":
        return "positive"
    if ihc == "2+":
        stated = {"positive": "positive", "negative": "low"}.get(ish or "")
        return stated or ("positive" if call == "positive" else "indeterminate")
    if ihc in ("1+", "0") and ish == "positive":
        return "conflicting"
    if ihc in ("1+", "0"):
        return "low" if ihc == "1+" else "zero"
    if "positive" in (ish, call):
        return "positive"
    return "low" if call == "low" else "negative" if "negative" in (ish, call) else None


def test_cat_19_every_combination_of_stain_and_hybridization_has_its_state(markers: dict[str, Any]) -> None:
    stains, ways = ("0", "1+", "2+", "3+", None), ("positive", "negative", None)
    for ihc, ish, call in product(stains, ways, ("positive", "negative", "low", None)):
        facts: Facts = {"HER2 IHC": ihc, "HER2 ISH": ish, "HER2 call": call}
        assert told(markers["markers"]["HER2 status"], facts) == her2(ihc, ish, call), facts
        score = told(markers["markers"]["HER2 score"], facts)
        assert score == (ihc or ("indeterminate" if ish or call else None)), facts


STAINS = [f"{gene} stain" for gene in ("MLH1", "PMS2", "MSH2", "MSH6")]
LOST, KEPT = ("lost", "negative"), ("retained", "positive")


def repair(call: str | None, stains: tuple[str | None, ...]) -> str | None:
    """CAT-21: the loss of any of the four proteins is deficiency; all four kept, or the call, is proficiency."""
    lost = any(stain in LOST for stain in stains)
    if call == "proficient" and lost:
        return "conflicting"
    if call == "deficient" or lost:
        return "deficient"
    return "proficient" if call == "proficient" or all(stain in KEPT for stain in stains) else None


def test_cat_21_every_combination_of_call_and_stains_has_its_state(markers: dict[str, Any]) -> None:
    for call, *stains in product(("proficient", "deficient", None), *[(*LOST, *KEPT, None)] * 4):
        facts: Facts = {"MMR call": call, **dict(zip(STAINS, stains, strict=True))}
        wanted = repair(call, tuple(stains))
        assert told(markers["markers"]["MMR"], facts) == wanted, facts
        for msi in ("high", "stable", "low", None):
            either = told(markers["markers"]["microsatellites or mismatch repair"], {**facts, "MSI": msi})
            if msi == "high" or wanted == "deficient":
                assert either == "unstable or deficient", facts
            elif wanted == "conflicting":
                assert either == "conflicting", facts
            else:
                assert either == ("stable or proficient" if msi or wanted else None), facts


def test_a_receptor_is_positive_from_one_percent(markers: dict[str, Any]) -> None:
    for name in ("ER", "PR"):
        wanted = {"at_least": "1", "unit": "%", "over": "positive", "under": "negative"}
        assert markers["calls"][name] == wanted
    for estrogen, progesterone in product(("positive", "negative", None), repeat=2):
        both = {estrogen, progesterone}
        wanted_state = "positive" if "positive" in both else "negative" if both == {"negative"} else None
        rows = markers["markers"]["hormone receptors"]
        assert told(rows, {"ER": estrogen, "PR": progesterone}) == wanted_state


def test_a_part_of_a_marker_is_read_from_its_own_assay(markers: dict[str, Any]) -> None:
    parts = markers["parts"]
    assert parts["HER2 IHC"] == {"marker": "HER2", "member": "score"}
    assert parts["HER2 ISH"] == {"marker": "HER2", "member": "result", "assay": "FISH"}
    assert parts["HER2 call"] == {"marker": "HER2", "member": "result", "assay": ["none", "IHC"]}
    own = {name: name.replace("stain", "protein") for name in STAINS}
    assert {name: parts[name]["marker"] for name in STAINS} == own


WORDS = {
    "present": ("Present", "Detected", "Identified", "Found"),
    "absent": ("Absent", "Not detected", "Not found", "Not identified", "Undetected", "None detected", "Wild type"),
    "positive": ("Positive", "Pos"), "negative": ("Negative", "Neg"), "no-call": ("No call", "Not called"),
    "indeterminate": ("Indeterminate", "Inconclusive", "Uncertain", "Unknown", "Undetermined"),
    "equivocal": ("Equivocal", "Borderline"),
    "pathogenic": ("Pathogenic",), "likely pathogenic": ("Likely pathogenic",), "benign": ("Benign",),
    "likely benign": ("Likely benign",), "uncertain significance": ("VUS", "Variant of uncertain significance"),
    "germline": ("Germline",), "somatic": ("Somatic",), "homozygous": ("Homozygous",),
    "heterozygous": ("Heterozygous",), "hemizygous": ("Hemizygous",),
    "lost": ("Lost", "Loss", "Loss of expression", "Loss of nuclear expression", "Absent nuclear expression"),
    "retained": ("Retained", "Intact", "Preserved", "Intact nuclear expression", "No loss of nuclear expression"),
    "MSI: high": ("MSI-H", "MSI-High", "MSI High"), "MSI: stable": ("MSS", "MSI-Stable"), "MSI: low": ("MSI-L",),
    "MMR: deficient": ("dMMR", "MMR deficient", "Mismatch repair deficient"),
    "MMR: proficient": ("pMMR", "MMR proficient", "MMR intact", "Mismatch repair proficient"),
    "deficient": ("Deficient",), "high": ("High",), "low": ("Low",), "stable": ("Stable",),
    "HRD: positive": ("HRD positive",), "HRD: negative": ("HRD negative",), "HER2: low": ("HER2-low",),
}  # fmt: skip


@pytest.mark.parametrize("word", sorted(WORDS))
def test_a_word_of_a_report_has_the_meaning_that_it_says(terms: Terms, word: str) -> None:
    assert {text: terms.word(text) for text in WORDS[word]} == dict.fromkeys(WORDS[word], word)


PHENOTYPES = {
    "UM": "ultrarapid metabolizer", "RM": "rapid metabolizer", "NM": "normal metabolizer", "EM": "normal metabolizer",
    "IM": "intermediate metabolizer", "PM": "poor metabolizer", "Extensive Metabolizer": "normal metabolizer",
    "Ultra-rapid Metaboliser": "ultrarapid metabolizer", "Likely Poor Metabolizer": "likely poor metabolizer",
    "Likely Intermediate Metabolizer": "likely intermediate metabolizer", "Decreased Function": "decreased function",
    "Poor Function": "poor function", "Increased Function": "increased function",
    "Possible Decreased Function": "possible decreased function", "Intermediate": "intermediate metabolizer",
    "Poor": "poor metabolizer", "Rapid": "rapid metabolizer", "Ultrarapid": "ultrarapid metabolizer",
}  # fmt: skip


@pytest.mark.parametrize("text", sorted(PHENOTYPES))
def test_a_phenotype_in_words_is_that_phenotype(terms: Terms, text: str) -> None:
    assert terms.phenotype_word(text) == PHENOTYPES[text]


SPECIMENS = {
    "tissue": ("tumor", "tumour", "biopsy", "FFPE", "resection", "tumor tissue", "fine needle aspirate"),
    "plasma": ("plasma", "cfDNA", "ctDNA", "cell-free DNA", "circulating tumor DNA", "liquid biopsy"),
    "blood": ("blood", "whole blood", "venous blood", "peripheral blood"), "serum": ("serum",),
    "saliva": ("saliva", "buccal swab", "cheek swab"), "marrow": ("bone marrow", "bone marrow aspirate"),
    "fetal": ("amniotic fluid", "chorionic villi", "cord blood", "fetal blood"),
    "donor": ("donor", "donor blood", "blood of the donor"),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(SPECIMENS))
def test_a_specimen_in_words_is_of_its_kind(terms: Terms, kind: str) -> None:
    assert {text: terms.specimen([], text) for text in SPECIMENS[kind]} == dict.fromkeys(SPECIMENS[kind], kind)


# Codes of the HL7 table of specimen types, and of SNOMED CT.
SPECIMEN_CODES = [
    ("http://terminology.hl7.org/CodeSystem/v2-0487", "TUMOR", "tissue"),
    ("http://terminology.hl7.org/CodeSystem/v2-0487", "TISS", "tissue"),
    ("http://terminology.hl7.org/CodeSystem/v2-0487", "PLAS", "plasma"),
    ("http://terminology.hl7.org/CodeSystem/v2-0487", "BLD", "blood"),
    ("http://terminology.hl7.org/CodeSystem/v2-0487", "SER", "serum"),
    ("http://terminology.hl7.org/CodeSystem/v2-0487", "SAL", "saliva"),
    ("http://snomed.info/sct", "119297000", "blood"), ("http://snomed.info/sct", "119364003", "serum"),
    ("http://snomed.info/sct", "258564008", "saliva"), ("http://snomed.info/sct", "122555007", "blood"),
]  # fmt: skip


@pytest.mark.parametrize(("system", "code", "kind"), SPECIMEN_CODES)
def test_a_specimen_by_code_is_of_its_kind(terms: Terms, system: str, code: str, kind: str) -> None:
    assert terms.specimen([(system, code, None)], None) == kind


ROUTES = {
    "systemic": (
        "oral", "by mouth", "po", "intravenous", "iv", "intramuscular", "im", "subcutaneous", "sc", "sublingual",
        "tablet", "capsule", "injection", "transdermal",
    ),
    "local": (
        "topical", "cutaneous", "ophthalmic", "eye drops", "otic", "ear drops", "vaginal cream", "cream", "ointment",
        "intravitreal", "shampoo", "irrigation", "mouthwash",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(ROUTES))
def test_a_route_in_words_is_systemic_or_local(terms: Terms, kind: str) -> None:
    assert {text: terms.route((), text) for text in ROUTES[kind]} == dict.fromkeys(ROUTES[kind], kind)


UNCLEAR = ("inhalation", "nasal", "rectal", "nebulizer", "implant", "intrathecal", "solution", "suppository", "enema")


@pytest.mark.parametrize("text", UNCLEAR)
def test_a_route_that_may_be_either_is_never_local(terms: Terms, text: str) -> None:
    assert terms.route((), text) is None


# Routes of SNOMED CT and of HL7, by their names.
ROUTE_CODES = [
    ("http://snomed.info/sct", "26643006", "systemic"), ("http://snomed.info/sct", "47625008", "systemic"),
    ("http://snomed.info/sct", "78421000", "systemic"), ("http://snomed.info/sct", "34206005", "systemic"),
    ("http://snomed.info/sct", "37839007", "systemic"), ("http://snomed.info/sct", "6064005", "local"),
    ("http://snomed.info/sct", "54485002", "local"), ("http://snomed.info/sct", "10547007", "local"),
    ("http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration", "PO", "systemic"),
    ("http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration", "IM", "systemic"),
    ("http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration", "SL", "systemic"),
]  # fmt: skip


@pytest.mark.parametrize(("system", "code", "kind"), ROUTE_CODES)
def test_a_route_by_code_is_systemic_or_local(terms: Terms, system: str, code: str, kind: str) -> None:
    assert terms.route([(system, code, None)], None) == kind


def test_a_plausible_range_is_in_the_unit_of_its_analyte_and_holds_every_limit_of_a_rule(
    docs: dict[str, Any], terms: Terms
) -> None:
    stated = docs["observations"]
    rows = [*stated["observations"], *stated["names"]]
    limits: dict[str, set[Decimal]] = {}
    for rule in active():
        for _, case in rule.cases():
            for kind in ("laboratory", "biomarker"):
                for subject, value in case.get("if", {}).get(kind, {}).items():
                    if isinstance(value, dict) and "unit" in value and subject in stated["plausible"]:
                        own = stated["plausible"][subject]["unit"]
                        for name in ("at_least", "above", "at_most", "below"):
                            found = terms.convert(Decimal(value.get(name, "0")), value["unit"], own, subject)
                            if name in value and found is not None:
                                limits.setdefault(subject, set()).add(found)
    for subject, bounds in stated["plausible"].items():
        low, high = Decimal(bounds["low"]), Decimal(bounds["high"])
        assert bounds["unit"] in {row.get("unit") for row in rows if row.get("subject") == subject}, subject
        assert all(low < limit < high for limit in limits.get(subject, set())), subject
        assert low < high, subject
    assert limits
