"""A patient in words, written as a Bundle, reads as the same facts."""

from __future__ import annotations

import json
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from pmcds.fhir import bundle_of
from pmcds.model.findings import Reading
from pmcds.model.patient import Patient
from tests.fhir.material import NOW, genes, reading, terms

CONDITIONS = sorted(terms().condition_names)
CANCERS = sorted(terms().cancer_names)
DRUGS = ["clopidogrel", "omeprazole", "capecitabine", "warfarin", "vemurafenib", "codeine"]
STARS = ["*1/*1", "*1/*2", "*2/*2"]
ALLELES = ["HLA-B*57:01", "HLA-B*15:02", "HLA-B*58:01", "HLA-A*31:01"]


def read_back(patient: Patient, *orders: str) -> Reading:
    found = bundle_of(patient, now=NOW, terms=terms(), orders=orders)
    json.dumps(found)
    return reading(json.dumps(found).encode())


def present(found: Reading, kind: str) -> dict[str | None, object]:
    return {one.subject: one.value for one in found.findings if one.kind == kind and one.status == "present"}


@given(
    st.builds(
        Patient,
        diplotype=st.dictionaries(st.sampled_from(["CYP2C19", "CYP2C9", "TPMT"]), st.sampled_from(STARS)),
        phenotype=st.dictionaries(
            st.sampled_from(["CYP2C19", "CYP2D6", "TPMT", "NUDT15"]),
            st.sampled_from(["poor metabolizer", "intermediate metabolizer", "normal metabolizer"]),
        ),
        activity_score=st.dictionaries(
            st.sampled_from(["CYP2D6", "DPYD"]), st.sampled_from(["0.0", "0.25", "1.5", "≥3.0"])
        ),
        allele=st.dictionaries(st.sampled_from(ALLELES), st.sampled_from(["present", "absent"])),
        condition=st.lists(st.sampled_from(CONDITIONS), unique=True, max_size=4),
        cancer=st.lists(st.sampled_from(CANCERS), unique=True, max_size=2),
        medication=st.lists(st.sampled_from(DRUGS), unique=True, max_size=3),
        age=st.integers(0, 110),
        sex=st.sampled_from(["male", "female", "unknown"]),
    ),
    st.lists(st.sampled_from(DRUGS), unique=True, max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_reading_back_gives_the_same_facts(patient: Patient, orders: list[str]) -> None:
    found = read_back(patient, *orders)
    assert present(found, "genotype") == patient.diplotype
    assert present(found, "phenotype") == patient.phenotype
    scores = {gene: Decimal(str(value).replace(">=", "")) for gene, value in present(found, "activity_score").items()}
    assert scores == {gene: Decimal(score.replace("≥", "")) for gene, score in patient.activity_score.items()}
    alleles = {one.subject: one.status for one in found.findings if one.kind == "allele"}
    assert alleles == patient.allele
    assert set(patient.condition) <= set(present(found, "condition"))
    assert set(patient.cancer) <= set(present(found, "cancer"))
    assert set(present(found, "medication")) == set(patient.medication)
    assert [one.drug.ingredients for one in found.orders if one.state == "draft"] == [(name,) for name in orders]
    assert present(found, "demographic")["sex"] == patient.sex
    assert not [note for note in found.inputs if note.ignored not in (None, "not-relevant", "duplicate-of")]


def test_every_condition_and_cancer_of_the_terms_can_be_written() -> None:
    for name in CONDITIONS:
        assert name in present(read_back(Patient(condition=[name])), "condition"), name
    for name in CANCERS:
        assert name in present(read_back(Patient(cancer=[name])), "cancer"), name


def test_every_diplotype_name_of_a_gene_file_can_be_written() -> None:
    unread = []
    for gene in genes().values():
        # A reference that is a sentence with the gene's symbol in it is not read as an allele yet.
        if gene.key == "allele" or not gene.reference or gene.symbol in gene.reference:
            continue
        pair = gene.reference if gene.method in ("one-copy", "listed-alleles") else f"{gene.reference}/{gene.reference}"
        found = read_back(Patient(diplotype={gene.symbol: pair}))
        if not present(found, "genotype") and not present(found, "haplotype"):
            unread.append(gene.symbol)
    assert unread == []


def test_variants_have_source_class_and_specimen() -> None:
    found = read_back(Patient(variant={"BRAF": ["p.Val600Glu"], "KRAS p.Gly12Cys": "absent"}, specimen="tissue"))
    variants = [one for one in found.findings if one.kind == "variant"]
    assert {(one.subject, one.status) for one in variants} == {("BRAF", "present"), ("KRAS", "absent")}
    assert {(one.source_class, one.specimen) for one in variants} == {("somatic", "tissue")}
    inherited = read_back(Patient(variant={"BRCA1": ["c.68_69del"]}))
    assert {one.source_class for one in inherited.findings if one.kind == "variant"} == {"germline"}


def test_markers_and_laboratory_keep_numbers_units_and_signs() -> None:
    patient = Patient(
        biomarker={
            "TMB": {"quantity": "12.5", "unit": "mut/Mb"},
            "MSI": "high",
            "MMR": "deficient",
            "HER2": {"score": "3+"},
        },
        laboratory={"creatinine": {"value": "4.2", "unit": "mg/dL", "comparator": "<"}},
    )
    found = read_back(patient)
    markers = present(found, "biomarker")
    assert markers["TMB"] == {"quantity": Decimal("12.5")}
    assert markers["MSI"] == {"result": "high"}
    assert markers["MMR"] == {"result": "deficient"}
    value = present(found, "laboratory")["creatinine"]
    assert isinstance(value, dict)
    assert (value["quantity"], value["comparator"]) == (Decimal("4.2"), "<")


def test_age_holds_in_every_time_zone() -> None:
    for age in (0, 17, 18, 61):
        found = read_back(Patient(age=age))
        born = str(present(found, "demographic")["birth_date"])
        year, month, day = map(int, born.split("-"))
        for moment in ((NOW.year, NOW.month, NOW.day), (2026, 5, 30), (2026, 6, 3)):
            assert moment[0] - year - ((moment[1], moment[2]) < (month, day)) == age


def test_since_and_route_are_written() -> None:
    found = read_back(Patient(medication=[{"drug": "omeprazole", "since": "2025-01-31"}]))
    value = present(found, "medication")["omeprazole"]
    assert isinstance(value, dict)
    assert value["since"] == "2025-01-31"
    topical = bundle_of(Patient(), now=NOW, terms=terms(), orders=[{"drug": "clopidogrel", "route": "topical"}])
    assert reading(topical).orders[0].drug.systemic is False


def test_the_written_bundle_is_valid_r4() -> None:
    import pytest

    models = pytest.importorskip("fhir.resources.R4B.bundle")
    patient = Patient(
        diplotype={"CYP2C19": "*2/*2"},
        phenotype={"CYP2D6": "poor metabolizer"},
        activity_score={"DPYD": "≥3.0"},
        allele={"HLA-B*57:01": "present", "HLA-B*58:01": "absent"},
        variant={"BRAF": ["p.Val600Glu"]},
        biomarker={"TMB": {"quantity": "12", "unit": "mut/Mb"}},
        laboratory={"creatinine": {"value": "1", "unit": "mg/dL"}},
        condition=["stroke"],
        cancer=["melanoma"],
        medication=["omeprazole"],
        specimen="tissue",
        age=61,
        sex="female",
    )
    models.Bundle.model_validate(bundle_of(patient, now=NOW, terms=terms(), orders=["clopidogrel"]))
