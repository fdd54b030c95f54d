"""What the seventh reader planted and no test noticed at the first run; each of these tests fails with its fault."""

from __future__ import annotations

from typing import Any

import pytest

from tests.evidence.goldens import engine
from tests.evidence.test_coverage_as_evidence import CAPECITABINE, COVERED, GENE, NOT_FOUND
from tests.evidence.whole import CODEINE, Json, concept, drug, evaluated, line, typed
from tests.fhir.material import PATIENT, RXNORM, SUBJECT, bundle


def test_h07_ids_that_differ_in_letter_case_only_are_of_two_results() -> None:
    old = typed("CYP2D6", "*4/*4") | {"id": "aBcD", "meta": {"versionId": "1"}}
    new = typed("CYP2D6", "*1/*1") | {"id": "AbCd", "meta": {"versionId": "2"}}
    result = evaluated(bundle(PATIENT, old, new, drug("codeine")))
    found = line(result, CODEINE)
    assert found.outcome != "CLEAR"
    assert set(found.evidence) == {"Observation/aBcD", "Observation/AbCd"}
    assert not [one.ignored for one in result.ledger.inputs if one.resource.startswith("Observation") and one.ignored]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("6-MP", "mercaptopurine"), ("6-mercaptopurine", "mercaptopurine"), ("6 mercaptopurine", "mercaptopurine"),
        ("6-TG", "thioguanine"), ("6-thioguanine", "thioguanine"), ("Tioguanine", "thioguanine"),
    ],
)  # fmt: skip
def test_h43_short_names_of_the_thiopurines_are_never_mixed_up(text: str, name: str) -> None:
    assert engine().terms.recognize((), text).ingredients == (name,)


@pytest.mark.parametrize("part", ["36908-2", "51959-5"])
def test_h18_a_test_of_some_mutations_or_regions_is_never_one_of_the_whole_gene(part: str) -> None:
    some = COVERED | {"component": [GENE, {"code": concept(part), "valueCodeableConcept": {"text": "c.1905+1G>A"}}]}
    order = drug("", medicationCodeableConcept=concept("194000", RXNORM))
    record = bundle(PATIENT, order, some | {"subject": SUBJECT}, NOT_FOUND | {"subject": SUBJECT})
    assert line(evaluated(record), CAPECITABINE).outcome == "CANNOT-TELL"


@pytest.mark.parametrize("total", [None, 2, 3])
def test_h20_a_page_that_has_another_one_is_never_everything_whatever_its_total(total: int | None) -> None:
    page: Json = bundle(PATIENT, drug("codeine"), kind="searchset")
    page |= {"link": [{"relation": "next", "url": "https://ehr.example/fhir?page=2"}]}
    more: dict[str, Any] = {"total": total} if total is not None else {}
    found = line(evaluated(page | more), CODEINE)
    assert (found.outcome, found.reason) == ("CANNOT-TELL", "truncated")
