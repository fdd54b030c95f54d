"""A patient in words says what the laboratory says about a variant."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds import Patient
from pmcds.fhir import bundle_of
from tests.germline.bundles import NOW, engine


def _observations(variant: dict[str, Any]) -> list[dict[str, Any]]:
    written = bundle_of(Patient(variant=variant), now=NOW, terms=engine().terms)
    return [entry["resource"] for entry in written["entry"] if entry["resource"]["resourceType"] == "Observation"]


def _codes(resource: dict[str, Any]) -> dict[str, str]:
    return {
        part["code"]["coding"][0]["code"]: part["valueCodeableConcept"].get("coding", [{"code": "text"}])[0]["code"]
        for part in resource.get("component", ())
    }


@pytest.mark.parametrize("words", ["likely pathogenic heterozygous", "heterozygous likely pathogenic"])
def test_significance_is_a_conclusion_and_zygosity_a_component(words: str) -> None:
    variant, implication = _observations({"OTC": [f"p.Arg40His {words}"]})
    assert _codes(variant)["48005-3"] == "p.Arg40His"
    assert _codes(variant)["53034-5"] == "LA6706-1"
    assert "53037-8" not in _codes(variant)
    assert _codes(implication) == {"53037-8": "LA26332-9"}
    assert implication["derivedFrom"] == [{"reference": f"Observation/{variant['id']}"}]


def test_a_gene_without_a_variant_is_an_absence_of_the_whole_gene() -> None:
    (absence,) = _observations({"OTC": "absent"})
    assert absence["valueCodeableConcept"]["coding"][0]["code"] == "LA9634-2"
    assert not {"48005-3", "48004-6", "81252-9"} & set(_codes(absence))


def test_a_change_without_words_says_nothing_more() -> None:
    (variant,) = _observations({"OTC": ["p.Arg40His"]})
    assert not {"53034-5", "53037-8"} & set(_codes(variant))
