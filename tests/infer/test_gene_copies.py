"""Copies of a gene that are counted apart from its alleles count: with three nobody is a normal metabolizer (PG22)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.evidence.whole import (
    CLOPIDOGREL,
    CODEINE,
    RASBURICASE,
    Json,
    component,
    concept,
    drug,
    evaluated,
    line,
    typed,
)
from tests.fhir.material import PATIENT, SUBJECT, bundle

ULTRARAPID, NORMAL = ("ALERT", None, ("ultrarapid",)), ("CLEAR", "normal", ("normal",))
OPEN = ("CANNOT-TELL", "copy-number-unknown")


def _counted(**value: Any) -> Json:
    return {"code": concept("82155-3"), **value}


OTHERS: list[Json] = [
    {"status": "entered-in-error"}, {"subject": {"reference": "Group/g"}},
    {"valueCodeableConcept": concept("LA9634-2")},
]  # fmt: skip


def _number(value: Any, **more: Any) -> Json:
    return _counted(valueQuantity={"value": value, **more})


def _with(alleles: str, part: Json, gene: str = "CYP2D6") -> Json:
    result = typed(gene, alleles)
    result["component"].append(part)
    return result


def _apart(part: Json, source: str | None = "LA6683-2", gene: str = "CYP2D6", **members: Any) -> Json:
    parts = [component("48018-6", "x") | {"valueCodeableConcept": {"text": gene}}, part]
    parts += [component("48002-0", source)] if source else []
    return {"resourceType": "Observation", "id": "n", "status": "final", "code": concept("69548-6"), "subject": SUBJECT,
            "valueCodeableConcept": concept("LA9633-4"), "component": parts, **members}  # fmt: skip


def _told(*results: Json, order: str = "codeine", rule: str = CODEINE) -> tuple[str, str | None, tuple[str, ...]]:
    told = {line(evaluated(bundle(PATIENT, drug(order), *some)), rule) for some in (results, results[::-1])}
    assert len({(one.outcome, one.reason, one.cases) for one in told}) == 1, "the order of entries decides nothing"
    return next((one.outcome, one.reason, one.cases) for one in told)


@pytest.mark.parametrize("source", ["LA6683-2", None])
@pytest.mark.parametrize(
    "part", [_number(3), _number(4), _number("2.9"), _number(3, code="1"), _counted(valueInteger=3)]
)
def test_pg22_a_third_copy_makes_two_normal_alleles_ultrarapid(part: Json, source: str | None) -> None:
    assert _told(typed("CYP2D6", "*1/*2")) == NORMAL
    assert _told(_with("*1/*2", part)) == ULTRARAPID
    assert _told(typed("CYP2D6", "*1/*2"), _apart(part, source)) == ULTRARAPID


def test_pg22_a_third_copy_of_one_of_two_different_alleles_is_open() -> None:
    """*1x2/*4 has a score of 2, *1/*4x2 one of 1."""
    outcome, reason, cases = _told(_with("*1/*4", _number(3)))
    assert (outcome, reason, set(cases) - {"indeterminate"}) == (*OPEN, {"normal", "intermediate"})


@pytest.mark.parametrize("part", [_number(2), _number("2.1"), _number(2, code="1")])
def test_two_copies_are_those_of_the_alleles(part: Json) -> None:
    assert _told(_with("*1/*2", part)) == NORMAL
    assert _told(typed("CYP2D6", "*1/*2"), _apart(part)) == NORMAL


def test_one_copy_beside_two_equal_alleles_leaves_one_of_them_open() -> None:
    assert _told(_with("*1/*1", _number(1)))[:2] == OPEN
    assert _told(_with("*1/*5", _number(1)))[0] == "ALERT", "a deletion is the other"


@pytest.mark.parametrize(("alleles", "number"), [("*1x2/*2", 3), ("*36+*10/*10", 3), ("*1x2/*5", 2)])
def test_copies_that_the_alleles_name_are_counted_once(alleles: str, number: int) -> None:
    assert _told(_with(alleles, _number(number))) == _told(typed("CYP2D6", alleles))


@pytest.mark.parametrize("alleles", ["*1x2/*2", "*36+*10/*10"])
def test_more_copies_than_alleles_with_copies_of_their_own_name_cannot_be_told(alleles: str) -> None:
    assert _told(_with(alleles, _number(5)))[:2] == OPEN


@pytest.mark.parametrize("part", [_counted(valueString="three"), _number(None, unit="x"), _counted(valueBoolean=True)])
def test_a_number_of_copies_that_cannot_be_read_clears_nothing(part: Json) -> None:
    assert _told(_with("*1/*2", part))[:2] == OPEN


@pytest.mark.parametrize(
    "part", [_counted(dataAbsentReason=concept("unknown")), _counted(valueQuantity={}), _counted()]
)
def test_a_number_that_was_not_given_says_nothing(part: Json) -> None:
    assert _told(_with("*1/*2", part)) == NORMAL


@pytest.mark.parametrize("members", OTHERS)
def test_copies_that_do_not_count_change_nothing(members: Json) -> None:
    assert _told(typed("CYP2D6", "*1/*2"), _apart(_number(3), **members)) == NORMAL


def test_copies_in_a_tumor_or_of_another_gene_change_nothing() -> None:
    assert _told(typed("CYP2D6", "*1/*2"), _apart(_number(3), "LA6684-0")) == NORMAL
    assert _told(typed("CYP2D6", "*1/*2"), _apart(_number(3), gene="CYP2C19")) == NORMAL


def test_a_gene_without_alleles_of_several_copies_cannot_be_told_with_three() -> None:
    told = _told(_with("*1/*1", _number(3), "CYP2C19"), order="clopidogrel", rule=CLOPIDOGREL)
    assert told[0] == "CANNOT-TELL"


def test_one_copy_of_an_x_linked_gene_is_the_rule() -> None:
    man = {**PATIENT, "gender": "male"}
    for alleles in ("Mediterranean, Dallas, Panama, Sassari, Cagliari, Birmingham",):
        result = _with(alleles, _number(1), "G6PD")
        assert line(evaluated(bundle(man, drug("rasburicase"), result)), RASBURICASE).outcome == "ALERT"


def test_copies_counted_apart_are_named_as_evidence() -> None:
    told = line(evaluated(bundle(PATIENT, drug("codeine"), typed("CYP2D6", "*1/*2"), _apart(_number(3)))), CODEINE)
    assert {"Observation/g", "Observation/n"} <= set(told.evidence)


def test_three_copies_beside_two_single_alleles_or_alternatives_are_never_clear() -> None:
    def single(allele: str, ident: str) -> Json:
        return {**typed("CYP2D6", allele, id=ident), "code": concept("84414-2")}

    assert _told(single("*1", "a"), single("*2", "b")) == NORMAL
    assert _told(single("*1", "a"), single("*2", "b"), _apart(_number(3)))[0] == "CANNOT-TELL"
    assert _told(single("*1", "a"), single("*2", "b"), _apart(_number(2))) == NORMAL
    assert _told(_with("*1/*2 or *1/*1", _number(3)))[:2] == OPEN
    assert _told(_with("*1/*2 or *1/*1", _number(2)))[0] == "CLEAR"


def test_a_number_that_cannot_be_read_in_a_result_of_its_own_clears_nothing() -> None:
    assert _told(typed("CYP2D6", "*1/*2"), _apart(_counted(valueString="3")))[:2] == OPEN
