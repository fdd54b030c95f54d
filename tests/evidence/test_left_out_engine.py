"""An engine does what it was told at its door: its terminology, the patient, the time, every order; and forgets it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from itertools import permutations
from typing import Any

import pytest

import pmcds
from pmcds.model.findings import DrugMatch
from pmcds.terminology.values import ConditionMatch
from tests.evidence.bundles import Json, cards, twin
from tests.evidence.goldens import NOW, engine, knowledge
from tests.evidence.whole import CLOPIDOGREL, concept, drug, typed
from tests.fhir.material import PATIENT, bundle, condition, order
from tests.hooks.examples import request

POOR, SLOW = typed("CYP2C19", "*2/*2"), typed("CYP2D6", "*4/*4", id="g6")
Lines = set[tuple[str, str | None, str, str | None]]


def _lines(result: pmcds.Result) -> Lines:
    found = (line for line in result.ledger.orders if line.order != "@patient")
    return {(line.order, line.drug, line.outcome, line.reason) for line in found}


def _drugs(result: pmcds.Result, outcome: str = "ALERT") -> set[str | None]:
    return {drug for _, drug, found, _ in _lines(result) if found == outcome}


# An integrator's terminology


class House:
    """House names of drugs and diagnoses over the bundled tables; what they mean may change."""

    def __init__(self, drugs: Mapping[str, str], diseases: Mapping[str, str]) -> None:
        self.drugs, self.diseases = dict(drugs), dict(diseases)

    def recognize(self, codings: Sequence[Any], text: str | None = None, *, forms: Sequence[str] = ()) -> DrugMatch:
        for name in (text, *(code for _, code, _ in codings)):
            if name in self.drugs:
                return DrugMatch((self.drugs[name],), how="code")
        return knowledge().terms.recognize(codings, text, forms=forms)

    def conditions(self, codings: Sequence[Any], text: str | None = None) -> ConditionMatch:
        for _, code, _ in codings:
            if code in self.diseases:
                return ConditionMatch((self.diseases[code],), how="code")
        return knowledge().terms.conditions(codings, text)


def _coded(code: str, **members: Any) -> Json:
    return order(medicationCodeableConcept=concept(code, "urn:house"), status="active", **members)


def _populations(result: pmcds.Result) -> set[str]:
    return {line for line in result.why(CLOPIDOGREL).split("\n") if "population" in line}


def test_a_terminology_of_the_integrator_is_what_recognizes_orders_by_word_code_and_name() -> None:
    judge = pmcds.Engine(knowledge(), terminology=House({"housename": "clopidogrel", "H1": "codeine"}, {}))
    source = bundle(PATIENT, POOR, SLOW, drug("housename"), _coded("H1"), drug("clopidogrel", id="x"))
    assert _drugs(judge.evaluate(source, now=NOW)) == {"clopidogrel", "codeine"}
    assert _drugs(engine().evaluate(source, now=NOW)) == {"clopidogrel"}
    bare = bundle(PATIENT, POOR, SLOW)
    several: list[Any] = ["housename", drug("housename"), ["housename", _coded("H1")], ("codeine", "housename")]
    for given in several:
        assert "clopidogrel" in _drugs(judge.evaluate(bare, order=given, now=NOW))
        assert "clopidogrel" not in _drugs(engine().evaluate(bare, order=given, now=NOW))


def test_what_a_terminology_said_is_never_remembered() -> None:
    house = House({"housename": "clopidogrel", "H1": "clopidogrel"}, {"D1": "acute coronary syndrome"})
    judge = pmcds.Engine(knowledge(), terminology=house)
    disease = condition(code="D1", subject={"reference": "Patient/p1"})
    source = bundle(PATIENT, POOR, SLOW, disease, drug("housename"), _coded("H1"))
    assert _drugs(judge.evaluate(source, now=NOW)) == {"clopidogrel"}
    told = _populations(judge.evaluate(source, now=NOW))
    house.diseases["D1"] = "stroke"
    assert _populations(judge.evaluate(source, now=NOW)) != told
    house.drugs = {"housename": "codeine", "H1": "codeine"}
    both: list[Any] = ["housename", _coded("H1")]
    for given in (None, both):
        assert _drugs(judge.evaluate(source, order=given, now=NOW)) == {"codeine"}
    house.drugs = {"housename": "abacavir"}
    assert _drugs(judge.evaluate(source, now=NOW)) == set()


# The patient

OTHER = {"reference": "Patient/p2"}
TWO = bundle(
    PATIENT, {**PATIENT, "id": "p2"}, POOR, drug("clopidogrel"), {**SLOW, "subject": OTHER},
    drug("codeine", id="o2", subject=OTHER),
)  # fmt: skip


@pytest.mark.parametrize("stated", ["{}", "Patient/{}", "https://ehr.example.org/fhir/Patient/{}"])
def test_the_patient_who_is_named_is_the_one_who_is_judged(stated: str) -> None:
    for ident, own in (("p1", "clopidogrel"), ("p2", "codeine")):
        result = engine().evaluate(TWO, patient=stated.format(ident), now=NOW)
        assert _drugs(result) == {own} == {one.drug for one in result.ledger.orders if one.drug}
        assert "multi-patient-input" in result.ledger.flags
        others = {entry.resource for entry in result.ledger.inputs if entry.ignored == "other-patient"}
        assert len(others) == 3


@pytest.mark.parametrize("stated", ["p", "p11", "p3", "P1", "xp1", "Patient/p", "Patient/p22", ""])
def test_a_patient_whom_the_input_does_not_hold_is_refused_however_alike(stated: str) -> None:
    for source in (TWO, TWO["entry"], {**TWO, "entry": TWO["entry"][::-1]}):
        with pytest.raises(pmcds.InputError):
            engine().evaluate(source, patient=stated or None, now=NOW)


@pytest.mark.parametrize("ident", ["p1", "Patient/p1"])
def test_a_patient_may_be_named_where_no_patient_stands(ident: str) -> None:
    source = bundle(POOR, drug("clopidogrel"), {**SLOW, "subject": OTHER}, drug("codeine", id="o2", subject=OTHER))
    assert _drugs(engine().evaluate(source, patient=ident, now=NOW)) == {"clopidogrel"}
    assert _drugs(engine().evaluate(bundle(POOR), "clopidogrel", patient=ident, now=NOW)) == {"clopidogrel"}
    with pytest.raises(pmcds.InputError):
        engine().evaluate(source, now=NOW)


def test_a_request_is_about_the_patient_of_its_context_and_no_other() -> None:
    asked = request(context={"draftOrders": bundle(drug("clopidogrel", status="draft"))})
    asked["prefetch"] = {"x": bundle(POOR, {**SLOW, "subject": OTHER}), "y": bundle({**PATIENT, "id": "p2"})}
    assert _drugs(engine().evaluate(asked, now=NOW)) == {"clopidogrel"}
    del asked["prefetch"]["y"]
    assert _drugs(engine().evaluate(asked, patient="p1", now=NOW)) == {"clopidogrel"}
    with pytest.raises(pmcds.InputError):
        engine().evaluate(asked, patient="p2", now=NOW)


# The time


def test_a_time_without_zone_is_refused_and_the_same_instant_says_the_same() -> None:
    source = bundle(PATIENT, POOR, drug("clopidogrel"))
    asked = request(context={"draftOrders": bundle(drug("clopidogrel", status="draft"))})
    naive = datetime(2026, 6, 1)  # noqa: DTZ001
    with pytest.raises(pmcds.InputError) as refused:
        engine().evaluate(source, now=naive)
    assert refused.value.code == "now-without-offset"
    with pytest.raises(pmcds.HookError):
        engine().answer("pmcds-order-sign", asked, now=naive)
    there = NOW.astimezone(timezone(timedelta(hours=9)))
    assert cards(engine().evaluate(source, now=there)) == cards(engine().evaluate(source, now=NOW))
    before = datetime.now(UTC)
    future = {**POOR, "effectiveDateTime": (before + timedelta(days=400)).isoformat()}
    assert _drugs(engine().evaluate(bundle(PATIENT, future, drug("clopidogrel")))) == set()


@pytest.mark.parametrize(("seconds", "late"), [(0, True), (5, False), (None, False)])
def test_a_deadline_is_measured_from_the_call_and_what_it_cut_is_told(seconds: float | None, late: bool) -> None:
    source = bundle(PATIENT, POOR, SLOW, drug("clopidogrel"), drug("codeine", id="c"))
    result = engine().evaluate(source, now=NOW, deadline=seconds, clock=lambda: 100.0)
    assert ("deadline-hit" in result.ledger.flags) is late
    assert {drug for _, drug, *_ in _lines(result)} == {"clopidogrel", "codeine"}
    assert _drugs(result) == (set() if late else {"clopidogrel", "codeine"})
    if late:
        assert {reason for *_, reason in _lines(result)} == {"deadline"}


# Every order that is given

NAMES = ("clopidogrel", "codeine", "abacavir", "azathioprine")
ALL = bundle(PATIENT, POOR, SLOW, typed("TPMT", "*3A/*3A", id="g7"))


@pytest.mark.parametrize("names", [*permutations(NAMES[:2]), *permutations(NAMES[:3]), NAMES, NAMES[::-1]])
def test_each_order_that_is_given_is_asked_for_in_any_place(names: tuple[str, ...]) -> None:
    alone = {name: _lines(engine().evaluate(twin(ALL), order=name, now=NOW)) for name in names}
    together = _lines(engine().evaluate(twin(ALL), order=list(names), now=NOW))
    assert together == set().union(*alone.values())
    placed = [drug(name, id=str(place), status="draft") for place, name in enumerate(names)]
    searched = dict.fromkeys(("reports", "medications", "statements", "conditions"))
    asked = request(context={"draftOrders": bundle(*placed)}, prefetch={"x": ALL, **searched})
    for result in (
        engine().evaluate(twin(ALL), order=placed, now=NOW),
        engine().evaluate(bundle(*(entry["resource"] for entry in ALL["entry"]), *placed), now=NOW),
        engine().answer("pmcds-order-sign", asked, now=NOW),
    ):
        told = {(drug, outcome, reason) for _, drug, outcome, reason in _lines(result)}
        assert told == {(drug, outcome, reason) for _, drug, outcome, reason in together}


@pytest.mark.parametrize("place", range(3))
def test_each_draft_of_a_call_keeps_its_own_suggestions(place: int) -> None:
    names = [*NAMES[1:2] * 3]
    drafts = [drug(name, id=f"d{number}", status="draft") for number, name in enumerate(names)]
    asked = request(context={"draftOrders": bundle(*drafts)}, prefetch={"x": ALL})
    result = engine().answer("pmcds-order-sign", asked, now=NOW)
    deleted = {
        action["resourceId"]
        for shown in result.to_dict()["cards"]
        for suggestion in shown.get("suggestions", ())
        for action in suggestion["actions"]
        if action["type"] == "delete"
    }
    assert f"MedicationRequest/d{place}" in deleted
    assert {line.order for line in result.ledger.orders if line.drug} == {f"MedicationRequest/d{n}" for n in range(3)}


def test_an_order_that_is_none_is_refused_beside_good_ones() -> None:
    for bad in (PATIENT, bundle(PATIENT), {"resourceType": "Medication", "id": "m"}):
        for given in ([bad], ["clopidogrel", bad], [bad, drug("clopidogrel")]):
            with pytest.raises(pmcds.InputError) as refused:
                engine().evaluate(twin(ALL), order=given, now=NOW)
            assert refused.value.code == "order-unreadable"
    assert engine().evaluate(twin(ALL), order=[], now=NOW).ledger.orders == ()


# Discovery


def test_discovery_asks_for_results_by_the_codes_that_rules_read() -> None:
    for service in engine().services()["services"]:
        assert "&code=" in service["prefetch"]["observations"], service["id"]
    left = pmcds.Engine(knowledge(), pmcds.Settings(sources=("cpic",)))
    assert len(left.active_rules()) < len(engine().active_rules())


# One engine, one request after another


def _requests() -> dict[str, Json]:
    draft, second = drug("clopidogrel", status="draft"), drug("codeine", id="c", status="draft")
    keys = {"patient": PATIENT, "observations": bundle(POOR, SLOW), "reports": bundle(), "conditions": bundle()}
    usual = {"draftOrders": bundle(draft)}

    def asked(hook: str = "order-sign", context: Json | None = None, gone: str = "", **changed: Any) -> Json:
        prefetch = {key: value for key, value in {**keys, **changed}.items() if key != gone}
        return request(hook, {**usual, **(context or {})}, prefetch=prefetch)

    two = {"draftOrders": bundle(draft, second)}
    return {
        "usual": asked(),
        "nothing": asked(observations=bundle()),
        "null": asked(observations=None),
        "not sent": asked(gone="observations"),
        "failed": asked(observations="<html>"),
        "more pages": asked(observations=bundle(link=[{"relation": "next", "url": "x"}])),
        "renamed": asked(gone="observations", labs=bundle(POOR)),
        "no reports": asked(gone="reports", observations=bundle()),
        "another result": asked(observations=bundle(typed("CYP2C19", "*1/*1"))),
        "no patient": asked(gone="patient"),
        "two drafts": asked(context=two),
        "one selected": asked("order-select", {**two, "selections": ["MedicationRequest/c"]}),
        "the other": asked("order-select", {**two, "selections": ["MedicationRequest/o"]}),
        "the record": asked("patient-view", medications=bundle(drug("clopidogrel"))),
        "a new problem": asked("problem-list-item-create", {"conditions": bundle(condition())}),
        "a refill": asked("medication-refill", {"medications": bundle(draft)}),
        "another patient": request(
            "order-sign", {"patientId": "p2", "draftOrders": bundle({**draft, "subject": OTHER})},
            prefetch={"x": bundle(POOR, {**typed("CYP2C19", "*1/*1", id="n"), "subject": OTHER})},
        ),
    }  # fmt: skip


def _told(judge: pmcds.Engine, asked: Json) -> tuple[str, str]:
    result = judge.answer(f"pmcds-{asked['hook']}", twin(asked), now=NOW)
    return cards(result), repr(result.ledger)


@cache
def _alone(name: str) -> tuple[str, str]:
    return _told(pmcds.Engine(knowledge()), _requests()[name])


@pytest.mark.parametrize("seed", range(3))
def test_one_request_never_answers_for_the_next(seed: int) -> None:
    asked, judge = _requests(), pmcds.Engine(knowledge())
    names = [*asked, *asked]
    random.Random(seed).shuffle(names)
    for name in names:
        assert _told(judge, asked[name]) == _alone(name), name
    assert len({_alone(name) for name in asked}) == len(asked)
