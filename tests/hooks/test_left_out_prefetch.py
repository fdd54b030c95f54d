"""What became of a prefetch key is never lost: each key in each state, and what the ledger then says of the order."""

from __future__ import annotations

from typing import Any

import pytest

import pmcds
from pmcds.hooks.prefetch import STATES, read_value, supply_of, type_of_template, unmet
from pmcds.hooks.services import TEMPLATES, Service
from tests.evidence.goldens import engine
from tests.evidence.whole import drug, typed
from tests.fhir.material import NOW, PATIENT
from tests.hooks.examples import bundle, request

Json = dict[str, Any]
MEANS = {
    "present": "supplied", "null": "supplied", "empty": "supplied", "fetched": "supplied",
    "absent": "missing", "error": "error", "fetch-failed": "error", "incomplete": "truncated",
}  # fmt: skip
OBSERVATION = {"resourceType": "Observation", "id": "o1", "status": "final"}
NEXT = {"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}
SELF = {"relation": "self", "url": "https://ehr.example.org/fhir/Observation?patient=p1"}


@pytest.mark.parametrize(
    "links", [[NEXT], [SELF, NEXT], [NEXT, SELF], [{"relation": "first"}, SELF, NEXT], [None, 3, NEXT], [{}, NEXT]]
)
def test_a_further_page_is_seen_wherever_its_link_stands(links: list[Any]) -> None:
    assert read_value(bundle(OBSERVATION, link=links)).state == "incomplete"
    assert read_value(bundle(link=links)).state == "incomplete"
    whole = [link for link in links if link is not NEXT]
    assert read_value(bundle(OBSERVATION, link=whole)).state == "present"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_entry_that_failed_or_a_page_with_more_is_seen_wherever_it_stands(place: int) -> None:
    good = [{"resource": {**OBSERVATION, "id": str(number)}} for number in range(3)]
    severe = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning"}, {"severity": "error"}]}
    several: list[Json] = [
        {"response": {"status": "500"}},
        {"resource": severe},
        {"resource": {}},
        {"resource": bundle(link=[NEXT])},
    ]
    for bad in several:
        entries = [*good[:place], bad, *good[place:]]
        assert read_value({"resourceType": "Bundle", "entry": entries}).state == "incomplete", bad
    mixed = [*good[:place], {"resource": {"resourceType": "Condition"}}, *good[place:]]
    assert read_value({"resourceType": "Bundle", "entry": mixed}).types == {"Observation", "Condition"}


@pytest.mark.parametrize("other", ["present", "empty", "incomplete", "error", "fetched"])
@pytest.mark.parametrize("own", [state for state in STATES if state != "absent"])
def test_a_key_that_was_sent_is_never_excused_by_another_of_its_type(own: str, other: str) -> None:
    templates = {"observations": TEMPLATES["observations"]}
    states, types = {"observations": own, "labs": other}, {"labs": frozenset({"Observation"})}
    worse = min(MEANS[own], MEANS[other], key=("error", "missing", "truncated", "supplied").index)
    assert supply_of(states, templates, types).results == worse
    hopeless = own in ("error", "fetch-failed")
    assert unmet(["observations"], states, templates, types) == (("observations",) if hopeless else ())


@pytest.mark.parametrize("state", list(STATES))
def test_a_key_that_was_not_sent_is_known_by_the_worst_of_those_of_its_type(state: str) -> None:
    templates = {"observations": TEMPLATES["observations"], "conditions": TEMPLATES["conditions"]}
    types = {"labs": frozenset({"Observation"}), "more": frozenset({"Observation"}), "x": frozenset({"Patient"})}
    for first, second in ((state, "present"), ("present", state)):
        states = {"observations": "absent", "labs": first, "more": second, "x": "error", "conditions": "null"}
        supply = supply_of(states, templates, types)
        assert (supply.results, supply.conditions, supply.demographics) == (MEANS[state], "supplied", "error")
    foreign = {"observations": "absent", "x": state}
    assert supply_of(foreign, templates, types).results == "missing"
    assert unmet(["observations"], foreign, templates, types) == ("observations",)


def test_a_query_of_no_known_type_is_found_under_its_own_key_alone() -> None:
    templates = {"odd": "{{context.patientId}}"}
    assert type_of_template(templates["odd"]) is None
    types = {"labs": frozenset({"Observation", ""})}
    assert unmet(["odd"], {"labs": "present"}, templates, types) == ("odd",)
    assert unmet(["odd"], {"odd": "present"}, templates, types) == ()
    assert unmet(["unknown"], {"labs": "present"}, templates, types) == ("unknown",)


@pytest.mark.parametrize("state", list(STATES))
def test_what_a_search_brought_along_never_speaks_for_data_that_have_a_key_of_their_own(state: str) -> None:
    templates = {key: TEMPLATES[key] for key in ("patient", "medications")}
    types = {"medications": frozenset({"MedicationRequest", "Patient", "Observation"})}
    supply = supply_of({"patient": "present", "medications": state}, templates, types)
    assert (supply.demographics, supply.medications, supply.results) == ("supplied", MEANS[state], "missing")


# Through the whole line: a drug that needs a genotype, and one that needs laboratory values and conditions.

EMPTY: Json = {"resourceType": "Bundle", "type": "searchset", "total": 0, "entry": []}
RECORD: Json = {
    "patient": PATIENT, "medications": EMPTY, "statements": EMPTY, "observations": EMPTY, "reports": EMPTY,
    "conditions": EMPTY,
}  # fmt: skip
FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
ABSENT = object()
SENT: dict[str, tuple[Any, str]] = {
    "null": (None, "null"), "empty": (EMPTY, "empty"), "no entries": ({"resourceType": "Bundle"}, "empty"),
    "outcome": (FAILED, "error"), "page of a proxy": ("<html>", "error"), "list": ([OBSERVATION], "error"),
    "number": (4, "error"), "nothing": ({}, "error"),
    "failed entry": ({"resourceType": "Bundle", "entry": [{"response": {"status": "503"}}]}, "error"),
    "next": ({**EMPTY, "link": [SELF, NEXT]}, "incomplete"), "total": ({**EMPTY, "total": 3}, "incomplete"),
    "absent": (ABSENT, "absent"),
}  # fmt: skip
RESULTS = ("observations", "reports")


def _told(prefetch: Json, order: str = "clopidogrel", hook: str = "order-sign") -> pmcds.Result:
    draft = drug(order, status="draft")
    asked = request(hook, {"draftOrders": bundle(draft)}, prefetch=prefetch)
    return engine().answer(f"pmcds-{hook}", asked, now=NOW)


def _lines(result: pmcds.Result) -> set[tuple[str, str | None]]:
    return {(one.outcome, one.reason) for one in result.ledger.orders if one.order != "@patient"}


def _with(key: str, sent: str, **others: Any) -> Json:
    value, _ = SENT[sent]
    changed = {**RECORD, **others, key: value}
    return {name: one for name, one in changed.items() if one is not ABSENT}


@pytest.mark.parametrize("sent", list(SENT))
@pytest.mark.parametrize("key", list(RECORD))
def test_no_result_is_said_only_where_all_results_were_supplied(key: str, sent: str) -> None:
    state = SENT[sent][1]
    expected = {"error": "not-supplied", "absent": "not-supplied", "incomplete": "truncated"}.get(state, "no-result")
    found = _told(_with(key, sent))
    usual = {name: "present" if name == "patient" else "empty" for name in RECORD}
    assert dict(found.ledger.prefetch) == {**usual, key: state}
    if key in RESULTS:
        assert _lines(found) == {("CANNOT-TELL", expected)}
    elif sent in ("next", "total", "failed entry"):
        # A page that does not say what it was about may be one of results.
        assert _lines(found) <= {("CANNOT-TELL", reason) for reason in ("no-result", "not-supplied", "truncated")}
    else:
        assert _lines(found) == {("CANNOT-TELL", "no-result")}
    assert found.cards and not found.complete


@pytest.mark.parametrize("sent", ["null", "outcome", "page of a proxy", "list", "failed entry", "next", "absent"])
@pytest.mark.parametrize("key", [key for key in RECORD if key != "observations"])
def test_a_result_that_was_sent_counts_whatever_became_of_the_other_keys(key: str, sent: str) -> None:
    poor = bundle(typed("CYP2C19", "*2/*2"))
    assert "ALERT" in {outcome for outcome, _ in _lines(_told(_with(key, sent, observations=poor)))}


@pytest.mark.parametrize("name", ["labs", "observations2", "Observations", "observation", "x y", "a/b", "a~b", ""])
def test_data_are_read_under_any_key_and_what_failed_there_is_told(name: str) -> None:
    poor = bundle(typed("CYP2C19", "*2/*2"))
    rest = {key: value for key, value in RECORD.items() if key != "observations"}
    good = _told({**rest, name: poor})
    assert "ALERT" in {outcome for outcome, _ in _lines(good)}
    assert good.ledger.prefetch[name] == "present"
    assert good.ledger.prefetch["observations"] == "absent"
    for sent in ("outcome", "page of a proxy", "next"):
        value, state = SENT[sent]
        found = _told({**rest, name: value})
        assert found.ledger.prefetch[name] == state
        # A page that goes on and is one of results stands for the key that was not sent; a failure may be of anything.
        assert _lines(found) == {("CANNOT-TELL", "truncated" if sent == "next" else "not-supplied")}


QUERIES = {**TEMPLATES, "observations2": TEMPLATES["observations"] + "&code=x"}


@pytest.mark.parametrize("sent", list(SENT))
@pytest.mark.parametrize("place", ["observations", "observations2"])
def test_results_asked_for_in_two_queries_are_as_whole_as_the_worse(place: str, sent: str) -> None:
    value, state = SENT[sent]
    other = bundle(typed("CYP2D6", "*1/*1", id="g6"))
    prefetch = {**RECORD, "observations": other, "observations2": other, place: value}
    service = Service("s", "order-sign", "t", "d", QUERIES)
    asked = request(context={"draftOrders": bundle(drug("clopidogrel", status="draft"))})
    asked["prefetch"] = {name: one for name, one in prefetch.items() if one is not ABSENT}
    reason = {"error": "not-supplied", "absent": "not-supplied", "incomplete": "truncated"}.get(state, "no-result")
    assert _lines(engine().answer(service, asked, now=NOW)) == {("CANNOT-TELL", reason)}
