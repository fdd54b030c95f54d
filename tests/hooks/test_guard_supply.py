"""What a service asks for and what became of it: nothing that a rule reads is left out, no failure is read as data."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.hooks import services_of
from pmcds.hooks.prefetch import read_value, supply_of
from pmcds.hooks.services import TEMPLATES
from pmcds.model.answers import Subject
from tests.hooks.examples import CODES, TEST, bundle, card, order, parsed, rendered
from tests.hooks.test_services import _rule

LABORATORY = Subject("laboratory", "creatinine")
OBSERVATION = {"resourceType": "Observation", "id": "o1", "status": "final"}


def _asked(*subjects: Subject, hook: str = "order-sign", **changes: Any) -> set[str]:
    services = services_of([_rule(*subjects, hooks=(hook,), **changes)])
    return next(set(service.prefetch) for service in services if service.hook == hook)


@pytest.mark.parametrize("kind", ["medication", "taken_for", "ordered_with"])
def test_s24_a_rule_that_asks_for_a_drug_never_goes_without_the_drugs_of_the_patient(kind: str) -> None:
    assert {"medications", "statements"} <= _asked(Subject(kind, "fluconazole"))
    assert {"medications", "statements"} <= _asked(LABORATORY, Subject(kind, "fluconazole"))


@pytest.mark.parametrize("kind", ["condition", "cancer"])
def test_s24_a_rule_that_asks_for_a_disease_never_goes_without_the_conditions(kind: str) -> None:
    assert "conditions" in _asked(LABORATORY, Subject(kind, "x"))


def test_s24_a_rule_about_some_tumors_never_goes_without_the_conditions() -> None:
    assert "conditions" in _asked(LABORATORY, cancers=("melanoma",))


def test_h14_a_genomic_rule_never_goes_without_transplants_and_drugs_taken_now() -> None:
    assert {"conditions", "medications", "statements", "reports"} <= _asked(Subject("phenotype", "CYP2C19"))


def test_s24_a_rule_about_a_value_alone_asks_for_no_more_than_it_reads() -> None:
    assert _asked(LABORATORY) == {"patient", "observations"}


def test_s24_where_no_draft_is_in_question_the_drugs_of_the_record_are_asked_for() -> None:
    assert {"medications", "statements"} <= _asked(LABORATORY, hook="patient-view")


@pytest.mark.parametrize("status", ["404 Not Found", "500", "403", 410])
def test_h52_an_entry_that_failed_is_never_data_whatever_resource_stands_beside_it(status: Any) -> None:
    failed = {"response": {"status": status}, "resource": OBSERVATION}
    assert read_value(bundle() | {"type": "batch-response", "entry": [failed]}).state == "error"
    good = {"response": {"status": "200 OK"}, "resource": OBSERVATION}
    assert read_value(bundle() | {"type": "batch-response", "entry": [good, failed]}).state == "incomplete"
    assert read_value(bundle() | {"type": "batch-response", "entry": [good]}).state == "present"


@pytest.mark.parametrize("status", ["404 Not Found", "500"])
def test_h52_a_wrapped_value_that_failed_is_never_data(status: str) -> None:
    assert read_value({"response": {"status": status}, "resource": OBSERVATION}).state == "error"
    assert read_value({"response": {"status": "200"}, "resource": OBSERVATION}).state == "present"


def test_k3_a_page_of_several_types_is_never_more_complete_than_its_worst_key() -> None:
    types = {"observations": frozenset({"Observation"}), "extra": frozenset({"Observation", "Condition"})}
    states = {"observations": "present", "reports": "null", "extra": "incomplete", "conditions": "present"}
    supply = supply_of(states, TEMPLATES, types)
    assert (supply.results, supply.conditions) == ("truncated", "truncated")


def test_h51_a_request_without_any_prefetch_never_supplies_anything() -> None:
    supply = parsed().supply
    told = {supply.results, supply.conditions, supply.medications, supply.allergies, supply.demographics}
    assert told == {"missing"}


# Suggestions


def _suggested(profile: str = "generic", **changes: Any) -> list[dict[str, Any]]:
    [shown] = rendered(card(suggestions=(TEST,)), profile=profile, **changes).response["cards"]
    found: list[dict[str, Any]] = shown.get("suggestions", [])
    return found


def test_lc28_a_test_is_never_ordered_for_nobody() -> None:
    assert _suggested(patient=None) == []
    [suggestion] = _suggested()
    resource = suggestion["actions"][0]["resource"]
    assert resource["subject"] == {"reference": "Patient/p1"}


def test_lc28_a_test_is_never_more_than_a_proposal_in_draft() -> None:
    [suggestion] = _suggested()
    [action] = suggestion["actions"]
    assert action["type"] == "create"
    assert (action["resource"]["status"], action["resource"]["intent"]) == ("draft", "proposal")
    assert action["resource"]["code"]["text"] == TEST.test
    assert suggestion["isRecommended"] is False


def test_lc28_the_order_of_a_test_names_the_encounter_of_the_call_and_no_other() -> None:
    [suggestion] = _suggested(encounter="Encounter/e1")
    assert suggestion["actions"][0]["resource"]["encounter"] == {"reference": "Encounter/e1"}
    [suggestion] = _suggested()
    assert "encounter" not in suggestion["actions"][0]["resource"]


@pytest.mark.parametrize("site", ["/prefetch/medications/entry/0/resource", "/entry/0/resource"])
def test_lc28_an_order_of_the_record_is_never_deleted(site: str) -> None:
    from pmcds.hooks.actions import removable
    from pmcds.model.findings import Source
    from tests.hooks.examples import ORDER, setting

    on_record = order(source=Source(ORDER, site))
    assert removable(on_record, setting("generic", on_record)) is None
    assert removable(order(), setting()) == ORDER


def test_s15_nothing_is_written_in_an_older_shape_of_resources() -> None:
    assert _suggested(fhir_version="STU3") == []
    assert _suggested(fhir_version="R4B")


def test_the_codes_of_an_offered_drug_are_the_drugs_own() -> None:
    assert {code.display for code in CODES} == {"ticagrelor"}


@pytest.mark.parametrize("sent", ["absent", "present", "empty", "null"])
@pytest.mark.parametrize(
    "failed", [{"resourceType": "OperationOutcome"}, 7, {}, {"response": {"status": "500"}, "resource": {}}]
)
def test_h51_a_key_of_the_sites_own_that_failed_may_be_any_kind_that_was_not_sent_whole(sent: str, failed: Any) -> None:
    reading = read_value(failed)
    states = {"labs": "present", "genes": reading.state, "observations": sent, "reports": sent}
    types = {"labs": frozenset({"Observation"}), "genes": reading.types}
    supply = supply_of(states, TEMPLATES, types)
    assert supply.results == ("error" if sent == "absent" else "supplied")
    assert supply.conditions == "error"
    assert supply_of(states, {}, types).results == "error"
    assert supply_of(states | {"genes": "null"}, {}, types).results == "supplied"
