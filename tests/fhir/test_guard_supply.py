"""What did not come is never taken for what is not there: pages, totals, outcomes, failed entries of a batch."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pmcds.fhir import open_input
from pmcds.model.findings import Supply
from tests.fhir.material import PATIENT, condition, creatinine, order, reading

NEXT = {"relation": "next", "url": "https://a.example/fhir?_getpages=x"}
ALL = ("results", "conditions", "medications", "allergies", "demographics")


def search(*found: Any, links: Any = (NEXT,), **members: Any) -> dict[str, Any]:
    entries = [one if "resource" in one else {"resource": one} for one in found]
    link = {"link": list(links)} if links else {}
    return {"resourceType": "Bundle", "type": "searchset", **link, **members, "entry": entries}


def states(source: Any) -> dict[str, str]:
    """Kinds that are not simply there; the same for a parsed input and for its bytes."""
    told = [open_input(source), open_input(json.dumps(source)), open_input(json.dumps(source, separators=(",", ":")))]
    assert len({(one.supply, one.flags) for one in told}) == 1
    supply: Supply = told[0].supply
    return {kind: getattr(supply, kind) for kind in ALL if getattr(supply, kind) != "supplied"}


def outcome(severity: str) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "id": "x", "issue": [{"severity": severity, "code": "processing"}]}


def self_link(url: str) -> dict[str, Any]:
    return {"relation": "self", "url": url}


@pytest.mark.parametrize("severity", ["error", "fatal"])
def test_h50_a_page_with_an_error_stays_an_error_although_more_pages_follow(severity: str) -> None:
    assert states(search(creatinine(), outcome(severity))) == {"results": "error"}
    assert states(search(creatinine(), outcome("warning"))) == {"results": "truncated"}
    assert states(search(creatinine(), outcome(severity), links=())) == {"results": "error"}


def test_h50_an_error_of_one_page_is_never_undone_by_another() -> None:
    def request(*pages: dict[str, Any]) -> dict[str, Any]:
        prefetch = {f"key{place}": page for place, page in enumerate(pages)}
        return {
            "hook": "patient-view",
            "context": {"patientId": "p1", "userId": "Practitioner/1"},
            "prefetch": prefetch,
        }

    wrong, paged, whole = (
        search(creatinine("a"), outcome("fatal"), links=()),
        search(creatinine("b")),
        search(creatinine("c"), links=()),
    )
    for pages in ((wrong, paged, whole), (whole, paged, wrong), (paged, wrong, whole)):
        assert states(request(*pages)) == {"results": "error"}


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        (creatinine(), "results"),
        ({"resourceType": "DiagnosticReport", "id": "r", "status": "final"}, "results"),
        ({"resourceType": "MolecularSequence", "id": "r"}, "results"),
        (condition(), "conditions"),
        ({"resourceType": "Procedure", "id": "r", "status": "completed"}, "conditions"),
        (order(status="active"), "medications"),
        ({"resourceType": "MedicationStatement", "id": "r", "status": "active"}, "medications"),
        ({"resourceType": "MedicationDispense", "id": "r", "status": "completed"}, "medications"),
        ({"resourceType": "AllergyIntolerance", "id": "r"}, "allergies"),
        (PATIENT, "demographics"),
    ],
)
def test_h50_a_search_cut_short_tells_what_was_searched(resource: dict[str, Any], kind: str) -> None:
    assert states(search(resource)) == {kind: "truncated"}
    url = f"https://a.example/fhir/{resource['resourceType']}?patient=p1&_count=1"
    assert states(search(links=(NEXT, self_link(url)))) == {kind: "truncated"}
    assert states(search(resource, links=(), total=2)) == {kind: "truncated"}
    assert states(search(resource, links=(), meta={"tag": [{"code": "SUBSETTED"}]})) == {kind: "truncated"}


def test_h50_a_cut_of_more_than_one_kind_never_leaves_a_kind_whole() -> None:
    everything = dict.fromkeys(ALL, "truncated")
    assert states(search(creatinine(), condition())) == everything
    assert states({**search(creatinine()), "type": "collection"}) == everything
    assert states(search(creatinine(), links=(NEXT, self_link("https://a.example/fhir/Patient/p1/$everything")))) == (
        everything
    )
    assert states(search()) == everything


def test_h50_included_resources_and_outcomes_are_never_counted_as_matches() -> None:
    match = {"resource": creatinine("a"), "search": {"mode": "match"}}
    more = {"resource": creatinine("b"), "search": {"mode": "include"}}
    wrong = {"resource": outcome("information"), "search": {"mode": "outcome"}}
    silent = {"resource": outcome("information")}
    assert states(search(match, more, links=(), total=2)) == {"results": "truncated"}
    assert states(search(match, wrong, links=(), total=2)) == {"results": "truncated"}
    assert states(search(match, silent, links=(), total=2)) == {"results": "truncated"}
    assert states(search(match, more, wrong, silent, links=(), total=1)) == {}
    assert states(search(links=(), total=0)) == {}
    assert states(search({"resource": creatinine("a")}, {"resource": creatinine("b")}, links=(), total=2)) == {}


@pytest.mark.parametrize("status", ["400 Bad Request", "401", "404 Not Found", "410", "500", "503 Service Unavailable"])
def test_h52_what_a_failed_entry_of_a_batch_holds_never_counts(status: str) -> None:
    answer = {
        "resourceType": "Bundle",
        "type": "batch-response",
        "entry": [
            {"resource": PATIENT, "response": {"status": "200 OK"}},
            {
                "fullUrl": "https://a.example/fhir/Observation/creat",
                "resource": creatinine(),
                "response": {"status": status},
            },
        ],
    }
    assert states(answer) == {"results": "error"}
    for source in (answer, json.dumps(answer).encode()):
        found = reading(source, "Patient/p1")
        assert [note.ignored for note in found.inputs] == [None, "entry-error"]
        assert not [one for one in found.findings if one.kind == "laboratory"]


def test_h52_a_failed_entry_without_an_address_may_have_been_about_anything() -> None:
    entry = {"response": {"status": "500", "outcome": outcome("fatal")}}
    assert states({"resourceType": "Bundle", "type": "batch-response", "entry": [entry]}) == dict.fromkeys(ALL, "error")
    asked = {**entry, "request": {"method": "GET", "url": "Condition?patient=p1"}}
    assert states({"resourceType": "Bundle", "type": "batch-response", "entry": [asked]}) == {"conditions": "error"}


@pytest.mark.parametrize("member", ["draftOrders", "medications", "medication", "orders", "order"])
def test_r14_orders_of_older_hooks_are_never_passed_over(member: str) -> None:
    request = {
        "hook": "medication-prescribe",
        "context": {"patientId": "p1", "userId": "Practitioner/1", member: search(order(status=None), links=())},
    }
    for source in (request, json.dumps(request).encode()):
        assert [(one.key, one.state) for one in reading(source).orders] == [("MedicationRequest/order-1", "draft")]


@pytest.mark.parametrize(
    "mark", [{"contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "codeine"}}]}]
)
def test_what_a_resource_contains_is_never_missed_in_bytes(mark: dict[str, Any]) -> None:
    one = order(medicationCodeableConcept=None, medicationReference={"reference": "#m"}, **mark)
    entries = [
        {"fullUrl": f"https://a.example/fhir/{r['resourceType']}/{r['id']}", "resource": r} for r in (PATIENT, one)
    ]
    source = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    for body in (source, json.dumps(source), json.dumps(source, separators=(",", ":"))):
        found = reading(body, "Patient/p1")
        assert [found_one.drug.ingredients for found_one in found.orders] == [("codeine",)]
        assert len(found.inputs) == 3
