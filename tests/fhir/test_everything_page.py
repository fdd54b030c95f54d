"""A page of `$everything` never makes complete what stands on the other pages (H50)."""

from __future__ import annotations

import pytest

from pmcds.fhir import open_input
from tests.fhir.material import PATIENT, bundle, creatinine

PAGE = "https://x.example/fhir/Patient/p1/$everything?page="


@pytest.mark.parametrize("resource", [creatinine(), PATIENT])
def test_h50_a_cut_page_of_everything_never_makes_the_other_kinds_complete(resource: dict[str, object]) -> None:
    links = [{"relation": "self", "url": f"{PAGE}2"}, {"relation": "next", "url": f"{PAGE}3"}]
    supply = open_input(bundle(resource, kind="searchset", link=links)).supply
    assert (supply.results, supply.conditions, supply.medications, supply.demographics) == ("truncated",) * 4


def test_h50_a_cut_search_of_one_kind_leaves_the_others_complete() -> None:
    links = [{"relation": "next", "url": "https://x.example/fhir?page=3"}]
    supply = open_input(bundle(creatinine(), kind="searchset", link=links)).supply
    assert (supply.results, supply.conditions, supply.medications) == ("truncated", "supplied", "supplied")
