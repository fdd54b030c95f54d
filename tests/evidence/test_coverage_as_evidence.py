"""That a gene was looked at as a whole supports what was found; alone it is no result (PG48)."""

from __future__ import annotations

import pytest

from tests.evidence.whole import Json, add, concept, evaluated, line, patient
from tests.fhir.material import RXNORM

CAPECITABINE = "pharmacogenomics/capecitabine/cpic"
GENE = {"code": concept("48018-6"), "valueCodeableConcept": concept("HGNC:3012", "http://www.genenames.org")}
COVERED = {
    "resourceType": "Observation", "id": "covered", "status": "final", "code": concept("53041-0"),
    "effectiveDateTime": "2026-05-02", "component": [GENE],
}  # fmt: skip
NOT_FOUND = {
    "resourceType": "Observation", "id": "looked", "status": "final", "code": concept("69548-6"),
    "effectiveDateTime": "2026-05-02", "valueCodeableConcept": concept("LA9634-2"),
    "component": [
        GENE, {"code": concept("48004-6"), "valueCodeableConcept": {"text": "NM_000110.4:c.1905+1G>A"}},
        {"code": concept("48002-0"), "valueCodeableConcept": concept("LA6683-2")},
    ],
}  # fmt: skip


def _bundle(*resources: Json) -> Json:
    bundle = patient()
    order = {"medicationCodeableConcept": concept("194000", RXNORM), "status": "active", "intent": "order"}
    add(bundle, {"resourceType": "MedicationRequest", "id": "o", **order})
    for resource in resources:
        add(bundle, resource)
    return bundle


def _test_order(status: str) -> Json:
    ordered = concept("45284-7") | {"text": "DPYD genotype"}
    return {"resourceType": "ServiceRequest", "id": "t", "status": status, "intent": "order", "code": ordered,
            "authoredOn": "2026-05-20"}  # fmt: skip


def test_the_coverage_that_a_clear_line_rests_on_is_told_as_its_evidence() -> None:
    result = evaluated(_bundle(COVERED, NOT_FOUND))
    found = line(result, CAPECITABINE)
    assert (found.outcome, set(found.evidence)) == ("CLEAR", {"Observation/looked", "Observation/covered"})
    used = {one.resource: (one.used, one.ignored) for one in result.ledger.inputs}
    assert used["Observation/covered"] == used["Observation/looked"] == ("decisive", None)


@pytest.mark.parametrize("more", [(), (_test_order("active"),), (_test_order("completed"),)])
def test_coverage_without_a_result_of_the_gene_is_no_result_whatever_was_ordered(more: tuple[Json, ...]) -> None:
    with_it = line(evaluated(_bundle(COVERED, *more)), CAPECITABINE)
    without = line(evaluated(_bundle(*more)), CAPECITABINE)
    assert (with_it.outcome, with_it.reason, with_it.evidence) == (without.outcome, without.reason, without.evidence)
    assert with_it.outcome == "CANNOT-TELL"


def test_a_coverage_that_only_words_told_never_clears() -> None:
    words_only = COVERED | {"component": [{"code": concept("48018-6"), "valueCodeableConcept": {"text": "DPYD"}}],
                            "code": {"text": "DNA region examined"}}  # fmt: skip
    found = line(evaluated(_bundle(words_only, NOT_FOUND)), CAPECITABINE)
    assert found.outcome == "CANNOT-TELL"
