"""Diagnoses: conditions by code, prefix and name; tumor types by the tree."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.terminology import Terms

SNOMED = "http://snomed.info/sct"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
ONCOTREE = "http://oncotree.mskcc.org"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"


def coding(system: str, code: str) -> tuple[tuple[str, str, None], ...]:
    return ((system, code, None),)


@pytest.mark.parametrize(
    ("system", "code", "names"),
    [
        (ICD, "I21.4", {"acute coronary syndrome", "coronary artery disease"}),
        (ICD, "I214", {"acute coronary syndrome", "coronary artery disease"}),
        (GM, "i21.4", {"acute coronary syndrome", "coronary artery disease"}),
        (SNOMED, "415070008", {"percutaneous coronary intervention", "coronary artery disease"}),
        (SNOMED, "422504002", {"stroke", "neurovascular disease"}),
        (ICD, "G45.9", {"transient ischemic attack", "neurovascular disease"}),
        (ICD, "G45.4", set()),  # transient global amnesia
        (ICD, "I65.21", {"carotid artery disease", "neurovascular disease"}),
        (ICD, "I25.10", {"coronary artery disease"}),
        (ICD, "B20", {"HIV infection"}),
        (ICD, "I10", set()),
        (SNOMED, "I21.4", set()),
        ("http://hl7.org/fhir/sid/icd-9-cm", "I21.4", set()),
    ],
)
def test_conditions_are_found_by_code_and_prefix(terms: Terms, system: str, code: str, names: set[str]) -> None:
    match = terms.conditions(coding(system, code))
    assert set(match.names) == names
    assert match.how == ("code" if names else None)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Acute coronary syndrome", ("acute coronary syndrome", "coronary artery disease")),
        ("ACS", ("acute coronary syndrome", "coronary artery disease")),
        ("Ischemic stroke (disorder)", ("neurovascular disease", "stroke")),
        ("no history of stroke", ()),
        ("stroke risk", ()),
        ("", ()),
    ],
)
def test_names_are_compared_whole(terms: Terms, text: str, names: tuple[str, ...]) -> None:
    match = terms.conditions((), text)
    assert match.names == names
    assert match.how == ("name" if names else None)


def test_text_does_not_count_beside_a_known_code(terms: Terms) -> None:
    match = terms.conditions(coding(ICD, "I25.10"), "stroke")
    assert match.names == ("coronary artery disease",)


def test_a_display_counts_only_without_a_code(terms: Terms) -> None:
    assert terms.conditions(((SNOMED, "1", "stroke"),)).names == ()
    assert terms.conditions(((None, None, "stroke"),)).names == ("neurovascular disease", "stroke")


@pytest.mark.parametrize(
    ("system", "code", "is_one", "may_be", "is_not"),
    [
        (ICD, "C34.11", "lung cancer", "non-small cell lung cancer", "melanoma"),
        (ICD, "C43.9", "melanoma", None, "breast cancer"),
        (ICD, "C18.7", "colorectal cancer", None, "non-small cell lung cancer"),
        (ICD, "C18.1", None, None, "colorectal cancer"),  # appendix (TT-11)
        (ICD, "C17.0", None, None, "colorectal cancer"),
        (ICD, "C50.912", "breast cancer", None, "melanoma"),
        (ICD, "C22.1", "cholangiocarcinoma", None, "hepatocellular carcinoma"),
        (ICD, "C22.0", "hepatocellular carcinoma", None, "cholangiocarcinoma"),
        (
            ICD,
            "C25.4",
            "renal cell carcinoma, hemangioblastoma or pancreatic neuroendocrine tumor",
            None,
            "pancreatic adenocarcinoma",
        ),
        (ICD, "C25.0", None, "pancreatic adenocarcinoma", "melanoma"),
        (ICD, "C16.9", None, "gastric or gastroesophageal junction adenocarcinoma", "melanoma"),
        (ICD, "C91.00", "acute lymphoblastic leukemia", None, "acute myeloid leukemia"),
        (ICD, "C84.6", "ALK-positive anaplastic large cell lymphoma", None, "melanoma"),
        (ICD, "C84.7", None, None, "ALK-positive anaplastic large cell lymphoma"),
        (ICD, "C78.00", None, None, "lung cancer"),  # secondary
        (ICD, "D03.9", None, None, "melanoma"),  # in situ
        (ICD, "Z85.3", None, None, "breast cancer"),  # history
        (SNOMED, "254637007", "non-small cell lung cancer", None, "melanoma"),
        (SNOMED, "363358000", "lung cancer", "non-small cell lung cancer", "melanoma"),
        (SNOMED, "363346000", None, "melanoma", None),
        (SNOMED, "372244006", "melanoma", None, None),
        (ONCOTREE, "READ", "colorectal cancer", None, None),
        (ONCOTREE, "CAIS", None, None, "colorectal cancer"),
        (ONCOTREE, "BOWEL", None, "colorectal cancer", None),
        (ONCOTREE, "ACRM", "melanoma", None, None),
        (ONCOTREE, "UM", None, None, "melanoma"),
        (ONCOTREE, "RAML", "renal angiomyolipoma", None, "renal cell carcinoma"),
        (ONCOTREE, "LUSC", "non-small cell lung cancer", None, "non-squamous non-small cell lung cancer"),
        (ONCOTREE, "BLLBCRABL1L", "acute lymphoblastic leukemia", None, "BCR-ABL1-positive leukemia"),
        (NCIT, "C3512", "non-small cell lung cancer", None, None),
        ("http://terminology.hl7.org/CodeSystem/icd-o-3", "8046/3", "non-small cell lung cancer", None, None),
        ("http://terminology.hl7.org/CodeSystem/icd-o-3", "80463/3", None, None, "non-small cell lung cancer"),
    ],
)
def test_tumor_types(
    terms: Terms, system: str, code: str, is_one: str | None, may_be: str | None, is_not: str | None
) -> None:
    match = terms.conditions(coding(system, code))
    assert is_one is None or is_one in match.cancers
    assert may_be is None or (may_be in match.imprecise and may_be not in match.cancers)
    assert is_not is None or is_not not in match.cancers + match.imprecise


def test_a_solid_tumor_is_not_a_blood_cancer(terms: Terms) -> None:
    assert "solid tumor" in terms.conditions(coding(ICD, "C34.9")).cancers
    assert "solid tumor" in terms.conditions(coding(ICD, "C16.9")).cancers
    assert "solid tumor" not in terms.conditions(coding(ICD, "C92.0")).cancers
    assert "solid tumor" in terms.conditions(coding(SNOMED, "363346000")).imprecise
    assert "solid tumor other than colorectal" not in terms.conditions(coding(ICD, "C18.7")).cancers
    assert "solid tumor other than colorectal" in terms.conditions(coding(ONCOTREE, "BOWEL")).imprecise


def test_every_tumor_diagnosis_is_a_malignancy(terms: Terms) -> None:
    for system, code in ((ICD, "C92.0"), (SNOMED, "277571004"), (ONCOTREE, "READ"), (SNOMED, "363346000")):
        assert "malignancy" in terms.conditions(coding(system, code)).names
    assert "malignancy" not in terms.conditions(coding(ICD, "D05.1")).names


def test_every_name_of_a_rule_leads_back_to_itself(terms: Terms) -> None:
    for name in terms.cancer_names:
        assert name in terms.conditions((), name).cancers
        for triple in terms.condition_codings(name)[:1]:
            match = terms.conditions((triple,))
            assert name in match.cancers or name in match.names, name
    for name in terms.condition_names:
        assert name in terms.conditions((), name).names
        for triple in terms.condition_codings(name):
            assert name in terms.conditions((triple,)).names, (name, triple)


def test_nodes_of_the_tumor_types_exist(docs: dict[str, Any]) -> None:
    nodes = {row.split("\t")[0] for row in docs["oncotree"].splitlines() if not row.startswith("#")}
    for name, entry in docs["cancers"]["cancers"].items():
        stated = {*entry["oncotree"], *entry.get("exclude", ()), *entry.get("broader", ())} - {"*solid"}
        assert stated <= nodes, name
    for code, entry in docs["cancers"]["codes"].items():
        listed = [entry] if isinstance(entry, str) else next(iter(entry.values()))
        assert set(listed) <= nodes | {"none"}, code


def test_several_codes_of_one_diagnosis_join(terms: Terms) -> None:
    match = terms.conditions(((ICD, "C34.9", None), (SNOMED, "254637007", None)))
    assert "non-small cell lung cancer" in match.cancers
    assert "non-small cell lung cancer" not in match.imprecise


@pytest.mark.parametrize("text", ["malignancy", "Cancer", "malignant neoplasm"])
def test_a_cancer_of_no_stated_site_may_be_any_by_words_as_by_code(terms: Terms, text: str) -> None:
    by_code = terms.conditions([("http://snomed.info/sct", "363346000", None)])
    by_words = terms.conditions((), text)
    assert by_words.cancers == by_code.cancers == ()
    assert by_words.imprecise == by_code.imprecise != ()
    assert by_words.how == "name"
