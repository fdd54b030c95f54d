"""Code systems: one system, whatever its spelling."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.terminology import Terms

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


@pytest.mark.parametrize(
    "spelling",
    [
        RXNORM,
        RXNORM + "/",
        " " + RXNORM + " ",
        "https://WWW.nlm.nih.gov/research/umls/rxnorm",
        "HTTP://www.nlm.nih.gov/research/umls/RxNorm",
        "urn:oid:2.16.840.1.113883.6.88",
        "2.16.840.1.113883.6.88",
        "URN:OID:2.16.840.1.113883.6.88",
    ],
)
def test_every_spelling_of_a_system_is_one_system(terms: Terms, spelling: str) -> None:
    assert terms.fold(spelling) == "rxnorm"


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("http://www.genenames.org/geneId", "hgnc"),
        ("http://genenames.org/geneId", "hgnc"),
        ("http://example.org/hgnc", "hgnc"),
        ("https://www.ncbi.nlm.nih.gov/gene", "ncbigene"),
        ("http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes", "tbd"),
        ("http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/TbdCodes", "tbd"),
        ("http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs", "tbd"),
        ("http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/SequencePhaseRelationshipCS", "phase"),
        ("http://terminology.hl7.org/CodeSystem/sequence-phase-relationship-cs", "phase"),
        ("https://api.ncbi.nlm.nih.gov/variation/v0/", "spdi"),
        ("http://www.sequenceontology.org/", "so"),
        ("https://www.pharmvar.org", "pharmvar"),
        ("http://fhir.de/CodeSystem/bfarm/atc", "atc"),
        ("urn:oid:2.16.840.1.113883.6.90", "icd10cm"),
        ("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "icd10gm"),
        ("https://open.epic.com/FHIR/StructureDefinition/condition-category", "epic-category"),
        ("http://open.epic.com/FHIR/StructureDefinition/condition-category", "epic-category"),
        ("urn:oid:2.16.840.1.113883.6.335", "iscn"),
        ("http://unitsofmeasure.org/", "ucum"),
        ("http://terminology.hl7.org/CodeSystem/v3-ActCode", "v3-actcode"),
    ],
)
def test_listed_spellings_fold_to_the_short_name(terms: Terms, spelling: str, name: str) -> None:
    assert terms.fold(spelling) == name


def test_hgnc_and_ncbi_numbers_never_mix(terms: Terms) -> None:
    assert terms.gene("http://www.genenames.org", "2621") == "CYP2C19"
    assert terms.gene("https://www.ncbi.nlm.nih.gov/gene", "2621") is None


def test_an_unknown_system_is_its_folded_address(terms: Terms) -> None:
    assert terms.fold("https://Lab.Example.org/codes/") == terms.fold("http://lab.example.org/codes")
    assert terms.fold("https://lab.example.org/codes") != "loinc"


@pytest.mark.parametrize("nothing", [None, "", "   "])
def test_no_system_is_no_system(terms: Terms, nothing: str | None) -> None:
    assert terms.fold(nothing) is None


def test_every_short_name_leads_back_to_itself(terms: Terms, docs: dict[str, Any]) -> None:
    for name in docs["systems"]["systems"]:
        assert terms.fold(terms.address(name)) == name
