"""What is left unread changes nothing: the same cards, the same account."""

from __future__ import annotations

import json
import random

import pytest

from pmcds.fhir import decode
from tests.evidence.goldens import bundles, of_rules
from tests.fast.compare import Engines, differences, filled, mutants
from tests.fhir.material import corpus
from tests.shared import needs_shared


@pytest.fixture(scope="module")
def engines() -> Engines:
    return Engines.of()


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [golden.text for golden in (*bundles(), *of_rules())]


def test_samples_and_rule_tests_are_the_same_on_both_paths(engines: Engines, texts: list[str]) -> None:
    for text in texts:
        assert differences(engines, text.encode()) == []


def test_everyday_resources_change_nothing_on_either_path(engines: Engines, texts: list[str]) -> None:
    for number, text in enumerate(texts[::3]):
        source = filled(json.loads(text), random.Random(number), most=20)
        assert differences(engines, json.dumps(source).encode()) == [], number


@needs_shared
def test_the_corpus_is_the_same_on_both_paths(engines: Engines) -> None:
    for number, path in enumerate(corpus()):
        for patient in ("Patient/p1", None)[: 1 if number % 4 else 2]:
            assert differences(engines, path.read_bytes(), patient=patient) == [], path


def test_mutated_bundles_are_the_same_on_both_paths(engines: Engines, texts: list[str]) -> None:
    for number, source, asked in mutants(texts, 600, 8):
        assert differences(engines, source, **asked) == [], number


def test_without_the_fast_decoder_the_same_is_said(
    engines: Engines, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = [json.dumps(filled(json.loads(text), random.Random(text))).encode() for text in texts[:60]]
    fast = [engines.lean.evaluate(source) for source in sources]
    expected = [(one.to_dict(), one.ledger.to_dict()) for one in fast]
    monkeypatch.setattr(decode, "FAST", False)
    monkeypatch.setattr(decode, "Raw", ())
    plain = [engines.lean.evaluate(source) for source in sources]
    assert [(one.to_dict(), one.ledger.to_dict()) for one in plain] == expected
