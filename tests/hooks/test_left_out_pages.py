"""Where it stands never decides whether it is seen: entries of pages, addresses of patients, selections, orders."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.errors import HookError
from pmcds.hooks import parse_request
from pmcds.hooks.prefetch import fill, read_value, unmet
from pmcds.hooks.services import TEMPLATES
from pmcds.hooks.table import ORDER_TYPES
from tests.hooks.examples import bundle, draft, parsed

Json = dict[str, Any]
OBSERVATION: Json = {"resourceType": "Observation", "id": "o1", "status": "final"}
WARNING: Json = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning"}]}
ERROR: Json = {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}
NEXT = {"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}


def _page(*entries: Json, **members: Any) -> Json:
    return {"resourceType": "Bundle", "type": "searchset", "entry": list(entries), **members}


# Whose the orders are: an address is looked up wherever the patient stands.


@pytest.mark.parametrize("place", ["drafts", "another member", "prefetch", "another key"])
@pytest.mark.parametrize("ident", ["p1", "p2", "p11"])
def test_r16_the_address_of_a_patient_is_looked_up_in_the_whole_request(ident: str, place: str) -> None:
    entry = {"fullUrl": "urn:uuid:2", "resource": {"resourceType": "Patient", "id": ident}}
    stranger = {"fullUrl": "urn:uuid:3", "resource": {"resourceType": "Patient", "id": "p7"}}
    drafts = bundle(draft(id="0"), draft(subject={"reference": "urn:uuid:2"}))
    context: Json = {"draftOrders": drafts}
    prefetch: Json = {"first": _page(stranger)}
    if place == "drafts":
        drafts["entry"].append(entry)
    elif place == "another member":
        context["more"] = _page(stranger, entry)
    else:
        prefetch["second" if place == "another key" else "first"] = _page(stranger, entry)
    if ident == "p1":
        assert parsed(context=context, prefetch=prefetch).patient == "Patient/p1"
        return
    with pytest.raises(HookError) as refused:
        parsed(context=context, prefetch=prefetch)
    assert refused.value.status == 400
    assert "/context/draftOrders" in str(refused.value)


@pytest.mark.parametrize("lost", [["9", "103"], ["103", "9"], ["9", "103", "104"], ["103", "9", "104"]])
def test_a_selection_that_leads_nowhere_is_told_in_any_place(lost: list[str]) -> None:
    named = bundle(draft(), draft(id="104"), draft(id="105"))
    found = parsed("order-select", {"draftOrders": named, "selections": lost})
    assert found.selections == tuple(f"MedicationRequest/{one}" for one in lost if one != "9")
    assert found.notes == ("a selection names no draft",) and not found.every_order
    for place in range(3):
        drafts = [draft(), draft(id="104")]
        drafts.insert(place, draft(id=None))
        found = parsed("order-select", {"draftOrders": bundle(*drafts), "selections": lost})
        assert found.every_order and found.selections == ()
        assert found.notes == ("selections name no draft; all drafts are in question",)


@pytest.mark.parametrize("kind", sorted(ORDER_TYPES))
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_order_of_a_hook_nobody_knows_is_found_beside_anything(kind: str, place: int) -> None:
    beside: list[Json] = [{"resourceType": "Patient", "id": "p1"}, OBSERVATION]
    beside.insert(place, {"resourceType": kind, "id": "x", "subject": {"reference": "Patient/p1"}})
    context = {"patientId": "p1", "none": bundle(OBSERVATION), "orders": bundle(*beside), "text": "x"}
    found = parse_request({"hook": "org.example.x", "hookInstance": "x", "context": context})
    assert found.order_members == ("orders",)
    beside[place]["subject"] = {"reference": "Patient/p2"}
    with pytest.raises(HookError):
        parse_request({"hook": "org.example.x", "hookInstance": "x", "context": context})


@pytest.mark.parametrize(("kind", "version"), [("MedicationOrder", "DSTU2"), ("ProcedureRequest", "STU3")])
def test_the_version_is_told_by_any_old_resource_of_the_request(kind: str, version: str) -> None:
    old: Json = {"resourceType": kind, "id": "x"}
    for place in range(3):
        listed = [draft(id="1"), draft(id="2")]
        listed.insert(place, old)
        assert parsed(context={"draftOrders": bundle(*listed)}).fhir_version == version
        assert parsed(prefetch={"a": bundle(OBSERVATION), "b": bundle(*listed)}).fhir_version == version


# Pages


@pytest.mark.parametrize("place", [0, 1])
def test_types_are_seen_in_every_kind_of_entry(place: int) -> None:
    good = {"response": {"status": "200 OK"}, "resource": {"resourceType": "Condition", "id": "c"}}
    for other in (
        good,
        {"resource": bundle({"resourceType": "Condition"})},
        {"resource": {"resource": good["resource"]}},
    ):
        entries = [{"resource": OBSERVATION}]
        entries.insert(place, other)
        found = read_value(_page(*entries))
        assert (found.state, found.types) == ("present", frozenset({"Observation", "Condition"}))
        assert parsed(prefetch={"x": _page(*entries)}).supply.conditions == "supplied"


ENTRIES: dict[str, tuple[list[Json], int]] = {
    "a plain entry": ([{"resource": OBSERVATION}], 1),
    "a match": ([{"resource": OBSERVATION, "search": {"mode": "match"}}], 1),
    "a mode that is missing": ([{"resource": OBSERVATION, "search": {}}], 1),
    "an include": ([{"resource": OBSERVATION, "search": {"mode": "include"}}], 0),
    "an outcome": ([{"resource": WARNING, "search": {"mode": "outcome"}}], 0),
    "a plain outcome": ([{"resource": WARNING}], 0),
    "an answer of a batch": ([{"resource": OBSERVATION, "response": {"status": "200"}}], 1),
}


@pytest.mark.parametrize("name", list(ENTRIES))
def test_p11_what_counts_toward_the_total_of_a_page(name: str) -> None:
    entries, matches = ENTRIES[name]
    page = [{"resource": {**OBSERVATION, "id": "o2"}}, *entries]
    for total in range(4):
        for several in (page, page[::-1]):
            state = read_value(_page(*several, total=total)).state
            assert state == ("incomplete" if total > 1 + matches else "present"), total
    assert read_value(_page(*entries, total=matches + 1)).state == "incomplete"


GOOD: Json = {"resource": OBSERVATION}
MORE: Json = {"resource": _page(link=[NEXT])}
BAD: list[Json] = [{"response": {"status": status}} for status in ("400", "404 Not Found", "500", "503")]
BAD += [{"resource": ERROR}, {"resource": {"resourceType": "OperationOutcome", "issue": [{"severity": "fatal"}]}}]
BAD += [{"resource": {}}, {"resource": {"resourceType": ""}}, {"resource": "x"}]


@pytest.mark.parametrize("bad", BAD)
def test_a_page_with_a_failure_is_never_whole_and_never_empty(bad: Json) -> None:
    for beside, state in (
        ([], "error"), ([{"resource": WARNING}], "error"), ([{}], "error"), ([GOOD], "incomplete"),
        ([MORE], "incomplete"), ([GOOD, MORE], "incomplete"),
    ):  # fmt: skip
        assert read_value(_page(bad, *beside)).state == state, beside
        assert read_value(_page(*beside, bad)).state == state, beside
    assert read_value(_page(bad, link=[NEXT])).state == "error"


@pytest.mark.parametrize("status", ["100", "200", "201 Created", "304", 200, None, ""])
def test_an_entry_that_did_not_fail_is_data(status: Any) -> None:
    assert read_value(_page({**GOOD, "response": {"status": status}})).state == "present"
    assert read_value({**GOOD, "response": {"status": status}}).state == "present"


def test_an_empty_search_is_known_by_its_own_link_and_by_no_other() -> None:
    own = {"relation": "self", "url": "https://ehr.example.org/fhir/Condition?patient=p1&_include=Observation"}
    first = {"relation": "first", "url": "https://ehr.example.org/fhir/Observation?patient=p1"}
    for links in ([own], [first, own], [own, first], [None, own]):
        found = read_value(_page(link=links))
        assert (found.state, found.types) == ("empty", frozenset({"Condition"}))
        assert parsed(prefetch={"x": _page(link=links)}).supply.conditions == "supplied"
        assert parsed(prefetch={"x": _page(link=links)}).supply.results == "missing"
    assert read_value(_page(link=[first])).types == frozenset()
    assert read_value(_page(GOOD, link=[own])).types == {"Observation"}


def test_every_key_that_was_not_sent_is_absent() -> None:
    found = parsed("patient-view", prefetch={"conditions": None, "mine": OBSERVATION})
    assert found.prefetch_states == {
        "conditions": "null", "mine": "present", "patient": "absent", "medications": "absent", "statements": "absent",
        "observations": "absent", "reports": "absent",
    }  # fmt: skip
    assert found.prefetch_types == {"mine": {"Observation"}}
    assert (found.supply.conditions, found.supply.medications, found.supply.results) == (
        "supplied",
        "missing",
        "missing",
    )


@pytest.mark.parametrize("value", ["a b", "a/b", "a&b", "a,b", "ä", "a+b", "a%20b", "a?b", "a#b"])
def test_a_value_in_a_query_never_becomes_more_than_a_value(value: str) -> None:
    found = fill("Observation?patient={{context.patientId}}&code={{ x }}", {"context.patientId": value, "x": "1"})
    assert found is not None and found.count("&") == 1 and found.endswith("&code=1")
    assert not set(" /,+?#") & set(found.partition("patient=")[2].partition("&")[0])
    assert fill("Observation?patient={{context.patientId}}&code={{x}}", {"context.patientId": value}) is None


def test_a_required_key_under_other_names_is_met_only_if_none_of_them_failed() -> None:
    types = dict.fromkeys(("one", "two"), frozenset({"Observation"}))
    for good in ("present", "empty", "null", "incomplete", "fetched"):
        for one, two in ((good, "error"), ("error", good)):
            assert unmet(["observations"], {"one": one, "two": two}, TEMPLATES, types) == ("observations",)
        assert unmet(["observations"], {"one": "present", "two": good}, TEMPLATES, types) == ()
