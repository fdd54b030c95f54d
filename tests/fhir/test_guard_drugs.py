"""A drug is never another drug: by reference, by ingredients, by words, by form, or because one was met before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pmcds.fhir import Memory, Policy, open_input, read
from pmcds.model.findings import Finding, Order
from tests.fhir.material import PATIENT, RXNORM, SUBJECT, bundle, context, order, reading

CLOPIDOGREL = {"coding": [{"system": RXNORM, "code": "32968"}]}
ASPIRIN = {"coding": [{"system": RXNORM, "code": "1191"}]}
FLUOROURACIL = {"coding": [{"system": RXNORM, "code": "4492"}]}
LOCAL = {"system": "https://pharmacy.example/items", "code": "4711"}


def medication(ident: str = "m1", **members: Any) -> dict[str, Any]:
    return {"resourceType": "Medication", "id": ident, **members}


def ordered(*found: dict[str, Any], reference: str = "Medication/m1", **members: Any) -> Order:
    one = order(medicationCodeableConcept=None, medicationReference={"reference": reference, **members})
    return reading(bundle(PATIENT, one, *found), "p1").orders[0]


def ingredient(item: Any, **members: Any) -> dict[str, Any]:
    return {"itemCodeableConcept": item, **members}


def test_every_ingredient_of_a_mixture_counts_in_any_order() -> None:
    for parts in ([CLOPIDOGREL, ASPIRIN], [ASPIRIN, CLOPIDOGREL]):
        found = ordered(medication(ingredient=[ingredient(part) for part in parts]))
        assert (sorted(found.drug.ingredients), found.drug.unmapped) == (["aspirin", "clopidogrel"], 0)


def test_an_ingredient_that_nobody_knows_is_never_passed_over() -> None:
    unknown = ingredient({"coding": [LOCAL], "text": "house mixture of the pharmacy"})
    lost = {"itemReference": {"reference": "Substance/none"}}
    for other in (unknown, lost):
        found = ordered(medication(ingredient=[ingredient(CLOPIDOGREL), other]))
        assert (found.drug.ingredients, found.drug.unmapped) == (("clopidogrel",), 1)


@pytest.mark.parametrize(("active", "counts"), [(False, False), (True, True), (None, True)])
def test_only_an_ingredient_that_is_stated_not_to_act_is_left_out(active: bool | None, counts: bool) -> None:
    parts = [ingredient(CLOPIDOGREL), ingredient(ASPIRIN, isActive=active)]
    assert ("aspirin" in ordered(medication(ingredient=parts)).drug.ingredients) is counts


def test_ingredients_are_found_through_several_references_and_a_circle_ends() -> None:
    kit = medication(ingredient=[{"itemReference": {"reference": "Medication/m2"}}])
    inner = medication("m2", ingredient=[{"itemReference": {"reference": "Substance/s1"}}])
    substance = {"resourceType": "Substance", "id": "s1", "code": CLOPIDOGREL}
    assert ordered(kit, inner, substance).drug.ingredients == ("clopidogrel",)
    circle = medication("m2", ingredient=[{"itemReference": {"reference": "Medication/m1"}}])
    found = ordered(kit, circle)
    assert (found.drug.ingredients, found.problem is not None) == ((), True)


@pytest.mark.parametrize("member", ["form", "doseForm"])
def test_h43_the_form_of_a_product_in_any_release_is_never_left_out(member: str) -> None:
    cream: Any = {member: {"text": "cream"}}
    assert ordered(medication(code=FLUOROURACIL, **cream)).drug.systemic is False
    assert ordered(medication(code=FLUOROURACIL)).drug.systemic is not False


def test_h43_of_routes_that_contradict_the_systemic_one_counts() -> None:
    def systemic(*routes: str) -> Any:
        dosage = [{"route": {"text": route}} for route in routes]
        one = order(medicationCodeableConcept=FLUOROURACIL, dosageInstruction=dosage)
        return reading(bundle(PATIENT, one), "p1").orders[0].drug.systemic

    assert [systemic("Topical"), systemic("Topical", "Intravenous"), systemic("Intravenous", "Topical")] == [
        False,
        True,
        True,
    ]


def test_h43_a_route_into_the_vein_is_never_undone_by_the_form_of_a_cream() -> None:
    one = order(
        medicationCodeableConcept=None,
        medicationReference={"reference": "Medication/m1"},
        dosageInstruction=[{"route": {"text": "Intravenous"}}],
    )
    found = reading(bundle(PATIENT, one, medication(code=FLUOROURACIL, form={"text": "cream"})), "p1").orders[0]
    assert (found.drug.systemic, "route-contradiction" in found.notes) == (True, True)


def test_a_reference_that_leads_nowhere_is_never_no_drug() -> None:
    found = ordered()
    assert (found.problem, found.drug.ingredients) == ("drug-unresolved", ())
    named = ordered(display="clopidogrel 75 mg")
    assert (named.problem, named.drug.ingredients, named.drug.how) == (None, ("clopidogrel",), "name")
    empty = ordered(medication(), display="clopidogrel 75 mg")
    assert (empty.problem, empty.drug.ingredients) == (None, ("clopidogrel",))


def statement(drug: Any, **members: Any) -> dict[str, Any]:
    stated = {"resourceType": "MedicationStatement", "id": "s", "status": "active", "subject": SUBJECT, **members}
    return {**stated, "medication": {"concept": drug}}


TAKEN: dict[str, dict[str, Any]] = {
    "text of a drug": statement({"coding": [LOCAL], "text": "clopidogrel"}),
    "text of another": statement({"coding": [LOCAL], "text": "codeine"}),
    "text alone": statement({"text": "codeine"}),
    "display": statement({"coding": [{**LOCAL, "display": "aspirin"}]}),
    "by mouth": statement(FLUOROURACIL, dosage=[{"route": {"text": "Oral"}}]),
    "on the skin": statement(FLUOROURACIL, dosage=[{"route": {"text": "Topical"}}]),
    "nowhere stated": statement(FLUOROURACIL),
}


def told(resource: dict[str, Any], memory: Memory, **policy: Any) -> tuple[tuple[Order, ...], tuple[Finding, ...]]:
    known = replace(context("Patient/p1"), memory=memory, policy=Policy(**policy))
    found = read(open_input(bundle(PATIENT, resource)), known)
    return found.orders, found.findings


@pytest.mark.parametrize("second", TAKEN)
@pytest.mark.parametrize("first", TAKEN)
def test_a_drug_of_one_patient_is_never_that_of_the_next(first: str, second: str) -> None:
    memory = Memory()
    told(TAKEN[first], memory)
    assert told(TAKEN[second], memory) == told(TAKEN[second], Memory())


@pytest.mark.parametrize("resource", [TAKEN["text alone"], order(medicationCodeableConcept={"text": "codeine"})])
@pytest.mark.parametrize("names", [True, False])
def test_a_site_that_trusts_no_names_is_never_answered_by_one_that_does(resource: Any, names: bool) -> None:
    memory = Memory()
    told(resource, memory, match_names=not names)
    found = told(resource, memory, match_names=names)
    assert found == told(resource, Memory(), match_names=names)
    assert [one.drug.ingredients for one in found[0]] == [("codeine",) if names else ()]
