"""A negative result reaches as far as what was looked for: where its name is lost, it speaks for no gene (VR7)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.observations.support import ABSENT, HGVS, component, concept, finding, gene, somatic, variant

NAMED = component("48005-3", concept(HGVS, "p.Val600Glu"))
LOCAL = {"coding": [{"system": "https://laboratory.example.org", "code": "CHANGE"}]}


def negative(*components: Any) -> Any:
    resource = variant(gene("BRAF"), somatic(), answer=ABSENT)
    resource["component"].extend(components)
    return finding(resource)


@pytest.mark.parametrize(
    "broken",
    [
        None,
        "",
        "component",
        {},
        {**NAMED, "code": None},
        {**NAMED, "code": {"text": "Amino acid change"}},
        {**NAMED, "code": {"coding": [{"code": "48005-3"}]}},
        {**NAMED, "code": {"coding": [{"system": "http://loinc.org"}]}},
        {**NAMED, "code": LOCAL},
        {"code": LOCAL, "valueString": "codons 12 and 13"},
        {"code": LOCAL, "valueCodeableConcept": {"text": "Exon 15"}},
        {
            "code": {"coding": [{"system": "http://loinc.org", "code": "???"}]},
            "valueCodeableConcept": {"text": "BRAF hotspots"},
        },
        component("48005-3", concept(HGVS, "V?")),
        component("48004-6", "see the report", name="valueString"),
    ],
)
def test_a_negative_result_whose_change_cannot_be_read_never_excludes_the_gene(broken: Any) -> None:
    found = negative(broken)
    assert (found.status, found.reason) == ("indeterminate", "value-unreadable")


@pytest.mark.parametrize(
    "beside",
    [
        (),
        ({"code": LOCAL, "valueString": "reviewed by two readers"},),
        (component("81258-6", {"value": 0.31}, name="valueQuantity"),),
    ],
)
def test_a_negative_result_of_a_gene_stays_one_beside_what_names_no_change(beside: Any) -> None:
    found = negative(*beside)
    assert (found.status, found.value["scope"]) == ("absent", "gene")


def test_a_negative_result_of_one_change_stays_one() -> None:
    assert negative(NAMED).value["scope"] == "variant"
