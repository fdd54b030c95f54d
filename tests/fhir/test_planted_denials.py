"""Written after planted faults that no test noticed: a denial with two purposes, an absence that reads positive."""

from __future__ import annotations

import pytest

from tests.fhir.observations.support import ABSENT, PRESENT, concept, finding, gene, protein, somatic, variant
from tests.fhir.test_consents import GDIS, consent, genotype, read, withheld


@pytest.mark.parametrize("purposes", [["TREAT", "HRESCH"], ["HRESCH", "TREAT"], ["HRESCH", "HMARKT", "COC"]])
def test_h64_a_denial_for_treatment_and_more_binds_treatment(purposes: list[str]) -> None:
    denied = {"type": "deny", "securityLabel": [GDIS], "purpose": [{"code": code} for code in purposes]}
    assert withheld(read(consent(denied), genotype())) == {"Observation/geno"}


POSITIVE, NEGATIVE = "POS", "NEG"
INTERPRETATIONS = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"


@pytest.mark.parametrize(
    ("answer", "interpretation", "status"),
    [
        (ABSENT, POSITIVE, "conflicting"),
        (PRESENT, NEGATIVE, "conflicting"),
        (ABSENT, NEGATIVE, "absent"),
        (PRESENT, POSITIVE, "present"),
    ],
)
def test_h23_a_value_against_its_interpretation_decides_nothing(answer: str, interpretation: str, status: str) -> None:
    stated = [concept(INTERPRETATIONS, interpretation)]
    told = finding(variant(gene("BRAF"), protein("p.Val600Glu"), somatic(), answer=answer, interpretation=stated))
    assert told.status == status
