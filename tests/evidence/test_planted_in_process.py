"""Each battery notices a fault that is planted in the running process: a check that finds nothing has to be able to."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import pytest

import pmcds
from pmcds import api
from pmcds.fhir import gates
from pmcds.terminology.units import Units
from tests.evidence import determinism, steps
from tests.evidence.goldens import Watched, bundles, of_some_rules, whole
from tests.evidence.memory import wrong_with
from tests.evidence.stepping import Order, Run, Step, drive
from tests.evidence.torture import EDITS, Tally, before, nodes, one_case

SEED = 20261126


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Faults are taken out again; nothing that they left in a memory may stay."""
    whole().active_rules()  # what is compiled is sound
    whole.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    whole.cache_clear()


def noticed(step: Step, most: int) -> list[str]:
    """The failures of the first step that has any, of so many."""
    for number in range(most):
        try:
            found = step(SEED, number)
        except Exception as error:  # a long run counts it as a failure too
            return [repr(error)]
        assert found is not None
        if found.failures:
            return found.failures
    return []


def tortured(member: str) -> list[tuple[str, str, str, str]]:
    """What torture finds when it edits only these members of the samples."""
    tally = Tally()
    for golden in bundles()[:4]:
        judge = of_some_rules(golden, random.Random(1))
        calm = before(judge.of(golden))
        for path in nodes(golden.fresh()):
            if path[-1] == member:
                for edit in EDITS:
                    one_case(judge, golden, calm, path, edit, tally)
    return tally.failures


def _status(change: Mapping[Any, str | None], *, odd: str | None = "status-unreadable") -> Any:
    """A gate of the status with a fault."""
    real = gates.status_reason

    def faulty(data: Mapping[str, Any], *, report: bool = False) -> str | None:
        found = real(data, report=report)
        return odd if found == "status-unreadable" else change.get(found, found)

    return faulty


def test_torture_notices_an_unreadable_status_that_voids_a_result(plant: pytest.MonkeyPatch) -> None:
    plant.setattr(gates, "status_reason", _status({}, odd="void-status"))
    assert tortured("status")


def test_torture_notices_orders_that_are_dropped_when_nobody_knows_the_drug(plant: pytest.MonkeyPatch) -> None:
    real = api.judge_order
    plant.setattr(api, "judge_order", lambda order, *rest: real(order, *rest) if order.drug.ingredients else [])
    assert tortured("medicationCodeableConcept")


def test_relations_notice_a_status_that_is_not_read_exactly(plant: pytest.MonkeyPatch) -> None:
    plant.setattr(gates, "status_reason", _status({}, odd=None))
    assert any(text.startswith("M32") for text in noticed(steps.relations_step, 20))


def test_relations_notice_a_unit_that_is_not_looked_at(plant: pytest.MonkeyPatch) -> None:
    plant.setattr(Units, "convert", lambda self, value, *_: value)
    assert any(text.startswith(("M21", "M47", "M55")) for text in noticed(steps.relations_step, 20))


def test_the_second_evaluator_notices_that_preliminary_results_count(plant: pytest.MonkeyPatch) -> None:
    plant.setattr(gates, "status_reason", _status({"result-not-final": None}))
    assert noticed(steps.differential_step, 300)


def test_fuzz_notices_an_exception_that_gets_out(plant: pytest.MonkeyPatch) -> None:
    real = api.account

    def faulty(reading: Any, *rest: Any, **options: Any) -> Any:
        if any(note.ignored == "unreadable" for note in reading.inputs):
            raise KeyError("planted")
        return real(reading, *rest, **options)

    plant.setattr(api, "account", faulty)
    assert any("KeyError" in text for text in noticed(steps.fuzz_step, 60))


def test_fuzz_notices_that_what_could_not_be_checked_is_not_shown(plant: pytest.MonkeyPatch) -> None:
    real = api.rank
    plant.setattr(api, "rank", lambda *given: tuple(card for card in real(*given) if not card.notice))
    assert any("LC-06" in text for text in noticed(steps.fuzz_step, 60))


def test_injection_notices_text_that_is_not_escaped(plant: pytest.MonkeyPatch) -> None:
    plant.setattr(import_module("pmcds.hooks.escape"), "_ESCAPES", ())
    plant.setattr(steps, "CHROMIUM", None)
    assert noticed(steps.injection_step, 10)


def test_canaries_are_found_in_a_log(plant: pytest.MonkeyPatch) -> None:
    real = api.account

    def faulty(reading: Any, *rest: Any, **options: Any) -> Any:
        logging.getLogger("pmcds").debug("%s", reading)
        return real(reading, *rest, **options)

    plant.setattr(api, "account", faulty)
    assert any("logs and output" in text for text in noticed(steps.canary_step, 20))


def test_cross_talk_is_noticed(plant: pytest.MonkeyPatch) -> None:
    real = Watched.evaluate
    shared: dict[str, Any] = {}

    def faulty(self: Watched, source: Any, *rest: Any, **options: Any) -> pmcds.Result:
        shared["source"] = source
        time.sleep(0)
        return real(self, shared["source"], *rest, **options)

    plant.setattr(Watched, "evaluate", faulty)
    assert noticed(steps.crosstalk_step, 5)


def test_other_bytes_in_another_environment_are_noticed(plant: pytest.MonkeyPatch) -> None:
    plant.setattr(determinism, "expected", lambda _: "0" * 64)
    plant.setattr(determinism, "PROGRAM", "print('3.0\\nUTC=C', '1' * 64)")
    assert determinism.differing(0, zones=["UTC"], names=["C"], python=determinism.pythons()[0], rules=0)[2]


def test_a_shorter_or_another_answer_under_a_limit_of_memory_is_noticed() -> None:
    line = ("CANNOT-TELL", "no-result", True, (), (), ())
    calm = ("answer", ({("o", "r"): line, ("o", "s"): line}, {"cards": []}, 3))
    assert wrong_with(calm, calm) is None
    assert wrong_with(calm, ("out of memory", None)) is None
    assert wrong_with(calm, ("answer", ({("o", "r"): line}, {"cards": []}, 3)))
    assert wrong_with(calm, ("answer", ({("o", "r"): line, ("o", "s"): ("CLEAR", *line[1:])}, {"cards": []}, 3)))
    assert wrong_with(calm, ("answer", (calm[1][0], {"cards": [{}]}, 3)))
    assert wrong_with(calm, ("died", -11))


def _step_that_dies(seed: int, number: int) -> Run:
    if number == 3:
        raise SystemExit(9)
    return Run(1)


def test_a_process_that_dies_or_a_step_that_fails_is_a_failure() -> None:
    found = drive(lambda seed, number: Run(1) if number < 4 else None, Order(5, 1, 0, 2))
    assert (found.cases, found.failures, found.first) == (4, [], 0)
    assert drive(_step_that_dies, Order(1, 1, 0, 2)).failures
    assert drive(lambda seed, number: Run(1 // 0), Order(0)).failures
