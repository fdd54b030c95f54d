"""Two engines in one process, and two calls of one engine: what one knows never answers for the other."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

import pmcds
from pmcds.infer import phenotype
from tests.evidence.bundles import Json, resources, twin
from tests.evidence.goldens import NOW, SERVICES, knowledge
from tests.evidence.relations_requests import request_of
from tests.evidence.whole import CLOPIDOGREL, CODEINE, line, patient, poor


@cache
def _engine() -> pmcds.Engine:
    return pmcds.Engine(knowledge())


def test_h56_a_gene_of_another_release_is_never_read_by_the_table_of_the_first() -> None:
    first = knowledge().genes["CYP2C19"]
    alleles = {**first.functions, "*2": first.functions["*1"]}
    other = replace(first, functions=alleles)
    assert phenotype(first, "*2/*2").phenotype == "poor metabolizer"
    assert phenotype(other, "*2/*2").phenotype == phenotype(first, "*1/*1").phenotype
    assert phenotype(first, "*2/*2").phenotype == "poor metabolizer"


def test_a_source_that_one_site_turned_off_never_speaks_there_after_another_site_heard_it() -> None:
    whole = _engine().evaluate(poor(), now=NOW)
    narrow = pmcds.Engine(knowledge(), pmcds.Settings(sources=("dpwg", "fda")))
    again = narrow.evaluate(poor(), now=NOW)
    rules = {one.rule for one in whole.ledger.orders}
    assert CLOPIDOGREL in rules
    assert CLOPIDOGREL not in {one.rule for one in again.ledger.orders}
    assert {one.rule for one in _engine().evaluate(poor(), now=NOW).ledger.orders} == rules


def _of(hook: str, bundle: Json) -> dict[str | None, str]:
    result = _engine().answer(SERVICES[hook], request_of(twin(bundle), hook), now=NOW)
    return {one.rule: one.outcome for one in result.ledger.orders if one.order == "@patient"}


def test_the_rules_of_one_hook_are_never_those_of_another_asked_before() -> None:
    bundle = poor()
    view, sign = _of("patient-view", bundle), _of("order-sign", bundle)
    assert view
    assert view != sign
    assert (_of("patient-view", bundle), _of("order-sign", bundle)) == (view, sign)


@pytest.mark.parametrize("turned", [False, True])
def test_the_answer_to_one_named_drug_is_never_that_to_another(turned: bool) -> None:
    bundle = patient(diplotype={"CYP2C19": "*2/*2", "CYP2D6": "*1/*1x2"}, condition=["acute coronary syndrome"])
    asked = [("clopidogrel", CLOPIDOGREL), ("codeine", CODEINE)]
    for drug, rule in reversed(asked) if turned else asked:
        result = _engine().evaluate(bundle, order=drug, now=NOW)
        assert {one.order for one in result.ledger.orders} == {f"order:{drug}"}
        assert line(result, rule).outcome == "ALERT"


def test_a_drug_that_the_caller_named_never_brings_up_the_orders_of_the_record() -> None:
    result = _engine().evaluate(poor(), order="codeine", now=NOW)
    assert {one.order for one in result.ledger.orders} == {"order:codeine"}


def _born(day: str) -> Any:
    bundle = patient(order="voriconazole", diplotype={"CYP2C19": "*2/*2"}, age=30)
    resources(bundle, "Patient")[0]["birthDate"] = day
    result = _engine().evaluate(bundle, now=NOW)
    return line(result, "pharmacogenomics/voriconazole/cpic").cases


def test_the_age_of_one_patient_never_answers_for_the_next_with_the_same_result() -> None:
    adult, child = _born("2008-06-01"), _born("2008-06-02")
    assert adult != child
    assert (_born("2008-06-01"), _born("2008-06-02")) == (adult, child)


def test_a_deadline_that_one_call_missed_is_never_remembered_for_the_next() -> None:
    ticks = iter([0.0, *([9.0] * 100_000)])
    fresh = pmcds.Engine(knowledge())
    late = fresh.evaluate(poor(), now=NOW, deadline=1.0, clock=lambda: next(ticks))
    assert {one.reason for one in late.ledger.orders} == {"deadline"}
    assert late.ledger.flags == ("deadline-hit",)
    assert late.cards
    in_time = fresh.evaluate(poor(), now=NOW)
    assert "deadline" not in {one.reason for one in in_time.ledger.orders}
    assert in_time.ledger.flags == ()
    assert line(in_time, CLOPIDOGREL).outcome == "ALERT"


def test_what_one_half_of_a_late_call_decided_is_never_lost_or_changed_later() -> None:
    """The clock runs out in the middle: finished lines are those of an unhurried call, all others say why."""
    fresh = pmcds.Engine(knowledge())
    calls = [0]

    def clock() -> float:
        calls[0] += 1
        return 0.0 if calls[0] < 40 else 9.0

    late = fresh.evaluate(poor(), now=NOW, deadline=1.0, clock=clock)
    calm = fresh.evaluate(poor(), now=NOW)
    wanted = {(one.order, one.rule): one for one in calm.ledger.orders}
    assert {(one.order, one.rule) for one in late.ledger.orders} == set(wanted)
    told = [one for one in late.ledger.orders if one.reason != "deadline"]
    assert told
    assert len(told) < len(wanted)
    assert "deadline" not in {one.reason for one in calm.ledger.orders}
    assert all(one == wanted[(one.order, one.rule)] for one in told)


def test_the_profile_that_the_caller_chose_is_never_overruled_by_the_request() -> None:
    request = request_of(poor(), "order-sign")
    request["extension"] = {"com.epic.cdshooks.request.fhir-version": "4"}
    hinted = _engine().answer(SERVICES["order-sign"], twin(request), now=NOW).to_dict()
    chosen = _engine().answer(SERVICES["order-sign"], twin(request), now=NOW, profile="crd").to_dict()
    assert "systemActions" not in hinted
    assert chosen["systemActions"] == []


def test_cr9_cards_that_the_client_did_not_want_are_held_back_and_named() -> None:
    request = request_of(poor(), "order-sign")
    request["extension"] = {"davinci-crd.configuration": {"max-cards": 0}}
    response = _engine().answer(SERVICES["order-sign"], twin(request), now=NOW, profile="crd").to_dict()
    assert response["cards"] == []
    assert response["extension"]["org.pmcds.cards-held-back"]
    assert _engine().answer(SERVICES["order-sign"], twin(request), now=NOW).to_dict()["cards"]


@pytest.mark.parametrize("stated", ["Patient/nobody", "nobody"])
def test_a_patient_whom_the_input_does_not_hold_is_never_evaluated(stated: str) -> None:
    with pytest.raises(pmcds.InputError, match="patient"):
        _engine().evaluate(poor(), now=NOW, patient=stated)
