"""Equal ids of two servers: never versions of one result, never one patient."""

from __future__ import annotations

import pytest

import pmcds
from tests.evidence.bundles import Json, resources
from tests.evidence.whole import CLOPIDOGREL, engine, evaluated, line, patient, poor

A, B = "https://a.example/fhir", "https://b.example/fhir"


def at(server: str, bundle: Json) -> Json:
    for entry in bundle["entry"]:
        resource = entry["resource"]
        entry["fullUrl"] = f"{server}/{resource['resourceType']}/{resource['id']}"
    return bundle


def test_h53_a_result_of_another_server_with_the_same_id_is_no_later_version() -> None:
    bundle = at(A, poor())
    ident = resources(bundle, "Observation")[0]["id"]
    other = {
        "resourceType": "Observation", "id": ident, "status": "final", "effectiveDateTime": "2026-05-30",
        "subject": {"reference": f"{A}/Patient/patient-1"}, "valueQuantity": {"value": 4, "unit": "mmol/L"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3"}]},
    }  # fmt: skip
    bundle["entry"].append({"fullUrl": f"{B}/Observation/{ident}", "resource": other})
    for one in (bundle, {**bundle, "entry": bundle["entry"][::-1]}):
        result = evaluated(one)
        assert line(result, CLOPIDOGREL).outcome == "ALERT"
        assert not {told.ignored for told in result.ledger.inputs} & {"superseded-by", "duplicate-of"}


def test_h07_versions_of_one_server_are_still_versions() -> None:
    bundle = at(A, poor())
    old = resources(bundle, "Observation")[0]
    new = {**old, "status": "corrected", "meta": {"versionId": "2", "lastUpdated": "2026-05-30T00:00:00Z"}}
    old["meta"] = {"versionId": "1", "lastUpdated": "2026-05-01T00:00:00Z"}
    bundle["entry"].append({"fullUrl": f"{A}/Observation/{old['id']}", "resource": new})
    assert "superseded-by" in {told.ignored for told in evaluated(bundle).ledger.inputs}


def test_h53_an_id_that_patients_of_two_servers_have_is_refused_until_the_server_is_named() -> None:
    bundle = at(A, patient(order="codeine", diplotype={"CYP2D6": "*4/*4"}, age=60))
    other = {"resourceType": "Patient", "id": "patient-1", "birthDate": "1990", "gender": "male"}
    bundle["entry"].append({"fullUrl": f"{B}/Patient/patient-1", "resource": other})
    for stated in ("Patient/patient-1", "patient-1"):
        with pytest.raises(pmcds.InputError) as refused:
            engine().evaluate(bundle, patient=stated)
        assert refused.value.code == "patient-needed"
    result = evaluated(bundle, patient=f"{A}/Patient/patient-1")
    assert line(result, "pharmacogenomics/codeine/cpic").outcome == "ALERT"
    assert ("Patient/patient-1", "other-patient") in {(one.resource, one.ignored) for one in result.ledger.inputs}
