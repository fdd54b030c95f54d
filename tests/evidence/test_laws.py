"""The 28 laws of the ledger: each is code, in tests/laws.py or in the test that it names there."""

from __future__ import annotations

import builtins
import os
import random
import socket
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pmcds.model import words
from tests.evidence.bundles import resources
from tests.evidence.goldens import bundles, engine, of_rules
from tests.evidence.hazard_log import exists
from tests.laws import ELSEWHERE


def test_each_of_the_28_laws_is_code() -> None:
    source = (Path(__file__).parents[1] / "laws.py").read_text(encoding="utf-8").partition("def walk_sites")[2]
    for number in (f"LC-{place:02}" for place in range(1, 29)):
        assert f'"{number}"' in source or exists(ELSEWHERE.get(number, "")), number


def test_lc_09_without_its_evidence_no_line_is_clear() -> None:
    tried = 0
    for golden in (*bundles(), *random.Random("LC-09").sample(list(of_rules()), 60)):
        for line in engine().result_of(golden.fresh(), golden.now, golden.hook).ledger.orders:
            if line.outcome != words.CLEAR:
                continue
            bundle = golden.fresh()
            gone = [r for r in resources(bundle, "Observation") if f"Observation/{r.get('id')}" in line.evidence]
            if not gone:
                continue
            bundle["entry"] = [entry for entry in bundle["entry"] if entry["resource"] not in gone]
            after = engine().result_of(bundle, golden.now)
            found = [one for one in after.ledger.orders if (one.order, one.rule) == (line.order, line.rule)]
            assert [one.outcome for one in found] != [words.CLEAR], (golden.name, line)
            tried += 1
    assert tried > 20


def test_lc_14_nothing_outside_is_asked_while_evaluating(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = [(golden.text.encode(), golden.now) for golden in bundles()]
    engine().warmup()
    calm = [engine().evaluate(text, now=now).to_dict() for text, now in inputs]

    def forbidden(*_: Any, **__: Any) -> Any:
        raise AssertionError("something outside was asked")

    asked: list[str] = []
    watching = [True]

    def hook(event: str, _: Any) -> None:
        if watching[0] and event.split(".")[0] in ("open", "socket", "subprocess", "os", "shutil", "urllib", "http"):
            asked.append(event)

    for name in ("time", "monotonic", "time_ns", "localtime", "gmtime"):
        monkeypatch.setattr(time, name, forbidden)
    monkeypatch.setattr(random, "random", forbidden)
    monkeypatch.setattr(os, "getenv", forbidden)
    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(builtins, "open", forbidden)
    sys.addaudithook(hook)
    try:
        again = [engine().evaluate(text, now=now).to_dict() for text, now in inputs]
    finally:
        watching[0] = False
        monkeypatch.undo()
    assert asked == []
    assert again == calm
