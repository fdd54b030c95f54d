"""Source attributes: 13 for each rule, those about the person from the read-set, and the read-set is honest (LC-23)."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest

import pmcds
from pmcds import api
from pmcds.attributes import NOT_USED, read_set, source_attributes
from pmcds.engine import judge_orders
from pmcds.fhir.readset import OF_THE_PERSON
from pmcds.model.answers import Answer, Subject
from pmcds.model.findings import Order
from pmcds.model.rules import Rule
from tests.evidence.bundles import Json, resources
from tests.evidence.goldens import Golden, bundles, engine, of_rules, of_some_rules

CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
LOINC = "http://loinc.org"


_found: dict[str, dict[str, tuple[str, ...]]] = {}


def _used(rule: Rule) -> dict[str, tuple[str, ...]]:
    if rule.id not in _found:
        told = source_attributes(rule, engine().knowledge)
        _found[rule.id] = {one.name: one.because for one in told if one.because}
    return _found[rule.id]


def test_every_rule_has_thirteen_attributes_and_none_is_empty() -> None:
    for rule in (*engine().knowledge.rules, *engine().knowledge.inactive):
        found = source_attributes(rule, engine().knowledge)
        assert len({one.name for one in found}) == 13
        assert all(one.text.strip() for one in found), rule.id


def test_no_rule_uses_race_ethnicity_language_or_orientation() -> None:
    for rule in engine().active_rules():
        assert not {"race", "ethnicity", "language", "sexual_orientation", "gender_identity"} & set(_used(rule))


def test_use_of_sex_age_and_pregnancy_is_found_by_what_the_rule_asks() -> None:
    for rule in engine().active_rules():
        kinds = {subject.kind for subject in rule.subjects}
        assert ("birth_date" in _used(rule)) == ("age" in kinds), rule.id
        if "sex" in kinds:
            assert "sex" in _used(rule), rule.id
        if Subject("condition", "pregnancy") in rule.subjects:
            assert "health_status" in _used(rule), rule.id


def test_a_gene_with_copies_by_sex_makes_its_rules_use_sex() -> None:
    rules = [rule for rule in engine().active_rules() if Subject("phenotype", "G6PD") in rule.subjects]
    assert rules
    assert all("sex" in _used(rule) for rule in rules)


def test_no_observation_of_the_terms_is_about_orientation_or_identity() -> None:
    for code in ("76690-7", "76691-5"):
        assert engine().terms.observation(LOINC, code) is None


_declared: dict[str, dict[Subject, tuple[str, ...]]] = {}


class _Guard(judge_orders.Situation):
    """Answers that a rule did not declare are refused."""

    __slots__ = ()
    seen: list[tuple[str, Subject]] = []  # noqa: RUF012

    def answer(self, subject: Subject, rule: Rule, order: Order | None) -> Answer:
        declared = _declared.setdefault(rule.id, {}) or read_set(rule, engine().knowledge)
        _declared[rule.id] = declared
        if subject not in declared:
            raise LookupError(f"{rule.id} reads {subject} undeclared")
        self.seen.append((rule.id, subject))
        return super().answer(subject, rule, order)


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch) -> Iterator[pmcds.Engine]:
    """An engine in which reading something undeclared ends the rule."""
    monkeypatch.setattr(api, "Situation", _Guard)
    _Guard.seen.clear()
    _declared.clear()
    return pmcds.Engine(engine().knowledge)


def test_reading_what_is_not_declared_ends_the_rule(guarded: pmcds.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    golden = next(golden for golden in bundles() if golden.name.startswith("clopidogrel"))
    monkeypatch.setattr("tests.evidence.test_attributes.read_set", lambda *_: {})
    lines = guarded.evaluate(golden.fresh(), now=golden.now).ledger.orders
    asking = {line.reason for line in lines if line.rule == "pharmacogenomics/clopidogrel/cpic"}
    assert asking == {"internal-error"}


def test_no_rule_reads_what_it_does_not_declare(guarded: pmcds.Engine) -> None:
    everything = guarded._left_out | {rule.id for rule in guarded.active_rules()}
    for golden in (*bundles(), *of_rules()):
        judge = copy.copy(guarded)
        own = golden.name.partition("#")[0]
        if own in everything:  # a rule's test is judged by that rule, a sample by all
            judge._left_out = everything - {own}
        result = judge.evaluate(golden.fresh(), now=golden.now)
        assert not [line for line in result.ledger.orders if line.reason == "internal-error"], golden.name
    assert len(_Guard.seen) > 1000


def _edits(bundle: Json, rng: random.Random) -> Iterator[tuple[str, Json]]:
    """For each attribute an edit of the person that only a rule which uses it may notice."""
    yield from (
        ("sex", {"gender": rng.choice(["male", "female", "other", None])}),
        ("birth_date", {"birthDate": rng.choice(["1931-01-01", "2025-12-01", None])}),
        ("language", {"communication": [{"language": {"text": "x"}}], "language": "fr"}),
        ("race", {"extension": [{"url": CORE + "race", "extension": [{"url": "text", "valueString": "x"}]}]}),
        ("ethnicity", {"extension": [{"url": CORE + "ethnicity", "extension": [{"url": "text", "valueString": "x"}]}]}),
        ("gender_identity", {"extension": [{"url": CORE + "genderIdentity", "valueCodeableConcept": {"text": "x"}}]}),
    )


def _lines(golden: Golden, source: Any, judge: pmcds.Engine) -> dict[tuple[str, str | None], Any]:
    result = judge.evaluate(source, now=golden.now)
    return {(line.order, line.rule): line for line in result.ledger.orders}


def test_what_a_rule_does_not_use_of_the_person_never_changes_its_line() -> None:
    rules = {rule.id: rule for rule in engine().active_rules()}
    rng = random.Random("LC-23")
    for golden in (*bundles(), *rng.sample(list(of_rules()), 60)):
        judge = of_some_rules(golden, rng)
        calm = _lines(golden, golden.fresh(), judge)
        for name, edit in _edits(golden.fresh(), rng):
            bundle = golden.fresh()
            people = resources(bundle, "Patient")
            if len(people) != 1:
                continue
            people[0].update(edit)
            for key, line in _lines(golden, bundle, judge).items():
                if key[1] in rules and name not in _used(rules[key[1]]):
                    assert line == calm[key], (golden.name, name, key)


def test_not_used_is_said_in_words() -> None:
    rule = next(rule for rule in engine().active_rules() if rule.id == "pharmacogenomics/clopidogrel/cpic")
    found = {one.name: one.text for one in source_attributes(rule, engine().knowledge)}
    assert found["race"] == NOT_USED
    assert set(OF_THE_PERSON) < set(found)
